package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/suggest"
)

// Input is what Find looks for.
type Input struct {
	Text string  // words, "phrases", -without, filter:value
	Kind string  // only this kind; then pages go on
	Page db.Page // Limit is for each kind
}

// Answer is what was found, a group for each kind that has something.
type Answer struct {
	Groups []Group
	Hints  []string // what of the text was understood otherwise than it may be meant
}

// Group are the hits of one kind.
type Group struct {
	Kind  *Kind
	Hits  []Hit
	Count db.Count
	Next  string // cursor, "" on the last page
}

// Hit is a record that was found.
type Hit struct {
	Document
	Found   []Part // the title, with what was found marked
	Snippet []Part // of the body or the notes; nil when only the title matched
}

// Find returns the records that match within the actor's reach: those of the newest 1,000
// matches of each kind, ranked. Whoever may read records of a kind finds those they may read.
func (s *Service) Find(ctx context.Context, tx db.Tx, by act.Actor, in Input) (Answer, error) {
	if len(s.readable(by)) == 0 {
		return Answer{}, by.Denied("read", s.kinds[0].Name)
	}
	filters, names := s.names()
	q, err := parse(in.Text, filters, names)
	if err != nil {
		return Answer{}, err
	}
	out := Answer{Hints: q.hints}
	if in.Kind != "" {
		if !slices.Contains(names, in.Kind) {
			return out, fault.Field("kind", in.Kind, strings.Join(names, ", "), "There is no kind %q.%s", in.Kind, suggest.DidYouMean(in.Kind, names))
		}
		if len(q.kinds) == 0 || slices.Contains(q.kinds, in.Kind) {
			q.kinds = []string{in.Kind}
		} else {
			q.in = 0
		}
	}
	if q.in == 0 || len(q.terms)+len(q.filters)+len(q.kinds) == 0 {
		return out, nil
	}
	if err := s.refuse(q.filters); err != nil {
		return out, err
	}
	for _, k := range s.readable(by) {
		if len(q.kinds) > 0 && !slices.Contains(q.kinds, k.Name) || !k.takes(q.filters) {
			continue
		}
		g, err := s.find(ctx, tx, by, k, q, in.Page)
		if err != nil {
			return out, err
		}
		if len(g.Hits) > 0 || in.Kind != "" {
			out.Groups = append(out.Groups, g)
		}
	}
	return out, nil
}

// takes reports whether the kind has all of these filters, with these values.
func (k *Kind) takes(filters []clause) bool {
	return !slices.ContainsFunc(filters, func(c clause) bool { f := k.filter(c.name); return f == nil || f.wrong(c.value) != "" })
}

// wrong is the first value that the filter does not take; "" when it takes all.
func (f *Filter) wrong(value string) string {
	if f.Values != nil {
		for _, v := range strings.Split(strings.ToLower(value), ",") {
			if !slices.Contains(f.Values, v) {
				return v
			}
		}
	}
	return ""
}

// refuse says which value no kind takes.
func (s *Service) refuse(filters []clause) error {
	for _, c := range filters {
		var known []string
		wrong := ""
		for _, k := range s.kinds {
			f := k.filter(c.name)
			if f == nil {
				continue
			}
			if wrong = f.wrong(c.value); wrong == "" {
				break
			}
			known = append(known, f.Values...)
		}
		if wrong != "" {
			return fault.Field("q", wrong, strings.Join(known, ", "), "%s: takes no %q.%s", c.name, wrong, suggest.DidYouMean(wrong, known))
		}
	}
	return nil
}

// ranked is a match with its place: a lower tier comes first, then the higher id.
type ranked struct{ tier, id int64 }

const (
	tierTitle = iota
	tierWhole
	tierBeginning
)

