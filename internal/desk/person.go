package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Part is what somebody is on a ticket beside its requester and its assignee.
type Part string

// The parts. Somebody has one on a ticket: colleagues follow, everybody else is copied.
const (
	Copied    Part = "cc"       // gets every public reply by mail and may answer
	Following Part = "follower" // a colleague who is told of every message
)

// The most people of each part on one ticket.
const (
	maxCopies    = 48
	maxFollowers = 100
)

// People are those on a ticket beside its requester and its assignee, by id, in the order they came.
type People struct {
	Copies    []int64 `json:"cc,omitempty"`
	Followers []int64 `json:"f,omitempty"`
}

func (p People) none() bool { return len(p.Copies) == 0 && len(p.Followers) == 0 }

// column is how the ticket keeps them; "" for nobody.
func (p People) column() string {
	if p.none() {
		return ""
	}
	b, _ := json.Marshal(p) // numbers always marshal
	return string(b)
}

func readPeople(column string) (p People, err error) {
	if column != "" {
		err = json.Unmarshal([]byte(column), &p)
	}
	return p, err
}

// TicketPerson is somebody on a ticket, how and since when.
type TicketPerson struct {
	PersonID int64
	Part     Part
	AddedBy  int64 // 0: a mail or a machine
	At       time.Time
}

// PeopleOf lists who is on a ticket, in the order they came. Whoever may read it may; only those who work on
// it hear of followers.
func (s *Service) PeopleOf(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) (*Ticket, []TicketPerson, error) {
	t, err := s.Get(ctx, tx, by, ticketID)
	if err != nil || t.People.none() {
		return t, nil, err
	}
	rows, err := tx.Query(ctx, `SELECT person_id, role, COALESCE(added_by, 0), at FROM ticket_person WHERE ticket_id = $1 ORDER BY at, person_id`, t.ID)
	all, err := db.Collect(rows, err, func(r db.Scanner) (p TicketPerson, err error) {
		var at int64
		err = r.Scan(&p.PersonID, &p.Part, &p.AddedBy, &at)
		p.At = db.Time(at)
		return p, err
	})
	if !Agent(by, t) {
		all = slices.DeleteFunc(all, func(p TicketPerson) bool { return p.Part == Following })
	}
	return t, all, err
}

// AddPerson puts somebody on a ticket. part is what is asked for: a colleague who is copied becomes a
// follower, since copies are for people outside. Those who work on the ticket may; colleagues who may
// read it may follow it themselves. Somebody who is on it already stays as they are.
func (s *Service) AddPerson(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, part Part, p directory.Person) (*Ticket, error) {
	t, err := s.mayPeople(ctx, tx, by, ticketID, part, p.ID)
	if err != nil {
		return nil, err
	}
	if t.Status == StatusClosed {
		return nil, checkStatus(StatusClosed, "")
	}
	switch {
	case p.Agent:
		part = Following
	case part == Following:
		return nil, fault.Field("role", part, "a colleague; copy others instead", "Only colleagues can follow a ticket, since followers read internal notes. Copy %s instead.", p.Name)
	}
	if err := s.mayCopy(t, part, p); err != nil {
		return nil, err
	}
	return t, s.join(ctx, tx, by, t, part, []int64{p.ID}, newest)
}

// mayCopy says why somebody cannot be put on a ticket.
func (s *Service) mayCopy(t *Ticket, part Part, p directory.Person) error {
	box := s.config().Mailbox(t.MailboxID)
	switch {
	case p.ID == 0:
		return fault.Field("person_id", 0, "a person's id or an address", "Nobody was named.")
	case p.Email != "" && s.mail.Own(p.Email):
		return fault.Field("email", p.Email, "an address that is not one of your mailboxes", "%s is a mailbox of this instance. A copy to it would come back as mail again and again.", p.Email)
	case part == Following && !p.Suspended.IsZero():
		return fault.Field("person_id", p.ID, "a colleague who is not suspended", "%s is suspended, so they cannot follow a ticket.", p.Name)
	case part == Following:
		return nil
	case p.ID == t.RequesterID:
		return fault.Field("person_id", p.ID, "somebody other than the requester", "%s asked and gets every reply anyway.", p.Name)
	case box != nil && box.Spec.Copies == "off":
		return fault.Field("role", Copied, "nobody: copies are off", "Copies are switched off for the mailbox %s, so nobody can be copied on this ticket.", box.Title)
	}
	return nil
}

// mayPeople returns a locked ticket whose people the actor may change.
func (s *Service) mayPeople(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, part Part, personID int64) (*Ticket, error) {
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, fault.Missing("ticket", ticketID)
	}
	if part != Copied && part != Following {
		return nil, fault.Field("role", part, "cc or follower", "There is no role %q on a ticket.", part)
	}
	own := part == Following && personID == by.PersonID && by.TokenID == 0 // a token that may only read changes nothing
	if !own && !Agent(by, t) {
		return nil, by.Denied("edit", "ticket")
	}
	return t, nil
}

// RemovePerson takes somebody off a ticket; nothing happens when they are not on it. Those who
// work on the ticket may, and everybody may leave it.
func (s *Service) RemovePerson(ctx context.Context, tx db.Tx, by act.Actor, ticketID, personID int64) (*Ticket, error) {
	part := Copied
	if personID == by.PersonID {
		part = Following // leaving is everybody's own
	}
	t, err := s.mayPeople(ctx, tx, by, ticketID, part, personID)
	if err != nil {
		return nil, err
	}
	return t, s.leave(ctx, tx, by, t, personID)
}

// newest stands for the newest message of a ticket.
const newest = int64(-1)

