package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/explain"
	"steward/internal/fault"
)

// seven promises every metric at normal priority.
const seven = `kind: sla
name: seven
title: Everything
pause: [pending]
targets:
  - { metric: first_reply, priority: normal, within: 8h, calendar: around-the-clock }
  - { metric: next_reply, priority: normal, within: 8h, calendar: around-the-clock }
  - { metric: pausable_update, priority: normal, within: 24h, calendar: around-the-clock }
  - { metric: periodic_update, priority: normal, within: 24h, calendar: around-the-clock }
  - { metric: agent_work, priority: normal, within: 16h, calendar: around-the-clock }
  - { metric: requester_wait, priority: normal, within: 48h, calendar: around-the-clock }
  - { metric: total_resolution, priority: normal, within: 48h, calendar: around-the-clock }
`

// timed is a ticket whose life a test plays hour by hour.
type timed struct {
	*apptest.Instance
	agent act.Actor
	who   directory.Person
	id    int64
}

func newTimed(t *testing.T, o db.Options, config string) *timed {
	i := apptest.New(t, o)
	if config != "" {
		i.Apply(config)
	}
	w := &timed{Instance: i, agent: i.Person("agent@company.example", "The agent", "agent")}
	i.Write(func(ctx context.Context, tx db.Tx) (err error) {
		w.who, err = i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Email: "ann@customer.example", Name: "Ann"})
		if err != nil {
			return err
		}
		t, _, err := i.Desk.Create(ctx, tx, w.agent, desk.NewTicket{Subject: "x", Requester: w.who, Channel: "web", Message: desk.Message{AuthorID: w.who.ID, Text: "x", Public: true, Channel: "web"}})
		if err == nil {
			w.id = t.ID
		}
		return err
	})
	return w
}

func (w *timed) after(hours float64) {
	w.Clock.Advance(time.Duration(hours * float64(time.Hour)))
	w.Settle()
}

func (w *timed) writes(agent bool, status desk.Status) {
	w.T.Helper()
	m := desk.Message{Text: "x", HTML: "x", Agent: agent, Public: true, Channel: "web"}
	if !agent {
		m.AuthorID = w.who.ID
	}
	w.Write(func(ctx context.Context, tx db.Tx) error {
		_, _, err := w.Desk.Reply(ctx, tx, w.agent, w.id, m, status)
		return err
	})
	w.Settle()
}

// play is the worked ticket of the published definitions; see internal/desk/metric_test.go.
func (w *timed) play() {
	w.after(5)
	w.writes(true, desk.StatusOpen)
	w.after(1.5)
	w.writes(false, "")
	w.after(.5)
	w.writes(true, desk.StatusPending)
	w.after(18)
	w.writes(false, "")
	w.after(1)
	setStatus(w.Instance, w.agent, w.id, desk.StatusHold)
	w.after(27)
	setStatus(w.Instance, w.agent, w.id, desk.StatusOpen)
	w.after(.5)
	w.writes(true, desk.StatusSolved)
}

func (w *timed) times() (out desk.Times) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = w.Desk.Times(ctx, tx, w.agent, w.id)
		return err
	})
	return out
}

func TestTimesOfTheWorkedTicketWithAndWithoutPromises(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		for _, config := range []string{"", seven} {
			w := newTimed(t, o, config)
			w.play()
			w.after(100) // what is solved takes no more time
			got := w.times()
			minutes := map[desk.Metric][]int64{}
			for _, m := range got.Metrics {
				for _, r := range m.Rounds {
					minutes[m.Metric] = append(minutes[m.Metric], r.Minutes)
				}
				if n := len(m.Rounds); m.Count != n || *m.Minutes != m.Rounds[n-1].Minutes || m.Running {
					t.Errorf("%s: %+v", m.Metric, m)
				}
			}
			want := map[desk.Metric][]int64{desk.FirstReply: {300}, desk.NextReply: {30, 1710}, desk.PausableUpdate: {120, 1710}, desk.PeriodicUpdate: {120, 2790},
				desk.AgentWork: {510}, desk.RequesterWait: {2130}, desk.TotalResolution: {3210}}
			if fmt.Sprint(minutes) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v", minutes, want)
			}
			if s := fmt.Sprint(got.States); s != "[{new 300} {open 210} {pending 1080} {hold 1620}]" {
				t.Errorf("states %s", s)
			}
			o = apptest.Options(t, w.DB.Engine())
		}
	})
}

