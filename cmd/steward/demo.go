package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/demo"
	"steward/internal/fault"
)

type demoCmd struct {
	instance
	Listen string `help:"Address of the workspace and the API." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Size   string `help:"How much there is: small (2,000 tickets), medium (100,000) or large (1,000,000)." enum:"small,medium,large" default:"small"`
	Seed   uint64 `help:"Which company; the same seed gives the same one." default:"1"`
	Still  bool   `help:"No new mail arrives while the demo runs."`
}

// Help is shown by steward demo --help.
func (demoCmd) Help() string {
	return "Makes a software company with eighteen months of tickets and serves it. Without --data or --database it lives in a temporary folder that goes when the demo ends. A folder that holds the same demo already is used again."
}

// Run makes the demo and serves it until it is told to stop.
func (c *demoCmd) Run(ctx context.Context) error {
	l, err := net.Listen("tcp", c.Listen) // better to know now than after minutes of work
	if err != nil {
		return fault.New(fault.Unavailable, "Cannot listen on %s: %w", c.Listen, err)
	}
	l.Close()
	o := c.options()
	if o == (db.Options{}) {
		dir, err := os.MkdirTemp("", "steward-demo-")
		if err != nil {
			return fault.New(fault.Unavailable, "A temporary folder cannot be made: %w", err)
		}
		defer os.RemoveAll(dir)
		o.Dir = dir
	}
	o.Own = o.Dir != ""
	begun := time.Now()
	base := ""
	if host, port, err := net.SplitHostPort(c.Listen); err == nil && host != "" && port != "0" {
		base = "http://" + c.Listen // links in the mail of the past lead here
	}
	d, err := demo.Open(ctx, demo.Options{DB: o, Size: demo.Size(c.Size), Seed: c.Seed, Now: begun, BaseURL: base, Progress: newProgress().show})
	if err != nil {
		return err
	}
	smtp, err := freePort()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var life sync.WaitGroup
	err = d.App.Serve(ctx, app.Listen{HTTP: c.Listen, SMTP: smtp, Ready: func(url string) {
		d.Caught(ctx, 30*time.Second)
		what := "made"
		if d.Reused {
			what = "found"
		}
		fmt.Fprintf(os.Stderr, "The demo was %s in %.1f s. Mail to support@company.example is taken at smtp://%s.\n", what, time.Since(begun).Seconds(), smtp)
		fmt.Printf("url: %s\nemail: %s\npassword: %s\ntoken: %s\nsignin: %s%s\n", url, d.Email, d.Password, d.Token, url, d.SignIn)
		if !c.Still {
			life.Go(func() { d.Live(ctx) })
		}
	}})
	stop()
	life.Wait()
	if cerr := d.App.Close(); err == nil {
		err = cerr
	}
	return err
}

// freePort finds a port of this machine that nobody uses.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fault.New(fault.Unavailable, "There is no free port for mail: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// progress tells on standard error how far a phase is: in place on a terminal, otherwise
// every ten percent.
type progress struct {
	terminal bool
	phase    string
	begun    time.Time
	shown    time.Time
	percent  int
}

func newProgress() *progress {
	s, err := os.Stderr.Stat()
	return &progress{terminal: err == nil && s.Mode()&os.ModeCharDevice != 0}
}

func (p *progress) show(phase string, done, total int) {
	now := time.Now()
	if phase != p.phase {
		if p.terminal && p.phase != "" {
			fmt.Fprintln(os.Stderr)
		}
		p.phase, p.begun, p.shown, p.percent = phase, now, time.Time{}, -1
	}
	percent := 100
	if total > 0 {
		percent = min(100, done*100/total)
	}
	if p.terminal && now.Sub(p.shown) < 200*time.Millisecond && percent < 100 || !p.terminal && percent/10 == p.percent/10 && p.percent >= 0 || percent == p.percent {
		return
	}
	p.shown, p.percent = now, percent
	left := ""
	if spent := now.Sub(p.begun); percent > 0 && percent < 100 && spent > time.Second {
		left = fmt.Sprintf(", %.0f s left", spent.Seconds()*float64(100-percent)/float64(percent))
	}
	line := fmt.Sprintf("%3d %%  %s%s", percent, phase, left)
	if p.terminal {
		fmt.Fprintf(os.Stderr, "\r\033[K%s", line)
		if percent == 100 {
			fmt.Fprintln(os.Stderr)
			p.phase = ""
		}
		return
	}
	fmt.Fprintln(os.Stderr, line)
}
