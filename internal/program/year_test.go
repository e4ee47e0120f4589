package program_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/program"
)

const yearProgram = `kind: calendar
name: plain-week
title: Plain week
time_zone: Etc/UTC
hours: { mon: [["09:00", "17:00"]], tue: [["09:00", "17:00"]], wed: [["09:00", "17:00"]], thu: [["09:00", "17:00"]], fri: [["09:00", "17:00"]] }
---
kind: pool
name: year-codes
title: Codes of the year
---
kind: program
name: year
title: Year
team: programs
sections: [{ title: You, questions: [{ field: edu-role, required: true }] }]
verify:
  checks:
    - { name: listed, title: A listed address, kind: domains, list: own, domains: [listed.example] }
    - { name: document, title: A document, kind: document }
eligibility:
  - { name: staff, when: 'application.attributes.position != "student"', say: Students cannot apply., otherwise: reject }
benefits: [{ name: licence, title: A licence, kind: code, pool: year-codes }]
decision: { calendar: plain-week, within: 40h, approve_when: application.verified }
life: { months: 6 }
`

// A year of a program goes by in simulated time: people apply, send the same twice, show documents, wait too long, claim,
// break the terms, cure it or not, renew in time or late. It ends with the counts that an account of the same year gives
// that shares nothing with the product.
func TestAYearOfAProgramAddsUp(t *testing.T) {
	many := 250
	if os.Getenv("STEWARD_LONG") != "" {
		many = 5000
	}
	each(t, func(t *testing.T, w *world) {
		w.Apply(yearProgram)
		const days = 365
		people := aYear(rand.New(rand.NewPCG(7, 2026)), many)
		imports := map[int]int{20: many / 12, 120: many / 12, 200: many / 4, 300: many / 12} // the pool runs dry in between, and at the end
		want := count(people, days, imports).counts
		y := &yearOf{world: w, ids: map[*somebody]int64{}, members: map[*somebody]int64{}, numbers: map[*somebody]int{}, got: map[string]int{}}
		for i := range people {
			y.numbers[&people[i]] = i
		}
		due := func() { // all that applications wait for are jobs; who follows the ledger reads a week at once
			if _, err := w.Jobs.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		rounds(people, days, func(day int) {
			w.Clock.Set(dayAt(day))
			due()
			if n := imports[day]; n > 0 {
				codes := make([]string, n)
				for i := range codes {
					codes[i] = fmt.Sprintf("Y%03d-%05d", day, i)
				}
				w.codes("year-codes", codes...)
				due()
			}
			if day%7 == 6 {
				w.Settle()
			}
			if day%30 == 10 && w.DB.Engine() == db.Postgres { // as its autovacuum does when a year takes a year
				w.Write(func(ctx context.Context, tx db.Tx) error { _, err := tx.Exec(ctx, `ANALYZE`); return err })
			}
		}, y.do, due)
		w.Settle()
		got := y.counted()
		for _, key := range slices.Sorted(maps.Keys(want)) {
			t.Logf("%-24s %d", key, want[key])
			if got[key] != want[key] {
				t.Errorf("%s: %d, and by the account %d", key, got[key], want[key])
			}
			delete(got, key)
		}
		if len(got) > 0 {
			t.Errorf("nobody expected %v", got)
		}
		w.Verify()
	})
}

// yearOf lets people do their deeds on an instance.
type yearOf struct {
	*world
	ids     map[*somebody]int64 // newest application
	members map[*somebody]int64 // newest that was claimed
	numbers map[*somebody]int
	sent    int
	blob    file.Blob // of the document that is uploaded
	got     map[string]int
}

// do lets somebody do something; a refusal is counted.
func (y *yearOf) do(p *somebody, what string) {
	y.T.Helper()
	var sent *program.Application
	if what == "upload" {
		var err error
		if y.blob, err = y.Files.PutBytes(y.T.Context(), fmt.Appendf(nil, "%%PDF-1.7 of %d", y.numbers[p]), y.Clock.Now()); err != nil {
			y.T.Fatal(err)
		}
	}
	err := y.DB.Write(y.T.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		sent, err = y.deed(ctx, tx, p, what)
		return err
	})
	switch {
	case fault.As(err) != nil && what == "answer":
	case fault.As(err) != nil:
		y.got["refused: "+what]++
	case err != nil:
		y.T.Fatalf("%s: %v", what, err)
	case sent != nil && sent.ID == 0:
		y.got["sent twice"]++
	case sent != nil:
		y.ids[p] = sent.ID
	case what == "claim":
		y.members[p] = y.ids[p]
	}
}

