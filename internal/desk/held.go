package desk

import (
	"context"
	"fmt"
	"strconv"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/work"
)

// heldSource is the name of replies that did not leave as a source of work.
const heldSource = "reply"

// onSend is the timer's handler. The reply and the note that it left commit together; when it cannot
// leave, that is told instead.
func (s *Service) onSend(ctx context.Context, j job.Job) (job.Finish, error) {
	id, err := strconv.ParseInt(j.Key, 10, 64)
	if err != nil {
		return nil, err
	}
	var reason string
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		reason, err = s.sendDue(ctx, tx, j.Subject.ID, id)
		return err
	})
	f := fault.As(err)
	if f == nil || f.Code == fault.Unavailable || f.Code == fault.Conflict && f.Current != nil {
		return nil, err // none, or one that passes
	}
	return func(ctx context.Context, tx db.Tx) error {
		return s.holdBack(ctx, tx, j.Subject.ID, id, reason, f.Message)
	}, nil
}

// sendDue sends a waiting reply in its author's name, if the author may still write and nothing came
// between. reason is why it cannot leave, when it fails.
func (s *Service) sendDue(ctx context.Context, tx db.Tx, ticketID, id int64) (reason string, err error) {
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return "refused", err
	}
	w, err := s.waiting(ctx, tx, id)
	if err != nil || w.State != Waiting || w.Due.After(s.clock()) {
		return "refused", err
	}
	people, err := s.directory.Names(ctx, tx, []int64{w.AuthorID})
	if err != nil {
		return "refused", err
	}
	if p := people[w.AuthorID]; !p.Suspended.IsZero() {
		return "author", fault.New(fault.Forbidden, "%s is suspended.", p.Name)
	}
	if w.Kind == Planned && w.IfChanged == "hold" {
		if err := s.undisturbed(ctx, tx, t, w); err != nil {
			return "changed", err
		}
	}
	by, err := s.auth.As(ctx, tx, w.AuthorID)
	if err != nil {
		return "author", err
	}
	if !Agent(by, t) {
		return "author", fault.New(fault.Forbidden, "%s may no longer write on this ticket.", people[w.AuthorID].Name)
	}
	by.Clock = s.clock
	if w.EventID != 0 {
		by = by.Because(act.Cause{Event: w.EventID})
	}
	_, _, err = s.leaves(ctx, tx, by, t, w)
	return "refused", err
}

// waiting reads a waiting reply; one that is gone has no state.
func (s *Service) waiting(ctx context.Context, tx db.Tx, id int64) (Wait, error) {
	rows, err := tx.Query(ctx, `SELECT `+waitFields+` FROM ticket_send WHERE id = $1`, id)
	list, err := db.Collect(rows, err, scanWait)
	if err != nil || len(list) == 0 {
		return Wait{}, err
	}
	return list[0], nil
}

// undisturbed says what happened on a ticket since a planned reply was written that its author should know.
func (s *Service) undisturbed(ctx context.Context, tx db.Tx, t *Ticket, w Wait) error {
	if t.Status == StatusClosed {
		return fault.New(fault.Invalid, "The ticket was closed meanwhile, so the reply would open a follow-up.")
	}
	var author int64
	var agent bool
	rows, err := tx.Query(ctx, `SELECT author_id, agent FROM comment WHERE ticket_id = $1 AND id > $2 AND public = TRUE AND author_id <> $3 ORDER BY id LIMIT 1`, t.ID, w.seen, w.AuthorID)
	found, err := db.Collect(rows, err, func(r db.Scanner) (bool, error) { return true, r.Scan(&author, &agent) })
	if err != nil || len(found) == 0 {
		return err
	}
	people, err := s.directory.Names(ctx, tx, []int64{author})
	if err != nil {
		return err
	}
	if agent {
		return fault.New(fault.Invalid, "%s replied after it was written.", people[author].Name)
	}
	return fault.New(fault.Invalid, "%s wrote after it was written.", people[author].Name)
}

// holdBack keeps a reply that could not leave, tells it on the ticket and on its author's list, and gives
// them the words as a draft.
func (s *Service) holdBack(ctx context.Context, tx db.Tx, ticketID, id int64, reason, why string) error {
	w, err := s.waiting(ctx, tx, id)
	if err != nil || w.State != Waiting {
		return err
	}
	by := s.system()
	by.Kind = act.Clock
	by = by.Still()
	event, err := s.ledger.Append(ctx, tx, by.Because(act.Cause{Event: w.EventID}), ledger.Entry{Verb: ReplyHeld, Subject: ledger.Ref{Kind: "ticket", ID: ticketID},
		Data: map[string]any{"send": w.ID, "reason": reason}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE ticket_send SET state = 'held', why = $1, updated = $2 WHERE id = $3`, clipRunes(why, 500), db.Micros(by.Now()), w.ID); err != nil {
		return err
	}
	if err := s.toDraft(ctx, tx, by, w); err != nil {
		return err
	}
	return work.Put(ctx, tx, by.Now(), work.Item{Source: heldSource, Key: fmt.Sprint(w.ID), PersonID: w.AuthorID, Due: by.Now(), Urgency: 2,
		Subject: ledger.Ref{Kind: "ticket", ID: ticketID}, EventID: event})
}

// HeldSource shows replies that did not leave on their authors' lists.
func (s *Service) HeldSource() work.Source {
	return work.Source{Name: heldSource, Title: "Reply not sent", Cards: func(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
		return s.ticketCards(ctx, tx, by, items, func(_ work.Item, t *Ticket) (work.Card, bool) {
			return work.Card{Title: t.Subject, About: "Your planned reply did not leave", Why: "It was held back; read why on the ticket", Mine: true}, true
		})
	}}
}
