package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

// modelStep is a step of a random playbook, as the model knows it.
type modelStep struct {
	name, kind string // task, yes, no, wait, inside, outside, choice, repeat
	deps       []int
	hours      int    // of a wait
	cond       int    // done only if the outcome of this step is want; -1 for always
	want       string // of the condition
	instead    int    // -1 for none
	most, back int    // of a repeat
}

// randomPlaybook makes up a playbook: its text and what the model goes by. Behind a repeat nothing
// depends on the part that it does again.
func randomPlaybook(r *rand.Rand) (string, []modelStep) {
	n := 5 + r.IntN(8)
	var steps []modelStep
	barrier := 0 // steps before it are closed off by a repeat
	for i := range n {
		s := modelStep{name: fmt.Sprintf("s%d", i), cond: -1, instead: -1}
		s.kind = []string{"task", "yes", "no", "wait", "inside", "outside", "choice", "task", "wait"}[r.IntN(9)]
		s.hours = 1 + r.IntN(60)
		for d := barrier; d < i; d++ {
			if r.IntN(3) == 0 || d == i-1 && len(s.deps) == 0 {
				s.deps = append(s.deps, d)
			}
		}
		if i > barrier && r.IntN(3) == 0 {
			d := s.deps[r.IntN(len(s.deps))]
			if outcome := outcomes(steps[d].kind); len(outcome) > 0 {
				s.cond, s.want = d, outcome[r.IntN(len(outcome))]
			} else if steps[d].cond >= 0 {
				s.instead = d
			}
		}
		if i-barrier > 1 && i < n-1 && r.IntN(5) == 0 {
			s = modelStep{name: s.name, kind: "repeat", deps: nil, cond: -1, instead: -1, most: 1 + r.IntN(3), back: barrier + r.IntN(i-barrier)}
			for d := barrier; d < i; d++ {
				s.deps = append(s.deps, d)
			}
			barrier = i
		}
		steps = append(steps, s)
	}
	return modelText(steps), steps
}

func outcomes(kind string) []string {
	switch kind {
	case "yes", "no":
		return []string{"approved", "declined"}
	case "choice":
		return []string{"first", "second"}
	}
	return nil
}

func modelText(steps []modelStep) string {
	var b strings.Builder
	b.WriteString("kind: playbook\nname: random\ntitle: Random\nsubject: person\nparticipants: [{ role: worker, from: starter }]\nsteps:\n")
	for _, s := range steps {
		fmt.Fprintf(&b, "  - name: %s\n    title: Step %s\n", s.name, s.name)
		var after []string
		for _, d := range s.deps {
			if d != s.instead {
				after = append(after, steps[d].name)
			}
		}
		if len(s.deps) == 0 {
			after = []string{"start"}
		}
		if len(after) > 0 {
			fmt.Fprintf(&b, "    after: [%s]\n", strings.Join(after, ", "))
		}
		if s.cond >= 0 {
			fmt.Fprintf(&b, "    when: steps.%s.outcome == \"%s\"\n", steps[s.cond].name, s.want)
		}
		if s.instead >= 0 {
			fmt.Fprintf(&b, "    instead_of: %s\n", steps[s.instead].name)
		}
		switch s.kind {
		case "task":
			b.WriteString("    owner: worker\n")
		case "yes", "no":
			b.WriteString("    kind: approval\n    approval: { by: [worker], declined: go_on }\n")
		case "wait":
			fmt.Fprintf(&b, "    kind: wait\n    wait: { for: %dh }\n", s.hours)
		case "inside":
			b.WriteString("    kind: action\n    action: { name: event, with: { name: inside } }\n")
		case "outside":
			b.WriteString("    kind: action\n    action: { name: attribute, with: { set: { x: 1 } } }\n")
		case "choice":
			fmt.Fprintf(&b, "    kind: choice\n    choice: [{ name: first, when: 'subject.name == \"%s\"' }, { name: second }]\n", map[bool]string{true: "Ada", false: "Eve"}[s.hours%2 == 0])
		case "repeat":
			fmt.Fprintf(&b, "    kind: repeat\n    repeat: { back_to: %s, most: %d }\n", steps[s.back].name, s.most)
		}
	}
	return b.String()
}

// modelEnd is how a step ends, as the model works it out.
type modelEnd struct {
	state, outcome string
	at             time.Time
	rounds         int
}

