package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/rule"
)

// MacroSpec is the spec of kind macro: a prepared answer, a change, a side conversation, or several of them.
type MacroSpec struct {
	Match    string     `yaml:"match" doc:"On which tickets it is offered; on every one when empty." format:"cel:ticket"`
	Teams    []string   `yaml:"teams" doc:"To whose members it is offered; to every agent when empty." ref:"team"`
	Reply    string     `yaml:"reply" doc:"Text for the customer in Markdown; {{requester}}, {{subject}} and {{ticket}} stand for values, {{known_issue}} and {{workaround}} for the known issue of the ticket." format:"markdown"`
	Internal bool       `yaml:"internal" doc:"The text is an internal note instead."`
	Do       []Action   `yaml:"do" doc:"What it changes, in order."`
	Side     *MacroSide `yaml:"side" doc:"A side conversation that it prepares beside the ticket."`
	Disabled bool       `yaml:"disabled" doc:"Not in force: it stays in the configuration and is not offered."`
}

// Macro is a macro in force.
type Macro struct {
	Named
	Spec  MacroSpec
	Match *rule.Program // nil: every ticket
	teams []int64
}

func macros(set *blueprint.Set) (out []*Macro) {
	for _, b := range blueprint.All[MacroSpec](set) {
		if b.Spec.Disabled {
			continue
		}
		m := &Macro{Named: named(b.Entry), Spec: b.Spec, Match: set.Rule("macro", b.Name, "match")}
		for _, name := range b.Spec.Teams {
			if e, ok := set.Entry("team", name); ok {
				m.teams = append(m.teams, e.ID)
			}
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b *Macro) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Name, b.Name)) })
	return out
}

func lintMacro(c *blueprint.Context, spec MacroSpec) {
	if spec.Reply == "" && len(spec.Do) == 0 && spec.Side == nil {
		c.Error("", "A macro needs a reply, something to do, or a side conversation.")
	}
	lintMacroSide(c, spec.Side)
	lintActions(c, "do", spec.Do)
	for i, a := range spec.Do {
		if a.Notify != nil || a.Note != "" || a.Webhook != "" || a.Reply != "" {
			c.Error(fmt.Sprintf("do[%d]", i), "A macro writes through its own reply; notes, replies by template, notices and webhooks are for triggers and time rules.")
		}
	}
}

// forTeams reports whether the macro is for a team that the colleague is in.
func (m *Macro) forTeams(by act.Actor) bool {
	return len(m.teams) == 0 || slices.ContainsFunc(m.teams, func(id int64) bool { return slices.Contains(by.TeamIDs, id) })
}

// forMany reports whether a colleague may apply the macro to many tickets at once: one that only prepares a side
// conversation would do nothing.
func (m *Macro) forMany(by act.Actor) bool {
	return m.forTeams(by) && (m.Spec.Reply != "" || len(m.Spec.Do) > 0)
}

// MacrosForMany returns the macros that the actor may apply to many tickets at once, by title; on which tickets each is offered is looked
// at when its turn comes. Whoever may edit tickets may.
func (s *Service) MacrosForMany(by act.Actor) ([]*Macro, error) {
	if !by.May("edit", "ticket") {
		return nil, by.Denied("edit", "ticket")
	}
	return slices.DeleteFunc(slices.Clone(s.config().Macros), func(m *Macro) bool { return !m.forMany(by) }), nil
}

// offered reports whether a colleague finds the macro on a ticket.
func (m *Macro) offered(by act.Actor, vars rule.Vars) bool {
	if !m.forTeams(by) {
		return false
	}
	if m.Match == nil {
		return true
	}
	held, err := m.Match.Eval(vars)
	return err == nil && held
}

// Prepared is a macro as it would act on a ticket.
type Prepared struct {
	Macro  *Macro
	Text   string // Markdown with its values
	After  Ticket // the ticket with its changes
	Fields map[string]any
	Side   *MacroSide // filled in; nil for none
	Does   []string   // what it does beside, in words

	Missing []AskedField // what the form asks for before it can be applied
}

