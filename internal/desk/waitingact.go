package desk

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/work"
)

// Move gives a waiting reply another time. Its author may.
func (s *Service) Move(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64, due time.Time, zone, ifChanged string) (Wait, error) {
	t, w, err := s.wait(ctx, tx, by, ticketID, id, false)
	if err != nil {
		return w, err
	}
	by = by.Still()
	was := w.Due
	w.Kind, w.Due, w.State, w.Why, w.Updated = Planned, due, Waiting, "", by.Now()
	if zone != "" {
		w.Zone = zone
	}
	if ifChanged != "" {
		w.IfChanged = ifChanged
	}
	if err := w.timely(by.Now()); err != nil {
		return w, err
	}
	if w.EventID, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: ReplyMoved, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Data: map[string]any{"send": w.ID, "due": db.Micros(w.Due), "due_was": db.Micros(was)}}); err != nil {
		return w, err
	}
	// Whoever chooses a time has seen what was said until then.
	if _, err := tx.Exec(ctx, `UPDATE ticket_send SET kind = 'planned', state = 'waiting', why = '', due = $1, zone = $2, if_changed = $3, event_id = $4, updated = $5,
		seen = (SELECT COALESCE(max(c.id), 0) FROM comment c WHERE c.ticket_id = $6) WHERE id = $7`,
		db.Micros(w.Due), w.Zone, w.IfChanged, w.EventID, db.Micros(by.Now()), t.ID, w.ID); err != nil {
		return w, err
	}
	if err := work.TakeBack(ctx, tx, heldSource, fmt.Sprint(w.ID)); err != nil {
		return w, err
	}
	return w, s.jobs.Set(ctx, tx, by.Now(), w.timer())
}

// Undo takes a waiting reply back: it never leaves, and its words become its author's draft. Those who
// work on the ticket may; one that has left conflicts.
func (s *Service) Undo(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (Wait, error) {
	t, w, err := s.wait(ctx, tx, by, ticketID, id, true)
	if err != nil {
		return w, err
	}
	by = by.Still()
	if _, err := s.ledger.Append(ctx, tx, by.Because(act.Cause{Event: w.EventID}), ledger.Entry{Verb: ReplyUndone, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Data: map[string]any{"send": w.ID, "kind": w.Kind}}); err != nil {
		return w, err
	}
	w.State, w.Updated = TakenBack, by.Now()
	if err := s.toDraft(ctx, tx, by, w); err != nil {
		return w, err
	}
	if err := s.ended(ctx, tx, by, w); err != nil {
		return w, err
	}
	return w, s.jobs.Cancel(ctx, tx, sendJob, fmt.Sprint(w.ID))
}

// ended notes what became of a waiting reply. Its words stand elsewhere by now.
func (s *Service) ended(ctx context.Context, tx db.Tx, by act.Actor, w Wait) error {
	if _, err := tx.Exec(ctx, `UPDATE ticket_send SET state = $1, message = '', comment_id = $2, updated = $3 WHERE id = $4`, string(w.State), db.NullID(w.CommentID), db.Micros(by.Now()), w.ID); err != nil {
		return err
	}
	if w.Kind == ForReview && w.State == TakenBack {
		if err := work.TakeBack(ctx, tx, reviewSource, fmt.Sprint(w.ID)); err != nil {
			return err
		}
	}
	return work.TakeBack(ctx, tx, heldSource, fmt.Sprint(w.ID))
}

// SendNow lets a waiting reply go at once. Its author may.
func (s *Service) SendNow(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (*Ticket, *Comment, error) {
	t, w, err := s.wait(ctx, tx, by, ticketID, id, false)
	if err != nil {
		return nil, nil, err
	}
	t, c, err := s.leaves(ctx, tx, by, t, w)
	if err != nil {
		return nil, nil, err
	}
	return t, c, s.jobs.Cancel(ctx, tx, sendJob, fmt.Sprint(w.ID))
}

// leaves turns a waiting reply into a real one.
func (s *Service) leaves(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, w Wait) (*Ticket, *Comment, error) {
	msg, err := written(w.Said.Text, w.Said.HTML, w.Said.Files)
	if err != nil {
		return nil, nil, err
	}
	by = by.Still()
	w.Said.approved = w.approved
	t, c, err := s.submit(ctx, tx, by, t, w.Said, msg)
	if err != nil {
		return nil, nil, err
	}
	w.State, w.CommentID = Left, c.ID
	if err := s.dropDraft(ctx, tx, w); err != nil {
		return nil, nil, err
	}
	return t, c, s.ended(ctx, tx, by, w)
}

// SweepSends forgets what became of replies that waited, a week later.
func SweepSends(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM ticket_send WHERE id IN (SELECT id FROM ticket_send WHERE state IN ('sent', 'cancelled') AND updated < $1 ORDER BY updated, id LIMIT 5000)`, db.Micros(now.Add(-keepSent)))
	return err
}
