package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// perFollow is how many events a follower takes at once: what they move of a day is packed once. On
// SQLite everybody who writes waits while that is written.
func perFollow(e db.Engine) int {
	if e == db.SQLite {
		return 1000
	}
	return 4000
}

// Followers returns one follower for each source that the indicators in force are told from; ask
// again after the configuration changed. What they have not read from the start, Build reads.
func (s *Service) Followers() []ledger.Follower {
	var out []ledger.Follower
	for _, src := range s.sources() {
		name := src.Name()
		f := ledger.Follower{Name: src.follower(), Verbs: src.Verbs(), Batch: perFollow(s.DB.Engine())}
		var ready *taken
		if s.DB.Engine() == db.SQLite { // nobody who writes waits for what can be worked out before
			f.Ahead = func(ctx context.Context, events []ledger.Event) { ready = s.early(ctx, name, events) }
		}
		f.Handle = func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			b := tx.Value(batchKey{name}, func() any { return &batch{source: name, ready: ready} }).(*batch)
			if len(b.events) == 0 {
				tx.BeforeCommit(func(ctx context.Context) error { return s.takeIn(ctx, tx, b) })
			}
			b.events = append(b.events, e)
			return nil
		}
		out = append(out, f)
	}
	return out
}

type batchKey struct{ source string }

// batch are the events of one transaction, taken together at its end: few statements for many.
type batch struct {
	source string
	events []ledger.Event
	ready  *taken // what was worked out before, of these events or of others
}

// source finds a source of the configuration in force; nil when no indicator asks for it.
func (s *Service) source(name string) *source {
	for _, src := range s.sources() {
		if src.Name() == name {
			return src
		}
	}
	return nil
}

// takeIn takes a batch in: into the states of the records, and into the streams as far as
// they are built. What lies behind that Build will read.
func (s *Service) takeIn(ctx context.Context, tx db.Tx, b *batch) error {
	st := b.ready
	holds, err := st.holds(ctx, tx, b.events)
	if err == nil && !holds {
		st, err = s.workOut(ctx, tx, b.source, b.events)
	}
	if err != nil {
		return err
	}
	return st.store(ctx, tx)
}

// taken is what a batch of events comes to: all that is to be written of it.
type taken struct {
	events []ledger.Event
	source int64 // id
	doneTo int64
	stood  []stood // the streams of the source, when it was worked out
	missed []int64 // streams that miss these events
	w      *writer
	rows   *db.Bulk
}

// stood is a stream as it stood.
type stood struct {
	id, doneTo int64
	mark       string
}

// early works a batch out before the transaction that takes it in; nil where that has to be done there.
func (s *Service) early(ctx context.Context, source string, events []ledger.Event) (st *taken) {
	if err := s.DB.Snapshot(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		st, err = s.workOut(ctx, tx, source, events)
		return err
	}); err != nil {
		return nil // the transaction will say what is wrong
	}
	return st
}

// holds reports whether what was worked out ahead is about these events, and still so. Who writes a
// sheet's facts and days is its follower, whose cursor has not moved meanwhile, and Build, which says in
// the source or its streams how far it came.
func (st *taken) holds(ctx context.Context, tx db.Tx, events []ledger.Event) (bool, error) {
	if st == nil || !slices.EqualFunc(st.events, events, func(a, b ledger.Event) bool { return a.ID == b.ID && a.Pos == b.Pos }) {
		return false, nil
	}
	var doneTo int64
	if err := tx.QueryRow(ctx, `SELECT COALESCE(max(done_to), -1) FROM insight_source WHERE id = $1`, st.source).Scan(&doneTo); err != nil {
		return false, err
	}
	rows, err := tx.Query(ctx, `SELECT id, done_to, mark FROM insight_stream WHERE source_id = $1 ORDER BY id`, st.source)
	now, err := db.Collect(rows, err, func(r db.Scanner) (o stood, err error) { return o, r.Scan(&o.id, &o.doneTo, &o.mark) })
	return err == nil && doneTo == st.doneTo && slices.Equal(now, st.stood), err
}

