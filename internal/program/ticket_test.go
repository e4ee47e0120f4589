package program_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/mail"
	"steward/internal/program"
)

// writes lets the applicant answer by mail to a ticket's address.
func (w *world) writes(from string, ticket int64, text string) {
	w.T.Helper()
	box := w.DeskConfig().DefaultMailbox().Spec.Address
	to := box
	if ticket != 0 {
		var err error
		if to, err = mail.ReplyAddress(box, ticket, w.App.Mail.Keys()); err != nil {
			w.T.Fatal(err)
		}
	}
	raw, err := mail.Compose(mail.Outgoing{From: mail.Address{Name: "Tess Teacher", Email: from}, To: []mail.Address{{Email: to}}, Subject: "Re: Your application", Text: text,
		Date: w.Clock.Now(), MessageID: fmt.Sprintf("%d@private.example", w.Clock.Now().UnixNano())})
	if err != nil {
		w.T.Fatal(err)
	}
	w.Mail(from, to, raw)
	w.Settle()
}

// asked is an application in review of which the applicant was asked something.
func (w *world) asked() (id int64, path string) {
	w.T.Helper()
	w.apply(teacher("tess@private.example", "cinderhall.example"), "send")
	id = w.last()
	_, _, path = w.post(w.mailed("tess@private.example", "confirm/"), nil)
	w.Settle()
	w.upload(path, "contract.pdf", []byte("%PDF-1.7 contract"), 303, "")
	w.Settle()
	w.ask(id)
	return id, path
}

func (w *world) ask(id int64) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) error {
		_, err := w.Programs.AskApplicant(ctx, tx, w.Root(), id, 0, "Which courses do you teach?")
		return err
	})
	w.Settle()
}

// TestAnAnswerByMailLandsOnTheTicket answers a letter by mail, once while its ticket is open and once after it was closed:
// the application goes on both times, its page shows both answers, and application and tickets name one another.
func TestAnAnswerByMailLandsOnTheTicket(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, path := w.asked()
		first := w.one(id).TicketID
		w.writes("tess@private.example", first, "Compilers and types.")
		if a := w.one(id); a.State != program.Review || a.TicketID != first || !a.Dialogue {
			t.Fatalf("%+v", a)
		}
		if page := w.get(path); !strings.Contains(page, "Compilers and types.") || strings.Contains(page, "See where it stands &lt;http") {
			t.Error("the answer is on the page, and no letter's link:", page)
		}
		w.ask(id)
		w.Write(func(ctx context.Context, tx db.Tx) error {
			for _, status := range []desk.Status{desk.StatusSolved, desk.StatusClosed} {
				now, err := w.Desk.Get(ctx, tx, w.Root(), first)
				if err == nil {
					_, err = w.Desk.Update(ctx, tx, w.Root(), first, desk.Edit{Version: now.Version, Status: &status})
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		w.Settle()
		w.Clock.Advance(time.Hour)
		w.writes("tess@private.example", first, "And databases, since last week.")
		a := w.one(id)
		if a.State != program.Review || a.TicketID == first {
			t.Fatalf("the follow-up is the application's: %+v", a)
		}
		if page := w.get(path); !strings.Contains(page, "since last week") {
			t.Error(page)
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			c, err := w.Programs.Case(ctx, tx, w.Root(), id)
			if err != nil {
				return err
			}
			if len(c.Tickets) != 2 || c.Tickets[0].ID != a.TicketID || !c.Tickets[0].Current || c.Tickets[1].ID != first || c.Tickets[1].Current || c.Tickets[1].Status != "closed" {
				return fmt.Errorf("the case shows its tickets: %+v", c.Tickets)
			}
			for _, ticket := range []int64{first, a.TicketID} {
				list, _, err := w.Programs.List(ctx, tx, w.Root(), program.Filter{TicketID: ticket}, db.Page{})
				if err != nil || len(list) != 1 || list[0].ID != id {
					return fmt.Errorf("ticket %d shows its application: %v %w", ticket, list, err)
				}
				now, err := w.Desk.Get(ctx, tx, w.Root(), ticket)
				if err != nil || !strings.Contains(strings.Join(now.Tags, " "), "application") {
					return fmt.Errorf("ticket %d is marked: %v %w", ticket, now.Tags, err)
				}
			}
			return nil
		})
		w.Verify()
	})
}

// TestAMailOfItsOwnIsTied ties a ticket that the applicant wrote without answering a letter; somebody who may not edit
// applications is refused, and another person's ticket is no answer.
func TestAMailOfItsOwnIsTied(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, _ := w.asked()
		w.writes("tess@private.example", 0, "I forgot to say: I teach compilers.")
		mine := int64(w.Count(`SELECT max(id) FROM ticket`))
		w.writes("somebody@else.example", 0, "Is there news of my colleague's application?")
		other := int64(w.Count(`SELECT max(id) FROM ticket`))
		if a := w.one(id); a.State != program.Asked || mine == other || mine == a.TicketID {
			t.Fatalf("%+v", a)
		}
		customer := act.Actor{Kind: act.Person, PersonID: w.one(id).PersonID, Clock: w.Clock.Now, Generation: w.Root().Generation}
		if err := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := w.Programs.Tie(ctx, tx, customer, id, mine)
			return err
		}); err == nil {
			t.Error("an applicant tied a ticket")
		}
		tie := func(ticket int64) {
			t.Helper()
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := w.Programs.Tie(ctx, tx, w.Root(), id, ticket)
				return err
			})
			w.Settle()
		}
		tie(other)
		if a := w.one(id); a.State != program.Asked {
			t.Error("somebody else's words are no answer", a.State)
		}
		tie(mine)
		if a := w.one(id); a.State != program.Review {
			t.Error("the applicant's own words are", a.State)
		}
		if n := w.Count(`SELECT count(*) FROM application_tied WHERE application_id = $1`, id); n != 3 {
			t.Error(n)
		}
		w.Verify()
	})
}

