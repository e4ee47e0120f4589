package insight

import (
	"context"
	"maps"
	"slices"
	"time"

	"steward/internal/db"
)

// unused is how long figures are kept that nobody shows: of an indicator that was retired, and of
// sources that an older release told.
const unused = 7 * 24 * time.Hour

// sweepRows is how many rows of a table one sweep removes.
const sweepRows = 50_000

// Sweep removes what older versions of indicators had worked out, once newer ones are finished.
// Call it again and again; each call removes a bounded number of rows.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	all, err := streams(ctx, tx, &db.Where{})
	if err != nil {
		return err
	}
	inForce := map[int64]bool{}
	for _, in := range s.Indicators() {
		inForce[in.ID] = true
	}
	open, newest := map[[2]int64]bool{}, map[int64]int64{}
	for _, st := range all {
		open[[2]int64{st.indicator, st.run}] = open[[2]int64{st.indicator, st.run}] || st.finished == 0
	}
	for run, unfinished := range open {
		if !unfinished {
			newest[run[0]] = max(newest[run[0]], run[1])
		}
	}
	dead := map[int64][]*stream{} // by sheet; a sheet goes when all of its columns may
	kept := map[int64]bool{}
	for _, st := range all {
		old := st.run < newest[st.indicator]
		if !inForce[st.indicator] {
			old = st.finished != 0 && st.finished < db.Micros(now.Add(-unused))
		}
		if old {
			dead[st.sheet] = append(dead[st.sheet], st)
		} else {
			kept[st.sheet] = true
		}
	}
	for _, sheet := range slices.Sorted(maps.Keys(dead)) {
		if kept[sheet] {
			continue
		}
		done, err := s.drop(ctx, tx, sheet)
		if err != nil || !done {
			return err // the rest next time
		}
	}
	return s.sweepSources(ctx, tx, now)
}

// drop removes rows of a sheet, with its columns in the end; done says that nothing is left.
func (s *Service) drop(ctx context.Context, tx db.Tx, sheet int64) (done bool, err error) {
	left := int64(0)
	for _, q := range []string{
		`DELETE FROM insight_fact WHERE sheet_id = $1 AND (record_kind, record_id, key, pos) IN (SELECT record_kind, record_id, key, pos FROM insight_fact WHERE sheet_id = $1 LIMIT $2)`,
		`DELETE FROM insight_roll WHERE sheet_id = $1 AND (dim, bucket, part) IN (SELECT dim, bucket, part FROM insight_roll WHERE sheet_id = $1 LIMIT $2)`,
	} {
		n, err := tx.Exec(ctx, q, sheet, sweepRows)
		if err != nil {
			return false, err
		}
		left = max(left, n)
	}
	if left == sweepRows {
		return false, nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM insight_sheet WHERE id = $1`, sheet); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM insight_stream WHERE sheet_id = $1`, sheet)
	return true, err
}

// sweepSources removes what older declarations told, once nobody has followed them for a week.
func (s *Service) sweepSources(ctx context.Context, tx db.Tx, now time.Time) error {
	used := map[string]bool{}
	for _, src := range s.sources() {
		used[src.follower()] = true
	}
	rows, err := tx.Query(ctx, `SELECT id, name, mark FROM insight_source ORDER BY id`)
	type row struct {
		id   int64
		name string
	}
	all, err := db.Collect(rows, err, func(r db.Scanner) (o row, err error) {
		var mark string
		err = r.Scan(&o.id, &o.name, &mark)
		o.name = "insight." + o.name + "." + mark
		return o, err
	})
	if err != nil {
		return err
	}
	for _, o := range all {
		if used[o.name] {
			continue
		}
		var young bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM event_cursor WHERE name = $1 AND updated > $2)`, o.name, db.Micros(now.Add(-unused))).Scan(&young); err != nil {
			return err
		}
		if young {
			continue
		}
		n, err := tx.Exec(ctx, `DELETE FROM insight_record WHERE source_id = $1 AND (record_kind, record_id) IN (SELECT record_kind, record_id FROM insight_record WHERE source_id = $1 LIMIT $2)`, o.id, sweepRows)
		if err != nil || n == sweepRows {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM insight_source WHERE id = $1`, o.id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM event_cursor WHERE name = $1`, o.name); err != nil {
			return err
		}
	}
	return nil
}
