package blueprint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/rule"
)

// sla is a realistic kind: an expression, references, a list of objects, and a lint for gaps.
type sla struct {
	Match    string            `yaml:"match" required:"true" format:"cel:ticket" doc:"Which tickets it covers."`
	Targets  []slaTarget       `yaml:"targets" required:"true" min:"1" doc:"What is promised."`
	Pause    []string          `yaml:"pause" enum:"pending,hold" doc:"Statuses in which clocks stand still."`
	Order    *int              `yaml:"order" min:"1" max:"1000" doc:"Policies are tried in this order."`
	Escalate bool              `yaml:"escalate" doc:"Whether breaches page somebody."`
	Labels   map[string]string `yaml:"labels" doc:"Free labels."`
}

type slaTarget struct {
	Metric   string             `yaml:"metric" required:"true" enum:"first_reply,next_reply" doc:"What is measured."`
	Priority string             `yaml:"priority" required:"true" enum:"low,normal,high,urgent" doc:"For tickets of this priority."`
	Within   blueprint.Duration `yaml:"within" required:"true" min:"1m" max:"2000h" doc:"Working time that may pass."`
	Calendar string             `yaml:"calendar" required:"true" ref:"calendar" doc:"Whose hours count."`
}

// policy is what an sla compiles to.
type policy struct {
	match     *rule.Program
	calendars []*bizcal.Calendar
}

const slaExample = `kind: sla
name: standard
title: Standard support
match: "true"
targets:
  - { metric: first_reply, priority: high, within: 8h, calendar: office-hours }
`

func lintSLA(c *blueprint.Context, s sla) {
	for _, metric := range []string{"first_reply", "next_reply"} {
		var has []string
		for i, t := range s.Targets {
			if t.Metric != metric {
				continue
			}
			if slices.Contains(has, t.Priority) {
				c.Error(fmt.Sprintf("targets[%d].priority", i), "%s at %s priority has two targets.", metric, t.Priority)
			}
			has = append(has, t.Priority)
		}
		for _, p := range []string{"low", "normal", "high", "urgent"} {
			if len(has) > 0 && !slices.Contains(has, p) {
				c.Warn("targets", "%s has no target at %s priority.", metric, p)
			}
		}
	}
}

func registry(t testing.TB) *blueprint.Registry {
	t.Helper()
	env, err := rule.New("ticket",
		rule.Field{Path: "ticket.priority", Type: rule.Enum("low", "normal", "high", "urgent")},
		rule.Field{Path: "ticket.organization.attributes", Type: rule.Attributes})
	if err != nil {
		t.Fatal(err)
	}
	reg := blueprint.NewRegistry()
	reg.Subject(env)
	bizcal.Register(reg)
	blueprint.Register(reg, blueprint.Kind[sla]{
		Name: "sla", Title: "Service level policy", Summary: "Promises on reply times for the tickets it matches.", Example: slaExample,
		Lint: lintSLA,
		Compile: func(c *blueprint.Context, s sla) (any, error) {
			p := policy{match: c.Rule("match")}
			for _, t := range s.Targets {
				cal, _ := bizcal.FromSet(c.Set, t.Calendar)
				p.calendars = append(p.calendars, cal)
			}
			return p, nil
		},
	})
	return reg
}

const calendars = `# Two calendars in one file.
kind: calendar
name: around-the-clock
title: Around the clock
time_zone: UTC
hours: { mon: &day [["00:00", "24:00"]], tue: *day, wed: *day, thu: *day, fri: *day, sat: *day, sun: *day }
---
kind: calendar
name: follow-the-sun
title: Follow the sun
time_zone: Europe/Amsterdam
hours:
  mon: [["08:00", "18:00"]]
  tue: [["08:00", "18:00"]]
holidays:
  - 2026-12-25
  - { date: 2027-01-01, name: New Year }
`

// premium is the example of the design, with its comment and alignment.
const premium = `# Contract terms: service description, section 4.
kind: sla
name: premium
title: Premium support
match: ticket.organization.attributes.plan in ["premium", "ultimate"]
targets:
  - { metric: first_reply, priority: urgent, within: 30m, calendar: around-the-clock }
  - { metric: first_reply, priority: high,   within: 4h,  calendar: follow-the-sun }
  - { metric: first_reply, priority: normal, within: 8h,  calendar: follow-the-sun }
  - { metric: first_reply, priority: low,    within: 24h, calendar: follow-the-sun }
`

// parse reads files given as pairs of path and text and fails on findings.
func parse(t testing.TB, files ...string) []blueprint.Document {
	t.Helper()
	var docs []blueprint.Document
	for i := 0; i < len(files); i += 2 {
		more, findings := blueprint.ParseFile(files[i], files[i+1])
		if len(findings) > 0 {
			t.Fatal(text(findings))
		}
		docs = append(docs, more...)
	}
	return docs
}

// stored is the set an installation has after applying documents once: generation 7, ids from 1, version 3.
func stored(t testing.TB, reg *blueprint.Registry, files ...string) *blueprint.Set {
	t.Helper()
	set, findings := blueprint.Compile(reg, parse(t, files...))
	if blueprint.HasErrors(findings) {
		t.Fatal(text(findings))
	}
	entries := set.Entries()
	for i := range entries {
		entries[i].ID, entries[i].Version = int64(i+1), 3
	}
	set, findings = blueprint.NewSet(reg, entries, 7)
	if blueprint.HasErrors(findings) {
		t.Fatal(text(findings))
	}
	return set
}

// text is findings one a line.
func text(findings []blueprint.Finding) string {
	var out strings.Builder
	for _, f := range findings {
		fmt.Fprintln(&out, f)
	}
	return out.String()
}

// check compiles documents, also those with findings, and returns all findings as text.
func check(t testing.TB, files ...string) string {
	t.Helper()
	var docs []blueprint.Document
	var findings []blueprint.Finding
	for i := 0; i < len(files); i += 2 {
		more, found := blueprint.ParseFile(files[i], files[i+1])
		docs, findings = append(docs, more...), append(findings, found...)
	}
	_, found := blueprint.Compile(registry(t), docs)
	return text(append(findings, found...))
}
