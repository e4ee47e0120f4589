package job

import (
	"context"

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

// Reclaim makes every leased job ready at once. Only the sole owner of a database may call
// it, before Run: whoever leased them is gone.
func (q *Queue) Reclaim(ctx context.Context) error {
	return q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE job SET state = 'ready', owner = '' WHERE state = 'running'`)
		return err
	})
}
