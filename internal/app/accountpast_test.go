package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/success"
)

func TestReportOfAccountsAsOfADay(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		ids := withBook(c)
		c.Apply(healthCard)
		c.Settle()
		then := c.Clock.Now().UTC()
		c.Clock.Set(then.AddDate(0, 0, 20))
		change := func(id int64, in success.AccountInput) {
			in.Version = c.account(id).Version
			c.do(func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.Change(ctx, tx, c.ops, id, in)
				return err
			})
		}
		change(ids["Stark"], success.AccountInput{Segment: ptr("enterprise"), Revenue: ptr(int64(900_00)), CSMID: ptr(c.csm.PersonID), Stage: ptr("will_churn")})
		change(ids["Acme"], success.AccountInput{Renewal: ptr(apptest.Start.AddDate(0, 0, 200)), CSMID: ptr(int64(0))})
		late := c.organization("Late", "late.example")
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Create(ctx, tx, c.ops, late, success.AccountInput{Segment: ptr("growth"), Revenue: ptr(int64(7_00)), Currency: ptr("EUR")})
			return err
		})
		c.do(func(ctx context.Context, tx db.Tx) error { // learned today of a day before: not known then
			_, err := c.Success.Note(ctx, tx, c.ops, ids["Globex"], success.NewEntry{Kind: "call", Title: "Told late", At: then.AddDate(0, 0, -1)})
			return err
		})
		c.Settle()
		c.Clock.Set(then.AddDate(0, 0, 25))
		c.Settle()
		day := then.AddDate(0, 0, 3).Format(time.DateOnly)

		same := func(what string, got []string, want ...string) {
			t.Helper()
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		same("segments now", c.figures(c.ops, success.AccountReport{By: "segment"}), "=enterprise|enterprise| 3/3 3", "=growth|growth| 3/3 3", "none|| 1/1 1", "|| 7/7 7")
		same("segments then", c.figures(c.ops, success.AccountReport{By: "segment", On: day}), "=growth|growth| 3/3 3", "=enterprise|enterprise| 2/2 2", "none|| 1/1 1", "|| 6/6 6")
		same("value of growth in EUR then", c.figures(c.ops, success.AccountReport{Figure: "sum", Value: "revenue", Filter: `account.segment == "growth" && account.currency == "EUR"`, On: day}), "||EUR 2/2 400")
		same("calls known then", c.figures(c.ops, success.AccountReport{Figure: "mean", Value: "success.since_contact", On: day}), fmt.Sprintf("|| 3/6 %.4g", 40+daysTo(then, day)))
		same("today is as it is now", c.figures(c.ops, success.AccountReport{By: "segment", On: c.Clock.Now().UTC().Format(time.DateOnly)}), c.figures(c.ops, success.AccountReport{By: "segment"})...)
		names, cells := c.behind(c.ops, success.AccountReport{On: day, Columns: []string{"csm", "stage", "revenue", "success.until_renewal", "score"}}, success.ReportPart{})
		if got := fmt.Sprint(names); got != "[Initech Stark Globex Acme Hooli Umbrella]" && got != "[Initech Globex Acme Stark Hooli Umbrella]" && got != "[Initech Globex Stark Acme Hooli Umbrella]" {
			t.Errorf("the list by its value then is %s", got)
		}
		for i, name := range names {
			switch name {
			case "Stark":
				if cells[i][0] != "Ola" || cells[i][1] != "onboarding" || cells[i][2] != 100.0 || cells[i][3] != nil {
					t.Errorf("Stark was %v", cells[i])
				}
			case "Acme":
				left, _ := cells[i][3].(float64)
				if want := apptest.Start.AddDate(0, 0, 90).Truncate(24*time.Hour).Sub(endOf(day)).Hours() / 24; cells[i][0] != "Bea" || left < want-1e-6 || left > want+1e-6 {
					t.Errorf("Acme was %v, its renewal %v days away", cells[i], want)
				}
			}
		}
		// The score of the day is that of the account's own page.
		c.Read(func(ctx context.Context, tx db.Tx) error {
			r, err := c.Success.Healthy(ctx, tx, c.ops, ids["Stark"], success.Asked{At: endOf(day)})
			if err != nil {
				return err
			}
			n, _ := r.Hundredths()
			_, rows, _, err := c.Success.ReportAccounts(ctx, tx, c.ops, success.AccountReport{On: day, Columns: []string{"score", "band"}}, success.ReportPart{}, db.Page{})
			for _, row := range rows {
				if row.Account.Name == "Stark" && (row.Cells[0] != float64(n)/100 || row.Cells[1] != r.Colour) {
					t.Errorf("Stark's score then is %v, its page says %d %s", row.Cells, n, r.Colour)
				}
			}
			return err
		})
		// Whose they were then counts; who may see them is a matter of today.
		same("Bea's then", c.figures(c.csm, success.AccountReport{CSM: "me", On: day}), "|| 3/3 3")
		same("nobody's then", c.figures(c.ops, success.AccountReport{CSM: "none", On: day}), "|| 2/2 2")
		for what, in := range map[string]success.AccountReport{"the future": {On: "2031-01-01"}, "no day": {On: "yesterday"}, "updates": {On: day, Columns: []string{"update"}}} {
			err := c.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.ReportFigures(ctx, tx, c.ops, in)
				return err
			})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// endOf is the last moment of a day, UTC.
