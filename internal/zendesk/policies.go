package zendesk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"steward/internal/blueprint"
	"steward/internal/desk"
	"steward/internal/fault"
)

// metrics are Zendesk's names of what is promised beside ours.
var metrics = map[string]desk.Metric{"first_reply_time": "first_reply", "next_reply_time": "next_reply", "periodic_update_time": "periodic_update",
	"pausable_update_time": "pausable_update", "agent_work_time": "agent_work", "requester_wait_time": "requester_wait", "total_resolution_time": "total_resolution"}

// policy is a service level as Zendesk tells it.
type policy struct {
	ID          int64      `json:"id"`
	URL         string     `json:"url"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Position    int        `json:"position"`
	Filter      conditions `json:"filter"`
	Metrics     []target   `json:"policy_metrics"`
	CreatedAt   stamp      `json:"created_at"`
	UpdatedAt   stamp      `json:"updated_at"`
}

// target is one promise: minutes, of working time or around the clock.
type target struct {
	Priority      string `json:"priority"`
	Metric        string `json:"metric"`
	Target        int64  `json:"target"`
	TargetSeconds int64  `json:"target_in_seconds"`
	Business      bool   `json:"business_hours"`
}

var policyRule = rule{plural: "sla_policies", one: "sla_policy", kind: "sla",
	place: func(c *call, e blueprint.Entry) int { return spec[desk.SLA](c, e).Order },
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[desk.SLA](c, e)
		out := policy{ID: e.ID, URL: c.url("/slas/policies/%d.json", e.ID), Title: e.Title, Description: e.Description, Position: s.Order,
			Filter: c.tests(nil, s.Match), Metrics: []target{}, CreatedAt: life.created, UpdatedAt: life.updated}
		for _, t := range s.Targets {
			for theirs, ours := range metrics {
				if string(ours) == t.Metric {
					out.Metrics = append(out.Metrics, target{t.Priority, theirs, int64(t.Within.Std() / time.Minute), int64(t.Within.Std() / time.Second), !c.alwaysOpen(t.Calendar)})
				}
			}
		}
		slices.SortStableFunc(out.Metrics, func(a, b target) int {
			return cmp.Or(cmp.Compare(a.Metric, b.Metric), cmp.Compare(a.Priority, b.Priority))
		})
		return out
	},
	read: func(c *call, d *draft, sent members) error {
		var cs conditions
		if ok, err := sent.has("filter", &cs); err != nil {
			return err
		} else if ok {
			_, when, err := c.expression("filter", cs)
			if err != nil {
				return err
			}
			d.set("match", emptyNil(when))
		}
		var list []json.RawMessage
		ok, err := sent.has("policy_metrics", &list)
		if err != nil {
			return err
		}
		if !ok && d.entry.ID == 0 {
			return fault.Field("policy_metrics", nil, "a list of promises", "A policy needs promises.")
		}
		if ok {
			targets, err := c.readTargets(d, list)
			if err != nil {
				return err
			}
			d.set("targets", targets)
		}
		return nil
	},
}

// readTargets turns promises into ours. A change keeps the calendar that a promise had.
func (c *call) readTargets(d *draft, list []json.RawMessage) (out []yaml.MapSlice, err error) {
	old := spec[desk.SLA](c, d.entry)
	for i, raw := range list {
		var t target
		at := fmt.Sprintf("policy_metrics[%d]", i)
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, fault.Field(at, string(raw), "{priority, metric, target, business_hours}", "This promise cannot be read.")
		}
		metric, ok := metrics[t.Metric]
		if !ok {
			return nil, fault.Field(at+".metric", t.Metric, "first_reply_time, next_reply_time, periodic_update_time, pausable_update_time, agent_work_time, requester_wait_time or total_resolution_time", "There is no metric %q.", t.Metric)
		}
		within := time.Duration(t.Target) * time.Minute
		if t.TargetSeconds > 0 {
			within = time.Duration(t.TargetSeconds) * time.Second
		}
		if within <= 0 {
			return nil, fault.Field(at+".target", t.Target, "a number of minutes from 1", "A promise needs a time.")
		}
		calendar := ""
		for _, o := range old.Targets {
			if o.Metric == string(metric) && o.Priority == t.Priority && c.alwaysOpen(o.Calendar) != t.Business {
				calendar = o.Calendar
			}
		}
		if calendar == "" {
			if calendar, err = c.calendarFor(at, t.Business); err != nil {
				return nil, err
			}
		}
		out = append(out, yaml.MapSlice{{Key: "metric", Value: string(metric)}, {Key: "priority", Value: t.Priority}, {Key: "within", Value: blueprint.Duration(within).String()}, {Key: "calendar", Value: calendar}})
	}
	return out, nil
}

// calendarFor is the calendar for promises in business hours, or around the clock: the first that fits.
func (c *call) calendarFor(at string, business bool) (string, error) {
	for _, e := range c.entries("calendar") {
		if c.alwaysOpen(e.Name) != business {
			return e.Name, nil
		}
	}
	if business {
		return "", fault.Field(at+".business_hours", true, "false", "There is no calendar with business hours. Make a schedule first.")
	}
	return "", fault.Field(at+".business_hours", false, "true", "There is no calendar that is always open. Make a schedule first.")
}

func (s *Server) policyEndpoints() []endpoint {
	return append(policyRule.endpoints("slas/policies"),
		put("/slas/policies/reorder", policyRule.reorder("sla_policy_ids")),
		get("/slas/policies/definitions", define(false)),
	)
}
