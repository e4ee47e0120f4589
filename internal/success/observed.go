package success

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/suggest"
)

// Observation is what a measure holds about an account at a moment, and what it rests on.
type Observation struct {
	Set     bool
	Value   measure.Value
	Plain   any       // the value as conditions read it
	At      time.Time // when the data behind it happened; of time gone by or left, the anchor; zero for sums
	Until   time.Time // when it ceases to hold; zero when it does not by itself
	EventID int64     // it comes from; 0 when many are behind it or many accounts were asked about
	Ticks   bool      // time counted from At: it changes by itself
	Falls   bool      // the time left until At

	series []seriesAt // points behind it
}

type seriesAt struct{ series, at int64 }

// The beginnings of the names of measures that a configuration makes.
const (
	usagePrefix  = "usage."
	manualPrefix = "manual."
)

// MeasureInfo describes a measure about accounts, wherever it is declared.
type MeasureInfo struct {
	Name   string       `json:"name"`
	Title  string       `json:"title"`
	Doc    string       `json:"doc"`
	Unit   string       `json:"unit"`
	Type   measure.Type `json:"type" enum:"count,number,share,duration,time,text"`
	Better string       `json:"better" enum:"more,less,neither"`
	Words  []string     `json:"words" nullable:"false" doc:"Of a manual measure, best first."`
	Manual bool         `json:"manual" doc:"Whether people judge it."`
}

// better says which way is better, as the API has it.
var better = map[measure.Direction]string{measure.MoreIsBetter: "more", measure.LessIsBetter: "less", measure.Neutral: "neither"}

func orNeither(s string) string {
	if s == "" {
		return "neither"
	}
	return s
}

// Measured lists every measure about accounts under the configuration in force, by name.
func (s *Service) Measured() []MeasureInfo { return s.config().measured(s.measures.Registry()) }

