package zendesk

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/field"
)

// toldField is a field of tickets, people or organizations as Zendesk tells it.
type toldField struct {
	ID              int64         `json:"id"`
	URL             string        `json:"url"`
	Type            string        `json:"type"`
	Key             string        `json:"key,omitempty"` // of people and organizations
	Title           string        `json:"title"`
	RawTitle        string        `json:"raw_title"`
	Description     string        `json:"description"`
	RawDescription  string        `json:"raw_description"`
	Position        int           `json:"position"`
	Active          bool          `json:"active"`
	Required        bool          `json:"required"`
	RequiredPortal  bool          `json:"required_in_portal"`
	Collapsed       bool          `json:"collapsed_for_agents"`
	Regexp          *string       `json:"regexp_for_validation"`
	TitleInPortal   string        `json:"title_in_portal"`
	VisibleInPortal bool          `json:"visible_in_portal"`
	EditableInPorta bool          `json:"editable_in_portal"`
	Tag             *string       `json:"tag"`
	Removable       bool          `json:"removable"`
	AgentDescript   *string       `json:"agent_description"`
	CustomOptions   []fieldOption `json:"custom_field_options,omitempty"`
	SystemOptions   []fieldOption `json:"system_field_options,omitempty"`
	RelationTarget  string        `json:"relationship_target_type,omitempty"`
	CreatedAt       stamp         `json:"created_at"`
	UpdatedAt       stamp         `json:"updated_at"`
}

// fieldNoun is where fields of one kind of record are.
type fieldNoun struct {
	rule
	on string // ticket, person or organization
}

var fieldNouns = []fieldNoun{fieldsOf("ticket_fields", "ticket_field", "ticket"), fieldsOf("user_fields", "user_field", "person"), fieldsOf("organization_fields", "organization_field", "organization")}

// types are Zendesk's types of fields beside ours; the first of ours is told back.
var types = [][2]string{{"text", "text"}, {"textarea", "textarea"}, {"checkbox", "checkbox"}, {"date", "date"}, {"integer", "integer"}, {"decimal", "decimal"},
	{"regexp", "regexp"}, {"tagger", "dropdown"}, {"dropdown", "dropdown"}, {"multiselect", "multiselect"}, {"lookup", "lookup"}}

// targets are what a lookup may point to.
var lookupTargets = map[string]string{"zen:user": "person", "zen:organization": "organization", "zen:ticket": "ticket"}

func fieldsOf(plural, one, on string) fieldNoun {
	n := fieldNoun{on: on}
	n.rule = rule{plural: plural, one: one, kind: "field",
		among: func(c *call, e blueprint.Entry) bool { return spec[field.Spec](c, e).On == on },
		tell:  func(c *call, e blueprint.Entry, life span) any { return c.tellField(n, e, life) },
		read:  func(c *call, d *draft, sent members) error { return c.readField(n, d, sent) },
	}
	return n
}

// theirs is a type of ours as Zendesk calls it.
func theirType(on, ours string) string {
	if ours == "dropdown" && on != "ticket" {
		return "dropdown"
	}
	for _, t := range types {
		if t[1] == ours {
			return t[0]
		}
	}
	return ours
}

func (c *call) tellField(n fieldNoun, e blueprint.Entry, life span) toldField {
	s := spec[field.Spec](c, e)
	out := toldField{ID: e.ID, URL: c.url("/%s/%d.json", n.plural, e.ID), Type: theirType(n.on, s.Type), Title: e.Title, RawTitle: e.Title, TitleInPortal: e.Title,
		Description: s.Help, RawDescription: s.Help, Active: true, Required: s.Required, VisibleInPortal: s.See == "everyone", EditableInPorta: s.Edit == "everyone",
		Removable: true, CreatedAt: life.created, UpdatedAt: life.updated}
	if n.on != "ticket" {
		if out.Key = s.Key; out.Key == "" {
			out.Key = e.Name
		}
	}
	if s.Pattern != "" {
		out.Regexp = &s.Pattern
	}
	for target, ours := range lookupTargets {
		if s.To == ours {
			out.RelationTarget = target
		}
	}
	out.CustomOptions = c.optionsOf(n, e, s)
	return out
}

