package insight

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Records lists the records behind a part of a figure, newest first: exactly those it was worked out from,
// how many there are, and how the part is made of them. part is numerator, denominator or misses; of several
// things that it is divided by, denominator-2 and denominator-3 are the records of the second and third.
// Whoever may read indicators may, within their scope; titles are told of records that they may see.
func (s *Service) Records(ctx context.Context, tx db.Tx, by act.Actor, ask Ask, part string, page db.Page) (Behind, error) {
	out := Behind{Items: []Item{}, Made: []Factor{}}
	q, err := s.understand(ctx, tx, by, ask)
	if err != nil {
		return out, err
	}
	if ask.Key != nil && q.group < 0 {
		return out, fault.Field("by", nil, "the dimension that the key is of", "A key needs the dimension it is of.")
	}
	number, good, err := q.behind(part)
	if err != nil {
		return out, err
	}
	if err := s.hide(ctx, tx, q, span{q.from, q.to}); err != nil {
		return out, err
	}
	a, err := s.answer(ctx, tx, q, []time.Time{q.from, q.to})
	if err != nil {
		return out, err
	}
	only, member := all, false
	if ask.Key != nil {
		only = q.plain(*ask.Key)
		member = q.key(q.group, only) != only
	}
	if q.covers(only) || member {
		return out, fault.New(fault.Forbidden, "These are the records of too few people. A role that may read figures of single people shows them.")
	}
	cells := a.cellsOf(only, 0, 1)
	out.Made, out.Result = a.made(cells, number)
	if number < 0 || q.streams[number] == nil {
		return out, nil
	}
	switch out.Count = cells[number].total; {
	case good != nil && *good:
		out.Count = cells[number].good
	case good != nil:
		out.Count = cells[number].total - cells[number].good
	}
	r := newReading(q, number, a.bounds)
	r.used = q.uses
	if out.Items, out.Next, err = r.page(ctx, tx, a, good, page); err != nil {
		return out, err
	}
	return out, s.titles(ctx, tx, by, out.Items)
}

// behind is the part of the plan and the side of it that a part of a figure names; -1 where a
// denominator has no records.
func (q *question) behind(part string) (number int, good *bool, err error) {
	yes, no := true, false
	first := q.plan.Parts[0]
	var divided []int // parts below the line that have records
	for i, p := range q.plan.Parts {
		if i > 0 && p.Stream {
			divided = append(divided, i)
		}
	}
	nth := map[string]int{"": 0, "denominator": 0, "denominator-2": 1, "denominator-3": 2}
	switch n, below := nth[part]; {
	case below && len(q.plan.Parts) == 1 && n == 0, part == "" && len(divided) == 0:
		return 0, nil, nil
	case below && n < len(divided):
		return divided[n], nil, nil
	case below && n == 0:
		return -1, nil, nil
	case part == "numerator" && first.Measure == "share":
		return 0, &yes, nil
	case part == "numerator":
		return 0, nil, nil
	case part == "misses" && first.Stream:
		return 0, &no, nil
	default:
		return 0, nil, fault.Field("part", part, "numerator, denominator or misses; denominator-2 and denominator-3 where several things with records are multiplied", "An indicator has no part %q.", part)
	}
}

// looked is how many facts a page looks through for those that a filter lets pass.
const looked = 20_000

