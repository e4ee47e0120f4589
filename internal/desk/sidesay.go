package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/mail"
)

// SideMessage is one message of a side conversation.
type SideMessage struct {
	Comment // TicketID is the ticket's, Public is never true
	MailID  int64
	Marks   SideMarks
}

// SideMarks are what is to be known of a message beside its words.
type SideMarks struct {
	To         []int64 `json:"to,omitempty"`    // people it was written to
	Teams      []int64 `json:"teams,omitempty"` // and teams
	Automatic  bool    `json:"automatic,omitempty"`
	Outsider   bool    `json:"outsider,omitempty"`   // by somebody who had not been written to
	Unverified bool    `json:"unverified,omitempty"` // its sender's address may be forged
}

// saySide writes a message of a colleague into a side conversation and sends it to all who take part.
func (s *Service) saySide(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, side *Side, verb string, said SideSaid) (*SideMessage, error) {
	m := said.Message
	m.Agent, m.Public, m.AuthorID = true, false, by.PersonID
	own, err := s.ticketFiles(ctx, tx, t.ID, said.Own)
	if err != nil {
		return nil, err
	}
	m.Files = append(slices.Clone(m.Files), own...)
	if err := m.check(); err != nil {
		return nil, err
	}
	to, err := s.sideAddressees(ctx, tx, side, by.PersonID)
	if err != nil {
		return nil, err
	}
	tell := to.tell
	if verb == TicketSideAnswered {
		tell = appendFresh(tell, by.PersonID, side.StartedBy, t.AssigneeID)
	}
	event, err := s.ledger.Append(ctx, tx, by, sideEvent(verb, side, map[string]any{"to": side.Party.People, "teams": side.Party.Teams, "tell": tell, "files": len(m.Files)}))
	if err != nil {
		return nil, err
	}
	out, err := s.insertSideMessage(ctx, tx, by, side, m, event, SideMarks{To: side.Party.People, Teams: side.Party.Teams}, 0)
	if err != nil {
		return nil, err
	}
	var after time.Time
	if said.Undo {
		after = by.Now().Add(s.undoFor(t))
		if err := keepSource(ctx, tx, side.ID, out.ID, said.Source); err != nil {
			return nil, err
		}
	}
	if err := s.sendSide(ctx, tx, by, t, side, out, to, after); err != nil {
		return nil, err
	}
	side.State, side.Answered = SideOpen, verb == TicketSideAnswered
	if err := s.waitForSide(ctx, tx, by, side, tell, event); err != nil {
		return nil, err
	}
	return out, s.heardSide(ctx, tx, by, t, side, event)
}

// appendFresh adds people that are not there, leaving out one and nobody.
func appendFresh(list []int64, without int64, more ...int64) []int64 {
	for _, id := range more {
		if id != 0 && id != without && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// heardSide stores what a message changed in its conversation; an answer is a moment that triggers hear of.
func (s *Service) heardSide(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, side *Side, event int64) error {
	side.Messages++
	side.Updated = by.Now()
	if err := side.store(ctx, tx); err != nil || !side.Answered {
		return err
	}
	before := *t
	return s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: event, aside: true})
}

