package strace

import (
	"bytes"
	"fmt"
)

// merger folds what workers learned from chunks into a trace, in the log's order.
type merger struct {
	t        *Trace
	mask     class
	base     int64 // bytes of the inputs before
	long     int64
	line     int64 // lines of this input before the chunk
	last     int64 // the latest time, Unknown before the first
	shift    int64 // what is added to the chunk's times
	pid      int32
	input    string
	hurt     string // the input that could not be read to its end
	live     map[int32]int32
	newest   map[int32]int32   // latest life by number
	handed   map[int32]pending // calls of execve that go on under another number
	orphans  map[int32]birth   // processes whose maker is known before they are seen
	proc     []int32           // process by segment
	before   []pending         // what was open when a segment began
	prior    [][]byte          // the line of its process that ended a call last before a segment began
	first    int32             // index of the first process of this input
	maxSlow  slowest
	connects map[descKey]connecting
}

func newMerger(opt Options) *merger {
	t := &Trace{names: newNameTable(), errs: newNameTable(), opt: opt, byPID: map[uint64]*callStat{}, errnos: map[errnoKey]uint32{}, hist: map[uint64]*[64]uint32{},
		paths: newPathTable(opt.Limits.Paths), dropped: map[string]int64{}, peers: map[string]*Peer{}, failures: map[failureKey]*failure{}, waits: map[waitKey]*waitSum{},
		writers: map[string]map[int]struct{}{}, calls: make([]callStat, maxNames), Kinds: [Blank + 1]int64{}}
	m := &merger{t: t, mask: opt.Need.detailMask(), newest: map[int32]int32{}, orphans: map[int32]birth{}, handed: map[int32]pending{}, connects: map[descKey]connecting{}}
	m.maxSlow.k = opt.Limits.Slow
	return m
}

// begin starts an input. A family's files belong together; other logs are apart in time
// but may tell of the same processes.
func (m *merger) begin(in Input) {
	m.hurt = ""
	m.line, m.last, m.pid, m.input = 0, Unknown, in.PID, in.Name
	m.live = map[int32]int32{}
	m.first = int32(len(m.t.Processes))
	if in.PID != 0 {
		m.t.Flags |= FlagFamily
	}
}

// damaged notes once that an input could be read to its byte at only.
func (m *merger) damaged(in Input, at int64, err error) {
	if m.hurt == in.Name {
		return
	}
	m.hurt = in.Name
	m.t.damage = append(m.t.damage, fmt.Sprintf("%s could be read to byte %d only: %v", in.Name, at, err))
}

// merge folds one chunk in. at is where it begins in its input.
func (m *merger) merge(r *chunkResult, at int64) {
	t := m.t
	t.Bytes += r.bytes
	t.Flags |= r.flags
	t.Calls += r.calls
	t.Returned += r.returned
	t.Orphans += r.orphan
	t.untimed += r.unknownDurations
	t.cut = t.cut || r.cut
	for k, n := range r.kinds {
		t.Kinds[k] += n
	}
	for _, id := range r.seen {
		t.calls[id].add(&r.sys[id])
		r.sys[id] = callStat{} // the list may name it twice
	}
	for _, u := range r.unparsed {
		if len(t.Unparsed) < t.opt.Limits.Unparsed {
			u.File, u.Line = m.input, u.Line+m.line+1
			t.Unparsed = append(t.Unparsed, u)
		}
	}
	m.times(r)
	m.segments(r)
	for k, s := range r.perSeg {
		key := uint64(m.proc[k>>11])<<16 | uint64(k&(1<<11-1))
		if x := t.byPID[key]; x != nil {
			x.add(s)
		} else {
			c := *s
			t.byPID[key] = &c
		}
	}
	for k, n := range r.errnos {
		t.errnos[errnoKey{m.proc[k>>32], uint16(k >> 16), uint16(k)}] += n
	}
	for k, h := range r.hist {
		key := uint64(k)
		if t.opt.Quantize != "" {
			key = uint64(m.proc[k>>11])<<16 | uint64(k&(1<<11-1))
		}
		x := t.hist[key]
		if x == nil {
			x = new([64]uint32)
			t.hist[key] = x
		}
		for i, n := range h {
			x[i] += n
		}
	}
	for i := range r.details {
		m.detail(&r.details[i])
	}
	t.Lines += int64(r.lines)
	m.line += int64(r.lines)
}

// times finds what to add to the chunk's times so that they go on from the chunk before.
func (m *merger) times(r *chunkResult) {
	m.shift = 0
	if r.firstTime == Unknown {
		return
	}
	if m.t.Clock == NoClock {
		m.t.Clock = r.clock
	}
	switch r.clock {
	case DayClock:
		if m.last != Unknown {
			m.shift = m.last / day * day
			switch first := r.firstTime + m.shift; {
			case first < m.last-backstep:
				m.shift += day
				m.back(0)
			case first > m.last+day-backstep && m.shift >= day: // just before a midnight that the chunk before had passed
				m.shift -= day
			}
		}
	case Relative:
		if m.last != Unknown {
			m.shift = m.last
		}
	}
	for _, n := range r.backs {
		m.back(n)
	}
	m.last = r.lastTime + m.shift
}

func (m *merger) back(n int32) {
	if len(m.t.backs) < 10 {
		m.t.backs = append(m.t.backs, fmt.Sprintf("%s, line %d", m.input, m.line+int64(n)+1))
	}
}

