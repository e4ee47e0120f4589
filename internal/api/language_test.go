package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// asks calls the API as an actor whose program asks for a language.
func (w *world) asks(actor, accept, path string) (body, language string) {
	w.T.Helper()
	r, err := http.NewRequestWithContext(w.T.Context(), http.MethodGet, w.server.URL+path, nil)
	if err != nil {
		w.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.tokens[actor])
	if accept != "" {
		r.Header.Set("Accept-Language", accept)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.T.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.T.Fatal(err)
	}
	return string(b), res.Header.Get("Content-Language")
}

func TestTheAPIAnswersInThePersonsLanguage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ticket := w.ticketOf("agent", obj{"subject": "Down", "text": "x", "requester_id": w.ids["customer"]})
		w.wants(w.change("agent", ticket, obj{"status": "solved"}), 200)
		for _, c := range []struct{ chosen, accept, language, missing, timeline string }{
			{"", "", "", `"detail":"There is no ticket 987654, or you may not see it."`, `"sentence":"Status Solved"`},
			{"", "fr", "", `"detail":"There is no ticket 987654`, `"sentence":"Status Solved"`},
			{"", "de-CH", "de", `"detail":"Nicht gefunden: Ticket 987654.`, `"sentence":"Status Gelöst"`},
			{"de", "", "de", `"detail":"Nicht gefunden: Ticket 987654.`, `"sentence":"Status Gelöst"`},
			{"de", "en", "de", `"detail":"Nicht gefunden: Ticket 987654.`, `"field":"status"`},
			{"en-US", "de", "", `"detail":"There is no ticket 987654`, `"field":"status"`},
		} {
			t.Run(fmt.Sprintf("%s chosen, %s asked", c.chosen, c.accept), func(t *testing.T) {
				w.wants(w.call("agent", "PATCH", "/me/choices", obj{"choices": obj{"language": c.chosen}}), 200)
				body, language := w.asks("agent", c.accept, "/api/v1/tickets/987654")
				if !strings.Contains(body, c.missing) || !strings.Contains(body, `"code":"not_found"`) || language != c.language {
					t.Errorf("%q: %s", language, body)
				}
				if body, _ := w.asks("agent", c.accept, "/api/v1"+ticket+"/timeline"); !strings.Contains(body, c.timeline) || !strings.Contains(body, `"verb":"ticket.changed"`) {
					t.Errorf("no %s in %s", c.timeline, body)
				}
				why, _ := w.asks("agent", c.accept, "/api/v1"+ticket+"/fields/status/why")
				if want := map[bool]string{true: "Warum dieser Status?", false: "Why this status?"}[c.language == "de"]; !strings.Contains(why, want) {
					t.Errorf("no %s in %s", want, why)
				}
			})
		}
	})
}
