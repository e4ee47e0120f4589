package field

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/fault"
)

// Spec is the spec of kind field: one custom attribute.
type Spec struct {
	On       string   `yaml:"on" doc:"What has it." enum:"ticket,person,organization,application" required:"true"`
	Type     string   `yaml:"type" doc:"What it holds." enum:"checkbox,date,decimal,integer,regexp,text,textarea,dropdown,multiselect,lookup" required:"true"`
	Order    int      `yaml:"order" doc:"Its place among the fields of the same record; lower comes first, and those of one place go by name."`
	Key      string   `yaml:"key" doc:"The name that conditions, the API and events use, in small letters, digits and _; the blueprint's name when empty." max:"64"`
	Options  []Option `yaml:"options" doc:"The values to choose from (dropdown, multiselect), in their order." max:"2000"`
	Pattern  string   `yaml:"pattern" doc:"What the whole text must look like (regexp), as a regular expression (RE2)." max:"500"`
	Min      *float64 `yaml:"min" doc:"The smallest number, the fewest characters or the fewest values."`
	Max      *float64 `yaml:"max" doc:"The largest number, the most characters or the most values."`
	To       string   `yaml:"to" doc:"What it points to (lookup)." enum:"ticket,person,organization"`
	Default  any      `yaml:"default" doc:"The value of a new record."`
	Required bool     `yaml:"required" doc:"Whoever writes attributes of a record must leave this one filled."`
	Indexed  bool     `yaml:"indexed" doc:"Lists can be filtered by it."`
	See      string   `yaml:"see" doc:"Who sees it: agents, or everyone who sees the record; agents when empty." enum:"agents,everyone"`
	Edit     string   `yaml:"edit" doc:"Who may set it; agents when empty." enum:"agents,everyone"`
	Help     string   `yaml:"help" doc:"A sentence shown beside it." max:"1000"`
}

// Option is one value to choose.
type Option struct {
	Value string `yaml:"value" doc:"What records hold and conditions compare with; :: nests it, as in europe::france." required:"true" short:"true" min:"1" max:"200" json:"value"`
	Title string `yaml:"title" doc:"What people read; the last part of the value when empty." max:"200" json:"title"`
}

// Register adds the kind field, and makes conditions be checked against the fields declared.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Spec]{Name: "field", Title: "Field",
		Summary: "A custom attribute of tickets, people, organizations or applications to programs. Conditions read it as ticket.attributes.NAME, ticket.requester.attributes.NAME, ticket.organization.attributes.NAME or application.attributes.NAME.",
		Example: "kind: field\nname: severity\ntitle: Severity\non: ticket\ntype: dropdown\noptions:\n  - { value: s1, title: Production is down }\n  - { value: s2, title: Something does not work }\n  - { value: s3, title: A question }\nindexed: true\n",
		Lint:    lint})
	reg.LintRules(lintRule)
}

// sized are the types that min and max apply to.
var sized = []string{"decimal", "integer", "text", "textarea", "regexp", "multiselect"}

func lint(c *blueprint.Context, s Spec) {
	choice := s.Type == "dropdown" || s.Type == "multiselect"
	switch {
	case choice && len(s.Options) == 0:
		c.Error("type", "A %s needs options to choose from.", s.Type)
	case !choice && len(s.Options) > 0:
		c.Error("options", "Only a dropdown or a multiselect has options; this is of type %s.", s.Type)
	}
	lintOptions(c, s)
	if (s.Pattern != "") != (s.Type == "regexp") {
		c.Error("type", "A field of type regexp, and no other, has a pattern.")
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		c.Error("pattern", "This is no regular expression (RE2): %s.", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if (s.To != "") != (s.Type == "lookup") {
		c.Error("type", "A field of type lookup, and no other, says with to: what it points to.")
	}
	if (s.Min != nil || s.Max != nil) && !slices.Contains(sized, s.Type) {
		c.Error("", "Values of type %s have no min and max.", s.Type)
	}
	if s.Min != nil && s.Max != nil && *s.Min > *s.Max {
		c.Error("min", "The least is more than the most, so no value could be set.")
	}
	if s.Indexed && s.Type == "textarea" {
		c.Error("indexed", "Long texts cannot be indexed. Use type text, which holds one line.")
	}
	if s.Indexed && s.On == "application" {
		c.Error("indexed", "Lists of applications are not filtered by their answers, so there is nothing to index.")
	}
	if s.Edit == "everyone" && s.See != "everyone" {
		c.Error("edit", "Who may set it must see it: add see: everyone.")
	}
	lintKey(c, s)
	if s.Default != nil {
		f, err := newField(c.Entry, s)
		if err == nil {
			_, err = f.check(plain(s.Default))
		}
		if fl := fault.As(err); fl != nil && len(fl.Details) > 0 {
			c.Error("default", "%s Accepted: %s.", fl.Message, fl.Details[0].Accepted)
		}
	}
}

// lintOptions finds values given twice and values that cannot be told from their groups.
func lintOptions(c *blueprint.Context, s Spec) {
	at := map[string]int{}
	for i, o := range s.Options {
		path := "options[" + strconv.Itoa(i) + "]"
		if first, twice := at[o.Value]; twice {
			c.Error(path, "The value %q is an option already, as number %d of the list.", o.Value, first+1)
		}
		at[o.Value] = i
		if slices.Contains(strings.Split(o.Value, "::"), "") || strings.TrimSpace(o.Value) != o.Value {
			c.Error(path, "%q cannot be a value: it begins or ends with a space, or a part beside :: is empty.", o.Value)
		}
	}
	for i, o := range s.Options {
		if group, _, nested := strings.Cut(o.Value, "::"); nested {
			if _, both := at[group]; both {
				c.Warn("options["+strconv.Itoa(i)+"]", "%q is a value to choose and a group of values too.", group)
			}
		}
	}
}

var keyText = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// lintKey refuses names that look like an id or belong to another field, and says how conditions
// read a name that is no word.
func lintKey(c *blueprint.Context, s Spec) {
	name := c.Entry.Name
	if s.Key != "" {
		if name = s.Key; !keyText.MatchString(name) {
			c.Error("key", "%q cannot be a key: it begins with a small letter, and small letters, digits and _ follow.", name)
		}
	}
	if strings.Trim(name, "0123456789") == "" {
		c.Error("name", "A field's name needs a letter. Give it a key.")
	} else if strings.Contains(name, "-") || name[0] >= '0' && name[0] <= '9' {
		c.Note("name", "Conditions read this field as %s.attributes[%q]. With key: %s they read %s.attributes.%s.", s.On, name,
			strings.ReplaceAll(name, "-", "_"), s.On, strings.ReplaceAll(name, "-", "_"))
	}
	for _, other := range blueprint.All[Spec](c.Set) {
		if other.Name != c.Entry.Name && other.Spec.On == s.On && (other.Spec.Key == name || other.Spec.Key == "" && other.Name == name) {
			c.Error("", "The field %s of a %s is called %s too. Give one of them another key.", other.Name, s.On, name)
		}
	}
}
