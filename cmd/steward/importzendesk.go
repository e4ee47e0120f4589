package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"steward/internal/fault"
	"steward/internal/zendesk"
)

type importZendeskCmd struct {
	instance
	From      string   `required:"" help:"Address of the source, such as https://company.zendesk.com." placeholder:"URL"`
	TokenEnv  string   `required:"" help:"Environment variable that holds an administrator's token there." placeholder:"NAME"`
	Email     string   `help:"Address that the token belongs to, for Zendesk's API tokens; left out for OAuth tokens and another Steward." placeholder:"EMAIL"`
	AllowHost []string `help:"Host or network that attachments may be fetched from though it is not public; the source itself always may." placeholder:"HOST"`
	Report    string   `help:"CSV file of what could not be carried over." default:"zendesk-report.csv" placeholder:"FILE"`
	RulesOff  bool     `help:"Bring triggers and automations over switched off: for moves that are repeated while people still work there."`
	JSON      bool     `name:"json" help:"Print the summary as JSON."`
}

// moveSummary is what --json prints.
type moveSummary struct {
	Source   string         `json:"source"`
	Complete bool           `json:"complete"`
	Steps    []zendesk.Step `json:"steps"`
	Problems int            `json:"problems"`
	Left     []leftBehind   `json:"left,omitempty"` // the problems by kind of record
	Report   string         `json:"report,omitempty"`
}

// Run moves a company in. It exits 1 when the source failed before the end; running it again goes on where
// it stopped. What could not be carried over is no failure: the report names it.
func (c *importZendeskCmd) Run(ctx context.Context) error {
	token := os.Getenv(c.TokenEnv)
	if token == "" {
		return fault.Field("--token-env", c.TokenEnv, "the name of an environment variable that holds a token", "The environment variable %s is empty.", c.TokenEnv)
	}
	source, err := zendesk.NewSource(c.From, c.Email, token, c.AllowHost)
	if err != nil {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var last time.Time
	move := a.Zendesk.Move(source, a.Root(), func(s zendesk.Step) {
		if now := time.Now(); now.Sub(last) >= time.Second {
			last = now
			fmt.Fprintln(os.Stderr, progressOf(s))
		}
	})
	if c.RulesOff {
		move.RulesOff()
	}
	steps, failed := move.Run(ctx)
	sum := moveSummary{Source: source.Name(), Complete: failed == nil, Steps: steps}
	if err := c.report(ctx, move, &sum); err != nil {
		return err
	}
	if sum.Problems > 0 {
		sum.Report = c.Report
	}
	if c.JSON {
		if err := printJSON(sum); err != nil {
			return err
		}
	} else {
		for _, s := range steps {
			fmt.Printf("%-22s %7d moved  %7d here already  %5d of them went on  %5d not carried\n", strings.ReplaceAll(s.Name, "_", " "), s.Moved, s.Known, s.More, s.Failed)
		}
		if sum.Problems > 0 {
			fmt.Printf("%d things could not be carried over, or not whole: %s names them.\n", sum.Problems, c.Report)
			for _, l := range sum.Left {
				fmt.Printf("%7d of %s, such as: %s\n", l.Count, strings.ReplaceAll(l.Kind, "_", " "), l.Example)
			}
		}
	}
	return failed
}

// progressOf is how far a step is, in words: "users: 1,200 of 100,000 moved, …".
func progressOf(s zendesk.Step) string {
	words := message.NewPrinter(language.English)
	of := ""
	if s.Total > 0 {
		of = words.Sprintf(" of %d", max(s.Total, s.Moved))
	}
	return words.Sprintf("%s: %d%s moved, %d here already (%d went on), %d not carried", strings.ReplaceAll(s.Name, "_", " "), s.Moved, of, s.Known, s.More, s.Failed)
}

// leftBehind is how much of one sort could not be carried over, with the first of it.
type leftBehind struct {
	Kind    string `json:"kind"`
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// counted counts a problem with those of its kind.
func (sum *moveSummary) counted(p zendesk.MoveProblem) {
	sum.Problems++
	for i := range sum.Left {
		if sum.Left[i].Kind == p.Kind {
			sum.Left[i].Count++
			return
		}
	}
	sum.Left = append(sum.Left, leftBehind{p.Kind, 1, p.What})
}

// report writes what could not be carried over; no file when that is nothing.
func (c *importZendeskCmd) report(ctx context.Context, move *zendesk.Move, sum *moveSummary) (err error) {
	var f *os.File
	var w *csv.Writer
	err = move.Problems(ctx, func(p zendesk.MoveProblem) error {
		if f == nil {
			if f, err = os.Create(c.Report); err != nil {
				return fault.New(fault.Unavailable, "The report %s cannot be written: %w", c.Report, err)
			}
			w = csv.NewWriter(f)
			if err := w.Write([]string{"record", "id", "what"}); err != nil {
				return err
			}
		}
		sum.counted(p)
		return w.Write([]string{p.Kind, p.Theirs, p.What})
	})
	if f == nil {
		return err
	}
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
