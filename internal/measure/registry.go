package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// Registry knows every measure. It is built once, when the program starts.
type Registry struct {
	measures []*Measure
	sources  []*Source
	families []Family
}

// NewRegistry returns a registry without measures.
func NewRegistry() *Registry { return &Registry{} }

// Source is a kind of record whose events say what measures hold.
type Source struct {
	Name  string   // "desk.ticket"
	Kind  string   // of the events' subjects: "ticket"
	Verbs []string // what is read
	// Version grows when a function below changes its mind about events of the past: then all
	// of the source's measures are worked out again. What is declared counts by itself.
	Version int

	measures []*Measure
	read     []reader // beside measures
	fold     func(facts []byte, e ledger.Event) (before, after any, out []byte, err error)
}

// reader says what an event, between two states of its record, changes about a measure.
type reader func(before, after any, e ledger.Event) []change

// change is a part of a measure's value about one subject.
type change struct {
	subject int64
	amount  int64
	word    string
}

// Records are the records of a source, folded into facts of type R.
type Records[R any] struct {
	registry *Registry
	source   *Source
}

// Follow declares a source. fold takes one event into the facts of its record, in the order
// of the ledger; R is kept as JSON.
func Follow[R any](reg *Registry, s Source, fold func(r *R, e ledger.Event) error) *Records[R] {
	src := &s
	src.fold = func(facts []byte, e ledger.Event) (any, any, []byte, error) {
		var before R
		if len(facts) > 0 {
			if err := json.Unmarshal(facts, &before); err != nil {
				return nil, nil, nil, err
			}
		}
		after := before
		if err := fold(&after, e); err != nil {
			return nil, nil, nil, err
		}
		out, err := json.Marshal(after)
		return before, after, out, err
	}
	reg.sources = append(reg.sources, src)
	return &Records[R]{reg, src}
}

// While measures what the records amount to as they are: of names the subject a record is
// about and what it adds; 0 for none.
func (r *Records[R]) While(m Measure, of func(r R) (subject, amount int64)) {
	r.add(m, while, func(before, after any, _ ledger.Event) []change {
		was, had := of(before.(R))
		is, has := of(after.(R))
		if was == is {
			was, had, has = 0, 0, has-had
		}
		return slices.DeleteFunc([]change{{subject: was, amount: -had}, {subject: is, amount: has}}, change.none)
	})
}

// Within measures what happened in the stretch of time before the moment asked about.
func (r *Records[R]) Within(m Measure, window time.Duration, of func(r R, e ledger.Event) (subject, amount int64)) {
	m.window = window
	r.add(m, within, func(_, after any, e ledger.Event) []change {
		subject, amount := of(after.(R), e)
		return slices.DeleteFunc([]change{{subject: subject, amount: amount}}, change.none)
	})
}

// Latest measures what the latest event said.
func (r *Records[R]) Latest(m Measure, of func(r R, e ledger.Event) (subject int64, v Value)) {
	r.add(m, latest, func(_, after any, e ledger.Event) []change {
		subject, v := of(after.(R), e)
		if subject == 0 || !v.Set && v != None() {
			return nil
		}
		return []change{{subject, v.Amount, v.Word}}
	})
}

// Since measures the time gone by since an anchor: the name of a measure of type time of the
// same source, declared before.
func (r *Records[R]) Since(m Measure, anchor string) { r.count(m, since, anchor) }

// Until measures the time left until an anchor, below zero once it has passed; the anchor is as that of Since.
func (r *Records[R]) Until(m Measure, anchor string) { r.count(m, until, anchor) }

func (r *Records[R]) count(m Measure, way Way, anchor string) {
	m.anchor = anchor
	if a := r.registry.find(anchor); a == nil || a.Type != Time || a.source != r.source || a.Subject != m.Subject || m.Type != Duration {
		panic(fmt.Sprintf("measure %s: the anchor %s is no time of the same source and subject, or the type is not duration", m.Name, anchor))
	}
	r.add(m, way, nil)
}

func (c change) none() bool { return c.subject == 0 || c.amount == 0 }

