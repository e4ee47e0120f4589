package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"steward/internal/db"
)

// presenceFor is how long somebody counts as looking after their last sign of life.
const presenceFor = 25 * time.Second

// presence remembers who looks at which ticket through this node, and tells them when somebody comes, goes, begins to write or is done
// with it. Where several nodes serve one database, the table of that name says who looks through any of them.
type presence struct {
	mu    sync.Mutex
	clock func() time.Time
	seen  map[int64]map[int64]look // ticket → person
	stood map[int64]string         // ticket → who looked, when the table was read last
	tell  func(ticketID int64, people []int64)
}

type look struct {
	at      time.Time
	writing bool
}

func newPresence(clock func() time.Time) *presence {
	return &presence{clock: clock, seen: map[int64]map[int64]look{}, stood: map[int64]string{}, tell: func(int64, []int64) {}}
}

// TellPresence has tell called when who looks at a ticket has changed, with those who look at it through this node.
func (s *Service) TellPresence(tell func(ticketID int64, people []int64)) {
	s.presence.mu.Lock()
	defer s.presence.mu.Unlock()
	s.presence.tell = tell
}

// look notes that a person looks at a ticket and returns who else does, on whichever node: person → writing.
func (s *Service) look(ctx context.Context, ticketID, personID int64, writing bool) (others map[int64]bool, err error) {
	others, news := s.presence.note(ticketID, personID, writing)
	if s.db.Engine() == db.Postgres {
		err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO presence (ticket_id, person_id, at, writing) VALUES ($1, $2, $3, $4)
				ON CONFLICT (ticket_id, person_id) DO UPDATE SET at = excluded.at, writing = excluded.writing`, ticketID, personID, db.Micros(s.clock()), writing); err != nil {
				return err
			}
			all, err := s.lookers(ctx, tx, ticketID)
			others = all[ticketID]
			return err
		})
		if err == nil && len(s.presence.compare(map[int64]map[int64]bool{ticketID: others})) > 0 {
			news = true // through another node, since it was looked last
		}
		delete(others, personID)
	}
	if err == nil && news {
		s.presence.say(ticketID, personID)
	}
	return others, err
}

// lookAway notes that a person looks at a ticket no longer.
func (s *Service) lookAway(ctx context.Context, ticketID, personID int64) error {
	s.presence.forget(ticketID, personID)
	if s.db.Engine() == db.Postgres {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM presence WHERE ticket_id = $1 AND person_id = $2`, ticketID, personID)
			return err
		})
		if err != nil {
			return err
		}
	}
	s.presence.say(ticketID, 0, personID) // who has it open in another window comes back at once
	return nil
}

// looking returns who looks at a ticket, on whichever node: person → writing.
func (s *Service) looking(ctx context.Context, tx db.Tx, ticketID int64) (map[int64]bool, error) {
	if s.db.Engine() == db.SQLite {
		return s.presence.lookers(ticketID), nil
	}
	all, err := s.lookers(ctx, tx, ticketID)
	return all[ticketID], err
}

// lookers reads who looks at tickets: ticket → person → writing.
func (s *Service) lookers(ctx context.Context, tx db.Tx, tickets ...int64) (map[int64]map[int64]bool, error) {
	out := map[int64]map[int64]bool{}
	ids := make([]any, len(tickets))
	for i, id := range tickets {
		ids[i], out[id] = id, map[int64]bool{}
	}
	w := (&db.Where{}).In("ticket_id", ids).And("at > ?", db.Micros(s.clock().Add(-presenceFor)))
	rows, err := tx.Query(ctx, `SELECT ticket_id, person_id, writing FROM presence WHERE `+w.SQL()+` ORDER BY ticket_id, person_id LIMIT 10000`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
		var ticket int64
		var writes bool
		err = r.Scan(&ticket, &id, &writes)
		if out[ticket] != nil && len(out[ticket]) < 100 {
			out[ticket][id] = writes
		}
		return id, err
	})
	return out, err
}

// watchPresence tells of those whose last sign of life is long ago and, where several nodes serve the database, of those who look through
// another one.
func (s *Service) watchPresence(ctx context.Context) error {
	changed, watched := s.presence.expire()
	if s.db.Engine() == db.Postgres {
		changed = nil
		for some := range slices.Chunk(watched, 500) {
			var all map[int64]map[int64]bool
			err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) { all, err = s.lookers(ctx, tx, some...); return err })
			if err != nil {
				return err
			}
			changed = append(changed, s.presence.compare(all)...)
		}
	}
	for _, ticket := range changed {
		s.presence.say(ticket, 0)
	}
	return nil
}

// SweepPresence forgets who looked at something an hour ago.
func SweepPresence(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM presence WHERE at < $1`, db.Micros(now.Add(-time.Hour)))
	return err
}

// note keeps how a person stands with a ticket, returns who else looks at it, and whether this is news to them.
func (p *presence) note(ticketID, personID int64, writing bool) (others map[int64]bool, news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen[ticketID] == nil {
		if len(p.seen) > 10_000 { // forget the oldest wholesale rather than grow
			clear(p.seen)
			clear(p.stood)
		}
		p.seen[ticketID] = map[int64]look{}
	}
	was, known := p.seen[ticketID][personID]
	now := p.clock()
	p.seen[ticketID][personID] = look{now, writing}
	others = p.fresh(ticketID)
	delete(others, personID)
	return others, !known || was.writing != writing || now.Sub(was.at) > presenceFor
}

func (p *presence) forget(ticketID, personID int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.seen[ticketID], personID)
}

func (p *presence) lookers(ticketID int64) map[int64]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fresh(ticketID)
}

// fresh are those whose sign of life is young: person → writing. The caller holds the lock.
func (p *presence) fresh(ticketID int64) map[int64]bool {
	out, now := map[int64]bool{}, p.clock()
	for id, l := range p.seen[ticketID] {
		if now.Sub(l.at) <= presenceFor {
			out[id] = l.writing
		}
	}
	return out
}

// say tells those who look at a ticket that something about that has changed, but for the one who changed it; also is told in any case.
func (p *presence) say(ticketID, but int64, also ...int64) {
	p.mu.Lock()
	people, tell := p.fresh(ticketID), p.tell
	p.mu.Unlock()
	delete(people, but)
	if told := append(slices.Sorted(maps.Keys(people)), also...); len(told) > 0 {
		tell(ticketID, told)
	}
}

// expire forgets those whose last sign of life is long ago, and returns the tickets of which this is news, and all that are looked at.
func (p *presence) expire() (changed, watched []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	for ticket, people := range p.seen {
		had := len(people)
		maps.DeleteFunc(people, func(_ int64, l look) bool { return now.Sub(l.at) > presenceFor })
		switch {
		case len(people) == 0:
			delete(p.seen, ticket)
			delete(p.stood, ticket)
			continue
		case len(people) < had:
			changed = append(changed, ticket)
		}
		watched = append(watched, ticket)
	}
	return changed, watched
}

// compare keeps who looks at tickets, and returns those of which it has changed.
func (p *presence) compare(all map[int64]map[int64]bool) (changed []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ticket, people := range all {
		now := fmt.Sprint(people) // maps print in the order of their keys
		if was, known := p.stood[ticket]; known && was != now {
			changed = append(changed, ticket)
		}
		p.stood[ticket] = now
	}
	return changed
}
