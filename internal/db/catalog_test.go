package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"
)

func TestCatalogueIsTheSameOnBothEngines(t *testing.T) {
	seen := map[string]string{}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run(t, d, `CREATE TABLE odd (n BIGINT, t TEXT, f DOUBLE PRECISION)`)
		run(t, d, `INSERT INTO odd (n, t, f) VALUES (2, 'b', 1), (NULL, 'Z', 2), (1, 'ä', 0.5), (1, NULL, 1e21), (1, 'a', NULL), (1, 'a', NULL)`)
		err := d.Snapshot(context.Background(), func(ctx context.Context, tx db.Tx) error {
			tables, err := db.Tables(ctx, tx)
			if err != nil {
				return err
			}
			place := func(name string) int {
				return slices.IndexFunc(tables, func(t db.Table) bool { return t.Name == name })
			}
			for _, pair := range [][2]string{{"person", "identity"}, {"organization", "person"}, {"ticket", "comment"}, {"comment", "comment_file"}, {"file", "comment_file"}} {
				if place(pair[0]) < 0 || place(pair[0]) > place(pair[1]) {
					t.Errorf("%s stands at %d, %s, which refers to it, at %d", pair[0], place(pair[0]), pair[1], place(pair[1]))
				}
			}
			if place("schema_version") >= 0 || place("sqlite_sequence") >= 0 {
				t.Error("what describes the schema is listed as data")
			}
			rows, err := tx.Query(ctx, tables[place("odd")].Select(tx.Engine()))
			if err != nil {
				return err
			}
			defer rows.Close()
			text := ""
			for rows.Next() {
				var n, s, f any
				if err := rows.Scan(&n, &s, &f); err != nil {
					return err
				}
				text += fmt.Sprint(n, s, f, "; ")
			}
			for _, x := range tables {
				if x.Name != "event_inbox" { // PostgreSQL alone has it
					text += fmt.Sprint(x.Name, x.Key, len(x.Columns), x.Serial != "", "; ")
				}
			}
			seen[string(d.Engine())] = text
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if seen["sqlite"] != seen["postgres"] {
		t.Errorf("sqlite: %s\npostgres: %s", seen["sqlite"], seen["postgres"])
	}
}
