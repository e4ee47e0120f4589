package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/desk/leak"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/playbook"
	"steward/internal/tracker"
	"steward/internal/tracker/trackertest"
)

const engineeringConfig = `kind: field
name: arr
title: Revenue
on: organization
type: decimal
---
kind: field
name: product-version
key: product_version
title: Product version
on: ticket
type: text
---
kind: tracker
name: gitlab
title: GitLab
software: gitlab
url: %s
projects: [product/*]
token: env:STEWARD_TEST_TRACKER
interest_label: Customer Interest
revenue: arr
currency: EUR
%s
---
kind: issue-template
name: bug
title: Bug report
tracker: gitlab
project: product/app
labels: [bug]
waiting: true
attributes: [product_version]
asks:
  - { name: summary, title: What is wrong, required: true }
  - { name: steps, title: Steps, long: true }
title_text: '{{ask.summary}}'
body: |
  Version: {{attributes.product_version}}, priority {{priority}}

  {{ask.steps}}
`

// engineering runs a test on both engines with a tracker on loopback, an agent and a customer's ticket.
func engineering(t *testing.T, more string, test func(t *testing.T, e *engineers)) {
	t.Helper()
	t.Setenv("STEWARD_TEST_TRACKER", trackertest.Token)
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			e := &engineers{Instance: apptest.New(t, apptest.Options(t, engine)), server: trackertest.New(t)}
			e.Apply(fmt.Sprintf(engineeringConfig, e.server.URL, more))
			e.server.Put(trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops"})
			e.agent = e.Person("agent@company.example", "Agent", "agent")
			e.Settle()
			test(t, e)
		})
	}
}

type engineers struct {
	*apptest.Instance
	server *trackertest.Server
	agent  act.Actor
}

// ask opens a ticket of an organization with this revenue.
func (e *engineers) ask(organization string, arr float64) (id int64) {
	e.T.Helper()
	e.Write(func(ctx context.Context, tx db.Tx) error {
		domain := strings.ToLower(organization) + ".example"
		ids, err := e.Directory.OrganizationsNamed(ctx, tx, organization)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			if _, err := e.Directory.CreateOrganization(ctx, tx, e.Root(), directory.OrganizationInput{Name: &organization, Domains: &[]string{domain}, Attributes: map[string]any{"arr": arr}}); err != nil {
				return err
			}
		}
		p, err := e.Directory.Resolve(ctx, tx, e.Root(), "ann@"+domain, "Ann Tester")
		if err != nil {
			return err
		}
		t, _, err := e.Desk.Create(ctx, tx, e.Root(), desk.NewTicket{Subject: "It stops", Requester: p, Channel: "api",
			Message: desk.Message{AuthorID: p.ID, Public: true, Text: "Hello", HTML: "<p>Hello</p>", Channel: "api"}})
		if err == nil {
			id = t.ID
		}
		return err
	})
	return id
}

func (e *engineers) link(id, number int64, waiting bool) (l desk.Link, err error) {
	r, err := tracker.Parse(fmt.Sprintf("product/app#%d", number), e.Trackers.Active())
	if err != nil {
		return l, err
	}
	m, err := e.Trackers.Fetch(e.T.Context(), r)
	if err != nil {
		return l, err
	}
	err = e.DB.Write(e.T.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		l, err = e.Desk.LinkIssue(ctx, tx, e.agent, id, r, &m, waiting)
		return err
	})
	return l, err
}

func (e *engineers) ticket(id int64) (t *desk.Ticket) {
	e.T.Helper()
	e.Read(func(ctx context.Context, tx db.Tx) (err error) {
		t, err = e.Desk.Get(ctx, tx, e.Root(), id)
		return err
	})
	return t
}

func (e *engineers) closes(number int64, state string) {
	e.server.Set("product/app", "#", number, func(i *trackertest.Item) { i.State = state })
	e.Clock.Advance(8 * 24 * time.Hour)
	e.Settle()
}

