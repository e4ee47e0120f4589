package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/starter"
)

// twoNodes opens one PostgreSQL database twice and runs both.
func twoNodes(t *testing.T) (a, b *app.App) {
	t.Helper()
	o := app.Options{DB: dbtest.Options(t, db.Postgres), CatchMail: true}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() { stop(); running.Wait() })
	open := func() *app.App {
		n, err := app.New(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.DB.Close() })
		return n
	}
	a = open()
	if _, err := a.Init(ctx, "admin@company.example", ""); err != nil {
		t.Fatal(err)
	}
	apply(t, a, "")
	b = open()
	for _, n := range []*app.App{a, b} {
		running.Go(func() { n.Run(ctx) })
	}
	t.Cleanup(func() { stop(); running.Wait() })
	return a, b
}

// apply applies one more document, or the starter kit.
func apply(t *testing.T, n *app.App, text string) {
	t.Helper()
	docs, findings, err := blueprint.ParseFolder(starter.Kit())
	if err != nil {
		t.Fatal(err)
	}
	if text != "" {
		docs, findings = blueprint.ParseFile("one.yaml", text)
	}
	if _, _, err := n.Apply(context.Background(), n.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder"}); err != nil {
		t.Fatal(err)
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 20 seconds: %s", what)
}

func TestApplyingOnOneNodeTakesEffectOnTheOther(t *testing.T) {
	a, b := twoNodes(t)
	apply(t, a, "kind: mailbox\nname: sales\ntitle: Sales\naddress: sales@company.example\n")
	until(t, "the other node knows the new mailbox", func() bool { return b.Mail.Own("sales@company.example") })
}

func TestTwoNodesMakeOneTicketOfEachMail(t *testing.T) {
	a, b := twoNodes(t)
	const mails = 40
	var all sync.WaitGroup
	for i := range mails {
		node := a
		if i%2 == 1 {
			node = b
		}
		all.Go(func() {
			raw := fmt.Appendf(nil, "From: sample%d@customer%d.example\r\nTo: support@company.example\r\nSubject: Question %d\r\nMessage-ID: <m%d@customer.example>\r\n\r\nHow?\r\n", i%7, i%7, i, i)
			if err := node.Mail.Receive(context.Background(), "sample@customer.example", []string{"support@company.example"}, "test", raw); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	count := func(query string) (n int) {
		err := a.DB.Read(context.Background(), func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, query).Scan(&n) })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	until(t, "every mail is on a ticket", func() bool { return count(`SELECT count(*) FROM mail_in WHERE state = 'ticketed'`) == mails })
	if n := count(`SELECT count(*) FROM ticket`); n != mails {
		t.Errorf("%d mails made %d tickets", mails, n)
	}
	if n := count(`SELECT count(*) FROM person WHERE agent = FALSE`); n != 7 {
		t.Errorf("7 senders became %d people", n)
	}
	until(t, "every event has its place", func() bool { return count(`SELECT count(*) FROM event_inbox`) == 0 })
	if r, err := a.Ledger.Verify(context.Background(), nil); err != nil || r.Tampered != 0 {
		t.Errorf("the ledger does not verify: %+v %v", r, err)
	}
}
