package desk

import (
	"testing"
	"time"

	"steward/internal/bizcal"
)

// world is a configuration with one policy in office hours (Amsterdam, 09:00–17:00 on weekdays).
func world(t *testing.T) *Config {
	t.Helper()
	day := []bizcal.Span{{Open: 9 * 60, Close: 17 * 60}}
	cal, err := bizcal.New(bizcal.Definition{Zone: "Europe/Amsterdam", Week: bizcal.Week{1: day, 2: day, 3: day, 4: day, 5: day}})
	if err != nil {
		t.Fatal(err)
	}
	p := &Policy{Named: Named{ID: 1, Name: "standard", Version: 3}, Pause: []Status{StatusPending}}
	for _, pr := range []Priority{"normal", "high"} {
		within := map[Priority]time.Duration{"normal": 8 * time.Hour, "high": 2 * time.Hour}[pr]
		for _, m := range []Metric{FirstReply, NextReply} {
			p.Targets = append(p.Targets, Target{Metric: m, Priority: pr, Within: within, CalendarID: 7, CalendarVersion: 1, Calendar: cal})
		}
	}
	return &Config{Policies: []*Policy{p}, calendars: map[int64]*Calendar{7: {Named{ID: 7}, cal}}}
}

// life is a ticket whose moments a test plays.
type life struct {
	t      *testing.T
	cfg    *Config
	ticket *Ticket
	clocks []*Clock
	event  int64
}

func begun(t *testing.T, at string) *life {
	l := &life{t: t, cfg: world(t), ticket: &Ticket{ID: 1, Status: StatusNew, Priority: "normal"}}
	l.play(at, moment{created: true})
	return l
}

// play lets one moment happen at a local time such as "Mon 10:00" and returns the verbs of its steps.
func (l *life) play(at string, m moment) (verbs []string) {
	l.t.Helper()
	l.event++
	m.at, m.event = l.when(at), l.event
	var steps []step
	l.clocks, steps = l.cfg.react(l.ticket, l.clocks, m, func() map[string]any { return l.cfg.vars(l.ticket, about{}) })
	for _, s := range steps {
		verbs = append(verbs, s.verb)
	}
	return verbs
}

// when is a time of the week of Monday 9 March 2026, in Amsterdam.
func (l *life) when(s string) time.Time {
	l.t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		l.t.Fatal(err)
	}
	days := map[string]int{"Mon": 9, "Tue": 10, "Wed": 11, "Thu": 12, "Fri": 13, "Sat": 14}
	clock, err := time.Parse("15:04", s[4:])
	if err != nil {
		l.t.Fatal(err)
	}
	return time.Date(2026, 3, days[s[:3]], clock.Hour(), clock.Minute(), 0, 0, zone)
}

func (l *life) last() *Clock { return l.clocks[len(l.clocks)-1] }

func (l *life) due(want string) {
	l.t.Helper()
	if got := l.ticket.Due; !got.Equal(l.when(want)) {
		l.t.Errorf("due %v, want %s (%v)", got, want, l.when(want).UTC())
	}
}

func TestFirstReplyIsDueInWorkingTime(t *testing.T) {
	l := begun(t, "Mon 15:00")
	l.due("Tue 15:00")
}

func TestPublicReplyKeepsThePromiseAndANoteDoesNot(t *testing.T) {
	l := begun(t, "Mon 09:00")
	if verbs := l.play("Mon 10:00", moment{}); len(verbs) != 0 {
		t.Errorf("an internal note did %v, want nothing", verbs)
	}
	l.play("Mon 11:30", moment{replied: true})
	if c := l.last(); c.State != Met || c.Used != 150*time.Minute {
		t.Errorf("got %s after %v, want met after 2h30m", c.State, c.Used)
	}
	if l.ticket.DueState != "" || !l.ticket.Due.IsZero() {
		t.Errorf("the ticket is still due: %v %s", l.ticket.Due, l.ticket.DueState)
	}
}

func TestClockStandsStillWhilePendingAndGoesOnAfter(t *testing.T) {
	l := begun(t, "Mon 09:00")
	l.ticket.Status = StatusPending
	l.play("Mon 11:00", moment{changed: true})
	if l.ticket.DueState != Paused || !l.ticket.Due.IsZero() {
		t.Errorf("while pending: due %v, state %s; want no due time, paused", l.ticket.Due, l.ticket.DueState)
	}
	l.ticket.Status = StatusOpen
	l.play("Wed 09:00", moment{changed: true})
	l.due("Wed 15:00") // two of eight hours were used on Monday
	if n := len(l.last().Spans); n != 3 {
		t.Errorf("%d spans, want running, paused, running", n)
	}
}

