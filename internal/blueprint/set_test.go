package blueprint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/rule"
)

func TestSetDecodesResolvesAndCompiles(t *testing.T) {
	set := stored(t, registry(t), "premium.yaml", premium, "calendars.yaml", calendars)
	spec, ok := blueprint.Get[sla](set, "premium")
	if !ok || spec.Targets[1] != (slaTarget{"first_reply", "high", blueprint.Duration(4 * time.Hour), "follow-the-sun"}) {
		t.Errorf("got %v %+v", ok, spec)
	}
	p, ok := blueprint.Artifact[policy](set, "sla", "premium")
	if !ok || len(p.calendars) != 4 || p.calendars[0] == nil {
		t.Fatalf("calendars must compile before the policy that uses them: %v %+v", ok, p)
	}
	held, err := p.match.Eval(rule.Vars{"ticket": map[string]any{"organization": map[string]any{"attributes": map[string]any{"plan": "ultimate"}}}})
	if err != nil || !held {
		t.Errorf("the match is %v, %v", held, err)
	}
	var names []string
	for _, c := range blueprint.All[bizcal.Spec](set) {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"around-the-clock", "follow-the-sun"}, names); diff != "" {
		t.Errorf("All (-want +got):\n%s", diff)
	}
	if got := set.UsedBy("calendar", "follow-the-sun"); !cmp.Equal(got, []blueprint.Key{{Kind: "sla", Name: "premium"}}) {
		t.Errorf("UsedBy: %v", got)
	}
	if got := set.Uses("sla", "premium"); len(got) != 2 {
		t.Errorf("Uses: %v", got)
	}
	e, ok := set.ByID(2)
	if !ok || e.Name != "follow-the-sun" || e.Version != 3 || e.Title != "Follow the sun" || set.Generation() != 7 {
		t.Errorf("ByID: %+v %v, generation %d", e, ok, set.Generation())
	}
	cal, _ := bizcal.FromSet(set, "follow-the-sun")
	if name, ok := cal.Holiday(time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)); !ok || name != "New Year" {
		t.Errorf("holiday %q %v", name, ok)
	}
}

