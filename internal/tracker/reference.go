package tracker

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"steward/internal/fault"
)

// Sort is what a reference means.
type Sort string

// The sorts. A number of GitHub may be either; it is known once the issue was read.
const (
	IssueSort Sort = "issue"
	MergeSort Sort = "merge" // a merge request or pull request
)

// Reference names an issue or merge request.
type Reference struct {
	TrackerID int64  // blueprint id of the tracker
	Sign      string // # or !; GitHub has # for both
	Project   string // path in small letters: group/project, owner/repository
	Number    int64
}

// Short is the reference as engineers write it: group/project#12.
func (r Reference) Short() string { return r.Project + r.Sign + strconv.FormatInt(r.Number, 10) }

// maxReference is how long a reference may be, in bytes.
const maxReference = 500

var (
	shortForm = regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.][A-Za-z0-9_.-]*)+)([#!])([0-9]{1,9})$`)
	// GitLab: /group/project/-/issues/12; work items have an address of their own, and old addresses no /-/.
	gitlabPath = regexp.MustCompile(`^/(.+?)(?:/-)?/(issues|work_items|merge_requests)/([0-9]{1,9})(?:/.*)?$`)
	githubPath = regexp.MustCompile(`^/([^/]+/[^/]+)/(issues|pull|pulls)/([0-9]{1,9})(?:/.*)?$`)
)

// Parse reads an address or a short form (group/project#12, group/project!34, owner/repo#5). The
// error says what would be accepted.
func Parse(text string, trackers []InForce) (Reference, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxReference {
		return Reference{}, fault.Field("reference", nil, accepted(trackers), "This has %d characters; a reference has at most %d.", len(text), maxReference)
	}
	if strings.Contains(text, "://") {
		return parseURL(text, trackers)
	}
	m := shortForm.FindStringSubmatch(text)
	if m == nil {
		return Reference{}, fault.Field("reference", text, accepted(trackers), "%q is no reference to an issue or merge request.", text)
	}
	var fit []InForce
	for _, w := range trackers {
		if w.Covers(m[1]) && (m[2] == "#" || w.Spec.Software == GitLab) {
			fit = append(fit, w)
		}
	}
	switch len(fit) {
	case 0:
		return Reference{}, unknownProject(m[1], trackers)
	case 1:
		return reference(fit[0], m[2], m[1], m[3])
	default:
		return Reference{}, fault.Field("reference", text, "the whole address", "%s may mean %s or %s. Paste the whole address.", text, fit[0].Title, fit[1].Title)
	}
}

func parseURL(text string, trackers []InForce) (Reference, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return Reference{}, fault.Field("reference", text, accepted(trackers), "This is not an address.")
	}
	for _, w := range trackers {
		base, err := url.Parse(w.Spec.URL)
		if err != nil || !strings.EqualFold(base.Host, u.Host) {
			continue
		}
		path, below := strings.CutPrefix(u.Path, strings.TrimRight(base.Path, "/"))
		if !below {
			continue
		}
		pattern := gitlabPath
		if w.Spec.Software == GitHub {
			pattern = githubPath
		}
		m := pattern.FindStringSubmatch(path)
		if m == nil {
			return Reference{}, fault.Field("reference", text, accepted(trackers), "This is a page of %s, but not an issue or merge request.", w.Title)
		}
		if !w.Covers(m[1]) {
			return Reference{}, unknownProject(m[1], []InForce{w})
		}
		sign := "#"
		if m[2] == "merge_requests" {
			sign = "!"
		}
		return reference(w, sign, m[1], m[3])
	}
	return Reference{}, fault.Field("reference", text, accepted(trackers), "%s is not one of the trackers set up here.", u.Host)
}

func reference(w InForce, sign, project, number string) (Reference, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return Reference{}, fault.Field("reference", number, "a number from 1", "%q is not the number of an issue.", number)
	}
	for _, part := range strings.Split(project, "/") {
		if part == "" || part == "." || part == ".." {
			return Reference{}, unknownProject(project, []InForce{w})
		}
	}
	return Reference{TrackerID: w.ID, Sign: sign, Project: strings.ToLower(project), Number: n}, nil
}

func unknownProject(project string, trackers []InForce) error {
	var known []string
	for _, w := range trackers {
		known = append(known, w.Spec.Projects...)
	}
	if len(known) > 10 {
		known = append(known[:10], "…")
	}
	return fault.Field("reference", project, strings.Join(known, ", "), "%s is not among the projects that tickets may be linked to: %s.", project, strings.Join(known, ", "))
}

// accepted says what a reference may look like with these trackers.
func accepted(trackers []InForce) string {
	if len(trackers) == 0 {
		return "nothing: no tracker is set up"
	}
	w := trackers[0]
	if w.Spec.Software == GitHub {
		return w.Spec.URL + "/owner/repository/issues/5, or owner/repository#5"
	}
	return w.Spec.URL + "/group/project/-/issues/12, group/project#12, or group/project!34"
}

var address = regexp.MustCompile(`https?://[^\s<>"')\]]+`)

// maxInText is how many references one text can tell.
const maxInText = 20

// Find returns the issues and merge requests whose addresses stand in a text, each once.
func Find(text string, trackers []InForce) (out []Reference) {
	if len(trackers) == 0 || !strings.Contains(text, "://") {
		return nil
	}
	for _, a := range address.FindAllString(text, 200) {
		r, err := parseURL(strings.TrimRight(a, ".,;:!?*_`"), trackers)
		if err == nil && !slices.Contains(out, r) && len(out) < maxInText {
			out = append(out, r)
		}
	}
	return out
}
