package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"steward/internal/app"
	"steward/internal/backup"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/observe"
)

type serveCmd struct {
	instance
	Listen       string        `help:"Address of the workspace and the API." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	SMTP         string        `name:"smtp" help:"Address that receives mail by SMTP." placeholder:"HOST:PORT"`
	LMTP         string        `name:"lmtp" help:"Address that receives mail by LMTP, or unix:PATH." placeholder:"HOST:PORT"`
	BaseURL      string        `help:"Public address of the workspace, for links in mail; http://HOST:PORT when left out." placeholder:"URL" env:"STEWARD_BASE_URL"`
	CheckDKIM    bool          `name:"check-dkim" help:"Check the signatures of received mail by DNS, for mailboxes that name no server to believe." default:"true" negatable:""`
	AllowHost    []string      `help:"Host or network that webhooks may call though it is not public, such as hooks.internal or 10.1.0.0/16." placeholder:"HOST" env:"STEWARD_ALLOW_HOST"`
	TrustedProxy []string      `help:"Address or network of a reverse proxy whose X-Forwarded-For is believed; without any, one on this machine or in a private network is." placeholder:"NETWORK" env:"STEWARD_TRUSTED_PROXY"`
	CatchMail    bool          `help:"Development: keep mail of mailboxes without an outgoing server in the built-in catcher."`
	MetricsAddr  string        `help:"Address that shows figures for Prometheus at /metrics; keep it private." placeholder:"HOST:PORT"`
	MetricsToken string        `help:"Where the token is that shows /metrics on the main address: env:NAME or file:PATH." placeholder:"REF"`
	Drain        time.Duration `help:"How long a stop says not ready before it closes the doors; 1s with PostgreSQL, else nothing." placeholder:"DURATION" default:"-1s"`
	Memory       int           `help:"Mebibytes of memory to stay below when possible; GOMEMLIMIT goes first." default:"350" placeholder:"MIB"`
	LogFormat    string        `help:"Log lines as text or json." enum:"text,json" default:"text"`
	LogLevel     slog.Level    `help:"debug (with a line for each request), info, warn or error." default:"info"`
	Force        bool          `help:"Serve a folder although its instance was moved elsewhere."`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context) error {
	slog.SetDefault(observe.Logger(os.Stderr, c.LogFormat == "json", c.LogLevel))
	c.roomForGarbage()
	l := app.Listen{HTTP: c.Listen, SMTP: c.SMTP, LMTP: c.LMTP, Metrics: c.MetricsAddr, Drain: c.Drain}
	if c.MetricsToken != "" {
		var err error
		if l.MetricsToken, err = app.Secret(c.MetricsToken); err != nil {
			return err
		}
	}
	o := c.options()
	if o.Dir != "" && !db.Exists(o.Dir) && !empty(o.Dir) {
		return fault.New(fault.Invalid, "There is no instance in %s. Run steward init --data %s first, or make that folder and serve it empty to set it up in a browser.", o.Dir, o.Dir)
	}
	if o.Dir != "" && !c.Force {
		if err := backup.NotMoved(o.Dir); err != nil {
			return err
		}
	}
	if c.Drain < 0 && o.URL != "" {
		l.Drain = time.Second
	}
	o.Own = true
	program, err := os.Executable()
	if err != nil {
		program = "" // its work stays in this process
	}
	options := app.Options{DB: o, Program: program, BaseURL: c.BaseURL, CatchMail: c.CatchMail, AllowHosts: c.AllowHost, TrustedProxies: c.TrustedProxy, Force: c.Force}
	if c.CheckDKIM {
		options.Lookup = net.DefaultResolver.LookupTXT
	}
	a, err := app.New(ctx, options)
	if err != nil {
		return err
	}
	err = a.Serve(ctx, l)
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	return err
}

// empty reports whether a folder holds nothing: somebody made it for an instance. One that is not there may be a typing mistake.
func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// roomForGarbage lets the collector run a third as often as it would: the heap of a server
// is small beside what it allocates each second. Near the limit it works harder again.
// GOGC and GOMEMLIMIT go first.
func (c *serveCmd) roomForGarbage() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(max(c.Memory, 64)) << 20)
	}
}
