package insight

import (
	"context"
	"slices"

	"steward/internal/auth"
	"steward/internal/db"
)

// days reads what is kept about days: sums of whole days where there are any, and the blocks of
// days that a bound cuts, or that no sums answer.
func (r *reading) days(ctx context.Context, tx db.Tx, g *grid) error {
	all := r.span()
	if r.reach.None() {
		return r.by.Denied("read", "indicator")
	}
	if !r.summed() {
		return r.blocks(ctx, tx, g, all)
	}
	var cut []any
	for _, b := range r.bounds {
		if d := dayOf(b.UnixMicro(), r.home); dayStart(d, r.home) != b.UnixMicro() && (len(cut) == 0 || cut[len(cut)-1] != any(d)) {
			cut = append(cut, d)
		}
	}
	if len(cut) > 0 {
		if err := r.blocks(ctx, tx, g, all.Copy().In("bucket", cut)); err != nil {
			return err
		}
	}
	if first, last := r.edges(); int64(len(cut)) > last-first {
		return nil // every day
	}
	return r.sums(ctx, tx, g, all, cut)
}

// edges are the days that a question begins and ends with.
func (r *reading) edges() (first, last int64) {
	first, last = dayOf(r.bounds[0].UnixMicro(), r.home), dayOf(r.bounds[len(r.bounds)-1].UnixMicro()-1, r.home)
	if lasts(r.part.Measure) {
		first = -always // what stood before
	}
	return first, last
}

// span is the predicate for the days of a question.
func (r *reading) span() *db.Where {
	first, last := r.edges()
	return (&db.Where{}).And("sheet_id = ? AND bucket BETWEEN ? AND ?", r.stream.sheet, first, last)
}

// summed reports whether sums of days answer the question.
func (r *reading) summed() bool {
	return r.part.Measure != "percentile" && r.reach.All() && (len(r.used) == 0 || len(r.used) == 1 && r.plan.Dimensions[r.used[0]].summed())
}

