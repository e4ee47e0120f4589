package strace

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

// Summary is a log at a glance.
type Summary struct {
	Inputs        []string              `json:"inputs"`
	TotalCalls    int64                 `json:"total_calls"`    // calls started
	ReturnedCalls int64                 `json:"returned_calls"` // calls that came back; as strace -c counts
	OrphanedEnds  int64                 `json:"orphaned_ends"`  // calls that came back and began before the log; among the returned only
	Processes     int                   `json:"processes"`      // lives of processes and threads that have a line
	Threads       int                   `json:"threads"`        // how many of them are known to be threads
	Lines         int64                 `json:"lines"`
	UnparsedLines int64                 `json:"unparsed_lines"`
	Bytes         int64                 `json:"bytes"`
	Flags         []string              `json:"flags"` // options of strace that the lines give away
	Start         string                `json:"start"` // as the log's clock shows it, "" when it has none
	End           string                `json:"end"`
	Real          Nanos                 `json:"real_seconds"`   // from the first line to the last
	Active        Nanos                 `json:"active_seconds"` // in calls that work, of all processes
	Wait          Nanos                 `json:"wait_seconds"`   // in calls that wait, of all processes
	User          Nanos                 `json:"user_seconds"`   // between calls, of all processes
	BySyscall     map[string]SyscallSum `json:"by_syscall"`
	Notes         []string              `json:"notes"` // what the flags make impossible, what was odd
}

// SyscallSum adds up the calls of one system call.
type SyscallSum struct {
	Calls    int64 `json:"calls"`    // started
	Returned int64 `json:"returned"` // came back
	Errors   int64 `json:"errors"`   // came back with an errno, as strace -c counts
	Time     Nanos `json:"time"`     // seconds in the calls; null without -T
	Wait     Nanos `json:"wait"`     // how much of it was waiting
	Longest  Nanos `json:"longest"`
}

func (t *Trace) sumOf(s *callStat) SyscallSum {
	out := SyscallSum{Calls: int64(s.calls), Returned: int64(s.returned), Errors: int64(s.errors), Time: Nanos(Unknown), Wait: Nanos(Unknown), Longest: Nanos(Unknown)}
	if s.timed > 0 {
		out.Time, out.Wait, out.Longest = Nanos(s.ns), Nanos(s.wait), Nanos(s.max)
	} else if t.Timed() {
		out.Time, out.Wait, out.Longest = 0, 0, 0
	}
	return out
}

// span is when the log begins and ends.
func (t *Trace) span() (start, end int64) {
	start, end = Unknown, Unknown
	for _, p := range t.Processes {
		if p.Start != Unknown && (start == Unknown || p.Start < start) {
			start = p.Start
		}
		if p.End != Unknown && p.End > end {
			end = p.End
		}
	}
	return start, end
}

// Summary is the log at a glance.
func (t *Trace) Summary() *Summary {
	s := &Summary{Inputs: t.Inputs, TotalCalls: t.Calls, ReturnedCalls: t.Returned, OrphanedEnds: t.Orphans, Processes: len(t.Processes), Lines: t.Lines, Bytes: t.Bytes,
		UnparsedLines: t.Kinds[Unparsed], Flags: t.Flags.Names(), BySyscall: map[string]SyscallSum{}, Notes: t.Notes(),
		Real: Nanos(Unknown), Active: Nanos(Unknown), Wait: Nanos(Unknown), User: Nanos(Unknown)}
	var active, wait, user int64
	for _, p := range t.Processes {
		if p.Thread {
			s.Threads++
		}
		active, wait, user = active+p.Active, wait+p.Wait, user+p.User
	}
	if start, end := t.span(); start != Unknown {
		s.Start, s.End, s.Real = t.Clock.Stamp(start), t.Clock.Stamp(end), Nanos(end-start)
	}
	if t.Timed() {
		s.Active, s.Wait = Nanos(active), Nanos(wait)
		if t.Clock != NoClock {
			s.User = Nanos(user)
		}
	}
	for id := range t.calls {
		if c := &t.calls[id]; c.calls > 0 || c.returned > 0 || c.timed > 0 {
			s.BySyscall[t.names.name(uint16(id))] = t.sumOf(c)
		}
	}
	return s
}

