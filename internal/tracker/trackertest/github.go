package trackertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

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
