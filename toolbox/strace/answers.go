package strace

import (
	"cmp"
	"math/bits"
	"path"
	"slices"
	"sort"
	"strings"
)

// Choice picks processes. The zero value picks all.
type Choice struct {
	PIDs    []int32
	Related bool // with their parents, children and threads
	Threads bool // with their threads
}

// Pick lists the processes of a choice by Index, and the numbers that no process has.
func (t *Trace) Pick(c Choice) (picked []*Process, missing []int32) {
	if len(c.PIDs) == 0 {
		return t.Processes, nil
	}
	in := map[int]bool{}
	threads := map[int][]int{}
	for _, p := range t.Processes {
		threads[p.Leader] = append(threads[p.Leader], p.Index)
	}
	for _, pid := range c.PIDs {
		found := false
		for _, p := range t.Processes {
			if p.PID != pid {
				continue
			}
			found = true
			in[p.Index] = true
			if c.Threads || c.Related {
				for _, i := range threads[p.Leader] {
					in[i] = true
				}
			}
			if c.Related {
				if p.Parent >= 0 {
					in[p.Parent] = true
				}
				for _, i := range p.Children {
					in[i] = true
				}
			}
		}
		if !found {
			missing = append(missing, pid)
		}
	}
	for _, p := range t.Processes {
		if in[p.Index] {
			picked = append(picked, p)
		}
	}
	return picked, missing
}

func (t *Trace) set(c Choice) func(int) bool {
	if len(c.PIDs) == 0 {
		return func(int) bool { return true }
	}
	picked, _ := t.Pick(c)
	in := make(map[int]bool, len(picked))
	for _, p := range picked {
		in[p.Index] = true
	}
	return func(i int) bool { return in[i] }
}

// ProcessCall is one system call of one process.
type ProcessCall struct {
	Syscall  string           `json:"syscall"`
	Calls    int64            `json:"calls"`
	Returned int64            `json:"returned"`
	Errors   map[string]int64 `json:"errors"` // by errno
	Total    Nanos            `json:"seconds"`
	Wait     Nanos            `json:"wait_seconds"`
	Max      Nanos            `json:"max_seconds"`
	Average  Nanos            `json:"average_seconds"`
	Min      Nanos            `json:"min_seconds"`
}

// ByPID lists a process's system calls, the longest in total first. It needs [NeedPIDs].
func (t *Trace) ByPID(p *Process) []ProcessCall {
	var out []ProcessCall
	for _, c := range t.callsByProcess()[p.Index] {
		out = append(out, c)
	}
	return out
}

// callsByProcess turns the table of pairs around.
func (t *Trace) callsByProcess() map[int][]ProcessCall {
	t.once.Do(func() {
		t.turned = map[int][]ProcessCall{}
		errs := map[uint64]map[string]int64{}
		for k, n := range t.errnos {
			key := uint64(k.proc)<<16 | uint64(k.sys)
			if errs[key] == nil {
				errs[key] = map[string]int64{}
			}
			errs[key][t.errs.name(k.errno)] += int64(n)
		}
		for k, s := range t.byPID {
			c := ProcessCall{Syscall: t.names.name(uint16(k)), Calls: int64(s.calls), Returned: int64(s.returned), Errors: errs[k],
				Total: Nanos(Unknown), Wait: Nanos(Unknown), Max: Nanos(Unknown), Average: Nanos(Unknown), Min: Nanos(Unknown)}
			if c.Errors == nil {
				c.Errors = map[string]int64{}
			}
			if s.timed > 0 {
				c.Total, c.Wait, c.Max, c.Min, c.Average = Nanos(s.ns), Nanos(s.wait), Nanos(s.max), Nanos(s.min), Nanos(s.ns/int64(s.timed))
			}
			t.turned[int(k>>16)] = append(t.turned[int(k>>16)], c)
		}
		for _, rows := range t.turned {
			slices.SortFunc(rows, func(a, b ProcessCall) int {
				return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Syscall, b.Syscall))
			})
		}
	})
	return t.turned
}

// Execs lists programs that were started, and attempts, in the log's order.
func (t *Trace) Execs(c Choice) []Exec {
	in := t.set(c)
	out := []Exec{}
	for _, p := range t.Processes {
		if in(p.Index) {
			out = append(out, p.Execs...)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Line < out[j].Line })
	return out
}

