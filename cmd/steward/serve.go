package main

import (
	"context"
	"net"
	"os"
	"runtime/debug"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/fault"
)

type serveCmd struct {
	instance
	Listen    string `help:"Address of the workspace and the API." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	SMTP      string `name:"smtp" help:"Address that receives mail by SMTP." placeholder:"HOST:PORT"`
	LMTP      string `name:"lmtp" help:"Address that receives mail by LMTP, or unix:PATH." placeholder:"HOST:PORT"`
	BaseURL   string `help:"Public address of the workspace, for links in mail; http://HOST:PORT when left out." placeholder:"URL" env:"STEWARD_BASE_URL"`
	CheckDKIM bool   `name:"check-dkim" help:"Check the signatures of received mail by DNS, for mailboxes that name no server to believe." default:"true" negatable:""`
	CatchMail bool   `help:"Development: keep mail of mailboxes without an outgoing server in the built-in catcher."`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context) error {
	roomForGarbage()
	o := c.options()
	if o.Dir != "" && !db.Exists(o.Dir) {
		return fault.New(fault.Invalid, "There is no instance in %s. Run steward init --data %s first.", o.Dir, o.Dir)
	}
	o.Own = true
	options := app.Options{DB: o, BaseURL: c.BaseURL, CatchMail: c.CatchMail}
	if c.CheckDKIM {
		options.Lookup = net.DefaultResolver.LookupTXT
	}
	a, err := app.New(ctx, options)
	if err != nil {
		return err
	}
	err = a.Serve(ctx, app.Listen{HTTP: c.Listen, SMTP: c.SMTP, LMTP: c.LMTP})
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	return err
}

// roomForGarbage lets the collector run a third as often as it would: the heap of a server
// is small beside what it allocates each second. Near the limit it works harder again.
// GOGC and GOMEMLIMIT go first.
func roomForGarbage() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(350 << 20)
	}
}
