package backup

import (
	"context"
	"encoding/hex"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// inbox is where events wait for their place on PostgreSQL; SQLite has none.
const inbox = "event_inbox"

// plan is one table on its way: how it is read, and how it is written.
type plan struct {
	from TableSum
	to   db.Table
	want TableSum // what the target must come to
}

// pair matches tables of the source with the target's, in the target's order. Tables that are
// missing on one side must be empty, or known to belong to one engine only.
func pair(from []TableSum, to []db.Table) (plans []plan, missing []TableSum) {
	byName := map[string]TableSum{}
	for _, t := range from {
		byName[t.Name] = t
	}
	for _, t := range to {
		if f, ok := byName[t.Name]; ok {
			plans = append(plans, plan{from: f, to: narrowed(t, f.Table)})
			delete(byName, t.Name)
		}
	}
	for _, t := range from {
		if _, left := byName[t.Name]; left {
			missing = append(missing, t)
		}
	}
	return plans, missing
}

// narrowed is the target's table with the source's columns only, in their order. Others take
// what the schema says.
func narrowed(to, from db.Table) db.Table {
	out := to
	out.Columns = nil
	for _, c := range from.Columns {
		if own, ok := to.Column(c.Name); ok {
			out.Columns = append(out.Columns, own)
		}
	}
	return out
}

// fill copies every table into an empty database, in one transaction, and makes numbering go
// on behind the rows. It returns what each table must come to.
func fill(ctx context.Context, target *db.DB, s source, m Manifest) (plans []plan, err error) {
	err = target.Import(ctx, func(ctx context.Context, tx db.Tx, write db.Fill) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		var missing []TableSum
		plans, missing = pair(m.Tables, tables)
		if err := empty(ctx, tx, tables); err != nil {
			return err
		}
		for i := range plans {
			if plans[i].want, err = copyTable(ctx, s, plans[i], write); err != nil {
				return err
			}
		}
		waiting, err := waitingEvents(ctx, s, missing)
		if err != nil {
			return err
		}
		if err := ledger.New(target).Arrange(ctx, tx, waiting); err != nil {
			return err
		}
		return db.SetSerials(ctx, tx, tables, m.Serials)
	})
	return plans, err
}

// empty removes the few rows that a fresh schema comes with: the source has its own.
func empty(ctx context.Context, tx db.Tx, tables []db.Table) error {
	for i := len(tables) - 1; i >= 0; i-- {
		if _, err := tx.Exec(ctx, `DELETE FROM "`+tables[i].Name+`"`); err != nil {
			return err
		}
	}
	return nil
}

func copyTable(ctx context.Context, s source, p plan, write db.Fill) (TableSum, error) {
	if len(p.from.Columns) != len(p.to.Columns) {
		return TableSum{}, fault.New(fault.Conflict, "Table %s has columns here that this program does not know. Use the steward that made the backup, or a newer one.", p.from.Name)
	}
	next, end, err := s.rows(ctx, p.from.Table)
	if err != nil {
		return TableSum{}, err
	}
	defer end()
	sent, total := newSum(), newSum()
	_, err = write(ctx, p.to.Name, p.to.Columns, func() ([]any, error) {
		row, err := next()
		if err != nil || row == nil {
			return nil, err
		}
		if p.from.SHA256 != "" { // a file says beforehand what must come; a database does not
			if _, err := sent.add(row); err != nil {
				return nil, err
			}
		}
		if row, err = canonical(row, p.to.Columns); err != nil {
			return nil, err
		}
		if _, err := total.add(row); err != nil {
			return nil, err
		}
		return storable(row, p.to.Columns), nil
	})
	if err == nil && p.from.SHA256 != "" {
		if err = same(p.from, sent.table(p.from.Table)); err != nil {
			err = fault.New(fault.Conflict, "The backup is damaged: %w", err)
		}
	}
	return total.table(p.to), err
}

// waitingEvents are the events that the source has not placed yet, where the target has no
// table for them. Anything else that has no place in the target stops the copy.
func waitingEvents(ctx context.Context, s source, missing []TableSum) (ids []int64, err error) {
	for _, t := range missing {
		if t.Name != inbox {
			return nil, fault.New(fault.Conflict, "Table %s is in the source, but not in the target's schema.", t.Name)
		}
		next, end, err := s.rows(ctx, t.Table)
		if err != nil {
			return nil, err
		}
		defer end()
		for {
			row, err := next()
			if err != nil {
				return nil, err
			}
			if row == nil {
				break
			}
			for i, c := range t.Columns {
				if id, ok := row[i].(int64); ok && c.Name == "event_id" {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids, nil
}

// compare reads every table of the target again.
func compare(ctx context.Context, target *db.DB, plans []plan) error {
	return target.Snapshot(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, p := range plans {
			got, err := sumOf(ctx, snapshot{tx}, p.to, nil)
			if err != nil {
				return err
			}
			if p.to.Name == "event_order" && got.Rows > p.want.Rows {
				continue // events that waited got their place; the ledger's own check covers it
			}
			if err := same(p.want, got); err != nil {
				return fault.New(fault.Conflict, "The copy is not what was copied: %w", err)
			}
		}
		return nil
	})
}

// verifyLedger walks the target's chain and looks for the source's head and newest seal in it.
func verifyLedger(ctx context.Context, target *db.DB, m Manifest) (ledger.Report, error) {
	expect, err := hex.DecodeString(m.Head.Hash)
	if err != nil {
		return ledger.Report{}, err
	}
	r, err := ledger.New(target).Verify(ctx, expect)
	switch {
	case err != nil:
		return r, err
	case r.Tampered != 0:
		return r, fault.New(fault.Conflict, "The ledger of the copy does not verify: event %d: %s.", r.Tampered, r.Reason)
	case len(expect) > 0 && !r.Found, r.Events < m.Head.Pos, r.Sealed < m.Seal.Pos:
		return r, fault.New(fault.Conflict, "The ledger of the copy ends before the source's did.")
	}
	return r, nil
}

func progress(to func(string, ...any), format string, args ...any) {
	if to != nil {
		to(format, args...)
	}
}
