package desk

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// sideRoutes are those of side conversations.
func (s *Service) sideRoutes(a *rest.API) {
	const base = "/tickets/{id}/side-conversations"
	rest.Read(a, rest.GET(base, "List the side conversations of a ticket"), s.getSides)
	rest.Write(a, rest.POST(base, "Begin a side conversation"), s.postSide)
	rest.Read(a, rest.GET(base+"/{side}", "Get a side conversation with its messages"), s.getSide)
	rest.Write(a, rest.PATCH(base+"/{side}", "Close a side conversation or open it again"), s.patchSide)
	rest.Write(a, rest.POST(base+"/{side}/messages", "Write in a side conversation"), s.postSideMessage)
	rest.Write(a, rest.POST(base+"/{side}/messages/{message}/undo", "Take a message of a side conversation back").Status(http.StatusOK), s.postSideUndo)
	rest.Write(a, rest.POST(base+"/{side}/read", "Say that you have read a side conversation").Status(http.StatusOK), s.postSideRead)
	rest.Read(a, rest.GET(base+"/{side}/draft", "Get your draft in a side conversation; 0 is a new one"), s.getSideDraft)
	rest.Write(a, rest.PUT(base+"/{side}/draft", "Keep your draft in a side conversation; 0 is a new one"), s.putSideDraft)
	rest.Write(a, rest.DELETE(base+"/{side}/draft", "Drop your draft in a side conversation; 0 is a new one"), s.deleteSideDraft)
}

// SidePath names a side conversation of a ticket.
type SidePath struct {
	IDPath
	Side int64 `path:"side" minimum:"1"`
}

// PartyInput names one who takes part: a person by id or address, or a team by name.
type PartyInput struct {
	PersonInput
	Team string `json:"team,omitempty" maxLength:"100" doc:"A team by name, instead of a person."`
}

// SideWords are what somebody writes in a side conversation.
type SideWords struct {
	Text        string  `json:"text,omitempty" doc:"The message in Markdown."`
	HTML        string  `json:"html,omitempty" doc:"The message in HTML, instead of text."`
	FileIDs     []int64 `json:"file_ids,omitempty" maxItems:"100" doc:"Files you have uploaded."`
	TicketFiles []int64 `json:"ticket_files,omitempty" maxItems:"100" doc:"Files on messages of the ticket, to be sent along."`
	Undo        bool    `json:"undo,omitempty" doc:"Let its mail wait as long as the mailbox says, so that it can be taken back."`
}

// said makes of a body what is to be written.
func (b SideWords) said(by act.Actor) (SideSaid, error) {
	m, err := written(b.Text, b.HTML, b.FileIDs)
	m.Channel = "web"
	if by.TokenID != 0 {
		m.Channel = "api"
	}
	return SideSaid{Message: m, Own: b.TicketFiles, Source: b.Text, Undo: b.Undo}, err
}

// partyOf finds who is named.
func (s *Service) partyOf(ctx context.Context, tx db.Tx, by act.Actor, list []PartyInput) (out SideParty, err error) {
	for n, in := range list {
		if in.Team == "" {
			ids, err := s.named(ctx, tx, by, []PersonInput{in.PersonInput})
			if err != nil {
				return out, err
			}
			out.People = append(out.People, ids...)
			continue
		}
		t := s.config().TeamNamed(in.Team)
		if t == nil {
			return out, fault.Field(fmt.Sprintf("to[%d].team", n), in.Team, "the name of a team", "There is no team %q.", in.Team)
		}
		out.Teams = append(out.Teams, t.ID)
	}
	return out, nil
}

func (s *Service) getSides(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (rest.List[SideView], error) {
	all, err := s.Sides(ctx, tx, by, in.ID)
	if err != nil {
		return rest.List[SideView]{}, err
	}
	views, err := s.sideViews(ctx, tx, all)
	return rest.NewList(views, ""), err
}

type postSideInput struct {
	IDPath
	Body struct {
		SideWords
		Subject string       `json:"subject" maxLength:"500"`
		To      []PartyInput `json:"to" minItems:"1" maxItems:"20" doc:"Who is written to."`
	}
}

func (s *Service) postSide(_ context.Context, by act.Actor, in *postSideInput) (rest.Change[SideFull], error) {
	said, err := in.Body.said(by)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) (SideFull, error) {
		if _, err := s.sideTicket(ctx, tx, by, in.ID); err != nil { // before anybody is made known
			return SideFull{}, err
		}
		party, err := s.partyOf(ctx, tx, by, in.Body.To)
		if err != nil {
			return SideFull{}, err
		}
		_, side, err := s.BeginSide(ctx, tx, by, NewSide{TicketID: in.ID, Subject: in.Body.Subject, Party: party, Said: said})
		if err != nil {
			return SideFull{}, err
		}
		return s.sideFull(ctx, tx, by, side, 0)
	}, nil
}