// measured lists every measure about accounts under a configuration, by name.
func (c *Config) measured(measures *measure.Registry) []MeasureInfo {
	out := []MeasureInfo{}
	for _, m := range measures.All() {
		if m.Subject != "organization" {
			continue
		}
		out = append(out, MeasureInfo{Name: m.Name, Title: m.Title, Doc: m.Doc, Unit: m.Unit, Type: m.Type, Better: better[m.Direction], Words: []string{}})
	}
	for _, u := range c.usage {
		out = append(out, MeasureInfo{Name: usagePrefix + u.Name, Title: u.Title, Doc: u.Doc, Unit: u.Spec.Unit, Type: measure.Type(u.Spec.Type), Better: orNeither(u.Spec.Better), Words: []string{}})
	}
	for _, m := range c.manual {
		out = append(out, MeasureInfo{Name: judgedPrefix + m.Name, Title: "Time since it was judged: " + m.Title, Doc: "Whether the judgement holds still or has expired.", Type: measure.Duration, Better: "less", Words: []string{}})
		out = append(out, MeasureInfo{Name: manualPrefix + m.Name, Title: m.Title, Doc: m.Doc, Unit: m.Spec.Unit, Type: m.kind(), Better: orNeither(m.Spec.Better), Words: append([]string{}, m.Spec.Words...), Manual: true})
	}
	for _, m := range c.roles {
		out = append(out, m.info())
	}
	slices.SortFunc(out, func(a, b MeasureInfo) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// isShare reports whether a measure is a share, which people read in percent.
func (s *Service) isShare(name string) bool {
	if u, ok := s.config().usageNamed(name); ok {
		return measure.Type(u.Spec.Type) == measure.Share
	}
	m, err := s.measures.Registry().Get(name)
	return err == nil && m.Type == measure.Share
}

func (m manualInForce) kind() measure.Type {
	if len(m.Spec.Words) > 0 {
		return measure.Text
	}
	return measure.Number
}

// ConfiguredMeasures are the measures that a configuration makes, by name, with their types.
func ConfiguredMeasures(set *blueprint.Set) map[string]measure.Type {
	out := map[string]measure.Type{}
	for _, b := range blueprint.All[UsageMeasure](set) {
		out[usagePrefix+key(b.Name)] = measure.Type(b.Spec.Type)
	}
	for _, b := range blueprint.All[ManualMeasure](set) {
		out[judgedPrefix+key(b.Name)] = measure.Duration
		out[manualPrefix+key(b.Name)] = manualInForce{Spec: b.Spec}.kind()
	}
	for _, b := range blueprint.All[RoleMeasure](set) {
		out[rolesPrefix+key(b.Name)] = measure.Number
	}
	return out
}

// Observe answers one measure of any number of accounts; those without a value are left out. It
// checks no permission: it is for what the system works out.
func (s *Service) Observe(ctx context.Context, tx db.Tx, name string, ids []int64, asked measure.Asked) (map[int64]Observation, error) {
	c := s.config()
	if u, ok := c.usageNamed(name); ok {
		found, err := s.usageAt(ctx, tx, []usageInForce{u}, ids, asked)
		return found[u.Name], err
	}
	if short, ok := strings.CutPrefix(name, manualPrefix); ok {
		if m, ok := c.manual[short]; ok {
			return s.judgedAt(ctx, tx, m, ids, asked)
		}
	}
	if short, ok := strings.CutPrefix(name, judgedPrefix); ok {
		if m, ok := c.manual[short]; ok {
			return s.judgedSince(ctx, tx, m, ids, asked)
		}
	}
	if short, ok := strings.CutPrefix(name, rolesPrefix); ok {
		if m, ok := c.roles[short]; ok {
			return s.rolesAt(ctx, tx, m, ids, asked)
		}
	}
	m, err := s.measures.Known(name)
	if err != nil {
		return nil, s.noMeasure(name)
	}
	found, err := s.measures.Read(ctx, tx, name, ids, asked)
	return observations(m, found), err
}

// usageNamed is the usage measure that conditions read by a name.
func (c *Config) usageNamed(name string) (u usageInForce, ok bool) {
	short, ok := strings.CutPrefix(name, usagePrefix)
	if ok {
		u, ok = c.usage[short]
	}
	return u, ok
}

// observeAll answers several measures, by name and account: those of usage together. Names that
// nobody knows are left out: lint tells them.
func (s *Service) observeAll(ctx context.Context, tx db.Tx, names []string, ids []int64, asked measure.Asked) (map[string]map[int64]Observation, error) {
	out := make(map[string]map[int64]Observation, len(names))
	var used []usageInForce
	for _, name := range names {
		if u, ok := s.config().usageNamed(name); ok {
			used = append(used, u)
			continue
		}
		found, err := s.Observe(ctx, tx, name, ids, asked)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out[name] = found
	}
	if len(used) == 0 {
		return out, nil
	}
	found, err := s.usageAt(ctx, tx, used, ids, asked)
	for short, of := range found {
		out[usagePrefix+short] = of
	}
	return out, err
}

func (s *Service) noMeasure(name string) error {
	return fault.New(fault.NotFound, "There is no measure %q.%s", name, suggest.DidYouMean(name, slices.Sorted(maps.Keys(s.config().configured()))))
}

// configured are the names of measures that the configuration makes.
func (c *Config) configured() map[string]bool {
	out := map[string]bool{}
	for name := range c.usage {
		out[usagePrefix+name] = true
	}
	for name := range c.manual {
		out[judgedPrefix+name], out[manualPrefix+name] = true, true
	}
	for name := range c.roles {
		out[rolesPrefix+name] = true
	}
	return out
}

// Observed answers several measures of any number of accounts, by account and name. It checks no
// permission: it is for what the system works out.
func (s *Service) Observed(ctx context.Context, tx db.Tx, names []string, ids []int64, asked measure.Asked) (map[int64]map[string]Observation, error) {
	for _, name := range names {
		if _, err := s.measures.Known(name); err != nil && !s.config().configured()[name] {
			return nil, s.noMeasure(name)
		}
	}
	all, err := s.observeAll(ctx, tx, names, ids, asked)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]map[string]Observation, len(ids))
	for name, found := range all {
		for id, o := range found {
			if out[id] == nil {
				out[id] = map[string]Observation{}
			}
			out[id][name] = o
		}
	}
	return out, nil
}
