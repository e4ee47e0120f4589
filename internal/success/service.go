package success

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/measure"
)

// Service keeps accounts and what belongs to them.
type Service struct {
	db        *db.DB
	ledger    *ledger.Ledger
	jobs      *job.Queue
	directory *directory.Service
	files     *file.Service
	measures  *measure.Service
	health    *health
	answers   func(ctx context.Context, tx db.Tx, by act.Actor, organization int64, after TicketPlace, limit int) ([]AnswerLine, error)
	mailbox   func() string
	tickets   func(ctx context.Context, tx db.Tx, by act.Actor, organization int64, after TicketPlace, limit int) ([]TicketLine, error)
	config    func() *Config
	clock     func() time.Time
}

// Parts are what the service stands on.
type Parts struct {
	DB         *db.DB
	Ledger     *ledger.Ledger
	Jobs       *job.Queue
	Directory  *directory.Service
	Files      *file.Service
	Measures   *measure.Service
	Blueprints *blueprint.Store
	// Tickets lists an organization's tickets that the actor may read and that come after a
	// place, newest first. nil where there are none.
	Tickets func(ctx context.Context, tx db.Tx, by act.Actor, organization int64, after TicketPlace, limit int) ([]TicketLine, error)
	// Answers lists answers to surveys about an organization's tickets the same way. nil where there are none.
	Answers func(ctx context.Context, tx db.Tx, by act.Actor, organization int64, after TicketPlace, limit int) ([]AnswerLine, error)
	// Mailbox is the address that takes mail for timelines; "" for none.
	Mailbox func() string
	Config  func() *Config   // the configuration in force
	Clock   func() time.Time // nil: the machine's
}

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	if p.Mailbox == nil {
		p.Mailbox = func() string { return "" }
	}
	s := &Service{answers: p.Answers, mailbox: p.Mailbox, db: p.DB, ledger: p.Ledger, jobs: p.Jobs, directory: p.Directory, files: p.Files, measures: p.Measures, tickets: p.Tickets, config: p.Config, clock: p.Clock}
	s.beginHealth(p)
	s.beginCalls()
	s.beginKeeping()
	return s
}

// Followers follow the ledger for as long as the instance runs.
func (s *Service) Followers() []ledger.Follower {
	return []ledger.Follower{s.HealthFollower(), s.callFollower(), s.noticeFollower()}
}

// tell records an event about an account.
func (s *Service) tell(ctx context.Context, tx db.Tx, by act.Actor, verb string, organizationID int64, data map[string]any) (int64, error) {
	return s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: about(organizationID), Data: data})
}

// about is the subject of events about an account.
func about(organizationID int64) ledger.Ref {
	return ledger.Ref{Kind: "organization", ID: organizationID}
}
