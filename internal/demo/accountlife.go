package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/file"
	"steward/internal/success"
)

// said are what is noted about accounts: kind, line, minutes.
var said = []struct {
	kind, title, body string
	minutes           int64
}{
	{"call", "Regular call", "They move two more teams over next month and want to see how permissions are handed on.", 30},
	{"update", "Asked finance about seats", "The order is with their procurement. An answer is promised for the end of the month.", 10},
	{"meeting", "Workshop on pipelines planned", "Twelve people will take part. We send the exercises a week before.", 60},
	{"call", "Regular call", "Builds are slow since their runners moved. They open a ticket with the logs.", 30},
	{"review", "Business review", "Three of four goals are met. The fourth waits for their new identity provider.", 90},
	{"workshop", "Workshop on code review", "They agreed to try approvals in one team first.", 120},
	{"email", "Sent the summary of the review", "", 15},
}

// recently is how many days before now tickets begin to be played, which lets accounts be scored: what is younger is told
// after them, so that no score knows what was told later.
const recently = 14

// manager is who looks after an account, by its place in the list.
func (c *company) manager(i int) directory.Person { return c.agents[i%min(3, len(c.agents))].Person }

// accounts returns what tells of the account with a place in the list: what is recent, or what is older.
func (d *Demo) accounts(ctx context.Context, now time.Time, recent bool) (func(ctx context.Context, tx db.Tx, i int) error, error) {
	a, c, of := d.App, d.company, map[int64][]int64{}
	for _, p := range c.people {
		of[p.OrganizationID] = append(of[p.OrganizationID], p.ID)
	}
	offer, err := a.Files.PutBytes(ctx, []byte("Offer\n\nSeats as agreed, for twelve months from the renewal on.\n"), now)
	return func(ctx context.Context, tx db.Tx, i int) error {
		o, by := c.orgs[i].made, a.Root()
		at := now.UTC()
		if !recent {
			at = at.AddDate(0, 0, -recently)
		}
		points := slices.DeleteFunc(usageOf(o, i, now.UTC()), func(p success.Point) bool { return p.At.After(now.AddDate(0, 0, -recently)) != recent })
		by.Clock = func() time.Time { return at }
		if _, err := a.Success.Take(ctx, tx, by, success.Batch{Source: "product", Points: points}); err != nil {
			return err
		}
		return accountLife(ctx, tx, a, by, now, recent, o, i, c.manager(i), of[o.ID], offer)
	}, err
}

