package insight

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
)

// span is a stretch of time, [from, to).
type span struct{ from, to time.Time }

// window is the least time that the people behind a figure are counted over: who looks at one day of a team sees
// what the days of a longer period show.
const window = 30 * 24 * time.Hour

// look is one count of people: of a part, in a window of a period.
type look struct{ part, period, window int }

// crowd are the people behind figures, by look.
type crowd map[look]map[int64]bool

func (c crowd) add(at look, person int64) {
	if c[at] == nil {
		c[at] = map[int64]bool{}
	}
	c[at][person] = true
}

func (c crowd) join(o crowd) {
	for at, set := range o {
		for id := range set {
			c.add(at, id)
		}
	}
}

// size is how many people there are where they are fewest.
func (c crowd) size() int {
	least := 0
	for _, set := range c {
		if least == 0 || len(set) < least {
			least = len(set)
		}
	}
	return least
}

// few reports whether at some time fewer people than the smallest group are behind a figure. One's
// own figures are not hidden from oneself.
func (q *question) few(c crowd) bool {
	for _, set := range c {
		if len(set) < q.plan.Group && !(len(set) == 1 && set[q.by.PersonID]) {
			return true
		}
	}
	return false
}

// hide settles what the question's answers about the periods may tell. It is asked for before they are read.
func (s *Service) hide(ctx context.Context, tx db.Tx, q *question, periods ...span) error {
	if q.people {
		return nil
	}
	q.cover = &cover{own: strconv.FormatInt(q.by.PersonID, 10), pools: map[int]map[string]bool{}, hidden: map[string]bool{}}
	teams := q.group >= 0 && q.plan.Dimensions[q.group].Kind == "team"
	if !q.singles() && !teams {
		return nil
	}
	used := slices.Clone(q.uses)
	if q.group >= 0 && !slices.Contains(used, q.group) {
		used = append(used, q.group)
	}
	for _, d := range used {
		if q.plan.Dimensions[d].Kind == "team" {
			if err := s.pool(ctx, tx, q, d, periods); err != nil {
				return err
			}
		}
	}
	pass, fail := map[string]crowd{}, map[string]crowd{}
	type atom struct{ told, group string }
	passed, failed := map[atom]bool{}, map[atom]crowd{}
	put := func(m map[string]crowd, group string, at look, person int64) {
		if m[group] == nil {
			m[group] = crowd{}
		}
		m[group].add(at, person)
	}
	if err := s.behind(ctx, tx, q, used, periods, func(r *reading, at look, person int64, keys []string) error {
		ok, err := r.pass(keys)
		a := atom{}
		for i, d := range used {
			if q.personal(d) {
				a.told += q.key(d, keys[i]) + "\x00"
			}
			if d == q.group {
				a.group = q.key(d, strings.Clone(keys[i]))
			}
		}
		if ok {
			put(pass, a.group, at, person)
			passed[a] = true
			return err
		}
		if failed[a] == nil {
			failed[a] = crowd{}
		}
		failed[a].add(at, person)
		return err
	}); err != nil {
		return err
	}
	whole, rest := map[string]bool{}, crowd{}
	for a := range passed {
		whole[a.told] = true
	}
	for a, c := range failed { // what is left out of a team can be worked out from what is told of it
		if whole[a.told] {
			rest.join(c)
		}
		if passed[a] {
			if fail[a.group] == nil {
				fail[a.group] = crowd{}
			}
			fail[a.group].join(c)
		}
	}
	q.conceal(pass, fail, rest)
	return nil
}

