package app_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/insight"
	"steward/internal/job"
	"steward/internal/ledger"
)

const mailedBoard = `kind: role
name: no-figures
title: No figures
grants:
  - { actions: [read], kinds: [ticket], scope: all }
---
kind: dashboard
name: weekly
title: Weekly figures
period: last-week
zone: Europe/Berlin
filters: [ticket.priority]
tiles:
  - { indicator: opened }
  - { indicator: service-level }
  - { indicator: opened, title: By priority, chart: bar, by: ticket.priority, every: day }
  - { indicator: opened, chart: heat-map }
  - { chart: funnel, title: So far, steps: [opened, opened-solved] }
schedule: { every: week, "on": mon, time: "08:00", to: [lead@company.example, light@company.example, nobody@company.example] }
`

// mails are those of the page that reached somebody.
func mails(i *apptest.Instance, to string) (out []apptest.Delivery) {
	for _, d := range i.Peer.All() {
		if strings.Contains(strings.Join(d.To, " "), to) && strings.Contains(d.Message().Subject, "Weekly figures") {
			out = append(out, d)
		}
	}
	return out
}

func TestAPageIsMailedOnceAPeriodToThoseWhoMayReadIt(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		lead := i.Person("lead@company.example", "Lena Lead", "agent")
		i.Apply(mailedBoard)
		i.Person("light@company.example", "Luis Light", "no-figures")
		if err := i.Boards.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			i.Mail(fmt.Sprintf("customer%d@acme.example", n), apptest.Mailbox, []byte(fmt.Sprintf("From: customer%d@acme.example\r\nTo: %s\r\nSubject: Question %d\r\nMessage-ID: <q%d@acme.example>\r\nDate: Mon, 09 Mar 2026 09:00:00 +0000\r\n\r\nHow?\r\n", n, apptest.Mailbox, n, n)))
		}
		i.Settle()
		i.Clock.Set(time.Date(2026, 3, 16, 6, 59, 0, 0, time.UTC)) // Monday, a minute before 08:00 in Berlin
		i.Settle()
		if n := len(mails(i, "lead@")); n != 0 {
			t.Fatalf("%d mails left before their time", n)
		}
		i.Clock.Set(time.Date(2026, 3, 16, 7, 0, 1, 0, time.UTC))
		i.Settle()
		got := mails(i, "lead@")
		if len(got) != 1 {
			t.Fatalf("%d mails reached the lead", len(got))
		}
		m := got[0].Message()
		if m.Subject != "Weekly figures, 9 March 2026 to 15 March 2026" {
			t.Errorf("the subject is %q", m.Subject)
		}
		for _, want := range []string{"Tickets opened: 3", "By priority", "So far: Tickets opened 3, Solved 0", "/insight/dashboards/weekly?from=2026-03-09&to=2026-03-15"} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("the mail does not say %q:\n%s", want, m.Text)
			}
		}
		pictures := 0
		for _, f := range m.Attachments {
			if _, err := png.Decode(bytes.NewReader(f.Data)); err != nil || f.ContentType != "image/png" {
				t.Errorf("%s is no picture: %v", f.Filename, err)
			}
			pictures++
		}
		if pictures < 3 {
			t.Errorf("the mail has %d pictures", pictures)
		}
		if len(mails(i, "light@")) != 0 || len(mails(i, "nobody@")) != 0 {
			t.Error("who may not read figures was mailed some")
		}
		if n := i.Count(`SELECT count(*) FROM page_mail WHERE state = 'refused'`); n != 1 {
			t.Errorf("%d refusals are written down", n)
		}

		// The same job again, as after a crash, mails nothing more; nor do three Mondays that nobody
		// was there for bring three mails.
		due := db.Micros(time.Date(2026, 3, 16, 7, 0, 0, 0, time.UTC))
		i.Write(func(ctx context.Context, tx db.Tx) error {
			board, _ := i.Boards.Get(i.Root(), "dashboard", "weekly")
			return i.Jobs.Enqueue(ctx, tx, i.Clock.Now(), job.Spec{Kind: "insight.mail", Key: "again", Subject: ledger.Ref{Kind: "blueprint", ID: board.ID}, Due: i.Clock.Now(),
				Args: map[string]int64{"page": board.ID, "person": lead.PersonID, "due": due}})
		})
		i.Settle()
		if n := len(mails(i, "lead@")); n != 1 {
			t.Errorf("the same mail left %d times", n)
		}
		i.Clock.Set(time.Date(2026, 4, 8, 12, 0, 0, 0, time.UTC))
		i.Settle()
		if n := len(mails(i, "lead@")); n != 2 {
			t.Errorf("after three missed Mondays there are %d mails", n)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			board, err := i.Boards.Get(lead, "dashboard", "weekly")
			if err != nil {
				return err
			}
			list, _, err := i.Boards.Mails(ctx, tx, lead, board, db.Page{})
			if err == nil && (len(list) != 4 || list[0].Person.Name == "") {
				t.Errorf("the mails are told as %+v", list)
			}
			return err
		})
		i.Verify()
	})
}

