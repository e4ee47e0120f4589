package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/backup"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/directory/roster"
	"steward/internal/entitle"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/file"
	"steward/internal/insight"
	"steward/internal/insight/board"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/measure"
	"steward/internal/node"
	"steward/internal/notify"
	"steward/internal/observe"
	"steward/internal/outbound"
	"steward/internal/outreach"
	"steward/internal/playbook"
	"steward/internal/program"
	"steward/internal/replay"
	"steward/internal/rest"
	"steward/internal/search"
	"steward/internal/setup"
	"steward/internal/success"
	"steward/internal/trace"
	"steward/internal/tracker"
	"steward/internal/webhook"
	"steward/internal/work"
	"steward/internal/zendesk"
)

// MaxFile is the largest file accepted, in bytes.
const MaxFile = 50 << 20

// Options say which instance, and how it runs.
type Options struct {
	DB        db.Options
	Clock     func() time.Time // nil: the machine's
	CatchMail bool             // keep mail without an outgoing server in the built-in catcher
	Demo      bool             // offer one-click sign-in
	BaseURL   string           // of public pages; set by Serve when empty
	Deliver   mail.Deliver     // nil: SMTP
	Lookup    mail.Lookup      // resolves TXT records for checking signatures of received mail; nil checks none
	MailTLS   *tls.Config      // for mail servers with certificates of their own; nil: the system's roots
	Patience  time.Duration    // with an IMAP server; a minute when zero
	// AllowHosts are the hosts and networks that webhooks and trackers may be at though they are not public.
	AllowHosts []string
	// TrustedProxies are the addresses and networks of reverse proxies that tell a client's address; without any, one on this machine or in a private network does.
	TrustedProxies []string
	// Program is this program's own file, for work that runs in a process of its own; "" keeps it in this one.
	Program string
	Force   bool // serve a folder whose instance was moved elsewhere
}

// App is an open instance.
type App struct {
	DB        *db.DB
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Auth      *auth.Service
	Directory *directory.Service
	Imports   *roster.Service
	Fields    *field.Service
	Files     *file.Service
	Mail      *mail.Service
	Blueprint *blueprint.Store
	Explain   *explain.Service
	Entitle   *entitle.Service
	People    *availability.Service
	Desk      *desk.Service
	Outreach  *outreach.Service
	Programs  *program.Service
	Success   *success.Service
	Insight   *insight.Service
	Boards    *board.Service
	Replay    *replay.Service
	Webhooks  *webhook.Service
	Trackers  *tracker.Service
	Measures  *measure.Service
	Playbooks *playbook.Service
	Work      *work.Service
	Search    *search.Service
	Zendesk   *zendesk.Server
	Setup     *setup.Service
	Notify    *notify.Service
	Signer    auth.Signer
	Nodes     *node.Registry
	Watch     *observe.Telemetry
	Sandbox   *backup.Origin // what this is a copy of, when it is a sandbox: nothing may leave it

	options Options
	proxies rest.Proxies // whose word about a client's address is taken
	config  inForce
	clock   func() time.Time
	base    string

	draining atomic.Bool
}

