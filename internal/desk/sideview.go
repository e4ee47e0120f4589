package desk

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/rest"
)

// sidePage is how many messages of a side conversation one page has.
const sidePage = 50

// teamRefs are teams as other records show them, without those that are gone.
func (s *Service) teamRefs(ids []int64) []TeamRef {
	out := []TeamRef{}
	for _, id := range ids {
		if t := s.teamRef(id); t != nil {
			out = append(out, *t)
		}
	}
	return out
}

func (n names) author(id int64) AuthorRef {
	p := n.people[id]
	return AuthorRef{PersonRef{ID: max(p.ID, 0), Name: p.Name, Email: p.Email}, p.Agent}
}

func (n names) authors(ids []int64) []AuthorRef {
	out := []AuthorRef{}
	for _, id := range ids {
		out = append(out, n.author(id))
	}
	return out
}

// sideViews present side conversations.
func (s *Service) sideViews(ctx context.Context, tx db.Tx, all []*Side) ([]SideView, error) {
	var ids []int64
	for _, side := range all {
		ids = append(append(ids, side.StartedBy), side.Party.People...)
	}
	n, err := s.names(ctx, tx, nil, ids...)
	if err != nil {
		return nil, err
	}
	out := []SideView{}
	for _, side := range all {
		out = append(out, SideView{ID: side.ID, TicketID: side.TicketID, Subject: side.Subject, State: side.State, StartedBy: n.author(side.StartedBy).PersonRef, StartedAt: side.Started,
			UpdatedAt: side.Updated, Messages: side.Messages, Answered: side.Answered, People: n.authors(side.Party.People), Teams: s.teamRefs(side.Party.Teams)})
	}
	return out, nil
}

// sideFull presents a side conversation with its newest messages, or those before one.
func (s *Service) sideFull(ctx context.Context, tx db.Tx, by act.Actor, side *Side, before int64) (out SideFull, err error) {
	views, err := s.sideViews(ctx, tx, []*Side{side})
	if err != nil {
		return out, err
	}
	out = SideFull{SideView: views[0], Items: []SideMessageView{}}
	list, more, err := s.sideMessages(ctx, tx, side, before, sidePage)
	if err != nil {
		return out, err
	}
	var ids []any
	var people []int64
	for _, m := range list {
		ids, people = append(ids, m.ID), append(append(people, m.AuthorID), m.Marks.To...)
	}
	n, err := s.names(ctx, tx, nil, people...)
	if err != nil {
		return out, err
	}
	mails, err := s.sideMails(ctx, tx, ids)
	if err != nil {
		return out, err
	}
	var sent []any
	for _, some := range mails {
		for _, o := range some {
			sent = append(sent, o.ID)
		}
	}
	bounces, err := s.mail.BouncesOfMails(ctx, tx, sent)
	if err != nil {
		return out, err
	}
	for i, m := range list {
		v := s.sideMessageView(m, n, mails[m.ID], bounces)
		if i == 0 && before == 0 && m.AuthorID == by.PersonID {
			v.UndoUntil = undoUntil(mails[m.ID], by)
		}
		out.Items = append(out.Items, v)
	}
	slices.Reverse(out.Items)
	if more {
		out.Next = rest.ID(list[len(list)-1].ID)
	}
	return out, nil
}

func (s *Service) sideMessageView(m *SideMessage, n names, mails []mail.Out, bounces map[int64][]mail.Returned) SideMessageView {
	html := shown(m.HTML, m.Files)
	v := SideMessageView{ID: m.ID, EventID: m.EventID, At: m.At, Author: n.author(m.AuthorID), Channel: m.Channel, HTML: html, Text: m.Text, QuotedHTML: shown(m.QuotedHTML, m.Files),
		Attachments: []FileView{}, To: shownPeople(m.Marks.To, n.people), Teams: s.teamRefs(m.Marks.Teams), Deliveries: []DeliveryView{}, Automatic: m.Marks.Automatic, Outsider: m.Marks.Outsider}
	if m.Marks.Unverified {
		v.Warning = "The sender could not be verified: somebody else may have written this."
	}
	for _, f := range m.Files {
		v.Attachments = append(v.Attachments, FileView{f.ID, f.Filename, f.ContentType, f.Size, f.Inline && strings.Contains(html, inlineURL(f.ID))})
	}
	for _, o := range mails {
		v.Deliveries = append(v.Deliveries, *deliveryView(o, bounces[o.ID]...))
	}
	return v
}

