package desk

import (
	"slices"
	"time"

	"steward/internal/fault"
)

// Type says what kind of request a ticket is.
type Type string

// The four types of tickets.
const (
	TypeQuestion Type = "question"
	TypeIncident Type = "incident" // something broke, for one customer
	TypeProblem  Type = "problem"  // what is behind several incidents
	TypeTask     Type = "task"     // something to do until a day
)

// Types are all types of tickets.
var Types = []Type{TypeQuestion, TypeIncident, TypeProblem, TypeTask}

func checkType(t Type) error {
	if slices.Contains(Types, t) {
		return nil
	}
	return fault.Field("type", t, "question, incident, problem or task", "There is no type %q.", t)
}

// Hidden says why a ticket stands in no list.
type Hidden string

// Why tickets are hidden.
const (
	HiddenDeleted Hidden = "deleted"
	HiddenSpam    Hidden = "spam"
	hiddenPurged  Hidden = "purged" // it went for good: only its number is left
)

// retype changes what kind of request a ticket is and when its task is due; nil stays. Only a
// task is due on a day, so one that becomes something else is not.
func (t *Ticket) retype(to *Type, due *time.Time) error {
	if to != nil {
		if err := checkType(*to); err != nil {
			return err
		}
		t.Type = *to
	}
	if due != nil {
		t.TaskDue = due.UTC()
	}
	if t.Type == TypeTask {
		return nil
	}
	if due != nil && !due.IsZero() {
		return fault.Field("task_due_at", due, "null, or the type task", "Only a task is due on a day; this ticket's type is %s.", t.Type)
	}
	t.TaskDue = timeZero
	return nil
}

// noteMoved keeps since when a ticket is solved, in its state and with its assignee, and how
// often it was passed on. Said twice about one change it says the same.
func (t *Ticket) noteMoved(before *Ticket, at time.Time) {
	if t.Status.Done() {
		t.beside |= besideDone
	}
	switch {
	case t.Status.Done() && !before.Status.Done():
		t.SolvedAt = at
	case !t.Status.Done():
		t.SolvedAt = timeZero
	}
	if t.Status != before.Status {
		t.StateSince = at
	}
	switch {
	case t.AssigneeID == 0:
		t.AssignedAt = timeZero
	case t.AssigneeID != before.AssigneeID:
		t.AssignedAt = at
	}
	t.Bounces = before.Bounces
	if before.AssigneeID != 0 && t.AssigneeID != before.AssigneeID || before.TeamID != 0 && t.TeamID != before.TeamID {
		t.Bounces++
	}
}

// noteWritten keeps who wrote last and how often agents did.
func (t *Ticket) noteWritten(m moment) {
	switch {
	case m.wrote == nil || !m.wrote.Public:
	case m.wrote.Agent:
		t.RepliedAt = m.at
		t.Replies++
	case !m.wrote.Automatic:
		t.AskedAt = m.at
	}
}
