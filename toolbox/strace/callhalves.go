package strace

import (
	"bytes"
)

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
			det.prev = s.prev
		}
		r.details = append(r.details, det)
	}
	if w.opt.Need&NeedSlow != 0 {
		s.prev = raw
	}
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
