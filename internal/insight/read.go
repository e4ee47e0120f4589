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

// cell is what a group of facts adds up to.
type cell struct {
	good, total, amount int64
	values              []int64          // of a percentile, in no order
	keys                map[string]int64 // how many facts have each value that is told apart
	latest              int64
	latestAt            int64
}

func (c *cell) add(o *cell) {
	c.good, c.total, c.amount = c.good+o.good, c.total+o.total, c.amount+o.amount
	c.values = append(c.values, o.values...)
	for k, n := range o.keys {
		c.tell(k, n)
	}
	if o.latestAt >= c.latestAt {
		c.latest, c.latestAt = o.latest, o.latestAt
	}
}

func (c *cell) tell(key string, n int64) {
	if c.keys == nil {
		c.keys = map[string]int64{}
	}
	c.keys[key] += n
}

// grid are the cells of one part: by group, for each stretch between the bounds.
type grid struct {
	bounds []time.Time
	groups map[string][]*cell
}

// stretch is the stretch that a moment is in.
func (g *grid) stretch(us int64) int {
	i, found := slices.BinarySearchFunc(g.bounds, us, func(b time.Time, us int64) int { return cmp.Compare(b.UnixMicro(), us) })
	if !found {
		i--
	}
	return min(max(i, 0), len(g.bounds)-2) // what stood before belongs to the first
}

// at is the cell of a group at a moment.
func (g *grid) at(key string, us int64) *cell { return g.cell(key, g.stretch(us)) }

func (g *grid) cell(key string, i int) *cell {
	if g.groups[key] == nil {
		g.groups[key] = make([]*cell, len(g.bounds)-1)
	}
	if g.groups[key][i] == nil {
		g.groups[key][i] = &cell{}
	}
	return g.groups[key][i]
}

// run adds up what lasts: what there is at the end of each stretch.
func (g *grid) run() {
	for _, cells := range g.groups {
		sum := cell{}
		for i := range cells {
			if cells[i] != nil {
				sum.add(cells[i])
			}
			now := sum
			cells[i] = &now
		}
	}
}

// reading is one part of a question, for one period.
type reading struct {
	*question
	number int
	part   planPart
	stream *stream
	bounds []time.Time
	used   []int          // dimensions, the group first
	home   *time.Location // whose midnight begins a day of the sheet
}

// newReading is the reading of a part between bounds.
func newReading(q *question, number int, bounds []time.Time) *reading {
	r := &reading{question: q, number: number, part: q.plan.Parts[number], stream: q.streams[number], bounds: bounds, home: q.home()}
	if q.group >= 0 {
		r.used = append(r.used, q.group)
	}
	for _, i := range q.uses {
		if !slices.Contains(r.used, i) {
			r.used = append(r.used, i)
		}
	}
	if d := r.part.Distinct; d > 0 && !slices.Contains(r.used, d-1) {
		r.used = append(r.used, d-1)
	}
	return r
}

// home is where the days of the indicator's sheets begin.
func (q *question) home() *time.Location {
	if zone, err := time.LoadLocation(q.plan.Zone); err == nil {
		return zone
	}
	return time.UTC
}

// grid reads a part between bounds.
func (s *Service) grid(ctx context.Context, tx db.Tx, q *question, number int, bounds []time.Time) (*grid, error) {
	g := &grid{bounds: bounds, groups: map[string][]*cell{}}
	if q.streams[number] == nil {
		return g, nil
	}
	r := newReading(q, number, bounds)
	read := r.days
	if r.single() {
		read = r.facts
	}
	if err := read(ctx, tx, g); err != nil {
		return nil, err
	}
	if lasts(r.part.Measure) {
		g.run()
	}
	return g, nil
}

// single reports whether the single facts are needed.
func (r *reading) single() bool { return r.part.Measure == "latest" || !r.ask.Known.IsZero() }

// told is what values of the dimensions used mean to the question: their group, and the value that
// is told apart; ok is false when only another group is asked for.
func (r *reading) told(keys []string) (group, apart string, ok bool) {
	for i, d := range r.used {
		if d == r.group {
			group = r.key(d, keys[i])
		}
		if d == r.part.Distinct-1 {
			apart = keys[i]
		}
	}
	return group, apart, r.ask.Key == nil || group == r.plain(*r.ask.Key)
}

// put adds to the cell of a moment and a group. keys are the values of the dimensions used.
func (r *reading) put(g *grid, at int64, keys []string, c *cell) {
	group, apart, ok := r.told(keys)
	if !ok {
		return
	}
	if r.part.Distinct > 0 {
		c.tell(apart, c.total)
	}
	g.at(group, at).add(c)
}

// plain is the key as it is kept of a key as people give it.
func (r *question) plain(key string) string {
	return r.in.keyOf(r.plan.Dimensions[r.group], key)
}

// passes reports whether the filter holds for values of the dimensions used.
func (r *reading) passes(keys []string) (bool, error) {
	if r.filter == nil {
		return true, nil
	}
	vars := map[string]any{}
	for i, d := range r.used {
		dim := r.plan.Dimensions[d]
		v := r.in.compared(dim, keys[i])
		if v == nil {
			continue
		}
		at := vars
		path := strings.Split(dim.Name, ".")
		for _, p := range path[:len(path)-1] {
			if at[p] == nil {
				at[p] = map[string]any{}
			}
			at = at[p].(map[string]any)
		}
		at[path[len(path)-1]] = v
	}
	return r.filter.Eval(vars)
}

// compared is a key as conditions compare it: a blueprint by its name. nil for none.
func (in *InForce) compared(d Dimension, key string) any {
	if key == "" {
		return nil
	}
	switch d.Type {
	case "int":
		if n, err := strconv.ParseInt(key, 10, 64); err == nil {
			return n
		}
		return nil
	case "bool":
		return key == "true"
	}
	return in.shown(d, key)
}

// shown is a key as people meet it: blueprints by name, those that are retired by their number.
func (in *InForce) shown(d Dimension, key string) string {
	if d.Kind == "" || d.Type == "int" || key == "" || key == pooled(d) {
		return key
	}
	id, err := strconv.ParseInt(key, 10, 64)
	if name := in.names[d.Kind][id]; err == nil && name != "" {
		return name
	}
	return "#" + key
}

// keyOf is the reverse of shown.
func (in *InForce) keyOf(d Dimension, shown string) string {
	if d.Kind == "" || d.Type == "int" || shown == "" {
		return shown
	}
	for id, name := range in.names[d.Kind] {
		if name == shown {
			return strconv.FormatInt(id, 10)
		}
	}
	return strings.TrimPrefix(shown, "#")
}
