package tracker

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/field"
	"steward/internal/outbound"
)

// The software of trackers.
const (
	GitLab = "gitlab"
	GitHub = "github"
)

// Tracker is the spec of kind tracker: where engineers keep their issues.
type Tracker struct {
	Software       string             `yaml:"software" doc:"What it runs." enum:"gitlab,github" required:"true"`
	URL            string             `yaml:"url" doc:"Where people open it: https://gitlab.company.example or https://github.com." required:"true" max:"300"`
	API            string             `yaml:"api" doc:"Where its REST API is; when empty, /api/v4 below the address for GitLab, https://api.github.com for GitHub and /api/v3 below the address for GitHub Enterprise Server." max:"300"`
	Projects       []string           `yaml:"projects" doc:"Which projects or repositories tickets may be linked to: group/project, or group/* for all in a group. What the token can read of them, every agent can." required:"true" min:"1" max:"500"`
	Token          string             `yaml:"token" doc:"Where its access token is: env:NAME or file:PATH. It needs to read issues and merge requests, and to write issues where templates create some." required:"true"`
	WebhookSecrets []string           `yaml:"webhook_secrets" doc:"Where the secrets of its webhooks are, env:NAME or file:PATH: GitLab's secret or signing token, GitHub's secret. Two while one is being replaced. Without one its webhooks are refused." max:"5"`
	Poll           blueprint.Duration `yaml:"poll" doc:"How often an open issue is asked for besides; 1h when empty." min:"5m" max:"744h"`
	Monthly        *Monthly           `yaml:"monthly" doc:"Issues that are asked for once a month instead, as they change slowly."`
	Messages       string             `yaml:"messages" doc:"What becomes of addresses of issues in agents' messages: offer shows them beside the ticket to be linked, add links them, ignore does nothing; offer when empty." enum:"offer,add,ignore"`
	InterestLabel  string             `yaml:"interest_label" doc:"A label that an issue gets once a ticket is linked to it, such as Customer Interest." max:"100"`
	Revenue        string             `yaml:"revenue" doc:"The attribute of organizations that tells their revenue, a decimal or integer; issues show the sum of the organizations whose tickets are linked."`
	Currency       string             `yaml:"currency" doc:"The currency of that attribute, such as EUR." max:"3"`
	Customers      bool               `yaml:"customers" doc:"Customers see the title and state of the issues linked to their tickets. They never see confidential ones."`
	Disabled       bool               `yaml:"disabled" doc:"Ask it nothing and take no webhooks of it."`
}

// Monthly says when slow issues are asked for.
type Monthly struct {
	Labels  []string `yaml:"labels" doc:"Issues that have one of these labels." required:"true" min:"1" max:"50"`
	Week    int      `yaml:"week" doc:"Which of that weekday in the month; the third when empty." min:"1" max:"4"`
	Weekday string   `yaml:"weekday" doc:"On which day; wednesday when empty." enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday"`
	At      string   `yaml:"at" doc:"At what time, UTC, as in 16:00; 16:00 when empty."`
}

// Register adds the kind tracker.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Tracker]{Name: "tracker", Title: "Issue tracker",
		Summary: "Where engineers keep their issues: GitLab or GitHub. Tickets are linked to its issues and merge requests.",
		Example: "kind: tracker\nname: gitlab\ntitle: GitLab\nsoftware: gitlab\nurl: https://gitlab.company.example\nprojects: [product/*]\ntoken: env:GITLAB_TOKEN\nwebhook_secrets: [env:GITLAB_WEBHOOK_SECRET]\n",
		Lint:    lint})
}

