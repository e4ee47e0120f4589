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
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Bounds of one round of round robin.
const (
	perTurn    = 50   // tickets given out
	perLook    = 1000 // waiting tickets looked through for them
	perCrew    = 500  // colleagues looked at
	toldOfCrew = 30   // candidates that an event names
)

func (q *Queue) turn(due time.Time) job.Spec {
	return job.Spec{Kind: turnJob, Key: fmt.Sprint(q.ID), Subject: ledger.Ref{Kind: "blueprint", ID: q.ID}, Due: due}
}

// onTurn gives out what waits in a queue, and comes again.
func (s *Service) onTurn(ctx context.Context, tx db.Tx, j job.Job) error {
	q := s.config().Queue(j.Subject.ID)
	if q == nil || !q.roundRobin() {
		return nil // until it is in force again
	}
	now := s.clock().UTC()
	rows, err := tx.Query(ctx, `SELECT `+waitingFields+` FROM ticket_queue q WHERE q.queue_id = $1 ORDER BY q.key, q.ticket_id LIMIT $2`, q.ID, perLook)
	list, err := db.Collect(rows, err, q.scanWaiting)
	if err != nil {
		return err
	}
	if _, err := s.deal(ctx, tx, s.system().Still(), q, list); err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, now, q.turn(now.Add(q.every())))
}

