package report

import (
	"math"
	"path"
	"sort"
	"strconv"

	"steward/toolbox/strace"
)

// wide is how many units the timeline's drawing is wide.
const wide = 10000

// timeline is a lane a process.
type timeline struct {
	Ticks []string
	Lanes []lane
	More  string // how many are not shown
	Why   string // why there is none
	Note  string // how much of the time is drawn
}

// lane is one process from its first line to its last.
type lane struct {
	Name   string
	Title  string
	Indent int // how deep below those that made it, at most 6
	Thread bool
	Bad    bool // ended badly
	X, W   int
	Parts  []part
}

// part is one of the longest calls, where it was.
type part struct {
	X, W  int
	Wait  bool
	Title string
}

// name is what a process is called: its program's last part and its number.
func (b *builder) name(p *strace.Process) string {
	n := b.text(path.Base(b.t.ProgramOf(p)), 40)
	if n == "." {
		n = ""
	}
	if p.Comm != "" && p.Thread {
		n = b.text(p.Comm, 40)
	}
	if p.PID == 0 {
		if n == "" {
			return "the process"
		}
		return n
	}
	if n != "" {
		n += " "
	}
	return n + strconv.Itoa(int(p.PID))
}

func ending(p *strace.Process) (words string, bad bool) {
	switch p.Exit.How {
	case "exited":
		return "exited with " + strconv.Itoa(p.Exit.Code), p.Exit.Code != 0
	case "killed":
		return "killed by " + p.Exit.String(), true
	case "superseded":
		return "superseded by execve", false
	case "running":
		return "still running at the log's end", false
	}
	return "end unknown", false
}

// timeline picks the processes that took longest and draws them in the order they began.
func (b *builder) timeline() timeline {
	var out timeline
	if b.t.Clock == strace.NoClock {
		out.Why = "The log has no times, so there is no timeline. Capture with -ttt."
		return out
	}
	start, end := int64(math.MaxInt64), int64(math.MinInt64)
	all := make([]*strace.Process, 0, len(b.t.Processes))
	for _, p := range b.t.Processes {
		if p.Start != strace.Unknown && p.End != strace.Unknown {
			start, end, all = min(start, p.Start), max(end, p.End), append(all, p)
		}
	}
	if len(all) == 0 || end <= start {
		out.Why = "The log's times do not differ, so there is no timeline."
		return out
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].End-all[i].Start > all[j].End-all[j].Start })
	if n := len(all) - b.o.Lanes; n > 0 {
		out.More = "and " + plural(int64(n), "more that lived shorter", "more that lived shorter")
		all = all[:b.o.Lanes]
	}
	sort.SliceStable(all, func(i, j int) bool {
		return all[i].Start < all[j].Start || all[i].Start == all[j].Start && all[i].Index < all[j].Index
	})
	for i := range 6 {
		out.Ticks = append(out.Ticks, span(strace.Nanos((end-start)/5*int64(i))))
	}
	out.Ticks[0] = "0"
	at := func(ns int64) int {
		return int(float64(min(max(ns, start), end)-start) / float64(end-start) * wide)
	}
	index := make(map[int]int, len(all))
	for i, p := range all {
		l := lane{Name: b.name(p), Thread: p.Thread, X: at(p.Start)}
		l.W = max(at(p.End)-l.X, 12)
		l.X = min(l.X, wide-l.W)
		words, bad := ending(p)
		l.Bad = bad
		l.Title = l.Name + ", " + b.t.Clock.Stamp(p.Start) + " to " + b.t.Clock.Stamp(p.End) + ", " + words + ", " + plural(p.Calls, "call", "calls")
		for q := p; q.Parent >= 0 && l.Indent < 6; l.Indent++ {
			q = b.t.Processes[q.Parent]
		}
		index[p.Index] = i
		out.Lanes = append(out.Lanes, l)
	}
	var waits, works strace.Nanos
	for _, c := range b.t.Slow(0, false, strace.Choice{}) {
		if c.Waits {
			waits += c.Took
		} else {
			works += c.Took
		}
		i, ok := index[c.Process]
		if !ok || c.Time == strace.Unknown {
			continue
		}
		p := part{X: at(c.Time), Wait: c.Waits, Title: c.Syscall + ", " + span(c.Took) + ", line " + count(c.Line)}
		if p.W = at(c.Time+int64(c.Took)) - p.X; p.W < 2 {
			continue // too short to be seen
		}
		out.Lanes[i].Parts = append(out.Lanes[i].Parts, p)
	}
	for i := range out.Lanes { // the longer behind, so that what happened within it is seen
		sort.SliceStable(out.Lanes[i].Parts, func(a, c int) bool { return out.Lanes[i].Parts[a].W > out.Lanes[i].Parts[c].W })
	}
	if b.t.Timed() {
		out.Note = "The log's " + count(drawn) + " longest calls at most stand where they were: " + share(int64(waits), int64(b.s.Wait)) + " of the waiting and " +
			share(int64(works), int64(b.s.Active)) + " of the working in calls. The rest of a lane is shorter calls and time between calls."
	} else {
		out.Note = "Captured without -T: from when to when each process was seen, not what it did."
	}
	return out
}

// splitRow is how a process spent its time.
type splitRow struct {
	Name, Program, Active, Wait, User, Total string
	A, W, U                                  int // of a thousand of the longest
	WX, UX                                   int
	Thread                                   bool
}

func (b *builder) split() (rows []splitRow, more string) {
	if !b.t.Timed() {
		return nil, ""
	}
	top := b.t.Top("total_time", b.o.Rows)
	if n := len(b.t.Processes) - len(top); n > 0 {
		more = "and " + count(int64(n)) + " more with less time"
	}
	var longest int64 = 1
	for _, r := range top {
		longest = max(longest, int64(r.Total))
	}
	for _, r := range top {
		p := b.t.Processes[r.Index]
		row := splitRow{Name: b.name(p), Program: b.text(r.Program, 200), Active: span(r.Active), Wait: span(r.Wait), User: span(r.User), Total: span(r.Total), Thread: r.Thread}
		of := func(n strace.Nanos) int { return int(max(int64(n), 0) * 1000 / longest) }
		row.A, row.W, row.U = of(r.Active), of(r.Wait), of(r.User)
		row.WX, row.UX = row.A, row.A+row.W
		rows = append(rows, row)
	}
	return rows, more
}
