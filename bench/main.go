package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settings are what the flags say.
type settings struct {
	bin     string
	dir     string
	engines []string
	only    []string
	sizes   []int
	callers []int
	each    time.Duration // how long one load lasts
	mails   int
	// accounts is how many accounts health is measured with; a tenth of them has a year behind it.
	accounts   int
	statements bool // PostgreSQL says what its statements cost
	json       string
	// patience is how long a load waits for other programs to leave the machine alone.
	patience time.Duration
}

// measures in the order they run. The ones that fill come last: they make the instance large.
var measures = []struct {
	name string
	run  func(ctx context.Context, s settings, e *engine, r *report) error
}{
	{"bare", bare},
	{"size", binarySize},
	{"tickets", tickets},
	{"replies", replies},
	{"mail", mails},
	{"rules", rules},
	{"clockwhy", clockWhy},
	{"long", longTicket},
	{"list", lists},
	{"filter", filters},
	{"work", work},
	{"indicators", indicators},
	{"search", searches},
	{"zendesk", zendesk},
	{"incremental", incremental},
	{"movein", movein},
	{"start", starts},
	{"demo", demo},
	{"replay", replays},
	{"next", nextTickets},
	{"timerules", timeRules},
	{"runs", runs},
	{"programs", programs},
	{"health", healths},
}

// names are the measures by name.
func names() (out []string) {
	for _, m := range measures {
		out = append(out, m.name)
	}
	return out
}

func parse() (settings, error) {
	var s settings
	var engines, only, sizes, callers string
	quick := flag.Bool("quick", false, "small sizes and short runs, to see that everything works")
	flag.StringVar(&s.bin, "bin", "bin/steward", "the program to measure")
	flag.StringVar(&s.dir, "dir", "", "where to put the data; a temporary folder when empty")
	flag.StringVar(&engines, "engines", "sqlite,postgres", "engines to measure")
	flag.StringVar(&only, "only", "", "measures to run: "+strings.Join(names(), ",")+"; all when empty")
	flag.StringVar(&sizes, "sizes", "10000,100000,1000000", "numbers of tickets the list is measured at")
	flag.StringVar(&callers, "clients", "1,8,32", "numbers of clients at once")
	flag.DurationVar(&s.each, "for", 8*time.Second, "how long each load lasts")
	flag.DurationVar(&s.patience, "quiet", 0, "wait up to this long before each load until other programs leave the machine alone")
	flag.IntVar(&s.mails, "mails", 6000, "mails sent")
	flag.IntVar(&s.accounts, "accounts", 100_000, "accounts that health is measured with")
	flag.BoolVar(&s.statements, "statements", false, "PostgreSQL says at the end which statements took its time")
	flag.StringVar(&s.json, "json", "", "also write the figures to this file as JSON")
	flag.Parse()
	if *quick {
		s.each, s.mails, sizes, s.accounts = 2*time.Second, 1000, "10000", 1000
	}
	s.engines = split(engines)
	s.only = split(only)
	for _, list := range []struct {
		text string
		into *[]int
	}{{sizes, &s.sizes}, {callers, &s.callers}} {
		for _, t := range split(list.text) {
			n, err := strconv.Atoi(t)
			if err != nil || n < 1 {
				return s, fmt.Errorf("%q is not a number above zero", t)
			}
			*list.into = append(*list.into, n)
		}
	}
	for _, name := range s.only {
		if !slices.Contains(names(), name) {
			return s, fmt.Errorf("there is no measure %q", name)
		}
	}
	bin, err := filepath.Abs(s.bin)
	s.bin = bin
	if _, serr := os.Stat(bin); serr != nil {
		return s, fmt.Errorf("%s is missing: run make build first", s.bin)
	}
	return s, err
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	s, err := parse()
	if err != nil {
		return err
	}
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "steward-bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(s.dir)
	}
	if err := os.Chmod(s.dir, 0o755); err != nil { // the cluster's own user has to pass
		return err
	}
	r := &report{engines: s.engines}
	var failed []error
	for _, name := range s.engines {
		if err := measureEngine(ctx, s, name, r); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	r.print(os.Stdout)
	if s.json != "" {
		failed = append(failed, r.write(s.json))
	}
	return errors.Join(failed...)
}

func measureEngine(ctx context.Context, s settings, name string, r *report) error {
	e, err := newEngine(s, name)
	if err != nil {
		return err
	}
	defer e.close()
	for _, m := range measures {
		if len(s.only) > 0 && !slices.Contains(s.only, m.name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: %s …\n", name, m.name)
		if err := m.run(ctx, s, e, r); err != nil {
			return fmt.Errorf("%s: %w%s", m.name, err, e.said())
		}
		if err := e.statementsTold(ctx, os.Stderr); err != nil {
			return err
		}
	}
	return nil
}
