package measure

import (
	"context"
	"database/sql"
	"time"

	"steward/internal/db"
)

// Reading is a value with what it rests on.
type Reading struct {
	Value   Value
	At      time.Time // when the newest data behind it happened; of Since and Until measures the anchor; zero for sums
	EventID int64     // it comes from; 0 for sums
	Until   time.Time // of sums over a stretch of time: when the oldest of it leaves; zero when nothing does
}

// Ticks reports whether the value is time counted from an anchor, so that it changes by itself.
func (m *Measure) Ticks() bool { return m.way == since || m.way == until }

// Falls reports whether the value is time left until its anchor, so that it grows smaller by itself.
func (m *Measure) Falls() bool { return m.way == until }

// Names are the names of all measures about a kind of subject.
func (r *Registry) Names(subject string) (out []string) {
	for _, m := range r.All() {
		if m.Subject == subject {
			out = append(out, m.Name)
		}
	}
	return out
}

// Read answers one measure of any number of subjects with what each value rests on; subjects
// without one are left out. It checks no permission: it is for what the system works out.
func (s *Service) Read(ctx context.Context, tx db.Tx, name string, ids []int64, asked Asked) (map[int64]Reading, error) {
	m, err := s.registry.Get(name)
	if err != nil {
		return nil, err
	}
	out, at := make(map[int64]Reading, len(ids)), s.moment(asked)
	for from := 0; from < len(ids); from += perQuery {
		some := ids[from:min(from+perQuery, len(ids))]
		if m.way == while {
			err = s.readSums(ctx, tx, m, some, at, out)
		} else {
			err = s.readRows(ctx, tx, m, some, at, out)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) readSums(ctx context.Context, tx db.Tx, m *Measure, ids []int64, at moment, out map[int64]Reading) error {
	values, err := s.values(ctx, tx, m, ids, at)
	for id, v := range values {
		out[id] = Reading{Value: v}
	}
	return err
}

// readRows reads what the newest rows say, or for a stretch of time its sum.
func (s *Service) readRows(ctx context.Context, tx db.Tx, m *Measure, ids []int64, at moment, out map[int64]Reading) error {
	kept, w := s.registry.stored(m), &db.Where{}
	var query string
	if m.way == within {
		w.And("c.measure_id = "+storedID, kept.Name, kept.source.mark()).Among(tx.Engine(), "c.subject_id", ids)
		w.And("c.valid_from > ?", at.at-m.window.Microseconds()).And("c.valid_from <= ?", at.at).And("c.recorded <= ?", at.known)
		query = `SELECT c.subject_id, CAST(sum(c.amount) AS BIGINT), '', min(c.valid_from), 0 FROM measure_change c WHERE ` + w.SQL() + ` GROUP BY c.subject_id`
		for _, id := range ids {
			out[id] = Reading{Value: Amount(0)}
		}
	} else {
		w.And("n.measure_id = "+storedID, kept.Name, kept.source.mark()).Among(tx.Engine(), "n.subject_id", ids)
		newest := ` FROM measure_change x WHERE x.measure_id = n.measure_id AND x.subject_id = n.subject_id AND x.valid_from <= ` + w.Arg(at.at) +
			` AND x.recorded <= ` + w.Arg(at.known) + ` ORDER BY x.valid_from DESC, x.pos DESC LIMIT 1) `
		join := `JOIN measure_change c ON c.measure_id = n.measure_id AND c.subject_id = n.subject_id AND (c.valid_from, c.pos) = (SELECT x.valid_from, x.pos` + newest
		if tx.Engine() == db.Postgres { // which would try every row of a series against the newest
			join = `CROSS JOIN LATERAL (SELECT x.amount, x.word, x.valid_from, x.event_id` + newest + `c `
		}
		query = `SELECT n.subject_id, c.amount, c.word, c.valid_from, c.event_id FROM measure_now n ` + join + `WHERE ` + w.SQL()
	}
	rows, err := tx.Query(ctx, query, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, event int64
		var amount, from sql.NullInt64
		var word string
		if err := rows.Scan(&id, &amount, &word, &from, &event); err != nil {
			return err
		}
		r := Reading{Value: said(amount.Int64, word), EventID: event}
		if !r.Value.Set {
			continue
		}
		switch m.way {
		case within:
			r.Until = db.Time(from.Int64 + m.window.Microseconds())
		case since, until:
			r.At, r.Value.Amount = db.Time(amount.Int64), m.counted(amount.Int64, at.at)
		default:
			r.At = db.Time(from.Int64)
		}
		out[id] = r
	}
	return rows.Err()
}

// Watcher is told which subjects of a kind have a measure that just changed, in the transaction
// that keeps the change.
type Watcher func(ctx context.Context, tx db.Tx, kind string, ids []int64) error

// Watch adds a watcher. Call it before the followers run.
func (s *Service) Watch(w Watcher) { s.watchers = append(s.watchers, w) }

// told tells the watchers about the series that a batch changed.
func (s *Service) told(ctx context.Context, tx db.Tx, b *batch) error {
	if len(s.watchers) == 0 || len(b.totals) == 0 {
		return nil
	}
	kinds := map[int64]string{}
	for _, m := range b.src.measures {
		kinds[b.ids[m.Name]] = m.Subject
	}
	seen, byKind := map[string]map[int64]bool{}, map[string][]int64{}
	for at := range b.totals {
		kind := kinds[at.measure]
		if seen[kind] == nil {
			seen[kind] = map[int64]bool{}
		}
		if !seen[kind][at.subject] {
			seen[kind][at.subject] = true
			byKind[kind] = append(byKind[kind], at.subject)
		}
	}
	for kind, ids := range byKind {
		for _, watch := range s.watchers {
			if err := watch(ctx, tx, kind, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// Known is a measure by its name; the error says which there are.
func (s *Service) Known(name string) (*Measure, error) { return s.registry.Get(name) }
