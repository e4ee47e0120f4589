package insight

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/population"
)

// Names tells what the keys of dimensions are called, and what records are.
type Names interface {
	// Labels are the names of people, organizations or blueprints by id; what is unknown is left out.
	Labels(ctx context.Context, tx db.Tx, kind string, ids []int64) (map[int64]string, error)
	// Titles are those of records that the actor may see.
	Titles(ctx context.Context, tx db.Tx, by act.Actor, refs []ledger.Ref) (map[ledger.Ref]string, error)
}

// Parts are what insight stands on.
type Parts struct {
	DB         *db.DB
	Ledger     *ledger.Ledger
	Registry   *population.Registry
	Indicators func() []*InForce // of the configuration in force
	Generation func() int64      // of the configuration in force
	Names      Names
	Clock      func() time.Time // nil: the machine's
}

// Service works indicators out.
type Service struct {
	Parts
	building chan struct{}       // one builds at a time
	ahead    map[string]prepared // by follower: what whoever builds has read already
	built    []*InForce          // the indicators in force for which nothing was left to build
	again    atomic.Bool         // some of them are to be built anew
}

// New returns the service.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	return &Service{Parts: p, building: make(chan struct{}, 1), ahead: map[string]prepared{}}
}

// upToDate reports whether there is nothing to build for the indicators in force: followers keep up what is
// built, so only another configuration asks for more, or somebody who wants some built anew.
func (s *Service) upToDate(inForce []*InForce) bool {
	if s.again.Swap(false) {
		s.built = nil
	}
	return len(inForce) > 0 && slices.Equal(s.built, inForce)
}

// always is later than everything, in ids and in microseconds.
const always = int64(1)<<53 - 1

// source is one of the configuration's with the parts that are told from it.
type source struct {
	*population.Source
	parts []member
}

// member is a part of an indicator.
type member struct {
	in *InForce
	of *part
}

func (s *source) follower() string { return "insight." + s.Name() + "." + s.Mark() }

// sources are those that the indicators in force are told from.
func (s *Service) sources() []*source {
	var out []*source
	byName := map[string]*source{}
	for _, in := range s.Indicators() {
		for _, p := range in.parts {
			if p.population == nil {
				continue
			}
			from := p.population.Source()
			src := byName[from.Name()]
			if src == nil {
				src = &source{Source: from}
				byName[from.Name()] = src
				out = append(out, src)
			}
			src.parts = append(src.parts, member{in, p})
		}
	}
	return out
}

// stream is a row of insight_stream with what it is worked out by.
type stream struct {
	id         int64
	indicator  int64
	run        int64
	part       int
	mark       string
	source     int64
	generation int64
	plan       plan
	doneTo     int64
	done       int64
	finished   int64
	sheet      int64
	place      int // its column there

	member // nil where another configuration works it out
}

const streamFields = `id, indicator_id, run, part, mark, source_id, generation, plan, done_to, done, finished, sheet_id, place`

func scanStream(r db.Scanner) (*stream, error) {
	st := &stream{}
	var text string
	var finished sql.NullInt64
	if err := r.Scan(&st.id, &st.indicator, &st.run, &st.part, &st.mark, &st.source, &st.generation, &text, &st.doneTo, &st.done, &finished, &st.sheet, &st.place); err != nil {
		return nil, err
	}
	st.finished = finished.Int64
	return st, json.Unmarshal([]byte(text), &st.plan)
}

// streams lists streams in the order of their runs.
func streams(ctx context.Context, tx db.Tx, w *db.Where) ([]*stream, error) {
	rows, err := tx.Query(ctx, `SELECT `+streamFields+` FROM insight_stream WHERE `+w.SQL()+` ORDER BY indicator_id, run, part`, w.Args()...)
	return db.Collect(rows, err, scanStream)
}

// sourceRow is a row of insight_source; id 0 when there is none yet.
func sourceRow(ctx context.Context, tx db.Tx, src *source) (id, doneTo int64, err error) {
	rows, err := tx.Query(ctx, `SELECT id, done_to FROM insight_source WHERE name = $1 AND mark = $2`, src.Name(), src.Mark())
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) { return struct{}{}, r.Scan(&id, &doneTo) })
	return id, doneTo, err
}

// followed are the streams of a source that this configuration works out: of the newest run of
// each indicator. newer reports that a node with a newer configuration has begun some.
func (s *Service) followed(all []*stream, src *source) (out []*stream, newer bool) {
	newest := map[int64]int64{}
	for _, st := range all {
		newest[st.indicator] = max(newest[st.indicator], st.run)
	}
	for _, st := range all {
		if st.run != newest[st.indicator] {
			continue
		}
		for _, m := range src.parts {
			if m.in.ID == st.indicator && m.in.mark == st.mark && m.of.number == st.part {
				st.member = m
				out = append(out, st)
			}
		}
		newer = newer || st.in == nil && st.generation > s.Generation()
	}
	return out, newer
}
