package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// PersonInput names somebody by id or by address; an address that nobody has makes a new person.
type PersonInput struct {
	ID    int64  `json:"id,omitempty" minimum:"1"`
	Email string `json:"email,omitempty" maxLength:"254"`
	Name  string `json:"name,omitempty" maxLength:"1000" doc:"Of a new person."`
}

// named are the ids of people that somebody named who works on tickets, in order.
func (s *Service) named(ctx context.Context, tx db.Tx, by act.Actor, list []PersonInput) ([]int64, error) {
	ids := make([]int64, 0, len(list))
	var known []int64
	for _, p := range list {
		known = append(known, p.ID)
	}
	people, err := s.directory.Names(ctx, tx, known)
	if err != nil {
		return nil, err
	}
	for n, in := range list {
		switch {
		case in.ID != 0 && people[in.ID].ID == 0:
			return nil, fault.Field(fmt.Sprintf("copies[%d].id", n), in.ID, "the id of a person", "There is no person %d.", in.ID)
		case in.ID != 0:
			ids = append(ids, people[in.ID].ID)
		case s.mail.Own(strings.ToLower(strings.TrimSpace(in.Email))):
			return nil, fault.Field("email", in.Email, "an address that is not one of your mailboxes", "%s is a mailbox of this instance. Mail to it would come back again and again.", in.Email)
		default:
			p, err := s.directory.Resolve(ctx, tx, by, in.Email, in.Name)
			if err != nil {
				return nil, err
			}
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

// TicketPersonView is somebody on a ticket beside its requester and its assignee.
type TicketPersonView struct {
	Person       PersonRef  `json:"person"`
	Organization *OrgRef    `json:"organization"`
	Outside      bool       `json:"outside" doc:"Not of the requester's organization."`
	NoMail       string     `json:"no_mail" doc:"Why no mail goes to them; empty when it does."`
	AddedBy      *PersonRef `json:"added_by" doc:"Null: a mail that went to them as well."`
	At           time.Time  `json:"at"`
}

// TicketPeopleView is everybody on a ticket.
type TicketPeopleView struct {
	Requester PersonRef          `json:"requester"`
	Submitter *PersonRef         `json:"submitter"`
	Copies    []TicketPersonView `json:"copies" nullable:"false"`
	Followers []TicketPersonView `json:"followers" nullable:"false" doc:"For those who work on the ticket."`
	CopiesOff bool               `json:"copies_off" doc:"Whether its mailbox has no copies."`
	MaxCopies int                `json:"max_copies"`
}

func (s *Service) getPeople(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (TicketPeopleView, error) {
	t, all, err := s.PeopleOf(ctx, tx, by, in.ID)
	if err != nil {
		return TicketPeopleView{}, err
	}
	return s.peopleView(ctx, tx, t, all)
}

func (s *Service) peopleView(ctx context.Context, tx db.Tx, t *Ticket, all []TicketPerson) (TicketPeopleView, error) {
	ids := []int64{t.SubmitterID}
	for _, p := range all {
		ids = append(ids, p.PersonID, p.AddedBy)
	}
	n, err := s.names(ctx, tx, []*Ticket{t}, ids...)
	if err != nil {
		return TicketPeopleView{}, err
	}
	var orgs []int64
	var addresses []string
	for _, p := range all {
		orgs = append(orgs, n.people[p.PersonID].OrganizationID)
		addresses = append(addresses, strings.ToLower(n.people[p.PersonID].Email))
	}
	titles, err := s.directory.OrganizationNames(ctx, tx, orgs)
	if err != nil {
		return TicketPeopleView{}, err
	}
	silent, err := s.mail.NoMail(ctx, tx, addresses)
	if err != nil {
		return TicketPeopleView{}, err
	}
	r := n.people[t.RequesterID]
	box := s.config().Mailbox(t.MailboxID)
	out := TicketPeopleView{Requester: PersonRef{ID: t.RequesterID, Name: r.Name, Email: r.Email}, Submitter: n.person(t.SubmitterID), Copies: []TicketPersonView{},
		Followers: []TicketPersonView{}, CopiesOff: box != nil && box.Spec.Copies == "off", MaxCopies: maxCopies}
	for _, tp := range all {
		p := n.people[tp.PersonID]
		v := TicketPersonView{Person: PersonRef{ID: p.ID, Name: p.Name, Email: p.Email}, AddedBy: n.person(tp.AddedBy), At: tp.At,
			Outside: tp.Part == Copied && (t.OrganizationID == 0 || p.OrganizationID != t.OrganizationID)}
		if p.OrganizationID != 0 {
			v.Organization = &OrgRef{p.OrganizationID, titles[p.OrganizationID]}
		}
		switch reason, no := silent[strings.ToLower(p.Email)]; {
		case no:
			v.NoMail = "Mail to this address came back: " + reason + "."
		case p.Email == "":
			v.NoMail = "No address is known."
		case !p.Suspended.IsZero():
			v.NoMail = "Suspended."
		}
		if tp.Part == Following {
			out.Followers = append(out.Followers, v)
		} else {
			out.Copies = append(out.Copies, v)
		}
	}
	return out, nil
}

type postTicketPersonInput struct {
	IDPath
	Body struct {
		Role Part `json:"role" doc:"cc or follower; a colleague who is copied follows."`
		PersonInput
	}
}

func (s *Service) postPerson(_ context.Context, by act.Actor, in *postTicketPersonInput) (rest.Change[TicketPeopleView], error) {
	return func(ctx context.Context, tx db.Tx) (TicketPeopleView, error) {
		id := in.Body.ID
		if id == 0 && in.Body.Email == "" {
			return TicketPeopleView{}, fault.Field("id", nil, "a person's id or an address", "Nobody was named.")
		}
		if _, err := s.mayPeople(ctx, tx, by, in.ID, in.Body.Role, id); err != nil {
			return TicketPeopleView{}, err // before an address makes a person
		}
		ids, err := s.named(ctx, tx, by, []PersonInput{in.Body.PersonInput})
		if err != nil {
			return TicketPeopleView{}, err
		}
		people, err := s.directory.Names(ctx, tx, ids)
		if err != nil {
			return TicketPeopleView{}, err
		}
		if _, err := s.AddPerson(ctx, tx, by, in.ID, in.Body.Role, people[ids[0]]); err != nil {
			return TicketPeopleView{}, err
		}
		return s.getPeople(ctx, tx, by, &in.IDPath)
	}, nil
}

type ticketPersonPath struct {
	IDPath
	Person int64 `path:"person" minimum:"1"`
}

func (s *Service) deletePerson(_ context.Context, by act.Actor, in *ticketPersonPath) (rest.Change[TicketPeopleView], error) {
	return func(ctx context.Context, tx db.Tx) (TicketPeopleView, error) {
		if _, err := s.RemovePerson(ctx, tx, by, in.ID, in.Person); err != nil {
			return TicketPeopleView{}, err
		}
		t, all, err := s.PeopleOf(ctx, tx, by, in.ID)
		if fault.Is(err, fault.NotFound) {
			return TicketPeopleView{Copies: []TicketPersonView{}, Followers: []TicketPersonView{}, MaxCopies: maxCopies}, nil // they may no longer see it
		}
		if err != nil {
			return TicketPeopleView{}, err
		}
		return s.peopleView(ctx, tx, t, all)
	}, nil
}
