package trackertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

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
