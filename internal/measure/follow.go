package measure

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
)

// Followers returns one follower for each source.
func (s *Service) Followers() []ledger.Follower {
	var out []ledger.Follower
	for _, src := range s.registry.sources {
		out = append(out, ledger.Follower{Name: src.follower(), Verbs: src.Verbs,
			Begin: func(ctx context.Context, tx db.Tx) error { return src.begin(ctx, tx) },
			Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
				b := tx.Value(src, func() any { return &batch{src: src} }).(*batch)
				if len(b.events) == 0 {
					tx.BeforeCommit(func(ctx context.Context) error {
						if err := b.take(ctx, tx); err != nil {
							return err
						}
						return s.told(ctx, tx, b)
					})
				}
				b.events = append(b.events, e)
				return nil
			}})
	}
	return out
}

// begin gives the source and its measures their ids and drops what they held.
func (s *Source) begin(ctx context.Context, tx db.Tx) error {
	names := []string{s.Name}
	for _, m := range s.measures {
		names = append(names, m.Name)
	}
	for _, n := range names {
		if _, err := tx.Exec(ctx, `INSERT INTO measure_name (name, mark) VALUES ($1, $2) ON CONFLICT (name, mark) DO NOTHING`, n, s.mark()); err != nil {
			return err
		}
	}
	ids, err := s.ids(ctx, tx)
	if err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM measure_record WHERE source_id = $1`, `DELETE FROM measure_change WHERE measure_id = $1`, `DELETE FROM measure_now WHERE measure_id = $1`} {
		for _, id := range ids {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// ids are those of the source and its measures, by name.
func (s *Source) ids(ctx context.Context, tx db.Tx) (map[string]int64, error) {
	rows, err := tx.Query(ctx, `SELECT name, id FROM measure_name WHERE mark = $1`, s.mark())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var name string
		var id int64
		if err := rows.Scan(&name, &id); err != nil {
			return nil, err
		}
		out[name] = id
	}
	return out, rows.Err()
}

// batch are the events of one transaction, taken together at its end: few statements for many.
type batch struct {
	src     *Source
	events  []ledger.Event
	ids     map[string]int64
	records map[int64]*record
	totals  map[series]int64 // what is added
}

// record is what is known of one record.
type record struct {
	pos     int64
	at      int64 // when its state changed last, microseconds
	facts   []byte
	touched bool
}

// series is one measure of one subject.
type series struct{ measure, subject int64 }

const changeColumns = `measure_id, subject_id, valid_from, pos, recorded, amount, word, record_id, event_id`

func (b *batch) take(ctx context.Context, tx db.Tx) (err error) {
	if b.ids, err = b.src.ids(ctx, tx); err != nil {
		return err
	}
	if err := b.load(ctx, tx); err != nil {
		return err
	}
	rows := &db.Bulk{}
	b.totals = map[series]int64{}
	for _, e := range b.events {
		if err := b.event(rows, e); err != nil {
			return fmt.Errorf("event %d (%s): %w", e.ID, e.Verb, err)
		}
	}
	b.events = nil
	b.keepRecords(rows)
	b.keepTotals(rows)
	return rows.Write(ctx, tx)
}

// load reads what is known of the records.
func (b *batch) load(ctx context.Context, tx db.Tx) error {
	b.records = map[int64]*record{}
	var ids []any
	for _, e := range b.events {
		if b.records[e.Subject.ID] == nil {
			b.records[e.Subject.ID] = &record{}
			ids = append(ids, e.Subject.ID)
		}
	}
	w := (&db.Where{}).And("source_id = ?", b.ids[b.src.Name]).In("record_id", ids)
	rows, err := tx.Query(ctx, `SELECT record_id, pos, at, facts FROM measure_record WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		r := &record{}
		if err := rows.Scan(&id, &r.pos, &r.at, &r.facts); err != nil {
			return err
		}
		b.records[id] = r
	}
	return rows.Err()
}

// event takes one event in. One that was taken before changes nothing.
func (b *batch) event(rows *db.Bulk, e ledger.Event) error {
	r := b.records[e.Subject.ID]
	if e.Subject.Kind != b.src.Kind || e.Pos <= r.pos {
		return nil
	}
	before, after, facts, err := b.src.fold(r.facts, e)
	if err != nil {
		return err
	}
	r.pos, r.facts, r.touched = e.Pos, facts, true
	for i, m := range b.src.measures {
		at := e.At.UnixMicro()
		changes := b.src.read[i](before, after, e)
		if m.way == while && len(changes) > 0 {
			// Order is the ledger's, never time: of two nodes' clocks one may be behind, and a
			// record does not leave a state before it came into it.
			at = max(at, r.at)
			r.at = at
		}
		for _, c := range changes {
			id := b.ids[m.Name]
			rows.Add("measure_change", changeColumns, id, c.subject, at, e.Pos, e.Recorded.UnixMicro(), c.amount, c.word, e.Subject.ID, e.ID)
			added := int64(0) // that there is something is noted of every series
			if m.way == while {
				added = c.amount
			}
			b.totals[series{id, c.subject}] += added
		}
	}
	return nil
}

