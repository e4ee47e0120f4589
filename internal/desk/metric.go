package desk

import "slices"

// Metric is what a clock measures.
type Metric string

// The seven metrics of a desk. Source of their definitions: the service-level metrics of
// Zendesk-style desks; docs/service-levels.md says what starts, pauses and ends each.
const (
	FirstReply      Metric = "first_reply"      // creation → first public reply of an agent
	NextReply       Metric = "next_reply"       // oldest unanswered message of the customer → next public reply
	PausableUpdate  Metric = "pausable_update"  // one public message of an agent → the next, not while pending
	PeriodicUpdate  Metric = "periodic_update"  // one public message of an agent → the next
	AgentWork       Metric = "agent_work"       // time new and open
	RequesterWait   Metric = "requester_wait"   // time new, open and on hold
	TotalResolution Metric = "total_resolution" // creation → solved, in every state
)

// Metrics are all metrics, in the order in which people read them.
var Metrics = []Metric{FirstReply, NextReply, PausableUpdate, PeriodicUpdate, AgentWork, RequesterWait, TotalResolution}

// update reports whether the metric runs from one public message of an agent to the next.
func (m Metric) update() bool { return m == PausableUpdate || m == PeriodicUpdate }

// whole reports whether the metric measures the way to the solution: it begins with the
// ticket, ends when it is solved and goes on when it is reopened.
func (m Metric) whole() bool {
	return m == AgentWork || m == RequesterWait || m == TotalResolution
}

// stands reports whether a clock of the metric stands still in a state. pause are the states
// that a policy names, which hold for replies alone: the others are defined by their states.
func (m Metric) stands(in Status, pause []Status) bool {
	switch m {
	case PeriodicUpdate, TotalResolution:
		return false
	case PausableUpdate, RequesterWait:
		return in == StatusPending
	case AgentWork:
		return in == StatusPending || in == StatusHold
	default:
		return slices.Contains(pause, in)
	}
}

// metricWords name the metrics for people.
//
//lang:texts
var metricWords = map[Metric]string{FirstReply: "First reply", NextReply: "Next reply", PausableUpdate: "Pausable update", PeriodicUpdate: "Periodic update",
	AgentWork: "Agent work", RequesterWait: "Requester wait", TotalResolution: "Total resolution"}
