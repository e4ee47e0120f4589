package zendesk

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/ledger"
)

// maxHistory is how many events of one ticket are read for its audits.
const maxHistory = 10_000

// audit is everything that happened to a ticket in one moment, by one person or machine. Its id is that of
// the first event in the ledger.
type audit struct {
	ID        int64          `json:"id"`
	TicketID  int64          `json:"ticket_id"`
	CreatedAt stamp          `json:"created_at"`
	AuthorID  int64          `json:"author_id"` // -1 for a machine, as in Zendesk
	Metadata  map[string]any `json:"metadata"`
	Events    []auditEvent   `json:"events"`
	Via       via            `json:"via"`

	at   time.Time
	past bool           // it was taken in with a history: whoever did that is not who wrote
	seen map[int64]bool // events of the ledger in it
}

// auditEvent is one thing that happened: Create, Change, Comment, Notification …
type auditEvent map[string]any

// auditVerbs are the events of tickets that audits tell of.
var auditVerbs = []string{desk.TicketCreated, desk.TicketReplied, desk.TicketCommented, desk.TicketNoted, desk.TicketChanged, desk.TicketPeople, desk.TicketNotified, desk.TicketHooked,
	desk.TicketNamed, desk.CommentPrivate, desk.TicketRedacted, desk.TicketMerged, desk.MacroUsed, "survey.offered", "survey.answered"}

func (s *Server) auditEndpoints() []endpoint {
	return []endpoint{
		get("/tickets/{id}/audits", listAudits).partly("the newest 10,000 things that happened to a ticket; metadata is empty"),
		get("/tickets/{id}/audits/count", countAudits),
		get("/tickets/{id}/audits/{audit}", showAudit),
		put("/tickets/{id}/audits/{audit}/make_private", privateAudit),
		put("/tickets/{id}/audits/{audit}/trust", trustAudit).partly("nothing is distrusted here, so nothing changes"),
		get("/ticket_audits", allAudits).partly("for those who may read every ticket; an audit at the edge of a page may lack what rules did"),
	}
}

// auditsOf are a ticket's audits, the oldest first.
func (c *call) auditsOf(ctx context.Context, tx db.Tx, id int64) ([]audit, error) {
	t, err := c.Desk.Get(ctx, tx, c.by, id)
	if err != nil {
		return nil, err
	}
	if !desk.Agent(c.by, t) {
		if err := c.staff(); err != nil {
			return nil, err
		}
	}
	events, err := c.Ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, 0, maxHistory)
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e ledger.Event) bool { return !slices.Contains(auditVerbs, e.Verb) })
	audits := c.groupAudits(events)
	return audits, c.withComments(ctx, tx, audits, events)
}

// groupAudits puts together what happened in one moment: events in their order that bear one time, and those that
// another of them led to.
func (c *call) groupAudits(events []ledger.Event) []audit {
	var out []audit
	for _, e := range events {
		i := len(out) - 1
		for ; i >= 0 && i >= len(out)-20; i-- {
			a := &out[i]
			if a.TicketID == e.Subject.ID && (a.seen[e.Cause.Event] && e.Cause.Event != 0 && e.At.Sub(a.at) < time.Minute || a.at.Equal(e.At)) {
				break
			}
			if a.at.Before(e.At.Add(-time.Minute)) {
				i = -1
			}
		}
		if i < 0 || i < len(out)-20 {
			out = append(out, audit{ID: e.ID, TicketID: e.Subject.ID, CreatedAt: stamp(e.At), AuthorID: cmp.Or(e.ActorID, -1), Via: c.viaEvent(e), Events: []auditEvent{},
				Metadata: map[string]any{"system": map[string]any{}, "custom": map[string]any{}}, at: e.At, past: e.Recorded.Sub(e.At) > time.Minute, seen: map[int64]bool{}})
			i = len(out) - 1
		}
		out[i].seen[e.ID] = true
		for n, ev := range c.auditEvents(e) {
			ev["id"] = e.ID
			if n > 0 {
				ev["id"] = e.ID*1000 + int64(n) // ids of one event's parts differ, as clients keep them by id
			}
			if v := c.viaEvent(e); v.Channel == "rule" {
				ev["via"] = v
			}
			out[i].Events = append(out[i].Events, ev)
		}
	}
	return out
}

