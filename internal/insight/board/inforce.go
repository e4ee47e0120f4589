package board

import (
	"cmp"
	"slices"

	"steward/internal/blueprint"
)

// The kinds of what is arranged here.
const (
	KindDashboard = "dashboard"
	KindReport    = "report"
)

// InForce is a dashboard or a report of the configuration. A report is a dashboard with one tile.
type InForce struct {
	ID      int64 // of the blueprint
	Version int
	Kind    string
	Name    string
	Title   string
	Page    Page
	Tiles   []Tile

	Accounts *Accounts // of a report of accounts, which has no tiles
	chart    string    // of its figures
}

// FromSet returns the dashboards and reports of a configuration, in the order of their lists.
func FromSet(set *blueprint.Set) []InForce {
	var out []InForce
	for _, b := range blueprint.All[Dashboard](set) {
		out = append(out, InForce{ID: b.ID, Version: b.Version, Kind: KindDashboard, Name: b.Name, Title: titled(b.Title, b.Name), Page: b.Spec.Page, Tiles: b.Spec.Tiles})
	}
	for _, b := range blueprint.All[Report](set) {
		tile := Tile{Picture: b.Spec.Picture, Title: titled(b.Title, b.Name), Size: "full"}
		made := InForce{ID: b.ID, Version: b.Version, Kind: KindReport, Name: b.Name, Title: tile.Title, Page: b.Spec.Page}
		if a := b.Spec.Accounts; a != nil {
			made.Accounts, made.chart = a, b.Spec.accountChart(*a)
		} else {
			made.Tiles = []Tile{tile}
		}
		out = append(out, made)
	}
	slices.SortStableFunc(out, func(a, b InForce) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Page.Order, b.Page.Order), cmp.Compare(a.Title, b.Title))
	})
	return out
}

// indicators are all whose figures the page shows.
func (b InForce) indicators() (out []string) {
	for _, t := range b.Tiles {
		for _, name := range t.indicators() {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// words say when a schedule mails.
func (s Schedule) words() string {
	switch s.Every {
	case "day":
		return "Every day at " + s.Time
	case "workday":
		return "Every working day at " + s.Time
	case "week":
		return "Every " + dayNames[cmp.Or(s.On, "mon")] + " at " + s.Time
	}
	return "Every month on the " + ordinal(max(s.Day, 1)) + " at " + s.Time
}

var dayNames = map[string]string{"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday"}
