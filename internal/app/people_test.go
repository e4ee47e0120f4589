package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

func cc(l letter, list string) letter {
	l.headers = map[string]string{"Cc": list}
	return l
}

func personOf(i *apptest.Instance, email string) (p directory.Person) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		p, _, err = i.Directory.ByEmail(ctx, tx, email)
		return err
	})
	return p
}

// addPerson puts somebody on a ticket and returns what was said against it.
func addPerson(i *apptest.Instance, by act.Actor, id int64, part desk.Part, p directory.Person) error {
	return i.DB.Write(i.T.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := i.Desk.AddPerson(ctx, tx, by, id, part, p)
		return err
	})
}

func note(i *apptest.Instance, by act.Actor, id int64, text string) {
	i.T.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) error {
		_, _, err := i.Desk.Reply(ctx, tx, by, id, desk.Message{Agent: true, Channel: "web", Text: text, HTML: "<p>" + text + "</p>"}, "")
		return err
	})
	i.Settle()
}

func TestCopiesOfAMailAreOnItsTicketAndGetTheReplies(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		tom := i.Person("tom@company.example", "Tom", "agent")
		send(i, cc(ann, "Bob <bob@acme.example>, tom@company.example, ann@acme.example, Help <help@company.example>, support@company.example"))
		id := tickets(i)[0].ID
		bob := personOf(i, "bob@acme.example")
		if tk := ticket(i, id); !slices.Equal(tk.People.Copies, []int64{bob.ID}) || !slices.Equal(tk.People.Followers, []int64{tom.PersonID}) {
			t.Fatalf("on the ticket: %+v; want Bob copied and Tom following", tk.People)
		}
		reply(i, agent, id, "Hello both", "")
		got := i.Peer.All()
		if len(got) != 1 || !slices.Equal(got[0].To, []string{"ann@acme.example", "bob@acme.example"}) {
			t.Fatalf("one mail to both: %d mails, %v", len(got), got)
		}
		m := got[0].Message()
		if len(m.To) != 1 || m.To[0].Email != ann.from || len(m.Cc) != 1 || m.Cc[0].Email != "bob@acme.example" {
			t.Errorf("To %v, Cc %v", m.To, m.Cc)
		}
		// Bob answers all: his answer is his, public, on the same ticket, and Carl comes along.
		send(i, letter{from: "bob@acme.example", subject: "Re: x", id: "b1@acme.example", answers: &m, text: "Me too", headers: map[string]string{"Cc": "carl@acme.example, ann@acme.example"}})
		list := comments(i, id)
		if last := list[len(list)-1]; len(tickets(i)) != 1 || !last.Public || last.Agent || last.AuthorID != bob.ID {
			t.Errorf("Bob's answer: %+v", last)
		}
		carl := personOf(i, "carl@acme.example")
		if tk := ticket(i, id); tk.Status != desk.StatusOpen || !slices.Equal(tk.People.Copies, []int64{bob.ID, carl.ID}) {
			t.Errorf("after Bob's answer: %s %+v", tk.Status, tk.People)
		}
		// Somebody it was passed on to: kept for colleagues, never public, and the ticket comes back to them.
		setStatus(i, agent, id, desk.StatusPending)
		send(i, letter{from: "eve@other.example", subject: "Re: x", id: "e1@other.example", answers: &m, text: "I was forwarded this", headers: map[string]string{"Cc": "mallory@other.example"}})
		list = comments(i, id)
		last := list[len(list)-1]
		if last.Public || last.Agent || last.AuthorID != personOf(i, "eve@other.example").ID || ticket(i, id).Status != desk.StatusOpen {
			t.Errorf("an outsider's answer: %+v, the ticket is %s", last, ticket(i, id).Status)
		}
		for _, e := range timeline(i, agent, id) {
			if e.Comment != nil && e.Comment.ID == last.ID && !strings.Contains(string(e.Event.Data), `"outsider":true`) {
				t.Errorf("it is not flagged: %s", e.Event.Data)
			}
		}
		if n := len(ticket(i, id).People.Copies); n != 2 {
			t.Errorf("an outsider put somebody on the ticket: %d copies", n)
		}
		// A reply to one of them alone.
		before := len(i.Peer.All())
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.Reply(ctx, tx, agent, id, desk.Message{Agent: true, Public: true, Channel: "web", Text: "Just us", Copies: []int64{carl.ID}}, "")
			return err
		})
		i.Settle()
		if now := i.Peer.All(); len(now) != before+1 || !slices.Equal(now[before].To, []string{"ann@acme.example", "carl@acme.example"}) {
			t.Errorf("a reply with one copy went to %v", now[before:])
		}
		var outside int
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			outside, err = i.Desk.CopiesOutside(ctx, tx, ticket(i, id), nil)
			return err
		})
		if outside != 2 { // nobody knows their organization
			t.Errorf("%d copies outside, want 2", outside)
		}
		i.Verify()
	})
}

