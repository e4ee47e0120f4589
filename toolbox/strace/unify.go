package strace

import "slices"

// nameFirst finds out which number the process had whose lines on a terminal carry none:
// strace names processes only while it traces several. When all others descend from one
// that nobody made, that is it.
func (m *merger) nameFirst() {
	t := m.t
	if t.Flags&FlagBracket == 0 {
		return
	}
	first, root := -1, -1
	for i, p := range t.Processes {
		switch {
		case p.PID == 0:
			if first >= 0 {
				return
			}
			first = i
		case p.Parent < 0:
			if root >= 0 {
				return
			}
			root = i
		}
	}
	if first < 0 || root < 0 {
		return
	}
	m.join(t.Processes[first], t.Processes[root])
}

// join makes b part of a.
func (m *merger) join(a, b *Process) {
	t := m.t
	keep, gone := min(a.Index, b.Index), max(a.Index, b.Index)
	early, late := a, b
	if b.FirstLine < a.FirstLine {
		early, late = b, a
	}
	p := *early
	p.PID = max(a.PID, b.PID)
	if late.Comm != "" {
		p.Comm = late.Comm
	}
	if p.Start == Unknown {
		p.Start = late.Start
	}
	p.End, p.LastLine = max(a.End, b.End), max(a.LastLine, b.LastLine)
	p.Calls, p.Returned, p.Errors, p.Signals = a.Calls+b.Calls, a.Returned+b.Returned, a.Errors+b.Errors, a.Signals+b.Signals
	p.Active, p.Wait, p.User = a.Active+b.Active, a.Wait+b.Wait, a.User+b.User
	p.Children = append(slices.Clone(early.Children), late.Children...)
	p.Execs = append(slices.Clone(early.Execs), late.Execs...)
	slices.SortStableFunc(p.Execs, func(x, y Exec) int { return int(x.Line - y.Line) })
	if early.Exit.How == "running" {
		p.Exit = late.Exit
	}
	p.over = a.over || b.over
	to := func(i int) int {
		switch {
		case i == gone:
			return keep
		case i > gone:
			return i - 1
		}
		return i
	}
	t.Processes[keep] = &p
	t.Processes = slices.Delete(t.Processes, gone, gone+1)
	for i, q := range t.Processes {
		q.Index, q.Leader = i, to(q.Leader)
		if q.Parent >= 0 {
			q.Parent = to(q.Parent)
		}
		for k := range q.Children {
			q.Children[k] = to(q.Children[k])
		}
		slices.Sort(q.Children)
		for k := range q.Execs {
			q.Execs[k].Process, q.Execs[k].PID = i, q.PID
		}
	}
	p.Leader = keep
	t.Processes[keep].Leader = keep
	m.renumber(to)
}

// renumber changes the process in every row kept.
func (m *merger) renumber(to func(int) int) {
	t := m.t
	byPID := map[uint64]*callStat{}
	for k, s := range t.byPID {
		key := uint64(to(int(k>>16)))<<16 | k&0xffff
		if x := byPID[key]; x != nil {
			x.add(s)
		} else {
			byPID[key] = s
		}
	}
	t.byPID = byPID
	errnos := map[errnoKey]uint32{}
	for k, n := range t.errnos {
		k.proc = int32(to(int(k.proc)))
		errnos[k] += n
	}
	t.errnos = errnos
	if t.opt.Quantize != "" {
		hist := map[uint64]*[64]uint32{}
		for k, h := range t.hist {
			key := uint64(to(int(k>>16)))<<16 | k&0xffff
			if x := hist[key]; x != nil {
				for i := range x {
					x[i] += h[i]
				}
			} else {
				hist[key] = h
			}
		}
		t.hist = hist
	}
	for _, rows := range [][]access{t.opens, t.moves} {
		for i := range rows {
			rows[i].proc = int32(to(int(rows[i].proc)))
		}
	}
	for i := range t.slow {
		t.slow[i].Process = to(t.slow[i].Process)
		t.slow[i].PID = t.Processes[t.slow[i].Process].PID
	}
	waits := map[waitKey]*waitSum{}
	for k, w := range t.waits {
		k.proc = int32(to(int(k.proc)))
		w.targets = moved(w.targets, to)
		if x := waits[k]; x != nil {
			x.count, x.ns = x.count+w.count, x.ns+w.ns
			if w.max > x.max {
				x.max, x.line = w.max, w.line
			}
			for i := range w.targets {
				if x.targets == nil {
					x.targets = map[int]struct{}{}
				}
				x.targets[i] = struct{}{}
			}
		} else {
			waits[k] = w
		}
	}
	t.waits = waits
	for k, w := range t.writers {
		t.writers[k] = moved(w, to)
	}
	for _, f := range t.failures {
		procs := map[int32]struct{}{}
		for i := range f.procs {
			procs[int32(to(int(i)))] = struct{}{}
		}
		f.procs = procs
	}
	for _, x := range t.peers {
		x.procs = moved(x.procs, to)
	}
}

func moved(in map[int]struct{}, to func(int) int) map[int]struct{} {
	if in == nil {
		return nil
	}
	out := make(map[int]struct{}, len(in))
	for i := range in {
		out[to(i)] = struct{}{}
	}
	return out
}
