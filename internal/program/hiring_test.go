package program_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/program"
)

// TestAHiringProcessNeedsBlueprintsOnly runs the small hiring process of the starter kit, which is nothing but texts: the page is
// not listed, the form asks for no organization and wants a résumé, two colleagues have to agree, and the letter invites.
func TestAHiringProcessNeedsBlueprintsOnly(t *testing.T) {
	kit, err := os.ReadFile("../../starter/kit/programs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, w *world) {
		w.Apply(string(kit))
		w.Settle()
		if page := w.get("/portal/programs"); strings.Contains(page, "Job: support engineer") || !strings.Contains(page, "Open source program") {
			t.Error("a job is not listed, programs are:", page)
		}
		const path = "/portal/programs/support-engineer/apply"
		form := w.get(path)
		if strings.Contains(form, `name="organization"`) || !strings.Contains(form, "Why this job") || !strings.Contains(form, "Résumé") {
			t.Error(form)
		}
		w.Clock.Advance(10 * time.Second)
		in := url.Values{"stamp": {stampText.FindStringSubmatch(form)[1]}, "name": {"Robin Sample"}, "email": {"robin@mail.example"}, "f.why": {"I like hard questions."}, "asked": {"why"}, "send": {"1"}}
		if status, page, _ := w.post(path, in); status != 422 || !strings.Contains(page, "A file is needed here") {
			t.Error("without a résumé it is not sent:", status)
		}
		w.form(path, in, "resume.pdf", []byte("%PDF-1.7 my life"))
		_, _, to := w.post(w.mailed("robin@mail.example", "confirm/"), nil)
		w.Settle()
		id := w.last()
		if a := w.one(id); a.State != program.Review || a.Promised.IsZero() {
			t.Fatalf("%+v", a)
		}
		agree := func(who string) error {
			by := w.Person(who+"@company.example", who, "program-reviewer")
			return w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := w.Programs.Decide(ctx, tx, by, id, program.DecisionInput{Approve: true, Words: "We would like to meet you."})
				return err
			})
		}
		if err := agree("ada"); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if a := w.one(id); a.State != program.Review || len(a.Life.Seconds) != 1 {
			t.Fatalf("one is not enough: %+v", a)
		}
		if err := agree("bo"); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if a := w.one(id); a.State != program.Approved {
			t.Fatal(a.State)
		}
		if page := w.get(to); !strings.Contains(page, "An interview") {
			t.Error(page)
		}
		last := w.Peer.All()[len(w.Peer.All())-1].Message()
		if !strings.Contains(last.Text, "We would like to meet you.") {
			t.Error(last.Text)
		}
		w.Clock.Advance(4 * 24 * time.Hour) // longer than an upload that nobody takes up is kept
		w.Settle()
		if n := w.Count(`SELECT count(*) FROM job WHERE kind = 'desk.unused_upload'`); n != 0 {
			t.Error("a file of an application is not removed as one that nobody needs")
		}
		if n := w.Count(`SELECT count(*) FROM application_file WHERE application_id = $1`, id); n != 1 {
			t.Error(fmt.Sprint("the résumé is kept until it is purged: ", n))
		}
		w.Clock.Advance(31 * 24 * time.Hour)
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.Programs.Sweep(ctx, tx, w.Clock.Now()) })
		if n := w.Count(`SELECT count(*) FROM application_file WHERE application_id = $1`, id); n != 0 {
			t.Error("documents go 30 days after the decision", n)
		}
		w.Verify()
	})
}