// New opens an instance. A database without one yet is fine: Init makes it.
func New(ctx context.Context, o Options) (*App, error) {
	d, err := db.Open(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	a := &App{DB: d, options: o, clock: o.Clock, base: o.BaseURL}
	if a.clock == nil {
		a.clock = time.Now
	}
	if err := a.build(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) build(ctx context.Context) error {
	o := a.options
	a.Watch = observe.New(Version)
	a.DB.Observe(a.Watch.Watch)
	var err error
	if a.Sandbox, err = backup.SandboxOf(ctx, a.DB); err != nil {
		return err
	}
	a.Ledger = ledger.New(a.DB)
	a.Jobs = job.New(a.DB, o.Clock)
	a.Jobs.Observe(a.Watch.Watch)
	a.Nodes = node.New(a.DB, a.Jobs, Version, func() int64 { return a.config.Load().generation })
	a.Blueprint = blueprint.NewStore(a.DB, a.Ledger, NewRegistry(), a.config.swap)
	a.Blueprint.SetGuard(keepAdministrator)
	a.Blueprint.UseJobs(a.Jobs, a.clock)
	a.Blueprint.SetUses(countUses)
	if err := a.Blueprint.Refresh(ctx); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	keys, err := mail.LoadKeys(ctx, a.DB, act.Root())
	if err != nil {
		return err
	}
	if a.Signer, err = auth.LoadSigner(ctx, a.DB, act.Root()); err != nil {
		return err
	}
	a.Auth = auth.New(a.DB, a.Ledger, func() auth.Roles { return a.config.Load() }, o.Clock)
	schema := func() *field.Schema { return a.config.Load().desk.Fields }
	a.Fields = field.New(a.DB, a.Jobs, schema, o.Clock)
	a.Directory = directory.New(a.Ledger, schema)
	a.Files = file.New(a.DB, MaxFile)
	a.Mail = mail.New(mail.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Boxes: func() mail.Boxes { return a.config.Load() }, Clock: o.Clock, Keys: keys,
		Catch: o.CatchMail, Deliver: o.Deliver, Sandbox: a.Sandbox != nil, Lookup: o.Lookup, TLS: o.MailTLS, Patience: o.Patience})
	a.Explain = explain.New(a.Ledger, a.Blueprint, a.Directory, a.Auth)
	a.People = availability.New(a.Ledger, a.Directory, schema, func() *availability.Config { return a.config.Load().desk.Regions }, o.Clock)
	a.Entitle = entitle.New(entitle.Parts{Ledger: a.Ledger, Jobs: a.Jobs, Directory: a.Directory, Clock: o.Clock,
		Config: func() *entitle.Config { return a.config.Load().desk.Entitle }})
	traces := trace.New(a.DB, a.Jobs, a.Files, trace.DefaultLimits, o.Clock)
	traces.InProcess(o.Program)
	a.Desk = desk.New(desk.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Directory: a.Directory, Files: a.Files, Fields: a.Fields, Mail: a.Mail, Explain: a.Explain, People: a.People, Auth: a.Auth, Entitle: a.Entitle, Traces: traces,
		Signer: a.Signer, BaseURL: func() string { return a.base },
		Config: func() *desk.Config { return a.config.Load().desk }, Clock: o.Clock})
	a.Outreach = outreach.New(outreach.Parts{Ledger: a.Ledger, Jobs: a.Jobs, Tickets: surveyTickets{a},
		Surveys: func() []outreach.SurveyInForce { return a.config.Load().surveys }, Signer: a.Signer, BaseURL: func() string { return a.base }, Clock: o.Clock})
	a.Desk.ShowSurveys(a.surveyOf)
	a.Desk.NoteMail(a.noteMail)
	a.Desk.ShowScores(a.lastScore)
	a.Desk.PlanTexts(a.Blueprint.Plan)
	a.Desk.OnPurge(outreach.PurgeTicket)
	a.Insight = insight.New(insight.Parts{DB: a.DB, Ledger: a.Ledger, Registry: NewPopulations(), Names: insightNames{a}, Clock: o.Clock,
		Indicators: func() []*insight.InForce { return a.config.Load().indicators }, Generation: func() int64 { return a.config.Load().generation }})
	a.Boards = a.newBoards()
	a.Replay = replay.New(a.DB, a.Jobs, a.Blueprint, o.Clock)
	a.Replay.Register(desk.Replayer{})
	if a.proxies, err = rest.TrustProxies(o.TrustedProxies); err != nil {
		return err
	}
	allowed, err := outbound.Allow(o.AllowHosts)
	if err != nil {
		return err
	}
	a.Webhooks = webhook.New(webhook.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Blueprints: a.Blueprint,
		Webhooks: a.webhooks, Client: outbound.Client(allowed), Clock: o.Clock})
	a.Desk.SendWebhooks(a.Webhooks)
	a.Trackers = tracker.New(tracker.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Trackers: a.trackers, Client: outbound.Client(allowed), Clock: o.Clock})
	a.Desk.UseTrackers(a.Trackers)
	a.Programs = program.New(program.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Directory: a.Directory, Files: a.Files, Mail: a.Mail, Versions: a.Blueprint,
		Config: func() *program.Config { return a.config.Load().programs }, Boxes: func() mail.Boxes { return a.config.Load() }, Tickets: programTickets{a.Desk},
		Signer: a.Signer, BaseURL: func() string { return a.base }, Client: outbound.Client(allowed), Clock: a.clock, Sandbox: a.Sandbox != nil})
	a.Measures = measure.New(NewMeasures(), o.Clock)
	a.Work = work.New(a.Ledger, a.Jobs, o.Clock)
	a.Success = success.New(success.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Directory: a.Directory, Files: a.Files, Measures: a.Measures, Tickets: a.ticketLines, Answers: a.answerLines, Mailbox: a.timelineMailbox, Blueprints: a.Blueprint,
		Config: func() *success.Config { return a.config.Load().success }, Clock: o.Clock})
	a.Replay.Register(a.Success.HealthReplayer())
	a.Work.Register(a.Desk.WorkSource())
	a.Work.Register(a.Desk.AttentionSource())
	a.Work.Register(a.Desk.HeldSource())
	a.Work.Register(a.Desk.ReviewSource())
	a.Work.Register(a.Desk.MentionSource())
	a.Work.Register(a.Desk.SideSource())
	a.Work.Register(a.Success.WorkSource())
	a.Work.Register(a.Success.UpdateSource())
	a.Work.Register(a.Programs.WorkSource())
	a.Work.Register(a.Programs.StockSource())
	a.Work.Register(a.Programs.QuoteSource())
	a.usePlaybooks()
	a.Work.Register(a.Playbooks.WorkSource())
	a.Search = search.New(a.DB, a.Ledger, a.Jobs, o.Clock, a.searchKinds()...)
	a.Setup = setup.New(setup.Parts{DB: a.DB, Directory: a.Directory, Auth: a.Auth, Mail: a.Mail, Blueprints: a.Blueprint, Signer: a.Signer,
		Boxes: func() mail.Boxes { return a.config.Load() }, BaseURL: func() string { return a.base }, Begin: a.begin, Code: setup.NewCode(), Cookie: a.cookie,
		Clock: a.clock, Title: "Steward"})
	a.Notify = notify.New(notify.Parts{Ledger: a.Ledger, Jobs: a.Jobs, Directory: a.Directory, Auth: a.Auth, Mail: a.Mail, Boxes: func() mail.Boxes { return a.config.Load() },
		Tickets: notifyTickets{a}, Things: a.newsThings(), Wanted: map[string]notify.Wanted{"run": a.Playbooks.Wanted, "application": a.Programs.Wanted, "change_request": a.Blueprint.Wanted}, BaseURL: func() string { return a.base }, Clock: a.clock, Title: "Steward"})
	a.Work.Register(a.Notify.RequestSource())
	a.Zendesk = zendesk.New(zendesk.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Auth: a.Auth, Directory: a.Directory, Fields: a.Fields, Files: a.Files, Mail: a.Mail,
		Blueprint: a.Blueprint, Desk: a.Desk, DeskSet: func() *desk.Config { return a.config.Load().desk }, Outreach: a.Outreach, Search: a.Search, Notify: a.Notify, Hooks: zendeskHooks{a},
		Clock: a.clock, BaseURL: func() string { return a.base }, SessionCookie: a.cookie("").Name})
	a.wireDirectory()
	a.housekeeping()
	a.figures()
	return nil
}

