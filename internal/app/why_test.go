package app_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/explain"
	"steward/internal/fault"
)

// why asks with the rights of by.
func why(t *testing.T, i *apptest.Instance, by act.Actor, ask func(ctx context.Context, tx db.Tx) (explain.Why, error)) explain.Why {
	t.Helper()
	var w explain.Why
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		w, err = ask(ctx, tx)
		return err
	})
	return w
}

func TestWhyShowsTheValuesOfThatMoment(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(outage)
		var org directory.Organization
		i.Write(func(ctx context.Context, tx db.Tx) (err error) {
			org, err = i.Directory.CreateOrganization(ctx, tx, i.Root(), directory.OrganizationInput{Name: ptr("Globex"), Domains: &[]string{"customer.example"},
				Attributes: map[string]any{"plan": "premium"}})
			return err
		})
		i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", name: "Ada", subject: "Help", id: "m1@customer.example", text: "An outage!"}.raw(t, i.Clock.Now()))
		i.Settle()
		ticket := ticketOf(t, i)
		// Afterwards everything is different: the plan, the texts, the trigger itself.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.UpdateOrganization(ctx, tx, i.Root(), org.ID, directory.OrganizationInput{Version: org.Version, Attributes: map[string]any{"plan": "free"}})
			return err
		})
		i.Apply(strings.Replace(outage, `change.text.contains("outage")`, `change.text.contains("nothing")`, 1))

		w := why(t, i, i.Root(), func(ctx context.Context, tx db.Tx) (explain.Why, error) {
			return i.Desk.WhyField(ctx, tx, i.Root(), ticket.ID, "priority")
		})
		if w.Rule == nil || w.Rule.Blueprint.Name != "outage" || w.Rule.Blueprint.Version != 1 || len(w.Rule.Conditions) != 2 {
			t.Fatalf("why urgent: %+v, rule %+v", w, w.Rule)
		}
		if c := w.Rule.Conditions[1]; !strings.Contains(c.Text, "outage") || c.Value != "An outage!" || !c.Held {
			t.Errorf("the condition read %+v", c)
		}
		if len(w.Chain) != 2 || !strings.HasPrefix(w.Chain[1].Sentence, "Ada: ") {
			t.Errorf("the chain leads to %+v", w.Chain)
		}
		for _, e := range told(t, i, ticket.ID) {
			if e.Verb != desk.ClockStarted {
				continue
			}
			w := why(t, i, i.Root(), func(ctx context.Context, tx db.Tx) (explain.Why, error) {
				return i.Explain.Event(ctx, tx, i.Root(), e.ID)
			})
			if w.Rule == nil || w.Rule.Blueprint.Name != "premium" || w.Rule.Conditions[0].Value != "premium" {
				t.Errorf("the clock was started under a plan that is told as %+v", w.Rule)
			}
		}
	})
}

func TestAccessSaysWhichRoleSinceWhenAndWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply("kind: role\nname: own\ntitle: Own tickets\ngrants:\n  - { actions: [read, write], kinds: [ticket], scope: own }\n")
		agent, eve := i.Person("bob@company.example", "Bob", "agent"), i.Person("eve@customer.example", "Eve", "own")
		i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", subject: "Help", id: "m1@customer.example", text: "Hello"}.raw(t, i.Clock.Now()))
		i.Settle()
		id := ticketOf(t, i).ID
		ask := func(by act.Actor, q explain.Question) explain.Why {
			t.Helper()
			return why(t, i, by, func(ctx context.Context, tx db.Tx) (explain.Why, error) { return i.Explain.Access(ctx, tx, by, q) })
		}
		if w := ask(agent, explain.Question{Action: "edit", Kind: "ticket", ID: id}); w.What != "Yes." || w.Because[0].At == nil {
			t.Errorf("an agent: %+v", w)
		}
		w := ask(i.Root(), explain.Question{PersonID: eve.PersonID, Action: "edit", Kind: "ticket", ID: id})
		if w.What != "No." || !strings.Contains(strings.Join(w.Otherwise, "; "), "Eve had the role Agent") {
			t.Errorf("a stranger: %+v", w)
		}
		if w := ask(i.Root(), explain.Question{PersonID: eve.PersonID, Action: "read", Kind: "ticket", ID: id}); w.What != "No." || !strings.Contains(w.Because[0].Text, "none of them") {
			t.Errorf("a stranger: %+v", w)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			if _, err := i.Explain.Access(ctx, tx, eve, explain.Question{Action: "read", Kind: "ticket", ID: id}); !fault.Is(err, fault.NotFound) {
				t.Errorf("asking tells a stranger that the ticket exists: %v", err)
			}
			if _, err := i.Explain.Access(ctx, tx, eve, explain.Question{PersonID: agent.PersonID, Action: "read", Kind: "ticket"}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer asks about a colleague's rights: %v", err)
			}
			return nil
		})
	})
}

func ptr[T any](v T) *T { return &v }
