package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"steward/internal/db"
	"steward/internal/ledger"
)

// gathered are the rows of what was gathered, and of what is known of records of a source now. It reads what
// is kept of days, and changes nothing, of the writer neither: a change may run twice.
func (w *writer) gathered(ctx context.Context, tx db.Tx, source int64, lives map[ledger.Ref]*life) (*db.Bulk, error) {
	rows := &db.Bulk{}
	for _, f := range w.facts {
		e := f.e
		factTable.add(rows, f.at.sheet, f.at.ref.Kind, f.at.ref.ID, f.at.key, f.pos, e.at, e.until, f.known, f.gone, int64(e.counts), int64(e.good), writeAmounts(e.amounts),
			e.person, e.team, e.org, e.dims[0], e.dims[1], e.dims[2], e.dims[3], e.dims[4], e.dims[5], e.dims[6], e.dims[7], f.event)
	}
	keys := slices.SortedFunc(maps.Keys(w.days), func(a, b dayKey) int {
		return cmp.Or(cmp.Compare(a.sheet, b.sheet), cmp.Compare(a.dim, b.dim), cmp.Compare(a.bucket, b.bucket))
	})
	there, err := readDays(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.dim == blockDim {
			err = w.days[k].blockAfter(ctx, tx, k, there[k], rows)
		} else {
			err = w.days[k].sumsAfter(k, there[k], rows)
		}
		if err != nil {
			return nil, err
		}
	}
	return rows, keepStates(rows, source, lives)
}

// write stores what was gathered and is known of records.
func (w *writer) write(ctx context.Context, tx db.Tx, source int64, lives map[ledger.Ref]*life) error {
	rows, err := w.gathered(ctx, tx, source, lives)
	if err != nil {
		return err
	}
	return w.store(ctx, tx, rows)
}

// store stores rows that were gathered.
func (w *writer) store(ctx context.Context, tx db.Tx, rows *db.Bulk) error {
	if err := closeFacts(ctx, tx, w.closed); err != nil {
		return err
	}
	return rows.Later(ctx, tx)
}

// sumsAfter adds the row of a day's sums with what changes about them.
func (d *day) sumsAfter(k dayKey, there []kept, rows *db.Bulk) error {
	now := &day{sums: make(map[string]*sums, len(d.sums))}
	for _, p := range there {
		if err := now.addSums(p.data); err != nil {
			return err
		}
	}
	for key, more := range d.sums {
		s := now.sums[key]
		if s == nil {
			s = &sums{}
			now.sums[key] = s
		}
		for i := range more {
			for j := range more[i] {
				s[i][j] += more[i][j]
			}
		}
	}
	rollTable.add(rows, k.sheet, int64(k.dim), k.bucket, 0, packSums(now.sums))
	return nil
}

// closeFacts marks versions of facts that hold no longer.
func closeFacts(ctx context.Context, tx db.Tx, all []closing) error {
	if tx.Engine() == db.SQLite {
		for _, c := range all {
			if _, err := tx.Exec(ctx, `UPDATE insight_fact SET gone = $1 WHERE sheet_id = $2 AND record_kind = $3 AND record_id = $4 AND key = $5 AND gone = $6`,
				c.gone, c.at.sheet, c.at.ref.Kind, c.at.ref.ID, c.at.key, always); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		return nil
	}
	n := len(all)
	sheets, kinds, ids, keys, gone := make([]int64, n), make([]string, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, c := range all {
		sheets[i], kinds[i], ids[i], keys[i], gone[i] = c.at.sheet, c.at.ref.Kind, c.at.ref.ID, c.at.key, c.gone
	}
	return tx.Later(ctx, nil, `UPDATE insight_fact f SET gone = k.gone FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS k (sheet, kind, id, key, gone)
		WHERE f.sheet_id = k.sheet AND f.record_kind = k.kind AND f.record_id = k.id AND f.key = k.key AND f.gone = $6`, sheets, kinds, ids, keys, gone, always)
}
