package rule_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/rule"
)

// The records of these tests have a field of every type in a column, a list in a table of its
// own, and attributes in an index of typed values.
func filterEnv(t testing.TB) *rule.Env {
	t.Helper()
	env, err := rule.New("record",
		rule.Field{Path: "r.status", Type: rule.Enum("new", "open", "closed")},
		rule.Field{Path: "r.note", Type: rule.Text},
		rule.Field{Path: "r.count", Type: rule.Int},
		rule.Field{Path: "r.score", Type: rule.Number},
		rule.Field{Path: "r.flag", Type: rule.Bool},
		rule.Field{Path: "r.at", Type: rule.Time},
		rule.Field{Path: "r.took", Type: rule.Duration},
		rule.Field{Path: "r.tags", Type: rule.Texts},
		rule.Field{Path: "r.plain", Type: rule.Text},
		rule.Field{Path: "r.attributes", Type: rule.Attributes},
		rule.Field{Path: "now", Type: rule.Time},
	)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

var attributeTypes = map[string]rule.Type{"text": rule.Text, "num": rule.Number, "int": rule.Int, "flag": rule.Bool, "day": rule.Time, "multi": rule.Text}

func source(e db.Engine) rule.Source {
	direct := map[string]rule.Column{
		"r.status": {Type: rule.Enum("new", "open", "closed"), SQL: "r.status", Indexed: true},
		"r.note":   {Type: rule.Text, SQL: "r.note", Null: true},
		"r.count":  {Type: rule.Int, SQL: "r.count", Null: true},
		"r.score":  {Type: rule.Number, SQL: "r.score", Null: true},
		"r.flag":   {Type: rule.Bool, SQL: "r.flag", Null: true},
		"r.at":     {Type: rule.Time, SQL: "r.at", Null: true},
		"r.took":   {Type: rule.Duration, SQL: "r.took", Null: true},
		"r.tags": {Type: rule.Text, SQL: "tag", List: true, Within: "EXISTS (SELECT 1 FROM record_tag WHERE record_id = r.id AND %s)",
			Index: "SELECT record_id FROM record_tag WHERE %s"},
	}
	return rule.Source{Engine: e, Known: rule.Vars{"now": noon}, Column: func(path string) (rule.Column, error) {
		if c, ok := direct[path]; ok {
			return c, nil
		}
		name, ok := strings.CutPrefix(path, "r.attributes.")
		typ, known := attributeTypes[name]
		if !ok || !known {
			return rule.Column{}, fmt.Errorf("%s is not indexed.", path)
		}
		c := rule.Column{Type: typ, SQL: "num", Real: true, Null: true, List: name == "multi",
			Within: "(SELECT 1 FROM record_attr WHERE field = '" + name + "' AND record_id = r.id AND %s LIMIT 1) IS NOT NULL",
			Index:  "SELECT record_id FROM record_attr WHERE field = '" + name + "' AND %s"}
		switch name {
		case "text", "multi":
			c.SQL, c.Real = "text", false
		case "day":
			c.Unit = time.Second
		}
		return c, nil
	}}
}

var texts = []string{"", "a", "A", "vip", "VIP", "o'clock", `"quoted"`, "100%", "a_b", `back\slash`, "emoji 🎉", "🎉", "é", "e\u0301", "Ünïcode", "line\nbreak", "--", "; DROP TABLE record", "?", "$1", "new", "open", "\U0010FFFF", "zz", "a ", " a"}
var whole = []int64{0, 1, -1, 2, 42, 1<<53 - 1, -(1<<53 - 1), 1000000}
var fractions = []float64{0, 0.5, -0.5, 1, 2, 42, 0.1, 0.30000000000000004, -1e300, 1e300, 5e-324, 9007199254740991, 2.5}
var moments = []time.Time{noon, noon.Add(time.Microsecond), noon.Add(-time.Hour), noon.Add(-26 * time.Hour), time.Unix(0, 0).UTC(), time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC),
	time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1950, 6, 1, 0, 0, 0, 0, time.UTC)}
var lengths = []time.Duration{0, time.Microsecond, -time.Hour, time.Hour, 90 * time.Minute, 240 * time.Hour}

type random struct{ *rand.Rand }

func pick[T any](r random, from []T) T { return from[r.IntN(len(from))] }

func (r random) half() bool { return r.IntN(2) == 0 }

