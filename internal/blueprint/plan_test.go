package blueprint_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"steward/internal/blueprint"
	"steward/internal/lang"
	"steward/internal/rule"
)

var update = flag.Bool("update", false, "write golden files instead of comparing")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", path, diff)
	}
}

// plan plans files against a set and renders it.
func plan(t *testing.T, set *blueprint.Set, o blueprint.Options, files ...string) (blueprint.Plan, string) {
	t.Helper()
	var docs []blueprint.Document
	var findings []blueprint.Finding
	for i := 0; i < len(files); i += 2 {
		more, found := blueprint.ParseFile(files[i], files[i+1])
		docs, findings = append(docs, more...), append(findings, found...)
	}
	p := set.Plan(docs, findings, o)
	var out bytes.Buffer
	if err := blueprint.Render(&out, p); err != nil {
		t.Fatal(err)
	}
	return p, out.String()
}

func TestPlanShowsEveryAction(t *testing.T) {
	reg := registry(t)
	set := stored(t, reg, "premium.yaml", premium, "calendars.yaml", calendars, "s.yaml", slaExample, "o.yaml", office,
		"gone.yaml", strings.Replace(slaExample, "name: standard", "name: legacy", 1))
	entries := set.Entries()
	for i := range entries {
		entries[i].Drifted = entries[i].Name == "office-hours"
	}
	set, _ = blueprint.NewSet(reg, entries, 7)

	changed := strings.Replace(premium, "within: 4h", "within: 2h", 1)
	changed = strings.Replace(changed, "  - { metric: first_reply, priority: low,    within: 24h, calendar: follow-the-sun }\n", "", 1)
	changed = strings.Replace(changed, "title: Premium support", "title: Premium", 1) + "pause: [pending]\n"
	p, out := plan(t, set, blueprint.Options{Prune: true}, "premium.yaml", changed,
		"calendars.yaml", strings.Replace(calendars, "# Two calendars", "# Both calendars", 1),
		"office.yaml", strings.Replace(office, "17:00", "17:30", 1),
		"standard.yaml", slaExample,
		"gold.yaml", strings.Replace(premium, "name: premium\ntitle: Premium support", "name: gold\ntitle: Gold support", 1))
	golden(t, "plan.txt", out)
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json", string(text)+"\n")

	if p.Next().Generation() != 8 || p.HasErrors() {
		t.Errorf("generation %d, errors %v", p.Next().Generation(), p.HasErrors())
	}
	for name, want := range map[string]blueprint.Entry{
		"premium": {ID: 4, Version: 4}, "gold": {ID: 0, Version: 1}, "legacy": {ID: 3 + 2, Version: 3, Retired: true}, "standard": {ID: 6, Version: 3},
	} {
		got, ok := p.Next().Entry("sla", name)
		if old, had := set.Entry("sla", name); had {
			want.ID = old.ID
		}
		if !ok || got.ID != want.ID || got.Version != want.Version || got.Retired != want.Retired || got.Drifted {
			t.Errorf("next %s: %+v, want id %d, version %d, retired %v, not drifted", name, got, want.ID, want.Version, want.Retired)
		}
	}
}

const office = `kind: calendar
name: office-hours
title: Office hours
time_zone: Europe/Amsterdam
hours: { mon: [["09:00", "17:00"]] }
`

func TestPlanWithoutDocumentsChangesNothing(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	p, out := plan(t, set, blueprint.Options{})
	if p.Changed() || out != "0 added, 0 changed, 0 removed, 3 unchanged, 0 drifted\n" {
		t.Error(out)
	}
}

func TestPlanOfTheSameTextsIsUnchanged(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	p, out := plan(t, set, blueprint.Options{Prune: true}, "other/place.yaml", calendars, "p.yaml", premium)
	if p.Changed() || p.Counts.Unchanged != 3 {
		t.Error(out)
	}
}

