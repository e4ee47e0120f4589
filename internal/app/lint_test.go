package app_test

import (
	"strings"
	"testing"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/starter"
)

// What every kind finds wrong, and where.
func TestLintOfEveryKindSaysWhere(t *testing.T) {
	const text = `kind: calendar
name: never
title: Never
time_zone: UTC
hours: {}
---
kind: calendar
name: office
title: Office
time_zone: UTC
hours: { mon: [["09:00", "17:00"]] }
holidays: [2026-12-25]
---
kind: sla
name: one
title: One
order: 1
match: ticket.team in ["experts", "support"]
targets:
  - { metric: first_reply, priority: low, within: 1h, calendar: office }
  - { metric: first_reply, priority: urgent, within: 2h, calendar: office }
  - { metric: next_reply, priority: low, within: 1h, calendar: never }
---
kind: sla
name: two
title: Two
order: 2
match: ticket.team == "experts" && ticket.priority == "high"
targets: []
---
kind: sla
name: three
title: Three
order: 3
match: >-
  ticket.team == "x"
targets: []
---
kind: sla
name: four
title: Four
order: 4
match: ticket.team == "y" && ticket.team == "z"
targets: []
---
kind: team
name: experts
title: Experts
email: experts@company.example
---
kind: team
name: support
title: experts
email: Experts@company.example
---
kind: mailbox
name: box
title: Box
address: box@company.example
aliases: [a@company.example, Box@company.example]
---
kind: role
name: odd
title: Odd
grants:
  - { actions: [read, raed], kinds: [ticket, tikcet], scope: all }
  - { actions: [read], kinds: [ticket], scope: own }
  - { actions: [], kinds: [ticket], scope: own }
---
kind: template
name: words
title: Words
subject: Hello {{ Requester }}
body: Write to {{nobody}} or {{
---
kind: survey
name: ask
title: Ask
after: 1h
expires: 2h
question: Well?
low_label: Same
high_label: same
template: words
---
kind: indicator
name: share
title: Share
verb: survey
counts: event.data.score == 7
good: event.data.score >= 5
formula: All of them
---
kind: view
name: first
title: First
default: true
tag: Two Words
status: [open, open]
---
kind: view
name: second
title: Second
default: true
---
kind: policy
name: watch
title: Watch
covers: [slaa, { kind: sla, names: [gone-*] }]
criticality: C1
roles: [odd]
freeze: [{ from: 2026-02-01, until: 2026-01-01 }]
---
kind: sla
name: five
title: Five
order: 5
match: ticket.priority == "urgent" && ticket.team == "five"
targets:
  - { metric: next_reply, priority: urgent, within: 4h, calendar: office }
  - { metric: requester_wait, priority: urgent, within: 9h, calendar: office }
  - { metric: total_resolution, priority: urgent, within: 8h, calendar: office }
---
kind: sla
name: six
title: Six
order: 6
match: ticket.team == "six"
pause: [hold]
targets:
  - { metric: agent_work, priority: urgent, within: 9h, calendar: office }
`
	docs, findings := blueprint.ParseFile("all.yaml", text)
	_, more := blueprint.Compile(app.NewRegistry(), docs)
	var got []string
	for _, f := range append(findings, more...) {
		got = append(got, f.String())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"all.yaml:5:1: warning: The calendar is never open",
		"all.yaml:21:46: warning: First reply takes longer at urgent priority than at low (1h).",
		"all.yaml:22:54: warning: The calendar never is never open",
		"all.yaml:28:1: warning: The policy one comes first and holds for all of these tickets",
		"all.yaml:43:30: warning: This condition never holds: ticket.team cannot be this",
		"all.yaml:53:1: warning: The team experts has the same title",
		"all.yaml:60:30: warning: Box@company.example is an address of this mailbox already",
		`all.yaml:66:23: warning: Nothing asks for "raed". Did you mean "read"?`,
		`all.yaml:66:46: warning: Nothing asks for "tikcet". Did you mean "ticket"?`,
		"all.yaml:67:5: warning: An earlier grant allows to read ticket already",
		"all.yaml:68:7: warning: A grant without actions allows nothing",
		"all.yaml:73:1: warning: {{ Requester }} stays in the mail as it is. Write {{requester}}.",
		"all.yaml:74:1: warning: A placeholder is a name in double braces",
		"all.yaml:83:1: warning: 1 and 7 mean the same",
		"all.yaml:84:1: warning: The template words has no {{link}}",
		"all.yaml:84:1: warning: The template words uses {{nobody}}",
		`all.yaml:89:1: warning: "survey" is not an event`,
		"all.yaml:91:1: warning: Everything that counts is good",
		"all.yaml:97:1: warning: The view second opens first too",
		`all.yaml:98:1: warning: No ticket can have the tag "Two Words"`,
		"all.yaml:99:16: warning: open is in the list already",
		`all.yaml:109:10: error: There is no kind "slaa". Did you mean "sla"?`,
		"all.yaml:109:37: note: No sla has such a name now",
		"all.yaml:111:1: warning: Roles can be changed without approval",
		"all.yaml:112:30: error: It ends before it begins",
		"all.yaml:120:5: warning: At urgent priority the next reply is promised and the first is not",
		"all.yaml:121:49: warning: At urgent priority the requester wait (9h) is promised after the total resolution (8h)",
		"all.yaml:119:1: warning: Total resolution has no target at low priority",
		"all.yaml:129:1: note: The states under pause hold for replies",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("not found: %s", want)
		}
	}
	if t.Failed() {
		t.Log("\n" + all)
	}
}

// Nobody who begins with our texts is told off about them.
func TestStarterTextsLintClean(t *testing.T) {
	docs, findings, err := blueprint.ParseFolder(starter.Minimal())
	kit, more, kitErr := blueprint.ParseFolder(starter.Kit())
	if err != nil || kitErr != nil {
		t.Fatal(err, kitErr)
	}
	seen := map[blueprint.Key]int{}
	var all []blueprint.Document
	for _, d := range append(docs, kit...) {
		k := blueprint.Key{Kind: d.Kind, Name: d.Name}
		if i, twice := seen[k]; twice {
			all[i] = d
			continue
		}
		seen[k] = len(all)
		all = append(all, d)
	}
	_, compiled := blueprint.Compile(app.NewRegistry(), all)
	for _, f := range append(append(findings, more...), compiled...) {
		if f.Severity != blueprint.Note {
			t.Error(f)
		}
	}
}
