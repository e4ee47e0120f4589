package playbook

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/suggest"
)

// StartInput is what Start takes.
type StartInput struct {
	Playbook   string // by name
	PlaybookID int64  // or by id
	Subject    ledger.Ref
	Title      string         // its own, "" for that of its subject
	Ask        map[string]any // what the playbook asks at the start
	People     map[string]Part
	OwnerID    int64 // 0: who starts it
	// Key makes the start happen once: with a key that a run was started with before, that run is the answer. At most
	// 200 bytes; "" for none. Of a rule: what it is, and what it fired for.
	Key string

	parent     int64
	step       string
	definition *Definition // of a text that is not in force; nil: the one in force
	about      *About      // of its subject, where it has been read and the actor may see it
}

// maxTitle is how long a run's own title may be, in bytes.
const maxTitle = 300

// Start starts a run. Whoever may write runs and read the subject may. An actor with a cause (act.Actor.Because) makes
// it the cause of the start.
func (s *Service) Start(ctx context.Context, tx db.Tx, by act.Actor, in StartInput) (*Run, error) {
	by = by.Still()
	if in.Key != "" {
		if r, err := s.again(ctx, tx, by, in); r != nil || err != nil {
			return r, err
		}
	}
	b, err := s.begun(ctx, tx, by, in)
	if err != nil {
		if in.Key != "" && fault.As(err) != nil { // whoever is told may go on with the transaction
			if _, gone := tx.Exec(ctx, `DELETE FROM playbook_start WHERE key = $1`, in.Key); gone != nil {
				return nil, gone
			}
		}
		return nil, err
	}
	if err := s.put(ctx, tx, by, []begun{b}); err != nil || in.Key == "" {
		return b.run, err
	}
	_, err = tx.Exec(ctx, `UPDATE playbook_start SET run_id = $1 WHERE key = $2`, b.run.ID, in.Key)
	return b.run, err
}

// maxKey is how long a start's key may be, in bytes.
const maxKey = 200

