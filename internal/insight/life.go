package insight

import (
	"context"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/population"
	"steward/internal/rule"
)

// life is a record with what it adds to the sheets as it stands.
type life struct {
	ref   ledger.Ref
	pos   int64 // of the newest event taken
	state *population.State
	now   map[slot]entry
	moved bool
}

// slot is the place of one fact of a record in a sheet.
type slot struct {
	sheet int // index among the sheets
	key   int64
}

// writer gathers what changes about facts and days, to be written together.
type writer struct {
	sheets []*sheet
	facts  []fact
	opened map[place]int // facts of this writer that are not gone, by their index
	closed []closing
	days   map[dayKey]*day
}

// fact is a version of a fact, as it is stored.
type fact struct {
	at    place
	e     entry
	pos   int64
	known int64
	gone  int64
	event int64
}

// place names a fact.
type place struct {
	sheet int64
	ref   ledger.Ref
	key   int64
}

// closing says that an older version of a fact holds no longer.
type closing struct {
	at   place
	gone int64
}

func newWriter(sheets []*sheet) *writer {
	return &writer{sheets: sheets, opened: map[place]int{}, days: map[dayKey]*day{}}
}

// begin reads what records add as they stand.
func (w *writer) begin(ctx context.Context, tx db.Tx, lives map[ledger.Ref]*life) error {
	for _, l := range lives {
		l.now = map[slot]entry{}
		if err := w.each(l, l.state.Facts(), func(at slot, e entry, ok bool) {
			if ok {
				l.now[at] = e
			}
		}); err != nil {
			return err
		}
	}
	return w.keepStale(ctx, tx, lives)
}

// each works out what facts add to the sheets that hold them, as far as those are built.
func (w *writer) each(l *life, told []population.Told, do func(at slot, e entry, ok bool)) error {
	for _, t := range told {
		var made rule.Vars
		for i, sh := range w.sheets {
			first := sh.columns[0]
			if l.ref.ID > sh.doneTo || first.of.population.Name != t.Population.Name {
				continue
			}
			e, ok, err := sh.entry(t, func() rule.Vars {
				if made == nil {
					made = t.Vars(first.in.name)
				}
				return made
			})
			if err != nil {
				return err
			}
			do(slot{i, t.Key}, e, ok)
		}
	}
	return nil
}

// take takes an event of the record in.
func (w *writer) take(l *life, e ledger.Event) error {
	if e.Pos <= l.pos {
		return nil
	}
	once, err := l.state.Take(e)
	if err != nil {
		return err
	}
	l.pos, l.moved = e.Pos, true
	if err := w.each(l, once, func(at slot, c entry, ok bool) {
		if ok {
			w.open(l, at, c, e)
		}
	}); err != nil {
		return err
	}
	return w.each(l, l.state.Facts(), func(at slot, c entry, ok bool) {
		was, had := l.now[at]
		if had && ok {
			c.keep(was, w.sheets[at.sheet].stale)
		}
		if had == ok && was == c {
			return
		}
		if had {
			w.close(l, at, was, e)
			delete(l.now, at)
		}
		if ok {
			w.open(l, at, c, e)
			l.now[at] = c
		}
	})
}

// keep leaves what a fact said to columns that nobody works out any more.
func (e *entry) keep(was entry, stale uint64) {
	if stale == 0 {
		return
	}
	e.counts |= was.counts & stale
	e.good |= was.good & stale
	for i := range e.amounts {
		if stale>>i&1 == 1 {
			e.amounts[i] = was.amounts[i]
		}
	}
}

// keepStale reads what facts of records say to columns that are still shown while nobody works them
// out: it stays with the facts for as long.
func (w *writer) keepStale(ctx context.Context, tx db.Tx, lives map[ledger.Ref]*life) error {
	for i, sh := range w.sheets {
		if sh.stale == 0 {
			continue
		}
		for kind, ids := range byKind(lives) {
			where := (&db.Where{}).And("sheet_id = ? AND record_kind = ? AND gone = ?", sh.id, kind, always).Among(tx.Engine(), "record_id", ids)
			rows, err := tx.Query(ctx, `SELECT record_id, key, counts, good, amounts FROM insight_fact WHERE `+where.SQL(), where.Args()...)
			if _, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
				var id, key int64
				var was entry
				var amounts string
				if err = r.Scan(&id, &key, &was.counts, &was.good, &amounts); err != nil {
					return
				}
				now := lives[ledger.Ref{Kind: kind, ID: id}].now
				if e, ok := now[slot{i, key}]; ok {
					was.amounts, err = readAmounts(amounts)
					e.keep(was, sh.stale)
					now[slot{i, key}] = e
				}
				return
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) open(l *life, at slot, c entry, e ledger.Event) {
	sh := w.sheets[at.sheet]
	to := place{sh.id, l.ref, at.key}
	w.opened[to] = len(w.facts)
	w.facts = append(w.facts, fact{at: to, e: c, pos: e.Pos, known: e.Recorded.UnixMicro(), gone: always, event: e.ID})
	w.move(sh, c, 1)
}

func (w *writer) close(l *life, at slot, c entry, e ledger.Event) {
	sh := w.sheets[at.sheet]
	to := place{sh.id, l.ref, at.key}
	if i, ok := w.opened[to]; ok {
		w.facts[i].gone = e.Recorded.UnixMicro()
		delete(w.opened, to)
	} else {
		w.closed = append(w.closed, closing{to, e.Recorded.UnixMicro()})
	}
	w.move(sh, c, -1)
}

// move moves the days that an entry belongs to. What lasts is added when it begins and taken away
// when it ends, so that all days up to a moment tell how much there is.
func (w *writer) move(sh *sheet, e entry, n int64) {
	w.add(sh, e, e.at, n)
	if e.until != 0 {
		w.add(sh, e, e.until, -n)
	}
}

func (w *writer) add(sh *sheet, e entry, at, n int64) {
	days := w.daysOf(sh, at)
	days[0].add("", e, n)
	for i, d := range sh.columns[0].in.plan.Dimensions {
		if d.summed() {
			days[i+1].add(e.dims[i], e, n)
		}
	}
	days[blockDim].rows = append(days[blockDim].rows, weighed{at, n, e})
}

// daysOf is what is kept about the day of a moment, by dimension.
func (w *writer) daysOf(sh *sheet, at int64) *[blockDim + 1]*day {
	if at >= sh.from && at < sh.to {
		return &sh.days
	}
	zone := sh.columns[0].in.zone
	bucket := dayOf(at, zone)
	sh.from, sh.to = dayStart(bucket, zone), dayStart(bucket+1, zone)
	for dim := range sh.days {
		sh.days[dim] = nil
		if i := dim - 1; i >= 0 && dim != blockDim && (i >= len(sh.columns[0].in.plan.Dimensions) || !sh.columns[0].in.plan.Dimensions[i].summed()) {
			continue
		}
		k := dayKey{sh.id, dim, bucket}
		if w.days[k] == nil {
			w.days[k] = &day{sums: map[string]*sums{}}
		}
		sh.days[dim] = w.days[k]
	}
	return &sh.days
}