// ticketFiles are files of the ticket's messages, to be sent along.
func (s *Service) ticketFiles(ctx context.Context, tx db.Tx, ticketID int64, ids []int64) (out []Attachment, err error) {
	if len(ids) > maxFiles {
		return nil, fault.Field("ticket_files", len(ids), "at most 100 files", "A message can have 100 files; these are %d.", len(ids))
	}
	for n, id := range ids {
		var there bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM comment_file f JOIN comment c ON c.id = f.comment_id WHERE f.file_id = $1 AND c.ticket_id = $2
			AND NOT EXISTS (SELECT 1 FROM upload u WHERE u.file_id = $1))`, id, ticketID).Scan(&there)
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, fault.Field(fmt.Sprintf("ticket_files[%d]", n), id, "a file on a message of this ticket", "There is no file %d on this ticket that could be sent along. Files that were uploaded by a link stay where they are.", id)
		}
		f, err := s.files.Get(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, Attachment{Blob: file.Blob{Hash: f.Hash, Size: f.Size, ContentType: f.ContentType}, Filename: f.Filename})
	}
	return out, nil
}

// insertSideMessage stores a message of a side conversation and its files.
func (s *Service) insertSideMessage(ctx context.Context, tx db.Tx, by act.Actor, side *Side, m Message, event int64, marks SideMarks, mailID int64) (*SideMessage, error) {
	out := &SideMessage{Comment: *m.comment(side.TicketID, event, by.Now()), MailID: mailID, Marks: marks}
	noted, err := json.Marshal(marks)
	if err != nil {
		return nil, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO side_message (side_id, event_id, author_id, agent, channel, at, body_text, body_html, quoted_html, message_id, mail_id, marks)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		side.ID, event, out.AuthorID, out.Agent, out.Channel, db.Micros(out.At), out.Text, out.HTML, out.QuotedHTML, out.MessageID, db.NullID(mailID), string(noted)).Scan(&out.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range m.Files {
		f, err := s.attach(ctx, tx, by, a)
		if err != nil {
			return nil, err
		}
		if err := tx.Later(ctx, nil, `INSERT INTO side_file (message_id, file_id, content_id, inline) VALUES ($1, $2, $3, $4)`, out.ID, f.ID, a.ContentID, a.Inline); err != nil {
			return nil, err
		}
		out.Files = append(out.Files, CommentFile{File: f, ContentID: a.ContentID, Inline: a.Inline})
	}
	return out, nil
}

// addressees are whom a message of a side conversation goes to.
type addressees struct {
	people  []directory.Person // by name
	members []directory.Person // of teams, who are not named themselves
	author  directory.Person
	tell    []int64 // colleagues among them, for their lists
}

// sideAddressees finds whom a message goes to, without its author.
func (s *Service) sideAddressees(ctx context.Context, tx db.Tx, side *Side, author int64) (out addressees, err error) {
	people, err := s.directory.Names(ctx, tx, append([]int64{author}, side.Party.People...))
	if err != nil {
		return out, err
	}
	out.author, out.tell = people[author], []int64{}
	for _, id := range side.Party.People {
		p := people[id]
		if p.ID == 0 || p.ID == author || !p.Suspended.IsZero() {
			continue
		}
		if out.people = append(out.people, p); p.Agent {
			out.tell = appendFresh(out.tell, author, p.ID)
		}
	}
	if len(side.Party.Teams) == 0 {
		return out, nil
	}
	teams, err := s.directory.Members(ctx, tx, side.Party.Teams)
	if err != nil {
		return out, err
	}
	for _, id := range side.Party.Teams {
		for _, p := range teams[id] {
			if p.ID == author || !p.Suspended.IsZero() || slices.Contains(side.Party.People, p.ID) || slices.ContainsFunc(out.members, func(o directory.Person) bool { return o.ID == p.ID }) || len(out.members) == maxTold {
				continue
			}
			out.members = append(out.members, p)
			out.tell = appendFresh(out.tell, author, p.ID)
		}
	}
	return out, nil
}

// sendSide queues the mails of a message: one to the people by name, and one to the members of teams, whose
// addresses nobody outside needs to know. after is when they may leave; zero is now.
func (s *Service) sendSide(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, side *Side, m *SideMessage, to addressees, after time.Time) error {
	box := s.config().Mailbox(t.MailboxID)
	if box == nil {
		box = s.config().DefaultMailbox()
	}
	outside := slices.ContainsFunc(to.people, func(p directory.Person) bool { return !p.Agent })
	if box == nil {
		if outside {
			return fault.New(fault.Invalid, "There is no mailbox to write from. Add one in Configuration, or write to colleagues only.")
		}
		return nil
	}
	thread, err := s.sideThread(ctx, tx, side.ID, m.ID)
	if err != nil {
		return err
	}
	reply, err := mail.SideAddress(box.Spec.Address, side.ID, s.mail.Keys())
	if err != nil {
		return err
	}
	_, domain := splitAddress(box.Spec.Address)
	out := mail.Outgoing{HTML: m.HTML, Text: m.Text, Date: by.Now(), Subject: side.Subject}
	if len(thread) > 0 {
		out.Subject = replySubject(side.Subject)
	}
	if err := s.enclose(ctx, tx, &out, m.Files, "us; ask for it"); err != nil {
		return err
	}
	for n, list := range [][]directory.Person{to.people, to.members} {
		one := out
		if n == 1 || !outside { // colleagues can go there
			html, text := mail.FromMarkdown(fmt.Sprintf("[Open ticket %d](%s/tickets/%d?side=%d) to answer there, or answer this mail.", t.ID, s.home(), t.ID, side.ID))
			one.HTML, one.Text = one.HTML+html, one.Text+"\n\n"+text
		}
		var addresses []mail.Address
		for _, p := range list {
			if p.Email != "" {
				addresses = append(addresses, mail.Address{Name: p.Name, Email: p.Email})
			}
		}
		if len(addresses) == 0 {
			continue
		}
		head := letterhead{reply: reply, id: mail.SideMessageID(mail.SideRef{SideID: side.ID, MessageID: m.ID, Copy: n}, domain, s.mail.Keys()), thread: thread, after: after}
		id, err := s.post(ctx, tx, by.Because(act.Cause{Event: m.EventID}), t, box, addresses, to.author.Name, one, head)
		if err != nil {
			return err
		}
		if err := tx.Later(ctx, nil, `INSERT INTO side_mail (message_id, outbox_id) VALUES ($1, $2)`, m.ID, id); err != nil {
			return err
		}
		if m.MessageID == "" {
			m.MessageID = head.id
			if err := tx.Later(ctx, nil, `UPDATE side_message SET message_id = $1 WHERE id = $2`, head.id, m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// sideThread lists the Message-IDs of a side conversation before a message, oldest first.
func (s *Service) sideThread(ctx context.Context, tx db.Tx, sideID, before int64) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT message_id FROM side_message WHERE side_id = $1 AND id < $2 AND message_id <> '' ORDER BY id DESC LIMIT 60`, sideID, before)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) })
	ids = slices.DeleteFunc(ids, func(id string) bool { return !printable(id) })
	slices.Reverse(ids)
	return ids, err
}
