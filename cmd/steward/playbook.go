package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

type playbookCmd struct {
	DryRun dryRunCmd `cmd:"" name:"dry-run" help:"Say step by step what a run would do. Nothing is stored or sent."`
}

type dryRunCmd struct {
	instance
	Playbook string            `arg:"" help:"Name of a playbook, or a file with its text."`
	Subject  string            `help:"The record the run is about, such as organization/12." required:""`
	At       string            `help:"When it starts, such as 2026-12-01T09:00:00Z; now when left out."`
	Ask      map[string]string `help:"Answers to what is asked at the start, such as go_live=2026-12-24."`
	Outcome  map[string]string `help:"How steps go, such as agree=declined."`
}

// Run prints a line for everything that would happen.
func (c *dryRunCmd) Run(ctx context.Context) error {
	in := playbook.DryInput{Playbook: c.Playbook, Outcomes: c.Outcome, Ask: map[string]any{}, People: map[string]playbook.Part{}}
	kind, number, _ := strings.Cut(c.Subject, "/")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return fault.Field("--subject", c.Subject, "a kind and an id, such as organization/12", "%q is no record.", c.Subject)
	}
	in.Subject = ledger.Ref{Kind: kind, ID: id}
	if c.At != "" {
		if in.At, err = time.Parse(time.RFC3339, c.At); err != nil {
			return fault.Field("--at", c.At, "a time such as 2026-12-01T09:00:00Z", "%q is not a time.", c.At)
		}
	}
	for name, v := range c.Ask {
		in.Ask[name] = v
	}
	if text, err := os.ReadFile(c.Playbook); err == nil {
		in.Playbook, in.Text = "", string(text)
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var lines []playbook.DryLine
	var end playbook.State
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		lines, end, err = a.Playbooks.DryRun(ctx, tx, a.Root(), in)
		return err
	})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		more := l.Outcome
		if !l.Due.IsZero() {
			more = "due " + l.Due.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.At.Format("2006-01-02 15:04"), l.Title, l.Words(), more, strings.Join(l.Who, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !end.Status.Over() {
		fmt.Println("It waits for something that a dry run does not know.")
	}
	return nil
}
