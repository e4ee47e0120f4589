package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// Sorts are what a list of tickets can be sorted by: the next due time, the newest change, the newest ticket, the most urgent and
// the state that comes first. A minus turns one round.
var Sorts = []string{"due", "updated", "created", "priority", "status", "-updated", "-created", "-priority", "-status"}

// part is one of those that a list goes through one after the other. An index gives each of them in its order, which none could
// do for all at once: those who wait are sorted by their due time, those who do not by their last change.
type part struct {
	only  string // a predicate about ticket t
	holds func(*Ticket) bool
	key   string // due, updated or created
	down  bool   // the highest first
}

// settle names the order that is meant where none is said.
func (f *Filter) settle() {
	if f.Sort == "" {
		f.Sort = "due"
		if f.Match != nil && !f.active() {
			f.Sort = "updated" // no index gives every ticket by its due time
		}
	}
}

// checkSort refuses an order that there is not.
func checkSort(sort string) error {
	if sort != "" && !slices.Contains(Sorts, sort) {
		return fault.Field("sort", sort, "due, updated, created, priority or status; the last four also with a minus", "Tickets cannot be sorted by %q.", sort)
	}
	return nil
}

// parts are what a list that is sorted so goes through.
func (f Filter) parts() (out []part) {
	by, turned := strings.CutPrefix(f.Sort, "-")
	switch by {
	case "updated", "created":
		out = append(out, part{"1 = 1", func(*Ticket) bool { return true }, by, !turned})
	case "priority":
		for _, p := range inOrder(Priorities, !turned) {
			if len(f.Priorities) == 0 || slices.Contains(f.Priorities, p) {
				out = append(out, f.waiting("t.priority = '"+string(p)+"' AND ", func(t *Ticket) bool { return t.Priority == p })...)
			}
		}
	case "status":
		for _, s := range inOrder(Statuses, turned) {
			if len(f.Statuses) == 0 || slices.Contains(f.Statuses, s) {
				in := f
				in.Statuses = []Status{s}
				out = append(out, in.waiting("t.status = '"+string(s)+"' AND ", func(t *Ticket) bool { return t.Status == s })...)
			}
		}
	default:
		out = f.waiting("", func(*Ticket) bool { return true })
	}
	return out
}

// waiting are the tickets of a part that somebody waits for, by their due time, and then the others, the newest change first.
func (f Filter) waiting(only string, holds func(*Ticket) bool) (out []part) {
	if len(f.Statuses) == 0 || slices.ContainsFunc(f.Statuses, func(s Status) bool { return !s.Done() }) {
		out = append(out, part{only + "t.done = FALSE", func(t *Ticket) bool { return holds(t) && !t.Status.Done() }, "due", false})
	}
	if !f.active() {
		out = append(out, part{only + "t.done = TRUE", func(t *Ticket) bool { return holds(t) && t.Status.Done() }, "updated", true})
	}
	return out
}

// inOrder is a list, turned round where it is asked for.
func inOrder[T any](list []T, turned bool) []T {
	list = slices.Clone(list)
	if turned {
		slices.Reverse(list)
	}
	return list
}

// sortKey is what a ticket is sorted by within a part.
func (t *Ticket) sortKey(key string) int64 {
	switch key {
	case "updated":
		return db.Micros(t.Updated)
	case "created":
		return db.Micros(t.Created)
	}
	return t.dueColumn()
}

// after adds that tickets of a part come behind one.
func (p part) after(w *db.Where, key, id int64) {
	than := ">"
	if p.down {
		than = "<"
	}
	w.And("(t."+p.key+", t.id) "+than+" (?, ?)", key, id)
}

// order is how a part is sorted, for at most n tickets.
func (p part) order(w *db.Where, n int) string {
	direction := ""
	if p.down {
		direction = " DESC"
	}
	return ` ORDER BY t.` + p.key + direction + `, t.id` + direction + ` LIMIT ` + w.Arg(n)
}