func TestAnIssueIsAskedForAsLongAsARunIsAboutIt(t *testing.T) {
	engineering(t, "---\nkind: playbook\nname: fix\ntitle: See to the fix\nsubject: issue\nparticipants: [{ role: worker, from: starter }]\nsteps:\n  - { name: fixed, title: Wait for the fix, kind: wait, wait: { that: 'subject.state == \"closed\"', longest: 2000h } }\n  - { name: tell, title: Tell, owner: worker }", func(t *testing.T, e *engineers) {
		asked := func() (n int) { // since the last call
			for _, r := range e.server.Requests() {
				if strings.Contains(r, "/issues/12") {
					n++
				}
			}
			return n
		}
		r, err := tracker.Parse("product/app#12", e.Trackers.Active())
		if err != nil {
			t.Fatal(err)
		}
		take := func(by act.Actor) (i tracker.Issue, err error) {
			err = e.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				i, err = e.Desk.TakeUpIssue(ctx, tx, by, r, nil)
				return err
			})
			return i, err
		}
		if _, err := take(e.Person("ann@customer.example", "Ann")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer makes it known: %v", err)
		}
		issue, err := take(e.agent)
		if err != nil {
			t.Fatal(err)
		}
		// Nobody wants to know of it: it is asked for no more.
		e.Settle()
		e.Clock.Advance(90 * time.Minute)
		e.Settle()
		before := asked()
		e.Clock.Advance(24 * time.Hour)
		e.Settle()
		if after := asked(); before == 0 || after != 0 {
			t.Fatalf("it was asked for %d times and then %d times more", before, after)
		}
		// A run about it waits for it to be closed: it is asked for again, and the run goes on.
		var id int64
		e.Write(func(ctx context.Context, tx db.Tx) error {
			run, err := e.Playbooks.Start(ctx, tx, e.agent, playbook.StartInput{Playbook: "fix", Subject: ledger.Ref{Kind: "issue", ID: issue.ID}})
			if err == nil {
				id = run.ID
			}
			return err
		})
		e.Settle()
		e.Clock.Advance(48 * time.Hour) // figures are counted again, and no ticket is linked
		e.Settle()
		if asked() == 0 {
			t.Fatal("it is not asked for while a run is about it")
		}
		if st := run(t, e.Instance, id).Step("fixed"); st.State != playbook.Open {
			t.Fatalf("the wait is %s", st.State)
		}
		e.closes(12, "closed")
		r2 := run(t, e.Instance, id)
		if r2.Step("fixed").Outcome != playbook.Held || r2.Step("tell").State != playbook.Open {
			t.Fatalf("the run stands at %+v", r2.Steps)
		}
		e.server.Set("product/app", "#", 12, func(i *trackertest.Item) { i.State = "open" })
		if _, err := does(t, e.Instance, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return e.Playbooks.Complete(ctx, tx, e.agent, id, "tell", playbook.CompleteInput{})
		}); err != nil {
			t.Fatal(err)
		}
		asked()
		e.Clock.Advance(30 * 24 * time.Hour)
		e.Settle()
		if n := asked(); n != 0 {
			t.Errorf("it is asked for %d times after the run has ended", n)
		}
	})
}

