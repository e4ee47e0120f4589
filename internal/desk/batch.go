package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// BatchState says where a batch stands.
type BatchState string

// The states of a batch.
const (
	BatchRunning   BatchState = "running"
	BatchDone      BatchState = "done"
	BatchCancelled BatchState = "cancelled" // what was done until then stays
	BatchUndoing   BatchState = "undoing"
	BatchUndone    BatchState = "undone"
)

// Limits of batches.
const (
	maxBatch     = 10_000              // tickets of one
	batchUndo    = 24 * time.Hour      // how long one can be undone
	batchKeptFor = 30 * 24 * time.Hour // how long its record is kept
)

// Batch is one change to many tickets, made in the background.
type Batch struct {
	ID                          int64
	PersonID                    int64 // who asked for it, and acts
	Title                       string
	Change                      BatchChange
	State                       BatchState
	Total, Done, Failed, Undone int64
	Created                     time.Time
	Ended                       time.Time // zero while it runs
	Starts                      time.Time // when it begins, if it could be taken back before; else zero

	tokenID int64
	event   int64 // that told its start
}

// NewBatch is what StartBatch takes.
type NewBatch struct {
	Title   string // what it does, in words without anybody's; made from the change when empty
	Tickets []int64
	Change  BatchChange
	Undo    bool // a reply in it waits as long as one reply does, so that it can be taken back
}

// undoable reports until when a batch can be undone; zero when it cannot.
func (b *Batch) undoable() time.Time {
	if b.Done == 0 || !b.Change.undoable() || b.State != BatchDone && b.State != BatchCancelled {
		return time.Time{}
	}
	return b.Ended.Add(batchUndo)
}

// StartBatch begins a change of many tickets. Whoever may edit tickets may, or delete or restore them where it does that;
// each ticket is checked when its turn comes, with the rights the person has then.
func (s *Service) StartBatch(ctx context.Context, tx db.Tx, by act.Actor, in NewBatch) (*Batch, error) {
	if action := in.Change.action(); !by.May(action, "ticket") {
		return nil, by.Denied(action, "ticket")
	}
	tickets := distinct(in.Tickets)
	switch {
	case len(tickets) == 0:
		return nil, fault.Field("tickets", 0, "1 to 10,000 tickets", "Choose the tickets to change.")
	case len(tickets) > maxBatch:
		return nil, fault.Field("tickets", len(tickets), "at most 10,000", "These are %d tickets; 10,000 is the most at once. Narrow the list.", len(tickets))
	}
	if err := in.Change.check(s.config(), by); err != nil {
		return nil, err
	}
	if in.Change.Merge != nil {
		var err error
		if tickets, err = s.checkMerge(ctx, tx, by, tickets, *in.Change.Merge); err != nil {
			return nil, err
		}
	}
	b := &Batch{PersonID: by.PersonID, Title: in.Title, Change: in.Change, State: BatchRunning, Total: int64(len(tickets)), Created: by.Now()}
	if b.Title == "" {
		b.Title = in.Change.title()
	}
	change, err := json.Marshal(in.Change)
	if err != nil {
		return nil, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO ticket_batch (person_id, title, change, state, total, done, failed, undone, event_id, created, token_id)
		VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6, $7) RETURNING id`, b.PersonID, b.Title, string(change), string(b.State), b.Total, db.Micros(b.Created), db.NullID(by.TokenID)).Scan(&b.ID)
	if err != nil {
		return nil, err
	}
	if b.event, err = s.ledger.Append(ctx, tx, by, b.told(BatchStarted)); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `UPDATE ticket_batch SET event_id = $1 WHERE id = $2`, b.event, b.ID); err != nil {
		return nil, err
	}
	items := &db.Bulk{}
	for n, id := range tickets {
		items.Add("ticket_batch_item", "batch_id, n, ticket_id, state, note, was, became", b.ID, n, id, string(itemWaiting), "", "", "")
	}
	if err := items.Write(ctx, tx); err != nil {
		return nil, err
	}
	if in.Undo {
		if err := s.letWait(ctx, tx, b); err != nil {
			return nil, err
		}
	}
	return b, s.jobs.Enqueue(ctx, tx, by.Now(), b.job())
}

// letWait has a batch that writes to customers begin only when it can no longer be taken back: after the longest that a
// reply from one of its mailboxes waits.
func (s *Service) letWait(ctx context.Context, tx db.Tx, b *Batch) error {
	if !b.Change.leaves(s.config()) {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT COALESCE(t.mailbox_id, 0) FROM ticket_batch_item i JOIN ticket t ON t.id = i.ticket_id WHERE i.batch_id = $1`, b.ID)
	boxes, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	wait := time.Duration(0)
	for _, box := range boxes {
		wait = max(wait, s.undoOf(box))
	}
	if wait == 0 {
		return nil
	}
	b.Starts = b.Created.Add(wait)
	_, err = tx.Exec(ctx, `UPDATE ticket_batch SET starts = $1 WHERE id = $2`, db.Micros(b.Starts), b.ID)
	return err
}

