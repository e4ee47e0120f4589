package work

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Service reads people's lists and snoozes items.
type Service struct {
	ledger  *ledger.Ledger
	jobs    *job.Queue
	clock   func() time.Time
	sources map[string]Source
}

// Source shows the items it puts.
type Source struct {
	Name  string // "ticket"
	Title string // "Ticket"
	// Dismiss says that their owners may put items away for good: nothing else ends them but being read.
	Dismiss bool
	// Cards shows items as the actor may see them, by item id; what they may not is left out.
	Cards func(ctx context.Context, tx db.Tx, by act.Actor, items []Item) (map[int64]Card, error)
}

// Card is an item in words.
type Card struct {
	Title   string // what is to do: a ticket's subject
	About   string // whom it is about
	Why     string // why it is here, in a few words
	Promise string // what is due, such as "First reply"; "" without a date
	Mine    bool   // whether the actor may put it off
	Act     string // what the actor can do about it where they see it, such as Decide; "" when it has to be opened
	Part    string // of its subject, where only a part of it is meant: a step's name, a side conversation's id
}

// New returns the service and registers its timer; clock may be nil.
func New(l *ledger.Ledger, jobs *job.Queue, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	s := &Service{ledger: l, jobs: jobs, clock: clock, sources: map[string]Source{}}
	jobs.Handle(wakeJob, job.Options{}, s.onWake)
	return s
}

// Register adds a source. Call it while the application is put together.
func (s *Service) Register(src Source) { s.sources[src.Name] = src }

// MayDismiss reports whether a source's items may be put away for good.
func (s *Service) MayDismiss(source string) bool { return s.sources[source].Dismiss }

// Title is how a source's items are called.
func (s *Service) Title(source string) string { return s.sources[source].Title }

// Cards shows items, one question to each source they come from.
func (s *Service) Cards(ctx context.Context, tx db.Tx, by act.Actor, items []Item) (map[int64]Card, error) {
	of := map[string][]Item{}
	for _, i := range items {
		of[i.Source] = append(of[i.Source], i)
	}
	out := map[int64]Card{}
	for name, list := range of {
		src, ok := s.sources[name]
		if !ok {
			continue
		}
		cards, err := src.Cards(ctx, tx, by, list)
		if err != nil {
			return nil, err
		}
		for id, c := range cards {
			out[id] = c
		}
	}
	return out, nil
}

// The verbs of this package; their subject is the item's.
const (
	WorkSnoozed = "work.snoozed" // item, until
	WorkWoken   = "work.woken"   // item
)

const wakeJob = "work.wake"

// maxSnooze is how long an item may be put away.
const maxSnooze = 366 * 24 * time.Hour

// Snooze puts an item of the actor's own away until a time, with a reason. Its owner may,
// where they may change what it is about.
func (s *Service) Snooze(ctx context.Context, tx db.Tx, by act.Actor, id int64, until time.Time, reason string) (Item, error) {
	i, err := s.own(ctx, tx, by, id)
	if err != nil {
		return i, err
	}
	now := by.Now()
	until = until.UTC().Truncate(time.Microsecond)
	if !until.After(now) || until.Sub(now) > maxSnooze {
		return i, fault.Field("until", until, "a time from now to a year from now", "An item can be put off until a time in the year ahead.")
	}
	if len(reason) > 500 {
		return i, fault.Field("reason", len(reason), "at most 500 bytes", "This reason is too long.")
	}
	i.State, i.Until, i.Reason = Snoozed, until, reason
	n, err := tx.Exec(ctx, `UPDATE work_item SET state = 'snoozed', until = $1, reason = $2, updated = $3 WHERE id = $4 AND state <> 'done'`, db.Micros(until), reason, db.Micros(now), id)
	if err != nil || n == 0 {
		return i, errors.Join(err, missing(n, id))
	}
	if err := s.jobs.Set(ctx, tx, now, job.Spec{Kind: wakeJob, Key: fmt.Sprint(id), Subject: i.Subject, Due: until}); err != nil {
		return i, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: WorkSnoozed, Subject: i.Subject, Data: map[string]any{"item": id, "until": db.Micros(until)}})
	return i, err
}

