package desk

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/field"
)

// Action is one thing that a trigger or macro does to a ticket.
type Action struct {
	Status       string         `yaml:"status" doc:"New state. A closed ticket stays closed." enum:"open,pending,hold,solved,closed"`
	Priority     string         `yaml:"priority" doc:"New priority." enum:"low,normal,high,urgent"`
	Assignee     string         `yaml:"assignee" doc:"Address of a colleague, actor for the colleague who made the change, or nobody." pick:"colleague,actor,nobody"`
	Team         string         `yaml:"team" doc:"New team." ref:"team"`
	AddTags      []string       `yaml:"add_tags" doc:"Tags to add."`
	RemoveTags   []string       `yaml:"remove_tags" doc:"Tags to take away."`
	Set          map[string]any `yaml:"set" doc:"Custom attributes by name; null takes a value away."`
	AddValues    map[string]any `yaml:"add_values" doc:"Values to add to fields of several choices, by the field's name: one, or a list. The others stay."`
	RemoveValues map[string]any `yaml:"remove_values" doc:"Values to take away from fields of several choices, by the field's name."`

	AddFollowers    []string `yaml:"add_followers" doc:"Who follows the ticket from now on: addresses of colleagues, assignee, or actor for the colleague who made the change." pick:"colleague,assignee,actor" max:"20"`
	RemoveFollowers []string `yaml:"remove_followers" doc:"Who follows it no longer." pick:"colleague,assignee,actor" max:"20"`
	AddCopies       []string `yaml:"add_copies" doc:"Addresses that get every public reply as a copy from now on. A colleague follows instead." format:"email" max:"20"`
	RemoveCopies    []string `yaml:"remove_copies" doc:"Addresses that get no more copies." format:"email" max:"20"`

	Route    *RouteAction        `yaml:"route" doc:"Where it goes on: to a region, a team, or whoever carries least."`
	Form     string              `yaml:"form" doc:"New form." ref:"form"`
	Type     string              `yaml:"type" doc:"New type." enum:"question,incident,problem,task"`
	TaskDue  *blueprint.Duration `yaml:"task_due" doc:"When a task is due, counted from now, such as 48h; tickets of other types have no such day."`
	Reply    string              `yaml:"reply" doc:"A public reply in the desk's own name: a template, sent to the requester. Promises go on: it is no agent's answer." ref:"template"`
	Note     string              `yaml:"note" doc:"Internal note in Markdown; {{requester}}, {{subject}} and {{ticket}} stand for values." format:"markdown"`
	Notify   *Notice             `yaml:"notify" doc:"A mail to send."`
	Playbook *RunAction          `yaml:"playbook" doc:"A playbook that a run about the ticket is started of, once for each firing."`
	Webhook  string              `yaml:"webhook" doc:"A webhook that hears of the change." ref:"webhook"`
	Body     string              `yaml:"webhook_body" doc:"What the webhook is told instead of the event. {{ticket}}, {{subject}}, {{requester}}, {{text}} (the message that led to it), {{status}}, {{priority}}, {{type}} and {{tags}} stand for values. Only for webhooks that may know what colleagues see."`
}

// Words in place of an address.
const (
	actorWord     = "actor"
	nobodyWord    = "nobody"
	requesterWord = "requester"
	assigneeWord  = "assignee"
	teamWord      = "team"
)

// lintActions finds actions that do nothing or contradict each other. at is the path of the list.
func lintActions(c *blueprint.Context, at string, actions []Action) {
	if len(actions) > maxActions {
		c.Error(at, "These are %d actions; %d is the most.", len(actions), maxActions)
	}
	for i, a := range actions {
		path := fmt.Sprintf("%s[%d]", at, i)
		if reflect.ValueOf(a).IsZero() {
			c.Error(path, "This action does nothing.")
		}
		lintSet(c, path+".set", a.Set)
		for field, tags := range map[string][]string{"add_tags": a.AddTags, "remove_tags": a.RemoveTags} {
			if _, err := cleanTags(tags); err != nil {
				c.Error(path+"."+field, "%s", err)
			}
		}
		for _, tag := range a.AddTags {
			if slices.Contains(a.RemoveTags, tag) {
				c.Error(path+".remove_tags", "The tag %s is added and taken away.", tag)
			}
		}
		if a.Assignee != "" && a.Assignee != actorWord && a.Assignee != nobodyWord && !isAddress(a.Assignee) {
			c.Error(path+".assignee", "%q is neither an address nor one of actor and nobody.", a.Assignee)
		}
		if a.Body != "" && a.Webhook == "" {
			c.Error(path+".webhook_body", "This text goes to no webhook. Name one with webhook.")
		}
		if len(a.Body) > maxHookBody {
			c.Error(path+".webhook_body", "These are %d bytes; %d is the most.", len(a.Body), maxHookBody)
		}
		if a.Playbook != nil {
			lintRun(c, path+".playbook", *a.Playbook)
		}
		lintValues(c, path, a)
		lintMoves(c, path, a)
		if a.Route != nil {
			lintRoute(c, path+".route", a)
		}
		if a.Notify != nil {
			lintNotice(c, path+".notify", *a.Notify)
		}
	}
}

