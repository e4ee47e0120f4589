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
	"steward/internal/ledger"
	"steward/internal/playbook"
)

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
		set, _ := call.With["set"].(map[string]any)
		return playbook.Result{Pending: fmt.Sprint(set["x"]) == "2"}, c.now() // or after
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
			act := theirTurn(t, i, by, id, steps[n].kind, s)
			if s.State != playbook.Open || act == nil {
				continue
			}
			err := i.DB.Write(context.Background(), act)
			if err != nil && !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			settled(i)
			did = true
		}
	}
}

// theirTurn is what somebody does about an open step, nil for nothing.
func theirTurn(t *testing.T, i *apptest.Instance, by act.Actor, id int64, kind string, s playbook.Step) db.Func {
	complete := func(run int64, step string, answers map[string]any) db.Func {
		return func(ctx context.Context, tx db.Tx) error {
			_, err := i.Playbooks.Complete(ctx, tx, by, run, step, playbook.CompleteInput{Answers: answers})
			return err
		}
	}
	switch {
	case kind == "task":
		return complete(id, s.Name, nil)
	case kind == "pass" && s.Tries > 0: // at the second try
		return complete(id, s.Name, map[string]any{"q": "y"})
	case kind == "pass" || kind == "fail":
		return complete(id, s.Name, map[string]any{"q": "x"})
	case kind == "yes" || kind == "no" || kind == "crew":
		return func(ctx context.Context, tx db.Tx) error {
			_, err := i.Playbooks.Decide(ctx, tx, by, id, s.Name, kind != "no", "")
			return err
		}
	case kind == "later" && s.Pending:
		return func(ctx context.Context, tx db.Tx) error {
			return i.Playbooks.Resolve(ctx, tx, i.Root(), id, s.Name, s.Round, playbook.Result{Outcome: "came"})
		}
	case kind == "part" && s.ChildID != 0 && run(t, i, s.ChildID).Step("part").State == playbook.Open:
		return complete(s.ChildID, "part", nil)
	}
	return nil
}

// Random playbooks through random clocks, crashes and restarts end as a simple model says, and no
// action is doubled.
func TestRunsEndAsTheModelSays(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := apptest.Options(t, e)
			i := apptest.New(t, o)
			sam := i.Person("sam@desk.example", "Sam", "agent")
			ada := i.Person("ada@customer.example", "Ada")
			team, _ := i.Blueprint.Set().Entry("team", "support")
			sam.TeamIDs = []int64{team.ID}
			for seed := range uint64(rounds(10, 25)) {
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
			one, err := i.Playbooks.Start(ctx, tx, sam, playbook.StartInput{Playbook: "random", Subject: ledger.Ref{Kind: "person", ID: ada.PersonID}, Ask: map[string]any{"day": askedDay(start).Format(time.DateOnly)}})
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
