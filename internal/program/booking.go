package program

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

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

// Bookings are the memberships that began in a stretch of time, a line a benefit that was granted, for the system that keeps contracts. after is the last
// line of the page before, zero for none; the page after the last is empty. Whoever may read every application may.
func (s *Service) Bookings(ctx context.Context, tx db.Tx, by act.Actor, from, to time.Time, after Booking) (list []Booking, err error) {
	if err := by.Require("supply", "application"); err != nil {
		return nil, err
	}
	start := db.Micros(from)
	if after.Application != 0 {
		start = db.Micros(after.From)
	}
	w := (&db.Where{}).And("(term_from, id) > (?, ?)", start, after.Application).And("term_from < ?", db.Micros(to)) // one lower bound: SQLite would seek by the other
	apps, err := s.some(ctx, tx, w, "term_from, id", 500)
	if err != nil {
		return nil, err
	}
	granted, err := grantedTo(ctx, tx, apps)
	if err != nil {
		return nil, err
	}
	for _, a := range apps {
		p, err := s.of(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		b := Booking{Application: a.ID, Program: p.Name, Organization: a.Organization, Website: a.Website, Name: a.Name, Email: a.Email, From: a.TermFrom, Until: a.TermUntil, Renewal: a.RenewalOf != 0, State: a.State}
		if a.Life.Agreed != nil {
			b.Agreement = a.Life.Agreed.Version
		}
		b.Seats, _ = s.seats(p, a)
		for _, name := range granted[a.ID] {
			b.Benefit, b.SKU = name, ""
			if i := slices.IndexFunc(p.Spec.Benefits, func(x Benefit) bool { return x.Name == name }); i >= 0 {
				b.SKU = p.Spec.Benefits[i].SKU
			}
			list = append(list, b)
		}
		if len(granted[a.ID]) == 0 {
			list = append(list, b)
		}
	}
	return list, nil
}

// grantedTo are the names of the benefits that applications were granted, in that order.
func grantedTo(ctx context.Context, tx db.Tx, apps []*Application) (map[int64][]string, error) {
	out := map[int64][]string{}
	if len(apps) == 0 {
		return out, nil
	}
	ids := make([]int64, len(apps))
	for i, a := range apps {
		ids[i] = a.ID
	}
	w := (&db.Where{}).Among(tx.Engine(), "application_id", ids)
	rows, err := tx.Query(ctx, `SELECT application_id, name FROM application_grant WHERE `+w.SQL()+` ORDER BY application_id, id`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var id int64
		var name string
		err = r.Scan(&id, &name)
		out[id] = append(out[id], name)
		return
	})
	return out, err
}