// Macros returns what is offered on a ticket, by title. Whoever works on the ticket may.
func (s *Service) Macros(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) ([]*Macro, error) {
	t, err := s.working(ctx, tx, by, ticketID)
	if err != nil {
		return nil, err
	}
	about := s.about(ctx, tx, t)
	cfg := s.config()
	vars := rule.Vars(cfg.vars(t, about))
	var out []*Macro
	for _, m := range cfg.Macros {
		if m.offered(by, vars) {
			out = append(out, m)
		}
	}
	return out, nil
}

// Prepare says what a macro would do to a ticket; nothing is stored. Whoever works on the
// ticket may.
func (s *Service) Prepare(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, name string) (Prepared, error) {
	offered, err := s.Macros(ctx, tx, by, ticketID)
	if err != nil {
		return Prepared{}, err
	}
	i := slices.IndexFunc(offered, func(m *Macro) bool { return m.Name == name })
	if i < 0 {
		return Prepared{}, fault.New(fault.NotFound, "No macro %q is offered on ticket %d.", name, ticketID)
	}
	t, err := s.load(ctx, tx, ticketID)
	if err != nil {
		return Prepared{}, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return Prepared{}, err
	}
	p := Prepared{Macro: offered[i], After: *t}
	p.Text = values(t, people[t.RequesterID].Name, "", mail.EscapeMarkdown).Replace(p.Macro.Spec.Reply)
	p.Side = p.Macro.prepareSide(t, people[t.RequesterID].Name)
	if p.Text, err = s.fillKnown(ctx, tx, t, p.Text); err != nil {
		return p, err
	}
	w := s.chosen(ctx, tx, by, t)
	for _, a := range p.Macro.Spec.Do {
		does, err := w.leads(lang.In(ctx), &p.After, a)
		if err != nil {
			return p, err
		}
		p.Does = append(p.Does, does...)
		if err := a.perform(&p.After, w); err != nil {
			return p, err
		}
	}
	p.Fields = s.config().allChanges(t, &p.After)
	if p.Macro.submits() {
		p.Missing = s.config().missing(&p.After, s.about(ctx, tx, &p.After), toAgents)
	}
	return p, nil
}

// Apply does what a macro says: its text is sent or noted and its changes are made in one
// step. text replaces the macro's own when it is not nil; confirm names the guards answered
// with yes. Whoever works on the ticket may.
func (s *Service) Apply(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, name string, text *string, confirm []string) (*Ticket, error) {
	p, err := s.Prepare(ctx, tx, by, ticketID, name)
	if err != nil {
		return nil, err
	}
	if text != nil {
		p.Text = *text
	}
	by = by.Still()
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return nil, err
	}
	if t.Version != p.After.Version {
		return nil, fault.Stale("This ticket", t)
	}
	var m *Message
	if strings.TrimSpace(p.Text) != "" {
		w, err := written(p.Text, "", nil)
		if err != nil {
			return nil, err
		}
		m = &w
		m.Agent, m.Public, m.Channel, m.guarded = true, !p.Macro.Spec.Internal, "web", true
	}
	if err := s.allowMacro(ctx, tx, by, t, m, "", p.Macro, confirm); err != nil {
		return nil, err
	}
	if m != nil {
		if t, _, err = s.reply(ctx, tx, by, t, *m, ""); err != nil {
			return nil, err
		}
	}
	return t, s.do(ctx, tx, by, t, p.Macro)
}

// allowMacro lets the form and the guards look at a macro with the message it is sent with, as one change.
func (s *Service) allowMacro(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m *Message, status Status, macro *Macro, confirm []string) error {
	after := *t
	if m != nil {
		if t.Status == StatusClosed && m.Public || !m.Agent {
			return nil // it opens another ticket
		}
		if err := m.move(&after, status); err != nil {
			return err
		}
	}
	w := s.chosen(ctx, tx, by, t)
	macro = macro.without(status)
	for _, a := range macro.Spec.Do {
		if err := a.perform(&after, w); err != nil {
			return err
		}
	}
	if status != "" || macro.submits() {
		if err := s.config().complete(&after, s.about(ctx, tx, &after)); err != nil {
			return err
		}
	}
	return s.guard(ctx, tx, by, submit{before: t, after: &after, message: m, confirm: confirm})
}

