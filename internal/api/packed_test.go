package api

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAnswersInJSONAreCompressedForThoseWhoTakeIt(t *testing.T) {
	long := `{"items":["` + strings.Repeat("word ", 1000) + `"]}`
	for _, c := range []struct {
		name, kind, body, takes string
		more                    http.Header
		packed, vary            bool
	}{
		{name: "long JSON", kind: "application/json", body: long, takes: "br, gzip;q=0.5", packed: true, vary: true},
		{name: "a problem", kind: "application/problem+json; charset=utf-8", body: long, takes: "gzip", packed: true, vary: true},
		{name: "anything", kind: "application/json", body: long, takes: "*", packed: true, vary: true},
		{name: "short JSON", kind: "application/json", body: `{}`, takes: "gzip", vary: true},
		{name: "nobody asked", kind: "application/json", body: long, vary: true},
		{name: "refused", kind: "application/json", body: long, takes: "gzip;q=0, br", vary: true},
		{name: "another language", kind: "application/json", body: long, takes: "xgzip", vary: true},
		{name: "styles", kind: "text/css; charset=utf-8", body: long, takes: "gzip", packed: true, vary: true},
		{name: "events", kind: "text/event-stream", body: long, takes: "gzip"},
		{name: "a page", kind: "text/html", body: long, takes: "gzip"},
		{name: "packed already", kind: "application/json", body: long, takes: "gzip", more: http.Header{"Content-Encoding": {"br"}}},
		{name: "a file in parts", kind: "application/json", body: long, takes: "gzip", more: http.Header{"Accept-Ranges": {"bytes"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := packing(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range c.more {
					w.Header()[k] = v
				}
				w.Header().Set("Content-Type", c.kind)
				w.WriteHeader(http.StatusCreated)
				for part := range strings.SplitAfterSeq(c.body, " ") {
					_, _ = io.WriteString(w, part)
				}
			}))
			r := httptest.NewRequest("GET", "/", nil)
			if c.takes != "" {
				r.Header.Set("Accept-Encoding", c.takes)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != c.packed || w.Code != http.StatusCreated {
				t.Fatalf("compressed %v, status %d", got, w.Code)
			}
			if got := w.Header().Get("Vary") == "Accept-Encoding"; got != c.vary {
				t.Errorf("Vary is %q", w.Header().Get("Vary"))
			}
			body := io.Reader(w.Body)
			if c.packed {
				z, err := gzip.NewReader(body)
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			if text, err := io.ReadAll(body); err != nil || string(text) != c.body {
				t.Errorf("%d bytes came, %v", len(text), err)
			}
		})
	}
}

func TestWhatIsFlushedLeavesAtOnce(t *testing.T) {
	server := httptest.NewServer(packing(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("kind"))
		_, _ = io.WriteString(w, "first")
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
		<-r.Context().Done()
	})))
	defer server.Close()
	for _, kind := range []string{"text/event-stream", "application/json"} {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", server.URL+"?kind="+kind, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		first := make([]byte, 5)
		if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "first" || res.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %q, %v, %v", kind, first, err, res.Header)
		}
		res.Body.Close()
	}
}

// A list of 50 tickets has about 60 kB.
func BenchmarkPacking(b *testing.B) {
	var text strings.Builder
	for i := range 50 {
		fmt.Fprintf(&text, `{"id":%d,"subject":"Jobs wait %d minutes for a runner since the update","status":"open","priority":"high","requester":{"id":%d,"name":"Casey Sample","email":"casey%d@customer.example"},"created_at":"2026-11-%02dT10:%02d:00Z","tags":["runner","queue","plan-premium"],"clocks":[{"metric":"first_reply","state":"running","due_at":"2026-11-24T09:00:00Z","target_minutes":240}]},`, i+40000, i*7%60, i*31, i*31, i%28+1, i)
	}
	body := []byte(text.String())
	h := packing(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	for _, takes := range []string{"", "gzip"} {
		b.Run("takes "+takes, func(b *testing.B) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Encoding", takes)
			size := 0
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				size = w.Body.Len()
			}
			b.SetBytes(int64(len(body)))
			b.ReportMetric(float64(size), "B/answer")
		})
	}
}
