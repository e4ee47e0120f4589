package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// MergeView is some tickets that became one.
type MergeView struct {
	ID        int64      `json:"id"`
	Winner    int64      `json:"winner" doc:"The ticket that goes on."`
	Tickets   []int64    `json:"tickets" nullable:"false" doc:"The tickets that were merged into it."`
	At        time.Time  `json:"at"`
	By        *PersonRef `json:"by"`
	Public    bool       `json:"public" doc:"Whether the requester was told."`
	UndoUntil *time.Time `json:"undo_until" doc:"Until when it can be undone; null when it cannot."`
	UndoneAt  *time.Time `json:"undone_at"`
	UndoneBy  *PersonRef `json:"undone_by"`
}

func (s *Service) mergeView(m Merge, n names, now time.Time) MergeView {
	v := MergeView{ID: m.ID, Winner: m.WinnerID, Tickets: m.Tickets, At: m.At, By: n.person(m.ByID), Public: m.Public, UndoneAt: rest.Time(m.UndoneAt), UndoneBy: n.person(m.UndoneBy)}
	if until := m.At.Add(UndoMergeFor); m.UndoneAt.IsZero() && now.Before(until) {
		v.UndoUntil = &until
	}
	return v
}

func (s *Service) mergeViews(ctx context.Context, tx db.Tx, list []Merge) ([]MergeView, error) {
	out, ids := []MergeView{}, []int64{}
	for _, m := range list {
		ids = append(ids, m.ByID, m.UndoneBy)
	}
	n, err := s.names(ctx, tx, nil, ids...)
	for _, m := range list {
		out = append(out, s.mergeView(m, n, s.clock()))
	}
	return out, err
}

type mergeTicketsInput struct {
	IDPath
	Body struct {
		Tickets []int64 `json:"tickets" minItems:"1" maxItems:"100" nullable:"false" doc:"The tickets that go into this one."`
		Public  bool    `json:"public,omitempty" doc:"Whether the requesters are told by mail; their reply clocks stop then."`
		Text    string  `json:"text,omitempty" doc:"The note on the ticket that goes on, in Markdown; it says what was merged when left out."`
		Confirm bool    `json:"confirm,omitempty" doc:"Merge also when the tickets are of different customers."`
		People  *bool   `json:"people,omitempty" doc:"Whether requesters and people copied are copied on the ticket that goes on, and followers follow it; true when left out."`
	}
}

type planMergeInput struct {
	IDPath
	Tickets []int64 `query:"tickets" required:"true" minItems:"1" maxItems:"100" doc:"The tickets that would go into this one, with commas between them."`
}

func (s *Service) getMergePlan(ctx context.Context, tx db.Tx, by act.Actor, in *planMergeInput) (MergePlan, error) {
	return s.PlanMerge(ctx, tx, by, in.ID, in.Tickets)
}

// MergeResult is a merge with the ticket that goes on.
type MergeResult struct {
	Merge  MergeView `json:"merge"`
	Ticket Full      `json:"ticket"`
}

func (s *Service) postMerge(_ context.Context, by act.Actor, in *mergeTicketsInput) (rest.Change[MergeResult], error) {
	b := &in.Body
	msg, err := written(b.Text, "", nil)
	if err != nil {
		return nil, err
	}
	msg.Public, msg.Channel = b.Public, channelOf(by)
	return func(ctx context.Context, tx db.Tx) (MergeResult, error) {
		m, err := s.Merge(ctx, tx, by, NewMerge{WinnerID: in.ID, Tickets: b.Tickets, Message: msg, Confirm: b.Confirm, Apart: b.People != nil && !*b.People})
		if err != nil {
			return MergeResult{}, err
		}
		return s.mergeResult(ctx, tx, by, m, in.ID)
	}, nil
}

func channelOf(by act.Actor) string {
	if by.TokenID != 0 {
		return "api"
	}
	return "web"
}

func (s *Service) mergeResult(ctx context.Context, tx db.Tx, by act.Actor, m Merge, ticketID int64) (out MergeResult, err error) {
	views, err := s.mergeViews(ctx, tx, []Merge{m})
	if err != nil {
		return out, err
	}
	out.Merge = views[0]
	t, err := s.load(ctx, tx, ticketID)
	if err != nil {
		return out, err
	}
	out.Ticket, err = s.full(ctx, tx, by, t)
	return out, err
}

