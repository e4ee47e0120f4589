package blueprint

import (
	"strconv"
	"strings"
)

// node is a value of a document with its place.
type node struct {
	kind   nodeKind
	text   string // of a scalar, unquoted
	style  style
	plain  any // of an unquoted scalar: what YAML takes it for (nil, bool, int64, float64, string)
	line   int // of the file
	column int
	indent int // of a block's text
	keys   []*key
	items  []*node
	size   int // nodes in it, aliases expanded
}

// key is one entry of a mapping.
type key struct {
	name         string
	line, column int
	value        *node
}

type nodeKind int

const (
	scalar nodeKind = iota
	null
	list
	mapping
)

// style is how a scalar is written.
type style int

const (
	plain style = iota
	quoted
	literal
	folded
)

// get returns the value of a key, nil when it is not there.
func (n *node) get(name string) *node {
	if k := n.key(name); k != nil {
		return k.value
	}
	return nil
}

func (n *node) key(name string) *key {
	for _, k := range n.keys {
		if k.name == name {
			return k
		}
	}
	return nil
}

// place finds the line and column of a path such as "targets[1].within": the key, or the item of a
// list. Where the path leaves the document it answers the deepest place that is there.
func (n *node) place(path string) (line, column int) {
	line, column = n.line, n.column
	for path != "" {
		path = strings.TrimPrefix(path, ".")
		if rest, ok := strings.CutPrefix(path, "["); ok {
			digits, after, _ := strings.Cut(rest, "]")
			i, err := strconv.Atoi(digits)
			if err != nil || i < 0 || i >= len(n.items) {
				return line, column
			}
			n, path = n.items[i], after
			line, column = n.line, n.column
			continue
		}
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		k := n.key(path[:end])
		if k == nil {
			return line, column
		}
		n, path = k.value, path[end:]
		line, column = k.line, k.column
	}
	return line, column
}

// at is the value at a path such as "fields[1].when", nil when there is none.
func (n *node) at(path string) *node {
	for path != "" && n != nil {
		path = strings.TrimPrefix(path, ".")
		if rest, ok := strings.CutPrefix(path, "["); ok {
			digits, after, _ := strings.Cut(rest, "]")
			i, err := strconv.Atoi(digits)
			if err != nil || i < 0 || i >= len(n.items) {
				return nil
			}
			n, path = n.items[i], after
			continue
		}
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		n, path = n.get(path[:end]), path[end:]
	}
	return n
}

// within is the place of a line and column (from 1) of the scalar's text. For folded text, whose
// lines run together, it is the beginning.
func (n *node) within(line, column int) (int, int) {
	switch n.style {
	case quoted:
		return n.line + line - 1, n.column + column
	case literal:
		return n.line + line, n.indent + column
	case folded:
		return n.line + 1, n.indent + 1
	default:
		return n.line, n.column + column - 1
	}
}

// what names a node's form for people.
func (n *node) what() string {
	switch n.kind {
	case null:
		return "nothing"
	case list:
		return "a list"
	case mapping:
		return "an object"
	}
	return strconv.Quote(cut(n.text, shown))
}

// shown is how many characters of an author's text a message repeats.
const shown = 60

// cut shortens a text to that many characters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
