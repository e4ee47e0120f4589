package strace

import (
	"bytes"
)

const day = 24 * 3600 * int64(1e9)

// backstep is how far a clock must go back before it is taken for midnight.
const backstep = 3600 * int64(1e9)

// callStat adds up the calls of one system call.
type callStat struct {
	calls, returned, errors uint32
	timed                   uint32 // calls whose duration is known
	ns, wait, max, min      int64
}

func (s *callStat) took(ns int64) {
	if s.timed == 0 || ns < s.min {
		s.min = ns
	}
	s.max = max(s.max, ns)
	s.ns += ns
	s.timed++
}

func (s *callStat) add(o *callStat) {
	if o.timed > 0 {
		if s.timed == 0 || o.min < s.min {
			s.min = o.min
		}
		s.max = max(s.max, o.max)
	}
	s.calls, s.returned, s.errors, s.timed = s.calls+o.calls, s.returned+o.returned, s.errors+o.errors, s.timed+o.timed
	s.ns, s.wait = s.ns+o.ns, s.wait+o.wait
}

// pending is a call that has begun and not come back.
type pending struct {
	sys   uint16 // 0: none
	line  int32
	at    int64
	start int64
	args  []byte
}

// segment is a part of a process's life inside one chunk of the log.
type segment struct {
	pid                     int32
	comm                    []byte
	clock                   Clock
	first, last             int64 // times of the first and last line
	firstLine, lastLine     int32
	calls, returned, errors uint32
	signals                 uint32
	active, wait, user      int64
	entry                   int64 // when its first call began, if nothing was open before; else Unknown
	free                    int64 // when its last call ended; Unknown while one is open or nobody knows
	pend                    pending
	takes                   int32 // the thread that took this process over by execve
	fresh                   bool  // begins after the end of an earlier process of that number
	closed                  bool
	ending                  bool // has called exit or exit_group
	begins                  bool // its first call begins in it
	ended                   Kind // Exited, Killed, Superseded (became another), or 0
	code                    int32
	signal                  []byte
	core                    bool
}

// detail is one call that a question needs with its arguments.
type detail struct {
	seg        int32
	sys        uint16
	class      class
	kind       Kind  // Call; Unfinished for one that never comes back as far as the chunk knows; Resumed for an end whose beginning lies in an earlier chunk; Signal
	line       int32 // of the beginning; of an orphaned end its own
	at         int64 // offset of that line
	start      int64
	dur        int64
	value      int64
	has        bool
	returned   bool
	waited     bool
	errno      uint16
	args, ret  []byte
	prev       []byte // the call before, for the longest
	comm, text []byte
}

// chunkResult is what a worker learned from a chunk.
type chunkResult struct {
	lines, blank                  int32
	bytes                         int64
	kinds                         [Blank + 1]int64
	flags                         Flags
	clock                         Clock
	firstTime, lastTime           int64
	backs                         []int32 // lines at which the clock went back
	calls, returned, sigs, orphan int64
	segs                          []segment
	sys                           []callStat
	seen                          []uint16 // numbers of sys that are in use
	perSeg                        map[uint32]*callStat
	errnos                        map[uint64]uint32
	hist                          map[uint32]*[64]uint32
	details                       []detail
	unparsed                      []UnparsedLine
	unknownDurations              int64
	table                         bool
	cut                           bool // the last line was cut
}

// worker reads chunks. It keeps nothing of a chunk once the result is merged.
type worker struct {
	opt      *Options
	mask     class // classes whose calls are wanted as details
	every    bool  // details of every failed call
	names    *nameCache
	errs     *nameCache
	out      *chunkResult
	live     map[int32]int32
	quick    [256]int32 // segment by the low bits of its process, plus one
	now      int64
	days     int64
	rel      int64
	last     int64
	slow     slowest
	arena    []byte
	split    int32 // segment whose open call goes on in the next line, plus one
	prev     [][]byte
	wantIDs  map[uint16]bool
	nameless int32 // the last segment of lines without a number on a terminal, plus one
	file     int32 // process of a family's file
}

func (w *worker) reset() *chunkResult {
	r := w.out
	if r == nil {
		r = &chunkResult{sys: make([]callStat, maxNames)}
		w.out = r
	}
	for _, id := range r.seen {
		r.sys[id] = callStat{}
	}
	*r = chunkResult{sys: r.sys, seen: r.seen[:0], segs: r.segs[:0], details: r.details[:0], backs: r.backs[:0], firstTime: Unknown, lastTime: Unknown,
		perSeg: r.perSeg, errnos: r.errnos, hist: r.hist, unparsed: nil}
	clear(r.perSeg)
	clear(r.errnos)
	clear(r.hist)
	clear(w.live)
	w.quick = [256]int32{}
	w.days, w.rel, w.last, w.split, w.nameless = 0, 0, Unknown, 0, 0
	w.arena = w.arena[:0]
	w.prev = w.prev[:0]
	return r
}

