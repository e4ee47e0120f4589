package insight

import (
	"regexp"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/population"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// linter finds indicators that cannot be worked out, or that say something else than they seem to.
type linter struct {
	c       *blueprint.Context
	counted *population.Registry
	in      Indicator
}

var verbText = regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)

func (l *linter) lint() {
	parts := l.in.parts()
	for i, m := range parts {
		l.part(i, m)
	}
	l.dimensions()
	first := parts[0]
	if len(parts) > 1 && first.Measure == "share" {
		l.c.Warn("per", "A share is a fraction already. Count instead, or leave per out.")
	}
	for i, m := range parts[1:] {
		if name(m) != "" && name(first) != "" && name(m) != name(first) {
			l.c.Warn(partPath(i+1, "population"), "The parts of this ratio count different things: %s and %s. A record of one is not one of the other, so it can pass 100 percent.", name(first), name(m))
		} else if name(m) != "" && l.counts(m) && l.counts(first) && m.When != first.When {
			l.c.Warn(partPath(i+1, "when"), "The parts of this ratio are placed in time by different events, so a record may be above the line in one month and below it in another.")
		}
	}
	if l.in.Target != nil && l.in.Unit == "percent" && (*l.in.Target < 0 || *l.in.Target > 100) {
		l.c.Warn("target", "A share is between 0 and 100 percent.")
	}
	for i, b := range l.in.Bands {
		if i > 0 && b.From <= l.in.Bands[i-1].From {
			l.c.Warn("bands", "Bands go from the lowest to the highest; %q begins below the one before.", b.Title)
		}
	}
	if l.in.Unit == "money" && l.in.Currency == "" {
		l.c.Warn("unit", "Say which currency.")
	}
}

func (l *linter) counts(m Measured) bool { return m.Measure == "count" || m.Measure == "share" }

// name says what a part counts.
func name(m Measured) string {
	if m.Verb != "" {
		return m.Verb
	}
	return m.Population
}

// bare are the measures without records.
var bare = []string{"working_days", "amount"}

func (l *linter) part(i int, m Measured) {
	at := func(field string) string { return partPath(i, field) }
	measure := m.Measure
	if measure == "" {
		measure = "share"
	}
	if slices.Contains(bare, measure) {
		if measure == "amount" && m.Every == "" {
			l.c.Error(at("measure"), "A fixed amount needs every: day, week, month or year.")
		}
		return
	}
	switch {
	case m.Verb != "" && m.Population != "":
		l.c.Error(at("verb"), "Give a population or a verb, not both.")
		return
	case m.Verb != "":
		if !verbText.MatchString(m.Verb) {
			l.c.Warn(at("verb"), "%q is not an event. Events are named like survey.answered or ticket.created.", m.Verb)
		}
	case l.counted.Population(m.Population) == nil:
		l.c.Error(at("population"), "There is no population %q.%s", m.Population, suggest.DidYouMean(m.Population, l.counted.Names()))
		return
	}
	p := l.counted.Population(m.Population)
	if m.Verb != "" {
		p = population.Event(m.Verb)
	}
	l.needs(at, measure, m, p)
	l.fields(at, measure, m, p)
	for _, field := range []string{"counts", "good"} {
		l.reads(at(field), p)
	}
	l.sides(i, at, measure)
}

// needs reports what a measure cannot be worked out without.
func (l *linter) needs(at func(string) string, measure string, m Measured, p *population.Population) {
	switch measure {
	case "share":
		if l.c.Rule(at("good")) == nil {
			l.c.Error(at("good"), "A share needs good: which of those that count are on the good side.")
		}
	case "sum", "mean", "median", "percentile", "latest":
		if len(m.Value) == 0 && m.Between == nil {
			l.c.Error(at("value"), "A %s needs a value, or the two events it is between.", measure)
		}
	case "distinct":
		if len(m.Value) != 1 {
			l.c.Error(at("value"), "Say which field's values are told apart, one of the dimensions.")
		}
	case "age":
		if len(m.Value) != 1 {
			l.c.Error(at("value"), "An age needs the time it is counted from, such as ticket.opened.")
		}
	}
	if measure == "percentile" && m.Percentile == 0 {
		l.c.Error(at("percentile"), "Say which percentile, such as 90.")
	}
	if need := needed(m.Percentile); measure == "percentile" && l.in.Small != 0 && l.in.Small < need {
		l.c.Warn("small_sample", "A percentile of %g out of fewer than %d records is one of the last few values. Set small_sample to %d at least, or leave it out.", m.Percentile, need, need)
	}
	if lasts(measure) && m.Until == "" && p.Until == "" {
		l.c.Error(at("until"), "Say which time ends it: a record that never ends is counted for ever.")
	}
	if m.When == "" && p.When == "" {
		l.c.Error(at("when"), "Say which time places a record in a day.")
	}
}

