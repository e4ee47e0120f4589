package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"steward/internal/fault"
	"steward/internal/suggest"
)

const (
	maxTerms   = 32 // words and phrases of a query that count
	maxFilters = 16
)

// term is a word or a phrase that must, or must not, be in a record.
type term struct {
	words  []string
	prefix bool // the last word is only the beginning of one
	not    bool
}

// clause is one typed filter as written.
type clause struct {
	name, value string
	not         bool
}

// query is what somebody looks for.
type query struct {
	terms   []term
	typing  bool // the last word looked for may be the beginning of one: whole words come first
	filters []clause
	kinds   []string // of kind:
	in      area     // of in:
	hints   []string
}

// area is a set of parts of a document.
type area uint8

// The parts.
const (
	inTitle area = 1 << iota
	inBody
	inNotes
	inAll = inTitle | inBody | inNotes
)

var areas = map[string]area{"title": inTitle, "text": inBody, "notes": inNotes}

// piece is a word, phrase or filter of the text, before its words are split.
type piece struct {
	not    bool
	name   string // of a filter, as written; "" for none
	text   string // without quotes
	quoted bool
}

// pieces takes the text apart. Every text has a meaning: a quote that is not closed goes to
// the end.
func pieces(text string, yield func(p piece) bool) {
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return
		}
		var p piece
		if rest, ok := strings.CutPrefix(text, "-"); ok && rest != "" && !startsWithSpace(rest) {
			p.not, text = true, rest
		}
		if m := filterName.FindString(text); m != "" && len(m) < len(text) && !startsWithSpace(text[len(m):]) {
			p.name, text = m[:len(m)-1], text[len(m):]
		}
		if rest, ok := strings.CutPrefix(text, `"`); ok {
			p.quoted = true
			p.text, text, _ = strings.Cut(rest, `"`)
		} else if end := strings.IndexFunc(text, unicode.IsSpace); end >= 0 {
			p.text, text = text[:end], text[end:]
		} else {
			p.text, text = text, ""
		}
		if !yield(p) {
			return
		}
	}
}

var filterName = regexp.MustCompile(`^[A-Za-z_]{2,20}:`)

func startsWithSpace(s string) bool {
	c, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(c)
}

// The filters that every kind has.
var builtIn = []string{"kind", "in"}

// parse reads a query. Only a filter that does not exist, or a value it does not take, is an
// error; names are the filters there are, kinds the kinds.
func parse(text string, names, kinds []string) (query, error) {
	q := query{in: inAll}
	known := append(slices.Clone(builtIn), names...)
	var err error
	pieces(strings.ToValidUTF8(text, " "), func(p piece) bool {
		name := strings.ToLower(p.name)
		switch {
		case len(q.terms) >= maxTerms || len(q.filters) >= maxFilters:
			q.hints = append(q.hints, "This is very long: only its beginning was looked for.")
			return false
		case p.name == "":
			q.add(p, p.text)
		case slices.Contains(known, name) && p.text != "":
			err = q.filter(clause{name, p.text, p.not}, kinds)
		case slices.Contains(known, name):
			q.add(p, p.name)
		case suggest.Nearest(name, names) != "" && p.text != "":
			err = fault.Field("q", p.name, strings.Join(known, ", "), "There is no filter %q.%s Put quotes around it to look for the words.", p.name, suggest.DidYouMean(name, known))
		default: // "https://…", "Re:…": text like any other
			if p.text != "" && !strings.HasPrefix(p.text, "//") {
				q.hints = append(q.hints, `There is no filter "`+p.name+`"; its words were looked for.`)
			}
			q.add(p, p.name+":"+p.text)
		}
		return err == nil
	})
	return q, err
}

// add adds the words of a piece as one term: what is written together stands together.
func (q *query) add(p piece, text string) {
	t := term{not: p.not}
	last := run{}
	runs(text, func(r run) bool {
		if last.to > 0 {
			t.words = append(t.words, last.split(text, true)...)
		}
		last = r
		return len(t.words) < maxTerms
	})
	if last.to == 0 {
		return // only punctuation
	}
	tail := last.split(text, false)
	t.words = append(t.words, tail...)
	if len(t.words) == 0 {
		return
	}
	t.prefix = last.pairs && utf8.RuneCountInString(t.words[len(t.words)-1]) == 1
	q.terms = append(q.terms, t)
	if !p.not {
		q.typing = !p.quoted && !t.prefix && !last.pairs && len(tail) > 0 && utf8.RuneCountInString(tail[0]) > 1
	}
}

func (q *query) filter(c clause, kinds []string) error {
	switch c.name {
	case "kind":
		for _, k := range strings.Split(strings.ToLower(c.value), ",") {
			if !slices.Contains(kinds, k) {
				return fault.Field("q", k, strings.Join(kinds, ", "), "There is no kind %q.%s", k, suggest.DidYouMean(k, kinds))
			}
			if !c.not {
				q.kinds = append(q.kinds, k)
			}
		}
		if c.not {
			for _, k := range kinds {
				if !slices.Contains(strings.Split(strings.ToLower(c.value), ","), k) {
					q.kinds = append(q.kinds, k)
				}
			}
			if len(q.kinds) == 0 {
				q.in = 0 // every kind is excluded
			}
		}
	case "in":
		a, ok := areas[strings.ToLower(c.value)]
		if !ok {
			return fault.Field("q", c.value, "title, text or notes", "One cannot look in %q.%s", c.value, suggest.DidYouMean(c.value, []string{"title", "text", "notes"}))
		}
		if c.not {
			a = inAll &^ a
		}
		q.in &= a
	default:
		q.filters = append(q.filters, c)
	}
	return nil
}

// whole is the query's terms with the last as a beginning (typing) or as a whole word.
func (q *query) whole(typing bool) []term {
	out := slices.Clone(q.terms)
	for i := len(out) - 1; typing && q.typing && i >= 0; i-- {
		if !out[i].not {
			out[i].prefix = true
			break
		}
	}
	return out
}