func TestReopenedClocksGoOnInTheDatabase(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		w := newTimed(t, o, seven)
		w.after(10) // the first reply and, later, others are late
		w.writes(true, desk.StatusSolved)
		total := func() *desk.Clock {
			for _, c := range clocks(w.Instance, w.id) {
				if c.Metric == desk.TotalResolution {
					return c
				}
			}
			t.Fatal("no clock of the total resolution")
			return nil
		}
		if c := total(); c.State != desk.Met || c.Used != 10*time.Hour {
			t.Fatalf("solved: %s after %v", c.State, c.Used)
		}
		w.after(72)
		w.writes(false, "")
		opened := total()
		w.after(38)
		missed := total()
		if opened.State != desk.Running || missed.State != desk.Breached || missed.ID != opened.ID || !missed.BreachedAt.Equal(opened.Due) {
			t.Fatalf("opened again %s, due %v; then %s at %v", opened.State, opened.Due, missed.State, missed.BreachedAt)
		}
		w.writes(true, desk.StatusSolved)
		w.after(1)
		w.writes(false, "")
		setPriority(w, "high") // no promise at that priority: what is pinned stands
		if c := total(); c.State != desk.Breached || !c.BreachedAt.Equal(missed.BreachedAt) {
			t.Errorf("%s, missed at %v; want the breach of %v", c.State, c.BreachedAt, missed.BreachedAt)
		}
		if n := w.Count(`SELECT count(*) FROM clock WHERE metric IN ('agent_work', 'requester_wait', 'total_resolution')`); n != 3 {
			t.Errorf("%d clocks of the whole way, want one of each", n)
		}
		if n := w.Count(`SELECT count(*) FROM events WHERE verb = 'clock.breached' AND data LIKE '%total_resolution%'`); n != 1 {
			t.Errorf("the breach is recorded %d times", n)
		}
		w.Verify()
	})
}

func TestAClockTellsItsIntervalsAndWhoMadeThem(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		w := newTimed(t, o, seven)
		w.play()
		started := map[desk.Metric]int64{}
		for _, e := range events(w.Instance, w.id) {
			var d struct{ Metric desk.Metric }
			if e.Verb == desk.ClockStarted && e.Decode(&d) == nil && started[d.Metric] == 0 {
				started[d.Metric] = e.ID
			}
		}
		ask := func(m desk.Metric) (out explain.Why) {
			w.Read(func(ctx context.Context, tx db.Tx) (err error) {
				out, err = w.Explain.Event(ctx, tx, w.agent, started[m])
				return err
			})
			return out
		}
		work := ask(desk.AgentWork)
		var told []string
		var sum int64
		for _, i := range work.Intervals {
			told = append(told, fmt.Sprintf("%s %d", i.State, i.Minutes))
			sum += i.Minutes
			if i.EventID == 0 || i.Sentence == "" || strings.Contains(i.Sentence, "not recorded") {
				t.Errorf("an interval without its cause: %+v", i)
			}
		}
		if s := strings.Join(told, ", "); s != "running 420, paused 0, running 60, paused 0, running 30, ended 0" || sum != 510 {
			t.Errorf("agent work: %s", s)
		}
		if last := work.Because[len(work.Because)-1].Text; !strings.HasPrefix(last, "The agent: ") || !strings.HasSuffix(last, "which ended it.") {
			t.Errorf("ended: %s", last)
		}
		if total := ask(desk.TotalResolution); total.Title != "Why was the total resolution late?" || total.Rule == nil || total.Rule.Blueprint.Name != "seven" {
			t.Errorf("got %q under %+v", total.Title, total.Rule)
		}
		// Of two rounds of a metric each event tells its own.
		if first := ask(desk.PeriodicUpdate); first.Title != "How was the periodic update promise kept?" {
			t.Errorf("the first round: %q", first.Title)
		}
		// Who does not work on tickets is told nothing.
		err := w.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.Times(ctx, tx, w.Person("eve@elsewhere.example", "Eve"), w.id)
			return err
		})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger got %v", err)
		}
	})
}

func TestAllClocksOfALongTicketCanBeListed(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		w := newTimed(t, o, seven)
		for range 20 {
			w.after(.1)
			w.writes(true, "")
		}
		shown := clocks(w.Instance, w.id)
		if shown[0].Metric != desk.FirstReply || len(shown) > 20 {
			t.Errorf("%d clocks are shown, from %s on", len(shown), shown[0].Metric)
		}
		n, page := 0, db.Page{Limit: 15}
		for more := true; more; {
			w.Read(func(ctx context.Context, tx db.Tx) error {
				list, next, err := w.Desk.AllClocks(ctx, tx, w.agent, w.id, page)
				n, page.Cursor, more = n+len(list), next, next != ""
				return err
			})
		}
		if want := w.Count(`SELECT count(*) FROM clock`); n != want || n != 44 {
			t.Errorf("listed %d of %d, want 44", n, want)
		}
	})
}

func setPriority(w *timed, p desk.Priority) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) error {
		t, err := w.Desk.Get(ctx, tx, w.agent, w.id)
		if err != nil {
			return err
		}
		_, err = w.Desk.Update(ctx, tx, w.agent, w.id, desk.Edit{Version: t.Version, Priority: &p})
		return err
	})
}
