package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// broadcast hands what happens to every open stream. A stream that cannot keep up is told
// to fetch everything again.
type broadcast struct {
	mu     sync.Mutex
	subs   map[chan message]bool
	closed bool
}

type message struct {
	event ledger.Event
	reset bool
	// generation is set when a new configuration came into force.
	generation int64
	// looked is a ticket of which these people learn who else looks at it.
	looked int64
	people []int64
}

// buffered is how far a stream may fall behind.
const buffered = 256

func newBroadcast() *broadcast { return &broadcast{subs: map[chan message]bool{}} }

func (b *broadcast) subscribe() chan message {
	ch := make(chan message, buffered)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		close(ch)
	} else {
		b.subs[ch] = true
	}
	return ch
}

func (b *broadcast) leave(ch chan message) {
	b.mu.Lock()
	delete(b.subs, ch)
	b.mu.Unlock()
}

func (b *broadcast) empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.subs) == 0
}

func (b *broadcast) send(m message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.subs {
		select {
		case ch <- m:
		default: // full: drain one and say that it missed some
			select {
			case <-ch:
			default:
			}
			select {
			case ch <- message{reset: true}:
			default:
			}
		}
	}
}

// Run feeds the open streams of this node until ctx ends. It needs no cursor: a browser
// that was away fetches what it shows again.
func (s *Server) Run(ctx context.Context) {
	pos, _, err := s.Ledger.Head(ctx)
	generation := int64(0)
	for ctx.Err() == nil {
		begun, changed := time.Now(), s.DB.Changed()
		if g := s.Blueprint.Set().Generation(); g != generation {
			if generation != 0 {
				s.stream.send(message{generation: g})
			}
			generation = g
		}
		if s.stream.empty() { // nobody looks: stay at the end
			if head, _, herr := s.Ledger.Head(ctx); herr == nil {
				pos = head
			}
			db.Wait(ctx, nil, 250*time.Millisecond)
			continue
		}
		var events []ledger.Event
		err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			events, err = s.Ledger.After(ctx, tx, pos, 500)
			return err
		})
		if err != nil && ctx.Err() == nil {
			slog.Warn("live updates cannot be read; trying again", "error", err)
			db.Wait(ctx, nil, time.Second)
			continue
		}
		for _, e := range events {
			s.stream.send(message{event: e})
			pos = e.Pos
		}
		if len(events) == 0 {
			db.Wait(ctx, changed, time.Second)
		} else {
			db.Pace(ctx, begun, 50*time.Millisecond)
		}
	}
}

// streamEvent is what a browser is told about an event: enough to fetch what changed.
type streamEvent struct {
	Pos     int64      `json:"pos"`
	Verb    string     `json:"verb"`
	Subject ledger.Ref `json:"subject"`
	At      time.Time  `json:"at"`
	ActorID *int64     `json:"actor_id"`
}

// getStream sends server-sent events about records the reader may see.
func (s *Server) getStream(w http.ResponseWriter, r *http.Request) {
	by := rest.From(r.Context()).Actor
	if by.PersonID == 0 {
		rest.Fail(w, by.Denied("read", "event"))
		return
	}
	ch := s.stream.subscribe()
	defer s.stream.leave(ch)
	rc := http.NewResponseController(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	write := func(format string, args ...any) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(30 * time.Second))
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		if pos, err := strconv.ParseInt(last, 10, 64); err != nil || !s.upToDate(r.Context(), pos) {
			write("event: reset\ndata: {}\n\n")
		}
	}
	if !write(": welcome\nretry: 2000\n\n") {
		return
	}
	// A stream outlives many requests, so who reads is looked at again now and then, and when
	// their rights may have changed.
	still := func() bool {
		now, err := s.whoAsks(r)
		switch {
		case err == nil && now.PersonID == by.PersonID:
			by = now
		case fault.Is(err, fault.Unavailable): // the database is away; there are no events either
		default:
			return false
		}
		return true
	}
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			if !still() || !write(": beat\n\n") {
				return
			}
		case m, open := <-ch:
			if !open { // the node stops: come back soon, not all at once, and find another
				write("retry: %d\n\n", 500+rand.IntN(1500))
				return
			}
			rights := m.generation != 0 || m.reset || m.event.Subject == ledger.Ref{Kind: "person", ID: by.PersonID}
			if rights && !still() || !s.relay(r.Context(), by, m, write) {
				return
			}
			// Told apart from the event itself, which not everybody may see of themselves.
			if rights && m.generation == 0 && !m.reset && !write("event: rights\ndata: {}\n\n") {
				return
			}
		}
	}
}

// relay writes one message if its reader may know of it; false ends the stream.
func (s *Server) relay(ctx context.Context, by act.Actor, m message, write func(string, ...any) bool) bool {
	switch {
	case m.reset:
		return write("event: reset\ndata: {}\n\n")
	case m.looked != 0:
		return !slices.Contains(m.people, by.PersonID) || write("event: presence\ndata: {\"ticket\":%d}\n\n", m.looked)
	case m.generation != 0:
		return write("event: generation\ndata: {\"generation\":%d}\n\n", m.generation)
	case !s.maySee(ctx, by, m.event):
		return true
	}
	e := m.event
	data, err := json.Marshal(streamEvent{e.Pos, e.Verb, e.Subject, e.At, rest.ID(e.ActorID)})
	if err != nil {
		return false
	}
	return write("event: change\nid: %d\ndata: %s\n\n", e.Pos, data)
}

// maySee checks the subject's visibility, cheaply for those who see everything.
func (s *Server) maySee(ctx context.Context, by act.Actor, e ledger.Event) bool {
	if e.Visibility == ledger.Restricted {
		return auth.Scope(by, "read", "event").All()
	}
	kind := map[string]string{"ticket": "ticket", "person": "person", "organization": "organization", "change": "blueprint", "change_request": "blueprint", "team": "team", "mail": "mail", "outbox": "mail", "issue": "issue", "application": "application", "known_issue": "known_issue"}[e.Subject.Kind]
	if e.Subject.Kind == "web_request" { // for those who may look at other people's
		return auth.Scope(by, "edit", "ticket").All()
	}
	reach := auth.Scope(by, "read", kind)
	if reach.All() || kind != "ticket" {
		return reach.All()
	}
	if reach.None() {
		return false
	}
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		t, err := s.Desk.Get(ctx, tx, by, e.Subject.ID)
		if err == nil && e.Visibility != ledger.Public && !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
			return fault.Missing("event", e.ID)
		}
		return err
	})
	return err == nil
}

// upToDate reports whether nothing happened after pos.
func (s *Server) upToDate(ctx context.Context, pos int64) bool {
	head, _, err := s.Ledger.Head(ctx)
	return err == nil && head == pos
}

// CloseStreams ends every open stream, so that a stop need not wait for them.
func (s *Server) CloseStreams() {
	s.stream.mu.Lock()
	defer s.stream.mu.Unlock()
	s.stream.closed = true
	for ch := range s.stream.subs {
		close(ch)
		delete(s.stream.subs, ch)
	}
}
