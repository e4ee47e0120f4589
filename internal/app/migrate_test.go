package app_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"steward/internal/app"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

// stored is a database as a release left it, loaded afresh.
func stored(t *testing.T, e db.Engine, schema string) db.Options {
	t.Helper()
	name := map[db.Engine]string{db.SQLite: "sqlite.db.gz", db.Postgres: "postgres.sql.gz"}[e]
	packed, err := os.ReadFile(filepath.Join("testdata", "schema-"+schema, name))
	must(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	must(t, err)
	content, err := io.ReadAll(z)
	must(t, err)
	if e == db.SQLite {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "steward.db"), content, 0o600))
		return db.Options{Dir: dir}
	}
	url := dbtest.URL(t)
	dbtest.Load(t, url, content)
	return db.Options{URL: url}
}

// The databases of older releases were made by their programs: twelve mails became twelve
// tickets, each of them answered.
func TestDatabaseOfAnOlderReleaseIsBroughtUpToDateAndWorks(t *testing.T) {
	for _, schema := range []string{"0001"} {
		for _, e := range engines {
			t.Run(schema+" "+string(e), func(t *testing.T) {
				o := stored(t, e, schema)
				i := apptest.Open(t, o, &apptest.Clock{})
				i.Clock.Set(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
				current, known, err := i.DB.Schema(t.Context())
				if err != nil || current != known {
					t.Fatalf("the schema is at %d, not %d: %v", current, known, err)
				}
				i.Settle()
				if n := len(tickets(i)); n != 12 {
					t.Errorf("%d tickets, want 12", n)
				}
				send(i, ann)
				all := tickets(i)
				if len(all) != 13 {
					t.Errorf("%d tickets after a new mail", len(all))
				}
				agent := i.Person("maria@company.example", "Maria", "agent")
				for _, ticket := range []int64{all[0].ID, all[len(all)-1].ID} { // a new one and an old one
					timeline(i, agent, ticket)
					reply(i, agent, ticket, "Hello again", "")
				}
				i.Verify()
				r := i.Examine(t.Context(), "https://desk.company.example", true)
				for _, c := range r.Checks {
					if c.Result == "fail" && c.Name != "mailboxes" && c.Name != "clock" {
						t.Errorf("doctor: %s: %s", c.Name, c.Says)
					}
				}
			})
		}
	}
}

// later is a release to come: the schema of this one and a migration more, which says how old a
// program may be for it.
func later(t *testing.T, e db.Engine, text string) fs.FS {
	t.Helper()
	out := fstest.MapFS{"9001_later.sql": {Data: []byte("-- +goose Up\n" + text)}}
	must(t, fs.WalkDir(db.Migrations(e), ".", func(p string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() {
			return err
		}
		b, err := fs.ReadFile(db.Migrations(e), p)
		out[p] = &fstest.MapFile{Data: b}
		return err
	}))
	return out
}

func TestMigrationThatExpandsIsAppliedWhileAnOldNodeServes(t *testing.T) {
	o := dbtest.Options(t, db.Postgres)
	old := apptest.New(t, o)
	server := old.Serve()
	_, known, err := old.DB.Schema(t.Context())
	must(t, err)
	done, failed := make(chan struct{}), make(chan string, 1)
	go func() { // requests all the while
		defer close(failed)
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			default:
			}
			for method, path := range map[string]string{"GET": "/api/v1/tickets", "POST": "/api/v1/tickets"} {
				var body any
				if method == "POST" {
					body = map[string]any{"subject": "x", "text": "x", "requester": map[string]any{"email": "sample@acme.example"}}
				}
				if status := call(t, old.Token, method, server.URL+path, body, nil); status >= 300 {
					failed <- method
					return
				}
			}
		}
	}()
	newer := o
	newer.Migrations = later(t, db.Postgres, `ALTER TABLE ticket ADD COLUMN later TEXT COLLATE "C" NOT NULL DEFAULT '';
INSERT INTO schema_reach (version, oldest) VALUES (9001, (SELECT max(version_id) FROM schema_version));`)
	d, err := db.Open(t.Context(), newer)
	must(t, err)
	must(t, d.Close())
	time.Sleep(100 * time.Millisecond) // the old node goes on for a while after it
	close(done)
	if method, bad := <-failed; bad {
		t.Errorf("a %s on the old node failed while the schema changed", method)
	}
	if err := old.DB.CheckSchema(t.Context()); err != nil {
		t.Errorf("the old node may not go on: %v", err)
	}
	another, err := app.New(t.Context(), app.Options{DB: o}) // an old node restarts
	if err != nil {
		t.Fatalf("an old node cannot start beside the newer schema: %v", err)
	}
	another.DB.Close()

	// The release after that goes too far.
	newer.Migrations.(fstest.MapFS)["9002_much_later.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nINSERT INTO schema_reach (version, oldest) VALUES (9002, 9001);")}
	d, err = db.Open(t.Context(), newer)
	must(t, err)
	must(t, d.Close())
	if err := old.DB.CheckSchema(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the old node goes on two releases behind: %v (it knows %d)", err, known)
	}
	if _, err := app.New(t.Context(), app.Options{DB: o}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a node two releases behind starts: %v", err)
	}
}
