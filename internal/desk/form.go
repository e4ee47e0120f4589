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
	Order      int         `yaml:"order" doc:"Place among the forms; the lowest is the default form unless one says default: true."`
	IsDefault  bool        `yaml:"default" doc:"Tickets without a form have this one."`
	Customers  bool        `yaml:"customers" doc:"Customers may use it; otherwise agents only, and colleagues where it says so."`
	Colleagues bool        `yaml:"colleagues" doc:"Colleagues may ask for something with it on the request page once they are signed in, whether they work on tickets or not. They are asked what everybody may fill in, and the fields that say colleagues."`
	Brands     []string    `yaml:"brands" doc:"Brands it is offered for; all when empty." ref:"brand"`
	Fields     []FormField `yaml:"fields" doc:"What it asks, in this order." required:"true" max:"200"`
}

// FormField is one question of a form.
type FormField struct {
	Field      string   `yaml:"field" doc:"A field of tickets." ref:"field" required:"true" short:"true" json:"field"`
	When       string   `yaml:"when" doc:"Asked only while this holds; always when empty." format:"cel:ticket" json:"when"`
	Required   bool     `yaml:"required" doc:"Must be filled in every state, whenever the ticket's fields or state are changed by hand." json:"required"`
	RequiredIn []string `yaml:"required_in" doc:"Must be filled in these states; in none when empty." enum:"new,open,pending,hold,solved,closed" json:"required_in" nullable:"false"`

	Colleagues        bool   `yaml:"colleagues" doc:"Colleagues who ask with the form fill it in, though customers may not see it." json:"colleagues"`
	CustomersWhen     string `yaml:"customers_when" doc:"Customers, and colleagues who ask, are asked while this holds, instead of when." format:"cel:ticket" json:"customers_when"`
	CustomersRequired *bool  `yaml:"customers_required" doc:"Whether customers must fill it to send the form; as required and required_in say when left out." json:"customers_required"`
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
	field         *field.Field
	when          *rule.Program
	customersWhen *rule.Program
}

// of is the condition under which agents or customers are asked; nil always.
func (x formField) of(agent bool) *rule.Program {
	if !agent && x.customersWhen != nil {
		return x.customersWhen
	}
	return x.when
}

// must reports whether agents or customers must fill the field while the ticket is in a state.
func (x formField) must(status Status, agent bool) bool {
	if !agent && x.CustomersRequired != nil {
		return *x.CustomersRequired
	}
	return x.Required || x.field.Required || slices.Contains(x.RequiredIn, string(status))
}

