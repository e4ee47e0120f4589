package search

import (
	"slices"
	"strings"
)

// Plainly finds as the package says, by reading every record. It knows one filter, size.
func Plainly(text string, filters, kinds []string, records func(yield func(id int64, size, title, body, notes string))) (ids []int64, err error) {
	q, err := parse(text, filters, kinds)
	if err != nil || q.in == 0 || len(q.terms)+len(q.filters)+len(q.kinds) == 0 {
		return nil, err
	}
	var list []ranked
	records(func(id int64, size, title, body, notes string) {
		for _, c := range q.filters {
			if (c.value == size) == c.not {
				return
			}
		}
		parts := map[area][]string{inTitle: words(title), inBody: words(body), inNotes: words(notes)}
		switch {
		case !holds(q.whole(true), parts, q.in):
			return
		case q.in&inTitle != 0 && len(positive(q.whole(true))) > 0 && holds(positive(q.whole(true)), parts, inTitle):
			list = append(list, ranked{tierTitle, id})
		case holds(q.whole(false), parts, q.in):
			list = append(list, ranked{tierWhole, id})
		default:
			list = append(list, ranked{tierBeginning, id})
		}
	})
	slices.SortFunc(list, compare)
	for _, r := range list {
		ids = append(ids, r.id)
	}
	return ids[:min(len(ids), 100)], nil
}

func positive(terms []term) []term {
	return slices.DeleteFunc(slices.Clone(terms), func(t term) bool { return t.not })
}

func holds(terms []term, parts map[area][]string, in area) bool {
	for _, t := range terms {
		found := false
		for a, words := range parts {
			if in&a == 0 {
				continue
			}
			for i := range words {
				if i+len(t.words) <= len(words) && t.stands(words[i:i+len(t.words)]) {
					found = true
				}
			}
		}
		if found == t.not {
			return false
		}
	}
	return true
}

func (t term) stands(words []string) bool {
	for i, w := range t.words {
		if words[i] != w && !(t.prefix && i == len(t.words)-1 && strings.HasPrefix(words[i], w)) {
			return false
		}
	}
	return true
}
