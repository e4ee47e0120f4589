package playbook

import (
	"sync"

	"steward/internal/blueprint"
	"steward/internal/rule"
)

// environment is what conditions of playbooks may read.
var environment = sync.OnceValue(func() *rule.Env {
	env, err := rule.New(Kind, Fields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	return env
})

const example = `kind: playbook
name: customer-onboarding
title: Onboarding of a customer
called: Onboarding
subject: organization
ask:
  - { name: go_live, title: When do they go live?, type: date, required: true }
participants:
  - { role: manager, title: Success manager, from: starter }
stages:
  - { name: prepare, title: Prepare }
  - { name: use, title: In use }
steps:
  - name: kickoff
    title: Hold the first call
    kind: call
    owner: manager
    due: { from: start, days: 3 }
    remind: [24h]
  - name: details
    title: Write down how they use the product
    kind: form
    owner: manager
    form:
      - { name: installation, title: Where does it run?, type: choice, options: [cloud, own], required: true }
  - name: check
    title: Check their own installation
    owner: manager
    when: answers.details.installation == "own"
    due: { from: ask.go_live, days: -5 }
  - name: live
    title: Wait for the day
    kind: wait
    stage: use
    wait: { until: { from: ask.go_live } }
  - name: review
    title: Ask how it went
    kind: call
    owner: manager
    due: { days: 5 }
`

// Register adds the kind playbook. actions are what its steps may do by themselves, subjects the kinds
// of record that runs can be about.
func Register(reg *blueprint.Registry, actions *Actions, subjects ...string) {
	reg.Subject(environment())
	blueprint.Register(reg, blueprint.Kind[Playbook]{Name: KindPlaybook, Title: "Playbook",
		Summary: "Steps that people and Steward do about a record, in order, with owners, dates and conditions. A run of it shows as a checklist.",
		Example: example,
		Lint: func(c *blueprint.Context, spec Playbook) {
			l := &linter{c: c, spec: spec, actions: actions, subjects: subjects}
			l.lint()
		}})
}
