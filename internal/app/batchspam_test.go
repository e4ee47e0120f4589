package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/rest"
)

// became are the subjects and notes that somebody reads of a bulk change, in order.
func (w *desked) became(by act.Actor, batch int64) (subjects, notes []string) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) error {
		list, err := w.Desk.BatchItems(ctx, tx, by, batch, "", db.Page{})
		for _, i := range list.Items {
			subjects, notes = append(subjects, i.Subject), append(notes, i.Note)
		}
		return err
	})
	return subjects, notes
}

func TestADeletedTicketIsNamedInItsBulkChangeToWhoMaySeeIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply("kind: role\nname: editor\ntitle: Editor\ngrants: [{ actions: [read, write, edit], kinds: [ticket], scope: all }]\n")
		editor := w.Person("ed@company.example", "Ed", "editor")
		id := w.open(w.maria, desk.NewTicket{}).ID
		b := w.startBatch(desk.NewBatch{Tickets: []int64{id}, Change: desk.BatchChange{Fate: desk.FateDelete}})
		if got, _ := w.became(w.maria, b.ID); fmt.Sprint(got) != "[Stuck]" {
			t.Errorf("who deleted it reads %q", got)
		}
		if got, _ := w.became(editor, b.ID); fmt.Sprint(got) != "[]" || len(got) != 1 {
			t.Errorf("who may neither delete nor restore reads %q", got)
		}
	})
}

