package desk

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/replay"
)

// batch is a stretch of tickets with everything their replay needs.
type batch struct {
	*sweep
	from, to      int64
	tickets       []recorded
	organizations organizations
	sayings       *sayings
	tally         *replay.Tally
}

// recorded is one ticket as it is stored, with its history.
type recorded struct {
	id           int64
	subject      string
	status       Status
	priority     Priority
	team         int64
	organization int64
	events       []lived
	clocks       []*Clock         // as they were measured
	texts        map[int64]string // what people wrote, by event; nil when nobody asks
}

// lived is one event of a ticket's life.
type lived struct {
	id, cause int64
	recorded  int64 // UTC microseconds; what the clocks took for now
	verb      string
	data      []byte
	kind      act.Kind
	actor     int64
	blueprint int64 // what decided, when a rule acted
	depth     int
}

// livedColumns are what is read of an event, behind the id of its ticket.
const livedColumns = `id, cause_event, recorded, at, verb, data, actor_kind, actor_id, cause_blueprint, depth`

// ruleOnly are the verbs that tell of a rule's firing and change nothing about the ticket that conditions read.
var ruleOnly = []string{TicketNotified, TicketHooked, TicketRunStarted, TicketPeople, TicketGivenOut, TicketHandedOn}

// telling are the verbs that tell what people and rules did to a ticket.
var telling = []string{TicketCreated, TicketReplied, TicketCommented, TicketNoted, TicketChanged, TicketSideAnswered}

func scanLived(rows *db.Rows, before ...any) (e lived, err error) {
	var data sql.RawBytes
	var at int64
	err = rows.Scan(append(before, &e.id, &e.cause, &e.recorded, &at, &e.verb, &data, &e.kind, &e.actor, &e.blueprint, &e.depth)...)
	e.data = slices.Clone(data)
	if bytes.Contains(e.data, []byte(`"imported":true`)) || bytes.Contains(e.data, []byte(`"imported": true`)) {
		e.recorded = at // it was recorded long after it happened elsewhere
	}
	return e, err
}

// read fills the batch. It may run twice.
func (b *batch) read(ctx context.Context, tx db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id, subject, status, priority, COALESCE(team_id, 0), COALESCE(organization_id, 0) FROM ticket WHERE `+b.inWindow()+` AND id BETWEEN $3 AND $4 ORDER BY id`,
		append(b.window(), b.from, b.to)...)
	b.tickets, err = db.Collect(rows, err, func(row db.Scanner) (r recorded, err error) {
		return r, row.Scan(&r.id, &r.subject, &r.status, &r.priority, &r.team, &r.organization)
	})
	if err != nil {
		return err
	}
	if err := b.readEvents(ctx, tx); err != nil {
		return err
	}
	if err := b.readClocks(ctx, tx); err != nil {
		return err
	}
	if err := b.readTexts(ctx, tx); err != nil {
		return err
	}
	return b.readOrganizations(ctx, tx)
}

// find returns the ticket with that id; nil when it is not of the window.
func (b *batch) find(id int64) *recorded {
	i, ok := slices.BinarySearchFunc(b.tickets, id, func(r recorded, id int64) int { return int(r.id - id) })
	if !ok {
		return nil
	}
	return &b.tickets[i]
}

func (b *batch) readEvents(ctx context.Context, tx db.Tx) error {
	verbs := slices.Clone(telling)
	if b.anew { // what a rule did tells that it fired
		verbs = append(verbs, ruleOnly...)
	}
	if b.issues {
		verbs = append(verbs, TicketWaiting, TicketIssueEnded)
	}
	rows, err := tx.Query(ctx, `SELECT subject_id, `+livedColumns+` FROM events WHERE subject_kind = 'ticket' AND subject_id BETWEEN $1 AND $2
		AND verb IN ('`+strings.Join(verbs, `', '`)+`') ORDER BY subject_id, id`, b.from, b.to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ticket int64
		e, err := scanLived(rows, &ticket)
		if err != nil {
			return err
		}
		if r := b.find(ticket); r != nil && (e.kind == act.Rule || !slices.Contains(ruleOnly, e.verb)) {
			r.events = append(r.events, e)
		}
	}
	return rows.Err()
}

// readTexts reads what people wrote, when conditions read it. What was removed is left out.
func (b *batch) readTexts(ctx context.Context, tx db.Tx) error {
	if !b.text {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT ticket_id, event_id, body_text FROM comment WHERE ticket_id BETWEEN $1 AND $2 AND body_text <> $3`, b.from, b.to, Removed)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ticket, event int64
		var text string
		if err := rows.Scan(&ticket, &event, &text); err != nil {
			return err
		}
		if r := b.find(ticket); r != nil {
			if r.texts == nil {
				r.texts = map[int64]string{}
			}
			r.texts[event] = text
		}
	}
	return rows.Err()
}

func (b *batch) readClocks(ctx context.Context, tx db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT ticket_id, metric, policy_id, calendar_id, target, state, started, due, ended, breached_at, used FROM clock
		WHERE ticket_id BETWEEN $1 AND $2 ORDER BY ticket_id, id`, b.from, b.to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c := &Clock{}
		var target, started, used int64
		var due, ended, breached sql.NullInt64
		if err := rows.Scan(&c.TicketID, &c.Metric, &c.PolicyID, &c.CalendarID, &target, &c.State, &started, &due, &ended, &breached, &used); err != nil {
			return err
		}
		c.Target, c.Used, c.Started = time.Duration(target)*time.Microsecond, time.Duration(used)*time.Microsecond, db.Time(started)
		c.Due, c.Ended, c.BreachedAt = db.NullTime(due), db.NullTime(ended), db.NullTime(breached)
		if r := b.find(c.TicketID); r != nil {
			r.clocks = append(r.clocks, c)
		}
	}
	return rows.Err()
}

// replay plays one ticket's life by both configurations and counts what differs.
func (b *batch) replay(r *recorded) {
	b.tally.Total++
	if b.unknown != "" {
		b.tally.Skip("a condition reads " + b.unknown + ", which history does not tell")
		return
	}
	h := &retold{batch: b}
	if reason := h.tell(r); reason != "" {
		b.tally.Skip(reason)
		return
	}
	b.tally.Replayed++
	if !h.asRecorded(r.clocks) {
		b.tally.Otherwise++
	}
	b.tally.Differ(ledger.Ref{Kind: "ticket", ID: r.id}, h.differences(), r.whose(b.current)...)
}
