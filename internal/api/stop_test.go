package api_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/api"
	"steward/internal/app/apptest"
	"steward/internal/db"

	"net/http/httptest"
)

// stopping is the surface of an instance whose live streams a test ends.
func stopping(t *testing.T) (*apptest.Instance, *api.Server, *httptest.Server) {
	t.Helper()
	i := apptest.New(t, apptest.Options(t, db.SQLite))
	s := i.Surface()
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return i, s, server
}

func TestLiveStreamThatEndsSaysWhenToComeBack(t *testing.T) {
	i, s, server := stopping(t)
	req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+i.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "retry:") {
	}
	s.CloseStreams()
	last, ended := "", make(chan struct{})
	go func() {
		defer close(ended)
		for lines.Scan() {
			if lines.Text() != "" {
				last = lines.Text()
			}
		}
	}()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the stream goes on")
	}
	if !strings.HasPrefix(last, "retry: ") {
		t.Errorf("the last line was %q", last)
	}
}

func TestErrorsNameTheirRequest(t *testing.T) {
	_, _, server := stopping(t)
	for _, path := range []string{"/api/v1/tickets", "/api/v1/nothing", "/api/v1/tickets/x"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Request-Id", "sample-request-1")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var body strings.Builder
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			body.WriteString(lines.Text())
		}
		res.Body.Close()
		if res.Header.Get("X-Request-Id") != "sample-request-1" || !strings.Contains(body.String(), `"request_id":"sample-request-1"`) {
			t.Errorf("%s: %v %s", path, res.Header, body.String())
		}
	}
}
