package success

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
	"steward/internal/work"
)

// lifeRoutes registers the routes of timelines and calls to action.
func (s *Service) lifeRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/accounts/{id}/timeline", "List what happened with an account"), s.getTimeline)
	rest.Write(a, rest.POST("/accounts/{id}/timeline", "Note what happened with an account"), s.postEntry)
	rest.Read(a, rest.GET("/accounts/{id}/documents", "List the files on an account's timeline, newest first"), s.getDocuments)
	rest.Write(a, rest.PATCH("/accounts/{id}/timeline/{entry}", "Correct an entry of a timeline"), s.patchEntry)
	rest.Write(a, rest.DELETE("/accounts/{id}/timeline/{entry}", "Take an entry off a timeline"), s.deleteEntry)
	s.mailRoutes(a)
	rest.Read(a, rest.GET("/calls", "List calls to action"), s.getCalls)
	rest.Read(a, rest.GET("/calls/counters", "Count open calls to action by rule"), s.getCounters)
	rest.Write(a, rest.POST("/accounts/{id}/calls", "Open a call to action about an account"), s.postCall)
	rest.Write(a, rest.PATCH("/calls/{id}", "Give a call to action to somebody, put it off or close it"), s.patchCall)
}

type timelineInput struct {
	Path
	rest.Paging
	Source string `query:"source" enum:"entry,change,ticket,survey," doc:"Only these."`
}

func (s *Service) getTimeline(ctx context.Context, tx db.Tx, by act.Actor, in *timelineInput) (rest.List[Line], error) {
	list, next, err := s.Timeline(ctx, tx, by, in.ID, in.Source, in.Page())
	return rest.NewList(list, next), err
}

// DocumentView is a file on an account's timeline.
type DocumentView struct {
	EntryFileView
	Entry int64     `json:"entry" doc:"The entry of the timeline that it is kept with."`
	Kind  string    `json:"kind" doc:"Of the entry."`
	Title string    `json:"title" doc:"Of the entry."`
	At    time.Time `json:"at" doc:"When that happened."`
	By    *Ref      `json:"by"`
}

func (s *Service) getDocuments(ctx context.Context, tx db.Tx, by act.Actor, in *struct {
	Path
	rest.Paging
}) (rest.List[DocumentView], error) {
	list, next, err := s.Documents(ctx, tx, by, in.ID, in.Page())
	if err != nil {
		return rest.List[DocumentView]{}, err
	}
	people := make([]int64, len(list))
	for i, d := range list {
		people[i] = d.ByID
	}
	who, err := s.directory.Names(ctx, tx, people)
	out := make([]DocumentView, len(list))
	for i, d := range list {
		out[i] = DocumentView{EntryFileView: d.File, Entry: d.EntryID, Kind: d.Kind, Title: d.Title, At: d.At}
		if p, ok := who[d.ByID]; ok {
			out[i].By = &Ref{d.ByID, p.Name}
		}
	}
	return rest.NewList(out, next), err
}

type entryInput struct {
	Path
	Body struct {
		Kind   string        `json:"kind" enum:"call,meeting,workshop,review,email,update,health_update,outcome,escalation,document"`
		At     time.Time     `json:"at,omitempty" doc:"When it happened; now when left out."`
		Title  string        `json:"title,omitempty" maxLength:"1000"`
		Body   string        `json:"body,omitempty" maxLength:"40000"`
		Effort int64         `json:"effort,omitempty" doc:"Minutes that it took."`
		People []int64       `json:"people,omitempty" maxItems:"100" doc:"Who of the customer took part."`
		Files  []int64       `json:"files,omitempty" maxItems:"10" doc:"Files that you uploaded to /files; they are kept with the entry."`
		Health *HealthUpdate `json:"health,omitempty"`
	}
}

// EntryView is an entry as it was added.
type EntryView struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	EventID int64     `json:"event_id"`
}

func (s *Service) postEntry(_ context.Context, by act.Actor, in *entryInput) (rest.Change[EntryView], error) {
	return func(ctx context.Context, tx db.Tx) (EntryView, error) {
		b := in.Body
		e, err := s.Note(ctx, tx, by, in.ID, NewEntry{Kind: b.Kind, At: b.At, Title: b.Title, Body: b.Body, Effort: b.Effort, Health: b.Health, People: b.People, Files: b.Files})
		return EntryView{e.ID, e.At, e.EventID}, err
	}, nil
}

// EntryPath is an entry of a timeline in a path. It is exported so that requests see it where it is embedded.
type EntryPath struct {
	Path
	Entry int64 `path:"entry" minimum:"1"`
}

func (s *Service) deleteEntry(_ context.Context, by act.Actor, in *EntryPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Remove(ctx, tx, by, in.ID, in.Entry)
	}, nil
}

type patchEntryInput struct {
	EntryPath
	Body struct {
		Title  *string `json:"title,omitempty" maxLength:"1000"`
		Body   *string `json:"body,omitempty" maxLength:"40000"`
		Effort *int64  `json:"effort,omitempty" doc:"Minutes that it took."`
	}
}

