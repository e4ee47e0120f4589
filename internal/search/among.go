package search

import (
	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// amongMost is how many matches of words count beside other predicates: the newest.
const amongMost = 20_000

// Words is one word or phrase that a record must, or must not, have.
type Words struct {
	Text   string
	Prefix bool // the last word is only the beginning of one
	Not    bool
	Title  bool // in the title only
}

// Among is a predicate that the record with the id in column is among those of a kind with all of the
// words: the newest 20,000 of them. It is for surfaces with a query language of their own, which add it to
// predicates of their own; they check who may see the records. What only colleagues read counts for
// whoever may read it in every record. ok is false when nothing of the words can be looked for.
func (s *Service) Among(e db.Engine, by act.Actor, kind, column string, all []Words) (predicate string, args []any, ok bool) {
	var k *Kind
	for _, one := range s.kinds {
		if one.Name == kind {
			k = one
		}
	}
	if k == nil {
		return "", nil, false
	}
	where := inTitle | inBody
	if k.NotesFor != "" && auth.Scope(by, k.NotesFor, kind).All() {
		where |= inNotes
	}
	text := ""
	both := syntax(sqliteSyntax{})
	if e == db.Postgres {
		both = postgresSyntax{}
	}
	for _, w := range all {
		var q query
		q.add(piece{not: w.Not, quoted: true}, w.Text)
		if len(q.terms) == 0 {
			continue
		}
		q.terms[0].prefix = q.terms[0].prefix || w.Prefix
		in := where
		if w.Title {
			in = inTitle
		}
		one := "(" + match{terms: q.terms, in: in}.text(e) + ")"
		if text != "" {
			one = both.both(text, one)
		}
		text = one
	}
	if text == "" {
		return "", nil, false
	}
	base, condition := k.key(0), `s.search_index MATCH ?`
	if e == db.Postgres {
		condition = `s.words @@ ?::text::tsquery`
	}
	return column + ` IN (SELECT s.rowid - ` + number(base) + ` FROM search_index s WHERE ` + condition + ` AND s.rowid > ? AND s.rowid <= ? ORDER BY s.rowid DESC LIMIT ` + number(amongMost) + `)`,
		[]any{text, base, base | (1<<kindBits - 1)}, true
}
