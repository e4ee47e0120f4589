package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/tracker/trackertest"
)

// outside is the world around an instance in the scripts that need one: somebody whose mail a filter has marked, customers
// whose mail is read, and engineers with a tracker.
type outside struct {
	c       *customer
	mails   moved
	tracker *trackertest.Server
}

// hookSecret is what the tracker and the instance share.
const hookSecret = "a secret between two servers"

// newOutside is made before the instance starts, which finds the tracker's secrets in its environment.
func newOutside(t *testing.T, c *customer) *outside {
	t.Helper()
	o := &outside{c: c, tracker: trackertest.New(t)}
	o.tracker.Put(trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops at midnight"})
	t.Setenv("STEWARD_E2E_TRACKER", trackertest.Token)
	t.Setenv("STEWARD_E2E_HOOK", hookSecret)
	t.Setenv("STEWARD_ALLOW_HOST", "127.0.0.1")
	return o
}

// serve offers the script what happens outside, until the test ends, and returns where.
func (o *outside) serve(t *testing.T, s *server) string {
	t.Helper()
	o.c.server = s.smtp
	ctx, stop := context.WithCancel(context.Background())
	go o.mails.collect(ctx, o.c)
	ln := listen(t)
	controls := http.Server{Handler: o.controls(s)}
	go func() { _ = controls.Serve(ln) }()
	t.Cleanup(func() { controls.Close(); stop() })
	return "http://" + ln.Addr().String()
}

// controls are POST /spam?subject=…, which sends a mail that a filter has marked; GET /mail?to=…&says=…, which waits for a mail with these
// words; GET /tracker, the tracker's address; and POST /close, which closes its issue and tells the instance.
func (o *outside) controls(s *server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /spam", func(w http.ResponseWriter, r *http.Request) {
		const from, to = "sam@shop.example", "support@company.example"
		mail := fmt.Sprintf("From: Sam Sample <%s>\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%d@shop.example>\r\nX-Spam-Flag: YES\r\n\r\nPlease look at this.\r\n",
			from, to, r.FormValue("subject"), time.Now().Format(time.RFC1123Z), time.Now().UnixNano())
		answer(w, "sent", smtp.SendMail(o.c.server, nil, from, []string{to}, []byte(mail)))
	})
	mux.HandleFunc("GET /mail", func(w http.ResponseWriter, r *http.Request) {
		to, says := r.FormValue("to"), r.FormValue("says")
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if o.mails.reached(to, says) {
				answer(w, "here", nil)
				return
			}
		}
		answer(w, nil, fmt.Errorf("no mail to %s said %q within a minute", to, says))
	})
	mux.HandleFunc("GET /tracker", func(w http.ResponseWriter, _ *http.Request) { answer(w, o.tracker.URL, nil) })
	mux.HandleFunc("POST /close", func(w http.ResponseWriter, _ *http.Request) {
		o.tracker.Set("product/app", "#", 12, func(i *trackertest.Item) { i.State, i.Updated = "closed", time.Now().UTC() })
		items := o.tracker.Items()
		at := slices.IndexFunc(items, func(i trackertest.Item) bool { return i.Number == 12 })
		res, err := http.DefaultClient.Do(o.tracker.GitLabHook(s.url+"/hooks/trackers/works", hookSecret, "close-12", items[at]))
		if err == nil {
			res.Body.Close()
			if res.StatusCode/100 != 2 {
				err = fmt.Errorf("the webhook was answered with %s", res.Status)
			}
		}
		answer(w, "closed", err)
	})
	return mux
}

// reached reports whether a mail to an address has said something.
func (m *moved) reached(to, says string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.mails, func(l letter) bool { return l.to == to && strings.Contains(l.text, says) })
}
