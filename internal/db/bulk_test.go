package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// TestBulkWritesWhatItWasGiven writes few and many rows with every type of value, with NULLs and
// without, and columns of nothing but NULL.
func TestBulkWritesWhatItWasGiven(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		words, double, bytes := "TEXT", "DOUBLE PRECISION", "BYTEA"
		if d.Engine() == db.SQLite {
			double, bytes = "REAL", "BLOB"
		}
		run(t, d, `CREATE TABLE crate (id BIGINT PRIMARY KEY, words `+words+` NOT NULL, maybe BIGINT, weight `+double+` NOT NULL, sealed BOOLEAN NOT NULL, content `+bytes+`, never BIGINT, mixed BIGINT NOT NULL, count BIGINT)`)
		const columns = "id, words, maybe, weight, sealed, content, mixed, count"
		for _, n := range []int{1, 7, 8, 9, 130} {
			for _, never := range []bool{false, true} {
				rows := &db.Bulk{}
				for i := range n {
					values := []any{int64(i), fmt.Sprintf("«%d» {a,\"b\"} \\ NULL", i), db.NullID(int64(i % 3)), float64(i) + .25, i%2 == 0, []byte{0, byte(i), 255}, i, sql.NullInt64{Int64: int64(i), Valid: i%4 == 0}}
					if i%5 == 4 {
						values[5], values[3] = nil, math.MaxFloat64
					}
					if never {
						rows.Merge("crate", columns+", never", "(id) DO UPDATE SET count = excluded.count", append(values, nil)...)
					} else {
						rows.Merge("crate", columns, "(id) DO UPDATE SET count = excluded.count", values...)
					}
				}
				err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					if _, err := tx.Exec(ctx, `DELETE FROM crate`); err != nil {
						return err
					}
					for range 2 { // the second time every row is there
						if err := rows.Write(ctx, tx); err != nil {
							return err
						}
					}
					all, err := tx.Query(ctx, `SELECT id, words, maybe, weight, sealed, content, never, mixed, count FROM crate ORDER BY id`)
					if err != nil {
						return err
					}
					defer all.Close()
					k := 0
					for ; all.Next(); k++ {
						var id, mixed int64
						var text string
						var maybe, no, count sql.NullInt64
						var weight float64
						var sealed bool
						var content []byte
						if err := all.Scan(&id, &text, &maybe, &weight, &sealed, &content, &no, &mixed, &count); err != nil {
							return err
						}
						want := fmt.Sprint(k, fmt.Sprintf("«%d» {a,\"b\"} \\ NULL", k), k%3, k%3 != 0, k%2 == 0, false, k, k%4 == 0, []byte{0, byte(k), 255}, float64(k)+.25)
						if k%5 == 4 {
							want = fmt.Sprint(k, fmt.Sprintf("«%d» {a,\"b\"} \\ NULL", k), k%3, k%3 != 0, k%2 == 0, false, k, k%4 == 0, []byte{}, math.MaxFloat64)
						}
						if got := fmt.Sprint(id, text, maybe.Int64, maybe.Valid, sealed, no.Valid, mixed, count.Valid, content, weight); got != want {
							t.Errorf("%d rows: got %s, want %s", n, got, want)
						}
					}
					if k != n {
						t.Errorf("%d of %d rows are there", k, n)
					}
					return all.Err()
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestAmongFindsIDs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run(t, d, `CREATE TABLE shelf (id BIGINT PRIMARY KEY)`, `INSERT INTO shelf VALUES (1), (2), (3), (-4)`)
		for _, c := range []struct {
			ids  []int64
			want int
		}{{nil, 0}, {[]int64{2}, 1}, {[]int64{3, 1, 3, 99, -4}, 3}} {
			err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
				w := (&db.Where{}).And("id < ?", 100).Among(tx.Engine(), "id", c.ids).And("id <> ?", 50)
				var got int
				if err := tx.QueryRow(ctx, `SELECT count(*) FROM shelf WHERE `+w.SQL(), w.Args()...).Scan(&got); err != nil {
					return err
				}
				if got != c.want {
					t.Errorf("%v: got %d, want %d", c.ids, got, c.want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
