package insight

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/bizcal"
	"steward/internal/population"
	"steward/internal/rule"
)

// InForce is an indicator of the configuration, ready to work.
type InForce struct {
	ID      int64
	Version int
	Name    string
	Title   string
	Spec    Indicator

	parts      []*part
	plan       plan
	mark       string
	zone       *time.Location
	names      map[string]map[int64]string // of blueprints, by kind and id
	calendar   func(name string) (*bizcal.Calendar, string)
	generation int64
}

// part is one thing an indicator measures.
type part struct {
	number       int
	spec         Measured
	population   *population.Population // nil: nothing is counted
	counts, good *rule.Program
	when, until  string
	between      *bizcal.Calendar
	hours        *bizcal.Calendar
}

// plan is what is needed to read what an indicator's streams hold. It is kept with them, so
// that the old figures can be shown while a changed indicator is worked out.
type plan struct {
	Head
	Parts []planPart `json:"parts"`
	Days  int        `json:"days"`
	Group int        `json:"group"`
}

// planPart is one thing that is measured.
type planPart struct {
	Measure    string  `json:"measure"`
	Percentile float64 `json:"percentile,omitempty"`
	Duration   bool    `json:"duration,omitempty"` // amounts are milliseconds, else millionths
	Distinct   int     `json:"distinct,omitempty"` // the dimension whose values are counted, from 1
	Calendar   string  `json:"calendar,omitempty"`
	Amount     float64 `json:"amount,omitempty"`
	Every      string  `json:"every,omitempty"`
	Stream     bool    `json:"stream"`            // there are records
	Delayed    bool    `json:"delayed,omitempty"` // some begin to count in the future
}

// maxDimensions is how many dimensions a stream keeps.
const maxDimensions = 8

// millis is how many amounts of a duration make a second; millionth of a number make one.
const (
	millis    = 1000
	millionth = 1_000_000
)

// settle works out what follows from the spec.
func (in *InForce) settle() {
	in.zone, _ = time.LoadLocation(in.Spec.TimeZone)
	if in.zone == nil {
		in.zone = time.UTC
	}
	s := in.Spec
	p := plan{Days: cmp.Or(s.Days, 30), Group: cmp.Or(s.Group, 5)}
	p.Head = Head{Name: in.Name, Title: in.Title, Sentence: s.Sentence, Formula: s.Formula, Excluded: s.Excluded, Source: s.Source, Version: in.Version, Unit: in.unit(),
		Currency: s.Currency, Direction: cmp.Or(s.Direction, "up"), Measure: in.parts[0].spec.Measure, Owner: s.Owner, Zone: in.zone.String(), Bands: s.Bands,
		Smallest: s.smallest()}
	if len(in.parts) > 1 {
		p.Measure = "ratio"
	}
	if p.Bands == nil {
		p.Bands = []Band{}
	}
	if s.Target != nil && (*s.Target != 0 || p.Direction == "down") {
		p.Target = &Target{Op: ">=", Value: *s.Target}
		if p.Direction == "down" {
			p.Target.Op = "<="
		}
	}
	p.Dimensions = in.dimensions()
	h := sha256.New()
	fmt.Fprintln(h, in.zone, p.Dimensions)
	for _, one := range in.parts {
		one.hours, one.between = in.around(h, one.spec.Calendar), nil
		if one.spec.Between != nil {
			one.between = in.around(h, one.spec.Between.Calendar)
		}
		p.Parts = append(p.Parts, one.plan(p.Dimensions))
		one.sign(h, in.names)
	}
	p.Units = p.units()
	in.plan, in.mark = p, hex.EncodeToString(h.Sum(nil)[:8])
}

// units are those of the figure's numerator and denominator.
func (p plan) units() []string {
	if len(p.Parts) == 1 {
		if p.Parts[0].Measure == "share" {
			return []string{"count", "count"}
		}
		return []string{p.Unit, "count"}
	}
	if len(p.Parts) == 2 {
		return []string{p.unitOf(p.Parts[0]), p.unitOf(p.Parts[1])}
	}
	return []string{p.unitOf(p.Parts[0]), "number"}
}

// unitOf is the unit of a part of a ratio.
func (p plan) unitOf(m planPart) string {
	switch {
	case m.Duration && (p.Unit == "minutes" || p.Unit == "days"):
		return p.Unit
	case m.Duration:
		return "hours"
	case m.Measure == "amount" || m.Measure == "sum" || m.Measure == "latest":
		if p.Unit == "money" {
			return p.Unit
		}
		return "number"
	}
	return "count"
}

