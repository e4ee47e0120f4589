package tracker_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/tracker"
	"steward/internal/tracker/trackertest"
)

const hookSecret = "a hook secret"

// each runs a test on both engines with both trackers set up on one loopback server.
func each(t *testing.T, test func(t *testing.T, i *apptest.Instance, s *trackertest.Server)) {
	t.Helper()
	t.Setenv("STEWARD_TEST_TRACKER", trackertest.Token)
	t.Setenv("STEWARD_TEST_TRACKER_HOOK", hookSecret)
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := apptest.New(t, apptest.Options(t, e))
			s := trackertest.New(t)
			i.Apply(config(s.URL, ""))
			i.Settle()
			test(t, i, s)
		})
	}
}

func config(url, more string) string {
	one := func(name, software, address string) string {
		return "kind: tracker\nname: " + name + "\ntitle: " + name + "\nsoftware: " + software + "\nurl: " + address + "\nprojects: [product/*, ops/desk]\ntoken: env:STEWARD_TEST_TRACKER\nwebhook_secrets: [env:STEWARD_TEST_TRACKER_HOOK]\n" + more
	}
	return one("gitlab", "gitlab", url) + "---\n" + one("github", "github", strings.Replace(url, "127.0.0.1", "localhost", 1)) + "api: " + url + "/api/v3\n"
}

func of(i *apptest.Instance, name string) tracker.InForce {
	w, _ := i.Trackers.Named(name)
	return w
}

func ref(i *apptest.Instance, name, sign string, n int64) tracker.Reference {
	return tracker.Reference{TrackerID: of(i, name).ID, Sign: sign, Project: "product/app", Number: n}
}

func track(i *apptest.Instance, r tracker.Reference) (issue tracker.Issue) {
	i.T.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) (err error) {
		issue, err = i.Trackers.Track(ctx, tx, i.Root(), r, nil)
		return err
	})
	return issue
}

func read(i *apptest.Instance, id int64) (issue tracker.Issue) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) { issue, err = i.Trackers.Get(ctx, tx, id); return err })
	return issue
}

func TestBothTrackersTellTheSame(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		s.Put(trackertest.Item{Project: "Product/App", Number: 12, Title: "Sync stops", Labels: []string{"bug"}, Milestone: "17.4", Assignee: "Dev", Confidential: true})
		s.Put(trackertest.Item{Project: "Product/App", Sign: "!", Number: 34, Title: "Fix sync", State: "merged"})
		s.Put(trackertest.Item{Project: "Product/App", Number: 5, Title: "Fix it", State: "merged", Pull: true})
		for _, c := range []struct {
			ref   tracker.Reference
			sort  tracker.Sort
			state tracker.State
		}{{ref(i, "gitlab", "#", 12), tracker.IssueSort, tracker.Open}, {ref(i, "gitlab", "!", 34), tracker.MergeSort, tracker.Merged},
			{ref(i, "github", "#", 12), tracker.IssueSort, tracker.Open}, {ref(i, "github", "#", 5), tracker.MergeSort, tracker.Merged}} {
			m, err := i.Trackers.Fetch(t.Context(), c.ref)
			if err != nil || m.Sort != c.sort || m.State != c.state || m.Title == "" || m.Updated.IsZero() {
				t.Errorf("%+v: %+v %v", c.ref, m, err)
			}
			if c.ref.Number == 12 && (m.Labels[0] != "bug" || m.Milestone != "17.4" || m.Assignee != "Dev") {
				t.Errorf("%+v", m)
			}
		}
	})
}

func TestWhatTrackersRefuseIsSaid(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		s.Put(trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops"})
		r := ref(i, "gitlab", "#", 12)
		for _, c := range []struct {
			status int
			want   tracker.Reason
		}{{401, tracker.Unauthorized}, {403, tracker.Forbidden}, {404, tracker.Gone}, {410, tracker.Gone}, {301, tracker.Moved}, {422, tracker.Refused}, {500, tracker.Unreachable}, {503, tracker.Unreachable}} {
			s.Fail(c.status)
			_, err := i.Trackers.Fetch(t.Context(), r)
			if f := tracker.AsTrouble(err); f == nil || f.Reason != c.want || f.Status != c.status || strings.Contains(f.Error(), trackertest.Token) {
				t.Errorf("%d: %v", c.status, err)
			}
		}
		s.Answer(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>sign in</html>")) })
		if _, err := i.Trackers.Fetch(t.Context(), r); tracker.AsTrouble(err) == nil {
			t.Errorf("a page is taken for an issue: %v", err)
		}
		s.Answer(func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(`{"title":"` + strings.Repeat("x", 5<<20) + `"}`))
		})
		if _, err := i.Trackers.Fetch(t.Context(), r); tracker.AsTrouble(err) == nil {
			t.Error("an answer of 5 MB is taken")
		}
	})
}

