package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/field"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// about is what conditions read of the records around a ticket, looked up when they do, and the
// present time.
type about struct {
	requester, assignee, organization func() any
	waitingOn                         func() any // how many linked issues it waits for
	now                               time.Time
	voice                             rule.Voice // of what is said of conditions
	only                              []string   // in a replay: the values of a ticket that conditions read; nil for all
}

// about looks records up in the transaction.
func (s *Service) about(ctx context.Context, tx db.Tx, t *Ticket) about {
	a := about{now: s.clock().UTC(), voice: s.directory.Voice(ctx, tx, s.config().titled)}
	a.requester, a.organization = s.directory.About(ctx, tx, t.RequesterID, t.OrganizationID)
	a.assignee, _ = s.directory.About(ctx, tx, t.AssigneeID, 0)
	a.waitingOn = func() any {
		n, err := s.waits(ctx, tx, t.ID)
		if err != nil {
			return nil
		}
		return n
	}
	return a
}

// aroundFields are what conditions may read of a ticket beside its own plain fields.
func aroundFields() []rule.Field {
	out := []rule.Field{
		{Path: "ticket.subject", Type: rule.Text, Doc: "First line.", Private: true},
		{Path: "ticket.form", Type: rule.Text, Names: "form", Doc: "Name of its form."},
		{Path: "ticket.created", Type: rule.Time, Doc: "When it was opened."},
		{Path: "ticket.updated", Type: rule.Time, Doc: "When it was last changed."},
		{Path: "ticket.solved", Type: rule.Time, Doc: "When it was solved; missing unless it is."},
		{Path: "ticket.type", Type: enumOf(Types), Doc: "What kind of request it is."},
		{Path: "ticket.task_due", Type: rule.Time, Doc: "When a task shall be done; missing without a day."},
		{Path: "ticket.problem", Type: rule.Int, Doc: "Number of the problem that this incident belongs to; missing without one."},
		{Path: "ticket.state_since", Type: rule.Time, Doc: "When it came into its present state."},
		{Path: "ticket.assigned_at", Type: rule.Time, Doc: "When its assignee got it; missing without one."},
		{Path: "ticket.asked_at", Type: rule.Time, Doc: "When the customer wrote last; missing if never."},
		{Path: "ticket.replied_at", Type: rule.Time, Doc: "When an agent last wrote to the customer; missing if never."},
		{Path: "ticket.replies", Type: rule.Int, Doc: "How many messages agents wrote to the customer."},
		{Path: "ticket.bounces", Type: rule.Int, Doc: "How often it was taken from an assignee or a team."},
		{Path: "ticket.entitlement", Type: rule.Text, Names: "entitlement", Doc: "Name of the entitlement it was judged by; missing without one."},
		{Path: "ticket.entitled", Type: rule.Bool, Doc: "Whether its requester may ask for help."},
		{Path: "ticket.refused", Type: enumOf(entitle.Reasons), Doc: "Why its requester may not ask for help; missing when they may."},
		{Path: "ticket.waiting_on", Type: rule.Int, Doc: "How many linked issues it waits for."},
		{Path: "ticket.due", Type: rule.Time, Doc: "When the earliest promise is due; missing without one."},
		{Path: "ticket.attributes", Type: rule.Attributes, Doc: "Custom attributes of the ticket, by name.", Private: true},
	}
	out = append(out, directory.PersonFields("ticket.requester")...)
	out = append(out, directory.PersonFields("ticket.assignee")...)
	out = append(out, directory.OrganizationFields("ticket.organization")...)
	return append(out, rule.Field{Path: "now", Type: rule.Time, Doc: "The present time."})
}

// add puts the values of aroundFields into what conditions read of a ticket.
func (a about) add(cfg *Config, t *Ticket, ticket map[string]any) {
	ticket["subject"], ticket["created"], ticket["updated"] = t.Subject, t.Created, t.Updated
	ticket["type"], ticket["state_since"], ticket["replies"], ticket["bounces"] = string(t.Type), t.StateSince, t.Replies, t.Bounces
	if t.ProblemID != 0 {
		ticket["problem"] = t.ProblemID
	}
	for name, at := range map[string]time.Time{"solved": t.SolvedAt, "due": t.Due, "task_due": t.TaskDue, "assigned_at": t.AssignedAt, "asked_at": t.AskedAt, "replied_at": t.RepliedAt} {
		if !at.IsZero() {
			ticket[name] = at
		}
	}
	cfg.standing(t, ticket)
	if f := cfg.form(t.FormID); f != nil {
		ticket["form"] = f.Name
	}
	ticket["attributes"] = cfg.Fields.Vars("ticket", t.Attributes)
	for name, look := range map[string]func() any{"requester": a.requester, "assignee": a.assignee, "organization": a.organization, "waiting_on": a.waitingOn} {
		if look != nil {
			ticket[name] = look
		}
	}
}

