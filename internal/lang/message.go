package lang

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// The kinds of pieces of a message.
const (
	words   = iota
	value   // %s or %[2]s
	choice  // {1, plural, one {# file} other {# files}}
	counted // # in a plural: its number
	element // <0>…</0> or <0/>: of a page
)

// node is a piece of a message.
type node struct {
	kind   int
	text   string // the words, or the verb of a value
	at     int    // which value, from 1; which element, from 0
	of     map[string][]node
	inside []node
}

var (
	verbText    = regexp.MustCompile(`^%(?:\[(\d+)\])?([-+#0]*\d*(?:\.\d+)?[a-zA-Z])`)
	pluralText  = regexp.MustCompile(`^\{(\d+), plural, `)
	caseText    = regexp.MustCompile(`^(=?\w+) \{`)
	openText    = regexp.MustCompile(`^<(\d+)(/?)>`)
	kept        sync.Map // of formats of the sources, by their text; there are only so many
	misreadText = "not understood at %d: %s"
)

// read is parse for a format of the sources, kept; nil for one that no message can be.
func read(format string) []node {
	if nodes, ok := kept.Load(format); ok {
		return nodes.([]node)
	}
	nodes, err := parse(format)
	if err != nil {
		nodes = nil
	}
	kept.Store(format, nodes)
	return nodes
}

// parse reads a message. What looks like no place of it is words.
func parse(text string) ([]node, error) {
	r := reader{text: text}
	nodes, err := r.nodes(false, "")
	if err == nil && r.at < len(text) {
		err = fmt.Errorf(misreadText, r.at+1, text)
	}
	return nodes, err
}

type reader struct {
	text string
	at   int
	next int // the value that a verb without a number takes, from 0
}

func (r *reader) nodes(counting bool, closing string) (out []node, err error) {
	plain := strings.Builder{}
	flush := func() {
		if plain.Len() > 0 {
			out = append(out, node{kind: words, text: plain.String()})
			plain.Reset()
		}
	}
	for r.at < len(r.text) {
		rest := r.text[r.at:]
		switch {
		case strings.HasPrefix(rest, "%%"):
			plain.WriteByte('%')
			r.at += 2
		case verbText.MatchString(rest):
			flush()
			m := verbText.FindStringSubmatch(rest)
			if m[1] != "" {
				r.next, _ = strconv.Atoi(m[1]) // digits
				r.next--
			}
			r.next++
			out = append(out, node{kind: value, text: "%" + strings.Replace(m[2], "w", "v", 1), at: r.next})
			r.at += len(m[0])
		case pluralText.MatchString(rest):
			flush()
			n, err := r.plural()
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		case openText.MatchString(rest):
			flush()
			m := openText.FindStringSubmatch(rest)
			r.at += len(m[0])
			n := node{kind: element}
			n.at, _ = strconv.Atoi(m[1]) // digits
			if m[2] == "" {
				end := "</" + m[1] + ">"
				if n.inside, err = r.nodes(counting, end); err != nil {
					return nil, err
				}
				if !strings.HasPrefix(r.text[r.at:], end) {
					return nil, fmt.Errorf(misreadText, r.at+1, r.text)
				}
				r.at += len(end)
			}
			out = append(out, n)
		case closing != "" && strings.HasPrefix(rest, closing):
			flush()
			return out, nil
		case counting && rest[0] == '#':
			flush()
			out = append(out, node{kind: counted})
			r.at++
		default:
			plain.WriteByte(rest[0])
			r.at++
		}
	}
	flush()
	return out, nil
}

func (r *reader) plural() (node, error) {
	m := pluralText.FindStringSubmatch(r.text[r.at:])
	n := node{kind: choice, of: map[string][]node{}}
	n.at, _ = strconv.Atoi(m[1]) // digits
	r.at += len(m[0])
	for {
		m := caseText.FindStringSubmatch(r.text[r.at:])
		if m == nil {
			return n, fmt.Errorf(misreadText, r.at+1, r.text)
		}
		r.at += len(m[0])
		inside, err := r.nodes(true, "}")
		if err != nil || !strings.HasPrefix(r.text[r.at:], "}") {
			return n, fmt.Errorf(misreadText, r.at+1, r.text)
		}
		n.of[m[1]] = inside
		r.at++
		if strings.HasPrefix(r.text[r.at:], "}") {
			r.at++
			break
		}
		r.at += len(r.text[r.at:]) - len(strings.TrimLeft(r.text[r.at:], " "))
	}
	if n.of["other"] == nil {
		return n, fmt.Errorf("“other” is missing: %s", r.text)
	}
	return n, nil
}

// places are the values and elements that a message has, each with how it is written.
func places(nodes []node, into map[string]bool) map[string]bool {
	for _, n := range nodes {
		switch n.kind {
		case value:
			into[fmt.Sprintf("%%[%d]%s", n.at, n.text[1:])] = true
		case element:
			into[fmt.Sprintf("<%d>", n.at)] = true
		}
		places(n.inside, into)
		for _, inside := range n.of {
			places(inside, into)
		}
	}
	return into
}

// counts are the values that plurals of a message count.
func counts(nodes []node) (out []int) {
	for _, n := range nodes {
		if n.kind == choice {
			out = append(out, n.at)
		}
		out = append(out, counts(n.inside)...)
	}
	return out
}

// Fits is nil when a translation uses every value and element of its message, and no other.
func Fits(message, translation string) error {
	said, err := parse(translation)
	if err != nil {
		return err
	}
	of, err := parse(message)
	if err != nil {
		return err
	}
	want, got := places(of, map[string]bool{}), places(said, map[string]bool{})
	for _, at := range counts(said) { // its number may stand for the value
		for place := range want {
			if strings.HasPrefix(place, fmt.Sprintf("%%[%d]", at)) {
				got[place] = true
			}
		}
	}
	for place := range want {
		if !got[place] {
			return fmt.Errorf("%s is missing", place)
		}
	}
	for place := range got {
		if !want[place] {
			return fmt.Errorf("%s is not in the message", place)
		}
	}
	return nil
}
