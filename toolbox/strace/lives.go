package strace

import (
	"bytes"
)

// birth says who made a process that is yet to be seen.
type birth struct {
	parent int32
	thread bool
	files  bool
	fs     bool
	vm     bool
	at     int64
	line   int64
}

// life begins a process.
func (m *merger) life(pid int32, line int64) int32 {
	idx := int32(len(m.t.Processes))
	p := &Process{Index: int(idx), PID: pid, Parent: -1, Leader: int(idx), Start: Unknown, End: Unknown, FirstLine: line, earlier: -1, free: Unknown, clone: Unknown, group: -1}
	p.Exit.How = "running"
	if e, ok := m.newest[pid]; ok {
		p.earlier = int(e)
	}
	m.newest[pid] = idx
	m.t.Processes = append(m.t.Processes, p)
	if b, ok := m.orphans[pid]; ok {
		delete(m.orphans, pid)
		m.adopt(p, b)
	}
	return idx
}

func (m *merger) end(p *Process, s *segment) {
	p.over = true
	if s.ended == Superseded && s.code != 0 && p.pend.sys != 0 {
		m.hand(s.code, p.pend)
	}
	p.pend = pending{}
	switch s.ended {
	case Exited:
		p.Exit = Exit{How: "exited", Code: int(s.code)}
	case Killed:
		p.Exit = Exit{How: "killed", Signal: string(s.signal), Core: s.core}
	case Superseded:
		p.Exit = Exit{How: "superseded"}
	}
}

// takeOver gives the leader what the thread that called execve had open.
func (m *merger) takeOver(p *Process, s *segment) {
	p.pend = pending{}
	idx, ok := m.live[s.takes]
	if !ok {
		return
	}
	old := m.t.Processes[idx]
	if s.pend.sys == 0 {
		p.pend = old.pend
	}
	old.pend = pending{}
	old.Exit, old.over = Exit{How: "superseded"}, true
	delete(m.live, s.takes)
}

// hand gives the execve of a thread to its leader, whose lines of it may have been read before.
func (m *merger) hand(leader int32, call pending) {
	if i, ok := m.newest[leader]; ok {
		p := m.t.Processes[i]
		for n := range p.Execs {
			if e := &p.Execs[n]; e.Path == "" && e.OK {
				e.Line, e.Time = call.at, call.start
				m.program(e, call.args)
				m.t.Orphans--
				return
			}
		}
	}
	m.handed[leader] = call
}

// adopt makes p a child or thread as the call that made it said.
func (m *merger) adopt(p *Process, b birth) {
	parent := m.t.Processes[b.parent]
	if p == parent {
		return
	}
	if p.Parent >= 0 && p.weak {
		old := m.t.Processes[p.Parent]
		for i, c := range old.Children {
			if c == p.Index {
				old.Children = append(old.Children[:i], old.Children[i+1:]...)
				break
			}
		}
	}
	p.Parent, p.Thread, p.clone, p.weak = parent.Index, b.thread, b.at, false
	parent.Children = append(parent.Children, p.Index)
	if b.thread {
		p.Leader = parent.Leader
	}
	if b.vm {
		p.group = parent.Index
	}
	p.inherit(parent, b.files, b.fs)
}

// spawn links a process to the one that made it.
func (m *merger) spawn(p *Process, d *detail, line int64) {
	if d.value <= 0 || d.value >= maxPID || d.errno != 0 {
		return
	}
	pid := int32(d.value)
	if i := bytes.Index(d.ret, []byte("/* ")); i >= 0 { // another PID namespace's number; strace knows ours
		if n, end := number(d.ret, i+3); end > i+3 && n < maxPID && bytes.HasPrefix(d.ret[end:], []byte(" in strace's PID NS")) {
			pid = int32(n)
		}
	}
	b := birth{parent: int32(p.Index), at: d.start, line: line,
		thread: bytes.Contains(d.args, []byte("CLONE_THREAD")), files: bytes.Contains(d.args, []byte("CLONE_FILES")),
		fs: bytes.Contains(d.args, []byte("CLONE_FS")), vm: bytes.Contains(d.args, []byte("CLONE_VM")) && !bytes.Contains(d.args, []byte("CLONE_VFORK"))}
	if bytes.Contains(d.args, []byte("CLONE_PARENT|")) || bytes.Contains(d.args, []byte("CLONE_PARENT,")) || bytes.Contains(d.args, []byte("CLONE_PARENT}")) {
		if !b.thread && p.Parent >= 0 {
			b.parent = int32(p.Parent)
		}
	}
	// The child's first line may stand before the parent's return. Of the lives with that
	// number the oldest that began after the call and has no maker is meant.
	found := -1
	newest, ok := m.newest[pid]
	for i := int(newest); ok && i >= 0; i = m.t.Processes[i].earlier {
		c := m.t.Processes[i]
		family := m.t.Flags&FlagFamily != 0
		if c.Parent >= 0 && !c.weak || c == p || !family && c.FirstLine < line && int32(c.Index) >= m.first {
			if !family {
				break
			}
			continue
		}
		if int32(c.Index) < m.first && !family {
			break
		}
		found = i
	}
	if found >= 0 {
		m.adopt(m.t.Processes[found], b)
		return
	}
	if i, ok := m.live[pid]; ok && m.t.Processes[i].FirstLine < line { // its number was free: that one is over
		old := m.t.Processes[i]
		if old.Exit.How == "running" {
			old.Exit.How = "unknown"
		}
		old.over = true
		delete(m.live, pid)
	}
	m.orphans[pid] = b
}

// child learns from a SIGCHLD whose child a process is, when no call that made it was seen.
func (m *merger) child(p *Process, text []byte) {
	i := bytes.Index(text, []byte("si_pid="))
	if i < 0 || bytes.Contains(text, []byte("SI_USER")) {
		return
	}
	n, end := number(text, i+7)
	if end == i+7 || n >= maxPID {
		return
	}
	c, ok := m.newest[int32(n)]
	if !ok {
		return
	}
	child := m.t.Processes[c]
	if child.Parent < 0 && child != p && child.FirstLine != 1 {
		child.Parent, child.weak = p.Index, true
		p.Children = append(p.Children, child.Index)
	}
}
