package app_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/playbook"
)

const papersPlaybook = `kind: playbook
name: papers
title: Papers
subject: person
participants:
  - { role: clerk, from: starter }
  - { role: boss, ask: true }
steps:
  - name: sign
    title: Have the contract signed
    owner: clerk
    due: { from: start, days: 1 }
    escalate: { after: 1h, to: boss }
    evidence:
      - { name: contract, title: The signed contract, type: file, types: [pdf, png], max_mb: 1, files: 2, required: true }
      - { name: remark, title: A remark }
  - name: thesis
    title: The thesis
    kind: deliverable
    owner: clerk
    deliverable: { review: boss }
    evidence: [{ name: text, title: The text, type: file, required: true }]
  - { name: close, title: Close, owner: clerk, when: 'steps.thesis.outcome == "approved"' }
`

var aPDF = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")

// papers is a run whose steps ask for files.
type papers struct {
	*apptest.Instance
	t              *testing.T
	sam, boss, ada act.Actor
	run            *playbook.Run
}

func (p *papers) upload(by act.Actor, step, question, name string, content []byte) (f file.File, err error) {
	p.t.Helper()
	b, err := p.Files.PutBytes(p.t.Context(), content, p.Clock.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	err = p.DB.Write(p.t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if f, err = p.Desk.Upload(ctx, tx, by, b, name); err != nil {
			return err
		}
		return p.Playbooks.AddFile(ctx, tx, by, playbook.FileFor{Run: p.run.ID, Step: step, Question: question}, f)
	})
	return f, err
}

func (p *papers) complete(by act.Actor, step string, evidence map[string]any) error {
	p.t.Helper()
	r, err := does(p.t, p.Instance, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
		return p.Playbooks.Complete(ctx, tx, by, p.run.ID, step, playbook.CompleteInput{Evidence: evidence})
	})
	if err == nil {
		p.run = r
	}
	return err
}

func (p *papers) reads(by act.Actor, id int64) (err error) {
	_ = p.DB.Read(p.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err = p.Playbooks.FileOf(ctx, tx, by, id)
		return nil
	})
	return err
}

func eachPapers(t *testing.T, test func(p *papers)) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(papersPlaybook)
		p := &papers{Instance: i, t: t, sam: i.Person("sam@desk.example", "Sam", "agent"), boss: i.Person("kim@desk.example", "Kim", "agent"), ada: i.Person("ada@customer.example", "Ada")}
		p.run = starts(t, i, p.sam, "papers", p.ada.PersonID, playbook.StartInput{People: map[string]playbook.Part{"boss": {PersonID: p.boss.PersonID}}})
		test(p)
	})
}

func TestAStepThatAsksForAFileIsDoneOnlyWithIt(t *testing.T) {
	eachPapers(t, func(p *papers) {
		for what, evidence := range map[string]map[string]any{"nothing": nil, "an empty list": {"contract": []any{}}, "a text": {"contract": "contract.pdf"}, "a file that is not there": {"contract": []any{999999.0}},
			"no number": {"contract": []any{"x"}}} {
			if err := p.complete(p.sam, "sign", evidence); !fault.Is(err, fault.Invalid) || fault.As(err).Details[0].Field != "evidence.contract" {
				t.Errorf("done with %s: %v", what, err)
			}
		}
		// Its time passes: it is late, and still not done without.
		p.Clock.Advance(3 * day)
		p.Settle()
		if p.run = run(t, p.Instance, p.run.ID); !p.run.Step("sign").Late || p.run.Step("sign").State != playbook.Open {
			t.Fatalf("after its deadline it is %+v", p.run.Step("sign"))
		}
		if err := p.complete(p.sam, "sign", nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("late, it is done without its file: %v", err)
		}
		for _, bad := range []struct {
			name    string
			content []byte
		}{{"contract.pdf", []byte("<html><script>evil()</script></html>")}, {"contract.pdf", []byte("\x7fELF\x02\x01\x01 a program")}, {"contract.png", []byte{}}, {"large.pdf", append(slices.Clone(aPDF), bytes.Repeat([]byte(" "), 1<<20)...)}} {
			if _, err := p.upload(p.sam, "sign", "contract", bad.name, bad.content); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s with %d bytes is taken: %v", bad.name, len(bad.content), err)
			}
		}
		if _, err := p.upload(p.sam, "sign", "remark", "a.pdf", aPDF); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file is taken for a question that asks for a text: %v", err)
		}
		if _, err := p.upload(p.sam, "thesis", "text", "a.pdf", aPDF); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file is taken for a step whose turn has not come: %v", err)
		}
		one, err := p.upload(p.sam, "sign", "contract", "contract.pdf", aPDF)
		if err != nil {
			t.Fatal(err)
		}
		var ids []any
		for range 3 {
			f, err := p.upload(p.sam, "sign", "contract", "more.pdf", aPDF)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, float64(f.ID))
		}
		if err := p.complete(p.sam, "sign", map[string]any{"contract": ids}); !fault.Is(err, fault.Invalid) {
			t.Errorf("three files are taken where two may be: %v", err)
		}
		if err := p.complete(p.sam, "sign", map[string]any{"contract": []any{float64(one.ID)}, "remark": "on paper"}); err != nil {
			t.Fatal(err)
		}
		if st := p.run.Step("sign"); st.State != playbook.Finished || !slices.Contains(history(t, p.Instance, p.sam, p.run.ID), "Sam: Gave one file for “Have the contract signed” because ") {
			t.Errorf("the step is %+v", st)
		}
		// What was given stays, what was not goes after two days.
		p.Clock.Advance(4 * day)
		p.Settle()
		if n := p.Count(`SELECT count(*) FROM playbook_file`); n != 1 || p.reads(p.sam, one.ID) != nil {
			t.Errorf("%d files are kept, want the one that was given", n)
		}
		p.Verify()
	})
}

