package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/fault"
)

// carrier brings the records of a list over, one after another: what is known is counted, what is refused is
// reported, anything else ends the run.
type carrier struct {
	*Move
	step     *Step
	sort     string // of record, as reports name it: user
	kind     string // that ids there are noted under
	one      func(ctx context.Context, a *arrival, r record) error
	beside   string          // a list that stands beside this one, whose items name a user: identities
	reported map[string]bool // what earlier runs said something about
	no       map[string]bool // refused in this run
	newest   time.Time       // the last change of any record that was seen
}

func (m *Move) carrier(ctx context.Context, s *Step, member, kind string, one func(ctx context.Context, a *arrival, r record) error) (*carrier, error) {
	s.Known, s.Failed = 0, 0
	c := &carrier{Move: m, step: s, sort: singular(member), kind: kind, one: one, no: map[string]bool{}}
	var err error
	c.reported, err = m.reported(ctx, c.sort)
	return c, err
}

// singular is one of a list: sla_policy of sla_policies.
func singular(list string) string {
	if stem, ok := strings.CutSuffix(list, "ies"); ok {
		return stem + "y"
	}
	return strings.TrimSuffix(list, "s")
}

// carry brings every record of a list over.
func (m *Move) carry(ctx context.Context, s *Step, path, member, kind string, one func(ctx context.Context, a *arrival, r record) error) error {
	c, err := m.carrier(ctx, s, member, kind, one)
	if err != nil {
		return err
	}
	return m.source.pages(ctx, path, member, c.page)
}

// page brings the records of a page over.
func (c *carrier) page(ctx context.Context, items []json.RawMessage, all answer) error {
	records := make([]record, len(items))
	theirs := make([]string, len(items))
	for i, raw := range items {
		r, err := recordOf(raw)
		if err != nil {
			return err
		}
		records[i], theirs[i] = r, r.id()
		if at := r.time("updated_at"); at.After(c.newest) {
			c.newest = at
		}
	}
	if err := c.known(ctx, c.kind, theirs); err != nil {
		return err
	}
	if err := c.along(ctx, records, all); err != nil {
		return err
	}
	for i, r := range records {
		if c.ids[c.kind][theirs[i]] != 0 {
			c.step.Known++
			continue
		}
		if c.no[theirs[i]] || r["active"] == false && c.sort == "user" || r["deleted_at"] != nil {
			continue // exports tell of what was deleted there, too
		}
		if err := c.record(ctx, theirs[i], r); err != nil {
			return err
		}
	}
	if len(records) == 0 {
		return nil
	}
	return c.save(ctx, *c.step)
}

// along puts what stands beside a list into its records: the identities of people.
func (c *carrier) along(ctx context.Context, records []record, all answer) error {
	if c.beside == "" || len(records) == 0 {
		return nil
	}
	raw, ok := all[c.beside]
	if !ok {
		return c.problem(ctx, c.beside, "", "the source tells none beside %ss: of each the main address alone is carried over", c.sort)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return fault.New(fault.Unavailable, "The source's list %s cannot be read: %w", c.beside, err)
	}
	of := map[string][]record{}
	for _, one := range list {
		r, err := recordOf(one)
		if err != nil {
			return err
		}
		of[r.text("user_id")] = append(of[r.text("user_id")], r)
	}
	for _, r := range records {
		r[c.beside] = of[r.id()]
	}
	return nil
}

// record brings one over.
func (c *carrier) record(ctx context.Context, theirs string, r record) error {
	a := &arrival{sort: c.sort, kind: c.kind, theirs: theirs, before: c.reported[theirs]}
	err := c.one(ctx, a, r)
	var no *refusal
	switch {
	case errors.As(err, &no):
		c.no[theirs] = true
		c.step.Failed++
		return c.refuse(ctx, a, r.label()+": "+no.text)
	case err == nil:
		c.step.Moved++
	}
	return err
}

// growing is a list that grows with the company.
type growing struct {
	path, member, kind string
	since              func(from time.Time) string // where the source tells what changed since
	margin             time.Duration               // how far before the newest record seen a later run begins
	many               bool                        // whether the source tells several by their ids: PATH/show_many?ids=
	beside             string                      // a list that the source is asked to tell beside it
}

// with is an address of the list that asks for what stands beside it, too.
func (g growing) with(path string) string {
	switch {
	case g.beside == "":
		return path
	case strings.Contains(path, "?"):
		return path + "&include=" + g.beside
	}
	return path + "?include=" + g.beside
}

// settles is how far back a later run looks for what was being written while the run before read.
const settles = 15 * time.Minute

// carrySince brings over a list that grows. The first run that comes to its end reads all of it; those after it ask
// for what changed since, and again for what was refused.
func (m *Move) carrySince(ctx context.Context, s *Step, g growing, one func(ctx context.Context, a *arrival, r record) error) error {
	c, err := m.carrier(ctx, s, g.member, g.kind, one)
	if err != nil {
		return err
	}
	c.beside = g.beside
	if seconds, bad := strconv.ParseInt(s.place, 10, 64); bad == nil {
		c.newest = time.Unix(seconds, 0)
		if err = c.again(ctx, g); err == nil {
			err = m.source.pages(ctx, g.with(g.since(c.newest.Add(-g.margin))), g.member, c.page)
		}
		if errors.Is(err, errGone) { // this source has no such export
			err = m.source.pages(ctx, g.with(g.path), g.member, c.page)
		}
	} else {
		err = m.source.pages(ctx, g.with(g.path), g.member, c.page)
	}
	if err == nil && !c.newest.IsZero() {
		s.place = strconv.FormatInt(c.newest.Unix(), 10)
	}
	return err
}

// again tries once more what earlier runs could not bring over, as many at once as the source tells.
func (c *carrier) again(ctx context.Context, g growing) error {
	ids := slices.Sorted(maps.Keys(c.reported))
	if err := c.known(ctx, c.kind, ids); err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return c.ids[c.kind][id] != 0 })
	list, _, _ := strings.Cut(g.path, "?")
	if g.many {
		for some := range slices.Chunk(ids, 100) {
			if err := c.source.pages(ctx, g.with(list+"/show_many?ids="+strings.Join(some, ",")), g.member, c.page); err != nil {
				return err
			}
		}
		return nil
	}
	for _, id := range ids {
		var all answer
		err := c.source.get(ctx, list+"/"+id, &all)
		if err == nil {
			err = c.page(ctx, []json.RawMessage{all[c.sort]}, all)
		}
		if err != nil && !errors.Is(err, errGone) {
			return err
		}
	}
	return nil
}