// chunk reads whole lines. at is where they begin in the log; final says that the log ends
// with them.
func (w *worker) chunk(b []byte, at int64, final bool, file int32) *chunkResult {
	r := w.reset()
	r.bytes = int64(len(b))
	w.file = file
	var l Line
	for i := 0; i < len(b); {
		n := bytes.IndexByte(b[i:], '\n')
		cut := n < 0
		if cut {
			n = len(b) - i
		}
		raw := b[i : i+n]
		parseLine(raw, &l)
		if cut && final && l.Kind != Blank {
			w.lastLine(raw, &l)
		}
		if l.Kind == Unparsed && w.again(raw, &l) {
			continueSplit(w, raw, &l)
		}
		w.line(&l, raw, r.lines, at+int64(i))
		r.lines++
		i += n + 1
	}
	w.finish()
	return r
}

// lastLine judges a line without a line feed, at the end of a log: it may be cut anywhere.
func (w *worker) lastLine(raw []byte, l *Line) {
	switch l.Kind {
	case Call, Resumed:
		open := len(raw)
		if i := bytes.IndexByte(raw, '('); i >= 0 {
			open = i + 1
		}
		if l.Kind == Resumed {
			open = bytes.Index(raw, []byte(" resumed>")) + len(" resumed>")
		}
		p := closing(raw, open)
		whole := p >= 0 && (l.Duration != Unknown || w.out.flags&FlagDuration == 0)
		if whole {
			return
		}
		w.out.cut = true
		if l.Kind == Resumed {
			l.Kind = Note
			return
		}
		l.Kind, l.Value, l.HasValue, l.Errno, l.Return, l.Duration = Unfinished, 0, false, nil, nil, Unknown
	case Unparsed:
		w.out.cut = true
		if rest, ok := parsePrefix(raw, l); ok {
			if i := bytes.IndexByte(rest, '('); i > 0 && i <= 64 && callName(rest[:i]) {
				l.Kind, l.Name, l.Args = Unfinished, rest[:i], rest[i+1:]
			} else if rest[0] == '<' || rest[0] == '-' || rest[0] == '+' || callName(rest) {
				l.Kind = Note
			}
		} else if bytes.TrimLeft(raw, " 0123456789.:") == nil {
			l.Kind = Note
		}
	}
}

// again tries what a plain reading of a line does not find: colours, and the rest of a call
// that a message of strace's own cut in two.
func (w *worker) again(raw []byte, l *Line) bool {
	if bytes.IndexByte(raw, 0x1b) >= 0 {
		parseLine(uncolor(raw), l)
		l.Flags |= FlagColor
	}
	return l.Kind == Unparsed && w.split > 0
}

func continueSplit(w *worker, raw []byte, l *Line) {
	seg := &w.out.segs[w.split-1]
	if seg.pend.sys == 0 || len(raw) == 0 {
		return
	}
	var rest Line
	rest = Line{Time: Unknown, Delta: Unknown, Duration: Unknown}
	parseTail(raw, 0, &rest, Resumed)
	if rest.Kind == Resumed || rest.Kind == Unfinished {
		if rest.Kind == Unfinished {
			rest.Kind = Note
			seg.pend.args = append(append([]byte(nil), seg.pend.args...), rest.Args...)
		}
		rest.PID = seg.pid
		rest.Name = []byte(w.names.shared.name(seg.pend.sys))
		*l = rest
	}
}

// time is the moment of a line on the chunk's axis.
func (w *worker) time(l *Line, line int32) int64 {
	if l.Time == Unknown {
		return Unknown
	}
	t := l.Time
	switch l.Clock {
	case DayClock:
		t += w.days
		if w.last != Unknown && t < w.last-backstep {
			w.days += day
			t += day
			w.out.backs = append(w.out.backs, line)
		}
	case Relative:
		w.rel += t
		t = w.rel
	}
	w.last = t
	r := w.out
	if r.firstTime == Unknown {
		r.firstTime, r.clock = t, l.Clock
	}
	r.lastTime = t
	return t
}

