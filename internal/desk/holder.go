package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// reference is a column of the ticket that refers to a person or an organization.
type reference struct {
	s      *Service
	what   string
	of     string
	column string
	field  func(t *Ticket) *int64
}

var _ directory.Holder = reference{}

// Holders are the desk's references to people and organizations, for merging.
func (s *Service) Holders() []directory.Holder {
	return append([]directory.Holder{
		reference{s, "tickets requested", "person", "requester_id", func(t *Ticket) *int64 { return &t.RequesterID }},
		partsHolder{parts{s}},
		reference{s, "tickets assigned", "person", "assignee_id", func(t *Ticket) *int64 { return &t.AssigneeID }},
		helpers{"attention", "asked_by", "requests for attention asked", ""}, helpers{"attention", "taken_by", "requests for attention taken", ""},
		helpers{"attention", "closed_by", "requests for attention closed", ""}, helpers{"handover", "by_id", "hand-overs made", ""}, helpers{"handover", "taken_by", "hand-overs taken", ""},
		helpers{"work_item", "person_id", "mentions", " AND source = 'mention' AND state <> 'done'"},
		reference{s, "tickets", "organization", "organization_id", func(t *Ticket) *int64 { return &t.OrganizationID }},
	}, sideHolders()...)
}

// What implements directory.Holder.
func (r reference) What() string { return r.what }

// Of implements directory.Holder.
func (r reference) Of() string { return r.of }

// Count implements directory.Holder.
func (r reference) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket WHERE `+r.column+` = $1 LIMIT $2) AS bounded`, id, db.Cap+1).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder. Each ticket changes as if somebody had edited it, so
// that clocks match again and the ledger tells old and new.
func (r reference) Move(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) ([]int64, error) {
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM ticket WHERE `+r.column+` = $1 LIMIT $2`, from, limit)
	if err != nil {
		return nil, err
	}
	return r.turn(ctx, tx, by, ids, from, to)
}

// Return implements directory.Holder.
func (r reference) Return(ctx context.Context, tx db.Tx, by act.Actor, ids []int64, from, to int64) ([]int64, error) {
	return r.turn(ctx, tx, by, ids, from, to)
}

// turn changes the tickets that still refer to from, and returns their ids.
func (r reference) turn(ctx context.Context, tx db.Tx, by act.Actor, ids []int64, from, to int64) (done []int64, err error) {
	for _, id := range ids {
		n, err := tx.Exec(ctx, `UPDATE ticket SET `+r.column+` = $1 WHERE id = $2 AND `+r.column+` = $3`, to, id, from)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		done = append(done, id)
		t, err := r.s.lock(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue // deleted: nothing looks at it any more
		}
		if err != nil {
			return nil, err
		}
		before := *t
		*r.field(&before) = from
		if err := r.s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: by.Cause.Event}); err != nil {
			return nil, err
		}
		if !t.Status.Done() && r.column != "assignee_id" && !r.s.config().Entitle.None() {
			if err := r.s.judgeLater(ctx, tx, r.s.clock().Add(mergeSettle), ledger.Ref{Kind: r.of, ID: to}, reconsidering{Cause: by.Cause.Event}); err != nil {
				return nil, err
			}
		}
	}
	return done, nil
}

func ticketIDs(ctx context.Context, tx db.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// helpers is a column of requests for attention, hand-overs or mentions that refers to a colleague;
// and narrows the rows.
type helpers struct{ table, column, what, and string }

var _ directory.Holder = helpers{}

// What implements directory.Holder.
func (h helpers) What() string { return h.what }

// Of implements directory.Holder.
func (h helpers) Of() string { return "person" }

// Count implements directory.Holder.
func (h helpers) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+h.table+` WHERE `+h.column+` = $1`+h.and+` LIMIT $2) AS bounded`, id, db.Cap+1).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder.
func (h helpers) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	return ticketIDs(ctx, tx, `UPDATE `+h.table+` SET `+h.column+` = $1 WHERE id IN (SELECT id FROM `+h.table+` WHERE `+h.column+` = $2`+h.and+` ORDER BY id LIMIT $3) RETURNING id`, to, from, limit)
}

// Return implements directory.Holder.
func (h helpers) Return(ctx context.Context, tx db.Tx, _ act.Actor, ids []int64, from, to int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return ticketIDs(ctx, tx, `UPDATE `+h.table+` SET `+h.column+` = $1 WHERE `+h.column+` = $2`+h.and+` AND id IN (`+idList(ids)+`) RETURNING id`, to, from)
}

var _ directory.HandsOver = (*Service)(nil)

// Open implements directory.HandsOver: tickets assigned to somebody that are not done.
func (s *Service) Open(ctx context.Context, tx db.Tx, personID int64) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket WHERE assignee_id = $1 AND done = FALSE AND deleted_at IS NULL LIMIT $2) AS bounded`, personID, db.Cap+1).Scan(&n)
	return db.Capped(n), err
}

// HandOver implements directory.HandsOver: a ticket keeps its team.
func (s *Service) HandOver(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) (int, error) {
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM ticket WHERE assignee_id = $1 AND done = FALSE AND deleted_at IS NULL LIMIT $2`, from, limit)
	if err != nil {
		return 0, err
	}
	if err := s.giveBackAttention(ctx, tx, by, from, to); err != nil {
		return 0, err
	}
	for _, id := range ids {
		t, err := s.lock(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if t.AssigneeID != from || t.Status.Done() {
			continue // somebody was faster
		}
		before := *t
		t.AssigneeID = to
		if err := s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: by.Cause.Event}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
