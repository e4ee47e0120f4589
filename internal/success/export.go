package success

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/sheet"
)

// ExportTables are the tables that can be had as files.
var ExportTables = []string{"accounts", "calls", "timeline", "contacts", "health", "judgements", "usage", "unknown", "backtest", "report", "report_accounts", "counters"}

// ExportAsk says which table, and which of its rows. What a table does not know is passed over.
type ExportAsk struct {
	Table     string
	Account   int64         // of every table about one account
	Filter    FilterQuery   // of accounts
	Sort      string        // of accounts
	Measures  []string      // of accounts: a column each, at most maxHeat
	Calls     callsInput    // of calls
	Source    string        // of a timeline
	Metric    string        // of usage
	From      time.Time     // of usage
	Scorecard backtestInput // of a backtest
	Report    AccountReport // of a report
	Part      ReportPart    // of the accounts of a report
}

// ExportPage is a page of a table: its rows have a cell a column.
type ExportPage struct {
	Title   string
	Columns []sheet.Column
	Rows    [][]any
	Next    string // "" after the last
}

// perExport is how many rows a page has.
const perExport = 100

// Export returns a page of a table as a file has it. Whoever may see the same on the screen may.
func (s *Service) Export(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk, cursor string) (ExportPage, error) {
	page := db.Page{Limit: perExport, Cursor: cursor}
	switch in.Table {
	case "accounts":
		return s.exportAccounts(ctx, tx, by, in, page)
	case "calls":
		return s.exportCalls(ctx, tx, by, in, page)
	case "timeline":
		return s.exportTimeline(ctx, tx, by, in, page)
	case "contacts":
		return s.exportContacts(ctx, tx, by, in)
	case "health":
		return s.exportHealth(ctx, tx, by, in, page)
	case "judgements":
		return s.exportJudgements(ctx, tx, by, in, page)
	case "usage":
		return s.exportUsage(ctx, tx, by, in)
	case "unknown":
		return s.exportUnknown(ctx, tx, by, page)
	case "backtest":
		return s.exportBacktest(ctx, tx, by, in)
	case "report":
		return s.exportReport(ctx, tx, by, in)
	case "counters":
		return s.exportCounters(ctx, tx, by, in)
	case "report_accounts":
		return s.exportReportAccounts(ctx, tx, by, in, page)
	}
	return ExportPage{}, fault.Field("table", in.Table, strings.Join(ExportTables, ", "), "There is no table %q.", in.Table)
}

// texts are columns of text with these titles.
func texts(titles ...string) (out []sheet.Column) {
	for _, t := range titles {
		out = append(out, sheet.Column{Title: t})
	}
	return out
}

func numberColumn(title string) sheet.Column { return sheet.Column{Title: title, Kind: sheet.Number} }
func timeColumn(title string) sheet.Column   { return sheet.Column{Title: title, Kind: sheet.Time} }

// at is a time as a cell; empty for none.
func at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func (r *Ref) cell() any {
	if r == nil {
		return nil
	}
	return r.Name
}

func dayCell(d *string) any {
	if d == nil {
		return nil
	}
	return *d
}

