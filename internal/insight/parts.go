package insight

import (
	"context"
	"slices"
	"strings"

	"steward/internal/db"
)

// The facts of a day lie in parts, so that a step writes what it adds and not the day. Parts of like size
// stand on a level, and where one more comes than fit there, they are packed together into a part of a
// higher level: a fact is packed again once a level, and a day has few parts on each. The number of levels
// grows with the logarithm of the day. The least of a day, part 0, is packed again by every step.
const (
	partGrows = 4 // how much larger parts of the next level are
	perLevel  = 3 // parts of a level
)

// leastPart is how many bytes a part of the first level has. Tests make it small.
var leastPart = 2 << 10

// kept is a part of a day as it is kept.
type kept struct {
	number, size int
	data         []byte // of part 0; of others once it was read
}

// level is where a part of a size belongs; 0 for part 0.
func level(size int) (n int) {
	for least := leastPart; size >= least; least *= partGrows {
		n++
	}
	return n
}

// room is where a part of a size goes, and which of those that are there it is packed together with.
func room(there []kept, size int) (number int, with []kept) {
	for l := level(size); l > 0; l = max(l+1, level(size)) {
		var full []kept
		for number = 1 + (l-1)*perLevel; len(full) < perLevel; number++ {
			i := slices.IndexFunc(there, func(p kept) bool { return p.number == number && p.size > 0 })
			if i < 0 {
				return number, with
			}
			full = append(full, there[i])
			size += there[i].size
		}
		with = append(with, full...)
	}
	return 0, nil
}

// blockAfter adds the rows of a day's facts with what changes about them.
func (d *day) blockAfter(ctx context.Context, tx db.Tx, k dayKey, there []kept, rows *db.Bulk) error {
	lists := [][]ref{d.rows.refs()}
	add := func(parts []kept) error {
		for _, p := range parts {
			refs, err := openRefs(p.data)
			if err != nil {
				return err
			}
			lists = append(lists, refs)
		}
		return nil
	}
	var gone []kept // into what is written
	if i := slices.IndexFunc(there, func(p kept) bool { return p.number == 0 && p.size > 0 }); i >= 0 {
		gone = append(gone, there[i])
	}
	if err := add(gone); err != nil {
		return err
	}
	data := packBlock(together(lists))
	number, more := room(there, len(data))
	if len(more) > 0 {
		if err := readParts(ctx, tx, k, more); err != nil {
			return err
		}
		if err := add(more); err != nil {
			return err
		}
		data, gone = packBlock(together(lists)), append(gone, more...)
	}
	rollTable.add(rows, k.sheet, int64(k.dim), k.bucket, number, data)
	for _, p := range gone {
		if p.number != number {
			rollTable.add(rows, k.sheet, int64(k.dim), k.bucket, p.number, []byte{})
		}
	}
	return nil
}

// daysAtOnce is how many days one statement reads.
const daysAtOnce = 128

// readDays reads what is kept about days: which parts there are, and what part 0 holds.
func readDays(ctx context.Context, tx db.Tx, keys []dayKey) (map[dayKey][]kept, error) {
	out := map[dayKey][]kept{}
	for some := range slices.Chunk(keys, daysAtOnce) {
		query, args := daysQuery(tx.Engine(), some)
		rows, err := tx.Query(ctx, query, args...)
		if _, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
			var k dayKey
			var p kept
			err = r.Scan(&k.sheet, &k.dim, &k.bucket, &p.number, &p.size, &p.data)
			out[k] = append(out[k], p)
			return
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// daysQuery looks days up by their keys, with one text for every number of them.
func daysQuery(e db.Engine, some []dayKey) (query string, args []any) {
	const found = ` SELECT r.sheet_id, r.dim, r.bucket, r.part, length(r.data), CASE WHEN r.part = 0 THEN r.data END FROM `
	if e == db.SQLite {
		for i := range daysAtOnce {
			var k dayKey // of no sheet, where there are fewer
			if i < len(some) {
				k = some[i]
			}
			args = append(args, k.sheet, k.dim, k.bucket)
		}
		return `WITH k (sheet, dim, bucket) AS (VALUES ` + strings.Repeat("(?,?,?),", daysAtOnce-1) + `(?,?,?))` + found +
			`k CROSS JOIN insight_roll r ON r.sheet_id = k.sheet AND r.dim = k.dim AND r.bucket = k.bucket`, args
	}
	n := len(some)
	sheets, dims, buckets := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, k := range some {
		sheets[i], dims[i], buckets[i] = k.sheet, int64(k.dim), k.bucket
	}
	return found + `unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS k (sheet, dim, bucket)
		JOIN insight_roll r ON r.sheet_id = k.sheet AND r.dim = k.dim AND r.bucket = k.bucket`, []any{sheets, dims, buckets}
}

// readParts fills in what parts of a day hold.
func readParts(ctx context.Context, tx db.Tx, k dayKey, parts []kept) error {
	numbers := make([]any, len(parts))
	for i, p := range parts {
		numbers[i] = p.number
	}
	w := (&db.Where{}).And("sheet_id = ? AND dim = ? AND bucket = ?", k.sheet, k.dim, k.bucket).In("part", numbers)
	rows, err := tx.Query(ctx, `SELECT part, data FROM insight_roll WHERE `+w.SQL(), w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var p kept
		err = r.Scan(&p.number, &p.data)
		for i := range parts {
			if parts[i].number == p.number {
				parts[i].data = p.data
			}
		}
		return
	})
	return err
}
