package rule

import (
	"fmt"
	"strings"
)

// Field is one thing that expressions may read.
type Field struct {
	Path  string // "ticket.priority", "now"
	Type  Type
	Title string // for sentences, in sentence case; from the path when empty
	Doc   string // one line for documentation and editors
	Names string // the kind of blueprint whose name it holds; empty for none
	// Private marks what people wrote or are called: records of decisions keep it apart, so
	// that it can be erased.
	Private bool
}

// node is a place in the tree that fields' paths form. A node with children is an object; a leaf is a field.
type node struct {
	path     string
	field    *Field
	names    []string // children in the order of declaration
	children map[string]*node
}

// tree builds the tree of fields, or says why the declarations contradict each other.
func tree(fields []Field) (*node, error) {
	root := &node{children: map[string]*node{}}
	for i := range fields {
		f := &fields[i]
		if f.Type.cel == nil {
			return nil, fmt.Errorf("field %s has no type", f.Path)
		}
		at := root
		for _, name := range strings.Split(f.Path, ".") {
			if name == "" || at.field != nil {
				return nil, fmt.Errorf("field %q is not a path, or lies below another field", f.Path)
			}
			next := at.children[name]
			if next == nil {
				next = &node{path: strings.TrimPrefix(at.path+"."+name, "."), children: map[string]*node{}}
				at.children[name] = next
				at.names = append(at.names, name)
			}
			at = next
		}
		if at.field != nil || len(at.children) > 0 {
			return nil, fmt.Errorf("field %s is declared twice", f.Path)
		}
		at.field = f
	}
	return root, nil
}

// find returns the deepest node on the path: a field, or an object when the path ends early. nil
// when the path leaves the tree before a field.
func (n *node) find(path string) *node {
	for _, name := range strings.Split(path, ".") {
		if n.field != nil {
			return n // below Attributes or Any
		}
		if n = n.children[name]; n == nil {
			return nil
		}
	}
	return n
}

// title is the field's name in sentences: "Priority", "Plan", "Organization name".
func (n *node) title(path string) string {
	if at := n.find(path); at != nil && at.field != nil && at.path == path && at.field.Title != "" {
		return at.field.Title
	}
	words := strings.Split(path, ".")
	last := words[len(words)-1]
	if len(words) > 1 && ownedName(last) {
		last = words[len(words)-2] + " " + last
	}
	last = strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSuffix(last, "_at"))
	return strings.ToUpper(last[:1]) + last[1:]
}

// ownedName reports whether the last word of a path says too little without the one before.
func ownedName(last string) bool {
	switch last {
	case "name", "id", "title", "email", "kind":
		return true
	}
	return false
}
