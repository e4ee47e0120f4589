package zendesk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/zendesk"
)

// newSource is a company to move from.
func newSource(t *testing.T, e db.Engine) *world {
	i := apptest.New(t, apptest.Options(t, e))
	w := &world{Instance: i, t: t, tokens: map[string]string{"admin": i.Token}}
	w.url = i.Serve().URL
	w.tokens["agent"] = i.TokenFor(i.Person("agent@company.example", "Agent One", "agent"), "*")
	w.company()
	return w
}

// through is the source behind something that sees every answer before it leaves, and may change it.
func through(from *world, sees func(path string, body []byte) []byte) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), r.Method, from.url+r.URL.RequestURI(), nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		req.Header, req.Host = r.Header.Clone(), r.Host // links lead back here
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		body = sees(strings.TrimPrefix(r.URL.Path, "/api/v2"), body)
		w.WriteHeader(res.StatusCode)
		_, _ = w.Write(body)
	}))
}

// TestASourceThatChangesInTheMiddle: tickets that go on, go away and come while they are read are here as they are there in
// the end, with their whole past.
func TestASourceThatChangesInTheMiddle(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			to := newTarget(t, e, from.Clock)
			find := func(w *world, external string) int64 {
				return w.call("admin", "GET", "/tickets.json?external_id="+external, nil).id("tickets", 0, "id")
			}
			goesOn, goes := find(from, "ext-0-0"), find(from, "ext-0-1")
			var once sync.Once
			proxy := through(from, func(path string, body []byte) []byte {
				if path != "/incremental/tickets/cursor" {
					return body
				}
				once.Do(func() {
					from.Clock.Advance(time.Minute)
					to.Clock.Set(from.Clock.Now())
					for _, a := range []answer{
						from.call("agent", "PUT", fmt.Sprintf("/tickets/%d", goesOn), obj{"ticket": obj{"status": "solved", "priority": "low", "comment": obj{"body": "Done meanwhile.", "public": true}}}),
						from.call("admin", "POST", "/tickets", obj{"ticket": obj{"subject": "Came meanwhile", "external_id": "ext-late", "requester": obj{"name": "Customer 0", "email": "customer0@globex.example"}, "comment": obj{"body": "Me too."}}}),
						from.call("admin", "DELETE", fmt.Sprintf("/tickets/%d", goes), nil),
					} {
						if a.status >= 300 {
							t.Errorf("%d %s", a.status, a.body)
						}
					}
				})
				return body
			})
			defer proxy.Close()
			source, err := zendesk.NewSource(proxy.URL, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // what changed within the last minute is for the next run
				steps, err := to.Zendesk.Move(source, to.Root(), nil).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range steps {
					if s.Failed > 0 {
						t.Errorf("%+v", s)
					}
				}
				from.Clock.Advance(10 * time.Minute)
				to.Clock.Set(from.Clock.Now())
			}
			if find(to, "ext-0-1") != 0 {
				t.Error("a ticket that was deleted while it was read is here")
			}
			fromPeople, toPeople := from.emails(), to.emails()
			for _, external := range []string{"ext-0-0", "ext-late", "ext-1-1"} {
				theirs, ours := float64(find(from, external)), float64(find(to, external))
				if ours == 0 {
					t.Errorf("%s is not here", external)
					continue
				}
				a, b := from.call("admin", "GET", fmt.Sprintf("/tickets/%.0f", theirs), nil), to.call("admin", "GET", fmt.Sprintf("/tickets/%.0f", ours), nil)
				for _, member := range []string{"status", "priority", "updated_at", "created_at"} {
					if a.get("ticket", member) != b.get("ticket", member) {
						t.Errorf("%s: %s was %v and is %v", external, member, a.get("ticket", member), b.get("ticket", member))
					}
				}
				if x, y := from.messages(theirs, fromPeople), to.messages(ours, toPeople); !slices.Equal(x, y) {
					t.Errorf("%s: messages\n%q\nbecame\n%q", external, x, y)
				}
				if x, y := from.pastOf(theirs, fromPeople), to.pastOf(ours, toPeople); !slices.Equal(x, y) {
					t.Errorf("%s: changes\n%q\nbecame\n%q", external, x, y)
				}
				if m := to.call("admin", "GET", fmt.Sprintf("/tickets/%.0f/metrics", ours), nil); m.get("ticket_metric", "reopens") == nil {
					t.Errorf("%s: its past is said to lack values: %s", external, m.body)
				}
			}
			to.Settle()
			to.Verify()
		})
	}
}

