package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
)

// chain makes n sequenced events, the third with private values of person 7.
func chain(t testing.TB, d *db.DB, n int) (*ledger.Ledger, []ledger.Event) {
	t.Helper()
	l := ledger.New(d)
	for i := range n {
		in := ledger.Entry{Subject: ticket(int64(i)), Data: map[string]any{"n": i}}
		if i == 2 {
			in.Private, in.PersonID = map[string]string{"name": "Ada"}, 7
		}
		add(t, d, l, in)
	}
	return l, order(t, d, l)
}

func do(t testing.TB, d *db.DB, sql string, args ...any) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

func tampered(t testing.TB, l *ledger.Ledger, what string) {
	t.Helper()
	r, err := l.Verify(bg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Tampered == 0 {
		t.Errorf("%s was not noticed", what)
	}
}

func TestVerifyNoticesAChangeInAnyColumn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, events := chain(t, d, 8)
		sound(t, l, 8)
		for table, key := range map[string]string{"events": "id", "event_order": "event_id", "event_private": "event_id"} {
			for _, column := range columns(t, d, table) {
				id := events[2].ID
				old := value(t, d, table, column, key, id)
				changed, now := id, any(nil)
				switch v := old.(type) {
				case int64:
					now = v + 1000
					if column == key {
						changed = v + 1000
					}
				case string:
					now = v + "x"
				case []byte:
					now = append(append([]byte{}, v...), 1)
				case nil:
					now = []byte{1}
					if column == "erased_by" {
						now = int64(12345)
					}
				}
				do(t, d, fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2`, table, column, key), now, id)
				tampered(t, l, fmt.Sprintf("changing %s.%s from %v to %v", table, column, old, now))
				do(t, d, fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2`, table, column, key), old, changed)
			}
		}
		sound(t, l, 8)
	})
}

