package board

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/insight"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// Figures are the indicators, as package insight works them out.
type Figures interface {
	// Heads are what the named indicators are; those that are not in force are left out.
	Heads(names ...string) map[string]insight.Head
	Series(ctx context.Context, tx db.Tx, by act.Actor, ask insight.Ask) (insight.Series, error)
	Breakdown(ctx context.Context, tx db.Tx, by act.Actor, ask insight.Ask) (insight.Breakdown, error)
	Records(ctx context.Context, tx db.Tx, by act.Actor, ask insight.Ask, part string, page db.Page) (insight.Behind, error)
	// Summaries are the named indicators, or all of them, with the figures of their own periods.
	Summaries(ctx context.Context, tx db.Tx, by act.Actor, names ...string) ([]insight.Summary, error)
}

var _ Figures = (*insight.Service)(nil)

// Sender is the mailbox that pages are mailed from.
type Sender struct {
	MailboxID int64
	Name      string
	Address   string
}

// Parts are what the service stands on.
type Parts struct {
	DB        *db.DB
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Figures   Figures
	Directory *directory.Service
	Auth      *auth.Service
	Mail      *mail.Service
	Boards    func() []InForce                // in force now
	Team      func(name string) (int64, bool) // a team's id
	// CheckAccounts looks at reports of accounts that people make for themselves.
	CheckAccounts  CheckAccounts
	AccountFigures AccountFigures
	Sender         func() (Sender, bool) // false when there is no mailbox
	BaseURL        func() string
	Clock          func() time.Time // nil: the machine's
}

// Service shows dashboards and reports, and mails them.
type Service struct{ Parts }

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{p}
	p.Jobs.Handle(dueJob, job.Options{}, s.onDue)
	p.Jobs.HandleIO(mailJob, job.Options{Parallel: 2}, s.onMail)
	return s
}

// List returns the dashboards, or the reports, in their order. Whoever may read indicators may.
func (s *Service) List(by act.Actor, kind string) ([]InForce, error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, err
	}
	out := []InForce{}
	for _, b := range s.Boards() {
		if b.Kind == kind {
			out = append(out, b)
		}
	}
	return out, nil
}

// Get returns a dashboard or a report by its name. Whoever may read indicators may.
func (s *Service) Get(by act.Actor, kind, name string) (InForce, error) {
	all, err := s.List(by, kind)
	for _, b := range all {
		if b.Name == name {
			return b, nil
		}
	}
	if err != nil {
		return InForce{}, err
	}
	return InForce{}, fault.Missing(kind, name)
}

func (s *Service) byID(id int64) (InForce, bool) {
	for _, b := range s.Boards() {
		if b.ID == id {
			return b, true
		}
	}
	return InForce{}, false
}
