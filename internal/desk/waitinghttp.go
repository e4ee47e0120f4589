package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/rest"
)

// WaitView is a reply that waits for its time.
type WaitView struct {
	ID        int64       `json:"id"`
	Kind      WaitKind    `json:"kind" enum:"undo,planned,review"`
	State     WaitState   `json:"state" enum:"waiting,held,sent,cancelled"`
	SendAt    time.Time   `json:"send_at"`
	TimeZone  string      `json:"time_zone" doc:"The zone its time was chosen in."`
	IfChanged string      `json:"if_changed" enum:"hold,send"`
	Author    PersonRef   `json:"author"`
	Text      string      `json:"text" doc:"Markdown, as written."`
	HTML      string      `json:"html"`
	Files     int         `json:"files"`
	Status    Status      `json:"status" doc:"The state the ticket moves to with it; empty for none."`
	Macro     string      `json:"macro"`
	Copies    []PersonRef `json:"copies" nullable:"false" doc:"Who gets it beside the requester."`
	Why       string      `json:"why" doc:"Why it did not leave at its time."`
	Mine      bool        `json:"mine"`
	Review    *Named      `json:"review" doc:"What it waits for; null unless somebody has to read it."`
	Reads     bool        `json:"reads" doc:"Whether you may approve it."`
	Since     string      `json:"since" doc:"What happened on the ticket since it was written; empty for nothing."`
}

// waits is how a comment shall wait; nil when it is made at once.
func (b *postCommentBody) waits(s *Service, by act.Actor, t *Ticket, review *Review) *Wait {
	now := by.Now()
	switch {
	case b.Public && Agent(by, t) && review != nil:
		return &Wait{Kind: ForReview} // Plan says until when
	case b.SendAt != nil:
		return &Wait{Kind: Planned, Due: db.Time(db.Micros(*b.SendAt)), Zone: cmp.Or(b.TimeZone, "UTC"), IfChanged: cmp.Or(b.IfChanged, "hold")}
	case b.Undo && b.Public && Agent(by, t) && s.undoFor(t) > 0:
		return &Wait{Kind: ForUndo, Due: now.Add(s.undoFor(t)), Zone: "UTC", IfChanged: "send"}
	}
	return nil
}

// undoFor is how long a reply on a ticket can be taken back.
func (s *Service) undoFor(t *Ticket) time.Duration { return s.undoOf(t.MailboxID) }

// undoOf is how long a reply from a mailbox can be taken back.
func (s *Service) undoOf(mailboxID int64) time.Duration {
	box := s.config().Mailbox(mailboxID)
	if box == nil || box.Spec.Undo == "" {
		return 10 * time.Second
	}
	d, err := time.ParseDuration(box.Spec.Undo)
	if err != nil {
		return 0 // off
	}
	return d
}

// planned keeps a reply and answers with it.
func (s *Service) planned(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in Wait) (CommentResult, error) {
	t, w, err := s.Plan(ctx, tx, by, ticketID, in)
	if err != nil {
		return CommentResult{}, err
	}
	views, err := s.waitViews(ctx, tx, by, t, []Wait{w})
	if err != nil {
		return CommentResult{}, err
	}
	full, err := s.full(ctx, tx, by, t)
	return CommentResult{Waiting: &views[0], Ticket: full}, err
}

func (s *Service) waitViews(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, list []Wait) ([]WaitView, error) {
	ids := slices.Clone(t.People.Copies)
	for _, w := range list {
		ids = append(append(ids, w.AuthorID), w.Said.Copies...)
	}
	people, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := []WaitView{}
	for _, w := range list {
		v := s.waitView(w, by, t, people)
		if w.Kind == ForReview && w.State == Waiting {
			if err := s.reviewView(ctx, tx, by, t, w, &v); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Service) waitView(w Wait, by act.Actor, t *Ticket, people map[int64]directory.Person) WaitView {
	copies := w.Said.Copies
	if copies == nil {
		copies = s.allCopies(t)
	}
	html := ""
	if m, err := written(w.Said.Text, w.Said.HTML, nil); err == nil {
		html = m.HTML
	}
	return WaitView{ID: w.ID, Kind: w.Kind, State: w.State, SendAt: w.Due, TimeZone: w.Zone, IfChanged: w.IfChanged, Author: PersonRef{ID: w.AuthorID, Name: people[w.AuthorID].Name},
		Text: w.Said.Text, HTML: html, Files: len(w.Said.Files), Status: w.Said.Status, Macro: w.Said.Macro, Copies: shownPeople(copies, people), Why: w.Why,
		Mine: w.AuthorID == by.PersonID}
}

func (s *Service) getWaits(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (rest.List[WaitView], error) {
	list, err := s.Waits(ctx, tx, by, in.ID)
	if err != nil {
		return rest.List[WaitView]{}, err
	}
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return rest.List[WaitView]{}, err
	}
	views, err := s.waitViews(ctx, tx, by, t, list)
	return rest.NewList(views, ""), err
}

type sendPath struct {
	IDPath
	Send int64 `path:"send" minimum:"1"`
}

type patchSendInput struct {
	IDPath
	Send int64 `path:"send" minimum:"1"`
	Body struct {
		SendAt    time.Time `json:"send_at"`
		TimeZone  string    `json:"time_zone,omitempty" maxLength:"64"`
		IfChanged string    `json:"if_changed,omitempty" enum:"hold,send"`
	}
}

func (s *Service) patchSend(_ context.Context, by act.Actor, in *patchSendInput) (rest.Change[WaitView], error) {
	return func(ctx context.Context, tx db.Tx) (WaitView, error) {
		w, err := s.Move(ctx, tx, by, in.ID, in.Send, db.Time(db.Micros(in.Body.SendAt)), in.Body.TimeZone, in.Body.IfChanged)
		if err != nil {
			return WaitView{}, err
		}
		t, err := s.Get(ctx, tx, by, in.ID)
		if err != nil {
			return WaitView{}, err
		}
		views, err := s.waitViews(ctx, tx, by, t, []Wait{w})
		if err != nil {
			return WaitView{}, err
		}
		return views[0], nil
	}, nil
}

// UndoneView is a reply that was taken back.
type UndoneView struct {
	Draft  Draft `json:"draft" doc:"Your draft on the ticket as it is now; the words are its author's."`
	Ticket Full  `json:"ticket"`
}

func (s *Service) postUndo(_ context.Context, by act.Actor, in *sendPath) (rest.Change[UndoneView], error) {
	return func(ctx context.Context, tx db.Tx) (UndoneView, error) {
		if _, err := s.Undo(ctx, tx, by, in.ID, in.Send); err != nil {
			return UndoneView{}, err
		}
		d, err := s.Draft(ctx, tx, by, in.ID)
		if err != nil {
			return UndoneView{}, err
		}
		t, err := s.Get(ctx, tx, by, in.ID)
		if err != nil {
			return UndoneView{}, err
		}
		full, err := s.full(ctx, tx, by, t)
		return UndoneView{d, full}, err
	}, nil
}

func (s *Service) postSendNow(_ context.Context, by act.Actor, in *sendPath) (rest.Change[CommentResult], error) {
	return func(ctx context.Context, tx db.Tx) (CommentResult, error) {
		t, c, err := s.SendNow(ctx, tx, by, in.ID, in.Send)
		if err != nil {
			return CommentResult{}, err
		}
		return s.commented(ctx, tx, by, in.ID, t, c)
	}, nil
}
