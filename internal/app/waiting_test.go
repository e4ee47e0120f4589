package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// plan lets a reply wait.
func plan(i *apptest.Instance, by act.Actor, id int64, w desk.Wait) (desk.Wait, error) {
	if w.Kind == "" {
		w.Kind = desk.Planned
	}
	if w.IfChanged == "" {
		w.IfChanged = "hold"
	}
	w.Zone = "Europe/Amsterdam"
	w.Said.Public, w.Said.Channel = true, "web"
	err := i.DB.Write(i.T.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		_, w, err = i.Desk.Plan(ctx, tx, by, id, w)
		return err
	})
	return w, err
}

func undo(i *apptest.Instance, by act.Actor, id, send int64) error {
	return i.DB.Write(i.T.Context(), func(ctx context.Context, tx db.Tx) error { _, err := i.Desk.Undo(ctx, tx, by, id, send); return err })
}

func draft(i *apptest.Instance, by act.Actor, id int64) (d desk.Draft) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) { d, err = i.Desk.Draft(ctx, tx, by, id); return err })
	return d
}

func waits(i *apptest.Instance, id int64) (list []desk.Wait) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		list, err = i.Desk.Waits(ctx, tx, i.Root(), id)
		return err
	})
	return list
}

func TestAReplyThatWaitsCanBeTakenBackWholly(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		w, err := plan(i, agent, id, desk.Wait{Kind: desk.ForUndo, IfChanged: "send", Due: i.Clock.Now().Add(10 * time.Second), Said: desk.Submission{Text: "To the wrong customer", Status: desk.StatusPending}})
		if err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(9 * time.Second)
		i.Settle()
		if n := len(comments(i, id)); n != 1 || ticket(i, id).Status != desk.StatusNew || len(i.Peer.All()) != 0 {
			t.Fatalf("before its time: %d messages, %s", n, ticket(i, id).Status)
		}
		if err := undo(i, agent, id, w.ID); err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(time.Minute)
		i.Settle()
		if n := len(comments(i, id)); n != 1 || len(i.Peer.All()) != 0 || clocks(i, id)[0].State != desk.Running {
			t.Errorf("taken back, and yet %d messages, %d mails, clock %s", n, len(i.Peer.All()), clocks(i, id)[0].State)
		}
		if d := draft(i, agent, id); d.Text != "To the wrong customer" || d.Status != desk.StatusPending {
			t.Errorf("the draft: %+v", d)
		}
		if e := event(i, id, desk.ReplyUndone); e == nil || e.ActorID != agent.PersonID {
			t.Errorf("it is not told: %+v", e)
		}
		if err := undo(i, agent, id, w.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if i.Count(`SELECT count(*) FROM ticket_send WHERE message <> ''`) != 0 {
			t.Error("the words are kept beside the draft")
		}
		// The next one goes, with its state, once; then it is too late.
		w, err = plan(i, agent, id, desk.Wait{Kind: desk.ForUndo, IfChanged: "send", Due: i.Clock.Now().Add(10 * time.Second), Said: desk.Submission{Text: "Better", Status: desk.StatusPending}})
		if err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(10 * time.Second)
		i.Settle()
		i.Settle()
		list := comments(i, id)
		if last := list[len(list)-1]; len(list) != 2 || last.Text != "Better" || last.AuthorID != agent.PersonID || ticket(i, id).Status != desk.StatusPending || len(i.Peer.All()) != 1 {
			t.Errorf("at its time: %d messages, %s, %d mails", len(list), ticket(i, id).Status, len(i.Peer.All()))
		}
		if err := undo(i, agent, id, w.ID); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "left at") {
			t.Errorf("too late: %v", err)
		}
		i.Verify()
	})
}

