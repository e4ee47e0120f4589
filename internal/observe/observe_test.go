package observe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"steward/internal/observe"
)

func TestSecretsAreNeverLogged(t *testing.T) {
	for _, json := range []bool{false, true} {
		var b bytes.Buffer
		log := observe.Logger(&b, json, slog.LevelDebug)
		log.Info("connecting to postgres://steward:hush@db.example/x", "password", "hush", "api_token", "hush", "Authorization", "Bearer hush")
		log.Error("no", "error", errors.New(`dial "postgres://steward:hush@db.example": password=hush Authorization: Bearer hushhushhush`))
		log.With("client_secret", "hush").WithGroup("g").Warn("Basic aHVzaDpodXNo", "cookie", "hush", "url", "https://x.example/?token=hush&a=1")
		if out := b.String(); strings.Contains(out, "hush") || strings.Contains(out, "aHVzaDpodXNo") || strings.Count(out, "db.example") != 2 || !strings.Contains(out, "a=1") {
			t.Errorf("logged: %s", out)
		}
	}
}

func TestRequestsHaveAnIdAndAreCountedByRoute(t *testing.T) {
	var b bytes.Buffer
	before := slog.Default()
	slog.SetDefault(observe.Logger(&b, false, slog.LevelDebug))
	defer slog.SetDefault(before)
	o := observe.New("test")
	mux := http.NewServeMux()
	var seen string
	mux.HandleFunc("GET /tickets/{id}", func(w http.ResponseWriter, r *http.Request) {
		seen = observe.RequestID(r.Context())
		slog.InfoContext(r.Context(), "inside")
	})
	h := o.Requests(observe.Route(mux))
	for _, c := range []struct{ sent, wants string }{{"abc-123.DEF_4", "abc-123.DEF_4"}, {"", ""}, {"short", ""}, {"bad\nid with space", ""}, {strings.Repeat("x", 200), ""}} {
		req := httptest.NewRequest("GET", "/tickets/7?token=hush", nil)
		req.Header.Set("X-Request-Id", c.sent)
		res := httptest.NewRecorder()
		b.Reset()
		h.ServeHTTP(res, req)
		got := res.Header().Get("X-Request-Id")
		if c.wants != "" && got != c.wants || c.wants == "" && (len(got) < 20 || got == c.sent) || got != seen {
			t.Errorf("%q became %q, inside %q", c.sent, got, seen)
		}
		if n := strings.Count(b.String(), "request_id="+got); n != 2 || strings.Contains(b.String(), "hush") {
			t.Errorf("%d lines carry the id:\n%s", n, b.String())
		}
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("BREW", "/nowhere", nil))
	res := httptest.NewRecorder()
	o.Handler().ServeHTTP(res, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`steward_http_requests_total{method="GET",route="GET /tickets/{id}",status="200"} 5`, `steward_http_requests_total{method="other",route="none",status="404"} 1`, `steward_build_info{version="test"} 1`} {
		if !strings.Contains(res.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

// collector takes what an exporter sends.
type collector struct {
	mu  sync.Mutex
	got bytes.Buffer
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = io.Copy(&c.got, r.Body)
}

func TestTracesNameRoutesAndNothingPersonal(t *testing.T) {
	c := &collector{}
	s := httptest.NewServer(c)
	defer s.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL)
	o := observe.New("test")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /portal/{token}", func(_ http.ResponseWriter, r *http.Request) {
		_, done := o.Watch(r.Context(), "db.write")
		done(errors.New("ann@acme.example already exists"))
	})
	h := o.Requests(observe.Route(mux))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/portal/hush?email=ann@acme.example", nil))
	_, done := o.Watch(context.Background(), "job mail.send")
	done(nil)
	if err := o.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := c.got.String()
	for _, want := range []string{"GET /portal/{token}", "db.write", "job mail.send"} {
		if !strings.Contains(sent, want) {
			t.Errorf("no span %q", want)
		}
	}
	if strings.Contains(sent, "hush") || strings.Contains(sent, "ann@") {
		t.Error("a span holds what a person wrote")
	}
}