// Dismiss ends an item of the actor's own that needs nothing else, or brings it back. Its owner may,
// where the source lets them.
func (s *Service) Dismiss(ctx context.Context, tx db.Tx, by act.Actor, id int64, done bool) (Item, error) {
	i, err := load(ctx, tx, id)
	if err != nil {
		return i, err
	}
	if i.PersonID != by.PersonID || by.PersonID == 0 || by.TokenID != 0 && !by.May("edit", i.Subject.Kind) {
		return i, fault.Missing("item", id)
	}
	if !s.sources[i.Source].Dismiss {
		return i, fault.New(fault.Invalid, "This item ends when what it is about is done. Put it off instead.")
	}
	now, was, is := db.Micros(by.Now()), Done, Open
	var ended any
	if done {
		was, is, ended = Open, Done, now
	}
	n, err := tx.Exec(ctx, `UPDATE work_item SET state = $1, until = NULL, reason = '', ended = $2, updated = $3 WHERE id = $4 AND (state = $5 OR state = 'snoozed')`, string(is), ended, now, id, string(was))
	if n > 0 {
		i.State, i.Until, i.Reason = is, time.Time{}, ""
	}
	return i, err
}

func missing(n, id int64) error {
	if n == 0 {
		return fault.Missing("item", id)
	}
	return nil
}

// Wake brings a snoozed item of the actor's own back. Its owner may.
func (s *Service) Wake(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Item, error) {
	i, err := s.own(ctx, tx, by, id)
	if err != nil || i.State != Snoozed {
		return i, err
	}
	if err := s.jobs.Cancel(ctx, tx, wakeJob, fmt.Sprint(id)); err != nil {
		return i, err
	}
	return i, s.wake(ctx, tx, by, &i)
}

func (s *Service) wake(ctx context.Context, tx db.Tx, by act.Actor, i *Item) error {
	i.State, i.Until, i.Reason = Open, time.Time{}, ""
	if _, err := tx.Exec(ctx, `UPDATE work_item SET state = 'open', until = NULL, reason = '', updated = $1 WHERE id = $2 AND state = 'snoozed'`, db.Micros(by.Now()), i.ID); err != nil {
		return err
	}
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: WorkWoken, Subject: i.Subject, Data: map[string]any{"item": i.ID}})
	return err
}

// onWake is the timer's handler. An item that moved meanwhile is back already.
func (s *Service) onWake(ctx context.Context, tx db.Tx, j job.Job) error {
	var id int64
	if _, err := fmt.Sscan(j.Key, &id); err != nil {
		return err
	}
	i, err := load(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && i.State != Snoozed {
		return nil
	}
	if err != nil {
		return err
	}
	by := act.Root()
	by.Kind, by.Clock = act.Clock, s.clock
	return s.wake(ctx, tx, by, &i)
}

// own returns an open or snoozed item that is the actor's and that they may put off.
func (s *Service) own(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Item, error) {
	i, err := load(ctx, tx, id)
	if err != nil {
		return i, err
	}
	if i.State == Done || i.PersonID != by.PersonID || by.PersonID == 0 {
		return i, fault.Missing("item", id)
	}
	cards, err := s.Cards(ctx, tx, by, []Item{i})
	if err != nil {
		return i, err
	}
	if c, ok := cards[id]; !ok {
		return i, fault.Missing("item", id)
	} else if !c.Mine {
		return i, by.Denied("edit", i.Subject.Kind)
	}
	return i, nil
}

func load(ctx context.Context, tx db.Tx, id int64) (Item, error) {
	i, err := scanItem(tx.QueryRow(ctx, `SELECT `+itemFields+` FROM work_item w WHERE w.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("item", id)
	}
	return i, err
}

// keep is how long done items stay.
const keep = 30 * 24 * time.Hour

// Sweep removes items done a month ago, a bounded number each time.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM work_item WHERE id IN (SELECT id FROM work_item WHERE state = 'done' AND ended < $1 ORDER BY ended LIMIT 50000)`, db.Micros(now.Add(-keep)))
	return err
}
