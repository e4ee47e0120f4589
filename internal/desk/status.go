package desk

import (
	"slices"
	"strings"

	"steward/internal/fault"
)

// Status is where a ticket stands.
type Status string

// The six states of a ticket.
const (
	StatusNew     Status = "new"     // nobody has touched it
	StatusOpen    Status = "open"    // waits for an agent
	StatusPending Status = "pending" // waits for the requester
	StatusHold    Status = "hold"    // waits for somebody else
	StatusSolved  Status = "solved"  // answered; a reply reopens it
	StatusClosed  Status = "closed"  // final; a reply opens a follow-up
)

// Statuses are all states in the order of a ticket's life.
var Statuses = []Status{StatusNew, StatusOpen, StatusPending, StatusHold, StatusSolved, StatusClosed}

// Done reports whether nobody waits any more.
func (s Status) Done() bool { return s == StatusSolved || s == StatusClosed }

// Next are the states an agent may choose from s, s itself included.
func (s Status) Next() []Status {
	switch s {
	case StatusNew:
		return []Status{StatusNew, StatusOpen, StatusPending, StatusHold, StatusSolved}
	case StatusClosed:
		return []Status{StatusClosed}
	default:
		return []Status{StatusOpen, StatusPending, StatusHold, StatusSolved, StatusClosed}
	}
}

// WaitsFor says in one word whom a ticket in this state waits for.
func (s Status) WaitsFor() string {
	switch s {
	case StatusNew, StatusOpen:
		return "agent"
	case StatusPending:
		return "requester"
	case StatusHold:
		return "third_party"
	default:
		return "nobody"
	}
}

// Priority says how much a ticket presses.
type Priority string

// Priorities from least to most pressing.
//
//lang:texts
var Priorities = []Priority{"low", "normal", "high", "urgent"}

func checkStatus(from, to Status) error {
	if slices.Contains(from.Next(), to) {
		return nil
	}
	accepted := make([]string, len(from.Next()))
	for i, s := range from.Next() {
		accepted[i] = string(s)
	}
	if from == StatusClosed {
		return fault.Field("status", to, "nothing: closed is final", "A closed ticket stays closed. Write a new message to open a follow-up.")
	}
	return fault.Field("status", to, strings.Join(accepted, ", "), "A ticket that is %s cannot become %q.", from, to)
}

func checkPriority(p Priority) error {
	if slices.Contains(Priorities, p) {
		return nil
	}
	return fault.Field("priority", p, "low, normal, high or urgent", "There is no priority %q.", p)
}
