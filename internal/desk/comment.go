package desk

import (
	"context"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/ledger"
)

// Message is what somebody wrote. HTML is sanitised already; Text says the same without markup.
type Message struct {
	AuthorID   int64 // 0: the actor
	Agent      bool  // written by a colleague, not by a customer
	Public     bool
	Channel    string // mail, api, web
	Text       string
	HTML       string
	QuotedHTML string // the history a mail carried along, folded away on the screen
	MessageID  string // of the mail it came with, "" for none
	Files      []Attachment
	At         time.Time // when it was written; zero: now
	Automatic  bool      // sent by a machine (an out-of-office note): recorded, reopens nothing
	Problems   []string  // what was wrong with the mail it came in
	Copies     []int64   // people a public message goes to beside the requester; nil: all copies of the ticket
	Outsider   bool      // by somebody who is not on the ticket: kept as a note

	CopiesOutside []string // addresses in copy of neither colleagues nor the requester's organization, for guards
	Confirm       []string // names of guards that ask, and are answered with yes

	past     bool     // part of a history that is taken in: nobody is told of it
	approved bool     // somebody who reads the author's replies let it go
	guarded  bool     // the form and the guards have looked at it, as a part of something larger
	docs     []string // pages of the documentation it links to
}

// Attachment is a stored blob to attach, or a file uploaded before.
type Attachment struct {
	Blob      file.Blob
	Filename  string
	ContentID string
	Inline    bool
	FileID    int64 // an uploaded file instead of Blob
	Held      bool  // whoever names FileID holds a secret that stands for it: it may be another's upload
	ours      bool  // FileID was put there by the desk itself
}

// Comment is one message on a ticket as stored.
type Comment struct {
	ID         int64
	TicketID   int64
	EventID    int64
	AuthorID   int64
	Agent      bool
	Public     bool
	Channel    string
	At         time.Time
	Text       string
	HTML       string
	QuotedHTML string
	MessageID  string
	Files      []CommentFile
}

// CommentFile is a file attached to a comment.
type CommentFile struct {
	file.File
	ContentID string
	Inline    bool
}

// maxFiles is how many files one message may have.
const maxFiles = 100

func (m Message) check() error {
	if strings.TrimSpace(m.Text) == "" && strings.TrimSpace(m.HTML) == "" && m.QuotedHTML == "" && len(m.Files) == 0 && m.Channel != "mail" {
		return fault.Field("text", "", "some text or a file", "An empty message cannot be sent.")
	}
	if n := max(len(m.Text), len(m.HTML)); n > maxBody && m.Channel != "mail" {
		return fault.New(fault.TooLarge, "This message has %s; %s is the most.", file.Bytes(int64(n)), file.Bytes(maxBody))
	}
	if len(m.Files) > maxFiles {
		return fault.Field("file_ids", len(m.Files), "at most 100 files", "A message can have 100 files; these are %d.", len(m.Files))
	}
	return nil
}

// Reply adds a message to a ticket and, with status, moves it on in the same step. Agents
// within scope may write; requesters may write on their own ticket, publicly. A reply to a
// closed ticket opens a follow-up, which is returned instead. It never conflicts.
func (s *Service) Reply(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, m Message, status Status) (*Ticket, *Comment, error) {
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return nil, nil, err
	}
	return s.reply(ctx, tx, by, t, m, status)
}

