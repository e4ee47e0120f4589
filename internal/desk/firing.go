package desk

import (
	"maps"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// Limits of what triggers may do in one update of a ticket (design: depth 10, 100 actions).
// The excess stops and is told on the ticket; what the person did stays.
const (
	maxTriggerDepth = 10
	maxActions      = 100
)

// update is a change of a ticket as triggers see it.
type update struct {
	happened []string // created, changed, commented, replied, noted, side_answered
	before   *Ticket  // nil for a new ticket
	message  *Message // nil when nobody wrote
}

// firing is a trigger that fired, what it saw and what it did.
type firing struct {
	trigger *Trigger
	cause   int // the firing whose change led to it; -1: the update itself
	depth   int // length of the chain within the update, from 1
	read    map[string]any
	private map[string]any
	changes map[string]any // fields, [old, new]
	written map[string]any // what people wrote among them
	notes   []string
	notices []Notice
	hooks   []hook
	replies []string // templates of replies in the desk's own name
	runs    []RunAction
	moves   []move // people who come and go
	ways    []way  // where it goes on
	had     int64  // the assignee before it, 0 for none
	actor   int64  // the colleague who made the change, 0 for none
	spell   *spell // what a time rule waited out; nil for a trigger
}

// halt says why triggers were stopped.
type halt struct {
	reason  string // cycle, depth, actions or cost
	trigger *Trigger
}

// cascade is what triggers did in one update.
type cascade struct {
	fired []firing
	halts []halt
}

func (c cascade) changed() bool {
	return slices.ContainsFunc(c.fired, func(f firing) bool { return len(f.changes) > 0 })
}

// fire lets the triggers act on a ticket in memory. They are looked at in order, and again
// after one has changed something, each firing at most once. It is pure but for what w asks.
func (cfg *Config) fire(t *Ticket, u update, w around, about about) (out cascade, err error) {
	if len(cfg.Triggers) == 0 || u.before != nil && tidied(u.before, t) {
		return out, nil
	}
	r := &run{cfg: cfg, t: t, u: u, w: w, about: about, fired: map[int64]bool{}}
	for r.again = true; r.again; {
		r.again = false
		for _, tr := range cfg.Triggers {
			if r.fired[tr.ID] || !tr.hears(r.u.happened) {
				continue
			}
			stop, err := r.look(tr)
			if err != nil {
				return r.out, err
			}
			if stop {
				return r.out, nil
			}
		}
	}
	if w.told == nil { // a replay has nobody to tell
		err = r.cycles()
	}
	return r.out, err
}

// run is the state of one cascade.
type run struct {
	cfg     *Config
	t       *Ticket
	u       update
	w       around
	about   about
	fired   map[int64]bool
	actions int
	again   bool
	vars    rule.Vars // nil when the ticket has changed since
	out     cascade
}

// look evaluates a trigger and lets it fire. stop ends the cascade.
func (r *run) look(tr *Trigger) (stop bool, err error) {
	held, err := r.holds(tr)
	if err != nil { // the condition looks at too much; it was warned about when applied
		r.fired[tr.ID] = true
		r.out.halts = append(r.out.halts, halt{"cost", tr})
		return false, nil
	}
	if !held {
		return false, nil
	}
	if tr.Spec.Once {
		if before, err := r.w.once(tr.ID); err != nil || before {
			r.fired[tr.ID] = true
			return false, err
		}
	}
	cause, depth := r.causeOf(tr)
	if depth > maxTriggerDepth || r.w.by.Cause.Depth+depth >= ledger.MaxDepth-1 { // what follows from it needs one more
		r.out.halts = append(r.out.halts, halt{"depth", tr})
		return true, nil
	}
	if r.actions += len(tr.Spec.Do); r.actions > maxActions {
		r.out.halts = append(r.out.halts, halt{"actions", tr})
		return true, nil
	}
	r.fired[tr.ID] = true
	f, err := r.act(tr)
	if err != nil || f.idle() {
		return false, err // everything was so already
	}
	f.cause, f.depth = cause, depth
	r.out.fired = append(r.out.fired, f)
	if len(f.changes) > 0 {
		r.again, r.vars = true, nil
		if !slices.Contains(r.u.happened, onChanged) {
			r.u.happened = append(slices.Clone(r.u.happened), onChanged)
		}
	}
	return tr.Spec.Stop, nil
}

func (r *run) holds(tr *Trigger) (bool, error) {
	if r.w.told != nil {
		if held, known := r.w.told(tr, r.out.fired); known {
			return held, nil
		}
	}
	if tr.When == nil {
		return true, nil
	}
	if r.vars == nil {
		r.vars = r.cfg.changeVars(r.t, r.u, r.w.by, r.about)
	}
	return tr.When.Eval(r.vars)
}

// causeOf is the last firing that changed what the trigger reads.
func (r *run) causeOf(tr *Trigger) (cause, depth int) {
	for i := len(r.out.fired) - 1; i >= 0; i-- {
		if tr.reads(r.out.fired[i].changes) {
			return i, r.out.fired[i].depth + 1
		}
	}
	return -1, 1
}

// act does what a trigger says.
func (r *run) act(tr *Trigger) (firing, error) {
	f := firing{trigger: tr, actor: agentOf(r.w.by), had: r.t.AssigneeID}
	if tr.When != nil && r.w.told == nil {
		f.read, f.private = tr.When.Read(r.vars)
	}
	before := *r.t
	for _, a := range tr.Spec.Do {
		if err := f.lead(r.t, r.w, a); err != nil {
			return f, err
		}
		if err := a.perform(r.t, r.w); err != nil {
			return f, err
		}
		if a.Note != "" {
			f.notes = append(f.notes, a.Note)
		}
		if a.Notify != nil {
			f.notices = append(f.notices, *a.Notify)
		}
		if a.Reply != "" {
			f.replies = append(f.replies, a.Reply)
		}
		if a.Webhook != "" {
			f.hooks = append(f.hooks, hook{a.Webhook, a.Body})
		}
		if a.Playbook != nil {
			f.runs = append(f.runs, *a.Playbook)
		}
	}
	f.changes, f.written = r.cfg.changes(&before, r.t)
	return f, nil
}

// lead notes who comes and goes by an action, and where the ticket goes on; the ticket is as it was before.
func (f *firing) lead(t *Ticket, w around, a Action) error {
	moves, err := w.moving(t, a)
	if err != nil {
		return err
	}
	f.moves = append(f.moves, moves...)
	if a.Route == nil {
		return nil
	}
	to, err := w.route(t, *a.Route)
	if err == nil && !to.none() {
		f.ways = append(f.ways, to)
	}
	return err
}

// idle reports whether a firing does nothing: everything was so already.
func (f firing) idle() bool {
	return len(f.changes) == 0 && len(f.notes)+len(f.notices)+len(f.hooks)+len(f.replies)+len(f.runs)+len(f.moves)+len(f.ways) == 0
}

// cycles finds triggers that would fire again: a later one undid what they did.
func (r *run) cycles() error {
	for _, f := range r.out.fired {
		if held, err := r.holds(f.trigger); err != nil || !held {
			continue
		}
		again := *r.t
		for _, a := range f.trigger.Spec.Do {
			if err := a.perform(&again, r.w); err != nil {
				return err
			}
		}
		if len(r.cfg.allChanges(r.t, &again)) > 0 {
			r.out.halts = append(r.out.halts, halt{"cycle", f.trigger})
		}
	}
	return nil
}

// changeVars are the values of ChangeFields.
func (cfg *Config) changeVars(t *Ticket, u update, by act.Actor, about about) rule.Vars {
	vars := cfg.vars(t, about)
	change := map[string]any{"by": changedBy(by), "fields": []string{}}
	if u.before != nil {
		before := cfg.vars(u.before, about)["ticket"].(map[string]any)
		vars["before"] = map[string]any{"status": before["status"], "priority": before["priority"], "team": before["team"], "tags": before["tags"], "assigned": u.before.AssigneeID != 0,
			"attributes": before["attributes"]}
		change["fields"] = changedNames(cfg.allChanges(u.before, t))
	}
	if slices.Contains(u.happened, onSideAnswered) {
		change["by"] = "other"
	}
	if m := u.message; m != nil {
		change["text"], change["automatic"], change["channel"] = m.Text, m.Automatic, m.Channel
		change["docs"] = len(m.docs) > 0
	}
	vars["change"] = change
	return vars
}

func changedBy(by act.Actor) string {
	switch {
	case by.Kind == act.Mail || by.Kind == act.Person && !by.May("edit", "ticket"):
		return "customer"
	case by.Kind == act.Person:
		return "agent"
	default:
		return "system"
	}
}

// changedNames are the fields of a change as conditions name them.
func changedNames(changed map[string]any) []string {
	out := []string{}
	for _, f := range fieldNames {
		if _, ok := changed[f.field]; ok {
			out = append(out, f.title)
			if path := strings.ReplaceAll(f.title, " ", "_"); path != f.title { // as ticket.task_due is named
				out = append(out, path)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if strings.HasPrefix(name, "attributes.") {
			out = append(out, name)
		}
	}
	return out
}

// happened says what a moment is to triggers.
func (m moment) happened() (out []string) {
	switch {
	case m.created:
		out = append(out, onCreated)
	case m.wrote != nil && m.wrote.Public && m.wrote.Agent:
		out = append(out, onReplied)
	case m.wrote != nil && m.wrote.Public:
		out = append(out, onCommented)
	case m.wrote != nil:
		out = append(out, onNoted)
	case m.aside:
		out = append(out, onSideAnswered)
	}
	if m.changed {
		out = append(out, onChanged)
	}
	return out
}

// event tells that triggers were stopped.
func (h halt) event(ticketID int64) ledger.Entry {
	return ledger.Entry{Verb: TriggerStopped, Subject: ledger.Ref{Kind: "ticket", ID: ticketID},
		Data: map[string]any{"reason": h.reason, "trigger_id": h.trigger.ID, "trigger_version": h.trigger.Version}}
}
