package success

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/measure"
	"steward/internal/rule"
)

// perRead is how many accounts one statement asks about.
const perRead = 500

// known is the batch up to which points were known at a moment; all of them for zero.
func knownBatch(ctx context.Context, tx db.Tx, known time.Time) (int64, error) {
	if known.IsZero() {
		return math.MaxInt64, nil
	}
	var last int64
	err := tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM usage_batch WHERE recorded <= $1`, db.Micros(known)).Scan(&last)
	return last, err
}

// Instance is an installation of the product at an account.
type Instance struct {
	ID           int64
	Organization int64
	Key          string
	Purpose      string
	Chosen       bool // somebody said that it is the primary one
	Created      time.Time
	Seen         time.Time // when a point came last
	Size         float64   // newest value of the metric that says how large it is
}

// instancesOf loads the installations of some accounts.
func instancesOf(ctx context.Context, tx db.Tx, ids []int64) ([]Instance, error) {
	w := (&db.Where{}).Among(tx.Engine(), "organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT id, organization_id, key, purpose, chosen, created, seen FROM usage_instance WHERE `+w.SQL()+` ORDER BY organization_id, id`, w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (i Instance, err error) {
		var created, seen int64
		err = r.Scan(&i.ID, &i.Organization, &i.Key, &i.Purpose, &i.Chosen, &created, &seen)
		i.Created, i.Seen = db.Time(created), db.Time(seen)
		return i, err
	})
}

