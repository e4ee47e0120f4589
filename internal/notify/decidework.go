package notify

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/work"
)

// requestSource is the name of change requests as a source of work. Runs and applications put items of their own.
const requestSource = "change_request"

// putDecisions keeps a change request on the lists of those whose approval it waits for. It is done for who decided, and
// gone from everybody else's list. An item that is there stays as its owner left it.
func (s *Service) putDecisions(ctx context.Context, tx db.Tx, n news, still map[ask]bool) error {
	if n.about.Kind != requestSource {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT person_id FROM work_item WHERE source = $1 AND key >= $2 AND key < $3 AND state <> 'done' LIMIT 1000`,
		requestSource, fmt.Sprintf("%d:", n.about.ID), fmt.Sprintf("%d;", n.about.ID))
	there, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	wanted := map[int64]bool{}
	for a := range still {
		wanted[a.person] = true
	}
	now, key := s.Clock(), func(person int64) string { return fmt.Sprintf("%d:%d", n.about.ID, person) }
	for _, person := range there {
		switch {
		case wanted[person]:
			delete(wanted, person)
		case person == n.by:
			err = work.Finish(ctx, tx, now, requestSource, key(person))
		default:
			err = work.TakeBack(ctx, tx, requestSource, key(person))
		}
		if err != nil {
			return err
		}
	}
	for _, person := range slices.Sorted(maps.Keys(wanted)) {
		i := work.Item{Source: requestSource, Key: key(person), PersonID: person, Urgency: 1, Subject: n.about, EventID: n.event}
		if err := work.Put(ctx, tx, now, i); err != nil {
			return err
		}
	}
	return nil
}

// RequestSource shows change requests of the configuration on the lists of those who may approve them.
func (s *Service) RequestSource() work.Source {
	return work.Source{Name: requestSource, Title: "Approval", Cards: s.requestCards}
}

// requestCards shows the items of requests that the actor may read.
func (s *Service) requestCards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	var about []Notification
	var causes, people []int64
	for _, i := range items {
		about, causes = append(about, Notification{Subject: i.Subject}), append(causes, i.EventID)
	}
	seen, err := s.look(ctx, tx, by, about)
	if err != nil {
		return nil, err
	}
	events, err := s.Ledger.Some(ctx, tx, causes)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		people = append(people, e.ActorID)
	}
	named, err := s.Directory.Names(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	out := map[int64]work.Card{}
	for _, i := range items {
		if t, ok := seen[i.Subject]; ok {
			out[i.ID] = work.Card{Title: t.Name, About: named[events[i.EventID].ActorID].Name, Why: lang.In(ctx).Word("It waits for your approval"), Mine: true}
		}
	}
	return out, nil
}
