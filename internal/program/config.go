package program

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/directory"
	"steward/internal/field"
	"steward/internal/lang"
	"steward/internal/mail"
	"steward/internal/rule"
)

// Config is what the module reads of one configuration. It is immutable.
type Config struct {
	Generation int64
	Programs   []*Program // by their order and name
	Pools      []PoolInForce
	Fields     *field.Schema
	set        *blueprint.Set
}

// PoolInForce is a pool of codes of the configuration.
type PoolInForce struct {
	ID    int64
	Name  string
	Title string
	Spec  Pool
	Team  int64 // whose work its stock is, 0 for nobody's
}

// Program is one version of a program, ready to be used.
type Program struct {
	ID          int64 // of the blueprint
	Version     int
	Name        string
	Title       string
	Description string
	Spec        Spec
	TeamID      int64
	MailboxID   int64 // 0 without one
	BrandID     int64
	AgreementID int64 // blueprint id, 0 for none

	rules     func(path string) *rule.Program
	calendar  *bizcal.Calendar
	sections  []section
	fields    map[string]*field.Field // by blueprint name
	letters   map[Letter]mail.Template
	agreement blueprint.Named[Agreement]
	pools     map[string]int64
}

type section struct {
	Section
	questions []question
}

type question struct {
	field    *field.Field
	when     *rule.Program
	required bool
}

