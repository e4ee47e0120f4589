package zendesk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What a ticket costs in processor time through either surface; run with STEWARD_COST=1.
func TestCostOfTickets(t *testing.T) {
	if os.Getenv("STEWARD_COST") == "" {
		t.Skip("set STEWARD_COST=1 to measure")
	}
	each(t, func(t *testing.T, w *world) {
		used := func() time.Duration {
			var r syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
				t.Fatal(err)
			}
			return time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
		run := func(path string, body any, n int) time.Duration {
			b, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			before := used()
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range n / 8 {
						req, _ := http.NewRequestWithContext(t.Context(), "POST", w.url+path, bytes.NewReader(b))
						req.Header.Set("Authorization", "Bearer "+w.tokens["agent"])
						req.Header.Set("Content-Type", "application/json")
						res, err := http.DefaultClient.Do(req)
						if err != nil || res.StatusCode != 201 {
							t.Errorf("%v %v", res, err)
							return
						}
						res.Body.Close()
					}
				})
			}
			wg.Wait()
			return (used() - before) / time.Duration(n)
		}
		native := obj{"subject": "Printer", "text": "It burns.", "requester": obj{"name": "Customer One", "email": "customer@acme.example"}, "tags": []string{"a", "b"}}
		theirs := obj{"ticket": obj{"subject": "Printer", "comment": obj{"body": "It burns."}, "requester": obj{"name": "Customer One", "email": "customer@acme.example"}, "tags": []string{"a", "b"}}}
		for range 2 {
			a, b := run("/api/v1/tickets", native, 800), run("/api/v2/tickets.json", theirs, 800)
			fmt.Printf("%s: native %v, zendesk %v: %.2f times\n", t.Name(), a, b, float64(b)/float64(a))
		}
	})
}
