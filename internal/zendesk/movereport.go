package zendesk

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/db"
)

// maxProblem is how long a problem's words may be.
const maxProblem = 1000

// problem notes what could not be carried over. Saying it again changes nothing.
func (m *Move) problem(ctx context.Context, kind, theirs, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	return m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return m.report(ctx, tx, kind, theirs, what) })
}

// report is problem within a transaction.
func (m *Move) report(ctx context.Context, tx db.Tx, kind, theirs, what string) error {
	if len(what) > maxProblem {
		what = strings.ToValidUTF8(what[:maxProblem], "")
	}
	_, err := tx.Exec(ctx, `INSERT INTO zendesk_move_problem (source, kind, theirs, what, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source, kind, theirs, what) DO NOTHING`,
		m.name, kind, theirs, what, db.Micros(m.server.Clock()))
	return err
}

// reported are the records of a sort that something was reported of.
func (m *Move) reported(ctx context.Context, kind string) (out map[string]bool, err error) {
	out = map[string]bool{}
	for after := ""; ; {
		var some []string
		err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT DISTINCT theirs FROM zendesk_move_problem WHERE source = $1 AND kind = $2 AND theirs > $3 ORDER BY theirs LIMIT 1000`, m.name, kind, after)
			some, err = db.Collect(rows, err, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) })
			return err
		})
		if err != nil || len(some) == 0 {
			return out, err
		}
		for _, id := range some {
			out[id], after = true, id
		}
	}
}

// forget takes back what was reported of a record that is not there any more, or of a list that is told now.
func (m *Move) forget(ctx context.Context, kind, theirs string) error {
	return m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return m.takeBack(ctx, tx, kind, theirs) })
}

func (m *Move) takeBack(ctx context.Context, tx db.Tx, kind, theirs string) error {
	_, err := tx.Exec(ctx, `DELETE FROM zendesk_move_problem WHERE source = $1 AND kind = $2 AND theirs = $3`, m.name, kind, theirs)
	return err
}

// Problems calls fn for everything that could not be carried over, in the order it was met.
func (m *Move) Problems(ctx context.Context, fn func(MoveProblem) error) error {
	after := int64(0)
	for {
		var list []MoveProblem
		err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id, kind, theirs, what FROM zendesk_move_problem WHERE source = $1 AND id > $2 ORDER BY id LIMIT 1000`, m.name, after)
			list, err = db.Collect(rows, err, func(r db.Scanner) (p MoveProblem, err error) { return p, r.Scan(&after, &p.Kind, &p.Theirs, &p.What) })
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, p := range list {
			if err := fn(p); err != nil {
				return err
			}
		}
	}
}