// Notes say what the flags make impossible and what was odd about the log.
func (t *Trace) Notes() []string {
	out := []string{}
	if !t.Timed() {
		out = append(out, "No -T: durations unknown, so neither active nor waiting time can be told.")
	}
	if t.Clock == NoClock {
		out = append(out, "No -t, -tt, -ttt or -r: times unknown, so neither time between calls nor a timeline can be told.")
	}
	if t.Flags&FlagT != 0 && t.Flags&FlagTT == 0 {
		out = append(out, "-t gives whole seconds: time between calls is coarse. Ask for -ttt next time.")
	}
	if t.Flags&FlagPaths == 0 {
		out = append(out, "No -y: what descriptors stand for is followed from open, dup and close where the log shows them, and a read from a pipe or socket counts as working.")
	}
	if len(t.Processes) == 1 && t.Processes[0].PID == 0 {
		out = append(out, "The lines name no process: everything counts as one. Ask for -f with -o next time.")
	}
	for i, b := range t.backs {
		if i == 3 {
			out = append(out, fmt.Sprintf("The clock went back %d times in all.", len(t.backs)))
			break
		}
		out = append(out, "The clock went back by more than an hour: taken as midnight ("+b+").")
	}
	if t.cut {
		out = append(out, "The last line is cut.")
	}
	if t.Orphans > 0 {
		out = append(out, fmt.Sprintf("%d calls came back whose beginning the log does not hold.", t.Orphans))
	}
	if n := t.Kinds[Unparsed]; n > 0 {
		out = append(out, fmt.Sprintf("%d lines could not be read as strace's; --unparsed shows them.", n))
	}
	out = append(out, t.damage...)
	if t.hidden() {
		out = append(out, "Some system calls seem to have been left out (-e trace=, -P, -z, -Z or --seccomp-bpf): time between calls holds theirs too.")
	}
	for _, k := range []string{"files", "io", "net", "errors", "waits"} {
		if n := t.dropped[k]; n > 0 {
			out = append(out, fmt.Sprintf("%s: %d rows over the limit were left out, the shortest first.", k, n))
		}
	}
	return out
}

// hidden guesses whether calls were filtered: programs were started, and none of what every
// start of a program does is seen.
func (t *Trace) hidden() bool {
	has := func(names ...string) bool {
		for _, n := range names {
			t.names.mu.Lock()
			id, ok := t.names.ids[n]
			t.names.mu.Unlock()
			if ok && t.calls[id].calls > 0 {
				return true
			}
		}
		return false
	}
	if t.Calls < 5 {
		return false
	}
	return !has("mmap", "old_mmap", "mmap2", "brk") && has("execve", "open", "openat", "clone", "connect") || !has("close") && has("openat", "open") && t.Calls > 50
}

// judge refuses what strace did not write.
func (m *merger) judge(inputs []Input) error {
	t := m.t
	name := "the input"
	if len(inputs) == 1 && inputs[0].Name != "-" {
		name = inputs[0].Name
	} else if len(inputs) > 1 {
		name = fmt.Sprintf("none of %d files", len(inputs))
	}
	good := t.Kinds[Call] + t.Kinds[Unfinished] + t.Kinds[Resumed] + t.Kinds[Signal] + t.Kinds[Stopped] + t.Kinds[Exited] + t.Kinds[Killed] + t.Kinds[Superseded]
	switch {
	case t.Bytes == 0 && len(t.damage) > 0:
		return fmt.Errorf("%s cannot be read: %w", t.damage[0], ErrNoTrace)
	case t.Bytes == 0:
		return fmt.Errorf("%s is empty: %w", name, ErrNoTrace)
	case good == 0 && t.Kinds[Totals] > 2:
		return fmt.Errorf("%s holds only the table of strace -c, and no calls: %w. Capture with: strace -f -ttt -T -yy -o FILE COMMAND", name, ErrNoTrace)
	case good == 0 || good*100 < t.Lines-t.Kinds[Blank]-t.Kinds[Detail]:
		return fmt.Errorf("%s: %d of %d lines read as strace's: %w. Capture with: strace -f -ttt -T -yy -o FILE COMMAND", name, good, t.Lines, ErrNoTrace)
	}
	return nil
}

