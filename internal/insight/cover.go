package insight

import (
	"slices"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
)

// cover keeps figures about too few people from those who may not see figures of single people, also those that
// could be worked out from what is shown. nil hides nothing.
//
// Teams that are too small are told as one group, with the next smallest when they are too few together; other people
// are one group as well. Conditions see such a group in place of its members, so that no question tells its members
// apart. What else narrows a team's records down to too few people is hidden, with a second group beside a
// single hidden one.
type cover struct {
	own    string                  // the key of who asks
	pools  map[int]map[string]bool // by dimension of teams: the keys that are told together
	hidden map[string]bool         // groups that are not told
	whole  bool                    // nothing is told
}

// pooled is the key of a group that stands for several: no team and no person has it.
func pooled(d Dimension) string {
	if d.Type == "int" {
		return "-1"
	}
	return "…"
}

// others is what the group that stands for several is called.
func others(d Dimension) string {
	if d.Kind == "person" {
		return "Everybody else"
	}
	return "Small teams"
}

// key is what a key of a dimension is told as.
func (q *question) key(dim int, key string) string {
	if q.cover == nil || dim < 0 {
		return key
	}
	d := q.plan.Dimensions[dim]
	switch {
	case d.Kind == "person" && key != "" && key != q.cover.own, d.Kind == "team" && q.cover.pools[dim][key]:
		return pooled(d)
	}
	return key
}

// covers reports whether the figure of a group is hidden.
func (q *question) covers(key string) bool {
	return q.cover != nil && (q.cover.whole || q.cover.hidden[key])
}

func (q *question) show(key string, f Figure) Figure {
	if q.covers(key) {
		return Figure{Hidden: true}
	}
	return f
}

// pass reports whether a filter holds for values of the dimensions used, and notes when it tells apart what
// is told together only.
func (r *reading) pass(keys []string) (bool, error) {
	if r.filter == nil || r.cover == nil {
		return r.passes(keys)
	}
	told, meant := make([]string, len(keys)), false
	for i, d := range r.used {
		if told[i] = r.key(d, keys[i]); told[i] != keys[i] {
			meant = meant || strings.Contains(r.ask.Filter, told[i])
		}
	}
	ok, err := r.passes(told)
	if err != nil || slices.Equal(told, keys) {
		return ok, err
	}
	open, err := r.passes(keys)
	if open && !ok || ok && !open && !meant { // it asks for some members, or for all but some
		r.cover.whole = true
	}
	return ok, err
}

// among adds the predicate for the facts of a group.
func (r *reading) among(w *db.Where, dim int, key string) {
	col, d := "d"+strconv.Itoa(dim+1), r.plan.Dimensions[dim]
	switch {
	case r.cover == nil || key != pooled(d):
		w.And(col+" = ?", key)
	case d.Kind == "person":
		w.And(col+" <> ? AND "+col+" <> ''", r.cover.own)
	default:
		var members []any
		for k := range r.cover.pools[dim] {
			members = append(members, k)
		}
		w.In(col, members)
	}
}

// singles reports whether a question is about some teams or people only.
func (q *question) singles() bool {
	scoped := !q.reach.All() && (q.reach.Has(act.Team) || q.reach.Has(act.Own))
	return scoped || slices.ContainsFunc(q.uses, func(i int) bool { return q.personal(i) })
}

// personal reports whether a dimension tells people or teams apart.
func (q *question) personal(dim int) bool {
	k := q.plan.Dimensions[dim].Kind
	return k == "person" || k == "team"
}
