package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/ledger"
	"steward/internal/measure"
)

// organizationBecomes changes attributes of an organization, and lets everything follow.
func (s *sold) organizationBecomes(id int64, attributes map[string]any) {
	s.t.Helper()
	s.Write(func(ctx context.Context, tx db.Tx) error {
		o, err := s.Directory.Organization(ctx, tx, s.Root(), id)
		if err != nil {
			return err
		}
		_, err = s.Directory.UpdateOrganization(ctx, tx, s.Root(), id, directory.OrganizationInput{Version: o.Version, Attributes: attributes})
		return err
	})
	s.Settle()
}

func (s *sold) now(id int64) (t *desk.Ticket) {
	s.t.Helper()
	s.Read(func(ctx context.Context, tx db.Tx) (err error) {
		t, err = s.Desk.Get(ctx, tx, s.Root(), id)
		return err
	})
	return t
}

// judgedLast is the newest decision about a ticket, and what led to it.
func (s *sold) judgedLast(id int64) (judged, cause ledger.Event) {
	s.t.Helper()
	for _, e := range told(s.t, s.Instance, id) {
		if e.Verb == desk.TicketJudged {
			judged = e
		}
	}
	s.Read(func(ctx context.Context, tx db.Tx) error {
		all, err := s.Ledger.Some(ctx, tx, []int64{judged.Cause.Event})
		cause = all[judged.Cause.Event]
		return err
	})
	return judged, cause
}

func (s *sold) clock(id int64) (state string, left int) {
	s.t.Helper()
	s.Read(func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT state, (SELECT count(*) FROM job WHERE kind = 'clock.due' AND subject_id = $1) FROM clock WHERE ticket_id = $1 AND metric = 'first_reply'`, id).Scan(&state, &left)
	})
	return state, left
}

func TestAContractThatEndsStopsItsTicketsAndARenewalBringsThemBack(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		last := i.Clock.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 5)
		s.organizationBecomes(s.org, map[string]any{"expires": last.Format(time.DateOnly)})
		ticket := s.writes("ada@acme.example")
		if ticket.Refused != "" || ticket.DueMetric != desk.FirstReply {
			t.Fatalf("before the end: %+v", ticket)
		}
		waiting := func() [2]int {
			return [2]int{i.Count(`SELECT count(*) FROM ticket_queue WHERE ticket_id = $1`, ticket.ID), i.Count(`SELECT count(*) FROM work_item WHERE subject_id = $1`, ticket.ID)}
		}
		live := waiting()
		if live[0] != 1 {
			t.Fatalf("an entitled ticket waits in no queue: %v", live)
		}

		// The server was down on the day; it catches up.
		until := last.Add(24*time.Hour + 15*24*time.Hour)
		i.Clock.Set(until.Add(-time.Minute))
		i.Settle()
		if now := s.now(ticket.ID); now.Refused != "" {
			t.Fatalf("a minute before the end: %+v", now)
		}
		i.Clock.Set(until.Add(50 * time.Hour))
		i.Settle()
		now := s.now(ticket.ID)
		if now.Refused != entitle.Expired || now.Priority != "low" || fmt.Sprint(now.Tags) != "[needs_org]" {
			t.Fatalf("after the end: %+v", now)
		}
		if got := waiting(); got != [2]int{} {
			t.Errorf("a ticket that has stopped still waits: %v", got)
		}
		judged, cause := s.judgedLast(ticket.ID)
		if cause.Verb != entitle.Ended || cause.Subject.ID != s.org || !cause.At.Equal(until) {
			t.Errorf("the decision %+v was caused by %+v", judged, cause)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			w, err := i.Explain.Event(ctx, tx, s.agent, judged.ID)
			if err == nil && (!strings.Contains(w.What, "Not entitled: Premium ended on") || !strings.Contains(fmt.Sprint(w.Because), "Its last day was")) {
				t.Errorf("why: %+v", w)
			}
			return err
		})
		if got := s.mails("ada@acme.example"); len(got) != 0 {
			t.Errorf("she was told %q without having written", got)
		}
		events := i.Count(`SELECT count(*) FROM events`)
		i.Clock.Advance(48 * time.Hour)
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM events`); n != events {
			t.Errorf("%d events came of nothing", n-events)
		}

		// Renewed: the ticket is as it was before, and its promise goes on.
		s.organizationBecomes(s.org, map[string]any{"expires": i.Clock.Now().AddDate(1, 0, 0).Format(time.DateOnly)})
		now = s.now(ticket.ID)
		if now.Refused != "" || now.Priority != "normal" || len(now.Tags) != 0 || now.DueMetric != desk.FirstReply {
			t.Errorf("after the renewal: %+v", now)
		}
		if got := waiting(); got != live {
			t.Errorf("after the renewal it waits in %v, before in %v", got, live)
		}
		if _, cause := s.judgedLast(ticket.ID); cause.Verb != directory.OrganizationUpdated {
			t.Errorf("the renewal: caused by %+v", cause)
		}
		i.Verify()
	})
}