// emails are the addresses of everybody by id.
func (w *world) emails() map[float64]string {
	out := map[float64]string{}
	list, _ := w.call("admin", "GET", "/users.json?per_page=100", nil).get("users").([]any)
	for _, one := range list {
		u, _ := one.(obj)
		id, _ := u["id"].(float64)
		out[id] = fmt.Sprint(u["email"])
	}
	return out
}

// TestAMoveGoesOnAfterItWasCutOff stops a move at many places; what is here in the end is whole and nothing is here
// twice.
func TestAMoveGoesOnAfterItWasCutOff(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			to := newTarget(t, e, from.Clock)
			var calls, last atomic.Int64
			var stop atomic.Pointer[context.CancelFunc]
			proxy := through(from, func(_ string, body []byte) []byte {
				if calls.Add(1) == last.Load() {
					(*stop.Load())()
				}
				return body
			})
			defer proxy.Close()
			source, err := zendesk.NewSource(proxy.URL, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			cut := 0
			for n := int64(3); ; n += 5 {
				ctx, cancel := context.WithCancel(t.Context())
				stop.Store(&cancel)
				calls.Store(0)
				last.Store(n)
				_, err := to.Zendesk.Move(source, to.Root(), nil).Run(ctx)
				cancel()
				if err == nil {
					break
				}
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("cut off after %d calls: %v", n, err)
				}
				cut++
			}
			if cut < 5 {
				t.Errorf("it was cut off %d times only", cut)
			}
			compare(t, from, to)
			if n := to.Count(`SELECT count(*) FROM comment`); n != from.Count(`SELECT count(*) FROM comment`) {
				t.Errorf("%d messages", n)
			}
			to.Settle()
			to.Verify()
		})
	}
}