type getSideInput struct {
	SidePath
	Cursor int64 `query:"cursor" minimum:"0" doc:"The next value of the page before."`
}

func (s *Service) getSide(ctx context.Context, tx db.Tx, by act.Actor, in *getSideInput) (SideFull, error) {
	side, err := s.sideSeen(ctx, tx, by, in.ID, in.Side)
	if err != nil {
		return SideFull{}, err
	}
	return s.sideFull(ctx, tx, by, side, in.Cursor)
}

type patchSideInput struct {
	SidePath
	Body struct {
		State SideState `json:"state" enum:"open,closed"`
	}
}

func (s *Service) patchSide(_ context.Context, by act.Actor, in *patchSideInput) (rest.Change[SideFull], error) {
	return func(ctx context.Context, tx db.Tx) (SideFull, error) {
		_, side, err := s.CloseSide(ctx, tx, by, in.ID, in.Side, in.Body.State)
		if err != nil {
			return SideFull{}, err
		}
		return s.sideFull(ctx, tx, by, side, 0)
	}, nil
}

type postSideMessageInput struct {
	SidePath
	Body struct {
		SideWords
		To *[]PartyInput `json:"to,omitempty" maxItems:"20" doc:"Who is written to from now on; as before when left out."`
	}
}

func (s *Service) postSideMessage(_ context.Context, by act.Actor, in *postSideMessageInput) (rest.Change[SideFull], error) {
	said, err := in.Body.said(by)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) (SideFull, error) {
		var party *SideParty
		if in.Body.To != nil {
			if _, _, err := s.side(ctx, tx, by, in.ID, in.Side); err != nil {
				return SideFull{}, err
			}
			named, err := s.partyOf(ctx, tx, by, *in.Body.To)
			if err != nil {
				return SideFull{}, err
			}
			party = &named
		}
		_, side, err := s.WriteSide(ctx, tx, by, in.ID, in.Side, party, said)
		if err != nil {
			return SideFull{}, err
		}
		return s.sideFull(ctx, tx, by, side, 0)
	}, nil
}

type sideMessagePath struct {
	SidePath
	Message int64 `path:"message" minimum:"1"`
}

func (s *Service) postSideUndo(_ context.Context, by act.Actor, in *sideMessagePath) (rest.Change[SideDraftView], error) {
	return func(ctx context.Context, tx db.Tx) (SideDraftView, error) {
		if _, err := s.UndoSide(ctx, tx, by, in.ID, in.Side, in.Message); err != nil {
			return SideDraftView{}, err
		}
		draft, err := s.SideDraftOf(ctx, tx, by, in.ID, 0)
		if _, gone := loadSide(ctx, tx, in.Side); err == nil && gone == nil {
			draft, err = s.SideDraftOf(ctx, tx, by, in.ID, in.Side)
		}
		if err != nil {
			return SideDraftView{}, err
		}
		return s.sideDraftView(ctx, tx, by, in.ID, draft)
	}, nil
}

func (s *Service) postSideRead(_ context.Context, by act.Actor, in *SidePath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.ReadSide(ctx, tx, by, in.ID, in.Side)
	}, nil
}

// SideDraftPath names a side conversation of a ticket, or 0 for one that is not begun.
type SideDraftPath struct {
	IDPath
	Side int64 `path:"side" minimum:"0"`
}

func (s *Service) getSideDraft(ctx context.Context, tx db.Tx, by act.Actor, in *SideDraftPath) (SideDraftView, error) {
	d, err := s.SideDraftOf(ctx, tx, by, in.ID, in.Side)
	if err != nil {
		return SideDraftView{}, err
	}
	return s.sideDraftView(ctx, tx, by, in.ID, d)
}

type putSideDraftInput struct {
	SideDraftPath
	Body struct {
		Subject     string   `json:"subject,omitempty" maxLength:"500"`
		Text        string   `json:"text"`
		People      []int64  `json:"people,omitempty" maxItems:"20"`
		Teams       []string `json:"teams,omitempty" maxItems:"20"`
		FileIDs     []int64  `json:"file_ids,omitempty" maxItems:"100"`
		TicketFiles []int64  `json:"ticket_files,omitempty" maxItems:"100"`
	}
}