func TestATicketWaitsForAnIssueAndGoesOnOnce(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		e.server.Put(trackertest.Item{Project: "product/app", Number: 13, Title: "Another"})
		one, two := e.ask("Acme", 100), e.ask("Acme", 100)
		l, err := e.link(one, 12, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.link(two, 12, true); err != nil {
			t.Fatal(err)
		}
		if _, err := e.link(two, 13, true); err != nil {
			t.Fatal(err)
		}
		if got := e.ticket(one); got.Status != desk.StatusHold || got.AssigneeID != e.agent.PersonID || !l.Waiting {
			t.Fatalf("%+v", got)
		}
		e.Settle()
		notes := func(id int64) int {
			return e.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1 AND public = FALSE`, id)
		}
		e.closes(12, "closed")
		if got := e.ticket(one); got.Status != desk.StatusOpen || got.Type != desk.TypeTask || notes(one) != 1 {
			t.Errorf("%+v, %d notes", got, notes(one))
		}
		if got := e.ticket(two); got.Status != desk.StatusHold || notes(two) != 1 {
			t.Errorf("it does not wait for the other: %+v, %d notes", got, notes(two))
		}
		e.closes(12, "open") // opened and closed again: nobody waits for it any more
		e.closes(12, "closed")
		if notes(one) != 1 || notes(two) != 1 {
			t.Errorf("%d and %d notes", notes(one), notes(two))
		}
		e.closes(13, "closed")
		if got := e.ticket(two); got.Status != desk.StatusOpen || notes(two) != 2 {
			t.Errorf("%+v, %d notes", got, notes(two))
		}
		// The chain of causes: the state changed because the issue ended, because it changed in its tracker.
		e.Read(func(ctx context.Context, tx db.Tx) error {
			why, err := e.Desk.WhyField(ctx, tx, e.Root(), one, "status")
			if err != nil || len(why.Chain) < 3 || !strings.Contains(why.Chain[1].Sentence, "closed") || !strings.Contains(why.Chain[2].Sentence, "tracker") {
				t.Errorf("%+v %v", why.Chain, err)
			}
			return nil
		})
		if _, err := e.link(one, 12, true); !fault.Is(err, fault.Invalid) {
			t.Errorf("it can wait for what is closed: %v", err)
		}
		e.Verify()
	})
}

func TestManyTicketsGoOn(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		for range 120 {
			if _, err := e.link(e.ask("Acme", 100), 12, true); err != nil {
				t.Fatal(err)
			}
		}
		e.Settle()
		e.closes(12, "closed")
		if n := e.Count(`SELECT count(*) FROM ticket WHERE status = 'open' AND type = 'task'`); n != 120 {
			t.Errorf("%d of 120 go on", n)
		}
	})
}

func TestLinksComeAndGo(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		id := e.ask("Acme", 100)
		l, err := e.link(id, 12, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.link(id, 12, false); err != nil || e.Count(`SELECT count(*) FROM ticket_link`) != 1 {
			t.Errorf("linked twice: %v", err)
		}
		customer := act.Actor{Kind: act.Person, PersonID: e.ticket(id).RequesterID, Clock: e.Clock.Now, Grants: []act.Grant{{Action: "read", Kind: "ticket", Scope: act.Own}}}
		e.Read(func(ctx context.Context, tx db.Tx) error {
			if list, err := e.Desk.Links(ctx, tx, customer, id); err != nil || len(list) != 0 {
				t.Errorf("the customer sees %d links, %v", len(list), err)
			}
			return nil
		})
		e.Apply(fmt.Sprintf(engineeringConfig, e.server.URL, "customers: true"))
		e.Read(func(ctx context.Context, tx db.Tx) error {
			if list, err := e.Desk.Links(ctx, tx, customer, id); err != nil || len(list) != 1 {
				t.Errorf("the customer sees %d links, %v", len(list), err)
			}
			return nil
		})
		e.server.Set("product/app", "#", 12, func(i *trackertest.Item) { i.Confidential = true })
		e.Clock.Advance(2 * time.Hour)
		e.Settle()
		e.Read(func(ctx context.Context, tx db.Tx) error {
			if list, _ := e.Desk.Links(ctx, tx, customer, id); len(list) != 0 {
				t.Error("the customer sees a confidential issue")
			}
			if _, err := e.Desk.Links(ctx, tx, act.Actor{Kind: act.Person, Clock: e.Clock.Now}, id); err == nil {
				t.Error("a stranger sees links")
			}
			return nil
		})
		for name, do := range map[string]func(ctx context.Context, tx db.Tx) error{
			"wait": func(ctx context.Context, tx db.Tx) error {
				_, err := e.Desk.WaitOn(ctx, tx, customer, id, l.Issue.ID, false)
				return err
			},
			"unlink": func(ctx context.Context, tx db.Tx) error {
				return e.Desk.UnlinkIssue(ctx, tx, customer, id, l.Issue.ID)
			},
		} {
			if err := e.DB.Write(t.Context(), do); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer may %s: %v", name, err)
			}
		}
		e.Write(func(ctx context.Context, tx db.Tx) error { return e.Desk.UnlinkIssue(ctx, tx, e.agent, id, l.Issue.ID) })
		if got := e.ticket(id); got.Status != desk.StatusOpen {
			t.Errorf("%+v", got)
		}
		e.Settle()
		if n := e.Count(`SELECT count(*) FROM tracker_issue WHERE due < 9007199254740991`); n != 0 {
			t.Error("it is asked for though nobody wants to know")
		}
	})
}

func TestAddressesInMessagesAreLinked(t *testing.T) {
	engineering(t, "messages: add", func(t *testing.T, e *engineers) {
		id := e.ask("Acme", 100)
		say := func(agent bool) {
			e.Write(func(ctx context.Context, tx db.Tx) error {
				text := "This is " + e.server.URL + "/product/app/-/issues/12."
				_, _, err := e.Desk.Reply(ctx, tx, e.agent, id, desk.Message{Agent: agent, Channel: "web", Text: text, HTML: "<p>" + text + "</p>"}, "")
				return err
			})
			e.Settle()
		}
		say(false)
		if n := e.Count(`SELECT count(*) FROM ticket_link`); n != 0 {
			t.Error("a customer's message links")
		}
		say(true)
		if n := e.Count(`SELECT count(*) FROM ticket_link l JOIN tracker_issue i ON i.id = l.issue_id WHERE i.title = 'Sync stops'`); n != 1 {
			t.Errorf("%d links", n)
		}
	})
}

func TestInterestCountsTicketsAndRevenueOnce(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		e.server.Put(trackertest.Item{Project: "product/app", Number: 13, Title: "Another"})
		for _, org := range []string{"Acme", "Acme", "Beta"} {
			if _, err := e.link(e.ask(org, map[string]float64{"Acme": 1000.5, "Beta": 200}[org]), 12, false); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := e.link(e.ask("Gamma", 5000), 13, false); err != nil {
			t.Fatal(err)
		}
		e.Settle()
		list := func(sort string) (out []desk.WantedIssue) {
			e.Read(func(ctx context.Context, tx db.Tx) error {
				var err error
				page, next, err := e.Desk.WantedIssues(ctx, tx, e.agent, desk.IssueFilter{Sort: sort}, db.Page{Limit: 1})
				if err != nil {
					return err
				}
				out = append(out, page...)
				page, next, err = e.Desk.WantedIssues(ctx, tx, e.agent, desk.IssueFilter{Sort: sort}, db.Page{Limit: 1, Cursor: next})
				out = append(out, page...)
				if next != "" {
					t.Error("there is a third")
				}
				return err
			})
			return out
		}
		if got := list("interest"); len(got) != 2 || got[0].Number != 12 || got[0].Tickets != 3 || got[0].Organizations != 2 || got[0].Revenue != 120050 {
			t.Errorf("%+v", got)
		}
		if got := list("revenue"); len(got) != 2 || got[0].Number != 13 || got[0].Revenue != 500000 {
			t.Errorf("%+v", got)
		}
		labelled := 0
		for _, i := range e.server.Items() {
			labelled += strings.Count(strings.Join(i.Labels, ","), "Customer Interest")
		}
		if labelled != 2 {
			t.Errorf("%d have the label", labelled)
		}
		e.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE organization SET attributes = '{}' WHERE name = 'Acme'`)
			return err
		})
		e.Clock.Advance(25 * time.Hour)
		e.Write(func(ctx context.Context, tx db.Tx) error { return e.Desk.SweepInterest(ctx, tx, e.Clock.Now()) })
		e.Settle()
		if got := list("interest"); got[0].Revenue != 20000 {
			t.Errorf("%+v", got[0].Interest)
		}
		e.Read(func(ctx context.Context, tx db.Tx) error {
			if tickets, _, err := e.Desk.Evidence(ctx, tx, e.agent, list("interest")[0].ID, db.Page{}); err != nil || len(tickets) != 3 {
				t.Errorf("%d tickets, %v", len(tickets), err)
			}
			if _, _, err := e.Desk.WantedIssues(ctx, tx, act.Actor{Kind: act.Person, PersonID: 9, Clock: e.Clock.Now}, desk.IssueFilter{}, db.Page{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("anybody may read issues: %v", err)
			}
			return nil
		})
	})
}

