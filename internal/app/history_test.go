package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
)

// TestAHistoryTellsItsChanges: what happened elsewhere stands in the ledger with its authors and times, in its order,
// and a history that is whole is told again; one whose values do not fit together is not.
func TestAHistoryTellsItsChanges(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := apptest.New(t, apptest.Options(t, e))
			agent := i.Person("a@company.example", "A", "agent")
			customer := i.Person("c@acme.example", "C")
			day := apptest.Start.AddDate(-1, 0, 0).UTC()
			history := func(changes []desk.PastChange) desk.History {
				h := desk.History{Status: desk.StatusSolved, Created: day, Updated: day.Add(10 * time.Hour), Told: true, Opened: desk.PastFields{"status": "new", "priority": "normal"}, Changes: changes,
					Messages: []desk.Message{{AuthorID: customer.PersonID, Public: true, Channel: "api", Text: "Help", HTML: "<p>Help</p>", At: day},
						{AuthorID: agent.PersonID, Agent: true, Public: true, Channel: "api", Text: "Yes", HTML: "<p>Yes</p>", At: day.Add(3 * time.Hour)}}}
				h.Subject, h.Channel, h.Priority, h.Tags, h.AssigneeID = "Old", "api", "high", []string{"done"}, agent.PersonID
				i.Read(func(ctx context.Context, tx db.Tx) (err error) {
					h.Requester, err = i.Directory.Get(ctx, tx, i.Root(), customer.PersonID)
					return err
				})
				return h
			}
			take := func(h desk.History, by act.Actor) (ticket *desk.Ticket, err error) {
				err = i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
					ticket, err = i.Desk.Import(ctx, tx, by, h)
					return err
				})
				return ticket, err
			}
			changes := []desk.PastChange{
				{At: day.Add(10 * time.Hour), Was: desk.PastFields{"status": "open", "tags": []string{}}, Became: desk.PastFields{"status": "solved", "tags": []string{"done"}}},
				{At: day.Add(time.Hour), AuthorID: agent.PersonID, Was: desk.PastFields{"status": "new", "priority": "normal", "assignee_id": int64(0)}, Became: desk.PastFields{"status": "open", "priority": "high", "assignee_id": agent.PersonID}},
			}
			whole, err := take(history(changes), i.Root())
			if err != nil {
				t.Fatal(err)
			}
			if !whole.SolvedAt.Equal(day.Add(10*time.Hour)) || !whole.AssignedAt.Equal(day.Add(time.Hour)) {
				t.Errorf("solved %s, assigned %s", whole.SolvedAt, whole.AssignedAt)
			}
			i.Read(func(ctx context.Context, tx db.Tx) error {
				events, err := i.Ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: whole.ID}, 0, 100)
				if err != nil {
					return err
				}
				want := []struct {
					verb string
					at   time.Duration
					by   int64
				}{{desk.TicketCreated, 0, 0}, {desk.TicketChanged, time.Hour, agent.PersonID}, {desk.TicketReplied, 3 * time.Hour, 0}, {desk.TicketChanged, 10 * time.Hour, 0}}
				for n, w := range want {
					if n >= len(events) || events[n].Verb != w.verb || !events[n].At.Equal(day.Add(w.at)) || events[n].ActorID != w.by {
						t.Errorf("event %d: %+v, want %v", n, events, w)
						break
					}
				}
				times, err := i.Desk.Times(ctx, tx, i.Root(), whole.ID)
				if err != nil || times.Unknown != "" {
					t.Fatalf("its times: %+v, %v", times, err)
				}
				for _, m := range times.Metrics {
					if m.Metric == desk.TotalResolution && (len(m.Rounds) != 1 || m.Rounds[0].Minutes != 600) {
						t.Errorf("it took %+v, want ten hours", m)
					}
				}
				return nil
			})

			broken := history(changes[:1])
			broken.Changes[0].Was["status"] = "hold"
			lacking, err := take(broken, i.Root())
			if err != nil {
				t.Fatal(err)
			}
			i.Read(func(ctx context.Context, tx db.Tx) error {
				if times, err := i.Desk.Times(ctx, tx, i.Root(), lacking.ID); err != nil || times.Unknown == "" {
					t.Errorf("a history that lacks values has times: %+v, %v", times, err)
				}
				return nil
			})
			if _, err := take(history(nil), agent); err != nil {
				t.Logf("an agent: %v", err)
			}
			if _, err := take(history(nil), customer); err == nil {
				t.Error("a customer takes in a history")
			}
			later := history([]desk.PastChange{{At: i.Clock.Now().Add(time.Hour), Became: desk.PastFields{"status": "solved"}}})
			if _, err := take(later, i.Root()); err == nil {
				t.Error("a change of tomorrow is taken in")
			}
			if err := i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.ImportMore(ctx, tx, customer, whole.ID, whole.Version, history(nil))
				return err
			}); err == nil {
				t.Error("a customer takes in more")
			}
			if err := i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.ImportMore(ctx, tx, i.Root(), whole.ID, whole.Version+1, history(nil))
				return err
			}); err == nil {
				t.Error("more is taken in over what was changed here")
			}
			i.Settle()
			i.Verify()
		})
	}
}
