package success

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// readable are those of some accounts that the actor may read.
func (s *Service) readable(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) ([]int64, error) {
	w := (&db.Where{}).Among(tx.Engine(), "a.organization_id", ids)
	if err := auth.Scope(by, "read", "account").Where(w, accountColumns); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT a.organization_id FROM account a WHERE `+w.SQL()+` ORDER BY a.organization_id`, w.Args()...)
	return db.Collect(rows, err, anID)
}

// Usage lists the installations of an account, the primary one first, with the newest value of each
// metric that counts still. Whoever may read the account may.
func (s *Service) Usage(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]Instance, map[int64]map[string]observedPoint, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, nil, err
	}
	list, err := instancesOf(ctx, tx, []int64{a.OrganizationID})
	if err != nil {
		return nil, nil, err
	}
	c, points := s.config(), map[int64]map[string]observedPoint{}
	at := db.Micros(by.Now())
	for _, together := range c.alike(c.metricNames) {
		if err := readMetrics(ctx, tx, together, list, at, math.MaxInt64, points); err != nil {
			return nil, nil, err
		}
	}
	for n := range list {
		list[n].Size = points[list[n].ID][c.sizes].value
	}
	slices.SortFunc(list, Instance.before)
	return list, points, nil
}

// maxShown is how many points of a series are shown at once.
const maxShown = 1000

// Points lists the newest points of a metric of an account, latest first, at most 1,000; of what
// was corrected only what counts. instance 0 is the primary one. Whoever may read the account may.
func (s *Service) Points(ctx context.Context, tx db.Tx, by act.Actor, id, instance int64, metric string, from, to time.Time) ([]PointView, error) {
	list, _, err := s.Usage(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if _, ok := s.config().metrics[metric]; !ok {
		return nil, fault.Missing("usage metric", metric)
	}
	n := 0
	if instance != 0 {
		if n = slices.IndexFunc(list, func(i Instance) bool { return i.ID == instance }); n < 0 {
			return nil, fault.Missing("installation", instance)
		}
	}
	if len(list) == 0 {
		return []PointView{}, nil
	}
	w := (&db.Where{}).And("p.series_id = (SELECT s.id FROM usage_series s WHERE s.instance_id = ? AND s.metric = ?)", list[n].ID, metric).And("p.at >= ?", db.Micros(from)).And("p.at <= ?", db.Micros(cmpTime(to, s.clock())))
	w.And("NOT EXISTS (SELECT 1 FROM usage_point q WHERE q.series_id = p.series_id AND q.at = p.at AND q.batch_id > p.batch_id)")
	rows, err := tx.Query(ctx, `SELECT p.at, p.value FROM usage_point p WHERE `+w.SQL()+` ORDER BY p.at DESC LIMIT `+w.Arg(maxShown), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (p PointView, err error) {
		var at int64
		err = r.Scan(&at, &p.Value)
		p.At = db.Time(at)
		return p, err
	})
}

// Choose says that an installation is the primary one of its account, or lets the rule find it
// again. Whoever may write the account may.
func (s *Service) Choose(ctx context.Context, tx db.Tx, by act.Actor, id, instance int64, chosen bool) error {
	a, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return err
	}
	var was bool
	err = tx.QueryRow(ctx, `SELECT chosen FROM usage_instance WHERE id = $1 AND organization_id = $2`, instance, a.OrganizationID).Scan(&was)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing("installation", instance)
	}
	if err != nil || was == chosen {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE usage_instance SET chosen = (id = $1 AND $2) WHERE organization_id = $3`, instance, chosen, a.OrganizationID); err != nil {
		return err
	}
	_, err = s.tell(ctx, tx, by, InstanceSet, a.OrganizationID, map[string]any{"instance": instance, "chosen": []bool{was, chosen}})
	return err
}
