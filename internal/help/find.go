package help

import (
	"cmp"
	"slices"
	"strings"

	"steward/internal/search"
)

// Hit is a section that was found.
type Hit struct {
	Page    Page
	Section Section
	Snippet []search.Part // around the first word of it; nil where only its title has them
	weight  int
}

// little are words that say nothing about what is looked for.
var little = search.Split("a an and are as at be by can could do does for from get has have how i if in into is it its me my of on or our so that the their them there this to we what when where which who why will with you your")

// Find returns at most n sections that have every word that was typed, or one that begins with it: those whose title has them
// first. Of a question in a sentence the little words are left out.
func Find(typed string, n int) (out []Hit) {
	all := search.Split(typed)
	wanted := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return slices.Contains(little, w) })
	if len(wanted) == 0 {
		wanted = all
	}
	if len(wanted) == 0 {
		return nil
	}
	for _, p := range Pages() {
		for _, s := range p.Sections {
			if h := (Hit{Page: p, Section: s}); h.look(wanted) {
				out = append(out, h)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Compare(b.weight, a.weight) })
	return out[:min(n, len(out))]
}

// look weighs the section; false when a word is nowhere in it.
func (h *Hit) look(wanted []string) bool {
	title, page, body := search.Split(h.Section.Title), search.Split(h.Page.Title), search.Split(h.Section.Text)
	for _, w := range wanted {
		begins := func(is string) bool { return strings.HasPrefix(is, w) }
		switch is := func(is string) bool { return is == w }; {
		case slices.ContainsFunc(title, is):
			h.weight += 12
		case slices.ContainsFunc(title, begins):
			h.weight += 8
		case slices.ContainsFunc(page, begins) && slices.ContainsFunc(body, begins):
			h.weight += 5
		case slices.ContainsFunc(body, is):
			h.weight += 3
		case slices.ContainsFunc(body, begins):
			h.weight++
		case slices.ContainsFunc(page, begins) && h.Section.Level <= 2:
		default:
			return false
		}
	}
	h.Snippet = search.Around(h.Section.Text, wanted)
	return true
}