// finish puts in order what is known only at the end.
func (m *merger) finish() {
	t := m.t
	m.nameFirst()
	for _, p := range t.Processes {
		slices.Sort(p.Children)
	}
	for _, p := range t.Processes {
		p.pend, p.files, p.cwd = pending{}, nil, nil
		if p.Exit.How == "running" && p.over {
			p.Exit.How = "unknown"
		}
	}
	t.slow = topSlow(t.slow, t.opt.Limits.Slow)
	for _, x := range t.peers {
		x.Processes = len(x.procs)
	}
	limit := t.opt.Limits.Rows
	for what, rows := range map[string]*[]access{"files": &t.opens, "io": &t.moves} {
		if len(*rows) > limit {
			sortAccess(*rows, func(a *access) int64 { return -a.dur })
			t.dropped[what] += int64(len(*rows) - limit)
			*rows = (*rows)[:limit]
		}
	}
}

// ProcessSum is a process in a table.
type ProcessSum struct {
	PID      int32   `json:"pid"`
	Index    int     `json:"-"`
	Thread   bool    `json:"thread"`
	Program  string  `json:"program"`
	Active   Nanos   `json:"active_seconds"`
	Wait     Nanos   `json:"wait_seconds"`
	User     Nanos   `json:"user_seconds"`
	Total    Nanos   `json:"total_seconds"`
	Percent  float64 `json:"percent_of_active"`
	Syscalls int64   `json:"syscalls"`
	Children int     `json:"children"`
}

// Sorts are the orders of [Trace.Top], by the original's names; the first is the default.
var Sorts = []string{"active_time", "children", "pid", "syscalls", "total_time", "user_time"}

// Top lists processes by one of [Sorts], the greatest first (by pid the smallest), at most
// count of them; 0 means all.
func (t *Trace) Top(by string, count int) []ProcessSum {
	var all int64
	for _, p := range t.Processes {
		all += p.Active
	}
	out := make([]ProcessSum, 0, len(t.Processes))
	for _, p := range t.Processes {
		r := ProcessSum{PID: p.PID, Index: p.Index, Thread: p.Thread, Program: t.ProgramOf(p), Syscalls: p.Calls, Children: len(p.Children),
			Active: Nanos(Unknown), Wait: Nanos(Unknown), User: Nanos(Unknown), Total: Nanos(Unknown)}
		if t.Timed() {
			r.Active, r.Wait, r.Total = Nanos(p.Active), Nanos(p.Wait), Nanos(p.Active+p.Wait)
			if t.Clock != NoClock {
				r.User, r.Total = Nanos(p.User), Nanos(p.Total())
			}
			if all > 0 {
				r.Percent = float64(p.Active) * 100 / float64(all)
			}
		} else if p.Start != Unknown {
			r.Total = Nanos(p.End - p.Start)
		}
		out = append(out, r)
	}
	key := func(r *ProcessSum) int64 {
		switch by {
		case "children":
			return -int64(r.Children)
		case "pid":
			return int64(r.PID)
		case "syscalls":
			return -r.Syscalls
		case "total_time":
			return -int64(max(r.Total, -1))
		case "user_time":
			return -int64(max(r.User, -1))
		}
		if !r.Active.Known() {
			return -r.Syscalls
		}
		return -int64(r.Active)
	}
	sort.SliceStable(out, func(i, j int) bool { return key(&out[i]) < key(&out[j]) })
	if count > 0 && len(out) > count {
		out = out[:count]
	}
	return out
}

// ProgramOf names what a process runs: its program, else that of the processes it came
// from, else the command that -Y shows, else "".
func (t *Trace) ProgramOf(p *Process) string {
	for q, n := p, 0; n < 64; n++ {
		if e := q.Program(); e != nil {
			return e.Path
		}
		if q.Parent < 0 {
			break
		}
		q = t.Processes[q.Parent]
	}
	return p.Comm
}

func sortAccess(rows []access, key func(*access) int64) {
	slices.SortStableFunc(rows, func(a, b access) int { return cmp.Compare(key(&a), key(&b)) })
}