// record is a random record as memory sees it; insert stores the same.
func (r random) record() map[string]any {
	v := map[string]any{"status": pick(r, []string{"new", "open", "closed"})}
	maybe := func(at map[string]any, name string, value any) {
		switch r.IntN(4) {
		case 0: // not there
		case 1:
			if at[name] = nil; r.half() {
				delete(at, name)
			}
		default:
			at[name] = value
		}
	}
	maybe(v, "note", pick(r, texts))
	maybe(v, "count", pick(r, whole))
	maybe(v, "score", pick(r, fractions))
	maybe(v, "flag", r.half())
	maybe(v, "at", pick(r, moments))
	maybe(v, "took", pick(r, lengths))
	several := func() []string {
		out := []string{}
		for range r.IntN(4) {
			if s := pick(r, texts); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		return out
	}
	v["tags"] = several()
	a := map[string]any{}
	maybe(a, "text", pick(r, texts))
	maybe(a, "num", pick(r, fractions))
	maybe(a, "int", pick(r, whole))
	maybe(a, "flag", r.half())
	maybe(a, "day", pick(r, moments).Truncate(24*time.Hour))
	maybe(a, "multi", several())
	v["attributes"] = a
	return v
}

func insert(ctx context.Context, tx db.Tx, id int64, v map[string]any) error {
	at, took := v["at"], v["took"]
	if m, ok := at.(time.Time); ok {
		at = m.UnixMicro()
	}
	if d, ok := took.(time.Duration); ok {
		took = d.Microseconds()
	}
	if _, err := tx.Exec(ctx, `INSERT INTO record (id, status, note, count, score, flag, at, took) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, v["status"], v["note"], v["count"], v["score"], v["flag"], at, took); err != nil {
		return err
	}
	for _, tag := range v["tags"].([]string) {
		if _, err := tx.Exec(ctx, `INSERT INTO record_tag (record_id, tag) VALUES ($1, $2)`, id, tag); err != nil {
			return err
		}
	}
	for name, value := range v["attributes"].(map[string]any) {
		var rows [][2]any // text, num
		switch value := value.(type) {
		case nil:
			continue
		case string:
			rows = [][2]any{{value, nil}}
		case float64:
			rows = [][2]any{{nil, value}}
		case int64:
			rows = [][2]any{{nil, float64(value)}}
		case bool:
			rows = [][2]any{{nil, map[bool]float64{true: 1}[value]}}
		case time.Time:
			rows = [][2]any{{nil, float64(value.Unix())}}
		case []string:
			for _, s := range value {
				rows = append(rows, [2]any{s, nil})
			}
			if len(value) == 0 {
				rows = [][2]any{{nil, nil}} // there, and empty
			}
		}
		for _, row := range rows {
			if _, err := tx.Exec(ctx, `INSERT INTO record_attr (field, record_id, text, num) VALUES ($1, $2, $3, $4)`, name, id, row[0], row[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// value is a literal of a type, in CEL.
func (r random) value(kind string) string {
	switch kind {
	case "text":
		return literal(pick(r, texts))
	case "int":
		return strconv.FormatInt(pick(r, whole), 10)
	case "num":
		s := strconv.FormatFloat(pick(r, fractions), 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	case "flag":
		return pick(r, []string{"true", "false"})
	case "time":
		if r.half() {
			return "now" + pick(r, []string{"", ` - duration("1h")`, ` - duration("26h")`, ` + duration("1ns")`})
		}
		return fmt.Sprintf("timestamp(%q)", pick(r, moments).Add(pick(r, []time.Duration{0, 0, 1, 500})).Format(time.RFC3339Nano))
	default:
		return fmt.Sprintf("duration(%q)", (pick(r, lengths) + pick(r, []time.Duration{0, 0, 1})).String())
	}
}

// literal writes a text as CEL.
func literal(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

var declared = map[string]string{"r.note": "text", "r.count": "int", "r.score": "num", "r.flag": "flag", "r.at": "time", "r.took": "duration",
	"r.attributes.text": "text", "r.attributes.num": "num", "r.attributes.int": "int", "r.attributes.flag": "flag", "r.attributes.day": "time", "r.attributes.multi": "list"}
var paths = slices.Sorted(func(yield func(string) bool) {
	for p := range declared {
		if !yield(p) {
			return
		}
	}
})

func (r random) condition(depth int) string {
	if depth == 0 || r.IntN(5) == 0 {
		return r.atom()
	}
	a, b := r.condition(depth-1), r.condition(depth-1)
	switch r.IntN(6) {
	case 0, 1:
		return "(" + a + " && " + b + ")"
	case 2, 3:
		return "(" + a + " || " + b + ")"
	case 4:
		return "!(" + a + ")"
	default:
		return "(" + a + " ? " + b + " : " + r.condition(depth-1) + ")"
	}
}

func (r random) atom() string {
	if r.IntN(12) == 0 {
		return pick(r, []string{`r.status == "new"`, `r.status != "open"`, `r.status in ["new", "closed"]`, `"open" == r.status`, "true", "false", `1 / 0 == 1`, `r.count in []`, `now > timestamp("2020-01-01T00:00:00Z")`})
	}
	if r.IntN(5) == 0 {
		return r.value("text") + " in " + pick(r, []string{"r.tags", "r.attributes.multi", "r.attributes.text"})
	}
	path := pick(r, paths)
	kind := declared[path]
	other := kind
	if strings.Contains(path, "attributes") && r.IntN(4) == 0 || kind == "list" {
		other = pick(r, []string{"text", "int", "num", "flag", "time", "duration"}) // mistyped: false
	}
	if (kind == "int" || kind == "num") && r.half() {
		other = pick(r, []string{"int", "num"})
	}
	switch r.IntN(8) {
	case 0:
		return "has(" + path + ")"
	case 1:
		if kind == "text" || strings.Contains(path, "attributes") {
			return path + pick(r, []string{".startsWith(", ".endsWith(", ".contains("}) + r.value("text") + ")"
		}
	case 2:
		if kind == "flag" || strings.Contains(path, "attributes") {
			return path
		}
	case 3:
		return path + " in [" + r.value(other) + ", " + r.value(kind) + "]"
	case 4:
		return r.value(other) + pick(r, []string{" == ", " != ", " < ", " >= "}) + path
	}
	return path + pick(r, []string{" == ", " != ", " < ", " <= ", " > ", " >= "}) + r.value(other)
}

func TestFiltersInTheDatabaseAgreeWithMemory(t *testing.T) {
	env := filterEnv(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := random{rand.New(rand.NewPCG(1, 2))}
		records := make([]map[string]any, 80)
		write(t, d, func(ctx context.Context, tx db.Tx) error {
			if err := tables(ctx, tx); err != nil {
				return err
			}
			for i := range records {
				records[i] = r.record()
				if err := insert(ctx, tx, int64(i), records[i]); err != nil {
					return err
				}
			}
			return nil
		})
		tried := 0
		for range 3000 {
			src := r.condition(r.IntN(4))
			p, err := rule.Compile(env, src)
			if err != nil {
				continue // such as an attribute compared in a way its type forbids at once
			}
			f, err := p.Filter(source(d.Engine()))
			var refused *rule.Error
			if errors.As(err, &refused) && strings.Contains(refused.Error(), "no order") || errors.As(err, &refused) && strings.Contains(refused.Error(), "is a list") {
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v", src, err)
			}
			tried++
			want := []int64{}
			for i, v := range records {
				if held, err := p.Eval(rule.Vars{"now": noon, "r": v}); err != nil {
					t.Fatalf("%s: %v", src, err)
				} else if held {
					want = append(want, int64(i))
				}
			}
			got := ids(t, d, "SELECT r.id FROM record r WHERE {} ORDER BY r.id", f.SQL, f.Args)
			if !slices.Equal(got, want) {
				i := slices.IndexFunc(records, func(v map[string]any) bool {
					held, _ := p.Eval(rule.Vars{"now": noon, "r": v})
					return held != slices.Contains(got, int64(slices.IndexFunc(records, func(x map[string]any) bool { return fmt.Sprintf("%p", x) == fmt.Sprintf("%p", v) })))
				})
				t.Fatalf("%s\nis %s %v\nmemory finds %v\nthe database %v\nfirst: %v", src, f.SQL, f.Args, want, got, records[max(i, 0)])
			}
			for _, driver := range f.Drivers {
				all := ids(t, d, "SELECT DISTINCT id FROM ({}) AS found (id)", driver.SQL, driver.Args)
				for _, id := range want {
					if !slices.Contains(all, id) {
						t.Fatalf("%s: the index %s does not find %d", src, driver.SQL, id)
					}
				}
			}
		}
		if tried < 1500 {
			t.Errorf("only %d conditions were tried", tried)
		}
	})
}

func tables(ctx context.Context, tx db.Tx) error {
	bytewise, real, truth := "", "REAL", "INTEGER"
	if tx.Engine() == db.Postgres {
		bytewise, real, truth = ` COLLATE "C"`, "DOUBLE PRECISION", "BOOLEAN"
	}
	for _, q := range []string{
		"CREATE TABLE record (id BIGINT PRIMARY KEY, status TEXT" + bytewise + " NOT NULL, note TEXT" + bytewise + ", count BIGINT, score " + real + ", flag " + truth + ", at BIGINT, took BIGINT)",
		"CREATE TABLE record_tag (record_id BIGINT NOT NULL, tag TEXT" + bytewise + " NOT NULL)",
		"CREATE TABLE record_attr (field TEXT NOT NULL, record_id BIGINT NOT NULL, text TEXT" + bytewise + ", num " + real + ")",
	} {
		if _, err := tx.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func write(t *testing.T, d *db.DB, fn db.Func) {
	t.Helper()
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// ids runs a query with a predicate put for {}.
func ids(t *testing.T, d *db.DB, query, pred string, args []any) []int64 {
	t.Helper()
	w := (&db.Where{}).And(pred, args...)
	out := []int64{}
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		q := strings.Replace(query, "{}", w.SQL(), 1)
		if tx.Engine() == db.SQLite {
			q = strings.Replace(q, "id FROM (", "record_id FROM (", 1)
			q = strings.Replace(q, " AS found (id)", "", 1)
		}
		rows, err := tx.Query(ctx, q, w.Args()...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out = append(out, id)
		}
		return rows.Err()
	}); err != nil {
		t.Fatalf("%s: %v", w.SQL(), err)
	}
	return out
}

func TestFilterRefusesWhatTheDatabaseCannotDo(t *testing.T) {
	env := filterEnv(t)
	for src, want := range map[string]string{
		`r.note.matches("a.*")`:                            `1:15: Regular expressions cannot run in the database. Use startsWith, endsWith or contains.`,
		`r.tags.exists(t, t == "vip")`:                     `Loops (all, exists, filter, map) cannot run in the database.`,
		`size(r.tags) > 1`:                                 `a filter compares one field with a value`,
		`r.count == 1 && r.note == r.plain`:                `1:24: A filter in the database compares a field with a value, not with another field.`,
		`now - r.at > duration("4h")`:                      `Put the field alone on one side`,
		`r.attributes.unknown == "x"`:                      `r.attributes.unknown is not indexed.`,
		`r.note == "a\u0000b"`:                             `holds a NUL character`,
		`r.flag < true`:                                    `Yes and no have no order.`,
		`r.tags == ["a"]`:                                  `r.tags is a list.`,
		`r.score > 1.0 / 0.0`:                              `which is no number`,
		strings.Repeat(`r.count == 1 || `, 300) + `true`:   `too long for the database: it has 300 comparisons`,
		`r.count in [` + strings.Repeat(`1, `, 600) + `1]`: `with 601 values; 200 and 500 are the most.`,
	} {
		p, err := rule.Compile(env, src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if _, err := p.Filter(source(db.SQLite)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %s", src, err, want)
		}
	}
}

func TestFilterNamesTheIndexesThatFindAllOfIt(t *testing.T) {
	env := filterEnv(t)
	for src, want := range map[string]struct {
		drivers int
		indexed bool
	}{
		`r.attributes.text == "a" && r.attributes.int > 3`: {2, true},
		`"vip" in r.tags && r.note == "x"`:                 {1, true},
		`r.status == "new"`:                                {0, true},
		`r.note == "x"`:                                    {0, false},
		`r.attributes.text == "a" || r.status == "new"`:    {0, false},
		`!(r.attributes.text == "a")`:                      {0, false},
		`r.attributes.text != "a"`:                         {0, false},
		`has(r.attributes.text)`:                           {0, false},
	} {
		p, err := rule.Compile(env, src)
		if err != nil {
			t.Fatal(err)
		}
		f, err := p.Filter(source(db.SQLite))
		if err != nil || len(f.Drivers) != want.drivers || f.Indexed != want.indexed {
			t.Errorf("%s: %d drivers, indexed %v (%v); want %v", src, len(f.Drivers), f.Indexed, err, want)
		}
	}
}
