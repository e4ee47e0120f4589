package search

import (
	"strings"

	"steward/internal/db"
)

// match is what the index is asked: the terms in these parts of a document, and facets.
type match struct {
	terms  []term
	in     area
	facets [][]string // of each list one must be there
	// Whoever may see some records' notes only finds those by it: in then names the parts
	// everybody may see, more the others, within the facets of moreOf.
	more   area
	moreOf []string
}

// text is the match in the engine's own language. Words are letters and digits only, so no
// text of a user's can mean something there.
func (m match) text(e db.Engine) string {
	s := syntax(sqliteSyntax{})
	if e == db.Postgres {
		s = postgresSyntax{}
	}
	out := s.clauses(m.terms, m.in)
	if m.more != 0 && len(m.moreOf) > 0 {
		out = s.either("("+s.without("("+out+")", s.facets(m.moreOf))+")", "("+s.both("("+s.clauses(m.terms, m.in|m.more)+")", s.facets(m.moreOf))+")")
	}
	for _, f := range m.facets {
		out = s.both("("+out+")", s.facets(f))
	}
	return out
}

// syntax writes a match down.
type syntax interface {
	clauses(terms []term, in area) string
	facets(anyOf []string) string
	both(a, b string) string
	either(a, b string) string
	without(a, b string) string
}

type sqliteSyntax struct{}

func (sqliteSyntax) both(a, b string) string    { return a + " AND " + b }
func (sqliteSyntax) either(a, b string) string  { return a + " OR " + b }
func (sqliteSyntax) without(a, b string) string { return a + " NOT " + b }

func (sqliteSyntax) facets(anyOf []string) string {
	return `facets : ("` + strings.Join(anyOf, `" OR "`) + `")`
}

func (s sqliteSyntax) clauses(terms []term, in area) string {
	var must, not []string
	for _, t := range terms {
		p := `"` + strings.Join(t.words, " ") + `"`
		if t.prefix {
			p += " *"
		}
		if t.not {
			not = append(not, p)
		} else {
			must = append(must, p)
		}
	}
	columns := ""
	for _, c := range []struct {
		area area
		name string
	}{{inTitle, " title"}, {inBody, " body"}, {inNotes, " notes"}} {
		if in&c.area != 0 {
			columns += c.name
		}
	}
	out := s.facets([]string{everything})
	if len(must) > 0 {
		out = "{" + columns + " } : (" + strings.Join(must, " AND ") + ")"
	}
	if len(not) > 0 {
		out += " NOT {" + columns + " } : (" + strings.Join(not, " OR ") + ")"
	}
	return out
}

// Marks before a word in PostgreSQL's index: where it stands. No word begins with them.
const (
	markTitle = "^"
	markBody  = ""
	markNotes = "~"
	markFacet = "@"
)

type postgresSyntax struct{}

func (postgresSyntax) both(a, b string) string    { return a + " & " + b }
func (postgresSyntax) either(a, b string) string  { return a + " | " + b }
func (postgresSyntax) without(a, b string) string { return a + " & !" + b }

func (postgresSyntax) facets(anyOf []string) string {
	return "('" + markFacet + strings.Join(anyOf, "' | '"+markFacet) + "')"
}

func (s postgresSyntax) clauses(terms []term, in area) string {
	var all []string
	for _, t := range terms {
		var places []string
		for _, p := range []struct {
			area area
			mark string
		}{{inTitle, markTitle}, {inBody, markBody}, {inNotes, markNotes}} {
			if in&p.area == 0 {
				continue
			}
			one := "'" + p.mark + strings.Join(t.words, "' <-> '"+p.mark) + "'"
			if t.prefix {
				one += ":*"
			}
			places = append(places, "("+one+")")
		}
		one := "(" + strings.Join(places, " | ") + ")"
		if t.not {
			one = "!" + one
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return s.facets([]string{everything})
	}
	return strings.Join(all, " & ")
}
