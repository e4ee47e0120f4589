package desk

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/mail"
	"steward/internal/rest"
)

// BatchChange is what a batch does to each ticket; what is left out stays.
type BatchChange struct {
	Status     Status               `json:"status,omitempty"`
	Priority   Priority             `json:"priority,omitempty"`
	Type       Type                 `json:"type,omitempty"`
	TaskDueAt  rest.Null[time.Time] `json:"task_due_at,omitzero" doc:"When a task shall be done; null for no day."`
	AssigneeID rest.Null[int64]     `json:"assignee_id,omitzero" doc:"An agent's id; null for nobody."`
	Team       rest.Null[string]    `json:"team,omitzero" doc:"A team by name; null for none."`
	Form       rest.Null[string]    `json:"form,omitzero" doc:"A form by name; null for the default form."`
	AddTags    []string             `json:"add_tags,omitempty"`
	RemoveTags []string             `json:"remove_tags,omitempty"`
	Attributes map[string]any       `json:"attributes,omitempty" doc:"Custom attributes by name: null takes one away."`
	Comment    *BatchComment        `json:"comment,omitempty" doc:"A message on each ticket, sent with the new status in one step."`
	Macro      string               `json:"macro,omitempty" doc:"A macro by name, before the other changes."`
	Fate       Fate                 `json:"fate,omitempty" enum:"delete,spam,restore" doc:"What becomes of the tickets as a whole; alone."`
	Block      string               `json:"block,omitempty" enum:"address,domain" doc:"With spam: sets aside what the requesters' addresses, or their whole domains, send from now on. A domain asks for the right to write mail."`
	Merge      *BatchMerge          `json:"merge,omitempty" doc:"Merges them into one, each by a merge of its own that can be undone by itself; alone, and at most 100."`
	Confirm    []string             `json:"confirm,omitempty" doc:"Names of guards that ask, answered with yes for every ticket."`
}

// BatchComment is a message that a batch writes on each ticket.
type BatchComment struct {
	Text   string `json:"text" doc:"In Markdown; {{requester}}, {{subject}} and {{ticket}} stand for values."`
	Public bool   `json:"public"`
}

// leaves reports whether the change writes to customers.
func (c BatchChange) leaves(cfg *Config) bool {
	return c.Comment != nil && c.Comment.Public || slices.ContainsFunc(cfg.Macros, func(m *Macro) bool { return m.Name == c.Macro && m.Spec.Reply != "" && !m.Spec.Internal })
}

// undoable reports whether putting fields back undoes the change: what left as mail does not
// come back.
func (c BatchChange) undoable() bool {
	c.Comment, c.Confirm = nil, nil
	return !reflect.ValueOf(c).IsZero()
}

// check refuses what no ticket could take.
func (c BatchChange) check(cfg *Config, by act.Actor) error {
	some := c
	if some.Confirm = nil; reflect.ValueOf(some).IsZero() {
		return fault.Field("change", nil, "at least one change", "Say what to change.")
	}
	if c.fated() || c.Block != "" {
		return c.checkFate(by)
	}
	if c.Status != "" && !slices.Contains(Statuses[1:], c.Status) {
		return fault.Field("change.status", c.Status, "open, pending, hold, solved or closed", "There is no status %q to set.", c.Status)
	}
	if c.Priority != "" {
		if err := checkPriority(c.Priority); err != nil {
			return err
		}
	}
	if c.Type != "" {
		if err := checkType(c.Type); err != nil {
			return err
		}
	}
	for _, tags := range [][]string{c.AddTags, c.RemoveTags} {
		if _, err := cleanTags(tags); err != nil {
			return err
		}
	}
	if _, err := c.teamID(cfg); err != nil {
		return err
	}
	if _, err := cfg.formID(c.Form.Value); err != nil {
		return err
	}
	if c.Attributes != nil {
		// Required fields that are missing are told for each ticket.
		if _, err := cfg.Fields.Change("ticket", nil, c.Attributes, true); err != nil && cfg.unsettable(c.Attributes, err) {
			return err
		}
	}
	if c.Macro != "" && !slices.ContainsFunc(cfg.Macros, func(m *Macro) bool { return m.Name == c.Macro && m.forMany(by) }) {
		return fault.Field("change.macro", c.Macro, "the name of a macro for you that answers or changes something", "There is no macro %q for many tickets, or it is not for you.", c.Macro)
	}
	if c.Comment != nil {
		m, err := written(c.Comment.Text, "", nil)
		if err != nil {
			return err
		}
		return m.check()
	}
	return nil
}

