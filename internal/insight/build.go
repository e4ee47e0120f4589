package insight

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"steward/internal/db"
	"steward/internal/ledger"
)

// perBuild is how many records one step of a build reads.
const perBuild = 1000

// errElsewhere says that another node has gone on with a build meanwhile.
var errElsewhere = errors.New("insight: another node builds")

// Build takes one step towards having every indicator worked out: it begins streams for what is
// new or changed, and reads a batch of records for those that are behind. more says that there is
// more to do. Several nodes may call it; one of them takes effect.
func (s *Service) Build(ctx context.Context) (more bool, err error) {
	select {
	case s.building <- struct{}{}:
		defer func() { <-s.building }()
	default:
		return false, nil
	}
	inForce := s.Indicators()
	if s.upToDate(inForce) {
		return false, nil
	}
	for _, src := range s.sources() {
		if err := s.begin(ctx, src); err != nil {
			return false, err
		}
	}
	for _, src := range s.sources() {
		again, err := s.step(ctx, src)
		if errors.Is(err, errElsewhere) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		more = more || again
	}
	if !more {
		s.built = inForce
	}
	return more, nil
}

// begin makes the rows of a source and of the streams that are told from it, where there are none.
func (s *Service) begin(ctx context.Context, src *source) error {
	missing := func(ctx context.Context, tx db.Tx) (id int64, out []member, newest map[int64]int64, err error) {
		if id, _, err = sourceRow(ctx, tx, src); err != nil {
			return
		}
		var ids []any
		for _, m := range src.parts {
			ids = append(ids, m.in.ID)
		}
		all, err := streams(ctx, tx, (&db.Where{}).In("indicator_id", ids))
		newest = map[int64]int64{}
		for _, st := range all {
			newest[st.indicator] = max(newest[st.indicator], st.run)
		}
		for _, m := range src.parts {
			known, later := false, false
			for _, st := range all {
				if st.indicator != m.in.ID || st.run != newest[st.indicator] {
					continue
				}
				known = known || st.mark == m.in.mark && st.part == m.of.number
				later = later || st.mark != m.in.mark && st.generation > m.in.generation
			}
			if !known && !later {
				out = append(out, m)
			}
		}
		return id, out, newest, err
	}
	var id int64
	var list []member
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		id, list, _, err = missing(ctx, tx)
		return err
	})
	if err != nil || id != 0 && len(list) == 0 {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.beginSource(ctx, tx, src); err != nil {
			return err
		}
		id, list, newest, err := missing(ctx, tx)
		if err != nil {
			return err
		}
		free := places{}
		for _, m := range list {
			if err := s.beginStream(ctx, tx, id, m, newest[m.in.ID], free); err != nil {
				return err
			}
		}
		return nil
	})
}

// beginSource makes the row of a source unless it is there, and holds it until the transaction ends:
// of nodes that begin the same at once one begins, and the others then see what it began.
func (s *Service) beginSource(ctx context.Context, tx db.Tx, src *source) error {
	began, err := tx.Exec(ctx, `INSERT INTO insight_source (name, mark, done_to) VALUES ($1, $2, 0) ON CONFLICT (name, mark) DO NOTHING`, src.Name(), src.Mark())
	if err != nil {
		return err
	}
	if began > 0 { // The follower begins where the ledger ends; everything before is read here.
		return s.Ledger.Pass(ctx, tx, src.follower())
	}
	return tx.Later(ctx, nil, `UPDATE insight_source SET done_to = done_to WHERE name = $1 AND mark = $2`, src.Name(), src.Mark())
}

// beginStream makes the row of a part of an indicator, in the run that its other parts are in.
func (s *Service) beginStream(ctx context.Context, tx db.Tx, source int64, m member, newest int64, free places) error {
	all, err := streams(ctx, tx, (&db.Where{}).And("indicator_id = ? AND run = ?", m.in.ID, newest))
	if err != nil {
		return err
	}
	run := newest + 1
	for _, st := range all {
		if st.mark == m.in.mark && st.part != m.of.number {
			run = newest
		}
	}
	for _, st := range all {
		if run == newest && st.part == m.of.number {
			run = newest + 1
		}
	}
	return s.insertStream(ctx, tx, source, m, run, free)
}

