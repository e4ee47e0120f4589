package success

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
)

// placed is a point with its series.
type placed struct {
	Point
	instance *instance
	series   *series
	at       int64
}

// fresh are the points that say something new. What is newer than its series needs no look; the
// others are compared with what is stored.
func (in *intake) fresh(ctx context.Context, points []Point) ([]placed, error) {
	in.first = map[moment2]float64{}
	place := map[moment2]int{}
	var out []placed
	var late []moment2
	for _, p := range points {
		i := in.instances[instanceKey{p.Organization, p.Instance}]
		if i == nil {
			in.report.find(p, "too_many_instances", false, "This organization has %d installations already; that is the most.", maxInstances)
			continue
		}
		s := in.series[seriesKey{i.id, p.Metric}]
		k := moment2{s.id, db.Micros(p.At)}
		if k.at < s.rolled {
			in.report.find(p, "past", false, "%s lies before %s. Of days before that only what was known at their end is kept.", p.At.Format(time.RFC3339), db.Time(s.rolled).Format(time.DateOnly))
			continue
		}
		if value, twice := in.first[k]; twice {
			if value == p.Value {
				in.report.Duplicated++
				continue
			}
			in.report.Corrected++
			in.report.find(p, "conflicting", true, "The batch has another value for the same moment; the later one counts.")
			in.first[k] = p.Value
			out[place[k]].Value = p.Value
			continue
		}
		if k.at <= s.at {
			late = append(late, k)
		}
		in.first[k], place[k] = p.Value, len(out)
		out = append(out, placed{p, i, s, k.at})
	}
	stored, err := in.stored(ctx, late)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(p placed) bool {
		if p.at > p.series.at {
			return false
		}
		value, there := stored[moment2{p.series.id, p.at}]
		switch {
		case there && value == p.Value:
			in.report.Duplicated++
			return true
		case there:
			in.report.Corrected++
		default:
			in.report.Late++
		}
		return false
	}), nil
}

// stored are the values that are known of some moments.
func (in *intake) stored(ctx context.Context, of []moment2) (map[moment2]float64, error) {
	out := map[moment2]float64{}
	for part := range slices.Chunk(of, 200) {
		w := &db.Where{}
		var b strings.Builder
		for n, k := range part {
			if n > 0 {
				b.WriteString(" OR ")
			}
			b.WriteString("(series_id = " + w.Arg(k.series) + " AND at = " + w.Arg(k.at) + ")")
		}
		rows, err := in.tx.Query(ctx, `SELECT series_id, at, value FROM usage_point WHERE `+b.String()+` ORDER BY series_id, at, batch_id`, w.Args()...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var k moment2
			var value float64
			if err := rows.Scan(&k.series, &k.at, &value); err != nil {
				rows.Close()
				return nil, err
			}
			out[k] = value // the latest batch comes last
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		rows.Close()
	}
	return out, nil
}

// write stores the points, moves their series on and tells of each account.
func (in *intake) write(ctx context.Context, fresh []placed) error {
	rows, now := &db.Bulk{}, db.Micros(in.by.Now())
	whose := map[int64][]*instance{}
	for _, p := range fresh {
		if p.at >= p.series.at {
			p.series.at, p.series.value, p.series.moved = p.at, p.Value, true
		}
		i := p.instance
		if i.points++; i.points == 1 {
			whose[p.Organization] = append(whose[p.Organization], i)
			i.from, i.to = p.At, p.At
		}
		i.metrics[p.Metric] = true
		if p.At.Before(i.from) {
			i.from = p.At
		}
		if p.At.After(i.to) {
			i.to = p.At
		}
	}
	if err := in.moveSeries(ctx, rows); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(whose)) {
		event, err := in.tellOf(ctx, id, whose[id])
		if err != nil {
			return err
		}
		for _, i := range whose[id] {
			rows.Add("usage_batch_instance", "batch_id, instance_id, event_id, points", in.report.Batch, i.id, event, i.points)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(in.instances), func(a, b instanceKey) int {
		return cmp.Compare(in.instances[a].id, in.instances[b].id)
	}) {
		if i := in.instances[k]; i.moved || i.points > 0 {
			rows.Merge("usage_instance", "id, organization_id, key, purpose, chosen, created, seen", "(id) DO UPDATE SET purpose = excluded.purpose, seen = excluded.seen",
				i.id, k.organization, k.key, i.purpose, false, now, now)
		}
	}
	slices.SortFunc(fresh, func(a, b placed) int { return cmp.Or(cmp.Compare(a.series.id, b.series.id), cmp.Compare(a.at, b.at)) }) // as the table is
	for _, p := range fresh {
		rows.Add("usage_point", "series_id, at, batch_id, value", p.series.id, p.at, in.report.Batch, p.Value)
	}
	return rows.Later(ctx, in.tx)
}

// moveSeries takes series on to their newest points. PostgreSQL is spared looking whether they are there.
func (in *intake) moveSeries(ctx context.Context, rows *db.Bulk) error {
	var ids, at []int64
	var values []float64
	for _, k := range slices.SortedFunc(maps.Keys(in.series), func(a, b seriesKey) int {
		return cmp.Compare(in.series[a].id, in.series[b].id)
	}) {
		s := in.series[k]
		if !s.moved {
			continue
		}
		if in.tx.Engine() == db.SQLite {
			rows.Merge("usage_series", "id, instance_id, metric, at, value", "(id) DO UPDATE SET at = excluded.at, value = excluded.value", s.id, k.instance, k.metric, s.at, s.value)
			continue
		}
		ids, at, values = append(ids, s.id), append(at, s.at), append(values, s.value)
	}
	if len(ids) == 0 {
		return nil
	}
	return in.tx.Later(ctx, nil, `UPDATE usage_series s SET at = v.at, value = v.value FROM unnest($1::bigint[], $2::bigint[], $3::float8[]) AS v (id, at, value) WHERE s.id = v.id`, ids, at, values)
}

// tellOf appends the one event of this batch about an account.
func (in *intake) tellOf(ctx context.Context, organization int64, of []*instance) (int64, error) {
	metrics, points := map[string]bool{}, int64(0)
	var ids []int64
	from, to := time.Time{}, time.Time{}
	for _, i := range of {
		maps.Copy(metrics, i.metrics)
		ids, points = append(ids, i.id), points+i.points
		if from.IsZero() || i.from.Before(from) {
			from = i.from
		}
		if i.to.After(to) {
			to = i.to
		}
	}
	slices.Sort(ids)
	return in.s.tell(ctx, in.tx, in.by, UsageReported, organization, map[string]any{"batch": in.report.Batch, "instances": ids, "metrics": slices.Sorted(maps.Keys(metrics)),
		"points": points, "from": from.Format(time.RFC3339), "to": to.Format(time.RFC3339)})
}
