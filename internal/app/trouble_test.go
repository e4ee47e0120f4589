package app_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/mail"
)

func TestAClockThatJumpsBack(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		i.Clock.Advance(2 * time.Hour)
		setStatus(i, agent, id, desk.StatusPending)
		i.Clock.Advance(-90 * time.Minute)
		setStatus(i, agent, id, desk.StatusOpen)
		i.Clock.Advance(-24 * time.Hour)
		setStatus(i, agent, id, desk.StatusPending)
		for _, c := range clocks(i, id) {
			if c.Used < 0 || c.Used > 2*time.Hour {
				t.Errorf("%s has used %v", c.Metric, c.Used)
			}
		}
		setStatus(i, agent, id, desk.StatusOpen)
		reply(i, agent, id, "Hello", "")
		if n := len(i.Peer.All()); n != 1 {
			t.Errorf("%d mails left", n)
		}
		timeline(i, agent, id)
		second := ann
		second.id = "second@acme.example"
		send(i, second)
		if n := len(tickets(i)); n != 2 {
			t.Errorf("%d tickets", n)
		}
		i.Verify()
	})
}

func TestConfigurationThatIsGoneDoesNotBreakOldTickets(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		server := i.Serve()
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Hello", "")
		answered := i.Peer.All()[0].Message()
		send(i, letter{from: ann.from, subject: "Re: x", id: "2@acme.example", answers: &answered, text: "still"})
		// All service levels, calendars, mailboxes and teams but the minimal ones go.
		docs, findings, err := blueprint.ParseFolder(os.DirFS("../../starter/minimal"))
		must(t, err)
		kept := docs[:0]
		for _, d := range docs {
			if d.Kind != "team" {
				kept = append(kept, d)
			}
		}
		_, _, err = i.App.Apply(t.Context(), i.Root(), blueprint.ApplyInput{Documents: kept, Parsed: findings, Prune: true, Source: "folder"})
		must(t, err)
		var full struct {
			ID     int64
			Detail string
		}
		for _, path := range []string{"/api/v1/tickets/1", "/api/v1/tickets/1/timeline", "/api/v1/tickets", "/api/v1/tickets/1/clocks/next_reply/why", "/api/v1/indicators", "/api/v1/views", "/api/v1/mail/received", "/api/v1/mail/outbox"} {
			if status := call(t, i.Token, http.MethodGet, server.URL+path, nil, &full); status != 200 {
				t.Errorf("%s: %d %s", path, status, full.Detail)
			}
		}
		i.Clock.Advance(100 * 24 * time.Hour) // whatever was due comes due
		i.Settle()
		reply(i, agent, id, "Still here", desk.StatusSolved)
		i.Clock.Advance(48 * time.Hour)
		i.Settle()
		if text := lastJobError(i); text != "" {
			t.Errorf("a job fails: %s", text)
		}
		i.Verify()
	})
}

func TestAMailThatMakesItsJobFailIsNotForgotten(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		// Something in the database stands in the way of this one mail only.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			if tx.Engine() == db.Postgres {
				_, err := tx.Exec(ctx, `ALTER TABLE comment ADD CONSTRAINT test CHECK (body_text <> 'poison')`)
				return err
			}
			_, err := tx.Exec(ctx, `CREATE TRIGGER test BEFORE INSERT ON comment WHEN NEW.body_text = 'poison' BEGIN SELECT RAISE(ABORT, 'poison'); END`)
			return err
		})
		bad := ann
		bad.text, bad.id = "poison", "poison@acme.example"
		send(i, bad)
		send(i, ann)
		if n := len(tickets(i)); n != 1 {
			t.Errorf("%d tickets: the mail behind it was blocked", n)
		}
		for range 20 {
			i.Clock.Advance(2 * time.Hour)
			i.Settle()
		}
		r := received(i)[0]
		if r.State != mail.Unparsed || !strings.Contains(r.Reason, "tried") {
			t.Errorf("a mail that could not be worked on is %+v", r)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			q := `DROP TRIGGER test`
			if tx.Engine() == db.Postgres {
				q = `ALTER TABLE comment DROP CONSTRAINT test`
			}
			_, err := tx.Exec(ctx, q)
			return err
		})
		i.Write(func(ctx context.Context, tx db.Tx) error { return i.App.Mail.Process(ctx, tx, i.Root(), r.ID) })
		i.Settle()
		if n := len(tickets(i)); n != 2 {
			t.Errorf("%d tickets after it was tried again", n)
		}
	})
}
