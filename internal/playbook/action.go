package playbook

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/suggest"
)

// MessageAction is the action that steps of kind message are: its values are to and template.
const MessageAction = "message"

// Action declares something that a step can do by itself. What does it is given to the service
// with Perform or PerformOutside.
type Action struct {
	Name  string // "ticket"
	Title string // "Open a ticket"
	Doc   string
	About []string // kinds of record that it can be done about; nil for any
	With  []Param
	// Check reports what the parameters cannot say; path is that of the values. May be nil.
	Check func(c *blueprint.Context, path string, with map[string]any)
}

// Param is a value that an action takes.
type Param struct {
	Name     string
	Doc      string
	Required bool
	Ref      string // kind of blueprint it names; "" for none
	Many     bool   // a list of texts
	Any      bool   // any value; a text otherwise
}

// Actions are the actions that playbooks may name.
type Actions struct{ byName map[string]Action }

// NewActions returns the actions by name. Naming one twice is a mistake in the program and panics.
func NewActions(list ...Action) *Actions {
	a := &Actions{byName: map[string]Action{}}
	for _, one := range list {
		if _, twice := a.byName[one.Name]; twice || one.Name == "" || one.Title == "" {
			panic(fmt.Sprintf("playbook: action %q is declared twice or without a title", one.Name))
		}
		a.byName[one.Name] = one
	}
	return a
}

// Names are the actions' names, sorted.
func (a *Actions) Names() []string { return slices.Sorted(maps.Keys(a.byName)) }

// Get finds an action.
func (a *Actions) Get(name string) (Action, bool) {
	one, ok := a.byName[name]
	return one, ok
}

// Call is a step's action to be done.
type Call struct {
	Key            string // names this doing for ever: the same after a crash and when somebody tries again
	RunID          int64
	Step           string
	Round          int
	Attempt        int // from 1
	PlaybookID     int64
	Title          string // what the run is called
	Subject        ledger.Ref
	AboutID        int64 // the person it is about, 0 for none
	OrganizationID int64
	StarterID      int64
	Parts          map[string]Part
	With           map[string]any // values, filled in
	At             time.Time
	By             act.Actor // Steward, because of the step

	value func(path string) string
}

// Fill puts the run's values in the place of {{subject}}, {{ask.NAME}} and {{answers.STEP.NAME}} in a
// text, and more in the place of its names.
func (c Call) Fill(text string, more map[string]string) string {
	filled, _ := fill(text, func(path string) string {
		if v, ok := more[path]; ok {
			return v
		}
		return c.value(path)
	}).(string)
	return filled
}

// Result is what an action came to. Outcome and Values can be read by conditions, as
// steps.NAME.outcome and answers.NAME; Values hold ids and plain values only.
type Result struct {
	Outcome string
	Values  map[string]any
	Pending bool // it is not done yet: Resolve ends it
}

// Do does an action in the transaction in which the step is done, so it takes effect once. It may
// run twice before that commits, so it has no effect outside. An Invalid, Forbidden or NotFound fault makes
// the step fail; anything else is tried again, 8 times.
type Do func(ctx context.Context, tx db.Tx, c Call) (Result, error)

// DoOutside does an action that talks to the world. It may run again after a crash with the same
// Key, under which the other side must do it once.
type DoOutside func(ctx context.Context, c Call) (Result, error)

// lint reports values that the action does not take.
func (a Action) lint(c *blueprint.Context, path string, with map[string]any) {
	names := make([]string, len(a.With))
	for i, p := range a.With {
		names[i] = p.Name
		v, given := with[p.Name]
		switch {
		case !given && p.Required:
			c.Error(path, "The action %s needs %s: %s", a.Name, p.Name, p.Doc)
		case !given || p.Any:
		case p.Many:
			if _, ok := v.([]any); !ok {
				c.Error(path+"."+p.Name, "%s is a list.", p.Name)
			}
		default:
			text, ok := v.(string)
			if !ok {
				c.Error(path+"."+p.Name, "%s is a text.", p.Name)
			} else if p.Ref != "" {
				if e, ok := c.Set.Entry(p.Ref, text); !ok || e.Retired {
					c.Error(path+"."+p.Name, "There is no %s %q.", p.Ref, text)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(with)) {
		if !slices.Contains(names, name) {
			c.Error(path+"."+name, "The action %s takes no %s.%s", a.Name, name, suggest.DidYouMean(name, names))
		}
	}
	if a.Check != nil {
		a.Check(c, path, with)
	}
}

// action is what a step does by itself, with its values as they are written.
func (s StepSpec) action() (name string, with map[string]any) {
	switch {
	case s.kind() == kindMessage && s.Message != nil:
		to := make([]any, len(s.Message.To))
		for i, role := range s.Message.To {
			to[i] = role
		}
		return MessageAction, map[string]any{"to": to, "template": s.Message.Template}
	case s.kind() == kindAction && s.Action != nil:
		return s.Action.Name, s.Action.With
	}
	return "", nil
}

var placeholder = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_.]+)\s*\}\}`)

// fill puts values in the place of {{...}} in all texts of v.
func fill(v any, value func(path string) string) any {
	switch v := v.(type) {
	case string:
		return placeholder.ReplaceAllStringFunc(v, func(m string) string { return value(placeholder.FindStringSubmatch(m)[1]) })
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = fill(x, value)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = fill(x, value)
		}
		return out
	}
	return v
}

// words are a value in a text.
func words(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return v.UTC().Format(time.DateOnly)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%f", v), "0"), ".")
	}
	return fmt.Sprint(v)
}

// valued says what stands for the names in an action's texts.
func (d *Definition) valued(st State, now time.Time, title string, subject func() any) func(path string) string {
	vars := d.Vars(st, now, subject)
	return func(path string) string {
		root, rest, dotted := strings.Cut(path, ".")
		v := vars[root]
		if f, lazy := v.(func() any); lazy {
			v = f()
		}
		if dotted {
			return words(within(v, rest))
		}
		if root == "subject" {
			return title
		}
		return ""
	}
}