func TestAPlannedReplyIsHeldWhenSomebodyWrote(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		soon := func(d time.Duration) time.Time { return i.Clock.Now().Add(d) }
		held, err := plan(i, agent, id, desk.Wait{Due: soon(time.Hour), Said: desk.Submission{Text: "In an hour"}})
		if err != nil {
			t.Fatal(err)
		}
		goes, err := plan(i, agent, id, desk.Wait{Due: soon(2 * time.Hour), IfChanged: "send", Said: desk.Submission{Text: "In two, whatever happens"}})
		if err != nil {
			t.Fatal(err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			by := i.Root()
			by.Kind, by.PersonID = act.Mail, personOf(i, ann.from).ID
			_, _, err := i.Desk.Reply(ctx, tx, by, id, desk.Message{Public: true, Channel: "mail", Text: "One more thing"}, "")
			return err
		})
		i.Clock.Advance(time.Hour)
		i.Settle()
		list := waits(i, id)
		if len(list) != 2 || list[0].ID != held.ID || list[0].State != desk.HeldBack || !strings.Contains(list[0].Why, "Ann Ames wrote") {
			t.Fatalf("waiting: %+v", list)
		}
		if e := event(i, id, desk.ReplyHeld); e == nil || strings.Contains(string(e.Data), "Ann") {
			t.Errorf("told as %+v", e)
		}
		if d := draft(i, agent, id); d.Text != "In an hour" {
			t.Errorf("the draft: %+v", d)
		}
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'reply' AND person_id = $1 AND state = 'open'`, agent.PersonID); n != 1 {
			t.Errorf("%d items on her list", n)
		}
		i.Clock.Advance(time.Hour)
		i.Settle()
		if last := comments(i, id); last[len(last)-1].Text != goes.Said.Text {
			t.Errorf("the second did not leave: %q", last[len(last)-1].Text)
		}
		// Its author sends the held one after all; the draft that it left goes too.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.SendNow(ctx, tx, agent, id, held.ID)
			return err
		})
		i.Settle()
		if last := comments(i, id); last[len(last)-1].Text != "In an hour" || draft(i, agent, id).Text != "" || len(waits(i, id)) != 0 {
			t.Errorf("sent after all: %q, draft %q, %d wait", last[len(last)-1].Text, draft(i, agent, id).Text, len(waits(i, id)))
		}
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'reply' AND state = 'open'`); n != 0 {
			t.Errorf("%d items are left", n)
		}
		i.Verify()
	})
}

func TestAPlannedReplyOfSomebodyWhoMayNoLongerWriteDoesNotLeave(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		gone, demoted := i.Person("maria@company.example", "Maria", "agent"), i.Person("tom@company.example", "Tom", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		for n, by := range []act.Actor{gone, demoted} {
			if _, err := plan(i, by, id, desk.Wait{Due: i.Clock.Now().Add(time.Duration(n+1) * time.Hour), Said: desk.Submission{Text: "Later"}}); err != nil {
				t.Fatal(err)
			}
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE person SET suspended_at = 1 WHERE id = $1`, gone.PersonID); err != nil {
				return err
			}
			return i.Auth.SetRoles(ctx, tx, i.Root(), demoted.PersonID, []string{"observer"})
		})
		i.Clock.Advance(3 * time.Hour)
		i.Settle()
		list := waits(i, id)
		if len(list) != 2 || list[0].Why != "Maria is suspended." || !strings.Contains(list[1].Why, "no longer write") || len(i.Peer.All()) != 0 || len(comments(i, id)) != 1 {
			t.Errorf("waiting: %+v; %d mails", list, len(i.Peer.All()))
		}
	})
}

func TestWhatIsWrongWithAWaitingReply(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent, tom := i.Person("maria@company.example", "Maria", "agent"), i.Person("tom@company.example", "Tom", "agent")
		observer := i.Person("otto@company.example", "Otto", "observer")
		send(i, ann)
		id := tickets(i)[0].ID
		now, hi := i.Clock.Now(), desk.Submission{Text: "Hello"}
		for _, c := range []struct {
			why  string
			by   act.Actor
			w    desk.Wait
			code fault.Code
		}{
			{"in the past", agent, desk.Wait{Due: now.Add(-time.Minute), Said: hi}, fault.Invalid},
			{"now", agent, desk.Wait{Due: now, Said: hi}, fault.Invalid},
			{"in two years", agent, desk.Wait{Due: now.AddDate(2, 0, 0), Said: hi}, fault.Invalid},
			{"otherwise", agent, desk.Wait{Due: now.Add(time.Hour), IfChanged: "perhaps", Said: hi}, fault.Invalid},
			{"nothing said", agent, desk.Wait{Due: now.Add(time.Hour)}, fault.Invalid},
			{"a state it cannot have", agent, desk.Wait{Due: now.Add(time.Hour), Said: desk.Submission{Text: "x", Status: "asleep"}}, fault.Invalid},
			{"a file that is not there", agent, desk.Wait{Due: now.Add(time.Hour), Said: desk.Submission{Text: "x", Files: []int64{999}}}, fault.NotFound},
			{"a macro that is not there", agent, desk.Wait{Due: now.Add(time.Hour), Said: desk.Submission{Text: "x", Macro: "none"}}, fault.NotFound},
			{"by somebody who may only read", observer, desk.Wait{Due: now.Add(time.Hour), Said: hi}, fault.Forbidden},
			{"by a stranger", act.Actor{Kind: act.Person, PersonID: 77}, desk.Wait{Due: now.Add(time.Hour), Said: hi}, fault.NotFound},
		} {
			if _, err := plan(i, c.by, id, c.w); !fault.Is(err, c.code) {
				t.Errorf("%s: %v, want %s", c.why, err, c.code)
			}
		}
		w, err := plan(i, agent, id, desk.Wait{Due: now.Add(time.Hour), Said: hi})
		if err != nil {
			t.Fatal(err)
		}
		move := func(by act.Actor, due time.Time) error {
			return i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.Move(ctx, tx, by, id, w.ID, due, "", "")
				return err
			})
		}
		if err := move(tom, now.Add(2*time.Hour)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a colleague moved it: %v", err)
		}
		if err := move(agent, now.Add(-2*time.Hour)); !fault.Is(err, fault.Invalid) {
			t.Errorf("into the past: %v", err)
		}
		if err := move(agent, now.Add(2*time.Hour)); err != nil {
			t.Error(err)
		}
		i.Clock.Advance(90 * time.Minute)
		i.Settle()
		if len(waits(i, id)) != 1 || len(comments(i, id)) != 1 {
			t.Error("it left at its earlier time")
		}
		if err := undo(i, observer, id, w.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody who may only read took it back: %v", err)
		}
		if err := undo(i, tom, id, w.ID); err != nil { // a colleague may; the words are hers
			t.Error(err)
		}
		if draft(i, agent, id).Text != "Hello" || draft(i, tom, id).Text != "" {
			t.Error("the words went to the wrong draft")
		}
	})
}

// A node that dies before it has committed has sent nothing; the next one sends once.
func TestAWaitingReplyLeavesOnceWhateverDies(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		w, err := plan(i, agent, id, desk.Wait{Due: i.Clock.Now().Add(time.Hour), Said: desk.Submission{Text: "Once"}})
		if err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(time.Hour)
		died := errors.New("died")
		err = i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if _, _, err := i.Desk.SendNow(ctx, tx, agent, id, w.ID); err != nil {
				return err
			}
			return died
		})
		if !errors.Is(err, died) || len(comments(i, id)) != 1 {
			t.Fatalf("%v; %d messages", err, len(comments(i, id)))
		}
		i.Settle()
		// The job runs again, as after a crash between its work and its end.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET state = 'ready' WHERE kind = 'desk.send'`)
			return err
		})
		i.Settle()
		if len(comments(i, id)) != 2 || len(i.Peer.All()) != 1 {
			t.Errorf("%d messages, %d mails", len(comments(i, id)), len(i.Peer.All()))
		}
	})
}

