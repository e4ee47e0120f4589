package desk_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// TestListsAreSortedAndGroupedPageByPage holds every order and grouping against sorting in memory.
func TestListsAreSortedAndGroupedPageByPage(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := filterWorld(t, e)
			waiting := []desk.Status{desk.StatusNew, desk.StatusOpen, desk.StatusPending, desk.StatusHold}
			i.Read(func(ctx context.Context, tx db.Tx) error {
				all, err := everything(ctx, tx, i, desk.Filter{Sort: "created"})
				if err != nil {
					return err
				}
				for _, statuses := range [][]desk.Status{nil, waiting, {desk.StatusOpen}, {desk.StatusPending, desk.StatusSolved}, {desk.StatusSolved}} {
					for _, sort := range desk.Sorts {
						f := desk.Filter{Statuses: statuses, Sort: sort}
						want := slices.DeleteFunc(slices.Clone(all), func(t *desk.Ticket) bool { return len(statuses) > 0 && !slices.Contains(statuses, t.Status) })
						slices.SortFunc(want, func(a, b *desk.Ticket) int { return inOrder(sort, a, b) })
						got, err := everything(ctx, tx, i, f)
						if err != nil {
							return err
						}
						same(t, fmt.Sprintf("%v by %s", statuses, sort), got, want)
						for _, group := range []string{"status", "priority", "type", "assignee", "team", "organization"} {
							if err := grouped(ctx, tx, t, i, f, group, want); err != nil {
								return fmt.Errorf("%v by %s in groups by %s: %w", statuses, sort, group, err)
							}
						}
					}
				}
				return nil
			})
		})
	}
}

// inOrder compares two tickets as a list that is sorted so shows them.
func inOrder(sort string, a, b *desk.Ticket) int {
	by, turned := strings.CutPrefix(sort, "-")
	one := 1
	if turned {
		one = -1
	}
	recent := func(x, y *desk.Ticket) int { return cmp.Or(y.Updated.Compare(x.Updated), cmp.Compare(y.ID, x.ID)) }
	waiting := func() int { // those that somebody waits for first, by their due time
		switch done := a.Status.Done(); {
		case done != b.Status.Done():
			return map[bool]int{true: 1, false: -1}[done]
		case done:
			return recent(a, b)
		case a.Due.IsZero() != b.Due.IsZero():
			return map[bool]int{true: 1, false: -1}[a.Due.IsZero()]
		}
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	}
	switch by {
	case "updated":
		return one * recent(a, b)
	case "created":
		return one * cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	case "priority":
		return cmp.Or(one*cmp.Compare(slices.Index(desk.Priorities, b.Priority), slices.Index(desk.Priorities, a.Priority)), waiting())
	case "status":
		return cmp.Or(one*cmp.Compare(slices.Index(desk.Statuses, a.Status), slices.Index(desk.Statuses, b.Status)), waiting())
	}
	return waiting()
}

// grouped reads a list in groups, whole and with its first group folded.
func grouped(ctx context.Context, tx db.Tx, t *testing.T, i *apptest.Instance, f desk.Filter, by string, sorted []*desk.Ticket) error {
	read := func(folded ...string) (list []*desk.Ticket, groups []desk.Group, err error) {
		page := db.Page{Limit: 7}
		for {
			some, heads, whole, next, err := i.Desk.ListGrouped(ctx, tx, i.Root(), f, by, folded, page)
			if err != nil {
				return nil, nil, err
			}
			if !whole {
				return nil, nil, fmt.Errorf("so few tickets are not whole")
			}
			list = append(list, some...)
			for _, h := range heads {
				if !slices.ContainsFunc(groups, func(g desk.Group) bool { return g.Key == h.Key }) {
					groups = append(groups, h)
				}
			}
			if page.Cursor = next; next == "" {
				return list, groups, nil
			}
		}
	}
	list, groups, err := read()
	if err != nil {
		return err
	}
	place, n := map[string]int{}, map[string]int64{}
	for at, g := range groups {
		place[g.Key] = at
	}
	want := slices.Clone(sorted)
	slices.SortStableFunc(want, func(a, b *desk.Ticket) int { return cmp.Compare(place[keyOf(a, by)], place[keyOf(b, by)]) })
	what := fmt.Sprintf("%v by %s in groups by %s", f.Statuses, f.Sort, by)
	same(t, what, list, want)
	for _, one := range list {
		n[keyOf(one, by)]++
	}
	for at, g := range groups {
		if g.Count != n[g.Key] {
			t.Errorf("%s: %q has %d, counted %d", what, g.Key, n[g.Key], g.Count)
		}
		if at > 0 && by == "organization" && groups[at-1].Title > g.Title && g.Key != "" {
			t.Errorf("%s: %q stands before %q", what, groups[at-1].Title, g.Title)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	rest, still, err := read(groups[0].Key)
	if err != nil {
		return err
	}
	same(t, what+", folded", rest, slices.DeleteFunc(want, func(one *desk.Ticket) bool { return keyOf(one, by) == groups[0].Key }))
	if len(still) != len(groups) || !still[0].Fold || still[0].Count != groups[0].Count {
		t.Errorf("%s: folded, the groups are %+v", what, still)
	}
	return nil
}

func keyOf(t *desk.Ticket, by string) string {
	id := map[string]int64{"assignee": t.AssigneeID, "team": t.TeamID, "organization": t.OrganizationID}[by]
	switch {
	case by == "status":
		return string(t.Status)
	case by == "priority":
		return string(t.Priority)
	case by == "type":
		return string(t.Type)
	case id == 0:
		return ""
	}
	return fmt.Sprint(id)
}

func same(t *testing.T, what string, got, want []*desk.Ticket) {
	t.Helper()
	ids := func(list []*desk.Ticket) (out []int64) {
		for _, one := range list {
			out = append(out, one.ID)
		}
		return out
	}
	if !slices.Equal(ids(got), ids(want)) {
		t.Errorf("%s\nlisted %v\nwanted %v", what, ids(got), ids(want))
	}
}

func TestAnOrderThatThereIsNotIsRefused(t *testing.T) {
	i := apptest.New(t, apptest.Options(t, db.SQLite))
	err := i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, f := range []desk.Filter{{Sort: "-due"}, {Sort: "requester"}} {
			if _, _, err := i.Desk.List(ctx, tx, i.Root(), f, db.Page{}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", f.Sort, err)
			}
		}
		for _, mark := range []string{"x", db.Mark("9", "", "0", "1", "1"), db.Mark("0", "", "-1", "1", "1"), db.Mark("0", "", "99", "1", "1")} {
			_, _, err := i.Desk.List(ctx, tx, i.Root(), desk.Filter{Sort: "priority"}, db.Page{Cursor: mark})
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("mark %q: %v", mark, err)
			}
		}
		_, _, _, _, err := i.Desk.ListGrouped(ctx, tx, i.Root(), desk.Filter{}, "requester", nil, db.Page{})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("grouped by requester: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
