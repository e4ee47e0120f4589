package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"steward/internal/fault"
	"steward/toolbox/strace"
)

type straceExecCmd struct {
	straceLog
	straceChoice
}

// Run prints the programs that were started.
func (c *straceExecCmd) Run(ctx context.Context) error {
	t, choice, err := c.choose(ctx, c.straceChoice, strace.Options{})
	if err != nil {
		return err
	}
	rows := t.Execs(choice)
	return c.print(t, "programs", rows, t.ExecTable(rows))
}

// choose reads the log and checks which processes are asked for.
func (c straceLog) choose(ctx context.Context, who straceChoice, opt strace.Options) (*strace.Trace, strace.Choice, error) {
	t, err := c.read(ctx, c.Files, opt)
	if err != nil {
		return nil, strace.Choice{}, err
	}
	choice, err := who.choice(t)
	return t, choice, err
}

type straceFilesCmd struct {
	straceLog
	straceChoice
	Sort string `short:"s" default:"duration" enum:"duration,pid,time" help:"By duration, pid or time."`
}

// Run prints opens.
func (c *straceFilesCmd) Run(ctx context.Context) error {
	t, choice, err := c.choose(ctx, c.straceChoice, strace.Options{Need: strace.NeedFiles})
	if err != nil {
		return err
	}
	rows := t.Files(choice, c.Sort)
	return c.print(t, "files", rows, strace.FileTable(rows))
}

type straceDirectoriesCmd struct {
	straceLog
	straceChoice
	Sort string `short:"s" default:"duration" enum:"duration,pid,time,count" help:"By duration, pid, time or count."`
}

// Run prints opens by folder.
func (c *straceDirectoriesCmd) Run(ctx context.Context) error {
	t, choice, err := c.choose(ctx, c.straceChoice, strace.Options{Need: strace.NeedFiles})
	if err != nil {
		return err
	}
	rows := t.Directories(choice, c.Sort)
	return c.print(t, "directories", rows, strace.FolderTable(rows))
}

type straceIOCmd struct {
	straceLog
	straceChoice
	Sort string `short:"s" default:"duration" enum:"duration,pid,time" help:"By duration, pid or time."`
}

// Run prints reads and writes.
func (c *straceIOCmd) Run(ctx context.Context) error {
	t, choice, err := c.choose(ctx, c.straceChoice, strace.Options{Need: strace.NeedIO})
	if err != nil {
		return err
	}
	rows := t.IO(choice, c.Sort)
	return c.print(t, "io", rows, strace.IOTable(rows))
}

type straceQuantizeCmd struct {
	straceOutput
	straceChoice
	Syscall string   `arg:"" help:"The system call: read, futex, openat."`
	Files   []string `arg:"" name:"file" help:"Logs; - for standard input."`
}

// Run prints a distribution of durations.
func (c *straceQuantizeCmd) Run(ctx context.Context) error {
	l := straceLog{c.straceOutput, c.Files}
	t, choice, err := l.choose(ctx, c.straceChoice, strace.Options{Need: strace.NeedHistograms, Quantize: c.Syscall})
	if err != nil {
		return err
	}
	if _, ok := t.Summary().BySyscall[c.Syscall]; !ok {
		return fault.New(fault.Invalid, "No call of %s in this log; summary shows which there are", c.Syscall)
	}
	rows := append([]strace.Bucket{}, t.Histogram(c.Syscall, choice)...)
	return c.print(t, "histogram", rows, strace.HistogramTable(rows))
}

type straceTreeCmd struct {
	straceLog
	Truncate int `short:"t" default:"50" help:"Cut commands to so many characters; 0 for never."`
}

// Run draws the tree.
func (c *straceTreeCmd) Run(ctx context.Context) error {
	t, err := c.read(ctx, c.Files, strace.Options{})
	if err != nil {
		return err
	}
	tree := t.Tree()
	if !c.CSV {
		return c.print(t, "tree", tree, strace.Table{Footer: strace.TreeText(tree, c.Truncate)})
	}
	table := strace.Table{Columns: []strace.Column{{Name: "pid"}, {Name: "parent"}, {Name: "thread"}, {Name: "exit", Left: true}, {Name: "command", Left: true}}}
	var walk func(nodes []strace.Node, parent string)
	walk = func(nodes []strace.Node, parent string) {
		for _, n := range nodes {
			b, _ := json.Marshal(n.PID)
			command := ""
			for _, e := range n.Programs {
				if e.OK {
					command = e.Command()
				}
			}
			thread := "false"
			if n.Thread {
				thread = "true"
			}
			table.Rows = append(table.Rows, []string{string(b), parent, thread, n.Exit.String(), command})
			walk(n.Children, string(b))
		}
	}
	walk(tree, "")
	return c.print(t, "", nil, table)
}

