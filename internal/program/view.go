package program

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// ApplicationView is an application in a list, as colleagues see it.
type ApplicationView struct {
	ID           int64      `json:"id"`
	Program      string     `json:"program" doc:"Name of the program."`
	Title        string     `json:"program_title"`
	State        State      `json:"state" enum:"draft,confirming,verifying,review,asked,approved,active,notice,rejected,withdrawn,lapsed,revoked,expired,renewed"`
	Sort         string     `json:"sort" enum:"renewal,dialogue,new" doc:"Why it stands where it does in the queue."`
	Name         string     `json:"name"`
	Email        string     `json:"email"`
	Organization string     `json:"organization"`
	Website      string     `json:"website"`
	PersonID     *int64     `json:"person_id"`
	OrgID        *int64     `json:"organization_id"`
	AssigneeID   *int64     `json:"assignee_id"`
	Assignee     string     `json:"assignee"`
	TicketID     *int64     `json:"ticket_id" doc:"Its correspondence."`
	RenewalOf    *int64     `json:"renewal_of"`
	Held         bool       `json:"held" doc:"On hold by screening; only who may screen is told."`
	Promised     *time.Time `json:"promised" doc:"By when it is decided; null while the clock stands still."`
	Late         bool       `json:"late"`
	Due          *time.Time `json:"due" doc:"When something happens by itself."`
	Submitted    *time.Time `json:"submitted"`
	Decided      *time.Time `json:"decided"`
	Until        *time.Time `json:"until" doc:"When the term ends."`
	Version      int64      `json:"version"`
}

// ApplicationCase is an application with what a decision needs: the research in one place.
type ApplicationCase struct {
	ApplicationView
	Team       *int64                `json:"team_id"`
	Hold       string                `json:"hold" doc:"Why it is on hold; only who may screen is told."`
	Question   string                `json:"question"`
	Reasons    []Reason              `json:"reasons" nullable:"false" doc:"Rules that did not hold, or why it was decided so."`
	Reason     string                `json:"reason" doc:"What a colleague wrote for the last step."`
	Seconds    []string              `json:"seconds" nullable:"false" doc:"Colleagues who agree to an approval."`
	Approvals  int                   `json:"approvals" doc:"How many have to."`
	Answers    []ApplicantLine       `json:"answers" nullable:"false"`
	Files      []ApplicationFile     `json:"files" nullable:"false"`
	Proofs     []ApplicationProof    `json:"proofs" nullable:"false"`
	Rules      []ApplicationRule     `json:"rules" nullable:"false"`
	Benefits   []MemberBenefit       `json:"benefits" nullable:"false" doc:"What a member has."`
	AddOn      bool                  `json:"add_on" doc:"An add-on was bought: the next renewal is a quote."`
	Notice     *time.Time            `json:"notice_until" doc:"By when a breach has to be cured."`
	Invited    *time.Time            `json:"invited" doc:"When the member was invited to renew."`
	Agreement  *ApplicationAgreement `json:"agreement" doc:"What the member accepted."`
	Tickets    []TicketLine          `json:"tickets" nullable:"false" doc:"Its mail, the newest first; those that you may read."`
	Letters    map[Action]string     `json:"letters" nullable:"false" doc:"What decisions would send, in Markdown; {{reason}} stands for the reasons and words."`
	Running    bool                  `json:"running" doc:"Whether the clock of the promise runs."`
	Similar    []ApplicationView     `json:"similar" nullable:"false" doc:"Other applications of the same person or organization, to any program: the person's, then the organization's, the newest first."`
	UsedUS     int64                 `json:"used_us" doc:"Working time used so far, without the time that the applicant was asked, in microseconds."`
	WithinUS   int64                 `json:"within_us"`
	Actions    []Action              `json:"actions" nullable:"false" doc:"Steps that fit its state and that you may take."`
	History    []ApplicationEvent    `json:"history" nullable:"false" doc:"Up to 200 events, the oldest first."`
	ProgramVer int                   `json:"program_version"`
}

// ApplicationAgreement is the version of the program's agreement that a member accepted.
type ApplicationAgreement struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
}