func TestClocksStandStillWhileATicketIsRefused(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		ticket := s.writes("ada@acme.example")
		hold := func(on bool) {
			t.Helper()
			i.Write(func(ctx context.Context, tx db.Tx) error {
				if !on {
					return i.Entitle.Lift(ctx, tx, s.agent, s.org, "Paid")
				}
				_, err := i.Entitle.Place(ctx, tx, s.agent, s.org, "Invoice 12 is unpaid")
				return err
			})
			i.Settle()
		}
		if state, timers := s.clock(ticket.ID); state != "running" || timers == 0 {
			t.Fatalf("at first its clock is %s with %d timers", state, timers)
		}
		hold(true)
		if now := s.now(ticket.ID); now.Refused != entitle.OnHold {
			t.Fatalf("on hold: %+v", now)
		}
		if state, timers := s.clock(ticket.ID); state != "paused" || timers != 0 {
			t.Errorf("on hold its clock is %s with %d timers", state, timers)
		}
		i.Clock.Advance(30 * 24 * time.Hour)
		i.Settle()
		hold(false)
		if now := s.now(ticket.ID); now.Refused != "" || now.DueState != desk.Running {
			t.Errorf("after the hold: %+v", now)
		}
		if n := i.Count(`SELECT count(*) FROM clock WHERE ticket_id = $1 AND metric = 'first_reply'`, ticket.ID); n != 1 {
			t.Errorf("%d clocks of the first reply", n)
		}
		if n := i.Count(`SELECT count(*) FROM clock WHERE ticket_id = $1 AND breached_at IS NOT NULL`, ticket.ID); n != 0 {
			t.Errorf("%d promises were missed while nobody was to work on it", n)
		}
		i.Verify()
	})
}

func TestTheListOfContactsDecidesAboutOpenTickets(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		ticket := s.writes("ada@acme.example")
		list := func(email string) {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Entitle.AddContact(ctx, tx, s.agent, s.org, entitle.NewContact{Email: email})
				return err
			})
			i.Settle()
		}
		list("ben@acme.example")
		if now := s.now(ticket.ID); now.Refused != entitle.NotListed {
			t.Fatalf("once there is a list: %+v", now)
		}
		list("ada@acme.example")
		if now := s.now(ticket.ID); now.Refused != "" {
			t.Fatalf("once she is on it: %+v", now)
		}
		if _, cause := s.judgedLast(ticket.ID); cause.Verb != entitle.ContactAdded {
			t.Errorf("caused by %+v", cause)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.RemoveContact(ctx, tx, s.agent, s.org, s.person("ada@acme.example"))
		})
		i.Settle()
		if now := s.now(ticket.ID); now.Refused != entitle.NotListed {
			t.Errorf("once she is off it: %+v", now)
		}
	})
}

