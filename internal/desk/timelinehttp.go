package desk

import (
	"context"
	"strconv"

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
	Body struct {
		Public  bool     `json:"public" doc:"Whether the requester sees it and gets it by mail."`
		Text    string   `json:"text,omitempty" doc:"The message in Markdown."`
		HTML    string   `json:"html,omitempty" doc:"The message in HTML, instead of text."`
		FileIDs []int64  `json:"file_ids,omitempty"`
		Status  Status   `json:"status,omitempty" doc:"Move the ticket on in the same step."`
		Confirm []string `json:"confirm,omitempty" maxItems:"100" doc:"Names of guards that asked, to go on."`
		Macro   string   `json:"macro,omitempty" maxLength:"100" doc:"A macro whose changes are made in the same step; a status given here goes before the macro's."`
	}
}

// CommentResult is a new comment with the ticket it is on now.
type CommentResult struct {
	Comment  EntryView `json:"comment"`
	Ticket   Full      `json:"ticket"`
	FollowUp *int64    `json:"followup" doc:"The new ticket, when the old one was closed."`
}

func (s *Service) postComment(_ context.Context, by act.Actor, in *postCommentInput) (rest.Change[CommentResult], error) {
	b := &in.Body
	msg, err := written(b.Text, b.HTML, b.FileIDs)
	if err != nil {
		return nil, err
	}
	msg.Public, msg.Channel, msg.Confirm = b.Public, "web", b.Confirm
	if by.TokenID != 0 {
		msg.Channel = "api"
	}
	return func(ctx context.Context, tx db.Tx) (CommentResult, error) {
		msg := msg
		locked, err := s.lock(ctx, tx, in.ID)
		if err != nil {
			return CommentResult{}, err
		}
		if !auth.Scope(by, "read", "ticket").Covers(locked.Record()) {
			return CommentResult{}, fault.Missing("ticket", in.ID)
		}
		msg.Agent = Agent(by, locked)
		if !msg.Agent && !msg.Public {
			return CommentResult{}, by.Denied("edit", "ticket")
		}
		var macro *Macro
		if b.Macro != "" {
			p, err := s.Prepare(ctx, tx, by, in.ID, b.Macro)
			if err != nil {
				return CommentResult{}, err
			}
			macro = p.Macro
			if err := s.guardMacro(ctx, tx, by, locked, &msg, b.Status, macro, b.Confirm); err != nil {
				return CommentResult{}, err
			}
			msg.guarded = true
		}
		t, c, err := s.reply(ctx, tx, by, locked, msg, b.Status)
		if err != nil {
			return CommentResult{}, err
		}
		if macro != nil && t.ID == in.ID {
			if err := s.do(ctx, tx, by, t, macro.without(b.Status)); err != nil {
				return CommentResult{}, err
			}
		}
		full, err := s.full(ctx, tx, by, t)
		if err != nil {
			return CommentResult{}, err
		}
		people, err := s.directory.Names(ctx, tx, []int64{c.AuthorID})
		if err != nil {
			return CommentResult{}, err
		}
		out := CommentResult{Comment: s.entryView(Entry{Comment: c}, names{people: people}), Ticket: full}
		if o := known(tx, t.ID).sent; o != nil && o.CommentID == c.ID {
			out.Comment.Delivery = deliveryView(*o)
		}
		if t.ID != in.ID {
			out.FollowUp = &t.ID
		}
		return out, nil
	}, nil
}

type presenceInput struct {
	IDPath
	Body struct {
		Writing bool `json:"writing"`
	}
}

// Others are the people who look at the same ticket.
type Others struct {
	Others []Other `json:"others" nullable:"false"`
}

// Other is somebody who looks at the same ticket.
type Other struct {
	Person  PersonRef `json:"person"`
	Writing bool      `json:"writing"`
}

func (s *Service) postPresence(ctx context.Context, tx db.Tx, by act.Actor, in *presenceInput) (Others, error) {
	out := Others{Others: []Other{}}
	if _, err := s.Get(ctx, tx, by, in.ID); err != nil {
		return out, err
	}
	looking := s.Looking(in.ID, by.PersonID, in.Body.Writing)
	var ids []int64
	for id := range looking {
		ids = append(ids, id)
	}
	people, err := s.directory.Names(ctx, tx, ids)
	for _, id := range ids {
		out.Others = append(out.Others, Other{PersonRef{ID: id, Name: people[id].Name}, looking[id]})
	}
	return out, err
}
