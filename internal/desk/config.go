package desk

import (
	"cmp"
	"slices"
	"time"

	"steward/internal/availability"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/field"
	"steward/internal/mail"
	"steward/internal/playbook"
	"steward/internal/rule"
)

// Config is the part of the configuration the desk reads, compiled and immutable.
type Config struct {
	Generation int64
	Policies   []*Policy           // in order: the first that matches wins
	Views      []*View             // in order
	Triggers   []*Trigger          // in order
	TimeRules  []*TimeRule         // in order
	Macros     []*Macro            // by title
	Guards     []*Guard            // in order
	idle       []RuleView          // rules that are not in force
	Queues     []*Queue            // in order: a ticket is in the first that matches
	reads      map[string][]string // what they read of organizations and requesters
	Regions    *availability.Config
	Attention  *AttentionRule // nil: nobody can be asked for attention
	Reports    []*TicketReport
	Fields     *field.Schema
	issueConfig
	Forms     []*Form   // in order; the first is the default
	Portals   []*Portal // in order; at least one
	Head      *Head     // what is shown of the customer above a ticket
	Entitle   *entitle.Config
	Pipelines []*Pipeline
	Reviews   []*Review
	Docs      []string // beginnings of the documentation's addresses
	articles  articles
	titled    func(kind, name string) string // of blueprints

	templates map[string]*Template
	playbooks map[string]Named
	teams     map[int64]*Team
	brands    map[int64]*Named
	colors    map[int64]string // of brands
	logos     map[int64]*blueprint.Picture
	mailboxes map[int64]*Mailbox
	calendars map[int64]*Calendar
}

// Named is what a screen shows of a blueprint.
type Named struct {
	ID      int64  `json:"-"`
	Kind    string `json:"kind,omitempty"`
	Name    string `json:"name"`
	Title   string `json:"title"`
	Version int    `json:"version,omitempty"`
}

// Team, Calendar, Mailbox and Template are those blueprints as the desk uses them.
type (
	Template struct {
		Named
		Spec mail.Template
	}
	Team struct {
		Named
		Spec directory.Team
	}
	Calendar struct {
		Named
		*bizcal.Calendar
	}
	Mailbox struct {
		Named
		Spec    mail.Mailbox
		TeamID  int64
		BrandID int64
	}
)

// Policy is a service-level agreement: which tickets, which promises.
type Policy struct {
	Named
	Order   int
	Pause   []Status
	Match   *rule.Program // nil matches every ticket
	Targets []Target
}

// Target is one promise of a policy.
type Target struct {
	Metric          Metric
	Priority        Priority
	Within          time.Duration
	CalendarID      int64
	CalendarVersion int
	Calendar        *bizcal.Calendar
}

func (p *Policy) target(m Metric, pr Priority) (Target, bool) {
	for _, t := range p.Targets {
		if t.Metric == m && t.Priority == pr {
			return t, true
		}
	}
	return Target{}, false
}

