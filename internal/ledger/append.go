package ledger

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// MaxDepth is how long a chain of causes may get before it is stopped.
const MaxDepth = 16

// Ledger appends and reads events.
type Ledger struct {
	db  *db.DB
	mu  sync.Mutex
	ids idBlock

	tail tail
	seen sync.Map // by name, how far followers of this node are in front of their cursors
}

// idBlock is a stretch of event ids reserved from PostgreSQL's sequence.
type idBlock struct{ next, end int64 }

// blockSize matches the sequence's increment in the schema.
const blockSize = 100

// New returns the ledger of a database.
func New(d *db.DB) *Ledger { return &Ledger{db: d} }

// Entry is what a caller says about an event; the rest comes from the actor.
type Entry struct {
	Verb       string
	Subject    Ref
	At         time.Time  // zero: now
	Visibility Visibility // "": Internal
	Data       any        // struct or map of opaque values; nil for none
	Private    any        // unavoidable personal values, erasable; nil for none
	PersonID   int64      // whose personal values they are, for erasure
}

// pending are the events of one transaction, written together at its end.
type pending struct {
	events    []Event
	private   []privateRow
	erasures  []erasure
	scheduled bool   // a flush is to come
	pos       int64  // SQLite: last position given
	id        int64  // SQLite: last id given
	last      []byte // SQLite: hash at pos
	prepared  bool
}

type privateRow struct {
	event, person int64
	data, salt    []byte
}

type pendingKey struct{}

// Append records an event in the caller's transaction and returns its id. It is written
// when the transaction ends, so queries inside the transaction do not see it.
func (l *Ledger) Append(ctx context.Context, tx db.Tx, by act.Actor, in Entry) (int64, error) {
	e, err := newEvent(by, in)
	if err != nil {
		return 0, err
	}
	p := l.pendingOf(tx)
	if err := l.identify(ctx, tx, p, &e); err != nil {
		return 0, err
	}
	if in.Private != nil {
		row := privateRow{event: e.ID, person: in.PersonID}
		if row.data, err = canonical(in.Private); err != nil {
			return 0, fmt.Errorf("event %s: %w", in.Verb, err)
		}
		if row.salt, err = salt(by); err != nil {
			return 0, err
		}
		e.privateDigest = privateDigest(row.salt, row.person, row.data)
		p.private = append(p.private, row)
	}
	p.events = append(p.events, e)
	return e.ID, nil
}

// newEvent makes the event that an entry describes; it has no id yet.
func newEvent(by act.Actor, in Entry) (e Event, err error) {
	if by.Cause.Depth > MaxDepth {
		return e, fault.New(fault.Invalid, "This would be the %dth consequence in a chain; chains stop at %d.", by.Cause.Depth, MaxDepth)
	}
	now := by.Now()
	e = Event{At: in.At.UTC().Truncate(time.Microsecond), Recorded: now, Verb: in.Verb, ActorKind: by.Kind, ActorID: by.PersonID,
		TokenID: by.TokenID, OnBehalfOf: by.OnBehalfOf, Subject: in.Subject, Cause: by.Cause, Generation: by.Generation,
		Visibility: in.Visibility}
	if in.At.IsZero() {
		e.At = now
	}
	if e.Visibility == "" {
		e.Visibility = Internal
	}
	if e.Data, err = canonical(in.Data); err != nil {
		return e, fmt.Errorf("event %s: %w", in.Verb, err)
	}
	if e.salt, err = salt(by); err != nil {
		return e, err
	}
	e.digest = digestOf(e.salt, e.Data)
	return e, nil
}

// pendingOf returns what tx will append, and sees to it that it does: also for an event that
// another hook appends after an earlier flush.
func (l *Ledger) pendingOf(tx db.Tx) *pending {
	p := tx.Value(pendingKey{}, func() any { return &pending{} }).(*pending)
	if !p.scheduled {
		p.scheduled = true
		tx.BeforeCommit(func(ctx context.Context) error { return l.flush(ctx, tx, p) })
	}
	return p
}

// saltSize is the length of a salt. Verify insists on it: moving bytes between a salt and
// its data would leave their digest as it is.
const saltSize = 16

func salt(by act.Actor) ([]byte, error) {
	b := make([]byte, saltSize)
	_, err := io.ReadFull(by.Rand(), b)
	return b, err
}

