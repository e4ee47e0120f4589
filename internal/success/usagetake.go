package success

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// maxInstances is how many installations an account may have.
const maxInstances = 100

// intake is the taking in of one batch, inside its transaction.
type intake struct {
	s      *Service
	tx     db.Tx
	by     act.Actor
	batch  Batch
	report Report

	whose     map[string]int64 // organizations by foreign id
	leads     map[int64]int64  // organizations by the id that was sent
	instances map[instanceKey]*instance
	series    map[seriesKey]*series
	first     map[moment2]float64 // points of this batch
}

type instanceKey struct {
	organization int64
	key          string
}

type instance struct {
	id      int64
	purpose string
	moved   bool // its purpose is another than before
	points  int64
	metrics map[string]bool
	from    time.Time
	to      time.Time
}

type seriesKey struct {
	instance int64
	metric   string
}

type series struct {
	id, at int64
	rolled int64 // of days before this only their ends are kept
	value  float64
	moved  bool
}

type moment2 struct{ series, at int64 }

// Take stores a batch of points whole, and says what became of each. The same batch again changes
// nothing and gives the same report. Whoever may write usage may, of every organization.
func (s *Service) Take(ctx context.Context, tx db.Tx, by act.Actor, b Batch) (Report, error) {
	by = by.Still()
	if !auth.Scope(by, "write", "usage").All() {
		return Report{}, by.Denied("write", "usage")
	}
	if len(b.Points) > MaxPoints {
		return Report{}, tooMany(len(b.Points))
	}
	digest := b.digest()
	b.Source = cmp.Or(b.Source, "import")
	if b.Key = cmp.Or(b.Key, digest); len(b.Key) > maxName {
		return Report{}, fault.Field("batch", len(b.Key), "1 to 200 bytes", "The name of the batch is too long.")
	}
	b.Key = b.Source + "/" + b.Key
	if r, known, err := earlier(ctx, tx, b.Key, digest); known || err != nil {
		return r, err
	}
	in := &intake{s: s, tx: tx, by: by, batch: b, report: Report{Received: len(b.Points), Findings: []Finding{}, all: b.Tell}}
	return in.run(ctx, digest)
}

// earlier is the report of a batch that came before.
func earlier(ctx context.Context, tx db.Tx, key, digest string) (r Report, known bool, err error) {
	var said, was string
	err = tx.QueryRow(ctx, `SELECT digest, report FROM usage_batch WHERE key = $1`, key).Scan(&was, &said)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	if was != digest {
		return r, true, fault.Field("batch", key, "a new name for each batch", "A batch of this name came before, with other points.")
	}
	err = json.Unmarshal([]byte(said), &r)
	r.Replayed = true
	return r, true, err
}

func (in *intake) run(ctx context.Context, digest string) (Report, error) {
	now, c := in.by.Now(), in.s.config()
	var fit []Point
	for _, p := range in.batch.Points {
		if c.sound(&in.report, p, now) {
			fit = append(fit, p)
		}
	}
	known, err := in.known(ctx, fit)
	if err != nil {
		return in.report, err
	}
	if err := in.findInstances(ctx, known); err != nil {
		return in.report, err
	}
	if err := in.findSeries(ctx, known); err != nil {
		return in.report, err
	}
	fresh, err := in.fresh(ctx, known)
	if err != nil {
		return in.report, err
	}
	in.report.Stored = len(fresh)
	err = in.tx.QueryRow(ctx, `INSERT INTO usage_batch (key, digest, source, by_id, recorded, points, report) VALUES ($1, $2, $3, $4, $5, $6, '') RETURNING id`,
		in.batch.Key, digest, in.batch.Source, db.NullID(in.by.PersonID), db.Micros(now), len(fresh)).Scan(&in.report.Batch)
	if err != nil {
		return in.report, err
	}
	short := in.report
	short.Findings = short.Findings[:min(len(short.Findings), maxFindings)]
	said, err := json.Marshal(short)
	if err != nil {
		return in.report, err
	}
	if err := in.tx.Later(ctx, nil, `UPDATE usage_batch SET report = $1 WHERE id = $2`, string(said), in.report.Batch); err != nil {
		return in.report, err
	}
	return in.report, in.write(ctx, fresh)
}

// known finds out whose points they are; those of organizations that nobody knows are put by.
func (in *intake) known(ctx context.Context, points []Point) ([]Point, error) {
	foreign, ours := map[string]bool{}, map[int64]bool{}
	for _, p := range points {
		if p.Organization != 0 {
			ours[p.Organization] = true
		} else {
			foreign[p.External] = true
		}
	}
	var err error
	if in.whose, err = in.s.directory.RecordsOf(ctx, in.tx, in.batch.Source, "organization", slices.Sorted(maps.Keys(foreign))); err != nil {
		return nil, err
	}
	if in.leads, err = in.s.directory.Leads(ctx, in.tx, slices.Sorted(maps.Keys(ours))); err != nil {
		return nil, err
	}
	known, stray := points[:0], map[string][]Point{}
	for _, p := range points {
		of := in.whose[p.External]
		if p.Organization != 0 {
			of = in.leads[p.Organization]
		}
		switch {
		case of != 0:
			p.Organization = of
			known = append(known, p)
		case p.Organization != 0:
			in.report.find(p, "unknown_organization", false, "There is no organization %d.", p.Organization)
		default:
			if len(stray[p.External]) == 0 {
				in.report.find(p, "unknown_organization", true, "%s does not know an organization %q by this id. Its points are kept until somebody says whose they are.", in.batch.Source, p.External)
			}
			in.report.Unknown++
			stray[p.External] = append(stray[p.External], p)
		}
	}
	return known, in.putBy(ctx, stray)
}