// again takes a start's key, or finds the run that it was taken for.
func (s *Service) again(ctx context.Context, tx db.Tx, by act.Actor, in StartInput) (*Run, error) {
	if err := by.Require("write", Kind); err != nil {
		return nil, err
	}
	if len(in.Key) > maxKey {
		return nil, fault.Field("key", len(in.Key), "at most 200 bytes", "This key is too long.")
	}
	n, err := tx.Exec(ctx, `INSERT INTO playbook_start (key) VALUES ($1) ON CONFLICT (key) DO NOTHING`, in.Key)
	if err != nil || n > 0 {
		return nil, err
	}
	var id sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT run_id FROM playbook_start WHERE key = $1`, in.Key).Scan(&id); err != nil {
		return nil, err
	}
	r, err := s.load(ctx, tx, id.Int64, false)
	if err == nil && r.Subject != in.Subject {
		return nil, fault.New(fault.Conflict, "Run %d was started with this key, and is about another record.", r.ID)
	}
	return r, err
}

// prepare makes a run that is not stored, or says why it may not start. vars are its subject's values.
func (s *Service) prepare(ctx context.Context, tx db.Tx, by act.Actor, in StartInput) (d *Definition, r *Run, vars func() any, err error) {
	if d = in.definition; d == nil {
		if d, err = s.current(ctx, tx, in.Playbook, in.PlaybookID); err != nil {
			return nil, nil, nil, err
		}
	}
	if in.Subject.Kind != d.Spec.Subject {
		return nil, nil, nil, fault.Field("subject", in.Subject.Kind, "a "+d.Spec.Subject, "Runs of %s are about a %s.", d.Title, d.Spec.Subject)
	}
	var about About
	if in.about != nil {
		about = *in.about
	} else if about, err = s.seen(ctx, tx, by, in.Subject); err != nil {
		return nil, nil, nil, err
	}
	if len(in.Title) > maxTitle {
		return nil, nil, nil, fault.Field("title", len(in.Title), "at most 300 bytes", "This title is too long.")
	}
	now := by.Now()
	if vars = about.Vars; vars == nil {
		vars = func() any { return nil }
	}
	if !d.isFor(now, vars) {
		return nil, nil, nil, fault.Field("subject", in.Subject.ID, "one that the playbook is for", "%s is not for %s. It asks for this: %s.", d.Title, about.Title, s.asksFor(ctx, tx, d))
	}
	asked, err := d.CheckAsk(in.Ask, now, vars)
	if err != nil {
		return nil, nil, nil, err
	}
	r = &Run{PlaybookID: d.ID, PlaybookVersion: d.Version, Subject: in.Subject, OrganizationID: about.OrganizationID, Title: directory.OneLine(in.Title), OwnerID: in.OwnerID,
		ParentID: in.parent, ParentStep: in.step, Version: 1}
	if r.OwnerID == 0 {
		r.OwnerID = by.PersonID
	}
	r.State = d.fresh(State{Status: Active, StarterID: by.PersonID, AboutID: about.PersonID, Created: now, Asked: asked})
	if r.Parts, err = s.cast(ctx, tx, d, r, in.People, vars); err != nil {
		return nil, nil, nil, err
	}
	if g := d.Spec.Gates; g != nil && g.When != "" {
		a := &advance{d: d, st: r.State, w: World{Now: now, Subject: vars}, at: now}
		if held, _, _ := a.holds("gates.when"); !held {
			say := g.Say
			if say == "" {
				say = "What its playbook asks for does not hold: " + g.When
			}
			return nil, nil, nil, fault.New(fault.Invalid, "This cannot start. %s", say)
		}
	}
	return d, r, vars, nil
}

// seen reads what a run is to be about, if the actor may see it.
func (s *Service) seen(ctx context.Context, tx db.Tx, by act.Actor, ref ledger.Ref) (About, error) {
	sub, err := s.subject(ref.Kind)
	if err != nil {
		return About{}, err
	}
	if sub.MayRead != nil {
		if err := sub.MayRead(ctx, tx, by, ref.ID); err != nil {
			return About{}, err
		}
	}
	return sub.Load(ctx, tx, ref.ID)
}

// fresh is the state with all steps ahead.
func (d *Definition) fresh(st State) State {
	st.Steps = make([]Step, len(d.Steps))
	for i := range d.Steps {
		st.Steps[i] = Step{Name: d.Steps[i].Name, State: Ahead}
	}
	if len(d.Spec.Stages) > 0 {
		st.Stage = d.Spec.Stages[0].Name
	}
	return st
}

// cast finds who fills the roles.
func (s *Service) cast(ctx context.Context, tx db.Tx, d *Definition, r *Run, said map[string]Part, vars func() any) (map[string]Part, error) {
	var roles []string
	for _, p := range d.Spec.Participants {
		roles = append(roles, p.Role)
	}
	for role, p := range said {
		if _, ok := d.role(role); !ok {
			return nil, fault.Field("people."+role, nil, "the playbook's roles", "%s has no role %q.%s", d.Title, role, suggest.DidYouMean(role, roles))
		}
		if err := s.known(ctx, tx, "people."+role, p); err != nil {
			return nil, err
		}
	}
	out := map[string]Part{}
	a := &advance{d: d, st: r.State, w: World{Now: r.Created, Subject: vars}, at: r.Created}
	for i, p := range d.Spec.Participants {
		if given, ok := said[p.Role]; ok && given != (Part{}) {
			out[p.Role] = given
			continue
		}
		found, err := s.resolve(ctx, tx, r, p.From, p.Email, p.Team, vars)
		if err != nil {
			return nil, err
		}
		for n, rule := range p.Rules {
			if found != (Part{}) {
				break
			}
			if held, _, _ := a.holds("participants[" + itoa(i) + "].rules[" + itoa(n) + "].when"); held {
				if found, err = s.resolve(ctx, tx, r, rule.From, rule.Email, rule.Team, vars); err != nil {
					return nil, err
				}
			}
		}
		if found == (Part{}) && p.Ask {
			return nil, fault.Field("people."+p.Role, nil, "the id of a person or the name of a team", "Say who is the %s.", d.RoleTitle(p.Role))
		}
		out[p.Role] = found
	}
	return out, nil
}

// known checks that a part names somebody who is there.
func (s *Service) known(ctx context.Context, tx db.Tx, field string, p Part) error {
	if p.PersonID != 0 {
		people, err := s.directory.Names(ctx, tx, []int64{p.PersonID})
		if err != nil {
			return err
		}
		if _, ok := people[p.PersonID]; !ok {
			return fault.Field(field, p.PersonID, "the id of a person", "There is no person %d.", p.PersonID)
		}
	}
	if p.TeamID != 0 {
		if e, ok := s.blueprints.Set().ByID(p.TeamID); !ok || e.Kind != "team" || e.Retired {
			return fault.Field(field, p.TeamID, "a team", "There is no team %d.", p.TeamID)
		}
	}
	return nil
}

// resolve finds who a rule means; nobody when it finds nobody.
func (s *Service) resolve(ctx context.Context, tx db.Tx, r *Run, from, email, team string, vars func() any) (Part, error) {
	switch {
	case from == "starter":
		return Part{PersonID: r.StarterID}, nil
	case from == "subject":
		return Part{PersonID: r.AboutID}, nil
	case from != "":
		_, path, _ := cutSubject(from)
		return s.person(ctx, tx, within(vars(), path))
	case email != "":
		p, _, err := s.directory.Colleague(ctx, tx, email)
		return Part{PersonID: p.ID}, err
	case team != "":
		if e, ok := s.blueprints.Set().Entry("team", team); ok && !e.Retired {
			return Part{TeamID: e.ID}, nil
		}
	}
	return Part{}, nil
}

// person finds the colleague that a value names, by id or address.
func (s *Service) person(ctx context.Context, tx db.Tx, v any) (Part, error) {
	switch v := v.(type) {
	case int64:
		return Part{PersonID: v}, nil
	case float64:
		return Part{PersonID: int64(v)}, nil
	case string:
		p, _, err := s.directory.Colleague(ctx, tx, v)
		return Part{PersonID: p.ID}, err
	case map[string]any:
		return s.person(ctx, tx, v["email"])
	}
	return Part{}, nil
}

// place takes a place among the runs under way; free is false when there is none.
func (s *Service) place(ctx context.Context, tx db.Tx, d *Definition) (free bool, err error) {
	if d.Spec.Gates == nil || d.Spec.Gates.Capacity == nil {
		return true, nil
	}
	var taken int64
	err = tx.QueryRow(ctx, `INSERT INTO playbook_capacity (playbook_id, taken) VALUES ($1, 1)
		ON CONFLICT (playbook_id) DO UPDATE SET taken = playbook_capacity.taken + 1 WHERE playbook_capacity.taken < $2 RETURNING taken`, d.ID, d.Spec.Gates.Capacity.Most).Scan(&taken)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Playbooks lists the playbooks in force that runs about a kind of record, or another side of it, can be started of, ""
// for any kind, by name. Whoever may write runs may.
func (s *Service) Playbooks(ctx context.Context, tx db.Tx, by act.Actor, subject string) ([]*Definition, error) {
	if !by.May("write", Kind) && !by.May("read", Kind) {
		return nil, by.Denied("read", Kind)
	}
	var out []*Definition
	for _, b := range blueprint.All[Playbook](s.blueprints.Set()) {
		if subject != "" && !slices.Contains(s.sides(subject), b.Spec.Subject) {
			continue
		}
		d, err := s.Definition(ctx, tx, b.ID, b.Version)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// isFor reports whether a playbook is for a record with these values.
func (d *Definition) isFor(now time.Time, vars func() any) bool {
	a := &advance{d: d, w: World{Now: now, Subject: vars}, at: now}
	held, _, _ := a.holds("for")
	return held
}

// PlaybooksFor lists the playbooks in force that are for a record, or for another side of it. Whoever may read or write runs, and read
// the record, may.
func (s *Service) PlaybooksFor(ctx context.Context, tx db.Tx, by act.Actor, ref ledger.Ref) ([]*Definition, error) {
	all, err := s.Playbooks(ctx, tx, by, ref.Kind)
	if err != nil {
		return nil, err
	}
	kinds, err := s.visible(ctx, tx, by, ref)
	if err != nil {
		return nil, err
	}
	var out []*Definition
	known := map[string]func() any{}
	for _, d := range all {
		kind := d.Spec.Subject
		if !slices.Contains(kinds, kind) {
			continue
		}
		if known[kind] == nil {
			about, err := s.seen(ctx, tx, by, ledger.Ref{Kind: kind, ID: ref.ID})
			if fault.Is(err, fault.NotFound) { // an organization that is no account
				continue
			}
			if err != nil {
				return nil, err
			}
			if known[kind] = about.Vars; known[kind] == nil {
				known[kind] = func() any { return nil }
			}
		}
		if d.isFor(by.Now(), known[kind]) {
			out = append(out, d)
		}
	}
	return out, nil
}
