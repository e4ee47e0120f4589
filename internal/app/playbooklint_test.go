package app_test

import (
	"strings"
	"testing"

	"steward/internal/app"
	"steward/internal/blueprint"
)

// wrong are mistakes in the steps of a playbook and what is said about them.
var wrong = map[string]string{
	`  - { name: a, title: A, owner: nobody }`: "no role \"nobody\"",
	`  - { name: a, title: A }`:                "has no owner",
	`  - { name: a, title: A, owner: worker, after: [b] }` + "\n" + `  - { name: b, title: B, owner: worker }`:                     "comes before itself",
	`  - { name: a, title: A, owner: worker }` + "\n" + `  - { name: b, title: B, owner: worker, instead_of: a }`:                  "never reached",
	`  - { name: a, title: A, owner: worker, when: answers.b.x == "1" }`:                                                           "no step \"b\"",
	`  - { name: a, title: A, owner: worker, when: answers.f.x == "1" }` + "\n" + form:                                             "used before it is asked",
	form + "\n" + `  - { name: a, title: A, owner: worker, when: answers.f.y == "1" }`:                                             "does not ask for y",
	`  - { name: a, title: A, kind: action, action: { name: tickit, with: {} } }`:                                                  "Did you mean",
	`  - { name: a, title: A, kind: action, action: { name: ticket, with: { subject: Hi } } }`:                                     "needs text",
	`  - { name: a, title: A, owner: worker, begin: { from: start, days: 5 }, due: { from: start, days: 2 } }`:                     "due before it may begin",
	`  - { name: a, title: A, owner: worker, due: { from: b } }` + "\n" + `  - { name: b, title: B, owner: worker }`:               "does not come before this step",
	`  - { name: a, title: A, owner: worker, due: { days: -2 } }`:                                                                  "before the step's turn",
	`  - { name: a, title: A, kind: wait, wait: { that: 'subject.name == "x"' } }`:                                                 "longest time",
	`  - { name: a, title: A, kind: repeat, repeat: { back_to: b, most: 3 } }` + "\n" + `  - { name: b, title: B, owner: worker }`: "no way back",
	choice + "\n" + `  - { name: a, title: A, owner: worker, when: steps.c.outcome == "rouge" }`:                                   "never comes to",
	`  - { name: a, title: A, kind: playbook, playbook: wrong }`:                                                                   "never end",
	`  - { name: a, title: A, owner: worker, remind: [24h] }`:                                                                      "no due date",
	`  - { name: a, title: A, kind: approval, approval: { by: [worker], rule: quorum } }`:                                          "quorum needs",
	`  - { name: a, title: A, kind: wait, due: { days: 2 }, wait: { for: 72h } }`:                                                  "due before its wait ends",
	`  - { name: a, title: A, kind: wait, due: { from: start, days: 2 }, wait: { until: { from: start, days: 3 } } }`:              "due before its wait ends",
	`  - { name: a, title: A, kind: wait, due: { days: 1 }, wait: { that: 'subject.name == "x"', longest: 48h } }`:                 "due before its wait ends",
	`  - { name: a, title: A, kind: form, owner: worker }`:                                                                         "needs its form",
	`  - { name: a, title: A, owner: worker, evidence: [{ name: x, title: X, max_mb: 3 }] }`:                                       "Only a file has",
	`  - { name: a, title: A, owner: worker, evidence: [{ name: x, title: X, type: file, types: [exe] }] }`:                        "exe",
	`  - { name: A b, title: A, owner: worker }`:                                                                                   "is no name here",
}

const (
	form   = `  - { name: f, title: F, kind: form, owner: worker, form: [{ name: x, title: X? }] }`
	choice = `  - { name: c, title: C, kind: choice, owner: worker, choice: [{ name: red }, { name: blue }] }`
)

func TestMistakesInPlaybooksAreFound(t *testing.T) {
	for steps, say := range wrong {
		docs, findings := blueprint.ParseFile("p.yaml", "kind: playbook\nname: wrong\ntitle: Wrong\nsubject: person\nparticipants: [{ role: worker, from: starter }]\nsteps:\n"+steps+"\n")
		_, more := blueprint.Compile(app.NewRegistry(), docs)
		var all []string
		for _, f := range append(findings, more...) {
			all = append(all, f.String())
		}
		if !strings.Contains(strings.Join(all, "\n"), say) {
			t.Errorf("%s\nis told as\n%s\nwant %q", steps, strings.Join(all, "\n"), say)
		}
	}
	docs, findings := blueprint.ParseFile("p.yaml", onboarding)
	if _, more := blueprint.Compile(app.NewRegistry(), docs); len(findings)+len(more) > 0 {
		t.Errorf("a sound playbook has findings: %v %v", findings, more)
	}
}

func TestNoFileIsAskedForWhereNoRunCouldKeepIt(t *testing.T) {
	docs, _ := blueprint.ParseFile("p.yaml", "kind: playbook\nname: wrong\ntitle: Wrong\nsubject: person\nask: [{ name: x, title: X, type: file }]\nparticipants: [{ role: worker, from: starter }]\nsteps:\n  - { name: a, title: A, owner: worker }\n")
	_, found := blueprint.Compile(app.NewRegistry(), docs)
	if len(found) != 1 || !strings.Contains(found[0].String(), "there is no run yet") {
		t.Errorf("a file asked for at the start is told as %v", found)
	}
}
