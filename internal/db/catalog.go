package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Type is what a column holds, whatever the engine calls it.
type Type string

// The types of columns. SQLite keeps truth values as Int.
const (
	Int   Type = "int"
	Float Type = "float"
	Text  Type = "text"
	Bytes Type = "bytes"
	Bool  Type = "bool"
	JSON  Type = "json"
)

// Column is a column of a table.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Table describes a table that holds data of its own.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Key     []string `json:"key"` // the primary key, or every column of a table without one
	Serial  string   `json:"-"`   // the column that the database numbers, "" for none

	parents []string // tables its rows refer to
	keyless bool
}

// Column finds a column by its name.
func (t Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// Select reads the rows in the order of the key, which is the same on both engines.
func (t Table) Select(e Engine) string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quote(c.Name)
	}
	order := make([]string, len(t.Key))
	for i, k := range t.Key {
		order[i] = quote(k)
		if c, _ := t.Column(k); c.Type == Text && e == Postgres {
			order[i] += ` COLLATE "C"`
		}
		if t.keyless {
			order[i] += ` NULLS FIRST`
		}
	}
	return `SELECT ` + strings.Join(names, ", ") + ` FROM ` + quote(t.Name) + ` ORDER BY ` + strings.Join(order, ", ")
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// schemaTable is where the migrations keep their version.
const schemaTable = "schema_version"

// reachTable describes the schema too: it comes with the migrations.
const reachTable = "schema_reach"

// derived are tables that tell how far something worked out from others has come: a copy begins
// that anew, because what was worked out is not copied. Who looks at what is true for seconds.
var derived = []string{"search_build", "presence"}

// Tables lists the tables that hold data, each behind those it refers to. What is worked out
// from others (full-text indexes, generated columns) is left out: it is built again.
func Tables(ctx context.Context, tx Tx) ([]Table, error) {
	list, err := sqliteTables, error(nil)
	if tx.Engine() == Postgres {
		list = postgresTables
	}
	found, err := list(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	kept := found[:0]
	for _, t := range found {
		if slices.Contains(derived, t.Name) {
			continue
		}
		if t.keyless = len(t.Key) == 0; t.keyless {
			for _, c := range t.Columns {
				t.Key = append(t.Key, c.Name)
			}
		}
		kept = append(kept, t)
	}
	return parentsFirst(kept), nil
}

// parentsFirst sorts tables so that rows are there before others refer to them.
func parentsFirst(all []Table) []Table {
	slices.SortFunc(all, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	done := map[string]bool{}
	var out []Table
	var visit func(t Table)
	visit = func(t Table) {
		if done[t.Name] {
			return
		}
		done[t.Name] = true
		for _, p := range t.parents {
			if i := slices.IndexFunc(all, func(t Table) bool { return t.Name == p }); i >= 0 {
				visit(all[i])
			}
		}
		out = append(out, t)
	}
	for _, t := range all {
		visit(t)
	}
	return out
}

func sqliteTables(ctx context.Context, tx Tx) ([]Table, error) {
	type named struct {
		name   string
		serial bool
	}
	rows, err := tx.Query(ctx, `SELECT l.name, m.sql LIKE '%AUTOINCREMENT%' FROM pragma_table_list l JOIN sqlite_master m ON m.type = 'table' AND m.name = l.name
		WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND l.name NOT IN ('`+schemaTable+`', '`+reachTable+`')`)
	names, err := Collect(rows, err, func(s Scanner) (n named, err error) { return n, s.Scan(&n.name, &n.serial) })
	if err != nil {
		return nil, err
	}
	var out []Table
	for _, n := range names {
		t := Table{Name: n.name}
		rows, err := tx.Query(ctx, `SELECT name, type, pk FROM pragma_table_xinfo($1) WHERE hidden = 0 ORDER BY cid`, n.name)
		keys := map[int]string{}
		t.Columns, err = Collect(rows, err, func(s Scanner) (c Column, err error) {
			var declared string
			var pk int
			err = s.Scan(&c.Name, &declared, &pk)
			c.Type = typeOf(declared)
			if pk > 0 {
				keys[pk] = c.Name
			}
			return c, err
		})
		if err != nil {
			return nil, err
		}
		for i := 1; i <= len(keys); i++ {
			t.Key = append(t.Key, keys[i])
		}
		if n.serial && len(t.Key) == 1 {
			t.Serial = t.Key[0]
		}
		rows, err = tx.Query(ctx, `SELECT DISTINCT "table" FROM pragma_foreign_key_list($1)`, n.name)
		if t.parents, err = Collect(rows, err, func(s Scanner) (n string, err error) { return n, s.Scan(&n) }); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// postgresTables reads the catalogue in three queries, however many tables there are.
func postgresTables(ctx context.Context, tx Tx) ([]Table, error) {
	type column struct {
		table, name, kind string
		serial, generated bool
	}
	rows, err := tx.Query(ctx, `SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attidentity <> '', a.attgenerated <> ''
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT IN ('`+schemaTable+`', '`+reachTable+`')
		ORDER BY c.relname, a.attnum`)
	columns, err := Collect(rows, err, func(s Scanner) (c column, err error) {
		return c, s.Scan(&c.table, &c.name, &c.kind, &c.serial, &c.generated)
	})
	if err != nil {
		return nil, err
	}
	byName, derived := map[string]*Table{}, map[string]bool{}
	for _, c := range columns {
		if c.generated {
			continue
		}
		if c.kind == "tsvector" { // a full-text index of its own
			derived[c.table] = true
		}
		if byName[c.table] == nil {
			byName[c.table] = &Table{Name: c.table}
		}
		t := byName[c.table]
		t.Columns = append(t.Columns, Column{c.name, typeOf(c.kind)})
		if c.serial {
			t.Serial = c.name
		}
	}
	type pair struct{ table, other string }
	scan := func(s Scanner) (p pair, err error) { return p, s.Scan(&p.table, &p.other) }
	rows, err = tx.Query(ctx, `SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) ON TRUE JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
		WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, k.place`)
	keys, err := Collect(rows, err, scan)
	if err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, `SELECT DISTINCT c.relname, p.relname FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
		WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace`)
	parents, err := Collect(rows, err, scan)
	for _, k := range keys {
		if t := byName[k.table]; t != nil {
			t.Key = append(t.Key, k.other)
		}
	}
	for _, p := range parents {
		if t := byName[p.table]; t != nil {
			t.parents = append(t.parents, p.other)
		}
	}
	var out []Table
	for name, t := range byName {
		if !derived[name] {
			out = append(out, *t)
		}
	}
	return out, err
}

// typeOf reads an engine's name of a type.
func typeOf(declared string) Type {
	switch d := strings.ToLower(declared); d {
	case "integer", "bigint", "int", "smallint":
		return Int
	case "real", "double precision":
		return Float
	case "blob", "bytea":
		return Bytes
	case "boolean":
		return Bool
	case "json", "jsonb":
		return JSON
	default:
		return Text
	}
}
