package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/rule"
)

// How a list of tickets that match a condition is found. An index of values gives the tickets of
// one value in no useful order, the order of the list gives all tickets: what is rarer leads.
const (
	leads    = 20_000 // entries of an index that are looked through at most
	fewLead  = 2_000  // tickets found that are sorted by themselves at most
	matchCap = 100    // where counting stops: behind it people see "100+"
)

// source is what conditions about tickets are translated for. used hears of the attributes they read.
func (cfg *Config) source(e db.Engine, known rule.Vars, used func(*field.Field)) rule.Source {
	return rule.Source{Engine: e, Known: known, Column: func(path string) (rule.Column, error) { return cfg.column(e, path, used) }}
}

// narrow reports whether the list without its condition is bounded by an index.
func (f Filter) narrow() bool {
	return f.active() || f.AssigneeID != 0 || f.Assignee == "me" || f.TeamID != 0 || f.MyTeams || f.RequesterID != 0 || f.OrganizationID != 0 || f.Tag != ""
}

// match adds the filter's condition. What an index of values finds among few goes in by ids.
func (s *Service) match(ctx context.Context, tx db.Tx, w *db.Where, f Filter) error {
	if f.Match == nil {
		return nil
	}
	if f.Sort == "due" && !f.active() {
		return fault.Field("sort", f.Sort, "updated or created", "A condition over tickets of every state cannot be sorted by due time. Sort by updated or created, or say which active states are meant.")
	}
	filter, err := s.translate(ctx, tx, f.Match)
	if err != nil {
		return err
	}
	if len(filter.Drivers) == 0 && !f.narrow() {
		return fault.Field("filter", f.Match.Source(), `a part such as ticket.attributes.NAME == "…" or "…" in ticket.tags that must hold, or a status, team or assignee beside it`,
			"No part of this condition is found by an index, so the database would look at every ticket.")
	}
	// A page and its count look for the same tickets.
	found := tx.Value(hitsKey{f.Match}, func() any { return &hits{} }).(*hits)
	if !found.looked {
		if err := found.look(ctx, tx, filter); err != nil {
			return err
		}
	}
	if found.few {
		in := `t.id IN (SELECT value FROM json_each(?))`
		if tx.Engine() == db.Postgres {
			in = `t.id IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(CAST(? AS text) AS json)))`
		}
		w.And(in, found.ids)
	}
	w.And(filter.SQL, filter.Args...)
	return nil
}

// translate makes SQL of a condition and sees that the indexes it needs are complete.
func (s *Service) translate(ctx context.Context, tx db.Tx, p *rule.Program) (rule.Filter, error) {
	var used []*field.Field
	filter, err := p.Filter(s.config().source(tx.Engine(), rule.Vars{"now": s.clock().UTC()}, func(f *field.Field) { used = append(used, f) }))
	if err != nil {
		return filter, inFilter(err)
	}
	if len(used) == 0 {
		return filter, nil
	}
	progress, err := s.fields.Progress(ctx, tx)
	for _, f := range used {
		if p := progress[f.ID]; err == nil && !p.Done {
			return filter, fault.New(fault.Unavailable, "The field %s is being indexed (%d %%). Lists can be filtered by it as soon as that is done.", f.Name, p.Percent)
		}
	}
	return filter, err
}

// inFilter names the input that an expression came in.
func inFilter(err error) error {
	var e *rule.Error
	if !errors.As(err, &e) {
		return err
	}
	f := fault.New(fault.Invalid, "The filter cannot be used. %s", e.Problems[0].Message)
	for _, p := range e.Problems {
		f.Details = append(f.Details, fault.Detail{Field: fmt.Sprintf("filter:%d:%d", p.Line, p.Column), Message: p.Message, Accepted: p.Suggestion})
	}
	return f
}

// hits are the tickets that all parts found by indexes agree on, when they are few and cheap to
// find; otherwise the order of the list leads.
type hits struct {
	looked, few bool
	ids         string // as JSON: one parameter, however many they are
}

type hitsKey struct{ match *rule.Program }

