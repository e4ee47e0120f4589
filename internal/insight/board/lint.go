package board

import (
	"fmt"
	"slices"

	"steward/internal/blueprint"
	"steward/internal/suggest"
)

// About answers what lint must know of the indicators of a configuration being looked at.
type About struct {
	// Dimensions lists what an indicator can be split by; ok is false when there is no such indicator.
	Dimensions func(set *blueprint.Set, indicator string) (names []string, ok bool)
	// Filter says what is wrong with a condition over an indicator's records; nil when nothing is.
	Filter func(set *blueprint.Set, indicator, filter string) error
	// Adds reports whether the figures of an indicator's parts add up to the whole.
	Adds func(set *blueprint.Set, indicator string) bool
	// Accounts looks at a report of accounts.
	Accounts LintAccounts
}

// linter looks at one dashboard or report.
type linter struct {
	c     *blueprint.Context
	about About
}

func at(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

func (l linter) page(p Page) {
	l.period("period", p.Period)
	lintSchedule(l.c, p.Schedule)
	for i, f := range p.Filters {
		if slices.ContainsFunc(p.Filters[:i], func(g Filter) bool { return g.Dimension == f.Dimension }) {
			l.c.Warn(at("filters", i), "The page chooses by %s twice.", f.Dimension)
		}
	}
}

func (l linter) period(path, name string) {
	if name != "" && !slices.Contains(PeriodNames(), name) {
		l.c.Error(path, "There is no period %q.%s", name, suggest.DidYouMean(name, PeriodNames()))
	}
}

// tile finds what a tile of a dashboard cannot show; path is where it stands.
func (l linter) tile(path string, t Tile, shared []Filter) {
	if t.Accounts == nil {
		l.picture(path, t.Picture, shared)
		l.period(path+"period", t.Period)
		return
	}
	if t.Period != "" {
		l.c.Error(path+"period", "Figures of accounts have no period: say a day of the past below accounts (on).")
	}
	l.accounts(path, t.Picture, *t.Accounts)
}

// picture finds what a picture cannot show. What its indicators are, references have made sure of.
func (l linter) picture(path string, p Picture, shared []Filter) {
	chart := p.chart()
	switch {
	case len(p.indicators()) == 0:
		l.c.Error(path+"indicator", "It shows nothing: name an indicator, or the steps of a funnel.")
		return
	case chart == "funnel" && len(p.Steps) < 2 && p.By == "":
		l.c.Error(path+"steps", "A funnel has at least two steps. Name the indicators in steps, or a dimension in by.")
	case chart != "funnel" && len(p.Steps) > 0:
		l.c.Warn(path+"steps", "Steps are for funnels; a chart of kind %s does not show them.", chart)
	case chart == "heat-map" && p.Every != "" && p.Every != "hour":
		l.c.Error(path+"every", "A heat map is by hour and weekday, so its figures are by hour.")
	case chart == "heat-map" && p.By != "":
		l.c.Error(path+"by", "A heat map shows one figure an hour; it cannot be split by %s as well.", p.By)
	case chart == "number" && p.By != "":
		l.c.Warn(path+"by", "A number is not split. Choose a bar or a table to see it by %s.", p.By)
	case chart == "area" && p.By != "" && p.Indicator != "" && !l.about.Adds(l.c.Set, p.Indicator):
		l.c.Warn(path+"chart", "The figures of %s do not add up, so they are drawn as lines instead of stacked.", p.Indicator)
	}
	for _, name := range p.indicators() {
		dimensions, ok := l.about.Dimensions(l.c.Set, name)
		if !ok {
			continue // the reference says so
		}
		if p.By != "" && !slices.Contains(dimensions, p.By) {
			l.c.Error(path+"by", "%s cannot be split by %s.%s", name, p.By, suggest.DidYouMean(p.By, dimensions))
		}
		if p.Filter != "" {
			if err := l.about.Filter(l.c.Set, name, p.Filter); err != nil {
				l.c.Error(path+"filter", "%s: %v", name, err)
			}
		}
		for _, f := range shared {
			if !slices.Contains(dimensions, f.Dimension) {
				l.c.Note(path+"indicator", "%s does not know %s, so the page's choice leaves this picture as it is.", name, f.Dimension)
			}
		}
	}
}

// filter finds choices that no tile of the page follows.
func (l linter) filter(path, dimension string, tiles []Tile) {
	var known []string
	for _, t := range tiles {
		for _, name := range t.indicators() {
			dimensions, ok := l.about.Dimensions(l.c.Set, name)
			if !ok || slices.Contains(dimensions, dimension) {
				return
			}
			known = append(known, dimensions...)
		}
	}
	l.c.Error(path, "None of the indicators here knows %s.%s", dimension, suggest.DidYouMean(dimension, known))
}
