package success

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// AccountReport says which accounts a report is about, how they are grouped and what is worked out of each group.
type AccountReport struct {
	Filter  string    // a condition over account.… and measure.…; "" for every account
	CSM     string    // me: those that the reader looks after. none: those that nobody does
	By      string    // the field that groups them; "" for one figure
	Edges   []float64 // of a number: where a group ends and the next begins, in the field's own unit, smallest first
	Figure  string    // count, sum, mean, median or share; "" is count
	Value   string    // the field that the figure is of; counts and shares of accounts need none
	Columns []string  // of the list of accounts
	Sort    string    // of the list, as lists of accounts are sorted
	On      string    // a day that has passed, as 2026-01-31: accounts as they were known at its end (UTC); "" as they are now
}

// reportFigures are what can be worked out of a group of accounts.
var reportFigures = []string{"count", "sum", "mean", "median", "share"}

// Limits of a report.
const (
	maxEdges   = 20
	maxColumns = 20
	maxFilter  = 2000
)

// reportPlan is a report that was understood.
type reportPlan struct {
	AccountReport
	when       *rule.Program // nil: every account
	by, value  *ReportField  // nil for none
	columns    []*ReportField
	measures   []string
	attributes bool
	colours    bool
	observed   bool
	at         time.Time // the end of the day that is asked about; zero for now
}

// asked is the moment that measures are asked of: as they were known then.
func (p *reportPlan) asked() measure.Asked { return measure.Asked{At: p.at, Known: p.at} }

// reportProblem is what is wrong with a report.
type reportProblem struct {
	path    string
	want    string
	message string
	at      *rule.Problem // in the filter
}

// plan understands a report, and says what is wrong with it.
func (k *reportable) plan(r AccountReport) (*reportPlan, []reportProblem) {
	if r.Figure == "" {
		r.Figure = "count"
	}
	p := &reportPlan{AccountReport: r}
	var bad []reportProblem
	refuse := func(path, want, message string) {
		bad = append(bad, reportProblem{path: path, want: want, message: message})
	}
	find := func(path, name string, fits func(f *ReportField) bool, not string) *ReportField {
		f := k.named[name]
		switch {
		case name == "":
			return nil
		case f == nil:
			refuse(path, "a field of accounts or a measure", "There is no field or measure \""+name+"\"."+suggest.DidYouMean(name, k.names()).String())
			return nil
		case !fits(f):
			refuse(path, "another field", f.Title+not)
			return nil
		}
		p.reads(f, path == "by" && len(r.Edges) == 0)
		return f
	}
	p.by = find("by", r.By, func(f *ReportField) bool { return f.Groups != byNone }, " does not group accounts.")
	p.value = find("value", r.Value, func(f *ReportField) bool { return f.Worked }, " is no number, so no figure of it can be worked out.")
	for _, name := range r.Columns {
		if f := find("columns", name, func(*ReportField) bool { return true }, ""); f != nil {
			p.columns = append(p.columns, f)
		}
	}
	switch {
	case !slices.Contains(reportFigures, r.Figure):
		refuse("figure", strings.Join(reportFigures, ", "), "There is no figure \""+r.Figure+"\".")
	case r.Value == "" && r.Figure != "count" && r.Figure != "share":
		refuse("value", "what the figure is of, such as revenue", "A "+r.Figure+" needs something that it is of.")
	}
	switch {
	case p.by != nil && p.by.Groups == byEdges && len(r.Edges) == 0:
		refuse("edges", "where groups end, such as [25, 50]", p.by.Title+" is a number: say where one group ends and the next begins.")
	case len(r.Edges) > 0 && (p.by == nil || p.by.Groups == byValues):
		refuse("edges", "none", "Edges are for groups by a number.")
	case len(r.Edges) > maxEdges:
		refuse("edges", "at most 20", "These are too many edges.")
	case !slices.IsSorted(r.Edges) || len(slices.Compact(slices.Clone(r.Edges))) != len(r.Edges):
		refuse("edges", "each larger than the one before", "The edges are not in order.")
	}
	if len(r.Columns) > maxColumns {
		refuse("columns", "at most 20", "These are too many columns.")
	}
	if !slices.Contains([]string{"", "me", "none"}, r.CSM) {
		refuse("csm", "me, none", "Reports are limited to your own accounts (me), or to those that nobody looks after (none).")
	}
	if r.On != "" {
		day, err := time.Parse(time.DateOnly, r.On)
		if err != nil || day.Before(earliest) {
			refuse("on", "a day that has passed, such as 2026-01-31", "\""+r.On+"\" is not such a day.")
		}
		p.at = day.Add(day24 - time.Microsecond)
		if r.Sort == "update" || p.reading("update") {
			refuse("on", "no day, or without health updates that are due", "When health updates were due is not known of days in the past.")
		}
	}
	if _, ok := orders[r.Sort]; !ok && r.Sort != "" {
		refuse("sort", "revenue, renewal, score, changed, update", "Accounts are not sorted by \""+r.Sort+"\".")
	}
	if strings.TrimSpace(r.Filter) == "" {
		return p, bad
	}
	if len(r.Filter) > maxFilter {
		refuse("filter", "at most 2000 bytes", "This condition is too long.")
		return p, bad
	}
	err := k.wrong
	var wrong *rule.Error
	if err != nil {
		refuse("filter", "no condition", err.Error())
	} else if p.when, err = rule.Compile(k.env, r.Filter); errors.As(err, &wrong) {
		for _, one := range wrong.Problems {
			bad = append(bad, reportProblem{path: "filter", want: "a condition over account.… and measure.…", message: one.Message, at: &one})
		}
	} else if err != nil {
		refuse("filter", "a condition", err.Error())
	}
	return p, bad
}