// segment finds the part of life that a line belongs to.
func (w *worker) segment(pid int32) int32 {
	q := &w.quick[uint32(pid)&255]
	if *q > 0 && w.out.segs[*q-1].pid == pid && !w.out.segs[*q-1].closed {
		return *q - 1
	}
	i, ok := w.live[pid]
	if !ok {
		i = w.open(pid, false)
	}
	*q = i + 1
	return i
}

func (w *worker) open(pid int32, fresh bool) int32 {
	i := int32(len(w.out.segs))
	w.out.segs = append(w.out.segs, segment{pid: pid, first: Unknown, last: Unknown, entry: Unknown, free: Unknown, firstLine: -1, fresh: fresh})
	w.live[pid] = i
	w.quick[uint32(pid)&255] = 0
	if w.opt.Need&NeedSlow != 0 {
		w.prev = append(w.prev, nil)
	}
	return i
}

// close ends a segment; whatever follows under that number is another process.
func (w *worker) close(i int32) {
	s := &w.out.segs[i]
	s.closed = true
	delete(w.live, s.pid)
	w.quick[uint32(s.pid)&255] = 0
}

// line accounts for a line.
func (w *worker) line(l *Line, raw []byte, n int32, at int64) {
	r := w.out
	r.kinds[l.Kind]++
	r.flags |= l.Flags &^ flagGone
	if !l.Split && !(l.Kind == Note && l.Code != 0) { // several messages may stand in one line's way
		w.split = 0
	}
	switch l.Kind {
	case Unparsed:
		if len(r.unparsed) < w.opt.Limits.Unparsed {
			if len(raw) > 300 {
				raw = raw[:300]
			}
			r.unparsed = append(r.unparsed, UnparsedLine{Line: int64(n), Offset: at, Text: string(raw)})
		}
		return
	case Blank, Totals, Detail:
		return
	case Note:
		if l.PID == 0 && w.file == 0 {
			return
		}
	}
	pid := l.PID
	if pid == 0 {
		pid = w.file
	}
	t := w.time(l, n)
	if l.Flags&FlagBracket != 0 {
		if i, ok := w.live[0]; ok { // lines without a number may be another process's from here on
			w.close(i)
			w.nameless = i + 1
		}
	}
	i := w.segment(pid)
	s := &r.segs[i]
	if s.ending && (l.Kind == Call || l.Kind == Unfinished) { // a number used again, without a line for the end
		w.close(i)
		i = w.open(pid, true)
		s = &r.segs[i]
	}
	if s.firstLine < 0 {
		s.firstLine = n
	}
	if t != Unknown {
		if s.first == Unknown {
			s.first = t
		}
		s.last = t
	}
	s.lastLine = n
	if l.Comm != nil {
		s.comm = l.Comm
	}
	if r.flags&FlagSockets == 0 && len(l.Args) > 1 && (n < 500 || n&15 == 0) {
		r.flags |= annotated(l)
	}
	switch l.Kind {
	case Call:
		w.call(l, i, n, at, t, raw)
	case Unfinished:
		w.begin(l, i, n, at, t)
		switch {
		case l.Split:
			w.split = i + 1
		case l.Code != 0: // goes on under its leader's number
			s.ended, s.code = Superseded, l.Code
			w.close(i)
		}
	case Resumed:
		w.resume(l, i, n, at, t, raw)
	case Signal:
		s.signals++
		r.sigs++
		if string(l.Name) == "SIGCHLD" {
			r.details = append(r.details, detail{seg: i, kind: Signal, line: n, at: at, start: t, text: l.Text})
		}
	case Exited, Killed:
		s.ended, s.code, s.core, s.signal = l.Kind, l.Code, l.Core, l.Name
		w.close(i)
	case Superseded:
		w.supersede(i, l.Code, n, t)
	}
}

// supersede: the leader's number goes on with the thread that called execve.
func (w *worker) supersede(i, thread, n int32, t int64) {
	leader := w.out.segs[i].pid
	w.close(i)
	j := w.open(leader, false)
	s := &w.out.segs[j]
	s.takes, s.firstLine, s.lastLine, s.first, s.last = thread, n, n, t, t
	if k, ok := w.live[thread]; ok {
		old := &w.out.segs[k]
		s.pend, old.pend = old.pend, pending{}
		old.ended, old.code = Superseded, leader
		w.close(k)
	}
}

// stat is the sum of a system call in this chunk.
func (w *worker) stat(id uint16) *callStat {
	s := &w.out.sys[id]
	if s.calls == 0 && s.returned == 0 && s.timed == 0 {
		w.out.seen = append(w.out.seen, id)
	}
	return s
}