func TestWhoCannotBeCopied(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		observer := i.Person("otto@company.example", "Otto", "observer")
		send(i, cc(ann, "bob@acme.example"))
		id := tickets(i)[0].ID
		bob := personOf(i, "bob@acme.example")
		for _, c := range []struct {
			why  string
			by   act.Actor
			part desk.Part
			p    directory.Person
			code fault.Code
		}{
			{"the requester", agent, desk.Copied, personOf(i, ann.from), fault.Invalid},
			{"our own mailbox", agent, desk.Copied, directory.Person{ID: 999, Email: "help@company.example", Name: "Help"}, fault.Invalid},
			{"a customer as follower", agent, desk.Following, bob, fault.Invalid},
			{"an unknown role", agent, "boss", bob, fault.Invalid},
			{"nobody", agent, desk.Copied, directory.Person{}, fault.Invalid},
			{"by somebody who may only read", observer, desk.Copied, bob, fault.Forbidden},
			{"by a stranger", act.Actor{Kind: act.Person, PersonID: bob.ID + 1000}, desk.Copied, bob, fault.NotFound},
			{"again", agent, desk.Copied, bob, ""},
			{"a colleague follows instead", agent, desk.Copied, personOf(i, "otto@company.example"), ""},
		} {
			if err := addPerson(i, c.by, id, c.part, c.p); c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
				t.Errorf("%s: %v, want %q", c.why, err, c.code)
			}
		}
		if tk := ticket(i, id); len(tk.People.Copies) != 1 || !slices.Equal(tk.People.Followers, []int64{observer.PersonID}) {
			t.Errorf("on the ticket: %+v", tk.People)
		}
		// A thousand copies: the first 48 are taken, and the mail says so.
		var list []string
		for n := range 1000 {
			list = append(list, fmt.Sprintf("c%d@acme.example", n))
		}
		send(i, letter{from: "zoe@acme.example", subject: "Many", id: "many@acme.example", text: "Hello", headers: map[string]string{"Cc": strings.Join(list, ", ")}})
		all := tickets(i)
		if tk := all[len(all)-1]; len(tk.People.Copies) != 48 || !strings.Contains(lastReceived(i).Reason, "952 more people") {
			t.Errorf("%d copies; the mail says %q", len(tk.People.Copies), lastReceived(i).Reason)
		}
		if err := addPerson(i, agent, all[len(all)-1].ID, desk.Copied, bob); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "48") {
			t.Errorf("the 49th copy: %v", err)
		}
		// Switched off.
		i.Apply("kind: mailbox\nname: quiet\ntitle: Quiet\naddress: quiet@company.example\ncopies: off\nteam: support\nbrand: main\n")
		l := cc(ann, "bob@acme.example")
		l.to, l.id, l.subject = "quiet@company.example", "quiet1@acme.example", "Quiet please"
		send(i, l)
		all = tickets(i)
		quiet := all[len(all)-1]
		if len(quiet.People.Copies) != 0 {
			t.Errorf("a mailbox without copies took %v", quiet.People)
		}
		if err := addPerson(i, agent, quiet.ID, desk.Copied, bob); !fault.Is(err, fault.Invalid) {
			t.Errorf("copies are off, and yet: %v", err)
		}
	})
}

func TestWhoIsCopiedReadsThePublicPartAndAnswers(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, cc(ann, "bob@acme.example"))
		send(i, letter{from: "zoe@acme.example", subject: "Another", id: "z1@acme.example", text: "Not Bob's"})
		id := tickets(i)[0].ID
		note(i, agent, id, "Not for customers")
		bob := act.Actor{Kind: act.Person, PersonID: personOf(i, "bob@acme.example").ID, Clock: i.Clock.Now,
			Grants: []act.Grant{{Action: "read", Kind: "ticket", Scope: act.Own}, {Action: "write", Kind: "ticket", Scope: act.Own}, {Action: "edit", Kind: "ticket", Scope: act.Own}}}
		var list []*desk.Ticket
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			list, _, err = i.Desk.List(ctx, tx, bob, desk.Filter{}, db.Page{Limit: 10})
			return err
		})
		if len(list) != 1 || list[0].ID != id {
			t.Errorf("Bob's list: %d tickets", len(list))
		}
		for _, e := range timeline(i, bob, id) {
			if e.Comment == nil || !e.Comment.Public {
				t.Errorf("Bob sees %+v", e)
			}
		}
		err := i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			to := desk.StatusSolved
			_, err := i.Desk.Update(ctx, tx, bob, id, desk.Edit{Version: ticket(i, id).Version, Status: &to})
			return err
		})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("being copied let Bob change the ticket: %v", err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.RemovePerson(ctx, tx, agent, id, bob.PersonID)
			return err
		})
		i.Read(func(ctx context.Context, tx db.Tx) error {
			if _, err := i.Desk.Get(ctx, tx, bob, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("after he was taken off: %v", err)
			}
			return nil
		})
	})
}

