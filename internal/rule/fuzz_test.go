package rule_test

import (
	"testing"

	"steward/internal/db"
	"steward/internal/rule"
)

// FuzzFilter: whatever somebody writes either becomes SQL within the limits or is refused with a place.
func FuzzFilter(f *testing.F) {
	for _, src := range []string{`r.status == "new" && !(r.count > 1)`, `"a" in r.tags`, `r.attributes["x y"].startsWith("a")`, `has(r.note) ? r.flag : 1 / 0 == 1`,
		`r.at < now - duration("1h")`, `r.tags.exists(t, t == "x")`, `r.attributes.int in [1, 2.5, "x"]`, `!r.attributes.flag`} {
		f.Add(src)
	}
	env := filterEnv(f)
	f.Fuzz(func(t *testing.T, src string) {
		p, err := rule.Compile(env, src)
		if err != nil {
			return
		}
		out, err := p.Filter(source(db.SQLite))
		if err != nil {
			return
		}
		(&db.Where{}).And(out.SQL, out.Args...) // panics when the marks and the arguments differ
		for _, d := range out.Drivers {
			(&db.Where{}).And(d.SQL, d.Args...).And(d.Holds, d.Args...)
		}
	})
}
