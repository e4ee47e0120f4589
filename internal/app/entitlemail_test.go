package app_test

import (
	"context"
	"fmt"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/mail"
)

func TestMailThatWasHeldForItsSenderIsLetThroughOnceTheyMayAsk(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		s := selling(t, i)
		i.Apply("kind: entitlement\nname: listed\ntitle: Listed\norder: 1\nmatch: organization.attributes.plan == \"premium\"\nsupport: true\ncontacts: { cap: 30, listed_only: true }\nwhen_refused: answer\nanswer: not-entitled\n" +
			"---\nkind: entitlement\nname: open\ntitle: Open\norder: 2\nmatch: organization.attributes.plan == \"gold\"\nsupport: true\n")
		held := func() int {
			return i.Count(`SELECT count(*) FROM mail_in WHERE state = 'suspended' AND cause = 'refused'`)
		}
		of := func(email string) int {
			return i.Count(`SELECT count(*) FROM ticket WHERE requester_id = $1 AND refused = ''`, s.person(email))
		}
		add := func(email string) {
			t.Helper()
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Entitle.AddContact(ctx, tx, s.agent, s.org, entitle.NewContact{Email: email})
				return err
			})
			i.Settle()
		}
		add("first@acme.example")
		send := func(emails ...string) {
			for _, email := range emails {
				n := i.Count(`SELECT count(*) FROM mail_in`)
				i.Mail(email, apptest.Mailbox, letter{from: email, name: "Ada", subject: "Help", id: fmt.Sprintf("h%d@customer.example", n), text: "It does not work."}.raw(t, i.Clock.Now()))
			}
			i.Settle()
		}
		send("hand@acme.example", "hand@acme.example", "text@acme.example", "row@acme.example", "gone@acme.example", "blocked@acme.example", "never@acme.example")
		if held() != 7 || i.Count(`SELECT count(*) FROM ticket`) != 0 {
			t.Fatalf("%d mails are held, %d tickets", held(), i.Count(`SELECT count(*) FROM ticket`))
		}

		add("hand@acme.example")
		if held() != 5 || of("hand@acme.example") != 2 {
			t.Errorf("listed by hand: %d held, %d tickets of theirs", held(), of("hand@acme.example"))
		}
		if n := i.Count(`SELECT count(*) FROM events e JOIN events c ON c.id = e.cause_event WHERE e.verb = 'mail.released' AND c.verb = 'organization.contact_added'`); n != 2 {
			t.Errorf("%d mails name the contact as the cause, want 2", n)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			text, err := i.Entitle.ContactText(ctx, tx, s.agent, s.org)
			if err == nil {
				_, err = i.Entitle.ApplyContacts(ctx, tx, s.agent, s.org, text+"\n- email: text@acme.example\n", "")
			}
			return err
		})
		i.Settle()
		if held() != 4 || of("text@acme.example") != 1 {
			t.Errorf("listed by a text: %d held", held())
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Entitle.PutContact(ctx, tx, s.agent, s.org, entitle.NewContact{Email: "row@acme.example"}, nil)
			return err
		})
		i.Settle()
		if held() != 3 || of("row@acme.example") != 1 {
			t.Errorf("listed by an import: %d held", held())
		}

		// What else speaks against a mail is looked at anew, and a suspended person's stays.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.App.Mail.Block(ctx, tx, i.Root(), "blocked@acme.example", "")
			return err
		})
		add("blocked@acme.example")
		if n := i.Count(`SELECT count(*) FROM mail_in WHERE state = 'suspended' AND cause = '` + string(mail.CauseBlocked) + `'`); n != 1 || of("blocked@acme.example") != 0 {
			t.Errorf("a blocked sender's mail: %d set aside for that", n)
		}
		add("gone@acme.example")
		if held() != 1 || of("gone@acme.example") != 1 {
			t.Errorf("%d are held, want that of who is not listed", held())
		}

		// Whatever else lets them ask does the same, as with tickets that are refused.
		plan := map[string]any{"plan": "gold"}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			o, err := i.Directory.Organization(ctx, tx, i.Root(), s.org)
			if err == nil {
				_, err = i.Directory.UpdateOrganization(ctx, tx, i.Root(), s.org, directory.OrganizationInput{Version: o.Version, Attributes: plan})
			}
			return err
		})
		i.Settle()
		if held() != 0 || of("never@acme.example") != 1 {
			t.Errorf("another plan: %d held", held())
		}
		i.Verify()
	})
}
