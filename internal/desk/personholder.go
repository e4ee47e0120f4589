package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// parts are the tickets that somebody is copied on or follows: for merging and erasing.
type parts struct{ s *Service }

var (
	_ directory.Holder = partsHolder{}
	_ directory.Eraser = partsEraser{}
)

// What implements directory.Holder and directory.Eraser.
func (parts) What() string { return "tickets they are copied on or follow" }

// Of implements directory.Holder.
func (parts) Of() string { return "person" }

// count counts the tickets that some people are on.
func (parts) count(ctx context.Context, tx db.Tx, ids []int64) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM ticket_person WHERE person_id IN (`+idList(ids)+`)`)
}

// move lets rows of one person on these tickets be another's. Who is on it as both stays once.
func (p parts) move(ctx context.Context, tx db.Tx, ids []int64, from, to int64) (done []int64, err error) {
	for _, id := range ids {
		t, err := p.s.lock(ctx, tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		n, err := tx.Exec(ctx, `UPDATE ticket_person SET person_id = $1 WHERE ticket_id = $2 AND person_id = $3
			AND NOT EXISTS (SELECT 1 FROM ticket_person o WHERE o.ticket_id = $2 AND o.person_id = $1)`, to, id, from)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			n, err = tx.Exec(ctx, `DELETE FROM ticket_person WHERE ticket_id = $1 AND person_id = $2`, id, from)
			if err != nil {
				return nil, err
			}
		}
		if n > 0 {
			done = append(done, id)
		}
		if t != nil {
			if err := p.refresh(ctx, tx, t); err != nil {
				return nil, err
			}
		}
	}
	return done, nil
}

// refresh writes who is on a ticket into it anew. A requester is not copied as well.
func (p parts) refresh(ctx context.Context, tx db.Tx, t *Ticket) error {
	if _, err := tx.Exec(ctx, `DELETE FROM ticket_person WHERE ticket_id = $1 AND person_id = $2 AND role = 'cc'`, t.ID, t.RequesterID); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT person_id, role FROM ticket_person WHERE ticket_id = $1 ORDER BY at, person_id`, t.ID)
	var now People
	_, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
		var part Part
		if err = r.Scan(&id, &part); part == Following {
			now.Followers = append(now.Followers, id)
		} else {
			now.Copies = append(now.Copies, id)
		}
		return id, err
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE ticket SET people = $1 WHERE id = $2`, now.column(), t.ID)
	return err
}

// Move implements directory.Holder.
func (p parts) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	ids, err := ticketIDs(ctx, tx, `SELECT ticket_id FROM ticket_person WHERE person_id = $1 ORDER BY ticket_id LIMIT $2`, from, limit)
	if err != nil {
		return nil, err
	}
	return p.move(ctx, tx, ids, from, to)
}

// Return implements directory.Holder. Where both were on a ticket, the winner stays.
func (p parts) Return(ctx context.Context, tx db.Tx, _ act.Actor, ids []int64, from, to int64) ([]int64, error) {
	return p.move(ctx, tx, ids, from, to)
}

// partsHolder and partsEraser give parts the two shapes of Count.
type (
	partsHolder struct{ parts }
	partsEraser struct{ parts }
)

// Count implements directory.Holder.
func (p partsHolder) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return p.count(ctx, tx, []int64{id})
}

// Count implements directory.Eraser.
func (p partsEraser) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return p.count(ctx, tx, who.IDs)
}

// Erase implements directory.Eraser: replies of others to them that wait stay their authors'.
func (p partsEraser) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	ids, err := ticketIDs(ctx, tx, `SELECT DISTINCT ticket_id FROM ticket_person WHERE person_id IN (`+idList(who.IDs)+`) ORDER BY ticket_id LIMIT $1`, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `DELETE FROM ticket_person WHERE ticket_id = $1 AND person_id IN (`+idList(who.IDs)+`)`, id); err != nil {
			return 0, err
		}
		t, err := p.s.lock(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if err := p.refresh(ctx, tx, t); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
