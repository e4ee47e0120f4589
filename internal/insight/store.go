package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"steward/internal/db"
)

// write stores what was gathered. It changes nothing of the writer: a change may run twice.
func (w *writer) write(ctx context.Context, tx db.Tx) error {
	if err := closeFacts(ctx, tx, w.closed); err != nil {
		return err
	}
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
		return err
	}
	for _, k := range keys {
		data, err := w.days[k].after(k.dim, there[k])
		if err != nil {
			return err
		}
		rollTable.add(rows, k.sheet, int64(k.dim), k.bucket, data)
	}
	return rows.Later(ctx, tx)
}

// after is what was packed with what changes about it.
func (d *day) after(dim int, was []byte) ([]byte, error) {
	if dim == blockDim {
		now := &day{}
		if err := now.addBlock(was); err != nil {
			return nil, err
		}
		return packBlock(merged(now.rows, slices.Clone(d.rows))), nil
	}
	now := &day{sums: make(map[string]*sums, len(d.sums))}
	if err := now.addSums(was); err != nil {
		return nil, err
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
	return packSums(now.sums), nil
}

// daysAtOnce is how many days one statement reads.
const daysAtOnce = 128

// readDays reads what is kept about days.
func readDays(ctx context.Context, tx db.Tx, keys []dayKey) (map[dayKey][]byte, error) {
	out := map[dayKey][]byte{}
	for some := range slices.Chunk(keys, daysAtOnce) {
		query, args := daysQuery(tx.Engine(), some)
		rows, err := tx.Query(ctx, query, args...)
		if _, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
			var k dayKey
			var data []byte
			err = r.Scan(&k.sheet, &k.dim, &k.bucket, &data)
			out[k] = data
			return
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// daysQuery looks days up by their keys, with one text for every number of them.
func daysQuery(e db.Engine, some []dayKey) (query string, args []any) {
	if e == db.SQLite {
		for i := range daysAtOnce { // the last one again and again
			k := some[min(i, len(some)-1)]
			args = append(args, k.sheet, k.dim, k.bucket)
		}
		return `WITH k (sheet, dim, bucket) AS (VALUES ` + strings.Repeat("(?,?,?),", daysAtOnce-1) + `(?,?,?))
			SELECT r.sheet_id, r.dim, r.bucket, r.data FROM k CROSS JOIN insight_roll r ON r.sheet_id = k.sheet AND r.dim = k.dim AND r.bucket = k.bucket`, args
	}
	n := len(some)
	sheets, dims, buckets := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, k := range some {
		sheets[i], dims[i], buckets[i] = k.sheet, int64(k.dim), k.bucket
	}
	return `SELECT r.sheet_id, r.dim, r.bucket, r.data FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS k (sheet, dim, bucket)
		JOIN insight_roll r ON r.sheet_id = k.sheet AND r.dim = k.dim AND r.bucket = k.bucket`, []any{sheets, dims, buckets}
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
