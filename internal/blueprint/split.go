package blueprint

import "strings"

// chunk is the text of one document within its file.
type chunk struct {
	text string
	line int // of the file, from 1, that the text begins on
}

// split cuts a file at its lines that begin with ---; YAML allows such a line nowhere else. Nothing
// an author wrote gets lost: comments before the first document belong to it, comments after the
// last one to that, each together with the --- between. Splitting a chunk's text yields the chunk.
func split(text string) []chunk {
	var out []chunk
	cur := chunk{line: 1}
	line := 0
	for _, l := range strings.SplitAfter(text, "\n") {
		line++
		if !isMarker(l) {
			cur.text += l
			continue
		}
		if isBlank(cur.text) && strings.TrimSpace(cur.text) != "" {
			cur.text += l // only comments so far: they belong to what follows
			continue
		}
		if !isBlank(cur.text) {
			out = append(out, cur)
		}
		cur = chunk{line: line + 1}
		if strings.TrimSpace(l) != "---" {
			cur = chunk{text: l, line: line} // the marker's own comment
		}
	}
	switch {
	case !isBlank(cur.text):
		out = append(out, cur)
	case strings.TrimSpace(cur.text) != "" && len(out) > 0:
		out[len(out)-1].text += "---\n" + cur.text
	}
	return out
}

// isMarker reports whether a line separates documents.
func isMarker(line string) bool {
	rest, ok := strings.CutPrefix(line, "---")
	return ok && (rest == "" || strings.ContainsAny(rest[:1], " \t\r\n"))
}

// isBlank reports whether a text has nothing but comments and markers in it.
func isBlank(text string) bool {
	for l := range strings.Lines(text) {
		if isMarker(l) {
			l = l[3:]
		}
		if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
			return false
		}
	}
	return true
}

// unmarked is a chunk's text with its markers made comments of the same length, so that it parses as
// one document. A marker with content after it stays as it is.
func unmarked(text string) string {
	if !strings.Contains(text, "---") {
		return text
	}
	var out strings.Builder
	for l := range strings.Lines(text) {
		if isMarker(l) && isBlank(l) {
			l = "#--" + l[3:]
		}
		out.WriteString(l)
	}
	return out.String()
}
