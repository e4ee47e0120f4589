package board

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/suggest"
)

// maxOwn is how many reports one person can have for themselves.
const maxOwn = 50

// OwnReport is a report that somebody made for themselves. Nobody else sees it, and it is not mailed.
type OwnReport struct {
	ID      int64
	Version int64
	Title   string
	Spec    OwnSpec
	Created time.Time
}

// OwnSpec is what a report of somebody's own shows, as the fields of a report blueprint say it.
type OwnSpec struct {
	Summary   string   `json:"summary,omitempty" maxLength:"300"`
	Indicator string   `json:"indicator,omitempty" maxLength:"200"`
	Steps     []string `json:"steps,omitempty" maxItems:"12" doc:"Of a funnel: the indicators, from first to last."`
	Chart     string   `json:"chart" enum:"number,line,area,bar,histogram,heat-map,table,funnel"`
	By        string   `json:"by,omitempty" maxLength:"200"`
	Filter    string   `json:"filter,omitempty" maxLength:"2000"`
	Every     string   `json:"every,omitempty" enum:"hour,day,week,month,quarter,year,"`
	Period    string   `json:"period,omitempty" maxLength:"40"`
	Compare   string   `json:"compare,omitempty" enum:"previous,year,none,"`
	Zone      string   `json:"zone,omitempty" maxLength:"60"`
	Filters   []string `json:"filters,omitempty" maxItems:"12" doc:"Dimensions that the page offers choices of."`

	Accounts *Accounts `json:"accounts,omitempty" doc:"In place of all but the chart: a report of accounts and their measures."`
}

// board is the report as the page shows it.
func (r OwnReport) board() InForce {
	s := r.Spec
	page := Page{Summary: s.Summary, Period: s.Period, Compare: s.Compare, Zone: s.Zone}
	for _, d := range s.Filters {
		page.Filters = append(page.Filters, Filter{Dimension: d})
	}
	if s.Accounts != nil {
		return InForce{Version: int(r.Version), Kind: KindReport, Title: r.Title, Page: page, Accounts: s.Accounts, chart: Picture{Chart: s.Chart}.accountChart(*s.Accounts)}
	}
	tile := Tile{Picture: Picture{Indicator: s.Indicator, Steps: s.Steps, Chart: s.Chart, By: s.By, Filter: s.Filter, Every: s.Every}, Title: r.Title, Size: "full"}
	return InForce{Version: int(r.Version), Kind: KindReport, Title: r.Title, Page: page, Tiles: []Tile{tile}}
}

const ownFields = `SELECT id, title, spec, version, created FROM own_report WHERE person_id = $1`

func scanOwn(r db.Scanner) (o OwnReport, err error) {
	var spec string
	var created int64
	if err := r.Scan(&o.ID, &o.Title, &spec, &o.Version, &created); err != nil {
		return o, err
	}
	o.Created = db.Time(created)
	return o, json.Unmarshal([]byte(spec), &o.Spec)
}

// Own lists the reports that the actor made for themselves, the oldest first. Whoever may read indicators sees
// their own.
func (s *Service) Own(ctx context.Context, tx db.Tx, by act.Actor) ([]OwnReport, error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, ownFields+` ORDER BY id LIMIT $2`, by.PersonID, maxOwn)
	return db.Collect(rows, err, scanOwn)
}

// OwnByID returns a report that the actor made for themselves. Nobody else sees it.
func (s *Service) OwnByID(ctx context.Context, tx db.Tx, by act.Actor, id int64) (OwnReport, error) {
	all, err := s.Own(ctx, tx, by)
	for _, o := range all {
		if o.ID == id {
			return o, nil
		}
	}
	if err == nil {
		err = fault.Missing("report of yours", id)
	}
	return OwnReport{}, err
}

