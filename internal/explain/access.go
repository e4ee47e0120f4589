package explain

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Question asks whether somebody may do something.
type Question struct {
	PersonID int64 // 0: the one who asks
	Action   string
	Kind     string
	ID       int64 // of the record; 0: any record of the kind
}

// Access explains whether somebody may do something, through which roles and since when, and
// what is missing when they may not. Everybody may ask about themselves; about others who may
// write roles.
func (s *Service) Access(ctx context.Context, tx db.Tx, by act.Actor, q Question) (Why, error) {
	whom := by
	if q.PersonID != 0 && q.PersonID != by.PersonID {
		if err := by.Require("write", "role"); err != nil {
			return Why{}, err
		}
		var err error
		if whom, err = s.auth.As(ctx, tx, q.PersonID); err != nil {
			return Why{}, err
		}
	}
	var record *auth.Record
	if q.ID != 0 {
		t := s.tellers[q.Kind]
		if t == nil {
			return Why{}, fault.Field("kind", q.Kind, "ticket, or no id", "Rights to a single %s are not explained; leave the id out.", q.Kind)
		}
		r, err := t.Record(ctx, tx, q.ID)
		if err != nil {
			return Why{}, err
		}
		// That a record exists is not told to who may not see it.
		if whom.PersonID == by.PersonID && !auth.Scope(by, "read", q.Kind).Covers(r) {
			return Why{}, fault.Missing(q.Kind, q.ID)
		}
		record = &r
	}
	people, err := s.directory.Names(ctx, tx, []int64{whom.PersonID})
	if err != nil {
		return Why{}, err
	}
	since, err := s.rolesSince(ctx, tx, whom.PersonID)
	if err != nil {
		return Why{}, err
	}
	a := answer{q: q, whom: whom, name: people[whom.PersonID].Name, record: record, since: since, set: s.blueprints.Set()}
	return a.why(), nil
}

// rolesSince says when a person was given each role they hold.
func (s *Service) rolesSince(ctx context.Context, tx db.Tx, personID int64) (map[string]ledger.Event, error) {
	events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "person", ID: personID}, 0, 1000)
	if err != nil {
		return nil, err
	}
	out := map[string]ledger.Event{}
	for _, e := range events {
		var d struct {
			Roles [2][]string `json:"roles"`
		}
		if e.Verb != auth.RolesChanged || e.Decode(&d) != nil {
			continue
		}
		for _, name := range d.Roles[1] {
			if !slices.Contains(d.Roles[0], name) {
				out[name] = e
			}
		}
	}
	return out, nil
}

// answer is a question with what is needed to answer it.
type answer struct {
	q      Question
	whom   act.Actor
	name   string
	record *auth.Record
	since  map[string]ledger.Event
	set    *blueprint.Set
}

func (a answer) why() Why {
	object := "a " + a.q.Kind
	if a.q.ID != 0 {
		object = fmt.Sprintf("%s %d", a.q.Kind, a.q.ID)
	}
	w := Why{Title: fmt.Sprintf("May %s %s %s?", a.name, a.q.Action, object), Because: []Reason{}, Otherwise: []string{}, Chain: []Cause{}}
	allowed, elsewhere := false, []string{}
	for _, role := range blueprint.All[auth.Role](a.set) {
		scopes := scopesOf(role.Spec, a.q)
		if len(scopes) == 0 {
			continue
		}
		if !slices.Contains(a.whom.Roles, role.Name) {
			elsewhere = append(elsewhere, fmt.Sprintf("%s had the role %s", a.name, role.Title))
			continue
		}
		for _, scope := range scopes {
			covers := a.record == nil || auth.Scope(act.Actor{PersonID: a.whom.PersonID, TeamIDs: a.whom.TeamIDs, OrganizationID: a.whom.OrganizationID, Shared: a.whom.Shared,
				Grants: []act.Grant{{Action: a.q.Action, Kind: a.q.Kind, Scope: scope}}}, a.q.Action, a.q.Kind).Covers(*a.record)
			allowed = allowed || covers
			w.Because = append(w.Because, a.reason(role, scope, covers))
			if !covers {
				w.Otherwise = append(w.Otherwise, nearer(a.name, a.q, scope))
			}
		}
	}
	// A token, or rights that were taken back in the meantime, may allow less than the roles do.
	if allowed && a.record != nil && !auth.Scope(a.whom, a.q.Action, a.q.Kind).Covers(*a.record) || allowed && !a.whom.May(a.q.Action, a.q.Kind) {
		allowed = false
		w.Otherwise = append(w.Otherwise, "the token used had the scope "+a.q.Kind+"."+a.q.Action)
	}
	w.Because = append(w.Because, a.sharing()...)
	if allowed {
		w.What, w.Otherwise = "Yes.", []string{}
		return w
	}
	w.What = "No."
	if len(w.Because) == 0 {
		w.Because = append(w.Because, Reason{Text: fmt.Sprintf("None of the roles of %s allows to %s a %s.", a.name, a.q.Action, a.q.Kind)})
	}
	w.Otherwise = append(w.Otherwise, elsewhere...)
	return w
}

// scopesOf are the scopes in which a role allows what is asked.
func scopesOf(role auth.Role, q Question) (out []act.Scope) {
	for _, g := range role.Flat() {
		if (g.Action == q.Action || g.Action == "*") && (g.Kind == q.Kind || g.Kind == "*") && !slices.Contains(out, g.Scope) {
			out = append(out, g.Scope)
		}
	}
	return out
}

// reach says which records a scope covers.
var reach = map[act.Scope]string{act.All: "every %s", act.Own: "their own %ss", act.Team: "the %ss of their teams", act.Organization: "the %ss of their organization"}

func (a answer) reason(role blueprint.Named[auth.Role], scope act.Scope, covers bool) Reason {
	text := fmt.Sprintf("The role %s (version %d) allows to %s %s", role.Title, role.Version, a.q.Action, fmt.Sprintf(reach[scope], a.q.Kind))
	if !covers {
		text += ", and this is none of them"
	}
	r := Reason{Text: text + ".", Link: &Link{Kind: "blueprint", ID: &role.ID, Name: role.Name}}
	if e, ok := a.since[role.Name]; ok {
		r.At = &e.At
		r.Text = fmt.Sprintf("%s %s has it since %s.", r.Text, a.name, e.At.UTC().Format("2 Jan 2006"))
	}
	return r
}

// sharing says that tickets of the record's organization, or of any, are shared with the person.
func (a answer) sharing() (out []Reason) {
	for _, s := range a.whom.Shared {
		if a.q.Kind != "ticket" || a.q.Action != "read" && !(a.q.Action == "write" && s.Write) || a.record != nil && a.record.Organization != s.OrganizationID {
			continue
		}
		text := fmt.Sprintf("Organization %d accepted that %s may read its tickets.", s.OrganizationID, a.name)
		if s.Write {
			text = fmt.Sprintf("Organization %d accepted that %s may read its tickets and write on them.", s.OrganizationID, a.name)
		}
		out = append(out, Reason{Text: text, Link: &Link{Kind: "organization", ID: &s.OrganizationID}})
	}
	return out
}

// nearer says what would bring the record within a scope.
func nearer(name string, q Question, scope act.Scope) string {
	switch scope {
	case act.Team:
		return fmt.Sprintf("%s were in the team of %s %d", name, q.Kind, q.ID)
	case act.Organization:
		return fmt.Sprintf("%s %d belonged to the organization of %s", q.Kind, q.ID, name)
	default:
		return fmt.Sprintf("%s %d were %s's own", q.Kind, q.ID, name)
	}
}