// sums reads the sums of days, those that are cut left out.
func (r *reading) sums(ctx context.Context, tx db.Tx, g *grid, w *db.Where, cut []any) error {
	dim := 0
	if len(r.used) == 1 {
		dim = r.used[0] + 1
	}
	rows, err := tx.Query(ctx, `SELECT bucket, data FROM insight_roll WHERE `+w.And("dim = ?", dim).SQL(), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	pass := r.remembered()
	keys := make([]string, len(r.used))
	for rows.Next() {
		var bucket int64
		var data []byte
		if err := rows.Scan(&bucket, &data); err != nil {
			return err
		}
		if slices.Contains(cut, any(bucket)) {
			continue
		}
		at := dayStart(bucket, r.home)
		if err := columnSums(data, r.stream.place, func(key []byte, s [3]int64) error {
			if len(keys) == 1 {
				keys[0] = string(key)
			}
			ok, err := pass(keys)
			if ok {
				r.put(g, at, keys, &cell{good: s[0], total: s[1], amount: s[2]})
			}
			return err
		}); err != nil {
			return err
		}
	}
	return rows.Err()
}

// blocks adds up the facts of days.
func (r *reading) blocks(ctx context.Context, tx db.Tx, g *grid, w *db.Where) error {
	from, to := r.bounds[0].UnixMicro(), r.bounds[len(r.bounds)-1].UnixMicro()
	if lasts(r.part.Measure) {
		from = -always
	}
	return r.scan(ctx, tx, w, func(b *opened) error {
		amounts, err := b.amountsOf(r.stream.place, b.added[r.stream.place])
		if err != nil {
			return err
		}
		b.added[r.stream.place] = amounts
		cells := make([]*cell, len(b.combos)) // of the stretch that the entry before was in
		stretch, until := -1, int64(0)
		for i, at := range b.times {
			in := b.combo[i]
			if in < 0 || at < from || at >= to {
				continue
			}
			if stretch < 0 || at >= until { // entries come in the order of time
				stretch = g.stretch(at)
				until = g.bounds[stretch+1].UnixMicro()
				clear(cells)
			}
			c := cells[in]
			if c == nil {
				c = g.cell(b.combos[in].group, stretch)
				cells[in] = c
			}
			n := b.weight(i)
			c.good += n * (b.number(beingGood, i) >> r.stream.place & 1)
			c.total += n
			c.amount += n * amounts[i]
			if r.part.Measure == "percentile" {
				for range n {
					c.values = append(c.values, amounts[i])
				}
			}
			if r.part.Distinct > 0 {
				c.tell(b.combos[in].apart, n)
			}
		}
		return nil
	})
}

// combo are values of the dimensions used, as the question sees them.
type combo struct{ group, apart string }

// scan reads blocks and tells of each which of its entries count and pass.
func (r *reading) scan(ctx context.Context, tx db.Tx, w *db.Where, do func(b *opened) error) error {
	s := &scanner{reading: r, pass: r.remembered()}
	return s.each(ctx, tx, w, func(o *opened) error {
		if err := s.combine(o); err != nil {
			return err
		}
		return do(o)
	})
}

// scanner opens one day after another, in the same memory.
type scanner struct {
	*reading
	pass  func(keys []string) (bool, error)
	parts []*opened // of a day
}

// each reads the parts of days, in the order of the days.
func (s *scanner) each(ctx context.Context, tx db.Tx, w *db.Where, do func(o *opened) error) error {
	rows, err := tx.Query(ctx, `SELECT bucket, data FROM insight_roll WHERE `+w.And("dim = ?", blockDim).SQL()+` ORDER BY bucket, part`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	day, n := int64(0), 0
	tell := func() error {
		if err := s.settle(s.parts[:n]); err != nil {
			return err
		}
		for _, o := range s.parts[:n] {
			if err := do(o); err != nil {
				return err
			}
		}
		n = 0
		return nil
	}
	for looks := s.looks(); rows.Next(); {
		var bucket int64
		var data []byte
		if err := rows.Scan(&bucket, &data); err != nil {
			return err
		}
		if bucket != day {
			if err := tell(); err != nil {
				return err
			}
			day = bucket
		}
		if n == len(s.parts) {
			s.parts = append(s.parts, &opened{})
		}
		if err := s.parts[n].open(data, looks); err != nil {
			return err
		}
		if s.parts[n].n > 0 {
			n++
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return tell()
}

// looks are the parts of a block that a question looks at.
func (s *scanner) looks() []int {
	out := []int{weights, counting, beingGood, people}
	if !s.reach.All() {
		out = append(out, teams, organizations)
	}
	for _, d := range s.used {
		out = append(out, firstDim+d)
	}
	return out
}

// counted reports whether an entry counts for the question's part and who asks may see it.
func (s *scanner) counted(o *opened, i int) bool {
	return o.number(counting, i)>>s.stream.place&1 == 1 && s.reaches(o, i)
}

// mix numbers the values of the dimensions used that an entry has, in one block.
func (s *scanner) mix(o *opened, i int) (id int64) {
	for _, d := range s.used {
		l := &o.lists[firstDim+d]
		id = id*int64(len(l.texts)) + int64(l.place(i))
	}
	return id
}

// Of a combination of values that has not been met yet, and of one that does not pass.
const (
	unmet  = -2
	nobody = -1
)

// combine finds the different values of the dimensions used, and which entries count.
func (s *scanner) combine(o *opened) error {
	o.combos, o.combo = o.combos[:0], o.combo[:0]
	many := 1
	for _, d := range s.used {
		many *= len(o.lists[firstDim+d].texts)
	}
	places := slices.Repeat([]int32{unmet}, many)
	keys := make([]string, len(s.used))
	for i := range o.n {
		if o.weight(i) == 0 || !s.counted(o, i) {
			o.combo = append(o.combo, nobody)
			continue
		}
		id := s.mix(o, i)
		if places[id] == unmet {
			for j, d := range s.used {
				keys[j] = o.text(d, i)
			}
			pass, err := s.pass(keys)
			if err != nil {
				return err
			}
			group, apart, ok := s.told(keys)
			places[id] = nobody
			if pass && ok {
				places[id] = int32(len(o.combos))
				o.combos = append(o.combos, combo{group, apart})
			}
		}
		o.combo = append(o.combo, places[id])
	}
	return nil
}

// reaches reports whether who asks may see an entry.
func (s *scanner) reaches(o *opened, i int) bool {
	if s.reach.All() {
		return true
	}
	return s.reach.Covers(auth.Record{Owners: []int64{o.number(people, i)}, Team: o.number(teams, i), Organization: o.number(organizations, i)})
}
