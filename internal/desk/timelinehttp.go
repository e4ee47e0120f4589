package desk

import (
	"context"
	"strconv"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

type timelineInput struct {
	IDPath
	Cursor int64 `query:"cursor" doc:"The next value of the page before."`
}

// TimelineView is a page of a timeline.
type TimelineView struct {
	Items []EntryView `json:"items" nullable:"false"`
	Next  *string     `json:"next"`
}

func (s *Service) getTimeline(ctx context.Context, tx db.Tx, by act.Actor, in *timelineInput) (TimelineView, error) {
	entries, more, err := s.Timeline(ctx, tx, by, in.ID, in.Cursor)
	if err != nil {
		return TimelineView{}, err
	}
	out := TimelineView{Items: []EntryView{}}
	ids := mentioned(entries)
	for _, e := range entries {
		if e.Comment != nil {
			ids = append(ids, e.Comment.AuthorID)
		}
	}
	n, err := s.names(ctx, tx, nil, ids...)
	if err != nil {
		return out, err
	}
	for _, e := range entries {
		out.Items = append(out.Items, s.entryView(e, n))
	}
	if more {
		next := strconv.FormatInt(entries[len(entries)-1].Event.ID, 10)
		out.Next = &next
	}
	return out, nil
}

type postCommentInput struct {
	IDPath
	Body postCommentBody
}

type postCommentBody struct {
	Public  bool    `json:"public" doc:"Whether the requester sees it and gets it by mail."`
	Text    string  `json:"text,omitempty" doc:"The message in Markdown."`
	HTML    string  `json:"html,omitempty" doc:"The message in HTML, instead of text."`
	FileIDs []int64 `json:"file_ids,omitempty"`
	Status  Status  `json:"status,omitempty" doc:"Move the ticket on in the same step."`
	Macro   string  `json:"macro,omitempty" maxLength:"100" doc:"A macro whose changes are made in the same step; a status given here goes before the macro's."`

	Copies    *[]PersonInput `json:"copies,omitempty" maxItems:"48" doc:"Who gets this reply beside the requester; all who are copied when left out. Others are put on the ticket."`
	Undo      bool           `json:"undo,omitempty" doc:"Let a public reply wait as long as its mailbox says, so that it can be taken back."`
	SendAt    *time.Time     `json:"send_at,omitempty" doc:"When a public reply shall leave; at once when left out."`
	TimeZone  string         `json:"time_zone,omitempty" maxLength:"64" doc:"The zone that send_at was chosen in."`
	IfChanged string         `json:"if_changed,omitempty" enum:"hold,send" doc:"What happens at send_at when somebody has written meanwhile; hold when left out."`
	Confirm   []string       `json:"confirm,omitempty" maxItems:"100" doc:"Names of guards that asked, to go on."`
}

// CommentResult is a new comment with the ticket it is on now.
type CommentResult struct {
	Comment  *EntryView `json:"comment" doc:"Null while the reply waits."`
	Waiting  *WaitView  `json:"waiting" doc:"The reply that waits, with undo or send_at."`
	Ticket   Full       `json:"ticket"`
	FollowUp *int64     `json:"followup" doc:"The new ticket, when the old one was closed."`
	Unseen   []string   `json:"unseen" nullable:"false" doc:"Colleagues and teams whom the note names and who may not see the ticket: they were not told."`
}

func (s *Service) postComment(_ context.Context, by act.Actor, in *postCommentInput) (rest.Change[CommentResult], error) {
	b := &in.Body
	msg, err := written(b.Text, b.HTML, b.FileIDs)
	if err != nil {
		return nil, err
	}
	said := Submission{Text: b.Text, HTML: b.HTML, Public: b.Public, Channel: "web", Files: b.FileIDs, Status: b.Status, Macro: b.Macro, Confirm: b.Confirm}
	if by.TokenID != 0 {
		said.Channel = "api"
	}
	return func(ctx context.Context, tx db.Tx) (CommentResult, error) {
		said := said
		locked, err := s.lock(ctx, tx, in.ID)
		if err != nil {
			return CommentResult{}, err
		}
		if !auth.Scope(by, "read", "ticket").Covers(locked.Record()) {
			return CommentResult{}, fault.Missing("ticket", in.ID)
		}
		if b.Copies != nil {
			if !Agent(by, locked) {
				return CommentResult{}, by.Denied("edit", "ticket")
			}
			if said.Copies, err = s.named(ctx, tx, by, *b.Copies); err != nil {
				return CommentResult{}, err
			}
		}
		if w := b.waits(s, by, locked, s.reviewOf(ctx, tx, by, locked)); w != nil {
			w.Said = said
			return s.planned(ctx, tx, by, in.ID, *w)
		}
		t, c, err := s.submit(ctx, tx, by, locked, said, msg)
		if err != nil {
			return CommentResult{}, err
		}
		return s.commented(ctx, tx, by, in.ID, t, c)
	}, nil
}

// commented answers with a new comment; on is the ticket it was written on.
func (s *Service) commented(ctx context.Context, tx db.Tx, by act.Actor, on int64, t *Ticket, c *Comment) (CommentResult, error) {
	full, err := s.full(ctx, tx, by, t)
	if err != nil {
		return CommentResult{}, err
	}
	people, err := s.directory.Names(ctx, tx, append([]int64{c.AuthorID}, t.People.Copies...))
	if err != nil {
		return CommentResult{}, err
	}
	view := s.entryView(Entry{Comment: c}, names{people: people})
	out := CommentResult{Comment: &view, Ticket: full, Unseen: append([]string{}, known(tx, t.ID).unseen...)}
	if o := known(tx, t.ID).sent; o != nil && o.CommentID == c.ID {
		view.Delivery = deliveryView(*o)
	}
	if t.ID != on {
		out.FollowUp = &t.ID
	}
	return out, nil
}
