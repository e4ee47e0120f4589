package program

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// Stock is how a pool stands.
type Stock struct {
	PoolID     int64
	Name       string
	Title      string
	Free       db.Count
	Waiting    db.Count // members who wait for a code
	Alerts     db.Count // codes that leaked or were used twice
	Dispatched int64    // in the last 90 days
	Expected   int64    // codes needed in the next Days days
	Days       int      // as the pool says
	Low        bool     // fewer are free than are expected to be needed
}

// history is how long back the forecast looks.
const history = 90

// Stocks tell how the pools in force stand. The forecast of a pool is what was dispatched in the last 90 days, taken
// to its days, and the memberships that were granted from it and end within them: their renewals need a code each.
// Whoever may supply codes may.
func (s *Service) Stocks(ctx context.Context, tx db.Tx, by act.Actor) ([]Stock, error) {
	if err := by.Require("supply", "application"); err != nil {
		return nil, err
	}
	now := s.Clock().UTC()
	out := []Stock{}
	for _, p := range s.Config().Pools {
		st := Stock{PoolID: p.ID, Name: p.Name, Title: p.Title, Days: p.Spec.Low}
		if st.Days == 0 {
			st.Days = 30
		}
		var err error
		for into, query := range map[*db.Count]string{&st.Free: `SELECT 1 FROM benefit_code WHERE pool_id = $1 AND state = 'free'`, &st.Waiting: `SELECT 1 FROM application_grant WHERE pool_id = $1 AND state = 'pending'`,
			&st.Alerts: `SELECT 1 FROM benefit_code WHERE pool_id = $1 AND alert <> ''`} {
			if *into, err = bounded(ctx, tx, query, p.ID); err != nil {
				return nil, err
			}
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM benefit_code WHERE pool_id = $1 AND dispatched > $2 LIMIT 100000) AS bounded`, p.ID, db.Micros(now.AddDate(0, 0, -history))).Scan(&st.Dispatched); err != nil {
			return nil, err
		}
		var renewals int64
		err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM application a JOIN application_grant g ON g.application_id = a.id WHERE g.pool_id = $1 AND a.state = 'active' AND a.term_until > $2 AND a.term_until <= $3 LIMIT 100000) AS bounded`,
			p.ID, db.Micros(now), db.Micros(now.AddDate(0, 0, st.Days))).Scan(&renewals)
		if err != nil {
			return nil, err
		}
		st.Expected = forecast(st.Dispatched, renewals, st.Days)
		st.Low = !st.Free.Capped && st.Free.Count < st.Expected
		out = append(out, st)
	}
	return out, nil
}

// forecast is how many codes are needed in so many days: new members as in the last 90, and those who renew.
func forecast(dispatched, renewals int64, days int) int64 {
	return (dispatched*int64(days)+history-1)/history + renewals
}

// Booking is a line of the booking record.
type Booking struct {
	Application  int64
	Program      string
	Organization string
	Website      string
	Name         string
	Email        string
	Benefit      string
	SKU          string
	Seats        int64
	From, Until  time.Time
	Renewal      bool
	State        State
	Agreement    int // version
}

// Bookings are the memberships that began in a stretch of time, a line a benefit, for the system that keeps contracts. after is the last
// application of the page before. Whoever may read every application may.
func (s *Service) Bookings(ctx context.Context, tx db.Tx, by act.Actor, from, to time.Time, after int64) (list []Booking, last int64, err error) {
	if err := by.Require("supply", "application"); err != nil {
		return nil, 0, err
	}
	apps, err := s.some(ctx, tx, (&db.Where{}).And("term_from >= ?", db.Micros(from)).And("term_from < ?", db.Micros(to)).And("id > ?", after), "id", 500)
	if err != nil {
		return nil, 0, err
	}
	for _, a := range apps {
		last = a.ID
		p, err := s.of(ctx, tx, a)
		if err != nil {
			return nil, 0, err
		}
		b := Booking{Application: a.ID, Program: p.Name, Organization: a.Organization, Website: a.Website, Name: a.Name, Email: a.Email, From: a.TermFrom, Until: a.TermUntil, Renewal: a.RenewalOf != 0, State: a.State}
		if a.Life.Agreed != nil {
			b.Agreement = a.Life.Agreed.Version
		}
		b.Seats, _ = s.seats(p, a)
		for _, benefit := range p.Spec.Benefits {
			b.Benefit, b.SKU = benefit.Name, benefit.SKU
			list = append(list, b)
		}
		if len(p.Spec.Benefits) == 0 {
			list = append(list, b)
		}
	}
	return list, last, nil
}
