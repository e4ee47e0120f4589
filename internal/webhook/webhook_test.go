package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
	"steward/internal/webhook"
)

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// receiver is somebody's server: it keeps what reaches it and answers as told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []request
	answer http.HandlerFunc // nil: 204
}

type request struct {
	header http.Header
	body   string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.got = append(r.got, request{req.Header, string(b)})
		answer := r.answer
		r.mu.Unlock()
		if answer == nil {
			w.WriteHeader(204)
			return
		}
		answer(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) all() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]request(nil), r.got...)
}

func (r *receiver) answers(h http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = h
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); fmt.Fprint(w, "said so") }
}

// types are the types of what came, in order.
func (r *receiver) types(t *testing.T) (out []string) {
	for _, q := range r.all() {
		var p struct{ Type string }
		if err := json.Unmarshal([]byte(q.body), &p); err != nil {
			t.Fatalf("%v: %s", err, q.body)
		}
		out = append(out, p.Type)
	}
	return out
}

func each(t *testing.T, test func(t *testing.T, i *apptest.Instance, r *receiver)) {
	t.Helper()
	t.Setenv("STEWARD_TEST_HOOK", newSecret)
	t.Setenv("STEWARD_TEST_HOOK_OLD", oldSecret)
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := apptest.New(t, apptest.Options(t, e))
			i.Settle()
			i.Clock.Advance(time.Minute)
			test(t, i, newReceiver(t))
		})
	}
}

// hook applies a webhook that sends to a receiver.
func hook(i *apptest.Instance, url, more string) {
	if !strings.Contains(more, "role:") {
		more += "role: admin\n"
	}
	if !strings.Contains(more, "events:") {
		more += "events: [ticket.*]\n"
	}
	if !strings.Contains(more, "secrets:") {
		more += "secrets: [env:STEWARD_TEST_HOOK]\n"
	}
	i.Apply("kind: webhook\nname: warehouse\ntitle: Warehouse\nurl: " + url + "\n" + more)
}

// open opens a ticket and returns its id.
func open(i *apptest.Instance, subject string) (id int64) {
	i.T.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) error {
		by := i.Root()
		p, err := i.Directory.Resolve(ctx, tx, by, "ann@acme.example", "Ann")
		if err != nil {
			return err
		}
		t, _, err := i.Desk.Create(ctx, tx, by, desk.NewTicket{Subject: subject, Requester: p, Channel: "api",
			Message: desk.Message{AuthorID: p.ID, Public: true, Text: "Hello", HTML: "<p>Hello</p>", Channel: "api"}})
		if err == nil {
			id = t.ID
		}
		return err
	})
	return id
}

// deliveries are those of the webhook, newest first.
func deliveries(i *apptest.Instance) (list []webhook.Delivery) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		list, _, err = i.Webhooks.Deliveries(ctx, tx, i.Root(), "warehouse", "", db.Page{})
		return err
	})
	return list
}

func TestAnEventArrivesSignedWithEverySecret(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		open(i, "Before anybody asked")
		i.Settle()
		i.Clock.Advance(time.Minute)
		hook(i, r.URL, "events: [ticket.created]\nsecrets: [env:STEWARD_TEST_HOOK, env:STEWARD_TEST_HOOK_OLD]\n")
		id := open(i, "A subject that stays inside")
		i.Settle()
		got := r.all()
		if len(got) != 1 {
			t.Fatalf("%d requests came, want 1: %v", len(got), r.types(t))
		}
		q := got[0]
		for _, secret := range []string{newSecret, oldSecret} {
			w, err := standardwebhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.VerifyIgnoringTimestamp([]byte(q.body), q.header); err != nil {
				t.Errorf("the signature: %v", err)
			}
			if err := w.VerifyIgnoringTimestamp([]byte(q.body+" "), q.header); err == nil {
				t.Error("another body passes")
			}
		}
		if at := fmt.Sprint(i.Clock.Now().Unix()); q.header.Get("Webhook-Timestamp") != at || q.header.Get("Content-Type") != "application/json" {
			t.Errorf("headers: %v, want the time %s", q.header, at)
		}
		var p struct {
			Type      string
			Timestamp time.Time
			Data      struct {
				EventID int64 `json:"event_id"`
				Subject struct {
					Kind string
					ID   int64
				}
				Values map[string]any
			}
		}
		if err := json.Unmarshal([]byte(q.body), &p); err != nil {
			t.Fatal(err)
		}
		if p.Type != "ticket.created" || !p.Timestamp.Equal(i.Clock.Now()) || p.Data.Subject.ID != id || p.Data.Subject.Kind != "ticket" || p.Data.Values["status"] != "new" || p.Data.EventID == 0 {
			t.Errorf("the body: %s", q.body)
		}
		if strings.Contains(q.body, "stays inside") || strings.Contains(q.body, "acme.example") {
			t.Errorf("names or texts left the house: %s", q.body)
		}
		if d := deliveries(i)[0]; d.State != webhook.Delivered || d.Status != 204 || d.Attempts != 1 {
			t.Errorf("the delivery: %+v", d)
		}
		if n := i.Count(`SELECT count(*) FROM job WHERE kind = 'webhook.send'`); n != 0 {
			t.Errorf("%d jobs are left", n)
		}
		i.Verify()
	})
}

