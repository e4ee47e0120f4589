package main

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// requestOutput is a change request as commands print it with --json.
type requestOutput struct {
	ID           int64                   `json:"id"`
	State        blueprint.RequestState  `json:"state"`
	Revision     int                     `json:"revision"`
	OpenedAt     time.Time               `json:"opened_at"`
	Author       int64                   `json:"author_id"`
	Message      string                  `json:"message"`
	Stale        bool                    `json:"stale"`
	NotBefore    *time.Time              `json:"not_before"`
	HeldBy       string                  `json:"held_by"`
	Change       *int64                  `json:"change"`
	Counts       blueprint.Counts        `json:"counts"`
	Requirements []blueprint.Requirement `json:"requirements"`
	Missing      []string                `json:"missing"`
}

func outputOf(r blueprint.Request) requestOutput {
	out := requestOutput{ID: r.ID, State: r.State, Revision: r.Revision, OpenedAt: r.Opened, Author: r.AuthorID, Message: r.Message, Stale: r.Stale, HeldBy: r.HeldBy,
		Counts: r.Counts, Requirements: append([]blueprint.Requirement{}, r.Requirements...), Missing: []string{}}
	if !r.NotBefore.IsZero() {
		out.NotBefore = &r.NotBefore
	}
	if r.Change != 0 {
		out.Change = &r.Change
	}
	for _, q := range r.Missing() {
		out.Missing = append(out.Missing, q.Words())
	}
	return out
}

type requestsCmd struct {
	instance
	All  bool `help:"Also those that are closed."`
	JSON bool `name:"json" help:"Print JSON."`
}

// maxRequests is how many requests the command prints.
const maxRequests = 100

// Run lists change requests, newest first, at most 100.
func (c *requestsCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	out := []requestOutput{}
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		states := []blueprint.RequestState{blueprint.RequestOpen, blueprint.RequestApproved}
		if c.All {
			states = []blueprint.RequestState{""}
		}
		for _, state := range states {
			list, _, err := a.Blueprint.Requests(ctx, tx, a.Root(), state, db.Page{Limit: maxRequests})
			if err != nil {
				return err
			}
			for _, r := range list {
				out = append(out, outputOf(r))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(map[string]any{"requests": out})
	}
	for _, r := range out {
		fmt.Printf("%d  %s  %s%s\n", r.ID, r.State, r.Message, r.waits())
	}
	if len(out) == 0 {
		fmt.Println("No change request waits.")
	}
	return nil
}

// waits says in words what a request waits for.
func (r requestOutput) waits() (text string) {
	for _, m := range r.Missing {
		text += "; needs " + m
	}
	if r.Stale {
		text += "; must be planned again"
	}
	if r.NotBefore != nil {
		text += "; not before " + r.NotBefore.UTC().Format("2006-01-02 15:04 UTC") + " (" + r.HeldBy + ")"
	}
	return text
}

// noRequest is bad input on the command line.
func noRequest(err error, id int64) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "There is no change request %d.", id)
	}
	return err
}

type approveCmd struct {
	instance
	acting
	Number   int64 `arg:"" help:"Number of the change request."`
	Revision int   `help:"Revision that was looked at; another one is refused." placeholder:"N"`
	JSON     bool  `name:"json" help:"Print JSON."`
}

// Run approves a change request; the last approval applies it where the policy says so.
func (c *approveCmd) Run(ctx context.Context) error {
	return judge(ctx, c.instance, c.acting, c.Number, c.JSON, func(ctx context.Context, tx db.Tx, a *app.App, by act.Actor) (blueprint.Request, error) {
		return a.Blueprint.Approve(ctx, tx, by, c.Number, c.Revision)
	})
}

type rejectCmd struct {
	instance
	acting
	Number int64  `arg:"" help:"Number of the change request."`
	Reason string `help:"Why, for its author." placeholder:"TEXT"`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run rejects a change request; its author withdraws it.
func (c *rejectCmd) Run(ctx context.Context) error {
	return judge(ctx, c.instance, c.acting, c.Number, c.JSON, func(ctx context.Context, tx db.Tx, a *app.App, by act.Actor) (blueprint.Request, error) {
		return a.Blueprint.Reject(ctx, tx, by, c.Number, c.Reason)
	})
}

func judge(ctx context.Context, where instance, who acting, id int64, asJSON bool, do func(ctx context.Context, tx db.Tx, a *app.App, by act.Actor) (blueprint.Request, error)) error {
	a, by, err := who.begin(ctx, where)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var r blueprint.Request
	err = a.Configure(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		r, err = do(ctx, tx, a, by)
		return err
	})
	if err != nil {
		return noRequest(err, id)
	}
	out := outputOf(r)
	switch {
	case asJSON:
		return printJSON(out)
	case r.State == blueprint.RequestApplied:
		fmt.Printf("Change request %d is approved and applied as change %d.\n", id, r.Change)
	default:
		fmt.Printf("Change request %d is %s%s.\n", id, r.State, out.waits())
	}
	return nil
}

type reviewCmd struct {
	instance
	acting
	Number int64 `arg:"" help:"Number of the change that was made in an emergency."`
}

// Run notes that somebody looked at an emergency change.
func (c *reviewCmd) Run(ctx context.Context) error {
	a, by, err := c.begin(ctx, c.instance)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := a.Blueprint.Review(ctx, tx, by, c.Number)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "There is no change %d.", c.Number)
	}
	if err == nil {
		fmt.Printf("Change %d is reviewed.\n", c.Number)
	}
	return err
}
