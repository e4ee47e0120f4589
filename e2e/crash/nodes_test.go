package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"steward/internal/db/dbtest"
)

// nodes are several programs on one PostgreSQL database; the first is the one it was made with.
func nodes(t *testing.T, n int) []*server {
	t.Helper()
	first := newServer(t, []string{"--database", dbtest.URL(t)})
	all := []*server{first}
	for len(all) < n {
		s := *first
		s.http, s.smtp, s.logs = fmt.Sprintf("127.0.0.1:%d", dbtest.FreePort(t)), fmt.Sprintf("127.0.0.1:%d", dbtest.FreePort(t)), &lockedBuffer{}
		t.Cleanup(func() { s.kill() })
		all = append(all, &s)
	}
	for _, s := range all {
		s.start()
	}
	return all
}

// within polls until ok holds and returns how long that took.
func within(t *testing.T, most time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if ok() {
			return time.Since(begun)
		}
		if time.Since(begun) > most {
			t.Fatalf("not within %s: %s", most, what)
		}
	}
}

// listen opens a live stream and counts what it is told of each ticket.
func listen(t *testing.T, s *server) (told func(verb string) int) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	req, _ := http.NewRequestWithContext(ctx, "GET", "http://"+s.http+"/api/v1/stream", nil)
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	verbs := map[string]int{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			var e struct{ Verb string }
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && json.Unmarshal([]byte(data), &e) == nil {
				mu.Lock()
				verbs[e.Verb]++
				mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { stop(); res.Body.Close(); <-done })
	return func(verb string) int { mu.Lock(); defer mu.Unlock(); return verbs[verb] }
}

