package strace

import (
	"bytes"
	"container/heap"
	"fmt"
	"strings"
)

// slowest knows which durations belong to the k longest.
type slowest struct {
	k int
	h durations
}

type durations []int64

func (h durations) Len() int           { return len(h) }
func (h durations) Less(i, j int) bool { return h[i] < h[j] }
func (h durations) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *durations) Push(x any)        { *h = append(*h, x.(int64)) }
func (h *durations) Pop() any {
	x := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return x
}

func (s *slowest) enters(d int64) bool {
	if len(s.h) < s.k {
		heap.Push(&s.h, d)
		return true
	}
	if s.k == 0 || d <= s.h[0] {
		return false
	}
	s.h[0] = d
	heap.Fix(&s.h, 0)
	return true
}

// clip shortens what is kept of a line.
func clip(b []byte, n int) string {
	if len(b) > n {
		return Printable(string(b[:n])) + "…"
	}
	return Printable(string(b))
}

func (m *merger) masked(s string) string {
	if m.t.opt.ShowSecrets {
		return s
	}
	return Mask(s)
}

// shown is how many bytes of a long call, and of the one before, are kept.
const shown = 400

// longest keeps one of the longest calls with its surroundings.
func (m *merger) longest(p *Process, d *detail, line int64) {
	name := m.t.names.name(d.sys)
	prev := d.prev
	if prev == nil { // its call before is in an earlier piece
		prev = m.prior[d.seg]
	}
	c := SlowCall{Process: p.Index, PID: p.PID, Line: line, Time: d.start, Took: Nanos(d.dur), Syscall: name, Waits: d.waited,
		Args: m.masked(clip(d.args, shown)), Return: m.masked(clip(d.ret, 200)), Before: m.masked(clip(prev, shown))}
	if e := p.Program(); e != nil {
		c.Program = e.Path
	}
	m.t.slow = append(m.t.slow, c)
	if k := m.t.opt.Limits.Slow; len(m.t.slow) > 4*k+64 {
		m.t.slow = topSlow(m.t.slow, k)
	}
}

type failureKey struct {
	sys   uint16
	errno uint16
	path  int32
}

type failure struct {
	count, first int64
	ns           int64
	procs        map[int32]struct{}
}

// failed counts a failure by call, error and what it was about.
func (m *merger) failed(p *Process, d *detail, line int64) {
	name := m.t.names.name(d.sys)
	if name == "rt_sigreturn" || name == "sigreturn" { // gives back the interrupted call's error
		return
	}
	key := failureKey{d.sys, d.errno, m.t.paths.id(m.subject(p, d))}
	f := m.t.failures[key]
	if f == nil {
		if len(m.t.failures) >= m.t.opt.Limits.Rows {
			m.t.dropped["errors"]++
			return
		}
		f = &failure{first: line, procs: map[int32]struct{}{}}
		m.t.failures[key] = f
	}
	f.count++
	if d.dur != Unknown {
		f.ns += d.dur
	}
	if len(f.procs) < 1<<12 {
		f.procs[int32(p.Index)] = struct{}{}
	}
}

// subject is the path, descriptor or peer that a call is about, or nothing.
func (m *merger) subject(p *Process, d *detail) []byte {
	first := unnamed(arg(d.args, 0))
	if len(first) == 0 {
		return nil
	}
	switch {
	case first[0] == '"':
		return m.resolve(p, nil, first)
	case digit(first[0]) || bytes.HasPrefix(first, []byte("AT_FDCWD")):
		second := unnamed(arg(d.args, 1))
		if len(second) > 0 && second[0] == '"' && pathCall(m.t.names.name(d.sys)) {
			return m.resolve(p, first, second)
		}
		if peer, _ := sockaddr(second); peer != "" {
			return []byte(peer)
		}
		if bytes.HasPrefix(first, []byte("AT_FDCWD")) {
			return nil
		}
		_, to := m.target(p, first)
		return to
	}
	return nil
}

// pathCall reports whether a call that begins with a descriptor names a path next.
func pathCall(name string) bool {
	return strings.HasSuffix(name, "at") || strings.HasSuffix(name, "at2") || strings.HasSuffix(name, "at64") || name == "statx" || strings.HasPrefix(name, "inotify_add")
}

type waitKey struct {
	proc int32
	sys  uint16
	what string
}

type waitSum struct {
	count    int64
	ns, max  int64
	line     int64
	targets  map[int]struct{}
	resource string
}

// waited adds up what a process waited for.
func (m *merger) waited(p *Process, d *detail, line int64) {
	name := m.t.names.name(d.sys)
	what, resource, target := m.awaited(p, d, name)
	key := waitKey{int32(p.Index), d.sys, what}
	w := m.t.waits[key]
	if w == nil {
		if len(m.t.waits) >= m.t.opt.Limits.Rows {
			m.t.dropped["waits"]++
			return
		}
		w = &waitSum{resource: resource}
		m.t.waits[key] = w
	}
	w.count++
	w.ns += d.dur
	if d.dur > w.max || w.line == 0 {
		w.max, w.line = d.dur, line
	}
	if target >= 0 {
		if w.targets == nil {
			w.targets = map[int]struct{}{}
		}
		if len(w.targets) < 64 {
			w.targets[target] = struct{}{}
		}
	}
}