// model works out how a run ends, by looking at each step once in order: a step's turn comes when the last
// before it has ended; a wait lasts as long as it says; people and actions act at the first of the looks
// that is not before.
func model(steps []modelStep, start time.Time, looks []time.Time) (ends []modelEnd, actions []string) {
	ends = make([]modelEnd, len(steps))
	look := func(t time.Time) time.Time {
		i, _ := slices.BinarySearchFunc(looks, t, time.Time.Compare)
		return looks[min(i, len(looks)-1)]
	}
	work := func(i int, begin time.Time, round int) {
		s, at := steps[i], begin
		for _, d := range s.deps {
			if ends[d].at.After(at) {
				at = ends[d].at
			}
		}
		e := modelEnd{state: "done", at: at, rounds: round}
		switch {
		case s.instead >= 0 && ends[s.instead].state != "passed", s.cond >= 0 && ends[s.cond].outcome != s.want:
			e.state = "passed"
		case s.kind == "task":
			e.at = look(at)
		case s.kind == "yes":
			e.at, e.outcome = look(at), "approved"
		case s.kind == "no":
			e.at, e.outcome = look(at), "declined"
		case s.kind == "wait":
			e.at, e.outcome = at.Add(time.Duration(s.hours)*time.Hour), "held"
		case s.kind == "choice":
			e.outcome = map[bool]string{true: "first", false: "second"}[s.hours%2 == 0]
		case s.kind == "inside" || s.kind == "outside":
			e.at = look(at)
			actions = append(actions, fmt.Sprintf("%s %s/%d", s.kind, s.name, round))
		case s.kind == "repeat":
			e.outcome = "enough"
		}
		ends[i] = e
	}
	rounds := make([]int, len(steps))
	var loop func(i int, begin time.Time)
	loop = func(i int, begin time.Time) {
		work(i, begin, rounds[i])
		if steps[i].kind != "repeat" {
			return
		}
		span := modelSpan(steps, steps[i].back, i)
		for range steps[i].most - 1 {
			again := ends[i].at
			for _, n := range span {
				rounds[n]++
			}
			for _, n := range span[:len(span)-1] {
				loop(n, again)
			}
			work(i, again, rounds[i])
		}
	}
	for i := range steps {
		loop(i, start)
	}
	return ends, actions
}

// modelSpan are the steps on a way from one to another.
func modelSpan(steps []modelStep, from, to int) (out []int) {
	reaches := map[int]bool{from: true}
	for i := from; i <= to; i++ {
		for _, d := range steps[i].deps {
			reaches[i] = reaches[i] || reaches[d]
		}
		if reaches[i] {
			out = append(out, i)
		}
	}
	return out
}

var errCrash = errors.New("the node went down")

// crashing lets transactions and actions go down by chance, at each look never so often that the queue gives up.
type crashing struct {
	r       *rand.Rand
	left    int
	outside []string // keys that the world saw
}

func (c *crashing) now() error {
	if c.left > 0 && c.r.IntN(3) == 0 {
		c.left--
		return errCrash
	}
	return nil
}

// wire puts the crashes into an instance.
func (c *crashing) wire(i *apptest.Instance) {
	i.Playbooks.Perform("event", func(ctx context.Context, tx db.Tx, call playbook.Call) (playbook.Result, error) {
		if _, err := i.Ledger.Append(ctx, tx, call.By, ledger.Entry{Verb: "run.noted", Subject: ledger.Ref{Kind: "run", ID: call.RunID}, Data: map[string]any{"key": call.Key}}); err != nil {
			return playbook.Result{}, err
		}
		return playbook.Result{}, c.now()
	})
	i.Playbooks.PerformOutside("attribute", func(_ context.Context, call playbook.Call) (playbook.Result, error) {
		if err := c.now(); err != nil {
			return playbook.Result{}, err // before the world heard of it
		}
		c.outside = append(c.outside, call.Key)
		return playbook.Result{}, c.now() // or after
	})
	i.Playbooks.Hear("person", func(context.Context, db.Tx, act.Actor, *playbook.Run, *playbook.Run) error { return c.now() })
}

// settled lets everything happen that is due; what a crash put off is tried again at once.
func settled(i *apptest.Instance) {
	for {
		i.Settle()
		var n int64
		i.Write(func(ctx context.Context, tx db.Tx) (err error) {
			n, err = tx.Exec(ctx, `UPDATE job SET due = $1 WHERE kind LIKE 'playbook.%' AND state = 'ready' AND attempts > 0 AND due > $1`, db.Micros(i.Clock.Now()))
			return err
		})
		if n == 0 {
			return
		}
	}
}