// before orders the installations of one account: the first is the primary one. It is the one that
// somebody chose; else one in production before one that does not say, before staging and others;
// of those the largest by the metric that says so; of equal ones the oldest.
func (i Instance) before(o Instance) int {
	rank := map[string]int{"production": 0, "": 1, "staging": 2, "other": 3}
	chosen := func(i Instance) int {
		if i.Chosen {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(chosen(i), chosen(o)), cmp.Compare(rank[i.Purpose], rank[o.Purpose]), cmp.Compare(o.Size, i.Size), cmp.Compare(i.ID, o.ID))
}

// observed is a metric of an installation at a moment.
type observedPoint struct {
	series int64
	value  float64
	at     int64 // of the newest point behind it
	until  int64 // when it says nothing any more
}

// alike are metrics by what one statement can ask: gauges, and counters over the same window.
func (c *Config) alike(names []string) (out [][]metricInForce) {
	for _, name := range names {
		m := c.metrics[name]
		i := slices.IndexFunc(out, func(of []metricInForce) bool {
			return of[0].Spec.Type == m.Spec.Type && (m.Spec.Type != "counter" || of[0].Spec.window() == m.Spec.window())
		})
		if i < 0 {
			out = append(out, []metricInForce{m})
		} else {
			out[i] = append(out[i], m)
		}
	}
	return out
}

// readMetrics reads metrics that are alike of some installations as of a moment. Those without a point
// that counts are left out.
func readMetrics(ctx context.Context, tx db.Tx, all []metricInForce, instances []Instance, at int64, batch int64, out map[int64]map[string]observedPoint) error {
	names, stale, oldest := make([]any, len(all)), make(map[string]int64, len(all)), int64(0)
	for i, m := range all {
		names[i], stale[m.Name] = m.Name, m.Spec.stale().Microseconds()
		oldest = max(oldest, stale[m.Name])
	}
	for part := range slices.Chunk(instances, perRead) {
		ids := make([]int64, len(part))
		for i, one := range part {
			ids[i] = one.ID
		}
		w := (&db.Where{}).In("s.metric", names).Among(tx.Engine(), "s.instance_id", ids)
		newest := `(SELECT max(p.at) FROM usage_point p WHERE p.series_id = s.id AND p.at <= ` + w.Arg(at) + ` AND p.batch_id <= ` + w.Arg(batch) + `)`
		if batch == math.MaxInt64 {
			newest = `CASE WHEN s.at <= ` + w.Arg(at) + ` THEN s.at ELSE ` + newest + ` END`
		}
		rows, err := tx.Query(ctx, `SELECT x.id, x.instance_id, x.metric, x.newest, COALESCE(`+all[0].valueAt(w, at, batch)+`, 0.0) FROM (SELECT s.id, s.instance_id, s.metric, s.at, s.value, `+newest+` AS newest FROM usage_series s WHERE `+w.SQL()+`) x
			WHERE x.newest > `+w.Arg(at-oldest), w.Args()...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var p observedPoint
			var instance int64
			var metric string
			if err := rows.Scan(&p.series, &instance, &metric, &p.at, &p.value); err != nil {
				rows.Close()
				return err
			}
			if p.until = p.at + stale[metric]; p.until <= at {
				continue
			}
			if out[instance] == nil {
				out[instance] = map[string]observedPoint{}
			}
			out[instance][metric] = p
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	return nil
}

// valueAt is the value of a series x in SQL: of a gauge that of its newest point, of a counter the
// sum over its window. Of what was corrected only the latest counts.
func (m metricInForce) valueAt(w *db.Where, at, batch int64) string {
	if m.Spec.Type == "counter" {
		return `(SELECT sum(p.value) FROM usage_point p WHERE p.series_id = x.id AND p.at > ` + w.Arg(at-m.Spec.window().Microseconds()) + ` AND p.at <= ` + w.Arg(at) + ` AND p.batch_id <= ` + w.Arg(batch) + `
			AND NOT EXISTS (SELECT 1 FROM usage_point q WHERE q.series_id = p.series_id AND q.at = p.at AND q.batch_id > p.batch_id AND q.batch_id <= ` + w.Arg(batch) + `))`
	}
	value := `(SELECT p.value FROM usage_point p WHERE p.series_id = x.id AND p.at = x.newest AND p.batch_id <= ` + w.Arg(batch) + ` ORDER BY p.batch_id DESC LIMIT 1)`
	if batch == math.MaxInt64 {
		value = `CASE WHEN x.newest = x.at THEN x.value ELSE ` + value + ` END`
	}
	return value
}

// usageAt works usage measures out for some accounts as of a moment, by measure and account; those
// without a value are left out. Installations and metrics are read once for all of them.
func (s *Service) usageAt(ctx context.Context, tx db.Tx, all []usageInForce, ids []int64, asked measure.Asked) (map[string]map[int64]Observation, error) {
	c, out := s.config(), make(map[string]map[int64]Observation, len(all))
	for _, u := range all {
		out[u.Name] = make(map[int64]Observation, len(ids))
	}
	at := db.Micros(cmpTime(asked.At, s.clock()))
	batch, err := knownBatch(ctx, tx, asked.Known)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(ids, perRead) {
		instances, err := instancesOf(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		points := make(map[int64]map[string]observedPoint, len(instances))
		for _, together := range c.alike(c.reads(all, instances)) {
			if err := readMetrics(ctx, tx, together, instances, at, batch, points); err != nil {
				return nil, err
			}
		}
		c.usageFrom(all, instances, points, out)
	}
	if len(ids) <= measure.MaxSubjects {
		err = addEvents(ctx, tx, out, batch)
	}
	return out, err
}

// usageFrom works measures out from what was read of the installations of some accounts.
func (c *Config) usageFrom(all []usageInForce, instances []Instance, points map[int64]map[string]observedPoint, out map[string]map[int64]Observation) {
	for of := range ofOneAccount(instances) {
		for i := range of {
			of[i].Size = points[of[i].ID][c.sizes].value
		}
		slices.SortFunc(of, Instance.before)
		for _, u := range all {
			count := of[:1]
			if u.Spec.Over == "all" {
				count = of
			}
			if o, ok := u.value(count, points); ok {
				out[u.Name][of[0].Organization] = o
			}
		}
	}
}

// ofOneAccount yields the installations of each account; they are in the order of accounts.
func ofOneAccount(all []Instance) iter.Seq[[]Instance] {
	return func(yield func([]Instance) bool) {
		for from := 0; from < len(all); {
			to := from + 1
			for to < len(all) && all[to].Organization == all[from].Organization {
				to++
			}
			if !yield(all[from:to]) {
				return
			}
			from = to
		}
	}
}

// reads are the metrics that measures need: where somebody has several installations, the one that
// says how large they are too.
func (c *Config) reads(all []usageInForce, instances []Instance) (out []string) {
	for _, u := range all {
		for _, name := range u.reads {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	several := false
	for i := 1; i < len(instances) && !several; i++ {
		several = instances[i].Organization == instances[i-1].Organization
	}
	if several && c.sizes != "" && !slices.Contains(out, c.sizes) {
		out = append(out, c.sizes)
	}
	return out
}

// value works the formula out over installations: each metric is the sum over those that have it.
func (u usageInForce) value(of []Instance, points map[int64]map[string]observedPoint) (o Observation, ok bool) {
	vars := map[string]any{}
	for _, name := range u.reads {
		sum, there := 0.0, false
		for _, i := range of {
			p, ok := points[i.ID][name]
			if !ok {
				continue
			}
			sum, there = sum+p.value, true
			if t := db.Time(p.at); o.At.IsZero() || t.Before(o.At) {
				o.At = t
			}
			if t := db.Time(p.until); o.Until.IsZero() || t.Before(o.Until) {
				o.Until = t
			}
			o.series = append(o.series, seriesAt{p.series, p.at})
		}
		if !there {
			return Observation{}, false
		}
		vars[name] = sum
	}
	v, ok, err := u.formula.Value(rule.Vars{"usage": vars})
	if err != nil || !ok {
		return Observation{}, false
	}
	f, ok := v.(float64)
	if n, whole := v.(int64); whole {
		f, ok = float64(n), true
	}
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1e9 {
		return Observation{}, false
	}
	o.Set, o.Value, o.Plain = true, measure.Fraction(f), f
	return o, true
}

func cmpTime(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise.UTC()
	}
	return t
}

// addEvents finds the events that the newest points behind values came with.
func addEvents(ctx context.Context, tx db.Tx, of map[string]map[int64]Observation, batch int64) error {
	events := map[seriesAt]int64{}
	for _, found := range of {
		for _, o := range found {
			events[o.series[len(o.series)-1]] = 0
		}
	}
	for part := range slices.Chunk(slices.Collect(maps.Keys(events)), 200) {
		w := &db.Where{}
		var points []string
		for _, k := range part {
			points = append(points, "p.series_id = "+w.Arg(k.series)+" AND p.at = "+w.Arg(k.at))
		}
		rows, err := tx.Query(ctx, `SELECT p.series_id, p.at, max(b.event_id) FROM usage_point p JOIN usage_series s ON s.id = p.series_id JOIN usage_batch_instance b ON b.batch_id = p.batch_id AND b.instance_id = s.instance_id
			WHERE (`+strings.Join(points, " OR ")+`) AND p.batch_id <= `+w.Arg(batch)+` GROUP BY p.series_id, p.at`, w.Args()...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var k seriesAt
			var event int64
			if err := rows.Scan(&k.series, &k.at, &event); err != nil {
				rows.Close()
				return err
			}
			events[k] = event
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	for _, found := range of {
		for id, o := range found {
			o.EventID = events[o.series[len(o.series)-1]]
			found[id] = o
		}
	}
	return nil
}