// Opened is one open of a file.
type Opened struct {
	PID     int32  `json:"pid"`
	Process int    `json:"-"`
	Took    Nanos  `json:"seconds"`
	Time    int64  `json:"-"`
	Stamp   string `json:"time"`
	Errno   string `json:"error,omitempty"`
	File    string `json:"file"`
	Line    int64  `json:"line"`
}

// order sorts by duration (the longest first), pid or time.
func order(rows []access, by string, t *Trace) {
	switch by {
	case "pid":
		sortAccess(rows, func(a *access) int64 { return int64(t.Processes[a.proc].PID)<<32 + a.line&0xffffffff })
	case "time":
		sortAccess(rows, func(a *access) int64 { return a.line })
	default:
		sortAccess(rows, func(a *access) int64 { return -max(a.dur, -1) })
	}
}

func (t *Trace) accesses(rows []access, c Choice, by string) []access {
	in := t.set(c)
	var out []access
	for _, a := range rows {
		if in(int(a.proc)) {
			out = append(out, a)
		}
	}
	order(out, by, t)
	return out
}

// FileSorts are the orders of [Trace.Files] and [Trace.IO]; [Trace.Directories] knows count too.
var FileSorts = []string{"duration", "pid", "time"}

// shown is a path as people may see it.
func (t *Trace) shown(id int32) string {
	s := Printable(t.paths.names[id])
	if t.opt.ShowSecrets {
		return s
	}
	return Mask(s)
}

// Files lists opens by one of [FileSorts]. It needs [NeedFiles].
func (t *Trace) Files(c Choice, by string) []Opened {
	out := []Opened{}
	for _, a := range t.accesses(t.opens, c, by) {
		o := Opened{PID: t.Processes[a.proc].PID, Process: int(a.proc), Took: Nanos(a.dur), Time: a.start, Stamp: t.Clock.Stamp(a.start), File: t.shown(a.path), Line: a.line}
		o.Errno = t.outcome(&a)
		out = append(out, o)
	}
	return out
}

func (t *Trace) outcome(a *access) string {
	switch {
	case a.errno != 0:
		return t.errs.name(a.errno)
	case !a.ok:
		return "?"
	}
	return ""
}

// Moved is one read or write.
type Moved struct {
	PID     int32  `json:"pid"`
	Process int    `json:"-"`
	Took    Nanos  `json:"seconds"`
	Time    int64  `json:"-"`
	Stamp   string `json:"time"`
	Syscall string `json:"syscall"`
	Bytes   int64  `json:"bytes"`
	Errno   string `json:"error,omitempty"`
	File    string `json:"file"` // what the descriptor stands for, "" when nobody knows
	Line    int64  `json:"line"`
}

// IO lists reads and writes by one of [FileSorts]. It needs [NeedIO].
func (t *Trace) IO(c Choice, by string) []Moved {
	out := []Moved{}
	for _, a := range t.accesses(t.moves, c, by) {
		out = append(out, Moved{PID: t.Processes[a.proc].PID, Process: int(a.proc), Took: Nanos(a.dur), Time: a.start, Stamp: t.Clock.Stamp(a.start),
			Syscall: t.names.name(a.sys), Bytes: a.bytes, Errno: t.outcome(&a), File: t.shown(a.path), Line: a.line})
	}
	return out
}

// Folder is a folder in which a process opened files, those in folders below it included.
type Folder struct {
	PID   int32  `json:"pid"`
	Took  Nanos  `json:"seconds"`
	First string `json:"first"`
	Last  string `json:"last"`
	Opens int64  `json:"opens"`
	Path  string `json:"directory"`
	order int64
}

// Directories adds opens up by process and folder, each folder into those above it. It is
// sorted by one of [FileSorts] or count. It needs [NeedFiles].
func (t *Trace) Directories(c Choice, by string) []Folder {
	type key struct {
		proc int32
		dir  string
	}
	type total struct {
		ns, n, first, last, line int64
		timed                    bool
	}
	sums := map[key]*total{}
	in := t.set(c)
	for i := range t.opens {
		a := &t.opens[i]
		if !in(int(a.proc)) {
			continue
		}
		name := t.paths.names[a.path]
		dir := path.Dir(name)
		for depth := 0; depth < 256; depth++ {
			k := key{a.proc, dir}
			s := sums[k]
			if s == nil {
				s = &total{first: a.start, line: a.line}
				sums[k] = s
			}
			s.n++
			if a.dur != Unknown {
				s.ns += a.dur
				s.timed = true
			}
			s.first = min(s.first, a.start)
			s.last = max(s.last, a.start)
			up := path.Dir(dir)
			if up == dir {
				break
			}
			dir = up
		}
	}
	out := make([]Folder, 0, len(sums))
	for k, s := range sums {
		f := Folder{PID: t.Processes[k.proc].PID, Took: Nanos(Unknown), First: t.Clock.Stamp(s.first), Last: t.Clock.Stamp(s.last), Opens: s.n, Path: Printable(k.dir), order: s.line}
		if s.timed {
			f.Took = Nanos(s.ns)
		}
		if !t.opt.ShowSecrets {
			f.Path = Mask(f.Path)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Folder) int {
		var c int
		switch by {
		case "pid":
			c = cmp.Compare(a.PID, b.PID)
		case "time":
			c = cmp.Compare(a.order, b.order)
		case "count":
			c = cmp.Compare(b.Opens, a.Opens)
		default:
			c = cmp.Compare(b.Took, a.Took)
		}
		return cmp.Or(c, cmp.Compare(b.Opens, a.Opens), cmp.Compare(a.PID, b.PID), cmp.Compare(a.Path, b.Path))
	})
	return out
}

