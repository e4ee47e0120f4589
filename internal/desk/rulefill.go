package desk

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/rule"
)

// ruleFill is the kind of the job that sets the timers of tickets anew after time rules have changed.
const ruleFill = "rule.fill"

const (
	perFill    = 1000            // tickets one run of the job looks at
	fillSettle = 3 * time.Second // until then every node has the new configuration
)

// digest names what timers depend on: the time rules and their calendars, with their versions.
func (cfg *Config) digest() string {
	if len(cfg.TimeRules) == 0 {
		return ""
	}
	h := sha256.New()
	for _, r := range cfg.TimeRules {
		fmt.Fprintf(h, "%d.%d;", r.ID, r.Version)
		for _, c := range cfg.calendars {
			if r.calendar != nil && c.Calendar == r.calendar {
				fmt.Fprintf(h, "%d.%d;", c.ID, c.Version)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// fillState is how far tickets are in line with the time rules.
type fillState struct {
	digest        string
	reached, last int64
	done          bool
}

func readFill(ctx context.Context, tx db.Tx) (st fillState, err error) {
	err = tx.QueryRow(ctx, `SELECT digest, reached, last, done FROM time_rule_state WHERE id = 1`).Scan(&st.digest, &st.reached, &st.last, &st.done)
	if errors.Is(err, sql.ErrNoRows) {
		return fillState{done: true}, nil
	}
	return st, err
}

// percent is how many of the tickets, in percent, have their timers set.
func (st fillState) percent() int64 {
	if st.done || st.last == 0 {
		return 100
	}
	return min(st.reached*100/st.last, 99)
}

// Reconcile begins to set the timers of tickets anew when time rules or their calendars have
// changed. Call it after configuration was applied and when a server starts.
func (s *Service) Reconcile(ctx context.Context) error {
	digest := s.config().digest()
	var stale bool
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		st, err := readFill(ctx, tx)
		stale = st.digest != digest
		return err
	})
	if err != nil || !stale {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if st, err := readFill(ctx, tx); err != nil || st.digest == digest {
			return err
		}
		var last int64
		if err := tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM ticket`).Scan(&last); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO time_rule_state (id, digest, reached, last, done) VALUES (1, $1, 0, $2, $3)
			ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, reached = 0, last = excluded.last, done = excluded.done`, digest, last, last == 0)
		if err != nil || last == 0 {
			return err
		}
		return s.jobs.Set(ctx, tx, s.clock(), job.Spec{Kind: ruleFill, Key: "all", Due: s.clock().Add(fillSettle)})
	})
}

// fillTimers sets the timers of some tickets and goes on with the next until all are done.
func (s *Service) fillTimers(ctx context.Context, tx db.Tx, _ job.Job) error {
	st, err := readFill(ctx, tx)
	if err != nil || st.done {
		return err
	}
	var end sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT max(id) FROM (SELECT id FROM ticket WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3) AS next`, st.reached, st.last, perFill).Scan(&end)
	if err != nil {
		return err
	}
	if !end.Valid {
		end.Int64 = st.last
	}
	if err := s.fillSome(ctx, tx, st.reached, end.Int64); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE time_rule_state SET reached = $1, done = $2 WHERE id = 1`, end.Int64, end.Int64 == st.last)
	if err != nil || end.Int64 == st.last {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, s.clock(), job.Spec{Kind: ruleFill, Key: "all", Due: s.clock()})
}

// fillSome sets the timers of the tickets with ids behind from and up to end.
func (s *Service) fillSome(ctx context.Context, tx db.Tx, from, end int64) error {
	q := `SELECT ` + ticketFields + ` FROM ticket t WHERE t.id > $1 AND t.id <= $2 AND t.deleted_at IS NULL AND (t.status <> 'closed' OR t.rule_due IS NOT NULL) ORDER BY t.id`
	if tx.Engine() == db.Postgres {
		q += ` FOR UPDATE` // a change under way is waited for
	}
	rows, err := tx.Query(ctx, q, from, end)
	tickets, err := db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
	if err != nil {
		return err
	}
	cfg, now := s.config(), s.system().Now()
	clocks, err := s.liveClocks(ctx, tx, cfg, tickets)
	if err != nil {
		return err
	}
	all, err := spentBetween(ctx, tx, from, end)
	if err != nil {
		return err
	}
	for _, t := range tickets {
		done := func() (spent, error) { return all[t.ID], nil }
		next, err := cfg.nextLook(t, clocks[t.ID], now, done, func(r *TimeRule) bool {
			if !r.plain { // who is behind the ticket is looked up when the timer fires
				return true
			}
			return r.holds(func() rule.Vars { return cfg.vars(t, about{now: now}) })
		})
		if err != nil || next.Equal(t.RuleDue) {
			continue
		}
		if err := s.setRuleTimer(ctx, tx, now, t, next); err != nil {
			return err
		}
	}
	return nil
}

// liveClocks are the clocks that time rules wait for, by ticket.
func (s *Service) liveClocks(ctx context.Context, tx db.Tx, cfg *Config, tickets []*Ticket) (map[int64][]*Clock, error) {
	var ids []int64
	for _, t := range tickets {
		if t.DueMetric != "" && cfg.waitsForClocks() {
			ids = append(ids, t.ID)
		}
	}
	return s.activeClocksOf(ctx, tx, ids)
}

// waitsForClocks reports whether a time rule waits for a promise.
func (cfg *Config) waitsForClocks() bool {
	for _, r := range cfg.TimeRules {
		if r.Spec.BeforeDue != nil {
			return true
		}
	}
	return false
}

// spentBetween reads on what time rules have acted, of the tickets with ids behind from and up to end.
func spentBetween(ctx context.Context, tx db.Tx, from, end int64) (map[int64]spent, error) {
	out := map[int64]spent{}
	rows, err := tx.Query(ctx, `SELECT `+spellColumns+` FROM ticket_spell WHERE ticket_id > $1 AND ticket_id <= $2`, from, end)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		id, k, row, err := scanSpent(rows)
		if err != nil {
			return nil, err
		}
		if out[id] == nil {
			out[id] = spent{}
		}
		out[id][k] = row
	}
	return out, rows.Err()
}