type straceNetCmd struct{ straceLog }

// Run prints who was spoken to.
func (c *straceNetCmd) Run(ctx context.Context) error {
	t, err := c.read(ctx, c.Files, strace.Options{Need: strace.NeedNet})
	if err != nil {
		return err
	}
	rows := t.Peers()
	return c.print(t, "peers", rows, strace.PeerTable(rows))
}

type straceSlowCmd struct {
	straceLog
	straceChoice
	Count   int  `short:"c" default:"25" help:"How many, at most 1,000."`
	Working bool `short:"w" help:"Only calls that work, not those that wait."`
}

// Run prints the longest calls.
func (c *straceSlowCmd) Run(ctx context.Context) error {
	if c.Count < 1 || c.Count > 1000 {
		return fault.New(fault.Invalid, "--count is %d; from 1 to 1,000 is possible", c.Count)
	}
	limits := strace.Limits{Slow: c.Count}
	if c.Working || len(c.PIDs) > 0 { // keep more, as some are left out later
		limits.Slow = max(20*c.Count, 2000)
	}
	t, choice, err := c.choose(ctx, c.straceChoice, strace.Options{Need: strace.NeedSlow, Limits: limits})
	if err != nil {
		return err
	}
	rows := t.Slow(c.Count, c.Working, choice)
	return c.print(t, "calls", rows, strace.SlowTable(rows))
}

type straceErrorsCmd struct{ straceLog }

// Run prints failures.
func (c *straceErrorsCmd) Run(ctx context.Context) error {
	t, err := c.read(ctx, c.Files, strace.Options{Need: strace.NeedErrors})
	if err != nil {
		return err
	}
	rows := t.Errors()
	return c.print(t, "errors", rows, strace.FailureTable(rows))
}

type straceWaitsCmd struct {
	straceLog
	straceChoice
}

// Run prints who waited for what.
func (c *straceWaitsCmd) Run(ctx context.Context) error {
	t, choice, err := c.choose(ctx, c.straceChoice, strace.Options{Need: strace.NeedWaits})
	if err != nil {
		return err
	}
	rows := t.Waits(choice)
	return c.print(t, "waits", rows, strace.WaitTable(rows))
}

type straceCompareCmd struct {
	straceOutput
	A string `arg:"" help:"The log to compare with."`
	B string `arg:"" help:"The log that is slower, or not."`
}

// Run prints what got slower.
func (c *straceCompareCmd) Run(ctx context.Context) error {
	a, err := c.read(ctx, []string{c.A}, strace.Options{})
	if err != nil {
		return err
	}
	b, err := c.read(ctx, []string{c.B}, strace.Options{})
	if err != nil {
		return err
	}
	r := strace.Compare(a, b)
	if c.JSON {
		return c.object(b, r)
	}
	calls := strace.ChangeTable(r.BySyscall, "syscall")
	if c.CSV {
		return c.print(b, "", nil, calls)
	}
	calls.Footer = []string{""}
	if err := calls.WriteText(os.Stdout); err != nil {
		return err
	}
	return c.print(b, "", nil, strace.ChangeTable(r.ByProgram, "program"))
}

// straceArgs lets the subcommands of strace be abbreviated, and lets the log stand before
// them as the original has it.
func straceArgs(args []string) []string {
	if len(args) < 2 || args[0] != "strace" {
		return args
	}
	names := []string{"summary", "list-pids", "pid", "exec", "files", "directories", "io", "quantize", "tree", "net", "slow", "errors", "waits", "compare", "report"}
	full := func(s string) string {
		found := ""
		for _, n := range names {
			if n == s {
				return n
			}
			if s != "" && strings.HasPrefix(n, s) {
				if found != "" {
					return ""
				}
				found = n
			}
		}
		return found
	}
	out := slices.Clone(args)
	if n := full(out[1]); n != "" {
		out[1] = n
	} else if len(out) > 2 && !strings.HasPrefix(out[1], "-") {
		if n := full(out[2]); n != "" { // FILE summary …: the file goes last
			return append(append([]string{"strace", n}, out[3:]...), out[1])
		}
	}
	return out
}
