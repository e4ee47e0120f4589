package program

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/work"
)

// Stock is how a pool stands.
type Stock struct {
	PoolID   int64
	Name     string
	Title    string
	Free     db.Count
	Given    db.Count // dispatched to a member, and theirs
	Redeemed db.Count // used where codes are used, as the shop told
	Void     db.Count // of memberships that were taken back, and those that leaked
	Waiting  db.Count // members who wait for a code
	Alerts   db.Count // codes that leaked or were used twice
	Reserved db.Count // approved and not claimed: spoken for
	New      int64    // dispatched to new members in the last 90 days
	Renewals int64    // memberships that end in the next Days days
	Expected int64    // codes needed in the next Days days
	Days     int      // as the pool says
	Low      bool     // fewer are free than are expected to be needed
}

// history is how long back the forecast looks.
const history = 90

// Stocks tell how the pools in force stand. The forecast of a pool is what new members got in the last 90 days, taken
// to its days, or what is spoken for where that is more; the memberships that were granted from it and end within those
// days, as often as the pool says that they renew; and the members who wait.
// Whoever may supply codes may.
func (s *Service) Stocks(ctx context.Context, tx db.Tx, by act.Actor) ([]Stock, error) {
	if err := by.Require("supply", "application"); err != nil {
		return nil, err
	}
	out := []Stock{}
	for _, p := range s.Config().Pools {
		st, err := s.stock(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	return out, nil
}

func (s *Service) stock(ctx context.Context, tx db.Tx, p PoolInForce) (Stock, error) {
	now := s.Clock().UTC()
	st := Stock{PoolID: p.ID, Name: p.Name, Title: cmp.Or(p.Title, p.Name), Days: cmp.Or(p.Spec.Low, 30)}
	var err error
	for _, q := range []struct {
		into  *db.Count
		query string
	}{
		{&st.Free, `SELECT 1 FROM benefit_code WHERE pool_id = $1 AND state = 'free'`},
		{&st.Given, `SELECT 1 FROM benefit_code WHERE pool_id = $1 AND state = 'dispatched'`},
		{&st.Void, `SELECT 1 FROM benefit_code WHERE pool_id = $1 AND state = 'void'`},
		{&st.Redeemed, `SELECT 1 FROM benefit_code WHERE pool_id = $1 AND redeemed IS NOT NULL`},
		{&st.Alerts, `SELECT 1 FROM benefit_code WHERE pool_id = $1 AND alert <> ''`},
		{&st.Waiting, `SELECT 1 FROM application_grant WHERE pool_id = $1 AND state = 'pending'`},
	} {
		if *q.into, err = bounded(ctx, tx, q.query, p.ID); err != nil {
			return st, err
		}
	}
	if st.Reserved, err = bounded(ctx, tx, `SELECT 1 FROM application WHERE state = 'approved' AND program_id IN (`+s.handing(p.ID)+`)`); err != nil {
		return st, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM benefit_code c LEFT JOIN application_grant g ON g.id = c.grant_id LEFT JOIN application a ON a.id = g.application_id
		WHERE c.pool_id = $1 AND c.dispatched > $2 AND a.renewal_of IS NULL LIMIT 100000) AS bounded`, p.ID, db.Micros(now.AddDate(0, 0, -history))).Scan(&st.New); err != nil {
		return st, err
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM application a JOIN application_grant g ON g.application_id = a.id WHERE g.pool_id = $1 AND a.state = 'active' AND a.term_until > $2 AND a.term_until <= $3 LIMIT 100000) AS bounded`,
		p.ID, db.Micros(now), db.Micros(now.AddDate(0, 0, st.Days))).Scan(&st.Renewals)
	st.Expected = st.forecast(p.Spec.Renew)
	st.Low = !st.Free.Capped && st.Free.Count < st.Expected
	return st, err
}

// handing are the ids of the programs in force that hand out codes of a pool.
func (s *Service) handing(pool int64) string {
	ids := []string{"0"}
	for _, p := range s.Config().Programs {
		if slices.Contains(slices.Collect(maps.Values(p.pools)), pool) {
			ids = append(ids, strconv.FormatInt(p.ID, 10))
		}
	}
	return strings.Join(ids, ", ")
}

// stockSource names the items of work about pools.
const stockSource = "pool"

// watch makes a pool that runs low, has members waiting or an alert somebody's work, and takes it off their list when that is
// over. event is why, 0 for the hourly look.
func (s *Service) watch(ctx context.Context, tx db.Tx, id, event int64) error {
	i := slices.IndexFunc(s.Config().Pools, func(p PoolInForce) bool { return p.ID == id })
	if i < 0 {
		return nil // it is out of force
	}
	p := s.Config().Pools[i]
	st, err := s.stock(ctx, tx, p)
	if err != nil {
		return err
	}
	key, now := fmt.Sprint(id), s.Clock().UTC()
	if !st.Low && st.Alerts.Count == 0 {
		return work.Finish(ctx, tx, now, stockSource, key)
	}
	urgency := 2
	if st.Waiting.Count > 0 || st.Free.Count == 0 {
		urgency = 3
	}
	var open int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM work_item WHERE source = $1 AND key = $2 AND state <> 'done'`, stockSource, key).Scan(&open); err != nil || open > 0 && event == 0 {
		return err // it is on somebody's list, or was put away
	}
	if open == 0 && st.Low { // told once until it is over
		by := s.system(act.Clock).Because(act.Cause{Event: event})
		event, err = s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: PoolLow, Subject: poolRef(id), Data: map[string]any{"free": st.Free.Count, "expected": st.Expected, "days": st.Days, "waiting": st.Waiting.Count}})
		if err != nil {
			return err
		}
	}
	return work.Put(ctx, tx, now, work.Item{Source: stockSource, Key: key, TeamID: p.Team, Urgency: urgency, Subject: poolRef(id), EventID: event})
}

// PoolTitles are the titles of those of some pools in force that the actor may supply.
func (s *Service) PoolTitles(by act.Actor, ids []int64) (map[int64]string, error) {
	if err := by.Require("supply", "application"); err != nil {
		return nil, err
	}
	out := map[int64]string{}
	for _, p := range s.Config().Pools {
		if slices.Contains(ids, p.ID) {
			out[p.ID] = cmp.Or(p.Title, p.Name)
		}
	}
	return out, nil
}

// StockSource shows pools on people's lists.
func (s *Service) StockSource() work.Source {
	return work.Source{Name: stockSource, Title: "Codes", Cards: s.stockCards}
}

func (s *Service) stockCards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	out := map[int64]work.Card{}
	if by.Require("supply", "application") != nil {
		return out, nil
	}
	for _, item := range items {
		for _, p := range s.Config().Pools {
			if p.ID != item.Subject.ID {
				continue
			}
			st, err := s.stock(ctx, tx, p)
			if err != nil {
				return nil, err
			}
			out[item.ID] = work.Card{Title: st.Title, About: st.words(), Why: st.why()}
		}
	}
	return out, nil
}

// words say how the stock compares with the need.
func (st Stock) words() string {
	return fmt.Sprintf("%d left, %d expected to be needed in %d days", st.Free.Count, st.Expected, st.Days)
}

// why says what is wrong with the pool.
func (st Stock) why() string {
	switch {
	case st.Waiting.Count > 0:
		return "Members wait for a code"
	case st.Alerts.Count > 0 && !st.Low:
		return "A code leaked or was used twice"
	}
	return "Codes run low"
}

// forecast is how many codes are needed within the days of the pool, where so many of a hundred memberships renew; 0
// stands for all. The handbook's stock of a year is made alike: applications expected, and renewals times a factor.
func (st Stock) forecast(renew int) int64 {
	fresh := (st.New*int64(st.Days) + history - 1) / history
	return max(fresh, st.Reserved.Count) + (st.Renewals*int64(cmp.Or(renew, 100))+99)/100 + st.Waiting.Count
}
