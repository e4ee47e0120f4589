package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/playbook"
	"steward/internal/suggest"
)

// RunAction starts a run of a playbook about the ticket.
type RunAction struct {
	Name   string         `yaml:"name" doc:"The playbook; one whose runs are about tickets." ref:"playbook" required:"true" short:"true"`
	People []RunPerson    `yaml:"people" doc:"Who fills its roles, where the playbook does not find them itself."`
	Ask    map[string]any `yaml:"ask" doc:"Answers to what it asks at the start, by name."`
}

// RunPerson is who fills a role of a run that an action starts.
type RunPerson struct {
	Role  string `yaml:"role" doc:"The role, as the playbook names it." required:"true"`
	From  string `yaml:"from" doc:"Somebody of the ticket; actor is the colleague who made the change." enum:"requester,assignee,team,actor"`
	Email string `yaml:"email" doc:"Address of a colleague." format:"email"`
	Team  string `yaml:"team" doc:"A team: its steps wait for any member." ref:"team"`
}

// Playbooks start runs when rules say so, and tell what runs are about.
type Playbooks interface {
	// Start starts a run, or says why it may not start before anything of it is stored.
	Start(ctx context.Context, tx db.Tx, by act.Actor, in playbook.StartInput) (*playbook.Run, error)
	// UnderWay reports whether a run about a record has not ended.
	UnderWay(ctx context.Context, tx db.Tx, subject ledger.Ref) (bool, error)
}

// UsePlaybooks makes rules start runs; called once, when the application is put together.
func (s *Service) UsePlaybooks(p Playbooks) { s.playbooks = p }

// Limits of the runs that rules start about one ticket: more within the window are a storm, such as a run whose
// step changes the ticket so that it is started again.
const (
	runsPerWindow = 10
	runWindow     = time.Hour
)

// maxRunDepth is how long a chain of causes may be that starts a run: what the run does at once follows from it.
const maxRunDepth = ledger.MaxDepth - 4

// starting is a run that a rule or a macro starts.
type starting struct {
	action RunAction
	rule   Named
	actor  int64 // the colleague who made the change, 0 for none
	n      int   // which of its runs it is
}

// key tells one start from every other: the ticket, the event that it follows from, the rule and which of its actions.
func (of starting) key(ticket, event int64) string {
	return fmt.Sprintf("rule/%d/%d/%d/%d", of.rule.ID, ticket, event, of.n)
}

// startRun starts a run about a ticket, with the rights of the configuration that asks for it. note records what the
// ticket tells of it, and first is the event that it follows from then. What may not start is told on the ticket and
// returned: the change may go on.
func (s *Service) startRun(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, of starting, first *int64, note func(ledger.Entry) (int64, error)) (refused *fault.Error, err error) {
	e, ok := s.config().playbooks[of.action.Name]
	if !ok || s.playbooks == nil {
		return nil, nil // it was taken away since
	}
	data := map[string]any{"playbook_id": e.ID, "playbook_version": e.Version}
	about := ledger.Ref{Kind: "ticket", ID: t.ID}
	if _, err = note(ledger.Entry{Verb: TicketRunStarted, Subject: about, Data: maps.Clone(data)}); err != nil {
		return nil, err
	}
	people, err := s.runPeople(ctx, tx, t, of)
	if err != nil {
		return nil, err
	}
	starts := by.Because(act.Cause{Event: *first, Blueprint: of.rule.ID, Version: of.rule.Version})
	starts.Grants = act.Root().Grants // what it may start was decided when the rule was applied
	k := known(tx, t.ID)
	k.now = t // it is stored after this
	defer func() { k.now = nil }()
	_, err = s.playbooks.Start(ctx, tx, starts, playbook.StartInput{Playbook: of.action.Name, Subject: about, Ask: of.action.Ask, People: people, OwnerID: t.AssigneeID,
		Key: of.key(t.ID, *first)})
	if refused = fault.As(err); refused == nil || refused.Code != fault.Invalid && refused.Code != fault.NotFound {
		return nil, err
	}
	_, err = s.ledger.Append(ctx, tx, starts, ledger.Entry{Verb: TicketRunRefused, Subject: about, Data: data, Private: map[string]any{"why": refused.Error()}, PersonID: t.RequesterID})
	return refused, err
}

// runPeople are those whom an action names for roles. A role whose person is not there is left to the playbook.
func (s *Service) runPeople(ctx context.Context, tx db.Tx, t *Ticket, of starting) (map[string]playbook.Part, error) {
	out := map[string]playbook.Part{}
	for _, p := range of.action.People {
		var part playbook.Part
		switch {
		case p.Email != "":
			one, _, err := s.directory.Colleague(ctx, tx, p.Email)
			if err != nil {
				return nil, err
			}
			part.PersonID = one.ID
		case p.Team != "":
			if team := s.config().TeamNamed(p.Team); team != nil {
				part.TeamID = team.ID
			}
		case p.From == requesterWord:
			part.PersonID = t.RequesterID
		case p.From == assigneeWord:
			part.PersonID = t.AssigneeID
		case p.From == teamWord:
			part.TeamID = t.TeamID
		case p.From == actorWord:
			part.PersonID = of.actor
		}
		if part != (playbook.Part{}) {
			out[p.Role] = part
		}
	}
	return out, nil
}

