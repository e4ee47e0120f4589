package zendesk

import (
	"context"
	"encoding/json"
	"strconv"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
)

// clockVerbs are the events of clocks by Zendesk's types of metric events. What a clock's promise became is told
// beside its beginning.
var clockVerbs = map[string]string{desk.ClockStarted: "activate", desk.ClockResumed: "activate", desk.ClockReopened: "activate", desk.ClockPaused: "pause",
	desk.ClockMet: "fulfill", desk.ClockCancelled: "fulfill", desk.ClockBreached: "breach", desk.ClockMoved: "apply_sla"}

// metricNames are our metrics by Zendesk's names in exports, which knows one of replies.
var metricNames = map[desk.Metric]string{desk.FirstReply: "reply_time", desk.NextReply: "reply_time", desk.PausableUpdate: "pausable_update_time", desk.PeriodicUpdate: "periodic_update_time",
	desk.AgentWork: "agent_work_time", desk.RequesterWait: "requester_wait_time", desk.TotalResolution: "resolution_time"}

// metricEvent is something that happened to a measured time of a ticket.
type metricEvent struct {
	ID       int64          `json:"id"`
	TicketID int64          `json:"ticket_id"`
	Metric   string         `json:"metric"`
	Instance int64          `json:"instance_id"`
	Type     string         `json:"type"`
	Time     stamp          `json:"time"`
	SLA      map[string]any `json:"sla,omitempty"`
}

// exportMetricEvents tells what happened to the clocks of all tickets from a time on, a page of whole seconds at a
// time, in the order in which it was recorded.
func exportMetricEvents(c *call) (any, error) {
	if !auth.Scope(c.by, "read", "ticket").All() {
		return nil, c.by.Denied("read", "ticket")
	}
	e, err := c.exporting(true, false)
	if err != nil {
		return nil, err
	}
	verbs := make([]string, 0, len(clockVerbs))
	for verb := range clockVerbs {
		verbs = append(verbs, verb)
	}
	out := map[string]any{"next_page": nil}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		events, end, err := c.eventsFrom(ctx, tx, e, verbs, exportPage)
		if err != nil {
			return err
		}
		told := []metricEvent{}
		for _, ev := range events {
			some, err := c.tellMetricEvent(ev)
			if err != nil {
				return err
			}
			told = append(told, some...)
		}
		out["ticket_metric_events"] = told
		c.eventsTail(out, e, events, len(told), end)
		return nil
	})
	return out, err
}

// clockData is what an event of a clock holds.
type clockData struct {
	Clock    int64       `json:"clock"`
	Metric   desk.Metric `json:"metric"`
	Policy   int64       `json:"policy_id"`
	Calendar int64       `json:"calendar_id"`
	Target   int64       `json:"target"` // microseconds
}

// tellMetricEvent is what an event of a clock is to Zendesk: its beginning comes with the promise it was given.
func (c *call) tellMetricEvent(ev ledger.Event) ([]metricEvent, error) {
	var d clockData
	if err := json.Unmarshal(ev.Data, &d); err != nil {
		return nil, err
	}
	m := metricEvent{ID: ev.ID, TicketID: ev.Subject.ID, Metric: metricNames[d.Metric], Instance: d.Clock, Type: clockVerbs[ev.Verb], Time: stamp(ev.At)}
	if ev.Verb != desk.ClockStarted && ev.Verb != desk.ClockMoved {
		return []metricEvent{m}, nil
	}
	promised := m
	promised.Type, promised.SLA = "apply_sla", c.promised(d)
	if ev.Verb == desk.ClockMoved {
		return []metricEvent{promised}, nil
	}
	promised.ID = ev.ID*1000 + 1 // clients keep events by id
	return []metricEvent{m, promised}, nil
}

// promised is the promise that a clock was given: its target in minutes, and the policy by its name now.
func (c *call) promised(d clockData) map[string]any {
	policy := map[string]any{"id": d.Policy, "title": "", "description": ""}
	if e, ok := c.Blueprint.Set().ByID(d.Policy); ok {
		policy["title"], policy["description"] = e.Title, e.Description
	}
	calendar, _ := c.Blueprint.Set().ByID(d.Calendar)
	return map[string]any{"target": d.Target / 60_000_000, "target_in_seconds": d.Target / 1_000_000, "business_hours": calendar.Name != "" && !c.alwaysOpen(calendar.Name), "policy": policy}
}

// eventsTail adds to a page of events where the next one begins.
func (c *call) eventsTail(out map[string]any, e export, events []ledger.Event, count int, end bool) {
	next := e.from.Unix()
	if len(events) > 0 {
		next = events[len(events)-1].Recorded.Unix() + 1
	}
	out["count"], out["end_time"], out["end_of_stream"] = count, next, end
	if !end {
		out["next_page"] = c.here(map[string]string{"start_time": strconv.FormatInt(next, 10)})
	}
}