func TestBreachIsDatedWithItsDueTimeHoweverLateItIsNoticed(t *testing.T) {
	l := begun(t, "Mon 09:00")
	l.play("Thu 12:00", moment{})
	c := l.last()
	if c.State != Breached || !c.BreachedAt.Equal(l.when("Mon 17:00")) {
		t.Errorf("got %s at %v, want breached at Mon 17:00", c.State, c.BreachedAt)
	}
	l.play("Fri 10:00", moment{replied: true})
	if c.State != MetLate || !c.BreachedAt.Equal(l.when("Mon 17:00")) {
		t.Errorf("after a late reply: %s, breached at %v; want met_late with the breach as it was", c.State, c.BreachedAt)
	}
}

func TestReplyAtTheVeryLastMomentIsNotInTime(t *testing.T) {
	l := begun(t, "Mon 09:00") // due exactly at closing time
	l.due("Mon 17:00")
	l.play("Mon 17:00", moment{replied: true})
	if c := l.last(); c.State != MetLate {
		t.Errorf("got %s; a promise ends at its due time, so a reply then is late", c.State)
	}
}

func TestNextReplyRunsFromTheOldestUnansweredMessage(t *testing.T) {
	l := begun(t, "Mon 09:00")
	l.play("Mon 10:00", moment{replied: true})
	if verbs := l.play("Tue 09:00", moment{asked: true, answered: true}); len(verbs) != 1 || verbs[0] != ClockStarted {
		t.Fatalf("a customer's message did %v, want a clock started", verbs)
	}
	l.play("Tue 12:00", moment{asked: true, answered: true})
	if n := len(l.clocks); n != 2 {
		t.Errorf("%d clocks after a second message, want the first reply's and one next reply's", n)
	}
	if c := l.last(); c.Metric != NextReply || !c.Started.Equal(l.when("Tue 09:00")) {
		t.Errorf("got %s from %v, want next_reply from Tue 09:00", c.Metric, c.Started)
	}
	l.due("Tue 17:00")
}

func TestSecondMessageBeforeTheFirstReplyStartsNothing(t *testing.T) {
	l := begun(t, "Mon 09:00")
	if verbs := l.play("Mon 10:00", moment{asked: true}); len(verbs) != 0 {
		t.Errorf("did %v, want nothing: the first reply is still owed", verbs)
	}
}

func TestRaisedPriorityCountsTheSameTimeAgainstTheShorterPromise(t *testing.T) {
	l := begun(t, "Mon 09:00")
	l.ticket.Priority = "high"
	verbs := l.play("Mon 10:00", moment{changed: true})
	if len(verbs) != 1 || verbs[0] != ClockMoved {
		t.Errorf("did %v, want the clock moved", verbs)
	}
	l.due("Mon 11:00") // two hours from the start, not from the change
}

func TestRaisedPriorityThatIsAlreadyOverdueBreachesAtItsDueTime(t *testing.T) {
	l := begun(t, "Mon 09:00")
	l.ticket.Priority = "high"
	l.play("Mon 15:00", moment{changed: true})
	if c := l.last(); c.State != Breached || !c.BreachedAt.Equal(l.when("Mon 11:00")) {
		t.Errorf("got %s at %v, want breached at Mon 11:00", c.State, c.BreachedAt)
	}
}

func TestSolvingEndsEveryClock(t *testing.T) {
	l := begun(t, "Mon 09:00")
	l.ticket.Status = StatusSolved
	l.play("Mon 12:00", moment{changed: true})
	if c := l.last(); c.State != Met || c.Ended.IsZero() {
		t.Errorf("got %s, ended %v; want met and ended", c.State, c.Ended)
	}
}

func TestTicketShowsThePromiseThatIsDueFirst(t *testing.T) {
	now := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	run := []Span{{Running: true}}
	early := &Clock{Metric: NextReply, State: Running, Due: now.Add(time.Hour), Spans: run}
	late := &Clock{Metric: FirstReply, State: Running, Due: now.Add(2 * time.Hour), Spans: run}
	paused := &Clock{Metric: FirstReply, State: Paused, Spans: []Span{{}}}
	ticket := &Ticket{}
	ticket.refreshDue([]*Clock{late, paused, early})
	if ticket.DueMetric != NextReply || !ticket.Due.Equal(early.Due) {
		t.Errorf("got %s due %v, want next_reply due %v", ticket.DueMetric, ticket.Due, early.Due)
	}
	ticket.refreshDue([]*Clock{paused})
	if ticket.DueState != Paused {
		t.Errorf("only a paused clock: state %q, want paused", ticket.DueState)
	}
}
