package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

func (w *desked) undoBatch(by act.Actor, id int64) *desk.Batch {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) error {
		_, err := w.Desk.UndoBatch(ctx, tx, by, id)
		return err
	})
	w.Settle()
	return w.batch(id)
}

// hidden is how a ticket is put away.
func (w *desked) hidden(id int64) (as string) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT hidden FROM ticket WHERE id = $1`, id).Scan(&as)
	})
	return as
}

func TestManyTicketsAreDeletedMarkedAndRestored(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		var ids []int64
		for range 4 {
			ids = append(ids, w.open(w.maria, desk.NewTicket{}).ID)
		}
		for fate, as := range map[desk.Fate]string{desk.FateDelete: "deleted", desk.FateSpam: "spam"} {
			b := w.startBatch(desk.NewBatch{Tickets: append(ids, 999_999), Change: desk.BatchChange{Fate: fate}})
			if b.State != desk.BatchDone || b.Done != 4 || b.Failed != 1 {
				t.Fatalf("%s ended as %+v", fate, b)
			}
			for _, id := range ids {
				if got := w.hidden(id); got != as {
					t.Errorf("%s made ticket %d %q", fate, id, got)
				}
			}
			// Somebody restores one of them before all come back.
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.Restore(ctx, tx, w.noor, ids[0])
				return err
			})
			if b = w.undoBatch(w.maria, b.ID); b.State != desk.BatchUndone || b.Undone != 4 {
				t.Fatalf("%s was undone as %+v", fate, b)
			}
			for _, id := range ids {
				if got := w.hidden(id); got != "" {
					t.Errorf("after %s was undone ticket %d is %q", fate, id, got)
				}
			}
			if n := w.Count(`SELECT count(*) FROM ticket_batch_item WHERE batch_id = $1 AND state = 'kept' AND note LIKE 'Somebody%'`, b.ID); n != 1 {
				t.Errorf("%d tickets say that somebody was there before, want 1", n)
			}
		}
		// Several come back at once, and go away again as what they were.
		w.startBatch(desk.NewBatch{Tickets: ids[:2], Change: desk.BatchChange{Fate: desk.FateDelete}})
		w.startBatch(desk.NewBatch{Tickets: ids[2:], Change: desk.BatchChange{Fate: desk.FateSpam}})
		b := w.startBatch(desk.NewBatch{Tickets: ids, Change: desk.BatchChange{Fate: desk.FateRestore}})
		if b.Title != "Restore" || b.Done != 4 || w.hidden(ids[0])+w.hidden(ids[3]) != "" {
			t.Fatalf("restored as %+v", b)
		}
		w.undoBatch(w.maria, b.ID)
		if got := fmt.Sprint(w.hidden(ids[0]), " ", w.hidden(ids[3])); got != "deleted spam" {
			t.Errorf("put away again they are %s", got)
		}
		w.Verify()
	})
}

func TestManyTicketsAreMergedIntoOneAndEachComesOutAgain(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		winner, first, second := w.open(w.maria, desk.NewTicket{}).ID, w.open(w.maria, desk.NewTicket{}).ID, w.open(w.maria, desk.NewTicket{}).ID
		ann := w.customer
		w.Write(func(ctx context.Context, tx db.Tx) (err error) {
			w.customer, err = w.Directory.Resolve(ctx, tx, w.Root(), "other@else.example", "Other")
			return err
		})
		stranger := w.open(w.maria, desk.NewTicket{}).ID
		w.customer = ann
		all := []int64{winner, first, second, stranger}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.StartBatch(ctx, tx, w.maria, desk.NewBatch{Tickets: all, Change: desk.BatchChange{Merge: &desk.BatchMerge{Into: winner}}})
			f := fault.As(err)
			if f == nil || len(f.Details) != 1 || f.Details[0].Field != "change.merge.confirm" || !strings.Contains(f.Message, "different customers") {
				t.Errorf("tickets of two customers were merged without a word: %v", err)
			}
			return nil
		})
		before := w.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1`, winner)
		b := w.startBatch(desk.NewBatch{Tickets: all, Change: desk.BatchChange{Merge: &desk.BatchMerge{Into: winner, Confirm: true}}})
		if b.State != desk.BatchDone || b.Total != 3 || b.Done != 3 {
			t.Fatalf("merged as %+v", b)
		}
		for _, id := range all[1:] {
			if k := w.ticket(id); k.MergedInto != winner || k.Status != desk.StatusClosed {
				t.Errorf("ticket %d became %+v", id, k)
			}
		}
		if n := w.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1`, winner) - before; n != 1 {
			t.Errorf("the ticket that goes on says it %d times, want once", n)
		}
		// One comes out by itself, the others with all of it.
		var merges []desk.Merge
		w.Read(func(ctx context.Context, tx db.Tx) (err error) {
			merges, err = w.Desk.Merges(ctx, tx, w.maria, first)
			return err
		})
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.UndoMerge(ctx, tx, w.noor, first, merges[0].ID)
			return err
		})
		if w.ticket(first).MergedInto != 0 || w.ticket(second).MergedInto != winner {
			t.Error("not the one merge alone was undone")
		}
		if b = w.undoBatch(w.maria, b.ID); b.State != desk.BatchUndone || b.Undone != 3 {
			t.Fatalf("undone as %+v", b)
		}
		for _, id := range all[1:] {
			if k := w.ticket(id); k.MergedInto != 0 || k.Status == desk.StatusClosed {
				t.Errorf("ticket %d came back as %+v", id, k)
			}
		}
		w.Verify()
	})
}

func TestABatchOfFatesIsRefusedAsTheSingleActIs(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		id, other := w.open(w.maria, desk.NewTicket{}).ID, w.open(w.maria, desk.NewTicket{}).ID
		w.Apply("kind: role\nname: clerk\ntitle: Clerk\ngrants:\n  - { actions: [read, edit, write], kinds: [ticket], scope: all }\n" +
			"---\nkind: macro\nname: aside\ntitle: Aside\nside: { subject: Hello, to: [noor@company.example], text: Hello }\n" +
			"---\nkind: team\nname: elsewhere\ntitle: Elsewhere\n---\nkind: macro\nname: theirs\ntitle: Theirs\nteams: [elsewhere]\ndo: [{ add_tags: [theirs] }]\n" +
			"---\nkind: macro\nname: ours\ntitle: Ours\ndo: [{ add_tags: [ours] }]\n")
		clerk := w.Person("clerk@company.example", "Clerk", "clerk")
		many := make([]int64, 150)
		for n := range many {
			many[n] = int64(n + 1_000)
		}
		for name, in := range map[string]struct {
			by     act.Actor
			code   fault.Code
			change desk.BatchChange
			ids    []int64
		}{
			"deleting without the right":     {clerk, fault.Forbidden, desk.BatchChange{Fate: desk.FateDelete}, nil},
			"spam without the right":         {clerk, fault.Forbidden, desk.BatchChange{Fate: desk.FateSpam}, nil},
			"restoring without the right":    {clerk, fault.Forbidden, desk.BatchChange{Fate: desk.FateRestore}, nil},
			"another fate":                   {w.maria, fault.Invalid, desk.BatchChange{Fate: "burn"}, nil},
			"deleting and solving":           {w.maria, fault.Invalid, desk.BatchChange{Fate: desk.FateDelete, Status: desk.StatusSolved}, nil},
			"merging and deleting":           {w.maria, fault.Invalid, desk.BatchChange{Fate: desk.FateDelete, Merge: &desk.BatchMerge{Into: id}}, nil},
			"merging into itself alone":      {w.maria, fault.Invalid, desk.BatchChange{Merge: &desk.BatchMerge{Into: id}}, []int64{id}},
			"merging more than a merge does": {w.maria, fault.Invalid, desk.BatchChange{Merge: &desk.BatchMerge{Into: id}}, many},
			"merging into what is not there": {w.maria, fault.NotFound, desk.BatchChange{Merge: &desk.BatchMerge{Into: 999_999}}, nil},
			"a macro of another team":        {w.maria, fault.Invalid, desk.BatchChange{Macro: "theirs"}, nil},
			"a macro that only asks aside":   {w.maria, fault.Invalid, desk.BatchChange{Macro: "aside"}, nil},
		} {
			if in.ids == nil {
				in.ids = []int64{id, other}
			}
			w.Write(func(ctx context.Context, tx db.Tx) error {
				if _, err := w.Desk.StartBatch(ctx, tx, in.by, desk.NewBatch{Tickets: in.ids, Change: in.change}); !fault.Is(err, in.code) {
					t.Errorf("%s: %v", name, err)
				}
				return nil
			})
		}
		list, err := w.Desk.MacrosForMany(w.maria)
		var names []string
		for _, m := range list {
			names = append(names, m.Name)
		}
		if err != nil || !slices.Contains(names, "ours") || slices.Contains(names, "theirs") || slices.Contains(names, "aside") {
			t.Errorf("macros for many are %v: %v", names, err)
		}
		if _, err := w.Desk.MacrosForMany(w.Person("outside@acme.example", "Outside")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer gets macros: %v", err)
		}
		if b := w.startBatch(desk.NewBatch{Tickets: []int64{id, other}, Change: desk.BatchChange{Macro: "ours"}}); b.Done != 2 || w.ticket(other).Tags[0] != "ours" {
			t.Errorf("a macro for many: %+v", b)
		}
	})
}
