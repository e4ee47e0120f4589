package zendesk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/explain"
	"steward/internal/insight"
	"steward/internal/replay"
	"steward/internal/zendesk"
)

// measured is what a company measures tickets by.
const measured = `kind: calendar
name: always
title: Always
time_zone: UTC
hours:
  mon: [["00:00", "24:00"]]
  tue: [["00:00", "24:00"]]
  wed: [["00:00", "24:00"]]
  thu: [["00:00", "24:00"]]
  fri: [["00:00", "24:00"]]
  sat: [["00:00", "24:00"]]
  sun: [["00:00", "24:00"]]
---
kind: sla
name: quick
title: Quick
order: 1
targets:
  - { metric: first_reply, priority: low, within: 30m, calendar: always }
  - { metric: next_reply, priority: low, within: 30m, calendar: always }
  - { metric: total_resolution, priority: low, within: 4h, calendar: always }
---
kind: indicator
name: moved-opened
title: Opened
sentence: How many tickets were opened.
formula: Tickets by the day they were opened
population: tickets
measure: count
direction: neutral
---
kind: indicator
name: moved-solved
title: Solved
sentence: How many tickets were solved.
formula: Tickets by the day they were solved
population: tickets
when: ticket.solved
measure: count
direction: neutral
---
kind: indicator
name: moved-answered
title: Answered within an hour
sentence: Of the tickets that were answered, how many were within an hour.
formula: Answered within an hour ÷ answered
population: tickets
when: ticket.first_reply
good: ticket.first_reply - ticket.opened <= duration("1h")
`

// TestTicketsThatMovedAreTicketsLikeAnyOther: figures count them when they happened, replays tell them again, "Why?" says
// what is known, and clocks measure what happens from now on and nothing that is past.
func TestTicketsThatMovedAreTicketsLikeAnyOther(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			to := newTarget(t, e, from.Clock)
			from.Apply(measured)
			to.Apply(measured)
			from.Settle()
			source, err := zendesk.NewSource(from.url, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := to.Zendesk.Move(source, to.Root(), nil).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			to.Settle()
			find := func(external string) int64 {
				return to.call("admin", "GET", "/tickets.json?external_id="+external, nil).id("tickets", 0, "id")
			}

			// Figures, hour by hour, as they were there.
			for _, name := range []string{"moved-opened", "moved-solved", "moved-answered"} {
				theirs, ours := from.hours(name), to.hours(name)
				if !slices.Equal(theirs, ours) || !slices.ContainsFunc(theirs, func(n float64) bool { return n > 0 }) {
					t.Errorf("%s: %v there, %v here", name, theirs, ours)
				}
			}

			// Replays.
			section := to.replayed("kind: trigger\nname: waits\ntitle: Who waits is urgent\non: [changed]\nwhen: ticket.status == \"pending\"\ndo:\n  - { priority: urgent }\n")
			if section.Total != 12 || section.Replayed != 12 || section.Different != 12 {
				t.Errorf("a trigger replayed: %+v", section)
			}
			section = to.replayed(strings.Replace(measured[strings.Index(measured, "kind: sla"):strings.Index(measured, "---\nkind: indicator")], "priority: low", "priority: high", -1))
			if section.Total != 12 || section.Replayed != 12 || section.Different != 12 {
				t.Errorf("a policy replayed: %+v", section)
			}

			// Why?
			solved := find("ext-0-2")
			for field, sentence := range map[string]string{"status": "brought over from", "tags": "brought over from another system, with what had happened to it there"} {
				var w explain.Why
				to.Read(func(ctx context.Context, tx db.Tx) (err error) {
					w, err = to.Desk.WhyField(ctx, tx, to.Root(), solved, field)
					return err
				})
				if !slices.ContainsFunc(w.Because, func(r explain.Reason) bool { return strings.Contains(r.Text, sentence) }) || len(w.Chain) == 0 || w.Rule != nil {
					t.Errorf("why this %s: %+v", field, w)
				}
				if field == "status" && (!strings.Contains(w.Chain[0].Sentence, "Agent One") || w.Chain[0].At.After(from.Clock.Now().Add(-10*time.Minute))) {
					t.Errorf("it was the agent, then: %+v", w.Chain)
				}
			}

			// Clocks: none for what is past, and one for what happens now.
			clocks := func() int { return to.Count(`SELECT count(*) FROM clock`) }
			if n := clocks(); n != 0 {
				t.Errorf("%d clocks measure what is past", n)
			}
			for range 4 {
				to.Clock.Advance(24 * time.Hour)
				to.Settle()
			}
			if n := clocks(); n != 0 {
				t.Errorf("%d clocks began by themselves", n)
			}
			pending := find("ext-0-3")
			requester := to.call("admin", "GET", fmt.Sprintf("/tickets/%d", pending), nil).id("ticket", "requester_id")
			for _, a := range []answer{
				to.call("admin", "PUT", fmt.Sprintf("/tickets/%d", pending), obj{"ticket": obj{"priority": "low"}}),
				to.call("admin", "PUT", fmt.Sprintf("/tickets/%d", pending), obj{"ticket": obj{"comment": obj{"body": "Still nothing", "author_id": requester}}}),
			} {
				if a.status != 200 {
					t.Fatalf("%d %s", a.status, a.body)
				}
			}
			to.Settle()
			a := to.call("admin", "GET", fmt.Sprintf("/tickets/%d.json?include=slas,metric_sets,dates", pending), nil)
			if a.get("ticket", "slas", "policy_metrics", 0, "metric") == nil || a.get("ticket", "slas", "policy_metrics", 0, "stage") != "active" {
				t.Errorf("the customer writes and nothing is promised: %s", a.body)
			}
			if a.get("ticket", "metric_set", "reply_time_in_minutes", "calendar") != 1.0 || a.get("ticket", "dates", "assignee_updated_at") == nil {
				t.Errorf("its metrics: %s", a.body)
			}
			to.Verify()
		})
	}
}

// hours are an indicator's figures hour by hour, over the day in which the company worked.
func (w *world) hours(name string) (out []float64) {
	w.t.Helper()
	var s insight.Series
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		s, err = w.Insight.Series(ctx, tx, w.Root(), insight.Ask{Name: name, From: apptest.Start.Truncate(24 * time.Hour), To: apptest.Start.Truncate(24*time.Hour).AddDate(0, 0, 2), Every: "hour"})
		return err
	})
	for _, g := range s.Groups {
		for _, p := range g.Points {
			n := 0.0
			if p.Value != nil {
				n = *p.Value
			}
			out = append(out, n)
		}
	}
	return out
}

// replayed replays a proposal over everything that happened.
func (w *world) replayed(text string) replay.Section {
	w.t.Helper()
	docs, findings := blueprint.ParseFile("proposal.yaml", text)
	report, err := w.Replay.Run(w.t.Context(), w.Root(), replay.Proposal{Documents: docs, Parsed: findings, Since: apptest.Start.Add(-time.Hour), Until: w.Clock.Now().Add(time.Microsecond)}, nil)
	if err != nil || len(report.Sections) != 1 {
		w.t.Fatalf("%d sections, %v", len(report.Sections), err)
	}
	return report.Sections[0]
}