// onGive gives out one new ticket.
func (s *Service) onGive(ctx context.Context, tx db.Tx, j job.Job) error {
	var queue int64
	err := tx.QueryRow(ctx, `SELECT queue_id FROM ticket_queue WHERE ticket_id = $1`, j.Subject.ID).Scan(&queue)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // somebody was faster
	}
	var asked giving
	if err == nil && len(j.Args) > 0 {
		err = j.Decode(&asked)
	}
	q := s.config().Queue(queue)
	if err != nil || q == nil || asked.Event == 0 && !q.roundRobin() {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT `+waitingFields+` FROM ticket_queue q WHERE q.ticket_id = $1`, j.Subject.ID)
	list, err := db.Collect(rows, err, q.scanWaiting)
	if err != nil {
		return err
	}
	given, err := s.deal(ctx, tx, asked.because(s.system().Still()), q, list)
	now := s.clock().UTC()
	if err != nil || given > 0 || asked.Event == 0 || len(list) == 0 || db.Micros(now) >= asked.Until {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, now, asked.job(j.Subject.ID, now.Add(givingEvery)))
}

// mate is a colleague whom round robin may give tickets.
type mate struct {
	status availability.Status
	burden burden
	last   int64 // when they got their last ticket
	knows  []string
}

// could reports whether somebody might be given a waiting ticket, as far as its row tells.
func (m *mate) could(r waiting, now time.Time) bool {
	given, _ := m.status.Given()
	roomy, _ := r.queue.room(m.burden)
	return given && roomy && r.fits(m.status, m.knows, now)
}

// deal gives tickets of a queue to whoever carries least, in the order given, and returns how many.
// What is for nobody now is passed over, so that it holds up nothing behind it.
func (s *Service) deal(ctx context.Context, tx db.Tx, by act.Actor, q *Queue, list []waiting) (given int, err error) {
	by.Kind = act.Rule
	now := by.Now()
	if q.Hours != nil && !q.Hours.Active(now) || len(list) == 0 {
		return 0, nil
	}
	// The row makes two rounds of a queue wait for each other, so that both see whom the other gave to.
	if _, err := tx.Exec(ctx, `INSERT INTO queue_turn (queue_id, ran, assigned) VALUES ($1, $2, 0) ON CONFLICT (queue_id) DO UPDATE SET ran = excluded.ran`, q.ID, db.Micros(now)); err != nil {
		return 0, err
	}
	crew, err := s.crew(ctx, tx, q, list)
	if err != nil || len(crew) == 0 {
		return 0, err
	}
	looked := 0
	for _, r := range list {
		if looked == perTurn {
			break
		}
		if !slices.ContainsFunc(crew, func(m *mate) bool { return m.could(r, now) }) {
			continue
		}
		looked++
		t, err := s.lock(ctx, tx, r.ticket)
		if fault.Is(err, fault.NotFound) || err == nil && !t.waits() {
			continue
		}
		if err != nil {
			return given, err
		}
		p, err := s.placeOf(ctx, tx, t)
		if err != nil {
			return given, err
		}
		if p == nil || p.queue != q {
			continue
		}
		best, data := q.choose(crew, t, *p, now)
		if best == nil {
			continue // the next round looks again
		}
		weight := p.weigh(t, now)
		data["how"], data["person_id"], data["queue_id"], data["weight"], data["parts"] = "round_robin", best.status.PersonID, q.ID, weight.Total, weighed(weight.Parts)
		if _, err := s.route(ctx, tx, by, t, q, best.status.PersonID, data); err != nil {
			return given, err
		}
		best.burden.open++
		if q.Spec.Load.of(t) != cmp.Or(q.Spec.Load.Ticket, 1) {
			best.burden.hot++
		}
		best.last = db.Micros(now) + int64(given)
		given++
	}
	_, err = tx.Exec(ctx, `UPDATE queue_turn SET assigned = assigned + $1 WHERE queue_id = $2`, given, q.ID)
	return given, err
}

// crew are the colleagues of a queue, and of the teams that some of its tickets are with, with what they carry.
func (s *Service) crew(ctx context.Context, tx db.Tx, q *Queue, list []waiting) ([]*mate, error) {
	teams := slices.Clone(q.TeamIDs)
	for _, r := range list {
		if len(teams) > 0 && r.team != 0 && !slices.Contains(teams, r.team) {
			teams = append(teams, r.team)
		}
	}
	w := &db.Where{}
	if len(teams) > 0 {
		list := make([]any, len(teams))
		for i, id := range teams {
			list[i] = id
		}
		w.In("m.team_id", list)
	}
	rows, err := tx.Query(ctx, `SELECT p.id, COALESCE((SELECT max(t.assigned_at) FROM ticket t WHERE t.assignee_id = p.id AND t.done = FALSE AND t.deleted_at IS NULL), 0)
		FROM person p WHERE p.id IN (SELECT m.person_id FROM team_member m WHERE `+w.SQL()+`) AND p.agent = TRUE AND p.suspended_at IS NULL
		AND p.deleted_at IS NULL AND p.alias_of IS NULL ORDER BY p.id LIMIT `+w.Arg(perCrew), w.Args()...)
	pairs, err := db.Collect(rows, err, func(r db.Scanner) (p [2]int64, err error) { err = r.Scan(&p[0], &p[1]); return p, err })
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	ids := make([]int64, len(pairs))
	for i, p := range pairs {
		ids[i] = p[0]
	}
	statuses, err := s.people.Some(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	carried, err := burdens(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*mate, len(pairs))
	for i, p := range pairs {
		out[i] = &mate{status: statuses[p[0]], burden: carried[p[0]], last: p[1], knows: q.knows(statuses[p[0]])}
	}
	return out, nil
}

// choose finds whoever carries least among those whom the ticket may be given to: of equals who
// got their last ticket longest ago, then the lower id. data tells the candidates and why others
// were none.
func (q *Queue) choose(crew []*mate, t *Ticket, p place, now time.Time) (best *mate, data map[string]any) {
	type candidate struct {
		Person int64 `json:"person"`
		Load   int   `json:"load"`
	}
	var fit []*mate
	passed := map[string]int{}
	for _, m := range crew {
		if why := q.unfit(m, t, p, now); why != "" {
			passed[why]++
			continue
		}
		fit = append(fit, m)
	}
	slices.SortFunc(fit, func(a, b *mate) int {
		return cmp.Or(cmp.Compare(q.Spec.Load.load(a.burden), q.Spec.Load.load(b.burden)), cmp.Compare(a.last, b.last), cmp.Compare(a.status.PersonID, b.status.PersonID))
	})
	named := []candidate{}
	for _, m := range fit[:min(len(fit), toldOfCrew)] {
		named = append(named, candidate{m.status.PersonID, q.Spec.Load.load(m.burden)})
	}
	data = map[string]any{"candidates": named, "candidates_count": len(fit), "passed": passed, "adds": q.Spec.Load.of(t), "cap": q.Spec.Load.Cap}
	if len(fit) == 0 {
		return nil, data
	}
	return fit[0], data
}

// unfit says in a word why somebody is not given a ticket; "" when they are.
func (q *Queue) unfit(m *mate, t *Ticket, p place, now time.Time) string {
	st := m.status
	switch given, _ := st.Given(); {
	case t.TeamID != 0 && !slices.Contains(st.Teams, t.TeamID), t.TeamID == 0 && !q.takes(st.Teams):
		return "team"
	case st.Off != nil:
		return "time_off"
	case !given && !st.Working:
		return "off_hours"
	case !given:
		return "presence"
	case p.region != nil && p.until.After(now) && st.Region != p.region:
		return "region"
	case len(lacking(p.needs, m.knows, now)) > 0:
		return "skill"
	case q.Spec.Load.Cap > 0 && q.Spec.Load.load(m.burden)+q.Spec.Load.of(t) > q.Spec.Load.Cap:
		return "capacity"
	default:
		return ""
	}
}