// lintSet finds attributes that no ticket has, and values they do not take.
func lintSet(c *blueprint.Context, path string, set map[string]any) {
	if len(set) == 0 {
		return
	}
	_, err := field.FromSet(c.Set).Change("ticket", nil, set, true)
	f := fault.As(err)
	if f == nil {
		return
	}
	for _, d := range f.Details {
		name := strings.TrimPrefix(d.Field, "attributes.")
		if _, named := set[name]; named { // others may be required, which is no concern here
			c.Error(path+"."+name, "%s It takes %s.", d.Message, d.Accepted)
		}
	}
}

func isAddress(s string) bool {
	_, err := directory.CleanEmail("to", s)
	return err == nil
}

// around is what actions need to know besides the ticket.
type around struct {
	cfg       *Config
	by        act.Actor
	colleague func(email string) (id int64, err error) // 0: no colleague has it
	once      func(trigger int64) (fired bool, err error)
	now       time.Time

	// told says, in a replay, whether a trigger's condition held that cannot be evaluated; fired
	// are those that acted before it. nil outside a replay.
	told func(tr *Trigger, fired []firing) (held, known bool)

	holds func(t *Ticket) (bool, error)         // whether a problem has incidents; nil in a replay, and where a person decides
	moves func(t *Ticket, m move) (bool, error) // whether somebody comes or goes by it; nil in a replay
	regions
}

// perform changes the ticket in memory as an action says. What cannot be, such as a state a
// closed ticket would get, is left as it is.
func (a Action) perform(t *Ticket, w around) error {
	if a.Status != "" && checkStatus(t.Status, Status(a.Status)) == nil {
		t.Status = Status(a.Status)
	}
	if a.Priority != "" {
		t.Priority = Priority(a.Priority)
	}
	if a.Team != "" {
		if team := w.cfg.TeamNamed(a.Team); team != nil {
			t.TeamID = team.ID
		}
	}
	if a.Form != "" {
		if f := w.cfg.FormNamed(a.Form); f != nil {
			t.FormID = f.ID
		}
	}
	if a.Type != "" {
		if err := a.retype(t, w); err != nil {
			return err
		}
	}
	if a.TaskDue != nil && t.Type == TypeTask {
		t.TaskDue = w.now.Add(a.TaskDue.Std())
	}
	if len(a.Set) > 0 {
		if v, err := w.cfg.Fields.Change("ticket", t.Attributes, a.Set, true); err == nil {
			t.Attributes = v
		}
	}
	if a.Assignee != "" {
		id, known, err := w.assignee(a.Assignee)
		if err != nil {
			return err
		}
		if known {
			t.assign(id, a.Status != "")
		}
	}
	if a.Route != nil {
		to, err := w.route(t, *a.Route)
		if err != nil {
			return err
		}
		to.give(t)
	}
	a.values(w.cfg, t)
	if len(a.AddTags)+len(a.RemoveTags) > 0 {
		kept := slices.DeleteFunc(slices.Clone(t.Tags), func(tag string) bool { return slices.Contains(a.RemoveTags, tag) })
		if tags, err := cleanTags(append(kept, a.AddTags...)); err == nil { // a hundred tags are enough
			t.Tags = tags
		}
	}
	return nil
}

// retype gives the ticket its new type. A problem with incidents stays one where nobody can be asked.
func (a Action) retype(t *Ticket, w around) error {
	to := Type(a.Type)
	if t.Type == TypeProblem && to != TypeProblem && w.holds != nil {
		if held, err := w.holds(t); err != nil || held {
			return err
		}
	}
	return t.retype(&to, nil)
}

// assign gives the ticket to a colleague, or to nobody. A new ticket becomes open, unless its
// state is set in the same step.
func (t *Ticket) assign(id int64, stated bool) {
	t.AssigneeID = id
	if id != 0 && t.Status == StatusNew && !stated {
		t.Status = StatusOpen
	}
}

// assignee is whom an action means.
func (w around) assignee(word string) (id int64, known bool, err error) {
	switch word {
	case nobodyWord:
		return 0, true, nil
	case actorWord:
		return w.by.PersonID, w.by.PersonID != 0 && w.by.May("edit", "ticket"), nil
	default:
		id, err = w.colleague(word)
		return id, id != 0, err
	}
}

// around is what actions in this transaction need to know.
func (s *Service) around(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) around {
	return around{cfg: s.config(), by: by, now: by.Now(),
		colleague: func(email string) (int64, error) {
			p, _, err := s.directory.Colleague(ctx, tx, email)
			return p.ID, err
		},
		once: func(trigger int64) (fired bool, err error) {
			if t.ID == 0 {
				return false, nil
			}
			err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM ticket_once WHERE ticket_id = $1 AND trigger_id = $2)`, t.ID, trigger).Scan(&fired)
			return fired, err
		},
		holds: func(t *Ticket) (bool, error) { return s.hasIncidents(ctx, tx, t) },
		moves: func(t *Ticket, m move) (bool, error) {
			p, err := s.meant(ctx, tx, t, m, agentOf(by))
			_, would := s.would(t, m, p)
			return would, err
		},
		regions: s.regionsNow(ctx, tx)}
}

// values are what {{…}} stands for in notes and mails about a ticket. What people wrote goes
// through escape, so that it reads as they wrote it.
func values(t *Ticket, requester, text string, escape func(string) string, more ...string) *strings.Replacer {
	return strings.NewReplacer(append(more, "{{requester}}", escape(requester), "{{subject}}", escape(t.Subject), "{{ticket}}", fmt.Sprint(t.ID), "{{text}}", escape(text))...)
}

// plainly leaves a value as it is.
func plainly(s string) string { return s }
