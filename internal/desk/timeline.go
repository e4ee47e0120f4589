package desk

import (
	"context"
	"database/sql"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// Entry is one line of a ticket's timeline: what happened, with the message when somebody wrote.
type Entry struct {
	Event    ledger.Event
	Comment  *Comment        // nil for a change
	Delivery *mail.Out       // how the message left by mail; nil when it did not
	Bounces  []mail.Returned // what became of it behind our relay, when somebody told
	Received []mail.Received // the mails it came in: one for each mailbox
	SplitOff []int64         // tickets that were made of the message
	Docs     []string        // pages of the documentation that the reply leads to
	Said     string          // what its author gave as a reason, which the event itself does not hold
}

// timelineMax is how many entries one page has.
const timelineMax = 500

// Timeline returns what happened to a ticket, oldest first, behind the event with id after.
// Customers see what is public only.
func (s *Service) Timeline(ctx context.Context, tx db.Tx, by act.Actor, ticketID, after int64) (entries []Entry, more bool, err error) {
	t, err := s.Get(ctx, tx, by, ticketID)
	if err != nil {
		return nil, false, err
	}
	events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, after, timelineMax+1)
	if err != nil || len(events) == 0 {
		return nil, false, err
	}
	if len(events) > timelineMax {
		events, more = events[:timelineMax], true
	}
	first, last := events[0].ID, events[0].ID
	for _, e := range events { // on PostgreSQL ids tell no order
		first, last = min(first, e.ID), max(last, e.ID)
	}
	comments, err := s.comments(ctx, tx, t.ID, first, last)
	if err != nil {
		return nil, false, err
	}
	letters, err := s.letters(ctx, tx, comments)
	if err != nil {
		return nil, false, err
	}
	inside := Agent(by, t)
	var parts splits
	if inside && t.beside.has(besideSplits) {
		if parts, err = s.splitsOf(ctx, tx, t.ID); err != nil {
			return nil, false, err
		}
	}
	var led map[int64][]string
	if inside {
		if led, err = docsOfReplies(ctx, tx, events, comments); err != nil {
			return nil, false, err
		}
	}
	var reasons map[int64]string
	if inside {
		if reasons, err = reasonsOfAttention(ctx, tx, t.ID, events); err != nil {
			return nil, false, err
		}
	}
	for _, e := range events {
		c := comments[e.ID]
		if e.Verb == mail.MailQueued || e.Verb == mail.MailSent || e.Verb == FollowerTold {
			continue // the message itself says how it left
		}
		if !inside && (e.Visibility != ledger.Public || c == nil || !c.Public) {
			continue
		}
		entry := Entry{Event: e, Comment: c, Said: reasons[e.ID]}
		if c != nil {
			if o, ok := letters.sent[c.ID]; ok {
				entry.Delivery = &o
			}
			if inside {
				entry.Bounces, entry.Received, entry.SplitOff = letters.bounces[c.ID], letters.received[c.ID], parts.off[c.ID]
				entry.Docs = led[c.ID]
			}
		}
		entries = append(entries, entry)
	}
	return entries, more, nil
}

// letters are the mails behind messages, by comment.
type letters struct {
	sent     map[int64]mail.Out
	bounces  map[int64][]mail.Returned
	received map[int64][]mail.Received
}

// letters reads the mails behind messages, those that left and those that came.
func (s *Service) letters(ctx context.Context, tx db.Tx, comments map[int64]*Comment) (l letters, err error) {
	var out, in []any
	for _, c := range comments {
		switch {
		case c.Agent && c.Public:
			out = append(out, c.ID)
		case c.Channel == "mail":
			in = append(in, c.ID)
		}
	}
	if l.sent, err = s.mail.ForComments(ctx, tx, out); err != nil {
		return l, err
	}
	if l.bounces, err = s.mail.BouncesOf(ctx, tx, out); err != nil {
		return l, err
	}
	l.received, err = s.mail.ForMessages(ctx, tx, in)
	return l, err
}

