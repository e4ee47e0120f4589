package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/search"
)

// thing is a record of the tests' own kind.
type thing struct {
	id, owner, team, org int64
	title, body, notes   string
}

// world is a search over things.
type world struct {
	t *testing.T
	d *db.DB
	l *ledger.Ledger
	q *job.Queue
	*search.Service
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{t: t, d: d, l: ledger.New(d), q: job.New(d, nil)}
	w.Service = search.New(d, w.l, w.q, nil, thingKind())
	w.write(func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE thing (id BIGINT PRIMARY KEY, owner_id BIGINT, team_id BIGINT, org_id BIGINT, title TEXT, body TEXT, notes TEXT)`)
		return err
	})
	return w
}

func thingKind() search.Kind {
	load := func(ctx context.Context, tx db.Tx, ids []int64) ([]search.Document, error) {
		list := make([]any, len(ids))
		for i, id := range ids {
			list[i] = id
		}
		w := (&db.Where{}).In("id", list)
		rows, err := tx.Query(ctx, `SELECT id, owner_id, team_id, org_id, title, body, notes FROM thing WHERE `+w.SQL(), w.Args()...)
		return db.Collect(rows, err, func(r db.Scanner) (d search.Document, err error) {
			var owner int64
			err = r.Scan(&d.ID, &owner, &d.Record.Team, &d.Record.Organization, &d.Title, &d.Body, &d.Notes)
			d.Record.Owners = []int64{owner}
			return d, err
		})
	}
	return search.Kind{Name: "thing", Title: "Things", Number: 9, Verbs: []string{"thing.changed", "owner.changed"}, From: "thing t", Alias: "t", Titled: "t.title", NotesFor: "edit", Load: load,
		Columns: auth.Columns{Owners: []string{"t.owner_id"}, Team: "t.team_id", Organization: "t.org_id"},
		Touched: func(ctx context.Context, tx db.Tx, e ledger.Event, after int64) ([]int64, error) {
			rows, err := tx.Query(ctx, `SELECT id FROM thing WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT 500`, e.Subject.ID, after)
			return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
		},
		Filters: []search.Filter{search.Choice("size", "How large.", "t.team_id", nil, "1", "2", "3"), search.Past("made", "When.", "t.org_id")}}
}

func (w *world) write(fn db.Func) {
	w.t.Helper()
	if err := w.d.Write(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// put stores things and tells the ledger.
func (w *world) put(all ...thing) {
	w.t.Helper()
	for part := range slices.Chunk(all, 100) {
		w.write(func(ctx context.Context, tx db.Tx) error {
			for _, x := range part {
				if _, err := tx.Exec(ctx, `INSERT INTO thing VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET owner_id = excluded.owner_id,
					team_id = excluded.team_id, org_id = excluded.org_id, title = excluded.title, body = excluded.body, notes = excluded.notes`,
					x.id, x.owner, x.team, x.org, x.title, x.body, x.notes); err != nil {
					return err
				}
				if err := w.tell(ctx, tx, "thing.changed", "thing", x.id); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (w *world) tell(ctx context.Context, tx db.Tx, verb, kind string, id int64) error {
	_, err := w.l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: kind, ID: id}})
	return err
}

func (w *world) drop(id int64) {
	w.write(func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM thing WHERE id = $1`, id); err != nil {
			return err
		}
		return w.tell(ctx, tx, "thing.changed", "thing", id)
	})
}

// follow brings the index up to date.
func (w *world) follow() {
	w.t.Helper()
	ctx := context.Background()
	for {
		n, err := w.l.Sequence(ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		m, err := w.l.Step(ctx, w.Follower())
		if err != nil {
			w.t.Fatal(err)
		}
		ran, err := w.q.RunDue(ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		if n+m+ran == 0 {
			return
		}
	}
}

func (w *world) find(by act.Actor, text string) search.Answer {
	w.t.Helper()
	a, err := w.tryFind(by, search.Input{Text: text, Page: db.Page{Limit: 100}})
	if err != nil {
		w.t.Fatalf("%q: %v", text, err)
	}
	return a
}

func (w *world) tryFind(by act.Actor, in search.Input) (a search.Answer, err error) {
	err = w.d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		a, err = w.Find(ctx, tx, by, in)
		return err
	})
	return a, err
}

func (w *world) ids(by act.Actor, text string) []int64 {
	w.t.Helper()
	out := []int64{}
	for _, g := range w.find(by, text).Groups {
		for _, h := range g.Hits {
			out = append(out, h.ID)
		}
	}
	return out
}

