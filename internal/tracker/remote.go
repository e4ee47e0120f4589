package tracker

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"steward/internal/outbound"
	"strconv"
	"strings"
	"time"
)

// State is where an issue stands.
type State string

// The states. Unknown is one that was not read yet.
const (
	Unknown State = "unknown"
	Open    State = "open"
	Closed  State = "closed"
	Merged  State = "merged"
)

// Done reports whether the work on it has ended.
func (s State) Done() bool { return s == Closed || s == Merged }

// Remote is an issue or merge request as its tracker tells it.
type Remote struct {
	Reference
	Sort         Sort
	Title        string
	State        State
	Labels       []string
	Milestone    string
	Assignee     string // names, with commas between
	Confidential bool
	URL          string
	Updated      time.Time
	Body         string // only of lists of the newest
}

// NewIssue is an issue to create.
type NewIssue struct {
	Project      string
	Title        string
	Body         string // Markdown
	Labels       []string
	Confidential bool   // GitLab only
	Mark         string // stands in the body; by it an issue is found that was created though no answer came
}

// Bounds of what is kept of an issue.
const (
	maxTitle  = 500
	maxLabels = 50
)

type user struct {
	Name  string `json:"name"`  // GitLab
	Login string `json:"login"` // GitHub
}

func names(users []user) string {
	var out []string
	for _, u := range users {
		if u.Name == "" {
			u.Name = u.Login
		}
		if u.Name != "" && len(out) < 5 {
			out = append(out, u.Name)
		}
	}
	return outbound.Clip(strings.Join(out, ", "), 300)
}

// gitlabItem is an issue or merge request of GitLab's REST API.
type gitlabItem struct {
	IID          int64     `json:"iid"`
	Title        string    `json:"title"`
	Description  string    `json:"description"`
	State        string    `json:"state"` // opened, closed; of merge requests also locked and merged
	Labels       []string  `json:"labels"`
	Milestone    *named    `json:"milestone"`
	Assignees    []user    `json:"assignees"`
	Confidential bool      `json:"confidential"`
	WebURL       string    `json:"web_url"`
	Updated      time.Time `json:"updated_at"`
}

type named struct {
	Title string `json:"title"`
}

func (m *named) title() string {
	if m == nil {
		return ""
	}
	return outbound.Clip(m.Title, 200)
}

func (i gitlabItem) remote(r Reference) Remote {
	return Remote{Reference: r, Sort: gitlabSort(r), Title: outbound.Clip(i.Title, maxTitle), State: gitlabState(i.State), Labels: bounded(i.Labels),
		Milestone: i.Milestone.title(), Assignee: names(i.Assignees), Confidential: i.Confidential, URL: outbound.Clip(i.WebURL, 1000), Updated: i.Updated.UTC(), Body: i.Description}
}

func gitlabSort(r Reference) Sort {
	if r.Sign == "!" {
		return MergeSort
	}
	return IssueSort
}

func gitlabState(s string) State {
	switch s {
	case "closed":
		return Closed
	case "merged":
		return Merged
	default: // opened, locked (being merged)
		return Open
	}
}

func bounded(labels []string) []string {
	out := []string{}
	for _, l := range labels {
		if len(out) < maxLabels {
			out = append(out, outbound.Clip(l, 255))
		}
	}
	return out
}

// githubItem is an issue of GitHub's REST API, which pull requests are as well.
type githubItem struct {
	Number      int64     `json:"number"`
	Title       string    `json:"title"`
	Body        string    `json:"body"`
	State       string    `json:"state"` // open, closed
	Labels      []label   `json:"labels"`
	Milestone   *named    `json:"milestone"`
	Assignees   []user    `json:"assignees"`
	HTMLURL     string    `json:"html_url"`
	Updated     time.Time `json:"updated_at"`
	PullRequest *struct {
		MergedAt *time.Time `json:"merged_at"`
	} `json:"pull_request"`
	Merged   bool       `json:"merged"`    // in webhooks of pull requests
	MergedAt *time.Time `json:"merged_at"` // in webhooks of pull requests
}

type label struct {
	Name  string `json:"name"`  // GitHub
	Title string `json:"title"` // GitLab's webhooks
}

func labels(all []label) []string {
	var out []string
	for _, l := range all {
		if l.Name == "" {
			l.Name = l.Title
		}
		out = append(out, l.Name)
	}
	return bounded(out)
}

func (i githubItem) remote(r Reference, pull bool) Remote {
	m := Remote{Reference: r, Sort: IssueSort, Title: outbound.Clip(i.Title, maxTitle), State: Open, Labels: labels(i.Labels), Milestone: i.Milestone.title(),
		Assignee: names(i.Assignees), URL: outbound.Clip(i.HTMLURL, 1000), Updated: i.Updated.UTC(), Body: i.Body}
	if i.State == "closed" {
		m.State = Closed
	}
	if pull || i.PullRequest != nil {
		m.Sort = MergeSort
		if i.Merged || i.MergedAt != nil || i.PullRequest != nil && i.PullRequest.MergedAt != nil {
			m.State = Merged
		}
	}
	return m
}

