package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rule"
)

// ViewSpec is the spec of kind view: a saved list of tickets.
type ViewSpec struct {
	Order     int      `yaml:"order" doc:"Place among the views; lower comes first."`
	Status    []string `yaml:"status" doc:"States shown; all when empty." enum:"new,open,pending,hold,solved,closed"`
	Assignee  string   `yaml:"assignee" doc:"Whose tickets: me, none or any." enum:"me,none,any"`
	Team      string   `yaml:"team" doc:"Only tickets with this team." ref:"team"`
	MyTeams   bool     `yaml:"my_teams" doc:"Only tickets with a team the reader is in."`
	Priority  []string `yaml:"priority" doc:"Priorities shown; all when empty." enum:"low,normal,high,urgent"`
	Type      []string `yaml:"type" doc:"Types shown; all when empty." enum:"question,incident,problem,task"`
	Tag       string   `yaml:"tag" doc:"Only tickets with this tag."`
	Match     string   `yaml:"match" doc:"Which tickets, as a condition that the database can look up." format:"cel:ticket"`
	Sort      string   `yaml:"sort" doc:"due, updated (newest first), created (newest first), priority (most urgent first) or status; with a minus the other way round." enum:"due,updated,created,priority,status,-updated,-created,-priority,-status"`
	Columns   []string `yaml:"columns" doc:"What stands beside the subject, in this order; the usual columns when empty." enum:"status,priority,type,requester,organization,assignee,team,tags,due,created,updated"`
	Group     string   `yaml:"group" doc:"What the tickets are grouped by; their next due time when empty and sorted by due." enum:"due,status,priority,type,assignee,team,organization,none"`
	IsDefault bool     `yaml:"default" doc:"Open this view first."`
	Disabled  bool     `yaml:"disabled" doc:"Not in force: it stays in the configuration and is not shown."`
}

// View is a view in force.
type View struct {
	Named
	Description string
	Spec        ViewSpec
	teamID      int64
	match       *rule.Program // nil matches every ticket
}

// Filter narrows a list of tickets; zero values do not narrow.
type Filter struct {
	Statuses       []Status
	Assignee       string // "me", "none" or ""
	AssigneeID     int64
	TeamID         int64
	MyTeams        bool
	Priorities     []Priority
	Types          []Type
	RequesterID    int64
	OrganizationID int64
	Tag            string
	ExternalID     string        // an id that another system knows it by
	ExternalSource string        // that system; "" stands for any
	Match          *rule.Program // nil matches every ticket
	Sort           string        // one of Sorts; "": due, and updated where Match looks at every state

	apart bool // each state is asked for on its own
}

// Filter returns what the view shows.
func (v *View) Filter() Filter {
	f := Filter{TeamID: v.teamID, MyTeams: v.Spec.MyTeams, Tag: v.Spec.Tag, Match: v.match, Sort: v.Spec.Sort}
	if v.Spec.Assignee != "any" {
		f.Assignee = v.Spec.Assignee
	}
	for _, s := range v.Spec.Status {
		f.Statuses = append(f.Statuses, Status(s))
	}
	for _, t := range v.Spec.Type {
		f.Types = append(f.Types, Type(t))
	}
	for _, p := range v.Spec.Priority {
		f.Priorities = append(f.Priorities, Priority(p))
	}
	return f
}

// Preview is a view that nobody has made, for a look at what it would show. Who may not edit tickets cannot
// ask what they may not see.
func (cfg *Config) Preview(by act.Actor, spec ViewSpec) (*View, error) {
	p, err := compileFilter(spec.Match)
	if err != nil {
		return nil, err
	}
	if err := cfg.mayAsk(by, p); err != nil {
		return nil, err
	}
	v := &View{Spec: spec, match: p}
	for id, t := range cfg.teams {
		if t.Name == spec.Team {
			v.teamID = id
		}
	}
	return v, nil
}

