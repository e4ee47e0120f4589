package backup

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"steward/internal/db"
)

// values is a row of a table in the order of its columns: nil, int64, float64, string or
// []byte. Truth values are 0 and 1.
type values []any

// canonical turns what a driver returned into values.
func canonical(row []any, columns []db.Column) (values, error) {
	for i, v := range row {
		switch v := v.(type) {
		case nil, int64, float64:
		case bool:
			row[i] = int64(0)
			if v {
				row[i] = int64(1)
			}
		case []byte:
			if columns[i].Type != db.Bytes {
				row[i] = string(v)
			}
		case string:
			if columns[i].Type == db.Bytes {
				row[i] = []byte(v)
			}
		default:
			return nil, fmt.Errorf("column %s holds a %T", columns[i].Name, v)
		}
		if s, ok := row[i].(string); ok && columns[i].Type == db.JSON {
			row[i] = sortedJSON(s)
		}
	}
	return row, nil
}

// sortedJSON writes a document the same way whichever engine kept it.
func sortedJSON(s string) string {
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return s
	}
	return string(b)
}

// encode appends a row as a line of JSON: bytes as base64, everything else as itself.
func encode(b []byte, row values) ([]byte, error) {
	b = append(b, '[')
	for i, v := range row {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := v.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case float64:
			b = strconv.AppendFloat(b, v, 'g', -1, 64)
		case []byte:
			b = append(b, '"')
			b = base64.StdEncoding.AppendEncode(b, v)
			b = append(b, '"')
		case string:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b = append(b, text...)
		}
	}
	return append(b, ']', '\n'), nil
}

// decode reads a line that encode wrote.
func decode(line []byte, columns []db.Column) (values, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(columns) {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), len(columns))
	}
	out := make(values, len(raw))
	for i, c := range columns {
		var err error
		if string(raw[i]) == "null" {
			continue
		}
		switch c.Type {
		case db.Int, db.Bool:
			out[i], err = strconv.ParseInt(string(raw[i]), 10, 64)
		case db.Float:
			out[i], err = strconv.ParseFloat(string(raw[i]), 64)
		case db.Bytes:
			var b []byte
			err = json.Unmarshal(raw[i], &b)
			out[i] = b
		default:
			var s string
			err = json.Unmarshal(raw[i], &s)
			out[i] = s
		}
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	return out, nil
}

// storable turns values into what a column of the target takes.
func storable(row values, columns []db.Column) []any {
	out := make([]any, len(row))
	for i, v := range row {
		out[i] = v
		if n, ok := v.(int64); ok && columns[i].Type == db.Bool {
			out[i] = n != 0
		}
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
