package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Group is the tickets of a list that have one thing in common.
type Group struct {
	Key   string // a state, a priority, a type or an id; "" for those that have none
	Title string // of those named by an id
	Count int64
	More  bool // it has more than were counted
	Fold  bool // its tickets are passed over
}

// groupable is how many tickets of a list are looked at to find the groups that ids name.
const groupable = 10_000

// groupColumns are what the database can group by. By due time lists are grouped where they are shown: it moves with the clock.
var groupColumns = map[string]string{"status": "t.status", "priority": "t.priority", "type": "t.type", "assignee": "t.assignee_id", "team": "t.team_id", "organization": "t.organization_id"}

// groupWords are the groups of those that are words, in order.
var groupWords = map[string][]string{"status": texts(Statuses), "priority": texts(inOrder(Priorities, true)), "type": texts(Types)}

func texts[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// groupKey is the group a ticket is in.
func (t *Ticket) groupKey(by string) string {
	id := int64(0)
	switch by {
	case "status":
		return string(t.Status)
	case "priority":
		return string(t.Priority)
	case "type":
		return string(t.Type)
	case "assignee":
		id = t.AssigneeID
	case "team":
		id = t.TeamID
	case "organization":
		id = t.OrganizationID
	}
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// groupsIn narrows to some groups.
func groupsIn(w *db.Where, e db.Engine, by string, groups []Group) *db.Where {
	column, ids, none := groupColumns[by], []int64{}, false
	switch {
	case by == "":
		return w
	case groupWords[by] != nil:
		quoted := make([]string, len(groups)) // written out, so that an index of some of them serves
		for i, g := range groups {
			quoted[i] = "'" + g.Key + "'"
		}
		return w.And(column + " IN (" + strings.Join(quoted, ",") + ")")
	}
	for _, g := range groups {
		id, err := strconv.ParseInt(g.Key, 10, 64)
		if err != nil {
			none = true
			continue
		}
		ids = append(ids, id)
	}
	switch {
	case none && len(ids) == 0:
		return w.And(column + " IS NULL")
	case len(ids) == 1 && !none:
		return w.And(column+" = ?", ids[0])
	case none:
		return w.Any(func(or *db.Where) { or.And(column+" IS NULL").Among(e, column, ids) })
	}
	return w.Among(e, column, ids)
}

// small are the first groups that together have no more than n tickets.
func small(groups []Group, n int) []Group {
	sum := int64(0)
	for i, g := range groups {
		if sum += g.Count; sum > int64(n) {
			return groups[:i]
		}
	}
	return groups
}

// groups are the groups of a list in their order: words in theirs, names by the alphabet, and last those that have none. Words are
// counted one by one, as far as lists are; ids are found among 10,000 tickets, and whole says that those were all.
func (s *Service) groups(ctx context.Context, tx db.Tx, base *db.Where, by string, most int64) (out []Group, whole bool, err error) {
	for _, word := range groupWords[by] {
		g, w := Group{Key: word}, groupsIn(base.Copy(), tx.Engine(), by, []Group{{Key: word}})
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(most+1)+`) AS bounded`, w.Args()...).Scan(&g.Count); err != nil {
			return nil, false, err
		}
		if g.More = g.Count > most; g.Count > 0 {
			out = append(out, g)
		}
	}
	if groupWords[by] != nil {
		return out, true, nil
	}
	w, total := base.Copy(), int64(0)
	rows, err := tx.Query(ctx, `SELECT g, count(*) FROM (SELECT COALESCE(CAST(`+groupColumns[by]+` AS text), '') AS g FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(groupable)+`) AS bounded GROUP BY g`, w.Args()...)
	out, err = db.Collect(rows, err, func(r db.Scanner) (g Group, err error) {
		err = r.Scan(&g.Key, &g.Count)
		total += g.Count
		return g, err
	})
	if err != nil {
		return nil, false, err
	}
	whole = total < groupable
	for i := range out {
		out[i].More = !whole
	}
	if err := s.nameGroups(ctx, tx, by, out); err != nil {
		return nil, false, err
	}
	slices.SortFunc(out, func(a, b Group) int {
		if (a.Key == "") != (b.Key == "") {
			return len(b.Key) - len(a.Key)
		}
		return cmp.Or(cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), cmp.Compare(a.Key, b.Key))
	})
	return out, whole, nil
}

// nameGroups looks up the names of groups that are told by ids.
func (s *Service) nameGroups(ctx context.Context, tx db.Tx, by string, groups []Group) error {
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i], _ = strconv.ParseInt(g.Key, 10, 64) // 0 for those without
	}
	named := func(id int64) string {
		if t := s.config().Team(id); t != nil {
			return t.Title
		}
		return ""
	}
	switch by {
	case "assignee":
		people, err := s.directory.Names(ctx, tx, ids)
		if err != nil {
			return err
		}
		named = func(id int64) string { return people[id].Name }
	case "organization":
		names, err := s.directory.OrganizationNames(ctx, tx, ids)
		if err != nil {
			return err
		}
		named = func(id int64) string { return names[id] }
	}
	for i, id := range ids {
		groups[i].Title = named(id)
	}
	return nil
}

// ListGrouped returns a page of tickets within the actor's scope, group after group, sorted within each. The tickets of folded
// groups (by their keys) are passed over. It comes with the groups that stand on the page, folded ones with those before which
// they would stand; whole says that the list has no others than were found.
func (s *Service) ListGrouped(ctx context.Context, tx db.Tx, by act.Actor, f Filter, group string, folded []string, page db.Page) (list []*Ticket, groups []Group, whole bool, next string, err error) {
	if groupColumns[group] == "" {
		return nil, nil, false, "", fault.Field("group", group, "status, priority, type, assignee, team or organization", "Tickets cannot be grouped by %q.", group)
	}
	f.settle()
	base, err := s.listed(ctx, tx, by, f)
	if err != nil {
		return nil, nil, false, "", err
	}
	most := int64(db.Cap)
	if f.Match != nil {
		most = matchCap
	}
	all, whole, err := s.groups(ctx, tx, base, group, most)
	if err != nil {
		return nil, nil, false, "", err
	}
	o := passage{by: group, parts: f.parts()}
	for i := range all {
		if all[i].Fold = slices.Contains(folded, all[i].Key); !all[i].Fold {
			o.groups = append(o.groups, all[i])
		}
	}
	list, next, err = s.walk(ctx, tx, base, o, page)
	if err != nil {
		return nil, nil, false, "", err
	}
	// From the group the page begins in to that it ends in; folded ones stand before the next that is open.
	open := map[string]bool{}
	for _, t := range list {
		open[t.groupKey(group)] = true
	}
	first, last := 0, len(all)
	if page.Cursor != "" && len(list) > 0 {
		first = slices.IndexFunc(all, func(g Group) bool { return g.Key == list[0].groupKey(group) })
		for first > 0 && all[first-1].Fold {
			first--
		}
	}
	if next != "" {
		last = slices.IndexFunc(all, func(g Group) bool { return g.Key == list[len(list)-1].groupKey(group) }) + 1
	}
	for i := max(first, 0); i < last; i++ {
		if all[i].Fold || open[all[i].Key] {
			groups = append(groups, all[i])
		}
	}
	return list, groups, whole, next, nil
}
