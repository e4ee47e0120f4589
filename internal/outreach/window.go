package outreach

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Remark says whether an answer has one.
type Remark int

// What a filter asks of remarks.
const (
	Any Remark = iota
	With
	Without
)

// Filter narrows a walk over offers; zero values do not.
type Filter struct {
	Unanswered  bool
	Least, Most int // of the score
	Remark      Remark
	From, To    time.Time // when it was offered: from, and before
}

func (f Filter) where() *db.Where {
	w := &db.Where{}
	if f.Unanswered {
		w.And("state = ?", string(Offered))
	}
	if f.Most > 0 {
		w.And("score BETWEEN ? AND ?", f.Least, f.Most)
	}
	switch f.Remark {
	case With:
		w.And("remark <> ''")
	case Without:
		w.And("remark = ''")
	}
	if !f.From.IsZero() {
		w.And("offered_at >= ?", db.Micros(f.From))
	}
	if !f.To.IsZero() {
		w.And("offered_at < ?", db.Micros(f.To))
	}
	return w
}

// Window returns part of a walk over offers in the order of ids, and whether there are others beyond. The
// caller may read every ticket.
func (s *Service) Window(ctx context.Context, tx db.Tx, f Filter, n db.Window) ([]Offer, bool, error) {
	w := f.where()
	order := n.Clause(w, "id")
	rows, err := tx.Query(ctx, `SELECT `+offerFields+` FROM survey_offer WHERE `+w.SQL()+order, w.Args()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (Offer, error) { return scanOffer(r) })
	if err != nil {
		return nil, false, err
	}
	list, more := db.Windowed(n, list)
	return list, more, nil
}

// Counted counts the offers of a walk, up to 100,000. The caller may read every ticket.
func (s *Service) Counted(ctx context.Context, tx db.Tx, f Filter) (n int64, err error) {
	w := f.where()
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM survey_offer WHERE `+w.SQL()+` LIMIT `+w.Arg(100_000)+`) AS bounded`, w.Args()...).Scan(&n)
	return n, err
}

// Ask is the newest offer about a solved ticket, made now when its requester was not asked yet; nobody is
// written to. The caller has checked that the actor is the requester.
func (s *Service) Ask(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) (Offer, error) {
	if o, err := s.OfTicket(ctx, tx, ticketID); err != nil || o != nil {
		if err != nil {
			return Offer{}, err
		}
		return *o, nil
	}
	surveys := s.surveys()
	if len(surveys) == 0 {
		return Offer{}, fault.New(fault.Invalid, "No survey is in force, so there is nothing to answer.")
	}
	t, ok, err := s.tickets.ForSurvey(ctx, tx, ticketID)
	if err != nil {
		return Offer{}, err
	}
	if !ok {
		return Offer{}, fault.New(fault.Invalid, "Only a solved ticket can be rated.")
	}
	asker := act.Root()
	asker.Clock = s.clock
	asker, o := offerOf(asker, surveys[0], t, 0)
	err = tx.QueryRow(ctx, `INSERT INTO survey_offer (survey_id, survey_version, ticket_id, person_id, agent_id, state, offered_at, expires, remark, organization_id)
		VALUES ($1, $2, $3, $4, $5, 'offered', $6, $7, '', $8) ON CONFLICT (ticket_id, survey_id) DO NOTHING RETURNING id`,
		o.SurveyID, o.SurveyVersion, o.TicketID, o.PersonID, db.NullID(o.AgentID), db.Micros(o.OfferedAt), db.Micros(o.Expires), db.NullID(o.OrganizationID)).Scan(&o.ID)
	if errors.Is(err, sql.ErrNoRows) { // somebody else was first
		other, err := s.OfTicket(ctx, tx, ticketID)
		if err != nil || other == nil {
			return o, err
		}
		return *other, nil
	}
	if err != nil {
		return o, err
	}
	_, err = s.ledger.Append(ctx, tx, asker, o.offered())
	return o, err
}