func TestCommentOnlyChangeHasNoFields(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	_, out := plan(t, set, blueprint.Options{}, "premium.yaml", strings.Replace(premium, "section 4", "section 5", 1))
	want := "~ sla/premium  Premium support, version 3 to 4\n    only comments or layout\n\n0 added, 1 changed, 0 removed, 2 unchanged, 0 drifted\n"
	if out != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

func TestRenameKeepsTheBlueprintsIdentity(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	renamed := strings.Replace(premium, "name: premium", "name: gold\nwas: premium", 1)
	p, out := plan(t, set, blueprint.Options{Prune: true}, "p.yaml", renamed, "calendars.yaml", calendars)
	want := "~ sla/gold  Premium support, version 3 to 4\n    ~ name: premium → gold\n\n0 added, 1 changed, 0 removed, 2 unchanged, 0 drifted\n"
	if out != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
	before, _ := set.Entry("sla", "premium")
	after, _ := p.Next().Entry("sla", "gold")
	if after.ID != before.ID || after.Version != 4 {
		t.Errorf("id %d version %d, want id %d version 4", after.ID, after.Version, before.ID)
	}
	if _, still := p.Next().Entry("sla", "premium"); still {
		t.Error("the old name is still there")
	}
	// Applied, the same text plans as unchanged.
	again := p.Next().Plan(parse(t, "p.yaml", renamed, "calendars.yaml", calendars), nil, blueprint.Options{Prune: true})
	if again.Changed() {
		t.Errorf("planned again it changes: %+v", again.Counts)
	}
}

func TestRenameWithoutSayingSoIsNoted(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	_, out := plan(t, set, blueprint.Options{Prune: true}, "p.yaml", strings.Replace(premium, "name: premium", "name: gold", 1), "calendars.yaml", calendars)
	for _, want := range []string{"+ sla/gold", "- sla/premium", `p.yaml:3:1: note: This looks like sla/premium under a new name. Add "was: premium" and it keeps its history.`} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}

func TestRenameOntoAnExistingNameIsRefused(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars, "s.yaml", slaExample, "o.yaml", office)
	p, out := plan(t, set, blueprint.Options{}, "p.yaml", strings.Replace(premium, "name: premium", "name: standard\nwas: premium", 1))
	if !p.HasErrors() || !strings.Contains(out, "p.yaml:4:1: error: sla/premium and sla/standard both exist") {
		t.Error(out)
	}
}

func TestRemovingWhatIsUsedIsAnError(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	_, out := plan(t, set, blueprint.Options{Prune: true}, "premium.yaml", premium)
	for _, want := range []string{"- calendar/around-the-clock", `premium.yaml:7:69: error: The calendar "around-the-clock" is retired.`} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}

func TestDriftIsAFolderOverwritingAnEditOnTheScreen(t *testing.T) {
	reg := registry(t)
	entries := stored(t, reg, "premium.yaml", premium, "calendars.yaml", calendars).Entries()
	for i := range entries {
		entries[i].Drifted = true
	}
	set, _ := blueprint.NewSet(reg, entries, 7)
	edited := strings.Replace(premium, "within: 4h", "within: 2h", 1)
	if p, out := plan(t, set, blueprint.Options{}, "premium.yaml", edited); p.Counts.Drifted != 1 || !strings.Contains(out, "! sla/premium") || !strings.Contains(out, "    ~ targets[1].within: 4h → 2h") {
		t.Error(out)
	}
	if p, out := plan(t, set, blueprint.Options{}, "premium.yaml", premium); p.Changed() {
		t.Errorf("a folder that has the edit drifts no more:\n%s", out)
	}
	p, out := plan(t, set, blueprint.Options{Screen: true}, "premium.yaml", edited)
	if p.Counts.Changed != 1 || p.Counts.Drifted != 0 {
		t.Errorf("another edit on the screen overwrites nothing:\n%s", out)
	}
	if e, _ := p.Next().Entry("sla", "premium"); !e.Drifted {
		t.Error("an edit on the screen drifts from the folder")
	}
}

func TestAddingARetiredBlueprintContinuesIt(t *testing.T) {
	reg := registry(t)
	entries := stored(t, reg, "premium.yaml", premium, "calendars.yaml", calendars).Entries()
	entries[2].Retired = true
	set, _ := blueprint.NewSet(reg, entries, 7)
	p, out := plan(t, set, blueprint.Options{}, "p.yaml", premium)
	if e, _ := p.Next().Entry("sla", "premium"); p.Counts.Added != 1 || e.ID != entries[2].ID || e.Version != 4 || e.Retired {
		t.Errorf("%+v\n%s", e, out)
	}
}

