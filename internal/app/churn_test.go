package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory/roster"
)

// telco is the telco churn sample as a CRM would export it: with an id and a name for each
// customer, its revenue of a year, and its stage, churned for those who left.
func telco(t *testing.T) []byte {
	t.Helper()
	f, err := os.Open("testdata/churn/telco.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"id", "name", "plan", "segment", "tenure", "tech_support", "online_security", "payment", "revenue", "stage", "renewal"})
	for n, r := range rows[1:] {
		monthly, err := strconv.ParseFloat(r[at["monthly_charges"]], 64)
		if err != nil {
			t.Fatal(err)
		}
		stage := map[string]string{"Yes": "churned", "No": "adoption"}[r[at["churn"]]]
		_ = w.Write([]string{fmt.Sprint(n + 1), fmt.Sprintf("Customer %04d", n+1), r[at["contract"]], r[at["internet_service"]], r[at["tenure"]], r[at["tech_support"]],
			r[at["online_security"]], r[at["payment_method"]], fmt.Sprintf("USD %.2f", 12*monthly), stage, "2026-01-31"})
	}
	w.Flush()
	return out.Bytes()
}

// TestTheTelcoChurnSample imports 7,043 customers, scores them and holds the scores against who left.
func TestTheTelcoChurnSample(t *testing.T) {
	if testing.Short() {
		t.Skip("it imports 7,043 customers")
	}
	each(t, theTelcoChurnSample)
}

func theTelcoChurnSample(t *testing.T, i *apptest.Instance) {
	text, err := os.ReadFile("testdata/churn/scorecard.yaml")
	if err != nil {
		t.Fatal(err)
	}
	docs, findings := blueprint.ParseFile("scorecard.yaml", string(text))
	i.Configure(docs, findings)
	r, err := i.Imports.Upload(t.Context(), i.Root(), roster.Accounts, "telco.csv", "", "telco", telco(t))
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]string{"tenure": "attributes.tenure", "tech_support": "attributes.tech_support", "online_security": "attributes.online_security", "payment": "attributes.payment"}
	i.Write(func(ctx context.Context, tx db.Tx) error {
		_, err := i.Imports.Start(ctx, tx, i.Root(), r.ID, roster.Chosen{Columns: columns}, false)
		return err
	})
	begun := time.Now()
	i.Settle()
	t.Logf("imported and scored in %s", time.Since(begun))
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		r, err = i.Imports.Get(ctx, tx, i.Root(), r.ID)
		return err
	})
	if r.Counts.Created != 7043 {
		t.Fatalf("imported %+v: %s", r.Counts, r.Error)
	}
	for band, n := range map[string]int{"red": 0, "yellow": 0, "green": 0, "": 0} {
		n = i.Count(`SELECT count(*) FROM account WHERE band = $1`, band)
		t.Logf("%q: %d, of them left: %d", band, n, i.Count(`SELECT count(*) FROM account WHERE band = $1 AND stage = 'churned'`, band))
	}
	begun = time.Now()
	b, err := i.Success.BacktestScorecard(t.Context(), i.Root(), "telco", nil, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("backtest in %s", time.Since(begun))
	var shown bytes.Buffer
	if err := b.Render(&shown); err != nil {
		t.Fatal(err)
	}
	t.Log(shown.String())
	if b.Lost != 1869 || b.Renewed != 5174 || b.WithoutScore != 0 {
		t.Errorf("%d lost, %d renewed, %d without a score", b.Lost, b.Renewed, b.WithoutScore)
	}
	if q := b.Horizons[0].Score; q.AUC < 0.78 || q.AUC > 0.86 || q.High-q.Low > 0.03 {
		t.Errorf("rank quality %+v", q)
	}
}
