package app_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/insight/board"
	"steward/internal/success"
)

// figures are a report's groups in one line each: key, currency, accounts, known, value.
func (c *customers) figures(by act.Actor, r success.AccountReport) (lines []string) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) error {
		a, err := c.Success.ReportFigures(ctx, tx, by, r)
		for _, g := range append(a.Groups, a.Total...) {
			value := "-"
			if g.Value != nil {
				value = fmt.Sprintf("%.4g", *g.Value)
			}
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s|%s|%s %d/%d %s", g.Key, g.Label, g.Currency, g.Known, g.Accounts, value)))
		}
		return err
	})
	return lines
}

// behind are the names of the accounts of a part of a report, two a page.
func (c *customers) behind(by act.Actor, r success.AccountReport, part success.ReportPart) (names []string, cells [][]any) {
	c.t.Helper()
	page := db.Page{Limit: 2}
	for {
		c.Read(func(ctx context.Context, tx db.Tx) error {
			_, rows, next, err := c.Success.ReportAccounts(ctx, tx, by, r, part, page)
			for _, r := range rows {
				names, cells = append(names, r.Account.Name), append(cells, r.Cells)
			}
			page.Cursor = next
			return err
		})
		if page.Cursor == "" {
			return names, cells
		}
	}
}

// withBook adds four accounts to Acme and Globex, with what was noted and judged about them.
func withBook(c *customers) map[string]int64 {
	ids := map[string]int64{"Acme": c.acme, "Globex": c.globex}
	for n, a := range []struct {
		name, segment, currency string
		revenue                 int64
		csm                     int64
	}{{"Initech", "growth", "EUR", 300_00, c.csm.PersonID}, {"Hooli", "growth", "JPY", 5000, 0}, {"Umbrella", "", "", 0, c.csm.PersonID}, {"Stark", "growth", "EUR", 100_00, c.ops.PersonID}} {
		ids[a.name] = c.organization(a.name, fmt.Sprintf("book%d.example", n))
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Create(ctx, tx, c.ops, ids[a.name], success.AccountInput{Segment: &a.segment, Revenue: &a.revenue, Currency: &a.currency, CSMID: &a.csm, Since: ptr(apptest.Start.AddDate(0, -n-1, 0))})
			return err
		})
	}
	for name, days := range map[string]int{"Acme": 10, "Initech": 40, "Stark": 70} {
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Note(ctx, tx, c.ops, ids[name], success.NewEntry{Kind: "call", Title: "Call", At: c.Clock.Now().AddDate(0, 0, -days)})
			return err
		})
	}
	c.Settle()
	return ids
}

