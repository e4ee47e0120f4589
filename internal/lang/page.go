package lang

import (
	"fmt"
	"regexp"
	"strings"
)

// Pages of package html/template are translated before they are parsed, once for each language: Page
// finds the texts between their tags and actions. A sentence with its values and the elements within
// it is one message: `Write to <a href="…">{{.}}</a>.` is "Write to <0>%s</0>."

// inline are the elements that stand within a sentence.
var inline = map[string]bool{"a": true, "b": true, "i": true, "em": true, "strong": true, "span": true, "small": true, "code": true, "time": true}

var (
	partText   = regexp.MustCompile(`(?s)\{\{.*?\}\}|<!--.*?-->|<(?:[^<>{"]|"[^"]*"|\{\{.*?\}\})*>`)
	tagName    = regexp.MustCompile(`^</?([a-zA-Z0-9]+)`)
	valueText  = regexp.MustCompile(`^\{\{\s*(?:[.$(]|stamp |size |or )`)
	attribute  = regexp.MustCompile(`\b((?:aria-label|placeholder|title|alt)=")([^"]*)(")`)
	actionText = regexp.MustCompile(`\bsay "([^"]*)"`)
	blanks     = regexp.MustCompile(`\s+`)
)

// part is a piece of a template: text, a tag, or an action.
type part struct {
	text string
	kind byte   // t text, v action that writes a value, < opens an inline element, > closes one, | everything else
	name string // of the element
}

// Page is the source of a template in the language. Words within its actions are marked, {{say "Files"}}, and
// said when the page is written.
func (l *Language) Page(source string) string {
	if l == nil || l == English {
		return source
	}
	return page(source, l.message)
}

// Messages are the messages of a template.
func Messages(source string) (out []string) {
	page(source, func(message string) []node {
		out = append(out, message)
		return nil
	})
	return out
}

func page(source string, say func(string) []node) string {
	var b strings.Builder
	var run []part
	flush := func() {
		b.WriteString(sentence(run, say))
		run = run[:0]
	}
	for _, p := range parts(source) {
		p.text = marked(p, say)
		if p.kind == '|' {
			flush()
			b.WriteString(p.text)
			continue
		}
		run = append(run, p)
	}
	flush()
	return b.String()
}

// parts takes a template apart.
func parts(source string) (out []part) {
	at := 0
	text := func(s string) {
		if s != "" {
			out = append(out, part{text: s, kind: 't'})
		}
	}
	for _, m := range partText.FindAllStringIndex(source, -1) {
		text(source[at:m[0]])
		p := part{text: source[m[0]:m[1]], kind: '|'}
		switch name := tagName.FindStringSubmatch(p.text); {
		case strings.HasPrefix(p.text, "{{"):
			if valueText.MatchString(p.text) {
				p.kind = 'v'
			}
		case name != nil && inline[name[1]]:
			if p.kind, p.name = '<', name[1]; p.text[1] == '/' {
				p.kind = '>'
			}
		}
		out, at = append(out, p), m[1]
	}
	text(source[at:])
	return out
}

// marked says the texts within a tag's attributes, and finds those that an action marks.
func marked(p part, say func(string) []node) string {
	for _, m := range actionText.FindAllStringSubmatch(p.text, -1) {
		say(m[1])
	}
	if !strings.HasPrefix(p.text, "<") {
		return p.text
	}
	return attribute.ReplaceAllStringFunc(p.text, func(s string) string {
		m := attribute.FindStringSubmatch(s)
		return m[1] + sentence(parts(m[2]), say) + m[3]
	})
}

