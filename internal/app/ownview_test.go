package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

// ownTitles are the views that somebody made for themselves.
func ownTitles(i *apptest.Instance, by act.Actor) (out []string) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) error {
		all, err := i.Desk.OwnViews(ctx, tx, by)
		for _, v := range all {
			out = append(out, v.Title)
		}
		return err
	})
	return out
}

func TestAViewOfOnesOwnIsNobodyElses(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria, tom := i.Person("maria@company.example", "Maria", "agent"), i.Person("tom@company.example", "Tom", "agent")
		customer := i.Person("ann@acme.example", "Ann")
		var v desk.OwnView
		doing(i, func(ctx context.Context, tx db.Tx) (err error) {
			v, err = i.Desk.MakeOwnView(ctx, tx, maria, desk.OwnView{Title: " Mine, urgent ", Selection: desk.Selection{Status: "new,open", Priority: "urgent", Assignee: "me"}, Shown: desk.Shown{Columns: []string{"team", "due"}, Group: "team"}})
			return err
		})
		if v.Title != "Mine, urgent" || !slices.Equal(ownTitles(i, maria), []string{"Mine, urgent"}) || len(ownTitles(i, tom)) != 0 {
			t.Fatalf("made %+v; Tom has %v", v, ownTitles(i, tom))
		}
		for name, try := range map[string]func(ctx context.Context, tx db.Tx) error{
			"change": func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.ChangeOwnView(ctx, tx, tom, desk.OwnView{ID: v.ID, Version: 1, Title: "Tom's"})
				return err
			},
			"drop": func(ctx context.Context, tx db.Tx) error { return i.Desk.DropOwnView(ctx, tx, tom, v.ID) },
		} {
			if err := inTx(i, try); !fault.Is(err, fault.NotFound) {
				t.Errorf("somebody else's %s: %v", name, err)
			}
		}
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.MakeOwnView(ctx, tx, customer, desk.OwnView{Title: "All"})
			return err
		}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer made a view: %v", err)
		}
		// A change names its version, and a stale one is refused.
		v.Title, v.Shown.Group = "Mine", "none"
		doing(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.ChangeOwnView(ctx, tx, maria, v)
			return err
		})
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.ChangeOwnView(ctx, tx, maria, v)
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale change: %v", err)
		}
		if !slices.Equal(ownTitles(i, maria), []string{"Mine"}) {
			t.Errorf("after the change: %v", ownTitles(i, maria))
		}
		// Who is erased leaves none behind.
		var eraser directory.Eraser
		for _, e := range i.Desk.Erasers() {
			if strings.Contains(e.What(), "views") {
				eraser = e
			}
		}
		doing(i, func(ctx context.Context, tx db.Tx) error {
			_, err := eraser.Erase(ctx, tx, maria, directory.Erasing{IDs: []int64{maria.PersonID}}, 10)
			return err
		})
		if n := len(ownTitles(i, maria)); n != 0 {
			t.Errorf("%d views are left", n)
		}
	})
}

func TestAViewOfOnesOwnShowsOnlyWhatAListCan(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		for what, v := range map[string]desk.OwnView{
			"name":      {Title: " "},
			"column":    {Title: "A", Shown: desk.Shown{Columns: []string{"colour"}}},
			"grouped":   {Title: "A", Shown: desk.Shown{Group: "colour"}},
			"status":    {Title: "A", Selection: desk.Selection{Status: "lost"}},
			"team":      {Title: "A", Selection: desk.Selection{Team: "nowhere"}},
			"condition": {Title: "A", Selection: desk.Selection{Filter: "ticket.nothing == 1"}},
		} {
			if err := inTx(i, func(ctx context.Context, tx db.Tx) error { _, err := i.Desk.MakeOwnView(ctx, tx, maria, v); return err }); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.MakeOwnView(ctx, tx, maria, desk.OwnView{Title: "A", Selection: desk.Selection{View: "no-such"}})
			return err
		}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a view of a view that is not there: %v", err)
		}
		doing(i, func(ctx context.Context, tx db.Tx) error {
			for n := range 50 {
				if _, err := i.Desk.MakeOwnView(ctx, tx, maria, desk.OwnView{Title: fmt.Sprint(n)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.MakeOwnView(ctx, tx, maria, desk.OwnView{Title: "One more"})
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the 51st: %v", err)
		}
	})
}
