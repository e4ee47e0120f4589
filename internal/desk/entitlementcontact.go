package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/fault"
	"steward/internal/rest"
)

// mayList reports whether the actor may list the requester of a refused ticket as a contact, and that would help.
func mayList(by act.Actor, t *Ticket, requester directory.Person) bool {
	return t.Refused == entitle.NotListed && t.OrganizationID != 0 && requester.Email != "" && requester.OrganizationID == t.OrganizationID &&
		auth.Scope(by, "write", "organization").Covers(auth.Record{Organization: t.OrganizationID})
}

// ListRequester lists the requester of a ticket that is refused because they are none, as a contact of their organization,
// and decides about the ticket anew; their other open tickets follow. Whoever may edit the ticket and write the organization may.
func (s *Service) ListRequester(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, before, err := s.refusedTicket(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return nil, err
	}
	p := people[t.RequesterID]
	switch {
	case t.Refused != entitle.NotListed:
		return nil, fault.New(fault.Invalid, "To be listed as a contact does not help %s: that is not why the ticket is refused.", p.Name)
	case p.Email == "":
		return nil, fault.New(fault.Invalid, "%s has no address, so they cannot be listed as a contact.", p.Name)
	}
	c, err := s.entitle.AddContact(ctx, tx, by, t.OrganizationID, entitle.NewContact{Email: p.Email})
	if err != nil {
		return nil, err
	}
	return t, s.lookAgain(ctx, tx, by.Because(act.Cause{Event: c.EventID}), t, before)
}

func (s *Service) postContact(_ context.Context, by act.Actor, in *IDPath) (rest.Change[Full], error) {
	return s.fullAfter(by, func(ctx context.Context, tx db.Tx) (*Ticket, error) { return s.ListRequester(ctx, tx, by, in.ID) }), nil
}