// crowded reports whether rules have started so many runs about a ticket that they may start no more.
func (s *Service) crowded(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) (bool, error) {
	n, err := s.ledger.Recent(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, TicketRunStarted, by.Now().Add(-runWindow), runsPerWindow)
	return n >= runsPerWindow, err
}

// ruleStarts starts the runs of a firing, as far as the ticket may have more.
func (s *Service) ruleStarts(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, f firing, first *int64, note func(ledger.Entry) (int64, error)) error {
	for n, a := range f.runs {
		full, err := s.crowded(ctx, tx, by, t)
		switch {
		case err != nil:
			return err
		case full:
			return s.tellHalt(ctx, tx, by, t, m.event, halt{"runs", f.trigger})
		case by.Cause.Depth > maxRunDepth:
			return s.tellHalt(ctx, tx, by, t, m.event, halt{"depth", f.trigger})
		}
		if _, err := s.startRun(ctx, tx, by, t, starting{a, f.trigger.Named, f.actor, n}, first, note); err != nil {
			return err
		}
	}
	return nil
}

// agentOf is the colleague who acts, 0 when it is nobody or a customer.
func agentOf(by act.Actor) int64 {
	if by.Kind == act.Person && by.May("edit", "ticket") {
		return by.PersonID
	}
	return 0
}

// lintRun finds playbooks whose runs cannot be about tickets, roles that nobody fills and questions that nobody answers.
func lintRun(c *blueprint.Context, path string, a RunAction) {
	spec, ok := blueprint.Get[playbook.Playbook](c.Set, a.Name)
	if !ok {
		return // there is none: the reference is told already
	}
	if spec.Subject != "ticket" {
		c.Error(path+".name", "Runs of %s are about a %s, not about a ticket.", a.Name, spec.Subject)
		return
	}
	var roles []string
	for _, p := range spec.Participants {
		roles = append(roles, p.Role)
	}
	filled := map[string]bool{}
	for i, p := range a.People {
		at := fmt.Sprintf("%s.people[%d]", path, i)
		if !slices.Contains(roles, p.Role) {
			c.Error(at+".role", "The playbook %s has no role %q.%s", a.Name, p.Role, suggest.DidYouMean(p.Role, roles))
		}
		if filled[p.Role] {
			c.Error(at+".role", "The role %s is there already.", p.Role)
		}
		filled[p.Role] = true
		ways := 0
		for _, w := range []string{p.From, p.Email, p.Team} {
			if w != "" {
				ways++
			}
		}
		if ways != 1 {
			c.Error(at, "Say in one way who the %s is: from, email or team.", p.Role)
		}
		if p.From == actorWord && c.Entry.Kind == kindTimeRule {
			c.Error(at+".from", "Nobody acts when a time rule fires. Name somebody else.")
		}
	}
	for _, p := range spec.Participants {
		rules := len(p.Rules) > 0
		switch {
		case filled[p.Role]:
		case p.From == "starter" && !rules && c.Entry.Kind != kindMacro:
			c.Error(path+".people", "The %s is who starts a run of %s, and a rule is nobody. Say under people who it is.", p.Role, a.Name)
		case p.Ask && p.From == "" && p.Email == "" && p.Team == "" && !rules:
			c.Error(path+".people", "A run of %s cannot start without the %s. Say under people who it is.", a.Name, p.Role)
		}
	}
	lintAsked(c, path+".ask", spec, a)
}

// lintAsked finds answers that the playbook does not take, and questions that must be answered.
func lintAsked(c *blueprint.Context, path string, spec playbook.Playbook, a RunAction) {
	_, err := playbook.Define(spec, nil, nil).CheckAsk(a.Ask, timeZero, func() any { return nil })
	f := fault.As(err)
	if f == nil {
		return
	}
	for _, d := range f.Details {
		name := strings.TrimPrefix(d.Field, "ask.")
		i := slices.IndexFunc(spec.Ask, func(q playbook.FieldSpec) bool { return q.Name == name })
		_, given := a.Ask[name]
		switch {
		case given:
			c.Error(path+"."+name, "%s It takes %s.", d.Message, d.Accepted)
		case i >= 0 && spec.Ask[i].When == "":
			c.Error(path, "The playbook %s asks %s: %s", a.Name, name, d.Message)
		}
	}
}

// starts are the titles of the playbooks that actions start.
func (cfg *Config) starts(actions []Action) []string {
	out := []string{}
	for _, a := range actions {
		if a.Playbook != nil {
			out = append(out, cmp.Or(cfg.playbooks[a.Playbook.Name].Title, a.Playbook.Name))
		}
	}
	return out
}
