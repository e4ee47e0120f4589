package outreach

import (
	"context"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Bulk writes surveys of an import: the rows and events that the timer and Answer would have
// made, without mail. Nothing else may write meanwhile.
type Bulk struct {
	s      *Service
	rows   *db.Bulk
	events *ledger.Bulk
	next   int64
}

// NewBulk prepares an import; rows are what it and events collect.
func (s *Service) NewBulk(ctx context.Context, d *db.DB, rows *db.Bulk, events *ledger.Bulk) (*Bulk, error) {
	b := &Bulk{s: s, rows: rows, events: events}
	err := d.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		b.next, err = db.NextID(ctx, tx, "survey_offer")
		return err
	})
	return b, err
}

// Restart makes the ids that the database gives out go on behind the imported ones.
func (b *Bulk) Restart(ctx context.Context, tx db.Tx) error {
	return db.Restart(ctx, tx, "survey_offer")
}

// Surveys are those in force.
func (b *Bulk) Surveys() []SurveyInForce { return b.s.surveys() }

// Timer sets the timer of a ticket that was solved by the event cause and is not asked yet.
func (b *Bulk) Timer(created, solved time.Time, sv SurveyInForce, ticketID, cause int64) error {
	return b.s.jobs.Bulk(b.rows, created, 1, timerOf(sv, ledger.Ref{Kind: "ticket", ID: ticketID}, solved, cause))
}

// Offer makes an offer at a time, as the timer does; cause is the event that solved the ticket.
func (b *Bulk) Offer(ctx context.Context, at time.Time, sv SurveyInForce, t Ticket, cause int64) (Offer, error) {
	by := act.Root()
	by.Clock = func() time.Time { return at }
	by, o := offerOf(by, sv, t, cause)
	o.ID = b.next
	b.next++
	_, err := b.events.Append(ctx, by, o.offered())
	return o, err
}

// Answer records an answer at a time.
func (b *Bulk) Answer(ctx context.Context, at time.Time, o *Offer, score int, remark string) error {
	o.State, o.AnsweredAt, o.Score, o.Remark = Answered, at, score, strings.TrimSpace(remark)
	_, err := b.events.Append(ctx, act.Actor{Kind: act.Survey, PersonID: o.PersonID, Clock: func() time.Time { return at }}, o.answered(false))
	return err
}

// Close adds the offer's row.
func (b *Bulk) Close(o Offer) {
	b.rows.Add("survey_offer", offerFields, o.ID, o.SurveyID, o.SurveyVersion, o.TicketID, o.PersonID, db.NullID(o.AgentID), string(o.State),
		db.Micros(o.OfferedAt), db.Micros(o.Expires), db.NullMicros(o.AnsweredAt), db.NullID(int64(o.Score)), o.Remark, db.NullID(o.OrganizationID))
}

// timerOf is the timer that offers a survey about a ticket solved by an event.
func timerOf(sv SurveyInForce, ticket ledger.Ref, solved time.Time, cause int64) job.Spec {
	return job.Spec{Kind: offerJob, Key: offerKey(sv, ticket), Subject: ticket, Due: solved.Add(sv.Spec.After.Std()), Args: offerArgs{sv.ID, cause}}
}
