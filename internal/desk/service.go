package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/explain"
	"steward/internal/field"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/trace"
	"steward/internal/tracker"
)

// Service is the desk. Its methods run in the caller's transaction and check permissions themselves.
type Service struct {
	db        *db.DB
	ledger    *ledger.Ledger
	jobs      *job.Queue
	directory *directory.Service
	files     *file.Service
	traces    *trace.Service
	mail      *mail.Service
	explain   *explain.Service
	signer    auth.Signer
	base      func() string
	config    func() *Config
	clock     func() time.Time
	presence  *presence
	fields    *field.Service
	surveys   Surveys
	note      NoteMail
	scores    Scores
	webhooks  Webhooks
	playbooks Playbooks
	plan      func(by act.Actor, in blueprint.ApplyInput) (blueprint.Plan, error)
	entitle   *entitle.Service
	people    *availability.Service
	trackers  *tracker.Service // nil: nothing is linked
	auth      *auth.Service
	rate      mail.Rate // of mails by sender
	stops     guardStops
	purges    []func(ctx context.Context, tx db.Tx, ticketID int64) error
}

// Parts are what the desk stands on.
type Parts struct {
	DB        *db.DB
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Directory *directory.Service
	Files     *file.Service
	Fields    *field.Service
	Mail      *mail.Service
	Explain   *explain.Service
	Signer    auth.Signer   // of links on public pages
	BaseURL   func() string // of the workspace and its public pages, for links
	Entitle   *entitle.Service
	People    *availability.Service
	Traces    *trace.Service   // told of attached files
	Auth      *auth.Service    // whose rights background work has
	Config    func() *Config   // the configuration in force
	Clock     func() time.Time // nil: the machine's
}

// New returns the desk and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{db: p.DB, ledger: p.Ledger, jobs: p.Jobs, directory: p.Directory, files: p.Files, fields: p.Fields, mail: p.Mail, explain: p.Explain, people: p.People, auth: p.Auth, entitle: p.Entitle, traces: p.Traces, config: p.Config,
		signer: p.Signer, base: p.BaseURL,
		clock: p.Clock, presence: newPresence(p.Clock), rate: mail.Rate{Limit: perSender, Window: time.Hour, Clock: p.Clock}}
	p.Explain.Tells("ticket", s)
	s.judgesAgain()
	s.traces.OnReport(s.traceReported)
	p.Jobs.Handle(clockDue, job.Options{}, s.onDue)
	p.Jobs.HandleIO(sendJob, job.Options{Parallel: 8}, s.onSend)
	p.Jobs.Handle(followJob, job.Options{}, s.onFollow)
	p.Jobs.Handle(ruleDue, job.Options{Parallel: 8}, s.onRules)
	p.Jobs.Handle(ruleFill, job.Options{Parallel: 1}, s.fillTimers)
	p.Jobs.Handle(purgeJob, job.Options{}, s.onPurge)
	p.Jobs.Handle(stageDue, job.Options{}, s.onStageDue)
	p.Jobs.Handle(weighJob, job.Options{Parallel: 1}, s.onWeigh)
	p.Jobs.Handle(reweighJob, job.Options{Parallel: 1}, s.onReweigh)
	p.Jobs.Handle(releaseJob, job.Options{Parallel: 1}, s.onRelease)
	p.Jobs.Handle(turnJob, job.Options{Parallel: 1}, s.onTurn)
	p.Jobs.Handle(giveJob, job.Options{Parallel: 1}, s.onGive)
	p.Jobs.Handle(attentionJob, job.Options{}, s.onAttention)
	p.Jobs.Handle(reportJob, job.Options{Parallel: 1}, s.onReport)
	p.Jobs.Handle(unusedUpload, job.Options{}, s.onUnused)
	p.Jobs.Handle(uploadKept, job.Options{}, s.onUploadKept)
	p.Jobs.Handle(uploadOver, job.Options{}, s.onUploadOver)
	p.Jobs.Handle(removeUpload, job.Options{Parallel: 1}, s.onRemoveUpload)
	p.Jobs.HandleIO(batchJob, job.Options{Parallel: 2}, s.onBatch)
	p.Jobs.HandleIO(mail.ReceivedJob, job.Options{Parallel: 16}, s.intake)
	return s
}

// NoteMail gives the mail of mailboxes that are a timeline to f; without it such mail waits for somebody to look.
func (s *Service) NoteMail(f NoteMail) { s.note = f }

// ShowSurveys makes tickets show how their requester was asked; called once, when the
// application is put together.
func (s *Service) ShowSurveys(f Surveys) { s.surveys = f }

// system is the desk acting by itself: timers and followers.
func (s *Service) system() act.Actor {
	a := act.Root()
	a.Clock, a.Generation = s.clock, s.config().Generation
	return a
}