// TestThePoolIsSomebodysWork lets a pool run low and dry, and looks at the team's list; a good import ends it, an alert begins
// it again until somebody has looked into it.
func TestThePoolIsSomebodysWork(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(strings.ReplaceAll(membership, "URL", "https://nowhere.example"))
		open := func(source string) int {
			w.Settle()
			return w.Count(`SELECT count(*) FROM work_item WHERE source = '` + source + `' AND state = 'open' AND team_id IS NOT NULL`)
		}
		a := w.send("members", sentBy(1), map[string][]string{"seats": {"5"}})
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.Programs.Claim(ctx, tx, w.one(a.ID), 1) })
		if n := open("pool"); n != 1 {
			t.Fatal("a dry pool is work", n)
		}
		if n := w.Count(`SELECT count(*) FROM events WHERE verb = 'pool.low'`); n != 1 {
			t.Error("it is told once", n)
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			good, bad, err := w.Programs.SortOut(ctx, tx, w.Root(), "year", []string{"A-1", "", "A 2", "A-1", "A-3"})
			if err != nil || len(good) != 2 || len(bad) != 2 || bad[0].Line != 3 || bad[1].Why != "Line 4 repeats line 1." {
				return fmt.Errorf("%v %v %w", good, bad, err)
			}
			return nil
		})
		w.codes("year", "A-1", "A-3", "A-4", "A-5")
		w.Read(func(ctx context.Context, tx db.Tx) error {
			_, bad, err := w.Programs.SortOut(ctx, tx, w.Root(), "year", []string{"A-3", "A-6"})
			if err != nil || len(bad) != 1 || bad[0].Why != "Line 1 is in a pool already." {
				return fmt.Errorf("%v %w", bad, err)
			}
			return nil
		})
		if n := open("pool"); n != 0 {
			t.Error("there are enough", n)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Programs.Redeemed(ctx, tx, w.Root(), "year", []string{"A-5"})
			return err
		})
		if n := open("pool"); n != 1 {
			t.Error("a leak is work", n)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			list, err := w.Programs.Alarms(ctx, tx, w.Root(), "year")
			if err != nil || len(list) != 1 || list[0].Alert != "leak" || list[0].Application != 0 {
				return fmt.Errorf("%+v %w", list, err)
			}
			return w.Programs.Settled(ctx, tx, w.Root(), "year", list[0].ID, "It was in a screenshot of ours.")
		})
		if n := open("pool"); n != 0 {
			t.Error("it was looked into", n)
		}
	})
}

// TestAnAddOnMeansAQuote buys an add-on and renews: the renewal waits for a colleague, no code is handed out, and the quote
// is the team's work until it was sent.
func TestAnAddOnMeansAQuote(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(strings.ReplaceAll(membership, "URL", "https://nowhere.example"))
		w.codes("year", "A-1", "A-2", "A-3", "A-4")
		a := w.send("members", sentBy(1), map[string][]string{"seats": {"5"}})
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.Programs.Claim(ctx, tx, w.one(a.ID), 1) })
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Programs.SetAddOn(ctx, tx, w.Root(), a.ID, 0, true)
			return err
		})
		w.Clock.Set(w.one(a.ID).TermUntil.Add(-20 * 24 * time.Hour))
		w.Settle()
		_, _, to := w.post(w.link(a), url.Values{"do": {"renew"}})
		form := w.get(to)
		w.Clock.Advance(time.Minute)
		w.post(strings.TrimSuffix(to, "?sent=1"), url.Values{"stamp": {stampText.FindStringSubmatch(form)[1]}, "name": {"Applicant 1"}, "organization": {"Organization 1"}, "website": {"x1.example"}, "f.seats": {"7"}, "asked": {"seats"}, "send": {"1"}})
		w.Settle()
		next := w.one(w.last())
		if next.State != program.Review || next.RenewalOf != a.ID {
			t.Fatalf("%+v", next)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Programs.Decide(ctx, tx, w.Root(), next.ID, program.DecisionInput{Approve: true})
			return err
		})
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.Programs.Claim(ctx, tx, w.one(next.ID), 1) })
		w.Settle()
		quotes := func() int {
			return w.Count(`SELECT count(*) FROM work_item WHERE source = 'quote' AND state = 'open' AND subject_id = $1`, next.ID)
		}
		if free := w.Count(`SELECT count(*) FROM benefit_code WHERE state = 'free'`); free != 3 || quotes() != 1 {
			t.Errorf("%d codes are left, %d quotes to send", free, quotes())
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			c, err := w.Programs.Case(ctx, tx, w.Root(), next.ID)
			if err != nil || len(c.Benefits) == 0 || c.Benefits[0].State != program.GrantManual {
				return fmt.Errorf("%+v %w", c.Benefits, err)
			}
			_, err = w.Programs.Quoted(ctx, tx, w.Root(), next.ID, "licence")
			return err
		})
		if quotes() != 0 {
			t.Error("the quote was sent")
		}
	})
}
