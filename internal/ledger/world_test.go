package ledger_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

var bg = context.Background()

func write(t testing.TB, d *db.DB, fn db.Func) {
	t.Helper()
	if err := d.Write(bg, fn); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, d *db.DB, fn db.Func) {
	t.Helper()
	if err := d.Read(bg, fn); err != nil {
		t.Fatal(err)
	}
}

func ticket(id int64) ledger.Ref { return ledger.Ref{Kind: "ticket", ID: id} }

// add appends one event about a ticket in a transaction of its own.
func add(t testing.TB, d *db.DB, l *ledger.Ledger, in ledger.Entry) (id int64) {
	t.Helper()
	if in.Verb == "" {
		in.Verb = "ticket.updated"
	}
	write(t, d, func(ctx context.Context, tx db.Tx) (err error) {
		id, err = l.Append(ctx, tx, act.Root(), in)
		return err
	})
	return id
}

// order sequences everything that waits and returns the whole order.
func order(t testing.TB, d *db.DB, l *ledger.Ledger) (events []ledger.Event) {
	t.Helper()
	for {
		if n, err := l.Sequence(bg); err != nil && !db.IsUnique(err) {
			t.Fatal(err)
		} else if n == 0 && err == nil {
			break
		}
	}
	read(t, d, func(ctx context.Context, tx db.Tx) (err error) {
		events, err = l.After(ctx, tx, 0, 1_000_000)
		return err
	})
	return events
}

// sound fails the test unless the chain verifies with that many events.
func sound(t testing.TB, l *ledger.Ledger, events int) ledger.Report {
	t.Helper()
	r, err := l.Verify(bg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Tampered != 0 || r.Events != int64(events) {
		t.Errorf("the chain of %d events: %d verified, event %d at fault: %s", events, r.Events, r.Tampered, r.Reason)
	}
	return r
}

// eventually polls until ok, and fails with what was awaited when it takes too long.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}
