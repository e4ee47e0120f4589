package program

import (
	"context"
	"net/http"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/rule"
)

// Service takes applications and follows them to their end.
type Service struct {
	Parts
	pinned sync.Map // by pin: *Program
	tally  tally
}

// Parts are what programs stand on.
type Parts struct {
	DB        *db.DB
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Directory *directory.Service
	Files     *file.Service
	Mail      *mail.Service
	Versions  Versions
	Config    func() *Config // in force now
	Boxes     func() mail.Boxes
	Tickets   Tickets
	Signer    auth.Signer
	BaseURL   func() string // of public pages, without a slash at the end
	Client    *http.Client  // from package outbound
	Clock     func() time.Time
	Sandbox   bool // a copy calls nobody
}

// Versions are earlier versions of blueprints; the store of blueprints has them.
type Versions interface {
	Applied(ctx context.Context, tx db.Tx, id int64, version int) (blueprint.AppliedVersion, error)
	Programs(a blueprint.AppliedVersion) (title string, programs map[string]*rule.Program)
	Registry() *blueprint.Registry
}

// Tickets is where mail about an application lives. The application fills it.
type Tickets interface {
	// Open opens the ticket of an application with its first letter, which is mailed.
	Open(ctx context.Context, tx db.Tx, by act.Actor, in NewTicket) (ticketID int64, err error)
	// Say writes a letter into a ticket and mails it. rests says that nobody has to do anything after it.
	// An author of 0 is Steward itself. took is false where the ticket is closed or gone: then a new one is opened.
	Say(ctx context.Context, tx db.Tx, by act.Actor, ticketID, author int64, markdown string, rests bool) (took bool, err error)
	// Hear takes what the applicant wrote on their page, and returns the ticket it is on: another one where theirs is closed.
	Hear(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, text string, files []file.File) (int64, error)
	// Lines are those of some tickets that the actor may read, the newest first.
	Lines(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) ([]TicketLine, error)
	// Mark marks a ticket as one about an application to a program. Whoever may edit the ticket may.
	Mark(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, program string) error
	// Talk returns what was said, the oldest first, at most the newest 50.
	Talk(ctx context.Context, tx db.Tx, ticketID int64) ([]Said, error)
}

// NewTicket is the ticket of an application.
type NewTicket struct {
	ApplicationID int64
	Subject       string
	Markdown      string // of the first letter
	Author        int64  // who wrote it, 0 for Steward itself
	Requester     directory.Person
	TeamID        int64
	MailboxID     int64
	BrandID       int64
	Program       string // name, for a tag
	Rests         bool
}

// Said is a message of a ticket.
type Said struct {
	At   time.Time
	Mine bool // by the applicant
	Text string
}

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{Parts: p}
	p.Jobs.HandleIO(checkJob, job.Options{Parallel: 8, MaxAttempts: checkTries, Backoff: checkBackoff}, s.onCheck)
	p.Jobs.Handle(dueJob, job.Options{}, s.onDue)
	p.Jobs.Handle(expectJob, job.Options{}, s.onExpect)
	p.Jobs.Handle(serveJob, job.Options{}, s.onServe)
	p.Jobs.HandleIO(provisionJob, job.Options{Parallel: 4}, s.onProvision)
	return s
}

// system is the service acting by itself.
func (s *Service) system(kind act.Kind) act.Actor {
	by := act.Root()
	by.Kind, by.Clock, by.Generation = kind, s.Clock, s.Config().Generation
	return by
}

// applicant is somebody who holds an application's link: their steps are their own.
func (s *Service) applicant(a *Application) act.Actor {
	by := s.system(act.Person)
	by.PersonID = a.PersonID
	return by
}

type pin struct {
	id      int64
	version int
}

// of is the version of the program that an application is pinned to.
func (s *Service) of(ctx context.Context, tx db.Tx, a *Application) (*Program, error) {
	cfg := s.Config()
	if p := cfg.Program(a.ProgramID); p != nil && p.Version == a.ProgramVersion {
		return p, nil
	}
	key := pin{a.ProgramID, a.ProgramVersion}
	type made struct {
		*Program
		generation int64
	}
	if m, ok := s.pinned.Load(key); ok && m.(made).generation == cfg.Generation {
		return m.(made).Program, nil
	}
	applied, err := s.Versions.Applied(ctx, tx, a.ProgramID, a.ProgramVersion)
	if err != nil {
		return nil, err
	}
	title, rules := s.Versions.Programs(applied)
	spec, findings := blueprint.Decode[Spec](s.Versions.Registry(), blueprint.Entry{ID: a.ProgramID, Version: a.ProgramVersion, Kind: "program", Name: applied.Name, Text: applied.Text})
	if blueprint.HasErrors(findings) {
		return nil, fault.New(fault.Internal, "Version %d of the program %s cannot be read any more.", a.ProgramVersion, applied.Name)
	}
	p := build(cfg.set, cfg.Fields, blueprint.Entry{ID: a.ProgramID, Version: a.ProgramVersion, Name: applied.Name, Title: title}, spec, func(path string) *rule.Program { return rules[path] })
	s.pinned.Store(key, made{p, cfg.Generation})
	return p, nil
}