var keyText = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// readField turns what was sent into a field's own.
func (c *call) readField(n fieldNoun, d *draft, sent members) error {
	if d.entry.ID == 0 {
		var kind, key string
		if _, err := sent.has("type", &kind); err != nil {
			return err
		}
		i := slices.IndexFunc(types, func(t [2]string) bool { return t[0] == kind })
		if i < 0 {
			return fault.Field("type", kind, "text, textarea, checkbox, date, integer, decimal, regexp, tagger, multiselect or lookup", "There is no type of field %q.", kind)
		}
		if _, err := sent.has("key", &key); err != nil {
			return err
		}
		d.set("on", n.on)
		d.set("type", types[i][1])
		if !slices.Contains([]string{"text", "textarea", "regexp"}, types[i][1]) {
			d.set("indexed", true) // views and search ask for it, as in Zendesk
		}
		if key == "" {
			key = strings.Trim(notInNames.ReplaceAllString(strings.ToLower(d.title), "_"), "_")
			if len(key) > 0 && key[0] >= '0' && key[0] <= '9' {
				key = "f_" + key
			}
			key = c.freeKey(n.on, fmt.Sprintf("%.56s", key))
		}
		if !keyText.MatchString(key) {
			return fault.Field("key", key, "small letters, digits and _, beginning with a letter", "This key cannot be.")
		}
		d.set("key", key)
		if types[i][1] == "lookup" {
			var target string
			if _, err := sent.has("relationship_target_type", &target); err != nil {
				return err
			}
			if lookupTargets[target] == "" {
				return fault.Field("relationship_target_type", target, "zen:user, zen:organization or zen:ticket", "A lookup needs something to point to.")
			}
			d.set("to", lookupTargets[target])
		}
	}
	var help, pattern string
	if ok, err := sent.has("agent_description", &help); err != nil {
		return err
	} else if ok {
		d.set("help", emptyNil(help))
	}
	if ok, err := sent.has("regexp_for_validation", &pattern); err != nil {
		return err
	} else if ok {
		d.set("pattern", emptyNil(pattern))
	}
	for theirs, ours := range map[string]string{"required": "required", "visible_in_portal": "see", "editable_in_portal": "edit"} {
		var yes bool
		ok, err := sent.has(theirs, &yes)
		if err != nil {
			return err
		}
		if !ok || d.entry.ID == 0 && !yes {
			continue
		}
		switch {
		case !yes:
			d.set(ours, nil)
		case ours == "required":
			d.set(ours, true)
		default:
			d.set(ours, "everyone")
		}
	}
	for _, name := range []string{"custom_field_options", "system_field_options"} {
		var options []fieldOption
		ok, err := sent.has(name, &options)
		if err != nil {
			return err
		}
		if ok {
			list, initial := optionTexts(options)
			d.set("options", list)
			if initial != "" || d.entry.ID != 0 {
				d.set("default", emptyNil(initial))
			}
		}
	}
	return nil
}

// freeKey is a key no field of a kind of record has yet.
func (c *call) freeKey(on, base string) string {
	key := base
	for n := 2; c.DeskSet().Fields.Named(on, key) != nil; n++ {
		key = fmt.Sprintf("%s_%d", base, n)
	}
	return key
}

// Fields that every ticket has stand before the custom ones, with ids of their own.
const systemFields = 9_000_000_000_000

var builtIn = []toldField{{Type: "subject", Title: "Subject", Required: true}, {Type: "description", Title: "Description", Required: true}, {Type: "status", Title: "Status", SystemOptions: systemOptions(desk.Statuses)},
	{Type: "tickettype", Title: "Type", SystemOptions: systemOptions(desk.Types)}, {Type: "priority", Title: "Priority", SystemOptions: systemOptions(desk.Priorities)}, {Type: "group", Title: "Group"}, {Type: "assignee", Title: "Assignee"}}

