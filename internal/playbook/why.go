package playbook

import (
	"context"
	"encoding/json"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// Playbooks speak for their runs.
var _ explain.Teller = (*Service)(nil)

// MayExplain implements explain.Teller: whoever may see the run may.
func (s *Service) MayExplain(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	_, err := s.Get(ctx, tx, by, id)
	return err
}

// Record implements explain.Teller.
func (s *Service) Record(ctx context.Context, tx db.Tx, id int64) (auth.Record, error) {
	r, err := s.load(ctx, tx, id, false)
	if err != nil {
		return auth.Record{}, err
	}
	return r.Record(), nil
}

// told is what the events of runs hold.
type told struct {
	Step    string  `json:"step"`
	Role    string  `json:"role"`
	Outcome string  `json:"outcome"`
	Yes     bool    `json:"yes"`
	From    int     `json:"from"`
	To      any     `json:"to"`
	Name    string  `json:"name"`
	Kind    string  `json:"kind"`
	Owner   bool    `json:"owner"`
	Files   []int64 `json:"files"`
	Person  int64   `json:"person_id"`
	Team    int64   `json:"team_id"`
}

// Tell implements explain.Teller.
func (s *Service) Tell(ctx context.Context, tx db.Tx, events []ledger.Event) ([]explain.Told, error) {
	var people []int64
	for _, e := range events {
		if e.ActorID != 0 {
			people = append(people, e.ActorID)
		}
		var t told
		if e.Verb == RunAssigned && e.Decode(&t) == nil && t.Person != 0 {
			people = append(people, t.Person)
		}
	}
	names, err := s.directory.Names(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	defs := map[int64]*Definition{}
	l, out := lang.In(ctx), make([]explain.Told, len(events))
	for i, e := range events {
		d := defs[e.Subject.ID]
		if d == nil {
			r, err := s.some(ctx, tx, `r.id = $1`, e.Subject.ID)
			if err != nil {
				return nil, err
			}
			if len(r) > 0 {
				if d, err = s.Definition(ctx, tx, r[0].PlaybookID, r[0].PlaybookVersion); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
					return nil, err
				}
			}
			defs[e.Subject.ID] = d
		}
		out[i] = explain.Told{Who: names[e.ActorID].Name, What: sentence(l, d, e, func(t told) string { return s.given(l, t, names) })}
		if e.ActorID == 0 {
			out[i].Who = explain.Who(l, e)
			switch decided, ok := s.blueprints.Set().ByID(e.Cause.Blueprint); {
			case e.ActorKind != act.Rule || d == nil:
			case ok && decided.ID != d.ID:
				out[i].Who = decided.Title // a rule started it
			default:
				out[i].Who = l.Word("The playbook")
			}
		}
	}
	return out, nil
}

// given is whom something was given to.
func (s *Service) given(l *lang.Language, t told, names map[int64]directory.Person) string {
	if t.Person != 0 {
		return names[t.Person].Name
	}
	if e, ok := s.blueprints.Set().ByID(t.Team); ok {
		return e.Title
	}
	return l.Word("nobody")
}

// sentence says what an event of a run tells; given says whom something was given to.
func sentence(l *lang.Language, d *Definition, e ledger.Event, given func(told) string) string {
	var t told
	_ = e.Decode(&t) // an event of another shape tells its verb alone
	step := t.Step
	if d != nil {
		if n := d.Step(t.Step); n >= 0 {
			step = "“" + d.Steps[n].Title + "”"
		}
	}
	role := t.Role
	if d != nil {
		role = d.RoleTitle(t.Role)
	}
	switch e.Verb {
	case RunCreated:
		return l.Word("Started it")
	case RunStarted:
		return l.Word("Its first steps may begin")
	case RunQueued:
		return l.Word("It waits for a place: as many as may be are under way")
	case RunPaused:
		return l.Word("Paused it")
	case RunResumed:
		return l.Word("Went on with it")
	case RunCancelled:
		return l.Word("Cancelled it")
	case RunEnded:
		if t.Outcome == Completed {
			return l.Word("It is done: nothing is left to do")
		}
		return l.Say("It ended: %s", t.Outcome)
	case RunMoved:
		return l.Say("Moved it from version %d to %v of its playbook", t.From, t.To)
	case RunAssigned:
		switch {
		case t.Step != "":
			return l.Say("Gave %s to %s", step, given(t))
		case t.Owner:
			return l.Say("Gave the run to %s, who looks after it now", given(t))
		}
		return l.Say("Gave the role %s to %s", role, given(t))
	case StepScheduled:
		return l.Say("%s begins later", step)
	case StepReady:
		return l.Say("The turn of %s came", step)
	case StepDone:
		if t.Outcome != "" {
			return l.Say("%s is done: %s", step, words(t.Outcome))
		}
		return l.Say("%s is done", step)
	case StepPassed:
		return l.Say("%s is not needed", step)
	case StepSkipped:
		return l.Say("Skipped %s", step)
	case StepFailed:
		return l.Say("%s could not be done", step)
	case StepRetried:
		return l.Say("Let %s be tried again", step)
	case StepVoted:
		if t.Yes {
			return l.Say("Agreed to %s as %s", step, role)
		}
		return l.Say("Declined %s as %s", step, role)
	case StepFiles:
		return l.Say("Gave %s for %s", l.Count(len(t.Files), "one file", "%d files"), step)
	case StepSubmitted:
		return l.Say("Handed in %s", step)
	case StepReturned:
		return l.Say("Sent %s back", step)
	case StepTried:
		return l.Say("Tried %s and did not pass", step)
	case StepReminded:
		return l.Say("Reminded of %s", step)
	case StepLate:
		return l.Say("%s is late: somebody else was told", step)
	case StepMoved:
		return l.Say("The due date of %s moved", step)
	case StepRepeated:
		return l.Say("Another round began at %s", step)
	}
	return explain.Words(l, e.Verb)
}

// Expand implements explain.Teller: a condition that did not hold is shown as it was.
func (s *Service) Expand(ctx context.Context, tx db.Tx, _ act.Actor, chain []ledger.Event, w *explain.Why) error {
	e := chain[0]
	if e.Verb != StepPassed || w.Rule == nil {
		return nil
	}
	var public, private struct {
		Read      map[string]any `json:"read"`
		Condition string         `json:"condition"`
	}
	if err := e.Decode(&public); err != nil {
		return err
	}
	data, err := s.ledger.Private(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	if len(data) > 0 {
		_ = json.Unmarshal(data, &private) // erased values show as not set
	}
	a, err := s.blueprints.Applied(ctx, tx, e.Cause.Blueprint, e.Cause.Version)
	if err != nil {
		return err
	}
	_, programs := s.blueprints.Programs(a)
	w.Rule.Conditions = []explain.Condition{}
	if p := programs[public.Condition]; p != nil {
		for _, c := range p.Explain(p.Env().Recorded(public.Read, private.Read), s.directory.Voice(ctx, tx, s.blueprints.Set().Title)) {
			w.Rule.Conditions = append(w.Rule.Conditions, explain.Condition{Text: c.Text, Value: c.Value, Held: c.Held})
		}
	}
	return nil
}
