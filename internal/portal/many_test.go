package portal_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
)

// copied makes n more of a ticket, each with its first message, a second apart; every open-th of them is open, the others are solved.
func (v *visitor) copied(of *desk.Ticket, n, open int) {
	v.T.Helper()
	numbers := fmt.Sprintf(`WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %d)`, n)
	v.Write(func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		columns := func(table string, as map[string]string) (string, string) {
			at := slices.IndexFunc(tables, func(x db.Table) bool { return x.Name == table })
			var into, from []string
			for _, c := range tables[at].Columns {
				if c.Name == "id" {
					continue
				}
				into = append(into, c.Name)
				if to, ok := as[c.Name]; ok {
					from = append(from, to)
				} else {
					from = append(from, "x."+c.Name)
				}
			}
			return strings.Join(into, ", "), strings.Join(from, ", ")
		}
		done := fmt.Sprintf("(n.n %% %d <> 0)", open)
		into, from := columns("ticket", map[string]string{"updated": "x.updated - CAST(n.n AS BIGINT) * 1000000", "done": done, "status": "CASE WHEN " + done + " THEN 'solved' ELSE 'open' END"})
		if _, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO ticket (%s) %s SELECT %s FROM ticket x, n WHERE x.id = %d`, into, numbers, from, of.ID)); err != nil {
			return err
		}
		into, from = columns("comment", map[string]string{"ticket_id": "t.id"})
		_, err = tx.Exec(ctx, fmt.Sprintf(`INSERT INTO comment (%s) SELECT %s FROM comment x, ticket t WHERE x.ticket_id = %d AND t.id > %d AND t.subject = '%s'`, into, from, of.ID, of.ID, of.Subject))
		return err
	})
	if v.DB.Engine() == db.Postgres {
		v.Write(func(ctx context.Context, tx db.Tx) error { _, err := tx.Exec(ctx, `ANALYZE`); return err })
	}
}

// Prints how long a page of somebody's requests takes at STEWARD_REQUESTS of them: go test -run HundredThousandRequests -v ./internal/portal
func TestListsOfAHundredThousandRequests(t *testing.T) {
	var n int
	if _, err := fmt.Sscan(os.Getenv("STEWARD_REQUESTS"), &n); err != nil {
		t.Skip("set STEWARD_REQUESTS=100000 to measure")
	}
	next := regexp.MustCompile(`<a href="([^"]+)">More requests</a>`)
	for _, open := range []int{1000, 1} {
		each(t, func(t *testing.T, v *visitor) {
			v.Apply("kind: portal\nname: main\ntitle: Main\nbrand: main\norganization_requests: everyone\n")
			org := v.lists("Acme", "acme.example")
			ada := act.Actor{Kind: act.Person, PersonID: v.idOf("ada@acme.example")}
			v.copied(v.asked(ada, "The printer"), n, open)
			v.enters("ada@acme.example")
			took := func(path string) time.Duration {
				var all []time.Duration
				for range 9 {
					begun := time.Now()
					v.open(path)
					all = append(all, time.Since(begun))
				}
				slices.Sort(all)
				return all[len(all)/2]
			}
			own := "/portal/requests"
			whole := fmt.Sprintf("/portal/requests?organization=%d", org)
			deep := whole
			for range 20 {
				v.open(deep)
				if m := next.FindStringSubmatch(v.page); m != nil {
					deep = strings.ReplaceAll(m[1], "&amp;", "&")
				}
			}
			for what, path := range map[string]string{"their own": own, "their organization's": whole, "twenty pages on": deep, "by a word that all have": own + "?q=printer", "by a word that none has": whole + "&q=" + url.QueryEscape("nothing"), "by number": own + "?q=%23100"} {
				fmt.Printf("%s, one of %d open, %s: %s\n", v.DB.Engine(), open, what, took(path).Round(100*time.Microsecond))
			}
		})
	}
}