func TestOnlyWhatIsAskedForAndMayBeSeenIsSent(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		i.Apply("kind: role\nname: nothing\ntitle: Nothing\ngrants:\n  - { actions: [read], kinds: [team], scope: all }\n---\n" +
			"kind: role\nname: own\ntitle: Own\ngrants:\n  - { actions: [read], kinds: [ticket], scope: own }\n")
		for _, c := range []struct {
			more string
			want string // types, in order of the ledger
		}{
			{"events: [ticket.created]\n", "ticket.created"},
			{"events: [ticket.noted]\n", ""}, // internal, and public is the default
			{"events: [ticket.noted]\nvisibility: internal\n", "ticket.noted"},
			{"events: [ticket.noted]\nvisibility: internal\nrole: observer\n", ""},
			{"events: [ticket.*]\nrole: observer\n", "ticket.created"},
			{"events: [ticket.*]\nrole: nothing\n", ""},
			{"events: [ticket.*]\nrole: own\n", ""},
			{"events: [\"*\"]\nsubjects: [organization]\n", ""},
			{"events: [ticket.created]\nwhen: event.data.priority == \"urgent\"\n", ""},
			{"events: [ticket.created]\nwhen: event.subject.kind == \"ticket\" && event.data.priority == \"normal\" && event.actor.kind == \"system\"\n", "ticket.created"},
			{"events: [token.created, person.signed_in, \"person.*\"]\nvisibility: internal\nsubjects: [token]\n", ""},
			{"events: [\"person.*\", token.created]\nvisibility: internal\nwhen: event.verb != \"person.created\"\n", "person.roles_changed"}, // person.signed_in and token.created are restricted
			{"events: [ticket.created]\ndisabled: true\n", ""},
		} {
			hook(i, r.URL, c.more)
			before := len(r.types(t))
			id := open(i, "x")
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, _, err := i.Desk.Reply(ctx, tx, i.Root(), id, desk.Message{Agent: true, AuthorID: 1, Text: "note", HTML: "<p>note</p>", Channel: "web"}, "")
				return err
			})
			i.TokenFor(i.Person(fmt.Sprintf("p%d@company.example", i.Clock.Now().Unix()), "P", "agent"), "*")
			i.Settle()
			if got := strings.Join(r.types(t)[before:], " "); got != c.want {
				t.Errorf("%q is sent %q, want %q", c.more, got, c.want)
			}
			i.Clock.Advance(time.Minute)
		}
	})
}

func TestWhatFailsIsTriedAgainAndThenStays(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		hook(i, r.URL, "events: [ticket.created]\n")
		r.answers(status(500))
		open(i, "x")
		i.Settle()
		var waits []time.Duration
		for range 20 {
			d := deliveries(i)[0]
			if d.State != webhook.Queued {
				break
			}
			if !strings.Contains(d.Error, "500") || d.Response != "said so" {
				t.Fatalf("%+v", d)
			}
			wait := d.Due.Sub(i.Clock.Now())
			waits = append(waits, wait)
			i.Clock.Advance(wait - time.Second)
			i.Settle()
			if n := len(r.all()); n != len(waits) {
				t.Fatalf("tried early: %d requests after %v", n, waits)
			}
			i.Clock.Advance(time.Second)
			i.Settle()
		}
		if got := fmt.Sprint(waits); got != "[5s 5m0s 30m0s 2h0m0s 5h0m0s 10h0m0s 14h0m0s 20h0m0s 24h0m0s]" {
			t.Errorf("waits: %s", got)
		}
		d := deliveries(i)[0]
		if d.State != webhook.Failed || d.Attempts != 10 || len(r.all()) != 10 {
			t.Errorf("after the last attempt: %+v, %d requests", d, len(r.all()))
		}
		ids, bodies := map[string]bool{}, map[string]bool{}
		for _, q := range r.all() {
			ids[q.header.Get("Webhook-Id")], bodies[q.body] = true, true
		}
		if len(ids) != 1 || len(bodies) != 1 {
			t.Errorf("%d ids and %d bodies in ten attempts", len(ids), len(bodies))
		}
		// Somebody mended it and asks for it again.
		r.answers(nil)
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Webhooks.Redeliver(ctx, tx, i.Root(), "warehouse", d.ID)
			return err
		})
		i.Settle()
		if d := deliveries(i)[0]; d.State != webhook.Delivered || d.Attempts != 1 || !ids[d.MessageID] {
			t.Errorf("delivered again: %+v", d)
		}
	})
}