func (s *Service) exportAccounts(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk, page db.Page) (ExportPage, error) {
	f, err := in.Filter.filter(by)
	if err != nil {
		return ExportPage{}, err
	}
	list, next, err := s.List(ctx, tx, by, f, in.Sort, page)
	if err != nil {
		return ExportPage{}, err
	}
	views, err := s.views(ctx, tx, list)
	if err != nil {
		return ExportPage{}, err
	}
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.OrganizationID
	}
	found, err := s.Observed(ctx, tx, in.Measures, ids, measure.Asked{})
	if err != nil {
		return ExportPage{}, err
	}
	out := ExportPage{Title: "Accounts", Next: next, Columns: slices.Concat([]sheet.Column{numberColumn("Id")}, texts("Name", "Segment", "Coverage", "Plan", "Stage"), []sheet.Column{numberColumn("Yearly value")},
		texts("Currency", "Customer since", "Renewal", "Looked after by", "Team"), []sheet.Column{numberColumn("Score")}, texts("Colour", "Colour before"), []sheet.Column{timeColumn("Colour since"), timeColumn("Health update due"), {Title: "Weight with data", Kind: sheet.Percent}})}
	for _, name := range in.Measures {
		out.Columns = append(out.Columns, s.measureColumn(name))
	}
	for i, v := range views {
		row := []any{v.ID, v.Name, v.Segment, v.Coverage, v.Plan, v.Stage, wholeUnits(v.Revenue, v.Currency), v.Currency, dayCell(v.Since), dayCell(v.Renewal), v.CSM.cell(), v.Team.cell(), nil, v.Band, v.BandWas, at(list[i].BandSince), at(list[i].UpdateDue), nil}
		if v.Score != nil {
			row[12] = *v.Score
		}
		if v.Observed != nil {
			row[17] = *v.Observed * 100
		}
		for _, name := range in.Measures {
			row = append(row, measureCell(found[v.ID][name]))
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// measureColumn is the column of a measure.
func (s *Service) measureColumn(name string) sheet.Column {
	for _, m := range s.Measured() {
		if m.Name != name {
			continue
		}
		switch m.Type {
		case measure.Text:
			return sheet.Column{Title: m.Title}
		case measure.Share:
			return sheet.Column{Title: m.Title, Kind: sheet.Percent}
		case measure.Time:
			return sheet.Column{Title: m.Title, Kind: sheet.Time}
		case measure.Duration:
			return sheet.Column{Title: m.Title + " (days)", Kind: sheet.Number}
		}
		return sheet.Column{Title: m.Title, Kind: sheet.Number}
	}
	return sheet.Column{Title: name}
}

// measureCell is a measure's value as a cell.
func measureCell(o Observation) any {
	switch v := o.Plain.(type) {
	case time.Duration:
		return v.Hours() / 24
	case time.Time:
		return at(v)
	}
	return o.Plain
}

func (s *Service) exportCalls(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk, page db.Page) (ExportPage, error) {
	f, err := s.callFilter(by, in.Calls)
	if err != nil {
		return ExportPage{}, err
	}
	list, next, err := s.Calls(ctx, tx, by, f, page)
	if err != nil {
		return ExportPage{}, err
	}
	views, err := s.callViews(ctx, tx, list)
	out := ExportPage{Title: "Calls to action", Next: next, Columns: slices.Concat([]sheet.Column{numberColumn("Id")}, texts("Account", "Type", "Title", "Reason", "Priority", "State", "Owner", "Rule"),
		[]sheet.Column{timeColumn("Due"), timeColumn("Opened"), timeColumn("Closed"), timeColumn("Put off until")}, texts("Why put off", "Why closed"))}
	for i, v := range views {
		c := list[i]
		out.Rows = append(out.Rows, []any{v.ID, v.Account.Name, v.Type, v.Title, v.Reason, v.Priority, v.State, v.Owner.cell(), v.Rule, at(c.Due), at(c.Opened), at(c.Closed), at(c.SnoozedUntil), v.SnoozeReason, v.ClosedNote})
	}
	return out, err
}

func (s *Service) exportTimeline(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk, page db.Page) (ExportPage, error) {
	if in.Source != "" && !slices.Contains(lineSources, in.Source) {
		return ExportPage{}, fault.Field("source", in.Source, strings.Join(lineSources, ", "), "A timeline has no %q.", in.Source)
	}
	page.Limit = perExport - 1 // each source is asked for one more
	list, next, err := s.Timeline(ctx, tx, by, in.Account, in.Source, page)
	out := ExportPage{Title: "Timeline", Next: next, Columns: slices.Concat([]sheet.Column{timeColumn("When")}, texts("Source", "Kind", "What", "More"), []sheet.Column{numberColumn("Minutes")},
		texts("By", "With", "State", "Considerations", "What to watch", "Next steps"))}
	for _, l := range list {
		what, h := l.Title, HealthUpdate{}
		if l.Source == "change" {
			what = lang.In(ctx).Word(accountWords[l.Kind])
			if l.Kind == HealthChanged {
				what = healthSentence(lang.In(ctx), ledger.Event{Data: l.Data})
			}
		}
		if l.Health != nil {
			h = *l.Health
		}
		var with []string
		for _, p := range l.People {
			with = append(with, p.Name)
		}
		out.Rows = append(out.Rows, []any{l.At, l.Source, l.Kind, what, l.Body, l.Effort, l.By.cell(), strings.Join(with, ", "), h.State, h.Considerations, h.WatchItems, h.NextSteps})
	}
	return out, err
}

func (s *Service) exportContacts(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk) (ExportPage, error) {
	list, err := s.personas(ctx, tx, by, in.Account)
	out := ExportPage{Title: "Contacts", Columns: append(texts("Name", "Email", "Role"), timeColumn("Since"))}
	for _, c := range list {
		out.Rows = append(out.Rows, []any{c.Person.Name, c.Email, c.Role, c.Since})
	}
	return out, err
}

func (s *Service) exportHealth(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk, page db.Page) (ExportPage, error) {
	list, next, err := s.History(ctx, tx, by, in.Account, page)
	if err != nil {
		return ExportPage{}, err
	}
	points, err := s.healthPoints(ctx, tx, list)
	out := ExportPage{Title: "Health", Next: next, Columns: slices.Concat([]sheet.Column{timeColumn("From"), numberColumn("Score")}, texts("Colour"),
		[]sheet.Column{{Title: "Weight with data", Kind: sheet.Percent}}, texts("Scorecard"), []sheet.Column{numberColumn("Version")})}
	for _, p := range points {
		row := []any{p.At, nil, p.Band, p.Coverage * 100, nil, nil}
		if p.Score != nil {
			row[1] = *p.Score
		}
		if p.Scorecard != nil {
			row[4], row[5] = p.Scorecard.Title, p.Scorecard.Version
		}
		out.Rows = append(out.Rows, row)
	}
	return out, err
}

func (s *Service) exportJudgements(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk, page db.Page) (ExportPage, error) {
	list, next, err := s.Judgements(ctx, tx, by, in.Account, page)
	if err != nil {
		return ExportPage{}, err
	}
	var people []int64
	for _, j := range list {
		people = append(people, j.ByID)
	}
	who, err := s.directory.Names(ctx, tx, people)
	out := ExportPage{Title: "Judgements", Next: next, Columns: slices.Concat([]sheet.Column{timeColumn("When")}, texts("Measure", "Word"), []sheet.Column{numberColumn("Value")}, texts("Reason", "By"),
		[]sheet.Column{timeColumn("Holds until"), timeColumn("Taken back")})}
	for _, j := range list {
		value := any(j.Value)
		if j.Word != "" {
			value = nil
		}
		out.Rows = append(out.Rows, []any{j.At, cmp.Or(s.config().manual[j.Measure].Title, j.Measure), j.Word, value, j.Reason, who[j.ByID].Name, at(j.Until), at(j.Ended)})
	}
	return out, err
}

func (s *Service) exportUsage(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk) (ExportPage, error) {
	list, err := s.Points(ctx, tx, by, in.Account, 0, in.Metric, in.From, time.Time{})
	m := s.config().metrics[in.Metric]
	out := ExportPage{Title: cmp.Or(m.Title, "Usage"), Columns: []sheet.Column{timeColumn("When"), numberColumn(cmp.Or(m.Spec.Unit, "Value"))}}
	for _, p := range list {
		out.Rows = append(out.Rows, []any{p.At, p.Value})
	}
	return out, err
}

func (s *Service) exportUnknown(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) (ExportPage, error) {
	list, next, err := s.Strays(ctx, tx, by, page)
	out := ExportPage{Title: "Unknown organizations", Next: next, Columns: append(texts("Source", "Organization"), timeColumn("First point"), timeColumn("Last point"), numberColumn("Points"))}
	for _, t := range list {
		out.Rows = append(out.Rows, []any{t.Source, t.Organization, t.First, t.Last, t.Points})
	}
	return out, err
}

func (s *Service) exportBacktest(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk) (ExportPage, error) {
	v, err := s.getBacktest(ctx, tx, by, &in.Scorecard)
	out := ExportPage{Title: "Backtest", Columns: slices.Concat([]sheet.Column{numberColumn("Days before")}, texts("Of", "Name"), []sheet.Column{numberColumn("Renewed"), numberColumn("Lost"), numberColumn("Quality"), numberColumn("Low"), numberColumn("High")}, texts("Says"))}
	figure := func(f *float64) any {
		if f == nil {
			return nil
		}
		return *f
	}
	add := func(days int, of string, q QualityView) {
		says := ""
		if q.TooSmall {
			says = "Too few to say much"
		}
		out.Rows = append(out.Rows, []any{int64(days), of, q.Title, int64(q.Renewed), int64(q.Lost), figure(q.AUC), figure(q.Low), figure(q.High), says})
	}
	for _, h := range v.Horizons {
		add(h.Days, "score", h.Score)
		for _, q := range h.Measures {
			add(h.Days, "measure", q)
		}
		for _, q := range h.Segments {
			add(h.Days, "segment", q)
		}
	}
	return out, err
}
