package desk

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/ledger"
)

// MakePrivate turns a public message into an internal note; mails that left with it stay with those who got
// them, and clocks stay as it made them. Whoever may edit the ticket may.
func (s *Service) MakePrivate(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) error {
	t, err := s.Locked(ctx, tx, by, ticketID)
	if err != nil {
		return err
	}
	if !Agent(by, t) {
		return by.Denied("edit", "ticket")
	}
	list, err := s.commentsByID(ctx, tx, t.ID, []int64{id})
	if err != nil {
		return err
	}
	if !list[0].Public {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET public = FALSE WHERE id = $1`, id); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: CommentPrivate, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"comment": id}})
	return err
}

// PurgeNow takes a hidden ticket away for good, before its time. Whoever may delete the ticket may.
func (s *Service) PurgeNow(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	t, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := by.Require("delete", "ticket"); err != nil {
		return err
	}
	if t.Hidden == "" {
		return fault.Missing("deleted ticket", id)
	}
	if err := s.jobs.Cancel(ctx, tx, purgeJob, fmt.Sprint(id)); err != nil {
		return err
	}
	return s.purge(ctx, tx, by, t)
}

// Solve lets its requester say that a ticket is done with; one that is solved stays so. Whoever asked and
// may still write on it may.
func (s *Service) Solve(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := s.Locked(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if t.RequesterID != by.PersonID || !by.May("write", "ticket") {
		return nil, by.Denied("write", "ticket")
	}
	if t.Status.Done() {
		return t, nil
	}
	before := *t
	t.Status = StatusSolved
	by = by.Still()
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now()})
}

// DropUpload removes a file that the actor uploaded and no message has taken up.
func (s *Service) DropUpload(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if _, err := s.ownUpload(ctx, tx, by, id); err != nil {
		return err
	}
	return s.files.Remove(ctx, tx, []int64{id}, by.Now())
}

// HeldUpload returns a file that no message has taken up, for whoever holds a secret that stands for it.
func (s *Service) HeldUpload(ctx context.Context, tx db.Tx, id int64) (file.File, error) {
	return s.unusedUpload(ctx, tx, id)
}

// OwnUpload returns a file that the actor uploaded and no message has taken up.
func (s *Service) OwnUpload(ctx context.Context, tx db.Tx, by act.Actor, id int64) (file.File, error) {
	return s.ownUpload(ctx, tx, by, id)
}
