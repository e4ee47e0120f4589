package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"

	"steward/internal/app"
	"steward/internal/db"
)

// moved is an instance served by this process on a clock that its script moves on, with the mails that leave it. The
// program itself takes the machine's time and offers nothing to change it.
type moved struct {
	ahead atomic.Int64
	mu    sync.Mutex
	mails []letter
}

// letter is a mail that reached a customer.
type letter struct{ to, text string }

func (m *moved) now() time.Time { return time.Now().Add(time.Duration(m.ahead.Load())) }

// serve serves the instance that prepare made ready, and the script's controls, until the test ends.
func (m *moved) serve(t *testing.T, at db.Options, c *customer) (workspace, control string) {
	t.Helper()
	a, err := app.New(t.Context(), app.Options{DB: at, Clock: m.now, AllowHosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, served := make(chan string, 1), make(chan error, 1)
	go func() {
		served <- a.Serve(ctx, app.Listen{HTTP: "127.0.0.1:0", Ready: func(url string) { ready <- url }})
	}()
	go m.collect(ctx, c)
	ln := listen(t)
	controls := http.Server{Handler: m.controls()}
	go func() { _ = controls.Serve(ln) }()
	t.Cleanup(func() {
		controls.Close()
		stop()
		<-served
		a.Close()
	})
	select {
	case workspace = <-ready:
	case err := <-served:
		t.Fatal(err)
	}
	return workspace, "http://" + ln.Addr().String()
}

// collect keeps what reaches the customer.
func (m *moved) collect(ctx context.Context, c *customer) {
	for {
		select {
		case raw := <-c.got:
			l, err := read(raw)
			if err != nil {
				c.t.Error(err)
				continue
			}
			m.mu.Lock()
			m.mails = append(m.mails, l)
			m.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

func read(raw []byte) (l letter, err error) {
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return l, err
	}
	to, err := r.Header.AddressList("To")
	if err != nil || len(to) == 0 {
		return l, fmt.Errorf("a mail to nobody: %w", err)
	}
	l.to = to[0].Address
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			return l, err
		}
		b, err := io.ReadAll(p.Body)
		if err != nil {
			return l, err
		}
		l.text += string(b)
	}
}

// controls are what a script asks for beside the workspace: POST /move?by=24h moves the clock, GET /link?to=…&path=… waits for
// a mail to that address with such a link, and returns its address. A mail is looked at once.
func (m *moved) controls() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /move", func(w http.ResponseWriter, r *http.Request) {
		by, err := time.ParseDuration(r.FormValue("by"))
		if err != nil || by < 0 {
			http.Error(w, "by is no time to move on by", http.StatusBadRequest)
			return
		}
		m.ahead.Add(int64(by))
		_ = json.NewEncoder(w).Encode(m.now())
	})
	mux.HandleFunc("GET /link", func(w http.ResponseWriter, r *http.Request) {
		link := regexp.MustCompile(`http://[^\s)>"]+` + regexp.QuoteMeta(r.FormValue("path")) + `[\w.=-]+`)
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if found := m.take(r.FormValue("to"), link); found != "" {
				_ = json.NewEncoder(w).Encode(found)
				return
			}
		}
		http.Error(w, fmt.Sprintf("no mail with a link to %s reached %s within 30 seconds", r.FormValue("path"), r.FormValue("to")), http.StatusNotFound)
	})
	return mux
}

func (m *moved) take(to string, link *regexp.Regexp) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, l := range m.mails {
		if found := link.FindString(l.text); l.to == to && found != "" {
			m.mails = slices.Delete(m.mails, i, i+1)
			return found
		}
	}
	return ""
}
