package outreach

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// State says where an offer stands.
type State string

// The states of an offer.
const (
	Offered  State = "offered"
	Answered State = "answered"
)

// Offer is a survey sent to somebody about a ticket.
type Offer struct {
	ID            int64
	SurveyID      int64 // blueprint, pinned with its version
	SurveyVersion int
	TicketID      int64
	PersonID      int64
	AgentID       int64 // assignee when the ticket was solved, 0 for none
	State         State
	OfferedAt     time.Time
	Expires       time.Time
	AnsweredAt    time.Time // zero until answered
	Score         int       // 1 to 7, 0 until answered
	Remark        string
	// OrganizationID is whose ticket it was when they were asked, 0 for nobody's.
	OrganizationID int64
}

const offerFields = `id, survey_id, survey_version, ticket_id, person_id, agent_id, state, offered_at, expires, answered_at, score, remark, organization_id`

func scanOffer(row interface{ Scan(...any) error }) (Offer, error) {
	var o Offer
	var offered, expires int64
	var agent, answered, score, organization sql.NullInt64
	err := row.Scan(&o.ID, &o.SurveyID, &o.SurveyVersion, &o.TicketID, &o.PersonID, &agent, &o.State, &offered, &expires, &answered, &score, &o.Remark, &organization)
	o.AgentID, o.OfferedAt, o.Expires, o.AnsweredAt, o.Score = agent.Int64, db.Time(offered), db.Time(expires), db.NullTime(answered), int(score.Int64)
	o.OrganizationID = organization.Int64
	return o, err
}

// Offer returns one offer by id. Whoever holds its signed link may.
func (s *Service) Offer(ctx context.Context, tx db.Tx, id int64) (Offer, error) {
	o, err := scanOffer(tx.QueryRow(ctx, `SELECT `+offerFields+` FROM survey_offer WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.Missing("survey", id)
	}
	return o, err
}

// OfTicket returns the newest offer about a ticket; nil when there is none. The caller has
// checked the ticket.
func (s *Service) OfTicket(ctx context.Context, tx db.Tx, ticketID int64) (*Offer, error) {
	o, err := scanOffer(tx.QueryRow(ctx, `SELECT `+offerFields+` FROM survey_offer WHERE ticket_id = $1 ORDER BY id DESC LIMIT 1`, ticketID))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &o, err
}

// OfTickets returns the newest offer of each ticket that has one.
func (s *Service) OfTickets(ctx context.Context, tx db.Tx, ids []any) (map[int64]Offer, error) {
	out := map[int64]Offer{}
	if len(ids) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("ticket_id", ids)
	rows, err := tx.Query(ctx, `SELECT `+offerFields+` FROM survey_offer WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		o, err := scanOffer(rows)
		if err != nil {
			return nil, err
		}
		out[o.TicketID] = o
	}
	return out, rows.Err()
}

// OfMany is OfTickets for as many tickets as an export tells at once: their ids travel as one value, so
// that the statement is always the same.
func (s *Service) OfMany(ctx context.Context, tx db.Tx, tickets []int64) (map[int64]Offer, error) {
	out := map[int64]Offer{}
	if len(tickets) == 0 {
		return out, nil
	}
	ids, err := json.Marshal(tickets)
	if err != nil {
		return nil, err
	}
	list, arg := `IN (SELECT value FROM json_each($1))`, string(ids)
	if tx.Engine() == db.Postgres {
		list, arg = `= ANY(CAST(CAST($1 AS text) AS bigint[]))`, "{"+strings.Trim(arg, "[]")+"}"
	}
	rows, err := tx.Query(ctx, `SELECT `+offerFields+` FROM survey_offer WHERE ticket_id `+list+` ORDER BY id`, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		o, err := scanOffer(rows)
		if err != nil {
			return nil, err
		}
		out[o.TicketID] = o
	}
	return out, rows.Err()
}

// OfOrganization lists up to n answers about an organization's tickets, the newest first, that come after a
// place: a time in microseconds and an id. The caller has checked the organization.
func (s *Service) OfOrganization(ctx context.Context, tx db.Tx, organizationID, at, id int64, n int) ([]Offer, error) {
	rows, err := tx.Query(ctx, `SELECT `+offerFields+` FROM survey_offer WHERE organization_id = $1 AND answered_at IS NOT NULL AND answered_at <= $2 AND (answered_at < $2 OR id < $3)
		ORDER BY answered_at DESC, id DESC LIMIT $4`, organizationID, at, id, n)
	return db.Collect(rows, err, func(r db.Scanner) (Offer, error) { return scanOffer(r) })
}