func TestReportOfAccountsGroupsAndOpens(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		ids := withBook(c)
		same := func(what string, got []string, want ...string) {
			t.Helper()
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
			}
		}
		value := func(name string) string { return fmt.Sprintf("%.4g", 100*float64(ids[name])) } // Acme and Globex are worth a hundred times their ids
		sum := fmt.Sprintf("%.4g", 100*float64(ids["Acme"]+ids["Globex"]))
		same("accounts of each segment", c.figures(c.ops, success.AccountReport{By: "segment"}), "=growth|growth| 3/3 3", "=enterprise|enterprise| 2/2 2", "none|| 1/1 1", "|| 6/6 6")
		all := fmt.Sprintf("%.4g", 100*float64(ids["Acme"]+ids["Globex"])+400)
		same("value, currencies apart", c.figures(c.ops, success.AccountReport{By: "segment", Figure: "sum", Value: "revenue"}),
			"=growth|growth|JPY 1/1 5000", "=growth|growth|EUR 2/2 400", "=enterprise|enterprise|EUR 2/2 "+sum, "none|| 0/1 -", "|| 0/1 -", "||EUR 4/4 "+all, "||JPY 1/1 5000")
		same("each manager", c.figures(c.ops, success.AccountReport{By: "csm", Filter: `account.segment == "growth"`}),
			fmt.Sprintf("=%d|Bea| 1/1 1", c.csm.PersonID), fmt.Sprintf("=%d|Ola| 1/1 1", c.ops.PersonID), "none|| 1/1 1", "|| 3/3 3")
		silent := success.AccountReport{By: "success.since_contact", Edges: []float64{30, 60}, Figure: "median", Value: "revenue", Columns: []string{"segment", "csm", "revenue", "success.since_contact", "renewal", "score"}}
		same("ranges of a measure", c.figures(c.ops, silent), "#0||EUR 1/1 "+value("Acme"), "#1||EUR 1/1 300", "#2||EUR 1/1 100", "none||JPY 1/1 5000", "none||EUR 1/1 "+value("Globex"), "none|| 0/1 -",
			"|| 0/1 -", "||EUR 4/4 "+fmt.Sprintf("%.4g", middle(100*float64(ids["Acme"]), 300, 100, 100*float64(ids["Globex"]))), "||JPY 1/1 5000")
		same("a share", c.figures(c.ops, success.AccountReport{By: "plan", Figure: "share"}), "=premium|premium| 2/2 0.3333", "none|| 4/4 0.6667", "|| 6/6 1")
		same("mean of a measure", c.figures(c.ops, success.AccountReport{Figure: "mean", Value: "success.since_contact"}), "|| 3/6 40")
		same("a condition over a measure", c.figures(c.ops, success.AccountReport{Filter: `measure.success.since_contact > duration("720h")`}), "|| 2/2 2")

		names, cells := c.behind(c.ops, silent, success.ReportPart{Key: "#1", Currency: "EUR"})
		same("behind a range", names, "Initech")
		if len(cells) != 1 || !reflect.DeepEqual(cells[0], []any{"growth", "Bea", 300.0, 40.0, nil, nil}) {
			t.Errorf("its cells are %#v", cells)
		}
		names, _ = c.behind(c.ops, success.AccountReport{By: "segment"}, success.ReportPart{Key: "=growth"})
		same("behind a segment, the largest revenue first", names, "Initech", "Stark", "Hooli")
		names, _ = c.behind(c.ops, success.AccountReport{}, success.ReportPart{})
		if len(names) != 6 {
			t.Errorf("all of them: %v", names)
		}

		// Who sees fewer accounts has figures of fewer.
		c.Apply("kind: role\nname: own-book\ntitle: Own book\ngrants:\n  - { actions: [read], kinds: [account], scope: own }\n")
		narrow := c.Person("nia@company.example", "Nia", "own-book")
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Change(ctx, tx, c.ops, ids["Hooli"], success.AccountInput{Version: 1, CSMID: &narrow.PersonID})
			return err
		})
		same("one's own", c.figures(narrow, success.AccountReport{By: "segment"}), "=growth|growth| 1/1 1", "|| 1/1 1")
		names, _ = c.behind(narrow, success.AccountReport{By: "segment"}, success.ReportPart{Key: "=growth"})
		same("behind it", names, "Hooli")
		same("the reader's", c.figures(c.csm, success.AccountReport{CSM: "me"}), "|| 3/3 3")
		same("nobody's", c.figures(c.csm, success.AccountReport{CSM: "none"}), "|| 1/1 1")
		for what, r := range map[string]success.AccountReport{
			"a field that is none":     {By: "segmnt"},
			"a number without edges":   {By: "revenue"},
			"edges out of order":       {By: "revenue", Edges: []float64{5, 2}},
			"edges of words":           {By: "segment", Edges: []float64{5}},
			"a date as group":          {By: "renewal"},
			"a sum of nothing":         {Figure: "sum"},
			"a sum of words":           {Figure: "sum", Value: "segment"},
			"an unknown figure":        {Figure: "most"},
			"a condition that is none": {Filter: "account.segmnt == 3"},
			"an unknown column":        {Columns: []string{"mood"}},
			"somebody's book":          {CSM: "bea"},
			"an unknown order":         {Sort: "name"},
		} {
			if err := c.tried(c.csm, r); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := c.tried(c.out, success.AccountReport{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer: %v", err)
		}
		if err := c.tried(narrow, success.AccountReport{Filter: `account.attributes.region == "x"`}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("attributes of organizations: %v", err)
		}

		// As a file: the same figures, and the same accounts.
		ask, err := success.NewExportAsk(params(map[string]string{"table": "report", "by": "success.since_contact", "edges": "30,60", "figure": "share", "value": "revenue"}))
		if err != nil {
			t.Fatal(err)
		}
		c.Read(func(ctx context.Context, tx db.Tx) error {
			p, err := c.Success.Export(ctx, tx, c.ops, ask, "")
			if err == nil && (len(p.Rows) == 0 || p.Rows[0][0] != "under 30" || len(p.Columns) != 5) {
				t.Errorf("exported %v, %v", p.Columns, p.Rows)
			}
			ask.Table, ask.Report.Columns, ask.Part = "report_accounts", []string{"revenue", "observed"}, success.ReportPart{Key: "#0", Currency: "EUR"}
			if p, err = c.Success.Export(ctx, tx, c.ops, ask, ""); err == nil && (len(p.Rows) != 1 || p.Rows[0][1] != "Acme") {
				t.Errorf("exported %v", p.Rows)
			}
			return err
		})
	})
}

