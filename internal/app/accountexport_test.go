package app_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"steward/internal/db"
	"steward/internal/success"
)

func TestEveryTableOfAccountsIsExported(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(usageKinds + "---\n" + healthCard)
		c.take(c.ops2(), success.Batch{Key: "1", Source: "p", Points: []success.Point{{Organization: c.acme, Metric: "builds", At: c.Clock.Now(), Value: 7}, {External: "nobody", Metric: "builds", At: c.Clock.Now(), Value: 7}}})
		c.do(func(ctx context.Context, tx db.Tx) error {
			if _, err := c.Success.Note(ctx, tx, c.csm, c.acme, success.NewEntry{Kind: "call", Title: "=1+1", People: []int64{c.out.PersonID}, Effort: 30}); err != nil {
				return err
			}
			if err := c.Success.SetContact(ctx, tx, c.csm, c.acme, c.out.PersonID, "sponsor", true); err != nil {
				return err
			}
			if _, err := c.Success.Judge(ctx, tx, c.csm, c.acme, success.NewJudgement{Measure: "sentiment", Word: "green", Reason: "They are content."}); err != nil {
				return err
			}
			_, err := c.Success.OpenCall(ctx, tx, c.csm, c.acme, success.NewCall{Type: "risk", Title: "Ask them", Priority: "high", Due: c.Clock.Now().Add(time.Hour)})
			return err
		})
		c.Settle()
		server, token := c.Serve(), c.TokenFor(c.ops, "*")
		account := "&account=" + text(c.acme)
		for table, want := range map[string]string{
			"accounts&sort=revenue&measures=usage.builds_each+success.since_contact": "Acme", "calls&state=open": "Ask them", "timeline" + account: "'=1+1", "contacts" + account: "sponsor",
			"health" + account: "Health", "judgements" + account: "They are content.", "usage&metric=builds&from=2020-01-01T00:00:00Z" + account: "7", "unknown": "nobody", "backtest&scorecard=health": "score",
		} {
			h, body := download(t, token, server.URL+"/api/v1/accounts/export?format=csv&table="+table)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(body), "\uFEFF"))).ReadAll()
			if err != nil || !strings.Contains(string(body), want) || !strings.HasSuffix(h.Get("Content-Disposition"), ".csv") {
				t.Errorf("%s: %v, %s", table, err, body)
				continue
			}
			_, body = download(t, token, server.URL+"/api/v1/accounts/export?format=xlsx&table="+table)
			f, err := excelize.OpenReader(bytes.NewReader(body))
			if err != nil {
				t.Errorf("%s as a spreadsheet: %v", table, err)
				continue
			}
			cells, err := f.GetRows(f.GetSheetName(0))
			if err != nil || len(cells) != len(rows) || len(cells) < 2 {
				t.Errorf("%s: %v, %d rows in the spreadsheet, %d in the text", table, err, len(cells), len(rows))
			}
			if table == "timeline"+account {
				if formula, _ := f.GetCellFormula(f.GetSheetName(0), "D2"); formula != "" {
					t.Errorf("what somebody wrote became the formula %q", formula)
				}
			}
			f.Close()
		}
		for path, want := range map[string]int{"format=csv&table=gossip": 422, "format=pdf&table=accounts": 422, "table=accounts": 422, "format=csv&table=health&account=999999": 404, "format=csv&table=accounts&coverage=P9": 422,
			"format=csv&table=accounts&account=x": 422, "format=csv&table=timeline&source=x" + account: 422, "format=csv&table=accounts&measures=a.b": 404} {
			if code := status(t, token, server.URL+"/api/v1/accounts/export?"+path); code != want {
				t.Errorf("%s: %d, want %d", path, code, want)
			}
		}
		customer := c.TokenFor(c.out, "*")
		for path, want := range map[string]int{"format=csv&table=accounts": 403, "format=csv&table=health" + account: 404} {
			if code := status(t, customer, server.URL+"/api/v1/accounts/export?"+path); code != want {
				t.Errorf("a customer asks for %s: %d, want %d", path, code, want)
			}
		}
		if code := status(t, "", server.URL+"/api/v1/accounts/export?format=csv&table=accounts"); code != http.StatusUnauthorized {
			t.Errorf("a stranger: %d", code)
		}
	})
}

// status is what a request is answered with.
func status(t *testing.T, token, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}
