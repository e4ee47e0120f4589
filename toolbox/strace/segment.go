package strace

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
	prev                    []byte // the last line that ended a call, for the longest
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
	return i
}

// close ends a segment; whatever follows under that number is another process.
func (w *worker) close(i int32) {
	s := &w.out.segs[i]
	s.closed = true
	delete(w.live, s.pid)
	w.quick[uint32(s.pid)&255] = 0
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
