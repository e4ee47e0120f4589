package desk

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/entitle"
	"steward/internal/rest"
)

// entitlementRoutes registers the routes of tickets that are refused.
func (s *Service) entitlementRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/tickets/{id}/entitlement", "Say whether a ticket's requester may ask for help"), s.getStanding)
	rest.Write(a, rest.POST("/tickets/{id}/entitlement/organization", "Say which organization a refused requester belongs to").Status(http.StatusOK), s.postAssociation)
	rest.Write(a, rest.POST("/tickets/{id}/entitlement/contact", "List a refused requester as a contact of their organization").Status(http.StatusOK), s.postContact)
	rest.Write(a, rest.POST("/tickets/{id}/entitlement/check", "Decide about a refused ticket anew").Status(http.StatusOK), s.postCheck)
	rest.Write(a, rest.POST("/tickets/{id}/entitlement/admit", "Let a refused ticket in").Status(http.StatusOK), s.postAdmit)
}

func (s *Service) getStanding(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (Entitled, error) {
	return s.Entitled(ctx, tx, by, in.ID)
}

// ProofInput is a proof of purchase as the API takes it.
type ProofInput struct {
	Name   string `json:"name" maxLength:"64" doc:"One of what the entitlement accepts."`
	Value  string `json:"value" maxLength:"65536"`
	SoldTo string `json:"sold_to" maxLength:"1000" doc:"Whom it names as buyer."`
}

type postAssociationInput struct {
	IDPath
	Body struct {
		OrganizationID int64       `json:"organization_id" minimum:"1"`
		Proof          *ProofInput `json:"proof,omitempty"`
		Contact        bool        `json:"contact,omitempty" doc:"List them as a contact as well."`
	}
}

func (s *Service) postAssociation(_ context.Context, by act.Actor, in *postAssociationInput) (rest.Change[Full], error) {
	a := Association{OrganizationID: in.Body.OrganizationID, Contact: in.Body.Contact}
	if p := in.Body.Proof; p != nil {
		a.Proof = &entitle.Given{Name: p.Name, Value: p.Value, SoldTo: p.SoldTo}
	}
	return s.fullAfter(by, func(ctx context.Context, tx db.Tx) (*Ticket, error) { return s.Associate(ctx, tx, by, in.ID, a) }), nil
}

func (s *Service) postCheck(_ context.Context, by act.Actor, in *IDPath) (rest.Change[Full], error) {
	return s.fullAfter(by, func(ctx context.Context, tx db.Tx) (*Ticket, error) { return s.CheckAgain(ctx, tx, by, in.ID) }), nil
}

type postAdmitInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" maxLength:"2000" doc:"Why it is let in, for colleagues."`
	}
}

func (s *Service) postAdmit(_ context.Context, by act.Actor, in *postAdmitInput) (rest.Change[Full], error) {
	return s.fullAfter(by, func(ctx context.Context, tx db.Tx) (*Ticket, error) {
		return s.Admit(ctx, tx, by, in.ID, in.Body.Reason)
	}), nil
}

// fullAfter makes a change and answers with the ticket.
func (s *Service) fullAfter(by act.Actor, change func(ctx context.Context, tx db.Tx) (*Ticket, error)) rest.Change[Full] {
	return func(ctx context.Context, tx db.Tx) (Full, error) {
		t, err := change(ctx, tx)
		if err != nil {
			return Full{}, err
		}
		return s.full(ctx, tx, by, t)
	}
}

// refusalOf is what is kept of a ticket that was refused; nil when it never was.
func (s *Service) refusalOf(ctx context.Context, tx db.Tx, ticketID int64) (*refused, error) {
	var r refused
	var at int64
	var answered, admitted, by sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT event_id, reason, at, answered_at, admitted_at, admitted_by, admitted_why FROM ticket_refusal WHERE ticket_id = $1`, ticketID).
		Scan(&r.event, &r.reason, &at, &answered, &admitted, &by, &r.why)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	r.at, r.answeredAt, r.admittedAt, r.by = db.Time(at), db.NullTime(answered), db.NullTime(admitted), by.Int64
	return &r, err
}