// TestALaterRunAsksForWhatIsNew: it asks for what changed, not for everything again, and once more for what was refused.
func TestALaterRunAsksForWhatIsNew(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			to := newTarget(t, e, from.Clock)
			var mu sync.Mutex
			var asked []string
			refuses := true // an address that cannot be: later it can
			proxy := through(from, func(path string, body []byte) []byte {
				mu.Lock()
				asked = append(asked, path)
				mu.Unlock()
				if refuses {
					body = bytes.ReplaceAll(body, []byte("customer1@globex.example"), []byte("no address"))
				}
				return body
			})
			defer proxy.Close()
			source, err := zendesk.NewSource(proxy.URL, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			run := func() map[string]zendesk.Step {
				asked = nil
				to.Clock.Set(from.Clock.Now())
				steps, err := to.Zendesk.Move(source, to.Root(), nil).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				out := map[string]zendesk.Step{}
				for _, s := range steps {
					out[s.Name] = s
				}
				return out
			}
			memberships := func() (n int) {
				if err := to.Zendesk.Move(source, to.Root(), nil).Problems(t.Context(), func(p zendesk.MoveProblem) error {
					if p.Kind == "organization_membership" {
						n++
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				return n
			}
			first := run()
			if n := memberships(); n != 1 || first["organization_memberships"].Known != 2 || first["organization_memberships"].Failed != 1 {
				t.Errorf("%d memberships of whom is not here: %+v", n, first["organization_memberships"])
			}
			if first["users"].Failed != 1 || first["tickets"].Failed != 4 {
				t.Errorf("somebody without an address: %+v", first)
			}
			if !slices.Contains(asked, "/users") || !slices.Contains(asked, "/satisfaction_ratings") {
				t.Errorf("the first run asked for %q", asked)
			}
			anew := slices.DeleteFunc(slices.Clone(asked), func(path string) bool { return !regexp.MustCompile(`^/tickets/\d+$`).MatchString(path) })
			if len(anew) > 1 { // an answer to a survey came behind the last change of one
				t.Errorf("nothing went on meanwhile, and it read %q anew", anew)
			}
			from.Clock.Advance(time.Hour)
			from.call("admin", "POST", "/users", obj{"user": obj{"name": "Somebody New", "email": "new@globex.example"}})
			from.Clock.Advance(10 * time.Minute)
			refuses = false
			second := run()
			if second["users"].Moved != first["users"].Moved+2 || second["users"].Failed != 0 {
				t.Errorf("users: %+v, before %+v", second["users"], first["users"])
			}
			if slices.Contains(asked, "/users") || slices.Contains(asked, "/organizations") || !slices.Contains(asked, "/incremental/users/cursor") || !slices.Contains(asked, "/incremental/organizations") {
				t.Errorf("a later run asked for %q", asked)
			}
			if second["tickets"].Failed != 0 || second["tickets"].Moved != 12 {
				t.Errorf("tickets of whom is here now: %+v", second["tickets"])
			}
			if n := len(slices.DeleteFunc(slices.Clone(asked), func(path string) bool { return !strings.HasSuffix(path, "/audits") })); n != 4 {
				t.Errorf("it read the past of %d tickets", n)
			}
			if n := memberships(); n != 0 || second["organization_memberships"].Known != 2 { // and one of whom is new
				t.Errorf("%d memberships of whom is here now: %+v", n, second["organization_memberships"])
			}
			third := run()
			if third["organization_memberships"].Known != 0 || len(asked) > 40 {
				t.Errorf("memberships are read from their beginning, or it asked too much: %+v, %d calls", third["organization_memberships"], len(asked))
			}
			if third["users"].Known > 3 || third["users"].Moved != second["users"].Moved {
				t.Errorf("a third run: %+v", third["users"])
			}
		})
	}
}

// TestASourceIsWaitedFor: a call that is told to wait waits as long as it is told, and one that used up what it may
// make waits before the next.
func TestASourceIsWaitedFor(t *testing.T) {
	each := map[string]struct {
		status int
		header map[string]string
		waits  time.Duration
	}{
		"too many":     {429, map[string]string{"Retry-After": "17"}, 17 * time.Second},
		"used up":      {200, map[string]string{"X-Rate-Limit-Remaining": "0", "ratelimit-reset": "23"}, 23 * time.Second},
		"fails":        {503, map[string]string{"Retry-After": "5"}, 5 * time.Second},
		"fails mutely": {502, nil, time.Second},
	}
	for name, c := range each {
		t.Run(name, func(t *testing.T) {
			w := newTarget(t, db.SQLite, apptest.New(t, apptest.Options(t, db.SQLite)).Clock)
			var calls atomic.Int64
			empty := largeSource(0, 0)
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if calls.Add(1) == 1 {
					for k, v := range c.header {
						rw.Header().Set(k, v)
					}
					if c.status != 200 {
						rw.WriteHeader(c.status)
						return
					}
				}
				empty.ServeHTTP(rw, r)
			}))
			defer server.Close()
			source, err := zendesk.NewSource(server.URL, "", "token", nil)
			if err != nil {
				t.Fatal(err)
			}
			var waited []time.Duration
			zendesk.Waits(source, func(d time.Duration) { waited = append(waited, d) })
			if _, err := w.Zendesk.Move(source, w.Root(), nil).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(waited, []time.Duration{c.waits}) {
				t.Errorf("it waited %v, want %v", waited, c.waits)
			}
		})
	}
}

// TestHowManyThereAre: the source is asked once how many there are; one that does not say is moved all the same.
func TestHowManyThereAre(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   int64
	}{
		"told":           {200, `{"count": {"value": 1200, "refreshed_at": null}}`, 1200},
		"refused":        {403, `{}`, 0},
		"no such list":   {404, `{}`, 0},
		"fails":          {500, `{}`, 0},
		"in other words": {200, `{"count": [1]}`, 0},
		"no answer":      {200, `<html>`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTarget(t, db.SQLite, apptest.New(t, apptest.Options(t, db.SQLite)).Clock)
			few := largeSource(3, 2)
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/count") {
					rw.WriteHeader(c.status)
					_, _ = rw.Write([]byte(c.body))
					return
				}
				few.ServeHTTP(rw, r)
			}))
			defer server.Close()
			source, err := zendesk.NewSource(server.URL, "", "token", nil)
			if err != nil {
				t.Fatal(err)
			}
			zendesk.Hurry(source)
			var told []zendesk.Step // as it goes on
			steps, err := w.Zendesk.Move(source, w.Root(), func(s zendesk.Step) { told = append(told, s) }).Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, list := range [][]zendesk.Step{steps, told} {
				n := slices.IndexFunc(list, func(s zendesk.Step) bool { return s.Name == "tickets" })
				if list[n].Total != c.want || list[n].Moved != 3 {
					t.Errorf("%+v", list[n])
				}
			}
		})
	}
}
