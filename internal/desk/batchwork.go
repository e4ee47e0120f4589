package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
)

// batchJob works on a batch.
const batchJob = "ticket.batch"

// itemState says where one ticket of a batch stands.
type itemState string

const (
	itemWaiting itemState = "waiting"
	itemDone    itemState = "done"
	itemFailed  itemState = "failed" // note says why
	itemUndone  itemState = "undone"
	itemKept    itemState = "kept" // not put back, or not all; note says why
)

// batchItem is one ticket of a batch.
type batchItem struct {
	n           int64
	ticket      int64
	was, became string // standing as JSON
}

// onBatch is the job's handler: one transaction a ticket, so that nobody waits for the others
// and a crash goes on with the next.
func (s *Service) onBatch(ctx context.Context, j job.Job) (job.Finish, error) {
	for {
		var b *Batch
		var items []batchItem
		var by act.Actor
		err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			if b, err = s.loadBatch(ctx, tx, j.Subject.ID); err != nil {
				return err
			}
			if by, err = s.batchActor(ctx, tx, b); err != nil {
				return err
			}
			items, err = b.next(ctx, tx)
			return err
		})
		if fault.Is(err, fault.NotFound) {
			return nil, nil
		}
		if err != nil || b.ending() == "" {
			return nil, err
		}
		if len(items) == 0 {
			return func(ctx context.Context, tx db.Tx) error { return s.finishBatch(ctx, tx, by, b.ID) }, nil
		}
		for _, item := range items {
			if err := s.workOn(ctx, by, b, item); err != nil {
				if errors.Is(err, errBatchEnded) {
					break
				}
				return nil, err
			}
		}
	}
}

// errBatchEnded says that somebody has ended the batch, or that the ticket has been done.
var errBatchEnded = errors.New("desk: the batch has ended")

// ending is the state that a batch under way ends in; "" when it is not under way.
func (b *Batch) ending() BatchState {
	switch b.State {
	case BatchRunning:
		return BatchDone
	case BatchUndoing:
		return BatchUndone
	default:
		return ""
	}
}

// finishBatch ends a batch that nothing is left of, unless somebody has in between.
func (s *Service) finishBatch(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	b, err := s.loadBatch(ctx, tx, id)
	if err != nil || b.ending() == "" {
		return err
	}
	return s.endBatch(ctx, tx, by, b, b.ending())
}

// batchActor is the person who started a batch, with the rights they have now; nobody's when
// they have been suspended since.
func (s *Service) batchActor(ctx context.Context, tx db.Tx, b *Batch) (act.Actor, error) {
	by, err := s.auth.As(ctx, tx, b.PersonID)
	if err != nil {
		return by, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{b.PersonID})
	if !people[b.PersonID].Suspended.IsZero() {
		by.Grants = nil
	}
	by.Clock = s.clock
	return by.Because(act.Cause{Event: b.event, Asked: b.tokenID == 0}), err
}

// next are tickets that are still to be worked on.
func (b *Batch) next(ctx context.Context, tx db.Tx) ([]batchItem, error) {
	rows, err := tx.Query(ctx, `SELECT n, ticket_id, was, became FROM ticket_batch_item WHERE batch_id = $1 AND state = $2 ORDER BY n LIMIT 100`, b.ID, string(b.open()))
	return db.Collect(rows, err, func(r db.Scanner) (i batchItem, err error) { return i, r.Scan(&i.n, &i.ticket, &i.was, &i.became) })
}

// open is the state of the tickets that a batch under way still works on.
func (b *Batch) open() itemState {
	if b.State == BatchUndoing {
		return itemDone
	}
	return itemWaiting
}

// workOn changes one ticket, or puts it back, and notes what became of it.
func (s *Service) workOn(ctx context.Context, by act.Actor, b *Batch, item batchItem) error {
	work := s.doItem
	if b.State == BatchUndoing {
		work = s.undoItem
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := b.claim(ctx, tx); err != nil {
			return err
		}
		done, err := work(ctx, tx, by, b, item)
		if err != nil {
			return err
		}
		return b.note(ctx, tx, item, done)
	})
	f := fault.As(err)
	if f == nil || f.Code == fault.Unavailable {
		return err // tried again by the job
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := b.claim(ctx, tx); err != nil {
			return err
		}
		state := itemFailed
		if b.State == BatchUndoing {
			state = itemKept
		}
		return b.note(ctx, tx, item, outcome{state: state, note: f.Error(), was: item.was, became: item.became, guards: askedBy(f)})
	})
}

