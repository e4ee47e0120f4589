package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/fault"
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

// lane is a part of a queue, which an index gives by weight.
type lane struct {
	queue  *Queue
	team   int64
	region int64
	skill  string // all that is needed, as the row has it
}

// waiting is a row of the queue.
type waiting struct {
	ticket, team, region int64
	queue                *Queue
	until                time.Time
	needs                []need
	key                  int64
}

// Outlook is what somebody would get next, looked up before the transaction that gives it: it
// names candidates, heaviest first, and what is heavier but not for them.
type Outlook struct {
	status     availability.Status
	candidates []waiting
	heavier    []waiting // the heaviest of each queue, whoever they are for
	tickets    map[int64]*Ticket
	burden     burden
	queues     []*Queue
	waiting    bool // whether anything waits at all
}

// knows are what somebody knows, as a queue's field of people says.
func (q *Queue) knows(st availability.Status) (out []string) {
	switch v := st.Attributes[cmp.Or(q.Spec.SkillOf, "skills")].(type) {
	case string:
		out = []string{v}
	case []any:
		for _, one := range v {
			out = append(out, fmt.Sprint(one))
		}
	case []string:
		out = v
	}
	return out
}

// takes reports whether somebody takes the queue's tickets that have no team.
func (q *Queue) takes(teams []int64) bool {
	return len(q.TeamIDs) == 0 || slices.ContainsFunc(q.TeamIDs, func(id int64) bool { return slices.Contains(teams, id) })
}

// lanes are the parts of a queue that somebody may take from, before skills (skilled).
func (q *Queue) lanes(st availability.Status) (out []lane) {
	teams := slices.Clone(st.Teams)
	if q.takes(st.Teams) {
		teams = append(teams, 0)
	}
	regions := []int64{0}
	if st.Region != nil {
		regions = append(regions, st.Region.ID)
	}
	for _, team := range teams {
		for _, region := range regions {
			out = append(out, lane{q, team, region, ""})
		}
	}
	return out
}

// maxLanes bounds how many parts of queues one question looks at.
const maxLanes = 300

// Outlook looks up what somebody would get next: the heaviest waiting tickets that are for them. It
// changes nothing and may run on a reader. queue narrows it to one; "" looks at all.
func (s *Service) Outlook(ctx context.Context, tx db.Tx, by act.Actor, queue string) (*Outlook, error) {
	if err := by.Require("edit", "ticket"); err != nil {
		return nil, err
	}
	if by.PersonID == 0 {
		return nil, fault.New(fault.Invalid, "Only people take tickets; this is no person.")
	}
	cfg := s.config()
	o := &Outlook{queues: cfg.Queues}
	if queue != "" {
		q := cfg.QueueNamed(queue)
		if q == nil {
			return nil, fault.Field("queue", queue, oneOf(cfg.Queues, func(q *Queue) string { return q.Name }), "There is no queue %q.", queue)
		}
		o.queues = []*Queue{q}
	}
	if err := s.takesTickets(ctx, tx, by.PersonID); err != nil {
		return nil, err
	}
	var err error
	if o.status, err = s.people.Of(ctx, tx, by.PersonID); err != nil {
		return nil, err
	}
	return o, s.scout(ctx, tx, by, o, 40)
}

func oneOf[T any](all []T, name func(T) string) string {
	var names []string
	for _, one := range all {
		names = append(names, name(one))
	}
	if len(names) == 0 {
		return "none: there is none in the configuration"
	}
	return "one of " + strings.Join(names, ", ")
}

