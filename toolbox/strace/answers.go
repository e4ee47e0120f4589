package strace

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

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
	Before  string `json:"before,omitempty"` // what the process did just before
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