func TestThreeNodesAreOneInstance(t *testing.T) {
	all := nodes(t, 3)
	told := listen(t, all[2])
	const mails = 30
	var sending sync.WaitGroup
	for n := range mails { // mail in through either
		sending.Go(func() {
			if err := all[n%2].send(fmt.Sprintf("c%d@acme.example", n%9), fmt.Sprintf("n%d@acme.example", n), "Help"); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	took := within(t, 10*time.Second, "the third node hears of every ticket", func() bool { return told("ticket.created") >= mails })
	t.Logf("%d mails through two nodes: every ticket live on the third after %s", mails, took.Round(time.Millisecond))
	if n := told("ticket.created"); n != mails {
		t.Errorf("%d mails made %d tickets", mails, n)
	}
	// An answer given on one node is live on another.
	before := told("ticket.replied")
	if a := all[0].call("POST", "/api/v1/tickets/1/comments", obj{"public": true, "text": "One answer"}); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	took = within(t, 5*time.Second, "an answer is live elsewhere", func() bool { return told("ticket.replied") > before })
	t.Logf("an answer is live on another node after %s", took.Round(time.Millisecond))
	within(t, 10*time.Second, "the answer has left", func() bool { return len(all[0].peer.all()) > 0 })
	// A configuration applied beside them is in force on each.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sales.yaml"), []byte("kind: mailbox\nname: sales\ntitle: Sales\naddress: sales@company.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	steward(t, append([]string{"apply", dir}, all[0].where...)...)
	for n, s := range all {
		took := within(t, 5*time.Second, "the configuration is in force everywhere", func() bool {
			return strings.Contains(s.call("GET", "/api/v1/me", nil).body, `"generation":3`)
		})
		if took > 1500*time.Millisecond {
			t.Errorf("node %d took it into force after %s", n, took)
		}
	}
	within(t, 10*time.Second, "health knows three nodes", func() bool {
		return strings.Contains(all[1].call("GET", "/api/v1/health", nil).body, "3 nodes serve this database")
	})
	for _, s := range all {
		if code := s.stop(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, tail(s.logs.String()))
		}
	}
	if n := len(all[0].peer.all()); n != 1 {
		t.Errorf("one answer left %d times", n)
	}
	if strings.Contains(all[0].logs.String()+all[1].logs.String()+all[2].logs.String(), "level=ERROR") {
		t.Errorf("errors in the logs:\n%s", tail(all[0].logs.String()))
	}
}

// balancer sends requests to the nodes in turn, as a small load balancer does: it asks each for
// its readiness ten times a second, and tries the next only when a connection is refused.
type balancer struct {
	*httptest.Server
	nodes []*server
	up    []atomic.Bool
	next  atomic.Int64
}

func balance(t *testing.T, all []*server) *balancer {
	t.Helper()
	b := &balancer{nodes: all, up: make([]atomic.Bool, len(all))}
	ctx, stop := context.WithCancel(context.Background())
	var asking sync.WaitGroup
	probe := &http.Client{Timeout: time.Second}
	for n := range all {
		asking.Go(func() {
			for ctx.Err() == nil {
				res, err := probe.Get("http://" + all[n].http + "/readyz")
				b.up[n].Store(err == nil && res.StatusCode == 200)
				if err == nil {
					res.Body.Close()
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	proxy := &httputil.ReverseProxy{Transport: b, Rewrite: func(r *httputil.ProxyRequest) { r.SetXForwarded() },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, err.Error(), 599) }}
	b.Server = httptest.NewServer(proxy)
	t.Cleanup(func() { b.Close(); stop(); asking.Wait() })
	return b
}

// RoundTrip implements http.RoundTripper.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var last error
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	for range 3 * len(b.nodes) {
		n := int(b.next.Add(1)) % len(b.nodes)
		if !b.up[n].Load() {
			continue
		}
		again := r.Clone(r.Context())
		again.URL.Scheme, again.URL.Host, again.Body = "http", b.nodes[n].http, io.NopCloser(strings.NewReader(string(body)))
		res, err := client.Transport.RoundTrip(again)
		if err == nil || !errors.Is(err, syscall.ECONNREFUSED) {
			return res, err
		}
		last = err
	}
	return nil, errors.Join(errors.New("no node is ready"), last)
}

func TestRollingRestartWithoutAFailedRequest(t *testing.T) {
	all := nodes(t, 3)
	b := balance(t, all)
	front := *all[0] // a client that only knows the balancer
	front.http = strings.TrimPrefix(b.URL, "http://")
	within(t, 5*time.Second, "every node takes requests", func() bool { return b.up[0].Load() && b.up[1].Load() && b.up[2].Load() })
	var stop atomic.Bool
	var working sync.WaitGroup
	var done, failed atomic.Int64
	for c := range 4 {
		working.Go(func() {
			for n := 0; !stop.Load(); n++ {
				a, want := front.call("GET", "/api/v1/tickets", nil), 200
				if n%2 == c%2 {
					a, want = front.call("POST", "/api/v1/tickets", obj{"subject": "x", "text": "x"}), 201
				}
				if done.Add(1); a.status != want {
					failed.Add(1)
					t.Errorf("a request failed: %d %s", a.status, a.body)
				}
			}
		})
	}
	begun := time.Now()
	for _, s := range all {
		if code := s.stop(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, tail(s.logs.String()))
		}
		s.start()
	}
	took := time.Since(begun)
	stop.Store(true)
	working.Wait()
	t.Logf("three nodes restarted one after another in %s under %d requests, %d of which failed", took.Round(time.Millisecond), done.Load(), failed.Load())
}

func TestANodeKilledUnderLoadLeavesNothingBehind(t *testing.T) {
	all := nodes(t, 2)
	l := newLoad(all[0]) // the one that stays
	other := newLoad(all[1])
	l.run(2)
	other.run(2)
	for range 5 {
		time.Sleep(400 * time.Millisecond)
		all[1].kill()
		time.Sleep(200 * time.Millisecond)
		all[1].start()
	}
	time.Sleep(300 * time.Millisecond)
	all[1].kill() // for good
	begun := time.Now()
	other.end()
	l.end()
	l.mails = append(l.mails, other.mails...)
	for text, id := range other.comments {
		l.comments[text] = id
	}
	for text := range other.tried {
		l.tried[text] = true
	}
	if l.refused[500]+l.refused[503]+l.refused[0] > 0 {
		t.Errorf("the node that stays failed requests: %v", l.refused)
	}
	l.check(t)
	t.Logf("what the killed node had begun was finished by the other %s after the kill", time.Since(begun).Round(100*time.Millisecond))
}
