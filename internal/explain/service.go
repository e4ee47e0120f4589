package explain

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// Service explains events and rights.
type Service struct {
	ledger     *ledger.Ledger
	blueprints *blueprint.Store
	directory  *directory.Service
	auth       *auth.Service
	tellers    map[string]Teller
}

// New returns the service.
func New(l *ledger.Ledger, b *blueprint.Store, d *directory.Service, a *auth.Service) *Service {
	return &Service{ledger: l, blueprints: b, directory: d, auth: a, tellers: map[string]Teller{}}
}

// Told is what an event tells: who did what, as two parts of a sentence.
type Told struct {
	Who  string // "Ada", "Service levels"
	What string // "Replied to the requester"
}

// Teller speaks for the records of one kind.
type Teller interface {
	// MayExplain is nil when the actor may have events about the record explained.
	MayExplain(ctx context.Context, tx db.Tx, by act.Actor, id int64) error
	// Tell says what events about such records tell, in their order.
	Tell(ctx context.Context, tx db.Tx, events []ledger.Event) ([]Told, error)
	// Expand adds to an explanation what only the owner of the record knows.
	Expand(ctx context.Context, tx db.Tx, by act.Actor, chain []ledger.Event, w *Why) error
	// Record is what permission checks look at in a record.
	Record(ctx context.Context, tx db.Tx, id int64) (auth.Record, error)
}

// Tells makes t speak for the records of a kind; called when the application is put together.
func (s *Service) Tells(kind string, t Teller) { s.tellers[kind] = t }

// Event explains an event. Whoever may see its record from the inside may; of records that
// nobody speaks for, whoever may read events.
func (s *Service) Event(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Why, error) {
	e, err := s.ledger.Get(ctx, tx, id)
	if err != nil {
		return Why{}, err
	}
	if err := s.may(ctx, tx, by, e.Subject); err != nil {
		return Why{}, fault.Missing("event", id)
	}
	chain, err := s.chain(ctx, tx, e)
	if err != nil {
		return Why{}, err
	}
	told, err := s.tell(ctx, tx, by, chain)
	if err != nil {
		return Why{}, err
	}
	l := lang.In(ctx)
	w := Why{Title: l.Word("Why did this happen?"), What: told[0].What + ".", Because: []Reason{}, Otherwise: []string{}, Chain: []Cause{}}
	for i, e := range chain {
		w.Chain = append(w.Chain, Cause{e.ID, e.At, told[i].Who + ": " + told[i].What})
	}
	if len(chain) > 1 {
		w.Because = append(w.Because, Reason{Text: told[1].Who + ": " + l.Within(told[1].What) + ".", At: &chain[1].At, Link: &Link{Kind: "event", ID: &chain[1].ID}})
	} else {
		w.Because = append(w.Because, Reason{Text: l.Say("%s did it.", told[0].Who), At: &chain[0].At, Link: personLink(e.ActorID)})
	}
	if w.Rule, err = s.Rule(ctx, tx, deciding(chain)); err != nil {
		return w, err
	}
	if t := s.tellers[e.Subject.Kind]; t != nil {
		err = t.Expand(ctx, tx, by, chain, &w)
	}
	return w, err
}

// deciding is the event that tells what a rule decided: the one before, where the same version of the same rule did both
// and what it read stands there.
func deciding(chain []ledger.Event) ledger.Event {
	e := chain[0]
	if len(chain) < 2 || chain[1].Cause.Blueprint != e.Cause.Blueprint || chain[1].Cause.Version != e.Cause.Version {
		return e
	}
	var told struct {
		Read any `json:"read"`
	}
	if _ = e.Decode(&told); told.Read != nil { // an event of another shape carries none
		return e
	}
	return chain[1]
}

func (s *Service) may(ctx context.Context, tx db.Tx, by act.Actor, subject ledger.Ref) error {
	if t := s.tellers[subject.Kind]; t != nil {
		return t.MayExplain(ctx, tx, by, subject.ID)
	}
	return by.Require("read", "event")
}

// chain follows an event's causes back, the event itself first.
func (s *Service) chain(ctx context.Context, tx db.Tx, e ledger.Event) ([]ledger.Event, error) {
	out := []ledger.Event{e}
	for e.Cause.Event != 0 && len(out) <= ledger.MaxDepth {
		cause, err := s.ledger.Get(ctx, tx, e.Cause.Event)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, cause)
		e = cause
	}
	return out, nil
}

// Sentences say what events tell, in their order. The caller has checked that the reader may see their records.
func (s *Service) Sentences(ctx context.Context, tx db.Tx, events []ledger.Event) ([]Told, error) {
	out := make([]Told, len(events))
	places := map[string][]int{}
	for i, e := range events {
		places[e.Subject.Kind] = append(places[e.Subject.Kind], i)
	}
	return out, s.byKind(ctx, tx, events, places, out)
}

// byKind lets those who speak for each kind of record say what its events tell.
func (s *Service) byKind(ctx context.Context, tx db.Tx, events []ledger.Event, places map[string][]int, out []Told) error {
	for kind, at := range places {
		some := make([]ledger.Event, len(at))
		for n, i := range at {
			some[n] = events[i]
		}
		tell := s.plainly
		if t := s.tellers[kind]; t != nil {
			tell = t.Tell
		}
		told, err := tell(ctx, tx, some)
		if err != nil {
			return err
		}
		for n, i := range at {
			out[i] = told[n]
		}
	}
	return nil
}

// tell says what events tell. Those about records the actor may not see are not told.
func (s *Service) tell(ctx context.Context, tx db.Tx, by act.Actor, events []ledger.Event) ([]Told, error) {
	out := make([]Told, len(events))
	places := map[string][]int{}
	for i, e := range events {
		if i > 0 && e.Subject != events[0].Subject && s.may(ctx, tx, by, e.Subject) != nil {
			out[i] = Told{"Steward", lang.In(ctx).Word("Something you may not see")}
			continue
		}
		places[e.Subject.Kind] = append(places[e.Subject.Kind], i)
	}
	return out, s.byKind(ctx, tx, events, places, out)
}

func personLink(id int64) *Link {
	if id == 0 {
		return nil
	}
	return &Link{Kind: "person", ID: &id}
}
