package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"steward/internal/api"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/mail"
	"steward/internal/portal"
)

// Version is set when the program is built.
var Version = "development"

// Listen says where an instance is served.
type Listen struct {
	HTTP string // host:port
	SMTP string // "" for none
	LMTP string // "" for none
	// Ready is called once everything listens, with the address of the workspace.
	Ready func(url string)
}

// maxMail is the largest mail accepted, in bytes.
const maxMail = 50 << 20

// graceful is how long a stop waits for requests under way.
const graceful = 15 * time.Second

// Serve runs the instance on the network until ctx ends, then stops gracefully.
func (a *App) Serve(ctx context.Context, l Listen) error {
	ln, err := net.Listen("tcp", l.HTTP)
	if err != nil {
		return fault.New(fault.Unavailable, "Cannot listen on %s: %w", l.HTTP, err)
	}
	url := "http://" + browsable(ln.Addr().String())
	if a.base == "" {
		a.base = url
	}
	if a.options.DB.Own && a.DB.Engine() == db.SQLite { // whoever leased jobs before is gone
		if err := a.Jobs.Reclaim(ctx); err != nil {
			return err
		}
	}
	surface := a.Surface()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var all sync.WaitGroup
	all.Go(func() { a.Run(work) })
	all.Go(func() { surface.Run(work) })
	server := &http.Server{Handler: surface.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return work }}
	failed := make(chan error, 3)
	go func() { failed <- server.Serve(ln) }()
	mails, err := a.listenMail(l, failed)
	if err != nil {
		stopWork()
		server.Close()
		all.Wait()
		return err
	}
	slog.Info("serving", "url", url, "smtp", l.SMTP, "lmtp", l.LMTP, "engine", a.DB.Engine(), "version", Version)
	if l.Ready != nil {
		l.Ready(url)
	}
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	slog.Info("stopping; requests under way are finished first")
	stop, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	for _, m := range mails {
		_ = m.Shutdown(stop)
	}
	surface.CloseStreams()
	_ = server.Shutdown(stop)
	stopWork()
	all.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// Surface is what the instance serves over HTTP; Serve puts it on the network.
func (a *App) Surface() *api.Server {
	title := "Steward"
	return api.New(api.Parts{DB: a.DB, Ledger: a.Ledger, Auth: a.Auth, Directory: a.Directory, Imports: a.Imports, Fields: a.Fields, Files: a.Files, Mail: a.Mail, Blueprint: a.Blueprint, Explain: a.Explain, Desk: a.Desk,
		DeskSet: func() *desk.Config { return a.config.Load().desk }, Outreach: a.Outreach, Insight: a.Insight, Search: a.Search, Replay: a.Replay, Clock: a.clock, Version: Version, Demo: a.options.Demo,
		Title: title, Ready: a.Ready, Portal: portal.New(portal.Parts{DB: a.DB, Outreach: a.Outreach, Desk: a.Desk, Auth: a.Auth, Signer: a.Signer,
			Brand: a.brand, Clock: a.clock, Demo: a.options.Demo, Cookie: api.SessionCookie})})
}

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