// sentence says a run of texts, values and inline elements.
func sentence(run []part, say func(string) []node) string {
	if at := unpaired(run); at >= 0 { // an element that something else closes parts two sentences
		return sentence(run[:at], say) + run[at].text + sentence(run[at+1:], say)
	}
	from, to := 0, len(run)
	for from < to && run[from].blank() {
		from++
	}
	for to > from && run[to-1].blank() {
		to--
	}
	before, after := source(run[:from]), source(run[to:])
	if run = run[from:to]; !worded(run) {
		return before + source(run) + after
	}
	last := len(run) - 1
	if end := partner(run, 0); run[0].kind == '<' && (end == last || !worded(run[end+1:]) || !worded(run[:end])) {
		return before + run[0].text + sentence(run[1:end], say) + run[end].text + sentence(run[end+1:], say) + after
	}
	if begin := opener(run, last); run[last].kind == '>' && !worded(run[:begin]) {
		return before + source(run[:begin+1]) + sentence(run[begin+1:last], say) + run[last].text + after
	}
	return before + said(run, say) + after
}

// said is a run that is one message.
func said(run []part, say func(string) []node) string {
	var b strings.Builder
	var values []string
	var elements [][2]string
	var open []int
	for i, p := range run {
		switch p.kind {
		case 't':
			b.WriteString(strings.ReplaceAll(blanks.ReplaceAllString(p.text, " "), "%", "%%"))
		case 'v':
			b.WriteString("%s")
			values = append(values, p.text)
		case '<':
			fmt.Fprintf(&b, "<%d>", len(elements))
			open = append(open, len(elements))
			elements = append(elements, [2]string{p.text, run[partner(run, i)].text})
		case '>':
			fmt.Fprintf(&b, "</%d>", open[len(open)-1])
			open = open[:len(open)-1]
		}
	}
	message := b.String()
	text := strings.TrimSpace(message)
	nodes := say(text)
	if nodes == nil {
		return source(run)
	}
	b.Reset()
	before, after, _ := strings.Cut(message, text)
	b.WriteString(before)
	rebuild(&b, nodes, values, elements, "")
	b.WriteString(after)
	return b.String()
}

// rebuild writes a message as the source of a template.
func rebuild(b *strings.Builder, nodes []node, values []string, elements [][2]string, count string) {
	for _, n := range nodes {
		switch n.kind {
		case words:
			b.WriteString(n.text)
		case counted:
			b.WriteString(count)
		case value:
			if n.at <= len(values) {
				b.WriteString(values[n.at-1])
			}
		case element:
			if n.at < len(elements) {
				b.WriteString(elements[n.at][0])
				rebuild(b, n.inside, values, elements, count)
				b.WriteString(elements[n.at][1])
			}
		case choice: // pages count nothing yet: what fits any number
			if n.at <= len(values) {
				rebuild(b, n.of["other"], values, elements, values[n.at-1])
			}
		}
	}
}

func (p part) blank() bool { return p.kind == 't' && strings.TrimSpace(p.text) == "" }

// worded reports whether a run has words between its values and elements.
func worded(run []part) bool {
	for _, p := range run {
		if p.kind == 't' && letters.MatchString(entity.ReplaceAllString(p.text, "")) {
			return true
		}
	}
	return false
}

var entity = regexp.MustCompile(`&\w+;`)

func source(run []part) string {
	var b strings.Builder
	for _, p := range run {
		b.WriteString(p.text)
	}
	return b.String()
}

// unpaired is the first inline tag without its partner in the run; -1 for none.
func unpaired(run []part) int {
	var open []int
	for i, p := range run {
		switch {
		case p.kind == '<':
			open = append(open, i)
		case p.kind == '>' && (len(open) == 0 || run[open[len(open)-1]].name != p.name):
			return i
		case p.kind == '>':
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return open[0]
	}
	return -1
}

// partner is where the element ends that begins at a place; the run is paired.
func partner(run []part, at int) int {
	depth := 0
	for i := at; i < len(run); i++ {
		switch run[i].kind {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(run) - 1
}

// opener is where the element begins that ends at a place.
func opener(run []part, at int) int {
	depth := 0
	for i := at; i >= 0; i-- {
		switch run[i].kind {
		case '>':
			depth++
		case '<':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}