func TestWhoJoinsAnOrganizationBringsTheirTickets(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		mine := s.writes("eve@unknown.example")
		if mine.Refused != entitle.NoOrganization {
			t.Fatalf("of nobody: %+v", mine)
		}
		moves := func(email string, to int64) {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				p, err := i.Directory.Get(ctx, tx, i.Root(), s.person(email))
				if err == nil {
					_, err = i.Directory.Update(ctx, tx, i.Root(), p.ID, directory.Change{Version: p.Version, OrganizationID: &to})
				}
				return err
			})
			i.Settle()
		}
		moves("eve@unknown.example", s.org)
		now := s.now(mine.ID)
		if now.Refused != "" || now.OrganizationID != s.org || now.DueMetric != desk.FirstReply {
			t.Fatalf("after she joined: %+v", now)
		}
		if _, cause := s.judgedLast(mine.ID); cause.Verb != directory.PersonUpdated {
			t.Errorf("caused by %+v", cause)
		}
		// A ticket stays with the organization that asked: its people see it.
		other := s.organization("Other", "other.example", map[string]any{"plan": "community"})
		moves("eve@unknown.example", other)
		if now := s.now(mine.ID); now.Refused != "" || now.OrganizationID != s.org {
			t.Errorf("after she moved on: %+v", now)
		}
	})
}

func TestWhatBecomesOfOpenTicketsIsSaid(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		plan := func(name, open string) {
			i.Apply("kind: entitlement\nname: " + name + "\ntitle: " + name + "\norder: 1\nmatch: organization.name == \"" + name + "\"\nsupport: true\nexpires: expires\nanswer: not-entitled\nopen_tickets: " + open + "\n")
		}
		plan("kept", "keep")
		plan("told", "answer")
		i.Clock.Advance(10 * time.Second)
		i.Settle()
		ends := i.Clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)
		s.organization("kept", "kept.example", map[string]any{"expires": ends})
		s.organization("told", "told.example", map[string]any{"expires": ends})
		kept, toldTo := s.writes("a@kept.example"), s.writes("b@told.example")
		i.Clock.Advance(5 * 24 * time.Hour)
		i.Settle()
		if now := s.now(kept.ID); now.Refused != "" || now.EntitlementID != kept.EntitlementID {
			t.Errorf("what is kept: %+v", now)
		}
		if now := s.now(toldTo.ID); now.Refused != entitle.Expired {
			t.Errorf("what is told: %+v", now)
		}
		if got := s.mails("b@told.example"); len(got) != 1 || !strings.Contains(got[0], "ended on") {
			t.Errorf("he was told %q", got)
		}
		if got := s.mails("a@kept.example"); len(got) != 0 {
			t.Errorf("she was told %q", got)
		}
	})
}

func TestEntitlementsThatChangeJudgeOpenTicketsInBatches(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		// Before anything is declared everybody is helped; what is open then is not stopped.
		before := (&sold{Instance: i, t: t}).writes("max@nobody.example")
		s := selling(t, i)
		i.Clock.Advance(10 * time.Second)
		i.Settle()
		if now := s.now(before.ID); now.Refused != "" {
			t.Errorf("what was open before: %+v", now)
		}
		p := s.requester("ada@acme.example")
		const many = 250
		for n := range many {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, _, err := i.Desk.Create(ctx, tx, customerWith(i, p), desk.NewTicket{Subject: fmt.Sprint("Help ", n), Requester: p, Message: desk.Message{Text: "x", Public: true, Channel: "web", AuthorID: p.ID}})
				return err
			})
		}
		i.Settle()
		count := func(refused string) int {
			return i.Count(`SELECT count(*) FROM ticket WHERE organization_id = $1 AND refused = $2`, s.org, refused)
		}
		if n := count(""); n != many {
			t.Fatalf("%d of %d are helped", n, many)
		}
		i.Apply("kind: entitlement\nname: premium\ntitle: Premium\norder: 30\nmatch: organization.attributes.plan == \"premium\"\nsupport: false\nanswer: not-entitled\n")
		i.Settle()
		if n := count(""); n != many {
			t.Errorf("at once %d were judged", many-n)
		}
		i.Clock.Advance(10 * time.Second)
		i.Settle()
		if n := count("unsupported"); n != many {
			t.Errorf("%d of %d are refused", n, many)
		}
		if n := i.Count(`SELECT count(*) FROM events WHERE verb = $1`, desk.TicketJudged); n != 2*many {
			t.Errorf("%d decisions about %d tickets", n, many)
		}
		// Again, nothing changes.
		events := i.Count(`SELECT count(*) FROM events`)
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM entitlement_state`)
			return err
		})
		if err := i.Desk.ReconcileEntitlements(t.Context()); err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(10 * time.Second)
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM events`); n != events {
			t.Errorf("judging anew made %d events of nothing", n-events)
		}
		i.Verify()
	})
}

