package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// GuardSpec is the spec of kind guard: what a colleague is asked, or kept from, before a change
// of a ticket is made.
type GuardSpec struct {
	Order int      `yaml:"order" doc:"Place among the guards; lower comes first, then by name."`
	On    []string `yaml:"on" doc:"What it looks at: create (a new ticket), update (of fields), reply (to the customer), note; everything when empty." enum:"create,update,reply,note"`
	When  string   `yaml:"when" doc:"When it speaks up. ticket is as it would be, before as it is, change tells what is being done." required:"true" format:"cel:submit"`
	Say   string   `yaml:"say" doc:"A sentence for the colleague: what is odd, and what to do." required:"true"`
	Mode  string   `yaml:"mode" doc:"ask (the colleague may go on; when left out) or stop." enum:"ask,stop"`
}

// Guard is a guard in force.
type Guard struct {
	Named
	Spec GuardSpec
	When *rule.Program
}

const guardStopsMode = "stop"

func guards(set *blueprint.Set) (out []*Guard) {
	for _, b := range blueprint.All[GuardSpec](set) {
		out = append(out, &Guard{named(b.Entry), b.Spec, set.Rule("guard", b.Name, "when")})
	}
	slices.SortStableFunc(out, func(a, b *Guard) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// The ways a colleague changes a ticket, as guards know them.
const (
	onCreate = "create"
	onUpdate = "update"
	onReply  = "reply"
	onNote   = "note"
)

// SubmitFields are what guards may read: the ticket as it would be, how it is, and what is being done.
func SubmitFields() []rule.Field {
	return append(ChangeFields(),
		rule.Field{Path: "change.public", Type: rule.Bool, Title: "Reply to the customer", Doc: "Whether the change writes to the customer."},
		rule.Field{Path: "change.copies_outside", Type: rule.Texts, Title: "Copies outside", Doc: "Addresses in copy of people who are neither colleagues nor of the requester's organization.", Private: true},
	)
}

// mode is what the guard does: ask or stop.
func (g *Guard) mode() string { return cmp.Or(g.Spec.Mode, "ask") }

// submit is a change as a colleague is about to make it.
type submit struct {
	before, after *Ticket  // before is nil for a new ticket
	message       *Message // nil when nothing is written
	confirm       []string // guards that the colleague has been asked by, and goes on
}

// on is what the change is to guards.
func (u submit) on() string {
	switch {
	case u.before == nil:
		return onCreate
	case u.message == nil:
		return onUpdate
	case u.message.Public:
		return onReply
	default:
		return onNote
	}
}

// guarded reports whether guards look at what the actor does: a colleague who is signed in.
// A token is a machine, and machines, rules and customers are not asked. A bulk change is its person's.
func guarded(by act.Actor) bool {
	return by.Kind == act.Person && by.PersonID != 0 && by.TokenID == 0 && (by.Cause.Event == 0 || by.Cause.Asked) && by.May("edit", "ticket")
}

// guard refuses a change that a guard stops, or asks about and the colleague has not confirmed.
// It returns the guards that were confirmed, with what they read.
func (cfg *Config) guard(u submit, by act.Actor, about about) (passed []asked, err error) {
	if len(cfg.Guards) == 0 || !guarded(by) {
		return nil, nil
	}
	var vars rule.Vars
	var said []fault.Guard
	for _, g := range cfg.Guards {
		if len(g.Spec.On) > 0 && !slices.Contains(g.Spec.On, u.on()) || g.When == nil {
			continue
		}
		if vars == nil {
			vars = cfg.submitVars(u, by, about)
		}
		if held, err := g.When.Eval(vars); err != nil || !held {
			continue // what costs too much does not keep anybody from working
		}
		if g.mode() != guardStopsMode && slices.Contains(u.confirm, g.Name) {
			read, private := g.When.Read(vars)
			passed = append(passed, asked{g, read, private})
			continue
		}
		one := fault.Guard{Name: g.Name, Title: g.Title, Say: g.Spec.Say, Mode: g.mode(), Why: "/blueprints/guard/" + g.Name, Conditions: []fault.Condition{}}
		for _, c := range g.When.Explain(vars, about.voice) {
			one.Conditions = append(one.Conditions, fault.Condition(c))
		}
		said = append(said, one)
	}
	if len(said) == 0 {
		return passed, nil
	}
	return nil, against(said...)
}

// against is the refusal of a change that guards speak against.
func against(guards ...fault.Guard) *fault.Error {
	refused := &fault.Error{Code: fault.Invalid, Guards: guards}
	says := make([]string, len(guards))
	for i, g := range guards {
		says[i] = strings.TrimSpace(g.Say)
		refused.Details = append(refused.Details, fault.Detail{Message: says[i], Accepted: "nothing: it stops the change"})
		if g.Mode != guardStopsMode {
			refused.Details[i].Accepted = `"confirm": ["` + g.Name + `"] to go on`
		}
	}
	refused.Message = strings.Join(says, " ")
	return refused
}

// asked is a guard that a colleague confirmed, and what it read.
type asked struct {
	guard         *Guard
	read, private map[string]any
}

// submitVars are the values of SubmitFields.
func (cfg *Config) submitVars(u submit, by act.Actor, about about) rule.Vars {
	vars := cfg.changeVars(u.after, update{before: u.before, message: u.message}, by, about)
	change := vars["change"].(map[string]any)
	if u.before == nil { // all that it has is new
		change["fields"] = changedNames(cfg.allChanges(&Ticket{}, u.after))
	}
	change["public"] = u.message != nil && u.message.Public
	change["copies_outside"] = []string{}
	if u.message != nil && len(u.message.CopiesOutside) > 0 {
		change["copies_outside"] = u.message.CopiesOutside
	}
	return vars
}

// guard is Config.guard, which notes the guards that the colleague has confirmed.
func (s *Service) guard(ctx context.Context, tx db.Tx, by act.Actor, u submit) error {
	passed, err := s.asks(ctx, tx, by, u)
	if err != nil {
		return err
	}
	return s.passed(ctx, tx, by, u.after, passed)
}

// asks is Config.guard, which counts the guards that stop the change. A problem with incidents asks before it
// becomes something else, whoever makes the change.
func (s *Service) asks(ctx context.Context, tx db.Tx, by act.Actor, u submit) (passed []asked, err error) {
	held, err := s.keepsIncidents(ctx, tx, u)
	if err != nil {
		return nil, err
	}
	if len(s.config().Guards) > 0 && guarded(by) {
		passed, err = s.config().guard(u, by, s.about(ctx, tx, u.after))
		s.stops.note(s.config(), by, u.after.ID, err)
	}
	if held == nil {
		return passed, err
	}
	var said []fault.Guard
	if f := fault.As(err); f != nil {
		said = f.Guards
	} else if err != nil {
		return nil, err
	}
	return nil, against(append(said, *held)...)
}

// passed notes the guards that the colleague has confirmed on a ticket that has its id.
func (s *Service) passed(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, passed []asked) error {
	for _, a := range passed {
		because := by.Because(act.Cause{Blueprint: a.guard.ID, Version: a.guard.Version})
		because.Cause.Depth = by.Cause.Depth // to be asked is no consequence of anything
		e := ledger.Entry{Verb: GuardPassed, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
			Data: map[string]any{"guard_id": a.guard.ID, "guard_version": a.guard.Version, "read": a.read}}
		if len(a.private) > 0 {
			e.Private, e.PersonID = map[string]any{"read": a.private}, t.RequesterID
		}
		event, err := s.ledger.Append(ctx, tx, because, e)
		if err != nil {
			return err
		}
		if err := noteFiring(ctx, tx, a.guard.ID, by.Now(), event, t.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

// lintGuard finds guards that say nothing, or ask at every change.
func lintGuard(c *blueprint.Context, spec GuardSpec) {
	if strings.TrimSpace(spec.Say) == "" {
		c.Error("say", "Say what is odd about the change, and what to do.")
	}
	if spec.Mode == guardStopsMode && strings.TrimSpace(spec.When) == "true" {
		c.Warn("when", "This stops every change that colleagues make.")
	}
}
