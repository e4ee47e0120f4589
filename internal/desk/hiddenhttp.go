package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// HiddenRow is a deleted ticket or spam as its list shows it.
type HiddenRow struct {
	Row
	Hidden   Hidden    `json:"hidden"`
	HiddenAt time.Time `json:"hidden_at"`
	PurgeAt  time.Time `json:"purge_at" doc:"When it goes for good."`
}

type hiddenInput struct {
	rest.Paging
	Hidden Hidden `query:"hidden" enum:"deleted,spam" default:"deleted"`
}

func (s *Service) getHidden(ctx context.Context, tx db.Tx, by act.Actor, in *hiddenInput) (rest.List[HiddenRow], error) {
	list, next, err := s.PutAwayList(ctx, tx, by, in.Hidden, in.Page())
	if err != nil {
		return rest.List[HiddenRow]{}, err
	}
	tickets := make([]*Ticket, len(list))
	for i, p := range list {
		tickets[i] = p.Ticket
	}
	rows, err := s.Rows(ctx, tx, tickets)
	if err != nil {
		return rest.List[HiddenRow]{}, err
	}
	items := make([]HiddenRow, len(list))
	for i, p := range list {
		items[i] = HiddenRow{Row: rows[i], Hidden: p.Hidden, HiddenAt: p.At, PurgeAt: p.At.Add(HiddenFor)}
	}
	return rest.NewList(items, next), nil
}

type deleteInput struct {
	IDPath
	Confirm []string `query:"confirm" maxItems:"50" doc:"incidents: also when it is a problem with incidents."`
}

func (s *Service) deleteTicket(_ context.Context, by act.Actor, in *deleteInput) (rest.Change[Full], error) {
	return s.shown(by, func(ctx context.Context, tx db.Tx) (*Ticket, error) {
		return s.Delete(ctx, tx, by, in.ID, in.Confirm...)
	}), nil
}

// shown is a change that answers with the ticket.
func (s *Service) shown(by act.Actor, do func(ctx context.Context, tx db.Tx) (*Ticket, error)) rest.Change[Full] {
	return func(ctx context.Context, tx db.Tx) (Full, error) {
		t, err := do(ctx, tx)
		if err != nil {
			return Full{}, err
		}
		return s.full(ctx, tx, by, t)
	}
}

type spamInput struct {
	IDPath
	Body struct {
		Block string `json:"block,omitempty" enum:"address,domain," doc:"Set mail of its sender aside from now on: of the address, or of the whole domain."`

		Confirm []string `json:"confirm,omitempty" maxItems:"50" doc:"incidents: also when it is a problem with incidents."`
	}
}

func (s *Service) postSpam(_ context.Context, by act.Actor, in *spamInput) (rest.Change[Full], error) {
	return s.shown(by, func(ctx context.Context, tx db.Tx) (*Ticket, error) {
		return s.MarkSpam(ctx, tx, by, in.ID, in.Body.Block, in.Body.Confirm...)
	}), nil
}

func (s *Service) postRestore(_ context.Context, by act.Actor, in *IDPath) (rest.Change[Full], error) {
	return s.shown(by, func(ctx context.Context, tx db.Tx) (*Ticket, error) { return s.Restore(ctx, tx, by, in.ID) }), nil
}

type redactInput struct {
	IDPath
	Body struct {
		Words     []string `json:"words,omitempty" doc:"Words or phrases of 2 to 500 characters; capitals do not matter."`
		FileIDs   []int64  `json:"file_ids,omitempty" doc:"Files attached to messages of this ticket."`
		CommentID int64    `json:"comment_id,omitempty" doc:"Only out of this message; everything on the ticket when left out."`
		DryRun    bool     `json:"dry_run,omitempty" doc:"Only say what would go."`
	}
}

func (s *Service) postRedact(ctx context.Context, by act.Actor, in *redactInput) (rest.Change[Redaction], error) {
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error { // before anything is looked through
		t, err := s.load(ctx, tx, in.ID)
		switch {
		case err != nil:
			return err
		case !auth.Scope(by, "read", "ticket").Covers(t.Record()):
			return fault.Missing("ticket", in.ID)
		case !auth.Scope(by, "redact", "ticket").Covers(t.Record()):
			return by.Denied("redact", "ticket")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	b := &in.Body
	prepared, err := s.PrepareRedaction(ctx, NewRedaction{TicketID: in.ID, CommentID: b.CommentID, Words: b.Words, Files: b.FileIDs, Dry: b.DryRun})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) (Redaction, error) {
		return s.Redact(ctx, tx, by, prepared, b.DryRun)
	}, nil
}
