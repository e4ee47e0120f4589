package app_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/rest"
)

func eachDesk(t *testing.T, test func(t *testing.T, w *desked)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { test(t, newDesked(t, apptest.New(t, apptest.Options(t, e)))) })
	}
}

func (w *desked) ticket(id int64) (t *desk.Ticket) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		t, err = w.Desk.Get(ctx, tx, w.Root(), id)
		return err
	})
	return t
}

func (w *desked) batch(id int64) (b *desk.Batch) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		b, err = w.Desk.Batch(ctx, tx, w.Root(), id)
		return err
	})
	return b
}

func (w *desked) startBatch(in desk.NewBatch) *desk.Batch {
	w.T.Helper()
	var b *desk.Batch
	w.Write(func(ctx context.Context, tx db.Tx) (err error) {
		b, err = w.Desk.StartBatch(ctx, tx, w.maria, in)
		return err
	})
	w.Settle()
	return w.batch(b.ID)
}

func TestABatchChangesEachTicketAndIsUndoneWhereNobodyHasChangedItSince(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		var ids []int64
		for range 5 {
			ids = append(ids, w.open(w.maria, desk.NewTicket{Tags: []string{"old"}}).ID)
		}
		closed := desk.StatusClosed
		w.edit(w.maria, ids[4], desk.Edit{Status: ptr(desk.StatusSolved)})
		w.edit(w.maria, ids[4], desk.Edit{Status: &closed})
		b := w.startBatch(desk.NewBatch{Tickets: append(ids, ids[0], 999_999), Change: desk.BatchChange{Status: desk.StatusPending, Priority: "high", AddTags: []string{"outage"},
			RemoveTags: []string{"old"}, AssigneeID: rest.Null[int64]{Sent: true, Value: w.noor.PersonID}}})
		if b.State != desk.BatchDone || b.Total != 6 || b.Done != 4 || b.Failed != 2 {
			t.Fatalf("the batch ended as %+v", b)
		}
		for _, id := range ids[:4] {
			if k := w.ticket(id); k.Status != desk.StatusPending || k.Priority != "high" || strings.Join(k.Tags, " ") != "outage" || k.AssigneeID != w.noor.PersonID {
				t.Errorf("ticket %d became %+v", id, k)
			}
		}
		if n := w.Count(`SELECT count(*) FROM events e JOIN events c ON c.id = e.cause_event WHERE e.verb = 'ticket.changed' AND c.verb = 'batch.started'`); n != 4 {
			t.Errorf("%d changes name the batch as their cause, want 4", n)
		}
		w.edit(w.noor, ids[1], desk.Edit{Priority: ptr(desk.Priority("urgent"))})
		w.Clock.Advance(time.Hour)
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.UndoBatch(ctx, tx, w.maria, b.ID)
			return err
		})
		w.Settle()
		if b = w.batch(b.ID); b.State != desk.BatchUndone || b.Undone != 4 {
			t.Fatalf("after undoing it is %+v", b)
		}
		for n, id := range ids[:4] {
			want := desk.Priority("normal")
			if n == 1 {
				want = "urgent" // somebody's later choice stays
			}
			if k := w.ticket(id); k.Status != desk.StatusNew || k.Priority != want || strings.Join(k.Tags, " ") != "old" || k.AssigneeID != 0 {
				t.Errorf("ticket %d was put back as %+v", id, k)
			}
		}
		if n := w.Count(`SELECT count(*) FROM ticket_batch_item WHERE state = 'kept' AND note LIKE '%priority%'`); n != 1 {
			t.Errorf("%d tickets say what was kept, want 1", n)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			if _, err := w.Desk.UndoBatch(ctx, tx, w.maria, b.ID); !fault.Is(err, fault.Invalid) {
				t.Errorf("undoing twice: %v", err)
			}
			return nil
		})
		w.Verify()
	})
}

func TestABatchActsWithTheRightsOfWhoStartedIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		id := w.open(w.maria, desk.NewTicket{}).ID
		customer := w.Person("outside@acme.example", "Outside")
		w.Write(func(ctx context.Context, tx db.Tx) error {
			if _, err := w.Desk.StartBatch(ctx, tx, customer, desk.NewBatch{Tickets: []int64{id}, Change: desk.BatchChange{Status: desk.StatusSolved}}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer could start one: %v", err)
			}
			b, err := w.Desk.StartBatch(ctx, tx, w.maria, desk.NewBatch{Tickets: []int64{id}, Change: desk.BatchChange{Status: desk.StatusSolved}})
			if err != nil {
				return err
			}
			if _, err := w.Desk.Batch(ctx, tx, customer, b.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("a customer sees a colleague's batch: %v", err)
			}
			_, err = w.Directory.Suspend(ctx, tx, w.Root(), w.maria.PersonID, directory.Suspension{Reason: "left"})
			return err
		})
		w.Settle()
		if k := w.ticket(id); k.Status != desk.StatusNew {
			t.Errorf("somebody suspended solved the ticket: %s", k.Status)
		}
	})
}

