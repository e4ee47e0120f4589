package zendesk

import (
	"context"
	"strconv"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// sideConversation is what colleagues write about a ticket to somebody else, as Zendesk tells it.
type sideConversation struct {
	ID             string            `json:"id"`
	URL            string            `json:"url"`
	TicketID       int64             `json:"ticket_id"`
	Subject        string            `json:"subject"`
	PreviewText    string            `json:"preview_text"`
	State          desk.SideState    `json:"state"`
	Participants   []sideParticipant `json:"participants"`
	CreatedAt      stamp             `json:"created_at"`
	UpdatedAt      stamp             `json:"updated_at"`
	MessageAddedAt stamp             `json:"message_added_at"`
	StateUpdatedAt stamp             `json:"state_updated_at"`
	ExternalIDs    map[string]string `json:"external_ids"`
}

// sideParticipant is somebody who is written to: a person, or a team.
type sideParticipant struct {
	UserID  number `json:"user_id"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	GroupID string `json:"support_group_id,omitempty"`
}

// sideMessageIn is a message as callers send it.
type sideMessageIn struct {
	Subject  string   `json:"subject"`
	Body     string   `json:"body"`
	HTMLBody string   `json:"html_body"`
	Files    []string `json:"attachment_ids"`
	To       []struct {
		UserID  number `json:"user_id"`
		AgentID number `json:"support_agent_id"`
		GroupID number `json:"support_group_id"`
		Email   string `json:"email"`
		Name    string `json:"name"`
	} `json:"to"`
}

func (s *Server) sideEndpoints() []endpoint {
	const lacks = "preview_text is empty, external_ids are not kept; attachment_ids takes tokens of /uploads"
	return []endpoint{
		get("/tickets/{id}/side_conversations", listSides).partly(lacks),
		get("/tickets/{id}/side_conversations/{side}", showSide).partly(lacks),
		post("/tickets/{id}/side_conversations", postSide).partly(lacks),
		post("/tickets/{id}/side_conversations/{side}/reply", replySide).partly(lacks),
		put("/tickets/{id}/side_conversations/{side}", putSide).partly("state alone"),
	}
}

// tellSides tells side conversations with those who take part.
func (c *call) tellSides(ctx context.Context, tx db.Tx, sides []*desk.Side) ([]sideConversation, error) {
	var ids []int64
	for _, s := range sides {
		ids = append(ids, s.Party.People...)
	}
	people, err := c.Directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := []sideConversation{}
	for _, s := range sides {
		told := sideConversation{ID: strconv.FormatInt(s.ID, 10), URL: c.url("/tickets/%d/side_conversations/%d.json", s.TicketID, s.ID), TicketID: s.TicketID, Subject: s.Subject, State: s.State,
			CreatedAt: stamp(s.Started), UpdatedAt: stamp(s.Updated), MessageAddedAt: stamp(s.Updated), StateUpdatedAt: stamp(s.Updated), Participants: []sideParticipant{}, ExternalIDs: map[string]string{}}
		for _, id := range s.Party.People {
			told.Participants = append(told.Participants, sideParticipant{UserID: number(id), Name: people[id].Name, Email: people[id].Email})
		}
		for _, id := range s.Party.Teams {
			var team blueprint.Entry
			team, _ = c.Blueprint.Set().ByID(id)
			told.Participants = append(told.Participants, sideParticipant{Name: team.Title, GroupID: strconv.FormatInt(id, 10)})
		}
		out = append(out, told)
	}
	return out, nil
}

func listSides(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		sides, err := c.Desk.Sides(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		part, more := slice(p, sides, func(s *desk.Side) int64 { return s.ID })
		told, err := c.tellSides(ctx, tx, part)
		if err != nil {
			return err
		}
		out, err = list(c, p, "side_conversations", told, func(s sideConversation) int64 { n, _ := strconv.ParseInt(s.ID, 10, 64); return n }, more, func() (int64, error) { return int64(len(sides)), nil })
		return err
	})
	return out, err
}

// oneSide answers with the side conversation of a ticket.
func (c *call) oneSide(ctx context.Context, tx db.Tx, ticket, id int64) (any, error) {
	sides, err := c.Desk.Sides(ctx, tx, c.by, ticket)
	if err != nil {
		return nil, err
	}
	for _, s := range sides {
		if s.ID != id {
			continue
		}
		told, err := c.tellSides(ctx, tx, []*desk.Side{s})
		if err != nil {
			return nil, err
		}
		return map[string]any{"side_conversation": told[0]}, nil
	}
	return nil, fault.Missing("side conversation", id)
}

func showSide(c *call) (any, error) {
	return c.onSide(c.read, func(context.Context, db.Tx, int64, int64) error { return nil })
}

// onSide does something with the side conversation in the path and answers with it.
func (c *call) onSide(in func(db.Func) error, do func(ctx context.Context, tx db.Tx, ticket, id int64) error) (out any, err error) {
	ticket, err := c.id("id")
	if err != nil {
		return nil, err
	}
	id, err := c.id("side")
	if err != nil {
		return nil, err
	}
	err = in(func(ctx context.Context, tx db.Tx) error {
		if err := do(ctx, tx, ticket, id); err != nil {
			return err
		}
		out, err = c.oneSide(ctx, tx, ticket, id)
		return err
	})
	return out, err
}

// sideSaid is a message with those it is written to; nil when it names nobody.
func (s *Server) sideSaid(ctx context.Context, tx db.Tx, by act.Actor, in *sideMessageIn) (said desk.SideSaid, party *desk.SideParty, err error) {
	public := false
	said.Message, err = s.message(ctx, tx, by, commentIn{Body: in.Body, HTMLBody: in.HTMLBody, Public: &public, Uploads: in.Files}, 0, by.PersonID)
	if err != nil || len(in.To) == 0 {
		return said, nil, err
	}
	party = &desk.SideParty{}
	for _, to := range in.To {
		if to.GroupID != 0 {
			party.Teams = append(party.Teams, int64(to.GroupID))
			continue
		}
		p, err := s.who(ctx, tx, by, personIn{ID: to.UserID + to.AgentID, Email: to.Email, Name: to.Name})
		if err != nil {
			return said, nil, err
		}
		party.People = append(party.People, p.ID)
	}
	return said, party, nil
}

func postSide(c *call) (any, error) {
	ticket, err := c.id("id")
	if err != nil {
		return nil, err
	}
	in, err := sentRecord[sideMessageIn](c, "message")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var out any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		said, party, err := c.sideSaid(ctx, tx, c.by, in)
		if err != nil {
			return err
		}
		if party == nil {
			return fault.Field("message.to", nil, "at least one address, person or group", "A side conversation is written to somebody.")
		}
		_, side, err := c.Desk.BeginSide(ctx, tx, c.by, desk.NewSide{TicketID: ticket, Subject: in.Subject, Party: *party, Said: said})
		if err != nil {
			return err
		}
		out, err = c.oneSide(ctx, tx, ticket, side.ID)
		return err
	})
	return out, err
}

func replySide(c *call) (any, error) {
	in, err := sentRecord[sideMessageIn](c, "message")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	return c.onSide(c.write, func(ctx context.Context, tx db.Tx, ticket, id int64) error {
		said, party, err := c.sideSaid(ctx, tx, c.by, in)
		if err != nil {
			return err
		}
		_, _, err = c.Desk.WriteSide(ctx, tx, c.by, ticket, id, party, said)
		return err
	})
}

func putSide(c *call) (any, error) {
	in, err := sentRecord[struct {
		State desk.SideState `json:"state"`
	}](c, "side_conversation")
	if err != nil {
		return nil, err
	}
	return c.onSide(c.write, func(ctx context.Context, tx db.Tx, ticket, id int64) error {
		if in.State == "" {
			return nil
		}
		_, _, err := c.Desk.CloseSide(ctx, tx, c.by, ticket, id, in.State)
		return err
	})
}