// ApplicationFile is a file of an application.
type ApplicationFile struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Size    string    `json:"size"`
	Purpose string    `json:"purpose"`
	Purge   time.Time `json:"purge" doc:"When it goes."`
}

// ApplicationProof is a proof with what its newest try saw.
type ApplicationProof struct {
	Name   string     `json:"name"`
	Title  string     `json:"title"`
	Kind   string     `json:"kind"`
	State  string     `json:"state" enum:"none,running,waiting,elsewhere,passed,failed,unclear"`
	Say    string     `json:"say"`
	Seen   []Seen     `json:"seen" nullable:"false"`
	Tries  int        `json:"tries"`
	Ended  *time.Time `json:"ended"`
	Person bool       `json:"person" doc:"Whether a colleague settled it."`
}

// ApplicationRule is a rule with whether it holds now.
type ApplicationRule struct {
	Name  string `json:"name"`
	Title string `json:"title" doc:"What it asks."`
	Say   string `json:"say"`
	Holds bool   `json:"holds"`
}

// ApplicationEvent is an event of an application.
type ApplicationEvent struct {
	ID   int64     `json:"id"`
	At   time.Time `json:"at"`
	Verb string    `json:"verb"`
	By   string    `json:"by"`
}

// views shows applications; names are the colleagues'.
func (s *Service) views(ctx context.Context, tx db.Tx, by act.Actor, list []*Application) ([]ApplicationView, error) {
	var ids []int64
	for _, a := range list {
		if a.AssigneeID != 0 {
			ids = append(ids, a.AssigneeID)
		}
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := []ApplicationView{}
	for _, a := range list {
		v := ApplicationView{ID: a.ID, State: a.State, Sort: "new", Name: a.Name, Email: a.Email, Organization: a.Organization, Website: a.Website, PersonID: rest.ID(a.PersonID), OrgID: rest.ID(a.OrganizationID),
			AssigneeID: rest.ID(a.AssigneeID), Assignee: people[a.AssigneeID].Name, TicketID: rest.ID(a.TicketID), RenewalOf: rest.ID(a.RenewalOf), Held: a.Held && Screens(by, a),
			Promised: rest.Time(a.Promised), Late: a.Life.Late, Due: rest.Time(a.Due), Submitted: rest.Time(a.Submitted), Decided: rest.Time(a.Decided), Until: rest.Time(a.TermUntil), Version: a.Version}
		switch {
		case a.RenewalOf != 0:
			v.Sort = "renewal"
		case a.Dialogue:
			v.Sort = "dialogue"
		}
		if p := s.Config().Program(a.ProgramID); p != nil {
			v.Program, v.Title = p.Name, p.Title
		}
		out = append(out, v)
	}
	return out, nil
}

// Case is an application with its research. Whoever may read it may.
func (s *Service) Case(ctx context.Context, tx db.Tx, by act.Actor, id int64) (ApplicationCase, error) {
	a, p, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return ApplicationCase{}, err
	}
	views, err := s.views(ctx, tx, by, []*Application{a})
	if err != nil {
		return ApplicationCase{}, err
	}
	v := ApplicationCase{ApplicationView: views[0], Team: rest.ID(a.TeamID), Question: a.Question, Reasons: a.Reasons, Reason: a.Reason, Seconds: []string{}, Approvals: max(p.Spec.Decision.Seconds, 1), Answers: s.pageAnswers(lang.In(ctx), p, a),
		Files: []ApplicationFile{}, Proofs: []ApplicationProof{}, Rules: []ApplicationRule{}, UsedUS: a.used(p, s.Clock().UTC()).Microseconds(), WithinUS: p.within().Microseconds(), History: []ApplicationEvent{}, ProgramVer: p.Version}
	v.Program, v.Title = p.Name, p.Title
	granted, err := s.entitled(ctx, tx, p, a)
	if err != nil {
		return v, err
	}
	if v.Held {
		v.Hold = a.Hold
	}
	v.AddOn, v.Notice, v.Invited, v.Running, v.Letters = a.Life.AddOn, rest.Time(a.Life.NoticeUntil), rest.Time(a.Life.Invited), !a.RunningSince.IsZero(), s.drafts(by, p, a, granted)
	if agreed := a.Life.Agreed; agreed != nil {
		v.Agreement = &ApplicationAgreement{agreed.Version, agreed.At}
	}
	if v.Benefits, err = s.benefits(ctx, tx, p, a); err != nil {
		return v, err
	}
	if v.Tickets, err = s.tickets(ctx, tx, by, a); err != nil {
		return v, err
	}
	agreed, err := s.Directory.Names(ctx, tx, a.Life.Seconds)
	if err != nil {
		return v, err
	}
	for _, id := range a.Life.Seconds {
		v.Seconds = append(v.Seconds, agreed[id].Name)
	}
	files, err := s.files(ctx, tx, a.ID)
	if err != nil {
		return v, err
	}
	for _, f := range files {
		v.Files = append(v.Files, ApplicationFile{f.ID, f.Filename, file.Bytes(f.Size), f.Purpose, f.Purge})
	}
	if err := s.research(ctx, tx, by, p, a, &v); err != nil {
		return v, err
	}
	v.Actions = s.actions(by, a)
	return v, s.history(ctx, tx, by, a, &v)
}

