package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/starter"
)

// sold is an instance with the kit's entitlements and an organization that has premium.
type sold struct {
	*apptest.Instance
	t     *testing.T
	agent act.Actor
	org   int64
}

func selling(t *testing.T, i *apptest.Instance) *sold {
	t.Helper()
	docs, findings, err := blueprint.ParseFolder(starter.Kit())
	if err != nil {
		t.Fatal(err)
	}
	i.Configure(slices.DeleteFunc(docs, func(d blueprint.Document) bool { return d.Kind == "mailbox" }), findings)
	i.Apply("kind: role\nname: customer\ntitle: Customer\ngrants:\n  - { actions: [read, write], kinds: [ticket], scope: own }\n")
	s := &sold{Instance: i, t: t, agent: i.Person("bea@company.example", "Bea", "agent")}
	s.org = s.organization("Acme", "acme.example", map[string]any{"plan": "premium", "expires": "2026-12-31", "licence_ids": "LIC-7777, LIC-8888"})
	return s
}

func (s *sold) organization(name, domain string, attributes map[string]any) (id int64) {
	s.t.Helper()
	domains := []string{domain}
	s.Write(func(ctx context.Context, tx db.Tx) error {
		o, err := s.Directory.CreateOrganization(ctx, tx, act.Root(), directory.OrganizationInput{Name: &name, Domains: &domains, Attributes: attributes})
		id = o.ID
		return err
	})
	return id
}

// attempt makes a change that may be refused.
func (s *sold) attempt(fn func(ctx context.Context, tx db.Tx) error) error {
	return s.DB.Write(context.Background(), fn)
}

// writes has somebody send a mail and returns the ticket it became.
func (s *sold) writes(email string) *desk.Ticket {
	s.t.Helper()
	n := s.Count(`SELECT count(*) FROM mail_in`)
	s.Mail(email, apptest.Mailbox, letter{from: email, name: "Ada", subject: "Help", id: fmt.Sprintf("m%d@customer.example", n), text: "It does not work."}.raw(s.t, s.Clock.Now()))
	s.Settle()
	return ticketOf(s.t, s.Instance)
}

