package field_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"steward/internal/blueprint"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/rule"
)

// declared are the fields of these tests, with ids from 1 in the order of their names.
const declared = `kind: field
name: a-box
key: box
on: ticket
type: checkbox
---
kind: field
name: b-day
key: day
on: ticket
type: date
---
kind: field
name: c-ratio
key: ratio
on: ticket
type: decimal
min: -1
max: 1
---
kind: field
name: d-seats
key: seats
title: Seats
on: ticket
type: integer
min: 0
see: everyone
edit: everyone
---
kind: field
name: e-build
key: build
on: ticket
type: regexp
pattern: '\d+\.\d+'
---
kind: field
name: f-line
key: line
on: ticket
type: text
max: 10
---
kind: field
name: g-long
key: long
on: ticket
type: textarea
---
kind: field
name: h-severity
key: severity
title: Severity
on: ticket
type: dropdown
options: [s1, s2, europe::france]
default: s2
---
kind: field
name: i-areas
key: areas
on: ticket
type: multiselect
options: [web, api, mail]
max: 2
---
kind: field
name: j-account
key: account
on: ticket
type: lookup
to: organization
see: everyone
---
kind: field
name: k-must
key: must
on: ticket
type: text
required: true
`

func schema(t testing.TB, text string) *field.Schema {
	t.Helper()
	reg := blueprint.NewRegistry()
	field.Register(reg)
	docs, findings := blueprint.ParseFile("fields.yaml", titled(text))
	var entries []blueprint.Entry
	for i, d := range docs {
		entries = append(entries, blueprint.Entry{ID: int64(i + 1), Version: 1, Kind: d.Kind, Name: d.Name, Title: d.Title, Text: d.Text})
	}
	set, more := blueprint.NewSet(reg, entries, 1)
	for _, f := range append(findings, more...) {
		if f.Severity == blueprint.Error {
			t.Fatal(f)
		}
	}
	return field.FromSet(set)
}

var untitled = regexp.MustCompile(`(?m)^name: (.*)\n(key: .*\n)?(on|match|type)`)

// titled gives every document without a title its name.
func titled(text string) string { return untitled.ReplaceAllString(text, "name: $1\ntitle: $1\n$2$3") }

