package zendesk

import (
	"context"
	"time"

	"steward/internal/bizcal"
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

// twoTimes is a time by the clock on the wall and in business hours, in minutes. Business is null where no schedule
// has hours.
type twoTimes struct {
	Calendar int64  `json:"calendar"`
	Business *int64 `json:"business"`
}

// ticketDates are when things happened to a ticket, as include=dates tells them.
type ticketDates struct {
	AssigneeUpdatedAt  stamp `json:"assignee_updated_at"`
	RequesterUpdatedAt stamp `json:"requester_updated_at"`
	StatusUpdatedAt    stamp `json:"status_updated_at"`
	InitiallyAssigned  stamp `json:"initially_assigned_at"`
	AssignedAt         stamp `json:"assigned_at"`
	SolvedAt           stamp `json:"solved_at"`
	LatestComment      stamp `json:"latest_comment_added_at"`
}

func (s *Server) metricEndpoints() []endpoint {
	const lacks = "of tickets whose history is not complete, times, stations and reopens are null; business hours are those of the first schedule that has any"
	return []endpoint{
		get("/tickets/{id}/metrics", showMetric).partly(lacks),
		get("/ticket_metrics", listMetrics).partly(lacks),
		get("/ticket_metrics/{id}", showMetric).partly(lacks + "; ids are those of tickets"),
	}
}

// metricsOf are how tickets went, by id.
func (c *call) metricsOf(ctx context.Context, tx db.Tx, tickets []*desk.Ticket) (map[int64]ticketMetric, error) {
	courses, err := c.Desk.Courses(ctx, tx, c.by, tickets)
	if err != nil {
		return nil, err
	}
	m := minutes{now: c.Clock().UTC()}
	if name, err := c.calendarFor("", true); err == nil {
		m.hours, _ = bizcal.FromSet(c.Blueprint.Set(), name)
	}
	out := make(map[int64]ticketMetric, len(tickets))
	for _, t := range tickets {
		told := c.tellMetric(t)
		if course, ok := courses[t.ID]; ok {
			told.went(course, m)
		}
		out[t.ID] = told
	}
	return out, nil
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
	return m
}

func (m ticketMetric) dates() ticketDates {
	return ticketDates{m.AssigneeUpdatedAt, m.RequesterUpdatedAt, m.StatusUpdatedAt, m.InitiallyAssigned, m.AssignedAt, m.SolvedAt, m.LatestComment}
}

// went adds what the ticket's events say.
func (m *ticketMetric) went(c desk.Course, in minutes) {
	m.GroupStations, m.AssigneeStations, m.Reopens = &c.Teams, &c.Assignees, &c.Reopens
	m.InitiallyAssigned = stamp(c.FirstAssigned)
	m.ReplyTime, m.FirstResolution, m.FullResolution = in.until(c.Opened, c.FirstReply), in.until(c.Opened, c.FirstSolved), in.until(c.Opened, time.Time(m.SolvedAt))
	m.AgentWait, m.OnHold = in.states(c, desk.StatusPending), in.states(c, desk.StatusHold)
	m.RequesterWait = in.states(c, desk.StatusNew, desk.StatusOpen, desk.StatusHold)
}

// minutes counts times by the clock on the wall and in business hours.
type minutes struct {
	hours *bizcal.Calendar // nil: there are none
	now   time.Time
}

// until is a time from one moment to another; nil when it has not ended.
func (m minutes) until(from, to time.Time) *twoTimes {
	if to.IsZero() {
		return nil
	}
	return m.all([]desk.Stay{{From: from, To: to}})
}

// states is the time a ticket spent in some states.
func (m minutes) states(c desk.Course, states ...desk.Status) *twoTimes {
	var in []desk.Stay
	for _, st := range c.Stays {
		for _, s := range states {
			if st.Status == s {
				in = append(in, st)
			}
		}
	}
	return m.all(in)
}

func (m minutes) all(stays []desk.Stay) *twoTimes {
	var wall, business time.Duration
	for _, st := range stays {
		to := st.To
		if to.IsZero() {
			to = m.now
		}
		wall += to.Sub(st.From)
		if m.hours != nil {
			business += m.hours.Between(st.From, to)
		}
	}
	out := &twoTimes{Calendar: int64(wall / time.Minute)}
	if m.hours != nil {
		n := int64(business / time.Minute)
		out.Business = &n
	}
	return out
}

func showMetric(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var all map[int64]ticketMetric
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		all, err = c.metricsOf(ctx, tx, []*desk.Ticket{t})
		return err
	})
	return map[string]any{"ticket_metric": all[id]}, err
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
		all, err := c.metricsOf(ctx, tx, tickets)
		if err != nil {
			return err
		}
		told := make([]ticketMetric, len(tickets))
		for i, t := range tickets {
			told[i] = all[t.ID]
		}
		out, err = list(c, p, "ticket_metrics", told, func(m ticketMetric) int64 { return m.ID }, more, func() (int64, error) { return c.Desk.Counted(ctx, tx, c.by, desk.Listing{}) })
		return err
	})
	return out, err
}
