package trackertest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// GitLabHook is the webhook GitLab sends of an item, with its secret token.
func (s *Server) GitLabHook(to, secret, id string, i Item) *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, event := "issue", "Issue Hook"
	switch {
	case i.Sign == "!":
		kind, event = "merge_request", "Merge Request Hook"
	case i.Confidential:
		event = "Confidential Issue Hook"
	}
	state := map[string]string{"open": "opened", "": "opened", "closed": "closed", "merged": "merged"}[i.State]
	labels := []any{}
	for _, l := range i.Labels {
		labels = append(labels, map[string]any{"id": 206, "title": l, "color": "#ffffff", "type": "ProjectLabel"})
	}
	body, _ := json.Marshal(map[string]any{"object_kind": kind, "event_type": kind, "user": map[string]any{"id": 1, "name": "Administrator", "username": "root"},
		"project": map[string]any{"id": 1, "path_with_namespace": i.Project, "web_url": s.URL + "/" + i.Project},
		"object_attributes": map[string]any{"id": 301, "iid": i.Number, "title": i.Title, "state": state, "confidential": i.Confidential,
			"url": s.URL + "/" + i.Project + "/-/issues/" + strconv.FormatInt(i.Number, 10), "updated_at": i.Updated.Format("2006-01-02 15:04:05 UTC"), "action": "update"},
		"labels": labels, "assignees": []any{}})
	req := hook(to, body)
	req.Header.Set("X-Gitlab-Event", event)
	req.Header.Set("X-Gitlab-Event-UUID", "13792a34-cac6-4fda-95a8-c58e00a3954e")
	req.Header.Set("Idempotency-Key", id)
	req.Header.Set("X-Gitlab-Token", secret)
	return req
}

// Sign replaces GitLab's secret token by a signature with its signing token, made at a time.
func Sign(req *http.Request, key []byte, at time.Time) {
	req.Header.Del("X-Gitlab-Token")
	id, stamp := req.Header.Get("Idempotency-Key"), strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(bodyOf(req))
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", stamp)
	req.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// GitHubHook is the webhook GitHub sends of an issue or pull request, signed.
func (s *Server) GitHubHook(to, secret, id string, i Item) *http.Request {
	s.mu.Lock()
	view := s.githubView(&i).(map[string]any)
	s.mu.Unlock()
	event, body := "issues", map[string]any{"action": "edited", "repository": map[string]any{"full_name": i.Project}}
	if i.Pull {
		event = "pull_request"
		delete(view, "pull_request")
		view["merged"] = i.State == "merged"
		body["pull_request"] = view
	} else {
		body["issue"] = view
	}
	b, _ := json.Marshal(body)
	req := hook(to, b)
	req.Header.Set("X-GitHub-Event", event)
	req.Header.Set("X-GitHub-Delivery", id)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(b)
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	return req
}

func hook(to string, body []byte) *http.Request {
	req, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

func bodyOf(req *http.Request) []byte {
	r, err := req.GetBody()
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	_, _ = b.ReadFrom(r)
	return b.Bytes()
}
