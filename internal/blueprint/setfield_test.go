package blueprint_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"steward/internal/blueprint"
)

// Every case changes one field of a text and shows the only lines that may differ.
func TestSetFieldChangesNothingElse(t *testing.T) {
	const odd = "# Über alles: a comment with 日本語\nkind: sla # the kind\nname: \"premium\"\ntitle: 'It''s   premium'\n\n# why these\ntargets:\n" +
		"  # urgent first\n  - { metric: first_reply, priority: urgent,   within: 30m, calendar: \"around, the # clock\" } # do not touch\n" +
		"  - metric: next_reply   # next\n    within: 4h\n    calendar: office-hours\n\n  -   metric: other\ndescription: |\n  First line.\n\n    Indented: yes # no comment\n  Last.\n\n" +
		"pause: [pending,   hold] # both\nlonger: this goes\n  on here # and ends\nempty:\nsaid: ~\n# the end\n"
	for _, c := range []struct {
		path  string
		value any
		old   string
		want  string
	}{
		{"kind", "calendar", "kind: sla # the kind", "kind: calendar # the kind"},
		{"name", "gold", `name: "premium"`, `name: "gold"`},
		{"title", "It's gold: really", `title: 'It''s   premium'`, `title: 'It''s gold: really'`},
		{"targets[0].within", "1h", "within: 30m, calendar", "within: 1h, calendar"},
		{"targets[0].calendar", "a, b", `calendar: "around, the # clock"`, `calendar: "a, b"`},
		{"targets[0].priority", "a, b", "priority: urgent,  ", "priority: \"a, b\",  "},
		{"targets[1].metric", "first_reply", "metric: next_reply   # next", "metric: first_reply   # next"},
		{"targets[1].within", 5, "    within: 4h", "    within: 5"},
		{"targets[1].within", "5", "    within: 4h", "    within: \"5\""},
		{"targets[1].within", "true", "    within: 4h", "    within: \"true\""},
		{"targets[1].within", "a # b", "    within: 4h", "    within: \"a # b\""},
		{"targets[1].within", nil, "    within: 4h\n", ""},
		{"targets[1].priority", "high", "    calendar: office-hours\n", "    calendar: office-hours\n    priority: high\n"},
		{"targets[0].order", 3, "clock\" } #", "clock\", order: 3 } #"},
		{"targets[0].priority", nil, "priority: urgent,   within", "within"},
		{"targets[2].metric", "same", "-   metric: other", "-   metric: same"},
		{"targets[3]", map[string]any{"metric": "x", "within": "1h"}, "  -   metric: other\n", "  -   metric: other\n  - { metric: x, within: 1h }\n"},
		{"description", "Only one.\n", "  First line.\n\n    Indented: yes # no comment\n  Last.\n", "  Only one.\n"},
		{"pause", []string{"hold"}, "pause: [pending,   hold] # both", "pause: [hold] # both"},
		{"pause[1]", "solved", "[pending,   hold]", "[pending,   solved]"},
		{"pause[2]", "solved", "[pending,   hold]", "[pending,   hold, solved]"},
		{"pause[0]", nil, "[pending,   hold]", "[hold]"},
		{"longer", "short", "longer: this goes\n  on here # and ends", "longer: short # and ends"},
		{"empty", "full", "empty:\n", "empty: full\n"},
		{"said", false, "said: ~", "said: false"},
		{"added", "x", "said: ~\n", "said: ~\nadded: x\n"},
		{"deep.er.still", 1, "said: ~\n", "said: ~\ndeep: { er: { still: 1 } }\n"},
		{"empty", nil, "empty:\n", ""},
	} {
		for _, eol := range []string{"\n", "\r\n"} {
			text, want := odd, strings.Replace(odd, c.old, c.want, 1)
			if want == odd {
				t.Fatalf("%s: %q is not there", c.path, c.old)
			}
			text, want = strings.ReplaceAll(text, "\n", eol), strings.ReplaceAll(want, "\n", eol)
			got, err := blueprint.SetField(text, c.path, c.value)
			if err != nil || got != want {
				t.Errorf("%s = %v with %q: %v\n%s", c.path, c.value, eol, err, firstDifference(got, want))
			}
		}
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("from line %d on:\n got %q\nwant %q", i+1, a[min(i, len(a)):], b[min(i, len(b)):])
		}
	}
	return ""
}