// Agent reports whether the actor works on the ticket rather than having asked: only such
// people see what is internal.
func Agent(by act.Actor, t *Ticket) bool {
	return auth.Scope(by, "edit", "ticket").Covers(t.Record())
}

// comments reads the messages that these events tell about, by event, with their files.
func (s *Service) comments(ctx context.Context, tx db.Tx, ticketID, from, to int64) (map[int64]*Comment, error) {
	rows, err := tx.Query(ctx, `SELECT id, ticket_id, event_id, author_id, agent, public, channel, at, body_text, body_html, quoted_html, message_id
		FROM comment WHERE ticket_id = $1 AND event_id >= $2 AND event_id <= $3`, ticketID, from, to)
	if err != nil {
		return nil, err
	}
	out, byID := map[int64]*Comment{}, map[int64]*Comment{}
	if err := scanComments(rows, func(c *Comment) { out[c.EventID], byID[c.ID] = c, c }); err != nil {
		return nil, err
	}
	return out, s.attachFiles(ctx, tx, byID)
}

func scanComments(rows *db.Rows, each func(*Comment)) error {
	defer rows.Close()
	for rows.Next() {
		c := &Comment{}
		var at int64
		if err := rows.Scan(&c.ID, &c.TicketID, &c.EventID, &c.AuthorID, &c.Agent, &c.Public, &c.Channel, &at, &c.Text, &c.HTML, &c.QuotedHTML, &c.MessageID); err != nil {
			return err
		}
		c.At = db.Time(at)
		each(c)
	}
	return rows.Err()
}

// attachFiles adds the files of comments, all in one query.
func (s *Service) attachFiles(ctx context.Context, tx db.Tx, comments map[int64]*Comment) error {
	var ids []any
	for id := range comments {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	w := (&db.Where{}).In("cf.comment_id", ids)
	rows, err := tx.Query(ctx, `SELECT cf.comment_id, cf.content_id, cf.inline, f.id, f.hash, f.filename, f.content_type, f.size FROM comment_file cf
		JOIN file f ON f.id = cf.file_id WHERE `+w.SQL()+` ORDER BY f.id`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var comment int64
		var f CommentFile
		if err := rows.Scan(&comment, &f.ContentID, &f.Inline, &f.ID, &f.Hash, &f.Filename, &f.ContentType, &f.Size); err != nil {
			return err
		}
		comments[comment].Files = append(comments[comment].Files, f)
	}
	return rows.Err()
}

// FileOf returns a file and whether the actor may see it: they see the comment it is on, or
// uploaded it themselves.
func (s *Service) FileOf(ctx context.Context, tx db.Tx, by act.Actor, id int64) (CommentFile, error) {
	f, err := s.files.Get(ctx, tx, id)
	if err != nil {
		return CommentFile{}, err
	}
	out := CommentFile{File: f}
	var ticket sql.NullInt64
	var public sql.NullBool
	err = tx.QueryRow(ctx, `SELECT c.ticket_id, c.public, cf.inline, cf.content_id FROM comment_file cf JOIN comment c ON c.id = cf.comment_id WHERE cf.file_id = $1 LIMIT 1`, id).
		Scan(&ticket, &public, &out.Inline, &out.ContentID)
	if err != nil && err != sql.ErrNoRows {
		return out, err
	}
	if !ticket.Valid {
		aside, err := s.sideFileOf(ctx, tx, by, id, &out)
		if aside || err != nil {
			return out, err
		}
		if f.CreatedBy == by.PersonID && by.PersonID != 0 {
			return out, nil
		}
		return out, missingFile(id)
	}
	t, err := s.Get(ctx, tx, by, ticket.Int64)
	if err != nil || !auth.Scope(by, "read", "ticket").Covers(t.Record()) || !public.Bool && !Agent(by, t) {
		return out, missingFile(id)
	}
	return out, nil
}

func missingFile(id int64) error { return fault.Missing("file", id) }