// reply is Reply on a ticket that the transaction has locked.
func (s *Service) reply(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message, status Status) (*Ticket, *Comment, error) {
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, nil, fault.Missing("ticket", t.ID)
	}
	if !auth.Scope(by, "write", "ticket").Covers(t.Record()) {
		return nil, nil, by.Denied("write", "ticket")
	}
	if status != "" && !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, nil, by.Denied("edit", "ticket")
	}
	if err := m.check(); err != nil {
		return nil, nil, err
	}
	if err := s.mustBeRead(ctx, tx, by, t, m); err != nil {
		return nil, nil, err
	}
	m.docs = s.config().docsLinks(m, s.home())
	if m.AuthorID == 0 {
		m.AuthorID = by.PersonID
	}
	if t.Status == StatusClosed && m.Public && !m.Automatic {
		if on, err := s.goesOn(ctx, tx, by, t); err != nil || on != nil {
			if err != nil {
				return nil, nil, err
			}
			m.guarded = false // nobody has looked at that one
			return s.reply(ctx, tx, by, on, m, status)
		}
		return s.followUp(ctx, tx, by, t, m)
	}
	by = by.Still() // so that the ledger tells the very time that the clocks saw
	before := *t
	if err := m.move(t, status); err != nil {
		return nil, nil, err
	}
	if status != "" && !m.guarded {
		if err := s.config().complete(t, s.about(ctx, tx, t)); err != nil {
			return nil, nil, err
		}
	}
	if err := s.addressed(ctx, tx, by, t, &m); err != nil {
		return nil, nil, err
	}
	if m.Agent && !m.guarded {
		var err error
		if m.CopiesOutside, err = s.CopiesOutside(ctx, tx, t, m.Copies); err != nil {
			return nil, nil, err
		}
		if err := s.guard(ctx, tx, by, submit{before: &before, after: t, message: &m, confirm: m.Confirm}); err != nil {
			return nil, nil, err
		}
	}
	ruling, err := s.judgeAgain(ctx, tx, t, m)
	if err != nil {
		return nil, nil, err
	}
	event, err := s.ledger.Append(ctx, tx, by, m.written(t.ID))
	if err != nil {
		return nil, nil, err
	}
	c, err := s.insertComment(ctx, tx, by, t, m, event)
	if err != nil {
		return nil, nil, err
	}
	if err := s.change(ctx, tx, by, &before, t, m.moment(by.Now(), event).ruled(ruling)); err != nil {
		return nil, nil, err
	}
	if err := s.linkMentioned(ctx, tx, by, t, m, event); err != nil {
		return nil, nil, err
	}
	if m.Public && m.Agent {
		err = s.send(ctx, tx, by, t, c, m.Copies, m.Automatic)
	}
	return t, c, err
}

// goesOn is the ticket that a message on a merged one lands on, locked: nil when it was not
// merged, when that one is closed itself, and for those who may not write there.
func (s *Service) goesOn(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) (*Ticket, error) {
	on, err := s.survivor(ctx, tx, t)
	if err != nil || on.ID == t.ID || on.Status == StatusClosed || !auth.Scope(by, "write", "ticket").Covers(on.Record()) {
		return nil, err
	}
	return s.lock(ctx, tx, on.ID)
}

// move takes a ticket to the state that a message on it means.
func (m Message) move(t *Ticket, status Status) error {
	switch {
	case status != "":
		if err := checkStatus(t.Status, status); err != nil {
			return err
		}
		t.Status = status
	case m.Automatic:
	case m.Outsider && t.Status != StatusNew && t.Status != StatusClosed:
		t.Status = StatusOpen // somebody must look at it
	case m.Agent && m.Public && t.Status == StatusNew:
		t.Status = StatusOpen
	case !m.Agent && m.Public && t.Status != StatusNew && t.Status != StatusClosed:
		t.Status = StatusOpen
	}
	return nil
}

// written is the event of a message on a ticket.
func (m Message) written(ticketID int64) ledger.Entry {
	verb := TicketNoted
	switch {
	case m.Public && m.Agent:
		verb = TicketReplied
	case m.Public:
		verb = TicketCommented
	}
	data := map[string]any{"channel": m.Channel, "files": len(m.Files), "automatic": m.Automatic, "docs": len(m.docs)}
	if verb == TicketReplied && len(m.Copies) > 0 {
		data["copies"] = m.Copies
	}
	if m.Outsider {
		data["outsider"] = true
	}
	return ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "ticket", ID: ticketID}, At: m.At, Visibility: visibility(m.Public), Data: data}
}

// moment is the message as the clocks see it.
func (m Message) moment(at time.Time, event int64) moment {
	return moment{at: at, event: event, wrote: &m, replied: m.Public && m.Agent && !m.Automatic, asked: m.Public && !m.Agent && !m.Automatic}
}

// followUp opens a new ticket for a message on a closed one.
func (s *Service) followUp(ctx context.Context, tx db.Tx, by act.Actor, closed *Ticket, m Message) (*Ticket, *Comment, error) {
	people, err := s.directory.Names(ctx, tx, []int64{closed.RequesterID})
	if err != nil {
		return nil, nil, err
	}
	requester, ok := people[closed.RequesterID]
	if !ok {
		return nil, nil, fault.Missing("person", closed.RequesterID)
	}
	t, c, err := s.Create(ctx, tx, by, closed.followUp(s.config(), m, requester))
	if err != nil {
		return nil, nil, err
	}
	_, err = s.ledger.Append(ctx, tx, by, closed.followed(t.ID))
	return t, c, err
}