func (s *Service) patchEntry(_ context.Context, by act.Actor, in *patchEntryInput) (rest.Change[EntryView], error) {
	return func(ctx context.Context, tx db.Tx) (EntryView, error) {
		e, err := s.Edit(ctx, tx, by, in.ID, in.Entry, EntryEdit{in.Body.Title, in.Body.Body, in.Body.Effort})
		return EntryView{e.ID, e.At, e.EventID}, err
	}, nil
}

// CallView is a call to action as the API shows it.
type CallView struct {
	ID           int64      `json:"id"`
	Account      Ref        `json:"account"`
	Rule         string     `json:"rule" doc:"Name of the rule that asked for it; empty when somebody did."`
	Type         string     `json:"type"`
	Title        string     `json:"title"`
	Reason       string     `json:"reason"`
	Note         string     `json:"note"`
	Priority     string     `json:"priority" enum:"low,medium,high"`
	State        string     `json:"state" doc:"open, working, snoozed, or what it was closed as."`
	Owner        *Ref       `json:"owner"`
	Due          *time.Time `json:"due"`
	SnoozedUntil *time.Time `json:"snoozed_until"`
	SnoozeReason string     `json:"snooze_reason"`
	OpenedAt     time.Time  `json:"opened_at"`
	ClosedAt     *time.Time `json:"closed_at"`
	ClosedNote   string     `json:"closed_note"`
	EventID      int64      `json:"event_id"`
	Version      int64      `json:"version"`
}

