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
// SQLite everybody who writes waits for it.
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
		out = append(out, ledger.Follower{Name: src.follower(), Verbs: src.Verbs(), Batch: perFollow(s.DB.Engine()), Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			b := tx.Value(batchKey{name}, func() any { return &batch{source: name} }).(*batch)
			if len(b.events) == 0 {
				tx.BeforeCommit(func(ctx context.Context) error { return s.takeIn(ctx, tx, b) })
			}
			b.events = append(b.events, e)
			return nil
		}})
	}
	return out
}

type batchKey struct{ source string }

// batch are the events of one transaction, taken together at its end: few statements for many.
type batch struct {
	source string
	events []ledger.Event
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
	src := s.source(b.source)
	if src == nil { // no indicator asks for it any more, and this follower is about to stop
		return fault.New(fault.Unavailable, "No indicator is told from %s now.", b.source)
	}
	id, doneTo, err := sourceRow(ctx, tx, src)
	if err != nil || id == 0 {
		return err
	}
	all, err := streams(ctx, tx, (&db.Where{}).And("source_id = ?", id))
	if err != nil {
		return err
	}
	list, newer := s.followed(all, src)
	if newer {
		return fault.New(fault.Unavailable, "This node still works with an older configuration than another.")
	}
	for _, st := range all {
		if st.in == nil && st.mark != "" { // it misses these events, so it is never taken for up to date again
			if _, err := tx.Exec(ctx, `UPDATE insight_stream SET mark = '' WHERE id = $1`, st.id); err != nil {
				return err
			}
		}
	}
	lives := map[ledger.Ref]*life{}
	for _, e := range b.events {
		if e.Subject.ID <= doneTo && (src.Kind == "" || src.Kind == e.Subject.Kind) {
			lives[e.Subject] = &life{ref: e.Subject}
		}
	}
	if err := s.load(ctx, tx, src, id, lives); err != nil {
		return err
	}
	w := newWriter(sheets(list, all))
	if err := w.begin(ctx, tx, lives); err != nil {
		return err
	}
	for _, e := range b.events {
		if l := lives[e.Subject]; l != nil {
			if err := w.take(l, e); err != nil {
				return err
			}
		}
	}
	if err := w.write(ctx, tx); err != nil {
		return err
	}
	return keepStates(ctx, tx, id, lives)
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

// keepStates stores what is known of records now.
func keepStates(ctx context.Context, tx db.Tx, source int64, lives map[ledger.Ref]*life) error {
	rows := &db.Bulk{}
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
	return rows.Later(ctx, tx)
}
