package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
)

// movedPast is what the audits of a ticket there say: its messages and the changes of its fields.
type movedPast struct {
	comments []record
	said     []string // what of them could not be carried over
	opened   desk.PastFields
	changes  []desk.PastChange
	last     int64     // the newest audit …
	newest   time.Time // … and when it was made: what is deleted there can have audits yet
}

// rereads is how often a ticket is read anew that goes on there while it is read.
const rereads = 3

// whole reads a ticket's past behind an audit, and the ticket anew when it went on there meanwhile, so that its values
// and its past are of one moment.
func (m *Move) whole(ctx context.Context, mu *sync.Mutex, r record, after int64) (record, movedPast, error) {
	for try := 0; ; try++ {
		p, err := m.past(ctx, mu, r, after)
		if err != nil || try == rereads || !p.newest.After(r.time("updated_at")) {
			return r, p, err
		}
		var answer struct {
			Ticket json.RawMessage `json:"ticket"`
		}
		if err := m.source.get(ctx, "/tickets/"+r.id(), &answer); err != nil {
			return r, p, err
		}
		if r, err = recordOf(answer.Ticket); err != nil || !r.time("updated_at").After(p.newest) {
			return r, p, err
		}
	}
}

// said are the types of events in audits that are messages.
var said = []string{"Comment", "VoiceComment", "FacebookComment", "Tweet"}

// past reads the audits of a ticket that are newer than one of them; 0 for all. Files of messages are taken in.
func (m *Move) past(ctx context.Context, mu *sync.Mutex, t record, after int64) (p movedPast, err error) {
	private := map[string]bool{} // messages that were made private later
	err = m.source.each(ctx, "/tickets/"+t.id()+"/audits", "audits", func(ctx context.Context, items []json.RawMessage) error {
		for _, raw := range items {
			a, err := recordOf(raw)
			if err != nil {
				return err
			}
			id, err := strconv.ParseInt(a.id(), 10, 64)
			if err != nil || id <= after {
				continue
			}
			if err := m.audit(ctx, mu, a, &p, private); err != nil {
				return err
			}
			p.last = max(p.last, id)
			if at := a.time("created_at"); at.After(p.newest) {
				p.newest = at
			}
		}
		return nil
	})
	for _, c := range p.comments {
		if private[c.text("theirs")] {
			c["public"] = false
		}
		delete(c, "theirs")
	}
	return p, err
}

// audit adds what one audit says.
func (m *Move) audit(ctx context.Context, mu *sync.Mutex, a record, p *movedPast, private map[string]bool) error {
	author, err := m.lookUp(ctx, mu, movedPerson, a.text("author_id"))
	if err != nil {
		return err
	}
	change := desk.PastChange{At: a.time("created_at"), AuthorID: author, Was: desk.PastFields{}, Became: desk.PastFields{}}
	events, _ := a["events"].([]any)
	for _, one := range events {
		e, _ := one.(map[string]any)
		ev := record(e)
		switch kind := ev.text("type"); {
		case slices.Contains(said, kind):
			c, err := m.comment(ctx, mu, p, ev, a.text("created_at"))
			if err != nil {
				return err
			}
			c["theirs"] = ev.id()
			p.comments = append(p.comments, c)
		case kind == "CommentPrivacyChange" && ev.text("public") == "false":
			private[ev.text("comment_id")] = true
		case kind == "Create":
			if err := m.pastValue(ctx, mu, &p.opened, ev.text("field_name"), ev["value"]); err != nil {
				return err
			}
		case kind == "Change":
			if err := errors.Join(m.pastValue(ctx, mu, &change.Was, ev.text("field_name"), ev["previous_value"]),
				m.pastValue(ctx, mu, &change.Became, ev.text("field_name"), ev["value"])); err != nil {
				return err
			}
		}
	}
	if len(change.Became) > 0 {
		p.changes = append(p.changes, change)
	}
	return nil
}

// pastIDs are the fields of audits that hold ids there, with the kind of record each names.
var pastIDs = map[string]string{"requester_id": movedPerson, "assignee_id": movedPerson, "organization_id": movedOrganization, "problem_id": movedTicket,
	"group_id": movedBlueprint + "/group", "brand_id": movedBlueprint + "/brand", "ticket_form_id": movedBlueprint + "/ticket_form"}

// nothingHere stands for a value that there is nothing here for: no field takes it, so its history lacks it.
type nothingHere struct{}

// pastValue puts a value of an audit among those of our ticket. Fields that we do not have are left out.
func (m *Move) pastValue(ctx context.Context, mu *sync.Mutex, into *desk.PastFields, field string, v any) error {
	put := func(name string, v any) {
		if *into == nil {
			*into = desk.PastFields{}
		}
		(*into)[name] = v
	}
	text := record{"v": v}.text("v")
	if _, err := strconv.ParseInt(field, 10, 64); err == nil {
		ours, err := m.lookUp(ctx, mu, movedBlueprint+"/ticket_field", field)
		if err != nil || ours == 0 || ours >= systemFields {
			return err
		}
		for name, value := range (fieldsIn{ours: plainJSON(v)}).attributes(m.server.DeskSet().Fields, "ticket", false) {
			put("attributes."+name, value)
		}
		return nil
	}
	ours := ""
	for name, theirs := range zendeskFields {
		if theirs == field {
			ours = name
		}
	}
	switch {
	case ours == "":
	case pastIDs[field] != "":
		id, err := m.lookUp(ctx, mu, pastIDs[field], text)
		if err != nil {
			return err
		}
		if id == 0 && text != "" && text != "0" {
			put(ours, nothingHere{})
			return nil
		}
		put(ours, id)
	case field == "tags":
		put(ours, pastTags(v))
	case field == "due_at":
		due := int64(0)
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			due = db.Micros(at)
		}
		put(ours, due)
	case text == "" && field == "priority":
		put(ours, "normal")
	case text == "" && field == "type":
		put(ours, string(desk.TypeQuestion))
	default:
		put(ours, text)
	}
	return nil
}

// pastTags are tags as audits tell them: a list, or one text.
func pastTags(v any) []string {
	out := []string{}
	if list, ok := v.([]any); ok {
		for _, one := range list {
			out = append(out, fmt.Sprint(one))
		}
		return out
	}
	if text, ok := v.(string); ok {
		return append(out, strings.Fields(strings.ReplaceAll(text, ",", " "))...)
	}
	return out
}

// plainJSON turns numbers as they were read into those that fields take.
func plainJSON(v any) any {
	if n, ok := v.(json.Number); ok {
		f, _ := n.Float64()
		return f
	}
	return v
}

// comment is a message as our import takes it, with its files taken in already; what is left of them there is said in p.
func (m *Move) comment(ctx context.Context, mu *sync.Mutex, p *movedPast, r record, at string) (record, error) {
	c := r.only("public")
	c["created_at"] = at
	if html := r.text("html_body"); html != "" {
		c["html_body"] = html
	} else {
		c["body"] = first(r.text("body"), r.text("plain_body"), "-")
	}
	author, err := m.lookUp(ctx, mu, movedPerson, r.text("author_id"))
	if err != nil {
		return nil, err
	}
	if author != 0 {
		c["author_id"] = author
	}
	files, _ := r["attachments"].([]any)
	var tokens []string
	for _, f := range files {
		one, _ := f.(map[string]any)
		token, err := m.file(ctx, p, record(one))
		if err != nil {
			return nil, err
		}
		if token != "" {
			tokens = append(tokens, token)
		}
	}
	if tokens != nil {
		c["uploads"] = tokens
	}
	return c, nil
}
