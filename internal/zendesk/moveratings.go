package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/outreach"
)

const movedRating = "satisfaction_rating"

// answersFor is how long after they were asked requesters may answer: Zendesk closes tickets 28 days after they are
// solved at the latest, and a closed one is not rated.
const answersFor = 35 * 24 * time.Hour

// ratings bring over how requesters were satisfied: good, bad and what they wrote.
func (m *Move) ratings(ctx context.Context, s *Step) error {
	const path = "/satisfaction_ratings?score=received"
	list := growing{path: path, member: "satisfaction_ratings", kind: movedRating, margin: answersFor,
		since: func(from time.Time) string { return fmt.Sprintf("%s&start_time=%d", path, from.Unix()) }}
	return m.carrySince(ctx, s, list, func(ctx context.Context, r record) error {
		ticket, err := m.ours(ctx, movedTicket, r.text("ticket_id"))
		if err != nil {
			return err
		}
		score := scorePoints[r.text("score")]
		if r.text("score") == "neutral" { // a Steward's
			score = 4
		}
		if ticket == 0 || score == 0 {
			return &refusal{http.StatusUnprocessableEntity, "its ticket was not brought over, or it is neither good, bad nor neutral"}
		}
		agent, err := m.ours(ctx, movedPerson, r.text("assignee_id"))
		if err != nil {
			return err
		}
		return m.taking(ctx, func(ctx context.Context, tx db.Tx) error {
			t, err := m.server.Desk.Get(ctx, tx, m.by, ticket)
			if fault.Is(err, fault.NotFound) {
				return nil // deleted here
			}
			if err != nil {
				return err
			}
			return m.rate(ctx, tx, t, agent, score, r)
		})
	})
}

// rate takes in one answer and notes its id there.
func (m *Move) rate(ctx context.Context, tx db.Tx, t *desk.Ticket, agent int64, score int, r record) error {
	o, err := m.server.Outreach.Import(ctx, tx, m.by, outreach.Past{TicketID: t.ID, RequesterID: t.RequesterID, AgentID: agent, Score: score, Remark: r.text("comment"),
		Offered: r.time("created_at"), Answered: r.time("updated_at")})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO external_id (source, kind, id, record_id) VALUES ($1, $2, $3, $4) ON CONFLICT (source, kind, id) DO UPDATE SET record_id = excluded.record_id`,
		m.name, movedRating, r.id(), o.ID)
	return err
}
