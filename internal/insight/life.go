package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/population"
)

// life is a record with what it adds to the streams as it stands.
type life struct {
	ref   ledger.Ref
	pos   int64 // of the newest event taken
	state *population.State
	now   map[slot]contribution
	moved bool
}

// slot is the place of one fact of a record in a stream.
type slot struct {
	stream int // index among the streams
	key    int64
}

// writer gathers what changes about facts and sums, to be written together.
type writer struct {
	streams []*stream
	facts   []fact
	opened  map[place]int // facts of this writer that are not gone, by their index
	closed  []closing
	rolls   map[rollKey]*[3]int64
}

// fact is a version of a fact, as it is stored.
type fact struct {
	at     place
	c      contribution
	pos    int64
	known  int64
	gone   int64
	event  int64
	stream *stream
}

// place names a fact.
type place struct {
	stream int64
	ref    ledger.Ref
	key    int64
}

// closing says that an older version of a fact holds no longer.
type closing struct {
	at   place
	gone int64
}

// rollKey names a sum.
type rollKey struct {
	stream, grain, dim, bucket int64
	key                        string
}

// The grains of sums.
const (
	dayGrain     = 0
	quarterGrain = 1
	quarter      = 15 * time.Minute
)

func newWriter(streams []*stream) *writer {
	return &writer{streams: streams, opened: map[place]int{}, rolls: map[rollKey]*[3]int64{}}
}

// begin reads what a record adds as it stands.
func (w *writer) begin(l *life) error {
	l.now = map[slot]contribution{}
	return w.each(l, l.state.Facts(), func(at slot, c contribution, ok bool) {
		if ok {
			l.now[at] = c
		}
	})
}

// each works out what facts add to the streams that count them, as far as those are built.
func (w *writer) each(l *life, told []population.Told, do func(at slot, c contribution, ok bool)) error {
	for _, t := range told {
		var vars map[string]any
		for i, st := range w.streams {
			if l.ref.ID > st.doneTo || st.of.population.Name != t.Population.Name {
				continue
			}
			if vars == nil {
				vars = t.Vars(st.in.name)
			}
			c, ok, err := st.in.of(st.of, t, vars)
			if err != nil {
				return err
			}
			do(slot{i, t.Key}, c, ok)
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
	if err := w.each(l, once, func(at slot, c contribution, ok bool) {
		if ok {
			w.open(l, at, c, e)
		}
	}); err != nil {
		return err
	}
	return w.each(l, l.state.Facts(), func(at slot, c contribution, ok bool) {
		was, had := l.now[at]
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

func (w *writer) open(l *life, at slot, c contribution, e ledger.Event) {
	st := w.streams[at.stream]
	to := place{st.id, l.ref, at.key}
	w.opened[to] = len(w.facts)
	w.facts = append(w.facts, fact{at: to, c: c, pos: e.Pos, known: e.Recorded.UnixMicro(), gone: always, event: e.ID, stream: st})
	w.sum(st, c, 1)
}

func (w *writer) close(l *life, at slot, c contribution, e ledger.Event) {
	st := w.streams[at.stream]
	to := place{st.id, l.ref, at.key}
	if i, ok := w.opened[to]; ok {
		w.facts[i].gone = e.Recorded.UnixMicro()
		delete(w.opened, to)
	} else {
		w.closed = append(w.closed, closing{to, e.Recorded.UnixMicro()})
	}
	w.sum(st, c, -1)
}

// sum moves the sums that a contribution belongs to. What lasts is added when it begins and taken
// away when it ends, so that all sums up to a moment tell how much there is.
func (w *writer) sum(st *stream, c contribution, n int64) {
	if !lasts(st.of.spec.Measure) {
		w.add(st, c, c.at, n)
		return
	}
	w.add(st, c, c.at, n)
	if c.until != 0 {
		w.add(st, c, c.until, -n)
	}
}

func (w *writer) add(st *stream, c contribution, at, n int64) {
	days, quarters := dayOf(at, st.in.zone), at/quarter.Microseconds()
	put := func(grain, dim, bucket int64, key string) {
		k := rollKey{st.id, grain, dim, bucket, key}
		if w.rolls[k] == nil {
			w.rolls[k] = &[3]int64{}
		}
		if c.good {
			w.rolls[k][0] += n
		}
		w.rolls[k][1] += n
		w.rolls[k][2] += n * c.amount
	}
	put(dayGrain, 0, days, "")
	put(quarterGrain, 0, quarters, "")
	for i, d := range st.in.plan.Dimensions {
		put(dayGrain, int64(i+1), days, c.dims[i])
		if d.narrow() {
			put(quarterGrain, int64(i+1), quarters, c.dims[i])
		}
	}
}

// narrow reports whether a dimension has few values: its sums are kept by quarters of an hour too.
func (d Dimension) narrow() bool { return d.Kind != "person" && d.Kind != "organization" }

// dayOf is the day of a moment in a zone, counted from 1970.
func dayOf(us int64, zone *time.Location) int64 {
	y, m, d := time.UnixMicro(us).In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

const (
	factColumns = `stream_id, record_kind, record_id, key, pos, at, until, recorded, gone, good, amount, person_id, team_id, organization_id, d1, d2, d3, d4, d5, d6, d7, d8, event_id`
	rollMerge   = `(stream_id, grain, dim, bucket, key) DO UPDATE SET good = insight_roll.good + excluded.good, total = insight_roll.total + excluded.total, amount = insight_roll.amount + excluded.amount`
)

// write stores what was gathered. It changes nothing of the writer: a change may run twice.
func (w *writer) write(ctx context.Context, tx db.Tx) error {
	for _, c := range w.closed {
		if err := tx.Later(ctx, nil, `UPDATE insight_fact SET gone = $1 WHERE stream_id = $2 AND record_kind = $3 AND record_id = $4 AND key = $5 AND gone = $6`,
			c.gone, c.at.stream, c.at.ref.Kind, c.at.ref.ID, c.at.key, always); err != nil {
			return err
		}
	}
	rows := &db.Bulk{}
	for _, f := range w.facts {
		c := f.c
		rows.Add("insight_fact", factColumns, f.at.stream, f.at.ref.Kind, f.at.ref.ID, f.at.key, f.pos, c.at, c.until, f.known, f.gone, c.good, c.amount,
			c.person, c.team, c.org, c.dims[0], c.dims[1], c.dims[2], c.dims[3], c.dims[4], c.dims[5], c.dims[6], c.dims[7], f.event)
	}
	keys := slices.SortedFunc(maps.Keys(w.rolls), func(a, b rollKey) int {
		return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.grain, b.grain), cmp.Compare(a.dim, b.dim), cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.key, b.key))
	})
	for _, k := range keys {
		if n := w.rolls[k]; *n != [3]int64{} {
			rows.Merge("insight_roll", "stream_id, grain, dim, bucket, key, good, total, amount", rollMerge, k.stream, k.grain, k.dim, k.bucket, k.key, n[0], n[1], n[2])
		}
	}
	return rows.Write(ctx, tx)
}
