package desk

import (
	"fmt"
	"slices"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
)

// lintSLA finds promises given twice and priorities left out.
func lintSLA(c *blueprint.Context, p SLA) {
	given := map[[2]string]int{}
	for i, t := range p.Targets {
		key := [2]string{t.Metric, t.Priority}
		if first, twice := given[key]; twice {
			c.Error(fmt.Sprintf("targets[%d]", i), "%s at %s priority has a target already, as number %d of the list.", metricWords[Metric(t.Metric)], t.Priority, first+1)
			continue
		}
		given[key] = i
		if t.Within.Std() <= 0 {
			c.Error(fmt.Sprintf("targets[%d].within", i), "A promise needs some time: at least 1m.")
		}
	}
	lintGaps(c, p, given)
	lintOrder(c, p)
	lintSpeed(c, p)
	lintSense(c, p, given)
}

// lintGaps finds priorities that a metric leaves out. Replies are expected of every policy; of
// the others, those that it promises at some priority.
func lintGaps(c *blueprint.Context, p SLA, given map[[2]string]int) {
	for _, m := range Metrics {
		used := m == FirstReply || m == NextReply
		for _, t := range p.Targets {
			used = used || t.Metric == string(m)
		}
		for _, pr := range Priorities {
			if _, ok := given[[2]string{string(m), string(pr)}]; !ok && used {
				c.Warn("targets", "%s has no target at %s priority, so such tickets run without that clock.", metricWords[m], pr)
			}
		}
	}
}

// senseless are pairs of metrics of which the first never takes longer than the second on the
// same ticket, so that a longer promise about it is never the one that is missed.
var senseless = [][2]Metric{{AgentWork, RequesterWait}, {AgentWork, TotalResolution}, {RequesterWait, TotalResolution}, {PausableUpdate, PeriodicUpdate},
	{FirstReply, TotalResolution}, {PeriodicUpdate, TotalResolution}, {PausableUpdate, TotalResolution}}

// lintSense finds promises that say nothing beside others at the same priority, and a pause
// that no clock heeds. Only promises in the same calendar can be compared.
func lintSense(c *blueprint.Context, p SLA, given map[[2]string]int) {
	replies := false
	for _, t := range p.Targets {
		replies = replies || t.Metric == string(FirstReply) || t.Metric == string(NextReply)
	}
	if len(p.Pause) > 0 && len(p.Targets) > 0 && !replies {
		c.Note("pause", "The states under pause hold for replies, and this policy promises none: the other metrics stand still in their own states.")
	}
	for _, pr := range Priorities {
		at := func(m Metric) (SLATarget, int, bool) {
			i, ok := given[[2]string{string(m), string(pr)}]
			if !ok {
				return SLATarget{}, 0, false
			}
			return p.Targets[i], i, true
		}
		for _, pair := range senseless {
			inner, i, ok := at(pair[0])
			outer, _, both := at(pair[1])
			if ok && both && inner.Calendar == outer.Calendar && inner.Within > outer.Within {
				c.Warn(fmt.Sprintf("targets[%d].within", i), "At %s priority the %s (%s) is promised after the %s (%s), which is missed first every time.",
					pr, lowerFirst(metricWords[pair[0]]), inner.Within, lowerFirst(metricWords[pair[1]]), outer.Within)
			}
		}
		_, next, promised := at(NextReply)
		if _, _, first := at(FirstReply); promised && !first {
			c.Warn(fmt.Sprintf("targets[%d]", next), "At %s priority the next reply is promised and the first is not: such tickets wait for their first answer without a clock.", pr)
		}
	}
}

// lintOrder finds policies that others leave nothing for.
func lintOrder(c *blueprint.Context, p SLA) {
	own := c.Set.Rule("sla", c.Entry.Name, "match")
	for _, other := range blueprint.All[SLA](c.Set) {
		if other.Name == c.Entry.Name {
			continue
		}
		if other.Spec.Order == p.Order {
			c.Warn("order", "The policy %s has the same order, so their names decide which comes first.", other.Name)
		}
		first := other.Spec.Order < p.Order || other.Spec.Order == p.Order && other.Name < c.Entry.Name
		theirs := c.Set.Rule("sla", other.Name, "match")
		switch {
		case !first:
		case other.Spec.Match == "":
			c.Warn("order", "The policy %s holds for every ticket and comes first, so this one is never used.", other.Name)
		case own != nil && theirs != nil && theirs.Covers(own):
			c.Warn("match", "The policy %s comes first and holds for all of these tickets, so this one is never used.", other.Name)
		}
	}
}

// lintSpeed finds promises that are slower for what presses more, and ones that no working
// time leads to.
func lintSpeed(c *blueprint.Context, p SLA) {
	for i, t := range p.Targets {
		for _, slower := range p.Targets {
			if slower.Metric == t.Metric && slower.Calendar == t.Calendar && slower.Within < t.Within && rank(slower.Priority) < rank(t.Priority) {
				c.Warn(fmt.Sprintf("targets[%d].within", i), "%s takes longer at %s priority than at %s (%s).", metricWords[Metric(t.Metric)], t.Priority, slower.Priority, slower.Within)
				break
			}
		}
		if cal, ok := blueprint.Get[bizcal.Spec](c.Set, t.Calendar); ok && !cal.Open() {
			c.Warn(fmt.Sprintf("targets[%d].calendar", i), "The calendar %s is never open, so this promise is never due.", t.Calendar)
		}
	}
}

func rank(priority string) int { return slices.Index(Priorities, Priority(priority)) }