// column is where a filter over tickets (t) finds a field. used hears of the attributes it reads.
func (cfg *Config) column(e db.Engine, path string, used func(*field.Field)) (rule.Column, error) {
	if c, ok := plainColumns[path]; ok {
		return c, nil
	}
	if kind, name, ok := field.Owner(path); ok {
		return cfg.attributeColumn(path, kind, name, used)
	}
	of, name, _ := strings.Cut(strings.TrimPrefix(path, "ticket."), ".")
	var c rule.Column
	var ok bool
	switch of {
	case "team":
		return namedColumn(cfg.teams, "t.team_id", func(t *Team) string { return t.Name }), nil
	case "brand":
		return namedColumn(cfg.brands, "t.brand_id", func(b *Named) string { return b.Name }), nil
	case "mailbox":
		return namedColumn(cfg.mailboxes, "t.mailbox_id", func(m *Mailbox) string { return m.Name }), nil
	case "form":
		return cfg.formColumn(), nil
	case "entitlement":
		return cfg.entitlementColumn(), nil
	case "requester":
		c, ok = directory.PersonColumn(e, name, "t.requester_id")
	case "assignee":
		c, ok = directory.PersonColumn(e, name, "t.assignee_id")
	case "organization":
		c, ok = directory.OrganizationColumn(name, "t.organization_id")
	}
	if !ok {
		return c, fmt.Errorf("%s cannot be filtered by in the database.", path)
	}
	return c, nil
}

// plainColumns are the fields that stand in the ticket's own row or in its tags.
var plainColumns = map[string]rule.Column{
	"ticket.status":      {Type: rule.Text, SQL: "t.status"},
	"ticket.priority":    {Type: rule.Text, SQL: "t.priority"},
	"ticket.channel":     {Type: rule.Text, SQL: "t.channel"},
	"ticket.subject":     {Type: rule.Text, SQL: "t.subject"},
	"ticket.created":     {Type: rule.Time, SQL: "t.created"},
	"ticket.updated":     {Type: rule.Time, SQL: "t.updated"},
	"ticket.solved":      {Type: rule.Time, SQL: "t.solved_at", Null: true},
	"ticket.due":         {Type: rule.Time, SQL: fmt.Sprintf("NULLIF(t.due, %d)", never), Null: true},
	"ticket.type":        {Type: rule.Text, SQL: "t.type"},
	"ticket.task_due":    {Type: rule.Time, SQL: "t.task_due", Null: true},
	"ticket.problem":     {Type: rule.Int, SQL: "t.problem_id", Null: true},
	"ticket.state_since": {Type: rule.Time, SQL: "t.state_since"},
	"ticket.assigned_at": {Type: rule.Time, SQL: "t.assigned_at", Null: true},
	"ticket.asked_at":    {Type: rule.Time, SQL: "t.asked_at", Null: true},
	"ticket.replied_at":  {Type: rule.Time, SQL: "t.replied_at", Null: true},
	"ticket.replies":     {Type: rule.Int, SQL: "t.replies"},
	"ticket.entitled":    {Type: rule.Bool, SQL: "(t.refused = '')"},
	"ticket.refused":     {Type: rule.Text, SQL: "NULLIF(t.refused, '')", Null: true},
	"ticket.bounces":     {Type: rule.Int, SQL: "t.bounces"},
	"ticket.waiting_on":  {Type: rule.Int, SQL: "(SELECT count(*) FROM ticket_link w WHERE w.ticket_id = t.id AND w.waiting = TRUE)"},
	"ticket.tags": {Type: rule.Text, SQL: "tag", List: true, Within: "(SELECT 1 FROM ticket_tag WHERE ticket_id = t.id AND %s LIMIT 1) IS NOT NULL",
		Index: "SELECT ticket_id FROM ticket_tag WHERE %s"},
	"ticket.requester":    {Type: rule.Int, SQL: "t.requester_id"}, // for has(…)
	"ticket.assignee":     {Type: rule.Int, SQL: "t.assignee_id", Null: true},
	"ticket.organization": {Type: rule.Int, SQL: "t.organization_id", Null: true},
}

// attributeColumn is where a filter finds a custom attribute.
func (cfg *Config) attributeColumn(path, kind, name string, used func(*field.Field)) (rule.Column, error) {
	f := cfg.Fields.Named(kind, name)
	switch {
	case f == nil:
		var known []string
		for _, f := range cfg.Fields.On(kind) {
			known = append(known, f.Name)
		}
		return rule.Column{}, fmt.Errorf("No field of a %s is called %q.%s", kind, name, suggest.DidYouMean(name, known))
	case !f.Indexed:
		return rule.Column{}, fmt.Errorf("The field %s is not indexed, so lists cannot be filtered by it. Add indexed: true to it.", f.Name)
	}
	used(f)
	at, _, _ := field.Path(path)
	record := map[string]string{"ticket": "t.id", "ticket.requester": "t.requester_id", "ticket.assignee": "t.assignee_id", "ticket.organization": "t.organization_id"}[at]
	return f.Column(record, at == "ticket"), nil
}

// namedColumn is a column of ids read as the names of their blueprints.
func namedColumn[T any](all map[int64]T, column string, name func(T) string) rule.Column {
	var cases strings.Builder
	for _, id := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&cases, " WHEN %d THEN '%s'", id, name(all[id])) // names hold small letters, digits and - only
	}
	if cases.Len() == 0 {
		return rule.Column{Type: rule.Text, SQL: "CAST(NULL AS TEXT)", Null: true}
	}
	return rule.Column{Type: rule.Text, SQL: "CASE " + column + cases.String() + " END", Null: true}
}

// formColumn is the name of the ticket's form; a ticket without one has the default form.
func (cfg *Config) formColumn() rule.Column {
	if len(cfg.Forms) == 0 {
		return rule.Column{Type: rule.Text, SQL: "CAST(NULL AS TEXT)", Null: true}
	}
	forms := map[int64]*Form{}
	for _, f := range cfg.Forms {
		forms[f.ID] = f
	}
	c := namedColumn(forms, "t.form_id", func(f *Form) string { return f.Name })
	c.SQL = strings.TrimSuffix(c.SQL, " END") + " ELSE '" + cfg.Forms[0].Name + "' END"
	return c
}