func (s *Service) putSideDraft(_ context.Context, by act.Actor, in *putSideDraftInput) (rest.Change[SideDraftView], error) {
	b := &in.Body
	return func(ctx context.Context, tx db.Tx) (SideDraftView, error) {
		d := SideDraft{SideID: in.Side, Subject: b.Subject, Text: b.Text, To: SideMarks{To: b.People}, Files: b.FileIDs, Own: b.TicketFiles}
		for _, name := range b.Teams {
			if t := s.config().TeamNamed(name); t != nil { // one that is gone is not written to
				d.To.Teams = append(d.To.Teams, t.ID)
			}
		}
		if err := s.KeepSideDraft(ctx, tx, by, in.ID, d); err != nil {
			return SideDraftView{}, err
		}
		d, err := s.SideDraftOf(ctx, tx, by, in.ID, in.Side)
		if err != nil {
			return SideDraftView{}, err
		}
		return s.sideDraftView(ctx, tx, by, in.ID, d)
	}, nil
}

func (s *Service) deleteSideDraft(_ context.Context, by act.Actor, in *SideDraftPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.KeepSideDraft(ctx, tx, by, in.ID, SideDraft{SideID: in.Side})
	}, nil
}

// SidesView counts a ticket's side conversations.
type SidesView struct {
	Open     int64 `json:"open"`
	Answered int64 `json:"answered" doc:"Those among them in which an answer came last."`
}

// SideView is a side conversation as lists show it.
type SideView struct {
	ID        int64       `json:"id"`
	TicketID  int64       `json:"ticket_id"`
	Subject   string      `json:"subject"`
	State     SideState   `json:"state"`
	StartedBy PersonRef   `json:"started_by"`
	StartedAt time.Time   `json:"started_at"`
	UpdatedAt time.Time   `json:"updated_at"`
	Messages  int         `json:"messages"`
	Answered  bool        `json:"answered" doc:"The newest message is an answer."`
	People    []AuthorRef `json:"people" nullable:"false" doc:"Who is written to."`
	Teams     []TeamRef   `json:"teams" nullable:"false" doc:"Teams that are written to."`
}

// AuthorRef is somebody, and whether they are a colleague.
type AuthorRef struct {
	PersonRef
	Agent bool `json:"agent"`
}

// SideFull is a side conversation with a page of its messages, oldest first.
type SideFull struct {
	SideView
	Items []SideMessageView `json:"items" nullable:"false"`
	Next  *int64            `json:"next" doc:"Cursor of the messages before these; null when these are the first."`
}

// SideMessageView is a message of a side conversation.
type SideMessageView struct {
	ID          int64          `json:"id"`
	EventID     int64          `json:"event_id"`
	At          time.Time      `json:"at"`
	Author      AuthorRef      `json:"author"`
	Channel     string         `json:"channel"`
	HTML        string         `json:"html"`
	Text        string         `json:"text"`
	QuotedHTML  string         `json:"quoted_html"`
	Attachments []FileView     `json:"attachments" nullable:"false"`
	To          []PersonRef    `json:"to" nullable:"false" doc:"Who it was written to; empty for one that came by mail."`
	Teams       []TeamRef      `json:"teams" nullable:"false"`
	Deliveries  []DeliveryView `json:"deliveries" nullable:"false" doc:"The mails that carry it out."`
	Automatic   bool           `json:"automatic" doc:"A machine wrote it, such as an absence notice."`
	Outsider    bool           `json:"outsider" doc:"From somebody who had not been written to."`
	Warning     string         `json:"warning" doc:"What a reader must know before trusting the sender."`
	UndoUntil   *time.Time     `json:"undo_until" doc:"Until when you may take it back; null when you may not."`
}

// SideDraftView is what somebody has begun to write in a side conversation.
type SideDraftView struct {
	Side        int64       `json:"side" doc:"0 for one that is not begun."`
	Subject     string      `json:"subject"`
	Text        string      `json:"text"`
	People      []AuthorRef `json:"people" nullable:"false"`
	Teams       []TeamRef   `json:"teams" nullable:"false"`
	Files       []FileView  `json:"files" nullable:"false" doc:"Files uploaded for it that are still there."`
	TicketFiles []int64     `json:"ticket_files" nullable:"false"`
	UpdatedAt   *time.Time  `json:"updated_at" doc:"Null when there is no draft."`
}