func (s *Service) getMerges(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (rest.List[MergeView], error) {
	list, err := s.Merges(ctx, tx, by, in.ID)
	if err != nil {
		return rest.List[MergeView]{}, err
	}
	views, err := s.mergeViews(ctx, tx, list)
	return rest.NewList(views, ""), err
}

type undoMergeInput struct {
	IDPath
	Merge int64 `path:"merge" minimum:"1"`
}

func (s *Service) postUndoMerge(_ context.Context, by act.Actor, in *undoMergeInput) (rest.Change[MergeResult], error) {
	return func(ctx context.Context, tx db.Tx) (MergeResult, error) {
		m, err := s.UndoMerge(ctx, tx, by, in.ID, in.Merge)
		if err != nil {
			return MergeResult{}, err
		}
		return s.mergeResult(ctx, tx, by, m, in.ID)
	}, nil
}

type splitInput struct {
	IDPath
	Body struct {
		Comments []int64 `json:"comments" minItems:"1" maxItems:"100" nullable:"false" doc:"Messages of the customer."`
		Subject  string  `json:"subject,omitempty" maxLength:"500" doc:"Of the new ticket; the same when left out."`
	}
}

func (s *Service) postSplit(_ context.Context, by act.Actor, in *splitInput) (rest.Change[Full], error) {
	return func(ctx context.Context, tx db.Tx) (Full, error) {
		t, err := s.Split(ctx, tx, by, in.ID, in.Body.Comments, in.Body.Subject)
		if err != nil {
			return Full{}, err
		}
		known(tx, t.ID).made = false // it has a past on another ticket
		return s.full(ctx, tx, by, t)
	}, nil
}

type problemInput struct {
	IDPath
	Body struct {
		Problem rest.Null[int64] `json:"problem" doc:"The problem that this ticket is an incident of; null for none."`
	}
}

func (s *Service) putProblem(_ context.Context, by act.Actor, in *problemInput) (rest.Change[Full], error) {
	return func(ctx context.Context, tx db.Tx) (Full, error) {
		if !in.Body.Problem.Sent {
			return Full{}, fault.Field("problem", nil, "the id of a problem, or null", "Say which problem, or null for none.")
		}
		t, err := s.LinkProblem(ctx, tx, by, in.ID, in.Body.Problem.Value)
		if err != nil {
			return Full{}, err
		}
		return s.full(ctx, tx, by, t)
	}, nil
}

type incidentsInput struct {
	IDPath
	rest.Paging
}

func (s *Service) getIncidents(ctx context.Context, tx db.Tx, by act.Actor, in *incidentsInput) (rest.List[Row], error) {
	list, next, err := s.Incidents(ctx, tx, by, in.ID, in.Page())
	if err != nil {
		return rest.List[Row]{}, err
	}
	rows, err := s.Rows(ctx, tx, list)
	return rest.NewList(rows, next), err
}

type answerIncidentsInput struct {
	IDPath
	Body struct {
		Text   string `json:"text,omitempty" doc:"The message in Markdown; {{requester}}, {{subject}} and {{ticket}} stand for values. Without one the incidents are only moved on."`
		Public *bool  `json:"public,omitempty" doc:"Whether the requesters get it; true when left out."`
		Status Status `json:"status,omitempty" doc:"Where they go in the same step."`
		Undo   bool   `json:"undo,omitempty" doc:"Let the message wait as one reply does, so that it can be taken back with POST /bulk/{id}/cancel."`
	}
}

func (s *Service) postIncidents(_ context.Context, by act.Actor, in *answerIncidentsInput) (rest.Change[BatchView], error) {
	change := BatchChange{Status: in.Body.Status}
	if in.Body.Text != "" {
		change.Comment = &BatchComment{Text: in.Body.Text, Public: in.Body.Public == nil || *in.Body.Public}
	}
	return func(ctx context.Context, tx db.Tx) (BatchView, error) {
		b, err := s.AnswerIncidents(ctx, tx, by, in.ID, change, in.Body.Undo)
		return s.batchView(ctx, tx, b, err)
	}, nil
}
