package blueprint

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// fieldEditor finds the bytes of one value in a text and writes others there.
type fieldEditor struct {
	text   string
	starts []int // of the lines
}

func lineStarts(text string) []int {
	out := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			out = append(out, i+1)
		}
	}
	return out
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// at is the byte at a line and a column, which counts characters; both from 1.
func (e *fieldEditor) at(line, column int) int {
	if line < 1 || line > len(e.starts) {
		return len(e.text)
	}
	i := e.starts[line-1]
	for ; column > 1 && i < len(e.text); column-- {
		_, n := utf8.DecodeRuneInString(e.text[i:])
		i += n
	}
	return i
}

// lineOf is the index of the line that a byte is on.
func (e *fieldEditor) lineOf(i int) int {
	n, found := slices.BinarySearch(e.starts, i)
	if !found {
		n--
	}
	return n
}

// lineEnd is the byte behind the line that i is on, its line ending included.
func (e *fieldEditor) lineEnd(i int) int {
	if n := e.lineOf(i) + 1; n < len(e.starts) {
		return e.starts[n]
	}
	return len(e.text)
}

// set writes value at a place below n; ok is false when this does not know how.
func (e *fieldEditor) set(n *node, steps []pathStep, value any, as style) (out string, ok bool) {
	flow := false
	for {
		s, last := steps[0], len(steps) == 1
		start := e.at(n.line, n.column)
		flow = flow || start < len(e.text) && (e.text[start] == '[' || e.text[start] == '{')
		var child *node
		from := 0 // where the entry begins: its key, or its item
		if n.kind == mapping && s.name != "" {
			if k := n.key(s.name); k != nil {
				child, from = k.value, e.at(k.line, k.column)
			}
		} else if n.kind == list && s.name == "" {
			if s.index < len(n.items) {
				child = n.items[s.index]
				from = e.at(child.line, child.column)
			}
		} else {
			return "", false
		}
		switch {
		case child == nil && value == nil:
			return "", false
		case child == nil || child.kind == null && !last:
			value = nested(steps[1:], value)
			if child == nil {
				return e.add(n, s, flow, value, as)
			}
			return e.replace(n, s, child, from, flow, value, as)
		case last && value == nil:
			return e.remove(n, s, child, from, flow)
		case last:
			return e.replace(n, s, child, from, flow, value, as)
		}
		n, steps = child, steps[1:]
	}
}

// nested is a value inside the objects that a path still names.
func nested(steps []pathStep, value any) any {
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].name == "" {
			value = []any{value}
			continue
		}
		value = map[string]any{steps[i].name: value}
	}
	return value
}

// replace writes a value over another.
func (e *fieldEditor) replace(n *node, s pathStep, child *node, from int, flow bool, value any, as style) (string, bool) {
	start, end := e.at(child.line, child.column), e.end(child, flow)
	if child.kind == null && !e.written(child) {
		// Nothing is written behind the colon.
		colon := e.colon(from)
		return e.text[:colon] + " " + inYAML(value, flow, as) + e.text[colon:], colon > 0
	}
	if text, isText := value.(string); isText && child.kind == scalar {
		switch {
		case (child.style == literal || child.style == folded) && !flow && strings.HasSuffix(text, "\n") && !strings.HasSuffix(text, "\n\n"):
			return e.block(child, start, end, text)
		case child.style == quoted && e.text[start] == '\'' && !strings.ContainsAny(text, "\n\r\t"):
			return e.text[:start] + "'" + strings.ReplaceAll(text, "'", "''") + "'" + e.text[end:], true
		case child.style == quoted:
			return e.text[:start] + quote(text) + e.text[end:], true
		}
	}
	if child.kind == list || child.kind == mapping {
		if open := e.text[start]; open != '[' && open != '{' && !flow {
			return e.blockEntries(n, s, child, from, end, value, as)
		}
	}
	return e.text[:start] + inYAML(value, flow, as) + e.text[end:], true
}

// written reports whether a null is spelt out.
func (e *fieldEditor) written(n *node) bool {
	rest := e.text[e.at(n.line, n.column):]
	return strings.HasPrefix(rest, "~") || len(rest) >= 4 && strings.EqualFold(rest[:4], "null")
}

