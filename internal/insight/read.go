package insight

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
)

// cell is what a group of facts adds up to.
type cell struct {
	good, total, amount int64
	values              []int64          // of a percentile
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

func (g *grid) at(key string, us int64) *cell {
	i, found := slices.BinarySearchFunc(g.bounds, us, func(b time.Time, us int64) int {
		switch n := b.UnixMicro(); {
		case n < us:
			return -1
		case n > us:
			return 1
		default:
			return 0
		}
	})
	if !found {
		i--
	}
	i = min(max(i, 0), len(g.bounds)-2) // what stood before belongs to the first
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
	used   []int // dimensions, the group first
}

// grid reads a part between bounds.
func (s *Service) grid(ctx context.Context, tx db.Tx, q *question, number int, bounds []time.Time) (*grid, error) {
	g := &grid{bounds: bounds, groups: map[string][]*cell{}}
	r := &reading{question: q, number: number, part: q.plan.Parts[number], stream: q.streams[number], bounds: bounds}
	if r.stream == nil {
		return g, nil
	}
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
	read := r.facts
	if grain, ok := r.rolled(); ok {
		read = func(ctx context.Context, tx db.Tx, g *grid) error { return r.rolls(ctx, tx, g, grain) }
	}
	if err := read(ctx, tx, g); err != nil {
		return nil, err
	}
	if lasts(r.part.Measure) {
		g.run()
	}
	return g, nil
}

// raw reports whether the single facts are needed.
func (r *reading) raw() bool { return r.part.Measure == "percentile" || r.part.Measure == "latest" }

// rolled reports whether sums answer the question, and those of which grain.
func (r *reading) rolled() (grain int, ok bool) {
	if r.raw() || !r.reach.All() || !r.ask.Known.IsZero() || len(r.used) > 1 {
		return 0, false
	}
	days, quarters := r.zone.String() == r.plan.Zone, true
	for _, b := range r.bounds {
		days = days && midnight(b.In(r.zone))
		quarters = quarters && b.UnixMicro()%quarter.Microseconds() == 0
	}
	switch {
	case days:
		return dayGrain, true
	case quarters && (len(r.used) == 0 || r.plan.Dimensions[r.used[0]].narrow()):
		return quarterGrain, true
	default:
		return 0, false
	}
}

// start is when a bucket of a grain begins, in microseconds.
func (r *reading) start(grain int, bucket int64) int64 {
	if grain == quarterGrain {
		return bucket * quarter.Microseconds()
	}
	return time.Date(1970, 1, 1+int(bucket), 0, 0, 0, 0, r.zone).UnixMicro()
}

func (r *reading) bucket(grain int, t time.Time) int64 {
	if grain == quarterGrain {
		return t.UnixMicro() / quarter.Microseconds()
	}
	return dayOf(t.UnixMicro(), r.zone)
}

// rolls reads sums.
func (r *reading) rolls(ctx context.Context, tx db.Tx, g *grid, grain int) error {
	dim := 0
	if len(r.used) == 1 {
		dim = r.used[0] + 1
	}
	first, last := r.bucket(grain, r.bounds[0]), r.bucket(grain, r.bounds[len(r.bounds)-1])
	w := (&db.Where{}).And("stream_id = ? AND grain = ? AND dim = ? AND bucket < ?", r.stream.id, grain, dim, last)
	query := `SELECT bucket, key, good, total, amount FROM insight_roll WHERE `
	if lasts(r.part.Measure) {
		at := "CASE WHEN bucket < " + w.Arg(first) + " THEN " + w.Arg(first) + " - 1 ELSE bucket END"
		query = `SELECT b, key, CAST(sum(good) AS BIGINT), CAST(sum(total) AS BIGINT), CAST(sum(amount) AS BIGINT) FROM
			(SELECT ` + at + ` AS b, key, good, total, amount FROM insight_roll WHERE ` + w.SQL() + `) x GROUP BY b, key`
	} else {
		query += w.And("bucket >= ?", first).SQL()
	}
	rows, err := tx.Query(ctx, query, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	passes := map[string]bool{}
	for rows.Next() {
		var bucket int64
		var key string
		var c cell
		if err := rows.Scan(&bucket, &key, &c.good, &c.total, &c.amount); err != nil {
			return err
		}
		pass, known := passes[key]
		if !known {
			if pass, err = r.pass([]string{key}); err != nil {
				return err
			}
			passes[key] = pass
		}
		if pass {
			r.put(g, r.start(grain, bucket), []string{key}, &c)
		}
	}
	return rows.Err()
}

// put adds to the cell of a moment and a group. keys are the values of the dimensions used.
func (r *reading) put(g *grid, at int64, keys []string, c *cell) {
	group := ""
	for i, d := range r.used {
		if d == r.group {
			group = r.key(d, keys[i])
		}
		if d == r.part.Distinct-1 {
			c.tell(keys[i], c.total)
		}
	}
	if r.ask.Key != nil && group != r.plain(*r.ask.Key) {
		return
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

// within is the predicate for the facts of a question that count between two moments.
func (r *reading) within(from, to time.Time) (*db.Where, error) {
	w := (&db.Where{}).And("stream_id = ? AND at < ?", r.stream.id, to.UnixMicro())
	if lasts(r.part.Measure) {
		w.And("(until = 0 OR until > ?)", from.UnixMicro())
	} else {
		w.And("at >= ?", from.UnixMicro())
	}
	if r.ask.Known.IsZero() {
		w.And("gone = ?", always)
	} else {
		w.And("recorded <= ? AND gone > ?", r.ask.Known.UnixMicro(), r.ask.Known.UnixMicro())
	}
	return w, r.reach.Where(w, auth.Columns{Owners: []string{"person_id"}, Team: "team_id", Organization: "organization_id"})
}

// facts reads the facts themselves, added up by quarters of an hour where sums are asked for.
func (r *reading) facts(ctx context.Context, tx db.Tx, g *grid) error {
	w, err := r.within(r.bounds[0], r.bounds[len(r.bounds)-1])
	if err != nil {
		return err
	}
	cols := ""
	for _, d := range r.used {
		cols += ", d" + strconv.Itoa(d+1)
	}
	query := `SELECT at, until, CASE WHEN good = TRUE THEN 1 ELSE 0 END, 1, amount` + cols + ` FROM insight_fact WHERE ` + w.SQL() + ` ORDER BY at, event_id`
	single := r.raw() || lasts(r.part.Measure)
	if !single {
		by := strconv.FormatInt(quarter.Microseconds(), 10)
		query = `SELECT min(at), 0, CAST(sum(CASE WHEN good = TRUE THEN 1 ELSE 0 END) AS BIGINT), count(*), CAST(sum(amount) AS BIGINT)` + cols +
			` FROM insight_fact WHERE ` + w.SQL() + ` GROUP BY at / ` + by + cols
	}
	rows, err := tx.Query(ctx, query, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := make([]string, len(r.used))
	passes := map[string]bool{}
	for rows.Next() {
		var at, until int64
		var c cell
		dst := []any{&at, &until, &c.good, &c.total, &c.amount}
		for i := range keys {
			dst = append(dst, &keys[i])
		}
		if err := rows.Scan(dst...); err != nil {
			return err
		}
		all := strings.Join(keys, "\x00")
		pass, known := passes[all]
		if !known {
			if pass, err = r.pass(keys); err != nil {
				return err
			}
			passes[all] = pass
		}
		if !pass {
			continue
		}
		if r.raw() {
			c.values, c.latest, c.latestAt = []int64{c.amount}, c.amount, at
		}
		r.put(g, at, keys, &c)
		if end := r.bounds[len(r.bounds)-1].UnixMicro(); until != 0 && until < end {
			r.put(g, until, keys, &cell{good: -c.good, total: -c.total, amount: -c.amount})
		}
	}
	return rows.Err()
}
