package demo

import (
	"time"

	"steward/internal/act"
	"steward/internal/desk"
	"steward/internal/file"
)

// cast turns the people of a story into actors and its turns into what the desk takes.
type cast struct {
	company    *company
	desk       *desk.Config
	generation int64
	log        file.Blob // what customers attach
}

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// customer is who asked, by mail or signed in.
func (c *cast) customer(s *story, t time.Time) act.Actor {
	p := c.company.people[s.person]
	kind := act.Mail
	if s.channel != "mail" {
		kind = act.Person
	}
	return act.Actor{Kind: kind, PersonID: p.ID, OrganizationID: p.OrganizationID, Clock: at(t), Generation: c.generation,
		Grants: []act.Grant{{Action: "*", Kind: "ticket", Scope: act.All}}}
}

func (c *cast) agent(t turn) act.Actor {
	return act.Actor{Kind: act.Person, PersonID: c.company.agents[t.agent].ID, Clock: at(t.at), Generation: c.generation,
		Grants: []act.Grant{{Action: "*", Kind: "ticket", Scope: act.All}}}
}

func (c *cast) system(t turn) act.Actor {
	by := act.Root()
	by.Clock, by.Generation = at(t.at), c.generation
	return by
}

// opening is the new ticket of a story.
func (c *cast) opening(s *story) desk.NewTicket {
	m := desk.PlainMessage(s.text)
	m.Public, m.Channel = true, s.channel
	if s.file {
		m.Files = []desk.Attachment{{Blob: c.log, Filename: "job.log"}}
	}
	n := desk.NewTicket{Subject: s.subject, Message: m, Requester: c.company.people[s.person].Person, Priority: s.priority, Tags: s.tags, Channel: s.channel}
	if other := c.company.colleagueOf(s.person); other != 0 && s.person%6 == 0 { // some mail has copies
		n.Copies = []int64{other}
	}
	if box := c.desk.DefaultMailbox(); box != nil {
		n.MailboxID, n.TeamID, n.BrandID = box.ID, box.TeamID, box.BrandID
	}
	return n
}

// message is what somebody writes in a turn.
func (c *cast) message(s *story, t turn) desk.Message {
	m := desk.PlainMessage(t.text)
	switch t.kind {
	case comments:
		m.Public, m.Channel = true, s.channel
	default:
		m.Agent, m.Public, m.Channel = true, t.kind == replies, "web"
	}
	return m
}

// edit is what an agent, or Steward, changes in a turn.
func (c *cast) edit(t turn) desk.Edit {
	var e desk.Edit
	if t.status != "" {
		e.Status = &t.status
	}
	if t.kind != assigns {
		return e
	}
	id := c.company.agents[t.agent].ID
	e.AssigneeID, e.Tags = &id, &t.tags
	if team := c.desk.TeamNamed(t.team); team != nil {
		e.TeamID = &team.ID
	}
	if t.priority != "" {
		e.Priority = &t.priority
	}
	return e
}
