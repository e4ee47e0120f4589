package zendesk

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
)

// ticketMetric is how a ticket went. Its id is the ticket's.
type ticketMetric struct {
	URL                string    `json:"url"`
	ID                 int64     `json:"id"`
	TicketID           int64     `json:"ticket_id"`
	CreatedAt          stamp     `json:"created_at"`
	UpdatedAt          stamp     `json:"updated_at"`
	GroupStations      *int64    `json:"group_stations"`
	AssigneeStations   *int64    `json:"assignee_stations"`
	Reopens            *int64    `json:"reopens"`
	Replies            int64     `json:"replies"`
	AssigneeUpdatedAt  stamp     `json:"assignee_updated_at"`
	RequesterUpdatedAt stamp     `json:"requester_updated_at"`
	StatusUpdatedAt    stamp     `json:"status_updated_at"`
	InitiallyAssigned  stamp     `json:"initially_assigned_at"`
	AssignedAt         stamp     `json:"assigned_at"`
	SolvedAt           stamp     `json:"solved_at"`
	LatestComment      stamp     `json:"latest_comment_added_at"`
	CustomStatus       stamp     `json:"custom_status_updated_at"`
	ReplyTime          *twoTimes `json:"reply_time_in_minutes"`
	FirstResolution    *twoTimes `json:"first_resolution_time_in_minutes"`
	FullResolution     *twoTimes `json:"full_resolution_time_in_minutes"`
	AgentWait          *twoTimes `json:"agent_wait_time_in_minutes"`
	RequesterWait      *twoTimes `json:"requester_wait_time_in_minutes"`
	OnHold             *twoTimes `json:"on_hold_time_in_minutes"`
}

// twoTimes is a time by the clock on the wall and in business hours, in minutes.
type twoTimes struct {
	Calendar *int64 `json:"calendar"`
	Business *int64 `json:"business"`
}

func (s *Server) metricEndpoints() []endpoint {
	const lacks = "times in business hours, stations and reopens are null"
	return []endpoint{
		get("/tickets/{id}/metrics", showMetric).partly(lacks),
		get("/ticket_metrics", listMetrics).partly(lacks + "; times in minutes are told of single tickets only"),
		get("/ticket_metrics/{id}", showMetric).partly(lacks + "; ids are those of tickets"),
	}
}

func (c *call) tellMetric(t *desk.Ticket) ticketMetric {
	later := t.AskedAt
	if t.RepliedAt.After(later) {
		later = t.RepliedAt
	}
	m := ticketMetric{URL: c.url("/ticket_metrics/%d.json", t.ID), ID: t.ID, TicketID: t.ID, CreatedAt: stamp(t.Created), UpdatedAt: stamp(t.Updated), Replies: t.Replies,
		AssigneeUpdatedAt: stamp(t.RepliedAt), RequesterUpdatedAt: stamp(t.AskedAt), StatusUpdatedAt: stamp(t.StateSince), CustomStatus: stamp(t.StateSince), AssignedAt: stamp(t.AssignedAt), SolvedAt: stamp(t.SolvedAt), LatestComment: stamp(later)}
	if t.Bounces == 0 {
		m.InitiallyAssigned = stamp(t.AssignedAt)
	}
	if !t.SolvedAt.IsZero() {
		minutes := int64(t.SolvedAt.Sub(t.Created) / time.Minute)
		m.FullResolution = &twoTimes{Calendar: &minutes}
	}
	return m
}

// withTimes adds how long a ticket took.
func (m *ticketMetric) withTimes(times desk.Times) {
	for _, mt := range times.Metrics {
		if mt.Minutes == nil || len(mt.Rounds) == 0 {
			continue
		}
		switch mt.Metric {
		case desk.FirstReply:
			m.ReplyTime = &twoTimes{Calendar: &mt.Rounds[0].Minutes}
		case desk.TotalResolution:
			m.FirstResolution = &twoTimes{Calendar: &mt.Rounds[0].Minutes}
		case desk.RequesterWait:
			m.RequesterWait = &twoTimes{Calendar: mt.Minutes}
		}
	}
	var zero int64
	for state, at := range map[desk.Status]**twoTimes{desk.StatusPending: &m.AgentWait, desk.StatusHold: &m.OnHold} {
		*at = &twoTimes{Calendar: &zero}
		for _, st := range times.States {
			if st.Status == state {
				*at = &twoTimes{Calendar: &st.Minutes}
			}
		}
	}
}

func showMetric(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var m ticketMetric
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		m = c.tellMetric(t)
		if !desk.Agent(c.by, t) {
			return nil
		}
		times, err := c.Desk.Times(ctx, tx, c.by, id)
		m.withTimes(times)
		return err
	})
	return map[string]any{"ticket_metric": m}, err
}

func listMetrics(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		tickets, more, err := c.Desk.Window(ctx, tx, c.by, desk.Listing{}, p.Window)
		if err != nil {
			return err
		}
		told := make([]ticketMetric, len(tickets))
		for i, t := range tickets {
			told[i] = c.tellMetric(t)
		}
		out, err = list(c, p, "ticket_metrics", told, func(m ticketMetric) int64 { return m.ID }, more, func() (int64, error) { return c.Desk.Counted(ctx, tx, c.by, desk.Listing{}) })
		return err
	})
	return out, err
}
