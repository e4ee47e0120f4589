package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"steward/internal/db"
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
	return m.carrySince(ctx, s, list, func(ctx context.Context, a *arrival, r record) error {
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
		return m.arrive(ctx, a, func(ctx context.Context, tx db.Tx, _ *arrival) (int64, error) {
			t, err := m.server.Desk.Get(ctx, tx, m.by, ticket)
			if fault.Is(err, fault.NotFound) {
				return 0, nil // deleted here
			}
			if err != nil {
				return 0, err
			}
			o, err := m.server.Outreach.Import(ctx, tx, m.by, outreach.Past{TicketID: t.ID, RequesterID: t.RequesterID, AgentID: agent, Score: score, Remark: r.text("comment"),
				Offered: r.time("created_at"), Answered: r.time("updated_at")})
			return o.ID, err
		})
	})
}