func TestFilesOfARunAreForThoseWhoMaySeeIt(t *testing.T) {
	eachPapers(t, func(p *papers) {
		eve, other := p.Person("eve@other.example", "Eve"), p.Person("lee@desk.example", "Lee", "agent")
		for who, by := range map[string]act.Actor{"a customer": eve, "a colleague without a part": other, "whom it is about": p.ada} {
			if _, err := p.upload(by, "sign", "contract", "a.pdf", aPDF); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s uploads: %v", who, err)
			}
		}
		if _, err := p.upload(p.boss, "sign", "contract", "a.pdf", aPDF); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who takes part uploads for somebody else's step: %v", err)
		}
		f, err := p.upload(p.sam, "sign", "contract", "contract.pdf", aPDF)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.complete(p.sam, "sign", map[string]any{"contract": float64(f.ID)}); err != nil {
			t.Fatal(err)
		}
		for who, by := range map[string]act.Actor{"a customer": eve, "a colleague without a part": other, "whom it is about": p.ada} {
			if err := p.reads(by, f.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads the file: %v", who, err)
			}
		}
		if err := p.reads(p.boss, f.ID); err != nil {
			t.Errorf("who takes part does not read the file: %v", err)
		}
		// What was sent back is handed in anew; the earlier file stays in the history.
		first, _ := p.upload(p.sam, "thesis", "text", "first.pdf", aPDF)
		if err := p.complete(p.sam, "thesis", map[string]any{"text": float64(first.ID)}); err != nil {
			t.Fatal(err)
		}
		decide := func(yes bool) {
			t.Helper()
			r, err := does(t, p.Instance, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return p.Playbooks.Decide(ctx, tx, p.boss, p.run.ID, "thesis", yes, "look again")
			})
			if err != nil {
				t.Fatal(err)
			}
			p.run = r
		}
		decide(false)
		if err := p.complete(p.sam, "thesis", nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("it is handed in again without a file: %v", err)
		}
		second, _ := p.upload(p.sam, "thesis", "text", "second.pdf", aPDF)
		if err := p.complete(p.sam, "thesis", map[string]any{"text": float64(second.ID)}); err != nil {
			t.Fatal(err)
		}
		decide(true)
		wantStates(t, p.run, "sign:done thesis:done close:active")
		p.Clock.Advance(3 * day)
		p.Settle()
		if err := p.reads(p.boss, first.ID); err != nil {
			t.Errorf("what was sent back is gone: %v", err)
		}
		// Files about an erased person go.
		if _, err := p.Directory.EraseNow(t.Context(), p.Root(), p.ada.PersonID, "asked"); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		if n := p.Count(`SELECT count(*) FROM playbook_file`) + p.Count(`SELECT count(*) FROM file WHERE filename LIKE '%.pdf'`); n != 0 {
			t.Errorf("%d files of an erased person are left", n)
		}
	})
}

const turnsPlaybook = `kind: playbook
name: turning
title: Turning
subject: person
ask: [{ name: rooms, title: How many rooms?, type: number }]
participants: [{ role: worker, from: starter }]
steps:
  - { name: paid, title: Wait for the payment, kind: wait, wait: { that: 'subject.name == "Paid"', longest: 480h } }
  - { name: reminded, title: Ask for the money, owner: worker, when: 'steps.paid.outcome == "too_long"' }
  - { name: visa, title: See to the visa, owner: worker, when: 'subject.name == "Foreign"' }
  - name: form
    title: Details
    kind: form
    owner: worker
    form: [{ name: own, title: Own house?, type: yes_no, required: true }, { name: floor, title: Which floor?, type: number }, { name: plan, title: The plan, type: file, required: true }]
  - { name: way, title: Which way, kind: choice, choice: [{ name: near, when: 'answers.form.floor < 2.0' }, { name: far }] }
  - { name: test, title: Test, kind: quiz, owner: worker, quiz: { attempts: 2, questions: [{ name: one, title: One, options: [a, b], right: [a] }] } }
  - { name: paper, title: Paper, kind: deliverable, owner: worker, deliverable: { review: worker } }
  - { name: round, title: Again, kind: repeat, repeat: { back_to: test, until: 'steps.test.outcome == "passed"', most: 3 } }
`