// segStat is the sum of a system call in a segment.
func (w *worker) segStat(i int32, id uint16) *callStat {
	key := uint32(i)<<11 | uint32(id)
	s := w.out.perSeg[key]
	if s == nil {
		if w.out.perSeg == nil {
			w.out.perSeg = map[uint32]*callStat{}
		}
		s = &callStat{}
		w.out.perSeg[key] = s
	}
	return s
}

// gap notes the time between the end of a call and the beginning of the next.
func (s *segment) gap(t int64, first bool) {
	if t == Unknown {
		return
	}
	if first {
		s.entry = t
	} else if s.free != Unknown && t > s.free {
		s.user += t - s.free
	}
}

func (w *worker) call(l *Line, i, n int32, at, t int64, raw []byte) {
	r := w.out
	s := &r.segs[i]
	id, c := w.names.get(l.Name)
	st := w.stat(id)
	st.calls++
	r.calls++
	s.begins = s.begins || s.calls == 0 && s.returned == 0
	s.gap(t, s.calls == 0 && s.returned == 0)
	s.calls++
	s.pend.sys = 0
	s.free = Unknown
	if t != Unknown && l.Duration != Unknown {
		s.free = t + l.Duration
	}
	if c&classEnd != 0 {
		s.ending = !l.HasValue
		code, _ := number(l.Args, 0)
		s.code = int32(code & 0xff)
	}
	if w.opt.Need&NeedPIDs != 0 {
		w.segStat(i, id).calls++
	}
	w.back(l, i, n, at, t, id, c, st, l.Args, Call, raw)
}

func (w *worker) begin(l *Line, i, n int32, at, t int64) {
	s := &w.out.segs[i]
	id, c := w.names.get(l.Name)
	if l.Text != nil { // <... nanosleep resumed> <unfinished ...>
		return
	}
	w.stat(id).calls++
	w.out.calls++
	s.begins = s.begins || s.calls == 0 && s.returned == 0
	s.gap(t, s.calls == 0 && s.returned == 0)
	s.calls++
	s.free = Unknown
	if w.opt.Need&NeedPIDs != 0 {
		w.segStat(i, id).calls++
	}
	if c&classEnd != 0 {
		s.ending = true
		code, _ := number(l.Args, 0)
		s.code = int32(code & 0xff)
	}
	s.pend = pending{sys: id, line: n, at: at, start: t, args: l.Args}
}

func (w *worker) resume(l *Line, i, n int32, at, t int64, raw []byte) {
	r := w.out
	s := &r.segs[i]
	id, c := w.names.get(l.Name)
	st := w.stat(id)
	s.free = t
	args, kind := l.Args, Call
	if s.pend.sys != id && (r.flags&FlagBracket != 0) {
		w.borrow(s, id)
	}
	switch {
	case s.pend.sys == id:
		p := s.pend
		s.pend = pending{}
		n, at, t = p.line, p.at, p.start
		if len(p.args) > 0 {
			from := len(w.arena)
			w.arena = halves(w.arena, p.args, args)
			args = w.arena[from:len(w.arena):len(w.arena)]
		}
	case s.calls == 0 && s.returned == 0:
		kind = Resumed // its beginning lies in an earlier chunk, or before the log
	default:
		r.orphan++
		s.pend.sys = 0
	}
	w.back(l, i, n, at, t, id, c, st, args, kind, raw)
}

// borrow finds the beginning of a call among the lines that strace wrote with a number
// when the end has none, and the other way round.
func (w *worker) borrow(s *segment, id uint16) {
	found := -1
	if s.pid != 0 {
		if w.nameless == 0 || w.out.segs[w.nameless-1].pend.sys != id {
			return
		}
		found = int(w.nameless - 1)
	} else {
		for _, i := range w.live {
			if x := &w.out.segs[i]; x.pid != 0 && x.pend.sys == id {
				if found >= 0 {
					return
				}
				found = int(i)
			}
		}
	}
	if found >= 0 {
		s.pend = w.out.segs[found].pend
		w.out.segs[found].pend = pending{}
	}
}