// identify gives the event its id: on SQLite also its position, since there is one writer.
func (l *Ledger) identify(ctx context.Context, tx db.Tx, p *pending, e *Event) error {
	if tx.Engine() == db.SQLite {
		if !p.prepared {
			var err error
			if p.pos, p.last, err = head(ctx, tx); err != nil {
				return err
			}
			if p.id, err = lastID(ctx, tx); err != nil {
				return err
			}
			p.prepared = true
		}
		p.pos++
		p.id++
		e.ID, e.Pos = p.id, p.pos
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ids.next == l.ids.end {
		var first int64
		// A sequence ignores rollbacks, so a reserved block stays ours.
		if err := tx.QueryRow(ctx, `SELECT nextval('event_id')`).Scan(&first); err != nil {
			return fmt.Errorf("reserve event ids: %w", err)
		}
		l.ids = idBlock{first, first + blockSize}
	}
	e.ID = l.ids.next
	l.ids.next++
	return nil
}

// lastID is the highest id of an event on SQLite. It runs ahead of positions where the ledger
// came from PostgreSQL.
func lastID(ctx context.Context, tx db.Tx) (id int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM events`).Scan(&id)
	return id, err
}

const eventColumns = `id, at, recorded, verb, actor_kind, actor_id, token_id, behalf_id, subject_kind, subject_id,
	cause_event, cause_blueprint, cause_version, depth, generation, visibility, data, salt, digest, private_digest`

// row are the values of eventColumns.
func (e *Event) row() []any {
	return []any{e.ID, e.At.UnixMicro(), e.Recorded.UnixMicro(), e.Verb, string(e.ActorKind), e.ActorID, e.TokenID, e.OnBehalfOf,
		e.Subject.Kind, e.Subject.ID, e.Cause.Event, e.Cause.Blueprint, e.Cause.Version, e.Cause.Depth, e.Generation,
		string(e.Visibility), string(e.Data), e.salt, e.digest, e.privateDigest}
}

// fewEvents is how many events one INSERT takes as parameters; more are written as lists.
const fewEvents = 8

func (l *Ledger) flush(ctx context.Context, tx db.Tx, p *pending) error {
	events, private, erasures := p.events, p.private, p.erasures
	p.events, p.private, p.erasures, p.scheduled = nil, nil, nil, false
	insert := l.insert
	if len(events) > fewEvents {
		insert = l.insertMany
	}
	if len(events) > 0 {
		if err := insert(ctx, tx, p, events); err != nil {
			return fmt.Errorf("append events: %w", err)
		}
	}
	for _, r := range private {
		if err := tx.Later(ctx, nil, `INSERT INTO event_private (event_id, person_id, data, salt) VALUES ($1, $2, $3, $4)`,
			r.event, r.person, string(r.data), r.salt); err != nil {
			return fmt.Errorf("append private values: %w", err)
		}
	}
	for _, e := range erasures {
		if err := e.apply(ctx, tx); err != nil {
			return err
		}
	}
	l.db.Wake(tx)
	return nil
}

// noteFailed looks at why events could not be written.
func (l *Ledger) noteFailed(err error) {
	if db.IsUnique(err) {
		l.forgetIDs() // a database put back to an earlier state gave our ids out again
	}
}

// forgetIDs drops the reserved ids, so that the next event reserves anew.
func (l *Ledger) forgetIDs() {
	l.mu.Lock()
	l.ids = idBlock{}
	l.mu.Unlock()
}

// insertMany writes the events of a transaction that appends many.
func (l *Ledger) insertMany(ctx context.Context, tx db.Tx, p *pending, events []Event) error {
	rows := &db.Bulk{}
	for i := range events {
		e := &events[i]
		rows.Add("events", eventColumns, e.row()...)
		if tx.Engine() == db.Postgres {
			rows.Add("event_inbox", "event_id", e.ID)
			continue
		}
		p.last = e.link(p.last)
		rows.Add("event_order", "pos, event_id, hash", e.Pos, e.ID, p.last)
	}
	err := rows.Write(ctx, tx)
	if err != nil {
		l.noteFailed(err)
	}
	return err
}

func (l *Ledger) insert(ctx context.Context, tx db.Tx, p *pending, events []Event) error {
	w := &db.Where{}
	rows := make([]string, len(events))
	for i := range events {
		e := &events[i]
		vals := e.row()
		marks := make([]string, len(vals))
		for j, v := range vals {
			marks[j] = w.Arg(v)
		}
		rows[i] = "(" + strings.Join(marks, ",") + ")"
	}
	insert := `INSERT INTO events (` + eventColumns + `) VALUES ` + strings.Join(rows, ",")
	if tx.Engine() == db.Postgres {
		// One round trip for both tables; the inbox numbers rows in the order they come.
		return tx.Later(ctx, l.noteFailed, `WITH e AS (`+insert+` RETURNING id) INSERT INTO event_inbox (event_id) SELECT id FROM e ORDER BY id`, w.Args()...)
	}
	if _, err := tx.Exec(ctx, insert, w.Args()...); err != nil {
		return err
	}
	o := &db.Where{}
	for i := range events {
		e := &events[i]
		p.last = e.link(p.last)
		rows[i] = "(" + o.Arg(e.Pos) + "," + o.Arg(e.ID) + "," + o.Arg(p.last) + ")"
	}
	_, err := tx.Exec(ctx, `INSERT INTO event_order (pos, event_id, hash) VALUES `+strings.Join(rows, ","), o.Args()...)
	return err
}
