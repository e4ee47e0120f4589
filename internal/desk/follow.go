package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// followJob is the kind of timer that writes to a ticket's followers.
const followJob = "desk.follow"

// followAfter is how long news are gathered before followers get one mail about all of them.
const followAfter = 2 * time.Minute

// maxNews is how many messages one notice tells, and maxNewsText how many characters of each.
const (
	maxNews     = 50
	maxNewsText = 4000
)

// tellFollowers makes a new message be told to a ticket's followers, and to colleagues and teams whom a note
// names. event is the message's.
func (s *Service) tellFollowers(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message, commentID, event int64) error {
	if m.past {
		return nil
	}
	after := followAfter
	if m.Agent && !m.Public && m.Channel != "rule" {
		named, err := s.tellMentioned(ctx, tx, by, t, m, commentID, event)
		if err != nil {
			return err
		}
		if named {
			after = 0
		}
	}
	if !slices.ContainsFunc(t.People.Followers, func(id int64) bool { return id != m.AuthorID }) {
		return nil
	}
	spec := job.Spec{Kind: followJob, Key: fmt.Sprint(t.ID), Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Due: by.Now().Add(after)}
	if after == 0 {
		return s.jobs.Set(ctx, tx, by.Now(), spec)
	}
	return s.jobs.Enqueue(ctx, tx, by.Now(), spec)
}

// onFollow is the timer's handler: each follower gets one mail about the messages they have not heard of,
// except their own and those they may not read.
func (s *Service) onFollow(ctx context.Context, tx db.Tx, j job.Job) error {
	t, err := s.lock(ctx, tx, j.Subject.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	type follower struct{ id, told int64 }
	rows, err := tx.Query(ctx, `SELECT person_id, told FROM ticket_person WHERE ticket_id = $1 AND role = 'follower' ORDER BY person_id`, t.ID)
	followers, err := db.Collect(rows, err, func(r db.Scanner) (f follower, err error) { err = r.Scan(&f.id, &f.told); return f, err })
	if err != nil || len(followers) == 0 {
		return err
	}
	from := followers[0].told
	for _, f := range followers {
		from = min(from, f.told)
	}
	news, err := s.news(ctx, tx, t.ID, from)
	if err != nil || len(news) == 0 {
		return err
	}
	ids := []int64{t.RequesterID}
	for _, c := range news {
		ids = append(ids, c.AuthorID)
	}
	for _, f := range followers {
		ids = append(ids, f.id)
	}
	people, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, f := range followers {
		if err := s.tellOne(ctx, tx, t, people[f.id], f.told, news, people); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE ticket_person SET told = $1 WHERE ticket_id = $2 AND role = 'follower' AND told < $1`, news[len(news)-1].ID, t.ID)
	return err
}

// news are a ticket's messages after one, oldest first.
func (s *Service) news(ctx context.Context, tx db.Tx, ticketID, after int64) (out []*Comment, err error) {
	rows, err := tx.Query(ctx, `SELECT id, ticket_id, event_id, author_id, agent, public, channel, at, body_text, body_html, quoted_html, message_id
		FROM comment WHERE ticket_id = $1 AND id > $2 ORDER BY id LIMIT $3`, ticketID, after, maxNews)
	if err != nil {
		return nil, err
	}
	err = scanComments(rows, func(c *Comment) { out = append(out, c) })
	return out, err
}

// tellOne writes to one follower.
func (s *Service) tellOne(ctx context.Context, tx db.Tx, t *Ticket, p directory.Person, told int64, news []*Comment, people map[int64]directory.Person) error {
	if !p.Agent || p.Email == "" || !p.Suspended.IsZero() {
		return nil
	}
	reader, err := s.auth.As(ctx, tx, p.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !auth.Scope(reader, "read", "ticket").Covers(t.Record()) {
		return nil
	}
	var text strings.Builder
	n := 0
	for _, c := range news {
		if c.ID <= told || c.AuthorID == p.ID || !c.Public && !Agent(reader, t) {
			continue
		}
		n++
		how := "replied"
		switch {
		case !c.Public:
			how = "wrote an internal note"
		case !c.Agent:
			how = "wrote"
		}
		who := people[c.AuthorID].Name
		if who == "" {
			who = "A trigger"
		}
		fmt.Fprintf(&text, "**%s** %s on %s:\n\n> %s\n\n", mail.EscapeMarkdown(who), how, c.At.UTC().Format("2 January 15:04 UTC"),
			strings.ReplaceAll(mail.EscapeMarkdown(clipRunes(c.Text, maxNewsText)), "\n", "\n> "))
	}
	if n == 0 {
		return nil
	}
	fmt.Fprintf(&text, "Ticket %d is %s. You follow it: [open it](%s/tickets/%d) to answer, or to follow it no longer. An answer to this mail becomes an internal note.\n",
		t.ID, strings.ToLower(statusWords[t.Status]), s.home(), t.ID)
	by := s.system()
	by.Kind = act.Clock
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: FollowerTold, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"to": []int64{p.ID}, "comments": n}})
	if err != nil {
		return err
	}
	html, plain := mail.FromMarkdown(text.String())
	out := mail.Outgoing{HTML: html, Text: plain, Date: by.Now(), Automatic: true, Subject: fmt.Sprintf("[Ticket %d] %s", t.ID, t.Subject)}
	return s.mailOut(ctx, tx, by.Because(act.Cause{Event: event}), t, []mail.Address{{Name: p.Name, Email: p.Email}}, "", out, mail.MessageRef{TicketID: t.ID, Copy: -int(event)})
}

// link is the address of the workspace.
func (s *Service) home() string {
	if s.base == nil {
		return ""
	}
	return strings.TrimRight(s.base(), "/")
}