// around is a calendar, nil for around the clock; what it says becomes part of the mark.
func (in *InForce) around(h interface{ Write([]byte) (int, error) }, name string) *bizcal.Calendar {
	if name == "" {
		return nil
	}
	cal, digest := in.calendar(name)
	fmt.Fprintln(h, "calendar", digest)
	return cal
}

// sign adds what decides about a part's facts to the mark.
func (p *part) sign(h interface{ Write([]byte) (int, error) }, names map[string]map[int64]string) {
	spec, _ := json.Marshal(p.spec)
	fmt.Fprintf(h, "%s\n%s %s\n", spec, p.when, p.until)
	if p.population == nil {
		return
	}
	fmt.Fprintln(h, p.population.Source().Name(), p.population.Source().Mark())
	for _, f := range p.population.All() { // names that conditions compare with
		for id, name := range names[f.Kind] {
			if strings.Contains(p.spec.Counts+p.spec.Good, `"`+name+`"`) {
				fmt.Fprintln(h, f.Kind, name, id)
			}
		}
	}
}

func (p *part) plan(dims []Dimension) planPart {
	out := planPart{Measure: p.spec.Measure, Percentile: p.spec.Percentile, Calendar: p.spec.Calendar, Amount: p.spec.Amount, Every: p.spec.Every,
		Stream: p.population != nil, Delayed: p.spec.Delay != 0}
	if out.Measure == "median" {
		out.Measure, out.Percentile = "percentile", 50
	}
	out.Duration = p.duration()
	if out.Measure == "distinct" && len(p.spec.Value) == 1 {
		out.Distinct = 1 + slices.IndexFunc(dims, func(d Dimension) bool { return d.Name == p.spec.Value[0] })
	}
	return out
}

// duration reports whether a part measures time.
func (p *part) duration() bool {
	if p.spec.Between != nil || p.spec.Measure == "age" {
		return true
	}
	if p.population == nil || len(p.spec.Value) == 0 {
		return false
	}
	f, _ := p.population.Field(p.spec.Value[0])
	return f.Type.String() == rule.Duration.String()
}

// unit is the unit of the figure.
func (in *InForce) unit() string {
	first := in.parts[0]
	switch {
	case in.Spec.Unit != "":
		return in.Spec.Unit
	case first.spec.Measure == "share":
		return "percent"
	case first.duration() && len(in.parts) == 1:
		return "hours"
	case first.spec.Measure == "count" || first.spec.Measure == "standing" || first.spec.Measure == "distinct":
		return "count"
	default:
		return "number"
	}
}

// dimensions are what the figure can be split by: all that its parts have in common.
func (in *InForce) dimensions() []Dimension {
	out := []Dimension{}
	var all []string
	if all = in.Spec.Dimensions; len(all) == 0 {
		if first := in.counted(); first != nil {
			for _, f := range append(slices.Clone(first.Fields), first.All()...) { // its own come first
				if f.Dimension && !f.Aside && !slices.Contains(all, f.Path) {
					all = append(all, f.Path)
				}
			}
		}
	}
	for _, p := range in.parts { // what is told apart has to be kept
		if p.spec.Measure == "distinct" && len(p.spec.Value) == 1 && !slices.Contains(all, p.spec.Value[0]) {
			all = append([]string{p.spec.Value[0]}, all...)
		}
	}
	for _, name := range all {
		var f population.Field
		ok := true
		for _, p := range in.parts {
			if p.population != nil && ok {
				f, ok = p.population.Field(name)
			}
		}
		if ok && f.Dimension && len(out) < maxDimensions {
			out = append(out, dimensionOf(f))
		}
	}
	return out
}

// counted is what the first part that has records counts; nil when none has.
func (in *InForce) counted() *population.Population {
	for _, p := range in.parts {
		if p.population != nil {
			return p.population
		}
	}
	return nil
}

// compileFilter reads a filter, which may use the dimensions and nothing else.
func compileFilter(dims []Dimension, filter string) (*rule.Program, error) {
	var fields []rule.Field
	for _, d := range dims {
		t := rule.Text
		switch d.Type {
		case "int":
			t = rule.Int
		case "bool":
			t = rule.Bool
		}
		fields = append(fields, rule.Field{Path: d.Name, Type: t, Title: d.Title, Doc: d.Title})
	}
	env, err := rule.New(subject, fields...)
	if err != nil {
		return nil, err
	}
	return rule.Compile(env, filter)
}

func dimensionOf(f population.Field) Dimension {
	d := Dimension{Name: f.Path, Title: f.Title, Type: "text", Kind: f.Kind}
	switch {
	case f.Kind == "person" || f.Kind == "organization" || f.Kind == "" && f.Type.String() == rule.Int.String():
		d.Type = "int"
	case f.Type.String() == rule.Bool.String():
		d.Type = "bool"
	}
	return d
}
