package playbook

import (
	"context"
	"encoding/json"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// Line is one thing that happened to a run.
type Line struct {
	ID      int64     // of the event
	At      time.Time // when it happened: of a timer when it was due
	Verb    string
	By      string     // who, or what, did it
	Says    string     // what happened, in words
	Step    string     // by name, "" for the run itself
	Title   string     // of the step
	Because string     // what led to it, in words; "" for somebody's own doing
	Files   []FileView // that were given with it and are still there
}

// History lists what happened to a run, the newest first. Whoever may read the run may.
func (s *Service) History(ctx context.Context, tx db.Tx, by act.Actor, id int64, page db.Page) (list []Line, next string, err error) {
	r, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, "", err
	}
	d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return nil, "", err
	}
	events, next, err := s.ledger.History(ctx, tx, ledger.History{Subjects: []ledger.Ref{r.ref()}}, page)
	if err != nil {
		return nil, "", err
	}
	words, err := s.Tell(ctx, tx, events)
	if err != nil {
		return nil, "", err
	}
	because, err := s.causes(ctx, tx, r, events)
	if err != nil {
		return nil, "", err
	}
	given, err := filesOf(ctx, tx, []*Run{r})
	if err != nil {
		return nil, "", err
	}
	for i, e := range events {
		var of told
		_ = json.Unmarshal(e.Data, &of) // an event of another shape is about no step
		l := Line{ID: e.ID, At: e.At, Verb: e.Verb, By: words[i].Who, Says: words[i].What, Step: of.Step, Because: because[e.Cause.Event], Files: []FileView{}}
		for _, id := range of.Files {
			if f, ok := given[id]; ok {
				l.Files = append(l.Files, f)
			}
		}
		if n := d.Step(of.Step); n >= 0 {
			l.Title = d.Steps[n].Title
		}
		list = append(list, l)
	}
	return list, next, nil
}

// causes are, in words, what led to some events of a run: other events of it, or of what made it start or look again.
func (s *Service) causes(ctx context.Context, tx db.Tx, r *Run, events []ledger.Event) (map[int64]string, error) {
	var ids []int64
	for _, e := range events {
		if e.Cause.Event != 0 {
			ids = append(ids, e.Cause.Event)
		}
	}
	found, err := s.ledger.Some(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var own []ledger.Event
	l, out := lang.In(ctx), map[int64]string{}
	for id, e := range found {
		if e.Subject == r.ref() {
			own = append(own, e)
			continue
		}
		// What another record's event tells is for who may see that record; "Why?" leads there.
		if out[id] = l.Word("Something happened to what it is about"); e.Subject.Kind == Kind {
			out[id] = l.Word("The run that it is part of came to it")
		}
	}
	words, err := s.Tell(ctx, tx, own)
	for i, e := range own {
		if out[e.ID] = words[i].What; e.Verb == RunCreated {
			out[e.ID] = l.Word("It was started")
		}
	}
	return out, err
}
