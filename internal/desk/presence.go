package desk

import (
	"context"
	"sync"
	"time"

	"steward/internal/db"
)

// presenceFor is how long somebody counts as looking after their last sign of life.
const presenceFor = 25 * time.Second

// presence remembers who looks at which ticket on this node; approximate by design. Where several
// nodes serve one database, the table of that name does.
type presence struct {
	mu    sync.Mutex
	clock func() time.Time
	seen  map[int64]map[int64]look // ticket → person
}

type look struct {
	at      time.Time
	writing bool
}

func newPresence(clock func() time.Time) *presence {
	return &presence{clock: clock, seen: map[int64]map[int64]look{}}
}

// look notes that a person looks at a ticket and returns who else does, on whichever node: person → writing.
func (s *Service) look(ctx context.Context, ticketID, personID int64, writing bool) (others map[int64]bool, err error) {
	if s.db.Engine() == db.SQLite { // one process serves it
		return s.Looking(ticketID, personID, writing), nil
	}
	now := s.clock()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		others = map[int64]bool{}
		if _, err := tx.Exec(ctx, `INSERT INTO presence (ticket_id, person_id, at, writing) VALUES ($1, $2, $3, $4)
			ON CONFLICT (ticket_id, person_id) DO UPDATE SET at = excluded.at, writing = excluded.writing`, ticketID, personID, db.Micros(now), writing); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT person_id, writing FROM presence WHERE ticket_id = $1 AND person_id <> $2 AND at > $3 ORDER BY person_id LIMIT 100`,
			ticketID, personID, db.Micros(now.Add(-presenceFor)))
		_, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
			var writes bool
			err = r.Scan(&id, &writes)
			others[id] = writes
			return id, err
		})
		return err
	})
	return others, err
}

// SweepPresence forgets who looked at something an hour ago.
func SweepPresence(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM presence WHERE at < $1`, db.Micros(now.Add(-time.Hour)))
	return err
}

// Looking notes that a person looks at a ticket and returns who else does: person → writing.
func (s *Service) Looking(ticketID, personID int64, writing bool) map[int64]bool {
	p := s.presence
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	if p.seen[ticketID] == nil {
		if len(p.seen) > 10_000 { // forget the oldest wholesale rather than grow
			clear(p.seen)
		}
		p.seen[ticketID] = map[int64]look{}
	}
	p.seen[ticketID][personID] = look{now, writing}
	others := map[int64]bool{}
	for id, l := range p.seen[ticketID] {
		switch {
		case now.Sub(l.at) > presenceFor:
			delete(p.seen[ticketID], id)
		case id != personID:
			others[id] = l.writing
		}
	}
	return others
}