// given reads attributes as a request carries them.
func given(t testing.TB, text string) (in map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestValuesAreTakenOrRefusedWithWhatIsAccepted(t *testing.T) {
	s := schema(t, declared)
	for in, want := range map[string]string{
		`{"box": true}`:                          `{"1":true}`,
		`{"box": "yes"}`:                         `attributes.box: a-box takes true or false, not the text "yes".`,
		`{"day": "2026-03-09"}`:                  `{"2":"2026-03-09"}`,
		`{"day": "9 March"}`:                     `takes a date such as 2026-03-09`,
		`{"day": "2026-02-30"}`:                  `takes a date`,
		`{"day": "0001-01-01"}`:                  `from 1700 to 2250`,
		`{"ratio": 0.25}`:                        `{"3":0.25}`,
		`{"ratio": 2}`:                           `c-ratio takes a number, -1 to 1; this has 2.`,
		`{"seats": 7}`:                           `{"4":7}`,
		`{"seats": 7.5}`:                         `Seats takes a whole number, at least 0, not a number.`,
		`{"seats": -1}`:                          `at least 0`,
		`{"seats": 1e300}`:                       `takes a whole number`,
		`{"seats": "7"}`:                         `not the text "7"`,
		`{"build": "18.4"}`:                      `{"5":"18.4"}`,
		`{"build": "18.4 "}`:                     `takes a text like \d+\.\d+`,
		`{"line": "ten chars!"}`:                 `{"6":"ten chars!"}`,
		`{"line": "eleven chars"}`:               `at most 10 characters`,
		`{"line": "a\nb"}`:                       `line breaks`,
		`{"line": "a\u0000b"}`:                   `control characters`,
		`{"line": ""}`:                           `{"6":""}`,
		`{"long": "a\nb 🎉"}`:                     `{"7":"a\nb 🎉"}`,
		`{"severity": "s1"}`:                     `{"8":"s1"}`,
		`{"severity": "europe::france"}`:         `{"8":"europe::france"}`,
		`{"severity": "s11"}`:                    `Severity has no option "s11". Did you mean "s1"?`,
		`{"severity": ""}`:                       `an empty text (null takes the value away)`,
		`{"severity": ["s1"]}`:                   `not this list`,
		`{"areas": ["mail", "web", "mail"]}`:     `takes`,
		`{"areas": ["mail", "web"]}`:             `{"9":["web","mail"]}`,
		`{"areas": []}`:                          `{"9":[]}`,
		`{"areas": ["fax"]}`:                     `has no option "fax"`,
		`{"areas": [1]}`:                         `not this list`,
		`{"account": 12}`:                        `{"10":12}`,
		`{"account": 0}`:                         `the id of a organization`,
		`{"sevrity": "s1"}`:                      `There is no field "sevrity" for a ticket. Did you mean "severity"?`,
		`{"box": {"a": 1}}`:                      `not an object`,
		`{"box": 1, "seats": "x", "nowhere": 1}`: `3 attributes cannot be set.`,
	} {
		full := given(t, in)
		full["must"] = "here"
		v, err := s.Change("ticket", nil, full, true)
		if err != nil {
			if f := fault.As(err); f == nil || f.Code != fault.Invalid || !strings.Contains(err.Error()+" "+f.Details[0].Field+": "+f.Details[0].Message+f.Details[0].Accepted, want) {
				t.Errorf("%s: %v, want %s", in, err, want)
			}
			continue
		}
		delete(v, "11")
		if got, _ := v.Encode(); got != want {
			t.Errorf("%s is stored as %s, want %s", in, got, want)
		}
	}
}

func TestMissingNullAndEmptyAreThreeThings(t *testing.T) {
	s := schema(t, declared)
	change := func(v field.Values, in string) field.Values {
		t.Helper()
		v, err := s.Change("ticket", v, given(t, in), true)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := change(nil, `{"must": "x", "line": "text", "seats": 3, "areas": ["web"]}`)
	v = change(v, `{"seats": null, "line": "", "areas": []}`)
	if diff := cmp.Diff(map[string]any{"must": "x", "line": "", "areas": []any{}}, s.Show("ticket", v, true)); diff != "" {
		t.Error(diff)
	}
	env, err := rule.New("ticket", rule.Field{Path: "ticket.attributes", Type: rule.Attributes})
	if err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string]bool{`has(ticket.attributes.seats)`: false, `has(ticket.attributes.line)`: true, `ticket.attributes.line == ""`: true,
		`size(ticket.attributes.areas) == 0`: true, `ticket.attributes.seats < 5`: false} {
		p, err := rule.Compile(env, src)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := p.Eval(rule.Vars{"ticket": map[string]any{"attributes": s.Vars("ticket", v)}}); got != want {
			t.Errorf("%s is %v", src, got)
		}
	}
	if _, err := s.Change("ticket", v, given(t, `{"must": null}`), true); err == nil || !strings.Contains(err.Error(), "must be filled") {
		t.Errorf("a required field was cleared: %v", err)
	}
	if _, err := s.Change("ticket", nil, given(t, `{"seats": 1}`), true); err == nil || !strings.Contains(err.Error(), "must be filled") {
		t.Errorf("a required field was left empty: %v", err)
	}
	if v, err := s.Change("ticket", nil, nil, true); err != nil || v != nil {
		t.Errorf("a change of nothing asks for required fields: %v %v", v, err)
	}
}

func TestCustomersSeeAndSetWhatIsTheirs(t *testing.T) {
	s := schema(t, declared)
	v, err := s.Change("ticket", nil, given(t, `{"must": "x", "seats": 3, "account": 9, "severity": "s1"}`), true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"seats": 3.0, "account": 9.0}, s.Show("ticket", v, false)); diff != "" {
		t.Error(diff)
	}
	for in, want := range map[string]string{`{"seats": 4}`: "", `{"account": 4}`: "is set by the people you asked", `{"severity": "s2"}`: `There is no field "severity"`} {
		_, err := s.Change("ticket", v, given(t, in), false)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s by a customer: %v", in, err)
		}
	}
}

func TestValuesFromBeforeFieldsWereDeclaredStayReadable(t *testing.T) {
	s := schema(t, declared)
	v := field.Values{"severity": "s1", "seats": "many", "old_name": []any{"a"}, "77": "of a retired field"}
	if diff := cmp.Diff(map[string]any{"severity": "s1", "seats": "many", "old_name": []any{"a"}}, s.Show("ticket", v, true)); diff != "" {
		t.Error(diff)
	}
	if got := s.Vars("ticket", v); got["old_name"] == nil || got["severity"] != "s1" {
		t.Errorf("conditions see %v", got)
	}
	v, err := s.Change("ticket", v, given(t, `{"must": "x", "old_name": ["a"]}`), true)
	if err != nil {
		t.Fatalf("sending back what was there: %v", err)
	}
	if got, _ := v.Encode(); got != `{"11":"x","77":"of a retired field","8":"s1","old_name":["a"],"seats":"many"}` {
		t.Errorf("stored as %s", got)
	}
	if _, err := s.Change("ticket", v, given(t, `{"old_name": "b"}`), true); err == nil {
		t.Error("an undeclared name was set")
	}
	if v, err = s.Change("ticket", v, given(t, `{"old_name": null}`), true); err != nil || v["old_name"] != nil {
		t.Errorf("an undeclared name cannot be taken away: %v", err)
	}
}

