package program

import (
	"context"
	"net/url"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/lang"
)

// ApplicantPage is an application as its applicant sees it, on the page of their link; colleagues preview the same.
type ApplicantPage struct {
	ID           int64            `json:"id"`
	Program      string           `json:"program"`
	Who          string           `json:"who"`
	State        State            `json:"state"`
	Word         string           `json:"word" doc:"The state in words."`
	Text         string           `json:"text" doc:"What it waits for, and by when."`
	Tone         string           `json:"tone" enum:"info,attention,good,quiet"`
	Steps        []ApplicantStep  `json:"steps" nullable:"false"`
	Proofs       []ApplicantProof `json:"proofs" nullable:"false"`
	Reasons      []string         `json:"reasons" nullable:"false" doc:"Why it was decided so."`
	Question     string           `json:"question" doc:"What a colleague asks, while it is unanswered."`
	Said         []ApplicantSaid  `json:"said" nullable:"false" doc:"The correspondence, oldest first."`
	Answers      []ApplicantLine  `json:"answers" nullable:"false" doc:"What was sent with the form."`
	Files        []string         `json:"files" nullable:"false"`
	CanReply     bool             `json:"can_reply"`
	CanLeave     bool             `json:"can_leave" doc:"Whether it can be withdrawn."`
	CanClaim     bool             `json:"can_claim"`
	Agreement    string           `json:"agreement" doc:"Title of what must be accepted to claim."`
	Terms        string           `json:"terms" doc:"Its text, in Markdown."`
	TermsVersion int              `json:"terms_version"`
	Benefits     []ApplicantLine  `json:"benefits" nullable:"false" doc:"What can be claimed, or was."`
	CanRenew     bool             `json:"can_renew"`
	Until        *time.Time       `json:"until" doc:"When the term ends."`
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
	Dated  bool       `json:"dated" doc:"Whether the day that the document bears is asked for."`
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
	Code  string `json:"code,omitempty"`
	Href  string `json:"href,omitempty" doc:"Where the code is redeemed."`
}

