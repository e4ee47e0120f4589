package blueprint

import (
	"reflect"
	"slices"
)

// Action says what applying a plan does to one blueprint.
type Action string

// The actions. Drift is a change that overwrites an edit made on the screen.
const (
	Add       Action = "add"
	Change    Action = "change"
	Remove    Action = "remove"
	Unchanged Action = "unchanged"
	Drift     Action = "drift"
)

// Plan is what applying documents to a set would do.
type Plan struct {
	BaseGeneration int64             `json:"base_generation"` // of the set planned against
	Counts         Counts            `json:"counts"`
	Changes        []BlueprintChange `json:"changes"`  // every blueprint, by kind and name
	Findings       []Finding         `json:"findings"` // of the documents; errors of the others too
	// Requirements are what policies in force ask before this is applied.
	Requirements []Requirement `json:"requirements,omitempty"`
	next         *Set
}

// Counts are the changes of a plan by action.
type Counts struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Removed   int `json:"removed"`
	Unchanged int `json:"unchanged"`
	Drifted   int `json:"drifted"`
}

// BlueprintChange is what happens to one blueprint. A change without fields is one of comments or layout.
// Texts are nil where they are absent, and for what is unchanged.
type BlueprintChange struct {
	Action      Action        `json:"action"`
	Kind        string        `json:"kind"`
	Name        string        `json:"name"`
	Title       string        `json:"title"`
	VersionFrom *int          `json:"version_from"`
	VersionTo   *int          `json:"version_to"`
	Fields      []FieldChange `json:"fields"`
	OldText     *string       `json:"old_text"`
	NewText     *string       `json:"new_text"`
	UsedBy      []Use         `json:"used_by,omitempty"` // of what is removed: the records it is kept for
	ID          int64         `json:"-"`                 // of the blueprint; 0 when it is new
}

// Options say what documents stand for.
type Options struct {
	Prune  bool // what they do not contain is removed
	Screen bool // they were edited on the screen: not a folder that could overwrite such edits
}

// Next is the set that applying the plan leads to: ids and versions carried on, the generation one
// higher. It is complete only when the plan has no errors; new entries get their ids when stored.
func (p Plan) Next() *Set { return p.next }

// HasErrors reports whether findings prevent applying.
func (p Plan) HasErrors() bool { return HasErrors(p.Findings) }

// Err is the fault that keeps the plan from being applied, nil when nothing does.
func (p Plan) Err() error {
	if p.HasErrors() {
		return invalid(p.Findings)
	}
	return nil
}

// Changed reports whether applying would change anything.
func (p Plan) Changed() bool {
	return p.Counts.Added+p.Counts.Changed+p.Counts.Removed+p.Counts.Drifted > 0
}

// Plan says what applying the documents would do. parsed are the findings of reading them; they
// lead the plan's.
func (s *Set) Plan(docs []Document, parsed []Finding, o Options) Plan {
	p := &planner{current: s, options: o, given: map[Key]bool{}, kept: map[Key]bool{}, removed: map[Key]bool{},
		builder: newBuilder(s.reg, s.generation+1)}
	for i := range docs {
		if key := (Key{docs[i].Kind, docs[i].Name}); docs[i].Removed {
			p.remove(key, docs[i].Path)
		} else {
			p.given[key] = true
		}
	}
	for i := range docs {
		if !docs[i].Removed {
			p.document(&docs[i])
		}
	}
	p.rest()
	next, findings := p.builder.build()
	p.plan.BaseGeneration, p.plan.next = s.generation, next
	for _, it := range p.pending {
		p.fields(it)
	}
	p.renames()
	slices.SortFunc(p.plan.Changes, func(a, b BlueprintChange) int { return compareKeys(a.key(), b.key()) })
	p.plan.Findings = slices.Clone(parsed)
	for _, f := range append(findings, p.findings...) {
		if f.Severity == Error || p.given[Key{f.Kind, f.Name}] {
			p.plan.Findings = append(p.plan.Findings, f)
		}
	}
	if p.plan.Findings == nil {
		p.plan.Findings = []Finding{}
	}
	sortFindings(p.plan.Findings)
	p.count()
	return p.plan
}

func (c BlueprintChange) key() Key { return Key{c.Kind, c.Name} }

// planner makes a plan.
type planner struct {
	current  *Set
	options  Options
	builder  *builder
	plan     Plan
	given    map[Key]bool // the documents
	kept     map[Key]bool // entries that a document continues, by their present key
	removed  map[Key]bool // entries that are taken out of use by name
	pending  []pending    // changes that wait for their fields
	findings []Finding
}

// pending is a change of which both sides exist.
type pending struct {
	index int // in the plan's changes
	old   *item
	key   Key
}