func lintForm(c *blueprint.Context, s FormSpec) {
	if s.IsDefault && len(s.Brands) > 0 {
		c.Warn("brands", "Tickets of other brands that name no form have this one all the same: it is the default form.")
	}
	seen := map[string]bool{}
	for i, f := range s.Fields {
		path := "fields[" + strconv.Itoa(i) + "]"
		spec, ok := blueprint.Get[field.Spec](c.Set, f.Field)
		if ok && spec.On != "ticket" {
			c.Error(path, "%s is a field of a %s; a form asks for fields of tickets.", f.Field, spec.On)
		}
		if !s.Customers && !s.Colleagues && (f.CustomersWhen != "" || f.CustomersRequired != nil) {
			c.Warn(path, "Customers may not use this form, so what is said for them has no effect. Add customers: true.")
		}
		if f.Colleagues && !s.Colleagues {
			c.Warn(path+".colleagues", "Colleagues may not ask with this form, so it has no effect. Add colleagues: true to the form.")
		}
		if ok && f.CustomersRequired != nil && *f.CustomersRequired && spec.Edit != "everyone" && !f.Colleagues {
			c.Error(path+".customers_required", "Customers may not set %s, so they cannot be made to fill it. Give the field edit: everyone.", f.Field)
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
				f.fields = append(f.fields, formField{x, declared, set.Rule("form", b.Name, fmt.Sprintf("fields[%d].when", i)), set.Rule("form", b.Name, fmt.Sprintf("fields[%d].customers_when", i))})
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

// formID finds the form that an agent names. "" is the default form.
func (cfg *Config) formID(name string) (int64, error) { return cfg.formIDFor(name, toAgents, 0) }

// formIDFor finds the form that somebody names, as far as they may use it, for tickets of a brand; 0
// is no brand.
func (cfg *Config) formIDFor(name string, to audience, brand int64) (int64, error) {
	if name == "" {
		return 0, nil
	}
	f := cfg.FormNamed(name)
	if f != nil && f.open(to) && f.serves(brand) {
		return f.ID, nil
	}
	var known []string
	for _, f := range cfg.Forms {
		if f.open(to) && f.serves(brand) {
			known = append(known, f.Name)
		}
	}
	if f != nil && !f.serves(brand) && f.open(to) {
		return 0, fault.Field("form", name, "one of "+strings.Join(known, ", "), "The form %s is not offered for the brand %s.", f.Title, cfg.brandTitle(brand))
	}
	accepted := "one of " + strings.Join(known, ", ")
	if len(known) == 0 {
		accepted = "none: no form is declared"
	}
	return 0, fault.Field("form", name, accepted, "There is no form %q.", name)
}

// asked are the questions of a ticket's form that are to be shown to somebody, and whether each
// must be filled: what they may set.
func (f *Form) asked(t *Ticket, to audience, vars func() map[string]any) (out []AskedField) {
	agent := to == toAgents
	for _, x := range f.fields {
		if !x.shows(to) {
			continue
		}
		if when := x.of(agent); when != nil {
			if ok, err := when.Eval(vars()); err != nil || !ok {
				continue
			}
		}
		out = append(out, AskedField{Name: x.field.Name, Title: x.field.Title, field: x.field,
			Required: x.must(t.Status, agent) && x.takes(to)})
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

// complete refuses a ticket whose form has questions that agents must fill and that are not.
func (cfg *Config) complete(t *Ticket, about about) error { return cfg.completeBy(t, about, toAgents) }

// completeBy is complete for who fills the form in.
func (cfg *Config) completeBy(t *Ticket, about about, to audience) error {
	missing := cfg.missing(t, about, to)
	if len(missing) == 0 {
		return nil
	}
	wrong := &fault.Error{Code: fault.Invalid}
	var titles []string
	for _, q := range missing {
		titles = append(titles, q.Title)
		wrong.Details = append(wrong.Details, fault.Detail{Field: "attributes." + q.Name, Message: q.Title + " must be filled.", Accepted: q.field.Accepted()})
	}
	wrong.Message = fmt.Sprintf("The form %s asks for these while a ticket is %s: %s. Fill them and try again.", cfg.form(t.FormID).Title, t.Status, strings.Join(titles, ", "))
	return wrong
}

// missing are the questions of a ticket's form that must be filled and are not.
func (cfg *Config) missing(t *Ticket, about about, to audience) (out []AskedField) {
	f := cfg.form(t.FormID)
	if f == nil {
		return nil
	}
	filled := cfg.Fields.Show("ticket", t.Attributes, true)
	for _, q := range f.asked(t, to, func() map[string]any { return cfg.vars(t, about) }) {
		if q.Required && empty(filled[q.Name]) {
			out = append(out, q)
		}
	}
	return out
}

// empty reports whether a value fills no question: missing, an empty text or list.
func empty(v any) bool {
	list, isList := v.([]any)
	return v == nil || v == "" || isList && len(list) == 0
}

// serves reports whether the form is offered for a brand; 0 is no brand.
func (f *Form) serves(brand int64) bool {
	return len(f.brands) == 0 || brand == 0 || slices.Contains(f.brands, brand)
}

func (cfg *Config) brandTitle(id int64) string {
	if b := cfg.brands[id]; b != nil {
		return b.Title
	}
	return "of this ticket"
}

func (s *Service) formTitle(id int64) string {
	for _, f := range s.config().Forms {
		if f.ID == id {
			return f.Title
		}
	}
	return "a retired form"
}
