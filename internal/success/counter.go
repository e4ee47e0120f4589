package success

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/rest"
	"steward/internal/rule"
)

// CounterSpec is the spec of kind account_counter: accounts of which there should be none.
type CounterSpec struct {
	When  string `yaml:"when" doc:"Which accounts count, over account.… and measure.…: account.coverage == \"P1\" && measure.success.since_contact > duration(\"720h\")." required:"true" max:"2000"`
	Order int    `yaml:"order" doc:"Place among the counters; lower comes first."`
}

// counter is one in force.
type counter struct {
	Name, Title, Doc string
	Spec             CounterSpec
	when             *rule.Program
}

func registerCounters(reg *blueprint.Registry, measures *measure.Registry) {
	blueprint.Register(reg, blueprint.Kind[CounterSpec]{Name: "account_counter", Title: "Counter of accounts",
		Summary: "Accounts of which there should be none, counted for each manager and team: numbers to burn down. Unlike a call-to-action rule it asks nobody for anything.",
		Example: "kind: account_counter\nname: silent-p1\ntitle: P1 without contact for 30 days\nwhen: account.coverage == \"P1\" && measure.success.since_contact > duration(\"720h\")\n",
		Lint:    func(c *blueprint.Context, s CounterSpec) { lintWhen(c, measures, s.When) }})
}

// countersOf are the counters of a configuration that compile, in their order.
func countersOf(set *blueprint.Set, env *rule.Env) (out []counter) {
	if env == nil {
		return nil
	}
	all := blueprint.All[CounterSpec](set)
	slices.SortStableFunc(all, func(a, b blueprint.Named[CounterSpec]) int {
		return cmp.Or(a.Spec.Order-b.Spec.Order, cmp.Compare(a.Name, b.Name))
	})
	for _, b := range all {
		if p, err := rule.Compile(env, b.Spec.When); err == nil { // lint has told of the others
			out = append(out, counter{b.Name, b.Title, b.Description, b.Spec, p})
		}
	}
	return out
}

// CounterView is a counter with how many accounts it counts.
type CounterView struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Doc      string `json:"doc"`
	When     string `json:"when" doc:"Its condition: a report with it as filter lists the accounts."`
	Accounts int64  `json:"accounts"`
}

// CounterRow are the counters of one manager or team.
type CounterRow struct {
	Key      string  `json:"key" doc:"As groups of reports have it: none, or = and an id."`
	Label    string  `json:"label" doc:"Empty for nobody."`
	Accounts int64   `json:"accounts" doc:"How many accounts they look after."`
	Counts   []int64 `json:"counts" nullable:"false" doc:"One for each counter, in their order."`
}

// CounterTable are the counters of a book of accounts.
type CounterTable struct {
	Counters []CounterView `json:"counters" nullable:"false"`
	Rows     []CounterRow  `json:"rows" nullable:"false"`
	More     int           `json:"more" doc:"How many rows are left out."`
	Accounts int64         `json:"accounts"`
}

// Counters counts for each manager (by csm) or team (by team) the accounts that the configuration's counters are
// about; book is me for the actor's own accounts. Whoever may read accounts may, over those within their scope.
func (s *Service) Counters(ctx context.Context, tx db.Tx, by act.Actor, of, book string) (CounterTable, error) {
	out := CounterTable{Counters: []CounterView{}, Rows: []CounterRow{}}
	p, err := s.mayReport(by, AccountReport{By: of, CSM: book})
	if err != nil {
		return out, err
	}
	all := s.config().counters
	var conditions []*rule.Program
	for _, c := range all {
		out.Counters = append(out.Counters, CounterView{c.Name, c.Title, c.Doc, c.Spec.When, 0})
		conditions = append(conditions, c.when)
	}
	rows, called := map[string]*CounterRow{}, map[string]*reported{}
	err = s.pages(ctx, tx, by, p, maxMeasured, func(list []Account) error {
		vars, err := s.callVars(ctx, tx, list, conditions, measure.Asked{})
		if err != nil {
			return err
		}
		for _, a := range list {
			r := &reported{Account: a}
			key := p.groupOf(r)
			row := rows[key]
			if row == nil {
				row = &CounterRow{Key: key, Counts: make([]int64, len(all))}
				rows[key], called[key] = row, r
			}
			row.Accounts, out.Accounts = row.Accounts+1, out.Accounts+1
			for n, c := range all {
				holds, err := c.when.Eval(vars[a.OrganizationID])
				if err != nil {
					return err
				}
				if holds {
					row.Counts[n], out.Counters[n].Accounts = row.Counts[n]+1, out.Counters[n].Accounts+1
				}
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	var named []*reported
	for _, r := range called {
		named = append(named, r)
	}
	if err := s.nameReported(ctx, tx, named); err != nil {
		return out, err
	}
	for key, row := range rows {
		if row.Label, _ = p.by.cell(called[key]).(string); row.Label == "" && key != noGroup {
			row.Label = strconv.FormatInt(called[key].TeamID, 10) // a team that is no more
		}
		out.Rows = append(out.Rows, *row)
	}
	slices.SortFunc(out.Rows, func(a, b CounterRow) int {
		return cmp.Or(compareLast(a.Key == noGroup, b.Key == noGroup), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Key, b.Key))
	})
	if out.More = max(0, len(out.Rows)-maxGroups); out.More > 0 {
		out.Rows = out.Rows[:maxGroups]
	}
	return out, nil
}

// compareLast puts what is last behind what is not.
func compareLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

type countersInput struct {
	By  string `query:"by" enum:"csm,team" default:"csm" doc:"For each manager, or for each team."`
	CSM string `query:"csm" enum:"me,none," doc:"Only accounts that you look after, or that nobody does."`
}

func (s *Service) getAccountCounters(ctx context.Context, tx db.Tx, by act.Actor, in *countersInput) (CounterTable, error) {
	return s.Counters(ctx, tx, by, in.By, in.CSM)
}

// exportCounters is the table of the counters.
func (s *Service) exportCounters(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk) (ExportPage, error) {
	if in.Report.By == "" {
		in.Report.By = "csm"
	}
	if !slices.Contains([]string{"csm", "team"}, in.Report.By) {
		return ExportPage{}, fault.Field("by", in.Report.By, "csm or team", "Counters are for each manager or team.")
	}
	t, err := s.Counters(ctx, tx, by, in.Report.By, in.Report.CSM)
	out := ExportPage{Title: "Counters", Columns: append(texts("Looked after by"), numberColumn("Accounts"))}
	if in.Report.By == "team" {
		out.Columns[0].Title = "Team"
	}
	sums := []any{"All", t.Accounts}
	for _, c := range t.Counters {
		out.Columns, sums = append(out.Columns, numberColumn(c.Title)), append(sums, c.Accounts)
	}
	for _, r := range t.Rows {
		row := []any{r.Label, r.Accounts}
		for _, n := range r.Counts {
			row = append(row, n)
		}
		out.Rows = append(out.Rows, row)
	}
	out.Rows = append(out.Rows, sums)
	return out, err
}

// counterRoutes registers the route of the counters.
func (s *Service) counterRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/accounts/counters", "Count the accounts that there should be none of, for each manager or team"), s.getAccountCounters)
}