// document plans one document.
func (p *planner) document(d *Document) {
	key := Key{d.Kind, d.Name}
	if p.builder.set.byKey[key] != nil {
		p.builder.add(entryOf(*d, Entry{}), d) // reports the double
		return
	}
	old := p.current.byKey[key]
	if was := p.renamed(d, old); was != nil {
		old = was
	}
	if old == nil || old.Retired {
		base := Entry{Version: 1, Drifted: p.options.Screen}
		if old != nil {
			base.ID, base.Version = old.ID, old.Version+1
		}
		p.place(&base, d)
		p.builder.add(entryOf(*d, base), d)
		p.plan.Changes = append(p.plan.Changes, BlueprintChange{Action: Add, Kind: d.Kind, Name: d.Name, Title: d.Title,
			VersionTo: &base.Version, Fields: []FieldChange{}, NewText: &d.Text, ID: base.ID})
		return
	}
	p.kept[old.Key()] = true
	entry := entryOf(*d, old.Entry)
	p.place(&entry, d)
	change := BlueprintChange{Action: Unchanged, Kind: d.Kind, Name: d.Name, Title: d.Title, VersionFrom: &old.Version, Fields: []FieldChange{}, ID: old.ID}
	if d.Text == old.Text {
		entry.Drifted = old.Drifted && p.options.Screen
	} else {
		entry.Version++
		entry.Drifted = p.options.Screen
		change.Action, change.OldText, change.NewText = Change, &old.Text, &d.Text
		if old.Drifted && !p.options.Screen {
			change.Action = Drift
		}
		p.pending = append(p.pending, pending{len(p.plan.Changes), old, key})
	}
	change.VersionTo = &entry.Version
	p.builder.add(entry, d)
	p.plan.Changes = append(p.plan.Changes, change)
}

// remove notes that a blueprint is taken out of use.
func (p *planner) remove(key Key, path string) {
	p.removed[key] = true
	if it := p.current.byKey[key]; it == nil || it.Retired {
		p.findings = append(p.findings, Finding{Severity: Error, Kind: key.Kind, Name: key.Name, Path: path}.says("There is no %s to remove.", key))
	}
}

// place notes where a folder's document stands, for exporting it there again. Editing on the
// screen moves nothing.
func (p *planner) place(e *Entry, d *Document) {
	if !p.options.Screen {
		e.Path, e.Line = d.Path, d.Line
	}
}

// renamed finds the entry that a document with a "was" continues.
func (p *planner) renamed(d *Document, old *item) *item {
	was := p.current.byKey[Key{d.Kind, d.Was}]
	if d.Was == "" || d.Was == d.Name || was == nil || was.Retired || p.kept[was.Key()] {
		return nil // nothing to rename, or it happened already
	}
	if p.given[was.Key()] || old != nil && !old.Retired {
		line, column := d.root.place("was")
		p.findings = append(p.findings, Finding{Severity: Error, Kind: d.Kind, Name: d.Name, Path: d.Path, Line: line, Column: column}.says(
			"%s and %s both exist, so one cannot become the other. Remove one first.", was.Key(), Key{d.Kind, d.Name}))
		return nil
	}
	return was
}

// rest plans the entries that no document continues.
func (p *planner) rest() {
	for _, it := range p.current.items {
		if p.kept[it.Key()] || p.builder.set.byKey[it.Key()] != nil {
			continue
		}
		entry := it.Entry
		if !it.Retired {
			change := BlueprintChange{Action: Unchanged, Kind: it.Kind, Name: it.Name, Title: it.Title,
				VersionFrom: &it.Version, VersionTo: &it.Version, Fields: []FieldChange{}, ID: it.ID}
			if p.options.Prune || p.removed[it.Key()] {
				change.Action, change.VersionTo, change.OldText = Remove, nil, &it.Text
				entry.Retired = true
			}
			p.plan.Changes = append(p.plan.Changes, change)
		}
		p.builder.add(entry, it.doc)
	}
}

// fields fills in what differs, now that both sides are decoded.
func (p *planner) fields(c pending) {
	change, next := &p.plan.Changes[c.index], p.builder.set.byKey[c.key]
	head := func(it *item) object {
		out := object{{"name", it.Name}, {"title", it.Title}}
		if it.Description != "" {
			out = append(out, member{"description", it.Description})
		}
		return append(out, it.tree...)
	}
	if fields := diffObjects("", head(c.old), head(next)); fields != nil {
		change.Fields = fields
	}
}

// renames notes what looks like a rename but is planned as a removal and an addition.
func (p *planner) renames() {
	for _, gone := range p.plan.Changes {
		if gone.Action != Remove {
			continue
		}
		old := p.current.byKey[gone.key()]
		for _, added := range p.plan.Changes {
			next := p.builder.set.byKey[added.key()]
			if added.Action == Add && added.Kind == gone.Kind && len(old.tree) > 0 && reflect.DeepEqual(old.tree, next.tree) {
				line, column := next.doc.root.place("name")
				p.findings = append(p.findings, Finding{Severity: Note, Kind: added.Kind, Name: added.Name, Path: next.doc.Path, Line: line, Column: column,
					Suggestion: "was: " + gone.Name}.says("This looks like %s under a new name. Add %q and it keeps its history.", gone.key(), "was: "+gone.Name))
				break
			}
		}
	}
}

func (p *planner) count() {
	for _, c := range p.plan.Changes {
		switch c.Action {
		case Add:
			p.plan.Counts.Added++
		case Change:
			p.plan.Counts.Changed++
		case Remove:
			p.plan.Counts.Removed++
		case Unchanged:
			p.plan.Counts.Unchanged++
		case Drift:
			p.plan.Counts.Drifted++
		}
	}
	if p.plan.Changes == nil {
		p.plan.Changes = []BlueprintChange{}
	}
}
