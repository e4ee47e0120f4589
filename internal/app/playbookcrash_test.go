package app_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

// wholeLife has a step of every kind; what it does outside answers later.
const wholeLife = `kind: pool
name: life-codes
title: Codes
---
kind: template
name: life-letter
title: Letter
subject: Letter
body: "Hello {{name}}, your code is {{answers.code.code}}."
---
kind: playbook
name: life-part
title: Part
subject: person
participants: [{ role: worker, from: starter }]
steps:
  - { name: rest, title: Rest, kind: wait, wait: { for: 3h } }
  - { name: part, title: Part, owner: worker }
---
kind: playbook
name: whole-life
title: Whole life
subject: person
calendar: office-hours
ask: [{ name: day, title: Day, type: date, required: true }]
participants:
  - { role: worker, from: starter }
  - { role: crew, team: support }
gates: { approval: { by: [crew] }, capacity: { most: 100000 } }
stages: [{ name: a, title: A }, { name: b, title: B }]
steps:
  - { name: form, title: Form, kind: form, owner: worker, due: { days: 2 }, remind: [24h], form: [{ name: size, title: Size, type: number, required: true }] }
  - { name: inside, title: Inside, kind: action, action: { name: event, with: { name: inside } } }
  - { name: code, title: Code, kind: action, action: { name: code, with: { pool: life-codes } } }
  - { name: letter, title: Letter, kind: message, message: { to: [subject], template: life-letter } }
  - { name: away, title: Away, kind: action, action: { name: attribute, with: { set: { x: 1 } } } }
  - { name: quiz, title: Quiz, kind: quiz, owner: worker, stage: b, quiz: { attempts: 2, questions: [{ name: q, title: Q, options: [x, y], right: [y] }] } }
  - { name: paper, title: Paper, kind: deliverable, owner: worker, deliverable: crew }
  - { name: again, title: Again, kind: repeat, repeat: { back_to: paper, most: 2 } }
  - { name: part, title: Part, kind: playbook, playbook: life-part }
  - { name: pick, title: Pick, kind: choice, owner: worker, choice: [{ name: left }, { name: right }] }
  - { name: never, title: Never, owner: worker, when: 'steps.pick.outcome == "right"' }
  - { name: day, title: Day, kind: wait, wait: { until: { from: ask.day, days: 2 } } }
  - { name: late, title: Late, owner: worker, due: { days: 1 }, escalate: { after: 1h, to: crew } }
`

// shaken is an instance whose node is cut off, and comes back on the same data.
type shaken struct {
	*apptest.Instance
	o        db.Options
	power    *dbtest.Power
	cuts     int
	sam, ada act.Actor
	outside  map[string]int // what the world was asked for, by key
}

func (l *shaken) plug() {
	l.Playbooks.PerformOutside("attribute", func(_ context.Context, c playbook.Call) (playbook.Result, error) {
		l.power.Moment() // before the world heard of it
		l.outside[c.Key]++
		l.power.Moment() // or after
		return playbook.Result{Pending: true}, nil
	})
	l.DB.Observe(l.power.Watch)
	l.power.Off.Store(false)
}

// alive runs something that may be cut off; then the node comes back. It reports whether the thing came to its end.
func (l *shaken) alive(do func()) bool {
	l.T.Helper()
	ended, ok := make(chan bool, 1), false
	go func() {
		defer func() { ended <- ok }()
		do()
		ok = true
	}()
	if whole := <-ended; !l.power.Off.Load() {
		if !whole {
			l.T.FailNow()
		}
		return true
	}
	l.cuts++
	l.power.At.Store(0)
	l.DB.Close()
	l.Instance = apptest.Open(l.T, l.o, l.Clock)
	l.plug()
	if err := l.Jobs.Reclaim(l.T.Context()); err != nil { // as a restart, or the other nodes, do
		l.T.Fatal(err)
	}
	return false
}

// settle lets everything happen that is due, however often the node goes down.
func (l *shaken) settle() {
	for !l.alive(l.Settle) {
	}
}

// newest is the newest run of a playbook.
func (l *shaken) newest(name string) int64 {
	e, _ := l.Blueprint.Set().Entry("playbook", name)
	return int64(l.Count(`SELECT COALESCE(max(id), 0) FROM playbook_run WHERE playbook_id = $1`, e.ID))
}

// does lets somebody act until it is done: who got no answer looks, and acts again.
func (l *shaken) does(done func() bool, do func(ctx context.Context, tx db.Tx) error) {
	l.T.Helper()
	for n := 0; !done(); n++ {
		if n == 4 {
			l.T.Fatal("it cannot be done")
		}
		l.alive(func() {
			if err := l.DB.Write(context.Background(), do); err != nil {
				l.T.Error(err)
			}
		})
		l.settle()
	}
}

// life is one run from its start to its end.
func (l *shaken) life() *playbook.Run {
	l.T.Helper()
	before := l.newest("whole-life")
	l.does(func() bool { return l.newest("whole-life") != before }, func(ctx context.Context, tx db.Tx) error {
		_, err := l.Playbooks.Start(ctx, tx, l.sam, playbook.StartInput{Playbook: "whole-life", Subject: ledger.Ref{Kind: "person", ID: l.ada.PersonID},
			Ask: map[string]any{"day": l.Clock.Now().AddDate(0, 0, 9).Format(time.DateOnly)}})
		return err
	})
	id := l.newest("whole-life")
	for n := 0; ; n++ {
		r := run(l.T.(*testing.T), l.Instance, id)
		if r.Status.Over() {
			return r
		}
		if n > 150 {
			l.T.Fatalf("the run does not end: %+v", r.Steps)
		}
		if !l.acts(r) {
			l.Clock.Advance(17 * time.Hour)
			l.settle()
		}
	}
}