// path of a project below the API.
func (w InForce) path(project string) string {
	if w.Spec.Software == GitLab {
		return "/projects/" + url.PathEscape(project)
	}
	owner, repo, _ := strings.Cut(project, "/")
	return "/repos/" + url.PathEscape(owner) + "/" + url.PathEscape(repo)
}

func (w InForce) item(r Reference) string {
	what := "/issues/"
	if r.Sign == "!" {
		what = "/merge_requests/"
	}
	return w.path(r.Project) + what + strconv.FormatInt(r.Number, 10)
}

// decode reads one issue of an answer.
func (w InForce) decode(body []byte, r Reference) (Remote, error) {
	if w.Spec.Software == GitLab {
		var i gitlabItem
		err := json.Unmarshal(body, &i)
		if r.Number == 0 {
			r.Number = i.IID
		}
		return i.remote(r), w.readable(err)
	}
	var i githubItem
	err := json.Unmarshal(body, &i)
	if r.Number == 0 {
		r.Number = i.Number
	}
	return i.remote(r, false), w.readable(err)
}

func (w InForce) readable(err error) error {
	if err == nil {
		return nil
	}
	return &Trouble{Reason: Unreachable, Tracker: w.Title, Status: http.StatusOK, Detail: "Its answer cannot be read."}
}

// fetch reads an issue. With the etag of an earlier answer, fresh is false when nothing changed.
func (c *client) fetch(ctx context.Context, w InForce, r Reference, etag string) (m Remote, newTag string, fresh bool, err error) {
	a, err := c.do(ctx, w, call{method: http.MethodGet, path: w.item(r), etag: etag})
	if err != nil || a.status == http.StatusNotModified {
		return m, etag, false, err
	}
	m, err = w.decode(a.body, r)
	return m, a.etag, err == nil, err
}

// create makes an issue.
func (c *client) create(ctx context.Context, w InForce, n NewIssue) (Remote, error) {
	q := call{method: http.MethodPost, path: w.path(n.Project) + "/issues"}
	if w.Spec.Software == GitLab {
		q.body = map[string]any{"title": n.Title, "description": n.Body, "labels": strings.Join(n.Labels, ","), "confidential": n.Confidential}
	} else {
		q.body = map[string]any{"title": n.Title, "body": n.Body, "labels": bounded(n.Labels)}
	}
	a, err := c.do(ctx, w, q)
	if err != nil {
		return Remote{}, err
	}
	return w.decode(a.body, Reference{TrackerID: w.ID, Sign: "#", Project: strings.ToLower(n.Project)})
}

// maxPages is how many pages of the newest issues are looked through for one of ours.
const maxPages = 3

// created finds an issue by its mark among the newest of its project; ok is false when it is not there.
func (c *client) created(ctx context.Context, w InForce, n NewIssue) (m Remote, ok bool, err error) {
	query := url.Values{"per_page": {"100"}, "state": {"all"}}
	if w.Spec.Software == GitLab {
		query.Set("order_by", "created_at")
	} else {
		query.Set("sort", "created")
		query.Set("direction", "desc")
	}
	for page := 1; page <= maxPages; page++ {
		query.Set("page", strconv.Itoa(page))
		a, err := c.do(ctx, w, call{method: http.MethodGet, path: w.path(n.Project) + "/issues", query: query})
		if err != nil {
			return m, false, err
		}
		var list []json.RawMessage
		if err := w.readable(json.Unmarshal(a.body, &list)); err != nil {
			return m, false, err
		}
		for _, raw := range list {
			m, err := w.decode(raw, Reference{TrackerID: w.ID, Sign: "#", Project: strings.ToLower(n.Project)})
			if err == nil && strings.Contains(m.Body, n.Mark) {
				return m, true, nil
			}
		}
		if !a.next {
			break
		}
	}
	return m, false, nil
}

// addLabel gives an issue a label besides those it has. Both trackers create one that is not there.
func (c *client) addLabel(ctx context.Context, w InForce, r Reference, name string) error {
	q := call{method: http.MethodPut, path: w.item(r), body: map[string]any{"add_labels": name}}
	if w.Spec.Software == GitHub {
		q = call{method: http.MethodPost, path: w.item(r) + "/labels", body: map[string]any{"labels": []string{name}}}
	}
	_, err := c.do(ctx, w, q)
	return err
}

// note writes a comment on an issue.
func (c *client) note(ctx context.Context, w InForce, r Reference, text string) error {
	q := call{method: http.MethodPost, path: w.item(r) + "/notes", body: map[string]any{"body": text}}
	if w.Spec.Software == GitHub {
		q.path = w.item(r) + "/comments"
	}
	_, err := c.do(ctx, w, q)
	return err
}
