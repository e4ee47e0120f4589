package availability

import (
	"cmp"
	"slices"
	"time"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/directory"
)

// RegionSpec is the spec of kind region: a part of the world whose colleagues work the same hours.
type RegionSpec struct {
	Order     int      `yaml:"order" doc:"Place among the regions, in the order the sun passes them. Somebody who fits several belongs to the first."`
	Calendar  string   `yaml:"calendar" doc:"When they work; its zone is the region's." ref:"calendar" required:"true"`
	Teams     []string `yaml:"teams" doc:"Teams whose members belong to it." ref:"team"`
	Attribute string   `yaml:"attribute" doc:"A field of people that holds the name of their region, for those whom no team decides."`
}

// Region is a region in force.
type Region struct {
	ID       int64
	Name     string
	Title    string
	Version  int
	Spec     RegionSpec
	Calendar *bizcal.Calendar
	TeamIDs  []int64
}

// Config is the part of the configuration this package reads, compiled and immutable.
type Config struct {
	Regions []*Region // in order
}

// Register adds the kind region.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[RegionSpec]{Name: "region", Title: "Region",
		Summary: "A part of the world whose colleagues work the same hours: routing follows the sun through them.",
		Example: "kind: region\nname: emea\ntitle: EMEA\norder: 20\ncalendar: office-hours\nteams: [support]\n",
		Lint:    lint})
}

func lint(c *blueprint.Context, s RegionSpec) {
	if len(s.Teams) == 0 && s.Attribute == "" {
		c.Warn("teams", "Nobody belongs to this region: name teams, or the field of people that says so.")
	}
	if cal, ok := blueprint.Get[bizcal.Spec](c.Set, s.Calendar); ok && !cal.Open() {
		c.Warn("calendar", "The calendar %s is never open, so nobody of this region is ever at work.", s.Calendar)
	}
	for _, other := range blueprint.All[RegionSpec](c.Set) {
		for i, team := range s.Teams {
			if other.Name < c.Entry.Name && slices.Contains(other.Spec.Teams, team) {
				c.Note("teams", "The team %s (number %d) belongs to the region %s too; the order decides.", team, i+1, other.Name)
			}
		}
	}
}

// Compile takes the regions from a set of blueprints.
func Compile(set *blueprint.Set) *Config {
	teams := map[string]int64{}
	for _, b := range blueprint.All[directory.Team](set) {
		teams[b.Name] = b.ID
	}
	cfg := &Config{}
	for _, b := range blueprint.All[RegionSpec](set) {
		cal, ok := bizcal.FromSet(set, b.Spec.Calendar)
		if !ok {
			continue // a set with errors is never in force
		}
		r := &Region{ID: b.ID, Name: b.Name, Title: b.Title, Version: b.Version, Spec: b.Spec, Calendar: cal}
		for _, name := range b.Spec.Teams {
			r.TeamIDs = append(r.TeamIDs, teams[name])
		}
		cfg.Regions = append(cfg.Regions, r)
	}
	slices.SortStableFunc(cfg.Regions, func(a, b *Region) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return cfg
}

// Region returns a region by its blueprint id; nil when there is none.
func (c *Config) Region(id int64) *Region {
	for _, r := range c.Regions {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Named returns a region by name; nil when there is none.
func (c *Config) Named(name string) *Region {
	for _, r := range c.Regions {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// AtWork is the region that is at work at a moment: of several the one whose day ends last, of none the one whose day begins
// first; nil when none ever begins.
func (c *Config) AtWork(now time.Time) (best *Region) {
	var until, from time.Time
	for _, r := range c.Regions {
		if spans := r.Calendar.Intervals(now, now.Add(7*24*time.Hour)); r.Calendar.Active(now) && len(spans) > 0 && spans[0].To.After(until) {
			best, until = r, spans[0].To
		}
	}
	if best != nil {
		return best
	}
	for _, r := range c.Regions {
		if at, ok := r.Calendar.After(now, 0); ok && (from.IsZero() || at.Before(from)) {
			best, from = r, at
		}
	}
	return best
}

// Names are the names of all regions, for errors.
func (c *Config) Names() (out []string) {
	for _, r := range c.Regions {
		out = append(out, r.Name)
	}
	return out
}

// of is the region of somebody in these teams with these attributes by name; nil for none.
func (c *Config) of(teams []int64, attributes map[string]any) *Region {
	for _, r := range c.Regions {
		if slices.ContainsFunc(r.TeamIDs, func(id int64) bool { return slices.Contains(teams, id) }) {
			return r
		}
	}
	for _, r := range c.Regions {
		if said, ok := attributes[r.Spec.Attribute].(string); ok && r.Spec.Attribute != "" && said == r.Name {
			return r
		}
	}
	return nil
}
