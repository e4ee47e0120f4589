package rule_test

import (
	"fmt"
	"testing"
	"time"

	"steward/internal/lang"
	"steward/internal/rule"
)

func TestConditionsNameRecordsAndSpeakTheReadersLanguage(t *testing.T) {
	env, err := rule.New("ticket",
		rule.Field{Path: "ticket.priority", Type: rule.Enum("low", "high", "urgent")},
		rule.Field{Path: "ticket.team", Type: rule.Text, Names: "team"},
		rule.Field{Path: "ticket.created", Type: rule.Time},
		rule.Field{Path: "ticket.entitled", Type: rule.Bool},
		rule.Field{Path: "ticket.organization.name", Type: rule.Text},
		rule.Field{Path: "ticket.attributes", Type: rule.Attributes},
		rule.Field{Path: "now", Type: rule.Time})
	if err != nil {
		t.Fatal(err)
	}
	vars := rule.Vars{"now": noon, "ticket": map[string]any{"priority": "urgent", "team": "emea", "created": noon.Add(-26 * time.Hour), "entitled": true,
		"organization": func() any { return map[string]any{"name": "Harbourline Rail"} },
		"attributes":   map[string]any{"sponsor": int64(7), "rate": 2.5}}}
	known := func(l *lang.Language) rule.Voice {
		return rule.Voice{In: l,
			Called: func(path string, v any) string {
				if path == "ticket.attributes.sponsor" {
					return fmt.Sprintf("Person %v", v)
				}
				return ""
			},
			Title: func(kind, name string) string {
				if kind == "team" && name == "emea" {
					return "Support in Europe"
				}
				return ""
			}}
	}
	bare, english, german := rule.Voice{}, known(lang.English), known(lang.Of("de"))
	for src, want := range map[string][3]string{
		`has(ticket.organization)`:                 {"Organization is set: Harbourline Rail", "Organization is set: Harbourline Rail", "Organisation ist gesetzt: Harbourline Rail"},
		`ticket.organization.name != "Other"`:      {"Organization name is not Other: Harbourline Rail", "Organization name is not Other: Harbourline Rail", "Name (Organisation) ist nicht Other: Harbourline Rail"},
		`ticket.attributes.sponsor in [7, 8]`:      {"Sponsor is 7 or 8: 7", "Sponsor is Person 7 or Person 8: Person 7", "Sponsor ist Person 7 oder Person 8: Person 7"},
		`ticket.team == "emea"`:                    {"Team is emea: emea", "Team is Support in Europe: Support in Europe", "Team ist Support in Europe: Support in Europe"},
		`ticket.team in ["amer", "emea"]`:          {"Team is amer or emea: emea", "Team is amer or Support in Europe: Support in Europe", "Team ist amer oder Support in Europe: Support in Europe"},
		`ticket.priority == "high"`:                {"Priority is high: urgent", "Priority is high: urgent", "Priorität ist Hoch: Dringend"},
		`ticket.attributes.rate >= 2.0`:            {"Rate is at least 2: 2.5", "Rate is at least 2: 2.5", "Rate ist mindestens 2: 2,5"},
		`!ticket.entitled`:                         {"Entitled is no: yes", "Entitled is no: yes", "Berechtigt ist nein: ja"},
		`has(ticket.attributes.partner)`:           {"Partner is set: not set", "Partner is set: not set", "Partner ist gesetzt: nicht gesetzt"},
		`now - ticket.created > duration("4h30m")`: {"Created is more than 4 h 30 min ago: 8 Mar 2026 10:00 UTC", "Created is more than 4 h 30 min ago: 8 Mar 2026 10:00 UTC", "Erstellt ist mehr als 4 Std. 30 Min. her: 8. März 2026, 10:00 UTC"},
	} {
		p, err := rule.Compile(env, src)
		if err != nil {
			t.Fatal(src, err)
		}
		for i, v := range []rule.Voice{bare, english, german} {
			if got := p.Explain(vars, v)[0]; got.Text+": "+got.Value != want[i] {
				t.Errorf("%s: %s: %s; want %s", src, got.Text, got.Value, want[i])
			}
			if got := p.Says(v); len(got) != 1 || got[0] != p.Explain(vars, v)[0].Text {
				t.Errorf("%s says %v", src, got)
			}
		}
	}

	// A decision keeps of a record that it was there, and no more.
	p, _ := rule.Compile(env, `has(ticket.organization)`)
	read, private := p.Read(vars)
	if got := p.Explain(env.Recorded(read, private), bare)[0]; got.Value != "set" || !got.Held {
		t.Errorf("what was recorded: %+v", got)
	}
}
