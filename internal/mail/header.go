package mail

import (
	"bytes"
	"net/textproto"
	"strings"
)

// Header is a header block as it was read: every field in order, unfolded, still encoded.
type Header []Field

// Field is one header field. Name is in canonical form ("Message-Id"), Value is unfolded.
type Field struct {
	Name  string
	Value string
}

// Get returns the raw value of the first field of that name, "" when there is none.
func (h Header) Get(name string) string {
	name = textproto.CanonicalMIMEHeaderKey(name)
	for _, f := range h {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Has reports whether there is a field of that name, even an empty one.
func (h Header) Has(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(name)
	for _, f := range h {
		if f.Name == name {
			return true
		}
	}
	return false
}

// Values returns the raw values of all fields of that name, in order.
func (h Header) Values(name string) []string {
	name = textproto.CanonicalMIMEHeaderKey(name)
	var vs []string
	for _, f := range h {
		if f.Name == name {
			vs = append(vs, f.Value)
		}
	}
	return vs
}

// Decoded returns the first field of that name with encoded words decoded and cleaned of
// control characters.
func (h Header) Decoded(name string) string {
	return cleanLine(decodeWords(h.Get(name)))
}

// headerReader takes a header block apart.
type headerReader struct {
	header   Header
	name     string
	value    []byte
	fields   int
	problems []string
}

// splitHeader reads the header at the start of raw and returns it with the body after it.
// Past max bytes or fields it stops keeping, but still finds where the body begins.
func splitHeader(raw []byte, max, fields int) (Header, []byte, []string) {
	r := headerReader{fields: fields}
	rest := raw
	for len(rest) > 0 {
		if len(raw)-len(rest) >= max {
			r.problem("The header is larger than the limit; the rest of it was left out.")
			rest = afterBlankLine(rest)
			break
		}
		line, next := cutLine(rest, max)
		if len(line) == 0 {
			rest = next
			break
		}
		if !r.line(line) {
			if !headerFollows(next, max) {
				// A mail whose writer forgot the empty line: this is where the body begins.
				r.problem("There is no empty line between header and body.")
				break
			}
			r.problem("A header line is neither a field nor indented.")
			r.extend(line)
		}
		rest = next
	}
	r.flush()
	return r.header, rest, r.problems
}

// line takes one line; false means it looks like no header line at all.
func (r *headerReader) line(line []byte) bool {
	if line[0] == ' ' || line[0] == '\t' {
		r.extend(line)
		return true
	}
	name, value, ok := cutField(line)
	if !ok {
		// ":" first, or a name with impossible characters: drop it, keep reading.
		if i := bytes.IndexByte(line, ':'); i >= 0 && bytes.IndexByte(line[:i], ' ') < 0 {
			r.problem("A header field has an impossible name.")
			return true
		}
		return false
	}
	r.flush()
	r.name = textproto.CanonicalMIMEHeaderKey(string(name))
	r.value = append(r.value[:0], bytes.TrimSpace(value)...)
	return true
}

// extend adds a continuation line to the field being read.
func (r *headerReader) extend(line []byte) {
	line = bytes.TrimSpace(line)
	if r.name == "" || len(line) == 0 {
		return
	}
	if len(r.value) > 0 {
		r.value = append(r.value, ' ')
	}
	r.value = append(r.value, line...)
}

func (r *headerReader) flush() {
	if r.name == "" {
		return
	}
	if len(r.header) < r.fields {
		r.header = append(r.header, Field{r.name, string(r.value)})
	} else {
		r.problem("The header has more fields than the limit; the rest was left out.")
	}
	r.name = ""
}

func (r *headerReader) problem(s string) { r.problems = addProblem(r.problems, s) }

// addProblem appends s unless it was said already.
func addProblem(list []string, s string) []string {
	for _, p := range list {
		if p == s {
			return list
		}
	}
	return append(list, s)
}

// cutField splits "Name: value"; ok is false when the line is not a field. A space before
// the colon is tolerated: old gateways write it.
func cutField(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 {
		return nil, nil, false
	}
	name = bytes.TrimRight(line[:i], " \t")
	if len(name) == 0 {
		return nil, nil, false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return nil, nil, false
		}
	}
	return name, line[i+1:], true
}

// cutLine returns the first line of b and what follows it. CR LF, LF, CR and CR CR LF all
// end a line, because all four occur. At most max bytes are searched.
func cutLine(b []byte, max int) (line, rest []byte) {
	n := min(len(b), max)
	for i := 0; i < n; i++ {
		switch b[i] {
		case '\n':
			return b[:i], b[i+1:]
		case '\r':
			j := i + 1
			for j < len(b) && b[j] == '\r' {
				j++
			}
			if j < len(b) && b[j] == '\n' {
				return b[:i], b[j+1:]
			}
			return b[:i], b[i+1:]
		}
	}
	return b[:n], b[n:]
}

// headerFollows reports whether a field stands in the next few lines before an empty one.
func headerFollows(b []byte, max int) bool {
	for range 5 {
		if len(b) == 0 {
			return false
		}
		line, rest := cutLine(b, max)
		if len(line) == 0 {
			return false
		}
		if _, _, ok := cutField(line); ok && line[0] != ' ' && line[0] != '\t' {
			return true
		}
		b = rest
	}
	return false
}

// afterBlankLine returns what follows the first empty line.
func afterBlankLine(b []byte) []byte {
	best := -1
	for _, sep := range []string{"\r\n\r\n", "\n\n", "\n\r\n"} {
		if i := bytes.Index(b, []byte(sep)); i >= 0 && (best < 0 || i+len(sep) < best) {
			best = i + len(sep)
		}
	}
	if best < 0 {
		return nil
	}
	return b[best:]
}

// cleanLine makes a decoded value one printable line: no control characters, no runs of
// white space, valid UTF-8.
func cleanLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < ' ' || r == 0x7f || r == 0xFEFF:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