// viaEvent is how an event came about: a rule with its id, or the way it came in.
func (c *call) viaEvent(e ledger.Event) via {
	if e.Cause.Blueprint != 0 {
		kind, title := "trigger", ""
		if b, ok := c.Blueprint.Set().ByID(e.Cause.Blueprint); ok {
			title = b.Title
			if kind = b.Kind; kind == "time_rule" {
				kind = "automation"
			}
		}
		return viaRule(e.Cause.Blueprint, title, kind)
	}
	switch {
	case e.ActorKind == act.Mail:
		return viaOf("mail")
	case e.ActorKind == act.Person && e.TokenID != 0:
		return viaOf("api")
	case e.ActorKind == act.Person:
		return viaOf("web")
	}
	return viaOf("system")
}

// zendeskFields are our names of a ticket's fields as Zendesk names them; those it does not have are left out.
var zendeskFields = map[string]string{"status": "status", "priority": "priority", "requester_id": "requester_id", "organization_id": "organization_id", "assignee_id": "assignee_id", "team_id": "group_id",
	"brand_id": "brand_id", "tags": "tags", "form_id": "ticket_form_id", "type": "type", "task_due": "due_at", "problem_id": "problem_id", "subject": "subject"}

// auditEvents are the events that Zendesk tells for one of ours.
func (c *call) auditEvents(e ledger.Event) (out []auditEvent) {
	data := map[string]json.RawMessage{}
	if e.Decode(&data) != nil {
		return nil
	}
	ids := func(name string) (list []int64) { _ = json.Unmarshal(data[name], &list); return list }
	switch e.Verb {
	case desk.TicketCreated:
		out = append(out, auditEvent{"type": "Comment"})
		for _, name := range slices.Sorted(maps.Keys(data)) {
			if field, ok := c.fieldName(name); ok {
				var v any
				if json.Unmarshal(data[name], &v) != nil || v == nil || v == "" || v == 0.0 {
					continue
				}
				if pair, ok := v.([]any); ok && strings.HasPrefix(name, "attributes.") && len(pair) == 2 {
					v = pair[1]
				}
				out = append(out, auditEvent{"type": "Create", "field_name": field, "value": plainValue(name, v)})
			}
		}
	case desk.TicketReplied, desk.TicketCommented, desk.TicketNoted:
		out = append(out, auditEvent{"type": "Comment"})
	case desk.TicketChanged:
		var changes map[string][]any
		_ = json.Unmarshal(data["changes"], &changes)
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			if field, ok := c.fieldName(name); ok && len(changes[name]) == 2 {
				out = append(out, auditEvent{"type": "Change", "field_name": field, "previous_value": plainValue(name, changes[name][0]), "value": plainValue(name, changes[name][1])})
			}
		}
	case desk.TicketPeople:
		kind := "EmailCcChange"
		if string(data["role"]) == `"follower"` {
			kind = "FollowerChange"
		}
		ev := auditEvent{"type": kind, "current_" + map[string]string{"EmailCcChange": "email_ccs", "FollowerChange": "followers"}[kind]: ids("to")}
		ev["left"] = string(data["left"]) == "true"
		out = append(out, ev)
	case desk.TicketNotified:
		out = append(out, auditEvent{"type": "Notification", "recipients": ids("to"), "subject": "", "body": ""})
	case desk.TicketHooked:
		var name string
		_ = json.Unmarshal(data["webhook"], &name)
		out = append(out, auditEvent{"type": "WebhookEvent", "resource": name})
	case desk.TicketNamed:
		out = append(out, auditEvent{"type": "Change", "field_name": "external_id", "previous_value": firstOwn(data["removed"]), "value": firstOwn(data["added"])})
	case desk.CommentPrivate:
		var id int64
		_ = json.Unmarshal(data["comment"], &id)
		out = append(out, auditEvent{"type": "CommentPrivacyChange", "comment_id": id, "public": false})
	case desk.TicketRedacted:
		out = append(out, auditEvent{"type": "CommentRedactionEvent", "comment_ids": ids("comments")})
	case desk.TicketMerged:
		out = append(out, auditEvent{"type": "TicketMergeAudit", "source_ids": ids("tickets")})
	case desk.MacroUsed:
		var id int64
		_ = json.Unmarshal(data["macro_id"], &id)
		out = append(out, auditEvent{"type": "AgentMacroReference", "macro_id": strconv.FormatInt(id, 10)})
	case "survey.offered":
		out = append(out, auditEvent{"type": "SatisfactionRating", "score": "offered", "assignee_id": nil, "body": nil})
	case "survey.answered":
		var n int
		_ = json.Unmarshal(data["score"], &n)
		out = append(out, auditEvent{"type": "SatisfactionRating", "score": score(n), "assignee_id": nil, "body": nil})
	}
	return out
}

