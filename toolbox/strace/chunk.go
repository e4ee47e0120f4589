package strace

import (
	"bytes"
)

const day = 24 * 3600 * int64(1e9)

// backstep is how far a clock must go back before it is taken for midnight.
const backstep = 3600 * int64(1e9)

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
	buf      []byte // the piece of the log it reads
	split    int32  // segment whose open call goes on in the next line, plus one
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
