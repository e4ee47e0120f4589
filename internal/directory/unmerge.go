package directory

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

const mergeFields = `id, kind, winner_id, loser_id, state, domains, at, by_id, event_id, undone_at, undo_event_id`

func scanMerge(row db.Scanner) (Merge, error) {
	var m Merge
	var at int64
	var undone, undo sql.NullInt64
	var domains string
	if err := row.Scan(&m.ID, &m.Kind, &m.WinnerID, &m.LoserID, &m.State, &domains, &at, &m.ByID, &m.EventID, &undone, &undo); err != nil {
		return m, err
	}
	m.At, m.UndoneAt, m.undoEvent = db.Time(at), db.NullTime(undone), undo.Int64
	return m, json.Unmarshal([]byte(domains), &m.domains)
}

func loadMerge(ctx context.Context, tx db.Tx, id int64) (Merge, error) {
	m, err := scanMerge(tx.QueryRow(ctx, `SELECT `+mergeFields+` FROM directory_merge WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.Missing("merge", id)
	}
	return m, err
}

// GetMerge returns a merge with what it moved so far. Whoever may read all records of its kind may.
func (s *Service) GetMerge(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Merge, error) {
	m, err := loadMerge(ctx, tx, id)
	if err != nil {
		return m, err
	}
	if !auth.Scope(by, "read", m.Kind).All() {
		return m, fault.Missing("merge", id)
	}
	return s.withMoves(ctx, tx, m)
}

// Merges lists merges of a kind, newest first; of narrows them to those that a record took
// part in. Whoever may read all records of the kind may.
func (s *Service) Merges(ctx context.Context, tx db.Tx, by act.Actor, kind string, of int64, page db.Page) ([]Merge, string, error) {
	if !auth.Scope(by, "read", kind).All() {
		return nil, "", by.Denied("read", kind)
	}
	w := (&db.Where{}).And("kind = ?", kind)
	if of != 0 {
		w.And("(winner_id = ? OR loser_id = ?)", of, of)
	}
	out, next, err := db.Newest(ctx, tx, mergeFields+` FROM directory_merge`, "id", w, page, scanMerge, func(m Merge) int64 { return m.ID })
	if err != nil || len(out) == 0 {
		return nil, "", err
	}
	all := make([]*Merge, len(out))
	for i := range out {
		all[i] = &out[i]
	}
	return out, next, named(ctx, tx, kind, all...)
}

// named adds the names that the records themselves have: an alias keeps its own.
func named(ctx context.Context, tx db.Tx, kind string, merges ...*Merge) error {
	var want []int64
	for _, m := range merges {
		want = append(want, m.WinnerID, m.LoserID)
	}
	w := (&db.Where{}).In("id", values(want))
	rows, err := tx.Query(ctx, `SELECT id, name FROM `+kind+` WHERE `+w.SQL(), w.Args()...)
	names := map[int64]string{}
	_, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
		var n string
		err = r.Scan(&id, &n)
		names[id] = n
		return id, err
	})
	for _, m := range merges {
		m.Winner, m.Loser = names[m.WinnerID], names[m.LoserID]
	}
	return err
}

// withMoves adds how much moved, and how much an undoing left.
func (s *Service) withMoves(ctx context.Context, tx db.Tx, m Merge) (Merge, error) {
	if err := named(ctx, tx, m.Kind, &m); err != nil {
		return m, err
	}
	for _, h := range s.holders(m.Kind) {
		n, err := count(ctx, tx, `SELECT 1 FROM directory_merge_moved WHERE merge_id = $1 AND holder = $2`, m.ID, h.What())
		if err != nil {
			return m, err
		}
		left, err := count(ctx, tx, `SELECT 1 FROM directory_merge_moved WHERE merge_id = $1 AND state = 'left' AND holder = $2`, m.ID, h.What())
		if err != nil {
			return m, err
		}
		m.Moves = append(m.Moves, Moves{What: h.What(), Count: n, Left: left.Count})
	}
	return m, nil
}

// Unmerge undoes a merge: the loser is a record of its own again and gets back exactly what
// moved, except what somebody gave to others since; what the winner got later stays there.
// Whoever may merge such records may.
func (s *Service) Unmerge(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Merge, error) {
	m, err := s.GetMerge(ctx, tx, by, id)
	if err != nil {
		return m, err
	}
	if !auth.Scope(by, "merge", m.Kind).All() {
		return m, by.Denied("merge", m.Kind)
	}
	if err := lock(ctx, tx, m.Kind, m.WinnerID, m.LoserID); err != nil {
		return m, err
	}
	if m, err = loadMerge(ctx, tx, id); err != nil { // as it is behind the lock
		return m, err
	}
	if m.State == Undoing || m.State == Undone {
		return m, fault.New(fault.Invalid, "This merge was undone already.")
	}
	if err := undoable(ctx, tx, m); err != nil {
		return m, err
	}
	m.State, m.UndoneAt = Undoing, by.Now()
	by = by.Because(act.Cause{Event: m.EventID})
	m.undoEvent, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: m.Kind + ".unmerged", Subject: ledger.Ref{Kind: m.Kind, ID: m.WinnerID}, Data: map[string]any{"merged": m.LoserID}})
	if err != nil {
		return m, err
	}
	if err := s.setAlias(ctx, tx, by, m.Kind, m.LoserID, 0); err != nil {
		return m, err
	}
	for _, d := range m.domains {
		if _, err := tx.Exec(ctx, `UPDATE organization_domain SET organization_id = $1 WHERE domain = $2 AND organization_id = $3`, m.LoserID, d, m.WinnerID); err != nil {
			return m, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE directory_merge SET state = 'undoing', undone_at = $1, undo_event_id = $2 WHERE id = $3`, db.Micros(m.UndoneAt), m.undoEvent, id)
	if err != nil {
		return m, err
	}
	for _, h := range s.holders(m.Kind) {
		if _, late := h.(people); late || !own(h) {
			continue
		}
		for n := batch; n == batch; {
			if n, err = s.putBack(ctx, tx, m, h, batch); err != nil {
				return m, err
			}
		}
	}
	if err := s.enqueueMerge(ctx, tx, id); err != nil {
		return m, err
	}
	return s.withMoves(ctx, tx, m)
}

// undoable refuses to undo a merge whose records are no longer as it left them.
func undoable(ctx context.Context, tx db.Tx, m Merge) error {
	if err := live(ctx, tx, m.Kind, m.WinnerID); err != nil {
		return fault.New(fault.Invalid, "This merge cannot be undone as things are. %w Undo that merge first, if it is one.", err)
	}
	var alias, deleted sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT alias_of, deleted_at FROM `+m.Kind+` WHERE id = $1`, m.LoserID).Scan(&alias, &deleted); err != nil {
		return err
	}
	if deleted.Valid {
		return fault.New(fault.Invalid, "%s was erased, so this merge cannot be undone.", name(m.Kind, m.LoserID))
	}
	if alias.Int64 != m.WinnerID {
		return fault.New(fault.Invalid, "%s leads to %d now, so this merge cannot be undone.", name(m.Kind, m.LoserID), alias.Int64)
	}
	return nil
}

// putBack returns a batch of what a holder moved; what refers to somebody else by now stays.
func (s *Service) putBack(ctx context.Context, tx db.Tx, m Merge, h Holder, limit int) (int, error) {
	moved, err := ids(ctx, tx, `SELECT record_id FROM directory_merge_moved WHERE merge_id = $1 AND state = 'moved' AND holder = $2 ORDER BY record_id LIMIT $3`, m.ID, h.What(), limit)
	if err != nil || len(moved) == 0 {
		return 0, err
	}
	back, err := h.Return(ctx, tx, s.consequence(m.undoEvent), moved, m.WinnerID, m.LoserID)
	if err != nil {
		return 0, fmt.Errorf("undo merge %d: %s: %w", m.ID, h.What(), err)
	}
	for state, these := range map[string][]int64{"back": back, "left": without(moved, back)} {
		w := &db.Where{}
		set := w.Arg(state)
		w.And("merge_id = ?", m.ID).And("holder = ?", h.What()).In("record_id", values(these))
		if _, err := tx.Exec(ctx, `UPDATE directory_merge_moved SET state = `+set+` WHERE `+w.SQL(), w.Args()...); err != nil {
			return 0, err
		}
	}
	return len(moved), nil
}

func without(all, some []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return slices.Contains(some, id) })
}