func (w *world) want(by act.Actor, text string, ids ...int64) {
	w.t.Helper()
	if got := w.ids(by, text); !slices.Equal(got, ids) {
		w.t.Errorf("%s: %q finds %v, want %v", w.d.Engine(), text, got, ids)
	}
}

func grants(list ...string) (out []act.Grant) {
	for _, g := range list {
		action, scope, _ := strings.Cut(g, " ")
		out = append(out, act.Grant{Action: action, Kind: "thing", Scope: act.Scope(scope)})
	}
	return out
}

var root = act.Root()

func TestWordsPhrasesBeginningsAndExclusion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put(
			thing{id: 1, title: "Export stops", body: "The monthly export stops halfway."},
			thing{id: 2, title: "Login", body: "Exporting is fine; Ångström cafés naïve straße İstanbul ΣΊΣΥΦΟΣ", notes: "call the bank"},
			thing{id: 3, title: "Stop", body: "stops export; ada.lovelace@example.com v1.2.3"},
			thing{id: 4, title: "東京都の請求書", body: "한국어 문장 และภาษาไทย"},
		)
		w.follow()
		w.want(root, "export", 1, 3, 2)            // title first, then whole words, then beginnings
		w.want(root, "export stops", 1, 3)         // all words
		w.want(root, `"export stops"`, 1)          // in this order
		w.want(root, `"export"`, 1, 3)             // a quoted word is whole
		w.want(root, "exp -monthly", 3, 2)         //
		w.want(root, "-export", 4, 2)              // only an exclusion
		w.want(root, "angstrom", 2)                // diacritics do not matter
		w.want(root, "CAFÉS strasse", 2)           //
		w.want(root, "istanbul σίσυφος", 2)        //
		w.want(root, "ada.lovelace@example", 3)    // what is written together stands together
		w.want(root, "lovelace.ada@example")       //
		w.want(root, "v1.2", 3)                    //
		w.want(root, "bank", 2)                    //
		w.want(root, "in:notes bank", 2)           //
		w.want(root, "in:title export", 1)         //
		w.want(root, "-in:title stop", 3, 1)       // not only in the title
		w.want(root, "東京", 4)                      //
		w.want(root, "請求", 4)                      //
		w.want(root, "書", 4)                       //
		w.want(root, "京東")                         //
		w.want(root, "한국", 4)                      //
		w.want(root, "ภาษา", 4)                    //
		w.want(root, "size:1 export")              //
		w.want(root, "export kind:thing", 1, 3, 2) //
		w.want(root, "-kind:thing export")         //
	})
}

func TestOddInputNeverFails(t *testing.T) {
	odd := []string{"", " ", `"`, `""`, `"a`, `a"b"c`, "-", "--", "-\"", "- a", "AND", "OR NOT", "NEAR(a b, 3)", "a NEAR b", "*", "a*", "^a", "a^", ":", "a:", ":a", "::", "a:b:c",
		"title:export", "{title}: x", "facets:all", "all", "none", "@all", "~bank", "^export", "'", "''", "a'b", `\`, `\'`, "%", "_", "(", ")", "((a)", "a & b | !c", "<->", "a:*", "🙂", "🙂 export", "e\u0301", "\u0301", "\u0301a",
		"東", "東京都", "東a京", "ｶﾞ", "½ ² ①", "\x00", "\xff\xfe", "a\x00b", "https://example.com/x?y=z", "Re: export", "10:30", "$1", "?", "0", strings.Repeat("a", 10_000), strings.Repeat("word ", 2000),
		strings.Repeat("-x ", 500), strings.Repeat("東京", 3000), strings.Repeat("\"", 999), "in:title in:notes a", strings.Repeat("ก\u0e31", 500)}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for i, s := range odd {
			w.put(thing{id: int64(i + 1), title: strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""), body: "export bank"})
		}
		w.follow()
		mixed := act.Actor{Kind: act.Person, PersonID: 1, TeamIDs: []int64{2}, Grants: grants("read own", "edit team")}
		for _, s := range odd {
			for _, by := range []act.Actor{root, mixed} {
				if _, err := w.tryFind(by, search.Input{Text: s}); err != nil {
					t.Errorf("%.40q: %v", s, err)
				}
			}
			if err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error { _, err := w.Complete(ctx, tx, root, s); return err }); err != nil {
				t.Errorf("completing %.40q: %v", s, err)
			}
		}
	})
}

