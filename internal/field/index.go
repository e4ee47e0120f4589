package field

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"steward/internal/db"
	"steward/internal/rule"
)

// Index writes the rows of a record's indexed attributes, in the transaction that writes the
// record. before is nil for a new record.
func (s *Schema) Index(ctx context.Context, tx db.Tx, kind string, id int64, before, after Values) error {
	for _, f := range s.On(kind) {
		was, is := before.value(f), after.value(f)
		if !f.Indexed || reflect.DeepEqual(was, is) {
			continue
		}
		if was != nil {
			if err := tx.Later(ctx, nil, `DELETE FROM attr_index WHERE field_id = $1 AND record_id = $2`, f.ID, id); err != nil {
				return err
			}
		}
		for _, row := range f.rows(is) {
			if err := tx.Later(ctx, nil, `INSERT INTO attr_index (field_id, record_id, text, num) VALUES ($1, $2, $3, $4)`, f.ID, id, row[0], row[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Bulk adds the rows of a new record's indexed attributes to an import.
func (s *Schema) Bulk(rows *db.Bulk, kind string, id int64, v Values) {
	for _, f := range s.On(kind) {
		if !f.Indexed {
			continue
		}
		for _, row := range f.rows(v.value(f)) {
			rows.Add("attr_index", "field_id, record_id, text, num", f.ID, id, row[0], row[1])
		}
	}
}

// rows are a value's rows of attr_index, text and num each; an empty list has one without either.
func (f *Field) rows(v any) [][2]any {
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		return [][2]any{{nil, map[bool]float64{true: 1}[v]}}
	case float64:
		return [][2]any{{nil, v}}
	case string:
		if f.Type == "date" {
			day, _ := time.Parse(time.DateOnly, v)
			return [][2]any{{nil, float64(day.Unix())}}
		}
		return [][2]any{{v, nil}}
	case []any:
		if len(v) == 0 {
			return [][2]any{{nil, nil}}
		}
		var out [][2]any
		for _, one := range v {
			out = append(out, [2]any{one, nil})
		}
		return out
	}
	return nil
}

// Column is where a filter finds the field. record is the id of the record that has it, in SQL;
// drives says that it is the id of the records that the filter lists.
func (f *Field) Column(record string, drives bool) rule.Column {
	c := rule.Column{Type: f.RuleType(), SQL: "num", Real: true, Null: true, List: f.Type == "multiselect"}
	switch f.Type {
	case "date":
		c.Unit = time.Second
	case "dropdown", "multiselect", "text", "regexp":
		c.SQL, c.Real = "text", false
	}
	// A subquery of one value is asked for each record and never turned around: the caller decides
	// what leads, an index of values or the order of the list.
	c.Within = fmt.Sprintf("(SELECT 1 FROM attr_index WHERE field_id = %d AND record_id = %s AND %%s LIMIT 1) IS NOT NULL", f.ID, record)
	if drives {
		c.Index = fmt.Sprintf("SELECT record_id FROM attr_index WHERE field_id = %d AND %%s", f.ID)
	}
	return c
}