// takenBack reports whether a batch was ended before it began.
func (b *Batch) takenBack() bool {
	return b.State == BatchCancelled && b.Ended.Before(b.Starts)
}

func distinct(ids []int64) (out []int64) {
	seen := make(map[int64]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

func (b *Batch) job() job.Spec {
	return job.Spec{Kind: batchJob, Key: fmt.Sprint(b.ID), Subject: ledger.Ref{Kind: "batch", ID: b.ID}, Due: b.Starts}
}

// told is the event of what became of a batch.
func (b *Batch) told(verb string) ledger.Entry {
	return ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "batch", ID: b.ID}, Visibility: ledger.Internal,
		Data: map[string]any{"total": b.Total, "done": b.Done, "failed": b.Failed, "undone": b.Undone}}
}

// CancelBatch ends a running batch: what it has done stays, the rest is left. One that has not begun is taken back. Who started it
// may, and who may edit every ticket.
func (s *Service) CancelBatch(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Batch, error) {
	b, err := s.Batch(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if b.State != BatchRunning {
		return nil, fault.New(fault.Invalid, "This has ended already, so there is nothing to stop.")
	}
	return b, s.endBatch(ctx, tx, by, b, BatchCancelled)
}

// UndoBatch begins to put the tickets of a batch back as they were. What somebody changed since
// stays as they left it. Who started it may, and who may edit every ticket.
func (s *Service) UndoBatch(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Batch, error) {
	b, err := s.Batch(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	until := b.undoable()
	switch {
	case until.IsZero() && !b.Change.undoable():
		return nil, fault.New(fault.Invalid, "Messages that were sent cannot be taken back.")
	case until.IsZero():
		return nil, fault.New(fault.Invalid, "This batch is %s; only what has ended and changed something can be undone.", b.State)
	case by.Now().After(until):
		return nil, fault.New(fault.Invalid, "This ended more than a day ago. It can no longer be undone.")
	}
	b.State, b.Ended = BatchUndoing, time.Time{}
	if _, err := tx.Exec(ctx, `UPDATE ticket_batch SET state = $1, ended = NULL WHERE id = $2`, string(b.State), b.ID); err != nil {
		return nil, err
	}
	if _, err := s.ledger.Append(ctx, tx, by, b.told(BatchUndoBegun)); err != nil {
		return nil, err
	}
	return b, s.jobs.Enqueue(ctx, tx, by.Now(), b.job())
}

// endBatch notes that a batch has ended.
func (s *Service) endBatch(ctx context.Context, tx db.Tx, by act.Actor, b *Batch, state BatchState) error {
	b.State, b.Ended = state, by.Now()
	if _, err := tx.Exec(ctx, `UPDATE ticket_batch SET state = $1, ended = $2 WHERE id = $3`, string(state), db.Micros(b.Ended), b.ID); err != nil {
		return err
	}
	by = by.Because(act.Cause{Event: b.event})
	if b.Change.Merge != nil {
		if err := s.sayMerged(ctx, tx, by, b); err != nil {
			return err
		}
	}
	_, err := s.ledger.Append(ctx, tx, by, b.told(BatchEnded))
	return err
}

const batchFields = `id, person_id, title, change, state, total, done, failed, undone, event_id, created, ended, COALESCE(token_id, 0), starts`

func scanBatch(row db.Scanner) (*Batch, error) {
	b := &Batch{}
	var change string
	var created int64
	var ended, starts sql.NullInt64
	if err := row.Scan(&b.ID, &b.PersonID, &b.Title, &change, &b.State, &b.Total, &b.Done, &b.Failed, &b.Undone, &b.event, &created, &ended, &b.tokenID, &starts); err != nil {
		return nil, err
	}
	b.Created, b.Ended, b.Starts = db.Time(created), db.NullTime(ended), db.NullTime(starts)
	return b, json.Unmarshal([]byte(change), &b.Change)
}

// loadBatch reads a batch without a permission check.
func (s *Service) loadBatch(ctx context.Context, tx db.Tx, id int64) (*Batch, error) {
	b, err := scanBatch(tx.QueryRow(ctx, `SELECT `+batchFields+` FROM ticket_batch WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Missing("batch", id)
	}
	return b, err
}

// Batch returns a batch and how far it is. Who started it may see it, and who may edit every
// ticket.
func (s *Service) Batch(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Batch, error) {
	b, err := s.loadBatch(ctx, tx, id)
	if err == nil && b.PersonID != by.PersonID && !auth.Scope(by, "edit", "ticket").All() {
		return nil, fault.Missing("batch", id)
	}
	return b, err
}

// Batches lists what the actor started, the newest first.
func (s *Service) Batches(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) ([]*Batch, string, error) {
	w := (&db.Where{}).And("person_id = ?", by.PersonID)
	return db.Newest(ctx, tx, batchFields+` FROM ticket_batch`, "id", w, page, scanBatch, func(b *Batch) int64 { return b.ID })
}

// SweepBatches forgets batches of which nobody needs to know any more. The ledger keeps what
// they changed.
func SweepBatches(ctx context.Context, tx db.Tx, now time.Time) error {
	const old = `SELECT id FROM ticket_batch WHERE created < $1 AND ended IS NOT NULL ORDER BY created LIMIT 20`
	before := db.Micros(now.Add(-batchKeptFor))
	if _, err := tx.Exec(ctx, `DELETE FROM ticket_batch_item WHERE batch_id IN (`+old+`)`, before); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM ticket_batch WHERE id IN (`+old+`)`, before)
	return err
}

// title says in words what a change does.
func (c BatchChange) title() string {
	var parts []string
	add := func(given bool, format string, args ...any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	if c.Merge != nil {
		return fmt.Sprintf("Merge into ticket %d", c.Merge.Into)
	}
	add(c.Fate == FateDelete, "Delete")
	add(c.Fate == FateSpam, "Mark as spam")
	add(c.Block == blockAddress, "Block the senders")
	add(c.Block == blockDomain, "Block the senders' domains")
	add(c.Fate == FateRestore, "Restore")
	if c.Comment != nil && c.Comment.Public {
		parts = append(parts, "Reply")
	}
	add(c.Comment != nil && !c.Comment.Public, "Add a note")
	add(c.Macro != "", "Apply the macro %s", c.Macro)
	add(c.Status != "", "Set the status to %s", statusWords[c.Status])
	add(c.Priority != "", "Set the priority to %s", c.Priority)
	add(c.Type != "", "Set the type to %s", c.Type)
	add(c.AssigneeID.Sent && c.AssigneeID.Value == 0, "Assign to nobody")
	add(c.AssigneeID.Value != 0, "Change the assignee")
	add(c.Team.Sent && c.Team.Value == "", "Clear the team")
	add(c.Team.Value != "", "Set the team to %s", c.Team.Value)
	add(c.Form.Sent, "Change the form")
	add(c.TaskDueAt.Sent && c.TaskDueAt.Value.IsZero(), "Take away the task's day")
	add(!c.TaskDueAt.Value.IsZero(), "Change the task's day")
	add(len(c.AddTags) > 0, "Add the tags %s", strings.Join(c.AddTags, ", "))
	add(len(c.RemoveTags) > 0, "Take away the tags %s", strings.Join(c.RemoveTags, ", "))
	add(len(c.Attributes) > 0, "Change custom fields")
	for i := range parts[min(1, len(parts)):] {
		parts[i+1] = lowerFirst(parts[i+1])
	}
	return strings.Join(parts, ", ")
}