// research fills in what proofs saw, which rules hold and which other applications there are.
func (s *Service) research(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, v *ApplicationCase) error {
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	vars, err := s.vars(ctx, tx, p, a, runs)
	if err != nil {
		return err
	}
	state := newest(runs)
	for _, c := range p.applicable(vars) {
		run := state[c.Name]
		proof := ApplicationProof{Name: c.Name, Title: c.Title, Kind: c.Kind, State: string(run.State), Say: run.Say, Seen: run.Evidence.Seen, Ended: rest.Time(run.Ended), Person: run.DecidedBy != 0}
		if proof.State == "" {
			proof.State = "none"
		}
		if proof.Seen == nil {
			proof.Seen = []Seen{}
		}
		for _, r := range runs {
			if r.Name == c.Name {
				proof.Tries++
			}
		}
		v.Proofs = append(v.Proofs, proof)
	}
	held := p.ruling(vars, true, nil)
	failed := map[string]bool{}
	for _, name := range held.failed {
		failed[name] = true
	}
	for _, e := range p.Spec.Eligibility {
		v.Rules = append(v.Rules, ApplicationRule{e.Name, cmp.Or(e.Title, e.Name), e.Say, !failed[e.Name]})
	}
	similar, err := s.related(ctx, tx, a, func() *db.Where { return &db.Where{} })
	if err != nil {
		return err
	}
	seen := similar[:0]
	for _, other := range similar {
		if other.State != Draft && auth.Scope(by, "read", "application").Covers(other.Record()) {
			seen = append(seen, other)
		}
	}
	v.Similar, err = s.views(ctx, tx, by, seen)
	return err
}

// actions are the steps that fit the state and that the actor may take.
func (s *Service) actions(by act.Actor, a *Application) []Action {
	out := []Action{}
	if a.Held && !Screens(by, a) {
		return out
	}
	for action, right := range map[Action]string{Ask: "edit", Approve: "decide", Reject: "decide", Reopen: "decide", Correct: "decide", Warn: "decide", Cure: "decide", Revoke: "decide", Restore: "decide"} {
		if _, err := Next(a.State, action); err != nil || a.State == Verifying || !auth.Scope(by, right, "application").Covers(a.Record()) || a.Held && action != Ask {
			continue
		}
		out = append(out, action)
	}
	slices.Sort(out)
	return out
}

// history fills in the newest events, without those the actor may not know of.
func (s *Service) history(ctx context.Context, tx db.Tx, by act.Actor, a *Application, v *ApplicationCase) error {
	list, err := s.Ledger.Of(ctx, tx, a.Ref(), 0, 200)
	if err != nil {
		return err
	}
	var ids []int64
	for _, e := range list {
		if e.ActorID != 0 {
			ids = append(ids, e.ActorID)
		}
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	for _, e := range list {
		if e.Visibility != ledger.Restricted || Screens(by, a) {
			v.History = append(v.History, ApplicationEvent{e.ID, e.At, e.Verb, people[e.ActorID].Name})
		}
	}
	return err
}