func TestRenamesKeepValues(t *testing.T) {
	v, err := schema(t, declared).Change("ticket", nil, given(t, `{"must": "x", "severity": "s1"}`), true)
	if err != nil {
		t.Fatal(err)
	}
	renamed := schema(t, strings.Replace(declared, "key: severity", "key: urgency", 1))
	if got := renamed.Show("ticket", v, true); got["urgency"] != "s1" || got["severity"] != nil {
		t.Errorf("after the rename: %v", got)
	}
}

func TestEventsCarryValuesAndNoFreeText(t *testing.T) {
	s := schema(t, declared)
	open, written := s.Diff("ticket", field.Values{"8": "s1", "6": "old words"}, field.Values{"8": "s2", "6": "new words", "4": 2.0})
	if diff := cmp.Diff(map[string]any{"attributes.severity": []any{"s1", "s2"}, "attributes.seats": []any{nil, 2.0}, "attributes.line": []any{nil, nil}}, open); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"attributes.line": []any{"old words", "new words"}}, written); diff != "" {
		t.Error(diff)
	}
}

func TestHostilePatternsDoNotStall(t *testing.T) {
	s := schema(t, "kind: field\nname: x\non: ticket\ntype: regexp\npattern: '(a+)+b'\n")
	begun := time.Now()
	if _, err := s.Change("ticket", nil, map[string]any{"x": strings.Repeat("a", 900)}, true); err == nil {
		t.Error("it matched")
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestDeclarationsAreChecked(t *testing.T) {
	reg := blueprint.NewRegistry()
	field.Register(reg)
	env, err := rule.New("ticket", rule.Field{Path: "ticket.attributes", Type: rule.Attributes}, rule.Field{Path: "ticket.requester.attributes", Type: rule.Attributes})
	if err != nil {
		t.Fatal(err)
	}
	reg.Subject(env)
	type probe struct {
		Match string `yaml:"match" doc:"Which." format:"cel:ticket"`
	}
	blueprint.Register(reg, blueprint.Kind[probe]{Name: "probe", Title: "Probe", Summary: "For tests.", Example: "kind: probe\nname: p\n"})
	const severity = "kind: field\nname: severity\non: ticket\ntype: dropdown\noptions: [s1, s2]\n---\n"
	for text, want := range map[string]string{
		"kind: field\nname: x\non: ticket\ntype: dropdown\n":                                                        "5:1: error: A dropdown needs options to choose from.",
		"kind: field\nname: x\non: ticket\ntype: text\noptions: [a]\n":                                              "Only a dropdown or a multiselect has options",
		"kind: field\nname: x\non: ticket\ntype: dropdown\noptions: [a, b, a]\n":                                    `is an option already, as number 1`,
		"kind: field\nname: x\non: ticket\ntype: regexp\npattern: '('\n":                                            "This is no regular expression (RE2): missing closing )",
		"kind: field\nname: x\non: ticket\ntype: text\npattern: a\n":                                                "of type regexp, and no other, has a pattern",
		"kind: field\nname: x\non: ticket\ntype: lookup\n":                                                          "says with to: what it points to",
		"kind: field\nname: x\non: ticket\ntype: integer\nmin: 5\nmax: 1\n":                                         "so no value could be set",
		"kind: field\nname: x\non: ticket\ntype: checkbox\nmin: 5\n":                                                "have no min and max",
		"kind: field\nname: x\non: ticket\ntype: textarea\nindexed: true\n":                                         "Long texts cannot be indexed",
		"kind: field\nname: x\non: ticket\ntype: integer\ndefault: many\n":                                          "not the text \"many\"",
		"kind: field\nname: x\non: ticket\ntype: text\nedit: everyone\n":                                            "add see: everyone",
		"kind: field\nname: 12\non: ticket\ntype: text\n":                                                           "needs a letter",
		"kind: field\nname: a-b\non: ticket\ntype: text\n":                                                          `note: Conditions read this field as ticket.attributes["a-b"]. With key: a_b they read ticket.attributes.a_b.`,
		"kind: field\nname: x\non: ticket\ntype: text\n---\nkind: field\nname: y\nkey: x\non: ticket\ntype: text\n": "Give one of them another key",
		severity + "kind: probe\nname: p\nmatch: ticket.attributes.severty == \"s1\"\n":                             `11:8: warning: No field of a ticket is called "severty". Did you mean "severity"?`,
		severity + "kind: probe\nname: p\nmatch: ticket.attributes.severity in [\"s1\", \"s9\"]\n":                  `11:45: warning: severity has no option "s9". Did you mean "s1"? It is one of s1, s2.`,
		severity + "kind: probe\nname: p\nmatch: '\"x\" == ticket.requester.attributes.severity'\n":                 `No field of a person is called "severity".`,
	} {
		docs, findings := blueprint.ParseFile("f.yaml", titled(text))
		_, more := blueprint.Compile(reg, docs)
		if all := fmt.Sprint(append(findings, more...)); !strings.Contains(all, want) {
			t.Errorf("%s\n%s\nwant %s", text, all, want)
		}
	}
}