// conceal hides groups that too few people are behind, or left out of, and others with them until those
// hidden are enough together; rest are those left out of the whole.
func (q *question) conceal(pass, fail map[string]crowd, rest crowd) {
	every := crowd{}
	groups := make([]string, 0, len(pass))
	for key, c := range pass {
		every.join(c)
		groups = append(groups, key)
	}
	c := q.cover
	c.whole = c.whole || q.singles() && (q.few(every) || q.few(rest))
	if q.group < 0 || q.plan.Dimensions[q.group].Kind == "person" {
		return
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(cmp.Compare(pass[a].size(), pass[b].size()), cmp.Compare(a, b)) })
	together := crowd{}
	for _, key := range groups {
		if q.few(pass[key]) || q.few(fail[key]) {
			c.hidden[key] = true
			together.join(pass[key])
		}
	}
	for _, key := range groups {
		if len(c.hidden) == 0 || len(c.hidden) > 1 && !q.few(together) {
			return
		}
		if !c.hidden[key] {
			c.hidden[key] = true
			together.join(pass[key])
		}
	}
}

// pool finds the teams that are told together: those that are too small, and the next smallest until they are
// enough. What a filter leaves of them does not matter, so that all questions about a period mean the same.
func (s *Service) pool(ctx context.Context, tx db.Tx, q *question, dim int, periods []span) error {
	teams := map[string]crowd{}
	if err := s.behind(ctx, tx, q, []int{dim}, periods, func(_ *reading, at look, person int64, keys []string) error {
		if teams[keys[0]] == nil {
			teams[strings.Clone(keys[0])] = crowd{}
		}
		teams[keys[0]].add(at, person)
		return nil
	}); err != nil {
		return err
	}
	keys, pool, together := make([]string, 0, len(teams)), map[string]bool{}, crowd{}
	for key, c := range teams {
		if keys = append(keys, key); q.few(c) {
			pool[key] = true
			together.join(c)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(teams[a].size(), teams[b].size()), cmp.Compare(a, b)) })
	for _, key := range keys {
		if len(pool) > 0 && (len(pool) == 1 || q.few(together)) && !pool[key] {
			pool[key] = true
			together.join(teams[key])
		}
	}
	q.cover.pools[dim] = pool
	return nil
}

// behind tells of the people behind the figures of periods: each with every look and with the values of dimensions
// that it has.
func (s *Service) behind(ctx context.Context, tx db.Tx, q *question, used []int, periods []span, tell func(r *reading, at look, person int64, keys []string) error) error {
	for part := range q.plan.Parts {
		if q.streams[part] == nil {
			continue
		}
		for i, p := range periods {
			r := &reading{question: q, number: part, part: q.plan.Parts[part], stream: q.streams[part], used: used, home: q.home()}
			if err := s.seen(ctx, tx, r, p, func(n int, person int64, keys []string) error { return tell(r, look{part, i, n}, person, keys) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// seen tells of the people behind one part in a period.
func (s *Service) seen(ctx context.Context, tx db.Tx, r *reading, p span, tell func(window int, person int64, keys []string) error) error {
	if p.to.After(r.now) && p.from.Before(r.now) { // what is to come is no time with few people
		p.to = r.now
	}
	if p.to.Sub(p.from) < window {
		p.from = p.to.Add(-window)
	}
	if !r.single() && !lasts(r.part.Measure) {
		return r.seenPacked(ctx, tx, p, tell)
	}
	w, err := r.within(p.from, p.to)
	if err != nil {
		return err
	}
	from, length, n := strconv.FormatInt(p.from.UnixMicro(), 10), strconv.FormatInt(p.to.Sub(p.from).Microseconds(), 10), strconv.Itoa(int(p.to.Sub(p.from)/window))
	cols := ""
	for _, d := range r.used {
		cols += ", d" + strconv.Itoa(d+1)
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id, CASE WHEN at < `+from+` THEN 0 ELSE (at - `+from+`) * `+n+` / `+length+` END`+cols+
		` FROM insight_fact WHERE person_id <> 0 AND `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := make([]string, len(r.used))
	var person int64
	var at int
	dst := []any{&person, &at}
	for i := range keys {
		dst = append(dst, &keys[i])
	}
	for rows.Next() {
		if err := rows.Scan(dst...); err != nil {
			return err
		}
		if err := tell(at, person, keys); err != nil {
			return err
		}
	}
	return rows.Err()
}