func TestAReportTellsNothingOfTheCustomer(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		id := e.ask("Acme", 100)
		in := desk.NewReport{Template: "bug", Answers: map[string]string{"summary": "Sync stops for Acme", "steps": "Ann Tester said 10.1.2.3 and db.acme.example refuse, mail ann@acme.example, password: hunter22"}}
		report := func(in desk.NewReport) (r desk.Report, err error) {
			err = e.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				r, err = e.Desk.ReportIssue(ctx, tx, e.agent, id, in)
				return err
			})
			return r, err
		}
		var p desk.Preview
		e.Read(func(ctx context.Context, tx db.Tx) (err error) {
			p, err = e.Desk.PreviewReport(ctx, tx, e.agent, id, in)
			return err
		})
		kinds := map[leak.Kind]string{}
		for _, f := range p.Findings {
			kinds[f.Kind] = f.Text
		}
		if kinds[leak.Organization] != "Acme" || kinds[leak.Name] != "Ann Tester" || kinds[leak.Address] != "10.1.2.3" || kinds[leak.Domain] != "db.acme.example" || kinds[leak.Email] != "ann@acme.example" || kinds[leak.Token] != "hunter22" {
			t.Errorf("%+v", p.Findings)
		}
		if _, err := report(in); !fault.Is(err, fault.Invalid) || len(fault.As(err).Details) != 6 {
			t.Errorf("%v", err)
		}
		in.Answers = map[string]string{"summary": "Sync stops", "steps": "Reported by Acme"}
		if _, err := report(in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		in.Confirmed = []string{"Acme"}
		for range 2 {
			e.server.Fail(502)
		}
		e.server.Lose()
		if _, err := report(in); err != nil {
			t.Fatal(err)
		}
		for range 8 { // the tracker comes back, one answer is lost
			e.Settle()
			e.Clock.Advance(5 * time.Minute)
		}
		made := 0
		for _, i := range e.server.Items() {
			if i.Title == "Sync stops" && i.Number > 12 {
				made++
				if !strings.Contains(i.Body, "Reported by Acme") || strings.Contains(i.Body, "Ann") || i.Labels[0] != "bug" {
					t.Errorf("%+v", i)
				}
			}
		}
		if made != 1 {
			t.Errorf("%d issues were created", made)
		}
		if got := e.ticket(id); got.Status != desk.StatusHold {
			t.Errorf("%+v", got)
		}
		if n := e.Count(`SELECT count(*) FROM issue_report WHERE state = 'created' AND issue_id IS NOT NULL`); n != 1 {
			t.Errorf("%d reports", n)
		}
	})
}

