package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
	"steward/internal/tracker"
)

// engineeringRoutes are those of issues, known issues and reports.
func (s *Service) engineeringRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/tickets/{id}/engineering", "Get the issues, known issues and reports of a ticket"), s.getEngineering)
	rest.Write(a, rest.POST("/tickets/{id}/links", "Link a ticket to an issue or merge request"), s.postLink)
	rest.Write(a, rest.PATCH("/tickets/{id}/links/{issue}", "Say whether a ticket waits for an issue"), s.patchLink)
	rest.Write(a, rest.DELETE("/tickets/{id}/links/{issue}", "Take the link to an issue back"), s.deleteLink)
	rest.Read(a, rest.POST("/tickets/{id}/reports/preview", "Say what an issue made from a ticket would tell").Status(200), s.postReportPreview)
	rest.Write(a, rest.POST("/tickets/{id}/reports", "Create an issue from a ticket"), s.postIssueReport)
	rest.Write(a, rest.POST("/tickets/{id}/reports/{report}/retry", "Try again to create an issue").Status(200), s.postReportRetry)
	rest.Write(a, rest.DELETE("/tickets/{id}/reports/{report}", "Drop an issue that could not be created"), s.deleteReport)
	rest.Write(a, rest.PUT("/tickets/{id}/known-issues/{known}", "Say that a ticket is about a known issue"), s.putTicketKnown)
	rest.Write(a, rest.DELETE("/tickets/{id}/known-issues/{known}", "Say that a ticket is not about a known issue"), s.deleteTicketKnown)
	rest.Read(a, rest.GET("/issues", "List the issues that tickets are linked to"), s.getIssues)
	rest.Write(a, rest.POST("/issues", "Begin to know of an issue that a run is to be about"), s.postIssue)
	rest.Read(a, rest.GET("/issues/{id}", "Get an issue with what stands behind it"), s.getIssue)
	rest.Read(a, rest.GET("/issues/{id}/tickets", "List the tickets behind an issue"), s.getIssueTickets)
	rest.Read(a, rest.GET("/known-issues", "List known issues"), s.getKnowns)
	rest.Write(a, rest.POST("/known-issues", "Write a known issue down"), s.postKnown)
	rest.Read(a, rest.GET("/known-issues/{id}", "Get a known issue"), s.getKnown)
	rest.Write(a, rest.PATCH("/known-issues/{id}", "Change a known issue"), s.patchKnown)
	rest.Read(a, rest.GET("/known-issues/{id}/tickets", "List the tickets of a known issue"), s.getKnownTickets)
	rest.Write(a, rest.POST("/known-issues/{id}/answer", "Answer all tickets of a known issue"), s.postAnswer)
	rest.Write(a, rest.POST("/known-issues/{id}/issues", "Link a known issue to an issue"), s.postKnownIssue)
	rest.Write(a, rest.DELETE("/known-issues/{id}/issues/{issue}", "Take an issue off a known issue"), s.deleteKnownIssue)
}

// IssueView is an issue as clients see it.
type IssueView struct {
	ID           int64      `json:"id"`
	Tracker      string     `json:"tracker" doc:"Name of its tracker; empty when that is no longer set up."`
	TrackerTitle string     `json:"tracker_title"`
	Reference    string     `json:"reference" doc:"Short form, such as group/project#12."`
	Kind         string     `json:"kind" enum:"issue,merge"`
	Title        string     `json:"title" doc:"Empty until it was read."`
	State        string     `json:"state" enum:"unknown,open,closed,merged"`
	Labels       []string   `json:"labels" nullable:"false"`
	Milestone    string     `json:"milestone"`
	Assignee     string     `json:"assignee"`
	Confidential bool       `json:"confidential"`
	URL          string     `json:"url"`
	UpdatedAt    *time.Time `json:"updated_at" doc:"When it changed in its tracker."`
	SyncedAt     *time.Time `json:"synced_at" doc:"When it was last heard of."`
	Error        string     `json:"error" doc:"Why it could not be read the last time."`
}

