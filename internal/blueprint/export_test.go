package blueprint_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"steward/internal/blueprint"
)

// applied is what applying files to a set leads to, stored.
func applied(t *testing.T, set *blueprint.Set, files map[string]string) *blueprint.Set {
	t.Helper()
	var docs []blueprint.Document
	for _, path := range slices.Sorted(maps.Keys(files)) {
		more, findings := blueprint.ParseFile(path, files[path])
		if len(findings) > 0 {
			t.Fatalf("%s: %v\n%s", path, findings, files[path])
		}
		docs = append(docs, more...)
	}
	p := set.Plan(docs, nil, blueprint.Options{Prune: true})
	if p.HasErrors() {
		t.Fatal(p.Findings)
	}
	return p.Next().Numbered()
}

// However texts are spread over files, exporting, applying and exporting again gives the same
// bytes, and texts that nobody touched come back in their files.
func TestExportOfFilesIsStable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	reg := registry(t)
	pieces := []string{"# before\n", "\n", "", "#-- odd\n", "---\n# between\n"}
	for round := range 300 {
		files := map[string]string{}
		for f := range 1 + r.IntN(3) {
			var b strings.Builder
			for d := range 1 + r.IntN(4) {
				if d > 0 {
					b.WriteString([]string{"---\n", "--- # more\n"}[r.IntN(2)])
				}
				b.WriteString(pieces[r.IntN(3)])
				fmt.Fprintf(&b, "kind: calendar\nname: c-%d-%d\ntitle: T # é\ntime_zone: UTC\nhours: { mon: [[\"09:00\", \"17:00\"]] }\n%s", f, d, pieces[r.IntN(4)])
			}
			text := b.String()
			if r.IntN(3) == 0 {
				text = strings.ReplaceAll(text, "\n", "\r\n")
			}
			if r.IntN(3) == 0 {
				text = strings.TrimRight(text, "\r\n")
			}
			files[[]string{"a.yaml", "deep/er/b.yml", "calendar/c-0-0.yaml"}[f]] = text
		}
		empty, _ := blueprint.NewSet(reg, nil, 0)
		one := applied(t, empty, files)
		first := blueprint.Export(one)
		two := applied(t, one, first)
		second := blueprint.Export(two)
		if !maps.Equal(first, second) {
			t.Fatalf("round %d: exported twice, different:\n%q\n%q", round, first, second)
		}
		for _, e := range one.Entries() {
			if after, _ := two.Entry(e.Kind, e.Name); after.Version != e.Version || after.Text != e.Text {
				t.Fatalf("round %d: %s changed on the way: %q to %q", round, e.Key(), e.Text, after.Text)
			}
		}
		for path := range files {
			if strings.Count(files[path], "\r\n") == 0 && first[path] == "" {
				t.Errorf("round %d: %s is not exported to its place: %q", round, path, slices.Sorted(maps.Keys(first)))
			}
		}
	}
}

func TestExportTrustsNoPath(t *testing.T) {
	reg := registry(t)
	docs, _ := blueprint.ParseFile("x.yaml", "kind: calendar\nname: c\ntitle: T\ntime_zone: UTC\nhours: {}\n")
	for _, path := range []string{"../up.yaml", "/etc/x.yaml", "a/../../b.yaml", ".hidden/x.yaml", "x.txt", `a\b.yaml`, ".yaml", ""} {
		e := blueprint.Entry{ID: 1, Version: 1, Kind: "calendar", Name: "c", Text: docs[0].Text, Path: path, Line: 1}
		set, _ := blueprint.NewSet(reg, []blueprint.Entry{e}, 1)
		if got := blueprint.Export(set); len(got) != 1 || got["calendar/c.yaml"] == "" {
			t.Errorf("%q is exported to %v", path, slices.Sorted(maps.Keys(got)))
		}
	}
}
