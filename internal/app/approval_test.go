package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
)

// office is an instance whose teams are guarded by two policies.
type office struct {
	*apptest.Instance
	author, editor, lead, expert, agent act.Actor
}

const guards = `kind: role
name: lead
title: Lead
grants: [{ actions: [read, approve], kinds: [blueprint], scope: all }]
---
kind: team
name: reviewers
title: Reviewers
---
kind: policy
name: teams
title: Teams
covers: [team]
criticality: C3
roles: [lead]
notice: 2h
---
kind: policy
name: support
title: The team support
covers: [{ kind: team, names: [supp*] }]
criticality: C1
teams: [reviewers]
`

func newOffice(t *testing.T, o db.Options) *office {
	f := &office{Instance: apptest.New(t, o)}
	f.Apply(guards)
	f.author, f.editor = f.Person("author@company.example", "Author", "admin"), f.Person("editor@company.example", "Editor", "admin")
	f.lead, f.expert = f.Person("lead@company.example", "Lead", "lead"), f.Person("expert@company.example", "Expert", "lead")
	f.agent = f.Person("agent@company.example", "Agent", "agent")
	e, _ := f.Blueprint.Set().Entry("team", "reviewers")
	f.expert.TeamIDs, f.expert.Roles = []int64{e.ID}, nil
	return f
}

func (f *office) propose(by act.Actor, text string, request int64) (out blueprint.Outcome, err error) {
	docs, findings := blueprint.ParseFile("a.yaml", text)
	err = f.App.Configure(f.T.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		out, err = f.Blueprint.Propose(ctx, tx, by, blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "screen", Request: request})
		return err
	})
	return out, err
}

func (f *office) approve(by act.Actor, id int64) (r blueprint.Request, err error) {
	err = f.App.Configure(f.T.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		r, err = f.Blueprint.Approve(ctx, tx, by, id, 0)
		return err
	})
	return r, err
}

func (f *office) get(id int64) (r blueprint.Request) {
	f.Read(func(ctx context.Context, tx db.Tx) (err error) {
		r, err = f.Blueprint.Request(ctx, tx, f.Root(), id)
		return err
	})
	return r
}

func (f *office) refused(what string, err error, says string) {
	f.T.Helper()
	if err == nil || !strings.Contains(err.Error(), says) {
		f.T.Errorf("%s: %v, want a refusal that says %q", what, err, says)
	}
}

const supportTeam = "kind: team\nname: support\ntitle: The supporters\n"

func TestEveryPolicyWantsItsOwnApprover(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		f := newOffice(t, o)
		_, _, err := f.App.Apply(t.Context(), f.author, blueprint.ApplyInput{Documents: parsed(supportTeam), Source: "screen"})
		f.refused("applying past it", err, "needs")
		out, err := f.propose(f.author, supportTeam, 0)
		if err != nil || out.Request == nil || out.Number != 0 || len(out.Request.Requirements) != 2 {
			t.Fatalf("%+v %v", out, err)
		}
		id := out.Request.ID
		_, err = f.approve(f.author, id)
		f.refused("the author", err, "somebody else")
		_, err = f.approve(f.agent, id)
		f.refused("an agent", err, "right to approve")
		_, err = f.approve(f.editor, id)
		f.refused("an administrator who is no approver", err, "you are none of them")
		_, err = f.approve(f.Root(), id)
		f.refused("the system", err, "not the system")
		if r, err := f.approve(f.lead, id); err != nil || r.State != blueprint.RequestOpen || len(r.Missing()) != 1 {
			t.Fatalf("after the lead: %+v %v", r, err)
		}
		_, err = f.approve(f.lead, id)
		f.refused("twice", err, "already")

		// Somebody else's edit drops the approval, and makes them an author.
		if _, err := f.propose(f.editor, strings.Replace(supportTeam, "supporters", "helpers", 1), id); err != nil {
			t.Fatal(err)
		}
		if r := f.get(id); r.Revision != 2 || len(r.Approvals) != 0 || len(r.Authors) != 2 {
			t.Errorf("after the edit: %+v", r)
		}
		for _, by := range []act.Actor{f.lead, f.expert} {
			if _, err := f.approve(by, id); err != nil {
				t.Fatal(err)
			}
		}
		// Two hours' notice: the timer applies it.
		if r := f.get(id); r.State != blueprint.RequestApproved || r.NotBefore.IsZero() || !strings.Contains(r.HeldBy, "2h notice") {
			t.Errorf("approved: %+v", r)
		}
		err = f.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := f.Blueprint.ApplyRequest(ctx, tx, f.author, id)
			return err
		})
		f.refused("too early", err, "may be applied from")
		f.Settle()
		if r := f.get(id); r.State != blueprint.RequestApproved {
			t.Errorf("before its time: %s", r.State)
		}
		f.Clock.Advance(2*time.Hour + time.Second)
		f.Settle()
		if err := f.Blueprint.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		e, _ := f.Blueprint.Set().Entry("team", "support")
		if r := f.get(id); r.State != blueprint.RequestApplied || r.Change == 0 || e.Title != "The helpers" {
			t.Errorf("after its time: %+v, title %q", r, e.Title)
		}
		f.Settle()
		for verb, want := range map[string]int{blueprint.Requested: 1, blueprint.RequestEdited: 1, blueprint.Approved: 3} {
			if n := f.Count(`SELECT count(*) FROM events WHERE verb = $1`, verb); n != want {
				t.Errorf("%d events %s, want %d", n, verb, want)
			}
		}
		if n := f.Count(`SELECT count(*) FROM change WHERE by_id = $1 AND request_id = $2`, f.author.PersonID, id); n != 1 {
			t.Error("history does not name the author and the request")
		}
		f.Verify()
	})
}

func parsed(text string) []blueprint.Document {
	docs, _ := blueprint.ParseFile("a.yaml", text)
	return docs
}

func TestApprovedRequestIsNotAppliedOverALaterChange(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		f := newOffice(t, o)
		out, err := f.propose(f.author, supportTeam, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []act.Actor{f.lead, f.expert} {
			if _, err := f.approve(by, out.Request.ID); err != nil {
				t.Fatal(err)
			}
		}
		f.Apply("kind: brand\nname: main\ntitle: Another\n")
		f.Clock.Advance(3 * time.Hour)
		f.Settle()
		r := f.get(out.Request.ID)
		if r.State != blueprint.RequestApproved || !r.Stale || f.Count(`SELECT count(*) FROM events WHERE verb = $1`, blueprint.RequestStale) != 1 {
			t.Errorf("got %+v", r)
		}
		err = f.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := f.Blueprint.ApplyRequest(ctx, tx, f.author, r.ID)
			return err
		})
		f.refused("a stale plan", err, "brand/main")
		err = f.App.Configure(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			_, err = f.Blueprint.Replan(ctx, tx, f.author, r.ID, "")
			return err
		})
		if r := f.get(r.ID); err != nil || r.State != blueprint.RequestOpen || r.Stale || r.Revision != 2 {
			t.Errorf("planned again: %+v %v", r, err)
		}
	})
}