func (x *hits) look(ctx context.Context, tx db.Tx, f rule.Filter) error {
	x.looked = true
	best, size := -1, int64(leads+1)
	for i, d := range f.Drivers[:min(len(f.Drivers), 4)] {
		w := (&db.Where{}).And(d.SQL, d.Args...)
		var n int64
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (`+w.SQL()+` LIMIT `+w.Arg(size)+`) AS bounded`, w.Args()...).Scan(&n); err != nil {
			return err
		}
		if n < size {
			best, size = i, n
		}
	}
	if best < 0 {
		return nil
	}
	// Here t is no more than the ids, which is all that the parts found by indexes read of it.
	w := (&db.Where{}).And(f.Drivers[best].SQL, f.Drivers[best].Args...)
	leading, others := w.SQL(), db.WhereAfter(w)
	for i, d := range f.Drivers {
		if i != best {
			others.And(d.Holds, d.Args...)
		}
	}
	rows, err := tx.Query(ctx, `WITH t (id) AS MATERIALIZED (`+leading+`) SELECT id FROM t WHERE `+others.SQL()+` LIMIT `+others.Arg(fewLead+1), others.Args()...)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
		err = r.Scan(&id)
		return id, err
	})
	if err != nil || len(ids) > fewLead {
		return err
	}
	list, err := json.Marshal(append([]int64{}, ids...))
	x.few, x.ids = true, string(list)
	return err
}

// countMatching counts tickets that match a condition, up to matchCap: to find more may mean to
// look at very many.
func (s *Service) countMatching(ctx context.Context, tx db.Tx, w *db.Where, f Filter) (db.Count, error) {
	if err := s.match(ctx, tx, w, f); err != nil {
		return db.Count{}, err
	}
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(matchCap+1)+`) AS bounded`, w.Args()...).Scan(&n)
	return db.Count{Count: min(n, matchCap), Capped: n > matchCap}, err
}

// compileFilter compiles a condition that somebody asks for.
func compileFilter(src string) (*rule.Program, error) {
	if src == "" {
		return nil, nil
	}
	p, err := rule.Compile(environment(), src)
	if err != nil {
		return nil, inFilter(err)
	}
	return p, nil
}

// mayAsk refuses a condition about values that somebody does not see: what a list finds would
// tell them. To them such a field is not there.
func (cfg *Config) mayAsk(by act.Actor, p *rule.Program) error {
	if p == nil || by.May("edit", "ticket") {
		return nil
	}
	for _, r := range p.Reads() {
		kind, name, attribute := field.Owner(r.Path)
		hidden := r.Path == "ticket.assignee.email" || r.Path == "ticket.assignee.domain"
		if attribute {
			f := cfg.Fields.Named(kind, name)
			hidden = f == nil || !f.Everyone() && (kind == "ticket" || !auth.Scope(by, "read", kind).All())
		}
		if hidden {
			return inFilter(&rule.Error{Problems: []rule.Problem{{Line: r.Line, Column: r.Column, Message: fmt.Sprintf("There is no field %s, or you may not see it.", r.Path)}}})
		}
	}
	return nil
}

// lintMatch sees that the database can look a view's condition up.
func lintMatch(c *blueprint.Context, v ViewSpec) {
	p := c.Rule("match")
	if p == nil {
		return
	}
	cfg := &Config{Fields: field.FromSet(c.Set)}
	filter, err := p.Filter(cfg.source(db.SQLite, rule.Vars{"now": time.Unix(0, 0)}, func(*field.Field) {}))
	var wrong *rule.Error
	if errors.As(err, &wrong) {
		for _, problem := range wrong.Problems {
			c.ErrorAt("match", problem)
		}
		return
	}
	f := (&View{Spec: v}).Filter()
	if len(filter.Drivers) == 0 && !f.narrow() && v.Team == "" {
		c.Error("match", "No part of this condition is found by an index, so the database would look at every ticket. Name states, a team or an assignee, or compare an indexed field.")
	}
	if v.Sort == "due" && !f.active() {
		c.Error("sort", "A view with a condition over tickets of every state cannot be sorted by due time. Name active states, or sort by updated or created.")
	}
}