// unsettable reports whether an error is about the values themselves, not about fields that
// must be filled besides.
func (cfg *Config) unsettable(set map[string]any, err error) bool {
	f := fault.As(err)
	return f == nil || slices.ContainsFunc(f.Details, func(d fault.Detail) bool {
		_, told := set[strings.TrimPrefix(d.Field, "attributes.")]
		return told
	})
}

func (c BatchChange) teamID(cfg *Config) (int64, error) {
	if c.Team.Value == "" {
		return 0, nil
	}
	t := cfg.TeamNamed(c.Team.Value)
	if t == nil {
		return 0, fault.Field("change.team", c.Team.Value, "the name of a team", "There is no team %q.", c.Team.Value)
	}
	return t.ID, nil
}

// changeOne changes one ticket as its person may, and returns it before and after.
func (s *Service) changeOne(ctx context.Context, tx db.Tx, by act.Actor, id int64, c BatchChange) (was, became *Ticket, err error) {
	if _, err := s.working(ctx, tx, by, id); err != nil {
		return nil, nil, err
	}
	t, err := s.lock(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	before := *t
	if t.Status == StatusClosed {
		return nil, nil, checkStatus(StatusClosed, "")
	}
	if c.Macro != "" {
		if c.Attributes != nil { // which the macro may need
			if t, err = s.Update(ctx, tx, by, id, Edit{Version: t.Version, Attributes: c.Attributes, Confirm: c.Confirm}); err != nil {
				return nil, nil, err
			}
		}
		if t, err = s.Apply(ctx, tx, by, id, c.Macro, nil, c.Confirm); err != nil {
			return nil, nil, err
		}
	}
	fields := c
	if c.Comment != nil {
		fields.Status = "" // goes with the message, once the fields it may need are set
	}
	e, any, err := fields.edit(s.config(), t)
	if err != nil {
		return nil, nil, err
	}
	if any {
		e.Confirm = c.Confirm
		if t, err = s.Update(ctx, tx, by, id, e); err != nil {
			return nil, nil, err
		}
	}
	if c.Comment != nil {
		t, err = s.writeOne(ctx, tx, by, t, *c.Comment, c.Status, c.Confirm)
	}
	return &before, t, err
}

// writeOne writes the batch's message on one ticket.
func (s *Service) writeOne(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, c BatchComment, status Status, confirm []string) (*Ticket, error) {
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return nil, err
	}
	m, err := written(values(t, people[t.RequesterID].Name, "", mail.EscapeMarkdown).Replace(c.Text), "", nil)
	if err != nil {
		return nil, err
	}
	m.Agent, m.Public, m.Channel, m.Confirm = true, c.Public, "web", confirm
	t, _, err = s.reply(ctx, tx, by, t, m, status)
	return t, err
}