// places are the sheets that one transaction has begun, with their columns taken. Only what begins
// together shares a sheet: it is built together.
type places map[string]*begunSheet

type begunSheet struct {
	id    int64
	taken int
}

// next is a free column for a part.
func (p places) next(ctx context.Context, tx db.Tx, source int64, m member) (sheet int64, place int, err error) {
	about := m.about()
	b := p[about]
	if b == nil || b.taken == maxColumns {
		b = &begunSheet{}
		if err := tx.QueryRow(ctx, `INSERT INTO insight_sheet (source_id, about) VALUES ($1, $2) RETURNING id`, source, about).Scan(&b.id); err != nil {
			return 0, 0, err
		}
		p[about] = b
	}
	b.taken++
	return b.id, b.taken - 1, nil
}

func (s *Service) insertStream(ctx context.Context, tx db.Tx, source int64, m member, run int64, free places) error {
	text, err := json.Marshal(m.in.plan)
	if err != nil {
		return err
	}
	sheet, place, err := free.next(ctx, tx, source, m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO insight_stream (indicator_id, run, part, mark, source_id, generation, plan, done_to, done, begun, sheet_id, place)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, $10)`, m.in.ID, run, m.of.number, m.in.mark, source, m.in.generation, string(text), db.Micros(s.Clock()), sheet, place)
	return err
}

// piece is a step of a build: the records behind after up to last, for the source itself and streams.
type piece struct {
	id          int64 // of the source
	own         bool  // the states of the records are still to be kept
	after, last int64
	list        []*stream
	done        int64 // records
}

// prepared is a piece that was read and is still to be stored.
type prepared struct {
	p     piece
	pos   int64 // the place in the order that it was read to
	w     *writer
	lives map[ledger.Ref]*life
}

// prepare reads the next records of a source for whoever is furthest behind; before is a piece that is
// being stored meanwhile, nil for none.
func (s *Service) prepare(ctx context.Context, src *source, before *piece) (out prepared, err error) {
	err = s.DB.Snapshot(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if out.p, err = s.piece(ctx, tx, src, before); err != nil || !out.p.any() {
			return err
		}
		if out.pos, err = s.Ledger.Place(ctx, tx, src.follower()); err != nil {
			return err
		}
		out.w, out.lives, err = s.read(ctx, tx, src, out.p, out.pos)
		return err
	})
	return out, err
}

// step stores the next records of a source for whoever is furthest behind, and reads those behind
// them meanwhile.
func (s *Service) step(ctx context.Context, src *source) (more bool, err error) {
	got, ok := s.ahead[src.follower()]
	delete(s.ahead, src.follower())
	if !ok {
		if got, err = s.prepare(ctx, src, nil); err != nil {
			return false, err
		}
	}
	if !got.p.any() {
		return false, nil
	}
	var next prepared
	var failed error
	var reading sync.WaitGroup
	if got.p.last != always {
		reading.Go(func() { next, failed = s.prepare(ctx, src, &got.p) })
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.store(ctx, tx, src, got) })
	reading.Wait()
	if err == nil && failed == nil && next.p.any() {
		s.ahead[src.follower()] = next
	}
	return err == nil, err
}

// store stores a piece.
func (s *Service) store(ctx context.Context, tx db.Tx, src *source, got prepared) error {
	at, err := s.Ledger.Hold(ctx, tx, src.follower())
	if err != nil {
		return err
	}
	if at != got.pos {
		moved, err := s.movedBetween(ctx, tx, src, got.p, got.pos, at)
		if err != nil {
			return err
		}
		if moved { // the follower passed over events of these records: read them again, now that it stands still
			if got.w, got.lives, err = s.read(ctx, tx, src, got.p, at); err != nil {
				return err
			}
		}
	}
	return s.finish(ctx, tx, got.p, got.w, got.lives)
}

func (p piece) any() bool { return p.own || len(p.list) > 0 }

// piece is what to read next, behind a piece that is being stored.
func (s *Service) piece(ctx context.Context, tx db.Tx, src *source, before *piece) (p piece, err error) {
	id, ownTo, err := sourceRow(ctx, tx, src)
	if err != nil || id == 0 {
		return p, err
	}
	all, err := streams(ctx, tx, (&db.Where{}).And("source_id = ?", id))
	if err != nil {
		return p, err
	}
	list, _ := s.followed(all, src)
	if before != nil {
		if before.own {
			ownTo = before.last
		}
		for _, st := range list {
			if slices.ContainsFunc(before.list, func(o *stream) bool { return o.id == st.id }) {
				st.doneTo = before.last
			}
		}
	}
	p = piece{id: id, after: ownTo}
	for _, st := range list {
		p.after = min(p.after, st.doneTo)
	}
	if p.after == always {
		return piece{}, nil
	}
	p.own, p.last = ownTo == p.after, always
	if !p.own {
		p.last = min(p.last, ownTo)
	}
	for _, st := range list {
		if st.doneTo == p.after {
			p.list = append(p.list, st)
		} else {
			p.last = min(p.last, st.doneTo)
		}
	}
	kinds, err := s.kinds(ctx, tx, src)
	if err != nil {
		return p, err
	}
	for _, kind := range kinds {
		reach, err := s.Ledger.Reach(ctx, tx, kind, p.after, perBuild)
		if err != nil {
			return p, err
		}
		if reach != 0 {
			p.last = min(p.last, reach)
		}
	}
	return p, nil
}

// kinds are the kinds of records that a source is about.
func (s *Service) kinds(ctx context.Context, tx db.Tx, src *source) ([]string, error) {
	if src.Kind != "" {
		return []string{src.Kind}, nil
	}
	return s.Ledger.Subjects(ctx, tx)
}

func (s *Service) movedBetween(ctx context.Context, tx db.Tx, src *source, p piece, from, to int64) (bool, error) {
	kinds, err := s.kinds(ctx, tx, src)
	for _, kind := range kinds {
		moved, err := s.Ledger.Moved(ctx, tx, ledger.Span{Kind: kind, After: p.after, Last: p.last}, src.Verbs(), from, to)
		if moved || err != nil {
			return moved, err
		}
	}
	return false, err
}

// read folds everything about the records of a piece up to a place in the order.
func (s *Service) read(ctx context.Context, tx db.Tx, src *source, p piece, pos int64) (*writer, map[ledger.Ref]*life, error) {
	var list []*stream
	for _, st := range p.list {
		whole := *st
		whole.doneTo = always
		list = append(list, &whole)
	}
	w, lives := newWriter(sheets(list, nil)), map[ledger.Ref]*life{}
	kinds, err := s.kinds(ctx, tx, src)
	if err != nil {
		return nil, nil, err
	}
	for _, kind := range kinds {
		events, err := s.Ledger.Through(ctx, tx, ledger.Span{Kind: kind, After: p.after, Last: p.last}, src.Verbs(), pos)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range events {
			l := lives[e.Subject]
			if l == nil {
				l = &life{ref: e.Subject, now: map[slot]entry{}}
				if l.state, err = src.Open(nil); err != nil {
					return nil, nil, err
				}
				lives[e.Subject] = l
			}
			if err := w.take(l, e); err != nil {
				return nil, nil, err
			}
		}
	}
	return w, lives, nil
}

// finish stores how far what was read reaches, then what was read: a node that comes second sees so
// at the first of its statements.
func (s *Service) finish(ctx context.Context, tx db.Tx, p piece, w *writer, lives map[ledger.Ref]*life) error {
	if p.own {
		if err := tx.Must(ctx, errElsewhere, `UPDATE insight_source SET done_to = $1 WHERE id = $2 AND done_to = $3`, p.last, p.id, p.after); err != nil {
			return err
		}
	}
	var finished any
	if p.last == always {
		finished = db.Micros(s.Clock())
	}
	for _, st := range slices.SortedFunc(slices.Values(p.list), func(a, b *stream) int { return cmp.Compare(a.id, b.id) }) {
		if err := tx.Must(ctx, errElsewhere, `UPDATE insight_stream SET done_to = $1, done = done + $2, finished = $3 WHERE id = $4 AND done_to = $5`,
			p.last, len(lives), finished, st.id, p.after); err != nil {
			return err
		}
	}
	if !p.own {
		lives = nil
	}
	if err := w.write(ctx, tx, p.id, lives); err != nil || p.last != always {
		return err
	}
	return db.Analyze(ctx, tx, "insight_fact")
}
