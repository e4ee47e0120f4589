package app_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
)

// TestNextOutOfAHundredThousand measures the next ticket out of 100,000 waiting with 32 colleagues
// asking at once. It runs when STEWARD_NEXT names how many wait: go test -run HundredThousand -v
func TestNextOutOfAHundredThousand(t *testing.T) {
	var waiting int
	if _, err := fmt.Sscan(os.Getenv("STEWARD_NEXT"), &waiting); err != nil {
		t.Skip("set STEWARD_NEXT=100000 to measure")
	}
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, "kind: team\nname: none\ntitle: None\n")
		first := w.ticket("normal")
		begun := time.Now()
		i.Write(func(ctx context.Context, tx db.Tx) error {
			tables, err := db.Tables(ctx, tx)
			if err != nil {
				return err
			}
			at := slices.IndexFunc(tables, func(x db.Table) bool { return x.Name == "ticket" })
			var into, from []string
			for _, c := range tables[at].Columns {
				switch c.Name {
				case "id":
					continue
				case "due", "created":
					from = append(from, "t."+c.Name+" + CAST(n.n AS BIGINT) * 1000000")
				default:
					from = append(from, "t."+c.Name)
				}
				into = append(into, c.Name)
			}
			_, err = tx.Exec(ctx, fmt.Sprintf(`INSERT INTO ticket (%s) WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %d) SELECT %s FROM ticket t, n WHERE t.id = %d`,
				strings.Join(into, ", "), waiting, strings.Join(from, ", "), first.ID))
			return err
		})
		i.Apply(strings.Replace(oneQueue, "load: { cap: 6, urgent: 5 }", "load: { cap: 10000 }", 1) + "---\n" + strings.Split(regions, "kind: routing")[0] + "kind: team\nname: other\ntitle: Other\n")
		i.Settle()
		t.Logf("%d wait; made and weighed in %s", w.Count(`SELECT count(*) FROM ticket_queue`), time.Since(begun).Round(time.Second))
		if i.DB.Engine() == db.Postgres {
			i.Write(func(ctx context.Context, tx db.Tx) error { _, err := tx.Exec(ctx, `ANALYZE`); return err })
		}
		var mu sync.Mutex
		got, times, looked := map[int64]int{}, []time.Duration{}, []time.Duration{}
		var all sync.WaitGroup
		agents := make([]act.Actor, 32)
		for a := range agents {
			agents[a] = i.Person(fmt.Sprintf("b%d@company.example", a), fmt.Sprintf("Agent %d", a), "agent")
			agents[a].Clock = w.Clock.Now
		}
		end := time.Now().Add(8 * time.Second)
		for _, by := range agents {
			all.Go(func() {
				for round := 0; time.Now().Before(end); round++ {
					var o *desk.Outlook
					var n desk.NextTicket
					at := time.Now()
					err := w.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) { o, err = w.Desk.Outlook(ctx, tx, by, ""); return err })
					half := time.Since(at)
					if err == nil {
						err = w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) { n, err = w.Desk.Next(ctx, tx, by, o); return err })
					}
					took := time.Since(at)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if round > 0 { // the first opens connections and makes plans
						times, looked = append(times, took), append(looked, half)
					}
					if n.Ticket != nil {
						got[n.Ticket.ID]++
					} else {
						t.Errorf("nothing: %s", n.Say)
					}
					mu.Unlock()
					time.Sleep(time.Second) // nobody asks again before they have read it
				}
			})
		}
		all.Wait()
		for id, n := range got {
			if n > 1 {
				t.Errorf("ticket %d was given %d times", id, n)
			}
		}
		slices.Sort(times)
		slices.Sort(looked)
		t.Logf("%d asked; p50 %s, p99 %s (looking p50 %s, p99 %s)", len(times), times[len(times)/2], times[len(times)*99/100], looked[len(looked)/2], looked[len(looked)*99/100])
	})
}
