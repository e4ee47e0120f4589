package insight

import (
	"context"
	"slices"
	"strconv"
	"time"

	"steward/internal/db"
)

// cover hides figures about too few people from those who may not see figures of single people. nil
// hides nothing.
type cover struct {
	alone  bool   // split by people: one's own figure only
	own    string // the key of who asks
	hidden map[string]bool
}

// covers reports whether the figure of a group is hidden.
func (c *cover) covers(key string) bool {
	return c != nil && (c.hidden[key] || c.alone && key != all && key != c.own && key != "")
}

func (c *cover) cover(key string, f Figure) Figure {
	if c.covers(key) {
		return Figure{Hidden: true}
	}
	return f
}

// seen are the groups that may be told of at all: of people only oneself, and nobody.
func (c *cover) seen(keys []string) []string {
	if c == nil || !c.alone {
		return keys
	}
	return slices.DeleteFunc(slices.Clone(keys), c.covers)
}

// hidden works out what is to be hidden of an answer: groups of teams, and what a filter singles
// out by team or person, when fewer people than the indicator's smallest group are behind it.
func (s *Service) hidden(ctx context.Context, tx db.Tx, a *answer, from, to time.Time) (*cover, error) {
	if a.people {
		return nil, nil
	}
	c := &cover{own: strconv.FormatInt(a.by.PersonID, 10), hidden: map[string]bool{}}
	kind := ""
	if a.group >= 0 {
		kind = a.plan.Dimensions[a.group].Kind
	}
	c.alone = kind == "person"
	singled := slices.ContainsFunc(a.uses, func(i int) bool { k := a.plan.Dimensions[i].Kind; return k == "person" || k == "team" })
	if !singled && kind != "team" || a.streams[0] == nil {
		return c, nil
	}
	people, err := s.people(ctx, tx, a, from, to)
	if err != nil {
		return nil, err
	}
	together := map[int64]bool{}
	few := func(set map[int64]bool) bool {
		return len(set) > 0 && len(set) < a.plan.Group && !(len(set) == 1 && set[a.by.PersonID])
	}
	for key, set := range people {
		c.hidden[key] = few(set)
		for id := range set {
			together[id] = true
		}
	}
	c.hidden[all] = singled && few(together)
	return c, nil
}

// people are those behind the figures of each group.
func (s *Service) people(ctx context.Context, tx db.Tx, a *answer, from, to time.Time) (map[string]map[int64]bool, error) {
	q := *a.question
	q.ask.Key = nil // of every group
	r := newReading(&q, 0, []time.Time{from, to})
	out := map[string]map[int64]bool{}
	note := func(person int64, group string) {
		if out[group] == nil {
			out[group] = map[int64]bool{}
		}
		out[group][person] = true
	}
	if r.single() {
		return out, r.factPeople(ctx, tx, note)
	}
	return out, r.dayPeople(ctx, tx, note)
}

// factPeople finds them among the facts.
func (r *reading) factPeople(ctx context.Context, tx db.Tx, note func(person int64, group string)) error {
	w, err := r.within(r.bounds[0], r.bounds[1])
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id`+r.columns()+` FROM insight_fact WHERE person_id <> 0 AND `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := make([]string, len(r.used))
	for rows.Next() {
		var person int64
		dst := []any{&person}
		for i := range keys {
			dst = append(dst, &keys[i])
		}
		if err := rows.Scan(dst...); err != nil {
			return err
		}
		if ok, err := r.passes(keys); err != nil {
			return err
		} else if ok {
			group, _, _ := r.told(keys)
			note(person, group)
		}
	}
	return rows.Err()
}

// dayPeople finds them among the days: of what lasts also those whose facts began before and had not ended.
func (r *reading) dayPeople(ctx context.Context, tx db.Tx, note func(person int64, group string)) error {
	type member struct {
		person int64
		group  string
	}
	from, to := r.bounds[0].UnixMicro(), r.bounds[1].UnixMicro()
	before := map[member]int64{}
	err := r.scan(ctx, tx, r.span(), func(b *opened) error {
		for i, at := range b.times {
			person, n := b.people.number(i), b.weights.number(i)
			if b.combo[i] < 0 || person == 0 || at >= to {
				continue
			}
			group := b.combos[b.combo[i]].group
			switch {
			case at < from || at == from && n < 0:
				if lasts(r.part.Measure) {
					before[member{person, group}] += n
				}
			case n > 0:
				note(person, group)
			}
		}
		return nil
	})
	for m, n := range before {
		if n > 0 {
			note(m.person, m.group)
		}
	}
	return err
}
