package success

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// Accounts speak for events about their organizations.
var _ explain.Teller = (*Service)(nil)

// MayExplain implements explain.Teller: whoever may read the account may, and whoever may read events.
func (s *Service) MayExplain(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if by.May("read", "event") {
		return nil
	}
	_, err := s.Get(ctx, tx, by, id)
	return err
}

// Record implements explain.Teller.
func (s *Service) Record(ctx context.Context, tx db.Tx, id int64) (auth.Record, error) {
	a, err := load(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		return auth.Record{Organization: id}, nil
	}
	return a.record(), err
}

// accountWords are what events of accounts tell.
//
//lang:texts
var accountWords = map[string]string{
	AccountCreated: "Made an account", AccountChanged: "Account changed", ContactAdded: "Somebody was given a role", ContactRemoved: "A role was taken away", UsageReported: "Usage reported",
	UsageClaimed: "Kept usage given to the account", InstanceSet: "Primary installation chosen", Judged: "Judged", JudgementOver: "Judgement taken back", EntryAdded: "Noted on the timeline",
	EntryRemoved: "Taken off the timeline", CallOpened: "Call to action opened", CallChanged: "Call to action changed", CallClosed: "Call to action closed", UpdateAsked: "A health update is asked for", HealthNoticed: "People told of the colour", EntryChanged: "Corrected on the timeline",
}

// Tell implements explain.Teller.
func (s *Service) Tell(ctx context.Context, tx db.Tx, events []ledger.Event) ([]explain.Told, error) {
	var people []int64
	for _, e := range events {
		people = append(people, e.ActorID)
	}
	names, err := s.directory.Names(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	l, out := lang.In(ctx), make([]explain.Told, len(events))
	for i, e := range events {
		out[i] = explain.Told{Who: names[e.ActorID].Name, What: l.Word(accountWords[e.Verb])}
		if e.ActorID == 0 {
			out[i].Who = explain.Who(l, e)
		}
		switch {
		case e.Verb == HealthChanged:
			out[i].What = healthSentence(l, e)
		case out[i].What == "":
			out[i].What = explain.Words(l, e.Verb)
		}
	}
	return out, nil
}

// healthTold is what the event of a changed health holds.
type healthTold struct {
	Score     []*int64            `json:"score"`
	Band      []*string           `json:"band"`
	Measures  map[string][]string `json:"measures"`
	Scorecard string              `json:"scorecard"`
	Override  string              `json:"override"`
}

// healthSentence says how the health changed: "Health went from green to yellow, 80.00 to 63.75".
func healthSentence(l *lang.Language, e ledger.Event) string {
	var d healthTold
	if e.Decode(&d) != nil || len(d.Score) != 2 || len(d.Band) != 2 {
		return l.Word("Health changed")
	}
	points := func(n *int64) string {
		if n == nil {
			return l.Word("no score")
		}
		return l.Decimal(fmt.Sprintf("%d.%02d", *n/100, *n%100))
	}
	band := func(b *string) string {
		if b == nil {
			return l.Word("no colour")
		}
		return l.Word(*b)
	}
	if was, is := band(d.Band[0]), band(d.Band[1]); was != is {
		return l.Say("Health went from %s to %s, %s to %s", was, is, points(d.Score[0]), points(d.Score[1]))
	}
	return l.Say("Health went from %s to %s, still %s", points(d.Score[0]), points(d.Score[1]), band(d.Band[1]))
}

// Expand implements explain.Teller: a changed health names the measures that changed, and the
// override that holds.
func (s *Service) Expand(ctx context.Context, tx db.Tx, _ act.Actor, chain []ledger.Event, w *explain.Why) error {
	e := chain[0]
	var d healthTold
	if e.Verb != HealthChanged || e.Decode(&d) != nil {
		return nil
	}
	card, err := s.cardOf(ctx, tx, e.Cause.Blueprint, int64(e.Cause.Version))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(d.Measures)) {
		title, sides := name, d.Measures[name]
		if card != nil {
			if l := card.Leaf(name); l != nil {
				title = l.Title
			}
		}
		if len(sides) == 2 {
			w.Because = append(w.Because, explain.Reason{Text: fmt.Sprintf("%s went from %s to %s.", title, sideWord(sides[0]), sideWord(sides[1]))})
		}
	}
	if d.Override != "" {
		w.Because = append(w.Because, explain.Reason{Text: fmt.Sprintf("The override %s holds.", d.Override)})
	}
	return nil
}

// sideWord is a colour, or why there is none, in a sentence.
func sideWord(of string) string {
	if of == "" {
		return "nothing"
	}
	return strings.ReplaceAll(of, "_", " ")
}
