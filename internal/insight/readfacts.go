package insight

import (
	"context"
	"strconv"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
)

// within is the predicate for the facts of a question that count between two moments.
func (r *reading) within(from, to time.Time) (*db.Where, error) {
	w := (&db.Where{}).And("sheet_id = ? AND at < ? AND counts & ? <> 0", r.stream.sheet, to.UnixMicro(), int64(1)<<r.stream.place)
	if lasts(r.part.Measure) {
		w.And("(until = 0 OR until > ?)", from.UnixMicro())
	} else {
		w.And("at >= ?", from.UnixMicro())
	}
	if r.ask.Known.IsZero() {
		w.And("gone = ?", always)
	} else {
		w.And("recorded <= ? AND gone > ?", r.ask.Known.UnixMicro(), r.ask.Known.UnixMicro())
	}
	return w, r.reach.Where(w, auth.Columns{Owners: []string{"person_id"}, Team: "team_id", Organization: "organization_id"})
}

// facts reads the facts themselves.
func (r *reading) facts(ctx context.Context, tx db.Tx, g *grid) error {
	w, err := r.within(r.bounds[0], r.bounds[len(r.bounds)-1])
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT at, until, good, amounts`+r.columns()+` FROM insight_fact WHERE `+w.SQL()+` ORDER BY at, event_id`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := make([]string, len(r.used))
	pass := r.remembered()
	end := r.bounds[len(r.bounds)-1].UnixMicro()
	for rows.Next() {
		var at, until, good int64
		var amounts string
		dst := []any{&at, &until, &good, &amounts}
		for i := range keys {
			dst = append(dst, &keys[i])
		}
		if err := rows.Scan(dst...); err != nil {
			return err
		}
		if ok, err := pass(keys); err != nil {
			return err
		} else if !ok {
			continue
		}
		all, err := readAmounts(amounts)
		if err != nil {
			return err
		}
		c := r.cell(good>>r.stream.place&1, 1, all[r.stream.place], at)
		r.put(g, at, keys, &c)
		if until != 0 && until < end {
			c = r.cell(-good>>r.stream.place&1, -1, -all[r.stream.place], at)
			r.put(g, until, keys, &c)
		}
	}
	return rows.Err()
}

// cell is what an entry is to a question.
func (r *reading) cell(good, n, amount, at int64) cell {
	c := cell{good: good, total: n, amount: amount}
	switch r.part.Measure {
	case "percentile":
		c.values = []int64{amount}
	case "latest":
		c.latest, c.latestAt = amount, at
	}
	return c
}

// columns are the columns of the dimensions used, behind others.
func (r *reading) columns() (cols string) {
	for _, d := range r.used {
		cols += ", d" + strconv.Itoa(d+1)
	}
	return cols
}

// remembered is passes, asked once for the same values.
func (r *reading) remembered() func(keys []string) (bool, error) {
	known := map[string]bool{}
	return func(keys []string) (ok bool, err error) {
		if r.filter == nil {
			return true, nil
		}
		all := strings.Join(keys, "\x00")
		ok, there := known[all]
		if !there {
			if ok, err = r.pass(keys); err != nil {
				return false, err
			}
			known[all] = ok
		}
		return ok, nil
	}
}