func TestLimitsAreKept(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		s.Put(trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops"})
		for _, name := range []string{"gitlab", "github"} {
			s.Limit(1, i.Clock.Now().Add(10*time.Minute))
			r := ref(i, name, "#", 12)
			if _, err := i.Trackers.Fetch(t.Context(), r); err != nil {
				t.Fatal(err) // the last one
			}
			s.Requests()
			_, err := i.Trackers.Fetch(t.Context(), r)
			if f := tracker.AsTrouble(err); f == nil || f.Reason != tracker.Limited || f.Until.Sub(i.Clock.Now()) != 10*time.Minute {
				t.Errorf("%s: %v", name, err)
			}
			if asked := s.Requests(); len(asked) != 0 {
				t.Errorf("%s is asked though nothing is left: %v", name, asked)
			}
			i.Clock.Advance(10*time.Minute + time.Second)
			s.Limit(-1, time.Time{})
			if _, err := i.Trackers.Fetch(t.Context(), r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for headers, wait := range map[string]time.Duration{"Retry-After: 90": 90 * time.Second, "": time.Minute, "Retry-After: 99999999": 24 * time.Hour} {
			name, value, _ := strings.Cut(headers, ": ")
			s.Fail(429, name, value)
			if headers == "" {
				s.Requests()
			}
			_, err := i.Trackers.Fetch(t.Context(), ref(i, "gitlab", "#", 12))
			if f := tracker.AsTrouble(err); f == nil || f.Reason != tracker.Limited || f.Until.Sub(i.Clock.Now()) != wait {
				t.Errorf("%q: %v", headers, err)
			}
			i.Clock.Advance(25 * time.Hour)
		}
	})
}

func TestIssuesAreAskedForHourlyWithTheirTag(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		s.Put(trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops"})
		issue := track(i, ref(i, "gitlab", "#", 12))
		i.Settle()
		if got := read(i, issue.ID); got.Title != "Sync stops" || got.State != tracker.Open || got.Due.Sub(i.Clock.Now()) != time.Hour {
			t.Fatalf("%+v", got)
		}
		s.Requests()
		i.Clock.Advance(time.Hour)
		i.Settle()
		if asked := s.Requests(); len(asked) != 1 || !strings.HasSuffix(asked[0], " 304") {
			t.Errorf("%v", asked)
		}
		s.Set("product/app", "#", 12, func(x *trackertest.Item) { x.State = "closed"; x.Labels = []string{"done"} })
		i.Clock.Advance(time.Hour)
		i.Settle()
		if got := read(i, issue.ID); got.State != tracker.Closed || got.Due.Sub(i.Clock.Now()) != 7*24*time.Hour {
			t.Errorf("%+v", got)
		}
		// The tracker is away: what is known stays, and it is asked again later.
		s.Set("product/app", "#", 12, func(x *trackertest.Item) { x.State = "open" })
		i.Clock.Advance(7 * 24 * time.Hour)
		s.Fail(503)
		i.Settle()
		if got := read(i, issue.ID); got.State != tracker.Closed || got.Error == "" {
			t.Errorf("%+v", got)
		}
		i.Clock.Advance(6 * time.Minute)
		i.Settle()
		if got := read(i, issue.ID); got.State != tracker.Open || got.Error != "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestSlowIssuesAreAskedForOnTheThirdWednesday(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		i.Apply(config(s.URL, "monthly: { labels: [slow] }\n"))
		s.Put(trackertest.Item{Project: "product/app", Number: 12, Title: "Wish", Labels: []string{"slow"}})
		issue := track(i, ref(i, "gitlab", "#", 12))
		i.Settle()
		want := time.Date(2026, 3, 18, 16, 0, 0, 0, time.UTC)
		if got := read(i, issue.ID); !got.Due.Equal(want) {
			t.Errorf("due %s", got.Due)
		}
		i.Clock.Set(want)
		i.Settle()
		if got := read(i, issue.ID); !got.Due.Equal(time.Date(2026, 4, 15, 16, 0, 0, 0, time.UTC)) {
			t.Errorf("due %s", got.Due)
		}
	})
}

