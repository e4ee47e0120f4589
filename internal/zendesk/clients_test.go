package zendesk_test

import "testing"

// The unmodified npm clients, every method that they have for tickets and what belongs to them.
func TestClientsOfTickets(t *testing.T) {
	each(t, func(_ *testing.T, w *world) {
		w.node("tickets.mjs")
		w.node("uploads.mjs")
		w.node("requests.mjs")
		w.node("more.mjs")
	})
}
