package success

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/ownview"
	"steward/internal/suggest"
)

// Columns are what a table of accounts can show beside name and health.
var Columns = []string{"segment", "coverage", "plan", "stage", "revenue", "renewal", "csm", "team", "since", "update", "observed"}

// maxHeat is how many measures a heat map shows.
const maxHeat = 8

// Shown is how a list of accounts is shown.
type Shown struct {
	Show     string   `json:"show,omitempty" enum:"table,heat,board," doc:"table when left out."`
	Columns  []string `json:"columns,omitempty" maxItems:"10" doc:"What stands beside name and health, in this order; the usual ones when left out."`
	Measures []string `json:"measures,omitempty" maxItems:"8" doc:"What a heat map shows."`
}

// Selected is which accounts a view shows, and in which order.
type Selected struct {
	FilterQuery
	Sort string `json:"sort,omitempty" enum:"revenue,renewal,score,changed,update,"`
}

// View is a view of accounts: of everybody, with the name of its blueprint, or somebody's own, with an id.
type View struct {
	Name        string
	ID          int64
	Title       string
	Description string
	Selected    Selected
	Shown       Shown
	Version     int64
}

// ViewSpec is the spec of kind account_view: a saved list of accounts for everybody who may read them.
type ViewSpec struct {
	Order    int      `yaml:"order" doc:"Place among the views; lower comes first."`
	Query    string   `yaml:"query" doc:"Start of the name." max:"200"`
	Segment  string   `yaml:"segment" doc:"Only accounts of this segment." max:"100"`
	Coverage string   `yaml:"coverage" doc:"Only accounts of this coverage." enum:"P1,P2,P3,P4,pooled"`
	Plan     string   `yaml:"plan" doc:"Only accounts of this plan." max:"100"`
	Stage    string   `yaml:"stage" doc:"Only accounts at this stage." enum:"onboarding,implementation,adoption,growth,will_churn,churned"`
	Band     string   `yaml:"band" doc:"Only accounts of this colour; none for those without a score." enum:"red,yellow,green,none"`
	CSM      string   `yaml:"csm" doc:"me: those that the reader looks after. none: those that nobody looks after." enum:"me,none"`
	Changed  string   `yaml:"changed" doc:"Only accounts whose colour changed this week, or since the reader last looked." enum:"week,look"`
	Renews   int      `yaml:"renews" doc:"Only accounts whose renewal is at most so many days away." min:"1" max:"1000"`
	Update   string   `yaml:"update" doc:"Only accounts whose health update is overdue, or due within a week." enum:"overdue,soon"`
	Sort     string   `yaml:"sort" doc:"Largest revenue, next renewal, lowest score, latest change of colour or next health update first." enum:"revenue,renewal,score,changed,update"`
	Show     string   `yaml:"show" doc:"How it is shown; as a table when empty." enum:"table,heat,board"`
	Columns  []string `yaml:"columns" doc:"What stands beside name and health, in this order; the usual columns when empty." enum:"segment,coverage,plan,stage,revenue,renewal,csm,team,since,update,observed"`
	Measures []string `yaml:"measures" doc:"What a heat map shows, such as usage.licence_utilisation: at most 8."`
}

