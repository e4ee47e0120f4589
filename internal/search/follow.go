package search

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// FollowerName is the cursor's name; ledger.Lags tells by it how far the index is behind.
const FollowerName = "search"

// touchJob goes on with an event that changes many records.
const touchJob = "search.touch"

// Follower keeps the index up to date. It reads the records that a batch of events changed
// once, however many events they had.
func (s *Service) Follower() ledger.Follower {
	var verbs []string
	for _, k := range s.kinds {
		for _, v := range k.Verbs {
			if !slices.Contains(verbs, v) {
				verbs = append(verbs, v)
			}
		}
	}
	return ledger.Follower{Name: FollowerName, Verbs: verbs, Handle: s.note}
}

// changed are the records that the events of a transaction changed.
type changed map[*Kind]map[int64]bool

type changedKey struct{}

// note remembers what an event changes; the end of the transaction brings it up to date.
func (s *Service) note(ctx context.Context, tx db.Tx, e ledger.Event) error {
	c := tx.Value(changedKey{}, func() any {
		c := changed{}
		tx.BeforeCommit(func(ctx context.Context) error { return s.settle(ctx, tx, c) })
		return c
	}).(changed)
	for _, k := range s.kinds {
		if !slices.Contains(k.Verbs, e.Verb) || k.Matters != nil && !k.Matters(e) {
			continue
		}
		if c[k] == nil {
			c[k] = map[int64]bool{}
		}
		if e.Subject.Kind == k.Name {
			c[k][e.Subject.ID] = true
			continue
		}
		if k.Touched == nil {
			continue
		}
		ids, err := k.Touched(ctx, tx, e, 0)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c[k][id] = true
		}
		if len(ids) >= batch {
			if err := s.goOn(ctx, tx, k, e.Pos, ids[len(ids)-1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) settle(ctx context.Context, tx db.Tx, c changed) error {
	if err := turn(ctx, tx); err != nil {
		return err
	}
	for _, k := range s.kinds {
		ids := make([]int64, 0, len(c[k]))
		for id := range c[k] {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for part := range slices.Chunk(ids, batch) {
			if _, err := s.write(ctx, tx, k, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// touched is what touchJob does next.
type touched struct {
	Kind  string `json:"kind"`
	Pos   int64  `json:"pos"`
	After int64  `json:"after"`
}

func (s *Service) goOn(ctx context.Context, tx db.Tx, k *Kind, pos, after int64) error {
	now := s.clock()
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: touchJob, Key: fmt.Sprintf("%s.%d.%d", k.Name, pos, after), Due: now, Args: touched{k.Name, pos, after}})
}

func (s *Service) onTouch(ctx context.Context, tx db.Tx, j job.Job) error {
	var a touched
	if err := j.Decode(&a); err != nil {
		return err
	}
	k, err := s.kind(a.Kind)
	if err != nil {
		return err
	}
	if err := turn(ctx, tx); err != nil {
		return err
	}
	events, err := s.ledger.After(ctx, tx, a.Pos-1, 1)
	if err != nil || len(events) == 0 {
		return err
	}
	ids, err := k.Touched(ctx, tx, events[0], a.After)
	if err != nil || len(ids) == 0 {
		return err
	}
	if _, err := s.write(ctx, tx, k, ids); err != nil {
		return err
	}
	if len(ids) < batch {
		return nil
	}
	return s.goOn(ctx, tx, k, a.Pos, ids[len(ids)-1])
}
