package program

import (
	"context"
	"time"

	"steward/internal/db"
)

// ApplicantPage is an application as its applicant sees it, on the page of their link; colleagues preview the same.
type ApplicantPage struct {
	ID        int64            `json:"id"`
	Program   string           `json:"program"`
	Who       string           `json:"who"`
	State     State            `json:"state"`
	Word      string           `json:"word" doc:"The state in words."`
	Text      string           `json:"text" doc:"What it waits for, and by when."`
	Tone      string           `json:"tone" enum:"info,attention,good,quiet"`
	Steps     []ApplicantStep  `json:"steps" nullable:"false"`
	Proofs    []ApplicantProof `json:"proofs" nullable:"false"`
	Reasons   []string         `json:"reasons" nullable:"false" doc:"Why it was decided so."`
	Question  string           `json:"question" doc:"What a colleague asks, while it is unanswered."`
	Said      []ApplicantSaid  `json:"said" nullable:"false" doc:"The correspondence, oldest first."`
	Answers   []ApplicantLine  `json:"answers" nullable:"false" doc:"What was sent with the form."`
	Files     []string         `json:"files" nullable:"false"`
	CanReply  bool             `json:"can_reply"`
	CanLeave  bool             `json:"can_leave" doc:"Whether it can be withdrawn."`
	CanClaim  bool             `json:"can_claim"`
	Agreement string           `json:"agreement" doc:"Title of what must be accepted to claim."`
	Terms     string           `json:"terms" doc:"Its text, in Markdown."`
	Benefits  []ApplicantLine  `json:"benefits" nullable:"false" doc:"What can be claimed, or was."`
	CanRenew  bool             `json:"can_renew"`
	Until     *time.Time       `json:"until" doc:"When the term ends."`
}

// ApplicantStep is a step of the way, for the list beside the page.
type ApplicantStep struct {
	Title string `json:"title"`
	Done  bool   `json:"done"`
	Now   bool   `json:"now"`
}

// ApplicantProof is a proof as the applicant sees it.
type ApplicantProof struct {
	Name   string     `json:"name"`
	Title  string     `json:"title"`
	Help   string     `json:"help"`
	State  CheckState `json:"state"`
	Say    string     `json:"say"`
	Upload bool       `json:"upload" doc:"Whether a file can be uploaded for it."`
	Again  bool       `json:"again" doc:"Whether it can be tried again."`
}

// ApplicantSaid is a message.
type ApplicantSaid struct {
	At   time.Time `json:"at"`
	Mine bool      `json:"mine"`
	Text string    `json:"text"`
}

// ApplicantLine is a title with a text.
type ApplicantLine struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// pageWords are the states as applicants read them.
var pageWords = map[State][2]string{Draft: {"Not sent", "quiet"}, Confirming: {"Confirm your address", "attention"}, Verifying: {"Being verified", "info"}, Review: {"In review", "info"},
	Asked: {"We need your answer", "attention"}, Approved: {"Approved", "good"}, Active: {"Member", "good"}, Notice: {"Something to put right", "attention"}, Rejected: {"Not approved", "quiet"},
	Withdrawn: {"Withdrawn", "quiet"}, Lapsed: {"Closed", "quiet"}, Revoked: {"Ended", "quiet"}, Expired: {"Ended", "quiet"}, Renewed: {"Renewed", "good"}}