func columns(t testing.TB, d *db.DB, table string) (out []string) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT * FROM `+table+` WHERE 1 = 0`)
		if err != nil {
			return err
		}
		defer rows.Close()
		out, err = rows.Columns()
		return err
	})
	return out
}

func value(t testing.TB, d *db.DB, table, column, key string, id int64) (v any) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, fmt.Sprintf(`SELECT %s FROM %s WHERE %s = $1`, column, table, key), id).Scan(&v)
	})
	return v
}

func TestVerifyNoticesBytesMovedFromDataToSalt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, events := chain(t, d, 3)
		id := events[1].ID
		salt := value(t, d, "events", "salt", "id", id).([]byte)
		data := value(t, d, "events", "data", "id", id).(string)
		do(t, d, `UPDATE events SET salt = $1, data = $2 WHERE id = $3`, append(append([]byte{}, salt...), data[:3]...), data[3:], id)
		tampered(t, l, "moving bytes from the data to the salt")
	})
}

func TestVerifyNoticesDeletionInsertionAndReordering(t *testing.T) {
	for name, tamper := range map[string]func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event){
		"an event deleted": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `DELETE FROM events WHERE id = $1`, e[3].ID)
		},
		"an event and its place deleted": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `DELETE FROM event_order WHERE pos = 4`)
			do(t, d, `DELETE FROM events WHERE id = $1`, e[3].ID)
		},
		"an event taken out and the later ones moved up": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `DELETE FROM event_order WHERE pos = 4`)
			do(t, d, `DELETE FROM events WHERE id = $1`, e[3].ID)
			for pos := 5; pos <= len(e); pos++ {
				do(t, d, `UPDATE event_order SET pos = pos - 1 WHERE pos = $1`, pos)
			}
		},
		"an event put in beside the order": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			copyEvent(t, d, e[3].ID, 999_999)
		},
		"an event put in at the end": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			copyEvent(t, d, e[3].ID, 999_999)
			do(t, d, `INSERT INTO event_order (pos, event_id, hash) VALUES ($1, 999999, $2)`, len(e)+1, make([]byte, 32))
		},
		"two events exchanged": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `UPDATE event_order SET event_id = -1 WHERE pos = 4`)
			do(t, d, `UPDATE event_order SET event_id = $1 WHERE pos = 5`, e[3].ID)
			do(t, d, `UPDATE event_order SET event_id = $1 WHERE pos = 4`, e[4].ID)
		},
		"the last place given to no event": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `UPDATE event_order SET event_id = 0 WHERE pos = $1`, len(e))
			do(t, d, `DELETE FROM events WHERE id = $1`, e[len(e)-1].ID)
		},
		"private values deleted": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `DELETE FROM event_private`)
		},
		"private values added": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `INSERT INTO event_private (event_id, person_id, data, salt) VALUES ($1, 1, '{}', $2)`, e[0].ID, make([]byte, 16))
		},
		"private values emptied by hand": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `UPDATE event_private SET data = NULL, salt = NULL, erased_by = $1`, e[1].ID)
		},
		"the end cut off behind a seal": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			if _, err := l.Seal(bg, time.Now()); err != nil {
				t.Fatal(err)
			}
			do(t, d, `DELETE FROM events WHERE id = $1`, e[len(e)-1].ID)
			do(t, d, `DELETE FROM event_order WHERE pos = $1`, len(e))
		},
		"everything cut off behind a seal": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			if _, err := l.Seal(bg, time.Now()); err != nil {
				t.Fatal(err)
			}
			do(t, d, `DELETE FROM events`)
			do(t, d, `DELETE FROM event_order`)
		},
		"a chain rewritten before a seal": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			if _, err := l.Seal(bg, time.Now()); err != nil {
				t.Fatal(err)
			}
			rewrite(t, d, l, e[3].ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				l, events := chain(t, d, 8)
				sound(t, l, 8)
				tamper(t, d, l, events)
				tampered(t, l, name)
			})
		})
	}
}

func copyEvent(t testing.TB, d *db.DB, from, to int64) {
	t.Helper()
	rest := ""
	for _, c := range columns(t, d, "events") {
		if c != "id" {
			rest += ", " + c
		}
	}
	do(t, d, `INSERT INTO events (id`+rest+`) SELECT $1`+rest+` FROM events WHERE id = $2`, to, from)
}

// rewrite changes what an event says and makes the whole chain fit again.
func rewrite(t testing.TB, d *db.DB, l *ledger.Ledger, id int64) {
	t.Helper()
	do(t, d, `UPDATE events SET data = '{"n":99}' WHERE id = $1`, id)
	write(t, d, func(ctx context.Context, tx db.Tx) error { return ledger.Rewrite(ctx, tx, l) })
}

func TestKeptHashShowsACutAndARewrittenChain(t *testing.T) {
	for name, tamper := range map[string]func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event){
		"cut": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) {
			do(t, d, `DELETE FROM events WHERE id = $1`, e[7].ID)
			do(t, d, `DELETE FROM event_order WHERE pos = 8`)
		},
		"rewritten": func(t *testing.T, d *db.DB, l *ledger.Ledger, e []ledger.Event) { rewrite(t, d, l, e[3].ID) },
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				l, events := chain(t, d, 8)
				_, kept, err := l.Head(bg)
				if err != nil {
					t.Fatal(err)
				}
				if r, err := l.Verify(bg, kept); err != nil || !r.Found || r.Tampered != 0 {
					t.Fatalf("before: %+v, %v", r, err)
				}
				tamper(t, d, l, events)
				if r, err := l.Verify(bg, kept); err != nil || r.Found {
					t.Errorf("the kept hash was found in a chain that was %s: %+v, %v", name, r, err)
				}
			})
		})
	}
}

func TestErasureRemovesPrivateValuesAndTheChainStillVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, events := chain(t, d, 4)
		other := add(t, d, l, ledger.Entry{Subject: ticket(9), Private: map[string]string{"name": "Bob"}, PersonID: 8})
		var erasure, together int64
		write(t, d, func(ctx context.Context, tx db.Tx) (err error) {
			if together, err = l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.updated", Subject: ticket(9), Private: "Ada", PersonID: 7}); err != nil {
				return err
			}
			erasure, err = l.Erase(ctx, tx, act.Root(), 7)
			return err
		})
		order(t, d, l)
		read(t, d, func(ctx context.Context, tx db.Tx) error {
			for _, id := range []int64{events[2].ID, together} {
				if b, err := l.Private(ctx, tx, id); err != nil || b != nil {
					t.Errorf("event %d still tells %s (%v)", id, b, err)
				}
			}
			if b, err := l.Private(ctx, tx, other); err != nil || string(b) != `{"name":"Bob"}` {
				t.Errorf("somebody else's values: got %s, %v", b, err)
			}
			e, err := l.Get(ctx, tx, erasure)
			if err != nil || e.Verb != ledger.Erased || e.Subject != (ledger.Ref{Kind: "person", ID: 7}) {
				t.Errorf("the erasure's event: %+v, %v", e, err)
			}
			return nil
		})
		if salt := value(t, d, "event_private", "salt", "event_id", events[2].ID); salt != nil {
			t.Error("the salt stayed: the values could be guessed and confirmed")
		}
		sound(t, l, 7)
		write(t, d, func(ctx context.Context, tx db.Tx) error { // twice does no harm
			_, err := l.Erase(ctx, tx, act.Root(), 7)
			return err
		})
		order(t, d, l)
		sound(t, l, 8)
	})
}

func TestRestoredDatabaseGoesOnAndVerifies(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := dbtest.Options(t, e)
			d := dbtest.Open(t, from)
			l, _ := chain(t, d, 5)
			if _, err := l.Seal(bg, time.Now()); err != nil {
				t.Fatal(err)
			}
			add(t, d, l, ledger.Entry{Subject: ticket(1)}) // on PostgreSQL it still waits for its place
			var to db.Options
			if e == db.SQLite {
				to.Dir = t.TempDir()
				vacuum(t, filepath.Join(from.Dir, "steward.db"), filepath.Join(to.Dir, "steward.db"))
			} else {
				to.URL = dbtest.OwnServer(t).URL(t) // another cluster: its transaction ids begin again
				dbtest.Load(t, to.URL, dbtest.Dump(t, from.URL))
			}
			restored := dbtest.Open(t, to)
			fresh := ledger.New(restored)
			for range 3 {
				add(t, restored, fresh, ledger.Entry{Subject: ticket(1)})
			}
			if got := len(order(t, restored, fresh)); got != 9 {
				t.Errorf("%d events after the restore, want 9", got)
			}
			if r := sound(t, fresh, 9); r.Sealed != 5 {
				t.Errorf("sealed up to %d, want 5", r.Sealed)
			}
		})
	}
}

// vacuum copies an embedded database while it is open, as a backup does.
func vacuum(t testing.TB, from, to string) {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+from)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec(`VACUUM INTO ?`, to); err != nil {
		t.Fatal(err)
	}
}
