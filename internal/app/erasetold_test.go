package app_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
)

// TestNoTableKeepsAnErasedPersonsWords plants words and addresses wherever the desk keeps text, in
// what the person wrote and in what others wrote about them, and looks through every column of
// every table afterwards.
func TestNoTableKeepsAnErasedPersonsWords(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		i.Apply("kind: field\nname: remark\ntitle: Remark\non: ticket\ntype: text\nindexed: true\n")
		send(i, letter{from: "zebra@acme.example", name: "Wilhelmina Zebra", subject: "zebrasubject", id: "z1@acme.example", text: "zebrawords"})
		send(i, ann)
		all := tickets(i)
		id, other := all[0].ID, all[1].ID
		zebra := all[0].RequesterID
		note := func(ticket int64, text string) {
			doing(i, func(ctx context.Context, tx db.Tx) error {
				m := desk.PlainMessage(text)
				m.Agent, m.Channel = true, "web"
				_, _, err := i.Desk.Reply(ctx, tx, agent, ticket, m, "")
				return err
			})
		}
		note(id, "Spoke to Wilhelmina Zebra, zebra@acme.example, by phone.")
		note(other, "zebra@acme.example sees it too.")
		doing(i, func(ctx context.Context, tx db.Tx) error {
			people, err := i.Directory.Names(ctx, tx, []int64{zebra})
			if err != nil {
				return err
			}
			if _, err := i.Desk.AddPerson(ctx, tx, agent, other, desk.Copied, people[zebra]); err != nil {
				return err
			}
			tk, err := i.Desk.Get(ctx, tx, agent, id)
			if err != nil {
				return err
			}
			if _, err := i.Desk.Update(ctx, tx, agent, id, desk.Edit{Version: tk.Version, Attributes: map[string]any{"remark": "zebraremark"}}); err != nil {
				return err
			}
			text := func(s string) *string { return &s }
			k, err := i.Desk.CreateKnown(ctx, tx, i.Root(), desk.KnownInput{Title: text("Sync stops for Wilhelmina Zebra"), Symptom: text("Told by zebra@acme.example"), Workaround: text("Restart **sync**")})
			if err != nil {
				return err
			}
			if err := i.Desk.AttachKnown(ctx, tx, i.Root(), id, k.ID, true); err != nil {
				return err
			}
			return i.Desk.KeepDraft(ctx, tx, agent, id, desk.Submission{Text: "Dear Wilhelmina Zebra,"})
		})
		doing(i, func(ctx context.Context, tx db.Tx) error {
			for _, q := range []string{
				`INSERT INTO handover (ticket_id, kind, to_region, reason, next_step, created) VALUES ($1, 'asked', 1, 'Wilhelmina Zebra sleeps', 'call zebra@acme.example', 1)`,
				`INSERT INTO attention (ticket_id, urgency, reason, asked, due, closed, closed_why) VALUES ($1, 'normal', 'zebra@acme.example waits', 1, 1, 1, 'Wilhelmina Zebra was called')`,
				`INSERT INTO ticket_send (ticket_id, author_id, kind, state, due, zone, if_changed, seen, message, why, created, updated) VALUES ($1, 999, 'planned', 'sent', 1, '', '', 0, '{"Text":"Dear Wilhelmina Zebra"}', 'zebra@acme.example', 1, 1)`,
				`INSERT INTO issue_report (ticket_id, template_id, tracker_id, project, title, body, labels, confidential, waiting, mark, state, attempts, error, event_id, created, created_by)
					VALUES ($1, 1, 1, 'p', 'zebratitle', 'zebrabody', '[]', FALSE, FALSE, 'm1', 'created', 1, 'zebraerror', 1, 1, 1), ($1, 1, 1, 'p', 'zebratitle', 'zebrabody', '[]', FALSE, FALSE, 'm2', 'queued', 0, '', 1, 1, 1)`,
				`INSERT INTO upload_link (ticket_id, created, created_by, expires, max_bytes, keep) VALUES ($1, 1, 1, 1, 1, 1)`,
			} {
				if _, err := tx.Exec(ctx, q, id); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `INSERT INTO upload (link_id, filename, size, received, state, created, updated) SELECT id, 'zebra.log', 1, 1, 'removed', 1, 1 FROM upload_link WHERE ticket_id = $1`, id)
			return err
		})
		if planted := strings.Join(traces(i, "zebra", "wilhelmina"), " "); true {
			for _, table := range []string{"comment.body_text", "comment.body_html", "ticket.subject", "ticket.attributes", "attr_index.", "draft.body", "known_issue.title", "known_issue.symptom", "handover.reason", "handover.next_step",
				"attention.reason", "attention.closed_why", "ticket_send.message", "ticket_send.why", "issue_report.title", "issue_report.body", "upload.filename", "event_private.", "mail_in."} {
				if !strings.Contains(planted, table) {
					t.Errorf("the test does not put the words into %s", table)
				}
			}
		}
		if _, err := i.Directory.EraseNow(t.Context(), i.Root(), zebra, "asked"); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if left := traces(i, "zebra", "wilhelmina"); len(left) > 0 {
			t.Errorf("traces are left: %v", left)
		}
		if c := comments(i, id); !strings.Contains(c[1].Text, "Spoke to") || !strings.Contains(c[1].Text, "by phone") {
			t.Errorf("what a colleague wrote around the name is %q", c[1].Text)
		}
		if n := i.Count(`SELECT count(*) FROM issue_report`); n != 1 {
			t.Errorf("%d reports are left; what was not sent is not sent", n)
		}
		i.Verify()
	})
}

func TestAnErasedColleaguesUnsentWordsGo(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria Meerkat", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		doing(i, func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO ticket_send (ticket_id, author_id, kind, state, due, zone, if_changed, seen, message, why, created, updated) VALUES ($1, $2, 'planned', 'held', 1, '', '', 0, '{"Text":"meerkat"}', '', 1, 1)`, id, agent.PersonID); err != nil {
				return err
			}
			return i.Desk.KeepDraft(ctx, tx, agent, id, desk.Submission{Text: "meerkat draft"})
		})
		if _, err := i.Directory.EraseNow(t.Context(), i.Root(), agent.PersonID, "asked"); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if left := traces(i, "meerkat"); len(left) > 0 {
			t.Errorf("traces are left: %v", left)
		}
	})
}