func TestFollowersHearOnceOfSeveralMessagesAndNeverOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		tom := i.Person("tom@company.example", "Tom", "agent")
		otto := i.Person("otto@company.example", "Otto", "observer")
		send(i, ann)
		id := tickets(i)[0].ID
		for _, by := range []act.Actor{tom, otto} { // each for themselves
			var p directory.Person
			i.Read(func(ctx context.Context, tx db.Tx) error {
				people, err := i.Directory.Names(ctx, tx, []int64{by.PersonID})
				p = people[by.PersonID]
				return err
			})
			if err := addPerson(i, by, id, desk.Following, p); err != nil {
				t.Fatal(err)
			}
		}
		note(i, maria, id, "The secret plan")
		note(i, maria, id, "And its second part")
		reply(i, tom, id, "Hello Ann", "")
		before := len(i.Peer.All()) // the reply itself
		i.Clock.Advance(3 * time.Minute)
		i.Settle()
		news := i.Peer.All()[before:]
		if len(news) != 2 {
			t.Fatalf("%d notices, want one for each follower", len(news))
		}
		for _, d := range news {
			m := d.Message()
			switch d.To[0] {
			case "tom@company.example":
				if !strings.Contains(m.Text, "The secret plan") || !strings.Contains(m.Text, "second part") || strings.Contains(m.Text, "Hello Ann") || !strings.Contains(m.Text, fmt.Sprintf("/tickets/%d", id)) {
					t.Errorf("Tom reads %q", m.Text)
				}
			case "otto@company.example": // may read, not work on it: no notes
				if strings.Contains(m.Text, "secret") || !strings.Contains(m.Text, "Hello Ann") {
					t.Errorf("Otto reads %q", m.Text)
				}
			default:
				t.Errorf("a notice went to %v", d.To)
			}
			if m.AutoSubmitted == "" {
				t.Error("a notice does not say that a machine wrote it")
			}
		}
		i.Clock.Advance(time.Hour)
		i.Settle()
		if n := len(i.Peer.All()); n != before+2 {
			t.Errorf("%d more mails without news", n-before-2)
		}
		// A note that names somebody makes them a follower, told at once.
		ines := i.Person("ines.costa@company.example", "Ines", "agent")
		note(i, tom, id, "Could you look, @ines.costa? And not me@company.example.")
		if tk := ticket(i, id); !slices.Contains(tk.People.Followers, ines.PersonID) || slices.Contains(tk.People.Followers, maria.PersonID) {
			t.Errorf("followers %v, want Ines among them", tk.People.Followers)
		}
		all := i.Peer.All()
		if last := all[len(all)-1]; last.To[0] != "ines.costa@company.example" || !strings.Contains(last.Message().Text, "Could you look") {
			t.Errorf("Ines was not told: %v", last.To)
		}
		i.Verify()
	})
}

func TestAnotherRequesterGetsTheMail(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, cc(ann, "bob@acme.example"))
		id := tickets(i)[0].ID
		bob := personOf(i, "bob@acme.example")
		change := func(by act.Actor, to int64) error {
			return i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.Update(ctx, tx, by, id, desk.Edit{Version: ticket(i, id).Version, RequesterID: &to})
				return err
			})
		}
		if err := change(agent, 999999); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown person: %v", err)
		}
		if err := change(i.Person("otto@company.example", "Otto", "observer"), bob.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by somebody who may only read: %v", err)
		}
		if err := change(agent, bob.ID); err != nil {
			t.Fatal(err)
		}
		if tk := ticket(i, id); tk.RequesterID != bob.ID || len(tk.People.Copies) != 0 {
			t.Errorf("the ticket: requester %d, %+v", tk.RequesterID, tk.People)
		}
		reply(i, agent, id, "Hello Bob", "")
		if got := i.Peer.All(); len(got) != 1 || !slices.Equal(got[0].To, []string{"bob@acme.example"}) {
			t.Errorf("the reply went to %v", got)
		}
		if e := event(i, id, desk.TicketChanged); e == nil || !strings.Contains(string(e.Data), "requester_id") {
			t.Errorf("the change is not told: %+v", e)
		}
	})
}