// colon is the byte behind the colon of the key that begins at from.
func (e *fieldEditor) colon(from int) int {
	i := from
	if i < len(e.text) && (e.text[i] == '"' || e.text[i] == '\'') {
		i = e.quoteEnd(i)
	}
	n := strings.IndexByte(e.text[i:], ':')
	return i + n + 1
}

// block writes other lines into a text block, under the same header.
func (e *fieldEditor) block(child *node, start, end int, text string) (string, bool) {
	if child.indent == 0 || strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\n") || child.style == folded {
		return e.text[:start] + quote(text) + e.text[end:], true
	}
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, l := range lines {
		if l != "" {
			b.WriteString(strings.Repeat(" ", child.indent) + l)
		}
		if i < len(lines)-1 {
			b.WriteByte('\n')
		}
	}
	header := e.lineEnd(start)
	return e.text[:header] + b.String() + e.text[end:], header < end
}

// blockEntries writes a list or object over one that is written on lines of its own.
func (e *fieldEditor) blockEntries(n *node, s pathStep, child *node, from, end int, value any, as style) (string, bool) {
	start := e.at(child.line, child.column)
	indent := strings.Repeat(" ", utf8.RuneCountInString(e.text[e.starts[e.lineOf(start)]:start]))
	var lines []string
	switch v := value.(type) {
	case []any:
		if child.kind == list && len(v) > 0 {
			for _, x := range v {
				lines = append(lines, "- "+inYAML(x, false, as))
			}
		}
	case map[string]any:
		if child.kind == mapping && len(v) > 0 {
			lines = members(v, false, as)
		}
	}
	if lines != nil {
		return e.text[:start] + strings.Join(lines, "\n"+indent) + e.text[end:], true
	}
	if s.name == "" {
		return e.text[:start] + inYAML(value, false, as) + e.text[end:], true
	}
	colon := e.colon(from)
	return e.text[:colon] + " " + inYAML(value, false, as) + e.text[end:], colon <= start
}

// add writes a new entry behind the last one.
func (e *fieldEditor) add(n *node, s pathStep, flow bool, value any, as style) (string, bool) {
	entry := inYAML(value, flow, as)
	if s.name != "" {
		entry = inYAML(s.name, true, as) + ": " + entry
	}
	start, end := e.at(n.line, n.column), e.end(n, flow)
	if flow {
		if start >= end || end > len(e.text) || e.text[start] != '[' && e.text[start] != '{' {
			return "", false
		}
		if len(n.keys)+len(n.items) == 0 {
			return e.text[:start+1] + entry + e.text[end-1:], true
		}
		last := e.lastEnd(n, true)
		return e.text[:last] + ", " + entry + e.text[last:], true
	}
	column := n.column
	if s.name == "" {
		entry = "- " + entry
		if len(n.items) == 0 {
			return "", false
		}
		column = e.dash(n.items[0])
	}
	if column < 1 {
		return "", false
	}
	line := e.lineEnd(max(end-1, 0))
	before := e.text[:line]
	if !strings.HasSuffix(before, "\n") {
		return before + "\n" + strings.Repeat(" ", column-1) + entry, true
	}
	return before + strings.Repeat(" ", column-1) + entry + "\n" + e.text[line:], true
}

// dash is the column of the - before an item of a list, 0 when there is none on its line.
func (e *fieldEditor) dash(item *node) int {
	i := e.at(item.line, item.column)
	line := e.starts[e.lineOf(i)]
	before := strings.TrimRight(e.text[line:i], " ")
	if strings.HasPrefix(e.text[i:], "- ") && strings.TrimSpace(e.text[line:i]) == "" { // an implicit null, or the parser points at the dash
		return i - line + 1
	}
	if !strings.HasSuffix(before, "-") {
		return 0
	}
	return utf8.RuneCountInString(before)
}

// remove takes an entry out with its line, or with its comma.
func (e *fieldEditor) remove(n *node, s pathStep, child *node, from int, flow bool) (string, bool) {
	end := e.end(child, flow)
	if child.kind == null && !e.written(child) {
		end = e.colon(from)
	}
	if flow {
		for end < len(e.text) && (e.text[end] == ' ' || e.text[end] == ',') {
			comma := e.text[end] == ','
			if end++; comma {
				for end < len(e.text) && e.text[end] == ' ' {
					end++
				}
				return e.text[:from] + e.text[end:], true
			}
		}
		before := strings.TrimRight(e.text[:from], " \r\n")
		if !strings.HasSuffix(before, ",") {
			return e.text[:from] + strings.TrimLeft(e.text[end:], " "), true
		}
		return strings.TrimSuffix(before, ",") + " " + strings.TrimLeft(e.text[end:], " "), true
	}
	line := e.starts[e.lineOf(from)]
	lead := strings.TrimSpace(e.text[line:from])
	if lead != "" && (s.name != "" || lead != "-") {
		return "", false // it shares its line with what stays
	}
	return e.text[:line] + e.text[e.lineEnd(max(end-1, 0)):], true
}