// at is a chunk's time on the log's axis.
func (m *merger) at(ns int64) int64 {
	if ns == Unknown {
		return Unknown
	}
	return ns + m.shift
}

// segments gives each part of a life to its process.
func (m *merger) segments(r *chunkResult) {
	m.proc = m.proc[:0]
	m.before, m.prior = m.before[:0], m.prior[:0]
	for i := range r.segs {
		s := &r.segs[i]
		first, line := m.at(s.first), m.line+int64(s.firstLine)+1
		idx, ok := m.live[s.pid]
		if s.pid == 0 && m.t.Flags&FlagBracket != 0 && !s.fresh {
			if one := m.only(); one >= 0 {
				idx, ok = one, true
			}
		}
		if !ok || s.fresh || s.begins && m.t.Processes[idx].ending { // the last: a number used again, without a line for the end
			idx = m.life(s.pid, line)
			m.live[s.pid] = idx
		}
		p := m.t.Processes[idx]
		m.proc = append(m.proc, idx)
		if s.takes != 0 {
			m.takeOver(p, s)
		}
		if h, ok := m.handed[s.pid]; ok && p.pend.sys == 0 {
			delete(m.handed, s.pid)
			p.pend = h
		}
		m.before = append(m.before, p.pend)
		m.prior = append(m.prior, p.prior)
		if s.prev != nil {
			p.prior = bytes.Clone(s.prev[:min(len(s.prev), shown+1)])
		}
		if p.Start == Unknown {
			p.Start = first
		}
		if last := m.at(s.last); last != Unknown {
			p.End = last
		}
		p.LastLine = m.line + int64(s.lastLine) + 1
		if s.comm != nil {
			p.Comm = Printable(string(s.comm))
		}
		p.Calls, p.Returned, p.Errors, p.Signals = p.Calls+int64(s.calls), p.Returned+int64(s.returned), p.Errors+int64(s.errors), p.Signals+int64(s.signals)
		p.Active, p.Wait, p.User = p.Active+s.active, p.Wait+s.wait, p.User+s.user
		if entry := m.at(s.entry); entry != Unknown && p.free != Unknown && entry > p.free && p.pend.sys == 0 {
			p.User += entry - p.free
		}
		if s.calls > 0 || s.returned > 0 {
			p.free = m.at(s.free)
			p.pend = pending{}
		}
		if s.pend.sys != 0 {
			p.free = Unknown
			p.pend = s.pend
			p.pend.args = bytes.Clone(s.pend.args)
			p.pend.start = m.at(s.pend.start)
			p.pend.line = 0
			p.pend.at = m.line + int64(s.pend.line) + 1
		}
		switch {
		case s.ended != 0:
			m.end(p, s)
			delete(m.live, s.pid)
			delete(m.live, p.PID)
		case s.ending:
			p.Exit = Exit{How: "exited", Code: int(s.code)}
			p.over, p.ending = true, true
		}
	}
}

// only is the one process known by number that is alive, or -1: strace names no process
// when it traces a single one on a terminal.
func (m *merger) only() int32 {
	found := int32(-1)
	for pid, i := range m.live {
		if pid == 0 || m.t.Processes[i].over {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// detail answers for one call.
func (m *merger) detail(d *detail) {
	t := m.t
	idx := m.proc[d.seg]
	p := t.Processes[idx]
	line := m.line + int64(d.line) + 1
	d.start = m.at(d.start)
	if d.kind == Signal {
		m.child(p, d.text)
		return
	}
	if d.kind == Resumed {
		pend := m.before[d.seg]
		if pend.sys == 0 && t.Flags&FlagBracket != 0 { // began when it was the only process and had no number
			if i, ok := m.live[0]; ok && t.Processes[i].pend.sys == d.sys {
				pend, t.Processes[i].pend = t.Processes[i].pend, pending{}
			}
		}
		name := t.names.name(d.sys)
		if pend.sys == d.sys {
			m.before[d.seg] = pending{}
			line, d.start = pend.at, pend.start
			if len(pend.args) > 0 {
				d.args = halves(nil, pend.args, d.args)
			}
		} else {
			t.Orphans++
		}
		d.class = t.names.classOf(d.sys)
		if d.dur != Unknown {
			d.waited = d.class&(classWait|classMayWait) != 0 && waits(d.class, []byte(name), d.args)
			if d.waited {
				p.Wait += d.dur
				t.calls[d.sys].wait += d.dur
				if s := t.byPID[uint64(idx)<<16|uint64(d.sys)]; s != nil {
					s.wait += d.dur
				}
			} else {
				p.Active += d.dur
			}
		}
	}
	switch {
	case d.class&classProcess != 0:
		m.spawn(p, d, line)
	case d.class&classExec != 0:
		m.exec(p, d, line)
	}
	need := t.opt.Need
	if need&(NeedFiles|NeedIO|NeedNet|NeedWaits) != 0 && d.class&m.mask != 0 {
		m.descriptors(p, d, line)
	}
	if need&NeedErrors != 0 && d.errno != 0 {
		m.failed(p, d, line)
	}
	if need&NeedWaits != 0 && d.waited && d.dur != Unknown {
		m.waited(p, d, line)
	}
	if need&NeedSlow != 0 && d.dur != Unknown && m.maxSlow.enters(d.dur) {
		m.longest(p, d, line)
	}
}