// awaited says what a waiting call waited for: words, the thing others may have been seen
// to write to, and a process.
func (m *merger) awaited(p *Process, d *detail, name string) (what, resource string, target int) {
	target = -1
	on := func(a []byte, kind string) (string, string, int) {
		fd, to := m.target(p, a)
		if len(to) == 0 {
			if fd >= 0 {
				return fmt.Sprintf("%s descriptor %d", kind, fd), "", -1
			}
			return kind, "", -1
		}
		s := Printable(string(to))
		return strings.TrimSpace(kind + " " + s), key(to), -1
	}
	switch {
	case strings.HasPrefix(name, "wait"):
		pid := d.value
		if name == "waitid" {
			if i := bytes.Index(d.args, []byte("si_pid=")); i >= 0 {
				pid, _ = number(d.args, i+7)
			}
		}
		if c, ok := m.newest[int32(pid)]; ok && pid > 0 {
			return "a child process", "", int(c)
		}
		return "a child process", "", -1
	case strings.HasPrefix(name, "futex"):
		a := arg(d.args, 0)
		return "a lock or condition (futex " + clip(a, 40) + ")", "", -1
	case name == "vfork" || strings.HasPrefix(name, "clone"):
		if c, ok := m.newest[int32(d.value)]; ok {
			return "a child process to start", "", int(c)
		}
		return "a child process to start", "", -1
	case strings.Contains(name, "nanosleep") || name == "pause" || strings.HasSuffix(name, "sigsuspend") || strings.HasPrefix(name, "rt_sigtimed"):
		if strings.Contains(name, "nanosleep") {
			return "sleep", "", -1
		}
		return "a signal", "", -1
	case name == "poll" || strings.HasPrefix(name, "ppoll"):
		if i := bytes.Index(d.ret, []byte("{fd=")); i >= 0 {
			a, _ := nextArg(d.ret, i+4)
			return on(a, "")
		}
		list := arg(d.args, 0)
		if i := bytes.Index(list, []byte("{fd=")); i >= 0 {
			n := bytes.Count(list, []byte("{fd="))
			a, _ := nextArg(list, i+4)
			s, r, t := on(a, "")
			if n > 1 {
				s += fmt.Sprintf(" and %d more", n-1)
			}
			return s, r, t
		}
		return "time to pass", "", -1
	case strings.HasPrefix(name, "epoll"):
		if d.has && d.value == 0 {
			return "time to pass or events (epoll)", "", -1
		}
		return "events (epoll)", "", -1
	case strings.Contains(name, "select"):
		return "descriptors (select)", "", -1
	case name == "connect":
		if peer, _ := sockaddr(unnamed(arg(d.args, 1))); peer != "" {
			return "a connection to " + Printable(peer), "", -1
		}
		return "a connection", "", -1
	case name == "accept" || name == "accept4":
		s, r, t := on(arg(d.args, 0), "a connection on")
		return s, r, t
	case name == "restart_syscall":
		return "what it waited for before", "", -1
	case name == "flock" || strings.HasPrefix(name, "fcntl"):
		return on(arg(d.args, 0), "a lock on")
	case strings.HasPrefix(name, "io_"):
		return "input and output (" + name + ")", "", -1
	}
	return on(arg(d.args, 0), "")
}

// key names a pipe or connection the same on both its sides.
func key(to []byte) string {
	if bytes.HasPrefix(to, []byte("pipe:[")) {
		return string(to)
	}
	if bytes.HasPrefix(to, []byte("UNIX")) || bytes.HasPrefix(to, []byte("TCP")) {
		i := bytes.Index(to, []byte(":["))
		j := bytes.Index(to, []byte("->"))
		if i > 0 && j > i {
			a, b := string(to[i+2:j]), string(bytes.TrimRight(to[j+2:], "]"))
			if k := strings.IndexByte(b, ','); k > 0 {
				b = b[:k]
			}
			if a > b {
				a, b = b, a
			}
			return a + "-" + b
		}
	}
	return ""
}

// wrote notes who writes into what others may wait for.
func (m *merger) wrote(p *Process, to []byte) {
	k := key(to)
	if k == "" {
		return
	}
	w := m.t.writers[k]
	if w == nil {
		if len(m.t.writers) >= m.t.opt.Limits.Rows {
			return
		}
		w = map[int]struct{}{}
		m.t.writers[k] = w
	}
	if len(w) < 16 {
		w[p.Index] = struct{}{}
	}
}