func TestPagesAreForThoseWhoReadIndicators(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(mailedBoard)
		light := i.Person("light@company.example", "Luis Light", "no-figures")
		if _, err := i.Boards.List(light, "dashboard"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the list answers %v", err)
		}
		if _, err := i.Boards.Get(act.Actor{}, "dashboard", "weekly"); err == nil {
			t.Error("somebody unknown gets a dashboard")
		}
		i.Apply(strings.Replace(mailedBoard[strings.Index(mailedBoard, "kind: dashboard"):], "schedule:", "order: 3 #", 1))
		if err := i.Boards.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := i.Count(`SELECT count(*) FROM job WHERE kind = 'insight.due'`); n != 0 {
			t.Errorf("%d mails are due of a page without a schedule", n)
		}
	})
}

// TestTablesOfSeveralFiguresAreFiles has the steps of a funnel, all indicators, and what changed by group as files.
func TestTablesOfSeveralFiguresAreFiles(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		lead := i.Person("lead@company.example", "Lena Lead", "agent")
		i.Apply(mailedBoard)
		light := i.Person("light@company.example", "Luis Light", "no-figures")
		day := i.Clock.Now()
		for n := range 3 {
			i.Mail(fmt.Sprintf("customer%d@acme.example", n), apptest.Mailbox, []byte(fmt.Sprintf("From: customer%d@acme.example\r\nTo: %s\r\nSubject: Question %d\r\nMessage-ID: <s%d@acme.example>\r\nDate: Mon, 09 Mar 2026 09:00:00 +0000\r\n\r\nHow?\r\n", n, apptest.Mailbox, n, n)))
		}
		i.Settle()
		ask := insight.Ask{From: day.AddDate(0, 0, -1).Truncate(24 * time.Hour), To: day.AddDate(0, 0, 2).Truncate(24 * time.Hour)}
		table := func(do func(ctx context.Context, tx db.Tx) (string, func(io.Writer) error, error)) (all [][]string) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				_, write, err := do(ctx, tx)
				if err != nil {
					return err
				}
				var b bytes.Buffer
				if err := write(&b); err != nil {
					return err
				}
				all, err = csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\ufeff")))).ReadAll()
				return err
			})
			return all
		}
		steps := table(func(ctx context.Context, tx db.Tx) (string, func(io.Writer) error, error) {
			return i.Boards.ExportSteps(ctx, tx, lead, []string{"opened", "opened-solved"}, ask, "csv")
		})
		if len(steps) != 3 || steps[1][0] != "Tickets opened" || steps[1][1] != "3" || steps[2][0] != "Solved" || steps[2][1] != "0" || steps[2][3] != "0" || steps[2][4] != "0" {
			t.Errorf("the steps are %v", steps)
		}
		sums := table(func(ctx context.Context, tx db.Tx) (string, func(io.Writer) error, error) {
			return i.Boards.ExportSummaries(ctx, tx, lead, "csv")
		})
		if len(sums) < 30 {
			t.Errorf("%d indicators are told", len(sums)-1)
		}
		split := table(func(ctx context.Context, tx db.Tx) (string, func(io.Writer) error, error) {
			one := ask
			one.Name, one.Group = "opened", "ticket.priority"
			return i.Boards.Export(ctx, tx, lead, one, "breakdown", "", "csv")
		})
		sum := 0
		for _, row := range split[1:] {
			var n int
			fmt.Sscan(row[len(row)-1], &n)
			sum += n
		}
		if sum != 3 || split[0][len(split[0])-1] != "Part of the whole change" {
			t.Errorf("the parts of the change sum to %d, want 3: %v", sum, split)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			if _, _, err := i.Boards.ExportSteps(ctx, tx, light, []string{"opened"}, ask, "csv"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("steps for one without the right: %v", err)
			}
			if _, _, err := i.Boards.ExportSummaries(ctx, tx, light, "csv"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("all indicators for one without the right: %v", err)
			}
			return nil
		})
	})
}
