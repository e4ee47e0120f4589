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
		columns: strings.Fields("sheet_id record_kind record_id key pos at until recorded gone counts good amounts person_id team_id organization_id d1 d2 d3 d4 d5 d6 d7 d8 event_id"),
		types:   strings.Fields("bigint text bigint bigint bigint bigint bigint bigint bigint bigint bigint text bigint bigint bigint text text text text text text text text bigint")}
	rollTable = table{name: "insight_roll",
		columns:  strings.Fields("sheet_id dim bucket data"),
		types:    strings.Fields("bigint bigint bigint bytea"),
		conflict: "(sheet_id, dim, bucket) DO UPDATE SET data = excluded.data"}
	recordTable = table{name: "insight_record",
		columns:  strings.Fields("source_id record_kind record_id pos state"),
		types:    strings.Fields("bigint text bigint bigint text"),
		conflict: "(source_id, record_kind, record_id) DO UPDATE SET pos = excluded.pos, state = excluded.state"}
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
	packed  [][][]byte
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
		c = &columns{make([][]int64, n), make([][]string, n), make([][][]byte, n)}
		r.waits[t.name] = c
		r.order = append(r.order, t)
	}
	for i, v := range values {
		switch v := v.(type) {
		case int64:
			c.numbers[i] = append(c.numbers[i], v)
		case string:
			c.texts[i] = append(c.texts[i], v)
		case []byte:
			c.packed[i] = append(c.packed[i], v)
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
			case "bytea":
				args[i] = c.packed[i]
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