// projectPattern is a path of at least two parts, the last of which may be *.
var projectPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*/([A-Za-z0-9_.][A-Za-z0-9_.-]*|\*)$`)

func lint(c *blueprint.Context, t Tracker) {
	lintURL(c, "url", t.URL)
	if t.API != "" {
		lintURL(c, "api", t.API)
	}
	for _, p := range t.Projects {
		if !projectPattern.MatchString(p) {
			c.Error("projects", "%q is not a project. Write group/project, or group/* for all in a group.", p)
		}
	}
	for field, refs := range map[string][]string{"token": {t.Token}, "webhook_secrets": t.WebhookSecrets} {
		for _, ref := range refs {
			if !strings.HasPrefix(ref, "env:") && !strings.HasPrefix(ref, "file:") {
				c.Error(field, "Secrets do not belong into texts. Write env:NAME or file:PATH.")
			}
		}
	}
	if len(t.WebhookSecrets) == 0 && !t.Disabled {
		c.Note("webhook_secrets", "Without a secret webhooks are refused; issues are only asked for, every %s.", t.poll())
	}
	if m := t.Monthly; m != nil {
		if _, err := time.Parse("15:04", m.at()); err != nil {
			c.Error("monthly.at", "%q is not a time of day. Write one such as 16:00.", m.At)
		}
	}
	if t.Revenue != "" {
		f := field.FromSet(c.Set).Named("organization", t.Revenue)
		switch {
		case f == nil:
			c.Error("revenue", "Organizations have no attribute %q.", t.Revenue)
		case f.Type != "decimal" && f.Type != "integer":
			c.Error("revenue", "The attribute %s is of type %s; a revenue is a decimal or an integer.", t.Revenue, f.Type)
		}
	}
}

func lintURL(c *blueprint.Context, path, text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "":
		c.Error(path, "This is not an address. Write https://host.")
		return
	case u.User != nil:
		c.Error(path, "A user name or password in the address would stand in the text for all to read. Take it out.")
		return
	}
	if u.Scheme == "http" {
		c.Warn(path, "Over http the token can be read by others on the way.")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !outbound.Public(a) {
		c.Note(path, "%s is not a public address; it is called only where serve --allow-host names it.", a)
	}
}

func (m *Monthly) at() string {
	if m.At == "" {
		return "16:00"
	}
	return m.At
}

func (t Tracker) poll() blueprint.Duration {
	if t.Poll == 0 {
		return blueprint.Duration(time.Hour)
	}
	return t.Poll
}

// next is when an open issue is asked for again.
func (t Tracker) next(now time.Time, labels []string) time.Time {
	m := t.Monthly
	if m == nil || !slices.ContainsFunc(labels, func(l string) bool { return slices.Contains(m.Labels, l) }) {
		return now.Add(t.poll().Std())
	}
	return m.next(now)
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// next is the first such time after now.
func (m *Monthly) next(now time.Time) time.Time {
	now = now.UTC()
	day, week := time.Wednesday, 3
	if i := slices.Index(weekdays, m.Weekday); i >= 0 {
		day = time.Weekday(i)
	}
	if m.Week != 0 {
		week = m.Week
	}
	at, err := time.Parse("15:04", m.at())
	if err != nil {
		at = time.Date(0, 1, 1, 16, 0, 0, 0, time.UTC)
	}
	for month := 0; ; month++ {
		first := time.Date(now.Year(), now.Month()+time.Month(month), 1, at.Hour(), at.Minute(), 0, 0, time.UTC)
		due := first.AddDate(0, 0, (int(day)-int(first.Weekday())+7)%7+7*(week-1))
		if due.After(now) {
			return due
		}
	}
}

// InForce is a tracker of the configuration.
type InForce struct {
	ID      int64
	Version int
	Name    string
	Title   string
	Spec    Tracker
}

// FromSet returns the trackers of a configuration.
func FromSet(set *blueprint.Set) []InForce {
	var out []InForce
	for _, b := range blueprint.All[Tracker](set) {
		b.Spec.URL, b.Spec.API = strings.TrimRight(b.Spec.URL, "/"), strings.TrimRight(b.Spec.API, "/")
		out = append(out, InForce{ID: b.ID, Version: b.Version, Name: b.Name, Title: b.Title, Spec: b.Spec})
	}
	return out
}

// api is where the tracker's REST API is.
func (w InForce) api() string {
	switch {
	case w.Spec.API != "":
		return w.Spec.API
	case w.Spec.Software == GitLab:
		return w.Spec.URL + "/api/v4"
	case strings.EqualFold(w.Spec.URL, "https://github.com"):
		return "https://api.github.com"
	default:
		return w.Spec.URL + "/api/v3"
	}
}

// Covers reports whether tickets may be linked to a project.
func (w InForce) Covers(project string) bool {
	return slices.ContainsFunc(w.Spec.Projects, func(p string) bool {
		if group, all := strings.CutSuffix(p, "*"); all {
			return len(project) > len(group) && strings.EqualFold(project[:len(group)], group)
		}
		return strings.EqualFold(p, project)
	})
}