// find asks one kind.
func (s *Service) find(ctx context.Context, tx db.Tx, by act.Actor, k *Kind, q query, page db.Page) (Group, error) {
	g := Group{Kind: k}
	p, err := k.prepare(ctx, tx, by, q)
	if err != nil {
		return g, err
	}
	list, err := p.candidates(ctx, tx, q)
	if err != nil {
		return g, err
	}
	g.Count = db.Capped(int64(len(list)))
	list = list[:min(len(list), db.Cap)]
	if list, err = p.rank(ctx, tx, q, list); err != nil {
		return g, err
	}
	tier, id, ok, err := page.After()
	if err != nil {
		return g, err
	}
	if ok {
		at, _ := slices.BinarySearchFunc(list, ranked{tier, id}, compare)
		for at < len(list) && compare(list[at], ranked{tier, id}) <= 0 {
			at++
		}
		list = list[at:]
	}
	if n := page.Size(); len(list) > n {
		list = list[:n]
		g.Next = db.Cursor(list[n-1].tier, list[n-1].id)
	}
	g.Hits, err = k.hits(ctx, tx, by, q, list)
	return g, err
}

func compare(a, b ranked) int { return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(b.id, a.id)) }

// prepared is a query for one kind and one actor.
type prepared struct {
	*Kind
	match match
	where *db.Where // predicates of the record's table
	few   bool
}

// prepare puts permission and filters into predicates and facets.
func (k *Kind) prepare(ctx context.Context, tx db.Tx, by act.Actor, q query) (*prepared, error) {
	p := &prepared{Kind: k, match: match{in: q.in}, where: &db.Where{}}
	if err := auth.Scope(by, "read", k.right()).Where(p.where, k.Columns); err != nil {
		return nil, err
	}
	if k.Live != "" {
		p.where.And(k.Live)
	}
	if f := reachFacets(by, "read", k.right()); f != nil {
		p.match.facets = append(p.match.facets, orNone(f))
	}
	if k.NotesFor == "" {
		p.match.in &^= inNotes
	} else if f := reachFacets(by, k.NotesFor, k.right()); f != nil && q.in&inNotes != 0 {
		p.match.in &^= inNotes
		p.match.more, p.match.moreOf = inNotes, f
	}
	for _, c := range q.filters {
		n, err := k.filter(c.name).add(ctx, tx, by, c, p.where)
		if err != nil {
			return nil, err
		}
		if c.not {
			continue
		}
		p.few = p.few || n.Few
		if n.Facets != nil {
			p.match.facets = append(p.match.facets, orNone(n.Facets))
		}
	}
	return p, nil
}

// orNone is a list of facets that is never empty: nothing has the facet "none".
func orNone(facets []string) []string {
	if len(facets) == 0 {
		return []string{"none"}
	}
	return facets
}

// add adds a filter's predicates.
func (f *Filter) add(ctx context.Context, tx db.Tx, by act.Actor, c clause, w *db.Where) (n Narrow, err error) {
	if f.Values != nil {
		c.value = strings.ToLower(c.value)
	}
	if !c.not {
		return f.Apply(ctx, tx, by, c.value, w)
	}
	w.Not(func(and *db.Where) { n, err = f.Apply(ctx, tx, by, c.value, and) })
	return n, err
}

// candidates are the newest matches, one more than the cap: whole words first, and only when
// there are fewer of them also those that begin so.
func (p *prepared) candidates(ctx context.Context, tx db.Tx, q query) ([]ranked, error) {
	if len(q.terms) == 0 && (p.few || len(p.match.facets) == 0) {
		return p.listed(ctx, tx)
	}
	p.match.terms = q.whole(false)
	list, err := p.indexed(ctx, tx, tierWhole)
	if err != nil || !q.typing || len(list) > db.Cap {
		return list, err
	}
	have := map[int64]bool{}
	for _, r := range list {
		have[r.id] = true
	}
	p.match.terms = q.whole(true)
	more, err := p.indexed(ctx, tx, tierBeginning)
	for _, r := range more {
		if !have[r.id] && len(list) <= db.Cap {
			list = append(list, r)
		}
	}
	return list, err
}