// fieldName is what Zendesk calls a field of ours; a custom attribute is called by the id of its field.
func (c *call) fieldName(name string) (string, bool) {
	attribute, ok := strings.CutPrefix(name, "attributes.")
	if !ok {
		name, ok = zendeskFields[name]
		return name, ok
	}
	if f := c.field("ticket", attribute); f != nil {
		return strconv.FormatInt(f.ID, 10), true
	}
	return attribute, true
}

func (c *call) field(kind, name string) *field.Field { return c.DeskSet().Fields.Named(kind, name) }

// plainValue is a value as audits tell it: numbers as text, null for none, times as times.
func plainValue(name string, v any) any {
	n, isNumber := v.(float64)
	switch {
	case isNumber && name == "task_due":
		if n <= 0 {
			return nil
		}
		return stamp(db.Time(int64(n)))
	case isNumber && (strings.HasSuffix(name, "_id") || zendeskFields[name] != ""):
		if n == 0 {
			return nil
		}
		return strconv.FormatInt(int64(n), 10)
	case v == "":
		return nil
	}
	return v
}

// firstOwn is the id of this API among foreign ids as events name them.
func firstOwn(list json.RawMessage) any {
	var ids []string
	_ = json.Unmarshal(list, &ids)
	for _, id := range ids {
		if own, ok := strings.CutPrefix(id, external+":"); ok {
			return own
		}
	}
	return nil
}

// withComments fills in what was written, with one question for all.
func (c *call) withComments(ctx context.Context, tx db.Tx, audits []audit, events []ledger.Event) error {
	said, err := c.Desk.CommentsOfEvents(ctx, tx, c.by, slices.DeleteFunc(slices.Clone(events), func(e ledger.Event) bool {
		return !slices.Contains([]string{desk.TicketCreated, desk.TicketReplied, desk.TicketCommented, desk.TicketNoted}, e.Verb)
	}))
	if err != nil {
		return err
	}
	for i := range audits {
		a := &audits[i]
		a.Events = slices.DeleteFunc(a.Events, func(ev auditEvent) bool {
			if ev["type"] != "Comment" {
				return false
			}
			event, _ := ev["id"].(int64)
			m := said[event]
			if m == nil {
				return true
			}
			told := c.tellComment(m, true)
			maps.Copy(ev, auditEvent{"id": m.ID, "body": told.Body, "html_body": told.HTMLBody, "plain_body": told.PlainBody, "public": m.Public, "author_id": m.AuthorID, "attachments": told.Attachments, "audit_id": a.ID})
			if (a.AuthorID == -1 || a.past) && m.Channel != "rule" {
				a.AuthorID = m.AuthorID
			}
			return false
		})
	}
	return nil
}

func listAudits(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		all, err := c.auditsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.query("sort_order") == "desc" || strings.HasPrefix(c.query("sort"), "-") {
			slices.Reverse(all)
		}
		part, more := slice(p, all, auditID)
		out, err = list(c, p, "audits", part, auditID, more, func() (int64, error) { return int64(len(all)), nil })
		if err != nil || !c.included("users") {
			return err
		}
		var people []int64
		for _, a := range part {
			people = append(people, max(a.AuthorID, 0))
		}
		return c.besideUsers(ctx, tx, out, people)
	})
	return out, err
}

func auditID(a audit) int64 { return a.ID }

func countAudits(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var n int64
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		all, err := c.auditsOf(ctx, tx, id)
		n = int64(len(all))
		return err
	})
	return c.count(n), err
}

// auditInPath is the audit that a path names.
func (c *call) auditInPath() (a audit, err error) {
	id, err := c.id("id")
	if err != nil {
		return a, err
	}
	which, err := c.id("audit")
	if err != nil {
		return a, err
	}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		all, err := c.auditsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(a audit) bool { return a.seen[which] })
		if i < 0 {
			return fault.Missing("audit", which)
		}
		a = all[i]
		return nil
	})
	return a, err
}

func showAudit(c *call) (any, error) {
	a, err := c.auditInPath()
	if err != nil {
		return nil, err
	}
	return map[string]any{"audit": a}, nil
}

// trustAudit answers that a message is trusted, as every one is.
func trustAudit(c *call) (any, error) {
	_, err := c.auditInPath()
	return map[string]any{}, err
}

// privateAudit turns the messages of an audit into notes.
func privateAudit(c *call) (any, error) {
	a, err := c.auditInPath()
	if err != nil {
		return nil, err
	}
	return map[string]any{}, c.write(func(ctx context.Context, tx db.Tx) error {
		for _, ev := range a.Events {
			if id, ok := ev["id"].(int64); ok && ev["type"] == "Comment" {
				if err := c.Desk.MakePrivate(ctx, tx, c.by, a.TicketID, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
