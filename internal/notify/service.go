package notify

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// Ticket is what news about a ticket need to know of it.
type Ticket struct {
	ID         int64
	Subject    string
	AssigneeID int64
}

// Tickets are looked at as somebody may see them.
type Tickets interface {
	// Look returns those of some tickets that by may see.
	Look(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]Ticket, error)
	// Due is when the running clock of a metric falls due; ok is false when none runs.
	Due(ctx context.Context, tx db.Tx, ticketID int64, metric string) (due time.Time, ok bool, err error)
}

// Thing is what news about something else than a ticket need to know of it.
type Thing struct {
	Name string // "Ticket 7", "Codes of the year": how a sentence begins
	Line string // what a list calls it
	Path string // of its screen
}

// Look returns those of some records of a kind that by may see.
type Look func(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]Thing, error)

// Parts are what the service stands on.
type Parts struct {
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Directory *directory.Service
	Auth      *auth.Service
	Mail      *mail.Service
	Boxes     func() mail.Boxes
	Tickets   Tickets
	Things    map[string]Look   // other kinds of records that news are about
	Wanted    map[string]Wanted // kinds of records that wait for people's decisions
	BaseURL   func() string
	Clock     func() time.Time // nil: the machine's
	Title     string
}

// Service tells people of what concerns them.
type Service struct{ Parts }

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{p}
	p.Jobs.Handle(mailJob, job.Options{}, s.onMail)
	p.Jobs.Handle(dueJob, job.Options{}, s.onDue)
	return s
}

// news is one thing to tell somebody.
type news struct {
	kind  string
	event int64
	by    int64 // who did it, 0 for a machine
	at    time.Time
	about ledger.Ref
	// detail is what it says beside its kind: the colours before and after, which side conversation, or which of a record's decisions is wanted.
	detail string
}

// tell keeps news for somebody as they chose, if they work here and may see what it is about. The same event is told once.
func (s *Service) tell(ctx context.Context, tx db.Tx, personID int64, n news) error {
	if personID == 0 || personID == n.by {
		return nil
	}
	people, err := s.Directory.Names(ctx, tx, []int64{personID})
	p, ok := people[personID]
	if err != nil || !ok || !p.Agent || !p.Suspended.IsZero() || p.ID != personID {
		return err
	}
	reader, err := s.Auth.As(ctx, tx, personID)
	if err != nil {
		return err
	}
	if seen, err := s.look(ctx, tx, reader, []Notification{{Subject: n.about}}); err != nil || len(seen) == 0 {
		return err
	}
	choices, err := s.Auth.Choices(ctx, tx, reader)
	if err != nil {
		return err
	}
	c := chosen(choices)
	way := c.ways[n.kind]
	if way == (Way{}) {
		return nil
	}
	now := s.Clock()
	var due sql.NullInt64
	if way.Mail && p.Email != "" {
		zone := choices["zone"]
		if zone == "" {
			zone = p.TimeZone
		}
		due = sql.NullInt64{Int64: db.Micros(c.due(now, zone)), Valid: true}
	}
	done, err := tx.Exec(ctx, `INSERT INTO notification (person_id, kind, subject_kind, subject_id, event_id, by_id, at, in_app, browser, mail_due, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		personID, n.kind, n.about.Kind, n.about.ID, n.event, db.NullID(n.by), db.Micros(n.at), way.App, way.Browser, due, n.detail)
	if err != nil || done == 0 || !due.Valid {
		return err
	}
	return s.planMail(ctx, tx, now, personID, db.Time(due.Int64))
}

// look returns what some news are about, as far as by may see it.
func (s *Service) look(ctx context.Context, tx db.Tx, by act.Actor, list []Notification) (map[ledger.Ref]Thing, error) {
	ids, out := map[string][]int64{}, map[ledger.Ref]Thing{}
	for _, n := range list {
		ids[n.Subject.Kind] = append(ids[n.Subject.Kind], n.Subject.ID)
	}
	for kind, some := range ids {
		seen, err := s.things(ctx, tx, by, kind, some)
		if err != nil && !fault.Is(err, fault.Forbidden) { // who may see none of a kind any more keeps their news, without names
			return nil, err
		}
		for id, t := range seen {
			out[ledger.Ref{Kind: kind, ID: id}] = t
		}
	}
	return out, nil
}

func (s *Service) things(ctx context.Context, tx db.Tx, by act.Actor, kind string, ids []int64) (map[int64]Thing, error) {
	if kind != "ticket" {
		if look, ok := s.Things[kind]; ok {
			return look(ctx, tx, by, ids)
		}
		return nil, nil
	}
	out := map[int64]Thing{}
	seen, err := s.Tickets.Look(ctx, tx, by, ids)
	for id, t := range seen {
		out[id] = Thing{Name: fmt.Sprintf("Ticket %d", id), Line: fmt.Sprintf("%d %s", id, t.Subject), Path: fmt.Sprintf("/tickets/%d", id)}
	}
	return out, err
}

// Sweep removes news older than 90 days. It is part of housekeeping.
func Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE at < $1 ORDER BY at, id LIMIT 5000)`, db.Micros(now.AddDate(0, 0, -90)))
	return err
}
