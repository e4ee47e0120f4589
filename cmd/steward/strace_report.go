package main

import (
	"bufio"
	"context"
	"os"
	"path/filepath"

	"steward/internal/fault"
	"steward/toolbox/strace"
	"steward/toolbox/strace/report"
)

// straceReportCmd writes a page about a log.
type straceReportCmd struct {
	Files       []string `arg:"" name:"file" help:"Logs, plain, gzip or zstd; - for standard input; a folder or the name given to strace -ff -o for a family."`
	Output      string   `short:"o" default:"-" help:"Where to write the page; - for standard output."`
	Title       string   `help:"What to call it; the log's name otherwise."`
	Processes   int      `default:"100" help:"How many processes the timeline shows."`
	Rows        int      `default:"40" help:"How many rows a table shows."`
	ShowSecrets bool     `help:"Show passwords, tokens and keys in strings of traced programs."`
}

// Run analyses the log and writes the page, beside an older one first so that nothing half
// written stands there.
func (c *straceReportCmd) Run(ctx context.Context) error {
	t, err := straceOutput{ShowSecrets: c.ShowSecrets}.read(ctx, c.Files, strace.Options{Need: report.Need, Limits: report.Limits})
	if err != nil {
		return err
	}
	o := report.Options{Title: c.Title, Lanes: c.Processes, Rows: c.Rows, ShowSecrets: c.ShowSecrets}
	if c.Output == "-" {
		w := bufio.NewWriter(os.Stdout)
		if err := report.Write(w, t, o); err != nil {
			return err
		}
		return w.Flush()
	}
	f, err := os.CreateTemp(filepath.Dir(c.Output), ".strace-report-*")
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be written: %w", c.Output, err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	w := bufio.NewWriter(f)
	err = report.Write(w, t, o)
	if err == nil {
		err = w.Flush()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), c.Output)
	}
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be written: %w", c.Output, err)
	}
	return nil
}