// Bucket is one step of a distribution: durations from From to below To.
type Bucket struct {
	From  Nanos `json:"from_seconds"`
	To    Nanos `json:"to_seconds"`
	Count int64 `json:"count"`
}

// bucketOf numbers the powers of two of microseconds: 0 is below one, 1 is one, 2 is two
// and three, 3 is four to seven.
func bucketOf(ns int64) int {
	return min(bits.Len64(uint64(max(ns, 0)/1000)), 63)
}

// Histogram distributes the durations of one system call over powers of two of
// microseconds, from the first to the last that has any. It needs [NeedHistograms]; with
// [Options.Quantize] it knows that call only, and processes may be picked.
func (t *Trace) Histogram(syscall string, c Choice) []Bucket {
	t.names.mu.Lock()
	id, ok := t.names.ids[syscall]
	t.names.mu.Unlock()
	if !ok {
		return nil
	}
	var total [64]int64
	add := func(h *[64]uint32) {
		if h != nil {
			for i, n := range h {
				total[i] += int64(n)
			}
		}
	}
	if t.opt.Quantize == "" {
		add(t.hist[uint64(id)])
	} else {
		in := t.set(c)
		for k, h := range t.hist {
			if uint16(k) == id && in(int(k>>16)) {
				add(h)
			}
		}
	}
	first, last := -1, -1
	for i, n := range total {
		if n > 0 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	var out []Bucket
	for i := first; first >= 0 && i <= last; i++ {
		b := Bucket{Count: total[i], To: Nanos(1000 << i)}
		if i > 0 {
			b.From = Nanos(1000 << (i - 1))
		}
		out = append(out, b)
	}
	return out
}

// Node is a process in the tree.
type Node struct {
	PID      int32  `json:"pid"`
	Process  int    `json:"-"`
	Thread   bool   `json:"thread"`
	Exit     Exit   `json:"exit"`
	Programs []Exec `json:"programs"`
	Active   Nanos  `json:"active_seconds"`
	Wait     Nanos  `json:"wait_seconds"`
	Children []Node `json:"children"`
}

// Tree is who made whom: the processes that nobody in the log made, with those they made.
func (t *Trace) Tree() []Node {
	out := []Node{}
	for _, p := range t.Processes {
		if p.Parent < 0 {
			out = append(out, t.node(p, 0))
		}
	}
	return out
}

// maxDepth bounds trees of processes.
const maxDepth = 10_000

func (t *Trace) node(p *Process, depth int) Node {
	n := Node{PID: p.PID, Process: p.Index, Thread: p.Thread, Exit: p.Exit, Programs: append([]Exec{}, p.Execs...), Children: []Node{}, Active: Nanos(Unknown), Wait: Nanos(Unknown)}
	if t.Timed() {
		n.Active, n.Wait = Nanos(p.Active), Nanos(p.Wait)
	}
	if depth < maxDepth {
		for _, c := range p.Children {
			n.Children = append(n.Children, t.node(t.Processes[c], depth+1))
		}
	}
	return n
}

// Peers lists who was spoken to, the most time first. It needs [NeedNet], and logs with -yy
// tell most.
func (t *Trace) Peers() []Peer {
	out := make([]Peer, 0, len(t.peers))
	for _, x := range t.peers {
		p := *x
		p.Peer = Printable(p.Peer)
		if !t.opt.ShowSecrets {
			p.Peer = Mask(p.Peer)
		}
		if !t.Timed() {
			p.Time, p.Connect, p.Longest = Nanos(Unknown), Nanos(Unknown), Nanos(Unknown)
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Peer) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(b.Sent+b.Received, a.Sent+a.Received), strings.Compare(a.Peer, b.Peer))
	})
	return out
}