func (s *sold) person(email string) (id int64) {
	s.t.Helper()
	s.Read(func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT person_id FROM identity WHERE value = $1`, email).Scan(&id)
	})
	return id
}

func (s *sold) mails(to string) (out []string) {
	for _, d := range s.Peer.All() {
		if d.To[0] == to {
			out = append(out, d.Message().Text)
		}
	}
	return out
}

func TestWhoHasBoughtItIsHelped(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		ticket := s.writes("ada@acme.example")
		cfg := i.DeskConfig()
		if ticket.Refused != "" || cfg.Entitle.ByID(ticket.EntitlementID).Name != "premium" || ticket.DueMetric != desk.FirstReply || ticket.Priority != "normal" {
			t.Fatalf("the ticket is %+v", ticket)
		}
		var judged ledger.Event
		for _, e := range told(t, i, ticket.ID) {
			if e.Verb == desk.TicketJudged {
				judged = e
			}
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			w, err := i.Explain.Event(ctx, tx, s.agent, judged.ID)
			if err != nil {
				return err
			}
			if w.What != "Entitled: Premium." || w.Rule == nil || len(w.Rule.Conditions) != 1 || w.Rule.Conditions[0].Value != "premium" {
				t.Errorf("why: %+v, rule %+v", w, w.Rule)
			}
			w, err = i.Desk.WhyField(ctx, tx, s.agent, ticket.ID, "entitlement")
			if err == nil && w.What != "Entitled: Premium." {
				t.Errorf("why this entitlement: %+v", w)
			}
			return err
		})
		if got := s.mails("ada@acme.example"); len(got) != 0 {
			t.Errorf("she was told %q", got)
		}
	})
}

func TestRefusedPeopleAreToldAndNothingIsLost(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		ticket := s.writes("eve@unknown.example")
		if ticket.Refused != entitle.NoOrganization || ticket.Priority != "low" || fmt.Sprint(ticket.Tags) != "[needs_org]" || ticket.DueMetric != "" {
			t.Fatalf("the ticket is %+v", ticket)
		}
		if n := i.Count(`SELECT count(*) FROM clock`); n != 0 {
			t.Errorf("%d clocks run for a refused ticket", n)
		}
		if n := i.Count(`SELECT count(*) FROM work_item`); n != 0 {
			t.Errorf("a refused ticket is on somebody's list of work")
		}
		got := s.mails("eve@unknown.example")
		if len(got) != 1 || !strings.Contains(got[0], "We could not tell which organization") || !strings.Contains(got[0], "licence id") {
			t.Fatalf("she was told %q", got)
		}
		// Not again on the same day; the machine's mail is not answered at all.
		again := s.writes("eve@unknown.example")
		if again.ID == ticket.ID || again.Refused == "" {
			t.Fatalf("her second mail: %+v", again)
		}
		if got := s.mails("eve@unknown.example"); len(got) != 1 {
			t.Errorf("she was told %d times within a day", len(got))
		}
		i.Clock.Advance(25 * time.Hour)
		s.writes("eve@unknown.example")
		if got := s.mails("eve@unknown.example"); len(got) != 2 {
			t.Errorf("a day later she was told %d times in all", len(got))
		}

		// A proof that does not hold changes nothing and says everything that is wrong.
		associate := func(p entitle.Given) error {
			return s.attempt(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.Associate(ctx, tx, s.agent, ticket.ID, desk.Association{OrganizationID: s.org, Proof: &p, Contact: true})
				return err
			})
		}
		err := associate(entitle.Given{Name: "licence_id", Value: "LIC-0000", SoldTo: "Somebody else"})
		if f := fault.As(err); f == nil || len(f.Details) != 2 {
			t.Fatalf("a wrong proof: %v", err)
		}
		if err := associate(entitle.Given{Name: "licence_id", Value: "LIC-8888", SoldTo: "acme"}); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		var now *desk.Ticket
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			now, err = i.Desk.Get(ctx, tx, s.agent, ticket.ID)
			return err
		})
		if now.Refused != "" || now.OrganizationID != s.org || now.Priority != "normal" || len(now.Tags) != 0 || now.DueMetric != desk.FirstReply {
			t.Errorf("after the proof the ticket is %+v", now)
		}
		if n := i.Count(`SELECT count(*) FROM organization_contact`); n != 1 {
			t.Errorf("%d contacts", n)
		}
		if n := i.Count(`SELECT count(*) FROM purchase_proof WHERE digest LIKE '%LIC%' OR hint = 'LIC-8888'`); n != 0 {
			t.Errorf("the proof itself was kept")
		}
	})
}

func TestLettingInAndHolds(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		if err := s.attempt(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Entitle.Place(ctx, tx, s.agent, s.org, " ")
			return err
		}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a hold without a reason: %v", err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Entitle.Place(ctx, tx, s.agent, s.org, "Invoice 12 is unpaid")
			return err
		})
		ticket := s.writes("ada@acme.example")
		got := s.mails("ada@acme.example")
		if ticket.Refused != entitle.OnHold || len(got) != 1 || !strings.Contains(got[0], "on hold") || strings.Contains(got[0], "Invoice") {
			t.Fatalf("on hold: %+v, told %q", ticket, got)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Admit(ctx, tx, s.agent, ticket.ID, "Production is down")
			return err
		})
		// What she writes on it later is let in, too.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			ada := act.Actor{Kind: act.Mail, PersonID: ticket.RequesterID, Clock: i.Clock.Now, Grants: []act.Grant{{Action: "*", Kind: "ticket", Scope: act.Own}}}
			m := desk.PlainMessage("More about it")
			m.Public, m.Channel = true, "mail"
			after, _, err := i.Desk.Reply(ctx, tx, ada, ticket.ID, m, "")
			if err == nil && (after.Refused != "" || after.DueMetric != desk.FirstReply) {
				t.Errorf("after it was let in: %+v", after)
			}
			return err
		})
		second := s.writes("ada@acme.example")
		if second.Refused != entitle.OnHold {
			t.Fatalf("another ticket: %+v", second)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error { return i.Entitle.Lift(ctx, tx, s.agent, s.org, "Paid") })
		i.Settle()
		i.Read(func(ctx context.Context, tx db.Tx) error {
			now, err := i.Desk.Get(ctx, tx, s.agent, second.ID)
			if err == nil && (now.Refused != "" || now.DueMetric != desk.FirstReply) {
				t.Errorf("after the hold: %+v", now)
			}
			return err
		})
	})
}

func TestExpiryAndAnswersAlone(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		old := s.organization("Oldco", "oldco.example", map[string]any{"plan": "premium", "expires": i.Clock.Now().AddDate(0, 0, -15).Format(time.DateOnly)})
		if ticket := s.writes("max@oldco.example"); ticket.Refused != "" {
			t.Fatalf("on the last day after the end: %+v", ticket)
		}
		i.Clock.Advance(25 * time.Hour)
		ticket := s.writes("max@oldco.example")
		got := s.mails("max@oldco.example")
		if ticket.Refused != entitle.Expired || len(got) != 1 || !strings.Contains(got[0], "the 15 days after it on") {
			t.Fatalf("after that: %+v, told %q", ticket, got)
		}
		_ = old
		i.Apply("kind: entitlement\nname: community\ntitle: Community\norder: 70\nmatch: organization.attributes.plan == \"community\"\nsupport: false\nwhen_refused: answer\nanswer: not-entitled\n")
		s.organization("Freeco", "freeco.example", map[string]any{"plan": "community"})
		before := ticket.ID
		if now := s.writes("joe@freeco.example"); now.ID != before {
			t.Fatalf("a ticket was made: %+v", now)
		}
		if got := s.mails("joe@freeco.example"); len(got) != 1 || !strings.Contains(got[0], "does not include support") {
			t.Errorf("he was told %q", got)
		}
		if n := i.Count(`SELECT count(*) FROM mail_in WHERE state = 'suspended'`); n != 1 {
			t.Errorf("%d mails wait for review", n)
		}
	})
}

func TestContactsTermsAndSharing(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		add := func(by act.Actor, email string, editor bool) error {
			return s.attempt(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Entitle.AddContact(ctx, tx, by, s.org, entitle.NewContact{Email: email, Editor: editor})
				return err
			})
		}
		for n := range 30 {
			if err := add(s.agent, fmt.Sprintf("c%d@acme.example", n), n < 5); err != nil {
				t.Fatal(err)
			}
		}
		if err := add(s.agent, "c30@acme.example", false); err == nil || !strings.Contains(err.Error(), "Premium allows 30") {
			t.Errorf("the 31st contact: %v", err)
		}
		if err := s.attempt(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.SetEditor(ctx, tx, s.agent, s.org, s.person("c9@acme.example"), true)
		}); err == nil || !strings.Contains(err.Error(), "5 is the most") {
			t.Errorf("the sixth editor: %v", err)
		}
		if ticket := s.writes("stranger@acme.example"); ticket.Refused != entitle.NotListed {
			t.Errorf("somebody who is not listed: %+v", ticket)
		}
		if ticket := s.writes("c3@acme.example"); ticket.Refused != "" {
			t.Errorf("a listed contact: %+v", ticket)
		}
		// A contact who is an editor changes the list; others and people of other organizations do not.
		editor := act.Actor{Kind: act.Person, PersonID: s.person("c1@acme.example"), Clock: i.Clock.Now}
		plain := act.Actor{Kind: act.Person, PersonID: s.person("c9@acme.example"), Clock: i.Clock.Now}
		if err := s.attempt(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.RemoveContact(ctx, tx, plain, s.org, editor.PersonID)
		}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a contact who is no editor removes somebody: %v", err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.RemoveContact(ctx, tx, editor, s.org, s.person("c29@acme.example"))
		})
		other := s.organization("Other", "other.example", nil)
		i.Write(func(ctx context.Context, tx db.Tx) error {
			p, err := i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Email: "zoe@other.example", Name: "Zoe"})
			if err != nil {
				return err
			}
			return i.Auth.SetRoles(ctx, tx, i.Root(), p.ID, []string{"customer"})
		})
		if err := add(s.agent, "zoe@other.example", false); err == nil || !strings.Contains(err.Error(), "another organization") {
			t.Errorf("a contact of another organization: %v", err)
		}
		if err := add(editor, "zoe@other.example", false); err == nil || strings.Contains(err.Error(), "another organization") {
			t.Errorf("an editor lists somebody of another organization: %v", err)
		}
		if err := add(editor, "new@acme.example", true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an editor makes an editor: %v", err)
		}
		if err := add(editor, "new@acme.example", false); err != nil {
			t.Error(err)
		}

		// The list as text: what it would change, then the change, and nobody else's is lost.
		var text string
		var plan entitle.ListPlan
		i.Write(func(ctx context.Context, tx db.Tx) (err error) {
			if text, err = i.Entitle.ContactText(ctx, tx, s.agent, s.org); err != nil {
				return err
			}
			text = strings.Replace(text, "email: new@acme.example", "email: newer@acme.example", 1)
			plan, err = i.Entitle.PlanContacts(ctx, tx, s.agent, s.org, text)
			return err
		})
		changes := map[string]int{}
		for _, d := range plan.Differences {
			changes[d.Change]++
		}
		if fmt.Sprint(changes) != "map[added:1 removed:1 unchanged:29]" {
			t.Errorf("the plan: %v", changes)
		}
		apply := func(text, seen string) error {
			return s.attempt(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Entitle.ApplyContacts(ctx, tx, s.agent, s.org, text, seen)
				return err
			})
		}
		if err := apply(text, plan.Seen); err != nil {
			t.Error(err)
		}
		if err := apply(text, plan.Seen); !fault.Is(err, fault.Conflict) {
			t.Errorf("a plan of another list: %v", err)
		}
		if err := apply(text+"- email: x1@acme.example\n", ""); err == nil || !strings.Contains(err.Error(), "allows 30") {
			t.Errorf("a list of 31: %v", err)
		}
		if err := apply("contacts: [{ mail: a@b.example }]", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a list with an unknown field: %v", err)
		}

		// A prospect: thirty at once, two extensions, an end by itself.
		start := func(org int64) (term entitle.OnTerm, err error) {
			err = s.attempt(func(ctx context.Context, tx db.Tx) error {
				term, err = i.Entitle.Start(ctx, tx, s.agent, org, "prospect")
				return err
			})
			return term, err
		}
		term, err := start(other)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 29 {
			if _, err := start(s.organization(fmt.Sprintf("P%d", n), fmt.Sprintf("p%d.example", n), nil)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := start(s.organization("P29", "p29.example", nil)); err == nil || !strings.Contains(err.Error(), "30 at once are the most") {
			t.Errorf("prospect 31: %v", err)
		}
		for n := range 3 {
			err = s.attempt(func(ctx context.Context, tx db.Tx) error {
				term, err := i.Entitle.Extend(ctx, tx, s.agent, other, term.ID)
				if err == nil && term.Ends.Sub(term.Started) != time.Duration(n+2)*30*24*time.Hour {
					t.Errorf("extension %d: %+v", n+1, term)
				}
				return err
			})
			if (err != nil) != (n == 2) {
				t.Errorf("extension %d: %v", n+1, err)
			}
		}
		if ticket := s.writes("zoe@other.example"); ticket.Refused != "" || i.DeskConfig().Entitle.ByID(ticket.EntitlementID).Name != "prospect" || ticket.Due.Sub(ticket.Created) != 24*time.Hour {
			t.Errorf("a prospect's ticket: %+v", ticket)
		}
		i.Clock.Advance(91 * 24 * time.Hour)
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM entitlement_term WHERE ended_at IS NULL`); n != 0 {
			t.Errorf("%d terms still run after their end", n)
		}

		// Sharing: accepted in writing on a ticket of the organization, and revocable.
		ticket := s.writes("c3@acme.example")
		share := entitle.NewShare{Email: "zoe@other.example", Access: entitle.ReadWrite, AcceptedBy: "The buyer", AcceptedAt: i.Clock.Now().Add(-time.Hour), TextVersion: "2026-03", TicketID: ticket.ID}
		accept := func(n entitle.NewShare) (out entitle.Share, err error) {
			err = s.attempt(func(ctx context.Context, tx db.Tx) error {
				out, err = i.Entitle.Accept(ctx, tx, s.agent, s.org, n)
				return err
			})
			return out, err
		}
		wrong := share
		wrong.TicketID = 1 << 40
		if _, err := accept(wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("accepted on no ticket: %v", err)
		}
		accepted, err := accept(share)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := accept(share); err == nil {
			t.Error("shared twice")
		}
		zoe := func() (by act.Actor) {
			i.Read(func(ctx context.Context, tx db.Tx) (err error) {
				by, err = i.Auth.As(ctx, tx, s.person("zoe@other.example"))
				return err
			})
			return by
		}
		sees := func(by act.Actor) (err error) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				_, err = i.Desk.Get(ctx, tx, by, ticket.ID)
				return nil
			})
			return err
		}
		if err := sees(zoe()); err != nil {
			t.Errorf("what is shared is not seen: %v", err)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			w, err := i.Explain.Access(ctx, tx, i.Root(), explain.Question{PersonID: s.person("zoe@other.example"), Action: "read", Kind: "ticket", ID: ticket.ID})
			if err == nil && (w.What != "Yes." || !strings.Contains(fmt.Sprint(w.Because), "accepted that")) {
				t.Errorf("why may she: %+v", w)
			}
			return err
		})
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.Revoke(ctx, tx, s.agent, s.org, accepted.ID)
		})
		if err := sees(zoe()); !fault.Is(err, fault.NotFound) {
			t.Errorf("what was revoked is seen: %v", err)
		}
		if err := s.attempt(func(ctx context.Context, tx db.Tx) error {
			return i.Entitle.Revoke(ctx, tx, s.agent, s.org, accepted.ID)
		}); !fault.Is(err, fault.Invalid) {
			t.Errorf("revoked twice: %v", err)
		}
		i.Verify()
	})
}

