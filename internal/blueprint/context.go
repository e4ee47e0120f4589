package blueprint

import (
	"maps"
	"slices"

	"steward/internal/rule"
)

// Context is what a kind's Lint and Compile see beside the spec: the whole set, and where to report.
// Paths are as in differences: "targets[1].within". It is valid during the call only.
type Context struct {
	Set   *Set
	Entry Entry // the blueprint being looked at
	item  *item
	out   *[]Finding
}

// Error reports what prevents applying, at the place of a path ("" is the whole document).
func (c *Context) Error(path, format string, args ...any) { c.report(Error, path, format, args...) }

// Warn reports what is probably a mistake.
func (c *Context) Warn(path, format string, args ...any) { c.report(Warning, path, format, args...) }

// Note reports what is worth knowing.
func (c *Context) Note(path, format string, args ...any) { c.report(Note, path, format, args...) }

// Rule is the compiled expression of a field of format cel:SUBJECT, nil when the field is not set.
func (c *Context) Rule(path string) *rule.Program { return c.item.rules[path] }

// ErrorAt reports what prevents applying, at a place within the expression of a path.
func (c *Context) ErrorAt(path string, p rule.Problem) { c.reportAt(Error, path, p) }

// WarnAt reports what is probably a mistake, at a place within the expression of a path.
func (c *Context) WarnAt(path string, p rule.Problem) { c.reportAt(Warning, path, p) }

// NoteAt reports what is worth knowing, at a place within the expression of a path.
func (c *Context) NoteAt(path string, p rule.Problem) { c.reportAt(Note, path, p) }

// EachRule calls look with every expression that compiles, in the order of their paths.
func (c *Context) EachRule(look func(path string, p *rule.Program)) {
	for _, path := range slices.Sorted(maps.Keys(c.item.rules)) {
		look(path, c.item.rules[path])
	}
}

func (c *Context) reportAt(s Severity, path string, p rule.Problem) {
	f := Finding{Severity: s, Kind: c.Entry.Kind, Name: c.Entry.Name, Path: c.item.doc.Path, Message: p.Message, Suggestion: p.Suggestion}
	if n := c.item.doc.root.at(path); n != nil {
		f.Line, f.Column = n.within(p.Line, p.Column)
	}
	*c.out = append(*c.out, f)
}

func (c *Context) report(s Severity, path, format string, args ...any) {
	line, column := c.item.doc.root.place(path)
	*c.out = append(*c.out, Finding{Severity: s, Kind: c.Entry.Kind, Name: c.Entry.Name, Path: c.item.doc.Path,
		Line: line, Column: column}.says(format, args...))
}