// NewIssueView presents an issue. Who does not work on tickets sees no more than its title and state.
func (s *Service) newIssueView(i tracker.Issue, inside bool) IssueView {
	v := IssueView{ID: i.ID, Reference: i.Short(), Kind: string(i.Sort), Title: i.Title, State: string(i.State), Labels: []string{}, URL: i.URL, UpdatedAt: rest.Time(i.Updated)}
	if w, ok := s.trackers.Tracker(i.TrackerID); ok {
		v.Tracker, v.TrackerTitle = w.Name, w.Title
	}
	if inside {
		v.Labels, v.Milestone, v.Assignee, v.Confidential, v.SyncedAt, v.Error = i.Labels, i.Milestone, i.Assignee, i.Confidential, rest.Time(i.Synced), i.Error
	}
	return v
}

// LinkView is a linked issue as clients see it.
type LinkView struct {
	IssueView
	Waiting  bool      `json:"waiting" doc:"The ticket waits for its end."`
	LinkedAt time.Time `json:"linked_at"`
	EventID  *int64    `json:"event_id"`
}

func (s *Service) linkView(l Link, inside bool) LinkView {
	v := LinkView{IssueView: s.newIssueView(l.Issue, inside), Waiting: l.Waiting, LinkedAt: l.Created}
	if inside {
		v.EventID = rest.ID(l.EventID)
	}
	return v
}

// EngineeringView is all about engineering of one ticket.
type EngineeringView struct {
	Links       []LinkView          `json:"links" nullable:"false"`
	Found       []FoundView         `json:"found" nullable:"false" doc:"Issues in agents' messages that are not linked."`
	Reports     []ReportView        `json:"reports" nullable:"false" doc:"Issues on their way to a tracker, or that it did not take."`
	KnownIssues []TicketKnownView   `json:"known_issues" nullable:"false"`
	Templates   []IssueTemplateView `json:"templates" nullable:"false" doc:"What can be created from the ticket."`
	Trackers    []TeamRef           `json:"trackers" nullable:"false" doc:"Trackers it can be linked to."`
}

// FoundView is a reference in a message.
type FoundView struct {
	Reference string `json:"reference"`
	Tracker   string `json:"tracker"`
}

// TicketKnownView is a known issue of a ticket.
type TicketKnownView struct {
	ID         int64  `json:"id"`
	Title      string `json:"title"`
	State      string `json:"state" enum:"open,fixed,wont_fix"`
	FixedIn    string `json:"fixed_in"`
	Workaround string `json:"workaround"`
	Attached   bool   `json:"attached" doc:"Whether the ticket itself is attached to it, not only through an issue."`
}

// IssueTemplateView is a template as clients see it.
type IssueTemplateView struct {
	Name         string         `json:"name"`
	Title        string         `json:"title"`
	Tracker      string         `json:"tracker"`
	Project      string         `json:"project"`
	Confidential bool           `json:"confidential"`
	CanHide      bool           `json:"can_hide" doc:"Whether its tracker has confidential issues."`
	Waiting      bool           `json:"waiting"`
	Asks         []IssueAskView `json:"asks" nullable:"false"`
}

// IssueAskView is one thing the agent writes.
type IssueAskView struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Long     bool   `json:"long"`
	Required bool   `json:"required"`
}

func (s *Service) getEngineering(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (EngineeringView, error) {
	v := EngineeringView{Links: []LinkView{}, Found: []FoundView{}, Reports: []ReportView{}, KnownIssues: []TicketKnownView{}, Templates: []IssueTemplateView{}, Trackers: []TeamRef{}}
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return v, err
	}
	inside := Agent(by, t)
	links, err := s.Links(ctx, tx, by, t.ID)
	if err != nil {
		return v, err
	}
	for _, l := range links {
		v.Links = append(v.Links, s.linkView(l, inside))
	}
	if !inside {
		return v, nil
	}
	found, err := s.mentionedIssues(ctx, tx, t.ID, links)
	if err != nil {
		return v, err
	}
	for _, r := range found {
		w, _ := s.trackers.Tracker(r.TrackerID)
		v.Found = append(v.Found, FoundView{r.Short(), w.Title})
	}
	reports, err := s.reports(ctx, tx, t.ID)
	if err != nil {
		return v, err
	}
	for _, r := range reports {
		if r.State != ReportCreated {
			v.Reports = append(v.Reports, s.reportView(r))
		}
	}
	if by.May("read", "known_issue") {
		list, attached, err := s.knownOf(ctx, tx, t.ID)
		if err != nil {
			return v, err
		}
		for _, k := range list {
			v.KnownIssues = append(v.KnownIssues, TicketKnownView{k.ID, k.Title, string(k.State), k.FixedIn, k.Workaround, attached[k.ID]})
		}
	}
	for _, w := range s.trackers.Active() {
		v.Trackers = append(v.Trackers, TeamRef{w.Name, w.Title})
	}
	v.Templates = s.templateViews()
	return v, nil
}