// surveyTickets lets outreach act on tickets without knowing the desk.
type surveyTickets struct{ app *App }

var _ outreach.Tickets = surveyTickets{}

func (s surveyTickets) ForSurvey(ctx context.Context, tx db.Tx, id int64) (outreach.Ticket, bool, error) {
	t, p, err := s.app.Desk.Requester(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		return outreach.Ticket{}, false, nil
	}
	if err != nil {
		return outreach.Ticket{}, false, err
	}
	machine, err := s.app.Desk.Automatic(ctx, tx, id)
	if err == nil && machine { // a member of a program is somebody to be asked, though the letter was automatic
		var member bool
		member, err = s.app.Programs.Member(ctx, tx, id)
		machine = !member
	}
	return outreach.Ticket{ID: t.ID, Subject: t.Subject, RequesterID: p.ID, Requester: p.Name, AssigneeID: t.AssigneeID, OrganizationID: t.OrganizationID}, t.Status == desk.StatusSolved && !machine, err
}

func (s surveyTickets) Notify(ctx context.Context, tx db.Tx, by act.Actor, id, n int64, markdown string) error {
	return s.app.Desk.Notify(ctx, tx, by, id, n, markdown)
}

// surveyOf shows on a ticket how its requester was asked.
func (a *App) surveyOf(ctx context.Context, tx db.Tx, ticketID int64) (*desk.SurveyView, error) {
	o, err := a.Outreach.OfTicket(ctx, tx, ticketID)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return &desk.SurveyView{State: "unoffered"}, nil
	}
	v := &desk.SurveyView{State: string(o.State), At: &o.OfferedAt}
	if o.State == outreach.Answered {
		v.Score, v.Comment, v.At = &o.Score, &o.Remark, &o.AnsweredAt
	}
	return v, nil
}

