package trackertest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is the access token that the tracker takes.
const Token = "test-access-token"

// Item is an issue, merge request or pull request of the tracker.
type Item struct {
	Project      string // as its owner writes it: Product/App
	Sign         string // # (when empty) or !; on GitHub pull requests are # with Pull
	Number       int64
	Title        string
	Body         string
	State        string // open (when empty), closed, merged
	Labels       []string
	Milestone    string
	Assignee     string
	Confidential bool
	Pull         bool
	Updated      time.Time
	Notes        []string
}

// Server is the tracker.
type Server struct {
	*httptest.Server

	mu       sync.Mutex
	items    []*Item
	fail     []http.HandlerFunc // for the next requests, in order
	requests []string           // method and path of each, and " 304" where it was not modified
	lost     int                // answers to be lost though the request was carried out
	limit    int                // requests that are left; -1 for any number
	reset    time.Time
}

// New returns a tracker that is closed when the test ends.
func New(t testing.TB) *Server {
	s := &Server{limit: -1}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v4/projects/{project}/{rest...}", s.gitlab)
	mux.HandleFunc("/api/v3/repos/{owner}/{repo}/{rest...}", s.github)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		var fail http.HandlerFunc
		if len(s.fail) > 0 {
			fail, s.fail = s.fail[0], s.fail[1:]
		}
		s.mu.Unlock()
		if fail != nil {
			fail(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// Put adds an item.
func (s *Server) Put(i Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.Sign == "" {
		i.Sign = "#"
	}
	if i.State == "" {
		i.State = "open"
	}
	if i.Updated.IsZero() {
		i.Updated = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	}
	s.items = append(s.items, &i)
}

// Set changes an item; its time of change moves on by a minute.
func (s *Server) Set(project, sign string, number int64, f func(i *Item)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(project, sign, number); i != nil {
		i.Updated = i.Updated.Add(time.Minute)
		f(i)
	}
}

// Items returns what the tracker holds.
func (s *Server) Items() (out []Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.items {
		out = append(out, *i)
	}
	return out
}

// Fail answers the next request in the documented shape of a failure, with further headers.
func (s *Server) Fail(status int, headers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = append(s.fail, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		message(w, status, strconv.Itoa(status)+" "+http.StatusText(status))
	})
}

// Answer answers the next request by f.
func (s *Server) Answer(f http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = append(s.fail, f)
}

// Lose carries the next creation out and breaks its answer off.
func (s *Server) Lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost++
}

// Limit leaves so many requests until reset; then they are answered 429 (GitLab) or 403 (GitHub).
func (s *Server) Limit(left int, reset time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit, s.reset = left, reset
}

// Requests returns method and path of what was asked, and forgets it.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.requests
	s.requests = nil
	return out
}

func (s *Server) find(project, sign string, number int64) *Item {
	for _, i := range s.items {
		if strings.EqualFold(i.Project, project) && i.Sign == sign && i.Number == number {
			return i
		}
	}
	return nil
}

func message(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": text})
}

// spend takes one request off the limit; false when none was left and the answer was given.
func (s *Server) spend(w http.ResponseWriter, prefix string, status int) bool {
	if s.limit < 0 {
		return true
	}
	w.Header().Set(prefix+"RateLimit-Limit", "600")
	w.Header().Set(prefix+"RateLimit-Remaining", strconv.Itoa(max(s.limit-1, 0)))
	w.Header().Set(prefix+"RateLimit-Reset", strconv.FormatInt(s.reset.Unix(), 10))
	if s.limit == 0 {
		message(w, status, "API rate limit exceeded")
		return false
	}
	s.limit--
	return true
}

// show answers with JSON, or 304 when the asker has it.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(b)
	tag := `W/"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet && r.Header.Get("If-None-Match") == tag {
		s.requests[len(s.requests)-1] += " 304"
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// page answers with a page of a list and the documented Link header.
func (s *Server) page(w http.ResponseWriter, r *http.Request, all []any) {
	number, size := max(atoi(r.URL.Query().Get("page")), 1), atoi(r.URL.Query().Get("per_page"))
	if size == 0 {
		size = 20
	}
	size = min(size, 100)
	from, to := min((number-1)*size, len(all)), min(number*size, len(all))
	if to < len(all) {
		next := *r.URL
		q := next.Query()
		q.Set("page", strconv.Itoa(number+1))
		next.RawQuery = q.Encode()
		w.Header().Set("Link", fmt.Sprintf(`<%s%s>; rel="next"`, s.URL, next.String()))
	}
	s.show(w, r, http.StatusOK, append([]any{}, all[from:to]...))
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// created adds an item as a request wants it.
func (s *Server) created(project, title, body string, labels []string, confidential bool) *Item {
	number := int64(1)
	for _, i := range s.items {
		if strings.EqualFold(i.Project, project) && i.Number >= number {
			number = i.Number + 1
		}
	}
	i := &Item{Project: project, Sign: "#", Number: number, Title: title, Body: body, State: "open", Labels: labels, Confidential: confidential, Updated: time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)}
	s.items = append(s.items, i)
	return i
}

// newest are the items of a project, the newest first; merge requests of GitLab are no issues.
func (s *Server) newest(project string, show func(*Item) any) (out []any) {
	for _, i := range slices.Backward(s.items) {
		if strings.EqualFold(i.Project, project) && i.Sign == "#" {
			out = append(out, show(i))
		}
	}
	return out
}

// hangUp breaks an answer off when one shall be lost.
func (s *Server) hangUp(w http.ResponseWriter) bool {
	if s.lost == 0 {
		return false
	}
	s.lost--
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
	return true
}
