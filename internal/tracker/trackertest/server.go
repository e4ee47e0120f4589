package trackertest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
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

func (s *Server) gitlab(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Private-Token") != Token {
		message(w, http.StatusUnauthorized, "401 Unauthorized")
		return
	}
	if !s.spend(w, "", http.StatusTooManyRequests) {
		return
	}
	project, err := url.PathUnescape(r.PathValue("project"))
	parts := strings.Split(r.PathValue("rest"), "/")
	known := slices.ContainsFunc(s.items, func(i *Item) bool { return strings.EqualFold(i.Project, project) })
	if err != nil || !known {
		message(w, http.StatusNotFound, "404 Project Not Found")
		return
	}
	if len(parts) == 1 && parts[0] == "issues" {
		if r.Method == http.MethodGet {
			s.page(w, r, s.newest(project, s.gitlabView))
			return
		}
		var in struct {
			Title, Description, Labels string
			Confidential               bool
		}
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Title == "" {
			message(w, http.StatusBadRequest, "title is missing")
			return
		}
		i := s.created(project, in.Title, in.Description, split(in.Labels), in.Confidential)
		if !s.hangUp(w) {
			s.show(w, r, http.StatusCreated, s.gitlabView(i))
		}
		return
	}
	sign := map[string]string{"issues": "#", "merge_requests": "!"}[parts[0]]
	var i *Item
	if len(parts) > 1 {
		i = s.find(project, sign, int64(atoi(parts[1])))
	}
	switch {
	case i == nil:
		message(w, http.StatusNotFound, "404 Not found")
	case r.Method == http.MethodGet:
		s.show(w, r, http.StatusOK, s.gitlabView(i))
	case r.Method == http.MethodPut:
		var in struct {
			Add string `json:"add_labels"`
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		i.add(split(in.Add))
		s.show(w, r, http.StatusOK, s.gitlabView(i))
	case r.Method == http.MethodPost && len(parts) == 3 && parts[2] == "notes":
		s.note(w, r, i)
	default:
		message(w, http.StatusMethodNotAllowed, "405 Method Not Allowed")
	}
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func (i *Item) add(labels []string) {
	for _, l := range labels {
		if !slices.Contains(i.Labels, l) {
			i.Labels = append(i.Labels, l)
		}
	}
}

func (s *Server) note(w http.ResponseWriter, r *http.Request, i *Item) {
	var in struct{ Body string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Body == "" {
		message(w, http.StatusBadRequest, "body is missing")
		return
	}
	i.Notes = append(i.Notes, in.Body)
	s.show(w, r, http.StatusCreated, map[string]any{"id": len(i.Notes), "body": in.Body})
}

func (s *Server) gitlabView(i *Item) any {
	state := map[string]string{"open": "opened", "closed": "closed", "merged": "merged"}[i.State]
	what := "issues"
	if i.Sign == "!" {
		what = "merge_requests"
	}
	v := map[string]any{"id": 1000 + i.Number, "iid": i.Number, "title": i.Title, "description": i.Body, "state": state, "labels": append([]string{}, i.Labels...),
		"milestone": nil, "assignees": []any{}, "confidential": i.Confidential, "updated_at": i.Updated.Format("2006-01-02T15:04:05.000Z"),
		"web_url": fmt.Sprintf("%s/%s/-/%s/%d", s.URL, i.Project, what, i.Number)}
	if i.Milestone != "" {
		v["milestone"] = map[string]any{"id": 11, "title": i.Milestone}
	}
	if i.Assignee != "" {
		v["assignees"] = []any{map[string]any{"id": 9, "name": i.Assignee, "username": "someone"}}
	}
	return v
}

func (s *Server) github(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+Token {
		message(w, http.StatusUnauthorized, "Bad credentials")
		return
	}
	if !s.spend(w, "X-", http.StatusForbidden) {
		return
	}
	project := r.PathValue("owner") + "/" + r.PathValue("repo")
	parts := strings.Split(r.PathValue("rest"), "/")
	known := slices.ContainsFunc(s.items, func(i *Item) bool { return strings.EqualFold(i.Project, project) })
	if !known || parts[0] != "issues" {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	if len(parts) == 1 {
		if r.Method == http.MethodGet {
			s.page(w, r, s.newest(project, s.githubView))
			return
		}
		var in struct {
			Title, Body string
			Labels      []string
		}
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Title == "" {
			message(w, http.StatusUnprocessableEntity, "Validation Failed")
			return
		}
		i := s.created(project, in.Title, in.Body, in.Labels, false)
		if !s.hangUp(w) {
			s.show(w, r, http.StatusCreated, s.githubView(i))
		}
		return
	}
	i := s.find(project, "#", int64(atoi(parts[1])))
	switch {
	case i == nil:
		message(w, http.StatusNotFound, "Not Found")
	case r.Method == http.MethodGet:
		s.show(w, r, http.StatusOK, s.githubView(i))
	case r.Method == http.MethodPost && len(parts) == 3 && parts[2] == "labels":
		var in struct{ Labels []string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		i.add(in.Labels)
		s.show(w, r, http.StatusOK, githubLabels(i.Labels))
	case r.Method == http.MethodPost && len(parts) == 3 && parts[2] == "comments":
		s.note(w, r, i)
	default:
		message(w, http.StatusNotFound, "Not Found")
	}
}

func githubLabels(names []string) []any {
	out := []any{}
	for _, n := range names {
		out = append(out, map[string]any{"name": n})
	}
	return out
}

func (s *Server) githubView(i *Item) any {
	state, what := i.State, "issues"
	if state == "merged" {
		state = "closed"
	}
	if i.Pull {
		what = "pull"
	}
	v := map[string]any{"id": 1000 + i.Number, "number": i.Number, "title": i.Title, "body": i.Body, "state": state, "labels": githubLabels(i.Labels), "milestone": nil,
		"assignees": []any{}, "updated_at": i.Updated.Format(time.RFC3339), "html_url": fmt.Sprintf("%s/%s/%s/%d", s.URL, i.Project, what, i.Number)}
	if i.Milestone != "" {
		v["milestone"] = map[string]any{"number": 3, "title": i.Milestone}
	}
	if i.Assignee != "" {
		v["assignees"] = []any{map[string]any{"login": i.Assignee}}
	}
	if i.Pull {
		merged := any(nil)
		if i.State == "merged" {
			merged = i.Updated.Format(time.RFC3339)
		}
		v["pull_request"] = map[string]any{"url": s.URL, "merged_at": merged}
	}
	return v
}
