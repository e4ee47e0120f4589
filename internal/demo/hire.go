package demo

import (
	"context"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/success"
)

// hire stores colleagues, customers and their organizations.
func (d *Demo) hire(ctx context.Context, now time.Time, progress func(string, int, int)) error {
	a, c := d.App, d.company
	by := a.Root()
	today := by // what products report is of the weeks before the demo
	today.Clock = func() time.Time { return now }
	total := len(c.agents) + 2*len(c.orgs) + len(c.people)
	done := 0
	all := func(n int, store func(ctx context.Context, tx db.Tx, i int) error) error {
		for from := 0; from < n; from += inOne {
			err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				for i := from; i < min(from+inOne, n); i++ {
					if err := store(ctx, tx, i); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			done += min(inOne, n-from)
			progress("people and organizations", done, total)
		}
		return nil
	}
	err := all(len(c.agents), func(ctx context.Context, tx db.Tx, i int) (err error) {
		one := &c.agents[i]
		if i == 0 { // the administrator is there
			if one.Person, err = a.Directory.Resolve(ctx, tx, by, one.email, ""); err != nil {
				return err
			}
			one.Person, err = a.Directory.Update(ctx, tx, by, one.ID, directory.Change{Version: one.Version, Name: &one.name})
			return err
		}
		one.Person, err = a.Directory.Create(ctx, tx, by, directory.NewPerson{Email: one.email, Name: one.name, Agent: true, TimeZone: one.zone})
		if err != nil {
			return err
		}
		return a.Auth.SetRoles(ctx, tx, by, one.ID, []string{"agent"})
	})
	if err != nil {
		return err
	}
	err = all(len(c.orgs), func(ctx context.Context, tx db.Tx, i int) error {
		o := &c.orgs[i]
		made, err := a.Directory.CreateOrganization(ctx, tx, by, directory.OrganizationInput{Name: &o.name, Domains: &[]string{o.domain}, Attributes: o.attributes})
		o.made = made
		if err != nil {
			return err
		}
		if err := accountOf(ctx, tx, a, by, now, made, i, c.agents[i%min(3, len(c.agents))].ID); err != nil {
			return err
		}
		_, err = a.Success.Take(ctx, tx, today, success.Batch{Source: "product", Points: usageOf(made, i, now.UTC())})
		return err
	})
	if err != nil {
		return err
	}
	err = all(len(c.people), func(ctx context.Context, tx db.Tx, i int) (err error) {
		p := &c.people[i]
		p.Person, err = a.Directory.Create(ctx, tx, by, directory.NewPerson{Email: p.email, Name: p.name})
		return err
	})
	if err != nil {
		return err
	}
	of := map[int64][]int64{}
	for _, p := range c.people {
		of[p.OrganizationID] = append(of[p.OrganizationID], p.ID)
	}
	offer, err := a.Files.PutBytes(ctx, []byte("Offer\n\nSeats as agreed, for twelve months from the renewal on.\n"), now)
	if err != nil {
		return err
	}
	err = all(len(c.orgs), func(ctx context.Context, tx db.Tx, i int) error {
		o := c.orgs[i].made
		return accountLife(ctx, tx, a, by, now, o, i, c.agents[i%min(3, len(c.agents))].Person, of[o.ID], offer)
	})
	if err != nil {
		return err
	}
	cfg := a.DeskConfig()
	return all(len(teams), func(ctx context.Context, tx db.Tx, i int) error {
		var ids []int64
		for _, n := range c.byTeam[teams[i]] {
			ids = append(ids, c.agents[n].ID)
		}
		if i == 1 {
			ids = append(ids, c.agents[0].ID)
		}
		team := cfg.TeamNamed(teams[i])
		if team == nil {
			return fmt.Errorf("demo: there is no team %s", teams[i])
		}
		return a.Directory.SetMembers(ctx, tx, by, team.ID, ids)
	})
}

// batch is how many rows are written in one transaction.
const batch = 20_000