// accountLife is what went on with an account, recently or before: notes of the past months, who is what there, a judgement,
// and something to be done. All of it follows from the account's place in the list.
func accountLife(ctx context.Context, tx db.Tx, a *app.App, by act.Actor, now time.Time, recent bool, o directory.Organization, i int, csm directory.Person, people []int64, offer file.Blob) error {
	told := func(days int) bool { return (days < recently) == recent }
	at := func(days int) act.Actor {
		then := by
		then.Kind, then.PersonID = act.Person, csm.ID
		then.Clock = func() time.Time { return now.UTC().AddDate(0, 0, -days) }
		return then
	}
	roles := []string{"dev_lead", "sponsor", "security_lead", "admin"}[:min(len(people), 2+i%3)]
	if !told(120) {
		roles = nil
	}
	for n, role := range roles {
		if err := a.Success.SetContact(ctx, tx, at(120), o.ID, people[n], role, true); err != nil {
			return err
		}
	}
	for n := range 2 + i%4 {
		days := 3 + (i*11)%40 + n*(17+i%9)
		if !told(days) {
			continue
		}
		s := said[(i+n*3)%len(said)]
		in := success.NewEntry{Kind: s.kind, At: now.UTC().AddDate(0, 0, -days).Truncate(24 * time.Hour).Add(time.Duration(9+n*2) * time.Hour), Title: s.title, Body: s.body, Effort: s.minutes}
		if len(people) > 0 && s.kind != "update" {
			in.People = []int64{people[(i+n)%len(people)]}
			if len(people) > 2 && n%2 == 1 {
				in.People = append(in.People, people[(i+n+1)%len(people)])
			}
		}
		if _, err := a.Success.Note(ctx, tx, at(days-1), o.ID, in); err != nil {
			return err
		}
	}
	judged := [][2]string{{"green", "The sponsor answers within a day and asks for more seats."}, {"green", "They are content; nothing is open that worries them."}, {"yellow", "The sponsor changes jobs. Nobody has been named to follow."}, {"green", "Two teams have moved, and the third asks when it may."}, {"red", "They compare us with another product and do not return calls."}}[(i*7+i/3)%5]
	if days := 2 + i%30; told(days) {
		if _, err := a.Success.Judge(ctx, tx, at(days), o.ID, success.NewJudgement{Measure: "sentiment", Word: judged[0], Reason: judged[1]}); err != nil {
			return err
		}
	}
	if judged[0] == "red" && recent {
		update := &success.HealthUpdate{State: judged[1], Considerations: "Their budget is decided in the last quarter.", WatchItems: "Whether they use fewer seats than last month.", NextSteps: "Meet the new head of platform; show what the fourth goal needs.", Impact: "churn", Reason: "engagement"}
		if _, err := a.Success.Note(ctx, tx, at(1+i%9), o.ID, success.NewEntry{Kind: "health_update", At: now.UTC().AddDate(0, 0, -2-i%9), Title: "State of the account", Health: update}); err != nil {
			return err
		}
	}
	if days := 5 + i*7%33; i%3 == 1 && told(days) { // the others had none for a while
		update := &success.HealthUpdate{State: judged[1], NextSteps: "Agree on the goals of the next quarter.", Impact: "none", Reason: "none"}
		if _, err := a.Success.Note(ctx, tx, at(days-1), o.ID, success.NewEntry{Kind: "health_update", At: now.UTC().AddDate(0, 0, -days), Title: "State of the account", Health: update}); err != nil {
			return err
		}
	}
	if i%4 == 0 && recent {
		mail := success.MailIn{From: csm.Email, Account: o.ID, Subject: "The offer for the renewal", Text: "The offer as discussed, with the seats of the new teams.", Fresh: "The offer as discussed, with the seats of the new teams.",
			Files: []success.MailFile{{Blob: offer, Filename: "offer.txt"}}, MessageID: fmt.Sprintf("offer-%d@demo", i), Sent: now.UTC().AddDate(0, 0, -1-i%6), Received: now.UTC().AddDate(0, 0, -1-i%6)}
		if i == 4 { // nobody knows whose this is
			mail.Account, mail.Recipients, mail.Subject = 0, []string{"purchasing@new-customer.example"}, "An offer for a new customer"
		}
		if _, err := a.Success.NoteMail(ctx, tx, at(1), mail); err != nil {
			return err
		}
	}
	if i%3 != 0 || !recent {
		return nil
	}
	todo := []success.NewCall{{Type: "lifecycle", Title: "Agree on new goals", Priority: "medium"}, {Type: "renewal", Title: "Confirm seats with finance before the renewal", Priority: "high"}, {Type: "expansion", Title: "Show what the next plan adds", Priority: "low"}}[i/3%3]
	todo.Due = now.UTC().AddDate(0, 0, 2+i%20)
	_, err := a.Success.OpenCall(ctx, tx, at(1), o.ID, todo)
	return err
}

// catchUp tells what went on with the accounts recently.
func (d *Demo) catchUp(ctx context.Context, now time.Time) error {
	tell, err := d.accounts(ctx, now, true)
	for from := 0; from < len(d.company.orgs) && err == nil; from += inOne {
		err = d.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for i := from; i < min(from+inOne, len(d.company.orgs)); i++ {
				if err := tell(ctx, tx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}
