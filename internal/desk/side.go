package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// SideState says whether a side conversation goes on.
type SideState string

// The states. A closed one opens again when somebody answers.
const (
	SideOpen   SideState = "open"
	SideClosed SideState = "closed"
)

// Limits of side conversations.
const (
	maxSides     = 100 // of one ticket
	maxSideParty = 20  // people and teams of one
	maxSideSaid  = 500 // messages of one
)

// Side is a side conversation: what colleagues write about a ticket to somebody else, unseen by its customer.
type Side struct {
	ID        int64
	TicketID  int64
	Subject   string
	State     SideState
	StartedBy int64
	Started   time.Time
	Updated   time.Time
	Messages  int
	Answered  bool // the newest message is an answer, and nobody has closed or gone on
	Party     SideParty
}

// SideParty are those who are written to: outsiders and colleagues, and teams.
type SideParty struct{ People, Teams []int64 }

// NewSide is what BeginSide takes.
type NewSide struct {
	TicketID int64
	Subject  string
	Party    SideParty
	Said     SideSaid
}

// SideSaid is a message to write in a side conversation.
type SideSaid struct {
	Message Message
	Own     []int64 // files of the ticket to send along
	Source  string  // what was typed, in Markdown, to be given back; "" when it was not
	Undo    bool    // its mail waits as long as the mailbox says, so that it can be taken back
}

// sideTicket locks a ticket whose side conversations somebody writes in: whoever works on it.
func (s *Service) sideTicket(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := s.lock(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, fault.Missing("ticket", id)
	}
	if !Agent(by, t) || by.PersonID == 0 {
		return nil, by.Denied("edit", "ticket")
	}
	return t, nil
}