// findInstances loads the installations that points are of and adds new ones.
func (in *intake) findInstances(ctx context.Context, points []Point) error {
	wanted, organizations := map[instanceKey]string{}, map[int64]bool{}
	for _, p := range points {
		k := instanceKey{p.Organization, p.Instance}
		wanted[k], organizations[p.Organization] = cmp.Or(p.Purpose, wanted[k]), true
	}
	if err := in.loadInstances(ctx, slices.Sorted(maps.Keys(organizations))); err != nil || len(wanted) == 0 {
		return err
	}
	count := map[int64]int{}
	for k := range in.instances {
		count[k.organization]++
	}
	rows, now, added := &db.Bulk{}, db.Micros(in.by.Now()), false
	for _, k := range slices.SortedFunc(maps.Keys(wanted), func(a, b instanceKey) int {
		return cmp.Or(cmp.Compare(a.organization, b.organization), cmp.Compare(a.key, b.key))
	}) {
		if i := in.instances[k]; i != nil {
			if purpose := wanted[k]; purpose != "" && purpose != i.purpose {
				i.purpose, i.moved = purpose, true
			}
			continue
		}
		if count[k.organization]++; count[k.organization] > maxInstances {
			continue // found out point by point
		}
		rows.Merge("usage_instance", "organization_id, key, purpose, chosen, created, seen", "(organization_id, key) DO NOTHING", k.organization, k.key, wanted[k], false, now, now)
		added = true
	}
	if !added {
		return nil
	}
	if err := rows.Write(ctx, in.tx); err != nil {
		return err
	}
	return in.loadInstances(ctx, slices.Sorted(maps.Keys(organizations)))
}

func (in *intake) loadInstances(ctx context.Context, organizations []int64) error {
	in.instances = map[instanceKey]*instance{}
	for part := range slices.Chunk(organizations, 500) {
		w := (&db.Where{}).Among(in.tx.Engine(), "organization_id", part)
		rows, err := in.tx.Query(ctx, `SELECT id, organization_id, key, purpose FROM usage_instance WHERE `+w.SQL(), w.Args()...)
		if err != nil {
			return err
		}
		for rows.Next() {
			i, k := &instance{metrics: map[string]bool{}}, instanceKey{}
			if err := rows.Scan(&i.id, &k.organization, &k.key, &i.purpose); err != nil {
				rows.Close()
				return err
			}
			in.instances[k] = i
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	return nil
}

// findSeries loads the series that points are of and adds new ones.
func (in *intake) findSeries(ctx context.Context, points []Point) error {
	wanted := map[seriesKey]bool{}
	var ids []int64
	for _, p := range points {
		if i := in.instances[instanceKey{p.Organization, p.Instance}]; i != nil {
			wanted[seriesKey{i.id, p.Metric}] = true
			ids = append(ids, i.id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err := in.loadSeries(ctx, ids); err != nil {
		return err
	}
	rows := &db.Bulk{}
	for _, k := range slices.SortedFunc(maps.Keys(wanted), func(a, b seriesKey) int {
		return cmp.Or(cmp.Compare(a.instance, b.instance), cmp.Compare(a.metric, b.metric))
	}) {
		if in.series[k] == nil {
			rows.Merge("usage_series", "instance_id, metric, at, value", "(instance_id, metric) DO NOTHING", k.instance, k.metric, 0, 0.0)
		}
	}
	if rows.Rows() == 0 {
		return nil
	}
	if err := rows.Write(ctx, in.tx); err != nil {
		return err
	}
	return in.loadSeries(ctx, ids)
}

func (in *intake) loadSeries(ctx context.Context, instances []int64) error {
	in.series = map[seriesKey]*series{}
	for part := range slices.Chunk(instances, 500) {
		w := (&db.Where{}).Among(in.tx.Engine(), "instance_id", part)
		rows, err := in.tx.Query(ctx, `SELECT id, instance_id, metric, at, value, rolled FROM usage_series WHERE `+w.SQL(), w.Args()...)
		if err != nil {
			return err
		}
		for rows.Next() {
			t, k := &series{}, seriesKey{}
			if err := rows.Scan(&t.id, &k.instance, &k.metric, &t.at, &t.value, &t.rolled); err != nil {
				rows.Close()
				return err
			}
			in.series[k] = t
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	return nil
}