func TestFiltersAreRefusedWithASuggestion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put(thing{id: 1, team: 1, title: "one"}, thing{id: 2, team: 2, title: "two", org: time.Now().UnixMicro()})
		w.follow()
		for text, want := range map[string]string{"siez:1": `Did you mean "size"?`, "size:4": `takes no "4"`, "made:soon": "a day such as", "kind:thnig": `Did you mean "thing"?`,
			"in:titel": `Did you mean "title"?`, "made:2026-13-01": "a day such as"} {
			_, err := w.tryFind(root, search.Input{Text: text})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", text, err, want)
			}
		}
		w.want(root, "size:1", 1)
		w.want(root, "-size:1", 2)
		w.want(root, "size:1,2", 2, 1)
		w.want(root, "size:2 one")
		w.want(root, "made:<7d", 2)
		w.want(root, "made:>7d", 1)
		w.want(root, "made:<1971-01-01", 1)
		if a := w.find(root, "colour:one"); len(a.Hints) != 1 {
			t.Errorf("hints %q, want one that there is no filter colour", a.Hints)
		}
	})
}

func TestEverybodyFindsWhatTheyMayRead(t *testing.T) {
	who := map[string]act.Actor{
		"all":      {PersonID: 1, Grants: grants("read all", "edit all")},
		"observer": {PersonID: 1, Grants: grants("read all")},
		"team":     {PersonID: 1, TeamIDs: []int64{7}, Grants: grants("read team", "edit team")},
		"reader":   {PersonID: 1, TeamIDs: []int64{7}, Grants: grants("read all", "edit team")},
		"customer": {PersonID: 2, Grants: grants("read own")},
		"company":  {PersonID: 3, OrganizationID: 9, Grants: grants("read organization", "read own")},
		"teamless": {PersonID: 4, Grants: grants("read team")},
	}
	want := map[string]map[string][]int64{
		"word":              {"all": {3, 2, 1}, "observer": {3, 2, 1}, "team": {1}, "reader": {3, 2, 1}, "customer": {2}, "company": {3}},
		"secret":            {"all": {2, 1}, "team": {1}, "reader": {1}},
		"in:notes secret":   {"all": {2, 1}, "team": {1}, "reader": {1}},
		"word -secret":      {"all": {3}, "observer": {3, 2, 1}, "team": {}, "reader": {3, 2}, "customer": {2}, "company": {3}},
		"-word":             {},
		"wor -in:title":     {"all": {3, 2, 1}, "observer": {3, 2, 1}, "team": {1}, "reader": {3, 2, 1}, "customer": {2}, "company": {3}},
		"kind:thing -dummy": {"all": {3, 2, 1}, "observer": {3, 2, 1}, "team": {1}, "reader": {3, 2, 1}, "customer": {2}, "company": {3}},
		"kind:thing":        {"all": {3, 2, 1}, "observer": {3, 2, 1}, "team": {1}, "reader": {3, 2, 1}, "customer": {2}, "company": {3}},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put(thing{id: 1, owner: 5, team: 7, title: "a", body: "word", notes: "secret"}, thing{id: 2, owner: 2, team: 8, title: "b", body: "word", notes: "secret"},
			thing{id: 3, owner: 6, org: 9, title: "c", body: "word"})
		w.follow()
		for text, by := range want {
			for name, a := range who {
				a.Kind = act.Person
				got := w.ids(a, text)
				if !slices.Equal(got, by[name]) && len(got)+len(by[name]) > 0 {
					t.Errorf("%s: %s finds %v by %q, want %v", d.Engine(), name, got, text, by[name])
				}
				for _, g := range w.find(a, text).Groups {
					for _, h := range g.Hits {
						if name == "observer" && strings.Contains(fmt.Sprint(h.Snippet), "secret") {
							t.Errorf("%s is shown a note", name)
						}
					}
				}
			}
		}
		if _, err := w.tryFind(act.Actor{Kind: act.Person, PersonID: 9}, search.Input{Text: "word"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without any right: %v, want forbidden", err)
		}
		// Moved to another team, a record is gone from the team's searches before the index knows.
		w.write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE thing SET team_id = 8 WHERE id = 1`)
			return err
		})
		team := who["team"]
		team.Kind = act.Person
		w.want(team, "word")
	})
}

func TestIndexCatchesUpAfterARestartAndForgetsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put(thing{id: 1, title: "first"}, thing{id: 2, title: "second"})
		w.follow()
		w.put(thing{id: 1, title: "changed"}, thing{id: 3, title: "third"})
		w.drop(2)
		again := search.New(d, w.l, job.New(d, nil), nil, thingKind()) // another process goes on
		w.Service = again
		w.follow()
		w.want(root, "first")
		w.want(root, "changed", 1)
		w.want(root, "second")
		w.want(root, "third", 3)
		w.write(func(ctx context.Context, tx db.Tx) error { return w.Forget(ctx, tx, "thing", 3) })
		w.want(root, "third")
	})
}

func TestOneEventMayChangeManyRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var all []thing
		for i := range 1200 {
			all = append(all, thing{id: int64(i + 1), owner: 5, title: "before"})
		}
		w.put(all...)
		w.follow()
		w.write(func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE thing SET title = 'after'`); err != nil {
				return err
			}
			return w.tell(ctx, tx, "owner.changed", "owner", 5)
		})
		w.follow()
		w.want(root, "before")
		if g := w.find(root, "after").Groups; len(g) != 1 || !g[0].Count.Capped {
			t.Errorf("found %+v, want more than 1,000", g)
		}
	})
}

