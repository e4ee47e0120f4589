package success

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
)

// observedAt are measures of accounts at one moment, by name and account.
type observedAt map[string]map[int64]Observation

// observeEach answers several measures at several moments, the latest first, as observeAll does for
// each of them from everything that is known now; but what is stored is read once.
func (s *Service) observeEach(ctx context.Context, tx db.Tx, names []string, ids []int64, at []time.Time) ([]observedAt, error) {
	out := make([]observedAt, len(at))
	for n := range out {
		out[n] = make(observedAt, len(names))
	}
	var used []usageInForce
	for _, name := range names {
		if u, ok := s.config().usageNamed(name); ok {
			used = append(used, u)
			continue
		}
		if short, ok := strings.CutPrefix(name, manualPrefix); ok {
			if err := s.judgedEach(ctx, tx, name, s.config().manual[short], ids, at, out); err != nil {
				return nil, err
			}
			continue
		}
		if m, ok := s.config().manual[strings.TrimPrefix(name, judgedPrefix)]; ok && strings.HasPrefix(name, judgedPrefix) {
			if err := s.judgedSinceEach(ctx, tx, name, m, ids, at, out); err != nil {
				return nil, err
			}
			continue
		}
		if m, ok := s.config().roles[strings.TrimPrefix(name, rolesPrefix)]; ok && strings.HasPrefix(name, rolesPrefix) {
			if err := s.rolesEach(ctx, tx, m, ids, at, out); err != nil {
				return nil, err
			}
			continue
		}
		m, err := s.measures.Known(name)
		if fault.Is(err, fault.NotFound) {
			continue // lint has told; it has no value
		}
		if err != nil {
			return nil, err
		}
		each, err := s.measures.ReadEach(ctx, tx, name, ids, at)
		if err != nil {
			return nil, err
		}
		for n, found := range each {
			out[n][name] = observations(m, found)
		}
	}
	if len(used) == 0 {
		return out, nil
	}
	return out, s.usageEach(ctx, tx, used, ids, at, out)
}

// observations are readings of a measure of events as accounts have them.
func observations(m *measure.Measure, found map[int64]measure.Reading) map[int64]Observation {
	out := make(map[int64]Observation, len(found))
	for id, r := range found {
		out[id] = Observation{Set: r.Value.Set, Value: r.Value, Plain: m.Plain(r.Value), At: r.At, Until: r.Until, EventID: r.EventID, Ticks: m.Ticks(), Falls: m.Falls()}
	}
	return out
}

// judgedEach adds what was judged. People judge seldom: all of it is read.
func (s *Service) judgedEach(ctx context.Context, tx db.Tx, name string, m manualInForce, ids []int64, at []time.Time, out []observedAt) error {
	of, err := s.judgedOf(ctx, tx, m, ids, at[0])
	if err != nil {
		return err
	}
	for n, t := range at {
		out[n][name] = map[int64]Observation{}
		for id, list := range of {
			for k := len(list) - 1; k >= 0; k-- {
				if list[k].At.After(t) {
					continue
				}
				if o, ok := m.observation(list[k], db.Micros(t), farOff); ok {
					out[n][name][id] = o
				}
				break
			}
		}
	}
	return nil
}

// judgedOf are the judgements of some accounts up to a moment, the latest last.
func (s *Service) judgedOf(ctx context.Context, tx db.Tx, m manualInForce, ids []int64, until time.Time) (map[int64][]Judgement, error) {
	of := map[int64][]Judgement{}
	for part := range slices.Chunk(ids, perRead) {
		w := (&db.Where{}).Among(tx.Engine(), "j.organization_id", part).And("j.measure_id = ?", m.ID).And("j.at <= ?", db.Micros(until))
		rows, err := tx.Query(ctx, `SELECT `+judgementFields+` FROM judgement j WHERE `+w.SQL()+` ORDER BY j.organization_id, j.id`, w.Args()...)
		list, err := db.Collect(rows, err, s.scanJudgement)
		if err != nil {
			return nil, err
		}
		for _, j := range list {
			of[j.Account] = append(of[j.Account], j)
		}
	}
	return of, nil
}

