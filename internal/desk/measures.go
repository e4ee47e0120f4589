package desk

import (
	"time"

	"steward/internal/ledger"
	"steward/internal/measure"
)

// ticketFacts are what measures need of a ticket.
type ticketFacts struct {
	Organization int64    `json:"organization_id,omitempty"`
	Status       Status   `json:"status,omitempty"`
	Priority     Priority `json:"priority,omitempty"`
	Hidden       Hidden   `json:"hidden,omitempty"`
}

// fold takes an event of a ticket in.
func (f *ticketFacts) fold(e ledger.Event) error {
	switch e.Verb {
	case TicketCreated:
		return e.Decode(f)
	case TicketChanged:
		var d struct {
			Changes struct {
				Organization []int64    `json:"organization_id"`
				Status       []Status   `json:"status"`
				Priority     []Priority `json:"priority"`
				Hidden       []Hidden   `json:"hidden"`
			} `json:"changes"`
		}
		if err := e.Decode(&d); err != nil {
			return err
		}
		if v := d.Changes.Organization; len(v) == 2 {
			f.Organization = v[1]
		}
		if v := d.Changes.Status; len(v) == 2 {
			f.Status = v[1]
		}
		if v := d.Changes.Priority; len(v) == 2 {
			f.Priority = v[1]
		}
		if v := d.Changes.Hidden; len(v) == 2 {
			f.Hidden = v[1]
		}
	}
	return nil
}

// active reports whether somebody still waits: nobody does on a ticket that is deleted or spam.
func (f ticketFacts) active() bool { return f.Status != "" && !f.Status.Done() && f.Hidden == "" }

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// Measures declares what the desk measures about organizations.
func Measures(reg *measure.Registry) {
	tickets := measure.Follow(reg, measure.Source{Name: "desk.ticket", Kind: "ticket", Verbs: []string{TicketCreated, TicketChanged, ClockBreached}},
		(*ticketFacts).fold)
	tickets.While(measure.Measure{Name: "desk.open_urgent", Title: "Open urgent tickets", Unit: "tickets", Subject: "organization", Type: measure.Count,
		Direction: measure.LessIsBetter, Doc: "Tickets of urgent priority that are neither solved nor closed."},
		func(t ticketFacts) (int64, int64) {
			return t.Organization, one(t.active() && t.Priority == "urgent")
		})
	tickets.While(measure.Measure{Name: "desk.open", Title: "Open tickets", Unit: "tickets", Subject: "organization", Type: measure.Count,
		Direction: measure.LessIsBetter, Doc: "Tickets that are neither solved nor closed."},
		func(t ticketFacts) (int64, int64) { return t.Organization, one(t.active()) })
	tickets.Within(measure.Measure{Name: "desk.breached_30d", Title: "Promises missed in 30 days", Unit: "promises", Subject: "organization", Type: measure.Count,
		Direction: measure.LessIsBetter, Doc: "Service-level promises that came due unanswered in the last 30 days."}, 30*24*time.Hour,
		func(t ticketFacts, e ledger.Event) (int64, int64) {
			return t.Organization, one(e.Verb == ClockBreached)
		})
	tickets.Within(measure.Measure{Name: "desk.opened_30d", Title: "Tickets opened in 30 days", Unit: "tickets", Subject: "organization", Type: measure.Count,
		Direction: measure.Neutral, Doc: "Tickets that were opened in the last 30 days."}, 30*24*time.Hour,
		func(t ticketFacts, e ledger.Event) (int64, int64) {
			return t.Organization, one(e.Verb == TicketCreated)
		})
	tickets.Latest(measure.Measure{Name: "desk.last_ticket_at", Title: "Last ticket", Subject: "organization", Type: measure.Time,
		Direction: measure.Neutral, Doc: "When the newest ticket was opened."},
		func(t ticketFacts, e ledger.Event) (int64, measure.Value) {
			if e.Verb != TicketCreated {
				return 0, measure.Value{}
			}
			return t.Organization, measure.At(e.At)
		})
	tickets.Since(measure.Measure{Name: "desk.since_last_ticket", Title: "Time since the last ticket", Subject: "organization", Type: measure.Duration,
		Direction: measure.Neutral, Doc: "How long ago the newest ticket was opened; nothing when there was none."}, "desk.last_ticket_at")
}