// reading says whether the report shows, groups by or works out a field.
func (p *reportPlan) reading(name string) bool {
	return slices.ContainsFunc(append([]*ReportField{p.by, p.value}, p.columns...), func(f *ReportField) bool { return f != nil && f.Name == name })
}

// names are the fields that there are.
func (k *reportable) names() (out []string) {
	for _, f := range k.fields {
		out = append(out, f.Name)
	}
	return out
}

// reads notes what has to be looked up for a field; coloured when it groups without edges.
func (p *reportPlan) reads(f *ReportField, coloured bool) {
	switch {
	case strings.HasPrefix(f.Name, attributePrefix):
		p.attributes = true
	case f.Name == "observed":
		p.observed = true
	case f.Groups == byEither && coloured:
		p.colours = true
	case strings.Contains(f.Name, ".") && !slices.Contains(p.measures, f.Name):
		p.measures = append(p.measures, f.Name)
	}
}

// CheckReport refuses a report that could not be worked out under the configuration in force.
func (s *Service) CheckReport(r AccountReport) error {
	_, err := s.planReport(r)
	return err
}

func (s *Service) planReport(r AccountReport) (*reportPlan, error) {
	p, bad := s.config().report.plan(r)
	if len(bad) > 0 {
		return nil, fault.Field(bad[0].path, nil, bad[0].want, "%s", bad[0].message)
	}
	switch now := s.clock().UTC(); {
	case p.at.Sub(now) >= day24:
		return nil, fault.Field("on", r.On, "a day that has passed, such as "+now.AddDate(0, 0, -1).Format(time.DateOnly), "%s lies in the future.", r.On)
	case p.at.After(now):
		p.at = time.Time{} // today is not over: as it is now
	}
	return p, nil
}

// LintReport finds what is wrong with a report of a configuration that is looked at; path is where it stands.
func LintReport(c *blueprint.Context, measures *measure.Registry, path string, r AccountReport) {
	p, bad := reportableIn(c.Set, measures).plan(r)
	for _, b := range bad {
		if b.at != nil {
			c.ErrorAt(path+".filter", *b.at)
			continue
		}
		c.Error(path+"."+b.path, "%s Wanted: %s.", b.message, b.want)
	}
	if p.when != nil {
		for _, problem := range p.when.Never() {
			c.WarnAt(path+".filter", problem)
		}
	}
}

