package search

import (
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/lang"
)

// maxCompletions is how many completions are offered.
const maxCompletions = 20

// Complete says what could be written next: the names of filters that begin like the last
// word, or the values of the filter that it names. Whoever may read records of some kind may.
func (s *Service) Complete(ctx context.Context, tx db.Tx, by act.Actor, text string) ([]Completion, error) {
	if len(s.readable(by)) == 0 {
		return nil, by.Denied("read", s.kinds[0].Name)
	}
	var last piece
	pieces(text, func(p piece) bool { last = p; return true })
	if strings.TrimRight(text, " \t\n") != text {
		last = piece{}
	}
	minus := ""
	if last.not {
		minus = "-"
	}
	if last.name == "" {
		word := strings.ToLower(last.text)
		if name, ok := strings.CutSuffix(word, ":"); ok {
			return s.values(ctx, tx, by, minus, name, "")
		}
		return s.filterNames(lang.In(ctx), by, minus, word), nil
	}
	return s.values(ctx, tx, by, minus, strings.ToLower(last.name), last.text)
}

// readable are the kinds the actor may read.
func (s *Service) readable(by act.Actor) (out []*Kind) {
	for _, k := range s.kinds {
		if by.May("read", k.right()) {
			out = append(out, k)
		}
	}
	return out
}

func (s *Service) filterNames(l *lang.Language, by act.Actor, minus, word string) (out []Completion) {
	all := []Completion{{"kind:", l.Word("What sort of record.")}, {"in:", l.Word("Where to look: title, text or notes.")}}
	for _, k := range s.readable(by) {
		for _, f := range k.Filters {
			all = append(all, Completion{f.Name + ":", l.Word(f.Doc)})
		}
	}
	for _, c := range all {
		c.Text = minus + c.Text
		if strings.HasPrefix(c.Text, minus+word) && !slices.ContainsFunc(out, func(o Completion) bool { return o.Text == c.Text }) && len(out) < maxCompletions {
			out = append(out, c)
		}
	}
	return out
}

func (s *Service) values(ctx context.Context, tx db.Tx, by act.Actor, minus, name, text string) (out []Completion, err error) {
	var all []Completion
	l, kinds := lang.In(ctx), s.readable(by)
	switch name {
	case "kind":
		for _, k := range kinds {
			all = append(all, Completion{k.Name, l.Word(k.Title)})
		}
	case "in":
		all = []Completion{{"title", l.Word("Titles and names.")}, {"text", l.Word("What everybody may read.")}, {"notes", l.Word("Internal notes.")}}
	}
	for _, k := range kinds {
		f := k.filter(name)
		if f == nil {
			continue
		}
		for _, v := range f.Values {
			all = append(all, Completion{v, l.Word(f.Doc)})
		}
		if f.Complete != nil {
			found, err := f.Complete(ctx, tx, by, text)
			if err != nil {
				return nil, err
			}
			for _, c := range found { // it may have found them by another name
				out = add(out, Completion{minus + name + ":" + quoted(c.Text), c.Doc})
			}
		}
	}
	for _, c := range all {
		if strings.HasPrefix(c.Text, strings.ToLower(text)) {
			out = add(out, Completion{minus + name + ":" + quoted(c.Text), c.Doc})
		}
	}
	return out, nil
}

func add(out []Completion, c Completion) []Completion {
	if len(out) >= maxCompletions || slices.ContainsFunc(out, func(o Completion) bool { return o.Text == c.Text }) {
		return out
	}
	return append(out, c)
}

// quoted puts quotes around a value that has spaces.
func quoted(v string) string {
	if strings.ContainsAny(v, " \t") {
		return `"` + v + `"`
	}
	return v
}
