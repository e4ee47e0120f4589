package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
	"steward/internal/playbook"
	"steward/internal/program"
	"steward/internal/success"
)

// How many runs of playbooks the company has under way and behind it.
const (
	onboardings = 26
	firstWeeks  = 8
)

// runs starts runs of playbooks over the last weeks and lets people do their steps, some of them late.
func (d *Demo) runs(ctx context.Context, o Options, clock *Clock) error {
	rng := rand.New(rand.NewPCG(o.Seed, 27))
	c := d.company
	date := func(days int) string { return o.Now.AddDate(0, 0, days).Format(time.DateOnly) }
	for i := range min(onboardings, len(c.orgs)) {
		age := 2 + i*47/onboardings
		in := playbook.StartInput{Playbook: "customer-onboarding", Subject: ledger.Ref{Kind: "organization", ID: c.orgs[i].made.ID},
			Ask: map[string]any{"go_live": date(12 + rng.IntN(25) - age/2), "goal": goals[i%len(goals)]}}
		if err := d.live(ctx, o, clock, rng, age, c.agents[i%3].ID, in); err != nil {
			return err
		}
	}
	for i := range min(firstWeeks, len(c.agents)-4) {
		age := 3 + i*4
		in := playbook.StartInput{Playbook: "new-colleague", Subject: ledger.Ref{Kind: "person", ID: c.agents[4+i].ID}, Ask: map[string]any{"day": date(9 - age)},
			People: map[string]playbook.Part{"lead": {PersonID: c.agents[0].ID}}}
		if err := d.live(ctx, o, clock, rng, age, c.agents[1+i%3].ID, in); err != nil {
			return err
		}
	}
	return nil
}