// Compile takes from a set of blueprints what the desk reads.
func Compile(set *blueprint.Set) *Config {
	cfg := &Config{Generation: set.Generation(), templates: map[string]*Template{}, playbooks: map[string]Named{}, teams: map[int64]*Team{}, brands: map[int64]*Named{}, colors: map[int64]string{}, logos: map[int64]*blueprint.Picture{}, mailboxes: map[int64]*Mailbox{}, calendars: map[int64]*Calendar{}}
	cfg.titled = set.Title
	calendars := map[string]*Calendar{}
	for _, b := range blueprint.All[bizcal.Spec](set) {
		cal, _ := bizcal.FromSet(set, b.Name)
		c := &Calendar{named(b.Entry), cal}
		calendars[c.Name], cfg.calendars[c.ID] = c, c
	}
	for _, b := range blueprint.Retired[bizcal.Spec](set) { // clocks begun before go on counting in them
		if cal, err := b.Spec.Calendar(); err == nil {
			cfg.calendars[b.ID] = &Calendar{named(b.Entry), cal}
		}
	}
	teams := map[string]int64{}
	for _, b := range blueprint.All[directory.Team](set) {
		t := &Team{named(b.Entry), b.Spec}
		teams[t.Name], cfg.teams[t.ID] = t.ID, t
	}
	brands := map[string]int64{}
	for _, b := range blueprint.All[directory.Brand](set) {
		n := named(b.Entry)
		brands[n.Name], cfg.brands[n.ID], cfg.colors[n.ID] = n.ID, &n, b.Spec.Color
		if logo, ok := blueprint.ReadPicture(b.Spec.Logo); ok {
			cfg.logos[n.ID] = &logo
		}
	}
	for _, b := range blueprint.All[mail.Mailbox](set) {
		n := named(b.Entry)
		cfg.mailboxes[n.ID] = &Mailbox{Named: n, Spec: b.Spec, TeamID: teams[b.Spec.Team], BrandID: brands[b.Spec.Brand]}
	}
	for _, b := range blueprint.All[SLA](set) {
		p := &Policy{Named: named(b.Entry), Order: b.Spec.Order, Pause: b.Spec.pause(), Match: set.Rule("sla", b.Name, "match")}
		for _, t := range b.Spec.Targets {
			c := calendars[t.Calendar]
			p.Targets = append(p.Targets, Target{Metric: Metric(t.Metric), Priority: Priority(t.Priority), Within: time.Duration(t.Within),
				CalendarID: c.ID, CalendarVersion: c.Version, Calendar: c.Calendar})
		}
		cfg.Policies = append(cfg.Policies, p)
	}
	slices.SortStableFunc(cfg.Policies, func(a, b *Policy) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Name, b.Name)) })
	cfg.Triggers, cfg.TimeRules, cfg.Macros, cfg.Guards = triggers(set), timeRules(set, calendars), macros(set), guards(set)
	cfg.idle = idleRules(set)
	cfg.Regions = availability.Compile(set)
	cfg.Queues = queues(set, teams, calendars, cfg.Regions)
	cfg.reads = cfg.queuesRead()
	cfg.Attention, cfg.Reports = attentionOf(set, calendars), ticketReports(set)
	for _, b := range blueprint.All[mail.Template](set) {
		cfg.templates[b.Name] = &Template{named(b.Entry), b.Spec}
	}
	for _, b := range blueprint.All[playbook.Playbook](set) {
		cfg.playbooks[b.Name] = named(b.Entry)
	}
	for _, b := range blueprint.All[ViewSpec](set) {
		if b.Spec.Disabled {
			continue
		}
		cfg.Views = append(cfg.Views, &View{named(b.Entry), b.Description, b.Spec, teams[b.Spec.Team], set.Rule("view", b.Name, "match")})
	}
	cfg.Entitle = entitle.FromSet(set)
	cfg.Fields, cfg.Forms = field.FromSet(set), formsOf(set, brands)
	cfg.Portals, cfg.Head = portalsOf(set, cfg), headOf(set, cfg.Fields)
	cfg.Docs, cfg.articles, cfg.Reviews = docsOf(set), articlesOf(set), reviewsOf(set, teams, cfg.Fields)
	cfg.IssueTemplates = issueTemplates(set)
	cfg.Pipelines = cfg.pipelinesOf(set, teams, calendars)
	slices.SortStableFunc(cfg.Views, func(a, b *View) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return cfg
}

func named(e blueprint.Entry) Named {
	return Named{ID: e.ID, Kind: e.Kind, Name: e.Name, Title: e.Title, Version: e.Version}
}

// match is the policy for a ticket: the first whose condition holds.
func (cfg *Config) match(vars map[string]any) *Policy {
	for _, p := range cfg.Policies {
		if p.Match == nil {
			return p
		}
		// An error here is a condition that costs too much; it was warned about when applied.
		if ok, err := p.Match.Eval(vars); err == nil && ok {
			return p
		}
	}
	return nil
}

// pauses are the states in which a policy's clocks stand still.
func (cfg *Config) pauses(policyID int64) []Status {
	if p := cfg.Policy(policyID); p != nil {
		return p.Pause
	}
	return []Status{StatusPending}
}

