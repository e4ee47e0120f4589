package program_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/file"
	"steward/internal/program"
)

// TestThePublishedRulesOfTheStarterPrograms sends applications to the kit's programs: where students have addresses of an
// institution, its address proves nothing and a document is asked for; start-ups get two years, and no third.
func TestThePublishedRulesOfTheStarterPrograms(t *testing.T) {
	kit, err := os.ReadFile("../../starter/kit/programs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, w *world) {
		w.Apply(string(kit))
		w.Settle()
		teaches := map[string][]string{"role": {"teacher"}, "accredited": {"yes"}, "level": {"higher"}, "country": {"Japan"}, "seats": {"30"}}
		asks := func(more string) (names []string) {
			answers := map[string][]string{"shared": {more}}
			for k, v := range teaches {
				answers[k] = v
			}
			a := w.send("education", program.Sent{Nonce: "tess" + more, Name: "Tess", Email: "tess" + more + "@people.example", Organization: "School " + more, Website: "school" + more + ".example"}, answers)
			var checks []program.CheckRun
			w.Read(func(ctx context.Context, tx db.Tx) (err error) {
				checks, err = w.Programs.ChecksOf(ctx, tx, a.ID)
				return err
			})
			for _, c := range checks {
				names = append(names, c.Name)
			}
			return names
		}
		if got := asks(""); !slices.Contains(got, "school") {
			t.Errorf("by an address that only staff have, the proofs are %v", got)
		}
		if got := asks("yes"); slices.Contains(got, "school") || !slices.Contains(got, "document") {
			t.Errorf("by an address that students have too, the proofs are %v", got)
		}
		funded := map[string][]string{"funding": {"900000"}, "seats": {"8"}, "country": {"Spain"}}
		term := func(after int64) *program.Application {
			paper, err := w.Files.PutBytes(t.Context(), []byte("%PDF-1.7 funding"), w.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			var f file.File
			w.Write(func(ctx context.Context, tx db.Tx) (err error) {
				f, err = w.Desk.Upload(ctx, tx, act.Root(), paper, "funding.pdf")
				return err
			})
			return w.send("startups", program.Sent{Nonce: fmt.Sprint("young", after), Name: "Sam", Email: "sam@young.example", Organization: "Young", Website: "young.example", Files: []file.File{f}}, funded)
		}
		var id int64
		reviewer := w.Person("ada@company.example", "Ada", "program-reviewer")
		for year, want := range []program.State{program.Review, program.Review, program.Rejected} {
			a := term(id)
			if id = a.ID; a.State != want {
				t.Fatalf("in year %d it is %s, want %s: %+v", year+1, a.State, want, a.Reasons)
			}
			if want == program.Review {
				w.Write(func(ctx context.Context, tx db.Tx) error {
					_, err := w.Programs.Decide(ctx, tx, reviewer, id, program.DecisionInput{Approve: true})
					return err
				})
				w.Settle()
				w.Write(func(ctx context.Context, tx db.Tx) error { // its term is over
					_, err := tx.Exec(ctx, `UPDATE application SET state = 'expired', open = FALSE WHERE id = $1`, id)
					return err
				})
			}
		}
	})
}
