package desk

import (
	"sync"
	"time"
)

// presenceFor is how long somebody counts as looking after their last sign of life.
const presenceFor = 25 * time.Second

// presence remembers who looks at which ticket on this node; approximate by design.
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
