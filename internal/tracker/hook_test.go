package tracker_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/tracker"
	"steward/internal/tracker/trackertest"
)

func post(t *testing.T, req *http.Request) int {
	t.Helper()
	if req.GetBody != nil {
		req.Body, _ = req.GetBody()
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func TestWebhooksChangeIssuesOnce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		server := i.Serve()
		item := trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops", Updated: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
		s.Put(item)
		for _, name := range []string{"gitlab", "github"} {
			issue := track(i, ref(i, name, "#", 12))
			i.Settle()
			now := item
			now.State, now.Title, now.Updated = "closed", "Sync stopped", item.Updated.Add(time.Hour)
			make := map[string]func(to, secret, id string, i trackertest.Item) *http.Request{"gitlab": s.GitLabHook, "github": s.GitHubHook}[name]
			to := server.URL + "/hooks/trackers/" + name
			if code := post(t, make(to, "wrong", "d1", now)); code != 401 {
				t.Errorf("%s: a wrong signature is answered %d", name, code)
			}
			if code := post(t, make(to, "", "d1", now)); code != 401 {
				t.Errorf("%s: no signature is answered %d", name, code)
			}
			if code := post(t, make(to, hookSecret, "d1", now)); code != 202 {
				t.Errorf("%s: %d", name, code)
			}
			if code := post(t, make(to, hookSecret, "d1", now)); code != 200 {
				t.Errorf("%s: the same again is answered %d", name, code)
			}
			for range 3 { // GitLab is asked for the rest, but is away
				s.Fail(503)
			}
			i.Settle()
			if got := read(i, issue.ID); got.State != tracker.Closed || got.Title != "Sync stopped" {
				t.Errorf("%s: %+v", name, got)
			}
			old := now
			old.State, old.Updated = "open", item.Updated.Add(time.Minute)
			if code := post(t, make(to, hookSecret, "d2", old)); code != 202 {
				t.Errorf("%s: %d", name, code)
			}
			i.Settle()
			if got := read(i, issue.ID); got.State != tracker.Closed {
				t.Errorf("%s: an older message turned it back", name)
			}
			for range 5 {
				s.Answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
			}
		}
		if n := i.Count(`SELECT count(*) FROM tracker_delivery WHERE body <> ''`); n != 0 {
			t.Errorf("%d bodies are kept", n)
		}
	})
}

func TestOddWebhooksAreAnswered(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		server := i.Serve()
		to := server.URL + "/hooks/trackers/"
		item := trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops", Updated: i.Clock.Now()}
		if code := post(t, s.GitLabHook(to+"nothing", hookSecret, "d1", item)); code != 404 {
			t.Errorf("an unknown tracker is answered %d", code)
		}
		push := s.GitLabHook(to+"gitlab", hookSecret, "d2", item)
		push.Header.Set("X-Gitlab-Event", "Push Hook")
		if code := post(t, push); code != 200 {
			t.Errorf("another event is answered %d", code)
		}
		ping := s.GitHubHook(to+"github", hookSecret, "d3", item)
		ping.Header.Set("X-GitHub-Event", "ping")
		if code := post(t, ping); code != 200 {
			t.Errorf("ping is answered %d", code)
		}
		if n := i.Count(`SELECT count(*) FROM tracker_delivery`); n != 0 {
			t.Errorf("%d are stored", n)
		}
		large, _ := http.NewRequest("POST", to+"gitlab", bytes.NewReader(make([]byte, 6<<20)))
		large.Header.Set("X-Gitlab-Token", hookSecret)
		if code := post(t, large); code != 413 {
			t.Errorf("6 MB are answered %d", code)
		}
		broken, _ := http.NewRequest("POST", to+"gitlab", strings.NewReader("{not json \x00"))
		broken.Header.Set("X-Gitlab-Token", hookSecret)
		broken.Header.Set("X-Gitlab-Event", "Issue Hook")
		if code := post(t, broken); code != 202 {
			t.Errorf("a body that is no JSON is answered %d", code)
		}
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM tracker_delivery WHERE state = 'failed'`); n != 1 {
			t.Errorf("%d failed", n)
		}
		if code := post(t, s.GitLabHook(to+"gitlab", hookSecret, "d4", item)); code != 202 {
			t.Errorf("%d", code)
		}
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM tracker_issue`); n != 0 {
			t.Error("an issue nobody asked for is kept")
		}
	})
}

func TestSignedWebhooksOfGitLab(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		server := i.Serve()
		item := trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops", Updated: i.Clock.Now()}
		send := func(key []byte, at time.Time, id string) int {
			req := s.GitLabHook(server.URL+"/hooks/trackers/gitlab", "", id, item)
			trackertest.Sign(req, key, at)
			return post(t, req)
		}
		if code := send([]byte(hookSecret), i.Clock.Now(), "a"); code != 202 {
			t.Errorf("%d", code)
		}
		if code := send([]byte("another"), i.Clock.Now(), "b"); code != 401 {
			t.Errorf("a wrong key is answered %d", code)
		}
		for _, off := range []time.Duration{-6 * time.Minute, 6 * time.Minute} {
			if code := send([]byte(hookSecret), i.Clock.Now().Add(off), "c"); code != 401 {
				t.Errorf("a time %s away is answered %d", off, code)
			}
		}
		t.Setenv("STEWARD_TEST_TRACKER_HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
		key := []byte{0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a, 0xab, 0x4f, 0x08, 0xd4, 0x3c, 0x3f, 0x08, 0x2c, 0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0}
		if code := send(key, i.Clock.Now(), "d"); code != 202 {
			t.Errorf("a secret in base64 is answered %d", code)
		}
		t.Setenv("STEWARD_TEST_TRACKER_HOOK", "")
		if code := send([]byte(""), i.Clock.Now(), "e"); code != 401 {
			t.Errorf("without a secret it is answered %d", code)
		}
	})
}
