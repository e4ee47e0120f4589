package desk

import (
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

// place finds the ticket a mail belongs to and adds to it; without one it opens a ticket.
// Only a signed address or id of ours leads to a ticket, or the id of an earlier mail of
// the same ticket when the sender is part of it, and their address is not found to be
// forged. The subject never does.
func (s *Service) place(ctx context.Context, tx db.Tx, by act.Actor, a arrival, msg *Message, sender directory.Person) (*Ticket, *Comment, error) {
	candidates := mail.Threading(a.mail, s.mail.Keys(), strings.Split(a.EnvelopeTo, ",")...)
	signed := len(candidates)
	if a.mail.Auth.Verdict != mail.Unverified {
		known, err := s.byMessageID(ctx, tx, a.mail)
		if err != nil {
			return nil, nil, err
		}
		candidates = append(candidates, known...)
	}
	for i, id := range candidates {
		t, err := s.load(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		involved, err := s.involved(ctx, tx, t, sender.ID)
		if err != nil {
			return nil, nil, err
		}
		if !involved && i >= signed {
			continue // anybody can write a foreign id into a mail
		}
		asked := t.RequesterID
		if t, err = s.survivor(ctx, tx, t); err != nil { // a merged ticket's mail goes on where it went
			return nil, nil, err
		}
		outsider := false
		if !sender.Agent && asked != sender.ID {
			if outsider, err = s.outside(ctx, tx, t, sender.ID); err != nil {
				return nil, nil, err
			}
		}
		if outsider && t.Status == StatusClosed {
			continue // nobody would look at it there
		}
		if outsider {
			// The address or id was passed on to them. What they say is for colleagues to judge.
			msg.Public, msg.Outsider = false, true
		}
		if sender.Agent && asked != sender.ID && t.RequesterID != sender.ID {
			// A sender's address can be forged, so mail never speaks to a customer in a
			// colleague's name: it becomes an internal note.
			msg.Agent, msg.Public = true, false
		}
		// Whoever holds a signed address was given it by somebody on the ticket.
		by.Grants = []act.Grant{{Action: "*", Kind: "ticket", Scope: act.All}}
		copies, colleagues, err := s.copied(ctx, tx, by, a, sender, msg)
		if err != nil {
			return nil, nil, err
		}
		t, c, err := s.Reply(ctx, tx, by, t.ID, *msg, "")
		if err != nil || outsider {
			return t, c, err
		}
		return t, c, s.copy(ctx, tx, by, t, copies, colleagues)
	}
	if a.verdict.Answer && !a.released {
		return nil, nil, errNowhere
	}
	box := s.config().Mailbox(a.MailboxID)
	n := NewTicket{Subject: a.mail.Subject, Requester: sender, Channel: "mail", MailboxID: a.MailboxID, released: a.released}
	if box != nil {
		n.TeamID, n.BrandID = box.TeamID, box.BrandID
	}
	n.Subject = clipRunes(n.Subject, maxSubject)
	copies, colleagues, err := s.copied(ctx, tx, by, a, sender, msg)
	if err != nil {
		return nil, nil, err
	}
	n.Message, n.Copies = *msg, copies
	t, c, err := s.Create(ctx, tx, by, n)
	if err != nil {
		return nil, nil, err
	}
	return t, c, s.copy(ctx, tx, by, t, nil, colleagues)
}

// outside reports whether somebody who writes to a ticket is not on it: not its requester, not
// copied, and nobody who wrote to it publicly before.
func (s *Service) outside(ctx context.Context, tx db.Tx, t *Ticket, personID int64) (bool, error) {
	if personID == t.RequesterID || slices.Contains(t.People.Copies, personID) {
		return false, nil
	}
	wrote, err := s.wrote(ctx, tx, t.ID, personID, "public = TRUE")
	return !wrote, err
}

// answered are the ids of earlier mails that a mail refers to, the one it answers first.
func answered(m *mail.Message) (ids []any) {
	for _, id := range append([]string{m.InReplyTo}, m.References...) {
		if id != "" && len(ids) < 50 {
			ids = append(ids, id)
		}
	}
	return ids
}

// byMessageID finds tickets by ids of earlier mails that the mail refers to.
func (s *Service) byMessageID(ctx context.Context, tx db.Tx, m *mail.Message) ([]int64, error) {
	ids := answered(m)
	if len(ids) == 0 {
		return nil, nil
	}
	w := (&db.Where{}).In("message_id", ids)
	rows, err := tx.Query(ctx, `SELECT DISTINCT ticket_id FROM message_ref WHERE `+w.SQL()+` ORDER BY ticket_id DESC LIMIT 20`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// involved reports whether a person is part of a ticket: requester, assignee, copied, following or author.
func (s *Service) involved(ctx context.Context, tx db.Tx, t *Ticket, personID int64) (yes bool, err error) {
	if personID == t.RequesterID || personID == t.AssigneeID || slices.Contains(t.People.Copies, personID) || slices.Contains(t.People.Followers, personID) {
		return true, nil
	}
	return s.wrote(ctx, tx, t.ID, personID, "1 = 1")
}

// wrote reports whether a person wrote some of a ticket's messages.
func (s *Service) wrote(ctx context.Context, tx db.Tx, ticketID, personID int64, which string) (yes bool, err error) {
	all, err := s.directory.AliasesOf(ctx, tx, personID) // what they wrote under an earlier record is theirs
	if err != nil {
		return false, err
	}
	w := (&db.Where{}).And("ticket_id = ?", ticketID).And(which)
	authors := []any{personID}
	for _, id := range all {
		authors = append(authors, id)
	}
	w.In("author_id", authors)
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM comment WHERE `+w.SQL()+`)`, w.Args()...).Scan(&yes)
	return yes, err
}