// needed is how many records a percentile takes for three of them to lie beyond it.
func needed(p float64) int {
	beyond := min(p, 100-p) / 100
	if beyond <= 0 {
		return 0
	}
	return int(3/beyond + 0.5)
}

// smallest is the bound of a small sample: what the blueprint says, or 30 and what its percentiles take.
func (in Indicator) smallest() int64 {
	if in.Small != 0 {
		return int64(in.Small)
	}
	most := 30
	for _, m := range in.parts() {
		if m.Measure == "percentile" {
			most = max(most, needed(m.Percentile))
		}
	}
	return int64(most)
}

// fields reports values and times that the population does not have.
func (l *linter) fields(at func(string) string, measure string, m Measured, p *population.Population) {
	check := func(field, path string, types ...rule.Type) {
		if path == "" {
			return
		}
		f, ok := p.Field(path)
		if !ok {
			var paths []string
			for _, one := range p.All() {
				paths = append(paths, one.Path)
			}
			l.c.Error(at(field), "%s have no %q.%s", p.Title, path, suggest.DidYouMean(path, paths))
			return
		}
		if !slices.ContainsFunc(types, func(t rule.Type) bool { return t.String() == f.Type.String() }) {
			l.c.Error(at(field), "%s is a %s, which cannot be used here.", path, f.Type)
		}
	}
	check("when", m.When, rule.Time)
	check("until", m.Until, rule.Time)
	if m.Between != nil {
		check("between.from", m.Between.From, rule.Time)
		check("between.to", m.Between.To, rule.Time)
	}
	for _, v := range m.Value {
		switch measure {
		case "age":
			check("value", v, rule.Time)
		case "distinct":
			check("value", v, rule.Text, rule.Int, rule.Bool)
		default:
			check("value", v, rule.Duration, rule.Int, rule.Number, rule.Bool)
		}
	}
}

// reads reports what a condition reads that the population does not have: it would never hold.
func (l *linter) reads(path string, p *population.Population) {
	program := l.c.Rule(path)
	if program == nil {
		return
	}
	for _, f := range program.Fields() {
		if _, ok := p.Field(f); !ok {
			l.c.Warn(path, "%s have no %s, so this never holds.", p.Title, f)
		}
	}
}

// sides reports shares that are always all.
func (l *linter) sides(i int, at func(string) string, measure string) {
	counts, good := l.c.Rule(at("counts")), l.c.Rule(at("good"))
	if measure != "share" || good == nil {
		return
	}
	if counts != nil && good.Covers(counts) {
		l.c.Warn(at("good"), "Everything that counts is good, so the figure is always 100 percent.")
	}
	if counts == nil && strings.TrimSpace(good.Source()) == "true" {
		l.c.Warn(at("good"), "Every event is good, so the figure is always 100 percent.")
	}
}

// dimensions reports those that no part has, or one has not.
func (l *linter) dimensions() {
	for _, d := range l.in.Dimensions {
		for _, m := range l.in.parts() {
			p := l.counted.Population(m.Population)
			if m.Verb != "" {
				p = population.Event(m.Verb)
			}
			if p == nil {
				continue
			}
			f, ok := p.Field(d)
			if ok && f.Dimension {
				continue
			}
			var names []string
			for _, f := range p.All() {
				if f.Dimension {
					names = append(names, f.Path)
				}
			}
			l.c.Error("dimensions", "%s cannot be split by %q.%s", p.Title, d, suggest.DidYouMean(d, names))
		}
	}
}