func TestSendersOfSpamAreBlockedTogetherAndLetThroughWhenItIsUndone(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		blocks := func() int { return w.Count(`SELECT count(*) FROM mail_block`) }
		var ids []int64
		for _, email := range []string{"a@spam.example", "a@spam.example", "b@spam.example"} {
			send(w.Instance, letter{from: email, name: "Spam", subject: "Buy", id: fmt.Sprintf("s%d@spam.example", len(ids)), text: "Buy more."})
			ids = append(ids, ticketOf(t, w.Instance).ID)
		}
		ours := w.open(w.maria, desk.NewTicket{}).ID
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ticket SET requester_id = $1 WHERE id = $2`, w.noor.PersonID, ours)
			return err
		})
		refused := func(c desk.BatchChange) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.StartBatch(ctx, tx, w.maria, desk.NewBatch{Tickets: ids, Change: c})
				return err
			})
		}
		refusedAs(t, refused(desk.BatchChange{Fate: desk.FateSpam, Block: "domain"}), fault.Forbidden)
		refusedAs(t, refused(desk.BatchChange{Fate: desk.FateSpam, Block: "planet"}), fault.Invalid, "cannot be blocked")
		refusedAs(t, refused(desk.BatchChange{Fate: desk.FateDelete, Block: "address"}), fault.Invalid, "marked as spam")
		refusedAs(t, refused(desk.BatchChange{Block: "address"}), fault.Invalid, "marked as spam")

		b := w.startBatch(desk.NewBatch{Tickets: append(ids, ours), Change: desk.BatchChange{Fate: desk.FateSpam, Block: "address"}})
		if b.Title != "Mark as spam, block the senders" || b.Done != 4 || b.Failed != 0 || blocks() != 2 {
			t.Fatalf("it ended as %+v with %d blocked", b, blocks())
		}
		if _, notes := w.became(w.maria, b.ID); notes[0] != "" || notes[3] != "Marked as spam. Noor is a colleague, so their mail is not blocked." {
			t.Errorf("notes: %q", notes)
		}
		before := w.Count(`SELECT count(*) FROM ticket`)
		mails := func(n int) {
			send(w.Instance, letter{from: "b@spam.example", name: "Spam", subject: "Buy", id: fmt.Sprintf("more%d@spam.example", n), text: "Buy still more."})
		}
		mails(1)
		if n := w.Count(`SELECT count(*) FROM ticket`); n != before {
			t.Errorf("mail of a blocked sender became a ticket")
		}
		if b = w.undoBatch(w.maria, b.ID); b.Undone != 4 || blocks() != 0 {
			t.Errorf("undone as %+v, %d are still blocked", b, blocks())
		}
		mails(2)
		if n := w.Count(`SELECT count(*) FROM ticket`); n != before+1 {
			t.Errorf("after that %d tickets, want one more than %d", n, before)
		}

		// One by one it is alike; a block that somebody made by hand stays.
		w.Write(func(ctx context.Context, tx db.Tx) error {
			if _, err := w.App.Mail.Block(ctx, tx, w.Root(), "b@spam.example", "By hand"); err != nil {
				return err
			}
			for _, id := range ids[1:] {
				if _, err := w.Desk.MarkSpam(ctx, tx, w.maria, id, "address"); err != nil {
					return err
				}
			}
			return nil
		})
		for _, id := range ids[1:] {
			w.Write(func(ctx context.Context, tx db.Tx) error { _, err := w.Desk.Restore(ctx, tx, w.maria, id); return err })
		}
		if n := w.Count(`SELECT count(*) FROM mail_block WHERE sender = 'b@spam.example'`); n != 1 || blocks() != 1 {
			t.Errorf("%d are blocked, %d of them by hand", blocks(), n)
		}
		w.Verify()
	})
}

func TestUndoLiftsTheDomainThatItsOwnBulkChangeBlockedAndNoOther(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		role := func(kinds string) {
			w.Apply("kind: role\nname: sorter\ntitle: Sorter\ngrants: [{ actions: [read, write, edit, delete, restore], kinds: " + kinds + ", scope: all }]\n")
		}
		role("[ticket, mail]")
		sorter := w.Person("sorter@company.example", "Sorter", "sorter")
		blocked := func(domain string) int {
			return w.Count(`SELECT count(*) FROM mail_block WHERE sender = '` + domain + `'`)
		}
		ticket := func(domain string) int64 {
			send(w.Instance, letter{from: "a@" + domain, name: "Spam", subject: "Buy", id: "first@" + domain, text: "Buy more."})
			return ticketOf(t, w.Instance).ID
		}
		own, other := ticket("own.example"), ticket("other.example")
		w.Write(func(ctx context.Context, tx db.Tx) error { // blocked by somebody else
			_, err := w.App.Mail.BlockRequester(ctx, tx, w.Root(), "a@other.example", true, other)
			return err
		})
		var b *desk.Batch
		w.Write(func(ctx context.Context, tx db.Tx) (err error) {
			b, err = w.Desk.StartBatch(ctx, tx, sorter, desk.NewBatch{Tickets: []int64{own, other}, Change: desk.BatchChange{Fate: desk.FateSpam, Block: "domain"}})
			return err
		})
		w.Settle()
		b = w.batch(b.ID)
		if b.Done != 2 || blocked("own.example") != 1 {
			t.Fatalf("it ended as %+v", b)
		}
		role("[ticket]")
		var again act.Actor
		w.Read(func(ctx context.Context, tx db.Tx) (err error) {
			again, err = w.App.Auth.As(ctx, tx, sorter.PersonID)
			return err
		})
		again.Clock = sorter.Clock
		if again.May("write", "mail") {
			t.Fatal("they may still write mail")
		}
		refusedAs(t, inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
			_, err := w.App.Mail.BlockRequester(ctx, tx, again, "a@third.example", true, own)
			return err
		}), fault.Forbidden)
		if b = w.undoBatch(again, b.ID); b.Undone != 2 || blocked("own.example") != 0 || blocked("other.example") != 1 {
			t.Errorf("undone as %+v: of the domains %d and %d are blocked, want 0 and 1", b, blocked("own.example"), blocked("other.example"))
		}
		w.Verify()
	})
}

func TestABatchTakesTheDayOfTasksAwayAndPutsItBack(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		day := w.Clock.Now().Add(48 * time.Hour)
		task := w.open(w.maria, desk.NewTicket{Type: desk.TypeTask, TaskDue: day}).ID
		bare := w.open(w.maria, desk.NewTicket{Type: desk.TypeTask}).ID
		question := w.open(w.maria, desk.NewTicket{}).ID
		b := w.startBatch(desk.NewBatch{Tickets: []int64{task, bare, question}, Change: desk.BatchChange{TaskDueAt: rest.Null[time.Time]{Sent: true}}})
		if b.Title != "Take away the task's day" || b.Done != 3 || b.Failed != 0 || !w.ticket(task).TaskDue.IsZero() {
			t.Fatalf("it ended as %+v, the task is due %v", b, w.ticket(task).TaskDue)
		}
		w.undoBatch(w.maria, b.ID)
		if got := w.ticket(task).TaskDue; !got.Equal(day) || !w.ticket(bare).TaskDue.IsZero() {
			t.Errorf("put back it is due %v, want %v", got, day)
		}
	})
}