// checklists starts runs about other records: accounts, members of programs, tickets, issues and changes.
func (d *Demo) checklists(ctx context.Context, o Options, clock *Clock) error {
	c, root := d.company, d.App.Root()
	about := map[string][]int64{}
	err := d.App.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		accounts, _, err := d.App.Success.List(ctx, tx, root, success.Filter{}, "", db.Page{Limit: 5})
		if err != nil {
			return err
		}
		for _, a := range accounts {
			about["account"] = append(about["account"], a.OrganizationID)
		}
		members, _, err := d.App.Programs.List(ctx, tx, root, program.Filter{States: []program.State{program.Active}}, db.Page{Limit: 4})
		if err != nil {
			return err
		}
		for _, a := range members {
			about["application"] = append(about["application"], a.ID)
		}
		tickets, _, err := d.App.Desk.List(ctx, tx, root, desk.Filter{Statuses: []desk.Status{"open"}}, db.Page{Limit: 3})
		if err != nil {
			return err
		}
		for _, t := range tickets {
			about["ticket"] = append(about["ticket"], t.ID)
		}
		issues, _, err := d.App.Desk.WantedIssues(ctx, tx, root, desk.IssueFilter{}, db.Page{Limit: 2})
		if err != nil {
			return err
		}
		for _, i := range issues {
			about["issue"] = append(about["issue"], i.ID)
		}
		changes, _, err := d.App.Blueprint.Requests(ctx, tx, root, "", db.Page{Limit: 1})
		for _, r := range changes {
			about["change_request"] = append(about["change_request"], r.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	clock.Set(o.Now.Add(-50 * time.Hour))
	by := root
	by.Kind, by.PersonID, by.Clock = act.Person, c.agents[1].ID, clock.Now
	lead, manager := playbook.Part{PersonID: c.agents[0].ID}, playbook.Part{PersonID: c.agents[2].ID}
	return d.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, one := range []playbook.StartInput{
			{Playbook: "renewal", Subject: ledger.Ref{Kind: "account"}, People: map[string]playbook.Part{"lead": lead, "manager": manager}},
			{Playbook: "new-member", Subject: ledger.Ref{Kind: "application"}},
			{Playbook: "escalation", Subject: ledger.Ref{Kind: "ticket"}, Ask: map[string]any{"impact": "Their releases stand still."}, People: map[string]playbook.Part{"manager": lead}},
			{Playbook: "awaited-fix", Subject: ledger.Ref{Kind: "issue"}},
			{Playbook: "change-review", Subject: ledger.Ref{Kind: "change_request"}, People: map[string]playbook.Part{"reviewer": lead}},
		} {
			for _, one.Subject.ID = range about[one.Subject.Kind] {
				if _, err := d.App.Playbooks.Start(ctx, tx, by, one); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// live starts a run some days ago and lets people do its steps until now; what is young, or by chance, waits.
func (d *Demo) live(ctx context.Context, o Options, clock *Clock, rng *rand.Rand, age int, starter int64, in playbook.StartInput) error {
	at := o.Now.AddDate(0, 0, -age)
	clock.Set(at)
	var r *playbook.Run
	err := d.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		by, err := d.as(ctx, tx, starter, clock)
		if err == nil {
			r, err = d.App.Playbooks.Start(ctx, tx, by, in)
		}
		return err
	})
	for err == nil && !r.Status.Over() {
		at = at.Add(time.Duration(20+rng.IntN(90)) * time.Hour)
		if !at.Before(o.Now) || rng.IntN(12) == 0 {
			break
		}
		clock.Set(at)
		if _, err = d.App.Jobs.RunDue(ctx); err != nil {
			return err
		}
		err = d.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			r, err = d.oneStep(ctx, tx, clock, r.ID)
			return err
		})
	}
	return err
}

func (d *Demo) as(ctx context.Context, tx db.Tx, person int64, clock *Clock) (act.Actor, error) {
	by, err := d.App.Auth.As(ctx, tx, person)
	by.Clock = clock.Now
	return by, err
}

// oneStep lets somebody do the first step of a run that waits for them.
func (d *Demo) oneStep(ctx context.Context, tx db.Tx, clock *Clock, id int64) (*playbook.Run, error) {
	p := d.App.Playbooks
	r, err := p.Get(ctx, tx, d.App.Root(), id)
	if err != nil {
		return nil, err
	}
	def, err := p.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return nil, err
	}
	for i, st := range r.Steps {
		s := def.Steps[i]
		role := s.Owner
		switch {
		case st.State != playbook.Open:
			continue
		case s.Approval != nil:
			role = s.Approval.By[0]
		case st.Review:
			role = s.Deliverable.Review
		case role == "":
			continue
		}
		by, err := d.as(ctx, tx, r.Parts[role].PersonID, clock)
		if err != nil {
			return nil, err
		}
		if s.Approval != nil || st.Review {
			return p.Decide(ctx, tx, by, id, st.Name, true, "")
		}
		return p.Complete(ctx, tx, by, id, st.Name, done(s, id))
	}
	return r, nil
}

// done is what somebody says when they do a step.
func done(s playbook.StepDef, n int64) playbook.CompleteInput {
	in := playbook.CompleteInput{Answers: map[string]any{}, Evidence: map[string]any{}}
	for _, f := range s.Form {
		in.Answers[f.Name] = answer(f, n)
	}
	for _, f := range s.Evidence {
		in.Evidence[f.Name] = answer(f, n)
	}
	if s.Quiz != nil {
		for _, q := range s.Quiz.Questions {
			in.Answers[q.Name] = q.Right[0]
		}
	}
	if len(s.Choice) > 0 {
		in.Outcome = s.Choice[n%int64(len(s.Choice))].Name
	}
	return in
}

func answer(f playbook.FieldSpec, n int64) any {
	switch f.Type {
	case "choice":
		return f.Options[n%int64(len(f.Options))]
	case "number":
		return float64(20 + n*37%400)
	case "yes_no":
		return n%2 == 0
	}
	return fmt.Sprintf("https://wiki.company.example/sample/%d", n)
}

// goals are what customers want to reach.
var goals = []string{"All teams use one pipeline before the quarter ends.", "Move off their own build servers.", "Releases every day instead of every month.", "One place for reviews of all their products."}