func (s *Service) callViews(ctx context.Context, tx db.Tx, list []Call) ([]CallView, error) {
	var people, organizations []int64
	for _, c := range list {
		people, organizations = append(people, c.OwnerID), append(organizations, c.Account)
	}
	who, err := s.directory.Names(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	names, err := s.directory.OrganizationNames(ctx, tx, organizations)
	out := []CallView{}
	for _, c := range list {
		v := CallView{ID: c.ID, Account: Ref{c.Account, names[c.Account]}, Type: c.Type, Title: c.Title, Reason: c.Reason, Note: c.Note, Priority: c.Priority, State: c.State, Due: rest.Time(c.Due), SnoozedUntil: rest.Time(c.SnoozedUntil),
			SnoozeReason: c.SnoozeReason, OpenedAt: c.Opened, ClosedAt: rest.Time(c.Closed), ClosedNote: c.ClosedNote, EventID: c.EventID, Version: c.Version}
		if p, ok := who[c.OwnerID]; ok {
			v.Owner = &Ref{p.ID, p.Name}
		}
		for _, r := range s.config().rules {
			if r.ID == c.RuleID {
				v.Rule = r.Name
			}
		}
		out = append(out, v)
	}
	return out, err
}

type callsInput struct {
	rest.Paging
	Account int64  `query:"account" minimum:"0"`
	Owner   string `query:"owner" maxLength:"20" doc:"An id, or me."`
	Rule    string `query:"rule" maxLength:"100"`
	State   string `query:"state" enum:"open,awake,closed" default:"open" doc:"awake: open and not put off."`
}

// callFilter reads the parameters.
func (s *Service) callFilter(by act.Actor, in callsInput) (f CallFilter, err error) {
	f = CallFilter{Account: in.Account, Closed: in.State == "closed", Awake: in.State == "awake"}
	switch {
	case in.Owner == "me":
		f.OwnerID = by.PersonID
	case in.Owner != "":
		if f.OwnerID, err = number("owner", in.Owner); err != nil {
			return f, err
		}
	}
	if in.Rule != "" {
		f.RuleID = -1 // no such rule: nothing
		for _, r := range s.config().rules {
			if r.Name == in.Rule {
				f.RuleID = r.ID
			}
		}
	}
	return f, nil
}

func (s *Service) getCalls(ctx context.Context, tx db.Tx, by act.Actor, in *callsInput) (out rest.List[CallView], err error) {
	f, err := s.callFilter(by, *in)
	if err != nil {
		return out, err
	}
	list, next, err := s.Calls(ctx, tx, by, f, in.Page())
	if err != nil {
		return out, err
	}
	items, err := s.callViews(ctx, tx, list)
	return rest.NewList(items, next), err
}

// Counter is how many accounts a rule asks something for: a figure to burn down.
type Counter struct {
	Rule  string   `json:"rule"`
	Title string   `json:"title"`
	Type  string   `json:"type"`
	Open  db.Count `json:"open"`
}

// getCounters counts for whoever may read every account.
func (s *Service) getCounters(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (out rest.List[Counter], err error) {
	if !auth.Scope(by, "read", "account").All() {
		return out, by.Denied("read", "account")
	}
	items := []Counter{}
	for _, r := range s.config().rules { // bounded by the configuration, each count by the cap
		n, err := bounded(ctx, tx, `SELECT 1 FROM account_call WHERE rule_id = $1 AND closed IS NULL`, r.ID)
		if err != nil {
			return out, err
		}
		items = append(items, Counter{r.Name, r.Title, r.Spec.Type, n})
	}
	return rest.NewList(items, ""), nil
}

type postCallInput struct {
	Path
	Body struct {
		Type     string    `json:"type" enum:"risk,expansion,lifecycle,activity,renewal,digital,objective"`
		Title    string    `json:"title" maxLength:"1000"`
		Reason   string    `json:"reason,omitempty" maxLength:"1000"`
		Note     string    `json:"note,omitempty" maxLength:"40000"`
		Priority string    `json:"priority,omitempty" enum:"low,medium,high" default:"medium"`
		OwnerID  int64     `json:"owner_id,omitempty" minimum:"0" doc:"Whoever looks after the account when left out."`
		Due      time.Time `json:"due,omitempty"`
	}
}

// oneCall shows one call.
func (s *Service) oneCall(ctx context.Context, tx db.Tx, c Call) (CallView, error) {
	all, err := s.callViews(ctx, tx, []Call{c})
	if err != nil {
		return CallView{}, err
	}
	return all[0], nil
}

func (s *Service) postCall(_ context.Context, by act.Actor, in *postCallInput) (rest.Change[CallView], error) {
	return func(ctx context.Context, tx db.Tx) (CallView, error) {
		b := in.Body
		c, err := s.OpenCall(ctx, tx, by, in.ID, NewCall{b.Type, b.Title, b.Reason, b.Note, b.Priority, b.OwnerID, b.Due})
		if err != nil {
			return CallView{}, err
		}
		return s.oneCall(ctx, tx, c)
	}, nil
}

type patchCallInput struct {
	Path
	Body struct {
		Version      int64                `json:"version" minimum:"1"`
		OwnerID      rest.Null[int64]     `json:"owner_id,omitempty"`
		Due          rest.Null[time.Time] `json:"due,omitempty"`
		Working      *bool                `json:"working,omitempty"`
		SnoozeUntil  rest.Null[time.Time] `json:"snooze_until,omitempty" doc:"Null wakes it."`
		SnoozeReason string               `json:"snooze_reason,omitempty" maxLength:"1000"`
		Closure      string               `json:"closure,omitempty" maxLength:"40" doc:"success, not_a_priority, already_solved, not_relevant, lack_of_engagement; lifecycle calls also not_needed, objectives competitive_loss, product_gaps, team_unengaged, no_value_seen, deferred, lack_of_budget."`
		Note         string               `json:"note,omitempty" maxLength:"40000" doc:"Why it is closed so."`
	}
}

func (s *Service) patchCall(_ context.Context, by act.Actor, in *patchCallInput) (rest.Change[CallView], error) {
	b := in.Body
	change := CallChange{Version: b.Version, Working: b.Working, Reason: b.SnoozeReason, Closure: b.Closure, Note: b.Note}
	if b.OwnerID.Sent {
		change.OwnerID = &b.OwnerID.Value
	}
	if b.Due.Sent {
		change.Due = &b.Due.Value
	}
	if b.SnoozeUntil.Sent {
		change.Snooze = &b.SnoozeUntil.Value
	}
	return func(ctx context.Context, tx db.Tx) (CallView, error) {
		c, err := s.ChangeCall(ctx, tx, by, in.ID, change)
		if f := fault.As(err); f != nil && f.Code == fault.Conflict {
			if f.Current, err = s.oneCall(ctx, tx, c); err != nil {
				return CallView{}, err
			}
			return CallView{}, f
		}
		if err != nil {
			return CallView{}, err
		}
		return s.oneCall(ctx, tx, c)
	}, nil
}

// WorkSource shows calls to action in people's lists of work.
func (s *Service) WorkSource() work.Source {
	return work.Source{Name: callSource, Title: "Action", Cards: s.callCards}
}

// callCards shows the items of calls about accounts that the actor may read.
func (s *Service) callCards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	out := map[int64]work.Card{}
	if !by.May("read", "account") {
		return out, nil
	}
	w := &db.Where{}
	keys := make([]any, len(items))
	for i, it := range items {
		keys[i] = it.Key
	}
	if err := auth.Scope(by, "read", "account").Where(w, accountColumns); err != nil {
		return out, err
	}
	w.In("CAST(c.id AS TEXT)", keys).In("c.organization_id", subjectsOf(items))
	rows, err := tx.Query(ctx, `SELECT `+callFields+` FROM account_call c JOIN account a ON a.organization_id = c.organization_id WHERE `+w.SQL(), w.Args()...)
	list, err := db.Collect(rows, err, scanCall)
	if err != nil {
		return out, err
	}
	views, err := s.callViews(ctx, tx, list)
	byKey := map[string]CallView{}
	for _, v := range views {
		byKey[fmt.Sprint(v.ID)] = v
	}
	for _, it := range items {
		if v, ok := byKey[it.Key]; ok {
			out[it.ID] = work.Card{Title: v.Title, About: v.Account.Name, Why: v.Reason, Promise: "Call to action", Mine: true}
		}
	}
	return out, err
}

func subjectsOf(items []work.Item) []any {
	var out []any
	for _, it := range items {
		out = append(out, it.Subject.ID)
	}
	return out
}