func (b *batch) keepRecords(rows *db.Bulk) {
	for _, id := range slices.Sorted(maps.Keys(b.records)) {
		if r := b.records[id]; r.touched {
			rows.Merge("measure_record", "source_id, record_id, pos, at, facts", "(source_id, record_id) DO UPDATE SET pos = excluded.pos, at = excluded.at, facts = excluded.facts",
				b.ids[b.src.Name], id, r.pos, r.at, string(r.facts))
		}
	}
}

// keepTotals adds to the totals kept for reading them at once. They are merged, not read and
// written again: PostgreSQL then finds each by its key, whatever it believes about the table.
func (b *batch) keepTotals(rows *db.Bulk) {
	for _, at := range slices.SortedFunc(maps.Keys(b.totals), func(a, b series) int {
		return cmp.Or(cmp.Compare(a.measure, b.measure), cmp.Compare(a.subject, b.subject))
	}) {
		conflict := "(measure_id, subject_id) DO UPDATE SET amount = measure_now.amount + excluded.amount"
		if b.totals[at] == 0 {
			conflict = "(measure_id, subject_id) DO NOTHING"
		}
		rows.Merge("measure_now", "measure_id, subject_id, amount", conflict, at.measure, at.subject, b.totals[at])
	}
}

// Rebuild drops what a source has worked out and lets its follower begin anew: the ledger
// gives the same again. "" rebuilds every source.
func (s *Service) Rebuild(ctx context.Context, tx db.Tx, source string) error {
	for _, src := range s.registry.sources {
		if source != "" && src.Name != source {
			continue
		}
		for _, q := range []string{`DELETE FROM event_parked WHERE name = $1`, `DELETE FROM event_cursor WHERE name = $1`} {
			if _, err := tx.Exec(ctx, q, src.follower()); err != nil {
				return err
			}
		}
	}
	return nil
}

// unused is how long an older definition of a source is kept: nodes of an older release may
// still read it while a newer one begins.
const unused = 7 * 24 * time.Hour

// sweepRows is how many rows of an older definition one sweep removes.
const sweepRows = 50_000

// Sweep removes what definitions of older releases worked out, once nobody has followed under
// them for a week. Call it again and again; each call removes a bounded number of rows.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	var marks []string
	for _, src := range s.registry.sources {
		marks = append(marks, src.mark())
	}
	rows, err := tx.Query(ctx, `SELECT n.id, n.mark FROM measure_name n WHERE NOT EXISTS
		(SELECT 1 FROM event_cursor c WHERE c.updated > $1 AND c.name LIKE 'measure.%' AND c.name LIKE '%.' || n.mark) ORDER BY n.id LIMIT 100`, now.Add(-unused).UnixMicro())
	type old struct {
		id   int64
		mark string
	}
	all, err := db.Collect(rows, err, func(r db.Scanner) (o old, err error) { return o, r.Scan(&o.id, &o.mark) })
	if err != nil {
		return err
	}
	for _, o := range all {
		if slices.Contains(marks, o.mark) {
			continue
		}
		left := int64(0)
		for _, q := range []string{
			`DELETE FROM measure_change WHERE measure_id = $1 AND (subject_id, valid_from, pos) IN (SELECT subject_id, valid_from, pos FROM measure_change WHERE measure_id = $1 LIMIT $2)`,
			`DELETE FROM measure_record WHERE source_id = $1 AND record_id IN (SELECT record_id FROM measure_record WHERE source_id = $1 LIMIT $2)`,
			`DELETE FROM measure_now WHERE measure_id = $1 AND subject_id IN (SELECT subject_id FROM measure_now WHERE measure_id = $1 LIMIT $2)`,
		} {
			n, err := tx.Exec(ctx, q, o.id, sweepRows)
			if err != nil {
				return err
			}
			left = max(left, n)
		}
		if left == sweepRows {
			return nil // the rest next time
		}
		if _, err := tx.Exec(ctx, `DELETE FROM measure_name WHERE id = $1`, o.id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM event_cursor WHERE name LIKE 'measure.%' AND name LIKE '%.' || $1`, o.mark); err != nil {
			return err
		}
	}
	return nil
}
