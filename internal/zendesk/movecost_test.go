package zendesk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/zendesk"
)

// largeSource speaks as a Zendesk with many tickets of three messages each, people in proportion, and nothing else.
func largeSource(tickets, people int) http.Handler {
	at := func(n, minutes int) string {
		return time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n)*time.Minute + time.Duration(minutes)*time.Minute).Format(time.RFC3339)
	}
	page := func(r *http.Request, total int) (from, to int) {
		from, _ = strconv.Atoi(r.URL.Query().Get("page[after]"))
		return from, min(from+100, total)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, out := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/v2/"), ".json"), obj{}
		switch {
		case path == "users":
			from, to := page(r, people)
			var list, identities []obj
			for n := from; n < to; n++ {
				identities = append(identities, obj{"id": n + 1, "user_id": n + 1, "type": "email", "value": fmt.Sprintf("c%d@moved.example", n)})
				if n%10 == 0 {
					identities = append(identities, obj{"id": people + n, "user_id": n + 1, "type": "email", "value": fmt.Sprintf("c%d@home.example", n)})
				}
				list = append(list, obj{"id": n + 1, "name": fmt.Sprintf("Customer %d", n), "email": fmt.Sprintf("c%d@moved.example", n), "role": "end-user", "organization_id": 1, "created_at": at(0, 0), "updated_at": at(0, 0)})
			}
			out = obj{"users": list, "identities": identities, "meta": obj{"has_more": to < people, "after_cursor": strconv.Itoa(to)}, "links": obj{"next": nil}}
			if to < people {
				out["links"] = obj{"next": fmt.Sprintf("http://%s/api/v2/users.json?page[size]=100&page[after]=%d", r.Host, to)}
			}
		case path == "organizations":
			out = obj{"organizations": []obj{{"id": 1, "name": "Moved", "created_at": at(0, 0), "updated_at": at(0, 0)}}, "meta": obj{"has_more": false}}
		case path == "incremental/organizations":
			out = obj{"organizations": []obj{}, "end_of_stream": true}
		case path == "organization_memberships":
			from, to := page(r, people)
			list := []obj{}
			for n := from; n < to; n++ {
				list = append(list, obj{"id": n + 1, "user_id": n + 1, "organization_id": 1, "default": true})
			}
			out = obj{"organization_memberships": list, "meta": obj{"has_more": to < people, "after_cursor": strconv.Itoa(to)},
				"links": obj{"next": fmt.Sprintf("http://%s/api/v2/organization_memberships.json?page[size]=100&page[after]=%d", r.Host, to)}}
		case strings.HasSuffix(path, "/count"):
			out = obj{"count": obj{"value": map[string]int{"tickets": tickets, "users": people, "organizations": 1}[strings.TrimSuffix(path, "/count")]}}
		case path == "incremental/users/cursor": // nobody changed since
			out = obj{"users": []obj{}, "after_cursor": "end", "end_of_stream": true}
		case path == "incremental/tickets/cursor":
			from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
			to := min(from+1000, tickets)
			list := []obj{}
			for n := from; n < to; n++ {
				list = append(list, obj{"id": n + 1, "subject": fmt.Sprintf("Moves in %d", n), "status": "open", "priority": "normal", "requester_id": n%people + 1, "submitter_id": n%people + 1,
					"created_at": at(n, 0), "updated_at": at(n, 20), "tags": []string{"moved"}})
			}
			out = obj{"tickets": list, "after_cursor": strconv.Itoa(to), "end_of_stream": to >= tickets}
		case strings.HasSuffix(path, "/audits"):
			id, _ := strconv.Atoi(strings.Split(path, "/")[1])
			var audits []obj
			for i := range 3 {
				audits = append(audits, obj{"id": id*10 + i, "created_at": at(id-1, i*10), "author_id": (id-1)%people + 1, "events": []obj{{"id": id*100 + i, "type": "Comment", "body": "It does not work.", "public": true, "author_id": (id-1)%people + 1}}})
			}
			out = obj{"audits": audits, "meta": obj{"has_more": false}, "links": obj{"next": nil}}
		default:
			name := strings.Replace(path[strings.LastIndex(path, "/")+1:], "policies", "sla_policies", 1)
			out = obj{name: []obj{}, "meta": obj{"has_more": false}, "links": obj{"next": nil}}
		}
		_ = json.NewEncoder(w).Encode(out)
	})
}

// What a move of a large company costs, and a second run that finds nothing new; run with STEWARD_COST=1, on a
// source of STEWARD_COST_TICKETS tickets (20,000 unless it is said).
func TestCostOfAMove(t *testing.T) {
	if os.Getenv("STEWARD_COST") == "" {
		t.Skip("set STEWARD_COST=1 to measure")
	}
	tickets, _ := strconv.Atoi(os.Getenv("STEWARD_COST_TICKETS"))
	if tickets == 0 {
		tickets = 20_000
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			to := apptest.New(t, dbtest.Options(t, e))
			var calls atomic.Int64
			large := largeSource(tickets, tickets/10)
			from := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				large.ServeHTTP(w, r)
			}))
			defer from.Close()
			source, err := zendesk.NewSource(from.URL, "", "token", nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				begun, before := time.Now(), calls.Load()
				steps, err := to.Zendesk.Move(source, to.Root(), nil).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				took := time.Since(begun)
				for _, s := range steps {
					if s.Name == "tickets" {
						fmt.Printf("%s: %d tickets here after %v (%.0f a second), %d calls\n", t.Name(), s.Moved, took, float64(s.Moved)/took.Seconds(), calls.Load()-before)
					}
				}
			}
		})
	}
}
