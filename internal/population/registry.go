package population

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"steward/internal/ledger"
	"steward/internal/rule"
)

// Registry knows everything that can be counted. It is built once, when the program starts.
type Registry struct {
	sources     []*Source
	populations []*Population
}

// NewRegistry returns a registry without populations.
func NewRegistry() *Registry { return &Registry{} }

// Field is a value of a fact.
type Field struct {
	rule.Field
	Dimension bool // figures can be split by it: a text, a whole number or yes or no, never a list
	Aside     bool // it is not offered unless an indicator asks for it
	// Kind is what a whole number names: person, organization, or a kind of blueprint, whose
	// name conditions see in its place. "" for a plain value.
	Kind string
}

// Population is a set of facts of one sort.
type Population struct {
	Name   string // "tickets"
	Title  string
	Doc    string  // what a fact is, in a sentence
	When   string  // the time that places a fact in time when an indicator names none: "ticket.created"
	Until  string  // the time that ends it, for facts that last
	Fields []Field // beside those of the record

	// Person, Team and Organization are the fields that say whose fact it is: who may see figures of
	// some teams only sees no others, and groups of few people are hidden. "" for none.
	Person, Team, Organization string

	source *Source
	part   *part
	each   func(state any) []Fact
	on     func(state any, e ledger.Event) []Fact
}

// Fact is one member of a population.
type Fact struct {
	Key    int64          // tells the facts of one record apart; the same for ever
	Values map[string]any // by the last word of the fields' paths; what has no value is left out
	About  map[string]any // in place of what is said of the record now, for what is told about the past
	Gone   bool           // it counts no longer
}

// Source is all that is told about the records of one kind. It follows the ledger as one.
type Source struct {
	Kind   string // of the events' subjects: "ticket"; "" for events of one verb about anything
	parts  []*part
	fields []Field // said of the record
	say    func(state any) map[string]any
	said   *part
	of     []*Population
	verb   string // of a source without a kind
}

// part is what one module knows of a record.
type part struct {
	Module
	make   func() any
	fold   func(state any, e ledger.Event) error
	source *Source
}

// Module names who declares something about a kind of records.
type Module struct {
	Name  string   // "desk"
	Kind  string   // of the records: "ticket"
	Verbs []string // what is read
	// Version grows when a function changes its mind about events of the past; then everything is
	// worked out again. What is declared counts by itself.
	Version int
}

// Records are the records of a kind as one module knows them, folded into states of type R.
type Records[R any] struct {
	registry *Registry
	part     *part
}

// Follow declares what a module knows of the records of a kind. fold takes one event into the
// state of its record, in the order of the ledger; R is kept as JSON.
func Follow[R any](reg *Registry, m Module, fold func(r *R, e ledger.Event) error) *Records[R] {
	var src *Source
	for _, s := range reg.sources {
		if s.Kind == m.Kind {
			src = s
		}
	}
	if src == nil {
		src = &Source{Kind: m.Kind}
		reg.sources = append(reg.sources, src)
	}
	p := &part{Module: m, source: src, make: func() any { return new(R) },
		fold: func(state any, e ledger.Event) error { return fold(state.(*R), e) }}
	src.parts = append(src.parts, p)
	return &Records[R]{reg, p}
}

// Say declares values of the records themselves, which every fact about them carries, whichever
// module tells it. One module may for each kind.
func (r *Records[R]) Say(fields []Field, values func(r *R) map[string]any) {
	src := r.part.source
	if src.say != nil {
		panic("population: two modules say what a " + src.Kind + " is")
	}
	src.fields, src.said = fields, r.part
	src.say = func(state any) map[string]any { return values(state.(*R)) }
}

// Each declares what a record is made of as it stands: a fact told again under its key
// takes the place of the one before, one that is not told any more stays as it was last told.
func (r *Records[R]) Each(p Population, facts func(r *R) []Fact) {
	p.each = func(state any) []Fact { return facts(state.(*R)) }
	r.add(&p)
}

// On declares what an event tells once: it stays as the record was then.
func (r *Records[R]) On(p Population, facts func(r *R, e ledger.Event) []Fact) {
	p.on = func(state any, e ledger.Event) []Fact { return facts(state.(*R), e) }
	r.add(&p)
}

