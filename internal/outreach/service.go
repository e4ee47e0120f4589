package outreach

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// offerJob is the kind of timer that sends a survey.
const offerJob = "survey.offer"

// purpose of the signed links.
const purpose = "survey"

// The verbs of outreach's events. Their subject is the ticket.
const (
	SurveyOffered  = "survey.offered"  // offer, survey_id, survey_version
	SurveyAnswered = "survey.answered" // offer, survey_id, score, has_remark, corrects
)

// Tickets is what outreach needs to know and do about tickets.
type Tickets interface {
	// ForSurvey returns a ticket's people; ok is false when it is not solved any more.
	ForSurvey(ctx context.Context, tx db.Tx, id int64) (t Ticket, ok bool, err error)
	// Notify queues a mail to the requester in the ticket's thread. n tells apart several
	// automatic mails about one ticket, so that each has one Message-ID for ever.
	Notify(ctx context.Context, tx db.Tx, by act.Actor, ticketID, n int64, markdown string) error
}

// Ticket is what a survey knows about a ticket.
type Ticket struct {
	ID          int64
	Subject     string
	RequesterID int64
	Requester   string // name
	AssigneeID  int64
	// OrganizationID is the requester's company, 0 for none.
	OrganizationID int64
}

// SurveyInForce is a survey of the configuration.
type SurveyInForce struct {
	ID       int64
	Version  int
	Name     string
	Title    string
	Spec     Survey
	Template mail.Template
}

// Service sends surveys and takes answers.
type Service struct {
	ledger  *ledger.Ledger
	jobs    *job.Queue
	tickets Tickets
	surveys func() []SurveyInForce
	signer  auth.Signer
	base    func() string
	clock   func() time.Time
}

// Parts are what outreach stands on.
type Parts struct {
	Ledger  *ledger.Ledger
	Jobs    *job.Queue
	Tickets Tickets
	Surveys func() []SurveyInForce // in force now
	Signer  auth.Signer
	BaseURL func() string    // of public pages, without a slash at the end
	Clock   func() time.Time // nil: the machine's
}

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{ledger: p.Ledger, jobs: p.Jobs, tickets: p.Tickets, surveys: p.Surveys, signer: p.Signer, base: p.BaseURL, clock: p.Clock}
	p.Jobs.Handle(offerJob, job.Options{}, s.offer)
	return s
}

// Follower sets and takes back the timers of surveys as tickets are solved and reopened.
func (s *Service) Follower() ledger.Follower {
	return ledger.Follower{Name: "outreach.surveys", Verbs: []string{"ticket.changed", "ticket.created"}, Handle: s.follow}
}

func (s *Service) follow(ctx context.Context, tx db.Tx, e ledger.Event) error {
	var data struct {
		Status  string           `json:"status"` // of a new ticket
		Changes map[string][]any `json:"changes"`

		Imported bool `json:"imported"` // it happened elsewhere, long ago
	}
	if err := e.Decode(&data); err != nil || data.Imported {
		return err
	}
	was, is := "", data.Status
	if c := data.Changes["status"]; len(c) == 2 {
		was, _ = c[0].(string)
		is, _ = c[1].(string)
	}
	for _, sv := range s.surveys() {
		switch {
		case is == "solved":
			if err := s.jobs.Set(ctx, tx, s.clock(), timerOf(sv, e.Subject, e.At, e.ID)); err != nil {
				return err
			}
		case was == "solved" && is != "closed":
			if err := s.jobs.Cancel(ctx, tx, offerJob, offerKey(sv, e.Subject)); err != nil {
				return err
			}
		}
	}
	return nil
}

func offerKey(sv SurveyInForce, ticket ledger.Ref) string {
	return fmt.Sprintf("%d:%d", sv.ID, ticket.ID)
}

type offerArgs struct {
	SurveyID int64 `json:"survey_id"`
	Cause    int64 `json:"cause"` // the event that solved the ticket
}

