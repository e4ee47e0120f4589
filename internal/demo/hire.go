package demo

import (
	"context"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
)

// hire stores colleagues, customers and their organizations.
func (d *Demo) hire(ctx context.Context, now time.Time, progress func(string, int, int)) error {
	a, c := d.App, d.company
	by := a.Root()
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
		one.Person, err = a.Directory.Create(ctx, tx, by, directory.NewPerson{Email: one.email, Name: one.name, Agent: true, TimeZone: one.zone, Attributes: map[string]any{"region": one.region}})
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
		return accountOf(ctx, tx, a, by, now, *o, i, c.manager(i).ID)
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
	tell, err := d.accounts(ctx, now, false)
	if err != nil {
		return err
	}
	if err := all(len(c.orgs), tell); err != nil {
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