func params(of map[string]string) func(string) string {
	return func(name string) string { return of[name] }
}

// middle is the median of four.
func middle(values ...float64) float64 {
	least, most, sum := values[0], values[0], 0.0
	for _, v := range values {
		least, most, sum = min(least, v), max(most, v), sum+v
	}
	return (sum - least - most) / 2
}

func (c *customers) tried(by act.Actor, r success.AccountReport) error {
	return c.DB.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		if _, err := c.Success.ReportFigures(ctx, tx, by, r); err != nil {
			return err
		}
		_, _, _, err := c.Success.ReportAccounts(ctx, tx, by, r, success.ReportPart{}, db.Page{})
		return err
	})
}

func TestReportOfAccountsGroupsByColourAndAttribute(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		withBook(c)
		c.Apply(healthCard)
		c.Settle()
		by := func(r success.AccountReport) string { return strings.Join(c.figures(c.ops, r), "; ") }
		n := c.Count(`SELECT count(*) FROM account WHERE band = 'red'`)
		if got := by(success.AccountReport{By: "band", Filter: "account.score >= 0"}); n > 0 && !strings.Contains(got, fmt.Sprintf("=red|Red| %d/%d %d", n, n, n)) {
			t.Errorf("%d are red: %s", n, got)
		}
		if got := by(success.AccountReport{Figure: "mean", Value: "observed"}); !strings.HasSuffix(got, "1") && !strings.Contains(got, "0.") {
			t.Errorf("the weight with data is %s", got)
		}
	})
}

const reportText = `kind: report
name: silent-value
title: Silent value
chart: %s
accounts:
  filter: %s
  by: success.since_contact
  edges: [30, 60]
  figure: sum
  value: %s
  columns: [segment, %s]
`

