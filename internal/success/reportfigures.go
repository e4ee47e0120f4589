package success

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// How many accounts one report looks at, and how many when it reads measures of them.
const (
	maxWalked   = 200_000
	maxMeasured = 20_000
	perWalk     = 500
)

// maxGroups is how many groups one report tells.
const maxGroups = 200

// ReportGroup is a group of accounts and the figure worked out of it.
type ReportGroup struct {
	Key      string   `json:"key" doc:"Asks for its accounts: none, = and a value, or # and the number of a range."`
	Label    string   `json:"label" doc:"Of a range it is empty: see from and to."`
	From     *float64 `json:"from" doc:"Of a range: values from this on."`
	To       *float64 `json:"to" doc:"Of a range: values below this."`
	Currency string   `json:"currency" doc:"Of amounts of money: each currency has a group of its own."`
	Accounts int64    `json:"accounts"`
	Known    int64    `json:"known" doc:"How many of them have the value that the figure is of."`
	Value    *float64 `json:"value" doc:"The figure; a share is from 0 to 1. Null where no account has the value."`
}

// ReportAnswer are the figures of a report.
type ReportAnswer struct {
	By     *ReportField  `json:"by"`
	Value  *ReportField  `json:"value"`
	Figure string        `json:"figure"`
	Groups []ReportGroup `json:"groups" nullable:"false"`
	Total  []ReportGroup `json:"total" nullable:"false" doc:"Over all groups, one for each currency where the figure is of money."`
	More   int           `json:"more" doc:"How many groups are left out."`
}

// gathered is what is added up of one group.
type gathered struct {
	key, currency   string
	accounts, known int64
	sum             float64
	values          []float64 // of a median
}

func (g *gathered) add(p *reportPlan, v float64, ok bool) {
	g.accounts++
	if !ok {
		return
	}
	g.known, g.sum = g.known+1, g.sum+v
	if p.Figure == "median" {
		g.values = append(g.values, v)
	}
}

// ReportFigures works a report out. Whoever may read accounts may, over those within their scope.
func (s *Service) ReportFigures(ctx context.Context, tx db.Tx, by act.Actor, in AccountReport) (ReportAnswer, error) {
	p, err := s.mayReport(by, in)
	if err != nil {
		return ReportAnswer{}, err
	}
	t, err := s.summed(ctx, tx, by, p)
	if err == nil && t == nil {
		t, err = s.walked(ctx, tx, by, p)
	}
	if err != nil {
		return ReportAnswer{}, err
	}
	out := ReportAnswer{By: p.by, Value: p.value, Figure: p.Figure, Groups: []ReportGroup{}, Total: []ReportGroup{}}
	for k, g := range t.totals {
		out.Total = append(out.Total, p.group(g, t.totals[k]))
	}
	slices.SortFunc(out.Total, func(a, b ReportGroup) int { return cmp.Compare(a.Currency, b.Currency) })
	if p.by == nil {
		return out, nil
	}
	for k, g := range t.groups {
		out.Groups = append(out.Groups, p.group(g, t.totals[slot{"", k.currency}]))
	}
	if err := s.label(ctx, tx, p, out.Groups, t.called); err != nil {
		return out, err
	}
	p.order(out.Groups)
	if out.More = max(0, len(out.Groups)-maxGroups); out.More > 0 {
		out.Groups = out.Groups[:maxGroups]
	}
	return out, nil
}

// walk calls each with every account that a report is about, by their ids.
func (s *Service) walk(ctx context.Context, tx db.Tx, by act.Actor, p *reportPlan, each func(r *reported)) error {
	most := maxWalked
	if len(p.measures) > 0 || p.when != nil && slices.ContainsFunc(p.when.Fields(), func(f string) bool { return strings.HasPrefix(f, "measure.") }) {
		most = maxMeasured
	}
	return s.pages(ctx, tx, by, p, most, func(list []Account) error {
		found, err := s.matching(ctx, tx, by, p, list)
		if err != nil {
			return err
		}
		for _, r := range found {
			each(r)
		}
		return nil
	})
}

