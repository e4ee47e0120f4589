package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// The jobs of queues.
const (
	weighJob   = "desk.weigh"   // works the rows out anew after the configuration changed
	releaseJob = "desk.release" // tickets that no region is left to any more
	turnJob    = "desk.turn"    // a round of round robin, by queue
	giveJob    = "desk.give"    // round robin for one new ticket
)

const (
	perWeighing  = 200         // tickets worked out anew in one transaction
	perRelease   = 5000        // rows let go in one transaction
	perRelaxing  = 1000        // rows whose skills relax in one transaction
	releaseEvery = time.Minute // routing looks at those in between itself
)

const queueColumns = `ticket_id, queue_id, queue_version, team_id, region_id, region_until, skill, relaxes, relax_at, key`

var putQueueSQL = `INSERT INTO ticket_queue (` + queueColumns + `) VALUES ` + db.Values(10, 1) + ` ON CONFLICT (ticket_id) DO UPDATE SET
	queue_id = excluded.queue_id, queue_version = excluded.queue_version, team_id = excluded.team_id, region_id = excluded.region_id,
	region_until = excluded.region_until, skill = excluded.skill, relaxes = excluded.relaxes, relax_at = excluded.relax_at, key = excluded.key
	WHERE ticket_queue.queue_id <> excluded.queue_id OR ticket_queue.queue_version <> excluded.queue_version OR ticket_queue.team_id <> excluded.team_id
	OR ticket_queue.region_id <> excluded.region_id OR ticket_queue.region_until IS DISTINCT FROM excluded.region_until
	OR ticket_queue.skill <> excluded.skill OR ticket_queue.relaxes <> excluded.relaxes OR ticket_queue.key <> excluded.key`

// row are the values of queueColumns.
func (p place) row(t *Ticket, now time.Time) []any {
	region, until := int64(0), any(nil)
	if p.region != nil && p.until.After(now) {
		region, until = p.region.ID, db.Micros(p.until)
	}
	skill, relaxes, relaxAt := needsRow(p.needs, now)
	return []any{t.ID, p.queue.ID, p.queue.Version, t.TeamID, region, until, skill, relaxes, relaxAt, p.key()}
}

// lineUp keeps the queue in step with a change of a ticket. before is nil for a new one.
func (s *Service) lineUp(ctx context.Context, tx db.Tx, now time.Time, before, t *Ticket) error {
	cfg := s.config()
	if len(cfg.Queues) == 0 {
		return nil
	}
	was := before.waits()
	if !t.waits() {
		if was {
			return leaveQueue(ctx, tx, t.ID)
		}
		return nil
	}
	p, err := s.placeOf(ctx, tx, t)
	if err != nil {
		return err
	}
	if p == nil {
		if was {
			return leaveQueue(ctx, tx, t.ID)
		}
		return nil
	}
	if err := tx.Later(ctx, nil, putQueueSQL, p.row(t, now)...); err != nil {
		return err
	}
	if !was && p.queue.roundRobin() {
		return s.jobs.Set(ctx, tx, now, job.Spec{Kind: giveJob, Key: fmt.Sprint(t.ID), Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Due: now})
	}
	return nil
}

const waitingFields = `q.ticket_id, q.team_id, q.region_id, COALESCE(q.region_until, 0), q.skill, q.relaxes, q.key`

// scanWaiting reads waitingFields of a row of the queue.
func (q *Queue) scanWaiting(r db.Scanner) (v waiting, err error) {
	var until int64
	var skill, relaxes string
	err = r.Scan(&v.ticket, &v.team, &v.region, &until, &skill, &relaxes, &v.key)
	v.queue, v.until, v.needs = q, db.Time(until), rowNeeds(skill, relaxes)
	return v, err
}

func leaveQueue(ctx context.Context, tx db.Tx, ticketID int64) error {
	return tx.Later(ctx, nil, `DELETE FROM ticket_queue WHERE ticket_id = $1`, ticketID)
}

// placeOf is where a waiting ticket stands; nil when no queue takes it.
func (s *Service) placeOf(ctx context.Context, tx db.Tx, t *Ticket) (*place, error) {
	cfg := s.config()
	var handed int64
	var at time.Time
	if t.beside.has(besideHandovers) && len(cfg.Regions.Regions) > 0 {
		var created int64
		err := tx.QueryRow(ctx, `SELECT to_region, created FROM handover WHERE ticket_id = $1 AND kind <> 'satellite' ORDER BY id DESC LIMIT 1`, t.ID).Scan(&handed, &created)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		at = db.Time(created)
	}
	var vars map[string]any // looked up once
	return cfg.place(t, func() map[string]any {
		if vars == nil {
			vars = cfg.vars(t, s.about(ctx, tx, t))
		}
		return vars
	}, handed, at), nil
}

// bulkQueue adds the row of an imported ticket that waits.
func (p *Past) bulkQueue(rows *db.Bulk) {
	if !p.Ticket.waits() || len(p.b.cfg.Queues) == 0 {
		return
	}
	if at := p.b.cfg.place(p.Ticket, p.vars, 0, time.Time{}); at != nil {
		rows.Add("ticket_queue", queueColumns, at.row(p.Ticket, p.Ticket.Updated)...)
	}
}