var nameText = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`)

// add registers a measure. It panics when it is declared wrongly or twice: a mistake in the
// program, found by any test that builds the registry.
func (r *Records[R]) add(m Measure, way Way, read reader) {
	ok := nameText.MatchString(m.Name) && m.Title != "" && m.Doc != "" && (m.Subject == "organization" || m.Subject == "person") &&
		m.ruleType().String() != "" && m.Direction != ""
	if !ok || r.registry.find(m.Name) != nil {
		panic(fmt.Sprintf("measure %q is declared wrongly or twice", m.Name))
	}
	m.way, m.source = way, r.source
	r.registry.measures = append(r.registry.measures, &m)
	if read != nil {
		r.source.measures, r.source.read = append(r.source.measures, &m), append(r.source.read, read)
	}
}

// mark names what the source's declarations say; it changes when they do.
func (s *Source) mark() string {
	h := sha256.New()
	fmt.Fprintln(h, s.Name, s.Kind, s.Verbs, s.Version)
	for _, m := range s.measures {
		fmt.Fprintln(h, m.Name, m.Subject, m.Type, m.way)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// follower is the name of the source's cursor.
func (s *Source) follower() string { return "measure." + s.Name + "." + s.mark() }

// stored is the measure whose rows m is read from.
func (r *Registry) stored(m *Measure) *Measure {
	if m.Ticks() {
		return r.find(m.anchor)
	}
	return m
}

// All are the measures by name.
func (r *Registry) All() []*Measure {
	return slices.SortedFunc(slices.Values(r.measures), func(a, b *Measure) int { return strings.Compare(a.Name, b.Name) })
}

func (r *Registry) find(name string) *Measure {
	for _, m := range r.measures {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// Get returns a measure by name.
func (r *Registry) Get(name string) (*Measure, error) {
	if m := r.find(name); m != nil {
		return m, nil
	}
	var names []string
	for _, m := range r.measures {
		names = append(names, m.Name)
	}
	return nil, fault.New(fault.NotFound, "There is no measure %q.%s", name, suggest.DidYouMean(name, names))
}

// Fields are what conditions about a subject may read of its measures: measure.desk.open_urgent.
func (r *Registry) Fields(subject string) (out []rule.Field) {
	for _, m := range r.All() {
		if m.Subject == subject {
			out = append(out, rule.Field{Path: "measure." + m.Name, Type: m.ruleType(), Title: m.Title, Doc: m.Doc})
		}
	}
	return out
}

// Reference describes every measure in Markdown. docs/measures.md is its output.
func (r *Registry) Reference() string {
	var b strings.Builder
	b.WriteString("# Measures\n\nA measure is a value about an organization or a person, worked out from events. `GET /api/v1/measures/NAME?subject=organization/7`\n" +
		"says what it is, since when and from which events; `at=` asks as of another time, `known=` as known at another time.\n" +
		"Conditions about an organization read it as `measure.NAME`. A duration is a number of days in scorecards and reports, seconds over the API, and in\n" +
		"conditions a duration: `measure.success.until_renewal < duration(\"1440h\")`.\n\n| measure | about | type | better | meaning | how |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, m := range r.All() {
		kind := string(m.Type)
		if m.Unit != "" {
			kind += ", " + m.Unit
		}
		better := map[Direction]string{MoreIsBetter: "more", LessIsBetter: "less", Neutral: "neither"}[m.Direction]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s. %s | %s |\n", m.Name, m.Subject, kind, better, m.Title, m.Doc, m.How())
	}
	if len(r.families) > 0 {
		b.WriteString("\n## Made by configuration\n\nThese are worked out when they are read, from what is stored, as of any time and as known at any.\n\n| measure | kind of blueprint | meaning |\n| --- | --- | --- |\n")
		for _, f := range r.families {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", f.Name, f.Kind, f.Doc)
		}
	}
	return b.String()
}

// Family is measures that blueprints of a kind declare, each by its name: usage.NAME.
type Family struct{ Name, Kind, Doc string }

// Describe adds a family to the reference. The module that works its measures out calls it.
func (r *Registry) Describe(f Family) { r.families = append(r.families, f) }