// workOut works a batch out. It changes nothing.
func (s *Service) workOut(ctx context.Context, tx db.Tx, name string, events []ledger.Event) (*taken, error) {
	src := s.source(name)
	if src == nil { // no indicator asks for it any more, and this follower is about to stop
		return nil, fault.New(fault.Unavailable, "No indicator is told from %s now.", name)
	}
	id, doneTo, err := sourceRow(ctx, tx, src)
	st := &taken{events: events, source: id, doneTo: doneTo}
	if err != nil || id == 0 {
		return st, err
	}
	all, err := streams(ctx, tx, (&db.Where{}).And("source_id = ?", id))
	if err != nil {
		return nil, err
	}
	list, newer := s.followed(all, src)
	if newer {
		return nil, fault.New(fault.Unavailable, "This node still works with an older configuration than another.")
	}
	for _, one := range all {
		st.stood = append(st.stood, stood{one.id, one.doneTo, one.mark})
		if one.in == nil && one.mark != "" { // it misses these events, so it is never taken for up to date again
			st.missed = append(st.missed, one.id)
		}
	}
	slices.SortFunc(st.stood, func(a, b stood) int { return cmp.Compare(a.id, b.id) })
	lives := map[ledger.Ref]*life{}
	for _, e := range events {
		if e.Subject.ID <= doneTo && (src.Kind == "" || src.Kind == e.Subject.Kind) {
			lives[e.Subject] = &life{ref: e.Subject}
		}
	}
	if err := s.load(ctx, tx, src, id, lives); err != nil {
		return nil, err
	}
	st.w = newWriter(sheets(list, all))
	if err := st.w.begin(ctx, tx, lives); err != nil {
		return nil, err
	}
	for _, e := range events {
		if l := lives[e.Subject]; l != nil {
			if err := st.w.take(l, e); err != nil {
				return nil, err
			}
		}
	}
	st.rows, err = st.w.gathered(ctx, tx, id, lives)
	return st, err
}

// store writes what was worked out.
func (st *taken) store(ctx context.Context, tx db.Tx) error {
	if st.w == nil { // nothing of the source is kept yet
		return nil
	}
	for _, id := range st.missed {
		if _, err := tx.Exec(ctx, `UPDATE insight_stream SET mark = '' WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return st.w.store(ctx, tx, st.rows)
}

// load reads what is known of records.
func (s *Service) load(ctx context.Context, tx db.Tx, src *source, id int64, lives map[ledger.Ref]*life) error {
	for kind, ids := range byKind(lives) {
		w := (&db.Where{}).And("source_id = ? AND record_kind = ?", id, kind).Among(tx.Engine(), "record_id", ids)
		rows, err := tx.Query(ctx, `SELECT record_id, pos, state FROM insight_record WHERE `+w.SQL(), w.Args()...)
		if _, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
			var n, pos int64
			var state []byte
			if err = r.Scan(&n, &pos, &state); err != nil {
				return
			}
			l := lives[ledger.Ref{Kind: kind, ID: n}]
			l.pos = pos
			l.state, err = src.Open(state)
			return
		}); err != nil {
			return err
		}
	}
	for _, l := range lives {
		if l.state == nil {
			var err error
			if l.state, err = src.Open(nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// byKind are the ids of records by their kind.
func byKind(lives map[ledger.Ref]*life) map[string][]int64 {
	out := map[string][]int64{}
	for ref := range lives {
		out[ref.Kind] = append(out[ref.Kind], ref.ID)
	}
	return out
}

// keepStates adds the rows of what is known of records now.
func keepStates(rows *db.Bulk, source int64, lives map[ledger.Ref]*life) error {
	refs := slices.SortedFunc(maps.Keys(lives), func(a, b ledger.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	for _, ref := range refs {
		l := lives[ref]
		if !l.moved {
			continue
		}
		state, err := l.state.Encode()
		if err != nil {
			return err
		}
		recordTable.add(rows, source, ref.Kind, ref.ID, l.pos, string(state))
	}
	return nil
}