func TestAWebhookThatFailsForDaysIsDisabledUntilATestSucceeds(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		hook(i, r.URL, "events: [ticket.created]\n")
		r.answers(status(503))
		for range 6 {
			open(i, "x")
			i.Settle()
			i.Clock.Advance(24 * time.Hour)
			i.Settle()
		}
		if n := i.Count(`SELECT count(*) FROM events WHERE verb = 'webhook.disabled'`); n != 1 {
			t.Fatalf("%d events say that it was disabled", n)
		}
		if n := i.Count(`SELECT count(*) FROM webhook_delivery WHERE state = 'queued'`); n != 0 {
			t.Errorf("%d still wait", n)
		}
		n := len(r.all())
		open(i, "while disabled")
		i.Settle()
		if len(r.all()) != n {
			t.Error("a disabled webhook is told of events")
		}
		test := func() {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Webhooks.Test(ctx, tx, i.Root(), "warehouse")
				return err
			})
			i.Settle()
		}
		test()
		if d := deliveries(i)[0]; d.State != webhook.Failed || d.Type != webhook.Test {
			t.Errorf("a test that fails: %+v", d)
		}
		r.answers(nil)
		test()
		open(i, "after the test")
		i.Settle()
		got := r.types(t)
		if tail := strings.Join(got[len(got)-2:], " "); tail != "webhook.test ticket.created" || i.Count(`SELECT count(*) FROM events WHERE verb = 'webhook.enabled'`) != 1 {
			t.Errorf("after a test that succeeded: %v", got)
		}
		// 410 says for itself that it wants no more.
		r.answers(status(410))
		open(i, "x")
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM events WHERE verb = 'webhook.disabled'`); n != 2 {
			t.Errorf("after 410: %d events", n)
		}
		i.Verify()
	})
}

// TestBadServers: what answers badly is a failed attempt with a plain reason, and nothing else happens.
func TestBadServers(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		inside := newReceiver(t)
		asked := time.Duration(0)
		for name, c := range map[string]struct {
			answer http.HandlerFunc
			says   string
			wait   time.Duration
		}{
			"redirects inward": {func(w http.ResponseWriter, q *http.Request) {
				http.Redirect(w, q, inside.URL, http.StatusTemporaryRedirect)
			}, "redirect", 5 * time.Second},
			"drops": {func(w http.ResponseWriter, _ *http.Request) {
				c, _, _ := w.(http.Hijacker).Hijack()
				c.Close()
			}, "The request failed", 5 * time.Second},
			"drops in the middle": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				w.WriteHeader(200)
				fmt.Fprint(w, "half")
			}, "The request failed", 5 * time.Second},
			"asks to wait": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(429)
			}, "429", time.Hour},
			"asks to wait for ever": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "999999999")
				w.WriteHeader(503)
			}, "503", 24 * time.Hour},
			"talks too much": {func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(500)
				for range 1000 {
					fmt.Fprint(w, strings.Repeat("\x00\xff<script>", 1000))
				}
			}, "500", 5 * time.Second},
		} {
			r.answers(c.answer)
			hook(i, r.URL, "events: [ticket.created]\n")
			open(i, "x")
			i.Settle()
			d := deliveries(i)[0]
			if d.State != webhook.Queued || !strings.Contains(d.Error, c.says) || d.Due.Sub(i.Clock.Now()) != c.wait || len(d.Response) > 1000 || strings.Contains(d.Error, r.URL) {
				t.Errorf("%s: %+v", name, d)
			}
			asked += c.wait
			i.Clock.Advance(time.Second)
		}
		if n := len(inside.all()); n != 0 {
			t.Errorf("a redirect was followed %d times", n)
		}
	})
}

// TestOneThatHangsDelaysNobody: with a server that answers never, another webhook's deliveries
// arrive, and at most four requests wait.
func TestOneThatHangsDelaysNobody(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		hanging, release := newReceiver(t), make(chan struct{})
		hanging.answers(func(http.ResponseWriter, *http.Request) { <-release })
		hook(i, r.URL, "events: [ticket.created]\n")
		i.Apply("kind: webhook\nname: hanging\ntitle: Hanging\nurl: " + hanging.URL + "\nevents: [ticket.created]\nrole: admin\nsecrets: [env:STEWARD_TEST_HOOK]\n")
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { i.Run(ctx) })
		defer func() { stop(); close(release); all.Wait() }()
		for range 30 {
			open(i, "x")
		}
		deadline := time.Now().Add(8 * time.Second)
		for len(r.all()) < 30 && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(r.all()); n != 30 {
			t.Errorf("%d of 30 arrived beside a server that hangs", n)
		}
		if n := len(hanging.all()); n < 1 || n > 4 {
			t.Errorf("%d requests wait at once, want 1 to 4", n)
		}
	})
}

// TestATriggersActionSendsOneEvent: also an event of the same transaction, whatever the webhook
// asks for, but nothing that its role may not see, and nothing twice.
func TestATriggersActionSendsOneEvent(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		hook(i, r.URL, "events: [organization.created]\n")
		send := func(visible bool) {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				e, err := i.Ledger.Append(ctx, tx, i.Root(), entry(visible))
				if err != nil {
					return err
				}
				for range 2 {
					if err := i.Webhooks.Send(ctx, tx, i.Root(), "warehouse", e); err != nil {
						return err
					}
				}
				return nil
			})
			i.Settle()
		}
		send(true)
		if got := strings.Join(r.types(t), " "); got != "ticket.tried" {
			t.Errorf("sent: %q", got)
		}
		send(false)
		if d := deliveries(i)[0]; len(r.all()) != 1 || d.State != webhook.Failed || !strings.Contains(d.Error, "may") && !strings.Contains(d.Error, "let it know") {
			t.Errorf("an event that the role may not see: %+v", d)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			if err := i.Webhooks.Send(ctx, tx, i.Root(), "nobody", 1); err == nil {
				t.Error("an unknown webhook is taken")
			}
			return nil
		})
	})
}

func TestWhoMayNotCannot(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		hook(i, r.URL, "")
		agent := i.Person("a@company.example", "A", "agent")
		for _, by := range []act.Actor{agent, {Kind: act.Person}} {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				if _, _, err := i.Webhooks.Deliveries(ctx, tx, by, "warehouse", "", db.Page{}); err == nil {
					t.Error("deliveries are listed")
				}
				if _, _, err := i.Webhooks.Delivery(ctx, tx, by, "warehouse", 1); err == nil {
					t.Error("a delivery is shown")
				}
				if _, err := i.Webhooks.Redeliver(ctx, tx, by, "warehouse", 1); err == nil {
					t.Error("a delivery is repeated")
				}
				if _, err := i.Webhooks.Test(ctx, tx, by, "warehouse"); err == nil {
					t.Error("a test is sent")
				}
				return nil
			})
		}
	})
}

func TestSecretsAreToldNowhere(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		t.Setenv("STEWARD_TEST_HOOK_BAD", "hunter2")
		for _, ref := range []string{"env:STEWARD_TEST_HOOK_BAD", "env:STEWARD_TEST_HOOK_NONE", "file:/nowhere/at/all"} {
			hook(i, r.URL, "events: [ticket.created]\nsecrets: ["+ref+"]\n")
			open(i, "x")
			i.Settle()
			d := deliveries(i)[0]
			if d.State != webhook.Queued || !strings.HasPrefix(d.Error, "Not sent") || strings.Contains(d.Error, "hunter2") {
				t.Errorf("%s: %+v", ref, d)
			}
			i.Clock.Advance(time.Second)
		}
		if len(r.all()) != 0 {
			t.Error("something was sent unsigned")
		}
	})
}

func TestOldDeliveriesGo(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, r *receiver) {
		hook(i, r.URL, "events: [ticket.created]\n")
		open(i, "x")
		i.Settle()
		i.Clock.Advance(31 * 24 * time.Hour)
		open(i, "y")
		i.Settle() // the hourly sweep is due
		if n := i.Count(`SELECT count(*) FROM webhook_delivery`); n != 1 {
			t.Errorf("%d deliveries are kept, want the new one", n)
		}
	})
}

// entry is an event about a ticket that nobody else appends.
func entry(visible bool) ledger.Entry {
	e := ledger.Entry{Verb: "ticket.tried", Subject: ledger.Ref{Kind: "ticket", ID: 1}, Visibility: ledger.Restricted}
	if visible {
		e.Visibility = ledger.Public
	}
	return e
}
