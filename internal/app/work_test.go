package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/work"
)

// desked is an instance with two agents, one of whom is in the support team.
type desked struct {
	*apptest.Instance
	maria, noor act.Actor
	customer    directory.Person
	team        int64
}

func newDesked(t *testing.T, i *apptest.Instance) *desked {
	w := &desked{Instance: i, maria: i.Person("maria@company.example", "Maria", "agent"), noor: i.Person("noor@company.example", "Noor", "agent")}
	w.team = i.DeskConfig().TeamNamed("support").ID
	i.Write(func(ctx context.Context, tx db.Tx) (err error) {
		name, domains := "Acme", []string{"acme.example"}
		if _, err = i.Directory.CreateOrganization(ctx, tx, i.Root(), directory.OrganizationInput{Name: &name, Domains: &domains}); err != nil {
			return err
		}
		if w.customer, err = i.Directory.Resolve(ctx, tx, i.Root(), "ann@acme.example", "Ann"); err != nil {
			return err
		}
		return i.Directory.SetMembers(ctx, tx, i.Root(), w.team, []int64{w.maria.PersonID})
	})
	w.maria.TeamIDs = []int64{w.team}
	return w
}

func (w *desked) open(by act.Actor, in desk.NewTicket) (t *desk.Ticket) {
	w.T.Helper()
	in.Subject, in.Requester, in.TeamID = "Stuck", w.customer, w.team
	in.Message = desk.Message{Text: "It is stuck", Public: true, Channel: "web", AuthorID: w.customer.ID}
	w.Write(func(ctx context.Context, tx db.Tx) (err error) {
		t, _, err = w.Desk.Create(ctx, tx, by, in)
		return err
	})
	return t
}

func (w *desked) edit(by act.Actor, id int64, in desk.Edit) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) error {
		t, err := w.Desk.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		in.Version = t.Version
		_, err = w.Desk.Update(ctx, tx, by, id, in)
		return err
	})
}

// list is somebody's list in words: subject id, owner, why.
func (w *desked) list(by act.Actor, f work.Filter) (out []string, items []work.Item) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		days := work.DaysOf(w.Clock.Now(), time.UTC)
		if items, _, err = w.Work.List(ctx, tx, by, f, days, db.Page{}); err != nil {
			return err
		}
		cards, err := w.Work.Cards(ctx, tx, by, items)
		for _, i := range items {
			owner := "mine"
			if i.PersonID == 0 {
				owner = "team's"
			}
			out = append(out, fmt.Sprintf("%d %s: %s", i.Subject.ID, owner, cards[i.ID].Why))
		}
		return err
	})
	return out, items
}

func (w *desked) expect(by act.Actor, f work.Filter, want ...string) {
	w.T.Helper()
	if got, _ := w.list(by, f); !slices.Equal(got, want) {
		w.T.Errorf("the list is %q, want %q", got, want)
	}
}