// claim makes sure that the batch is still under way; on PostgreSQL others who end it wait.
func (b *Batch) claim(ctx context.Context, tx db.Tx) error {
	q := `SELECT state FROM ticket_batch WHERE id = $1`
	if tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	var state BatchState
	err := tx.QueryRow(ctx, q, b.ID).Scan(&state)
	if err == nil && state != b.State {
		return errBatchEnded
	}
	return err
}

// outcome is what became of one ticket.
type outcome struct {
	state       itemState
	note        string
	was, became string
	guards      string // that asked, or stopped it
}

var counters = map[itemState]string{itemDone: "done", itemFailed: "failed", itemUndone: "undone", itemKept: "undone"}

func (b *Batch) note(ctx context.Context, tx db.Tx, item batchItem, o outcome) error {
	n, err := tx.Exec(ctx, `UPDATE ticket_batch_item SET state = $1, note = $2, was = $3, became = $4, guards = $8 WHERE batch_id = $5 AND n = $6 AND state = $7`,
		string(o.state), o.note, o.was, o.became, b.ID, item.n, string(b.open()), o.guards)
	if err != nil {
		return err
	}
	if n == 0 {
		return errBatchEnded // done already
	}
	counter := counters[o.state]
	_, err = tx.Exec(ctx, `UPDATE ticket_batch SET `+counter+` = `+counter+` + 1 WHERE id = $1`, b.ID)
	return err
}

func (s *Service) doItem(ctx context.Context, tx db.Tx, by act.Actor, b *Batch, item batchItem) (outcome, error) {
	if b.Change.fated() {
		return s.fateOne(ctx, tx, by, b, item)
	}
	was, became, err := s.changeOne(ctx, tx, by, item.ticket, b.Change)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{state: itemDone}
	before, err := json.Marshal(was.standing())
	if err != nil {
		return o, err
	}
	after, err := json.Marshal(became.standing())
	o.was, o.became = string(before), string(after)
	return o, err
}

// undoItem puts a ticket back, as far as nobody has changed it since. It is the desk's own
// step: a closed ticket can be as it was before.
func (s *Service) undoItem(ctx context.Context, tx db.Tx, by act.Actor, b *Batch, item batchItem) (outcome, error) {
	if b.Change.fated() {
		return s.unfateOne(ctx, tx, by, item)
	}
	if _, err := s.working(ctx, tx, by, item.ticket); err != nil {
		return outcome{}, err
	}
	t, err := s.lock(ctx, tx, item.ticket)
	if err != nil {
		return outcome{}, err
	}
	if item.was == "" {
		return outcome{state: itemKept, note: "How it was before is not kept any more."}, nil
	}
	var was, became standing
	if err := errors.Join(json.Unmarshal([]byte(item.was), &was), json.Unmarshal([]byte(item.became), &became)); err != nil {
		return outcome{}, err
	}
	by = by.Still()
	before := *t
	o := outcome{state: itemUndone}
	kept := t.putBack(was, became)
	if t.Type != before.Type {
		if held, err := s.hasIncidents(ctx, tx, &before); err != nil {
			return o, err
		} else if held {
			t.Type, t.TaskDue, kept = before.Type, before.TaskDue, append(kept, "type")
		}
	}
	if len(kept) > 0 {
		o.state, o.note = itemKept, "Somebody has changed this since: "+strings.Join(slices.Compact(kept), ", ")+"."
	}
	if len(s.config().allChanges(&before, t)) == 0 {
		return o, nil
	}
	if t.AssigneeID != before.AssigneeID {
		if err := s.takesTickets(ctx, tx, t.AssigneeID); err != nil {
			return o, err
		}
	}
	return o, s.change(ctx, tx, by, &before, t, moment{at: by.Now()})
}
