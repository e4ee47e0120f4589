package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// moved is how many tickets, of three messages each, the move brings over.
const moved = 1500

// movein measures a company's move from a server that speaks Zendesk's API, on this machine too, into a new
// instance, and a second run that finds nothing new.
func movein(ctx context.Context, s settings, e *engine, r *report) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	c, err := dial(e.server.http, e.token)
	if err != nil {
		return err
	}
	c.base = "/api/v2"
	begun := time.Now().Add(-24 * time.Hour).UTC()
	for n := range moved {
		at := func(minutes int) string { return begun.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339) }
		body, err := json.Marshal(map[string]any{"ticket": map[string]any{"subject": fmt.Sprintf("Moves in %d", n), "status": "open", "tags": []string{"moved"},
			"requester": map[string]any{"name": fmt.Sprintf("Customer %d", n%300), "email": fmt.Sprintf("customer%d@moved.example", n%300)},
			"comments":  []map[string]any{{"body": "It does not work.", "created_at": at(0)}, {"body": "Which version?", "public": true, "created_at": at(10)}, {"body": "The newest.", "created_at": at(20)}}}})
		if err != nil {
			return err
		}
		if _, err := c.do("POST", "/imports/tickets.json", string(body), 201); err != nil {
			return err
		}
	}
	into := []string{"--data", filepath.Join(e.dir, "moved-"+e.name)}
	if e.cluster != nil {
		if err := e.cluster.exec("postgres", "CREATE DATABASE moved"); err != nil {
			return err
		}
		into = []string{"--database", e.cluster.url("moved")}
	}
	run := func(name ...string) (took time.Duration, out []byte, err error) {
		cmd := exec.CommandContext(ctx, e.bin, append(name, into...)...)
		cmd.Env = append(os.Environ(), "STEWARD_MOVE_TOKEN="+e.token)
		var errs strings.Builder
		cmd.Stderr = &errs
		begun := time.Now()
		if out, err = cmd.Output(); err != nil {
			err = fmt.Errorf("steward %s: %w: %s", name, err, errs.String())
		}
		return time.Since(begun), out, err
	}
	if _, _, err := run("init", "--admin", "admin@company.example"); err != nil {
		return err
	}
	move := []string{"import", "zendesk", "--from", "http://" + e.server.http, "--token-env", "STEWARD_MOVE_TOKEN", "--json", "--report", filepath.Join(e.dir, "report.csv")}
	took, out, err := run(move...)
	if err != nil {
		return err
	}
	var sum struct {
		Steps []struct {
			Step  string `json:"step"`
			Moved int    `json:"moved"`
		} `json:"steps"`
	}
	if err := json.Unmarshal(out, &sum); err != nil {
		return err
	}
	tickets := 0
	for _, step := range sum.Steps {
		if step.Step == "tickets" {
			tickets = step.Moved
		}
	}
	if tickets < moved {
		return fmt.Errorf("only %d of %d tickets moved in", tickets, moved)
	}
	r.add(e, "move in: tickets with three messages, everything else included", float64(tickets)/took.Seconds(), " tickets/s", target{min: 150}, "")
	if took, _, err = run(move...); err != nil {
		return err
	}
	r.add(e, fmt.Sprintf("move in: again with nothing new, %d tickets", tickets), took.Seconds(), " s", target{max: 10}, "")
	return nil
}
