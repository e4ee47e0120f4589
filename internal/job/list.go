package job

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// Parked lists jobs given up, newest first, keyset-paged by id.
func (q *Queue) Parked(ctx context.Context, tx db.Tx, page db.Page) (jobs []Job, next string, err error) {
	w := (&db.Where{}).And("state = 'parked'")
	return db.Newest(ctx, tx, jobColumns+` FROM job`, "id", w, page, scanJob, func(j Job) int64 { return j.ID })
}

// Retry makes a parked job due again.
func (q *Queue) Retry(ctx context.Context, tx db.Tx, id int64) error {
	n, err := tx.Exec(ctx, `UPDATE job SET state = 'ready', attempts = 0, due = $1, error = '' WHERE id = $2 AND state = 'parked'`, db.Micros(q.clock()), id)
	if err == nil && n == 0 {
		return fault.Missing("parked job", id)
	}
	q.db.Wake(tx)
	tx.AfterCommit(func() { q.hints.lookAgain(); q.hints.mark() })
	return err
}

// Counts returns how many jobs of a kind stand in each state.
func (q *Queue) Counts(ctx context.Context, tx db.Tx, kind string) (map[State]int64, error) {
	rows, err := tx.Query(ctx, `SELECT state, count(*) FROM job WHERE kind = $1 GROUP BY state`, kind)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[State]int64{}
	for rows.Next() {
		var s State
		var n int64
		if err := rows.Scan(&s, &n); err != nil {
			return nil, err
		}
		out[s] = n
	}
	return out, rows.Err()
}

// Backlog is how much of a kind waits, each number up to db.Cap.
type Backlog struct {
	Kind   string
	Due    int64     // should have begun
	Oldest time.Time // when the one due first should have begun; zero when none is due
	Parked int64
}

// Backlogs tells how much of each kind waits. It reads a bounded part of the queue.
func (q *Queue) Backlogs(ctx context.Context, tx db.Tx) (out []Backlog, err error) {
	now := db.Micros(q.clock())
	for _, kind := range slices.Sorted(maps.Keys(q.kinds)) {
		b := Backlog{Kind: kind}
		var oldest sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'ready' AND kind = $1 AND due <= $2 LIMIT $3) AS d),
			(SELECT min(due) FROM job WHERE state = 'ready' AND kind = $1 AND due <= $2),
			(SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'parked' AND kind = $1 LIMIT $3) AS p)`, kind, now, db.Cap+1).Scan(&b.Due, &oldest, &b.Parked)
		if err != nil {
			return nil, err
		}
		b.Oldest = db.NullTime(oldest)
		out = append(out, b)
	}
	return out, nil
}

// Expired counts jobs whose runner has gone and that nobody took over yet, up to db.Cap.
func (q *Queue) Expired(ctx context.Context, tx db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'running' AND lease_until < `+databaseNow(tx.Engine())+` LIMIT $1) AS bounded`, db.Cap+1).Scan(&n)
	return n, err
}

// Reclaim makes every leased job ready at once. Only the sole owner of a database may call
// it, before Run: whoever leased them is gone.
func (q *Queue) Reclaim(ctx context.Context) error {
	return q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE job SET state = 'ready', owner = '' WHERE state = 'running'`)
		return err
	})
}

// ReclaimFrom ends the leases of a runner that is gone for certain, so that others take its
// work over at once. It returns how many there were.
func (q *Queue) ReclaimFrom(ctx context.Context, tx db.Tx, owner string) (int64, error) {
	n, err := tx.Exec(ctx, `UPDATE job SET lease_until = 0 WHERE state = 'running' AND owner = $1`, owner)
	if n > 0 {
		q.db.Wake(tx)
		tx.AfterCommit(func() { q.hints.lookAgain(); q.hints.mark() })
	}
	return n, err
}