// side locks a side conversation of a ticket that the actor works on.
func (s *Service) side(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (*Ticket, *Side, error) {
	t, err := s.sideTicket(ctx, tx, by, ticketID)
	if err != nil {
		return nil, nil, err
	}
	side, err := loadSide(ctx, tx, id)
	if err == nil && side.TicketID != t.ID {
		err = fault.Missing("side conversation", id)
	}
	return t, side, err
}

// BeginSide begins a side conversation with its first message. Those who work on the ticket may; its
// customers can take no part.
func (s *Service) BeginSide(ctx context.Context, tx db.Tx, by act.Actor, in NewSide) (*Ticket, *Side, error) {
	t, err := s.sideTicket(ctx, tx, by, in.TicketID)
	if err != nil {
		return nil, nil, err
	}
	if strings.TrimSpace(in.Subject) == "" {
		return nil, nil, fault.Field("subject", in.Subject, "1 to 500 characters", "A side conversation needs a subject: those who get it do not know the ticket.")
	}
	side := &Side{TicketID: t.ID, State: SideOpen, StartedBy: by.PersonID}
	if side.Subject, err = cleanSubject(in.Subject); err != nil {
		return nil, nil, err
	}
	if side.Party, err = s.party(ctx, tx, t, in.Party); err != nil {
		return nil, nil, err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM side WHERE ticket_id = $1`, t.ID).Scan(&n); err != nil {
		return nil, nil, err
	}
	if n >= maxSides {
		return nil, nil, fault.New(fault.Invalid, "This ticket has %d side conversations, and 100 is the most. Go on with one of them.", n)
	}
	by = by.Still()
	side.Started = by.Now()
	err = tx.QueryRow(ctx, `INSERT INTO side (ticket_id, subject, state, started_by, started, updated, messages, answered) VALUES ($1, $2, 'open', $3, $4, $4, 0, FALSE) RETURNING id`,
		t.ID, side.Subject, side.StartedBy, db.Micros(side.Started)).Scan(&side.ID)
	if err != nil {
		return nil, nil, err
	}
	if err := side.storeParty(ctx, tx); err != nil {
		return nil, nil, err
	}
	if err := t.mark(ctx, tx, besideSides); err != nil {
		return nil, nil, err
	}
	if _, err := s.saySide(ctx, tx, by, t, side, TicketSideBegun, in.Said); err != nil {
		return nil, nil, err
	}
	return t, side, dropSideDraft(ctx, tx, by.PersonID, t.ID, 0)
}

// WriteSide adds a message to a side conversation, which opens again if it was closed. party, when not nil,
// says whom it goes to from now on. Those who work on the ticket may.
func (s *Service) WriteSide(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64, party *SideParty, said SideSaid) (*Ticket, *Side, error) {
	t, side, err := s.side(ctx, tx, by, ticketID, id)
	if err != nil {
		return nil, nil, err
	}
	if side.Messages >= maxSideSaid {
		return nil, nil, fault.New(fault.Invalid, "This side conversation has %d messages, and 500 is the most. Begin another one.", side.Messages)
	}
	by = by.Still()
	if party != nil {
		if side.Party, err = s.party(ctx, tx, t, *party); err != nil {
			return nil, nil, err
		}
		if err := side.storeParty(ctx, tx); err != nil {
			return nil, nil, err
		}
	}
	verb, err := s.sideVerb(ctx, tx, by, side)
	if err != nil {
		return nil, nil, err
	}
	if _, err := s.saySide(ctx, tx, by, t, side, verb, said); err != nil {
		return nil, nil, err
	}
	return t, side, dropSideDraft(ctx, tx, by.PersonID, t.ID, side.ID)
}

// sideVerb says whether what somebody writes here is an answer: of one who was asked, and did not begin it.
func (s *Service) sideVerb(ctx context.Context, tx db.Tx, by act.Actor, side *Side) (string, error) {
	if by.PersonID == side.StartedBy {
		return TicketSideSaid, nil
	}
	asked := slices.Contains(side.Party.People, by.PersonID)
	if !asked && len(side.Party.Teams) > 0 {
		members, err := s.directory.Members(ctx, tx, side.Party.Teams)
		if err != nil {
			return "", err
		}
		for _, team := range members {
			asked = asked || slices.ContainsFunc(team, func(p directory.Person) bool { return p.ID == by.PersonID })
		}
	}
	if asked {
		return TicketSideAnswered, nil
	}
	return TicketSideSaid, nil
}

// CloseSide closes a side conversation, or opens it again. Nobody is told outside. Those who work on the
// ticket may.
func (s *Service) CloseSide(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64, state SideState) (*Ticket, *Side, error) {
	t, side, err := s.side(ctx, tx, by, ticketID, id)
	if err != nil || side.State == state {
		return t, side, err
	}
	verb := TicketSideReopened
	switch state {
	case SideClosed:
		verb = TicketSideClosed
		if err := s.doneSide(ctx, tx, by, side.ID); err != nil {
			return nil, nil, err
		}
	case SideOpen:
	default:
		return nil, nil, fault.Field("state", state, "open or closed", "A side conversation cannot be %q.", state)
	}
	by = by.Still()
	if _, err := s.ledger.Append(ctx, tx, by, sideEvent(verb, side, nil)); err != nil {
		return nil, nil, err
	}
	side.State, side.Answered, side.Updated = state, false, by.Now()
	return t, side, side.store(ctx, tx)
}

// sideEvent tells something of a side conversation on its ticket.
func sideEvent(verb string, side *Side, data map[string]any) ledger.Entry {
	if data == nil {
		data = map[string]any{}
	}
	data["side"] = side.ID
	return ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "ticket", ID: side.TicketID}, Visibility: ledger.Internal, Data: data}
}

// party checks who shall take part: known, not suspended, and not the customer.
func (s *Service) party(ctx context.Context, tx db.Tx, t *Ticket, in SideParty) (out SideParty, err error) {
	people, err := s.directory.Names(ctx, tx, in.People)
	if err != nil {
		return out, err
	}
	for n, id := range in.People {
		p := people[id]
		at := fmt.Sprintf("to[%d]", n)
		switch {
		case p.ID == 0:
			return out, fault.Field(at, id, "the id of a person", "There is no person %d.", id)
		case slices.Contains(out.People, p.ID):
			continue
		case p.ID == t.RequesterID || slices.Contains(t.People.Copies, p.ID):
			return out, fault.Field(at, p.Name, "somebody who is not a customer on this ticket", "%s is on this ticket as a customer, who must not read a side conversation. Write them a reply.", p.Name)
		case !p.Suspended.IsZero():
			return out, fault.Field(at, p.Name, "somebody who is not suspended", "%s is suspended, so nothing is sent to them.", p.Name)
		case p.Email == "" && !p.Agent:
			return out, fault.Field(at, p.Name, "somebody with an address", "%s has no address to write to.", p.Name)
		case p.Email != "" && s.mail.Own(p.Email):
			return out, fault.Field(at, p.Email, "an address that is not one of your mailboxes", "%s is a mailbox of this instance. Mail to it would come back again and again.", p.Email)
		}
		out.People = append(out.People, p.ID)
	}
	for _, id := range in.Teams {
		if s.config().Team(id) == nil {
			return out, fault.Missing("team", id)
		}
		if !slices.Contains(out.Teams, id) {
			out.Teams = append(out.Teams, id)
		}
	}
	if n := len(out.People) + len(out.Teams); n == 0 || n > maxSideParty {
		return out, fault.Field("to", n, "1 to 20 people and teams", "A side conversation is with 1 to 20 people and teams; these are %d.", n)
	}
	return out, nil
}

const sideFields = `id, ticket_id, subject, state, started_by, started, updated, messages, answered`

func scanSide(r db.Scanner) (*Side, error) {
	side := &Side{}
	var started, updated int64
	err := r.Scan(&side.ID, &side.TicketID, &side.Subject, &side.State, &side.StartedBy, &started, &updated, &side.Messages, &side.Answered)
	side.Started, side.Updated = db.Time(started), db.Time(updated)
	return side, err
}

// loadSide reads a side conversation with who takes part.
func loadSide(ctx context.Context, tx db.Tx, id int64) (*Side, error) {
	side, err := scanSide(tx.QueryRow(ctx, `SELECT `+sideFields+` FROM side WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Missing("side conversation", id)
	}
	if err != nil {
		return nil, err
	}
	return side, loadParties(ctx, tx, []*Side{side})
}

// loadParties adds who takes part to side conversations.
func loadParties(ctx context.Context, tx db.Tx, all []*Side) error {
	if len(all) == 0 {
		return nil
	}
	ids, at := make([]any, len(all)), map[int64]*Side{}
	for i, side := range all {
		ids[i], at[side.ID] = side.ID, side
	}
	w := (&db.Where{}).In("side_id", ids)
	rows, err := tx.Query(ctx, `SELECT side_id, COALESCE(person_id, 0), COALESCE(team_id, 0) FROM side_party WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (none struct{}, err error) {
		var id, person, team int64
		if err = r.Scan(&id, &person, &team); err != nil {
			return none, err
		}
		p := &at[id].Party
		if team != 0 {
			p.Teams = append(p.Teams, team)
		} else if !slices.Contains(p.People, person) { // one who was merged into another is there once
			p.People = append(p.People, person)
		}
		return none, nil
	})
	return err
}

func (side *Side) storeParty(ctx context.Context, tx db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM side_party WHERE side_id = $1`, side.ID); err != nil {
		return err
	}
	for _, id := range side.Party.People {
		if err := tx.Later(ctx, nil, `INSERT INTO side_party (side_id, person_id) VALUES ($1, $2)`, side.ID, id); err != nil {
			return err
		}
	}
	for _, id := range side.Party.Teams {
		if err := tx.Later(ctx, nil, `INSERT INTO side_party (side_id, team_id) VALUES ($1, $2)`, side.ID, id); err != nil {
			return err
		}
	}
	return nil
}

func (side *Side) store(ctx context.Context, tx db.Tx) error {
	return tx.Later(ctx, nil, `UPDATE side SET state = $1, updated = $2, messages = $3, answered = $4 WHERE id = $5`,
		string(side.State), db.Micros(side.Updated), side.Messages, side.Answered, side.ID)
}