// listed are the predicates of a list, within the actor's scope.
func (s *Service) listed(ctx context.Context, tx db.Tx, by act.Actor, f Filter) (*db.Where, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return nil, err
	}
	if err := f.where(w, by); err != nil {
		return nil, err
	}
	return w, s.match(ctx, tx, w, f)
}

// passage is a walk through the parts of each group, one after the other.
type passage struct {
	by     string // what it is grouped by, "" for nothing
	groups []Group
	parts  []part
}

// spot is where a page of such a walk begins or ends: behind a ticket, unless id is 0.
type spot struct {
	group, part int
	key, id     int64
}

// begin reads where a page begins. A group that is gone since lets the next one take its place.
func (o passage) begin(page db.Page) (at spot, err error) {
	marks, ok, err := page.Marks(5)
	if !ok {
		return at, err
	}
	var numbers [4]int64
	for i, text := range append(marks[:1:1], marks[2:]...) {
		if numbers[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return at, db.BadMark()
		}
	}
	at = spot{int(numbers[0]), int(numbers[1]), numbers[2], numbers[3]}
	if at.group < 0 || at.part < 0 {
		return at, db.BadMark()
	}
	if i := o.group(marks[1]); i >= 0 {
		at.group = i
	} else {
		at.part, at.id = 0, 0
	}
	return at, nil
}

func (o passage) group(key string) int {
	return slices.IndexFunc(o.groups, func(g Group) bool { return g.Key == key })
}

// spot is where a ticket stands.
func (o passage) spot(t *Ticket) (at spot) {
	at.group, at.id = o.group(t.groupKey(o.by)), t.ID
	if at.part = slices.IndexFunc(o.parts, func(p part) bool { return p.holds(t) }); at.part >= 0 {
		at.key = t.sortKey(o.parts[at.part].key)
	}
	return at
}

// compare puts tickets in the order of the walk.
func (o passage) compare(a, b *Ticket) int {
	x, y := o.spot(a), o.spot(b)
	n := cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.id, y.id))
	if x.part >= 0 && o.parts[x.part].down {
		n = -n
	}
	return cmp.Or(cmp.Compare(x.group, y.group), cmp.Compare(x.part, y.part), n)
}

// walk returns a page. Several small groups are asked for at once.
func (s *Service) walk(ctx context.Context, tx db.Tx, base *db.Where, o passage, page db.Page) (out []*Ticket, next string, err error) {
	at, err := o.begin(page)
	if err != nil {
		return nil, "", err
	}
	n := page.Size()
	for g := at.group; g < len(o.groups) && len(out) <= n; at = (spot{}) {
		room := n + 1 - len(out)
		if few := small(o.groups[g:], room); at.id == 0 && at.part == 0 && len(few) > 1 {
			w := groupsIn(base.Copy(), tx.Engine(), o.by, few)
			got, err := tickets(tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(room+1), w.Args()...))
			if err != nil {
				return nil, "", err
			}
			if len(got) <= room { // as many as were counted
				slices.SortFunc(got, o.compare)
				out, g = append(out, got...), g+len(few)
				continue
			}
		}
		for i := at.part; i < len(o.parts) && len(out) <= n; i++ {
			w := groupsIn(base.Copy(), tx.Engine(), o.by, o.groups[g:g+1]).And(o.parts[i].only)
			if i == at.part && at.id != 0 {
				o.parts[i].after(w, at.key, at.id)
			}
			order := o.parts[i].order(w, n+1-len(out))
			got, err := tickets(tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+order, w.Args()...))
			if err != nil {
				return nil, "", err
			}
			out = append(out, got...)
		}
		g++
	}
	if len(out) > n {
		out = out[:n]
		last := o.spot(out[n-1])
		next = db.Mark(strconv.Itoa(last.group), o.groups[last.group].Key, strconv.Itoa(last.part), strconv.FormatInt(last.key, 10), strconv.FormatInt(last.id, 10))
	}
	return out, next, nil
}

func tickets(rows *db.Rows, err error) ([]*Ticket, error) {
	return db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
}
