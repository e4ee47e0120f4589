package score_test

import (
	"strings"
	"testing"

	"steward/internal/blueprint"
)

// told reports whether a finding stands on a line that contains at and says what.
func told(text string, findings []blueprint.Finding, at, what string) bool {
	lines := strings.Split(text, "\n")
	for _, f := range findings {
		if f.Line > 0 && strings.Contains(lines[f.Line-1], at) && strings.Contains(f.Message, what) {
			return true
		}
	}
	return false
}

func TestLintFindsTheSixContradictionsOfThePublishedRubric(t *testing.T) {
	text := file(t, "testdata/published.yaml")
	_, findings := compiled(t, text)
	for what, want := range map[string][2]string{
		"1 bands of two pages":         {"score_bands:", "50 is red for DevSecOps and yellow for the whole score"},
		"1 nothing from 49 to 50":      {"bands:", "no band holds at score between 49 and 50"},
		"2 five tickets":               {"value >= 5 && value <= 15", "green and yellow hold at value 5."},
		"2 fifteen tickets":            {"value >= 15", "yellow and red hold at value 15."},
		"2 no tickets":                 {"bands:", "no band holds at value 0."},
		"3 one condition, two colours": {`value in ["draft", "with_objectives"]`, `green and yellow hold at value "with_objectives"`},
		"4 the first two months":       {"bands:", "no band holds at any value, when account.age_days is 0"},
		"4 six months twice":           {"value >= 0.10 && value <= 0.50 && account.age_days >= 60", ""},
		"4 half to 51 percent":         {"bands:", "no band holds at value between 0.5 and 0.51"},
		"4 overlap at six months":      {"when: >-", "when account.age_days is 180"},
		"5 time to value of scm":       {"reached: value >= 0.40", "reached at other values than it is green, such as between 0.33 and 0.4"},
		"5 time to value of ci":        {"reached: value >= 25", "reached at other values than it is green"},
		"6 rules for instances":        {"instances: latest", "utilisation by primary, engagement by latest"},
		"6 and a third":                {"instances: sum", "ci by sum"},
	} {
		if want[1] != "" && !told(text, findings, want[0], want[1]) {
			t.Errorf("%s: no finding at %q says %q", what, want[0], want[1])
		}
	}
	if t.Failed() {
		t.Logf("findings: %v", findings)
	}
}

func TestLintTellsEverythingAtOnceWithItsPlace(t *testing.T) {
	text := `kind: scorecard
name: broken
title: Broken
bands:
  - { colour: red, when: value < 50 }
  - { colour: yellow, when: value > 50 && value < 75 }
  - { colour: green, when: value >= 74 }
groups:
  - name: one
    weight: 49
    measures:
      - name: nothing
        measure: usage.nothing
        bands: [{ colour: green, when: value > 1 }, { colour: red, when: value <= 1 }]
      - name: divides
        value: measure.usage.billable / 0.0
        bands: [{ colour: green, when: value > 1 }, { colour: red, when: value <= 1 }]
      - name: unknown
        value: measure.usage.nonsense / measure.usage.licences
        bands: [{ colour: green, when: value > 1 }, { colour: red, when: value < 1 }]
      - name: broken
        value: measure.desk.nonsense
        bands: [{ colour: green, when: value > 1 }, { colour: red, when: value <= 1 }]
  - name: two
    weight: 50
    measures:
      - name: tickets
        measure: desk.tickets_30d
        bands: [{ colour: green, when: value < 5 }, { colour: red, when: value >= 4 }]
      - { name: tickets, measure: desk.tickets_30d }
overrides:
  - { name: o, when: 'colours["sentimant"] == "rad"', colour: red }
`
	card, findings := compiled(t, text)
	if card != nil {
		t.Error("a scorecard with errors was compiled")
	}
	for _, want := range [][2]string{
		{"groups:", "The weights sum to 99. They must sum to 100."},
		{"bands:", "There is a gap: no band holds at score 50."},
		{"colour: green, when: value >= 74", "yellow and green hold at score 74 to between 74 and 75"},
		{"usage.nothing", `There is no measure "usage.nothing" of organizations.`},
		{"billable / 0.0", "It divides by zero"},
		{"value: measure.usage.nonsense", `There is no measure "usage.nonsense" of organizations.`},
		{"measure.desk.nonsense", "nonsense"},
		{"value < 1 }]", "no band holds at value 1."},
		{"value >= 4", "green and red hold at value 4."},
		{"name: tickets, measure", `There is a measure "tickets" already`},
		{"name: tickets, measure", "has no bands"},
		{"sentimant", `There is no measure "sentimant" in this scorecard.`},
		{"sentimant", `A colour is red, yellow or green, never "rad".`},
	} {
		if !told(text, findings, want[0], want[1]) {
			t.Errorf("no finding at %q says %q", want[0], want[1])
		}
	}
	if t.Failed() {
		for _, f := range findings {
			t.Log(f)
		}
	}
}

func TestAFormulaThatMayDivideByZeroIsNoted(t *testing.T) {
	text := simple(`value: measure.usage.billable / measure.usage.licences`)
	_, findings := compiled(t, text)
	if !told(text, findings, "measure.usage.licences", "measure.usage.licences may be 0") || blueprint.HasErrors(findings) {
		t.Errorf("findings: %v", findings)
	}
}

// simple is a scorecard of one measure.
func simple(source string) string {
	return `kind: scorecard
name: simple
title: Simple
bands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]
groups:
  - name: all
    measures:
      - name: one
        ` + source + `
        bands: [{ colour: red, when: value < 0.5 }, { colour: yellow, when: value >= 0.5 && value < 0.8 }, { colour: green, when: value >= 0.8 }]
`
}