// offer is the timer's handler: it makes the offer and queues its mail.
func (s *Service) offer(ctx context.Context, tx db.Tx, j job.Job) error {
	var args offerArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	sv, ok := s.survey(args.SurveyID)
	if !ok {
		return nil // retired meanwhile
	}
	t, ok, err := s.tickets.ForSurvey(ctx, tx, j.Subject.ID)
	if err != nil || !ok {
		return err
	}
	by := act.Root()
	by.Clock = s.clock
	by, o := offerOf(by, sv, t, args.Cause)
	err = tx.QueryRow(ctx, `INSERT INTO survey_offer (survey_id, survey_version, ticket_id, person_id, agent_id, state, offered_at, expires, remark, organization_id)
		VALUES ($1, $2, $3, $4, $5, 'offered', $6, $7, '', $8) ON CONFLICT (ticket_id, survey_id) DO NOTHING RETURNING id`,
		o.SurveyID, o.SurveyVersion, o.TicketID, o.PersonID, db.NullID(o.AgentID), db.Micros(o.OfferedAt), db.Micros(o.Expires), db.NullID(o.OrganizationID)).Scan(&o.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // asked once already
	}
	if err != nil {
		return err
	}
	if _, err := s.ledger.Append(ctx, tx, by, o.offered()); err != nil {
		return err
	}
	fill := strings.NewReplacer("{{requester}}", mail.EscapeMarkdown(t.Requester), "{{subject}}", mail.EscapeMarkdown(t.Subject), "{{survey}}", mail.EscapeMarkdown(sv.Title), "{{link}}", s.Link(o.ID))
	return s.tickets.Notify(ctx, tx, by, t.ID, o.ID, fill.Replace(sv.Template.Body))
}

// offerOf is a new offer, without its id, and the actor that makes it: a timer, because of
// the event that solved the ticket.
func offerOf(by act.Actor, sv SurveyInForce, t Ticket, cause int64) (act.Actor, Offer) {
	by.Kind = act.Clock
	now := by.Now()
	return by.Because(act.Cause{Event: cause, Blueprint: sv.ID, Version: sv.Version}), Offer{SurveyID: sv.ID, SurveyVersion: sv.Version, TicketID: t.ID,
		PersonID: t.RequesterID, AgentID: t.AssigneeID, OrganizationID: t.OrganizationID, State: Offered, OfferedAt: now, Expires: now.Add(sv.Spec.Expires.Std())}
}

// offered is the event of an offer.
func (o Offer) offered() ledger.Entry {
	return ledger.Entry{Verb: SurveyOffered, Subject: ledger.Ref{Kind: "ticket", ID: o.TicketID},
		Data: map[string]any{"offer": o.ID, "survey_id": o.SurveyID, "survey_version": o.SurveyVersion}}
}

// Link is the public address of an offer's form.
func (s *Service) Link(offerID int64) string {
	return s.base() + "/portal/survey/" + s.signer.Sign(purpose, offerID)
}

// OfferID returns the offer a link's token stands for.
func (s *Service) OfferID(token string) (int64, bool) { return s.signer.Verify(purpose, token) }

// Survey returns the survey of an offer as it is in force.
func (s *Service) Survey(o Offer) (SurveyInForce, bool) { return s.survey(o.SurveyID) }

func (s *Service) survey(id int64) (SurveyInForce, bool) {
	for _, sv := range s.surveys() {
		if sv.ID == id {
			return sv, true
		}
	}
	return SurveyInForce{}, false
}

// maxRemark is how long a remark may be, in characters.
const maxRemark = 4000

// Answer records an answer. Whoever holds the signed link may, until it expires; a second
// answer corrects the first.
func (s *Service) Answer(ctx context.Context, tx db.Tx, offerID int64, score int, remark string) (Offer, error) {
	o, err := s.Offer(ctx, tx, offerID)
	if err != nil {
		return o, err
	}
	by := act.Actor{Kind: act.Survey, PersonID: o.PersonID, Clock: s.clock}
	now := by.Now()
	if !now.Before(o.Expires) {
		return o, fault.New(fault.Invalid, "This survey ended on %s. Thank you all the same.", lang.At(o.Expires, "2 January 2006"))
	}
	if score < 1 || score > 7 {
		return o, fault.Field("score", score, "a number from 1 to 7", "Choose a number from 1 to 7.")
	}
	remark = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(remark, ""), "\x00", ""))
	if n := utf8.RuneCountInString(remark); n > maxRemark {
		return o, fault.Field("remark", n, "at most 4,000 characters", "The remark has %d characters; 4,000 is the most.", n)
	}
	corrects := o.State == Answered
	o.State, o.AnsweredAt, o.Score, o.Remark = Answered, now, score, remark
	_, err = tx.Exec(ctx, `UPDATE survey_offer SET state = 'answered', answered_at = $1, score = $2, remark = $3 WHERE id = $4`, db.Micros(now), score, remark, o.ID)
	if err != nil {
		return o, err
	}
	_, err = s.ledger.Append(ctx, tx, by, o.answered(corrects))
	return o, err
}

// answered is the event of an answer.
func (o Offer) answered(corrects bool) ledger.Entry {
	return ledger.Entry{Verb: SurveyAnswered, Subject: ledger.Ref{Kind: "ticket", ID: o.TicketID}, Visibility: ledger.Internal,
		Data: map[string]any{"offer": o.ID, "survey_id": o.SurveyID, "score": o.Score, "has_remark": o.Remark != "", "agent_id": o.AgentID, "corrects": corrects}}
}
