package app

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/mail"
	"steward/internal/program"
)

// programTickets lets programs keep their mail in tickets without knowing the desk.
type programTickets struct{ desk *desk.Service }

var _ program.Tickets = programTickets{}

// letter is a message of a program: by a colleague, or by Steward itself.
func letter(author int64, markdown string) desk.Message {
	html, text := mail.FromMarkdown(markdown)
	return desk.Message{AuthorID: author, Agent: true, Public: true, Automatic: author == 0, Channel: program.Channel, HTML: html, Text: text}
}

func status(rests bool) desk.Status {
	if rests {
		return desk.StatusSolved
	}
	return desk.StatusPending
}

// Open implements program.Tickets.
func (p programTickets) Open(ctx context.Context, tx db.Tx, by act.Actor, in program.NewTicket) (int64, error) {
	t, _, err := p.desk.Create(ctx, tx, by, desk.NewTicket{Subject: in.Subject, Message: letter(in.Author, in.Markdown), Requester: in.Requester, TeamID: in.TeamID, MailboxID: in.MailboxID,
		BrandID: in.BrandID, Tags: programTags(in.Program), Channel: "web", Status: status(in.Rests)})
	if err != nil {
		return 0, err
	}
	return t.ID, nil
}

// Say implements program.Tickets.
func (p programTickets) Say(ctx context.Context, tx db.Tx, by act.Actor, ticketID, author int64, markdown string, rests bool) (bool, error) {
	t, _, err := p.desk.Requester(ctx, tx, ticketID)
	if fault.Is(err, fault.NotFound) || err == nil && t.Status == desk.StatusClosed {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, _, err = p.desk.Reply(ctx, tx, by, ticketID, letter(author, markdown), status(rests))
	return err == nil, err
}

// Hear implements program.Tickets.
func (p programTickets) Hear(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, text string, files []file.File) (int64, error) {
	m := desk.PlainMessage(text)
	m.AuthorID, m.Public, m.Channel = by.PersonID, true, program.Channel
	for _, f := range files {
		m.Files = append(m.Files, desk.Attachment{Blob: file.Blob{Hash: f.Hash, Size: f.Size, ContentType: f.ContentType}, Filename: f.Filename})
	}
	t, _, err := p.desk.Reply(ctx, tx, by, ticketID, m, "")
	if fault.Is(err, fault.NotFound) {
		return 0, fault.New(fault.Conflict, "The correspondence about this application is closed. Write to us by mail.")
	}
	if err != nil {
		return 0, err
	}
	return t.ID, nil
}

// TakeUp implements program.Tickets.
func (p programTickets) TakeUp(ctx context.Context, tx db.Tx, fileID int64) error {
	return p.desk.TakeUp(ctx, tx, fileID)
}

// Lines implements program.Tickets.
func (p programTickets) Lines(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) ([]program.TicketLine, error) {
	list, err := p.desk.Some(ctx, tx, by, ids)
	out := []program.TicketLine{}
	for _, t := range slices.Backward(list) {
		out = append(out, program.TicketLine{ID: t.ID, Subject: t.Subject, Status: string(t.Status), RequesterID: t.RequesterID, Updated: t.Updated})
	}
	return out, err
}

// Mark implements program.Tickets.
func (p programTickets) Mark(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, name string) error {
	t, err := p.desk.Get(ctx, tx, by, ticketID)
	if err != nil {
		return err
	}
	tags := slices.Concat(t.Tags, programTags(name))
	slices.Sort(tags)
	tags = slices.Compact(tags)
	_, err = p.desk.Update(ctx, tx, by, ticketID, desk.Edit{Version: t.Version, Tags: &tags})
	return err
}

// programTags mark the tickets of a program's applications.
func programTags(name string) []string { return []string{"application", "program-" + name} }

// linkOfLetter is the address of an application's page in the text of a letter, with its words where a line says nothing
// else: it is the applicant's alone.
var linkOfLetter = regexp.MustCompile(`(?m)^[^.:\n]*<?https?://\S+/portal/applications/[^\s>]+>?[ \t]*$|[ \t]*<?https?://\S+/portal/applications/[^\s>]+>?`)

// Talk implements program.Tickets.
func (p programTickets) Talk(ctx context.Context, tx db.Tx, ticketID int64) (out []program.Said, err error) {
	comments, err := p.desk.PublicComments(ctx, tx, ticketID)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the correspondence of ticket %d", ticketID), err)
	}
	for _, c := range comments[max(len(comments)-50, 0):] {
		out = append(out, program.Said{At: c.At, Mine: !c.Agent, Text: strings.TrimSpace(linkOfLetter.ReplaceAllString(c.Text, ""))})
	}
	return out, nil
}