func TestFindingsHaveExactPlaces(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(premium, old, new, 1) }
	for name, tc := range map[string]struct{ file, want string }{
		"unknown key":           {change("within: 4h", "wihtin: 4h"), "p.yaml:8:46: error: There is no field \"wihtin\" here. Did you mean \"within\"?"},
		"unknown top key":       {change("targets:", "target:"), "p.yaml:6:1: error: There is no field \"target\" here. Did you mean \"targets\"?"},
		"missing key":           {change("within: 4h,", ""), "p.yaml:8:5: error: within is missing. It is required: Working time that may pass."},
		"mistyped duration":     {change("within: 30m", "within: 30 minuts"), "p.yaml:7:54: error: targets[0].within cannot be \"30 minuts\". Did you mean 30m? Accepted: hours and minutes, such as 30m, 4h or 1h30m."},
		"out of bounds":         {change("within: 30m", "within: 0m"), "p.yaml:7:54: error: \"0m\" is out of bounds. Accepted: at least 1m."},
		"enumeration":           {change("priority: urgent", "priority: urgnt"), "p.yaml:7:38: error: targets[0].priority cannot be \"urgnt\". Did you mean \"urgent\"? Accepted: low, normal, high, urgent."},
		"reference":             {change("calendar: follow-the-sun", "calendar: folow-the-sun"), "p.yaml:8:69: error: There is no calendar \"folow-the-sun\". Did you mean \"follow-the-sun\"?"},
		"unknown kind":          {change("kind: sla", "kind: slo"), "p.yaml:2:7: error: There is no kind \"slo\". Did you mean \"sla\"?"},
		"expression":            {change("ticket.organization", "ticket.organisation"), "p.yaml:5:15: error: ticket has no field \"organisation\". Did you mean \"organization\"?"},
		"expression in a block": {change(`ticket.organization.attributes.plan in`, "|\n    true &&\n    ticket.prioritty in"), "p.yaml:7:12: error: ticket has no field \"prioritty\"."},
		"quoted expression":     {change(`match: ticket.organization.attributes.plan in ["premium", "ultimate"]`, `match: 'ticket.priority == "hihg"'`), "p.yaml:5:28: error: ticket.priority is never \"hihg\". Did you mean \"high\"?"},
		"list wanted":           {change("targets:", "targets: x\nlabels:"), "p.yaml:6:10: error: targets cannot be \"x\". Accepted: a list."},
		"object wanted":         {premium + "  - hello\n", "p.yaml:11:5: error: targets[4] cannot be \"hello\". Accepted: an object with metric"},
		"number wanted":         {premium + "order: first\n", "p.yaml:11:8: error: order cannot be \"first\". Accepted: a whole number."},
		"number too large":      {premium + "order: 2000\n", "p.yaml:11:8: error: \"2000\" is out of bounds. Accepted: at most 1000."},
		"bool wanted":           {premium + "escalate: yes\n", "p.yaml:11:11: error: escalate cannot be \"yes\". Accepted: true or false."},
		"list of enums":         {premium + "pause: [pending, solved]\n", "p.yaml:11:18: error: pause[1] cannot be \"solved\"."},
		"too few":               {change("targets:", "targets: []\nlabels: # "), "p.yaml:6:10: error: a list is out of bounds. Accepted: at least 1 entry."},
		"lint at a key":         {change("priority: high,  ", "priority: urgent,"), "p.yaml:8:28: error: first_reply at urgent priority has two targets."},
		"lint gap":              {change("priority: low,   ", "priority: normal,"), "p.yaml:6:1: warning: first_reply has no target at low priority."},
	} {
		if got := check(t, "p.yaml", tc.file, "c.yaml", calendars); !strings.Contains(got, tc.want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tc.want)
		}
	}
}

func TestTwoBlueprintsOfOneNameAreRefused(t *testing.T) {
	got := check(t, "a.yaml", calendars, "b.yaml", strings.Replace(calendars, "around-the-clock", "other", 1))
	if want := "b.yaml:9:1: error: There are two blueprints calendar/follow-the-sun; the other is at a.yaml:9.\n"; got != want {
		t.Errorf("got %swant %s", got, want)
	}
}

func TestCompileErrorsPointIntoTheDocument(t *testing.T) {
	got := check(t, "c.yaml", strings.Replace(calendars, `tue: [["08:00", "18:00"]]`, `tue: [["08:00", "12:00"], ["12:30", "10:00"]]`, 1))
	if !strings.HasPrefix(got, "c.yaml:14:29: error: tue opens at 12:30 and closes at 10:00.") {
		t.Error(got)
	}
}

func TestCalendarWarnings(t *testing.T) {
	got := check(t, "c.yaml", "kind: calendar\nname: a\ntitle: A\ntime_zone: UTC\nhours: {}\nholidays: [2026-01-01, 2026-01-01]\n")
	for _, want := range []string{"c.yaml:5:1: warning: The calendar is never open", "c.yaml:6:24: warning: 2026-01-01 is a holiday already"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %swant %s", got, want)
		}
	}
}

func TestRetiredBlueprintsCannotBeReferredTo(t *testing.T) {
	reg := registry(t)
	entries := stored(t, reg, "premium.yaml", premium, "calendars.yaml", calendars).Entries()
	entries[0].Retired = true // around-the-clock
	set, findings := blueprint.NewSet(reg, entries, 8)
	if want := "sla/premium.yaml:7:69: error: The calendar \"around-the-clock\" is retired.\n"; text(findings) != want {
		t.Errorf("got %swant %s", text(findings), want)
	}
	if _, ok := blueprint.Get[bizcal.Spec](set, "around-the-clock"); ok {
		t.Error("Get must leave out what is retired")
	}
	if e, ok := set.Entry("calendar", "around-the-clock"); !ok || !e.Retired {
		t.Error("Entry must know what is retired")
	}
}