// submits reports whether the macro changes what a form goes by: the state, the form, or its fields.
func (m *Macro) submits() bool { return submits(m.Spec.Do) }

// submits is Macro.submits for the actions of any rule.
func submits(actions []Action) bool {
	return slices.ContainsFunc(actions, func(a Action) bool {
		return a.Status != "" || a.Form != "" || len(a.Set)+len(a.AddValues)+len(a.RemoveValues) > 0
	})
}

// chosen is what the actions of a macro need to know: whoever chose it was asked.
func (s *Service) chosen(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) around {
	w := s.around(ctx, tx, by, t)
	w.holds = nil
	return w
}

// do makes a macro's changes to a ticket that the transaction has locked. The event names the
// macro as its cause.
func (s *Service) do(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m *Macro) error {
	depth := by.Cause.Depth
	by = by.Because(act.Cause{Event: by.Cause.Event, Blueprint: m.ID, Version: m.Version})
	by.Cause.Depth = depth // choosing a macro is no consequence of anything
	used, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MacroUsed, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Data: map[string]any{"macro_id": m.ID, "macro_version": m.Version}})
	if err != nil {
		return err
	}
	if err := noteFiring(ctx, tx, m.ID, by.Now(), used, t.ID, ""); err != nil {
		return err
	}
	before := *t
	w := s.chosen(ctx, tx, by, t)
	led := firing{}
	for _, a := range m.Spec.Do {
		if err := led.lead(t, w, a); err != nil {
			return err
		}
		if err := a.perform(t, w); err != nil {
			return err
		}
	}
	note := func(e ledger.Entry) (int64, error) { return s.ledger.Append(ctx, tx, by, e) }
	for n, a := range m.Spec.Do {
		if a.Playbook == nil {
			continue
		}
		refused, err := s.startRun(ctx, tx, by, t, starting{*a.Playbook, m.Named, agentOf(by), n}, &used, note)
		if err != nil {
			return err
		}
		if refused != nil {
			return refused
		}
	}
	if err := s.lead(ctx, tx, by.Because(act.Cause{Event: used, Blueprint: m.ID, Version: m.Version}), t, led, before.AssigneeID); err != nil {
		return err
	}
	if len(s.config().allChanges(&before, t)) == 0 {
		return nil
	}
	return s.change(ctx, tx, by, &before, t, moment{at: by.Now()})
}

// lead lets people come and go and the ticket go on, as a macro says.
func (s *Service) lead(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, led firing, had int64) error {
	note := func(e ledger.Entry) (int64, error) { return s.ledger.Append(ctx, tx, by, e) }
	if err := s.movePeople(ctx, tx, by, t, led.moves, agentOf(by), note); err != nil || len(led.ways) == 0 {
		return err
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return err
	}
	write := func(m Message) error {
		id, err := note(m.written(t.ID))
		if err == nil {
			_, err = s.insertComment(ctx, tx, by, t, m, id)
		}
		return err
	}
	for _, to := range led.ways {
		if err := s.leadOn(ctx, tx, by, t, to, had, values(t, people[t.RequesterID].Name, "", plainly).Replace, note, write); err != nil {
			return err
		}
	}
	return nil
}

// working returns a ticket that the actor works on.
func (s *Service) working(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, by.Denied("edit", "ticket")
	}
	return t, nil
}

// without leaves the state alone when somebody has chosen one.
func (m *Macro) without(status Status) *Macro {
	if status == "" {
		return m
	}
	c := *m
	c.Spec.Do = slices.Clone(m.Spec.Do)
	for i := range c.Spec.Do {
		c.Spec.Do[i].Status = ""
	}
	return &c
}