// pages calls each with the accounts that the database finds for a report, some at a time by their ids, up to a most.
func (s *Service) pages(ctx context.Context, tx db.Tx, by act.Actor, p *reportPlan, most int, each func(list []Account) error) error {
	all, err := p.narrowed(by).scoped(by)
	if err != nil {
		return err
	}
	for after, looked := int64(0), 0; ; {
		w := all.Copy().And("a.organization_id > ?", after)
		rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a WHERE `+w.SQL()+` ORDER BY a.organization_id LIMIT `+w.Arg(perWalk), w.Args()...)
		list, err := db.Collect(rows, err, scanAccount)
		if err != nil {
			return err
		}
		if looked += len(list); looked > most {
			return fault.New(fault.TooLarge, "A report of measures looks at %d accounts at most, one without measures at %d; these are more. Limit it to your own accounts, or use fewer measures.", maxMeasured, maxWalked)
		}
		if err := each(list); err != nil {
			return err
		}
		if len(list) < perWalk {
			return nil
		}
		after = list[len(list)-1].OrganizationID
	}
}

// amount is the value that the figure is of.
func (p *reportPlan) amount(r *reported) (float64, bool) {
	if p.value == nil {
		return 0, false
	}
	return toFloat(p.value.cell(r))
}

func toFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// currencyOf keeps amounts of money of different currencies apart.
func (p *reportPlan) currencyOf(r *reported) string {
	if p.value != nil && p.value.Kind == "money" {
		return r.Currency
	}
	return ""
}

// noGroup is the key of accounts without a value of what they are grouped by.
const noGroup = "none"

// groupOf is the key of the group that an account is in.
func (p *reportPlan) groupOf(r *reported) string {
	if p.by == nil {
		return ""
	}
	if len(p.Edges) > 0 {
		v, ok := toFloat(p.by.cell(r))
		if !ok {
			return noGroup
		}
		n := 0
		for n < len(p.Edges) && v >= p.Edges[n] {
			n++
		}
		return fmt.Sprintf("#%d", n)
	}
	key := r.colours[p.by.Name]
	if p.by.Groups == byValues {
		key = p.by.key(r)
	}
	if key == "" {
		return noGroup
	}
	return "=" + key
}

// group is the figure of one group of a whole.
func (p *reportPlan) group(g, whole *gathered) ReportGroup {
	out := ReportGroup{Key: g.key, Currency: g.currency, Accounts: g.accounts, Known: g.known}
	if n, err := strconv.Atoi(strings.TrimPrefix(g.key, "#")); err == nil && strings.HasPrefix(g.key, "#") {
		if n > 0 {
			out.From = &p.Edges[n-1]
		}
		if n < len(p.Edges) {
			out.To = &p.Edges[n]
		}
	}
	if p.value == nil {
		out.Known = g.accounts
	}
	set := func(v float64, ok bool) {
		if ok {
			v = math.Round(v*1e6) / 1e6 // sums of cents are no longer exact in their last digits
			out.Value = &v
		}
	}
	switch p.Figure {
	case "count":
		set(float64(out.Known), true)
	case "sum":
		set(g.sum, g.known > 0)
	case "mean":
		set(g.sum/float64(max(g.known, 1)), g.known > 0)
	case "median":
		set(median(g.values), g.known > 0)
	case "share":
		if p.value == nil {
			set(float64(g.accounts)/float64(max(whole.accounts, 1)), whole.accounts > 0)
		} else {
			set(g.sum/cmp.Or(whole.sum, 1), whole.sum != 0)
		}
	}
	return out
}

// median is the middle value, or the mean of the two in the middle.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half]
	}
	return (values[half-1] + values[half]) / 2
}

// label says what groups are called; of records with one question for all of them.
func (s *Service) label(ctx context.Context, tx db.Tx, p *reportPlan, groups []ReportGroup, called map[string]*reported) error {
	if slices.Contains([]string{"csm", "team", "parent"}, p.by.Name) {
		if err := s.nameReported(ctx, tx, slices.Collect(maps.Values(called))); err != nil {
			return err
		}
	}
	for i, g := range groups {
		value, ok := strings.CutPrefix(g.Key, "=")
		if !ok {
			continue
		}
		label := value
		if word := slices.IndexFunc(p.by.Words, func(w ReportWord) bool { return w.Value == value }); word >= 0 {
			label = p.by.Words[word].Title
		} else if said, ok := p.by.cell(called[g.Key]).(string); ok {
			label = said
		} else if p.by.Groups == byEither {
			label = worded(value)[0].Title
		}
		groups[i].Label = label
	}
	return nil
}

// order sorts groups: ranges and few values in their own order, others by their figure; those without a value come last.
func (p *reportPlan) order(groups []ReportGroup) {
	words := p.by.Words
	if p.by.Groups == byEither && len(p.Edges) == 0 {
		words = worded("green", "yellow", "red")
	}
	place := func(g ReportGroup) int {
		switch {
		case g.Key == noGroup:
			return 1 << 20
		case strings.HasPrefix(g.Key, "#"):
			n, _ := strconv.Atoi(g.Key[1:])
			return n
		}
		return slices.IndexFunc(words, func(w ReportWord) bool { return "="+w.Value == g.Key })
	}
	figure := func(g ReportGroup) float64 {
		if g.Value == nil {
			return 0
		}
		return *g.Value
	}
	slices.SortFunc(groups, func(a, b ReportGroup) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(figure(b), figure(a)), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Currency, b.Currency))
	})
}