// indexed asks the index for its newest matches.
func (p *prepared) indexed(ctx context.Context, tx db.Tx, tier int64) ([]ranked, error) {
	if p.match.in == 0 && p.match.more == 0 {
		return nil, nil
	}
	m := p.match
	if m.in == 0 { // only notes, and not everybody's
		m.in, m.more, m.facets = m.more, 0, append(slices.Clone(m.facets), orNone(m.moreOf))
	}
	base, condition, text := p.key(0), `s.search_index MATCH ?`, m.text(tx.Engine())
	place, collect := "s.rowid", false
	if tx.Engine() == db.Postgres {
		condition = `s.words @@ ?::text::tsquery`
		common, err := p.common(ctx, tx, text)
		if err != nil {
			return nil, err
		}
		if !common { // so that it cannot walk through all in the hope of many
			place, collect = "s.rowid + 0", true
		}
	}
	// A subquery, not a join: each match looks its own record up, whatever is guessed of their number.
	w := p.where.Copy().And(p.Alias + `.id = s.rowid - ` + number(base))
	may := `(SELECT TRUE FROM ` + p.From + ` WHERE ` + w.SQL() + `)`
	w = db.WhereAfter(w).And(condition, text).And(place+" > ?", base).And(place+" <= ?", base|(1<<kindBits-1))
	matches := `SELECT s.rowid FROM search_index s WHERE ` + w.SQL()
	order := ` ORDER BY ` + place + ` DESC`
	query := matches + ` AND ` + may + order
	if collect { // put in order first: only the newest are looked up then
		query = `WITH found AS MATERIALIZED (` + matches + order + `) SELECT s.rowid FROM found s WHERE ` + may
	}
	rows, err := tx.Query(ctx, query+` LIMIT `+w.Arg(db.Cap+1), db.PlanAnew(tx, w.Args())...)
	return db.Collect(rows, err, func(r db.Scanner) (out ranked, err error) {
		err = r.Scan(&out.id)
		out.id, out.tier = out.id-base, tier
		return out, err
	})
}

// PostgreSQL can collect every match from the index of words, or walk from the newest record
// until it has enough; its guess which is quicker is bad for beginnings of words. So the
// newest records are looked at: where some of them match, the walk is short.
const (
	looked = 500
	often  = 20
)

// common reports whether many records match, as far as the newest tell.
func (p *prepared) common(ctx context.Context, tx db.Tx, text string) (bool, error) {
	w := (&db.Where{}).And("rowid > ?", p.key(0)).And("rowid <= ?", p.key(1<<kindBits-1))
	newest := `SELECT words FROM search_index WHERE ` + w.SQL() + ` ORDER BY rowid DESC LIMIT ` + w.Arg(looked)
	matching := db.WhereAfter(w).And("words @@ ?::text::tsquery", text)
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (`+newest+`) AS newest WHERE `+matching.SQL(), db.PlanAnew(tx, matching.Args())...).Scan(&n)
	return n >= often, err
}

// listed asks the record's own table: there are no words, or an index of the table is better.
func (p *prepared) listed(ctx context.Context, tx db.Tx) ([]ranked, error) {
	w, order := p.where.Copy(), p.Alias+".id"
	if p.few && tx.Engine() == db.SQLite {
		order = "+" + order // sort the few rather than walk through all
	}
	rows, err := tx.Query(ctx, `SELECT `+p.Alias+`.id FROM `+p.From+` WHERE `+w.SQL()+` ORDER BY `+order+` DESC LIMIT `+w.Arg(db.Cap+1), db.PlanAnew(tx, w.Args())...)
	return db.Collect(rows, err, func(r db.Scanner) (out ranked, err error) {
		err = r.Scan(&out.id)
		out.tier = tierWhole
		return out, err
	})
}