func systemOptions[T ~string](values []T) (out []fieldOption) {
	for _, v := range values {
		name := strings.ToUpper(string(v[:1])) + string(v[1:])
		out = append(out, fieldOption{Name: name, RawName: name, Value: string(v)})
	}
	return out
}

func (c *call) systemFields() []toldField {
	out := slices.Clone(builtIn)
	for i := range out {
		f := &out[i]
		f.ID = systemFields + int64(i) + 1
		f.URL, f.RawTitle, f.TitleInPortal, f.Active, f.Position = c.url("/ticket_fields/%d.json", f.ID), f.Title, f.Title, true, i
		f.VisibleInPortal = f.Type == "subject" || f.Type == "description"
		f.EditableInPorta = f.VisibleInPortal
	}
	return out
}

func (n fieldNoun) endpoints() []endpoint {
	path := "/" + n.plural
	order := put(path+"/reorder", n.order)
	if n.on == "ticket" {
		order = order.partly("takes custom fields alone; those that every ticket has stay behind them")
	}
	return []endpoint{
		get(path, n.listFields),
		get(path+"/count", n.countFields),
		get(path+"/{id}", n.showField),
		post(path, n.create),
		put(path+"/{id}", n.update),
		del(path+"/{id}", n.remove),
		get(path+"/{id}/options", n.listOptions),
		get(path+"/{id}/options/{option}", n.showOption),
		post(path+"/{id}/options", n.saveOption).answers(200),
		del(path+"/{id}/options/{option}", n.removeOption),
		order,
	}
}

func (s *Server) fieldEndpoints() (out []endpoint) {
	for _, n := range fieldNouns {
		out = append(out, n.endpoints()...)
	}
	return out
}

// fieldEntries are the fields of the noun's records. Everybody who may sign in may know them, as the
// native API has it.
func (n fieldNoun) fieldEntries(c *call) (out []blueprint.Entry) {
	for _, e := range c.entries("field") {
		if n.among(c, e) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b blueprint.Entry) int {
		return cmp.Compare(spec[field.Spec](c, a).Order, spec[field.Spec](c, b).Order)
	})
	return out
}

func (n fieldNoun) listFields(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	entries := n.fieldEntries(c)
	lives, err := c.times(entries)
	if err != nil {
		return nil, err
	}
	var all []toldField
	for _, e := range entries {
		all = append(all, c.tellField(n, e, lives[e.ID]))
	}
	if n.on == "ticket" {
		all = append(all, c.systemFields()...)
	}
	for i := range all {
		all[i].Position = i
	}
	idOf := func(f toldField) int64 { return f.ID }
	part, more := slice(p, all, idOf)
	return list(c, p, n.plural, part, idOf, more, func() (int64, error) { return int64(len(all)), nil })
}

func (n fieldNoun) countFields(c *call) (any, error) {
	count := len(n.fieldEntries(c))
	if n.on == "ticket" {
		count += len(builtIn)
	}
	return c.count(int64(count)), nil
}

func (n fieldNoun) showField(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if n.on == "ticket" {
		for _, f := range c.systemFields() {
			if f.ID == id {
				return map[string]any{n.one: f}, nil
			}
		}
	}
	e, err := n.field(c)
	if err != nil {
		return nil, err
	}
	return n.answer(c, e)
}

// field is the field that the path names.
func (n fieldNoun) field(c *call) (blueprint.Entry, error) {
	id, err := c.id("id")
	if err != nil {
		return blueprint.Entry{}, err
	}
	return n.byID(c, id)
}

// order puts the fields into an order: {"user_field_ids":[3,1,2]}.
func (n fieldNoun) order(c *call) (any, error) {
	if _, err := n.reorder(n.one + "_ids")(c); err != nil {
		return nil, err
	}
	return n.listFields(c)
}
