// Package playbook lets people and machines work through steps together: a blueprint of steps with
// owners, dates on a business calendar, conditions and alternates, and its durable runs about a subject.
//
// Whatever a step is called (task, approval, form, message, call, quiz, deliverable, choice, repeat),
// it is one of five primitives: somebody's work, a wait, an action, a branch, a run of another playbook.
//
// Advance is the whole engine as a pure function: definition, state and input in; state and effects
// out. Service stores what it says in one transaction: rows, events with their causes, work items, one
// timer a run, jobs for actions. What a run is about is a Subject and what a step does by itself an
// Action, both registered by modules when the application is put together, so this package knows none.
//
// A run keeps the version it was started with until somebody moves it.
package playbook