func TestFieldDifferencesAlignLists(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	line := func(s string) string { return "  - { metric: " + s + ", calendar: follow-the-sun }\n" }
	moved := strings.Replace(premium, "targets:\n", "targets:\n"+line("next_reply, priority: low, within: 48h"), 1)
	moved = strings.Replace(moved, "priority: normal, within: 8h", "priority: normal, within: 480m", 1) // the same length of time
	moved = strings.Replace(moved, "within: 24h", "within: 25h", 1)
	p, _ := plan(t, set, blueprint.Options{}, "p.yaml", moved)
	var got []string
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			got = append(got, f.Path)
		}
	}
	if diff := cmp.Diff([]string{"targets[0]", "targets[4].within"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestExportRoundTripsByteForByte(t *testing.T) {
	reg := registry(t)
	set := stored(t, reg, "premium.yaml", premium, "calendars.yaml", calendars)
	first := blueprint.Export(set)
	if first["sla/premium.yaml"] != premium {
		t.Errorf("a file of one document comes back as it was:\n%s", cmp.Diff(premium, first["sla/premium.yaml"]))
	}
	var files []string
	for path, text := range first {
		files = append(files, path, text)
	}
	again, findings := blueprint.Compile(reg, parse(t, files...))
	if len(findings) > 0 {
		t.Fatal(text(findings))
	}
	if diff := cmp.Diff(first, blueprint.Export(again)); diff != "" {
		t.Errorf("-first +again:\n%s", diff)
	}
	p, out := plan(t, set, blueprint.Options{Prune: true}, files...)
	if p.Changed() {
		t.Errorf("applying an export changes something:\n%s", out)
	}
}

func TestFindingsAreJSONWithNulls(t *testing.T) {
	got, err := json.Marshal(blueprint.Finding{Severity: blueprint.Warning, Message: "m", Line: 3})
	want := `{"severity":"warning","kind":null,"name":null,"path":null,"line":3,"column":null,"message":"m","suggestion":null}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestRenderShowsExpressionsAsWritten(t *testing.T) {
	set := stored(t, registry(t), "s.yaml", slaExample, "o.yaml", office)
	_, out := plan(t, set, blueprint.Options{}, "s.yaml", strings.Replace(slaExample, `"true"`, `ticket.priority == "low" && true`, 1))
	if want := "    ~ match: true → ticket.priority == \"low\" && true\n"; !strings.Contains(out, want) {
		t.Errorf("want %q in\n%s", want, out)
	}
}

func BenchmarkNewSet(b *testing.B) {
	reg := registry(b)
	entries := stored(b, reg, "premium.yaml", premium, "calendars.yaml", calendars).Entries()
	for b.Loop() {
		if set, _ := blueprint.NewSet(reg, entries, 1); set == nil {
			b.Fatal("no set")
		}
	}
}

func TestOneBlueprintIsTakenOutOfUseByName(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	files := []blueprint.File{{Path: "premium.yaml", Remove: "sla/premium"}}
	docs, findings := blueprint.ParseFiles(files)
	p := set.Plan(docs, findings, blueprint.Options{Screen: true})
	if p.HasErrors() || p.Counts.Removed != 1 || p.Counts.Unchanged != 2 {
		t.Errorf("removing a policy that nothing names: %+v, %v", p.Counts, p.Findings)
	}
	if e, ok := p.Next().Entry("sla", "premium"); !ok || !e.Retired {
		t.Errorf("the policy after it: %+v", e)
	}
	if again, _ := blueprint.ParseFiles(blueprint.FilesOf(docs)); len(again) != 1 || !again[0].Removed || again[0].Name != "premium" {
		t.Errorf("kept with a change request and read again: %+v", again)
	}
	docs, findings = blueprint.ParseFiles([]blueprint.File{{Remove: "calendar/follow-the-sun"}})
	if p = set.Plan(docs, findings, blueprint.Options{Screen: true}); !p.HasErrors() || p.Findings[0].Name != "premium" {
		t.Errorf("removing a calendar that a policy names: %v", p.Findings)
	}
	docs, findings = blueprint.ParseFiles([]blueprint.File{{Remove: "sla/nobody"}})
	if p = set.Plan(docs, findings, blueprint.Options{Screen: true}); !p.HasErrors() {
		t.Error("what is not there was removed")
	}
}

func TestMeaningsSayConditionsInPlainWords(t *testing.T) {
	docs, _ := blueprint.ParseFile("premium.yaml", premium)
	got := registry(t).Meanings(docs, rule.Voice{})
	if len(got) != 1 || got[0].Field != "match" || len(got[0].Says) != 1 || got[0].Says[0] != "Plan is premium or ultimate" {
		t.Errorf("%+v", got)
	}
}

func TestFindingsAreSaidInALanguage(t *testing.T) {
	docs, findings := blueprint.ParseFile("premium.yaml", strings.Replace(premium, "match:", "matsch:", 1))
	_, more := blueprint.Compile(registry(t), docs)
	found := append(findings, more...)
	german := blueprint.In(lang.Of("de"), found)
	for i, f := range found {
		if strings.Contains(f.Message, "matsch") {
			if want := `Hier gibt es kein Feld "matsch". Meinten Sie „match“?`; german[i].Message != want || f.Message != `There is no field "matsch" here. Did you mean "match"?` {
				t.Errorf("%q, in German %q", f.Message, german[i].Message)
			}
			return
		}
	}
	t.Errorf("found %v", found)
}
