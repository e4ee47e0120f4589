package blueprint

import (
	"fmt"
	"maps"
	"slices"

	"steward/internal/fault"
	"steward/internal/suggest"
)

// builder makes a set.
type builder struct {
	set      *Set
	findings []Finding
}

func newBuilder(reg *Registry, generation int64) *builder {
	return &builder{set: &Set{generation: generation, reg: reg, byKey: map[Key]*item{}, byID: map[int64]*item{}, usedBy: map[Key][]Key{}}}
}

// stored adds an entry from storage.
func (b *builder) stored(e Entry) {
	path := e.Key().String() + ".yaml"
	docs, findings := ParseFile(path, e.Text)
	if e.Retired {
		findings = nil // nobody uses it; that it cannot be read helps nobody
	}
	b.findings = append(b.findings, findings...)
	if len(docs) == 1 && docs[0].Kind == e.Kind && docs[0].Name == e.Name {
		e.Title, e.Description = docs[0].Title, docs[0].Description
		b.add(e, &docs[0])
		return
	}
	if len(findings) == 0 && !e.Retired {
		b.findings = append(b.findings, Finding{Severity: Error, Kind: e.Kind, Name: e.Name, Path: path, Message: "The stored text is not this blueprint."})
	}
	b.add(e, nil)
}

// add decodes a document into the set. A second one of the same kind and name is refused.
func (b *builder) add(e Entry, doc *Document) {
	if before := b.set.byKey[e.Key()]; before != nil {
		f := Finding{Severity: Error, Kind: e.Kind, Name: e.Name}.says("There are two blueprints %s.", e.Key())
		if doc != nil {
			f.Path = doc.Path
			f.Line, f.Column = doc.root.place("name")
		}
		if before.doc != nil {
			line, _ := before.doc.root.place("name")
			f.Message = fmt.Sprintf("There are two blueprints %s; the other is at %s:%d.", e.Key(), before.doc.Path, line)
		}
		b.findings = append(b.findings, f)
		return
	}
	it := &item{Entry: e, doc: doc, broken: true}
	if doc != nil {
		it.decoded = newDecoder(b.set.reg, doc).decode()
		it.broken = HasErrors(it.decoded.findings)
		if !e.Retired {
			b.findings = append(b.findings, it.decoded.findings...)
		}
	}
	b.set.items = append(b.set.items, it)
	b.set.byKey[e.Key()] = it
	if e.ID != 0 {
		b.set.byID[e.ID] = it
	}
}

// build resolves references, lints and compiles.
func (b *builder) build() (*Set, []Finding) {
	slices.SortFunc(b.set.items, func(x, y *item) int { return compareKeys(x.Key(), y.Key()) })
	for _, it := range b.set.items {
		if !it.Retired {
			b.resolve(it)
		}
	}
	for _, it := range b.set.items {
		if it.Retired || it.broken && (it.kind == nil || !it.kind.broken) {
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(it.rules)) {
			for _, look := range b.set.reg.rules {
				look(b.context(it), path, it.rules[path])
			}
		}
		if it.kind.lint != nil {
			it.kind.lint(b.context(it), it.spec)
		}
	}
	seen := map[*item]bool{}
	for _, it := range b.set.items {
		b.compile(it, seen)
	}
	sortFindings(b.findings)
	return b.set, b.findings
}

func (b *builder) context(it *item) *Context {
	return &Context{Set: b.set, Entry: it.Entry, item: it, out: &b.findings}
}

// resolve checks that every reference names a blueprint in use.
func (b *builder) resolve(it *item) {
	for _, r := range it.refs {
		to := Key{r.kind, r.name}
		target := b.set.byKey[to]
		if target != nil && !target.Retired {
			if !slices.Contains(b.set.usedBy[to], it.Key()) {
				b.set.usedBy[to] = append(b.set.usedBy[to], it.Key())
			}
			continue
		}
		var known []string
		for _, other := range b.set.items {
			if other.Kind == r.kind && !other.Retired {
				known = append(known, other.Name)
			}
		}
		f := Finding{Severity: Error, Kind: it.Kind, Name: it.Name, Path: it.doc.Path, Line: r.node.line, Column: r.node.column,
			Suggestion: suggest.Nearest(r.name, known)}
		if target != nil {
			f = f.says("The %s %q is retired.", r.kind, r.name)
		} else {
			f = f.says("There is no %s %q.%s", r.kind, cut(r.name, shown), suggest.DidYouMean(r.name, known))
		}
		b.findings = append(b.findings, f)
	}
}

// compile makes the artefact of a blueprint, after those of the ones it refers to.
func (b *builder) compile(it *item, seen map[*item]bool) {
	if it.broken || it.Retired || seen[it] {
		return
	}
	seen[it] = true
	for _, r := range it.refs {
		if target := b.set.live(Key{r.kind, r.name}); target != nil {
			b.compile(target, seen)
		}
	}
	if it.kind.compile == nil {
		return
	}
	c := b.context(it)
	artifact, err := it.kind.compile(c, it.spec)
	if err == nil {
		it.artifact = artifact
		return
	}
	f := fault.As(err)
	if f == nil || len(f.Details) == 0 {
		c.Error("", "%s", err)
		return
	}
	for _, d := range f.Details {
		msg := d.Message
		if d.Accepted != "" {
			msg += " Accepted: " + d.Accepted + "."
		}
		c.Error(d.Field, "%s", msg)
	}
}