// check refuses values that do not exist.
func (f Filter) check() error {
	for _, s := range f.Statuses {
		ok := false
		for _, known := range Statuses {
			ok = ok || s == known
		}
		if !ok {
			return fault.Field("status", s, "new, open, pending, hold, solved, closed", "There is no status %q.", s)
		}
	}
	for _, t := range f.Types {
		if err := checkType(t); err != nil {
			return err
		}
	}
	for _, p := range f.Priorities {
		if err := checkPriority(p); err != nil {
			return err
		}
	}
	if !slices.Contains([]string{"", "any", "me", "none"}, f.Assignee) {
		return fault.Field("assignee", f.Assignee, "me, none or an agent's id", "Nobody is %q here.", f.Assignee)
	}
	return checkSort(f.Sort)
}

// active reports whether only tickets that somebody waits for can match.
func (f Filter) active() bool {
	return len(f.Statuses) > 0 && !slices.ContainsFunc(f.Statuses, Status.Done)
}

// where adds the filter's predicates. States and flags are written out, not bound, so that
// both engines see that a partial index serves.
func (f Filter) where(w *db.Where, by act.Actor) error {
	if err := f.check(); err != nil {
		return err
	}
	w.And("t.deleted_at IS NULL")
	active := f.active()
	quoted := make([]string, len(f.Statuses))
	for i, s := range f.Statuses {
		quoted[i] = "'" + string(s) + "'"
	}
	if active {
		w.And("t.done = FALSE")
	}
	if len(f.Statuses) > 0 && !f.apart && !(active && len(f.Statuses) == 4) {
		w.And("t.status IN (" + strings.Join(quoted, ",") + ")")
	}
	switch {
	case f.AssigneeID != 0:
		w.And("t.assignee_id = ?", f.AssigneeID)
	case f.Assignee == "me":
		w.And("t.assignee_id = ?", by.PersonID)
	case f.Assignee == "none":
		w.And("t.assignee_id IS NULL")
	}
	if f.TeamID != 0 {
		w.And("t.team_id = ?", f.TeamID)
	}
	if f.MyTeams {
		ids := make([]any, len(by.TeamIDs))
		for i, id := range by.TeamIDs {
			ids[i] = id
		}
		w.In("t.team_id", ids)
	}
	if len(f.Priorities) > 0 {
		list := make([]any, len(f.Priorities))
		for i, p := range f.Priorities {
			list[i] = string(p)
		}
		w.In("t.priority", list)
	}
	if len(f.Types) > 0 {
		list := make([]any, len(f.Types))
		for i, t := range f.Types {
			list[i] = string(t)
		}
		w.In("t.type", list)
	}
	if f.RequesterID != 0 {
		w.And("t.requester_id = ?", f.RequesterID)
	}
	if f.OrganizationID != 0 {
		w.And("t.organization_id = ?", f.OrganizationID)
	}
	switch {
	case f.ExternalID != "" && f.ExternalSource != "":
		w.And("t.id IN (SELECT record_id FROM external_id WHERE kind = 'ticket' AND id = ? AND source = ?)", f.ExternalID, strings.ToLower(f.ExternalSource))
	case f.ExternalID != "":
		w.And("t.id IN (SELECT record_id FROM external_id WHERE kind = 'ticket' AND id = ?)", f.ExternalID)
	case f.ExternalSource != "":
		return fault.Field("external_source", f.ExternalSource, "external_id as well", "Say which id of %s.", f.ExternalSource)
	}
	if f.Tag != "" {
		w.And("t.id IN (SELECT ticket_id FROM ticket_tag WHERE tag = ?)", strings.ToLower(f.Tag))
	}
	return nil
}

