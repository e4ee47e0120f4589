package app_test

import (
	"context"
	"io/fs"
	"testing"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/starter"
)

// withPortal applies the starter kit's portal, with what it says of priorities.
func withPortal(t *testing.T, i *apptest.Instance) {
	t.Helper()
	text, err := fs.ReadFile(starter.Kit(), "portal.yaml")
	must(t, err)
	i.Apply(string(text))
}

// opened opens a ticket for somebody with attributes.
func opened(t *testing.T, i *apptest.Instance, agent act.Actor, attributes map[string]any) (out *desk.Ticket) {
	t.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) error {
		p, err := i.Directory.Resolve(ctx, tx, agent, "ann@acme.example", "Ann")
		if err != nil {
			return err
		}
		m := desk.PlainMessage("Help")
		m.Public, m.Channel = true, "web"
		out, _, err = i.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: "Help", Message: m, Requester: p, Channel: "web", Attributes: attributes})
		return err
	})
	return out
}

func TestSeverityIsCopiedToThePriorityOnceAtCreation(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		withPortal(t, i)
		agent := i.Person("otto@company.example", "Otto", "agent")
		for severity, want := range map[string]desk.Priority{"s1": "urgent", "s2": "high", "s3": "normal", "s4": "low"} {
			if got := opened(t, i, agent, map[string]any{"severity": severity, "version": "1.2"}); got.Priority != want {
				t.Errorf("severity %s: priority %s, want %s", severity, got.Priority, want)
			}
		}
		low := opened(t, i, agent, map[string]any{"severity": "s4", "version": "1.2"})
		i.Write(func(ctx context.Context, tx db.Tx) error {
			now, err := i.Desk.Update(ctx, tx, agent, low.ID, desk.Edit{Version: low.Version, Attributes: map[string]any{"severity": "s1"}})
			if err == nil && now.Priority != "low" {
				t.Errorf("a later change of the severity made the priority %s", now.Priority)
			}
			return err
		})
	})
}

func TestMailToTheEmergencyAddressIsUrgent(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		withPortal(t, i)
		l := ann
		l.to = "emergency@company.example"
		send(i, l)
		if got := tickets(i)[0]; got.Priority != "urgent" {
			t.Errorf("priority %s", got.Priority)
		}
	})
}

func TestCustomersAndAgentsAreAskedUnderTheirOwnConditions(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply("kind: field\nname: cause\ntitle: Cause\non: ticket\ntype: text\nsee: everyone\nedit: everyone\n---\n" +
			"kind: form\nname: request\ntitle: Request\ndefault: true\ncustomers: true\nfields:\n  - severity\n" +
			"  - { field: cause, when: 'ticket.attributes.severity == \"s1\"', customers_when: 'ticket.attributes.severity == \"s4\"', required_in: [solved], customers_required: true }\n")
		agent := i.Person("otto@company.example", "Otto", "agent")
		solve := func(severity string) error {
			tk := opened(t, i, agent, map[string]any{"severity": severity})
			return i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				solved := desk.StatusSolved
				_, err := i.Desk.Update(ctx, tx, agent, tk.ID, desk.Edit{Version: tk.Version, Status: &solved})
				return err
			})
		}
		if err := solve("s1"); err == nil || err.Error() == "" {
			t.Error("solved without the cause that agents must fill then")
		}
		must(t, solve("s4"))
		var asked [2]desk.Filled
		i.Read(func(ctx context.Context, tx db.Tx) error {
			cfg := i.DeskConfig()
			for n, severity := range []string{"s1", "s4"} {
				asked[n] = i.Desk.Fill(ctx, tx, cfg.Portals[0], cfg.FormNamed("request"), directory.Person{}, map[string][]string{"severity": {severity}})
			}
			return nil
		})
		if len(asked[0].Questions) != 1 || len(asked[1].Questions) != 2 || asked[1].Missing["cause"] == "" {
			t.Errorf("customers are asked %+v and %+v", asked[0], asked[1])
		}
	})
}