func TestReportBlueprintOfAccounts(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(fmt.Sprintf(reportText, "bar", `account.segment == "growth"`, "revenue", "csm"))
		b, err := c.Boards.Get(c.csm, board.KindReport, "silent-value")
		if err != nil || b.Accounts == nil || b.Accounts.Edges[1] != 60 || len(b.Tiles) != 0 {
			t.Fatalf("%+v, %v", b, err)
		}
		for what, text := range map[string]string{
			`There is no field or measure "revenu"`: fmt.Sprintf(reportText, "bar", "account.revenue > 1", "revenu", "csm"),
			`There is no field or measure "smell"`:  fmt.Sprintf(reportText, "bar", "account.revenue > 1", "revenue", "smell"),
			"drawn as bar, table or number":         fmt.Sprintf(reportText, "line", "account.revenue > 1", "revenue", "csm"),
			"segmnt":                                fmt.Sprintf(reportText, "bar", "account.segmnt > 1", "revenue", "csm"),
			"no by of its own":                      fmt.Sprintf(reportText, "bar", "account.revenue > 1", "revenue", "csm") + "by: ticket.team\n",
		} {
			docs, parsed := blueprint.ParseFile("report.yaml", text)
			plan := c.Blueprint.Set().Plan(docs, parsed, blueprint.Options{})
			if got := fmt.Sprint(plan.Findings); !strings.Contains(got, what) {
				t.Errorf("want %q in %s", what, got)
			}
		}
		keep := func(spec board.OwnSpec) error {
			return inTx(c.Instance, func(ctx context.Context, tx db.Tx) error {
				_, err := c.Boards.KeepOwn(ctx, tx, c.csm, board.OwnReport{Title: "Mine", Spec: spec})
				return err
			})
		}
		if err := keep(board.OwnSpec{Chart: "bar", Accounts: &board.Accounts{By: "segment"}}); err != nil {
			t.Error(err)
		}
		for what, bad := range map[string]board.OwnSpec{
			"an unknown field": {Chart: "bar", Accounts: &board.Accounts{By: "segmnt"}},
			"another chart":    {Chart: "line", Accounts: &board.Accounts{By: "segment"}},
			"an indicator too": {Chart: "bar", Indicator: "opened", Accounts: &board.Accounts{By: "segment"}},
		} {
			if err := keep(bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

const counterTexts = `kind: account_counter
name: a-silent
title: No contact for 30 days
order: 1
when: measure.success.since_contact > duration("720h") || !has(measure.success.since_contact)
---
kind: account_counter
name: b-mood
title: Mood not judged for 90 days
order: 2
when: measure.judged.mood > duration("2160h")
---
kind: account_counter
name: c-reason
title: No reason
order: 3
when: measure.success.risk_reason == "none"
---
kind: manual_measure
name: mood
title: Mood
words: [good, bad]
expires: 480h
`

func TestCountersOfAccounts(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		ids := withBook(c)
		c.Apply(counterTexts)
		judge := func(name string) (id int64) {
			c.do(func(ctx context.Context, tx db.Tx) error {
				j, err := c.Success.Judge(ctx, tx, c.ops, ids[name], success.NewJudgement{Measure: "mood", Word: "good", Reason: "They said so"})
				id = j.ID
				return err
			})
			return id
		}
		judge("Acme")
		gone := judge("Stark")
		c.do(func(ctx context.Context, tx db.Tx) error {
			return c.Success.Withdraw(ctx, tx, c.ops, ids["Stark"], gone)
		})
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Note(ctx, tx, c.ops, ids["Initech"], success.NewEntry{Kind: "health_update", Title: "State", Health: &success.HealthUpdate{State: "Well", Impact: "churn", Reason: "none"}})
			return err
		})
		c.Clock.Advance(91 * 24 * time.Hour)
		c.Settle()
		count := func(by act.Actor, of, book string) (out []string) {
			c.Read(func(ctx context.Context, tx db.Tx) error {
				table, err := c.Success.Counters(ctx, tx, by, of, book)
				for _, k := range table.Counters {
					if strings.HasPrefix(k.Name, "a-") || strings.HasPrefix(k.Name, "b-") || strings.HasPrefix(k.Name, "c-") {
						out = append(out, fmt.Sprint(k.Name, " ", k.Accounts))
					}
				}
				for _, r := range table.Rows {
					out = append(out, fmt.Sprint(r.Label, " ", r.Accounts, " ", r.Counts[:3]))
				}
				return err
			})
			return out
		}
		if got := strings.Join(count(c.ops, "csm", ""), "; "); got != "a-silent 6; b-mood 1; c-reason 1; Bea 3 [3 1 1]; Ola 1 [1 0 0];  2 [2 0 0]" {
			t.Error(got)
		}
		if got := strings.Join(count(c.ops, "csm", "me"), "; "); got != "a-silent 1; b-mood 0; c-reason 0; Ola 1 [1 0 0]" {
			t.Error(got)
		}
		c.Read(func(ctx context.Context, tx db.Tx) error {
			if _, err := c.Success.Counters(ctx, tx, c.out, "csm", ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer counts: %v", err)
			}
			ask, _ := success.NewExportAsk(params(map[string]string{"table": "counters"}))
			p, err := c.Success.Export(ctx, tx, c.ops, ask, "")
			if err == nil && (len(p.Rows) != 4 || p.Rows[3][0] != "All") {
				t.Errorf("exported %v", p.Rows)
			}
			return err
		})
	})
}

func TestTimelineNamesWhoAndWhatChanged(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply("kind: team\nname: east\ntitle: East\n")
		var team int64
		c.Read(func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT id FROM blueprint WHERE kind = 'team' AND name = 'east'`).Scan(&team)
		})
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Change(ctx, tx, c.ops, c.acme, success.AccountInput{Version: 1, ParentID: &c.globex, CSMID: &c.ops.PersonID, TeamID: &team})
			return err
		})
		c.Read(func(ctx context.Context, tx db.Tx) error {
			list, _, err := c.Success.Timeline(ctx, tx, c.csm, c.acme, "change", db.Page{})
			if err != nil {
				return err
			}
			want := map[string]string{fmt.Sprintf("person/%d", c.csm.PersonID): "Bea", fmt.Sprintf("person/%d", c.ops.PersonID): "Ola", fmt.Sprintf("account/%d", c.globex): "Globex", fmt.Sprintf("team/%d", team): "East"}
			if len(list) == 0 || !reflect.DeepEqual(list[0].Names, want) {
				t.Errorf("got %+v", list)
			}
			return nil
		})
	})
}