// ReconcileQueues begins to work the queues out anew when what they are worked out from has
// changed, and sets the jobs that they need. Call it after configuration was applied and when a
// server starts.
func (s *Service) ReconcileQueues(ctx context.Context) error {
	cfg := s.config()
	stale := func(ctx context.Context, tx db.Tx) (bool, error) {
		var have string
		err := tx.QueryRow(ctx, `SELECT signature FROM queue_state WHERE id = 1`).Scan(&have)
		if errors.Is(err, sql.ErrNoRows) {
			return len(cfg.Queues) > 0, nil
		}
		return have != cfg.signature(), err
	}
	anew := false
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) { anew, err = stale(ctx, tx); return err })
	if err != nil || !anew && len(cfg.Queues)+len(cfg.Reports) == 0 {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := s.clock().UTC()
		if anew, err = stale(ctx, tx); err != nil {
			return err
		}
		if anew {
			if _, err := tx.Exec(ctx, `INSERT INTO queue_state (id, signature, reached, done) VALUES (1, $1, 0, FALSE)
				ON CONFLICT (id) DO UPDATE SET signature = excluded.signature, reached = 0, done = FALSE`, cfg.signature()); err != nil {
				return err
			}
			if err := s.jobs.Set(ctx, tx, now, job.Spec{Kind: weighJob, Key: "all", Due: now}); err != nil {
				return err
			}
		}
		if len(cfg.Queues) > 0 {
			if err := s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: releaseJob, Key: "all", Due: now.Add(releaseEvery)}); err != nil {
				return err
			}
		}
		for _, q := range cfg.Queues {
			if !q.roundRobin() {
				continue
			}
			if err := s.jobs.Enqueue(ctx, tx, now, q.turn(now)); err != nil {
				return err
			}
		}
		return s.scheduleReports(ctx, tx, now)
	})
}

// onWeigh works out some of the waiting tickets anew and goes on until all are done.
func (s *Service) onWeigh(ctx context.Context, tx db.Tx, _ job.Job) error {
	var after int64
	if err := tx.QueryRow(ctx, `SELECT reached FROM queue_state WHERE id = 1`).Scan(&after); err != nil {
		return err
	}
	after, more, err := s.weighSome(ctx, tx, &db.Where{}, after)
	if err != nil {
		return err
	}
	now := s.clock().UTC()
	if _, err := tx.Exec(ctx, `UPDATE queue_state SET reached = $1, done = $2 WHERE id = 1`, after, !more); err != nil || !more {
		return err
	}
	return s.jobs.Set(ctx, tx, now, job.Spec{Kind: weighJob, Key: "all", Due: now})
}

// onRelease lets go of tickets that a region was left to long enough, and of skills they needed.
func (s *Service) onRelease(ctx context.Context, tx db.Tx, _ job.Job) error {
	if len(s.config().Queues) == 0 {
		return nil // until there is a queue again
	}
	now := s.clock().UTC()
	n, err := tx.Exec(ctx, `UPDATE ticket_queue SET region_id = 0, region_until = NULL WHERE ticket_id IN
		(SELECT ticket_id FROM ticket_queue WHERE region_until <= $1 ORDER BY region_until, ticket_id LIMIT $2)`, db.Micros(now), perRelease)
	if err != nil {
		return err
	}
	more, err := relax(ctx, tx, now)
	if err != nil {
		return err
	}
	due := now.Add(releaseEvery)
	if n == perRelease || more {
		due = now
	}
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: releaseJob, Key: "all", Due: due})
}

// Weight is what a waiting ticket weighs, in parts that sum to it.
type Weight struct {
	TicketID int64
	Queue    *Queue
	At       time.Time
	Total    float64
	Parts    []WeightPart
	Region   *availability.Region // that others leave it to until Until; nil for none
	Until    time.Time
	Needs    []NeedView // in force, then those that relaxed
}

// WeightOf explains what a ticket weighs now. Whoever may change it may ask; nil when it waits
// in no queue.
func (s *Service) WeightOf(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Weight, *Ticket, error) {
	t, err := s.working(ctx, tx, by, id)
	if err != nil || !t.waits() {
		return nil, t, err
	}
	p, err := s.placeOf(ctx, tx, t)
	if err != nil || p == nil {
		return nil, t, err
	}
	w := p.weigh(t, by.Now())
	return &w, t, nil
}

// weigh tells a place at a moment.
func (p place) weigh(t *Ticket, now time.Time) Weight {
	age := p.age(t, now)
	w := Weight{TicketID: t.ID, Queue: p.queue, At: now, Total: age.Points, Parts: append([]WeightPart{age}, p.parts...)}
	for _, part := range p.parts {
		w.Total += part.Points
	}
	w.Total = hundredths(w.Total)
	if p.region != nil && p.until.After(now) {
		w.Region, w.Until = p.region, p.until
		detail := "other regions leave it until " + p.until.In(p.region.Calendar.Zone()).Format("Mon 15:04 MST")
		title := "Prefers " + p.region.Title
		if p.handed {
			title = "Handed to " + p.region.Title
		}
		w.Parts = append(w.Parts, WeightPart{"region", title, detail, 0})
	}
	p.tellNeeds(&w)
	return w
}
