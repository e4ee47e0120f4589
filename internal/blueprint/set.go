package blueprint

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"steward/internal/rule"
)

// Entry is one blueprint as it is stored: the author's text and what storage adds to it.
type Entry struct {
	ID          int64 // of the blueprint, kept through changes and renames; 0 before it is stored
	Version     int   // from 1
	Kind        string
	Name        string
	Title       string
	Description string
	Text        string // verbatim
	Digest      string // of Text
	Retired     bool   // removed, but kept for what still uses it; Get and All leave it out
	Drifted     bool   // edited on the screen since it was last applied from a folder
	Path        string // the file of the folder it was last applied from; "" for none
	Line        int    // of that file
}

// Key names a blueprint within an installation.
type Key struct {
	Kind, Name string
}

// String is "kind/name".
func (k Key) String() string { return k.Kind + "/" + k.Name }

// Key is the entry's kind and name.
func (e Entry) Key() Key { return Key{e.Kind, e.Name} }

// Set is the whole configuration of one generation: every blueprint decoded, every reference
// resolved, everything derived compiled. It is immutable and safe for concurrent use; specs and
// artefacts it hands out must not be changed.
type Set struct {
	generation int64
	reg        *Registry
	items      []*item // by kind and name
	byKey      map[Key]*item
	byID       map[int64]*item
	usedBy     map[Key][]Key
}

// item is one blueprint of a set.
type item struct {
	Entry
	decoded
	doc      *Document // nil when the stored text cannot be read
	artifact any
	broken   bool // it has errors: it has no spec
}

// NewSet compiles stored entries. Entries with errors stay in the set, listed and exported, but Get,
// All and Artifact do not have them. The findings name places in "kind/name.yaml".
func NewSet(reg *Registry, entries []Entry, generation int64) (*Set, []Finding) {
	b := newBuilder(reg, generation)
	for _, e := range entries {
		b.stored(e)
	}
	return b.build()
}

// Compile makes a set of documents alone: version 1, without ids, generation 0.
func Compile(reg *Registry, docs []Document) (*Set, []Finding) {
	b := newBuilder(reg, 0)
	for i := range docs {
		b.add(entryOf(docs[i], Entry{Version: 1}), &docs[i])
	}
	return b.build()
}

// entryOf is the entry of a document that continues base.
func entryOf(d Document, base Entry) Entry {
	base.Kind, base.Name, base.Title, base.Description = d.Kind, d.Name, d.Title, d.Description
	base.Text, base.Digest, base.Retired = d.Text, d.Digest, false
	return base
}

// Generation counts the changes applied to the installation before this set.
func (s *Set) Generation() int64 { return s.generation }

// Numbered is the set with an id for every blueprint: what is not stored yet gets a negative one.
func (s *Set) Numbered() *Set {
	entries := s.Entries()
	for i := range entries {
		if entries[i].ID == 0 {
			entries[i].ID = int64(-i - 1)
		}
	}
	out, _ := NewSet(s.reg, entries, s.generation)
	return out
}

// Registry is what the set was compiled with.
func (s *Set) Registry() *Registry { return s.reg }

// Entries lists all entries, also retired ones, by kind and name.
func (s *Set) Entries() []Entry {
	out := make([]Entry, len(s.items))
	for i, it := range s.items {
		out[i] = it.Entry
	}
	return out
}

// Entry finds an entry, also a retired one.
func (s *Set) Entry(kind, name string) (Entry, bool) {
	if it := s.byKey[Key{kind, name}]; it != nil {
		return it.Entry, true
	}
	return Entry{}, false
}

// Title is what a blueprint is called; "" when there is none of that kind and name.
func (s *Set) Title(kind, name string) string {
	e, _ := s.Entry(kind, name)
	return e.Title
}

// ByID finds an entry by its blueprint's id, also a retired one.
func (s *Set) ByID(id int64) (Entry, bool) {
	if it := s.byID[id]; it != nil {
		return it.Entry, true
	}
	return Entry{}, false
}

// UsedBy lists the blueprints that refer to one, by kind and name.
func (s *Set) UsedBy(kind, name string) []Key { return slices.Clone(s.usedBy[Key{kind, name}]) }

// Uses lists the blueprints that one refers to, by kind and name.
func (s *Set) Uses(kind, name string) []Key {
	it := s.byKey[Key{kind, name}]
	if it == nil {
		return nil
	}
	seen := map[Key]bool{}
	for _, r := range it.refs {
		seen[Key{r.kind, r.name}] = true
	}
	return slices.SortedFunc(maps.Keys(seen), compareKeys)
}

// Rule is the compiled expression of a field of a blueprint, nil when there is none.
func (s *Set) Rule(kind, name, path string) *rule.Program {
	if it := s.live(Key{kind, name}); it != nil {
		return it.rules[path]
	}
	return nil
}

// live finds a blueprint that is in use and free of errors.
func (s *Set) live(k Key) *item {
	if it := s.byKey[k]; it != nil && !it.broken && !it.Retired {
		return it
	}
	return nil
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// Named is a spec with the entry it was decoded from.
type Named[T any] struct {
	Entry
	Spec T
}

// Get returns the blueprint of T's kind by name, if it is there and not retired.
func Get[T any](s *Set, name string) (T, bool) {
	if it := s.live(Key{s.reg.byType[reflect.TypeFor[T]()], name}); it != nil {
		return it.spec.(T), true
	}
	var none T
	return none, false
}

// All returns the blueprints of T's kind that are not retired, by name.
func All[T any](s *Set) []Named[T] {
	kind := s.reg.byType[reflect.TypeFor[T]()]
	out := []Named[T]{}
	for _, it := range s.items {
		if it.Kind == kind && !it.broken && !it.Retired {
			out = append(out, Named[T]{it.Entry, it.spec.(T)})
		}
	}
	return out
}

// Retired returns the blueprints of T's kind that are in use no more, as far as they can
// still be read: old records go on referring to them.
func Retired[T any](s *Set) []Named[T] {
	kind := s.reg.byType[reflect.TypeFor[T]()]
	out := []Named[T]{}
	for _, it := range s.items {
		if it.Kind != kind || !it.Retired {
			continue
		}
		if spec, findings := Decode[T](s.reg, it.Entry); !HasErrors(findings) {
			out = append(out, Named[T]{it.Entry, spec})
		}
	}
	return out
}

// Artifact returns what a kind's Compile made of a blueprint, if it is there and of that type.
func Artifact[A any](s *Set, kind, name string) (A, bool) {
	if it := s.live(Key{kind, name}); it != nil {
		a, ok := it.artifact.(A)
		return a, ok
	}
	var none A
	return none, false
}

// Decode reads one entry by itself, as for a version that a run has pinned. References are not
// resolved and nothing is linted.
func Decode[T any](reg *Registry, e Entry) (T, []Finding) {
	var none T
	docs, findings := ParseFile(e.Key().String()+".yaml", e.Text)
	if len(docs) != 1 {
		return none, findings
	}
	out := newDecoder(reg, &docs[0]).decode()
	findings = append(findings, out.findings...)
	if spec, ok := out.spec.(T); ok && !HasErrors(findings) {
		return spec, findings
	}
	return none, findings
}
