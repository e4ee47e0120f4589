package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/fault"
)

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
// names candidates, heaviest first, and what is heavier but not for them. What they carry is
// counted only when a ticket is given; until then they have room for any.
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

// laden says whether somebody cannot take just any ticket of each queue.
func (o *Outlook) laden() bool {
	return slices.ContainsFunc(o.queues, func(q *Queue) bool {
		roomy, urgent := q.room(o.burden)
		return !roomy || !urgent
	})
}

// weighDown counts what somebody carries now.
func (o *Outlook) weighDown(ctx context.Context, tx db.Tx, person int64) error {
	all, err := burdens(ctx, tx, []int64{person})
	o.burden = all[person]
	return err
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
		arms = append(arms, fmt.Sprintf(`SELECT %d AS arm, a%d.* FROM (SELECT ticket_id, queue_id, team_id, region_id, region_until, skill, relaxes, key FROM ticket_queue WHERE %s ORDER BY %s LIMIT %d) AS a%d`,
			kind, len(arms), one.SQL(), order, limit, len(arms))) // a parameter behind LIMIT makes SQLite plan the whole anew each time
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
	o.heavier = slices.DeleteFunc(o.heavier, o.fitting) // a colleague who is faster is no reason to tell
	ids := []int64{}
	for _, r := range o.heavier {
		ids = append(ids, r.ticket)
	}
	o.tickets, err = s.some(ctx, tx, by, ids)
	return err
}

// fitting says whether a row is a candidate that somebody has room for, whatever its priority.
func (o *Outlook) fitting(r waiting) bool {
	roomy, urgent := r.queue.room(o.burden)
	return roomy && urgent && slices.ContainsFunc(o.candidates, func(c waiting) bool { return c.ticket == r.ticket })
}

// weight is what the row weighs at a moment.
func (r waiting) weight(now time.Time) float64 {
	return float64(db.Micros(now)-r.key) / float64(r.queue.point().Microseconds())
}

// before compares two rows: the heavier comes first, of equals the older.
func (r waiting) before(other waiting, now time.Time) int {
	return cmp.Or(cmp.Compare(other.weight(now), r.weight(now)), cmp.Compare(r.ticket, other.ticket))
}
