package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

const clockFields = `id, ticket_id, metric, policy_id, policy_version, calendar_id, calendar_version, target, state, started, due, ended, breached_at, used, since, spans, event_id`

func (s *Service) storeClock(ctx context.Context, tx db.Tx, c *Clock) error {
	spans, err := json.Marshal(c.Spans)
	if err != nil {
		return err
	}
	if c.ID != 0 {
		return tx.Later(ctx, nil, `UPDATE clock SET policy_id = $1, policy_version = $2, calendar_id = $3, calendar_version = $4, target = $5, state = $6,
			due = $7, ended = $8, breached_at = $9, used = $10, since = $11, spans = $12 WHERE id = $13`,
			c.PolicyID, c.PolicyVersion, c.CalendarID, c.CalendarVersion, c.Target.Microseconds(), string(c.State), db.NullMicros(c.Due),
			db.NullMicros(c.Ended), db.NullMicros(c.BreachedAt), c.Used.Microseconds(), db.Micros(c.Since), string(spans), c.ID)
	}
	return tx.QueryRow(ctx, insertClockSQL, c.row(spans)...).Scan(&c.ID)
}

const clockColumns = `ticket_id, metric, policy_id, policy_version, calendar_id, calendar_version, target, state, started, due,
	ended, breached_at, used, since, spans, event_id`

var insertClockSQL = `INSERT INTO clock (` + clockColumns + `) VALUES ` + db.Values(16, 1) + ` RETURNING id`

// row are the values of clockColumns; spans is Spans as JSON.
func (c *Clock) row(spans []byte) []any {
	return []any{c.TicketID, string(c.Metric), c.PolicyID, c.PolicyVersion, c.CalendarID, c.CalendarVersion, c.Target.Microseconds(), string(c.State),
		db.Micros(c.Started), db.NullMicros(c.Due), db.NullMicros(c.Ended), db.NullMicros(c.BreachedAt), c.Used.Microseconds(), db.Micros(c.Since),
		string(spans), c.EventID}
}

// shownClocks is how many of a ticket's newest clocks are shown beside those that can still move.
const shownClocks = 12

// Clocks returns the clocks of a ticket that matter, oldest first: those that live or may live
// again, the first reply's, and the newest of the others. Earlier lists the rest. The caller has
// checked the ticket.
func (s *Service) Clocks(ctx context.Context, tx db.Tx, ticketID int64) ([]*Clock, error) {
	return s.clocksWhere(ctx, tx, `ticket_id = $1 AND (ended IS NULL OR metric IN ('first_reply', 'agent_work', 'requester_wait', 'total_resolution')
		OR id IN (SELECT id FROM clock WHERE ticket_id = $1 ORDER BY id DESC LIMIT $2))`, ticketID, shownClocks)
}

// activeClocks are those that have not ended.
func (s *Service) activeClocks(ctx context.Context, tx db.Tx, ticketID int64) ([]*Clock, error) {
	return s.clocksWhere(ctx, tx, `ticket_id = $1 AND ended IS NULL`, ticketID)
}

// perClocks is how many tickets' clocks are read at once.
const perClocks = 100

// activeClocksOf are the clocks of tickets that have not ended, by ticket.
func (s *Service) activeClocksOf(ctx context.Context, tx db.Tx, ids []int64) (map[int64][]*Clock, error) {
	out := map[int64][]*Clock{}
	for len(ids) > 0 {
		n := min(perClocks, len(ids))
		clocks, err := s.clocksWhere(ctx, tx, `ticket_id IN (`+idList(ids[:n])+`) AND ended IS NULL AND id > $1`, 0)
		if err != nil {
			return nil, err
		}
		for _, c := range clocks {
			out[c.TicketID] = append(out[c.TicketID], c)
		}
		ids = ids[n:]
	}
	return out, nil
}

// Promises are the clocks of tickets that have not ended, by ticket. Those that the actor does not work on are left
// out.
func (s *Service) Promises(ctx context.Context, tx db.Tx, by act.Actor, tickets []*Ticket) (map[int64][]*Clock, error) {
	return s.activeClocksOf(ctx, tx, workedOn(by, tickets))
}

// workedOn are the ids of those tickets that the actor works on.
func workedOn(by act.Actor, tickets []*Ticket) (ids []int64) {
	for _, t := range tickets {
		if Agent(by, t) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// AllClocks lists every clock a ticket ever had, the newest first. Whoever works on the ticket may.
func (s *Service) AllClocks(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, page db.Page) ([]*Clock, string, error) {
	if _, err := s.working(ctx, tx, by, ticketID); err != nil {
		return nil, "", err
	}
	list, next, err := db.Newest(ctx, tx, clockFields+` FROM clock`, "id", (&db.Where{}).And("ticket_id = ?", ticketID), page, scanClock, func(c *Clock) int64 { return c.ID })
	if err != nil {
		return nil, "", err
	}
	return list, next, s.calendars(list)
}

func (s *Service) clocksWhere(ctx context.Context, tx db.Tx, where string, args ...any) ([]*Clock, error) {
	rows, err := tx.Query(ctx, `SELECT `+clockFields+` FROM clock WHERE `+where+` ORDER BY id LIMIT 1000`, args...)
	out, err := db.Collect(rows, err, scanClock)
	if err != nil {
		return nil, err
	}
	return out, s.calendars(out)
}

// calendars gives clocks the calendars they count in.
func (s *Service) calendars(clocks []*Clock) error {
	for _, c := range clocks {
		if c.calendar = s.config().calendar(c.CalendarID); c.calendar == nil {
			return errors.New("desk: the calendar of a clock is not in the configuration")
		}
	}
	return nil
}

func scanClock(row db.Scanner) (*Clock, error) {
	c := &Clock{}
	var target, used, started, since int64
	var due, ended, breached sql.NullInt64
	var spans string
	if err := row.Scan(&c.ID, &c.TicketID, &c.Metric, &c.PolicyID, &c.PolicyVersion, &c.CalendarID, &c.CalendarVersion, &target, &c.State,
		&started, &due, &ended, &breached, &used, &since, &spans, &c.EventID); err != nil {
		return nil, err
	}
	c.Target, c.Used = time.Duration(target)*time.Microsecond, time.Duration(used)*time.Microsecond
	c.Started, c.Since, c.Due, c.Ended, c.BreachedAt = db.Time(started), db.Time(since), db.NullTime(due), db.NullTime(ended), db.NullTime(breached)
	return c, json.Unmarshal([]byte(spans), &c.Spans)
}
