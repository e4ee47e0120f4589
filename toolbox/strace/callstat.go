package strace

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
