package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/rest"
)

// AttentionView is a request for attention as clients see it.
type AttentionView struct {
	ID       int64      `json:"id"`
	TicketID int64      `json:"ticket_id"`
	Subject  string     `json:"subject"`
	Urgency  string     `json:"urgency" enum:"urgent,timely,not_urgent"`
	Reason   string     `json:"reason"`
	AskedBy  *PersonRef `json:"asked_by"`
	AskedAt  time.Time  `json:"asked_at"`
	DueAt    time.Time  `json:"due_at"`
	Overdue  bool       `json:"overdue"`
	TakenBy  *PersonRef `json:"taken_by"`
	TakenAt  *time.Time `json:"taken_at"`
	ClosedBy *PersonRef `json:"closed_by"`
	ClosedAt *time.Time `json:"closed_at"`
	Closed   string     `json:"closed_why"`
}

// attentionViews shows requests; subjects are those of tickets, nil for none to be shown.
func (s *Service) attentionViews(ctx context.Context, tx db.Tx, now time.Time, list []Attention, tickets map[int64]*Ticket) ([]AttentionView, error) {
	var ids []int64
	for _, a := range list {
		ids = append(ids, a.AskedBy, a.TakenBy, a.ClosedBy)
	}
	n, err := s.names(ctx, tx, nil, ids...)
	if err != nil {
		return nil, err
	}
	out := []AttentionView{}
	for _, a := range list {
		end := now
		if !a.Closed.IsZero() {
			end = a.Closed
		}
		v := AttentionView{ID: a.ID, TicketID: a.TicketID, Urgency: a.Urgency, Reason: a.Reason, AskedBy: n.person(a.AskedBy), AskedAt: a.Asked, DueAt: a.Due,
			Overdue: end.After(a.Due), TakenBy: n.person(a.TakenBy), TakenAt: rest.Time(a.Taken), ClosedBy: n.person(a.ClosedBy), ClosedAt: rest.Time(a.Closed), Closed: a.ClosedWhy}
		if t := tickets[a.TicketID]; t != nil {
			v.Subject = t.Subject
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Service) oneAttention(ctx context.Context, tx db.Tx, by act.Actor, a Attention) (AttentionView, error) {
	views, err := s.attentionViews(ctx, tx, by.Now(), []Attention{a}, nil)
	if err != nil {
		return AttentionView{}, err
	}
	return views[0], nil
}

type attentionInput struct {
	rest.Paging
	Overdue bool   `query:"overdue" doc:"Only those past due."`
	For     string `query:"for" enum:"all,me,teams,asked" default:"all" doc:"me: the reader sees to it, or has the ticket and nobody does. teams: of tickets of the reader's teams. asked: those the reader asked for."`
}

// getAttention lists open requests, the earliest due first. Colleagues see those of tickets they
// may read.
func (s *Service) getAttention(ctx context.Context, tx db.Tx, by act.Actor, in *attentionInput) (rest.List[AttentionView], error) {
	none := rest.NewList([]AttentionView{}, "")
	if err := by.Require("write", "ticket"); err != nil {
		return none, err
	}
	after, afterID, more, err := in.Page().After()
	if err != nil {
		return none, err
	}
	w := (&db.Where{}).And("a.closed IS NULL")
	if err := auth.Scope(by, "read", "ticket").Where(w, columns); err != nil {
		return none, err
	}
	narrowAttention(w, by, in.For)
	if in.Overdue {
		w.And("a.due < ?", db.Micros(by.Now()))
	}
	if more {
		w.And("(a.due, a.id) > (?, ?)", after, afterID)
	}
	n := in.Page().Size()
	rows, err := tx.Query(ctx, `SELECT `+attentionFields+` FROM attention a JOIN ticket t ON t.id = a.ticket_id WHERE `+w.SQL()+` AND t.deleted_at IS NULL ORDER BY a.due, a.id LIMIT `+w.Arg(n+1), w.Args()...)
	list, err := db.Collect(rows, err, scanAttention)
	if err != nil {
		return none, err
	}
	next := ""
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].Due), list[n-1].ID)
	}
	var ids []int64
	for _, a := range list {
		ids = append(ids, a.TicketID)
	}
	tickets, err := s.some(ctx, tx, by, ids)
	if err != nil {
		return none, err
	}
	views, err := s.attentionViews(ctx, tx, by.Now(), list, tickets)
	return rest.NewList(views, next), err
}

type postAttentionInput struct {
	IDPath
	Body struct {
		Urgency string `json:"urgency" enum:"urgent,timely,not_urgent"`
		Reason  string `json:"reason" maxLength:"10000"`
	}
}

func (s *Service) postAttention(_ context.Context, by act.Actor, in *postAttentionInput) (rest.Change[AttentionView], error) {
	return func(ctx context.Context, tx db.Tx) (AttentionView, error) {
		a, err := s.AskAttention(ctx, tx, by, in.ID, in.Body.Urgency, in.Body.Reason)
		if err != nil {
			return AttentionView{}, err
		}
		return s.oneAttention(ctx, tx, by, a)
	}, nil
}

func (s *Service) postTakeAttention(_ context.Context, by act.Actor, in *IDPath) (rest.Change[AttentionView], error) {
	return func(ctx context.Context, tx db.Tx) (AttentionView, error) {
		a, err := s.TakeAttention(ctx, tx, by, in.ID)
		if err != nil {
			return AttentionView{}, err
		}
		return s.oneAttention(ctx, tx, by, a)
	}, nil
}

type closeAttentionInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" maxLength:"10000" doc:"What came of it."`
	}
}

func (s *Service) postCloseAttention(_ context.Context, by act.Actor, in *closeAttentionInput) (rest.Change[AttentionView], error) {
	return func(ctx context.Context, tx db.Tx) (AttentionView, error) {
		a, err := s.CloseAttention(ctx, tx, by, in.ID, in.Body.Reason)
		if err != nil {
			return AttentionView{}, err
		}
		return s.oneAttention(ctx, tx, by, a)
	}, nil
}

// shorten cuts a text to some characters.
func shorten(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	return string(r[:most-1]) + "…"
}