func (s *Service) templateViews() []IssueTemplateView {
	out := []IssueTemplateView{}
	for _, t := range s.config().IssueTemplates {
		w, ok := s.trackers.Named(t.Spec.Tracker)
		if !ok {
			continue
		}
		one := IssueTemplateView{Name: t.Name, Title: t.Title, Tracker: w.Title, Project: t.Spec.Project, Confidential: t.Spec.Confidential,
			CanHide: w.Spec.Software == tracker.GitLab, Waiting: t.Spec.Waiting, Asks: []IssueAskView{}}
		for _, a := range t.Spec.Asks {
			one.Asks = append(one.Asks, IssueAskView(a))
		}
		out = append(out, one)
	}
	return out
}

// lookUp reads a reference and asks its tracker for it, once the actor may. An issue whose tracker cannot be
// reached now is linked all the same and read later: read is nil then.
func (s *Service) lookUp(ctx context.Context, text string, may func(ctx context.Context, tx db.Tx) error) (r tracker.Reference, read *tracker.Remote, err error) {
	if err := s.db.Read(ctx, may); err != nil {
		return r, nil, err
	}
	if r, err = tracker.Parse(text, s.trackers.Active()); err != nil {
		return r, nil, err
	}
	m, err := s.trackers.Fetch(ctx, r)
	t := tracker.AsTrouble(err)
	switch {
	case err == nil:
		return r, &m, nil
	case t == nil:
		return r, nil, err
	case t.Temporary():
		return r, nil, nil
	case t.Reason == tracker.Gone || t.Reason == tracker.Moved:
		return r, nil, fault.Field("reference", text, "an issue that the tracker's token can read", "%s", t.Error())
	default:
		return r, nil, t.Fault()
	}
}

type postLinkInput struct {
	IDPath
	Body struct {
		Reference string `json:"reference" maxLength:"500" doc:"Address or short form: group/project#12, group/project!34, owner/repo#5."`
		Waiting   bool   `json:"waiting,omitempty" doc:"The ticket waits for its end and goes on hold."`
	}
}

func (s *Service) postLink(ctx context.Context, by act.Actor, in *postLinkInput) (rest.Change[LinkView], error) {
	r, read, err := s.lookUp(ctx, in.Body.Reference, func(ctx context.Context, tx db.Tx) error {
		_, err := s.working(ctx, tx, by, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) (LinkView, error) {
		l, err := s.LinkIssue(ctx, tx, by, in.ID, r, read, in.Body.Waiting)
		return s.linkView(l, true), err
	}, nil
}

// LinkPath is a ticket or known issue, and an issue linked to it.
type LinkPath struct {
	IDPath
	Issue int64 `path:"issue" minimum:"1"`
}

type patchLinkInput struct {
	LinkPath
	Body struct {
		Waiting bool `json:"waiting"`
	}
}

func (s *Service) patchLink(_ context.Context, by act.Actor, in *patchLinkInput) (rest.Change[LinkView], error) {
	return func(ctx context.Context, tx db.Tx) (LinkView, error) {
		l, err := s.WaitOn(ctx, tx, by, in.ID, in.Issue, in.Body.Waiting)
		return s.linkView(l, true), err
	}, nil
}

func (s *Service) deleteLink(_ context.Context, by act.Actor, in *LinkPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.UnlinkIssue(ctx, tx, by, in.ID, in.Issue)
	}, nil
}