func TestRebuildGivesWhatFollowingGave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := rand.New(rand.NewPCG(1, 2))
		var all []thing
		for i := range 1300 {
			all = append(all, randomThing(r, int64(i+1)))
		}
		w.put(all...)
		w.follow()
		asked := make([]string, 60)
		var before []string
		for i := range asked {
			asked[i] = randomQuery(r)
			before = append(before, fmt.Sprint(w.ids(root, asked[i])))
		}
		// Damage of every sort: words gone, words that are not there, records that are gone.
		w.write(func(ctx context.Context, tx db.Tx) error {
			for _, id := range []int64{3, 700, 1299} {
				if err := w.Forget(ctx, tx, "thing", id); err != nil {
					return err
				}
			}
			return nil
		})
		w.put(thing{id: 5000, title: "ghost"})
		w.follow()
		w.write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM thing WHERE id = 5000`)
			return err
		})
		ctx, cancel := context.WithCancel(context.Background())
		if err := w.Rebuild(ctx, func(search.Progress) { cancel() }); err == nil {
			t.Fatal("a rebuild went on after it was stopped")
		}
		resumed, last := false, int64(0)
		if err := w.Rebuild(context.Background(), func(p search.Progress) { resumed, last = resumed || p.Resumed, p.Records }); err != nil {
			t.Fatal(err)
		}
		if !resumed || last != 1300 {
			t.Errorf("resumed %v, %d records; want it to go on to 1,300", resumed, last)
		}
		for i, q := range asked {
			if got := fmt.Sprint(w.ids(root, q)); got != before[i] {
				t.Errorf("%q finds %s after the rebuild, %s before", q, got, before[i])
			}
		}
		if n := count(t, d); n != 1300 {
			t.Errorf("the index has %d records, want 1,300", n)
		}
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM search_index`).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPagesGoOnToTheEndAndTotalsAreCapped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var all []thing
		for i := range 1100 {
			x := thing{id: int64(i + 1), title: "x", body: "common"}
			if i%400 == 0 {
				x.title = "common"
			}
			all = append(all, x)
		}
		w.put(all...)
		w.follow()
		seen, cursor, titles := map[int64]bool{}, "", []int64{}
		for page := 0; ; page++ {
			a, err := w.tryFind(root, search.Input{Text: "common", Kind: "thing", Page: db.Page{Limit: 100, Cursor: cursor}})
			if err != nil {
				t.Fatal(err)
			}
			g := a.Groups[0]
			if g.Count != (db.Count{Count: 1000, Capped: true}) {
				t.Fatalf("count %+v, want 1,000 and capped", g.Count)
			}
			for _, h := range g.Hits {
				if seen[h.ID] {
					t.Fatalf("%d comes twice", h.ID)
				}
				seen[h.ID] = true
				if len(titles) < 3 && page == 0 {
					titles = append(titles, h.ID)
				}
			}
			if cursor = g.Next; cursor == "" {
				break
			}
		}
		if len(seen) != 1000 || !slices.Equal(titles, []int64{801, 401, 1100}) {
			t.Errorf("%d found, beginning with %v; want 1,000 of the newest, titles first", len(seen), titles)
		}
	})
}

func TestWhatWasFoundIsMarkedInPlainText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.put(thing{id: 1, title: "<b>Café</b> & co", body: strings.Repeat("filler ", 40) + "the <script>café</script> exports\nfail " + strings.Repeat("end ", 90), notes: "x"})
		w.follow()
		h := w.find(root, "cafe exp").Groups[0].Hits[0]
		if got := fmt.Sprint(h.Found); got != "[{<b> false} {Café true} {</b> & co false}]" {
			t.Errorf("title %s", got)
		}
		text := ""
		for _, p := range h.Snippet {
			if p.Hit {
				text += "[" + p.Text + "]"
			} else {
				text += p.Text
			}
		}
		if want := "the <script>[café]</script> [exports] fail end"; !strings.Contains(text, want) || !strings.HasPrefix(text, "… filler") || !strings.HasSuffix(text, " …") {
			t.Errorf("snippet %q, want %q within", text, want)
		}
	})
}