// pageWords are the states as applicants read them.
//
//lang:texts
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
	l := lang.In(ctx)
	day := func(t time.Time) string { return l.Time(t, "2 January 2006") }
	out := ApplicantPage{ID: a.ID, Program: p.Title, Who: a.Who(), State: a.State, Word: l.Word(pageWords[a.State][0]), Tone: pageWords[a.State][1], Steps: []ApplicantStep{}, Proofs: []ApplicantProof{}, Reasons: []string{},
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
			proof.Dated = proof.Upload && c.MaxAge > 0
			proof.Again = run.State == Failed && c.Kind != "document" && !enough
			waits = waits || run.State == Waiting
			out.Proofs = append(out.Proofs, proof)
		}
	}
	switch a.State {
	case Draft:
		out.Text = l.Say("Nothing is sent yet. This link works until %s.", day(a.Due))
	case Confirming:
		out.Text = l.Say("Open the link in the mail we sent you. It works until %s.", day(a.Due))
	case Verifying:
		out.Text = l.Word("We look at what you sent. This usually takes a few minutes.")
		if waits && a.RunningSince.IsZero() {
			out.Word, out.Tone = l.Word("One more step from you"), "attention"
			out.Text = l.Say("Choose the proof that is easiest for you, by %s.", day(a.Due))
			if p.Spec.Verify.Enough == "all" {
				out.Text = l.Say("We need what is open below, by %s.", day(a.Due))
			}
		}
	case Review:
		out.Text = l.Word("A colleague looks at it.")
		if !a.Promised.IsZero() {
			out.Text = l.Say("A colleague looks at it. You hear from us by %s.", day(a.Promised))
		}
	case Asked:
		out.Text, out.Question = l.Say("Please answer by %s. Until then nothing goes on.", day(a.Due)), a.Question
	case Approved:
		out.Text = l.Say("Claim what you get by %s.", day(a.Due))
	case Active, Notice:
		out.Text = l.Word("Your membership does not end.")
		if !a.TermUntil.IsZero() {
			out.Text = l.Say("Your membership runs until %s.", day(a.TermUntil))
			out.Until = &a.TermUntil
		}
		if a.State == Notice {
			out.Text = l.Say("Please put it right by %s.", day(a.Life.NoticeUntil))
		}
	case Expired:
		out.Text = l.Say("Your membership ended on %s. You can apply again at any time.", day(a.TermUntil))
	case Lapsed:
		out.Text = l.Word("We did not hear from you. You can apply again at any time.")
	}
	out.Steps = pageSteps(l, a)
	if a.State == Rejected || a.State == Revoked || a.State == Notice || a.State == Approved {
		for _, r := range a.Reasons {
			out.Reasons = append(out.Reasons, r.Say)
		}
		if a.Reason != "" {
			out.Reasons = append(out.Reasons, a.Reason)
		}
	}
	if err := s.pageBenefits(ctx, tx, p, a, &out); err != nil {
		return out, err
	}
	out.CanRenew = a.CanRenew(s.Clock())
	out.CanReply = a.TicketID != 0 && a.State != Withdrawn && a.State != Renewed
	_, wrong := Next(a.State, Withdraw)
	out.CanLeave = wrong == nil && a.State != Draft
	out.Answers = s.pageAnswers(l, p, a)
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
func pageSteps(l *lang.Language, a *Application) []ApplicantStep {
	at := map[State]int{Draft: 0, Confirming: 1, Verifying: 2, Review: 3, Asked: 3, Approved: 4, Active: 5, Notice: 5, Expired: 5, Renewed: 5, Revoked: 5}
	titles := []string{l.Word("Form"), l.Word("Address confirmed"), l.Word("Proofs"), l.Word("Decision"), l.Word("Claim")}
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
func (s *Service) pageAnswers(l *lang.Language, p *Program, a *Application) []ApplicantLine {
	out := []ApplicantLine{{Title: l.Word("Name"), Text: a.Name}, {Title: l.Word("Email"), Text: a.Email}}
	if p.ForOrganization() {
		out = append(out, ApplicantLine{Title: l.Word("Organization"), Text: a.Organization}, ApplicantLine{Title: l.Word("Website"), Text: a.Website})
	}
	for _, sec := range p.sections {
		for _, q := range sec.questions {
			if v := a.Attributes.Of(q.field); v != nil {
				out = append(out, ApplicantLine{Title: q.field.Title, Text: q.field.Words(v)})
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

// pageBenefits are what can be claimed, or was: a code is shown once it is recorded as dispatched, and only to its member.
func (s *Service) pageBenefits(ctx context.Context, tx db.Tx, p *Program, a *Application, out *ApplicantPage) error {
	out.CanClaim = a.State == Approved
	if p.AgreementID != 0 && out.CanClaim {
		out.Agreement, out.Terms, out.TermsVersion = p.agreement.Title, p.agreement.Spec.Text, p.agreement.Version
	}
	if a.State != Approved && !a.State.Member() {
		return nil
	}
	list, err := s.grants(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	have := map[string]Grant{}
	for _, g := range list {
		have[g.Name] = g
	}
	benefits := p.Spec.Benefits
	if a.State == Approved {
		if benefits, err = s.entitled(ctx, tx, p, a); err != nil {
			return err
		}
	}
	for _, b := range benefits {
		line := ApplicantLine{Title: b.Title, Text: b.Say}
		g, granted := have[b.Name]
		switch {
		case a.State == Approved:
		case !granted:
			continue
		case g.State == GrantManual:
			line.Text = lang.In(ctx).Word("You bought an add-on, so we send you a quote.")
		case g.State == GrantPending:
			line.Text = lang.In(ctx).Word("It is on its way. This page shows it as soon as it is there.")
		case g.Code != "":
			line.Code = g.Code
			if _, pool := s.Config().pool(g.PoolID); pool.Redeem != "" {
				line.Href = strings.ReplaceAll(pool.Redeem, "{code}", url.QueryEscape(g.Code))
			}
		}
		out.Benefits = append(out.Benefits, line)
	}
	return nil
}