// byStatus reports whether a list is best put together from the first rows of each state.
// An index gives each in order; for all states at once an engine may collect and sort every
// ticket they have.
func (f Filter) byStatus() bool {
	if len(f.Statuses) < 2 || f.Match != nil || f.Sort != "due" && f.Sort != "updated" && f.Sort != "-updated" || f.Assignee != "" || f.AssigneeID != 0 || f.TeamID != 0 || f.MyTeams || len(f.Types) > 0 || f.RequesterID != 0 ||
		f.OrganizationID != 0 || f.Tag != "" || f.ExternalID != "" {
		return false
	}
	for i, s := range f.Statuses {
		if f.Sort == "due" && s.Done() || slices.Contains(f.Statuses[:i], s) {
			return false
		}
	}
	return true
}

// List returns a page of tickets within the actor's scope. Sorted by due, the earliest comes first, tickets without a promise
// follow and those that are done come last; in the other orders (Sorts) the newest or most urgent comes first.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, f Filter, page db.Page) (list []*Ticket, next string, err error) {
	f.settle()
	f.apart = f.byStatus()
	base, err := s.listed(ctx, tx, by, f)
	if err != nil {
		return nil, "", err
	}
	parts := f.parts()
	if len(parts) != 1 {
		return s.walk(ctx, tx, base, passage{groups: []Group{{}}, parts: parts}, page)
	}
	p := parts[0]
	last, lastID, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok {
		p.after(base, last, lastID)
	}
	n := page.Size()
	order := p.order(base, n+1)
	query := `SELECT ` + ticketFields + ` FROM ticket t WHERE ` + base.SQL()
	if f.apart {
		arms := make([]string, len(f.Statuses))
		for i, s := range f.Statuses {
			arms[i] = fmt.Sprintf(`SELECT * FROM (%s AND t.status = '%s'%s) AS s%d`, query, s, order, i)
		}
		query = `SELECT * FROM (` + strings.Join(arms, ` UNION ALL `) + `) AS t`
	}
	if list, err = tickets(tx.Query(ctx, query+order, base.Args()...)); err != nil {
		return nil, "", err
	}
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(list[n-1].sortKey(p.key), list[n-1].ID)
	}
	return list, next, nil
}

// Count counts the tickets of a filter within the actor's scope, up to the cap.
func (s *Service) Count(ctx context.Context, tx db.Tx, by act.Actor, f Filter) (db.Count, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return db.Count{}, err
	}
	if err := f.where(w, by); err != nil {
		return db.Count{}, err
	}
	if f.Match != nil {
		return s.countMatching(ctx, tx, w, f)
	}
	if f.active() {
		// Always true; it makes SQLite count in the index of active tickets, which holds all it needs.
		w.And("t.due > 0")
	}
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(db.Cap+1)+`) AS bounded`, w.Args()...).Scan(&n)
	return db.Capped(n), err
}

// Get returns one ticket within the actor's scope. A hidden one is there for those who may
// delete or restore it.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := s.loadAny(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) || t.Hidden != "" && !t.seenHidden(by) {
		return nil, fault.Missing("ticket", id)
	}
	return t, nil
}

// countColumns are the columns CountBy counts by, with the table their ids come from.
var countColumns = map[string]string{"requester_id": "person", "organization_id": "organization"}

// CountBy counts the tickets of several requesters (requester_id) or organizations
// (organization_id) at once, each up to the cap and within the actor's scope.
func (s *Service) CountBy(ctx context.Context, tx db.Tx, by act.Actor, column string, ids []int64) (map[int64]db.Count, error) {
	out := map[int64]db.Count{}
	if len(ids) == 0 {
		return out, nil
	}
	w, outer := &db.Where{}, make([]any, len(ids))
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return nil, err
	}
	inner := w.SQL()
	for i, id := range ids {
		outer[i] = id
	}
	few := w.Arg(db.Cap + 1)
	list := db.WhereAfter(w).In("r.id", outer)
	rows, err := tx.Query(ctx, `SELECT r.id, (SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE t.`+column+` = r.id AND t.deleted_at IS NULL AND `+inner+`
		LIMIT `+few+`) AS bounded) FROM `+countColumns[column]+` r WHERE `+list.SQL(), list.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		out[id] = db.Capped(n)
	}
	return out, rows.Err()
}