// add registers a population. It panics when it is declared wrongly or twice: a mistake in the
// program, found by any test that builds the registry.
func (r *Records[R]) add(p *Population) {
	if p.Name == "" || p.Title == "" || p.Doc == "" || r.registry.Population(p.Name) != nil {
		panic(fmt.Sprintf("population %q is declared wrongly or twice", p.Name))
	}
	p.source, p.part = r.part.source, r.part
	p.source.of = append(p.source.of, p)
	r.registry.populations = append(r.registry.populations, p)
}

// All are the populations by name.
func (r *Registry) All() []*Population {
	return slices.SortedFunc(slices.Values(r.populations), func(a, b *Population) int { return strings.Compare(a.Name, b.Name) })
}

// Names are the names of the populations.
func (r *Registry) Names() (out []string) {
	for _, p := range r.All() {
		out = append(out, p.Name)
	}
	return out
}

// Population finds a population by its name; nil when there is none.
func (r *Registry) Population(name string) *Population {
	for _, p := range r.populations {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Kind is the kind of the records a population is about; "" for events about anything.
func (p *Population) Kind() string { return p.source.Kind }

// Source is what the population is told from.
func (p *Population) Source() *Source { return p.source }

// All are the population's own fields and those of its records.
func (p *Population) All() []Field { return append(slices.Clone(p.source.fields), p.Fields...) }

// Field finds a field by its path. A path below attributes is a text of that attribute.
func (p *Population) Field(path string) (Field, bool) {
	for _, f := range p.All() {
		if f.Path == path {
			return f, true
		}
		if name, ok := strings.CutPrefix(path, f.Path+"."); ok && f.Type.String() == rule.Attributes.String() && name != "" {
			return Field{Field: rule.Field{Path: path, Type: rule.Text, Title: title(name)}, Dimension: true}, true
		}
	}
	return Field{}, false
}

func title(name string) string {
	name = strings.ReplaceAll(strings.ReplaceAll(name, "_", " "), "-", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

// Fields are what conditions of indicators may read: what every population declares.
func (r *Registry) Fields() (out []rule.Field) {
	seen := map[string]bool{}
	for _, p := range append(r.All(), Event("")) {
		for _, f := range p.All() {
			if !seen[f.Path] {
				seen[f.Path] = true
				if f.Kind != "" && f.Kind != "person" && f.Kind != "organization" {
					f.Type = rule.Text
				}
				out = append(out, f.Field)
			}
		}
	}
	return out
}

// Event is the population of records that events of one verb tell about: the newest event of a
// record stands for it. Its values are the event's own.
func Event(verb string) *Population {
	src := &Source{verb: verb}
	type last struct {
		At   int64           `json:"at"`
		Data json.RawMessage `json:"data"`
	}
	one := &part{Module: Module{Name: "event", Verbs: []string{verb}}, source: src, make: func() any { return &last{} },
		fold: func(state any, e ledger.Event) error {
			*state.(*last) = last{e.At.UnixMicro(), e.Data}
			return nil
		}}
	src.parts = []*part{one}
	p := &Population{Name: "event:" + verb, Title: "Records with an event " + verb, Doc: "The newest event of each record.", When: "event.at", source: src, part: one,
		Fields: []Field{
			{Field: rule.Field{Path: "event.verb", Type: rule.Text, Doc: "What happened."}},
			{Field: rule.Field{Path: "event.at", Type: rule.Time, Doc: "When it happened."}},
			{Field: rule.Field{Path: "event.data", Type: rule.Attributes, Doc: "Values of the event, such as score."}},
		},
		each: func(state any) []Fact {
			s := state.(*last)
			if s.At == 0 {
				return nil
			}
			var data map[string]any
			if json.Unmarshal(s.Data, &data) != nil {
				data = nil
			}
			return []Fact{{Values: map[string]any{"verb": verb, "at": when(s.At), "data": data}}}
		}}
	src.of = []*Population{p}
	return p
}

// Name is the source's name, the same for ever.
func (s *Source) Name() string {
	if s.verb != "" {
		return "event." + s.verb
	}
	return s.Kind
}

// Verbs are the verbs of the events that are read.
func (s *Source) Verbs() []string {
	var out []string
	for _, p := range s.parts {
		out = append(out, p.Verbs...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Mark names what the source's declarations say; it changes when they do.
func (s *Source) Mark() string {
	h := sha256.New()
	fmt.Fprintln(h, s.Name())
	for _, p := range s.parts {
		fmt.Fprintln(h, p.Name, p.Verbs, p.Version)
	}
	for _, p := range s.of {
		fmt.Fprintln(h, p.Name)
		for _, f := range p.All() {
			fmt.Fprintln(h, f.Path, f.Type, f.Kind)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
