package app

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"steward/internal/api"
	"steward/internal/backup"
	"steward/internal/db"
	"steward/internal/doctor"
	"steward/internal/fault"
	"steward/internal/mail"
	"steward/internal/portal"
	"steward/internal/rest"
)

// Version is set when the program is built.
var Version = "development"

// Listen says where an instance is served.
type Listen struct {
	HTTP string // host:port
	SMTP string // "" for none
	LMTP string // "" for none

	Metrics      string        // host:port that shows /metrics; "" for none
	MetricsToken string        // shows /metrics on HTTP too, to who sends it; "" for nobody
	Drain        time.Duration // how long a stop says "not ready" before it closes the doors
	// Ready is called once everything listens, with the address of the workspace.
	Ready func(url string)
}

// maxMail is the largest mail accepted, in bytes.
const maxMail = 50 << 20

// graceful is how long a stop waits for requests under way.
const graceful = 15 * time.Second

// Serve runs the instance on the network until ctx ends, then stops gracefully: it says that it
// is not ready, waits for those who look at that, then finishes what is under way.
func (a *App) Serve(ctx context.Context, l Listen) error {
	if err := a.mayServe(ctx); err != nil {
		return err
	}
	open, err := a.listen(ctx, l)
	if err != nil {
		return err
	}
	if a.base == "" {
		a.base = open.url
	}
	var fresh bool
	if err := a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) { fresh, err = a.Setup.Needed(ctx, tx); return err }); err != nil {
		open.stop()
		if ctx.Err() != nil {
			return nil // stopped in its first moment
		}
		return err
	}
	if fresh {
		slog.Warn("There is no instance in this database yet. Open " + open.url + "/welcome?code=" + a.Setup.Code + " to make it; the code is " + a.Setup.Code + ".")
	}
	slog.Info("serving", "url", open.url, "smtp", l.SMTP, "lmtp", l.LMTP, "metrics", l.Metrics, "engine", a.DB.Engine(), "version", Version)
	if a.Sandbox != nil {
		slog.Warn("this is a sandbox: all outgoing mail is caught", "copy_of", a.Sandbox.MadeAt)
	}
	if l.Ready != nil {
		l.Ready(open.url)
	}
	select {
	case <-ctx.Done():
		err = nil
	case err = <-open.failed:
	}
	a.draining.Store(true)
	slog.Info("stopping; what is under way is finished first")
	if err == nil {
		db.Wait(context.Background(), nil, l.Drain)
	}
	open.stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// mayServe refuses a folder whose instance lives elsewhere, and takes back what the last owner
// of a folder had leased: it is gone.
func (a *App) mayServe(ctx context.Context) error {
	if a.DB.Engine() != db.SQLite {
		return nil
	}
	if !a.options.Force {
		if err := backup.NotMoved(a.DB.Dir()); err != nil {
			return err
		}
	}
	if a.options.DB.Own {
		return a.Jobs.Reclaim(ctx)
	}
	return nil
}

// open is an instance on the network.
type open struct {
	url    string
	failed chan error // a listener that broke
	stop   func()
}

// listen puts everything on the network and begins to work.
func (a *App) listen(ctx context.Context, l Listen) (*open, error) {
	ln, err := net.Listen("tcp", l.HTTP)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "Cannot listen on %s: %w", l.HTTP, err)
	}
	o := &open{url: "http://" + browsable(ln.Addr().String()), failed: make(chan error, 4)}
	metrics, err := a.listenMetrics(l, o.failed)
	if err != nil {
		ln.Close()
		return nil, err
	}
	surface := a.Surface()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	all.Go(func() { a.Run(work) })
	all.Go(func() { surface.Run(work) })
	var handler http.Handler = surface.Handler()
	if l.MetricsToken != "" {
		handler = a.metricsFor(l.MetricsToken, handler)
	}
	server := httpServer(handler)
	server.BaseContext = func(net.Listener) context.Context { return work }
	mails, err := a.listenMail(l, o.failed)
	if err == nil { // only now: who hears "ready" may send mail
		go func() { o.failed <- server.Serve(netutil.LimitListener(ln, maxConns)) }()
	} else {
		ln.Close()
	}
	o.stop = func() {
		stop, cancel := context.WithTimeout(context.Background(), graceful)
		defer cancel()
		var mailing sync.WaitGroup
		for _, m := range mails {
			mailing.Go(func() { _ = m.Shutdown(stop) })
		}
		surface.CloseStreams()
		_ = server.Shutdown(stop)
		mailing.Wait()
		stopWork()
		all.Wait()
		if metrics != nil {
			_ = metrics.Close()
		}
	}
	if err != nil {
		o.stop()
		return nil, err
	}
	return o, nil
}

