package zendesk

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/desk"
	"steward/internal/fault"
)

// since are Zendesk's tests of hours passed, with what our time rules wait on. Those in capitals are states.
var since = map[string]string{"NEW": "state", "OPEN": "state", "PENDING": "state", "HOLD": "state", "SOLVED": "state",
	"created_at": "created", "updated_at": "updated", "assigned_at": "assigned", "requester_updated_at": "asked", "assignee_updated_at": "replied", "solved_at": "solved"}

// untilBreach is Zendesk's test of hours until the next promise is due.
const untilBreach = "until_sla_next_breach_at"

// ownTime is the test that tells a time term of ours that Zendesk has no word for.
const ownTime = "steward_after"

var automationRule = rule{plural: "automations", one: "automation", kind: "time_rule",
	place:  func(c *call, e blueprint.Entry) int { return spec[desk.TimeRuleSpec](c, e).Order },
	active: func(c *call, e blueprint.Entry) bool { return !spec[desk.TimeRuleSpec](c, e).Disabled },
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[desk.TimeRuleSpec](c, e)
		out := c.ruleOf("automations", e, life)
		out.Active, out.Position, out.Actions = !s.Disabled, s.Order, c.told(s.Do)
		out.Conditions = c.tests(nil, s.When)
		out.Conditions.All = append([]condition{timeTest(s)}, out.Conditions.All...)
		return out
	},
	read: func(c *call, d *draft, sent members) error {
		var cs conditions
		if ok, err := sent.has("conditions", &cs); err != nil {
			return err
		} else if ok {
			if err := c.readTimes(d, cs); err != nil {
				return err
			}
		}
		return c.readActions(d, sent)
	},
}

func (s *Server) automationEndpoints() []endpoint {
	return append(automationRule.endpoints("automations"), put("/automations/reorder", automationRule.reorder("automation_ids")))
}

// timeTest tells when a time rule acts.
func timeTest(s desk.TimeRuleSpec) condition {
	operator := "is"
	if s.Calendar != "" {
		operator = "is_business_hours"
	}
	if s.BeforeDue != nil {
		if s.Metric == "" {
			return condition{untilBreach, operator, hours(s.BeforeDue.Std())}
		}
		return condition{ownTime, "is", "before " + s.Metric + " " + s.BeforeDue.String()}
	}
	field := ""
	if s.Since == "state" && len(s.In) == 1 {
		field = strings.ToUpper(s.In[0])
	}
	for theirs, ours := range since {
		if ours == s.Since && ours != "state" {
			field = theirs
		}
	}
	if field == "" {
		return condition{ownTime, "is", strings.TrimSpace(s.Since + " " + strings.Join(s.In, ",") + " " + s.After.String())}
	}
	return condition{field, operator, hours(s.After.Std())}
}

// hours is a time in hours, as Zendesk's tests take it.
func hours(d time.Duration) string { return strconv.FormatFloat(d.Hours(), 'f', -1, 64) }

// readTimes turns tests into the one time term that a time rule has, and what must hold besides.
func (c *call) readTimes(d *draft, cs conditions) error {
	rest := conditions{Any: cs.Any}
	found := 0
	for i, t := range cs.All {
		at := fmt.Sprintf("conditions.all[%d]", i)
		if t.Field == ownTime {
			if found++; d.entry.ID != 0 {
				continue // it stays as it is
			}
			return fault.Field(at, t.Value, "one of Zendesk's tests of hours", "%s is only told of rules that are there.", ownTime)
		}
		ours, waits := since[t.Field]
		if t.Field != untilBreach && !waits {
			rest.All = append(rest.All, t)
			continue
		}
		if found++; found > 1 {
			return fault.Field(at, t.Field, "one test of hours", "A time rule waits on one thing.")
		}
		n, err := strconv.ParseFloat(valueText(t.Value), 64)
		if err != nil || n < 0 {
			return fault.Field(at, t.Value, "a number of hours", "%v is no number of hours.", t.Value)
		}
		wait := blueprint.Duration(time.Duration(n * float64(time.Hour))).String()
		operator, business := strings.CutSuffix(t.Operator, "_business_hours")
		if operator != "is" && operator != "greater_than" && !(t.Field == untilBreach && operator == "less_than") {
			return fault.Field(at, t.Operator, "is or greater_than, also with _business_hours", "A time rule acts when hours have passed; %s cannot be.", t.Operator)
		}
		for _, field := range []string{"after", "since", "in", "before_due", "metric", "calendar"} {
			if d.entry.ID != 0 {
				d.set(field, nil)
			}
		}
		if t.Field == untilBreach {
			d.set("before_due", wait)
		} else {
			d.set("after", wait)
			d.set("since", ours)
			if ours == "state" {
				d.set("in", []string{strings.ToLower(t.Field)})
			}
		}
		if business {
			calendars := c.entries("calendar")
			if len(calendars) == 0 {
				return fault.Field(at, t.Operator, "is", "There is no calendar to count business hours in.")
			}
			d.set("calendar", calendars[0].Name)
		}
	}
	if found == 0 {
		return fault.Field("conditions.all", nil, "a test of hours, such as {\"field\":\"SOLVED\",\"operator\":\"is\",\"value\":96}", "An automation needs a test of time.")
	}
	_, when, err := c.expression("conditions", rest)
	if err != nil {
		return err
	}
	if when != "" || d.entry.ID != 0 {
		d.set("when", emptyNil(when))
	}
	return nil
}
