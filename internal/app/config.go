package app

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/directory/roster"
	"steward/internal/entitle"
	"steward/internal/field"
	"steward/internal/insight"
	"steward/internal/insight/board"
	"steward/internal/mail"
	"steward/internal/measure"
	"steward/internal/outreach"
	"steward/internal/playbook"
	"steward/internal/population"
	"steward/internal/program"
	"steward/internal/success"
	"steward/internal/tracker"
	"steward/internal/webhook"
)

// NewRegistry returns the registry with every kind of blueprint.
func NewRegistry() *blueprint.Registry {
	reg := blueprint.NewRegistry()
	blueprint.RegisterPolicy(reg)
	auth.Register(reg)
	bizcal.Register(reg)
	directory.Register(reg)
	roster.Register(reg)
	availability.Register(reg)
	mail.Register(reg)
	field.Register(reg)
	entitle.Register(reg)
	desk.Register(reg)
	outreach.Register(reg)
	program.Register(reg)
	measures := NewMeasures()
	success.Register(reg, measures)
	counted := NewPopulations()
	insight.Register(reg, counted)
	board.Register(reg, aboutIndicators(counted, measures))
	webhook.Register(reg)
	tracker.Register(reg)
	measure.Register(reg, measures)
	playbook.Register(reg, NewActions(), runSubjects...)
	success.RegisterScorecards(reg, measures)
	return reg
}

// allMeasures is the registry that compiled configurations read.
var allMeasures = NewMeasures()

// NewMeasures returns the registry with every measure.
func NewMeasures() *measure.Registry {
	reg := measure.NewRegistry()
	desk.Measures(reg)
	entitle.Measures(reg)
	success.Measures(reg)
	outreach.Measures(reg)
	return reg
}

// NewPopulations returns the registry with everything that can be counted.
func NewPopulations() *population.Registry {
	reg := population.NewRegistry()
	desk.Populations(reg)
	outreach.Populations(reg)
	program.Populations(reg)
	mail.Populations(reg)
	return reg
}

// config is what the services read of one configuration, compiled once when it comes into force.
type config struct {
	generation int64
	desk       *desk.Config
	roles      map[int64]namedRole
	roleIDs    map[string]int64
	boxes      map[int64]mail.Box
	addresses  map[string]int64
	surveys    []outreach.SurveyInForce
	indicators []*insight.InForce
	boards     []board.InForce
	webhooks   []webhook.InForce
	trackers   []tracker.InForce
	programs   *program.Config
	success    *success.Config
}

type namedRole struct {
	name string
	role auth.Role
}

var (
	_ auth.Roles = (*config)(nil)
	_ mail.Boxes = (*config)(nil)
)

// inForce holds the configuration of this node.
type inForce struct{ atomic.Pointer[config] }

func (f *inForce) swap(set *blueprint.Set) { f.Store(compile(set)) }

func compile(set *blueprint.Set) *config {
	c := &config{generation: set.Generation(), desk: desk.Compile(set), roles: map[int64]namedRole{}, roleIDs: map[string]int64{},
		boxes: map[int64]mail.Box{}, addresses: map[string]int64{}, indicators: insight.FromSet(set), boards: board.FromSet(set), webhooks: webhook.FromSet(set),
		trackers: tracker.FromSet(set), success: success.Compile(set, allMeasures), programs: program.Compile(set)}
	for _, b := range blueprint.All[auth.Role](set) {
		c.roles[b.ID], c.roleIDs[b.Name] = namedRole{b.Name, b.Spec}, b.ID
	}
	for _, b := range blueprint.All[mail.Mailbox](set) {
		c.boxes[b.ID] = mail.Box{ID: b.ID, Name: b.Name, Title: b.Title, Spec: b.Spec}
		for _, a := range append([]string{b.Spec.Address}, b.Spec.Aliases...) {
			c.addresses[strings.ToLower(a)] = b.ID
		}
	}
	for _, b := range blueprint.All[outreach.Survey](set) {
		tpl, _ := blueprint.Get[mail.Template](set, b.Spec.Template)
		c.surveys = append(c.surveys, outreach.SurveyInForce{ID: b.ID, Version: b.Version, Name: b.Name, Title: b.Title, Spec: b.Spec, Template: tpl})
	}
	return c
}

// Role implements auth.Roles.
func (c *config) Role(id int64) (string, auth.Role, bool) {
	r, ok := c.roles[id]
	return r.name, r.role, ok
}

// RoleID implements auth.Roles.
func (c *config) RoleID(name string) (int64, bool) {
	id, ok := c.roleIDs[name]
	return id, ok
}

// Generation implements auth.Roles.
func (c *config) Generation() int64 { return c.generation }

// Box implements mail.Boxes.
func (c *config) Box(id int64) (mail.Box, bool) {
	b, ok := c.boxes[id]
	return b, ok
}

// BoxFor implements mail.Boxes.
func (c *config) BoxFor(address string) (mail.Box, bool) {
	address = strings.ToLower(address)
	if id, ok := c.addresses[address]; ok {
		return c.Box(id)
	}
	plain, _, ok := mail.TimelineAddress(address)
	if b, found := c.Box(c.addresses[plain]); ok && found && b.Spec.Makes == "timeline" {
		return b, true
	}
	return mail.Box{}, false
}

// All implements mail.Boxes.
func (c *config) All() []mail.Box { return slices.Collect(maps.Values(c.boxes)) }

// DeskConfig is the part of the configuration in force that the desk reads.
func (a *App) DeskConfig() *desk.Config { return a.config.Load().desk }

// webhooks are the webhooks in force: none in a sandbox, which calls nobody.
func (a *App) webhooks() []webhook.InForce {
	if a.Sandbox != nil {
		return nil
	}
	return a.config.Load().webhooks
}

// trackers are the trackers in force: none in a sandbox, which calls nobody.
func (a *App) trackers() []tracker.InForce {
	if a.Sandbox != nil {
		return nil
	}
	return a.config.Load().trackers
}

// Surveys are the surveys in force.
func (a *App) Surveys() []outreach.SurveyInForce { return a.config.Load().surveys }
