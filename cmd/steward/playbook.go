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
	Answer   map[string]string `help:"Answers to forms and quizzes, such as details.place=own."`
	Comes    map[string]string `help:"When what a wait waits for comes, such as paid=2026-12-03."`
	Needed   map[string]bool   `help:"Whether a step with a condition is done, such as visa=true."`
}

// Run prints a line for everything that would happen.
func (c *dryRunCmd) Run(ctx context.Context) error {
	in := playbook.DryInput{Playbook: c.Playbook, Outcomes: c.Outcome, Needed: c.Needed, Answers: map[string]map[string]any{}, Comes: map[string]time.Time{}, Ask: map[string]any{}, People: map[string]playbook.Part{}}
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
	for where, v := range c.Answer {
		step, question, dotted := strings.Cut(where, ".")
		if !dotted {
			return fault.Field("--answer", where, "a step and a question, such as details.place", "%q names no question of a step.", where)
		}
		if in.Answers[step] == nil {
			in.Answers[step] = map[string]any{}
		}
		in.Answers[step][question] = v
	}
	for step, v := range c.Comes {
		at, err := time.Parse(time.DateOnly, v)
		if err != nil {
			at, err = time.Parse(time.RFC3339, v)
		}
		if err != nil {
			return fault.Field("--comes", v, "a day such as 2026-12-03, or a time such as 2026-12-03T09:00:00Z", "%q is not a day.", v)
		}
		in.Comes[step] = at
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
		fmt.Println("It waits for something that a dry run does not know. Say with --comes STEP=DAY when it comes.")
	}
	return nil
}