func TestStoredTextsThatDoNotFitAreKeptAndFound(t *testing.T) {
	set, findings := blueprint.NewSet(registry(t), []blueprint.Entry{
		{ID: 1, Version: 1, Kind: "calendar", Name: "a", Text: "kind: calendar\nname: a\ntitle: A\ncolor: red\n"},
		{ID: 2, Version: 1, Kind: "calendar", Name: "b", Text: "kind: ["},
		{ID: 3, Version: 1, Kind: "calendar", Name: "c", Text: "kind: calendar\nname: d\ntitle: D\n"},
	}, 1)
	if len(set.Entries()) != 3 || len(blueprint.All[bizcal.Spec](set)) != 0 || len(blueprint.Export(set)) != 3 {
		t.Error("all three are listed and exported, none is used")
	}
	got := text(findings)
	for _, want := range []string{"calendar/a.yaml:4:1: error: There is no field \"color\"", "calendar/b.yaml:1:", "calendar/c.yaml: error: The stored text is not this blueprint."} {
		if !strings.Contains(got, want) {
			t.Errorf("got %swant %s", got, want)
		}
	}
}

func TestDecodeReadsAPinnedVersionByItself(t *testing.T) {
	spec, findings := blueprint.Decode[sla](registry(t), blueprint.Entry{Kind: "sla", Name: "premium", Text: premium})
	if len(findings) > 0 || len(spec.Targets) != 4 {
		t.Errorf("%d targets, %s", len(spec.Targets), text(findings))
	}
}

func TestExamplesOfKindsCompile(t *testing.T) {
	if findings := registry(t).CheckExamples(); len(findings) > 0 {
		t.Error(text(findings))
	}
}

func TestRegisterRefusesStructsItCannotDescribe(t *testing.T) {
	type noDoc struct {
		A string `yaml:"a"`
	}
	type noForm struct {
		A chan int `yaml:"a" doc:"x"`
	}
	type clash struct {
		A string `yaml:"name" doc:"x"`
	}
	type badFormat struct {
		A string `yaml:"a" doc:"x" format:"phone"`
	}
	type badBound struct {
		A blueprint.Duration `yaml:"a" doc:"x" min:"soon"`
	}
	refused := func(name string, register func(*blueprint.Registry)) {
		defer func() {
			if recover() == nil {
				t.Errorf("%s was accepted", name)
			}
		}()
		register(blueprint.NewRegistry())
	}
	refused("no doc", func(r *blueprint.Registry) {
		blueprint.Register(r, blueprint.Kind[noDoc]{Name: "x", Title: "x", Summary: "x", Example: "x"})
	})
	refused("no form", func(r *blueprint.Registry) {
		blueprint.Register(r, blueprint.Kind[noForm]{Name: "x", Title: "x", Summary: "x", Example: "x"})
	})
	refused("clash", func(r *blueprint.Registry) {
		blueprint.Register(r, blueprint.Kind[clash]{Name: "x", Title: "x", Summary: "x", Example: "x"})
	})
	refused("format", func(r *blueprint.Registry) {
		blueprint.Register(r, blueprint.Kind[badFormat]{Name: "x", Title: "x", Summary: "x", Example: "x"})
	})
	refused("bound", func(r *blueprint.Registry) {
		blueprint.Register(r, blueprint.Kind[badBound]{Name: "x", Title: "x", Summary: "x", Example: "x"})
	})
	refused("no summary", func(r *blueprint.Registry) {
		blueprint.Register(r, blueprint.Kind[sla]{Name: "x", Title: "x", Example: "x"})
	})
	refused("twice", func(r *blueprint.Registry) { bizcal.Register(r); bizcal.Register(r) })
}
