package zendesk

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

// people are those a caller wants on a ticket beside its requester, and those it wants off.
func (s *Server) people(ctx context.Context, tx db.Tx, by act.Actor, in *ticketIn) (on, off []directory.Person, err error) {
	list := slices.Concat(in.Collaborators, in.AdditionalCollaborators, in.EmailCCs, in.Followers)
	for _, ids := range [][]number{in.CollaboratorIDs.Value, in.EmailCCIDs, in.FollowerIDs} {
		for _, id := range ids {
			list = append(list, personIn{ID: id})
		}
	}
	if len(list) > maxMany {
		return nil, nil, fault.Field("collaborators", len(list), "at most 100", "A call can name 100 people; these are %d.", len(list))
	}
	for _, one := range list {
		p, err := s.who(ctx, tx, by, one)
		if err != nil {
			return nil, nil, err
		}
		if one.Action == "delete" {
			off = append(off, p)
		} else {
			on = append(on, p)
		}
	}
	return on, off, nil
}

// join puts people on a ticket who are not on it.
func (s *Server) join(ctx context.Context, tx db.Tx, by act.Actor, t *desk.Ticket, people []directory.Person) (*desk.Ticket, error) {
	for _, p := range people {
		if p.ID == t.RequesterID || slices.Contains(t.People.Copies, p.ID) || slices.Contains(t.People.Followers, p.ID) {
			continue
		}
		on, err := s.Desk.AddPerson(ctx, tx, by, t.ID, desk.Copied, p)
		if err != nil {
			return nil, err
		}
		t.People = on.People
	}
	return t, nil
}

// changePeople puts people on a ticket and takes others off.
func (s *Server) changePeople(ctx context.Context, tx db.Tx, by act.Actor, t *desk.Ticket, in *ticketIn) (*desk.Ticket, error) {
	on, off, err := s.people(ctx, tx, by, in)
	if err != nil {
		return nil, err
	}
	if in.CollaboratorIDs.Sent { // all of them: who is not named goes
		for _, id := range slices.Concat(t.People.Copies, t.People.Followers) {
			if !slices.ContainsFunc(on, func(p directory.Person) bool { return p.ID == id }) {
				off = append(off, directory.Person{ID: id})
			}
		}
	}
	if t, err = s.join(ctx, tx, by, t, on); err != nil {
		return nil, err
	}
	for _, p := range off {
		left, err := s.Desk.RemovePerson(ctx, tx, by, t.ID, p.ID)
		if err != nil {
			return nil, err
		}
		t.People = left.People
	}
	return t, nil
}
