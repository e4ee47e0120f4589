package success

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/db"
)

const (
	microsADay = int64(day24 / time.Microsecond)
	// perRolling is how many series one transaction looks at, and perReading how many points it reads.
	perRolling, perReading = 500, 20_000
	// settledFor is how long nothing must have come for old days before they are rolled up: an import of years
	// takes its time.
	settledFor = 30 * day24
)

// oldPoint is a point with the batch that it came with, and when that was.
type oldPoint struct {
	at, batch, recorded int64
	value               float64
}

func (p oldPoint) day() int64 { return p.at / microsADay }

// oldSeries is a series with the points of days that are to be rolled up.
type oldSeries struct {
	id     int64
	metric string
	points []oldPoint // by time and batch
}

// rollSeries rolls up the days before a moment of some series behind one, and forgets what is older than another. It
// returns the last series that is done, -1 when there are no more.
func (s *Service) rollSeries(ctx context.Context, tx db.Tx, after, until, gone int64, now time.Time) (last int64, err error) {
	rows, err := tx.Query(ctx, `SELECT id FROM usage_series WHERE id > $1 ORDER BY id LIMIT $2`, after, perRolling)
	ids, err := db.Collect(rows, err, anID)
	if err != nil || len(ids) == 0 {
		return -1, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM usage_point WHERE series_id > $1 AND series_id <= $2 AND at < $3`, after, ids[len(ids)-1], gone); err != nil {
		return after, err
	}
	all, whole, err := oldPoints(ctx, tx, ids, until)
	if err != nil {
		return after, err
	}
	last = ids[len(ids)-1]
	for i, one := range all {
		to, cut := until, i == len(all)-1 && !whole
		if cut { // its last day may be cut off: what is left of it is read again
			to, last = one.points[len(one.points)-1].day()*microsADay, one.id
		}
		rolled, err := s.rollOne(ctx, tx, one, to, db.Micros(now.Add(-settledFor)))
		if err != nil {
			return after, err
		}
		if cut && rolled {
			last = one.id - 1
		}
	}
	return last, nil
}

// oldPoints reads points of days before a moment that are not rolled up; whole is false when there are more.
func oldPoints(ctx context.Context, tx db.Tx, ids []int64, until int64) (all []oldSeries, whole bool, err error) {
	w := (&db.Where{}).Among(tx.Engine(), "s.id", ids).And("p.at >= s.rolled AND p.at < ?", until)
	rows, err := tx.Query(ctx, `SELECT s.id, s.metric, p.at, p.batch_id, p.value, COALESCE(b.recorded, 0) FROM usage_series s JOIN usage_point p ON p.series_id = s.id LEFT JOIN usage_batch b ON b.id = p.batch_id
		WHERE `+w.SQL()+` ORDER BY s.id, p.at, p.batch_id LIMIT `+w.Arg(perReading), w.Args()...)
	n := 0
	err = eachOf(rows, err, func(r db.Scanner) error {
		var one oldSeries
		var p oldPoint
		if err := r.Scan(&one.id, &one.metric, &p.at, &p.batch, &p.value, &p.recorded); err != nil {
			return err
		}
		if len(all) == 0 || all[len(all)-1].id != one.id {
			all = append(all, one)
		}
		of := &all[len(all)-1]
		of.points, n = append(of.points, p), n+1
		return nil
	})
	return all, n < perReading, err
}

// rollOne rolls up the days of a series. It takes no more points for days before to. Of a metric that is not
// declared nobody knows how: its points stay until they are too old, as do those that came lately.
func (s *Service) rollOne(ctx context.Context, tx db.Tx, one oldSeries, to, settled int64) (rolled bool, err error) {
	m, known := s.config().metrics[one.metric]
	if !known || slices.ContainsFunc(one.points, func(p oldPoint) bool { return p.recorded > settled }) {
		return false, nil
	}
	kept := rollDays(one.points, m.Spec.Type == "counter")
	if err := tx.Later(ctx, nil, `UPDATE usage_series SET rolled = $1 WHERE id = $2`, to, one.id); err != nil {
		return false, err
	}
	if slices.EqualFunc(kept, one.points, func(a, b oldPoint) bool { return a.at == b.at && a.batch == b.batch && a.value == b.value }) {
		return true, nil
	}
	if err := tx.Later(ctx, nil, `DELETE FROM usage_point WHERE series_id = $1 AND at >= $2 AND at <= $3`, one.id, one.points[0].at, one.points[len(one.points)-1].at); err != nil {
		return false, err
	}
	rows := &db.Bulk{}
	for _, p := range kept {
		rows.Add("usage_point", "series_id, at, batch_id, value", one.id, p.at, p.batch, p.value)
	}
	return true, rows.Later(ctx, tx)
}

// rollDays is what is kept of points, by time and batch, of any number of days.
func rollDays(points []oldPoint, counter bool) (kept []oldPoint) {
	for from := 0; from < len(points); {
		end := from + 1
		for end < len(points) && points[end].day() == points[from].day() {
			end++
		}
		kept = append(kept, rollDay(points[from:end], counter)...)
		from = end
	}
	return kept
}

// rollDay is what is kept of the points of one day, by time and batch: what was known at its end, and what was
// learned of it later. Whatever a series said at the end of a day, as known at the end of any day, it says still.
func rollDay(points []oldPoint, counter bool) (kept []oldPoint) {
	end, during := (points[0].day()+1)*microsADay, int64(0)
	for _, p := range points {
		if p.recorded < end {
			during = max(during, p.batch)
		}
	}
	var batches []int64 // by which something was learned; what came during the day counts as one
	for _, p := range points {
		batches = append(batches, max(p.batch, during))
	}
	slices.SortFunc(batches, cmp.Compare[int64])
	for _, batch := range slices.Compact(batches) {
		p := dayAsOf(points, batch, counter)
		if n := len(kept); n > 0 {
			if counter {
				p.at = kept[0].at // the latest batch of a moment counts: one moment, one total
			}
			if kept[n-1].at == p.at && kept[n-1].value == p.value {
				continue
			}
		}
		p.batch = batch
		kept = append(kept, p)
	}
	return kept
}

// dayAsOf is what the points of a day say with those of batches up to one: of a gauge the newest, of a counter
// their sum. There is one at least.
func dayAsOf(points []oldPoint, batch int64, counter bool) (out oldPoint) {
	var sum, latest float64 // latest is the value of the moment out.at
	for _, p := range points {
		if p.batch > batch {
			continue
		}
		if p.at != out.at {
			sum, out.at = sum+latest, p.at
		}
		latest = p.value
	}
	if out.value = latest; counter {
		out.value += sum
	}
	return out
}
