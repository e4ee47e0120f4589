package outreach

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// Past is an answer that was given elsewhere, before its ticket came here.
type Past struct {
	TicketID, RequesterID int64
	AgentID               int64 // the assignee then, 0 for none
	Score                 int   // 1 to 7
	Remark                string
	Offered, Answered     time.Time
}

// Import takes in an answer as it was given, at the times it had: nobody is asked and nobody is told. A ticket that
// has an answer of the same survey keeps it. Whoever may edit every ticket may.
func (s *Service) Import(ctx context.Context, tx db.Tx, by act.Actor, p Past) (Offer, error) {
	if !auth.Scope(by, "edit", "ticket").All() {
		return Offer{}, by.Denied("edit", "ticket")
	}
	surveys := s.surveys()
	if len(surveys) == 0 {
		return Offer{}, fault.New(fault.Invalid, "No survey is in force, so answers have no place.")
	}
	if p.Score < 1 || p.Score > 7 {
		return Offer{}, fault.Field("score", p.Score, "a number from 1 to 7", "This is no answer.")
	}
	remark := []rune(strings.ReplaceAll(strings.ToValidUTF8(p.Remark, ""), "\x00", ""))
	asker := by
	asker.Clock = func() time.Time { return p.Offered }
	asker, o := offerOf(asker, surveys[0], Ticket{ID: p.TicketID, RequesterID: p.RequesterID, AssigneeID: p.AgentID}, 0)
	o.State, o.AnsweredAt, o.Expires, o.Score, o.Remark = Answered, p.Answered, p.Answered, p.Score, string(remark[:min(len(remark), maxRemark)])
	err := tx.QueryRow(ctx, `INSERT INTO survey_offer (survey_id, survey_version, ticket_id, person_id, agent_id, state, offered_at, expires, answered_at, score, remark)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (ticket_id, survey_id) DO NOTHING RETURNING id`,
		o.SurveyID, o.SurveyVersion, o.TicketID, o.PersonID, db.NullID(o.AgentID), string(o.State), db.Micros(o.OfferedAt), db.Micros(o.Expires), db.Micros(o.AnsweredAt), o.Score, o.Remark).Scan(&o.ID)
	if errors.Is(err, sql.ErrNoRows) {
		before, err := s.OfTicket(ctx, tx, p.TicketID)
		if err == nil && before != nil {
			o = *before
		}
		return o, err
	}
	if err != nil {
		return o, err
	}
	offered, answered := o.offered(), o.answered(false)
	offered.At, answered.At = p.Offered, p.Answered
	offered.Data.(map[string]any)["imported"], answered.Data.(map[string]any)["imported"] = true, true
	asker.Clock = by.Clock
	if _, err := s.ledger.Append(ctx, tx, asker, offered); err != nil {
		return o, err
	}
	_, err = s.ledger.Append(ctx, tx, act.Actor{Kind: act.Survey, PersonID: o.PersonID, Clock: by.Clock}, answered)
	return o, err
}
