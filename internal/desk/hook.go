package desk

import (
	"context"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Webhooks send events to other systems when triggers say so.
type Webhooks interface {
	// Send queues a delivery of an event, which may be one of this transaction, to a webhook by name.
	Send(ctx context.Context, tx db.Tx, by act.Actor, name string, event int64) error
	// SendText queues a text about a ticket, and about a person, in place of its event. fill makes it,
	// given how values are written in the webhook's format.
	SendText(ctx context.Context, tx db.Tx, by act.Actor, name string, event, ticketID, personID int64, fill func(escape func(string) string) string) error
	// Forget takes away the texts about a ticket that are kept.
	Forget(ctx context.Context, tx db.Tx, ticketID int64) error
}

// SendWebhooks makes triggers reach webhooks; called once, when the application is put together.
func (s *Service) SendWebhooks(w Webhooks) {
	s.webhooks = w
	s.OnPurge(w.Forget)
}

// maxHookBody is how long a text for a webhook may be before its values are filled in, in bytes.
const maxHookBody = 64 << 10

// hook is a webhook that an action tells of a change, with a text of its own or "".
type hook struct{ name, body string }

// hook tells a webhook of the change. One that is gone, or kept from calling in a sandbox,
// hears nothing: the change goes on.
func (s *Service) hook(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, h hook, note func(ledger.Entry) (int64, error)) error {
	if s.webhooks == nil {
		return nil
	}
	id, err := note(ledger.Entry{Verb: TicketHooked, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"webhook": h.name}})
	if err != nil {
		return err
	}
	event := m.event
	switch {
	case h.body != "":
		err = s.hookText(ctx, tx, by, t, m, h, id)
	case event == 0: // a time rule: nothing led to it
		err = s.webhooks.Send(ctx, tx, by, h.name, id)
	default:
		err = s.webhooks.Send(ctx, tx, by, h.name, event)
	}
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (s *Service) hookText(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, h hook, event int64) error {
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return err
	}
	return s.webhooks.SendText(ctx, tx, by, h.name, event, t.ID, t.RequesterID, func(escape func(string) string) string {
		return values(t, people[t.RequesterID].Name, m.text(), escape, "{{status}}", string(t.Status), "{{priority}}", string(t.Priority), "{{type}}", string(t.Type),
			"{{tags}}", escape(strings.Join(t.Tags, " "))).Replace(h.body)
	})
}