// scout fills an outlook with up to each candidates of each lane.
func (s *Service) scout(ctx context.Context, tx db.Tx, by act.Actor, o *Outlook, each int) (err error) {
	now := by.Now()
	o.candidates, o.heavier = nil, nil
	w := &db.Where{}
	var arms []string
	arm := func(kind int, fill func(one *db.Where), order string, limit int) {
		one := db.WhereAfter(w)
		fill(one)
		arms = append(arms, fmt.Sprintf(`SELECT %d AS arm, a%d.* FROM (SELECT ticket_id, queue_id, team_id, region_id, region_until, skill, relaxes, key FROM ticket_queue WHERE %s ORDER BY %s LIMIT %s) AS a%d`,
			kind, len(arms), one.SQL(), order, one.Arg(limit), len(arms)))
		w = db.WhereAfter(one)
	}
	lanes := []lane{}
	for _, q := range o.queues {
		lanes = append(lanes, q.lanes(o.status)...)
		arm(2, func(one *db.Where) { one.And("queue_id = ?", q.ID) }, "key, ticket_id", 8)
	}
	if lanes, err = skilled(ctx, tx, o.status, lanes); err != nil {
		return err
	}
	for _, l := range lanes[:min(len(lanes), maxLanes)] {
		arm(1, func(one *db.Where) {
			one.And("queue_id = ?", l.queue.ID).And("team_id = ?", l.team).And("region_id = ?", l.region).And("skill = ?", l.skill)
		}, "key, ticket_id", each)
	}
	if len(arms) == 0 {
		return nil
	}
	// Those that a region was left to, or that needed a skill, until a moment ago; a job lets go of them each minute.
	arm(3, func(one *db.Where) { one.And("region_until <= ?", db.Micros(now)) }, "region_until, ticket_id", 1000)
	arm(3, func(one *db.Where) { one.And("relax_at <= ?", db.Micros(now)) }, "relax_at, ticket_id", 1000)
	rows, err := tx.Query(ctx, strings.Join(arms, ` UNION ALL `), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cfg := s.config()
	for rows.Next() {
		var kind int
		var queue int64
		var until *int64
		var skill, relaxes string
		var r waiting
		if err := rows.Scan(&kind, &r.ticket, &queue, &r.team, &r.region, &until, &skill, &relaxes, &r.key); err != nil {
			return err
		}
		o.waiting = true
		if r.queue = cfg.Queue(queue); r.queue == nil {
			continue
		}
		if until != nil {
			r.until = db.Time(*until)
		}
		r.needs = rowNeeds(skill, relaxes)
		switch {
		case kind == 2:
			o.heavier = append(o.heavier, r)
		case kind == 1 || r.fits(o.status, r.queue.knows(o.status), now):
			o.candidates = append(o.candidates, r)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	heaviest := func(a, b waiting) int { return a.before(b, now) }
	slices.SortFunc(o.candidates, heaviest)
	o.candidates = slices.CompactFunc(o.candidates, func(a, b waiting) bool { return a.ticket == b.ticket })
	o.candidates = o.candidates[:min(len(o.candidates), each)]
	slices.SortFunc(o.heavier, heaviest)
	ids := []int64{}
	for _, r := range o.heavier {
		ids = append(ids, r.ticket)
	}
	o.tickets, err = s.some(ctx, tx, by, ids)
	return err
}

// weight is what the row weighs at a moment.
func (r waiting) weight(now time.Time) float64 {
	return float64(db.Micros(now)-r.key) / float64(r.queue.point().Microseconds())
}

// before compares two rows: the heavier comes first, of equals the older.
func (r waiting) before(other waiting, now time.Time) int {
	return cmp.Or(cmp.Compare(other.weight(now), r.weight(now)), cmp.Compare(r.ticket, other.ticket))
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
	if n, ok := s.refuse(o); !ok {
		return n, nil
	}
	all, err := burdens(ctx, tx, []int64{by.PersonID})
	if err != nil {
		return NextTicket{}, err
	}
	o.burden = all[by.PersonID]
	for _, each := range []int{0, 400} {
		if each > 0 { // others have taken what was looked up
			if err := s.scout(ctx, tx, by, o, each); err != nil {
				return NextTicket{}, err
			}
		}
		r, err := s.pick(ctx, tx, by, o)
		if err != nil || r != nil {
			return s.take(ctx, tx, by, o, r, err)
		}
		if len(o.candidates) < 40 {
			break
		}
	}
	return s.nothing(by, o), nil
}

// refuse says why somebody gets nothing whatever waits.
func (s *Service) refuse(o *Outlook) (n NextTicket, ok bool) {
	switch st := o.status; {
	case len(o.queues) == 0:
		return NextTicket{Reason: "no_queue", Say: "There is no queue yet. An administrator adds one with a routing blueprint."}, false
	case st.Off != nil:
		return NextTicket{Reason: "off", Say: "You are off until " + st.Off.To + ". Remove or shorten that time off in your settings to take tickets."}, false
	case st.State == availability.Away:
		return NextTicket{Reason: "away", Say: "You are marked as away. Say that you are available to take tickets."}, false
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

// pick finds the heaviest candidate that nobody is changing and locks it; nil when there is none.
func (s *Service) pick(ctx context.Context, tx db.Tx, by act.Actor, o *Outlook) (*waiting, error) {
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
		return nil, nil
	}
	w.In("q.ticket_id", ids).And("t.assignee_id IS NULL AND t.status IN ('new', 'open') AND t.deleted_at IS NULL")
	if err := auth.Scope(by, "edit", "ticket").Where(w, columns); err != nil {
		return nil, err
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
	// CROSS JOIN keeps SQLite from beginning with the tickets that nobody has.
	query := `SELECT q.ticket_id FROM ticket_queue q CROSS JOIN ticket t WHERE t.id = q.ticket_id AND ` + w.SQL() + ` ORDER BY ` + order + ` LIMIT 1`
	if tx.Engine() == db.Postgres {
		query += ` FOR UPDATE OF t SKIP LOCKED`
	}
	found, err := ticketIDs(ctx, tx, query, w.Args()...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for _, r := range o.candidates {
		if r.ticket == found[0] {
			return &r, nil
		}
	}
	return nil, nil
}

// take gives the picked ticket to the actor.
func (s *Service) take(ctx context.Context, tx db.Tx, by act.Actor, o *Outlook, r *waiting, err error) (NextTicket, error) {
	if err != nil {
		return NextTicket{}, err
	}
	t, err := s.lock(ctx, tx, r.ticket)
	if err != nil {
		return NextTicket{}, err
	}
	p, err := s.placeOf(ctx, tx, t, true)
	if err != nil {
		return NextTicket{}, err
	}
	n := NextTicket{Ticket: t, Skipped: s.skipped(by, o, r)}
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
func (s *Service) skipped(by act.Actor, o *Outlook, r *waiting) (out []Skip) {
	now := by.Now()
	for _, h := range o.heavier {
		t := o.tickets[h.ticket]
		if t == nil || r != nil && h.before(*r, now) >= 0 {
			continue
		}
		out = append(out, Skip{t, h.queue.weightAt(h.key, now), s.notFor(o, h, t, now)})
		if len(out) == 8 {
			break
		}
	}
	return out
}

// notFor says why a waiting ticket is not for somebody.
func (s *Service) notFor(o *Outlook, h waiting, t *Ticket, now time.Time) string {
	st := o.status
	region := s.config().Regions.Region(h.region)
	roomy, urgent := h.queue.room(o.burden)
	switch {
	case h.team != 0 && !slices.Contains(st.Teams, h.team):
		if team := s.config().Team(h.team); team != nil {
			return "It is with " + team.Title + ", which you are not in."
		}
		return "It is with another team."
	case h.team == 0 && !h.queue.takes(st.Teams):
		return "You are in none of the teams of the queue " + h.queue.Title + "."
	case region != nil && region != st.Region && h.until.After(now):
		return "It is left to " + region.Title + " until " + h.until.In(zoneOf(st)).Format("Mon 15:04 MST") + "."
	case len(lacking(h.needs, h.queue.knows(st), now)) > 0:
		return h.tellLacking(st, now)
	case !roomy, !urgent && t.Priority == "urgent" && t.Replies == 0:
		l := h.queue.Spec.Load
		return fmt.Sprintf("It weighs %d; you carry %d of %d.", l.of(t), l.load(o.burden), l.Cap)
	default:
		return "A colleague took it or was changing it at that moment."
	}
}

func zoneOf(st availability.Status) *time.Location {
	if st.Region != nil {
		return st.Region.Calendar.Zone()
	}
	return time.UTC
}

// nothing says why nobody got a ticket.
func (s *Service) nothing(by act.Actor, o *Outlook) NextTicket {
	n := NextTicket{Skipped: s.skipped(by, o, nil), Reason: "none_for_you", Say: "None of the waiting tickets is for you. The list says why, heaviest first."}
	full := len(o.candidates) > 0
	for _, r := range o.candidates {
		roomy, _ := r.queue.room(o.burden)
		full = full && !roomy
		n.Cap, n.Load = r.queue.Spec.Load.Cap, r.queue.Spec.Load.load(o.burden)
	}
	switch {
	case !o.waiting:
		n.Reason, n.Say = "nothing_waits", "Nothing waits. Every ticket has somebody."
	case full:
		n.Reason, n.Say = "full", fmt.Sprintf("You carry %d of %d. Solve or pass on a ticket, then ask again.", n.Load, n.Cap)
	}
	return n
}

func missingQueue(name string) error { return fault.Missing("queue", name) }