// pointAt is a point of a series.
type pointAt struct {
	at    int64
	value float64
}

// usageEach adds measures of usage.
func (s *Service) usageEach(ctx context.Context, tx db.Tx, all []usageInForce, ids []int64, at []time.Time, out []observedAt) error {
	c := s.config()
	for n := range out {
		for _, u := range all {
			out[n][usagePrefix+u.Name] = make(map[int64]Observation, len(ids))
		}
	}
	for part := range slices.Chunk(ids, perRead) {
		instances, err := instancesOf(ctx, tx, part)
		if err != nil {
			return err
		}
		of, err := c.seriesBetween(ctx, tx, c.reads(all, instances), instances, at)
		if err != nil {
			return err
		}
		for n, t := range at {
			points := make(map[int64]map[string]observedPoint, len(instances))
			for k, one := range of {
				if p, ok := c.metrics[k.metric].observed(one, db.Micros(t)); ok {
					if points[k.instance] == nil {
						points[k.instance] = map[string]observedPoint{}
					}
					p.series = one.id
					points[k.instance][k.metric] = p
				}
			}
			found := map[string]map[int64]Observation{}
			for _, u := range all {
				found[u.Name] = out[n][usagePrefix+u.Name]
			}
			c.usageFrom(all, instances, points, found)
		}
	}
	return nil
}

// pointsOf are the points of a series, by time; of what was corrected the latest.
type pointsOf struct {
	id     int64
	points []pointAt
}

// seriesBetween are the points of metrics that may count at any of the moments.
func (c *Config) seriesBetween(ctx context.Context, tx db.Tx, names []string, instances []Instance, at []time.Time) (map[seriesKey]pointsOf, error) {
	out := map[seriesKey]pointsOf{}
	if len(instances) == 0 {
		return out, nil
	}
	ids := make([]int64, len(instances))
	for n, i := range instances {
		ids[n] = i.ID
	}
	for _, name := range names {
		m := c.metrics[name]
		before := db.Micros(at[len(at)-1]) - max(m.Spec.stale(), m.Spec.window()).Microseconds()
		w := (&db.Where{}).And("p.at > ?", before).And("p.at <= ?", db.Micros(at[0])).And("s.metric = ?", name).Among(tx.Engine(), "s.instance_id", ids)
		rows, err := tx.Query(ctx, `SELECT s.id, s.instance_id, p.at, p.value FROM usage_series s JOIN usage_point p ON p.series_id = s.id WHERE `+w.SQL()+` ORDER BY s.id, p.at, p.batch_id`, w.Args()...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id int64
			var p pointAt
			k := seriesKey{metric: name}
			if err := rows.Scan(&id, &k.instance, &p.at, &p.value); err != nil {
				rows.Close()
				return nil, err
			}
			one := out[k]
			one.id = id
			if last := len(one.points) - 1; last >= 0 && one.points[last].at == p.at {
				one.points[last] = p
			} else {
				one.points = append(one.points, p)
			}
			out[k] = one
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// observed is what a series says at a moment: of a gauge its newest point, of a counter the sum over
// its window; ok is false when its newest point is too old.
func (m metricInForce) observed(of pointsOf, at int64) (p observedPoint, ok bool) {
	last, _ := slices.BinarySearchFunc(of.points, at, func(p pointAt, at int64) int {
		if p.at <= at {
			return -1
		}
		return 1
	})
	if last == 0 || of.points[last-1].at <= at-m.Spec.stale().Microseconds() {
		return p, false
	}
	newest := of.points[last-1]
	p = observedPoint{value: newest.value, at: newest.at, until: newest.at + m.Spec.stale().Microseconds()}
	if m.Spec.Type == "counter" {
		p.value = 0
		for k := last - 1; k >= 0 && of.points[k].at > at-m.Spec.window().Microseconds(); k-- {
			p.value += of.points[k].value
		}
	}
	return p, true
}
