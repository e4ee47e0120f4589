package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ownview"
	"steward/internal/success"
)

const accountView = `kind: account_view
name: mine
title: Mine
order: 1
csm: me
columns: [revenue, csm]
`

func (c *customers) views(by act.Actor) (list []success.View) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) (err error) { list, err = c.Success.Views(ctx, tx, by); return err })
	return list
}

func (c *customers) counted(by act.Actor, v success.View) (n int64) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) error {
		found, err := c.Success.CountView(ctx, tx, by, v)
		n = int64(found.Count)
		return err
	})
	return n
}

func TestViewsOfAccountsAreOnesOwnOrOfAll(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(accountView)
		keep := func(by act.Actor, v success.View) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.KeepView(ctx, tx, by, v)
				return err
			}
		}
		own := success.View{Title: " Renewing soon ", Selected: success.Selected{FilterQuery: success.FilterQuery{Renews: 120, Coverage: "P1"}, Sort: "renewal"}, Shown: success.Shown{Show: "board", Columns: []string{"plan"}}}
		c.do(keep(c.csm, own))
		mine, other := c.views(c.csm), c.views(c.ops)
		all, last := len(other), len(mine)-1
		if last != all || mine[0].Name != "mine" || mine[last].Title != "Renewing soon" || mine[last].Selected.Renews != 120 || mine[last].Shown.Show != "board" {
			t.Fatalf("hers %+v, theirs %+v", mine, other)
		}
		// A view of all shows each reader their own: one account is hers.
		if n, m := c.counted(c.csm, mine[0]), c.counted(c.ops, mine[0]); n != 1 || m != 0 {
			t.Errorf("%d and %d accounts", n, m)
		}
		if n := c.counted(c.csm, mine[last]); n != 2 {
			t.Errorf("%d renew within 120 days", n)
		}
		// Tickets and accounts do not see each other's views.
		if titles := ownTitles(c.Instance, c.csm); len(titles) != 0 {
			t.Errorf("the desk has %v", titles)
		}
		for what, v := range map[string]success.View{
			"no name":  {Title: " "},
			"column":   {Title: "A", Shown: success.Shown{Columns: []string{"subject"}}},
			"order":    {Title: "A", Selected: success.Selected{Sort: "name"}},
			"somebody": {Title: "A", Selected: success.Selected{FilterQuery: success.FilterQuery{CSM: "bea"}}},
		} {
			if err := inTx(c.Instance, keep(c.csm, v)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		c.refused(fault.NotFound, keep(c.csm, success.View{Title: "A", Shown: success.Shown{Show: "heat", Measures: []string{"success.nothing"}}}))
		c.refused(fault.Forbidden, keep(c.out, success.View{Title: "A"}))
		changed := mine[last]
		changed.Title = "Renewing"
		c.refused(fault.NotFound, keep(c.ops, changed))
		c.do(keep(c.csm, changed))
		c.refused(fault.Conflict, keep(c.csm, changed))
		drop := func(by act.Actor) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error { return c.Success.DropView(ctx, tx, by, changed.ID) }
		}
		c.refused(fault.NotFound, drop(c.ops))
		c.do(drop(c.csm))
		if len(c.views(c.csm)) != all {
			t.Error("it is still there")
		}
		// Who is erased leaves none behind.
		c.do(keep(c.csm, own))
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := ownview.Eraser{}.Erase(ctx, tx, c.ops, directory.Erasing{IDs: []int64{c.csm.PersonID}}, 10)
			return err
		})
		if len(c.views(c.csm)) != all {
			t.Error("a view outlived its person")
		}
	})
}

func TestAccountsSinceTheReaderLastLooked(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		v := success.View{Selected: success.Selected{FilterQuery: success.FilterQuery{Changed: "look"}}}
		look := func() {
			c.do(func(ctx context.Context, tx db.Tx) error { _, err := c.Success.Looked(ctx, tx, c.csm); return err })
		}
		look()
		if n := c.counted(c.csm, v); n != 0 {
			t.Errorf("%d changed before the first look", n)
		}
		c.Clock.Advance(2 * time.Hour)
		c.Apply(healthCard)
		c.Settle()
		look()
		if n := c.counted(c.csm, v); n != 2 {
			t.Errorf("%d of two changed since", n)
		}
	})
}
