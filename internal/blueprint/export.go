package blueprint

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Export writes a set as files, each blueprint with its author's text unchanged: those that came
// from a folder in the files they stood in and in their order, others as "kind/name.yaml".
// Retired ones are left out. Parsing the files yields the same texts, so exporting again yields
// the same bytes.
func Export(s *Set) map[string]string {
	files := map[string][]*item{}
	for _, it := range s.items {
		if !it.Retired {
			at := it.home()
			files[at] = append(files[at], it)
		}
	}
	out := make(map[string]string, len(files))
	for at, items := range files {
		slices.SortStableFunc(items, func(a, b *item) int { return cmp.Compare(a.line(), b.line()) })
		if text, ok := join(items); ok {
			out[at] = text
			continue
		}
		for _, it := range items {
			if own := it.own(); len(files[own]) == 0 || own == at {
				out[own] = it.Text
			} else { // somebody else's file has this name
				out["apart/"+own] = it.Text
			}
		}
	}
	return out
}

// own is the file of a blueprint that did not come from a folder.
func (it *item) own() string { return it.Key().String() + ".yaml" }

// home is the file a blueprint belongs in. What a folder could not have held is not trusted.
func (it *item) home() string {
	ext := path.Ext(it.Path)
	hidden := slices.ContainsFunc(strings.Split(it.Path, "/"), func(p string) bool { return strings.HasPrefix(p, ".") })
	if !fs.ValidPath(it.Path) || hidden || strings.Contains(it.Path, `\`) || ext != ".yaml" && ext != ".yml" || strings.TrimSuffix(path.Base(it.Path), ext) == "" {
		return it.own()
	}
	return it.Path
}

// line is where it stands in its file: behind the others when it did not come from it.
func (it *item) line() int {
	if it.home() != it.Path {
		return MaxFile
	}
	return it.Line
}

// join puts texts into one file, if reading it gives the same texts again.
func join(items []*item) (text string, ok bool) {
	var b strings.Builder
	for i, it := range items {
		if i > 0 && !isMarker(it.Text) {
			b.WriteString("---\n")
		}
		b.WriteString(it.Text)
	}
	text = b.String()
	chunks := split(text)
	ok = len(chunks) == len(items) && len(text) <= MaxFile
	for i := 0; ok && i < len(items); i++ {
		ok = chunks[i].text == items[i].Text
	}
	return text, ok
}