// Who is no contact is listed from the ticket, by whoever may change the organization; their mail is let in.
func TestWhoIsNoContactIsListedFromTheTicket(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		i.Apply("kind: role\nname: plain\ntitle: Plain\ngrants:\n  - { actions: [read, write, edit], kinds: [ticket], scope: all }\n  - { actions: [read], kinds: [organization, person], scope: all }\n")
		plain := i.Person("paul@company.example", "Paul", "plain")
		list := func(by act.Actor, id int64) error {
			return s.attempt(func(ctx context.Context, tx db.Tx) error { _, err := i.Desk.ListRequester(ctx, tx, by, id); return err })
		}
		can := func(by act.Actor, id int64) (yes bool) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				e, err := i.Desk.Entitled(ctx, tx, by, id)
				yes = e.CanList
				return err
			})
			return yes
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Entitle.AddContact(ctx, tx, s.agent, s.org, entitle.NewContact{Email: "boss@acme.example"})
			return err
		})
		first, second := s.writes("ada@acme.example"), s.writes("ada@acme.example")
		if first.Refused != entitle.NotListed || second.Refused != entitle.NotListed {
			t.Fatalf("they are %q and %q", first.Refused, second.Refused)
		}
		if can(plain, first.ID) || !can(s.agent, first.ID) {
			t.Errorf("who may list them: %t and %t", can(plain, first.ID), can(s.agent, first.ID))
		}
		refusedAs(t, list(plain, first.ID), fault.Forbidden)
		must(t, list(s.agent, first.ID))
		i.Settle()
		i.Read(func(ctx context.Context, tx db.Tx) error {
			for _, id := range []int64{first.ID, second.ID} {
				now, err := i.Desk.Get(ctx, tx, s.agent, id)
				if err != nil || now.Refused != "" || now.DueMetric != desk.FirstReply {
					t.Errorf("let in: %+v, %v", now, err)
				}
			}
			return nil
		})
		if judged, cause := s.judgedLast(first.ID); cause.Verb != entitle.ContactAdded || cause.ActorID != s.agent.PersonID {
			t.Errorf("the decision %+v was caused by %+v", judged, cause)
		}
		if third := s.writes("ada@acme.example"); third.Refused != "" {
			t.Errorf("what they write later: %q", third.Refused)
		}
		refusedAs(t, list(s.agent, first.ID), fault.Invalid, "not refused")

		// Refused for another reason, it does not help.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Entitle.Place(ctx, tx, s.agent, s.org, "Invoice 12 is unpaid")
			return err
		})
		held := s.writes("ada@acme.example")
		refusedAs(t, list(s.agent, held.ID), fault.Invalid, "not why")
		if can(s.agent, held.ID) {
			t.Error("it is offered where it does not help")
		}
		i.Verify()
	})
}
