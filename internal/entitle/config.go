package entitle

import (
	"cmp"
	"regexp"
	"slices"

	"steward/internal/blueprint"
	"steward/internal/field"
	"steward/internal/rule"
)

// Entitlement is an entitlement in force.
type Entitlement struct {
	ID      int64 // of its blueprint
	Name    string
	Title   string
	Version int
	Spec    Spec

	match, raised, fails *rule.Program // nil: not set
	patterns             []*regexp.Regexp
	givenIn              []string
}

// Config is the entitlements of one configuration, in order. It is immutable.
type Config struct {
	all []*Entitlement
}

// FromSet takes the entitlements from a set of blueprints.
func FromSet(set *blueprint.Set) *Config {
	c := &Config{}
	for _, b := range blueprint.All[Spec](set) {
		e := &Entitlement{ID: b.ID, Name: b.Name, Title: b.Title, Version: b.Version, Spec: b.Spec, match: set.Rule("entitlement", b.Name, "match"),
			raised: set.Rule("entitlement", b.Name, "contacts.raised_when"), fails: set.Rule("entitlement", b.Name, "proof.fails_when")}
		if e.Title == "" {
			e.Title = e.Name
		}
		if e.Spec.Proof != nil {
			for _, a := range e.Spec.Proof.Accepts {
				var p *regexp.Regexp
				if a.Pattern != "" {
					p, _ = regexp.Compile(`^(?:` + a.Pattern + `)$`) // lint refused others
				}
				given := a.Field
				if f, ok := blueprint.Get[field.Spec](set, a.Field); ok && f.Key != "" {
					given = f.Key
				}
				e.patterns, e.givenIn = append(e.patterns, p), append(e.givenIn, given)
			}
		}
		c.all = append(c.all, e)
	}
	slices.SortStableFunc(c.all, func(a, b *Entitlement) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return c
}

// None reports whether no entitlement is declared: then everybody may ask for help.
func (c *Config) None() bool { return c == nil || len(c.all) == 0 }

// NamesForms reports whether some entitlement includes only some forms.
func (c *Config) NamesForms() bool {
	return slices.ContainsFunc(c.All(), func(e *Entitlement) bool { return len(e.Spec.Forms) > 0 })
}

// All lists the entitlements in order.
func (c *Config) All() []*Entitlement {
	if c == nil {
		return nil
	}
	return c.all
}

// ByID returns an entitlement in force by the id of its blueprint; nil when there is none.
func (c *Config) ByID(id int64) *Entitlement {
	for _, e := range c.All() {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// Named returns an entitlement by name; nil when there is none.
func (c *Config) Named(name string) *Entitlement {
	for _, e := range c.All() {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// GivenIn is the name of the ticket's attribute in which customers give the proof at a place of
// the list; "" for none.
func (e *Entitlement) GivenIn(i int) string { return e.givenIn[i] }

// most is how many contacts an organization may list where no entitlement says less.
const most = 1000

// cap is how many contacts an organization may list, given what conditions read of it.
func (e *Entitlement) cap(vars rule.Vars) int {
	if e == nil || e.Spec.Contacts == nil {
		return most
	}
	k := e.Spec.Contacts
	if e.raised != nil {
		if yes, err := e.raised.Eval(vars); err == nil && yes {
			return max(k.RaisedCap, k.Cap)
		}
	}
	return k.Cap
}

// editors is how many contacts may change the list themselves.
func (e *Entitlement) editors() int {
	if e == nil || e.Spec.Contacts == nil || e.Spec.Contacts.Editors == 0 {
		return 5
	}
	return e.Spec.Contacts.Editors
}
