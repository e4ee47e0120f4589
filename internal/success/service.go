package success

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
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
	measures  *measure.Service
	health    *health
	config    func() *Config
	clock     func() time.Time
}

// Parts are what the service stands on.
type Parts struct {
	DB         *db.DB
	Ledger     *ledger.Ledger
	Jobs       *job.Queue
	Directory  *directory.Service
	Measures   *measure.Service
	Blueprints *blueprint.Store
	Config     func() *Config   // the configuration in force
	Clock      func() time.Time // nil: the machine's
}

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{db: p.DB, ledger: p.Ledger, jobs: p.Jobs, directory: p.Directory, measures: p.Measures, config: p.Config, clock: p.Clock}
	s.beginHealth(p)
	return s
}

// Followers follow the ledger for as long as the instance runs.
func (s *Service) Followers() []ledger.Follower { return []ledger.Follower{s.HealthFollower()} }

// tell records an event about an account.
func (s *Service) tell(ctx context.Context, tx db.Tx, by act.Actor, verb string, organizationID int64, data map[string]any) (int64, error) {
	return s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: about(organizationID), Data: data})
}

// about is the subject of events about an account.
func about(organizationID int64) ledger.Ref {
	return ledger.Ref{Kind: "organization", ID: organizationID}
}