// acts lets somebody do the first step that waits for them, also of the run that a step is.
func (l *shaken) acts(r *playbook.Run) bool {
	for _, st := range r.Steps {
		if st.State != playbook.Open {
			continue
		}
		same := func() bool { // until it has moved
			now := run(l.T.(*testing.T), l.Instance, r.ID).Step(st.Name)
			return now.State != st.State || now.Round != st.Round || now.Review != st.Review || now.Tries != st.Tries
		}
		in, id := playbook.CompleteInput{}, r.ID
		if st.ChildID != 0 {
			if l.acts(run(l.T.(*testing.T), l.Instance, st.ChildID)) {
				return true
			}
			continue
		}
		var do func(ctx context.Context, tx db.Tx) error
		complete := func(ctx context.Context, tx db.Tx) error {
			_, err := l.Playbooks.Complete(ctx, tx, l.sam, id, st.Name, in)
			return err
		}
		decide := func(ctx context.Context, tx db.Tx) error {
			_, err := l.Playbooks.Decide(ctx, tx, l.ada, id, st.Name, true, "fine")
			return err
		}
		switch st.Name {
		case playbook.Gate:
			do = decide
		case "form":
			in.Answers, do = map[string]any{"size": 7.0}, complete
		case "quiz":
			in.Answers, do = map[string]any{"q": []string{"x", "y"}[min(st.Tries, 1)]}, complete
		case "paper":
			if do = complete; st.Review {
				do = decide
			}
		case "pick":
			in.Outcome, do = "left", complete
		case "part", "late":
			do = complete
		case "away":
			do = func(ctx context.Context, tx db.Tx) error {
				return l.Playbooks.Resolve(ctx, tx, l.Root(), id, st.Name, st.Round, playbook.Result{Outcome: "heard"})
			}
		default:
			continue
		}
		if st.Name == "late" && !st.Late {
			continue
		}
		l.does(same, do)
		return true
	}
	return false
}

// traces are what a life has left: how each step ended, what happened how often, what is left over.
func (l *shaken) traces(r *playbook.Run) map[string]int {
	out := map[string]int{"ended " + string(r.Status) + " " + r.Outcome: 1}
	for _, st := range r.Steps {
		out[fmt.Sprintf("step %s %s %s round %d", st.Name, st.State, st.Outcome, st.Round)] = 1
	}
	add := func(name, query string, args ...any) {
		l.Read(func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, query, args...)
			_, err = db.Collect(rows, err, func(r db.Scanner) (n int, err error) {
				var what string
				err = r.Scan(&what, &n)
				out[name+" "+what] = n
				return n, err
			})
			return err
		})
	}
	add("event", `SELECT verb, count(*) FROM events WHERE subject_kind = 'run' AND subject_id IN (SELECT id FROM playbook_run WHERE id = $1 OR parent_id = $1) GROUP BY verb`, r.ID)
	add("part", `SELECT state, count(*) FROM playbook_run WHERE parent_id = $1 GROUP BY state`, r.ID)
	add("work", `SELECT state, count(*) FROM work_item WHERE source = 'step' AND subject_id IN (SELECT id FROM playbook_run WHERE id = $1 OR parent_id = $1) GROUP BY state`, r.ID)
	out["codes"] = l.Count(`SELECT count(*) FROM events WHERE verb = 'pool.dispatched' AND data LIKE $1`, fmt.Sprintf(`%%"run_id":%d}%%`, r.ID))
	out["letters"] = l.Count(`SELECT count(*) FROM outbox WHERE message_id LIKE $1`, fmt.Sprintf("run-%d-letter-%%", r.ID))
	out["jobs"] = l.Count(`SELECT count(*) FROM job WHERE kind LIKE 'playbook.%'`)
	out["places"] = l.Count(`SELECT taken FROM playbook_capacity`)
	return out
}

// A node is cut off at each write of one run's life, just before and just after it, and at the bounds of what it does
// outside. Whatever the moment, the run ends alike: nothing is lost, and nothing done twice.
func TestARunThatIsCutOffAtEveryWriteEndsAlike(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := apptest.Options(t, e)
			l := &shaken{Instance: apptest.New(t, o), o: o, power: &dbtest.Power{}, outside: map[string]int{}}
			l.Apply(wholeLife)
			l.sam, l.ada = l.Person("sam@desk.example", "Sam", "agent"), l.Person("ada@customer.example", "Ada")
			team, _ := l.Blueprint.Set().Entry("team", "support")
			l.ada.TeamIDs = []int64{team.ID}
			codes := make([]string, 2000)
			for i := range codes {
				codes[i] = fmt.Sprintf("L%04d", i)
			}
			l.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := l.Programs.ImportCodes(ctx, tx, l.Root(), "life-codes", codes)
				return err
			})
			l.Settle()
			l.plug()
			want := l.traces(l.life())
			t.Log(slices.Sorted(maps.Keys(want)))
			stride := int64(211)
			if os.Getenv("STEWARD_LONG") != "" {
				stride = 1
			}
			count := 1
			for at := int64(1); ; at += stride {
				l.power.Seen.Store(0)
				l.power.At.Store(at)
				before := l.cuts
				r := l.life()
				count++
				if got := l.traces(r); !maps.Equal(got, want) {
					t.Errorf("cut off at moment %d: %v\nundisturbed: %v", at, got, want)
				}
				if l.cuts == before {
					t.Logf("%d moments, %d cuts", l.power.Seen.Load(), l.cuts)
					break
				}
			}
			if n := l.Count(`SELECT count(*) FROM benefit_code WHERE state <> 'free'`); n != count || len(l.outside) != count {
				t.Errorf("%d codes and %d things outside for %d lives", n, len(l.outside), count)
			}
			l.Verify()
		})
	}
}