// Compile takes the programs from a set of blueprints.
func Compile(set *blueprint.Set) *Config {
	c := &Config{Generation: set.Generation(), Fields: field.FromSet(set), set: set}
	for _, b := range blueprint.All[Spec](set) {
		c.Programs = append(c.Programs, build(set, c.Fields, b.Entry, b.Spec, func(path string) *rule.Program { return set.Rule("program", b.Name, path) }))
	}
	slices.SortStableFunc(c.Programs, func(a, b *Program) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	for _, b := range blueprint.All[Pool](set) {
		pool := PoolInForce{ID: b.ID, Name: b.Name, Title: b.Title, Spec: b.Spec}
		if team, ok := set.Entry("team", b.Spec.Team); ok {
			pool.Team = team.ID
		}
		for _, p := range c.Programs {
			if pool.Team == 0 && slices.ContainsFunc(p.Spec.Benefits, func(x Benefit) bool { return x.Pool == b.Name }) {
				pool.Team = p.TeamID
			}
		}
		c.Pools = append(c.Pools, pool)
	}
	return c
}

// build makes a program of a version's spec; what it refers to is taken from the set in force.
func build(set *blueprint.Set, schema *field.Schema, e blueprint.Entry, spec Spec, rules func(string) *rule.Program) *Program {
	p := &Program{ID: e.ID, Version: e.Version, Name: e.Name, Title: cmp.Or(e.Title, e.Name), Description: e.Description, Spec: spec, rules: rules,
		fields: map[string]*field.Field{}, letters: map[Letter]mail.Template{}, pools: map[string]int64{}}
	for _, f := range schema.On("application") {
		if fe, ok := set.ByID(f.ID); ok {
			p.fields[fe.Name] = f
		}
	}
	for i, s := range spec.Sections {
		out := section{Section: s}
		for j, q := range s.Questions {
			if f := p.fields[q.Field]; f != nil {
				out.questions = append(out.questions, question{f, rules(fmt.Sprintf("sections[%d].questions[%d].when", i, j)), q.Required})
			}
		}
		p.sections = append(p.sections, out)
	}
	if team, ok := set.Entry("team", spec.Team); ok {
		p.TeamID = team.ID
	}
	p.calendar, _ = bizcal.FromSet(set, spec.Decision.Calendar)
	for _, box := range blueprint.All[mail.Mailbox](set) {
		if box.Name == spec.Mailbox || spec.Mailbox == "" && p.MailboxID == 0 {
			p.MailboxID = box.ID
			if brand, ok := set.Entry("brand", box.Spec.Brand); ok {
				p.BrandID = brand.ID
			}
		}
	}
	for letter, name := range spec.Letters.named() {
		if t, ok := blueprint.Get[mail.Template](set, name); ok && name != "" {
			p.letters[letter] = t
		}
	}
	for _, a := range blueprint.All[Agreement](set) {
		if a.Name == spec.Agreement {
			p.agreement, p.AgreementID = a, a.ID
		}
	}
	for _, b := range blueprint.All[Pool](set) {
		p.pools[b.Name] = b.ID
	}
	return p
}

// Program is a program in force by its blueprint's id; nil when there is none.
func (c *Config) Program(id int64) *Program {
	i := slices.IndexFunc(c.Programs, func(p *Program) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return c.Programs[i]
}

// Named is a program in force by its name; nil when there is none.
func (c *Config) Named(name string) *Program {
	i := slices.IndexFunc(c.Programs, func(p *Program) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return c.Programs[i]
}

// Closed says why the program takes no applications at a time; "" when it does.
func (p *Program) Closed(l *lang.Language, now time.Time) string {
	day := now.UTC().Format(time.DateOnly)
	show := func(text string) string {
		d, _ := time.Parse(time.DateOnly, text) // checked when it was applied
		return l.Time(d, "2 January 2006")
	}
	if p.Spec.Opens != "" && day < p.Spec.Opens {
		return l.Say("It takes applications from %s on.", show(p.Spec.Opens))
	}
	if p.Spec.Closes != "" && day > p.Spec.Closes {
		return l.Say("It took applications until %s.", show(p.Spec.Closes))
	}
	return ""
}

// Fields are the fields that the form may ask for, in its order.
func (p *Program) Fields() (out []*field.Field) {
	for _, sec := range p.sections {
		for _, q := range sec.questions {
			out = append(out, q.field)
		}
	}
	return out
}

// pool is a pool in force by its blueprint's id.
func (c *Config) pool(id int64) (string, Pool) {
	for _, p := range c.Pools {
		if p.ID == id {
			return p.Title, p.Spec
		}
	}
	return "", Pool{}
}

// ForOrganization reports whether one applies for an organization.
func (p *Program) ForOrganization() bool { return p.Spec.For != "person" }

// within is the promise in working time. Source of 80 h: programs of large software companies answer
// within 5 to 10 business days.
func (p *Program) within() time.Duration {
	return cmp.Or(p.Spec.Decision.Within.Std(), 80*time.Hour)
}

func (p *Program) patience() time.Duration {
	return cmp.Or(p.Spec.Decision.Patience.Std(), 30*24*time.Hour)
}

func (p *Program) invite() time.Duration {
	return cmp.Or(p.Spec.Life.Invite.Std(), 30*24*time.Hour)
}

func (p *Program) cure() time.Duration {
	return cmp.Or(p.Spec.Life.Cure.Std(), 30*24*time.Hour)
}

// check is a proof by name; ok is false when the version has none.
func (p *Program) check(name string) (Check, bool) {
	i := slices.IndexFunc(p.Spec.Verify.Checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		return Check{}, false
	}
	return p.Spec.Verify.Checks[i], true
}

// after is when so much working time has passed; around the clock without a calendar.
func (p *Program) after(from time.Time, d time.Duration) time.Time {
	if p.calendar != nil {
		if t, ok := p.calendar.After(from, d); ok {
			return t
		}
	}
	return from.Add(d)
}

func (p *Program) between(from, to time.Time) time.Duration {
	if p.calendar != nil {
		return p.calendar.Between(from, to)
	}
	return max(to.Sub(from), 0)
}

// Uploads with their defaults. Source: identity verifiers take 10 MB, and delete documents within weeks.
func (u Uploads) filled() Uploads {
	u.MaxMB, u.Most = cmp.Or(u.MaxMB, 10), cmp.Or(u.Most, 3)
	if len(u.Types) == 0 {
		u.Types = []string{"pdf", "png", "jpeg"}
	}
	if u.Purge == 0 {
		u.Purge = blueprint.Duration(30 * 24 * time.Hour)
	}
	return u
}

// Words say in a sentence what files are taken.
func (u Uploads) Words(l *lang.Language) string {
	u = u.filled()
	names := strings.ToUpper(strings.Join(u.Types, ", "))
	return l.Say("%s, up to %d MB each. Deleted %d days after the decision.", names, u.MaxMB, int(u.Purge.Std().Hours()/24))
}

// host is the name of a website or the domain of an address, in small letters, without www.
func host(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if i := strings.Index(text, "://"); i >= 0 {
		text = text[i+3:]
	}
	if i := strings.IndexAny(text, "/?#"); i >= 0 {
		text = text[:i]
	}
	if strings.Contains(text, "@") {
		text = directory.Domain(text)
	}
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		text = text[:i]
	}
	return strings.TrimPrefix(text, "www.")
}