func TestABatchRefusesWhatNoTicketCouldTake(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		id := w.open(w.maria, desk.NewTicket{}).ID
		many := make([]int64, 10_001)
		for n := range many {
			many[n] = int64(n + 1)
		}
		for name, in := range map[string]desk.NewBatch{
			"nothing to do":    {Tickets: []int64{id}},
			"no tickets":       {Change: desk.BatchChange{Status: desk.StatusSolved}},
			"too many":         {Tickets: many, Change: desk.BatchChange{Status: desk.StatusSolved}},
			"back to new":      {Tickets: []int64{id}, Change: desk.BatchChange{Status: desk.StatusNew}},
			"unknown team":     {Tickets: []int64{id}, Change: desk.BatchChange{Team: rest.Null[string]{Sent: true, Value: "nobody"}}},
			"unknown macro":    {Tickets: []int64{id}, Change: desk.BatchChange{Macro: "nothing"}},
			"unknown field":    {Tickets: []int64{id}, Change: desk.BatchChange{Attributes: map[string]any{"nothing": 1}}},
			"an empty message": {Tickets: []int64{id}, Change: desk.BatchChange{Comment: &desk.BatchComment{Public: true}}},
		} {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				if _, err := w.Desk.StartBatch(ctx, tx, w.maria, in); !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: %v", name, err)
				}
				return nil
			})
		}
	})
}

func TestABatchOfRepliesReachesEachRequesterAndSolvesInOneStep(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		a, b := w.open(w.maria, desk.NewTicket{MailboxID: w.DeskConfig().DefaultMailbox().ID}), w.open(w.maria, desk.NewTicket{MailboxID: w.DeskConfig().DefaultMailbox().ID})
		got := w.startBatch(desk.NewBatch{Tickets: []int64{a.ID, b.ID}, Change: desk.BatchChange{Status: desk.StatusSolved, Comment: &desk.BatchComment{Text: "Hello {{requester}}, it is mended.", Public: true}}})
		if got.Done != 2 || got.Title != "Reply, set the status to Solved" {
			t.Fatalf("ended as %+v", got)
		}
		sent := w.Peer.All()
		if len(sent) != 2 || !strings.Contains(sent[0].Message().Text, "Hello Ann, it is mended.") {
			t.Fatalf("%d mails left", len(sent))
		}
		if w.ticket(a.ID).Status != desk.StatusSolved {
			t.Error("the ticket was not solved with the reply")
		}
		data, _ := json.Marshal(got.Change)
		if strings.Contains(string(data), "assignee_id\":0") {
			t.Errorf("what was left out is sent: %s", data)
		}
	})
}

// Answers to many wait as one reply does, and are taken back wholly.
func TestAnswersToManyCanBeTakenBack(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		box := w.DeskConfig().DefaultMailbox().ID
		problem := w.open(w.maria, desk.NewTicket{Type: desk.TypeProblem}).ID
		for range 3 {
			must(t, w.link(w.maria, w.open(w.maria, desk.NewTicket{MailboxID: box}).ID, problem))
		}
		w.Settle()
		answer := func(public bool) *desk.Batch {
			var b *desk.Batch
			w.Write(func(ctx context.Context, tx db.Tx) (err error) {
				b, err = w.Desk.AnswerIncidents(ctx, tx, w.maria, problem, desk.BatchChange{Comment: &desk.BatchComment{Text: "It is fixed.", Public: public}}, true)
				return err
			})
			w.Settle()
			return w.batch(b.ID)
		}
		stop := func(by act.Actor, id int64) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error { _, err := w.Desk.CancelBatch(ctx, tx, by, id); return err })
		}
		answers := func() int { return w.Count(`SELECT count(*) FROM comment WHERE agent = TRUE`) }

		b := answer(true)
		w.Clock.Advance(9 * time.Second)
		w.Settle()
		if b = w.batch(b.ID); b.State != desk.BatchRunning || b.Done != 0 || answers() != 0 || len(w.Peer.All()) != 0 {
			t.Fatalf("before its time: %+v, %d answers", b, answers())
		}
		refusedAs(t, stop(w.Person("olga@company.example", "Olga", "observer"), b.ID), fault.NotFound)
		must(t, stop(w.maria, b.ID))
		w.Clock.Advance(time.Minute)
		w.Settle()
		if b = w.batch(b.ID); b.State != desk.BatchCancelled || !b.Ended.Before(b.Starts) || answers() != 0 || len(w.Peer.All()) != 0 {
			t.Errorf("taken back: %+v, %d answers", b, answers())
		}

		b = answer(true)
		w.Clock.Advance(10 * time.Second)
		w.Settle()
		if b = w.batch(b.ID); b.State != desk.BatchDone || b.Done != 3 || len(w.Peer.All()) != 3 {
			t.Errorf("at its time: %+v, %d mails", b, len(w.Peer.All()))
		}
		refusedAs(t, stop(w.maria, b.ID), fault.Invalid, "nothing to stop")
		if b = answer(false); b.State != desk.BatchDone {
			t.Errorf("a note to colleagues waits: %+v", b)
		}

		// As long as their mailbox says: not at all.
		w.Apply("kind: mailbox\nname: support\ntitle: Support\naddress: support@company.example\nundo_send: off\n")
		if b = answer(true); b.State != desk.BatchDone || !b.Starts.IsZero() {
			t.Errorf("with a mailbox that lets nothing wait: %+v", b)
		}
	})
}