// back accounts for the end of a call. kind is Resumed when its arguments are not all here.
func (w *worker) back(l *Line, i, n int32, at, t int64, id uint16, c class, st *callStat, args []byte, kind Kind, raw []byte) {
	r := w.out
	s := &r.segs[i]
	returned := l.Returned()
	if returned {
		st.returned++
		s.returned++
		r.returned++
	}
	failed := l.Errno != nil
	var errno uint16
	if failed {
		st.errors++
		s.errors++
		if w.opt.Need&(NeedPIDs|NeedErrors|NeedFiles|NeedIO|NeedNet|NeedSlow) != 0 || c&classExec != 0 || kind == Resumed {
			errno, _ = w.errs.get(l.Errno)
		}
	}
	d := l.Duration
	waited := false
	if d != Unknown {
		st.took(d)
		if c&(classWait|classMayWait) != 0 && kind != Resumed {
			waited = waits(c, l.Name, args)
		}
		switch {
		case kind == Resumed: // the merge knows the arguments
		case waited:
			st.wait += d
			s.wait += d
		default:
			s.active += d
		}
		if w.opt.Need&NeedHistograms != 0 {
			w.bucket(i, id, d)
		}
	} else if returned {
		r.unknownDurations++
	}
	if w.opt.Need&NeedPIDs != 0 {
		x := w.segStat(i, id)
		if returned {
			x.returned++
		}
		if failed {
			x.errors++
			if r.errnos == nil {
				r.errnos = map[uint64]uint32{}
			}
			r.errnos[uint64(i)<<32|uint64(id)<<16|uint64(errno)]++
		}
		if d != Unknown {
			x.took(d)
			if waited {
				x.wait += d
			}
		}
	}
	want := c&w.mask != 0 || kind == Resumed || waited && w.opt.Need&NeedWaits != 0 || failed && w.every
	if !want && d != Unknown && w.opt.Need&NeedSlow != 0 && w.slow.enters(d) {
		want = true
	}
	if want {
		det := detail{seg: i, sys: id, class: c, kind: kind, line: n, at: at, start: t, dur: d, value: l.Value, has: l.HasValue, returned: returned, waited: waited,
			errno: errno, args: args, ret: l.Return}
		if w.opt.Need&NeedSlow != 0 {
			det.prev = w.prev[i]
		}
		r.details = append(r.details, det)
	}
	if w.opt.Need&NeedSlow != 0 {
		w.prev[i] = raw
	}
}

func (w *worker) bucket(i int32, id uint16, d int64) {
	r := w.out
	if r.hist == nil {
		r.hist = map[uint32]*[64]uint32{}
	}
	key := uint32(id)
	if w.opt.Quantize != "" {
		if !w.wantIDs[id] {
			return
		}
		key |= uint32(i) << 11
	}
	h := r.hist[key]
	if h == nil {
		h = new([64]uint32)
		r.hist[key] = h
	}
	h[bucketOf(d)]++
}

// finish keeps what is open for the chunk that follows.
func (w *worker) finish() {
	r := w.out
	for i := range r.segs {
		s := &r.segs[i]
		if s.pend.sys != 0 && s.closed && (s.ended == Exited || s.ended == Killed || s.ending) { // ended inside the call
			w.unreturned(int32(i), s)
		}
	}
}

// unreturned keeps a call that its process never came back from, where one matters.
func (w *worker) unreturned(i int32, s *segment) {
	c := w.names.shared.classOf(s.pend.sys)
	if c&w.mask != 0 {
		w.out.details = append(w.out.details, detail{seg: i, sys: s.pend.sys, class: c, kind: Unfinished, line: s.pend.line, at: s.pend.at, start: s.pend.start, dur: Unknown, args: s.pend.args})
	}
	s.pend = pending{}
}

// annotated notices what -y and -yy add to descriptors.
func annotated(l *Line) Flags {
	_, in := descriptor(l.Args)
	if in == nil {
		if _, in = descriptor(l.Return); in == nil {
			return 0
		}
	}
	if len(in) == 0 || in[0] != '/' && in[0] != '\\' && bytes.IndexByte(in, ':') < 0 { // a command, of -Y
		return 0
	}
	for _, p := range [...]string{"TCP", "UDP", "UNIX", "NETLINK", "char ", "block "} {
		if bytes.HasPrefix(in, []byte(p)) {
			return FlagPaths | FlagSockets
		}
	}
	if bytes.HasPrefix(in, []byte("/dev/")) && bytes.IndexByte(in, '<') > 0 { // /dev/null<char 1:3>
		return FlagPaths | FlagSockets
	}
	return FlagPaths
}

// halves puts a call's arguments together; the space behind a comma stood before "<unfinished".
func halves(dst, a, b []byte) []byte {
	dst = append(dst, a...)
	if len(a) > 0 && a[len(a)-1] == ',' && len(b) > 0 {
		dst = append(dst, ' ')
	}
	return append(dst, b...)
}