// Page is the application of a link as its applicant sees it. Whoever holds the link may; colleagues who may read
// the application preview it.
func (s *Service) Page(ctx context.Context, tx db.Tx, p *Program, a *Application) (ApplicantPage, error) {
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return ApplicantPage{}, err
	}
	day := func(t time.Time) string { return t.Format("2 January 2006") }
	out := ApplicantPage{ID: a.ID, Program: p.Title, Who: a.Who(), State: a.State, Word: pageWords[a.State][0], Tone: pageWords[a.State][1], Steps: []ApplicantStep{}, Proofs: []ApplicantProof{}, Reasons: []string{},
		Said: []ApplicantSaid{}, Answers: []ApplicantLine{}, Files: []string{}, Benefits: []ApplicantLine{}}
	state := newest(runs)
	vars := s.plainVars(p, a)
	waits := false
	if a.State == Verifying || a.State == Review || a.State == Asked {
		enough := s.verified(p, a, runs, vars)
		for _, c := range p.applicable(vars) {
			run := state[c.Name]
			proof := ApplicantProof{Name: c.Name, Title: c.Title, Help: c.Help, State: run.State, Say: run.Say}
			proof.Upload = c.Kind == "document" && run.State != "" && run.State != Running && run.State != Passed && !enough
			proof.Again = run.State == Failed && c.Kind != "document" && !enough
			waits = waits || run.State == Waiting
			out.Proofs = append(out.Proofs, proof)
		}
	}
	switch a.State {
	case Draft:
		out.Text = "Nothing is sent yet. This link works until " + day(a.Due) + "."
	case Confirming:
		out.Text = "Open the link in the mail we sent you. It works until " + day(a.Due) + "."
	case Verifying:
		out.Text = "We look at what you sent. This usually takes a few minutes."
		if waits && a.RunningSince.IsZero() {
			out.Word, out.Tone = "One more step from you", "attention"
			out.Text = "Choose the proof that is easiest for you, by " + day(a.Due) + "."
			if p.Spec.Verify.Enough == "all" {
				out.Text = "We need what is open below, by " + day(a.Due) + "."
			}
		}
	case Review:
		out.Text = "A colleague looks at it."
		if !a.Promised.IsZero() {
			out.Text = "A colleague looks at it. You hear from us by " + day(a.Promised) + "."
		}
	case Asked:
		out.Text, out.Question = "Please answer by "+day(a.Due)+". Until then nothing goes on.", a.Question
	case Approved:
		out.Text = "Claim what you get by " + day(a.Due) + "."
	case Active, Notice:
		out.Text = "Your membership does not end."
		if !a.TermUntil.IsZero() {
			out.Text = "Your membership runs until " + day(a.TermUntil) + "."
			out.Until = &a.TermUntil
		}
		if a.State == Notice {
			out.Text = "Please put it right by " + day(a.Life.NoticeUntil) + "."
		}
	case Expired:
		out.Text = "Your membership ended on " + day(a.TermUntil) + ". You can apply again at any time."
	case Lapsed:
		out.Text = "We did not hear from you. You can apply again at any time."
	}
	out.Steps = pageSteps(a)
	if a.State == Rejected || a.State == Revoked || a.State == Notice || a.State == Approved {
		for _, r := range a.Reasons {
			out.Reasons = append(out.Reasons, r.Say)
		}
		if a.Reason != "" {
			out.Reasons = append(out.Reasons, a.Reason)
		}
	}
	out.CanReply = a.TicketID != 0 && a.State != Withdrawn && a.State != Renewed
	_, wrong := Next(a.State, Withdraw)
	out.CanLeave = wrong == nil && a.State != Draft
	out.Answers = s.pageAnswers(p, a)
	files, err := s.files(ctx, tx, a.ID)
	if err != nil {
		return out, err
	}
	for _, f := range files {
		out.Files = append(out.Files, f.Filename)
	}
	if a.TicketID == 0 {
		return out, nil
	}
	said, err := s.Tickets.Talk(ctx, tx, a.TicketID)
	for _, m := range said {
		out.Said = append(out.Said, ApplicantSaid(m))
	}
	return out, err
}

// pageSteps are the steps of the way, and where the application stands on it.
func pageSteps(a *Application) []ApplicantStep {
	at := map[State]int{Draft: 0, Confirming: 1, Verifying: 2, Review: 3, Asked: 3, Approved: 4, Active: 5, Notice: 5, Expired: 5, Renewed: 5, Revoked: 5}
	titles := []string{"Form", "Address confirmed", "Proofs", "Decision", "Claim"}
	place, known := at[a.State]
	if !known { // ended before: as far as it came
		place = 3
		if a.Confirmed.IsZero() {
			place = 1
		}
	}
	out := make([]ApplicantStep, len(titles))
	for i, title := range titles {
		out[i] = ApplicantStep{Title: title, Done: i < place, Now: known && i == place}
	}
	return out
}

// pageAnswers are what was sent with the form, in its order.
func (s *Service) pageAnswers(p *Program, a *Application) []ApplicantLine {
	out := []ApplicantLine{{"Name", a.Name}, {"Email", a.Email}}
	if p.ForOrganization() {
		out = append(out, ApplicantLine{"Organization", a.Organization}, ApplicantLine{"Website", a.Website})
	}
	for _, sec := range p.sections {
		for _, q := range sec.questions {
			if v := a.Attributes.Of(q.field); v != nil {
				out = append(out, ApplicantLine{q.field.Title, q.field.Words(v)})
			}
		}
	}
	for i := 0; i < len(out); i++ {
		if out[i].Text == "" {
			out = append(out[:i], out[i+1:]...)
			i--
		}
	}
	return out
}