// maxConns is how many connections are served at once; more wait until one ends.
const maxConns = 4096

func httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)}
}

// listenMetrics serves the figures on an address of their own.
func (a *App) listenMetrics(l Listen, failed chan<- error) (*http.Server, error) {
	if l.Metrics == "" {
		return nil, nil
	}
	ln, err := net.Listen("tcp", l.Metrics)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "Cannot listen for metrics on %s: %w", l.Metrics, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Watch.Handler())
	server := httpServer(mux)
	go func() { failed <- server.Serve(ln) }()
	return server, nil
}

// metricsFor serves the figures beside everything else, to those who know the token.
func (a *App) metricsFor(token string, next http.Handler) http.Handler {
	want, figures := sha256.Sum256([]byte("Bearer "+token)), a.Watch.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			next.ServeHTTP(w, r)
			return
		}
		got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			rest.Fail(w, fault.New(fault.SignedOut, "Send the metrics token: Authorization: Bearer TOKEN."))
			return
		}
		figures.ServeHTTP(w, r)
	})
}

// Surface is what the instance serves over HTTP; Serve puts it on the network.
func (a *App) Surface() *api.Server {
	public := portal.New(portal.Parts{DB: a.DB, Entitle: a.Entitle, Outreach: a.Outreach, Programs: a.Programs, Desk: a.Desk, Auth: a.Auth, Signer: a.Signer,
		DeskSet: a.DeskConfig, People: a.Directory, Files: a.Files,
		Brand: a.brand, Clock: a.clock, Demo: a.options.Demo, Cookie: a.cookie, Proxies: a.proxies})
	return api.New(api.Parts{
		DB:        a.DB,
		Cookie:    a.cookie,
		Ledger:    a.Ledger,
		Auth:      a.Auth,
		Directory: a.Directory,
		Imports:   a.Imports,
		Fields:    a.Fields,
		Files:     a.Files,
		Mail:      a.Mail,
		Blueprint: a.Blueprint,
		Explain:   a.Explain,
		Desk:      a.Desk,
		People:    a.People,
		Outreach:  a.Outreach,
		Insight:   a.Insight,
		Boards:    a.Boards,
		Measures:  a.Measures,
		Work:      a.Work,
		Webhooks:  a.Webhooks,
		Trackers:  a.Trackers,
		Entitle:   a.Entitle,
		Success:   a.Success,
		Playbooks: a.Playbooks,
		Setup:     a.Setup,
		Notify:    a.Notify,
		Programs:  a.Programs,
		Search:    a.Search,
		Replay:    a.Replay,
		Zendesk:   a.Zendesk,
		Watch:     a.Watch,
		Sandbox:   a.Sandbox,
		Ready:     a.Ready,
		DeskSet:   a.DeskConfig,
		Portal:    public,
		Examine:   func(ctx context.Context) doctor.Report { return a.Examine(ctx, a.base, false) },
		Title:     "Steward",
		Version:   Version,
		Clock:     a.clock,
		Proxies:   a.proxies,
		Demo:      a.options.Demo,
	})
}

// cookie carries a session to browsers.
func (a *App) cookie(secret string) *http.Cookie { return api.SessionCookie(a.base, secret) }

// brand is the name shown on public pages: the first brand's title.
func (a *App) brand() string {
	for _, e := range a.Blueprint.Set().Entries() {
		if e.Kind == "brand" && !e.Retired {
			return e.Title
		}
	}
	return "Steward"
}

// listenMail starts the servers that receive mail.
func (a *App) listenMail(l Listen, failed chan<- error) ([]*mail.Server, error) {
	var out []*mail.Server
	for _, one := range []struct {
		addr string
		lmtp bool
	}{{l.SMTP, false}, {l.LMTP, true}} {
		if one.addr == "" {
			continue
		}
		m := mail.NewServer(mail.ServerConfig{Addr: one.addr, LMTP: one.lmtp, MaxBytes: maxMail}, a.Mail)
		ln, err := m.Listen()
		if err != nil {
			return out, fault.New(fault.Unavailable, "Cannot listen for mail on %s: %w", one.addr, err)
		}
		out = append(out, m)
		go func() {
			if err := m.Serve(ln); err != nil {
				failed <- fmt.Errorf("receiving mail: %w", err)
			}
		}()
	}
	return out, nil
}

// browsable turns a listener's address into one that a browser can open.
func browsable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
