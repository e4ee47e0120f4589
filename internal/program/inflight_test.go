package program_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/program"
)

// afterwards is the program of the year as it is changed while people are on their way: other proofs, rules that nobody
// who is under way would pass, another benefit and a longer term.
var afterwards = strings.NewReplacer(
	"    - { name: document, title: A document, kind: document }\n", "",
	`application.attributes.position != "student"`, `application.attributes.position == "researcher"`,
	"benefits: [{ name: licence, title: A licence, kind: code, pool: year-codes }]", "benefits: [{ name: praise, title: Praise, kind: text, say: Well done. }]",
	"months: 6", "months: 12", "within: 40h", "within: 8h",
).Replace(yearProgram)

// A program changes while many are under way: nobody is lost, what was sent goes on as it was sent, to its end, also after a
// restart; what was not sent yet goes the new way.
func TestAProgramThatChangesLosesNobody(t *testing.T) {
	many := 70
	if os.Getenv("STEWARD_LONG") != "" {
		many = 500
	}
	each(t, func(t *testing.T, w *world) {
		w.Apply(yearProgram)
		y := &yearOf{world: w, ids: map[*somebody]int64{}, members: map[*somebody]int64{}, numbers: map[*somebody]int{}, got: map[string]int{}}
		codes := make([]string, many)
		people := make([]*somebody, many)
		for i := range people {
			codes[i] = fmt.Sprint("C", i)
			people[i] = &somebody{known: true, listed: i%7 >= 4}
			y.numbers[people[i]] = i
		}
		w.codes("year-codes", codes...)
		all := func(what string, which ...int) {
			t.Helper()
			w.Clock.Advance(time.Hour)
			for i, p := range people {
				for _, n := range which {
					if i%7 == n {
						y.do(p, what)
					}
				}
			}
			w.Settle()
		}
		w.Write(func(ctx context.Context, tx db.Tx) error { // 6: saved, and not sent
			for i, p := range people {
				if i%7 != 6 {
					continue
				}
				in := y.form(p)
				in.Nonce = fmt.Sprint("saved", i)
				a, err := w.Programs.Save(ctx, tx, w.Programs.Config().Named("year"), 0, in)
				if err != nil {
					return err
				}
				y.ids[p] = a.ID
			}
			return nil
		})
		all("apply", 0, 1, 2, 3, 4, 5) // 0 is asked for a document, 4 is approved
		all("upload", 1, 2, 3)         // 1 waits for a colleague
		all("ask", 2)
		all("approve", 3)
		all("claim", 5)
		for state, n := range map[program.State]int{program.Verifying: 1, program.Review: 1, program.Asked: 1, program.Approved: 2, program.Active: 1, program.Draft: 1} {
			if got := w.Count(`SELECT count(*) FROM application WHERE state = $1`, string(state)); got != n*many/7 {
				t.Fatalf("%d are %s", got, state)
			}
		}

		w.Apply(afterwards)
		w.reopen()
		all("upload", 0)
		all("answer", 2)
		all("approve", 0, 1, 2)
		all("claim", 0, 1, 2, 3, 4)
		now := w.Programs.Config().Named("year")
		w.Write(func(ctx context.Context, tx db.Tx) error {
			for i, p := range people {
				if i%7 != 6 {
					continue
				}
				if _, err := w.Programs.Send(ctx, tx, now, y.ids[p], y.form(p), true); err != nil {
					return err
				}
			}
			return nil
		})
		w.Settle()
		if len(y.got) != 0 {
			t.Errorf("refused: %v", y.got)
		}
		for i, p := range people {
			a := w.one(y.ids[p])
			wanted, version := program.Active, now.Version-1
			if i%7 == 6 {
				wanted, version = program.Rejected, now.Version
			}
			if a.State != wanted || a.ProgramVersion != version || wanted == program.Active && !a.TermUntil.Equal(a.TermFrom.AddDate(0, 6, 0)) {
				t.Errorf("%d: %s under version %d until %s", i, a.State, a.ProgramVersion, a.TermUntil)
			}
		}
		if n := w.Count(`SELECT count(*) FROM application_grant WHERE name = 'licence' AND state = 'given'`); n != 6*many/7 || w.Count(`SELECT count(*) FROM application_grant`) != n {
			t.Errorf("%d licences", n)
		}

		// A new applicant, and somebody who renews, go the new way.
		renews := people[5]
		w.Clock.Set(w.one(y.ids[renews]).TermUntil.Add(-24 * time.Hour))
		w.Settle()
		y.members[renews] = y.ids[renews]
		y.do(renews, "renew")
		fresh := &somebody{known: true, listed: true}
		y.numbers[fresh] = many
		y.do(fresh, "apply")
		w.Settle()
		for _, p := range []*somebody{renews, fresh} {
			if a := w.one(y.ids[p]); a.State != program.Rejected || a.ProgramVersion != now.Version {
				t.Errorf("%s under version %d", a.State, a.ProgramVersion)
			}
		}
		if a := w.one(y.members[renews]); a.State != program.Active {
			t.Error("the membership of somebody who cannot renew is", a.State)
		}
		w.Verify()
	})
}
