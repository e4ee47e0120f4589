package desk

import (
	"context"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// guardStops counts the changes that guards of mode stop have kept from being made, in memory until the next second: a
// change that is refused leaves nothing in the database, and trying again at once is one attempt.
type guardStops struct {
	mu  sync.Mutex
	new map[guardStop]time.Time
}

// guardStop is who was kept from what. A new ticket has no id.
type guardStop struct{ guard, ticket, person int64 }

// keptBack is why a firing of a guard was stopped: the guard itself stopped the change.
const keptBack = "guard"

// note counts the guards that a refusal names and nobody could have confirmed.
func (g *guardStops) note(cfg *Config, by act.Actor, ticket int64, refused error) {
	f := fault.As(refused)
	if f == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range f.Guards {
		for _, guard := range cfg.Guards {
			if guard.Name == one.Name && one.Mode == guardStopsMode {
				if g.new == nil {
					g.new = map[guardStop]time.Time{}
				}
				g.new[guardStop{guard.ID, ticket, by.PersonID}] = by.Now()
			}
		}
	}
}

// Run stores each second how often guards stopped a change, until ctx ends, and once more then.
func (s *Service) Run(ctx context.Context) {
	for ctx.Err() == nil {
		db.Wait(ctx, nil, time.Second)
		_ = s.StoreStops(context.WithoutCancel(ctx)) // what cannot be stored is stored the next time
		_ = s.watchPresence(ctx)                     // nor seen, seen then
	}
}

// StoreStops stores which changes guards stopped since the last time.
func (s *Service) StoreStops(ctx context.Context) error {
	s.stops.mu.Lock()
	counted := s.stops.new
	s.stops.new = nil
	s.stops.mu.Unlock()
	if len(counted) == 0 {
		return nil
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for k, at := range counted {
			_, err := tx.Exec(ctx, `INSERT INTO trigger_firing (`+firingColumns+`) VALUES ($1, $2, 0, $3, $4) ON CONFLICT DO NOTHING`, k.guard, db.Micros(at), k.ticket, keptBack)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return nil
	}
	s.stops.mu.Lock()
	defer s.stops.mu.Unlock()
	for k, at := range s.stops.new {
		counted[k] = at
	}
	s.stops.new = counted
	return err
}