// sideDraftView presents a draft with the files that are still there.
func (s *Service) sideDraftView(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, d SideDraft) (SideDraftView, error) {
	n, err := s.names(ctx, tx, nil, d.To.To...)
	if err != nil {
		return SideDraftView{}, err
	}
	out := SideDraftView{Side: d.SideID, Subject: d.Subject, Text: d.Text, People: n.authors(d.To.To), Teams: s.teamRefs(d.To.Teams), Files: []FileView{}, TicketFiles: []int64{}, UpdatedAt: rest.Time(d.Updated)}
	for _, id := range d.Files {
		f, err := s.ownUpload(ctx, tx, by, id)
		if fault.Is(err, fault.NotFound) {
			continue // on a message by now, or gone
		}
		if err != nil {
			return out, err
		}
		out.Files = append(out.Files, FileView{ID: f.ID, Filename: f.Filename, ContentType: f.ContentType, Size: f.Size})
	}
	for _, id := range d.Own {
		if _, err := s.ticketFiles(ctx, tx, ticketID, []int64{id}); err == nil {
			out.TicketFiles = append(out.TicketFiles, id)
		} else if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
			return out, err
		}
	}
	return out, nil
}

// sideFileOf finds a file on a message of a side conversation; false when it is on none. Whoever works on
// the ticket may see it.
func (s *Service) sideFileOf(ctx context.Context, tx db.Tx, by act.Actor, id int64, out *CommentFile) (bool, error) {
	var ticket int64
	err := tx.QueryRow(ctx, `SELECT side.ticket_id, sf.inline, sf.content_id FROM side_file sf JOIN side_message m ON m.id = sf.message_id JOIN side ON side.id = m.side_id WHERE sf.file_id = $1 LIMIT 1`, id).
		Scan(&ticket, &out.Inline, &out.ContentID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	t, err := s.Get(ctx, tx, by, ticket)
	if err != nil || !Agent(by, t) {
		return true, missingFile(id)
	}
	return true, nil
}

// sideSentence says what an event of a side conversation tells.
func (s *Service) sideSentence(e ledger.Event, d eventData, n names) string {
	var to []string
	for _, id := range d.To {
		to = append(to, n.people[id].Name)
	}
	for _, t := range s.teamRefs(d.Teams) {
		to = append(to, t.Title)
	}
	l, with := n.say, strings.Join(to, ", ")
	switch e.Verb {
	case TicketSideBegun:
		if with != "" {
			return l.Say("Began a side conversation with %s", with)
		}
		return l.Word("Began a side conversation")
	case TicketSideSaid:
		if with != "" {
			return l.Say("Wrote in a side conversation with %s", with)
		}
		return l.Word("Wrote in a side conversation")
	case TicketSideAnswered:
		switch {
		case d.Automatic:
			return l.Word("A machine answered in a side conversation")
		case d.Outsider:
			return l.Word("Answered in a side conversation, without having been written to")
		}
		return l.Word("Answered in a side conversation")
	case TicketSideUndone:
		return l.Word("Took a message of a side conversation back before it left")
	case TicketSideClosed:
		return l.Word("Closed a side conversation")
	case TicketSideReopened:
		return l.Word("Opened a side conversation again")
	}
	if len(d.Sides) > 1 {
		return l.Say("%d side conversations came from ticket #%d", len(d.Sides), d.Ticket)
	}
	return l.Say("A side conversation came from ticket #%d", d.Ticket)
}
