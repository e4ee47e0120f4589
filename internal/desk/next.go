package desk

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// burden is what somebody carries, counted as queues weigh it.
type burden struct {
	open    int // tickets that wait for an agent
	hot     int // urgent ones of them that no colleague has answered
	pending int // tickets that wait for somebody else
}

// load is what a burden weighs.
func (l RoutingLoad) load(b burden) int {
	return (b.open-b.hot)*cmp.Or(l.Ticket, 1) + b.hot*cmp.Or(l.Urgent, 5) + b.pending*l.Pending
}

// of is what one more ticket would weigh.
func (l RoutingLoad) of(t *Ticket) int {
	if t.Priority == "urgent" && t.Replies == 0 {
		return cmp.Or(l.Urgent, 5)
	}
	return cmp.Or(l.Ticket, 1)
}

// burdens counts what people carry, with one question.
func burdens(ctx context.Context, tx db.Tx, ids []int64) (map[int64]burden, error) {
	out := map[int64]burden{}
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).In("assignee_id", list)
	rows, err := tx.Query(ctx, `SELECT assignee_id, count(*), sum(CASE WHEN status IN ('new', 'open') THEN 1 ELSE 0 END),
		sum(CASE WHEN status IN ('new', 'open') AND priority = 'urgent' AND replies = 0 THEN 1 ELSE 0 END)
		FROM ticket WHERE `+w.SQL()+` AND done = FALSE AND deleted_at IS NULL GROUP BY assignee_id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var all int
		var b burden
		if err := rows.Scan(&id, &all, &b.open, &b.hot); err != nil {
			return nil, err
		}
		b.pending = all - b.open
		out[id] = b
	}
	return out, rows.Err()
}

// Skip is a heavier ticket that somebody did not get, and why.
type Skip struct {
	Ticket *Ticket
	Weight float64
	Why    string
}

// NextTicket is the answer to who asked for the next ticket.
type NextTicket struct {
	Ticket  *Ticket // nil: none
	Weight  *Weight
	Reason  string // why none: nothing_waits, none_for_you, away, off, full, no_queue
	Say     string // in a sentence
	Skipped []Skip
	Load    int // what they carry now, with this ticket
	Cap     int // 0: any amount
	EventID int64
}

// Next gives the actor the heaviest waiting ticket that is for them and tells why this one. Whoever
// may change tickets may ask, for themselves. Two who ask at once never get the same.
func (s *Service) Next(ctx context.Context, tx db.Tx, by act.Actor, o *Outlook) (NextTicket, error) {
	by = by.Still()
	if n, ok := s.refuse(lang.In(ctx), o); !ok {
		return n, nil
	}
	if err := o.weighDown(ctx, tx, by.PersonID); err != nil {
		return NextTicket{}, err
	}
	looks := []int{0, 400}
	if o.laden() { // what is heavier may be too much
		looks = []int{40, 400}
	}
	for _, each := range looks {
		if each > 0 { // or others have taken what was looked up
			if err := s.scout(ctx, tx, by, o, each); err != nil {
				return NextTicket{}, err
			}
		}
		r, t, err := s.pick(ctx, tx, by, o)
		if err != nil {
			return NextTicket{}, err
		}
		if r != nil {
			return s.take(ctx, tx, by, o, r, t)
		}
		if len(o.candidates) < 40 {
			break
		}
	}
	return s.nothing(lang.In(ctx), by, o), nil
}

// refuse says why somebody gets nothing whatever waits.
func (s *Service) refuse(l *lang.Language, o *Outlook) (n NextTicket, ok bool) {
	switch st := o.status; {
	case len(o.queues) == 0:
		return NextTicket{Reason: "no_queue", Say: l.Word("There is no queue yet. An administrator adds one with a routing blueprint.")}, false
	case st.Off != nil:
		return NextTicket{Reason: "off", Say: l.Say("You are off until %s. Remove or shorten that time off in your settings to take tickets.", st.Off.To)}, false
	case st.State == availability.Away:
		return NextTicket{Reason: "away", Say: l.Word("You are marked as away. Say that you are available to take tickets.")}, false
	}
	return n, true
}

// room is how much more of a queue somebody can carry: whether another ticket fits, and whether
// an urgent one does.
func (q *Queue) room(b burden) (any, urgent bool) {
	l := q.Spec.Load
	if l.Cap == 0 {
		return true, true
	}
	left := l.Cap - l.load(b)
	return left >= cmp.Or(l.Ticket, 1), left >= cmp.Or(l.Urgent, 5)
}

// pick finds the heaviest candidate that nobody is changing and locks its ticket; nil when there is none.
func (s *Service) pick(ctx context.Context, tx db.Tx, by act.Actor, o *Outlook) (*waiting, *Ticket, error) {
	w := &db.Where{}
	ids, points, calm := []any{}, map[int64]int64{}, []any{}
	for _, r := range o.candidates {
		any, urgent := r.queue.room(o.burden)
		if !any {
			continue
		}
		ids = append(ids, r.ticket)
		if _, known := points[r.queue.ID]; !known && !urgent {
			calm = append(calm, r.queue.ID)
		}
		points[r.queue.ID] = r.queue.point().Microseconds()
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	w.In("q.ticket_id", ids).And("t.assignee_id IS NULL AND t.status IN ('new', 'open') AND t.deleted_at IS NULL")
	if err := auth.Scope(by, "edit", "ticket").Where(w, columns); err != nil {
		return nil, nil, err
	}
	if len(calm) > 0 {
		w.Not(func(and *db.Where) { and.In("q.queue_id", calm).And("t.priority = 'urgent' AND t.replies = 0") })
	}
	order := `q.key + 0, q.ticket_id` // no index's order: few rows are sorted
	if len(points) > 1 {              // queues whose points are worth different times
		order = `CAST(` + w.Arg(db.Micros(by.Now())) + ` - q.key AS DOUBLE PRECISION) / CASE q.queue_id`
		for id, p := range points {
			order += fmt.Sprintf(` WHEN %d THEN %d`, id, p)
		}
		order += ` END DESC, q.ticket_id`
	}
	// CROSS JOIN keeps SQLite from beginning with the tickets that nobody has; what is sorted are
	// ids, so that one ticket is read whole and not every candidate.
	one := `SELECT q.ticket_id FROM ticket_queue q CROSS JOIN ticket t WHERE t.id = q.ticket_id AND ` + w.SQL() + ` ORDER BY ` + order + ` LIMIT 1`
	query, lock := `SELECT `+ticketFields+` FROM ticket t WHERE t.id = (`+one, ``
	if tx.Engine() == db.Postgres { // the second lock reads what somebody stored just before the first
		query, lock = query+` FOR UPDATE OF t SKIP LOCKED`, ` FOR UPDATE`
	}
	query += `)` + lock
	t, err := scanTicket(tx.QueryRow(ctx, query, w.Args()...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(o.candidates, func(r waiting) bool { return r.ticket == t.ID })
	return &o.candidates[at], t, nil
}

// take gives the picked ticket to the actor.
func (s *Service) take(ctx context.Context, tx db.Tx, by act.Actor, o *Outlook, r *waiting, t *Ticket) (NextTicket, error) {
	p, err := s.placeOf(ctx, tx, t)
	if err != nil {
		return NextTicket{}, err
	}
	n := NextTicket{Ticket: t, Skipped: s.skipped(lang.In(ctx), by, o, r)}
	data := map[string]any{"how": "next", "person_id": by.PersonID, "queue_id": r.queue.ID}
	if p != nil {
		weight := p.weigh(t, by.Now())
		n.Weight = &weight
		data["weight"], data["parts"] = weight.Total, weighed(weight.Parts)
	}
	skips := []map[string]any{}
	for _, k := range n.Skipped {
		skips = append(skips, map[string]any{"ticket": k.Ticket.ID, "weight": k.Weight, "why": k.Why})
	}
	data["skipped"] = skips
	n.Cap = r.queue.Spec.Load.Cap
	n.Load = r.queue.Spec.Load.load(o.burden) + r.queue.Spec.Load.of(t)
	data["load"], data["cap"] = n.Load, n.Cap
	n.EventID, err = s.route(ctx, tx, by, t, r.queue, by.PersonID, data)
	return n, err
}

// route gives a waiting ticket to somebody: the event that says why, then the change.
func (s *Service) route(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, q *Queue, to int64, data map[string]any) (int64, error) {
	because := by.Because(act.Cause{Event: by.Cause.Event, Blueprint: q.ID, Version: q.Version})
	event, err := s.ledger.Append(ctx, tx, because, ledger.Entry{Verb: TicketRouted, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: data})
	if err != nil {
		return 0, err
	}
	before := *t
	t.assign(to, false)
	return event, s.change(ctx, tx, because, &before, t, moment{at: by.Now(), event: event})
}

// weighed are parts of a weight as an event keeps them: kinds and points, no words of conditions.
func weighed(parts []WeightPart) (out []map[string]any) {
	for _, p := range parts {
		out = append(out, map[string]any{"part": p.Part, "title": p.Title, "points": p.Points})
	}
	return out
}

// skipped are the heavier tickets that somebody did not get. r is what they got, nil for nothing.
func (s *Service) skipped(l *lang.Language, by act.Actor, o *Outlook, r *waiting) (out []Skip) {
	now := by.Now()
	for _, h := range o.heavier {
		t := o.tickets[h.ticket]
		if t == nil || r != nil && h.before(*r, now) >= 0 {
			continue
		}
		out = append(out, Skip{t, h.queue.weightAt(h.key, now), s.notFor(l, o, h, t, now)})
		if len(out) == 8 {
			break
		}
	}
	return out
}

// notFor says why a waiting ticket is not for somebody.
func (s *Service) notFor(l *lang.Language, o *Outlook, h waiting, t *Ticket, now time.Time) string {
	st := o.status
	region := s.config().Regions.Region(h.region)
	roomy, urgent := h.queue.room(o.burden)
	switch {
	case h.team != 0 && !slices.Contains(st.Teams, h.team):
		if team := s.config().Team(h.team); team != nil {
			return l.Say("It is with %s, which you are not in.", team.Title)
		}
		return l.Word("It is with another team.")
	case h.team == 0 && !h.queue.takes(st.Teams):
		return l.Say("You are in none of the teams of the queue %s.", h.queue.Title)
	case region != nil && region != st.Region && h.until.After(now):
		return l.Say("It is left to %s until %s.", region.Title, lang.At(h.until.In(zoneOf(st)), "Mon 15:04 MST"))
	case len(lacking(h.needs, h.queue.knows(st), now)) > 0:
		return h.tellLacking(l, st, now)
	case !roomy, !urgent && t.Priority == "urgent" && t.Replies == 0:
		load := h.queue.Spec.Load
		return l.Say("It weighs %d; you carry %d of %d.", load.of(t), load.load(o.burden), load.Cap)
	default:
		return l.Word("A colleague took it or was changing it at that moment.")
	}
}

func zoneOf(st availability.Status) *time.Location {
	if st.Region != nil {
		return st.Region.Calendar.Zone()
	}
	return time.UTC
}

// nothing says why nobody got a ticket.
func (s *Service) nothing(l *lang.Language, by act.Actor, o *Outlook) NextTicket {
	n := NextTicket{Skipped: s.skipped(l, by, o, nil), Reason: "none_for_you", Say: l.Word("None of the waiting tickets is for you. The list says why, heaviest first.")}
	full := len(o.candidates) > 0
	for _, r := range o.candidates {
		roomy, _ := r.queue.room(o.burden)
		full = full && !roomy
		n.Cap, n.Load = r.queue.Spec.Load.Cap, r.queue.Spec.Load.load(o.burden)
	}
	switch {
	case !o.waiting:
		n.Reason, n.Say = "nothing_waits", l.Word("Nothing waits. Every ticket has somebody.")
	case full:
		n.Reason, n.Say = "full", l.Say("You carry %d of %d. Solve or pass on a ticket, then ask again.", n.Load, n.Cap)
	}
	return n
}

func missingQueue(name string) error { return fault.Missing("queue", name) }