// lastScore is the newest answer to a survey about some tickets; nil without one.
func (a *App) lastScore(ctx context.Context, tx db.Tx, tickets []int64) (*desk.ScoreView, error) {
	ids := make([]any, len(tickets))
	for i, id := range tickets {
		ids[i] = id
	}
	offers, err := a.Outreach.OfTickets(ctx, tx, ids)
	var last *desk.ScoreView
	for _, o := range offers {
		if o.State == outreach.Answered && (last == nil || o.AnsweredAt.After(last.At)) {
			last = &desk.ScoreView{Score: o.Score, Comment: o.Remark, At: o.AnsweredAt, TicketID: o.TicketID}
		}
	}
	return last, err
}

// Run works for the instance until ctx ends: wake-ups, the order of events, followers,
// jobs, configuration applied elsewhere. It returns when all of it has stopped.
func (a *App) Run(ctx context.Context) {
	if err := a.reconcile(ctx); err != nil && ctx.Err() == nil {
		slog.Warn("records cannot be brought in line with the configuration; they are at its next change", "error", err)
	}
	if err := a.Desk.ReconcileQueues(ctx); err != nil && ctx.Err() == nil {
		slog.Warn("the queues cannot be looked at; they are at the next change of the configuration", "error", err)
	}
	var all sync.WaitGroup
	all.Go(func() { a.DB.Run(ctx) })
	all.Go(func() { a.Ledger.Run(ctx) })
	all.Go(func() { a.Blueprint.Run(ctx) })
	all.Go(func() { a.Nodes.Join(ctx); a.Jobs.Run(ctx) })
	all.Go(func() { a.Nodes.Run(ctx) })
	if a.Sandbox == nil { // a copy fetches nobody's mail
		all.Go(func() { a.Mail.Run(ctx) })
	}
	all.Go(func() { a.Ledger.Follow(ctx, a.Outreach.Follower()) })
	all.Go(func() { a.Ledger.Follow(ctx, a.Desk.Follower()) })
	all.Go(func() { a.Desk.Run(ctx) })
	all.Go(func() { a.Ledger.Follow(ctx, a.Notify.Follower()) })
	all.Go(func() { a.Ledger.Follow(ctx, a.Programs.Follower()) })
	all.Go(func() { a.Programs.Run(ctx) })
	for _, f := range append(a.Measures.Followers(), a.Success.Followers()...) {
		all.Go(func() { a.Ledger.Follow(ctx, f) })
	}
	all.Go(func() { a.Ledger.Follow(ctx, a.Search.Follower()) })
	all.Go(func() { a.Ledger.Follow(ctx, a.Desk.EntitlementFollower()) })
	all.Go(func() { a.Ledger.Follow(ctx, a.Playbooks.Follower()) })
	all.Go(func() { a.followConfigured(ctx) })
	all.Go(func() { a.buildIndicators(ctx) })
	all.Wait()
}

// followConfigured runs the followers that the configuration asks for, of indicators and
// webhooks, starting and stopping them as it changes, and begins to bring records in line with it.
func (a *App) followConfigured(ctx context.Context) {
	running := map[string]context.CancelFunc{}
	generation := a.config.Load().generation // Run has brought records in line with it
	var all sync.WaitGroup
	defer all.Wait()
	for ctx.Err() == nil {
		if now := a.config.Load().generation; now != generation { // applied here or elsewhere
			if err := a.reconcile(ctx); err == nil {
				generation = now
			} else if ctx.Err() == nil {
				slog.Warn("records cannot be brought in line with the configuration; it is tried again", "error", err)
			}
		}
		wanted := map[string]ledger.Follower{}
		for _, f := range append(a.Insight.Followers(), a.Webhooks.Followers()...) {
			wanted[fmt.Sprint(f.Name, f.Verbs)] = f // one that reads other verbs begins anew from its cursor
		}
		for name, stop := range running {
			if _, ok := wanted[name]; !ok {
				stop()
				delete(running, name)
			}
		}
		for name, f := range wanted {
			if running[name] == nil {
				one, stop := context.WithCancel(ctx)
				running[name] = stop
				all.Go(func() { a.Ledger.Follow(one, f) })
			}
		}
		db.Wait(ctx, nil, time.Second)
	}
	for _, stop := range running {
		stop()
	}
}

// Close seals the ledger and closes the instance.
func (a *App) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := a.Ledger.Seal(ctx, a.clock())
	_ = a.Watch.Close(ctx) // traces that cannot be sent are not worth an error
	if cerr := a.DB.Close(); err == nil {
		err = cerr
	}
	return err
}

// Root is the system acting by the instance's clock.
func (a *App) Root() act.Actor {
	by := act.Root()
	by.Clock, by.Generation = a.clock, a.config.Load().generation
	return by
}