// page reads a page of facts.
func (r *reading) page(ctx context.Context, tx db.Tx, a *answer, good *bool, page db.Page) (items []Item, next string, err error) {
	w, err := r.within(r.bounds[0], r.bounds[1])
	if err != nil {
		return nil, "", err
	}
	if lasts(r.part.Measure) { // what there is at the end
		w.And("(until = 0 OR until >= ?)", r.bounds[1].UnixMicro())
	}
	if good != nil {
		w.And("good & ? "+map[bool]string{true: "<>", false: "="}[*good]+" 0", int64(1)<<r.stream.place)
	}
	if r.ask.Key != nil {
		r.among(w, r.group, r.plain(*r.ask.Key))
	}
	at, id, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok { // id is of the event: several facts of one record may bear one time
		w.And("(at, event_id) < (?, ?)", at, id)
	}
	n := page.Size()
	limit := n + 1
	if r.filter != nil {
		limit = looked
	}
	rows, err := tx.Query(ctx, `SELECT record_kind, record_id, at, good, amounts, event_id`+r.columns()+` FROM insight_fact WHERE `+w.SQL()+
		` ORDER BY at DESC, event_id DESC LIMIT `+w.Arg(limit), w.Args()...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	keys := make([]string, len(r.used))
	for seen := 1; rows.Next(); seen++ {
		var it Item
		var us, good int64
		var amounts string
		dst := []any{&it.Kind, &it.ID, &us, &good, &amounts, &it.EventID}
		for i := range keys {
			dst = append(dst, &keys[i])
		}
		if err := rows.Scan(dst...); err != nil {
			return nil, "", err
		}
		if pass, err := r.pass(keys); err != nil {
			return nil, "", err
		} else if pass && len(items) == n {
			next = db.Cursor(db.Micros(items[n-1].At), items[n-1].EventID)
			break
		} else if pass {
			all, err := readAmounts(amounts)
			if err != nil {
				return nil, "", err
			}
			it.At, it.Good = db.Time(us), good>>r.stream.place&1 == 1
			r.value(a, &it, all[r.stream.place])
			items = append(items, it)
		}
		if r.filter != nil && seen == limit {
			next = db.Cursor(us, it.EventID)
		}
	}
	return items, next, rows.Err()
}

// value is what a record adds.
func (r *reading) value(a *answer, it *Item, amount int64) {
	switch r.part.Measure {
	case "sum", "mean", "percentile", "latest":
		v := round(a.unit(r.part, float64(amount)))
		it.Value = &v
	case "age":
		v := round(a.unit(r.part, float64(a.until(r.bounds[1]).UnixMilli()-amount)))
		it.Value = &v
	}
}

// titles fills in what the records are called.
func (s *Service) titles(ctx context.Context, tx db.Tx, by act.Actor, items []Item) error {
	if s.Names == nil || len(items) == 0 {
		return nil
	}
	refs := make([]ledger.Ref, len(items))
	for i, it := range items {
		refs[i] = ledger.Ref{Kind: it.Kind, ID: it.ID}
	}
	titles, err := s.Names.Titles(ctx, tx, by, refs)
	for i, it := range items {
		items[i].Title = titles[ledger.Ref{Kind: it.Kind, ID: it.ID}]
	}
	return err
}

// labels are what groups are called.
func (s *Service) labels(ctx context.Context, tx db.Tx, q *question, keys []string) (map[string]string, error) {
	out := map[string]string{}
	if q.group < 0 {
		return out, nil
	}
	d := q.plan.Dimensions[q.group]
	var ids []int64
	for _, k := range keys {
		out[k] = q.in.shown(d, k)
		switch {
		case k == "":
			out[k] = "None"
		case k == pooled(d):
			out[k] = others(d)
		case d.Kind != "":
			if id, err := strconv.ParseInt(k, 10, 64); err == nil {
				ids = append(ids, id)
			}
		case d.Type == "bool":
			out[k] = map[string]string{"true": "Yes", "false": "No"}[k]
		default:
			out[k] = spoken(out[k])
		}
	}
	if s.Names == nil || len(ids) == 0 {
		return out, nil
	}
	names, err := s.Names.Labels(ctx, tx, d.Kind, ids)
	for id, name := range names {
		out[strconv.FormatInt(id, 10)] = name
	}
	return out, err
}

var plainKey = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// spoken is a key that is its own name as people say it: "first_reply" is "First reply".
func spoken(key string) string {
	switch {
	case !plainKey.MatchString(key):
		return key
	case slices.Contains([]string{"api", "sms", "url", "sla", "csm"}, key):
		return strings.ToUpper(key)
	}
	return strings.ToUpper(key[:1]) + strings.ReplaceAll(key[1:], "_", " ")
}
