package success

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/sheet"
)

// ReportPart is a part of a report: all of its accounts, or those behind one figure.
type ReportPart struct {
	Key      string // of a group; "" for all of them
	Currency string // of amounts of money; "" for every one
}

// ReportRow is an account in a report's list.
type ReportRow struct {
	Account  Ref    `json:"account"`
	Cells    []any  `json:"cells" nullable:"false" doc:"One for each column; null for none. A share is from 0 to 1, amounts are in whole units of the currency."`
	Band     string `json:"band"`
	Currency string `json:"currency"`
}

// maxLooked is how many accounts one page of a list looks at: it may be shorter than asked for, and go on.
const maxLooked = 5000

// ReportAccounts lists the accounts of a part of a report, sorted as it says. Whoever may read accounts may, those
// within their scope. A page may be short, even empty, and still go on where few accounts match.
func (s *Service) ReportAccounts(ctx context.Context, tx db.Tx, by act.Actor, in AccountReport, part ReportPart, page db.Page) (columns []*ReportField, rows []ReportRow, next string, err error) {
	p, err := s.mayReport(by, in)
	if err != nil {
		return nil, nil, "", err
	}
	sort := in.Sort
	if sort == "" {
		sort = "revenue"
	}
	list := s.listNow
	if !p.at.IsZero() {
		list = s.listPast
	}
	found, next, err := list(ctx, tx, by, p, part, sort, page)
	if err == nil {
		err = s.nameReported(ctx, tx, found)
	}
	if err != nil {
		return nil, nil, "", err
	}
	rows = make([]ReportRow, len(found))
	for i, r := range found {
		rows[i] = ReportRow{Account: Ref{r.OrganizationID, r.name}, Cells: []any{}, Band: r.Band, Currency: r.Currency}
		for _, c := range p.columns {
			rows[i].Cells = append(rows[i].Cells, c.cell(r))
		}
	}
	return p.columns, rows, next, nil
}

// inPart says whether an account is in a part of the report.
func (p *reportPlan) inPart(r *reported, part ReportPart) bool {
	return (part.Key == "" || p.groupOf(r) == part.Key) && (part.Currency == "" || r.Currency == part.Currency)
}

// listNow is a page of a report's list, in the order of the list of accounts.
func (s *Service) listNow(ctx context.Context, tx db.Tx, by act.Actor, p *reportPlan, part ReportPart, sort string, page db.Page) (found []*reported, next string, err error) {
	step := db.Page{Limit: 100, Cursor: page.Cursor}
	for looked := 0; ; {
		list, more, err := s.List(ctx, tx, by, p.narrowed(by), sort, step)
		if err != nil {
			return nil, "", err
		}
		some, err := s.matching(ctx, tx, by, p, list)
		if err != nil {
			return nil, "", err
		}
		for _, r := range some {
			if !p.inPart(r, part) {
				continue
			}
			if found = append(found, r); len(found) == page.Size() {
				break
			}
		}
		looked += len(list)
		if len(found) == page.Size() {
			last := found[len(found)-1]
			if more != "" || last.OrganizationID != list[len(list)-1].OrganizationID {
				next = db.Cursor(last.key(sort), last.OrganizationID)
			}
			return found, next, nil
		}
		if more == "" || looked >= maxLooked {
			return found, more, nil
		}
		step.Cursor = more
	}
}

// nameReported says what accounts, and who and what they name, are called: a question for all people and one for all
// organizations.
func (s *Service) nameReported(ctx context.Context, tx db.Tx, list []*reported) error {
	var people, organizations []int64
	for _, r := range list {
		people, organizations = append(people, r.CSMID), append(organizations, r.OrganizationID, r.ParentID)
	}
	who, err := s.directory.Names(ctx, tx, people)
	if err != nil {
		return err
	}
	names, err := s.directory.OrganizationNames(ctx, tx, organizations)
	for _, r := range list {
		r.name, r.csm, r.partOf, r.team = names[r.OrganizationID], who[r.CSMID].Name, names[r.ParentID], s.config().teams[r.TeamID]
	}
	return err
}

// sheetColumn is a field as a column of a file.
func (f *ReportField) sheetColumn() sheet.Column {
	switch f.Kind {
	case "number", "money":
		return numberColumn(f.Title)
	case "days":
		return numberColumn(f.Title + " (days)")
	case "share":
		return sheet.Column{Title: f.Title, Kind: sheet.Percent}
	case "time":
		return timeColumn(f.Title)
	}
	return sheet.Column{Title: f.Title}
}

// sheetCell is a value as a cell of a file.
func (f *ReportField) sheetCell(v any) any {
	if n, ok := v.(float64); ok && f.Kind == "share" {
		return n * 100
	}
	if t, ok := v.(time.Time); ok {
		return at(t)
	}
	return v
}

// Said is a value of the field in words, for mails; currency is that of the account.
func (f *ReportField) Said(v any, currency string) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case string:
		if i := slices.IndexFunc(f.Words, func(w ReportWord) bool { return w.Value == v }); i >= 0 {
			return f.Words[i].Title
		}
		return v
	case time.Time:
		return v.Format(time.DateOnly)
	}
	n, ok := toFloat(v)
	switch {
	case !ok:
		return fmt.Sprint(v)
	case f.Kind == "share":
		return strconv.FormatFloat(math.Round(n*1000)/10, 'f', -1, 64) + "%"
	case f.Kind == "money":
		return strings.TrimSpace(strconv.FormatFloat(math.Round(n), 'f', 0, 64) + " " + currency)
	case f.Kind == "days":
		return strconv.FormatFloat(math.Round(n), 'f', 0, 64) + " days"
	}
	return strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64)
}

// exportReport is the table of a report's figures.
func (s *Service) exportReport(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk) (ExportPage, error) {
	a, err := s.ReportFigures(ctx, tx, by, in.Report)
	if err != nil {
		return ExportPage{}, err
	}
	figure := numberColumn("Accounts")
	if a.Value != nil {
		figure = a.Value.sheetColumn()
		figure.Title = a.Figure + " of " + figure.Title
	}
	if a.Figure == "share" {
		figure.Kind = sheet.Percent
	}
	out := ExportPage{Title: "Accounts", Columns: append(texts("Group", "Currency"), numberColumn("Accounts"), numberColumn("With a value"), figure)}
	if a.By != nil {
		out.Columns[0].Title = a.By.Title
	}
	for _, g := range append(a.Groups, a.Total...) {
		name := g.Name()
		var v any
		if g.Value != nil {
			if v = *g.Value; figure.Kind == sheet.Percent {
				v = *g.Value * 100
			}
		}
		out.Rows = append(out.Rows, []any{name, g.Currency, g.Accounts, g.Known, v})
	}
	return out, nil
}

// exportReportAccounts is a page of the accounts of a report.
func (s *Service) exportReportAccounts(ctx context.Context, tx db.Tx, by act.Actor, in ExportAsk, page db.Page) (ExportPage, error) {
	columns, rows, next, err := s.ReportAccounts(ctx, tx, by, in.Report, in.Part, page)
	out := ExportPage{Title: "Accounts", Next: next, Columns: append([]sheet.Column{numberColumn("Id")}, texts("Account")...)}
	for _, c := range columns {
		out.Columns = append(out.Columns, c.sheetColumn())
	}
	for _, r := range rows {
		row := []any{r.Account.ID, r.Account.Name}
		for i, c := range columns {
			row = append(row, c.sheetCell(r.Cells[i]))
		}
		out.Rows = append(out.Rows, row)
	}
	return out, err
}