// ReportFields lists what reports of accounts can show. Whoever may read accounts may; attributes are for those who
// may read every organization.
func (s *Service) ReportFields(by act.Actor) ([]*ReportField, error) {
	if err := by.Require("read", "account"); err != nil {
		return nil, err
	}
	out := []*ReportField{}
	for _, f := range s.config().report.fields {
		if !strings.HasPrefix(f.Name, attributePrefix) || mayAttributes(by) {
			out = append(out, f)
		}
	}
	return out, nil
}

func mayAttributes(by act.Actor) bool { return auth.Scope(by, "read", "organization").All() }

// mayReport understands a report and refuses what the actor may not read.
func (s *Service) mayReport(by act.Actor, r AccountReport) (*reportPlan, error) {
	if err := by.Require("read", "account"); err != nil {
		return nil, err
	}
	p, err := s.planReport(r)
	if err != nil {
		return nil, err
	}
	reads := p.attributes
	if p.when != nil {
		reads = reads || slices.ContainsFunc(p.when.Fields(), func(path string) bool { return strings.HasPrefix(path, "account.attributes") })
	}
	if reads && !mayAttributes(by) {
		return nil, by.Denied("read", "organization")
	}
	return p, nil
}

// narrowed is which accounts the database finds for a report.
func (p *reportPlan) narrowed(by act.Actor) Filter {
	if !p.at.IsZero() {
		return Filter{} // who looked after them then, the past tells
	}
	switch p.CSM {
	case "me":
		return Filter{CSMID: by.PersonID}
	case "none":
		return Filter{CSMID: Nobody}
	}
	return Filter{}
}

// matching are those of some accounts that the report is about, with what it reads of them.
func (s *Service) matching(ctx context.Context, tx db.Tx, by act.Actor, p *reportPlan, list []Account) ([]*reported, error) {
	var was map[int64]pastHealth
	if !p.at.IsZero() && len(list) > 0 {
		var err error
		if list, was, err = s.then(ctx, tx, list, p.at); err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(a Account) bool {
			return p.CSM == "me" && a.CSMID != by.PersonID || p.CSM == "none" && a.CSMID != 0
		})
	}
	if p.when != nil && len(list) > 0 {
		vars, err := s.callVars(ctx, tx, list, []*rule.Program{p.when}, p.asked())
		if err != nil {
			return nil, err
		}
		var kept []Account
		for _, a := range list {
			holds, err := p.when.Eval(vars[a.OrganizationID])
			if err != nil {
				return nil, err
			}
			if holds {
				kept = append(kept, a)
			}
		}
		list = kept
	}
	ids, out, now := make([]int64, len(list)), make([]*reported, len(list)), cmpTime(p.at, s.clock())
	for i, a := range list {
		ids[i], out[i] = a.OrganizationID, &reported{Account: a, now: now}
	}
	return out, s.lookUp(ctx, tx, p, ids, out, was)
}

// lookUp reads what a report needs of accounts beside themselves.
func (s *Service) lookUp(ctx context.Context, tx db.Tx, p *reportPlan, ids []int64, out []*reported, was map[int64]pastHealth) error {
	if len(ids) == 0 {
		return nil
	}
	measured, err := s.Observed(ctx, tx, p.measures, ids, p.asked())
	if err != nil {
		return err
	}
	of, colours, shares := map[int64]map[string]any{}, map[int64]map[string]string{}, map[int64]float64{}
	if p.attributes {
		if of, err = s.directory.OrganizationsVars(ctx, tx, ids); err != nil {
			return err
		}
	}
	switch {
	case p.colours && !p.at.IsZero():
		if colours, err = s.coloursThen(ctx, tx, out, was, p.at); err != nil {
			return err
		}
	case p.colours:
		if colours, err = s.coloursOf(ctx, tx, ids); err != nil {
			return err
		}
	}
	for id, h := range was {
		if h.applicable > 0 {
			shares[id] = fraction(h.observed, h.applicable)
		}
	}
	if p.observed && p.at.IsZero() {
		if shares, err = observedShares(ctx, tx, ids); err != nil {
			return err
		}
	}
	for _, r := range out {
		r.measures, r.colours = measured[r.OrganizationID], colours[r.OrganizationID]
		r.attributes, _ = of[r.OrganizationID]["attributes"].(map[string]any)
		if share, ok := shares[r.OrganizationID]; ok {
			r.observed = &share
		}
	}
	return nil
}