// followUp is the ticket that a message on a closed one opens.
func (t *Ticket) followUp(cfg *Config, m Message, requester directory.Person) NewTicket {
	n := NewTicket{Subject: t.Subject, Message: m, Requester: requester, Priority: t.Priority, TeamID: t.TeamID, BrandID: t.BrandID,
		MailboxID: t.MailboxID, Tags: t.Tags, Channel: m.Channel, FollowupOf: t.ID, FormID: t.FormID, Copies: t.People.Copies, carried: t.Attributes}
	if cfg.Team(n.TeamID) == nil {
		n.TeamID = 0 // the configuration no longer has it
	}
	return n
}

// followed is the event of a follow-up, told on the closed ticket.
func (t *Ticket) followed(followUp int64) ledger.Entry {
	return ledger.Entry{Verb: TicketFollowed, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"followup": followUp}}
}

// comment is the message as stored.
func (m Message) comment(ticketID, event int64, now time.Time) *Comment {
	c := &Comment{TicketID: ticketID, EventID: event, AuthorID: m.AuthorID, Agent: m.Agent, Public: m.Public, Channel: m.Channel, At: m.At,
		Text: m.Text, HTML: m.HTML, QuotedHTML: m.QuotedHTML, MessageID: m.MessageID}
	if c.At.IsZero() {
		c.At = now
	}
	return c
}

const commentColumns = `ticket_id, event_id, author_id, agent, public, channel, at, body_text, body_html, quoted_html, message_id`

var insertCommentSQL = `INSERT INTO comment (` + commentColumns + `) VALUES ` + db.Values(11, 1) + ` RETURNING id`

// row are the values of commentColumns.
func (c *Comment) row() []any {
	return []any{c.TicketID, c.EventID, c.AuthorID, c.Agent, c.Public, c.Channel, db.Micros(c.At), c.Text, c.HTML, c.QuotedHTML, c.MessageID}
}

// insertComment stores a message and its files.
func (s *Service) insertComment(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message, event int64) (*Comment, error) {
	c := m.comment(t.ID, event, by.Now())
	err := tx.QueryRow(ctx, insertCommentSQL, c.row()...).Scan(&c.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range m.Files {
		f, err := s.attach(ctx, tx, by, a)
		if err != nil {
			return nil, err
		}
		err = tx.Later(ctx, nil, `INSERT INTO comment_file (comment_id, file_id, content_id, inline) VALUES ($1, $2, $3, $4)`, c.ID, f.ID, a.ContentID, a.Inline)
		if err != nil {
			return nil, err
		}
		if err := s.traces.Attached(ctx, tx, f, by.Now()); err != nil {
			return nil, err
		}
		c.Files = append(c.Files, CommentFile{File: f, ContentID: a.ContentID, Inline: a.Inline})
	}
	if err := s.tellFollowers(ctx, tx, by, t, m, c.ID, event); err != nil {
		return nil, err
	}
	if err := keepDocs(ctx, tx, c, m.docs); err != nil {
		return nil, err
	}
	if m.MessageID != "" {
		err = tx.Later(ctx, nil, `INSERT INTO message_ref (message_id, ticket_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, m.MessageID, t.ID)
	}
	return c, err
}

// attach returns the file that an attachment becomes.
func (s *Service) attach(ctx context.Context, tx db.Tx, by act.Actor, a Attachment) (file.File, error) {
	switch {
	case a.FileID == 0:
		return s.files.Attach(ctx, tx, by, a.Blob, a.Filename)
	case a.ours:
		return s.files.Get(ctx, tx, a.FileID)
	case a.Held:
		return s.unusedUpload(ctx, tx, a.FileID)
	}
	return s.ownUpload(ctx, tx, by, a.FileID)
}

// ownUpload returns an uploaded file that the actor may attach: their own, not yet used elsewhere.
func (s *Service) ownUpload(ctx context.Context, tx db.Tx, by act.Actor, id int64) (file.File, error) {
	f, err := s.unusedUpload(ctx, tx, id)
	if err == nil && f.CreatedBy != by.PersonID {
		return f, fault.Missing("file", id)
	}
	return f, err
}

// unusedUpload returns an uploaded file that no message has taken up.
func (s *Service) unusedUpload(ctx context.Context, tx db.Tx, id int64) (file.File, error) {
	f, err := s.files.Get(ctx, tx, id)
	if err != nil {
		return f, err
	}
	var used bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM comment_file WHERE file_id = $1 UNION ALL SELECT 1 FROM side_file WHERE file_id = $1)`, id).Scan(&used); err != nil {
		return f, err
	}
	if used {
		return f, fault.Missing("file", id)
	}
	return f, nil
}