// Policy returns a policy in force by its blueprint id; nil when it was retired.
func (cfg *Config) Policy(id int64) *Policy {
	for _, p := range cfg.Policies {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (cfg *Config) calendar(id int64) *bizcal.Calendar {
	if c := cfg.calendars[id]; c != nil {
		return c.Calendar
	}
	return nil
}

// Team, Brand and Mailbox look blueprints up by id; nil when there is none.
func (cfg *Config) Team(id int64) *Team { return cfg.teams[id] }

// Brand returns a brand by its blueprint id; nil when there is none.
func (cfg *Config) Brand(id int64) *Named { return cfg.brands[id] }

// BrandColor is the accent colour of a brand's public pages, such as #0b6560; "" for none.
func (cfg *Config) BrandColor(id int64) string { return cfg.colors[id] }

// BrandLogo is the picture on top of a brand's public pages; nil for none.
func (cfg *Config) BrandLogo(id int64) *blueprint.Picture { return cfg.logos[id] }

// Logo returns a brand's picture by its name; nil when no brand has it.
func (cfg *Config) Logo(name string) *blueprint.Picture {
	for _, p := range cfg.logos {
		if p.Name() == name {
			return p
		}
	}
	return nil
}

// Mailbox returns a mailbox by its blueprint id; nil when there is none.
func (cfg *Config) Mailbox(id int64) *Mailbox { return cfg.mailboxes[id] }

// TeamNamed returns a team by name; nil when there is none.
func (cfg *Config) TeamNamed(name string) *Team {
	for _, t := range cfg.teams {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// DefaultMailbox is the mailbox that tickets opened otherwise are answered from: the first
// by name; nil when there is none.
func (cfg *Config) DefaultMailbox() *Mailbox {
	var first *Mailbox
	for _, m := range cfg.mailboxes {
		if m.Spec.Answers() && (first == nil || m.Name < first.Name) {
			first = m
		}
	}
	return first
}

// Teams returns all teams by title.
func (cfg *Config) Teams() []*Team {
	out := make([]*Team, 0, len(cfg.teams))
	for _, t := range cfg.teams {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *Team) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Name, b.Name)) })
	return out
}

// View returns a view by name; nil when there is none.
func (cfg *Config) View(name string) *View {
	for _, v := range cfg.Views {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// Fields are what conditions about a ticket may read.
func Fields() []rule.Field {
	statuses, priorities := make([]string, len(Statuses)), make([]string, len(Priorities))
	for i, s := range Statuses {
		statuses[i] = string(s)
	}
	for i, p := range Priorities {
		priorities[i] = string(p)
	}
	return append([]rule.Field{
		{Path: "ticket.status", Type: rule.Enum(statuses...), Doc: "State of the ticket."},
		{Path: "ticket.priority", Type: rule.Enum(priorities...), Doc: "Priority of the ticket."},
		{Path: "ticket.channel", Type: rule.Enum("mail", "api", "web"), Doc: "How it came."},
		{Path: "ticket.tags", Type: rule.Texts, Doc: "Tags."},
		{Path: "ticket.team", Type: rule.Text, Names: "team", Doc: "Name of the team it is with."},
		{Path: "ticket.brand", Type: rule.Text, Names: "brand", Doc: "Name of the brand it came to."},
		{Path: "ticket.mailbox", Type: rule.Text, Names: "mailbox", Doc: "Name of the mailbox it came through."},
	}, aroundFields()...)
}

// vars are the values of Fields for one ticket.
func (cfg *Config) vars(t *Ticket, about about) map[string]any {
	if ticket := cfg.someVars(t, about); ticket != nil {
		return map[string]any{"ticket": ticket, "now": about.now}
	}
	tags := make([]string, len(t.Tags))
	copy(tags, t.Tags)
	ticket := map[string]any{"status": string(t.Status), "priority": string(t.Priority), "channel": t.Channel, "tags": tags}
	about.add(cfg, t, ticket)
	if team := cfg.teams[t.TeamID]; team != nil {
		ticket["team"] = team.Name
	}
	if b := cfg.brands[t.BrandID]; b != nil {
		ticket["brand"] = b.Name
	}
	if m := cfg.mailboxes[t.MailboxID]; m != nil {
		ticket["mailbox"] = m.Name
	}
	return map[string]any{"ticket": ticket, "now": about.now}
}
