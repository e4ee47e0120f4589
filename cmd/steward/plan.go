package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/playbook"
	"steward/internal/replay"
)

type planCmd struct {
	instance
	Dir    string `arg:"" help:"Folder of YAML files."`
	Prune  bool   `help:"Also remove what the folder does not contain."`
	Replay bool   `help:"Run recorded history through the proposal and list what would differ."`
	Since  string `help:"How far back to replay, such as 90d or 48h." default:"90d"`
	Found  string `help:"With --replay: write every record that would differ, up to 10,000 for each rule and change, as CSV to this file." type:"path" placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// planOutput is what plan --json prints: the plan, and with --replay what history says.
type planOutput struct {
	blueprint.Plan
	Runs   []playbook.Moves `json:"runs,omitempty"`
	Replay *replay.Report   `json:"replay,omitempty"`
}

// Run prints the plan; it exits 2 when there are errors.
func (c *planCmd) Run(ctx context.Context) error {
	window, err := parseDays(c.Since)
	if err != nil {
		return err
	}
	docs, findings, err := readFolder(c.Dir)
	if err != nil {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	out := planOutput{}
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		out.Plan, err = a.Blueprint.PlanWithUses(ctx, tx, a.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Prune: c.Prune, Source: "folder"})
		if err == nil && !out.HasErrors() {
			out.Runs, err = a.Playbooks.PlanMoves(ctx, tx, a.Root(), out.Plan)
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.Replay && !out.HasErrors() {
		r, err := a.Replay.Run(ctx, a.Root(), replay.Proposal{Documents: docs, Parsed: findings, Prune: c.Prune, Since: time.Now().Add(-window), Until: time.Now()}, replayed())
		if err != nil {
			return err
		}
		out.Replay = &r
		if err := c.writeFound(r); err != nil {
			return err
		}
	}
	if err := c.print(ctx, a, out); err != nil {
		return err
	}
	if out.HasErrors() {
		return errFindings
	}
	return nil
}

// writeFound writes the records that a replay found to the file that was asked for.
func (c *planCmd) writeFound(r replay.Report) error {
	if c.Found == "" {
		return nil
	}
	f, err := os.Create(c.Found)
	if err != nil {
		return err
	}
	return errors.Join(replay.WriteFound(f, r), f.Close())
}

func (c *planCmd) print(ctx context.Context, a *app.App, out planOutput) error {
	if err := warnOlder(ctx, a, c.Dir, out.Plan); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out)
	}
	if err := blueprint.Render(os.Stdout, out.Plan); err != nil {
		return err
	}
	if err := playbook.RenderMoves(os.Stdout, out.Runs); err != nil || out.Replay == nil {
		return err
	}
	return replay.Render(os.Stdout, *out.Replay)
}

// replayed writes how far a replay is to standard error, at most once a second.
func replayed() func(done, total int64) {
	next := make(chan time.Time, 1)
	next <- time.Now().Add(time.Second)
	return func(done, total int64) {
		at := <-next
		if now := time.Now(); now.After(at) {
			fmt.Fprintf(os.Stderr, "replayed %d of %d\n", done, total)
			at = now.Add(time.Second)
		}
		next <- at
	}
}

// parseDays reads a length of time in days (90d), hours or minutes.
func parseDays(s string) (time.Duration, error) {
	var days int
	if n, err := fmt.Sscanf(s, "%dd", &days); n == 1 && err == nil && s == fmt.Sprintf("%dd", days) && days > 0 && days < 100_000 {
		return time.Duration(days) * 24 * time.Hour, nil
	}
	d, err := blueprint.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fault.New(fault.Invalid, "--since %q is not a length of time. Write days (90d), hours (48h) or minutes (30m).", s)
	}
	return d.Std(), nil
}