func TestFilesOfADraftAndOfAWaitingReplyStay(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		upload := func(name string) (file int64) {
			blob, err := i.App.Files.PutBytes(t.Context(), []byte(name), i.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			i.Write(func(ctx context.Context, tx db.Tx) error {
				f, err := i.App.Desk.Upload(ctx, tx, agent, blob, name)
				file = f.ID
				return err
			})
			return file
		}
		begun, planned, lost := upload("begun.txt"), upload("planned.txt"), upload("lost.txt")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Desk.KeepDraft(ctx, tx, agent, id, desk.Submission{Text: "See the file", Public: true, Files: []int64{begun, 999999}, Copies: []int64{agent.PersonID}, Status: desk.StatusSolved})
		})
		if _, err := plan(i, agent, id, desk.Wait{Due: i.Clock.Now().Add(5 * 24 * time.Hour), Said: desk.Submission{Text: "With a file", Files: []int64{planned}}}); err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(4 * 24 * time.Hour)
		i.Settle()
		if i.Count(`SELECT count(*) FROM file WHERE id = $1`, lost) != 0 {
			t.Error("a file that nothing holds stayed")
		}
		d := draft(i, agent, id)
		if len(d.Files) != 1 || d.Files[0].Filename != "begun.txt" || len(d.Copies) != 1 || d.Status != desk.StatusSolved {
			t.Errorf("the draft: %+v", d)
		}
		i.Clock.Advance(2 * 24 * time.Hour)
		i.Settle()
		list := comments(i, id)
		if last := list[len(list)-1]; len(list) != 2 || !slices.ContainsFunc(last.Files, func(f desk.CommentFile) bool { return f.Filename == "planned.txt" }) {
			t.Errorf("the planned reply: %+v; waiting %+v", last, waits(i, id))
		}
	})
}
