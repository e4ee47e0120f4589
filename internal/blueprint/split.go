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
	// The present chunk runs from begin, on line first of the file; lines up to at have been seen.
	begin, at, first, line := 0, 0, 1, 0
	comments, content := false, false
	for l := range strings.Lines(text) {
		start := at
		at, line = at+len(l), line+1
		if !isMarker(l) {
			blank := isBlank(l)
			content = content || !blank
			comments = comments || blank && strings.TrimSpace(l) != ""
			continue
		}
		if comments && !content {
			continue // only comments so far: they belong to what follows
		}
		if content {
			out = append(out, chunk{text[begin:start], first})
		}
		begin, first, comments, content = at, line+1, false, false
		if rest := strings.TrimSpace(l[3:]); rest != "" { // the marker's own comment, or content that belongs on its own line
			begin, first, comments, content = start, line, rest[0] == '#', rest[0] != '#'
		}
	}
	switch {
	case content:
		out = append(out, chunk{text[begin:], first})
	case comments && len(out) > 0:
		last := &out[len(out)-1]
		last.text += "---\n" + text[begin:]
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