func TestTicketsAreOnTheListOfWhoeverTheyWaitFor(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newDesked(t, i)
		id := w.open(i.Root(), desk.NewTicket{}).ID
		w.expect(w.maria, work.Filter{}, fmt.Sprintf("%d team's: New from Ann", id))
		w.expect(w.noor, work.Filter{})
		w.edit(w.maria, id, desk.Edit{AssigneeID: &w.noor.PersonID})
		w.expect(w.maria, work.Filter{})
		w.expect(w.noor, work.Filter{}, fmt.Sprintf("%d mine: Maria assigned it to you", id))
		reply := func(by act.Actor, m desk.Message, status desk.Status) {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, _, err := i.Desk.Reply(ctx, tx, by, id, m, status)
				return err
			})
		}
		reply(w.noor, desk.Message{Text: "Try this", Agent: true, Public: true, Channel: "web"}, "")
		got, items := w.list(w.noor, work.Filter{Due: work.NoDate})
		if len(got) != 1 || got[0] != fmt.Sprintf("%d mine: You replied last", id) || !items[0].Due.IsZero() {
			t.Errorf("after a reply: %q", got)
		}
		pending, solved := desk.StatusPending, desk.StatusSolved
		w.edit(w.noor, id, desk.Edit{Status: &pending})
		w.expect(w.noor, work.Filter{})
		ann := act.Actor{Kind: act.Mail, PersonID: w.customer.ID, Grants: i.Root().Grants, Clock: i.Clock.Now}
		reply(ann, desk.Message{Text: "Still stuck", Public: true, Channel: "mail"}, "")
		got, items = w.list(w.noor, work.Filter{})
		if len(got) != 1 || got[0] != fmt.Sprintf("%d mine: Ann wrote", id) || items[0].Due.IsZero() {
			t.Errorf("after the customer wrote: %q due %v", got, items)
		}
		w.edit(w.noor, id, desk.Edit{Status: &solved})
		w.expect(w.noor, work.Filter{})
		i.Read(func(ctx context.Context, tx db.Tx) error {
			n, err := i.Work.Counts(ctx, tx, w.noor, work.DaysOf(i.Clock.Now(), time.UTC))
			if n.DoneToday.Count != 1 || n.Due[work.Overdue].Count != 0 {
				t.Errorf("counts: %+v", n)
			}
			return err
		})
		i.Settle()
		i.Verify()
	})
}

// A task is due on its own day where that is before its next promise, and with the promise again when it has no day.
func TestATaskIsOnTheListUnderItsDay(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newDesked(t, i)
		w.maria.Grants = i.Root().Grants
		day := i.Clock.Now().Add(time.Minute)
		due := func(want time.Time, promise string) {
			t.Helper()
			_, items := w.list(w.maria, work.Filter{})
			i.Read(func(ctx context.Context, tx db.Tx) error {
				cards, err := i.Work.Cards(ctx, tx, w.maria, items)
				if len(items) != 1 || !items[0].Due.Equal(want) || cards[items[0].ID].Promise != promise {
					t.Errorf("the list is %+v with %+v, want one due %v (%s)", items, cards, want, promise)
				}
				return err
			})
		}
		id := w.open(i.Root(), desk.NewTicket{Type: desk.TypeTask, TaskDue: day}).ID
		due(day, "Task")
		day = day.Add(time.Minute)
		w.edit(w.maria, id, desk.Edit{TaskDue: &day})
		due(day, "Task")
		day = i.Clock.Now().AddDate(1, 0, 0) // the reply is due before
		w.edit(w.maria, id, desk.Edit{TaskDue: &day})
		var promised time.Time
		i.Read(func(ctx context.Context, tx db.Tx) error {
			tk, err := i.Desk.Get(ctx, tx, w.maria, id)
			promised = tk.Due
			return err
		})
		due(promised, "First reply")
		question, none := desk.TypeQuestion, time.Time{}
		w.edit(w.maria, id, desk.Edit{Type: &question, TaskDue: &none})
		due(promised, "First reply")
		i.Settle()
		i.Verify()
	})
}

func TestTheListIsInOrderAndInPages(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newDesked(t, i)
		for n := range 9 {
			in := desk.NewTicket{Priority: []desk.Priority{"urgent", "high", "normal"}[n%3]}
			if n%2 == 0 {
				in.AssigneeID = w.maria.PersonID
			}
			w.open(i.Root(), in)
		}
		_, whole := w.list(w.maria, work.Filter{})
		if len(whole) != 9 || !slices.IsSortedFunc(whole, func(a, b work.Item) int { return a.Due.Compare(b.Due) }) {
			t.Fatalf("the list: %v", whole)
		}
		days := work.DaysOf(i.Clock.Now(), time.UTC)
		var paged []int64
		for cursor := ""; ; {
			var next string
			i.Read(func(ctx context.Context, tx db.Tx) error {
				items, n, err := i.Work.List(ctx, tx, w.maria, work.Filter{Source: "ticket"}, days, db.Page{Limit: 2, Cursor: cursor})
				for _, it := range items {
					paged = append(paged, it.ID)
				}
				next = n
				return err
			})
			if cursor = next; cursor == "" {
				break
			}
		}
		for n, it := range whole {
			if paged[n] != it.ID || len(paged) != len(whole) {
				t.Fatalf("pages give %v", paged)
			}
		}
		total := int64(0)
		i.Read(func(ctx context.Context, tx db.Tx) error {
			n, err := i.Work.Counts(ctx, tx, w.maria, days)
			for _, c := range n.Due {
				total += c.Count
			}
			return err
		})
		if total != 9 {
			t.Errorf("the buckets hold %d of 9", total)
		}
		i.Clock.Advance(48 * time.Hour)
		if got, _ := w.list(w.maria, work.Filter{Due: work.Overdue}); len(got) == 0 {
			t.Error("nothing is overdue after two days")
		}
	})
}

