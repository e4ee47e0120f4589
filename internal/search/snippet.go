package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Part is a stretch of plain text. Whoever shows it marks what was found and escapes the
// text as any other: there is no markup in it.
type Part struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit" doc:"What was looked for."`
}

const (
	before = 60  // characters of a snippet before what was found
	around = 200 // characters of a snippet
)

// show marks what was found in the title and in the first place of the text that has some.
func (q *query) show(d Document) (title, snippet []Part) {
	terms := q.whole(true)
	title = mark(d.Title, q.spots(d.Title, terms), 0, len(d.Title))
	for _, text := range []string{d.Body, d.Notes} {
		spots := q.spots(text, terms)
		if len(spots) == 0 {
			continue
		}
		from, to := window(text, spots[0].from)
		return title, mark(text, spots, from, to)
	}
	return title, nil
}

// Around is the part of a plain text around the first of some words (as Split gives them) that it has, with those marked and with
// what begins with them; nil where it has none.
func Around(text string, words []string) []Part {
	terms := make([]term, len(words))
	for i, w := range words {
		terms[i] = term{words: []string{w}, prefix: true}
	}
	spots := (&query{}).spots(text, terms)
	if len(spots) == 0 {
		return nil
	}
	from, to := window(text, spots[0].from)
	return mark(text, spots, from, to)
}

// maxSpots is how many places of a text are looked for: a snippet shows the first.
const maxSpots = 50

// spots are the runs of the text that are words of the query. Phrases are marked by their
// words.
func (q *query) spots(text string, terms []term) (out []run) {
	if len(terms) == 0 {
		return nil
	}
	runs(text, func(r run) bool {
		words := r.split(text, true)
		for _, t := range terms {
			if !t.not && t.marks(words) {
				out = append(out, r)
				break
			}
		}
		return len(out) < maxSpots
	})
	return out
}

func (t term) marks(words []string) bool {
	for i, want := range t.words {
		last := t.prefix && i == len(t.words)-1
		if slices.ContainsFunc(words, func(w string) bool { return w == want || last && strings.HasPrefix(w, want) }) {
			return true
		}
	}
	return false
}

// window is the part of a text around a place, cut between characters.
func window(text string, at int) (from, to int) {
	from = back(text, at, before)
	if from > 0 { // begin with a word
		if i := strings.IndexAny(text[from:at], " \n\t"); i >= 0 {
			from += i + 1
		}
	}
	to = from
	for n := 0; n < around && to < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	return from, to
}

func back(text string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}

// mark cuts text[from:to] into parts. White space is folded.
func mark(text string, spots []run, from, to int) (out []Part) {
	add := func(s string, hit bool) {
		if s = fields(s); s != "" {
			out = append(out, Part{s, hit})
		}
	}
	at := from
	if from > 0 {
		out = append(out, Part{Text: "… "})
	}
	for _, r := range spots {
		if r.from < at || r.from >= to {
			continue
		}
		add(text[at:r.from], false)
		end := min(r.to, to)
		add(text[r.from:end], true)
		at = end
	}
	add(text[at:to], false)
	if to < len(text) {
		out = append(out, Part{Text: " …"})
	}
	return out
}

// fields folds each stretch of white space into one space.
func fields(s string) string {
	out := strings.Join(strings.Fields(s), " ")
	if s != "" && strings.TrimLeft(s, " \n\t\r") != s {
		out = " " + out
	}
	if out != " " && strings.TrimRight(s, " \n\t\r") != s {
		out += " "
	}
	return out
}
