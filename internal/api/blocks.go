package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/mail"
	"steward/internal/rest"
)

// Block is a sender whose mail is set aside.
type Block struct {
	ID       int64           `json:"id"`
	Sender   string          `json:"sender" doc:"An address, or a domain with those below it."`
	At       time.Time       `json:"at"`
	By       *desk.PersonRef `json:"by"`
	Reason   string          `json:"reason"`
	TicketID *int64          `json:"ticket_id" doc:"The ticket that led to it."`
}

func (s *Server) blockViews(ctx context.Context, tx db.Tx, list ...mail.Block) ([]Block, error) {
	out, ids := []Block{}, []int64{}
	for _, b := range list {
		ids = append(ids, b.ByID)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	for _, b := range list {
		v := Block{ID: b.ID, Sender: b.Sender, At: b.At, Reason: b.Reason, TicketID: rest.ID(b.TicketID)}
		if b.ByID != 0 {
			v.By = &desk.PersonRef{ID: b.ByID, Name: people[b.ByID].Name}
		}
		out = append(out, v)
	}
	return out, err
}

type blocksInput struct {
	rest.Paging
	Sender string `query:"sender" maxLength:"320" doc:"Only what blocks this address, or this domain."`
}

func (s *Server) getBlocks(ctx context.Context, tx db.Tx, by act.Actor, in *blocksInput) (rest.List[Block], error) {
	list, next, err := s.Mail.Blocks(ctx, tx, by, in.Sender, in.Page())
	if err != nil {
		return rest.List[Block]{}, err
	}
	items, err := s.blockViews(ctx, tx, list...)
	return rest.NewList(items, next), err
}

type postBlockInput struct {
	Body struct {
		Sender string `json:"sender" minLength:"1" maxLength:"320" doc:"An address, or a domain such as acme.example."`
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Server) postBlock(_ context.Context, by act.Actor, in *postBlockInput) (rest.Change[Block], error) {
	return func(ctx context.Context, tx db.Tx) (Block, error) {
		b, err := s.Mail.Block(ctx, tx, by, in.Body.Sender, in.Body.Reason)
		if err != nil {
			return Block{}, err
		}
		views, err := s.blockViews(ctx, tx, b)
		if err != nil {
			return Block{}, err
		}
		return views[0], nil
	}, nil
}

func (s *Server) deleteBlock(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Mail.Unblock(ctx, tx, by, in.ID)
	}, nil
}

type reviewInput struct {
	Body struct {
		IDs    []int64       `json:"ids" minItems:"1" maxItems:"100" nullable:"false"`
		Action mail.Decision `json:"action" enum:"recover,unblock,discard" doc:"recover lets them through, unblock their senders too, discard sets them aside for good."`
	}
}

// Reviewed says what became of a review.
type Reviewed struct {
	Count int               `json:"count"`
	Left  []mail.Unreviewed `json:"left" nullable:"false" doc:"Mails that stood otherwise already, and why."`
}

func (s *Server) postMailReview(_ context.Context, by act.Actor, in *reviewInput) (rest.Change[Reviewed], error) {
	return func(ctx context.Context, tx db.Tx) (Reviewed, error) {
		n, left, err := s.Mail.Review(ctx, tx, by, in.Body.IDs, in.Body.Action)
		if left == nil {
			left = []mail.Unreviewed{}
		}
		return Reviewed{n, left}, err
	}, nil
}