func TestWhatIsSnoozedComesBack(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newDesked(t, i)
		id := w.open(i.Root(), desk.NewTicket{AssigneeID: w.noor.PersonID}).ID
		_, items := w.list(w.noor, work.Filter{})
		snooze := func(by act.Actor, until time.Time) (err error) {
			return i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err = i.Work.Snooze(ctx, tx, by, items[0].ID, until, "vendor")
				return err
			})
		}
		if err := snooze(w.maria, i.Clock.Now().Add(time.Hour)); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's: %v", err)
		}
		if err := snooze(w.noor, i.Clock.Now().Add(-time.Hour)); !fault.Is(err, fault.Invalid) {
			t.Errorf("until a time gone by: %v", err)
		}
		for _, back := range []func(){
			func() { i.Clock.Advance(time.Hour); i.Settle() },
			func() { p := desk.Priority("urgent"); w.edit(w.noor, id, desk.Edit{Priority: &p}) },
			func() {
				i.Write(func(ctx context.Context, tx db.Tx) error {
					_, err := i.Work.Wake(ctx, tx, w.noor, items[0].ID)
					return err
				})
			},
		} {
			must(t, snooze(w.noor, i.Clock.Now().Add(time.Hour)))
			i.Settle()
			if got, _ := w.list(w.noor, work.Filter{}); len(got) != 0 {
				t.Errorf("put off and still there: %q", got)
			}
			if got, _ := w.list(w.noor, work.Filter{Snoozed: true}); len(got) != 1 {
				t.Errorf("what is put off: %q", got)
			}
			back()
			if got, _ := w.list(w.noor, work.Filter{}); len(got) != 1 {
				t.Errorf("not back: %q", got)
			}
		}
	})
}

func TestDeskMeasuresFollowTheTickets(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newDesked(t, i)
		first := w.open(i.Root(), desk.NewTicket{Priority: "urgent"}).ID
		w.open(i.Root(), desk.NewTicket{})
		i.Clock.Advance(72 * time.Hour) // both promises are missed
		i.Settle()
		solved := desk.StatusSolved
		w.edit(w.maria, first, desk.Edit{Status: &solved})
		i.Settle()
		var got []string
		i.Read(func(ctx context.Context, tx db.Tx) error {
			for _, m := range []string{"desk.open", "desk.open_urgent", "desk.breached_30d", "desk.since_last_ticket"} {
				for _, at := range []time.Time{apptest.Start.Add(time.Hour), i.Clock.Now()} {
					a, err := i.Measures.Explain(ctx, tx, w.maria, m, ledger.Ref{Kind: "organization", ID: w.customer.OrganizationID}, measure.Asked{At: at})
					if err != nil {
						return err
					}
					got = append(got, fmt.Sprint(a.Measure.Plain(a.Value)))
				}
			}
			return nil
		})
		if want := "2 1 1 0 0 2 1h0m0s 72h0m0s"; strings.Join(got, " ") != want {
			t.Errorf("measures are %s, want %s", strings.Join(got, " "), want)
		}
	})
}