// end is the byte behind a value, before its comment.
func (e *fieldEditor) end(n *node, flow bool) int {
	start := e.at(n.line, n.column)
	if start >= len(e.text) {
		return len(e.text)
	}
	switch {
	case n.kind == null:
		switch {
		case !e.written(n):
			return start
		case e.text[start] == '~':
			return start + 1
		}
		return start + 4
	case e.text[start] == '[' || e.text[start] == '{':
		return e.bracketEnd(start)
	case n.kind != scalar:
		return e.lastEnd(n, flow)
	case n.style == quoted:
		return e.quoteEnd(start)
	case n.style == literal || n.style == folded:
		return e.blockEnd(n, start)
	}
	return e.plainEnd(n, start, flow)
}

// lastEnd is the byte behind the last entry of a list or object.
func (e *fieldEditor) lastEnd(n *node, flow bool) int {
	if n.kind == list {
		if len(n.items) == 0 {
			return e.at(n.line, n.column)
		}
		return e.end(n.items[len(n.items)-1], flow)
	}
	if len(n.keys) == 0 {
		return e.at(n.line, n.column)
	}
	k := n.keys[len(n.keys)-1]
	if k.value.kind == null && !e.written(k.value) {
		return e.colon(e.at(k.line, k.column))
	}
	return e.end(k.value, flow)
}

// quoteEnd is the byte behind the quote that closes the one at i.
func (e *fieldEditor) quoteEnd(i int) int {
	q := e.text[i]
	for i++; i < len(e.text); i++ {
		switch {
		case e.text[i] == '\\' && q == '"':
			i++
		case e.text[i] == q && q == '\'' && i+1 < len(e.text) && e.text[i+1] == q:
			i++
		case e.text[i] == q:
			return i + 1
		}
	}
	return len(e.text)
}

// bracketEnd is the byte behind the bracket that closes the one at i.
func (e *fieldEditor) bracketEnd(i int) int {
	depth := 0
	for i < len(e.text) {
		switch c := e.text[i]; {
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case (c == '"' || c == '\'') && strings.ContainsRune(" ,[{:\n", rune(e.text[i-1])):
			i = e.quoteEnd(i)
			continue
		case c == '#' && (e.text[i-1] == ' ' || e.text[i-1] == '\n'):
			i = e.lineEnd(i)
			continue
		}
		i++
	}
	return len(e.text)
}

// blockEnd is the byte behind the last line of a text block that is not empty, without its
// line ending.
func (e *fieldEditor) blockEnd(n *node, start int) int {
	end := e.lineEnd(start)
	for i := end; i < len(e.text); {
		next := e.lineEnd(i)
		l := strings.TrimRight(e.text[i:next], " \r\n")
		if l != "" && len(l)-len(strings.TrimLeft(l, " ")) < n.indent {
			break
		}
		if l != "" {
			end = i + len(strings.TrimRight(e.text[i:next], "\r\n"))
		}
		i = next
	}
	return end
}

// plainEnd is the byte behind a text without quotes.
func (e *fieldEditor) plainEnd(n *node, start int, flow bool) int {
	i := start
	for ; i < len(e.text) && e.text[i] != '\n'; i++ {
		c := e.text[i]
		if c == '#' && i > start && e.text[i-1] == ' ' || flow && (c == ',' || c == ']' || c == '}') {
			break
		}
	}
	end := start + len(strings.TrimRight(e.text[start:i], " \t\r"))
	for !flow && e.text[start:end] != n.text && len(strings.Join(strings.Fields(e.text[start:end]), " ")) < len(n.text) && i < len(e.text) {
		next := e.lineEnd(i + 1) // it goes on on the next line
		l, _, _ := strings.Cut(e.text[i+1:next], " #")
		end = i + 1 + len(strings.TrimRight(l, " \t\n"))
		i = next - 1
		if next >= len(e.text) {
			break
		}
	}
	return end
}
