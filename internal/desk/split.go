package desk

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/ledger"
)

// maxSplit is how many messages one split takes.
const maxSplit = 100

// Split makes a new ticket of chosen messages of the customer, in the order they were
// written. The original keeps them and says where they went; the new ticket has the same
// requester and takes over what it has in common. subject "" keeps the original's. Whoever
// may edit the ticket may.
func (s *Service) Split(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, comments []int64, subject string) (*Ticket, error) {
	comments = slices.Clone(comments)
	slices.Sort(comments)
	comments = slices.Compact(comments)
	if n := len(comments); n == 0 || n > maxSplit {
		return nil, fault.Field("comments", n, "1 to 100 messages", "A split takes 1 to 100 messages; these are %d.", n)
	}
	by = by.Still()
	locked, err := s.lockEach(ctx, tx, by, []int64{ticketID})
	if err != nil {
		return nil, err
	}
	t := locked[ticketID]
	chosen, err := s.commentsByID(ctx, tx, t.ID, comments)
	if err != nil {
		return nil, err
	}
	for _, c := range chosen {
		if c.Agent || !c.Public {
			return nil, fault.Field("comments", c.ID, "messages of the customer", "Message %d is a colleague's. Only messages of the customer can become a ticket.", c.ID)
		}
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return nil, err
	}
	requester, ok := people[t.RequesterID]
	if !ok {
		return nil, fault.Missing("person", t.RequesterID)
	}
	n := t.followUp(s.config(), chosen[0].again(), requester)
	n.FollowupOf, n.Type, n.TaskDue = 0, t.Type, t.TaskDue
	if subject != "" {
		n.Subject = subject
	}
	made, first, err := s.Create(ctx, tx, by, n)
	if err != nil {
		return nil, err
	}
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketSplit, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"ticket": made.ID, "comments": comments}})
	if err != nil {
		return nil, err
	}
	by = by.Because(act.Cause{Event: event})
	copies := []*Comment{first}
	for _, c := range chosen[1:] {
		m := c.again()
		e, err := s.ledger.Append(ctx, tx, by, m.written(made.ID))
		if err != nil {
			return nil, err
		}
		copied, err := s.insertComment(ctx, tx, by, made, m, e)
		if err != nil {
			return nil, err
		}
		copies = append(copies, copied)
	}
	for i, c := range copies {
		if err := tx.Later(ctx, nil, `INSERT INTO comment_split (comment_id, copy_id, from_id, ticket_id) VALUES ($1, $2, $3, $4)`, chosen[i].ID, c.ID, t.ID, made.ID); err != nil {
			return nil, err
		}
	}
	for _, one := range []*Ticket{t, made} {
		if err := one.mark(ctx, tx, besideSplits); err != nil {
			return nil, err
		}
	}
	_, err = s.jot(ctx, tx, by, made, fmt.Sprintf("Split off from #%d.", t.ID))
	return made, err
}

// again is the message as it is written on another ticket.
func (c *Comment) again() Message {
	m := Message{AuthorID: c.AuthorID, Agent: c.Agent, Public: c.Public, Channel: c.Channel, Text: c.Text, HTML: c.HTML, QuotedHTML: c.QuotedHTML, MessageID: c.MessageID, At: c.At}
	for _, f := range c.Files {
		m.Files = append(m.Files, Attachment{Blob: file.Blob{Hash: f.Hash, Size: f.Size, ContentType: f.ContentType}, Filename: f.Filename, ContentID: f.ContentID, Inline: f.Inline})
	}
	return m
}

// commentsByID reads messages of a ticket, oldest first; one that is not its own is missing.
func (s *Service) commentsByID(ctx context.Context, tx db.Tx, ticketID int64, ids []int64) ([]*Comment, error) {
	w, list := (&db.Where{}).And("ticket_id = ?", ticketID), make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w.In("id", list)
	rows, err := tx.Query(ctx, `SELECT id, `+commentColumns+` FROM comment WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	var out []*Comment
	byID := map[int64]*Comment{}
	if err := scanComments(rows, func(c *Comment) { out, byID[c.ID] = append(out, c), c }); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if byID[id] == nil {
			return nil, fault.Missing("message", id)
		}
	}
	return out, s.attachFiles(ctx, tx, byID)
}

// splits are the messages of a ticket that became, or came from, other tickets.
type splits struct {
	off  map[int64][]int64 // tickets made of a message, by the message
	from int64             // the ticket this one was split off from, 0 for none
	all  []int64           // tickets split off from this one
}

// splitsOf reads what was split off a ticket and what it was split off from.
func (s *Service) splitsOf(ctx context.Context, tx db.Tx, ticketID int64) (out splits, err error) {
	out.off, out.all = map[int64][]int64{}, []int64{}
	rows, err := tx.Query(ctx, `SELECT * FROM (SELECT comment_id, ticket_id, from_id FROM comment_split WHERE from_id = $1 ORDER BY comment_id, ticket_id LIMIT 1000) AS off
		UNION ALL SELECT * FROM (SELECT comment_id, ticket_id, from_id FROM comment_split WHERE ticket_id = $1 ORDER BY copy_id LIMIT 1) AS origin`, ticketID)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		var comment, ticket, from int64
		if err := rows.Scan(&comment, &ticket, &from); err != nil {
			return out, err
		}
		if from != ticketID {
			out.from = from
			continue
		}
		out.off[comment] = append(out.off[comment], ticket)
		if !slices.Contains(out.all, ticket) {
			out.all = append(out.all, ticket)
		}
	}
	return out, rows.Err()
}
