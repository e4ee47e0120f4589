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
	New     Status = "new"     // nobody has touched it
	Open    Status = "open"    // waits for an agent
	Pending Status = "pending" // waits for the requester
	Hold    Status = "hold"    // waits for somebody else
	Solved  Status = "solved"  // answered; a reply reopens it
	Closed  Status = "closed"  // final; a reply opens a follow-up
)

// Statuses are all states in the order of a ticket's life.
var Statuses = []Status{New, Open, Pending, Hold, Solved, Closed}

// Done reports whether nobody waits any more.
func (s Status) Done() bool { return s == Solved || s == Closed }

// Next are the states an agent may choose from s, s itself included.
func (s Status) Next() []Status {
	switch s {
	case New:
		return []Status{New, Open, Pending, Hold, Solved}
	case Closed:
		return []Status{Closed}
	default:
		return []Status{Open, Pending, Hold, Solved, Closed}
	}
}

// WaitsFor says in one word whom a ticket in this state waits for.
func (s Status) WaitsFor() string {
	switch s {
	case New, Open:
		return "agent"
	case Pending:
		return "requester"
	case Hold:
		return "third_party"
	default:
		return "nobody"
	}
}

// Priority says how much a ticket presses.
type Priority string

// Priorities from least to most pressing.
var Priorities = []Priority{"low", "normal", "high", "urgent"}

func checkStatus(from, to Status) error {
	if slices.Contains(from.Next(), to) {
		return nil
	}
	accepted := make([]string, len(from.Next()))
	for i, s := range from.Next() {
		accepted[i] = string(s)
	}
	if from == Closed {
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