func TestForeignIdsLeadToOneTicket(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		make := func(subject string, ids ...desk.ExternalID) (tk *desk.Ticket, err error) {
			err = i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				p, err := i.Directory.Resolve(ctx, tx, agent, ann.from, "Ann")
				if err != nil {
					return err
				}
				tk, _, err = i.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: subject, Requester: p, Channel: "api", External: ids, Message: desk.Message{Text: "x", Public: true, Channel: "api"}})
				return err
			})
			return tk, err
		}
		first, err := make("One", desk.ExternalID{Source: "CRM", ID: "A-1"}, desk.ExternalID{ID: "77"})
		if err != nil {
			t.Fatal(err)
		}
		if first.SubmitterID != agent.PersonID {
			t.Errorf("entered by %d, want %d", first.SubmitterID, agent.PersonID)
		}
		if _, err := make("Two", desk.ExternalID{Source: "crm", ID: "A-1"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same id twice: %v", err)
		}
		if _, err := make("Three", desk.ExternalID{Source: "billing", ID: "A-1"}); err != nil {
			t.Errorf("the same id of another source: %v", err)
		}
		for _, bad := range []desk.ExternalID{{Source: "a b", ID: "1"}, {Source: "crm", ID: ""}, {Source: "crm", ID: strings.Repeat("x", 300)}} {
			if _, err := make("Bad", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		found := func(id, source string) (n int) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				list, _, err := i.Desk.List(ctx, tx, agent, desk.Filter{ExternalID: id, ExternalSource: source}, db.Page{Limit: 10})
				n = len(list)
				return err
			})
			return n
		}
		if a, b, c := found("A-1", ""), found("A-1", "crm"), found("77", "crm"); a != 2 || b != 1 || c != 0 {
			t.Errorf("found %d, %d and %d tickets", a, b, c)
		}
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM external_id WHERE kind = 'ticket'`); n != 3 {
			t.Errorf("%d foreign ids are kept, want 3", n)
		}
	})
}

func TestPeopleOfATicketFollowAMergeAndAnErasure(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		send(i, cc(ann, "bob@acme.example, robert@acme.example, cy@acme.example"))
		id := tickets(i)[0].ID
		bob, robert, cy := personOf(i, "bob@acme.example"), personOf(i, "robert@acme.example"), personOf(i, "cy@acme.example")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Merge(ctx, tx, i.Root(), "person", bob.ID, robert.ID)
			return err
		})
		i.Settle()
		if got := ticket(i, id).People.Copies; !slices.Equal(got, []int64{bob.ID, cy.ID}) {
			t.Errorf("after the merge: %v, want %v", got, []int64{bob.ID, cy.ID})
		}
		if _, err := i.Directory.EraseNow(t.Context(), i.Root(), cy.ID, "asked for it"); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if got := ticket(i, id).People.Copies; !slices.Equal(got, []int64{bob.ID}) || i.Count(`SELECT count(*) FROM ticket_person WHERE person_id = $1`, cy.ID) != 0 {
			t.Errorf("after the erasure: %v", got)
		}
	})
}

// Two nodes of one database show each other's readers; one node shows its own.
func TestWhoLooksIsSeenOnEveryNode(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		i := apptest.New(t, o)
		maria, tom := i.Person("maria@company.example", "Maria", "agent"), i.Person("tom@company.example", "Tom", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		first := i.Serve()
		second := first
		if i.DB.Engine() == db.Postgres {
			second = apptest.Open(t, o, i.Clock).Serve()
		}
		look := func(server *httptest.Server, token string) string {
			req, _ := http.NewRequest("POST", fmt.Sprintf("%s/api/v1/tickets/%d/presence", server.URL, id), strings.NewReader(`{"writing": true}`))
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			return string(body)
		}
		look(first, i.TokenFor(maria, "*"))
		if got := look(second, i.TokenFor(tom, "*")); !strings.Contains(got, `"Maria"`) || strings.Contains(got, `"Tom"`) {
			t.Errorf("Tom sees %s", got)
		}
		i.Clock.Advance(time.Minute)
		if got := look(second, i.TokenFor(tom, "*")); strings.Contains(got, "Maria") {
			t.Errorf("a minute later Tom still sees %s", got)
		}
	})
}