func (y *yearOf) deed(ctx context.Context, tx db.Tx, p *somebody, what string) (*program.Application, error) {
	s, by, id := y.Programs, y.Root(), y.ids[p]
	load := func(id int64) (*program.Application, error) {
		a, _, err := s.Get(ctx, tx, by, id)
		return a, err
	}
	comply := func(action program.Action) (*program.Application, error) {
		_, err := s.Comply(ctx, tx, by, y.members[p], 0, action, "So it is.")
		return nil, err
	}
	switch what {
	case "apply":
		y.sent++
		return s.Send(ctx, tx, s.Config().Named("year"), 0, y.form(p), p.known)
	case "renew":
		m, err := load(y.members[p])
		if err != nil {
			return nil, err
		}
		d, err := s.StartRenewal(ctx, tx, m)
		if err != nil || d.State != program.Draft {
			return nil, err
		}
		return s.Send(ctx, tx, s.Config().Named("year"), d.ID, y.form(p), true)
	case "approve":
		if _, err := s.Settle(ctx, tx, by, id, "document", true, ""); err != nil {
			return nil, err
		}
		_, err := s.Decide(ctx, tx, by, id, program.DecisionInput{Approve: true})
		return nil, err
	case "reject":
		_, err := s.Decide(ctx, tx, by, id, program.DecisionInput{Words: "It is not what we ask for."})
		return nil, err
	case "ask":
		_, err := s.AskApplicant(ctx, tx, by, id, 0, "Which one?")
		return nil, err
	case "warn":
		return comply(program.Warn)
	case "cure":
		return comply(program.Cure)
	case "revoke":
		return comply(program.Revoke)
	case "restore":
		return comply(program.Restore)
	}
	a, err := load(id)
	if err != nil {
		return nil, err
	}
	switch what {
	case "confirm":
		if a.State != program.Confirming {
			return nil, fault.New(fault.Conflict, "It is confirmed.")
		}
		err = s.Confirm(ctx, tx, a)
	case "upload":
		f, ferr := y.Files.Attach(ctx, tx, by, y.blob, "document.pdf")
		if ferr != nil {
			return nil, ferr
		}
		err = s.Upload(ctx, tx, a, program.Paper{Proof: "document", Files: []file.File{f}})
	case "answer":
		err = s.Reply(ctx, tx, a, "This one.", nil)
	case "withdraw":
		err = s.Withdraw(ctx, tx, a)
	case "claim":
		err = s.Claim(ctx, tx, a, 0)
	default:
		err = fmt.Errorf("there is no deed %q", what)
	}
	return nil, err
}

// form is what somebody sends.
func (y *yearOf) form(p *somebody) program.Sent {
	n := y.numbers[p]
	domain, role := "people.example", "teacher"
	if p.listed {
		domain = "listed.example"
	}
	if p.student {
		role = "student"
	}
	in := sentBy(n)
	in.Nonce, in.Email = fmt.Sprintf("year-%d-%d", n, y.sent), fmt.Sprintf("p%d@%s", n, domain)
	in.Filled = y.Programs.Fill(nil, y.Programs.Config().Named("year"), &program.Application{}, map[string][]string{"position": {role}})
	return in
}

// counted is what the instance holds after the year, by the names of the account.
func (y *yearOf) counted() map[string]int {
	y.T.Helper()
	for key, query := range map[string]string{
		"state: %s":             `SELECT state, count(*) FROM application GROUP BY state`,
		"%s":                    `SELECT substr(verb, 13), count(*) FROM events WHERE verb IN ('application.submitted', 'application.confirmed', 'application.referred', 'application.asked', 'application.answered', 'application.withdrawn', 'application.lapsed', 'application.late', 'application.claimed', 'application.warned', 'application.cured', 'application.revoked', 'application.restored', 'application.expired', 'application.invited', 'application.renewed') GROUP BY verb`,
		"%s by the rules":       `SELECT substr(verb, 13), count(*) FROM events WHERE verb IN ('application.approved', 'application.rejected') AND actor_kind = 'rule' GROUP BY verb`,
		"%s by hand":            `SELECT substr(verb, 13), count(*) FROM events WHERE verb IN ('application.approved', 'application.rejected') AND actor_kind <> 'rule' GROUP BY verb`,
		"codes%s":               `SELECT '', count(*) FROM benefit_code WHERE state <> 'free' AND grant_id IS NOT NULL HAVING count(*) > 0`,
		"codes void%s":          `SELECT '', count(*) FROM benefit_code WHERE state = 'void' HAVING count(*) > 0`,
		"wait for a code%s":     `SELECT '', count(*) FROM application_grant WHERE state = 'pending' HAVING count(*) > 0`,
		"codes of two grants%s": `SELECT '', count(*) - count(DISTINCT grant_id) FROM benefit_code WHERE grant_id IS NOT NULL HAVING count(*) <> count(DISTINCT grant_id)`,
	} {
		y.Read(func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, query)
			_, err = db.Collect(rows, err, func(r db.Scanner) (n int, err error) {
				var name string
				err = r.Scan(&name, &n)
				y.got[fmt.Sprintf(key, name)] = n
				return n, err
			})
			return err
		})
	}
	return y.got
}
