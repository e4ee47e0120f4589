package zendesk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// importIn is a ticket with its history.
type importIn struct {
	ticketIn
	Comments  []commentIn `json:"comments"`
	CreatedAt moment      `json:"created_at"`
	UpdatedAt moment      `json:"updated_at"`
	SolvedAt  moment      `json:"solved_at"`

	also    []desk.ExternalID // other ids it is known by
	told    bool              // changes are everything that happened to it
	opened  desk.PastFields
	changes []desk.PastChange
}

func (s *Server) importEndpoints() []endpoint {
	const lacks = "archive_immediately changes nothing; metadata is ignored"
	return []endpoint{
		post("/imports/tickets", importTicket).partly(lacks),
		post("/imports/tickets/create_many", importTickets).answers(200).partly(lacks),
	}
}

// UnmarshalJSON reads both halves.
func (in *importIn) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &in.ticketIn); err != nil {
		return err
	}
	var more struct {
		Comments  []commentIn `json:"comments"`
		CreatedAt moment      `json:"created_at"`
		UpdatedAt moment      `json:"updated_at"`
		SolvedAt  moment      `json:"solved_at"`
	}
	err := json.Unmarshal(b, &more)
	in.Comments, in.CreatedAt, in.UpdatedAt, in.SolvedAt = more.Comments, more.CreatedAt, more.UpdatedAt, more.SolvedAt
	return err
}

// mayImport is asked before anything is taken in; the desk asks again.
func (c *call) mayImport() error {
	if !auth.Scope(c.by, "edit", "ticket").All() {
		return c.by.Denied("edit", "ticket")
	}
	return nil
}

func importTicket(c *call) (any, error) {
	if err := c.mayImport(); err != nil {
		return nil, err
	}
	in, err := sentRecord[importIn](c, "ticket")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		t, err := c.importTicket(ctx, tx, c.by, in)
		if err != nil {
			return err
		}
		told, err := c.tellTickets(ctx, tx, []*desk.Ticket{t})
		if err == nil {
			out = map[string]any{"ticket": told[0]}
		}
		return err
	})
	return out, err
}

func importTickets(c *call) (any, error) {
	var in struct {
		Tickets importList `json:"tickets"`
	}
	if err := c.mayImport(); err != nil {
		return nil, err
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	return c.startJob("ticket_import", in.Tickets)
}

// importList is tickets, also when a client wraps the body a second time: {"tickets": {"tickets": […]}}.
type importList []json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (l *importList) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var in struct {
			Tickets []json.RawMessage `json:"tickets"`
		}
		err := json.Unmarshal(b, &in)
		*l = in.Tickets
		return err
	}
	return json.Unmarshal(b, (*[]json.RawMessage)(l))
}

func (s *Server) jobImport(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
	var in importIn
	if err := json.Unmarshal(item, &in); err != nil {
		return nil, fault.New(fault.Malformed, "This is no ticket: %v", err)
	}
	t, err := s.importTicket(ctx, tx, by, &in)
	if err != nil {
		return nil, err
	}
	return doneWith(t.ID, "create", "Created"), nil
}

// importTicket takes in a ticket as it was: messages keep their authors and times, and nobody is told.
func (s *Server) importTicket(ctx context.Context, tx db.Tx, by act.Actor, in *importIn) (*desk.Ticket, error) {
	if len(in.Comments) == 0 {
		one := commentIn{Body: in.Description}
		if in.Comment != nil {
			one = *in.Comment
		}
		in.Comments = []commentIn{one}
	}
	h, err := s.history(ctx, tx, by, in)
	if err != nil {
		return nil, err
	}
	return s.Desk.Import(ctx, tx, by, h)
}

// history is a ticket as the desk takes it in.
func (s *Server) history(ctx context.Context, tx db.Tx, by act.Actor, in *importIn) (desk.History, error) {
	requester, err := s.requester(ctx, tx, by, &in.ticketIn)
	if err != nil {
		return desk.History{}, err
	}
	first := in.ticketIn // its own comment is that of a new ticket; a history has a list
	first.Comment = &commentIn{Body: "-"}
	first.SubmitterID = 0
	n, followers, err := s.newTicket(ctx, tx, by, &first, requester)
	if err != nil {
		return desk.History{}, err
	}
	n.External = append(n.External, in.also...)
	h := desk.History{NewTicket: n, Status: in.state(), Created: time.Time(in.CreatedAt), Updated: time.Time(in.UpdatedAt), Solved: time.Time(in.SolvedAt),
		Told: in.told, Opened: in.opened, Changes: slices.Clone(in.changes)}
	for _, p := range followers {
		h.Followers = append(h.Followers, p.ID)
	}
	if id := int64(in.SubmitterID); id != requester.ID {
		h.Submitter = id
	}
	for _, one := range in.Comments {
		m, err := s.message(ctx, tx, by, one, requester.ID, cmp.Or(h.Submitter, requester.ID))
		if err != nil {
			return h, err
		}
		if m.At = time.Time(one.Created); m.At.IsZero() {
			m.At = h.Created
		}
		if m.At.IsZero() {
			m.At = by.Now()
		}
		h.Messages = append(h.Messages, m)
	}
	return h, nil
}