func endOf(day string) time.Time {
	t, _ := time.Parse(time.DateOnly, day)
	return t.AddDate(0, 0, 1).Add(-time.Microsecond)
}

// daysTo are the days from a moment to the end of a day.
func daysTo(from time.Time, day string) float64 { return endOf(day).Sub(from).Hours() / 24 }

func TestTimeUntilTheRenewalIsAMeasure(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply("kind: scorecard\nname: soon\ntitle: Soon\nbands: [{ colour: red, when: value < 50 }, { colour: green, when: value >= 50 }]\ngroups:\n  - name: all\n    measures:\n" +
			"      - name: renewal\n        measure: success.until_renewal\n        bands: [{ colour: green, when: value > 60 }, { colour: red, when: value <= 60 }]\n---\n" +
			"kind: cta_rule\nname: close\ntitle: Close to the renewal\nwhen: measure.success.until_renewal <= duration(\"720h\")\ntype: renewal\n")
		c.Settle()
		band := func(want, when string) {
			t.Helper()
			if got := c.account(c.acme).Band; got != want {
				t.Errorf("%s it is %s, want %s", when, got, want)
			}
		}
		band("green", "90 days before")
		renewal := apptest.Start.AddDate(0, 0, 90).Truncate(24 * time.Hour)
		c.Clock.Set(renewal.AddDate(0, 0, -60).Add(-time.Second))
		c.Settle()
		band("green", "a second more than 60 days before")
		c.Clock.Set(renewal.AddDate(0, 0, -60).Add(time.Second))
		c.Settle()
		band("red", "60 days before, by time alone,")
		c.Clock.Set(renewal.AddDate(0, 0, -29))
		c.Settle()
		if n := c.Count(`SELECT count(*) FROM account_call WHERE organization_id = $1`, c.acme); n != 1 {
			t.Errorf("%d calls are open a month before the renewal", n)
		}
		at := c.Clock.Now()
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Change(ctx, tx, c.ops, c.acme, success.AccountInput{Version: c.account(c.acme).Version, Renewal: &time.Time{}})
			return err
		})
		c.Settle()
		c.Read(func(ctx context.Context, tx db.Tx) error {
			for asked, want := range map[measure.Asked]bool{{}: false, {At: at.Add(-time.Hour)}: true} {
				found, err := c.Success.Observe(ctx, tx, "success.until_renewal", []int64{c.acme}, asked)
				if err != nil {
					return err
				}
				if found[c.acme].Set != want {
					t.Errorf("asked as of %v it is %+v", asked.At, found[c.acme])
				}
			}
			return nil
		})
	})
}

const mailedAccountsText = `kind: role
name: figures-only
title: Figures only
grants:
  - { actions: [read], kinds: [indicator], scope: all }
---
kind: report
name: book
title: The book
chart: bar
accounts: { by: segment, figure: sum, value: revenue, columns: [csm, revenue, success.until_renewal], sort: renewal }
schedule: { every: day, time: "08:00", to: [bea@company.example, light@company.example] }
---
kind: dashboard
name: both
title: Both
tiles:
  - { indicator: opened }
  - { title: By segment, chart: table, accounts: { by: segment } }
schedule: { every: day, time: "09:00", to: [ola@company.example] }
`

func TestReportsOfAccountsAreMailedAsTheirReadersSeeThem(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		withBook(c)
		role, boards, _ := strings.Cut(mailedAccountsText, "---\n")
		c.Apply(role)
		c.Person("light@company.example", "Luis Light", "figures-only")
		c.Apply(boards)
		if err := c.Boards.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.Clock.Set(c.Clock.Now().AddDate(0, 0, 1))
		c.Settle()
		mailed := map[string]string{}
		for _, d := range c.Peer.All() {
			m := d.Message()
			mailed[strings.Join(d.To, " ")+": "+strings.SplitN(m.Subject, ",", 2)[0]] = m.Text
			if strings.HasPrefix(m.Subject, "The book") && strings.Contains(strings.Join(d.To, " "), "bea") && len(m.Attachments) > 0 {
				t.Errorf("amounts of several currencies are drawn side by side")
			}
		}
		for to, wanted := range map[string][]string{
			"bea@company.example: The book":   {"enterprise, EUR", "growth, JPY: 5,000 JPY", "Acme, looked after by Bea, yearly value", "/insight/reports/book"},
			"light@company.example: The book": {"You may not read accounts."},
			"ola@company.example: Both":       {"Tickets opened", "By segment: 6", "enterprise: 2"},
		} {
			for _, want := range wanted {
				if !strings.Contains(mailed[to], want) {
					t.Errorf("%s does not say %q:\n%s", to, want, mailed[to])
				}
			}
		}
		docs, parsed := blueprint.ParseFile("board.yaml", "kind: dashboard\nname: wrong\ntitle: Wrong\ntiles:\n  - { period: last-week, accounts: { by: segmnt } }\n  - { indicator: opened, chart: line, accounts: { by: segment, on: tomorrow } }\n")
		got := fmt.Sprint(c.Blueprint.Set().Plan(docs, parsed, blueprint.Options{}).Findings)
		for _, want := range []string{`"segmnt"`, "have no period", "drawn as bar, table or number", "no indicator of its own", `"tomorrow" is not such a day`} {
			if !strings.Contains(got, want) {
				t.Errorf("lint does not say %q: %s", want, got)
			}
		}
	})
}
