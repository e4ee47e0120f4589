package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/rule"
)

// FormSpec is the spec of kind form: which fields a ticket asks for, when, and which must be filled.
type FormSpec struct {
	Order     int         `yaml:"order" doc:"Place among the forms; the lowest is the default form unless one says default: true."`
	IsDefault bool        `yaml:"default" doc:"Tickets without a form have this one."`
	Customers bool        `yaml:"customers" doc:"Customers may use it; otherwise agents only."`
	Brands    []string    `yaml:"brands" doc:"Brands it is offered for; all when empty." ref:"brand"`
	Fields    []FormField `yaml:"fields" doc:"What it asks, in this order." required:"true" max:"200"`
}

// FormField is one question of a form.
type FormField struct {
	Field      string   `yaml:"field" doc:"A field of tickets." ref:"field" required:"true" short:"true" json:"field"`
	When       string   `yaml:"when" doc:"Asked only while this holds; always when empty." format:"cel:ticket" json:"when"`
	Required   bool     `yaml:"required" doc:"Must be filled whenever the ticket's fields or state are changed by hand." json:"required"`
	RequiredIn []string `yaml:"required_in" doc:"Must be filled in these states." enum:"new,open,pending,hold,solved,closed" json:"required_in" nullable:"false"`
}

// Form is a form in force.
type Form struct {
	Named
	Description string
	Spec        FormSpec
	fields      []formField
	brands      []int64
}

type formField struct {
	FormField
	field *field.Field
	when  *rule.Program
}

func lintForm(c *blueprint.Context, s FormSpec) {
	seen := map[string]bool{}
	for i, f := range s.Fields {
		path := "fields[" + strconv.Itoa(i) + "]"
		spec, ok := blueprint.Get[field.Spec](c.Set, f.Field)
		if ok && spec.On != "ticket" {
			c.Error(path, "%s is a field of a %s; a form asks for fields of tickets.", f.Field, spec.On)
		}
		if seen[f.Field] {
			c.Error(path, "The form asks for %s already.", f.Field)
		}
		seen[f.Field] = true
	}
	for _, other := range blueprint.All[FormSpec](c.Set) {
		if s.IsDefault && other.Spec.IsDefault && other.Name < c.Entry.Name {
			c.Warn("default", "The form %s is the default form too; it is taken.", other.Name)
		}
	}
}

// formsOf takes the forms from a set, the default form first.
func formsOf(set *blueprint.Set, brands map[string]int64) []*Form {
	schema := field.FromSet(set)
	byID := map[string]*field.Field{}
	for _, f := range schema.All() {
		if e, ok := set.ByID(f.ID); ok {
			byID[e.Name] = f
		}
	}
	var out []*Form
	for _, b := range blueprint.All[FormSpec](set) {
		f := &Form{Named: named(b.Entry), Description: b.Description, Spec: b.Spec}
		for i, x := range b.Spec.Fields {
			if declared := byID[x.Field]; declared != nil {
				f.fields = append(f.fields, formField{x, declared, set.Rule("form", b.Name, fmt.Sprintf("fields[%d].when", i))})
			}
		}
		for _, name := range b.Spec.Brands {
			f.brands = append(f.brands, brands[name])
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b *Form) int {
		switch {
		case a.Spec.IsDefault != b.Spec.IsDefault && a.Spec.IsDefault:
			return -1
		case a.Spec.IsDefault != b.Spec.IsDefault:
			return 1
		}
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// form is a form by its blueprint id: the default form for 0 and for one that is retired, nil when there is none.
func (cfg *Config) form(id int64) *Form {
	for _, f := range cfg.Forms {
		if f.ID == id {
			return f
		}
	}
	if len(cfg.Forms) > 0 {
		return cfg.Forms[0]
	}
	return nil
}

// FormNamed returns a form by name; nil when there is none.
func (cfg *Config) FormNamed(name string) *Form {
	for _, f := range cfg.Forms {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// formID finds the form that somebody names, as far as they may use it. "" is the default form.
func (cfg *Config) formID(name string, agent bool) (int64, error) {
	if name == "" {
		return 0, nil
	}
	if f := cfg.FormNamed(name); f != nil && (agent || f.Spec.Customers) {
		return f.ID, nil
	}
	var known []string
	for _, f := range cfg.Forms {
		if agent || f.Spec.Customers {
			known = append(known, f.Name)
		}
	}
	accepted := "one of " + strings.Join(known, ", ")
	if len(known) == 0 {
		accepted = "none: no form is declared"
	}
	return 0, fault.Field("form", name, accepted, "There is no form %q.", name)
}

// asked are the questions of a ticket's form that are to be shown, and whether each must be filled.
func (f *Form) asked(t *Ticket, vars func() map[string]any) (out []AskedField) {
	for _, x := range f.fields {
		if x.when != nil {
			if ok, err := x.when.Eval(vars()); err != nil || !ok {
				continue
			}
		}
		out = append(out, AskedField{Name: x.field.Name, Title: x.field.Title, field: x.field,
			Required: x.Required || x.field.Required || slices.Contains(x.RequiredIn, string(t.Status))})
	}
	return out
}

// AskedField is a question of a form as it stands for one ticket.
type AskedField struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Required bool   `json:"required" doc:"Must be filled in the ticket's state."`
	Filled   bool   `json:"filled"`
	field    *field.Field
}

// complete refuses a ticket whose form has questions that must be filled and are not.
func (cfg *Config) complete(t *Ticket, about about) error {
	f := cfg.form(t.FormID)
	if f == nil {
		return nil
	}
	filled := cfg.Fields.Show("ticket", t.Attributes, true)
	wrong := &fault.Error{Code: fault.Invalid}
	var titles []string
	for _, q := range f.asked(t, func() map[string]any { return cfg.vars(t, about) }) {
		if q.Required && empty(filled[q.Name]) {
			titles = append(titles, q.Title)
			wrong.Details = append(wrong.Details, fault.Detail{Field: "attributes." + q.Name, Message: q.Title + " must be filled.", Accepted: q.field.Accepted()})
		}
	}
	if len(titles) == 0 {
		return nil
	}
	wrong.Message = fmt.Sprintf("The form %s asks for these while a ticket is %s: %s. Fill them and try again.", f.Title, t.Status, strings.Join(titles, ", "))
	return wrong
}

// empty reports whether a value fills no question: missing, an empty text or list.
func empty(v any) bool {
	list, isList := v.([]any)
	return v == nil || v == "" || isList && len(list) == 0
}

func (s *Service) formTitle(id int64) string {
	for _, f := range s.config().Forms {
		if f.ID == id {
			return f.Title
		}
	}
	return "a retired form"
}