func TestSetFieldRefusesWhatItCannotDoAlone(t *testing.T) {
	for name, c := range map[string]struct{ text, path, says string }{
		"an anchor":           {"kind: x\nname: a\ntitle: A\none: &a 1\ntwo: *a\n", "one", "anchors"},
		"a place that is not": {"kind: x\nname: a\ntitle: A\n", "title.of", "no place"},
		"a list out of reach": {"kind: x\nname: a\ntitle: A\nb: [1]\n", "b[7]", "no place"},
		"no path":             {"kind: x\nname: a\ntitle: A\n", "a..b[", "not a place"},
		"broken text":         {"kind: [", "kind", "cannot be read"},
	} {
		if got, err := blueprint.SetField(c.text, c.path, "v"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %q, %v; want an error that says %q", name, got, err, c.says)
		}
	}
}

// Whatever is asked of whatever text: the result says exactly that and keeps every comment,
// or nothing comes of it.
func TestSetFieldNeverDamagesAText(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	values := []string{"plain", "a: b", "x # y", "it's", `say "hi"`, "", " lead", "multi\nline", "multi\nline\n", "日本 語", "- a", "[x]", "{y", "*z", "&w", "!t", "true", "12", "1e3", "~", "null", "0x1", "2026-01-01", "#", "|", "tab\there", "trailing:", "a,b", "%q", "@at", "\\u0041"}
	scalar := func() string {
		return []string{"one", `"two"`, `'th''ree'`, "4", "true", "~", "", "five six # c1", `"a # b" # c2`, "|\n      text\n      more # no\n", ">-\n      folded\n      text\n", "many\n      words"}[r.IntN(12)]
	}
	done, refused := 0, 0
	for range 3000 {
		eol := []string{"\n", "\r\n"}[r.IntN(2)]
		text := "# c0\nkind: x\nname: a\ntitle: A # c3\na:\n  # c4\n  k1: " + scalar() + "\n  k2: [1, \"x, y\", { q: z }] # c5\n  k3: { m: n, o: 'p''q' }\nb:\n- " + []string{"i", "'j'", "{ k: l }", "k: l\n  m: n"}[r.IntN(4)] + "\n- last # c6\nc: " + strings.ReplaceAll(scalar(), "      ", "  ") + "\n# c7\n"
		text = strings.ReplaceAll(text, "\n", eol)
		path := []string{"title", "a", "a.k1", "a.k2", "a.k2[1]", "a.k2[2].q", "a.k2[3]", "a.k3", "a.k3.o", "a.k3.new", "a.new", "b", "b[0]", "b[1]", "b[2]", "c", "d", "d.e", "a.k1.x"}[r.IntN(19)]
		var value any = values[r.IntN(len(values))]
		switch r.IntN(8) {
		case 0:
			value = nil
		case 1:
			value = []any{"x", 1.5, value}
		case 2:
			value = map[string]any{"key one": value, "k": []any{}}
		}
		got, err := blueprint.SetField(text, path, value)
		if err != nil {
			refused++
			continue
		}
		done++
		for i := range 8 {
			c := fmt.Sprintf("# c%d", i)
			inside := (path == "a" || path == "b" || path == "c") || strings.HasPrefix(path, "a.k1") || value == nil
			if strings.Contains(text, c) && !strings.Contains(got, c) && !inside {
				v, _ := json.Marshal(value)
				t.Errorf("%s = %s lost %q:\n%q\n%q", path, v, c, text, got)
			}
		}
		if eol == "\r\n" && strings.Count(got, "\n") != strings.Count(got, "\r\n") {
			t.Errorf("%s mixed line endings: %q", path, got)
		}
	}
	t.Logf("%d done, %d refused", done, refused)
	if done < 2000 {
		t.Errorf("only %d of 3000 were possible", done)
	}
}
