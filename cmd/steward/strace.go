package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/toolbox/strace"
)

// straceCmd groups the commands that read what strace wrote. They need no instance.
type straceCmd struct {
	Summary     straceSummaryCmd     `cmd:"" help:"Where the time went: processes and system calls."`
	ListPIDs    straceListCmd        `cmd:"" name:"list-pids" help:"The system calls of each process."`
	PID         stracePIDCmd         `cmd:"" name:"pid" help:"All about some processes: steward strace pid 4711 trace.log"`
	Exec        straceExecCmd        `cmd:"" help:"The programs that were started."`
	Files       straceFilesCmd       `cmd:"" help:"The files that were opened, or not."`
	Directories straceDirectoriesCmd `cmd:"" help:"Opens added up by folder."`
	IO          straceIOCmd          `cmd:"" name:"io" help:"Reads and writes."`
	Quantize    straceQuantizeCmd    `cmd:"" help:"How long the calls of one system call took, as a distribution."`
	Tree        straceTreeCmd        `cmd:"" help:"Who made whom."`
	Net         straceNetCmd         `cmd:"" help:"Who was spoken to, how much, how long it took to connect (capture with -yy)."`
	Slow        straceSlowCmd        `cmd:"" help:"The longest calls."`
	Errors      straceErrorsCmd      `cmd:"" help:"What failed, by system call, error and path."`
	Waits       straceWaitsCmd       `cmd:"" help:"Who waited for what."`
	Compare     straceCompareCmd     `cmd:"" help:"What got slower from one log to another."`
	Report      straceReportCmd      `cmd:"" help:"A page about a log: steward strace report trace.log -o report.html"`
}

// straceOutput is how an answer is printed.
type straceOutput struct {
	JSON        bool `name:"json" help:"Print JSON; lengths of time are seconds."`
	CSV         bool `name:"csv" help:"Print CSV."`
	Unparsed    bool `help:"Also show lines that could not be read."`
	ShowSecrets bool `help:"Show passwords, tokens and keys in strings of traced programs."`
}

// straceLog is the log that a command reads.
type straceLog struct {
	straceOutput
	Files []string `arg:"" name:"file" help:"Logs, plain, gzip or zstd; - for standard input; a folder or the name given to strace -ff -o for a family."`
}

// straceChoice picks processes.
type straceChoice struct {
	PIDs    []int32 `name:"pid" short:"p" help:"Only these processes."`
	Related bool    `short:"r" help:"With their parents, children and threads."`
	Threads bool    `short:"t" help:"With their threads."`
}

func (c straceChoice) choice(t *strace.Trace) (strace.Choice, error) {
	out := strace.Choice{PIDs: c.PIDs, Related: c.Related, Threads: c.Threads}
	if _, missing := t.Pick(out); len(missing) > 0 {
		return out, fault.New(fault.Invalid, "No process %d in this log; list-pids shows those there are", missing[0])
	}
	return out, nil
}

// read analyses the logs, with a progress bar when somebody watches.
func (c straceOutput) read(ctx context.Context, files []string, opt strace.Options) (*strace.Trace, error) {
	if c.JSON && c.CSV {
		return nil, fault.New(fault.Invalid, "--json and --csv cannot be had at once")
	}
	in, err := strace.Open(files...)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%w", err)
	}
	opt.ShowSecrets = c.ShowSecrets
	clear := func() {}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		opt.Progress, clear = straceProgress(os.Stderr)
	}
	t, err := strace.Analyze(ctx, in, opt)
	clear()
	switch {
	case errors.Is(err, strace.ErrLimit):
		return nil, fault.New(fault.TooLarge, "%w", err)
	case errors.Is(err, context.Canceled):
		return nil, err
	case err != nil:
		return nil, fault.New(fault.Invalid, "%w", err)
	}
	return t, nil
}

// straceProgress draws a bar that appears after half a second, and a function that removes it.
func straceProgress(w io.Writer) (func(done, total int64), func()) {
	from, last, drawn := time.Now(), time.Time{}, false
	return func(done, total int64) {
			now := time.Now()
			if now.Sub(from) < 500*time.Millisecond || now.Sub(last) < 100*time.Millisecond {
				return
			}
			last, drawn = now, true
			speed := float64(done) / 1e6 / now.Sub(from).Seconds()
			if total > 0 {
				n := int(min(done*30/total, 30))
				_, _ = fmt.Fprintf(w, "\r\x1b[K%3d%% %s%s %.0f of %.0f MB, %.0f MB/s", done*100/total, strings.Repeat("█", n), strings.Repeat("░", 30-n), float64(done)/1e6, float64(total)/1e6, speed)
			} else {
				_, _ = fmt.Fprintf(w, "\r\x1b[K%.0f MB, %.0f MB/s", float64(done)/1e6, speed)
			}
		}, func() {
			if drawn {
				_, _ = fmt.Fprint(w, "\r\x1b[K")
			}
		}
}