// edit is what the change means for one ticket besides messages.
func (c BatchChange) edit(cfg *Config, t *Ticket) (e Edit, any bool, err error) {
	c.Comment, c.Macro = nil, ""
	if reflect.ValueOf(c).IsZero() {
		return e, false, nil
	}
	e = Edit{Version: t.Version, Attributes: c.Attributes}
	if c.Status != "" {
		e.Status = &c.Status
	}
	if c.Priority != "" {
		e.Priority = &c.Priority
	}
	if c.Type != "" {
		e.Type = &c.Type
	}
	if c.TaskDueAt.Sent {
		e.TaskDue = &c.TaskDueAt.Value
	}
	if c.AssigneeID.Sent {
		e.AssigneeID = &c.AssigneeID.Value
	}
	if c.Team.Sent {
		id, err := c.teamID(cfg)
		if err != nil {
			return e, false, err
		}
		e.TeamID = &id
	}
	if c.Form.Sent {
		id, err := cfg.formID(c.Form.Value)
		if err != nil {
			return e, false, err
		}
		e.FormID = &id
	}
	if len(c.AddTags)+len(c.RemoveTags) > 0 {
		tags := slices.DeleteFunc(slices.Clone(t.Tags), func(tag string) bool { return slices.Contains(c.RemoveTags, tag) })
		tags = append(tags, c.AddTags...)
		e.Tags = &tags
	}
	return e, true, nil
}

// standing is what a batch can put back about a ticket.
type standing struct {
	Status     Status       `json:"status"`
	Priority   Priority     `json:"priority"`
	Type       Type         `json:"type"`
	TaskDue    int64        `json:"task_due"` // UTC microseconds, 0 for none
	AssigneeID int64        `json:"assignee_id"`
	TeamID     int64        `json:"team_id"`
	FormID     int64        `json:"form_id"`
	Tags       []string     `json:"tags"`
	Attributes field.Values `json:"attributes"`
}

func (t *Ticket) standing() standing {
	return standing{t.Status, t.Priority, t.Type, db.Micros(t.TaskDue), t.AssigneeID, t.TeamID, t.FormID, t.Tags, t.Attributes}
}

// putBack gives the ticket what it was before a batch, where it still is what the batch made
// of it, and returns the names of what somebody has changed since.
func (t *Ticket) putBack(was, became standing) (kept []string) {
	now := t.standing()
	back(&now.Status, was.Status, became.Status, "status", &kept)
	back(&now.Priority, was.Priority, became.Priority, "priority", &kept)
	back(&now.Type, was.Type, became.Type, "type", &kept)
	back(&now.TaskDue, was.TaskDue, became.TaskDue, "task due", &kept)
	back(&now.AssigneeID, was.AssigneeID, became.AssigneeID, "assignee", &kept)
	back(&now.TeamID, was.TeamID, became.TeamID, "team", &kept)
	back(&now.FormID, was.FormID, became.FormID, "form", &kept)
	switch {
	case equalTags(was.Tags, became.Tags):
	case equalTags(now.Tags, became.Tags):
		now.Tags = was.Tags
	default:
		kept = append(kept, "tags")
	}
	attributes := field.Values(maps.Clone(map[string]any(now.Attributes)))
	for key := range union(was.Attributes, became.Attributes) {
		switch before, after := was.Attributes[key], became.Attributes[key]; {
		case reflect.DeepEqual(before, after):
		case !reflect.DeepEqual(now.Attributes[key], after):
			kept = append(kept, "a custom field")
		case before == nil:
			delete(attributes, key)
		default:
			attributes[key] = before
		}
	}
	t.Status, t.Priority, t.Type, t.TaskDue, t.AssigneeID, t.TeamID, t.FormID, t.Tags, t.Attributes = now.Status, now.Priority, now.Type, db.Time(now.TaskDue),
		now.AssigneeID, now.TeamID, now.FormID, now.Tags, attributes
	return kept
}

// back puts one value back unless it has changed again.
func back[T comparable](now *T, was, became T, name string, kept *[]string) {
	switch {
	case was == became:
	case *now == became:
		*now = was
	default:
		*kept = append(*kept, name)
	}
}

func union(a, b field.Values) map[string]bool {
	out := map[string]bool{}
	for key := range a {
		out[key] = true
	}
	for key := range b {
		out[key] = true
	}
	return out
}