func TestARefusedReportIsKeptAndTriedAgain(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		id := e.ask("Acme", 100)
		e.server.Fail(403)
		var r desk.Report
		e.Write(func(ctx context.Context, tx db.Tx) (err error) {
			r, err = e.Desk.ReportIssue(ctx, tx, e.agent, id, desk.NewReport{Template: "bug", Answers: map[string]string{"summary": "Sync stops"}})
			return err
		})
		e.Settle()
		if n := e.Count(`SELECT count(*) FROM issue_report WHERE state = 'failed' AND error <> ''`); n != 1 {
			t.Fatalf("%d failed", n)
		}
		e.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := e.Desk.RetryReport(ctx, tx, e.agent, id, r.ID)
			return err
		})
		e.Settle()
		if n := e.Count(`SELECT count(*) FROM ticket_link WHERE waiting = TRUE`); n != 1 {
			t.Errorf("%d links", n)
		}
		err := e.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return e.Desk.DropReport(ctx, tx, e.agent, id, r.ID) })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("what was created can be dropped: %v", err)
		}
	})
}

func TestKnownIssuesAreRecordsWithHistory(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		text := func(s string) *string { return &s }
		var k desk.KnownIssue
		e.Write(func(ctx context.Context, tx db.Tx) (err error) {
			k, err = e.Desk.CreateKnown(ctx, tx, e.agent, desk.KnownInput{Title: text("Sync stops"), Symptom: text("The wheel turns"), Workaround: text("Restart **sync**"), Affected: &[]string{"17.4", "17.4", ""}})
			return err
		})
		if len(k.Affected) != 1 || k.State != desk.KnownOpen {
			t.Errorf("%+v", k)
		}
		change := func(by act.Actor, in desk.KnownInput) (out desk.KnownIssue, err error) {
			err = e.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				out, err = e.Desk.UpdateKnown(ctx, tx, by, k.ID, in)
				return err
			})
			return out, err
		}
		fixed := desk.KnownFixed
		if _, err := change(e.agent, desk.KnownInput{Version: 1, State: &fixed}); !fault.Is(err, fault.Invalid) {
			t.Errorf("fixed in no version: %v", err)
		}
		if _, err := change(e.agent, desk.KnownInput{Version: 7, Title: text("x")}); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		if _, err := change(act.Actor{Kind: act.Person, PersonID: 9, Clock: e.Clock.Now}, desk.KnownInput{Version: 1, Title: text("x")}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		if k, err := change(e.agent, desk.KnownInput{Version: 1, State: &fixed, FixedIn: text("17.5")}); err != nil || k.Version != 2 {
			t.Errorf("%+v %v", k, err)
		}
		id := e.ask("Acme", 100)
		for range 2 {
			e.Write(func(ctx context.Context, tx db.Tx) error { return e.Desk.AttachKnown(ctx, tx, e.agent, id, k.ID, true) })
		}
		if n := e.Count(`SELECT tickets FROM known_issue WHERE id = $1`, k.ID); n != 1 {
			t.Errorf("%d tickets", n)
		}
		e.Settle()
		e.Verify()
	})
}