func TestAWrongTokenStopsTheRound(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		for n := range int64(5) {
			s.Put(trackertest.Item{Project: "product/app", Number: n + 1, Title: "One"})
			track(i, ref(i, "gitlab", "#", n+1))
		}
		t.Setenv("STEWARD_TEST_TRACKER", "wrong")
		s.Requests()
		i.Settle()
		if asked := s.Requests(); len(asked) != 1 {
			t.Errorf("%v", asked)
		}
		t.Setenv("STEWARD_TEST_TRACKER", trackertest.Token)
		i.Clock.Advance(16 * time.Minute)
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM tracker_issue WHERE state = 'open'`); n != 5 {
			t.Errorf("%d were read", n)
		}
	})
}

func TestReferencesAreRead(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		all := i.Trackers.Active()
		hub := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
		for text, want := range map[string]string{
			s.URL + "/Product/App/-/issues/12":                 "gitlab product/app#12",
			s.URL + "/product/app/issues/12#note_7":            "gitlab product/app#12",
			s.URL + "/product/sub/app/-/work_items/9?x=1":      "gitlab product/sub/app#9",
			s.URL + "/product/app/-/merge_requests/34/diffs":   "gitlab product/app!34",
			hub + "/product/app/issues/5":                      "github product/app#5",
			hub + "/product/app/pull/6/files":                  "github product/app#6",
			"product/app!34":                                   "gitlab product/app!34",
			" product/app!34 ":                                 "gitlab product/app!34",
			"product/app#12":                                   "may mean",
			"other/app#12":                                     "not among the projects",
			s.URL + "/other/app/-/issues/1":                    "not among the projects",
			s.URL + "/product/app/-/pipelines/1":               "not an issue",
			"https://elsewhere.example/product/app/-/issues/1": "not one of the trackers",
			"javascript://x":                                   "not one of the trackers",
			"://":                                              "not an address",
			"12":                                               "no reference",
			"product/app!0":                                    "not the number",
			"":                                                 "no reference",
			strings.Repeat("x", 600):                           "500",
			"product/../app!1":                                 "not among",
			"product/app#99999999999":                          "no reference",
		} {
			r, err := tracker.Parse(text, all)
			got := ""
			if err != nil {
				got = err.Error()
			} else if w, ok := i.Trackers.Tracker(r.TrackerID); ok {
				got = w.Name + " " + r.Short()
			}
			if !strings.Contains(got, want) {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		}
		found := tracker.Find("See ("+s.URL+"/product/app/-/issues/12), again "+s.URL+"/product/app/-/issues/12. And https://elsewhere.example/a/b/-/issues/1, "+hub+"/product/app/pull/6!", all)
		if len(found) != 2 {
			t.Errorf("%+v", found)
		}
	})
}

func TestAnIssueIsCreatedOnceThoughTheAnswerIsLost(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance, s *trackertest.Server) {
		for n := range int64(130) { // its mark stands on the second page
			s.Put(trackertest.Item{Project: "product/app", Number: n + 1, Title: "Old"})
		}
		for _, name := range []string{"gitlab", "github"} {
			n := tracker.NewIssue{Project: "product/app", Title: "New", Body: "Text <!-- mark-" + name + " -->", Labels: []string{"bug", "p1"}, Mark: "mark-" + name}
			before := len(s.Items())
			s.Lose()
			if _, err := i.Trackers.Create(t.Context(), of(i, name).ID, n, false); tracker.AsTrouble(err) == nil || !tracker.AsTrouble(err).Temporary() {
				t.Fatalf("%v", err)
			}
			for range 120 {
				s.Put(trackertest.Item{Project: "product/app", Number: int64(len(s.Items()) + 1), Title: "Newer"})
			}
			m, err := i.Trackers.Create(t.Context(), of(i, name).ID, n, true)
			if err != nil || m.Title != "New" || len(s.Items()) != before+121 || len(m.Labels) != 2 {
				t.Errorf("%+v %v, %d items", m, err, len(s.Items())-before)
			}
			if err := i.Trackers.Label(t.Context(), m.Reference, "Customer Interest"); err != nil {
				t.Error(err)
			}
			if err := i.Trackers.Note(t.Context(), m.Reference, "A note"); err != nil {
				t.Error(err)
			}
		}
		labels := 0
		for _, x := range s.Items() {
			if x.Title == "New" && len(x.Labels) == 3 && x.Labels[2] == "Customer Interest" && len(x.Notes) == 1 {
				labels++
			}
		}
		if labels != 2 {
			t.Errorf("%d have the label and the note", labels)
		}
	})
}