// people do all that waits for them.
func people(t *testing.T, i *apptest.Instance, by act.Actor, id int64, steps []modelStep) {
	t.Helper()
	for did := true; did; {
		did = false
		for _, s := range run(t, i, id).Steps {
			n := slices.IndexFunc(steps, func(m modelStep) bool { return m.name == s.Name })
			kind := steps[n].kind
			if s.State != playbook.Open || kind != "task" && kind != "yes" && kind != "no" {
				continue
			}
			err := i.DB.Write(context.Background(), func(ctx context.Context, tx db.Tx) (err error) {
				if kind == "task" {
					_, err = i.Playbooks.Complete(ctx, tx, by, id, s.Name, playbook.CompleteInput{})
				} else {
					_, err = i.Playbooks.Decide(ctx, tx, by, id, s.Name, kind == "yes", "")
				}
				return err
			})
			if err != nil && !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			settled(i)
			did = true
		}
	}
}

// Random playbooks through random clocks, crashes and restarts end as a simple model says, and no
// action is doubled.
func TestRunsEndAsTheModelSays(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			i := apptest.New(t, o)
			sam := i.Person("sam@desk.example", "Sam", "agent")
			ada := i.Person("ada@customer.example", "Ada")
			for seed := range uint64(25) {
				i = modelRun(t, i, o, seed, sam, ada)
			}
			i.Verify()
		})
	}
}

func modelRun(t *testing.T, i *apptest.Instance, o db.Options, seed uint64, sam, ada act.Actor) *apptest.Instance {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	text, steps := randomPlaybook(r)
	i.Apply(text)
	c := &crashing{r: r, left: 6}
	c.wire(i)
	start := i.Clock.Now()
	var id int64
	for id == 0 {
		err := i.DB.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
			one, err := i.Playbooks.Start(ctx, tx, sam, playbook.StartInput{Playbook: "random", Subject: ledger.Ref{Kind: "person", ID: ada.PersonID}})
			if err == nil {
				id = one.ID
			}
			return err
		})
		if err != nil {
			if id = 0; !errors.Is(err, errCrash) {
				t.Fatalf("seed %d: %v\n%s", seed, err, text)
			}
		}
	}
	var looks []time.Time
	for n := 0; ; n++ {
		looks, c.left = append(looks, i.Clock.Now()), 6
		settled(i)
		people(t, i, sam, id, steps)
		if run(t, i, id).Status.Over() {
			break
		}
		if n > 300 {
			t.Fatalf("seed %d: the run does not end\n%s\n%+v", seed, text, run(t, i, id))
		}
		if r.IntN(6) == 0 { // the node goes down and another comes up
			i.DB.Close()
			i = apptest.Open(t, o, i.Clock)
			c.wire(i)
		}
		i.Clock.Advance(time.Duration((1+r.IntN(5000))*(1+n/10)) * time.Minute)
	}
	compare(t, i, seed, text, steps, id, start, looks, c)
	return i
}

// compare holds a run that ended against the model.
func compare(t *testing.T, i *apptest.Instance, seed uint64, text string, steps []modelStep, id int64, start time.Time, looks []time.Time, c *crashing) {
	t.Helper()
	ends, actions := model(steps, start, looks)
	got := run(t, i, id)
	for n, s := range got.Steps {
		want := ends[n]
		if string(s.State) != want.state || s.Outcome != want.outcome || !s.Ended.Equal(want.at) || s.Round != want.rounds {
			t.Fatalf("seed %d: %s ended %s %q at %v in round %d, the model says %+v\n%s", seed, s.Name, s.State, s.Outcome, s.Ended, s.Round, want, text)
		}
	}
	var inside []string
	i.Read(func(ctx context.Context, tx db.Tx) error {
		events, err := i.Ledger.Of(ctx, tx, ledger.Ref{Kind: "run", ID: id}, 0, 5000)
		for _, e := range events {
			if e.Verb == "run.noted" {
				var data struct{ Key string }
				if err := e.Decode(&data); err != nil {
					return err
				}
				inside = append(inside, data.Key)
			}
		}
		return err
	})
	slices.Sort(c.outside)
	have := append([]string{}, inside...)
	have = append(have, slices.Compact(c.outside)...) // the world does once what comes again under one key
	var want []string
	for _, a := range actions {
		_, key, _ := strings.Cut(a, " ")
		want = append(want, fmt.Sprintf("%d/%s", id, key))
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Fatalf("seed %d: the actions were\n%v, want\n%v\n%s", seed, have, want, text)
	}
	if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'step' AND state = 'open'`); n != 0 {
		t.Fatalf("seed %d: %d items are left over", seed, n)
	}
	if n := i.Count(`SELECT count(*) FROM job WHERE kind LIKE 'playbook.%'`); n != 0 {
		t.Fatalf("seed %d: %d jobs are left over", seed, n)
	}
}