func TestRoutesOfEngineering(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		id := e.ask("Acme", 100)
		server := e.Serve()
		token := e.TokenFor(e.agent, "*")
		do := func(method, path, body string) (int, string) {
			t.Helper()
			return request(t, server.URL, token, method, path, body)
		}
		path := fmt.Sprintf("/tickets/%d", id)
		for _, c := range []struct {
			body string
			want int
			say  string
		}{{`{"reference":"product/app#12","waiting":true}`, 201, `"waiting":true`}, {`{"reference":"product/app#999"}`, 422, "no such issue"}, {`{"reference":"other/x#1"}`, 422, "product/*"},
			{`{"reference":"hello"}`, 422, "reference"}, {`{"reference":"` + strings.Repeat("x", 600) + `"}`, 422, "500"}, {`{"reference":1}`, 422, ""}, {`{"ref":"x"}`, 422, ""}} {
			if code, body := do("POST", path+"/links", c.body); code != c.want || !strings.Contains(body, c.say) {
				t.Errorf("%s: %d %s", c.body, code, body)
			}
		}
		e.server.Fail(503)
		e.server.Put(trackertest.Item{Project: "product/app", Number: 14, Title: "Later"})
		if code, body := do("POST", path+"/links", `{"reference":"product/app#14"}`); code != 201 || !strings.Contains(body, `"unknown"`) {
			t.Errorf("a tracker that is away: %d %s", code, body)
		}
		e.Settle()
		if code, body := do("GET", path+"/engineering", ""); code != 200 || !strings.Contains(body, "Later") || !strings.Contains(body, `"templates":[{"name":"bug"`) {
			t.Errorf("%d %s", code, body)
		}
		for _, status := range []int{401, 403} {
			e.server.Fail(status)
			if code, _ := do("POST", path+"/links", `{"reference":"product/app#12"}`); code != 422 {
				t.Errorf("%d is answered %d", status, code)
			}
		}
		if code, body := do("GET", "/issues?sort=interest", ""); code != 200 || !strings.Contains(body, "Sync stops") {
			t.Errorf("%d %s", code, body)
		}
		if code, body := do("GET", "/trackers", ""); code != 200 || !strings.Contains(body, `"/hooks/trackers/gitlab"`) {
			t.Errorf("%d %s", code, body)
		}
		if code, body := do("POST", path+"/reports/preview", `{"template":"bug","answers":{"summary":"For Acme"}}`); code != 200 || !strings.Contains(body, `"organization"`) {
			t.Errorf("%d %s", code, body)
		}
		if code, _ := do("POST", path+"/reports", `{"template":"nothing"}`); code != 404 {
			t.Errorf("%d", code)
		}
		if code, body := do("POST", "/known-issues", `{"title":"Sync stops","workaround":"Restart"}`); code != 201 {
			t.Errorf("%d %s", code, body)
		}
		if code, body := do("POST", "/known-issues/1/issues", `{"reference":"product/app#12"}`); code != 201 || !strings.Contains(body, "product/app#12") {
			t.Errorf("%d %s", code, body)
		}
		if code, body := do("GET", path+"/engineering", ""); code != 200 || !strings.Contains(body, `"workaround":"Restart"`) {
			t.Errorf("the known issue of its issue is not offered: %d %s", code, body)
		}
		e.Settle()
		if code, body := do("POST", "/known-issues/1/answer", `{"text":"Fixed in 17.5, {{requester}}.","status":"solved"}`); code != 201 || !strings.Contains(body, `"tickets":1`) {
			t.Errorf("%d %s", code, body)
		}
		e.Settle()
		if got := e.ticket(id); got.Status != desk.StatusSolved || e.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1 AND public = TRUE AND agent = TRUE AND body_text LIKE '%Ann Tester%'`, id) != 1 {
			t.Errorf("it is not answered: %+v", got)
		}
		if code, body := do("GET", "/known-issues/1/tickets", ""); code != 200 || !strings.Contains(body, "It stops") {
			t.Errorf("%d %s", code, body)
		}
		if code, body := do("GET", "/search?q=restart", ""); code != 200 || !strings.Contains(body, "/known-issues/1") {
			t.Errorf("%d %s", code, body)
		}
	})
}

func request(t *testing.T, base, token, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	buf := make([]byte, 64<<10)
	for {
		n, err := res.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return res.StatusCode, b.String()
		}
	}
}
