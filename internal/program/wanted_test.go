package program_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/program"
)

// Who may decide about an application is told of it until somebody has decided; who agreed already, has no right to decide or
// applied themselves is not asked.
func TestWhoMayDecideAboutAnApplicationIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(strings.Replace(strings.Replace(education, "within: 40h", "within: 40h, approvals: 2", 1), "title: Education", "title: Education of two", 1))
		jane, joan, own := w.Person("jane@company.example", "Jane", "admin"), w.Person("joan@company.example", "Joan", "admin"), w.Person("own@company.example", "Own", "admin")
		looks := w.Person("looks@company.example", "Looks", "observer")
		w.Write(func(ctx context.Context, tx db.Tx) error {
			team, _ := w.Blueprint.Set().Entry("team", "programs")
			return w.Directory.SetMembers(ctx, tx, w.Root(), team.ID, []int64{jane.PersonID, joan.PersonID, own.PersonID, looks.PersonID})
		})
		told := func(when string, want ...act.Actor) {
			t.Helper()
			w.Settle()
			for _, by := range []act.Actor{jane, joan, own, looks} {
				w.Read(func(ctx context.Context, tx db.Tx) error {
					list, _, err := w.Notify.List(ctx, tx, by, db.Page{})
					is := len(list) == 1 && list[0].Kind == "decision" && list[0].Subject.Kind == "application"
					if should := slices.ContainsFunc(want, func(a act.Actor) bool { return a.PersonID == by.PersonID }); is != should || !should && len(list) > 0 {
						t.Errorf("%s, person %d sees %+v", when, by.PersonID, list)
					}
					return err
				})
			}
		}
		a, _ := w.inReview(1)
		told("in review", jane, joan, own)
		w.Write(func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE application SET person_id = $1 WHERE id = $2`, own.PersonID, a.ID); err != nil {
				return err
			}
			_, err := w.Programs.AskApplicant(ctx, tx, joan, a.ID, 0, "Which courses?")
			return err
		})
		told("while the applicant is asked")
		w.Write(func(ctx context.Context, tx db.Tx) error {
			return w.Programs.Reply(ctx, tx, w.one(a.ID), "Compilers.", nil)
		})
		decide := func(by act.Actor) {
			t.Helper()
			w.Clock.Advance(time.Minute)
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := w.Programs.Decide(ctx, tx, by, a.ID, program.DecisionInput{Approve: true})
				return err
			})
		}
		told("after the answer", jane, joan)
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Programs.Take(ctx, tx, jane, a.ID, 0, joan.PersonID)
			return err
		})
		told("given to a colleague", joan)
		decide(jane)
		told("after one of two agreed", joan)
		decide(joan)
		told("after both agreed")
		w.Verify()
	})
}