// join adds people to a ticket that the transaction has locked; those who are on it stay as they are.
// Followers hear of what comes after the message told, which may be newest.
func (s *Service) join(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, part Part, ids []int64, told int64) error {
	data, err := s.putOn(ctx, tx, by, t, part, ids, told)
	if err != nil || data == nil {
		return err
	}
	return s.peopleChanged(ctx, tx, by, t, data)
}

// putOn writes the rows of those who join, and returns what their event tells; nil when nobody does.
func (s *Service) putOn(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, part Part, ids []int64, told int64) (map[string]any, error) {
	list, most, what := &t.People.Copies, maxCopies, "copies"
	if part == Following {
		list, most, what = &t.People.Followers, maxFollowers, "followers"
	}
	var added []int64
	for _, id := range ids {
		if id != 0 && !slices.Contains(added, id) && !slices.Contains(t.People.Copies, id) && !slices.Contains(t.People.Followers, id) {
			added = append(added, id)
		}
	}
	if len(added) == 0 {
		return nil, nil
	}
	if n := len(*list) + len(added); n > most {
		return nil, fault.Field("copies", n, fmt.Sprintf("at most %d", most), "A ticket can have %d %s; these are %d.", most, what, n)
	}
	if told = max(told, newest); part == Following && told == newest {
		if err := tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM comment WHERE ticket_id = $1`, t.ID).Scan(&told); err != nil {
			return nil, err
		}
	}
	for _, id := range added {
		if err := tx.Later(ctx, nil, `INSERT INTO ticket_person (ticket_id, person_id, role, added_by, at, told) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (ticket_id, person_id) DO NOTHING`,
			t.ID, id, string(part), db.NullID(by.PersonID), db.Micros(by.Now()), told); err != nil {
			return nil, err
		}
	}
	*list = append(slices.Clone(*list), added...)
	return map[string]any{"role": part, "to": added}, nil
}

const personColumns = `ticket_id, person_id, role, added_by, at, told`

// personRow is somebody copied on a new ticket, as values of personColumns.
func (t *Ticket) personRow(by act.Actor, id int64) []any {
	return []any{t.ID, id, string(Copied), db.NullID(by.PersonID), db.Micros(by.Now()), int64(0)}
}

// copiesOf gives a new ticket its copies, each once, and returns the colleagues among them, who follow it.
func (s *Service) copiesOf(ctx context.Context, tx db.Tx, t *Ticket, ids []int64) (colleagues []int64, err error) {
	people, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		p := people[id]
		if p.ID == t.RequesterID || slices.Contains(t.People.Copies, p.ID) {
			continue
		}
		if p.Agent {
			if p.Suspended.IsZero() {
				colleagues = append(colleagues, p.ID)
			}
			continue
		}
		if err := s.mayCopy(t, Copied, p); err != nil {
			return nil, err
		}
		t.People.Copies = append(t.People.Copies, p.ID)
	}
	if n := len(t.People.Copies); n > maxCopies {
		return nil, fault.Field("copies", n, fmt.Sprintf("at most %d", maxCopies), "A ticket can have %d copies; these are %d.", maxCopies, n)
	}
	return colleagues, nil
}

// leave takes one off a ticket that the transaction has locked.
func (s *Service) leave(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, personID int64) error {
	data, err := s.takeOff(ctx, tx, t, personID)
	if err != nil || data == nil {
		return err
	}
	return s.peopleChanged(ctx, tx, by, t, data)
}

// takeOff deletes the row of one who leaves, and returns what the event tells; nil when they are not on the ticket.
func (s *Service) takeOff(ctx context.Context, tx db.Tx, t *Ticket, personID int64) (map[string]any, error) {
	is := func(id int64) bool { return id == personID }
	part := Copied
	switch {
	case slices.ContainsFunc(t.People.Followers, is):
		part = Following
	case !slices.ContainsFunc(t.People.Copies, is):
		return nil, nil
	}
	t.People.Copies = slices.DeleteFunc(slices.Clone(t.People.Copies), is)
	t.People.Followers = slices.DeleteFunc(slices.Clone(t.People.Followers), is)
	if err := tx.Later(ctx, nil, `DELETE FROM ticket_person WHERE ticket_id = $1 AND person_id = $2`, t.ID, personID); err != nil {
		return nil, err
	}
	return map[string]any{"role": part, "to": []int64{personID}, "left": true}, nil
}

// peopleChanged stores and tells who is on a ticket. Its version stays: nobody edited what others edit.
func (s *Service) peopleChanged(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, data map[string]any) error {
	if err := s.storePeople(ctx, tx, t); err != nil {
		return err
	}
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketPeople, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: data})
	return err
}

func (s *Service) storePeople(ctx context.Context, tx db.Tx, t *Ticket) error {
	return tx.Later(ctx, nil, `UPDATE ticket SET people = $1 WHERE id = $2`, t.People.column(), t.ID)
}

// CopiesOutside are the addresses a public message goes to in copy that are neither colleagues nor
// of the requester's organization. copies are those of the message; nil stands for all of the ticket's.
func (s *Service) CopiesOutside(ctx context.Context, tx db.Tx, t *Ticket, copies []int64) (outside []string, err error) {
	if copies == nil {
		copies = t.People.Copies
	}
	people, err := s.directory.Names(ctx, tx, copies)
	for _, id := range copies {
		if p := people[id]; p.ID != 0 && !p.Agent && (t.OrganizationID == 0 || p.OrganizationID != t.OrganizationID) {
			outside = append(outside, p.Email)
		}
	}
	return outside, err
}

// shownPeople are the people in this order, named.
func shownPeople(ids []int64, people map[int64]directory.Person) []PersonRef {
	out := []PersonRef{}
	for _, id := range ids {
		p := people[id]
		out = append(out, PersonRef{ID: cmp.Or(p.ID, id), Name: p.Name, Email: p.Email})
	}
	return out
}
