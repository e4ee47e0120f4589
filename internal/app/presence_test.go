package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
)

// Who looks at a ticket is told by the stream when somebody else comes, writes and leaves, also through another node; nobody else is told.
func TestWhoLooksIsToldByTheStream(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		i := apptest.New(t, o)
		maria, tom, nora := i.Person("maria@company.example", "Maria", "agent"), i.Person("tom@company.example", "Tom", "agent"), i.Person("nora@company.example", "Nora", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		first := i.Serve()
		go i.Run(t.Context())
		second := first
		if i.DB.Engine() == db.Postgres {
			other := apptest.Open(t, o, i.Clock)
			second = other.Serve()
			go other.Run(t.Context())
		}
		tell := func(server *httptest.Server, token, body string) {
			t.Helper()
			req, _ := http.NewRequest("POST", fmt.Sprintf("%s/api/v1/tickets/%d/presence", server.URL, id), strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if b, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
				t.Fatalf("presence answered %s: %s", res.Status, b)
			}
		}
		seen := func(token string) string {
			req, _ := http.NewRequest("GET", fmt.Sprintf("%s/api/v1/tickets/%d/presence", first.URL, id), nil)
			req.Header.Set("Authorization", "Bearer "+token)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			return string(b)
		}
		listen := func(token string) (news chan string) {
			req, _ := http.NewRequestWithContext(t.Context(), "GET", first.URL+"/api/v1/stream", nil)
			req.Header.Set("Authorization", "Bearer "+token)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { res.Body.Close() })
			lines := bufio.NewScanner(res.Body)
			for lines.Scan() && lines.Text() != "retry: 2000" { // the stream is subscribed before it says so
			}
			news = make(chan string, 100)
			go func() {
				for event := ""; lines.Scan(); {
					if name, is := strings.CutPrefix(lines.Text(), "event: "); is {
						event = name
					} else if data, is := strings.CutPrefix(lines.Text(), "data: "); is && event == "presence" {
						news <- data
					}
				}
			}()
			return news
		}
		mine, toms, noras := i.TokenFor(maria, "*"), i.TokenFor(tom, "*"), i.TokenFor(nora, "*")
		heard, nothing := listen(mine), listen(noras)
		tell(first, mine, `{"writing": false}`)
		for _, step := range []struct{ body, want string }{
			{`{"writing": false}`, `"name":"Tom"`},
			{`{"writing": true}`, `"writing":true`},
			{`{"writing": false, "leaving": true}`, `"others":[]`},
		} {
			for len(heard) > 0 {
				<-heard
			}
			tell(second, toms, step.body)
			for end := time.After(20 * time.Second); ; { // an older word may still be on its way
				select {
				case data := <-heard:
					if data != fmt.Sprintf(`{"ticket":%d}`, id) {
						t.Fatalf("after %s the stream says %s", step.body, data)
					}
				case <-end:
					t.Fatalf("after %s the stream said nothing, or %s is not seen: %s", step.body, step.want, seen(mine))
				}
				if strings.Contains(strings.ReplaceAll(seen(mine), " ", ""), step.want) {
					break
				}
			}
		}
		if len(nothing) > 0 {
			t.Errorf("who does not look at the ticket is told: %s", <-nothing)
		}
	})
}