// registerViews adds the kind.
func registerViews(reg *blueprint.Registry, measures *measure.Registry) {
	blueprint.Register(reg, blueprint.Kind[ViewSpec]{Name: "account_view", Title: "View of accounts",
		Summary: "A saved list of accounts, for everybody who may read accounts. Each reader sees those that they may.",
		Example: "kind: account_view\nname: at-risk\ntitle: At risk\nband: red\nsort: revenue\ncolumns: [revenue, renewal, csm, update]\n",
		Lint: func(c *blueprint.Context, v ViewSpec) {
			known := measuresIn(c.Set, measures)
			names := make([]string, 0, len(known))
			for name := range known {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range v.Measures {
				if _, ok := known[name]; !ok {
					c.Error("measures", "There is no measure %q.%s", name, suggest.DidYouMean(name, names))
				}
			}
			switch {
			case len(v.Measures) > maxHeat:
				c.Error("measures", "A heat map shows at most %d measures.", maxHeat)
			case len(v.Measures) > 0 && v.Show != "heat":
				c.Warn("measures", "Only a heat map shows measures. Say show: heat.")
			}
		}})
}

// viewsOf are the views of a configuration, in their order.
func viewsOf(set *blueprint.Set) (out []View) {
	all := blueprint.All[ViewSpec](set)
	slices.SortStableFunc(all, func(a, b blueprint.Named[ViewSpec]) int { return a.Spec.Order - b.Spec.Order })
	for _, b := range all {
		s := b.Spec
		out = append(out, View{Name: b.Name, Title: b.Title, Description: b.Description, Shown: Shown{s.Show, s.Columns, s.Measures},
			Selected: Selected{FilterQuery{Query: s.Query, Segment: s.Segment, Coverage: s.Coverage, Stage: s.Stage, Plan: s.Plan, Band: s.Band, CSM: s.CSM, Changed: s.Changed, Renews: s.Renews, Update: s.Update}, s.Sort}})
	}
	return out
}

// ownSpec is what is kept of a view of somebody's own.
type ownSpec struct {
	Selected
	Shown
}

// Views lists the views of everybody, then the actor's own, the oldest first. Whoever may read accounts may.
func (s *Service) Views(ctx context.Context, tx db.Tx, by act.Actor) ([]View, error) {
	if err := by.Require("read", "account"); err != nil {
		return nil, err
	}
	out := slices.Clone(s.config().views)
	own, err := ownview.List(ctx, tx, by, ownview.Accounts)
	for _, v := range own {
		one, err := ownViewOf(v)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, err
}

func ownViewOf(v ownview.View) (View, error) {
	var stored ownSpec
	err := json.Unmarshal(v.Spec, &stored)
	return View{ID: v.ID, Title: v.Title, Selected: stored.Selected, Shown: stored.Shown, Version: v.Version}, err
}

// KeepView keeps a view for the actor: a new one, or in place of the one with its id. Whoever may read accounts may,
// each their own; a stale version conflicts.
func (s *Service) KeepView(ctx context.Context, tx db.Tx, by act.Actor, v View) (View, error) {
	spec, err := s.checkView(by, v)
	if err != nil {
		return v, err
	}
	kept := ownview.View{ID: v.ID, Title: v.Title, Spec: spec, Version: v.Version}
	if v.ID == 0 {
		kept, err = ownview.Make(ctx, tx, by, ownview.Accounts, kept)
	} else {
		kept, err = ownview.Change(ctx, tx, by, ownview.Accounts, kept)
	}
	if err != nil && !errors.Is(err, ownview.ErrStale) {
		return v, err
	}
	is, bad := ownViewOf(kept)
	if err != nil {
		return is, fault.Stale("view", is.show(db.Count{}))
	}
	return is, bad
}

// DropView deletes a view of the actor. Nobody else may.
func (s *Service) DropView(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	return ownview.Drop(ctx, tx, by, ownview.Accounts, id)
}

// checkView refuses what no list could show, and returns what is kept of a view.
func (s *Service) checkView(by act.Actor, v View) (json.RawMessage, error) {
	if by.PersonID == 0 || auth.Scope(by, "read", "account").None() {
		return nil, by.Denied("read", "account")
	}
	if _, err := v.Selected.filter(by); err != nil {
		return nil, err
	}
	if _, ok := orders[v.Selected.Sort]; !ok && v.Selected.Sort != "" {
		return nil, badSort(v.Selected.Sort)
	}
	for _, c := range v.Shown.Columns {
		if !slices.Contains(Columns, c) {
			return nil, fault.Field("columns", c, strings.Join(Columns, ", "), "There is no column %q.", c)
		}
	}
	for _, name := range v.Shown.Measures {
		if _, err := s.measures.Known(name); err != nil && !s.config().configured()[name] {
			return nil, s.noMeasure(name)
		}
	}
	return json.Marshal(ownSpec{v.Selected, v.Shown})
}

// CountView counts what a view shows to the actor, up to the cap. Whoever may read accounts may.
func (s *Service) CountView(ctx context.Context, tx db.Tx, by act.Actor, v View) (db.Count, error) {
	f, err := v.Selected.filter(by)
	if err != nil {
		return db.Count{}, err
	}
	w, err := f.scoped(by)
	if err != nil {
		return db.Count{}, err
	}
	return bounded(ctx, tx, `SELECT 1 FROM account a WHERE `+w.SQL(), w.Args()...)
}