// KeepOwn keeps a report for the actor: a new one, or in place of the one with its id. Whoever may read indicators
// may, each their own.
func (s *Service) KeepOwn(ctx context.Context, tx db.Tx, by act.Actor, o OwnReport) (OwnReport, error) {
	if err := s.checkOwn(by, &o); err != nil {
		return o, err
	}
	spec, err := json.Marshal(o.Spec)
	if err != nil {
		return o, err
	}
	if o.ID == 0 {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM own_report WHERE person_id = $1`, by.PersonID).Scan(&n); err != nil {
			return o, err
		}
		if n >= maxOwn {
			return o, fault.New(fault.Conflict, "You have %d reports of your own, which is the most. Delete one you no longer use.", n)
		}
		o.Version, o.Created = 1, by.Now()
		err := tx.QueryRow(ctx, `INSERT INTO own_report (person_id, title, spec, version, created) VALUES ($1, $2, $3, 1, $4) RETURNING id`,
			by.PersonID, o.Title, string(spec), db.Micros(o.Created)).Scan(&o.ID)
		return o, err
	}
	old, err := s.OwnByID(ctx, tx, by, o.ID)
	if err != nil {
		return o, err
	}
	if old.Version != o.Version {
		return o, fault.Stale("report", ownRow(old))
	}
	o.Version, o.Created = o.Version+1, old.Created
	_, err = tx.Exec(ctx, `UPDATE own_report SET title = $1, spec = $2, version = $3 WHERE id = $4 AND person_id = $5`, o.Title, string(spec), o.Version, o.ID, by.PersonID)
	return o, err
}

// DropOwn deletes a report of the actor. Nobody else may.
func (s *Service) DropOwn(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	n, err := tx.Exec(ctx, `DELETE FROM own_report WHERE id = $1 AND person_id = $2`, id, by.PersonID)
	if err == nil && n == 0 {
		err = fault.Missing("report of yours", id)
	}
	return err
}

// checkOwn refuses what no page could show.
func (s *Service) checkOwn(by act.Actor, o *OwnReport) error {
	if err := by.Require("read", "indicator"); err != nil {
		return err
	}
	if by.PersonID == 0 {
		return by.Denied("read", "indicator")
	}
	o.Title = strings.TrimSpace(o.Title)
	if o.Title == "" || utf8.RuneCountInString(o.Title) > 120 {
		return fault.Field("title", o.Title, "1 to 120 characters", "A report needs a title of at most 120 characters.")
	}
	spec := o.Spec
	if spec.Period != "" && !slices.Contains(PeriodNames(), spec.Period) {
		return fault.Field("period", spec.Period, strings.Join(PeriodNames(), ", "), "There is no period %q.%s", spec.Period, suggest.DidYouMean(spec.Period, PeriodNames()))
	}
	if _, err := bizcal.LoadZone(spec.Zone); spec.Zone != "" && err != nil {
		return fault.Field("zone", spec.Zone, "a time zone such as Europe/Amsterdam", "There is no time zone %q.", spec.Zone)
	}
	if spec.Accounts != nil {
		return s.checkOwnAccounts(spec)
	}
	names := o.board().indicators()
	heads := s.Figures.Heads(names...)
	switch {
	case len(names) == 0:
		return fault.Field("indicator", "", "the name of an indicator", "A report shows an indicator, or the steps of a funnel.")
	case len(spec.Steps) > 0 && spec.Chart != "funnel":
		return fault.Field("steps", nil, "no steps, or a funnel", "Steps are for funnels.")
	}
	for _, name := range names {
		h, ok := heads[name]
		if !ok {
			return fault.Field("indicator", name, "the name of an indicator", "There is no indicator %q.", name)
		}
		var known []string
		for _, d := range h.Dimensions {
			known = append(known, d.Name)
		}
		for _, d := range append(slices.Clone(spec.Filters), spec.By) {
			if d != "" && !slices.Contains(known, d) && (d == spec.By || len(names) == 1) {
				return fault.Field("by", d, strings.Join(known, ", "), "%s is not split by %q.%s", h.Title, d, suggest.DidYouMean(d, known))
			}
		}
		if err := h.CheckFilter(spec.Filter); err != nil {
			return err
		}
	}
	return nil
}