func TestADryRunIsToldWhatConditionsAndPeopleDo(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(turnsPlaybook)
		sam, ada := i.Person("sam@desk.example", "Sam", "agent"), i.Person("ada@customer.example", "Ada")
		at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
		try := func(in playbook.DryInput) (lines []playbook.DryLine, st playbook.State, err error) {
			in.Playbook, in.Subject.Kind, in.Subject.ID, in.At = "turning", "person", ada.PersonID, at
			_ = i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				lines, st, err = i.Playbooks.DryRun(ctx, tx, sam, in)
				return nil
			})
			return lines, st, err
		}
		outcome := func(st playbook.State, step string) string {
			for _, s := range st.Steps {
				if s.Name == step {
					return string(s.State) + " " + s.Outcome
				}
			}
			return ""
		}
		want := func(in playbook.DryInput, steps map[string]string) playbook.State {
			t.Helper()
			_, st, err := try(in)
			if err != nil || st.Status != playbook.Done {
				t.Fatalf("%+v: %s %v", in, st.Status, err)
			}
			for step, want := range steps {
				if got := outcome(st, step); got != want {
					t.Errorf("%s is %q, want %q", step, got, want)
				}
			}
			return st
		}
		// By itself the payment never comes, the visa is not needed.
		want(playbook.DryInput{}, map[string]string{"paid": "done too_long", "reminded": "done ", "visa": "passed ", "way": "done far", "test": "done passed", "paper": "done approved", "round": "done held"})
		// It comes on a day, and each other branch is walked.
		st := want(playbook.DryInput{Ask: map[string]any{"rooms": "3"}, Comes: map[string]time.Time{"paid": at.Add(5 * day)}, Needed: map[string]bool{"visa": true},
			Answers: map[string]map[string]any{"form": {"own": "yes", "floor": "1"}}},
			map[string]string{"paid": "done held", "reminded": "passed ", "visa": "done ", "way": "done near"})
		if got := st.Steps[0].Ended; !got.Equal(at.Add(5 * day)) {
			t.Errorf("the payment came at %s", got)
		}
		want(playbook.DryInput{Comes: map[string]time.Time{"paid": at.Add(30 * day)}}, map[string]string{"paid": "done too_long"}) // later than it waits
		want(playbook.DryInput{Outcomes: map[string]string{"test": "failed", "paper": "sent_back", "way": "near"}}, map[string]string{"test": "done failed", "paper": "done approved", "way": "done near", "round": "done enough"})
		want(playbook.DryInput{Outcomes: map[string]string{"test": "failed", "round": "held"}}, map[string]string{"round": "done held"})
		lines, _, err := try(playbook.DryInput{Outcomes: map[string]string{"paper": "sent_back"}})
		if err != nil || !slices.ContainsFunc(lines, func(l playbook.DryLine) bool { return l.Verb == playbook.StepReturned }) {
			t.Errorf("nothing was sent back: %v", err)
		}
		for _, l := range lines {
			if l.Verb == playbook.StepReady && (l.Waits != (l.Step == "paid") || l.May != (l.Step == "reminded" || l.Step == "visa") || (len(l.Fields) > 0) != (l.Step == "form" || l.Step == "test")) {
				t.Errorf("%s can be told %+v", l.Step, l)
			}
		}
		for field, in := range map[string]playbook.DryInput{
			"outcomes.dream": {Outcomes: map[string]string{"dream": "x"}}, "outcomes.test": {Outcomes: map[string]string{"test": "maybe"}}, "outcomes.visa": {Outcomes: map[string]string{"visa": "done"}},
			"comes.visa": {Comes: map[string]time.Time{"visa": at}}, "comes.pay": {Comes: map[string]time.Time{"pay": at}}, "needed.form": {Needed: map[string]bool{"form": true}},
			"answers.paper": {Answers: map[string]map[string]any{"paper": {"a": "b"}}}, "answers.floor": {Answers: map[string]map[string]any{"form": {"floor": "high"}}}} {
			if _, _, err := try(in); !fault.Is(err, fault.Invalid) || len(fault.As(err).Details) == 0 || fault.As(err).Details[0].Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}
