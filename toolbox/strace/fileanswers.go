package strace

// Opened is one open of a file.
type Opened struct {
	PID     int32  `json:"pid"`
	Process int    `json:"-"`
	Took    Nanos  `json:"seconds"`
	Time    int64  `json:"-"`
	Stamp   string `json:"time"`
	Errno   string `json:"error,omitempty"`
	File    string `json:"file"`
	Line    int64  `json:"line"`
}

// order sorts by duration (the longest first), pid or time.
func order(rows []access, by string, t *Trace) {
	switch by {
	case "pid":
		sortAccess(rows, func(a *access) int64 { return int64(t.Processes[a.proc].PID)<<32 + a.line&0xffffffff })
	case "time":
		sortAccess(rows, func(a *access) int64 { return a.line })
	default:
		sortAccess(rows, func(a *access) int64 { return -max(a.dur, -1) })
	}
}

func (t *Trace) accesses(rows []access, c Choice, by string) []access {
	in := t.set(c)
	var out []access
	for _, a := range rows {
		if in(int(a.proc)) {
			out = append(out, a)
		}
	}
	order(out, by, t)
	return out
}

// FileSorts are the orders of [Trace.Files] and [Trace.IO]; [Trace.Directories] knows count too.
var FileSorts = []string{"duration", "pid", "time"}

// shown is a path as people may see it.
func (t *Trace) shown(id int32) string {
	s := Printable(t.paths.names[id])
	if t.opt.ShowSecrets {
		return s
	}
	return Mask(s)
}

// Files lists opens by one of [FileSorts]. It needs [NeedFiles].
func (t *Trace) Files(c Choice, by string) []Opened {
	out := []Opened{}
	for _, a := range t.accesses(t.opens, c, by) {
		o := Opened{PID: t.Processes[a.proc].PID, Process: int(a.proc), Took: Nanos(a.dur), Time: a.start, Stamp: t.Clock.Stamp(a.start), File: t.shown(a.path), Line: a.line}
		o.Errno = t.outcome(&a)
		out = append(out, o)
	}
	return out
}

func (t *Trace) outcome(a *access) string {
	switch {
	case a.errno != 0:
		return t.errs.name(a.errno)
	case !a.ok:
		return "?"
	}
	return ""
}

// Moved is one read or write.
type Moved struct {
	PID     int32  `json:"pid"`
	Process int    `json:"-"`
	Took    Nanos  `json:"seconds"`
	Time    int64  `json:"-"`
	Stamp   string `json:"time"`
	Syscall string `json:"syscall"`
	Bytes   int64  `json:"bytes"`
	Errno   string `json:"error,omitempty"`
	File    string `json:"file"` // what the descriptor stands for, "" when nobody knows
	Line    int64  `json:"line"`
}

// IO lists reads and writes by one of [FileSorts]. It needs [NeedIO].
func (t *Trace) IO(c Choice, by string) []Moved {
	out := []Moved{}
	for _, a := range t.accesses(t.moves, c, by) {
		out = append(out, Moved{PID: t.Processes[a.proc].PID, Process: int(a.proc), Took: Nanos(a.dur), Time: a.start, Stamp: t.Clock.Stamp(a.start),
			Syscall: t.names.name(a.sys), Bytes: a.bytes, Errno: t.outcome(&a), File: t.shown(a.path), Line: a.line})
	}
	return out
}
