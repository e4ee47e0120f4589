package playbook

import (
	"context"
	"encoding/json"
	"fmt"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/explain"
	"steward/internal/fault"
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
	Step    string `json:"step"`
	Role    string `json:"role"`
	Outcome string `json:"outcome"`
	Yes     bool   `json:"yes"`
	From    int    `json:"from"`
	To      any    `json:"to"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
}

// Tell implements explain.Teller.
func (s *Service) Tell(ctx context.Context, tx db.Tx, events []ledger.Event) ([]explain.Told, error) {
	var people []int64
	for _, e := range events {
		if e.ActorID != 0 {
			people = append(people, e.ActorID)
		}
	}
	names, err := s.directory.Names(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	defs := map[int64]*Definition{}
	out := make([]explain.Told, len(events))
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
		out[i] = explain.Told{Who: names[e.ActorID].Name, What: sentence(d, e)}
		if e.ActorID == 0 {
			out[i].Who = explain.Who(e)
			if e.ActorKind == act.Rule && d != nil {
				out[i].Who = "The playbook"
			}
		}
	}
	return out, nil
}

// sentence says what an event of a run tells.
func sentence(d *Definition, e ledger.Event) string {
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
		return "Started it"
	case RunStarted:
		return "Its first steps may begin"
	case RunQueued:
		return "It waits for a place: as many as may be are under way"
	case RunPaused:
		return "Paused it"
	case RunResumed:
		return "Went on with it"
	case RunCancelled:
		return "Cancelled it"
	case RunEnded:
		if t.Outcome == Completed {
			return "It is done: nothing is left to do"
		}
		return "It ended: " + t.Outcome
	case RunMoved:
		return fmt.Sprintf("Moved it from version %d to %v of its playbook", t.From, t.To)
	case RunAssigned:
		if t.Step != "" {
			return "Gave " + step + " to somebody else"
		}
		return "Gave the role " + role + " to somebody else"
	case StepScheduled:
		return step + " begins later"
	case StepReady:
		return "The turn of " + step + " came"
	case StepDone:
		if t.Outcome != "" {
			return step + " is done: " + words(t.Outcome)
		}
		return step + " is done"
	case StepPassed:
		return step + " is not needed"
	case StepSkipped:
		return "Skipped " + step
	case StepFailed:
		return step + " could not be done"
	case StepRetried:
		return "Let " + step + " be tried again"
	case StepVoted:
		if t.Yes {
			return "Agreed to " + step + " as " + role
		}
		return "Declined " + step + " as " + role
	case StepSubmitted:
		return "Handed in " + step
	case StepReturned:
		return "Sent " + step + " back"
	case StepTried:
		return "Tried " + step + " and did not pass"
	case StepReminded:
		return "Reminded of " + step
	case StepLate:
		return step + " is late: somebody else was told"
	case StepMoved:
		return "The due date of " + step + " moved"
	case StepRepeated:
		return "Another round began at " + step
	}
	return explain.Words(e.Verb)
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
		for _, c := range p.Explain(p.Env().Recorded(public.Read, private.Read)) {
			w.Rule.Conditions = append(w.Rule.Conditions, explain.Condition{Text: c.Text, Value: c.Value, Held: c.Held})
		}
	}
	return nil
}
