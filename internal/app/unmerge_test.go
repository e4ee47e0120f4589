package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// A merge is undone within its day whatever became of the tickets since, or it is said what stands in the way.
func TestAMergeIsUndoneWhateverBecameOfItsTickets(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newDesked(t, i)
		open := func() *desk.Ticket { return w.open(i.Root(), desk.NewTicket{}) }
		merge := func(into, from int64) desk.Merge {
			t.Helper()
			var m desk.Merge
			if err := inTx(i, func(ctx context.Context, tx db.Tx) (err error) {
				m, err = i.Desk.Merge(ctx, tx, i.Root(), desk.NewMerge{WinnerID: into, Tickets: []int64{from}})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return m
		}
		state := func(id int64) (status string) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				now, err := i.Desk.Get(ctx, tx, i.Root(), id)
				status = string(now.Status)
				if now.MergedInto != 0 {
					status += " merged"
				}
				return err
			})
			return status
		}
		closed, solved := desk.StatusClosed, desk.StatusSolved

		// The one that goes on is closed.
		a, b := open(), open()
		pending := desk.StatusPending
		edit(t, i, i.Root(), b.ID, desk.Edit{Status: &pending})
		m := merge(a.ID, b.ID)
		edit(t, i, i.Root(), a.ID, desk.Edit{Status: &solved})
		edit(t, i, i.Root(), a.ID, desk.Edit{Status: &closed})
		if err := undoTickets(i, i.Root(), a.ID, m.ID); err != nil {
			t.Fatalf("of a closed one: %v", err)
		}
		if state(b.ID) != "pending" || state(a.ID) != "closed" {
			t.Errorf("then they are %s and %s", state(b.ID), state(a.ID))
		}

		// The one that goes on was merged into a third: each merge is undone for itself, in either order.
		for _, lastFirst := range []bool{true, false} {
			a, b, c := open(), open(), open()
			first := merge(a.ID, b.ID)
			second := merge(c.ID, a.ID)
			order := []desk.Merge{first, second}
			if lastFirst {
				order = []desk.Merge{second, first}
			}
			for _, m := range order {
				if err := undoTickets(i, i.Root(), m.WinnerID, m.ID); err != nil {
					t.Fatalf("last first: %v: %v", lastFirst, err)
				}
			}
			if state(a.ID) != "new" || state(b.ID) != "new" {
				t.Errorf("last first: %v: then they are %s and %s", lastFirst, state(a.ID), state(b.ID))
			}
		}

		// The one that goes on is deleted, and restored.
		a, b = open(), open()
		m = merge(a.ID, b.ID)
		put := func(do func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			if err := inTx(i, do); err != nil {
				t.Fatal(err)
			}
		}
		put(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Delete(ctx, tx, i.Root(), a.ID)
			return err
		})
		refusedAs(t, undoTickets(i, i.Root(), b.ID, m.ID), fault.Invalid, "Restore it first")
		put(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Restore(ctx, tx, i.Root(), a.ID)
			return err
		})
		if err := undoTickets(i, i.Root(), b.ID, m.ID); err != nil || state(b.ID) != "new" {
			t.Errorf("restored: %v, %s", err, state(b.ID))
		}
		refusedAs(t, undoTickets(i, i.Root(), b.ID, m.ID), fault.Invalid, "was undone")

		// After its day.
		a, b = open(), open()
		m = merge(a.ID, b.ID)
		i.Clock.Advance(24*time.Hour + time.Second)
		refusedAs(t, undoTickets(i, i.Root(), a.ID, m.ID), fault.Invalid, "24 hours", "Split")
		i.Verify()
	})
}
