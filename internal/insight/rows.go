package insight

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/db"
)

// table is one that many rows are written to at once.
type table struct {
	name, conflict string
	columns        []string
	types          []string // of arrays on PostgreSQL
}

var (
	factTable = table{name: "insight_fact",
		columns: strings.Fields("stream_id record_kind record_id key pos at until recorded gone good amount person_id team_id organization_id d1 d2 d3 d4 d5 d6 d7 d8 event_id"),
		types:   strings.Fields("bigint text bigint bigint bigint bigint bigint bigint bigint boolean bigint bigint bigint bigint text text text text text text text text bigint")}
	rollTable = table{name: "insight_roll",
		columns: strings.Fields("stream_id grain dim bucket key good total amount"),
		types:   strings.Fields("bigint bigint bigint bigint text bigint bigint bigint"),
		conflict: "(stream_id, grain, dim, bucket, key) DO UPDATE SET good = insight_roll.good + excluded.good, total = insight_roll.total + excluded.total, " +
			"amount = insight_roll.amount + excluded.amount"}
)

// rows are rows to be written: on SQLite by the statements of db.Bulk, on PostgreSQL by one statement a
// table that is given its columns as arrays, which costs a fraction there.
type rows struct {
	bulk  *db.Bulk            // nil on PostgreSQL
	waits map[string]*columns // by table
	order []table
}

// columns are the values of rows, column by column.
type columns struct {
	numbers [][]int64
	texts   [][]string
	truths  [][]bool
}

func newRows(e db.Engine) *rows {
	if e == db.SQLite {
		return &rows{bulk: &db.Bulk{}}
	}
	return &rows{waits: map[string]*columns{}}
}

func (r *rows) add(t table, values ...any) {
	if r.bulk != nil {
		r.bulk.Merge(t.name, strings.Join(t.columns, ", "), t.conflict, values...)
		return
	}
	c := r.waits[t.name]
	if c == nil {
		n := len(t.columns)
		c = &columns{make([][]int64, n), make([][]string, n), make([][]bool, n)}
		r.waits[t.name] = c
		r.order = append(r.order, t)
	}
	for i, v := range values {
		switch v := v.(type) {
		case int64:
			c.numbers[i] = append(c.numbers[i], v)
		case string:
			c.texts[i] = append(c.texts[i], v)
		case bool:
			c.truths[i] = append(c.truths[i], v)
		}
	}
}

// write inserts the rows. They stay, because a change may run twice.
func (r *rows) write(ctx context.Context, tx db.Tx) error {
	if r.bulk != nil {
		return r.bulk.Write(ctx, tx)
	}
	for _, t := range r.order {
		c := r.waits[t.name]
		marks, args := make([]string, len(t.columns)), make([]any, len(t.columns))
		for i, kind := range t.types {
			marks[i] = fmt.Sprintf("$%d::%s[]", i+1, kind)
			switch kind {
			case "text":
				args[i] = c.texts[i]
			case "boolean":
				args[i] = c.truths[i]
			default:
				args[i] = c.numbers[i]
			}
		}
		query := `INSERT INTO ` + t.name + ` (` + strings.Join(t.columns, ", ") + `) SELECT * FROM unnest(` + strings.Join(marks, ", ") + `)`
		if t.conflict != "" {
			query += ` ON CONFLICT ` + t.conflict
		}
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}
