package success

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// Stray are the points of an organization that nobody knows.
type Stray struct {
	ID           int64     `json:"id"`
	Source       string    `json:"source"`
	Organization string    `json:"organization" doc:"The id that the source knows it by."`
	First        time.Time `json:"first"`
	Last         time.Time `json:"last"`
	Points       int64     `json:"points"`
}

// maxStray is how many points of one organization that nobody knows are kept.
const maxStray = 100_000

// maxUnknown is how many organizations that nobody knows are kept.
const maxUnknown = 1000

// putBy keeps points of organizations that nobody knows.
func (in *intake) putBy(ctx context.Context, stray map[string][]Point) error {
	if err := in.tooManyUnknown(ctx, stray); err != nil {
		return err
	}
	for _, external := range slices.Sorted(maps.Keys(stray)) {
		points := stray[external]
		first := slices.MinFunc(points, func(a, b Point) int { return a.At.Compare(b.At) }).At
		last := slices.MaxFunc(points, func(a, b Point) int { return a.At.Compare(b.At) }).At
		var id, have int64
		err := in.tx.QueryRow(ctx, `INSERT INTO usage_unknown (source, organization, first_at, last_at, points, seen) VALUES ($1, $2, $3, $4, 0, $5)
			ON CONFLICT (source, organization) DO UPDATE SET seen = excluded.seen, first_at = CASE WHEN usage_unknown.first_at < excluded.first_at THEN usage_unknown.first_at ELSE excluded.first_at END,
			last_at = CASE WHEN usage_unknown.last_at > excluded.last_at THEN usage_unknown.last_at ELSE excluded.last_at END RETURNING id, points`,
			in.batch.Source, external, db.Micros(first), db.Micros(last), db.Micros(in.by.Now())).Scan(&id, &have)
		if err != nil {
			return err
		}
		rows, seen := &db.Bulk{}, map[Point]bool{}
		for i := len(points) - 1; i >= 0; i-- { // of two about one moment the later one counts
			p := points[i]
			k := Point{Instance: p.Instance, Metric: p.Metric, At: p.At}
			if seen[k] {
				continue
			}
			seen[k] = true
			if have++; have > maxStray {
				in.report.find(p, "unknown_organization", false, "%q has %d points that wait for somebody to say whose they are; more are not kept.", external, maxStray)
				in.report.Unknown--
				continue
			}
			rows.Merge("usage_unknown_point", "unknown_id, instance, metric, at, value", "(unknown_id, instance, metric, at) DO UPDATE SET value = excluded.value", id, p.Instance, p.Metric, db.Micros(p.At), p.Value)
		}
		if err := rows.Write(ctx, in.tx); err != nil {
			return err
		}
		if err := in.tx.Later(ctx, nil, `UPDATE usage_unknown SET points = (SELECT count(*) FROM usage_unknown_point WHERE unknown_id = $1) WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// tooManyUnknown refuses the points of organizations beyond those that may wait.
func (in *intake) tooManyUnknown(ctx context.Context, stray map[string][]Point) error {
	if len(stray) == 0 {
		return nil
	}
	var n int
	if err := in.tx.QueryRow(ctx, `SELECT count(*) FROM usage_unknown`).Scan(&n); err != nil || n+len(stray) <= maxUnknown {
		return err
	}
	var names []any
	for external := range stray {
		names = append(names, external)
	}
	w := (&db.Where{}).And("source = ?", in.batch.Source).In("organization", names)
	rows, err := in.tx.Query(ctx, `SELECT organization FROM usage_unknown WHERE `+w.SQL(), w.Args()...)
	there := map[string]bool{}
	if err := eachOf(rows, err, func(r db.Scanner) error {
		var name string
		err := r.Scan(&name)
		there[name] = true
		return err
	}); err != nil {
		return err
	}
	for _, external := range slices.Sorted(maps.Keys(stray)) {
		if there[external] {
			continue
		}
		if n++; n <= maxUnknown {
			continue
		}
		points := stray[external]
		in.report.find(points[0], "unknown_organization", false, "%d organizations that nobody knows wait for somebody to say who they are; no more are kept.", maxUnknown)
		in.report.Refused += len(points) - 1
		in.report.Unknown -= len(points)
		delete(stray, external)
	}
	return nil
}

// sweepStrays forgets some of the points that nobody claimed in time. Those from before it was kept when they came
// count from now.
func (s *Service) sweepStrays(ctx context.Context, tx db.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE usage_unknown SET seen = $1 WHERE seen = 0`, db.Micros(now)); err != nil {
		return err
	}
	old := db.Micros(now.Add(-StraysKept))
	n, err := tx.Exec(ctx, `DELETE FROM usage_unknown_point WHERE id IN (SELECT p.id FROM usage_unknown u JOIN usage_unknown_point p ON p.unknown_id = u.id WHERE u.seen < $1 LIMIT $2)`, old, maxSwept)
	if err != nil || n == maxSwept {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM usage_unknown WHERE seen < $1`, old)
	return err
}

// maxSwept is how many points that nobody claimed go at once.
const maxSwept = 20_000

// Strays lists organizations that nobody knows and that points came of, by id. Whoever may write
// usage, or every account, may.
func (s *Service) Strays(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) (list []Stray, next string, err error) {
	if err := mayClaim(by); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, `id, source, organization, first_at, last_at, points FROM usage_unknown`, "id", &db.Where{}, page, func(r db.Scanner) (t Stray, err error) {
		var first, last int64
		err = r.Scan(&t.ID, &t.Source, &t.Organization, &first, &last, &t.Points)
		t.First, t.Last = db.Time(first), db.Time(last)
		return t, err
	}, func(t Stray) int64 { return t.ID })
}

func mayClaim(by act.Actor) error {
	if auth.Scope(by, "write", "account").All() || auth.Scope(by, "write", "usage").All() {
		return nil
	}
	return by.Denied("write", "account")
}

// Claim says that points which were put by are an organization's: up to 10,000 are taken in at
// once, left says how many wait still. The source knows the organization by its id from then on.
// Whoever may write every account may.
func (s *Service) Claim(ctx context.Context, tx db.Tx, by act.Actor, id, organization int64) (r Report, left int64, err error) {
	if !auth.Scope(by, "write", "account").All() {
		return r, 0, by.Denied("write", "account")
	}
	o, err := s.directory.Organization(ctx, tx, by, organization)
	if err != nil {
		return r, 0, err
	}
	var t Stray
	err = tx.QueryRow(ctx, `SELECT source, organization FROM usage_unknown WHERE id = $1`, id).Scan(&t.Source, &t.Organization)
	if errors.Is(err, sql.ErrNoRows) {
		return r, 0, fault.Missing("unknown organization", id)
	}
	if err != nil {
		return r, 0, err
	}
	if err := s.directory.SetExternal(ctx, tx, by, t.Source, "organization", t.Organization, o.ID); err != nil {
		return r, 0, err
	}
	rows, err := tx.Query(ctx, `SELECT id, instance, metric, at, value FROM usage_unknown_point WHERE unknown_id = $1 ORDER BY id LIMIT $2`, id, MaxPoints)
	var last int64
	points, err := db.Collect(rows, err, func(row db.Scanner) (p Point, err error) {
		var at int64
		err = row.Scan(&last, &p.Instance, &p.Metric, &at, &p.Value)
		p.Organization, p.At = o.ID, db.Time(at)
		return p, err
	})
	if err != nil {
		return r, 0, err
	}
	for i := range points {
		points[i].Line = i + 1
	}
	in := &intake{s: s, tx: tx, by: by.Still(), report: Report{Received: len(points), Findings: []Finding{}}}
	in.batch = Batch{Key: "claim/" + numbers([]int64{id, last}), Source: t.Source, Points: points}
	event, err := s.tell(ctx, tx, by, UsageClaimed, o.ID, map[string]any{"unknown": id, "source": t.Source, "points": len(points)})
	if err != nil {
		return r, 0, err
	}
	in.by = in.by.Because(act.Cause{Event: event})
	if r, err = in.run(ctx, in.batch.digest()); err != nil {
		return r, 0, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM usage_unknown_point WHERE unknown_id = $1 AND id <= $2`, id, last); err != nil {
		return r, 0, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM usage_unknown_point WHERE unknown_id = $1`, id).Scan(&left); err != nil || left > 0 {
		return r, left, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM usage_unknown WHERE id = $1`, id)
	return r, 0, err
}