func TestOpenTicketsAreFoundByAnIndex(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		if i.DB.Engine() != db.SQLite {
			t.Skip("a table without rows is always scanned there")
		}
		const waiting = ` AND t.assignee_id IS NULL`
		for _, where := range []string{`t.requester_id = $1`, `t.organization_id = $1`, `t.organization_id IS NULL AND $1 > 0`, `t.requester_id = $1` + waiting, `t.organization_id = $1` + waiting} {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				rows, err := tx.Query(ctx, `EXPLAIN QUERY PLAN SELECT t.id FROM ticket t WHERE `+where+` AND t.done = FALSE AND t.deleted_at IS NULL AND t.id > $2 ORDER BY t.id LIMIT 100`, 1, 1)
				plan, err := db.Collect(rows, err, func(r db.Scanner) (s string, err error) {
					var a, b, c int
					err = r.Scan(&a, &b, &c, &s)
					return s, err
				})
				if len(plan) != 1 || !strings.Contains(plan[0], "USING") || !strings.Contains(plan[0], "INDEX ticket_active_") || !strings.Contains(plan[0], "id>?") {
					t.Errorf("%s: %q", where, plan)
				}
				return err
			})
		}
	})
}

// requester adds a customer.
func (s *sold) requester(email string) (p directory.Person) {
	s.t.Helper()
	s.Write(func(ctx context.Context, tx db.Tx) (err error) {
		p, err = s.Directory.Resolve(ctx, tx, s.Root(), email, "Ada")
		if err == nil && p.OrganizationID == 0 {
			p, err = s.Directory.Update(ctx, tx, s.Root(), p.ID, directory.Change{Version: p.Version, OrganizationID: &s.org})
		}
		return err
	})
	return p
}

// customerWith is a customer acting.
func customerWith(i *apptest.Instance, p directory.Person) act.Actor {
	return act.Actor{Kind: act.Person, PersonID: p.ID, Clock: i.Clock.Now, Grants: []act.Grant{{Action: "*", Kind: "ticket", Scope: act.Own}}}
}

func TestContactsAreMeasured(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		counts := func(org int64) string {
			i.Settle()
			var out string
			i.Read(func(ctx context.Context, tx db.Tx) error {
				ref := ledger.Ref{Kind: "organization", ID: org}
				v, err := i.Measures.Values(ctx, tx, i.Root(), []string{"desk.contacts", "desk.contact_editors"}, []ledger.Ref{ref}, measure.Asked{})
				out = fmt.Sprint(v[ref]["desk.contacts"].Amount, v[ref]["desk.contact_editors"].Amount)
				return err
			})
			return out
		}
		do := func(fn func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			i.Write(fn)
		}
		for n, email := range []string{"a@acme.example", "b@acme.example", "c@acme.example"} {
			do(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Entitle.AddContact(ctx, tx, s.agent, s.org, entitle.NewContact{Email: email, Editor: n == 0})
				return err
			})
		}
		if got := counts(s.org); got != "3 1" {
			t.Errorf("three contacts: %s", got)
		}
		do(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.SetEditor(ctx, tx, s.agent, s.org, s.person("b@acme.example"), true)
		})
		do(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.RemoveContact(ctx, tx, s.agent, s.org, s.person("a@acme.example"))
		})
		if got := counts(s.org); got != "2 1" {
			t.Errorf("one more editor, one contact less: %s", got)
		}
		// A merge takes the list along, and an erased person leaves it.
		into := s.organization("Acme Group", "group.example", nil)
		do(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Merge(ctx, tx, i.Root(), "organization", into, s.org)
			return err
		})
		if got := counts(into); got != "2 1" {
			t.Errorf("after the merge: %s", got)
		}
		if _, err := i.Directory.EraseNow(t.Context(), i.Root(), s.person("b@acme.example"), "They asked for it"); err != nil {
			t.Fatal(err)
		}
		if got := counts(into); got != "1 0" {
			t.Errorf("after an erasure: %s", got)
		}
		i.Verify()
	})
}