// SlowCall is one of the longest calls.
type SlowCall struct {
	Process int    `json:"-"`
	PID     int32  `json:"pid"`
	Program string `json:"program"`
	Line    int64  `json:"line"`
	Time    int64  `json:"-"`
	Stamp   string `json:"time"`
	Took    Nanos  `json:"seconds"`
	Waits   bool   `json:"waits"`
	Syscall string `json:"syscall"`
	Args    string `json:"args"`
	Return  string `json:"return"`
	Before  string `json:"before,omitempty"` // what the process did just before, as far as it stands near
}

func topSlow(rows []SlowCall, k int) []SlowCall {
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Took > rows[j].Took })
	if len(rows) > k {
		rows = rows[:k]
	}
	return rows
}

// Slow lists the longest calls, at most count; with working only those that do not wait.
// It needs [NeedSlow], which keeps [Limits.Slow] of both together.
func (t *Trace) Slow(count int, working bool, c Choice) []SlowCall {
	in := t.set(c)
	out := []SlowCall{}
	for _, s := range t.slow {
		if in(s.Process) && !(working && s.Waits) && (count == 0 || len(out) < count) {
			s.Stamp = t.Clock.Stamp(s.Time)
			if s.Program == "" {
				s.Program = t.ProgramOf(t.Processes[s.Process])
			}
			out = append(out, s)
		}
	}
	return out
}

// Failure adds up calls that failed alike.
type Failure struct {
	Syscall   string `json:"syscall"`
	Errno     string `json:"error"`
	Path      string `json:"path"` // the file, descriptor or address it was about, "" when none
	Count     int64  `json:"count"`
	Processes int    `json:"processes"`
	Took      Nanos  `json:"seconds"`
	FirstLine int64  `json:"first_line"`
}

// Errors lists failures by call, error and path, the most frequent first. rt_sigreturn is
// left out: it gives back the error of the call that a signal interrupted. It needs [NeedErrors].
func (t *Trace) Errors() []Failure {
	out := make([]Failure, 0, len(t.failures))
	for k, f := range t.failures {
		x := Failure{Syscall: t.names.name(k.sys), Errno: t.errs.name(k.errno), Path: t.shown(k.path), Count: f.count, Processes: len(f.procs), Took: Nanos(Unknown), FirstLine: f.first}
		if t.Timed() {
			x.Took = Nanos(f.ns)
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.FirstLine, b.FirstLine), strings.Compare(a.Syscall, b.Syscall), strings.Compare(a.Path, b.Path))
	})
	return out
}

// Await is what a process waited for by one system call.
type Await struct {
	PID     int32   `json:"pid"`
	Program string  `json:"program"`
	Syscall string  `json:"syscall"`
	For     string  `json:"for"`
	Of      []int32 `json:"of"` // the processes that were waited for, as far as the log shows: children, writers of a pipe or connection
	Count   int64   `json:"count"`
	Took    Nanos   `json:"seconds"`
	Longest Nanos   `json:"longest"`
	Line    int64   `json:"line"` // of the longest
}

// Waits lists who waited for what, the longest first. It needs [NeedWaits].
func (t *Trace) Waits(c Choice) []Await {
	in := t.set(c)
	out := []Await{}
	for k, w := range t.waits {
		if !in(int(k.proc)) {
			continue
		}
		p := t.Processes[k.proc]
		a := Await{PID: p.PID, Program: t.ProgramOf(p), Syscall: t.names.name(k.sys), For: k.what, Count: w.count, Took: Nanos(w.ns), Longest: Nanos(w.max), Line: w.line, Of: []int32{}}
		if !t.opt.ShowSecrets {
			a.For = Mask(a.For)
		}
		for i := range w.targets {
			a.Of = append(a.Of, t.Processes[i].PID)
		}
		for i := range t.writers[w.resource] {
			if w.resource != "" && i != p.Index {
				a.Of = append(a.Of, t.Processes[i].PID)
			}
		}
		slices.Sort(a.Of)
		a.Of = slices.Compact(a.Of)
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Await) int {
		return cmp.Or(cmp.Compare(b.Took, a.Took), cmp.Compare(a.PID, b.PID), strings.Compare(a.Syscall, b.Syscall), strings.Compare(a.For, b.For))
	})
	return out
}