// print writes an answer: JSON under its name beside the notes, a table as CSV or text.
func (c straceOutput) print(t *strace.Trace, name string, rows any, table strace.Table) error {
	notes := t.Notes()
	if c.JSON {
		out := map[string]any{name: rows, "notes": notes}
		return c.object(t, out)
	}
	if c.CSV {
		if err := table.WriteCSV(os.Stdout); err != nil {
			return err
		}
	} else {
		if err := table.WriteText(os.Stdout); err != nil {
			return err
		}
	}
	return c.asides(t, notes)
}

// asides writes notes and unparsed lines where they are in nobody's way.
func (c straceOutput) asides(t *strace.Trace, notes []string) error {
	for _, n := range notes {
		_, _ = fmt.Fprintln(os.Stderr, "note:", n)
	}
	if c.Unparsed {
		for _, u := range t.Unparsed {
			_, _ = fmt.Fprintf(os.Stderr, "%s:%d: %s\n", u.File, u.Line, strace.Printable(u.Text))
		}
	}
	return nil
}

func (c straceOutput) object(t *strace.Trace, out any) error {
	if c.Unparsed {
		b, err := json.Marshal(out)
		if err != nil {
			return err
		}
		m := map[string]json.RawMessage{}
		if err := json.Unmarshal(b, &m); err != nil {
			return err
		}
		if m["unparsed"], err = json.Marshal(append([]strace.UnparsedLine{}, t.Unparsed...)); err != nil {
			return err
		}
		out = m
	}
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

type straceSummaryCmd struct {
	straceLog
	Count int    `short:"c" default:"25" help:"How many processes; 0 for all."`
	Sort  string `short:"s" default:"active_time" enum:"active_time,children,pid,syscalls,total_time,user_time" help:"By active_time, children, pid, syscalls, total_time or user_time."`
}

// Run prints processes, system calls and totals.
func (c *straceSummaryCmd) Run(ctx context.Context) error {
	t, err := c.read(ctx, c.Files, strace.Options{})
	if err != nil {
		return err
	}
	s := t.Summary()
	top := t.Top(c.Sort, c.Count)
	switch {
	case c.JSON:
		return c.object(t, struct {
			*strace.Summary
			Top []strace.ProcessSum `json:"by_process"`
		}{s, top})
	case c.CSV:
		return c.print(t, "", nil, strace.ProcessTable(top))
	}
	procs := strace.ProcessTable(top)
	procs.Footer = []string{"", fmt.Sprintf("PIDs  %d (%d threads)", s.Processes, s.Threads), "real  " + s.Real.Seconds() + " s", "user  " + s.User.Seconds() + " s (between calls)",
		"sys   " + s.Active.Seconds() + " s (in calls that work)", "wait  " + s.Wait.Seconds() + " s (in calls that wait)",
		fmt.Sprintf("calls %d started, %d came back; %d of %d lines unparsed; flags %s", s.TotalCalls, s.ReturnedCalls, s.UnparsedLines, s.Lines, strings.Join(s.Flags, " ")), ""}
	if err := procs.WriteText(os.Stdout); err != nil {
		return err
	}
	return c.print(t, "", nil, strace.SyscallTable(s))
}

type straceListCmd struct {
	straceLog
	Count int    `short:"c" default:"25" help:"How many processes; 0 for all."`
	Sort  string `short:"s" default:"active_time" enum:"active_time,children,pid,syscalls,total_time,user_time" help:"By active_time, children, pid, syscalls, total_time or user_time."`
}

// straceProcess is a process with its system calls.
type straceProcess struct {
	strace.ProcessSum
	Syscalls []strace.ProcessCall `json:"by_syscall"`
}

// Run prints the system calls of each process.
func (c *straceListCmd) Run(ctx context.Context) error {
	t, err := c.read(ctx, c.Files, strace.Options{Need: strace.NeedPIDs})
	if err != nil {
		return err
	}
	rows := []straceProcess{}
	for _, p := range t.Top(c.Sort, c.Count) {
		rows = append(rows, straceProcess{p, t.ByPID(t.Processes[p.Index])})
	}
	return c.processes(t, rows, nil)
}

// processes prints tables one below the other; CSV is one table with the process in front.
func (c straceOutput) processes(t *strace.Trace, rows []straceProcess, more func(straceProcess) []string) error {
	if c.JSON {
		return c.object(t, map[string]any{"processes": rows, "notes": t.Notes()})
	}
	all := strace.Table{Columns: append([]strace.Column{{Name: "pid"}}, strace.CallTable(nil).Columns...)}
	for _, p := range rows {
		table := strace.CallTable(p.Syscalls)
		if c.CSV {
			for _, r := range table.Rows {
				all.Rows = append(all.Rows, append([]string{strconv.Itoa(int(p.PID))}, r...))
			}
			continue
		}
		fmt.Printf("PID %d  %s\n%d system calls, active %s ms, waiting %s ms, user %s ms, total %s ms\n\n", p.PID, p.Program, p.ProcessSum.Syscalls,
			p.Active.Milliseconds(), p.Wait.Milliseconds(), p.User.Milliseconds(), p.Total.Milliseconds())
		table.Footer = []string{""}
		if more != nil {
			table.Footer = append(more(p), "")
		}
		if err := table.WriteText(os.Stdout); err != nil {
			return err
		}
	}
	if c.CSV {
		return c.print(t, "", nil, all)
	}
	return c.asides(t, t.Notes())
}

type stracePIDCmd struct {
	straceOutput
	Args    []string `arg:"" name:"pid-or-file" help:"Processes and the log, in any order."`
	Related bool     `short:"r" help:"With their parents, children and threads."`
	Threads bool     `short:"t" help:"With their threads."`
}

// Run prints all about some processes.
func (c *stracePIDCmd) Run(ctx context.Context) error {
	var files []string
	var choice straceChoice
	for _, a := range c.Args {
		n, err := strconv.ParseInt(a, 10, 32)
		if _, statErr := os.Stat(a); err == nil && statErr != nil {
			choice.PIDs = append(choice.PIDs, int32(n))
		} else {
			files = append(files, a)
		}
	}
	if len(files) == 0 || len(choice.PIDs) == 0 {
		return fault.New(fault.Invalid, "Name processes and a log: steward strace pid 4711 trace.log")
	}
	choice.Related, choice.Threads = c.Related, c.Threads
	t, err := c.read(ctx, files, strace.Options{Need: strace.NeedPIDs | strace.NeedFiles})
	if err != nil {
		return err
	}
	pick, err := choice.choice(t)
	if err != nil {
		return err
	}
	picked, _ := t.Pick(pick)
	rows := []straceProcess{}
	about := map[int]straceAbout{}
	for _, sum := range t.Top("pid", 0) {
		if p := t.Processes[sum.Index]; slices.Contains(picked, p) {
			rows = append(rows, straceProcess{sum, t.ByPID(p)})
			about[p.Index] = aboutProcess(t, p)
		}
	}
	if c.JSON {
		out := []any{}
		for _, r := range rows {
			out = append(out, struct {
				straceProcess
				straceAbout
			}{r, about[r.Index]})
		}
		return c.object(t, map[string]any{"processes": out, "notes": t.Notes()})
	}
	return c.processes(t, rows, func(r straceProcess) []string { return about[r.Index].lines() })
}

// straceAbout is what there is to say about a process beside its system calls.
type straceAbout struct {
	Start    string          `json:"start"`
	End      string          `json:"end"`
	Lines    [2]int64        `json:"lines"`
	Exit     strace.Exit     `json:"exit"`
	Parent   int32           `json:"parent_pid"`
	Threads  []int32         `json:"threads"`
	Children []int32         `json:"child_pids"`
	Programs []strace.Exec   `json:"programs"`
	Slowest  []strace.Opened `json:"slowest_opens"`
}

func aboutProcess(t *strace.Trace, p *strace.Process) straceAbout {
	a := straceAbout{Start: t.Clock.Stamp(p.Start), End: t.Clock.Stamp(p.End), Lines: [2]int64{p.FirstLine, p.LastLine}, Exit: p.Exit, Threads: []int32{}, Children: []int32{},
		Programs: append([]strace.Exec{}, p.Execs...), Slowest: t.Files(strace.Choice{PIDs: []int32{p.PID}}, "duration")}
	if p.Parent >= 0 {
		a.Parent = t.Processes[p.Parent].PID
	}
	for _, i := range p.Children {
		if c := t.Processes[i]; c.Thread {
			a.Threads = append(a.Threads, c.PID)
		} else {
			a.Children = append(a.Children, c.PID)
		}
	}
	a.Slowest = a.Slowest[:min(len(a.Slowest), 10)]
	return a
}

func (a straceAbout) lines() []string {
	out := []string{"", fmt.Sprintf("from %s to %s, lines %d to %d, exit: %s %s", a.Start, a.End, a.Lines[0], a.Lines[1], a.Exit.How, a.Exit)}
	if a.Parent != 0 {
		out = append(out, fmt.Sprintf("parent: %d", a.Parent))
	}
	if len(a.Threads) > 0 {
		out = append(out, "threads: "+strings.Trim(fmt.Sprint(a.Threads), "[]"))
	}
	if len(a.Children) > 0 {
		out = append(out, "children: "+strings.Trim(fmt.Sprint(a.Children), "[]"))
	}
	for _, e := range a.Programs {
		out = append(out, "program: "+strings.TrimSpace(e.Command()+" "+e.Errno))
	}
	if len(a.Slowest) > 0 {
		out = append(out, "slowest opens (ms):")
	}
	for _, o := range a.Slowest {
		out = append(out, fmt.Sprintf("  %s  %s %s", o.Took.Milliseconds(), o.File, o.Errno))
	}
	return out
}
