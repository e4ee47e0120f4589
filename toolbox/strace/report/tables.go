package report

import (
	"path"
	"sort"
	"strconv"

	"steward/toolbox/strace"
)

// table is one of the page's tables.
type table struct {
	ID, Title, Note string
	Heads           []head
	Rows            [][]cell
	More            string
	Empty           string // said when it has no rows
}

type head struct {
	Name string
	Num  bool
}

type cell struct {
	Text string
	Num  bool
	Code bool
	Tone string // "wait", "bad" or ""
	Sub  string // a second line
}

func heads(names ...string) []head {
	out := make([]head, len(names))
	for i, n := range names {
		out[i] = head{Name: n}
		if n[0] == '#' {
			out[i] = head{n[1:], true}
		}
	}
	return out
}

func num(s string) cell  { return cell{Text: s, Num: true} }
func code(s string) cell { return cell{Text: s, Code: true} }

// cut keeps the rows that are shown and says how many are not.
func cut[T any](b *builder, t *table, rows []T) []T {
	if n := len(rows) - b.o.Rows; n > 0 {
		t.More = "and " + count(int64(n)) + " more"
		return rows[:b.o.Rows]
	}
	return rows
}

func (b *builder) tables() []table {
	out := []table{b.bySyscall()}
	if b.t.Timed() {
		out = append(out, b.slowest(), b.waits())
	}
	out = append(out, b.failures(), b.files())
	if peers := b.peers(); len(peers.Rows) > 0 {
		out = append(out, peers)
	}
	return append(out, b.execs())
}

// ordered are the names of the system calls, the most time first, without times the most calls.
func (b *builder) ordered() []string {
	names := make([]string, 0, len(b.s.BySyscall))
	for n := range b.s.BySyscall {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool {
		x, y := b.s.BySyscall[names[i]], b.s.BySyscall[names[j]]
		switch {
		case x.Time != y.Time:
			return x.Time > y.Time
		case x.Calls != y.Calls:
			return x.Calls > y.Calls
		}
		return names[i] < names[j]
	})
	return names
}

func (b *builder) bySyscall() table {
	t := table{ID: "calls", Title: "System calls by time", Heads: heads("Call", "#Time", "#Waiting", "#Share", "#Calls", "#Errors", "#Longest"), Empty: "No calls."}
	if !b.t.Timed() {
		t.Title, t.Heads = "System calls by number", heads("Call", "#Calls", "#Came back", "#Errors")
	}
	for _, n := range cut(b, &t, b.ordered()) {
		c := b.s.BySyscall[n]
		errors := num(count(c.Errors))
		if c.Errors > 0 {
			errors.Tone = "bad"
		}
		if !b.t.Timed() {
			t.Rows = append(t.Rows, []cell{code(b.text(n, 60)), num(count(c.Calls)), num(count(c.Returned)), errors})
			continue
		}
		wait := num(span(c.Wait))
		if c.Wait > 0 {
			wait.Tone = "wait"
		}
		t.Rows = append(t.Rows, []cell{code(b.text(n, 60)), num(span(c.Time)), wait, num(share(int64(c.Time), int64(b.s.Active+b.s.Wait))), num(count(c.Calls)), errors, num(span(c.Longest))})
	}
	return t
}

func (b *builder) slowest() table {
	t := table{ID: "slow", Title: "Slowest calls that work", Note: "Calls that only waited are below, by what they waited for.",
		Heads: heads("#Took", "Process", "Call", "#Line"), Empty: "No call took any time."}
	rows := b.t.Slow(b.o.Rows, true, strace.Choice{})
	for _, c := range rows {
		call := code(b.text(c.Syscall+"("+c.Args+") = "+c.Return, 400))
		if c.Before != "" {
			call.Sub = "after " + b.text(c.Before, 200)
		}
		took := num(span(c.Took))
		took.Sub = c.Stamp
		t.Rows = append(t.Rows, []cell{took, {Text: b.name(b.t.Processes[c.Process])}, call, num(count(c.Line))})
	}
	return t
}

func (b *builder) waits() table {
	t := table{ID: "waits", Title: "Who waited for what", Heads: heads("#Waited", "Process", "Call", "For", "#Times", "#Longest", "#Line"), Empty: "Nobody waited."}
	for _, w := range cut(b, &t, b.t.Waits(strace.Choice{})) {
		what := code(b.text(w.For, 200))
		for i, pid := range w.Of {
			if i == 8 {
				what.Sub += " …"
				break
			}
			what.Sub += " " + strconv.Itoa(int(pid))
		}
		if what.Sub != "" {
			what.Sub = "of" + what.Sub
		}
		name := ""
		if w.Program != "" {
			name = b.text(path.Base(w.Program), 40)
		}
		if w.PID != 0 {
			name += " " + strconv.Itoa(int(w.PID))
		}
		t.Rows = append(t.Rows, []cell{{Text: span(w.Took), Num: true, Tone: "wait"}, {Text: name}, code(b.text(w.Syscall, 60)), what, num(count(w.Count)), num(span(w.Longest)), num(count(w.Line))})
	}
	return t
}

func (b *builder) failures() table {
	t := table{ID: "errors", Title: "Errors by call, error and path", Heads: heads("#Times", "Call", "Error", "About", "#Processes", "#First line"), Empty: "No call failed."}
	for _, f := range cut(b, &t, b.t.Errors()) {
		t.Rows = append(t.Rows, []cell{num(count(f.Count)), code(b.text(f.Syscall, 60)), {Text: b.text(f.Errno, 40), Tone: "bad"}, code(b.text(f.Path, 300)), num(count(int64(f.Processes))), num(count(f.FirstLine))})
	}
	return t
}

// opens adds up the opens of one file.
type opens struct {
	file      string
	n, failed int64
	took, max strace.Nanos
	line      int64
	errno     string
}

func (b *builder) files() table {
	t := table{ID: "files", Title: "Files by time to open", Heads: heads("File", "#Opens", "#Failed", "#Time", "#Longest", "#First line"), Empty: "No opens in this log."}
	if !b.t.Timed() {
		t.Title, t.Heads = "Files by opens", heads("File", "#Opens", "#Failed", "#First line")
	}
	by := map[string]*opens{}
	for _, f := range b.t.Files(strace.Choice{}, "time") {
		o := by[f.File]
		if o == nil {
			o = &opens{file: f.File, line: f.Line}
			by[f.File] = o
		}
		o.n++
		if f.Errno != "" {
			o.failed++
			o.errno = f.Errno
		}
		if f.Took.Known() {
			o.took += f.Took
			o.max = max(o.max, f.Took)
		}
	}
	rows := make([]*opens, 0, len(by))
	for _, o := range by {
		rows = append(rows, o)
	}
	sort.Slice(rows, func(i, j int) bool {
		x, y := rows[i], rows[j]
		switch {
		case x.took != y.took:
			return x.took > y.took
		case x.n != y.n:
			return x.n > y.n
		}
		return x.file < y.file
	})
	if len(rows) > b.o.Rows {
		t.More = "and " + count(int64(len(rows)-b.o.Rows)) + " more"
		rows = rows[:b.o.Rows]
	}
	for _, o := range rows {
		failed := num(count(o.failed))
		if o.failed > 0 {
			failed.Tone, failed.Sub = "bad", b.text(o.errno, 40)
		}
		r := []cell{code(b.text(o.file, 300)), num(count(o.n)), failed}
		if b.t.Timed() {
			r = append(r, num(span(o.took)), num(span(o.max)))
		}
		t.Rows = append(t.Rows, append(r, num(count(o.line))))
	}
	return t
}

func (b *builder) peers() table {
	t := table{ID: "net", Title: "Connections", Heads: heads("Peer", "Protocol", "#Time", "#Connects", "#Slowest connect", "#Sent", "#Received")}
	for _, p := range cut(b, &t, b.t.Peers()) {
		t.Rows = append(t.Rows, []cell{code(b.text(p.Peer, 200)), {Text: b.text(p.Protocol, 20)}, num(span(p.Time)), num(count(p.Connects)), num(span(p.Longest)), num(size(p.Sent)), num(size(p.Received))})
	}
	return t
}

func (b *builder) execs() table {
	t := table{ID: "exec", Title: "Programs that were started", Heads: heads("#PID", "When", "Program", "Outcome", "#Line"), Empty: "No program was started in this log."}
	rows := b.t.Execs(strace.Choice{})
	for _, e := range cut(b, &t, rows) {
		outcome := cell{Text: "started"}
		switch {
		case !e.OK:
			outcome = cell{Text: b.text(e.Errno, 40), Tone: "bad"}
		case e.Process < len(b.t.Processes):
			if p := b.t.Processes[e.Process]; p.Program() != nil && p.Program().Line == e.Line {
				words, bad := ending(p)
				outcome.Text = words
				if bad {
					outcome.Tone = "bad"
				}
			}
		}
		pid := ""
		if e.PID != 0 {
			pid = strconv.Itoa(int(e.PID))
		}
		t.Rows = append(t.Rows, []cell{num(pid), {Text: b.t.Clock.Stamp(e.Time)}, code(b.text(e.Command(), 300)), outcome, num(count(e.Line))})
	}
	return t
}

// histogram is how long the calls of one system call took.
type histogram struct {
	Name, Sum string
	Bars      []bar
}

type bar struct {
	From, Count string
	W           int // of a thousand of the highest
}

// histograms distributes the system calls that took the most time.
func (b *builder) histograms() []histogram {
	var out []histogram
	if !b.t.Timed() {
		return nil
	}
	for _, n := range b.ordered() {
		steps := b.t.Histogram(n, strace.Choice{})
		if len(steps) == 0 {
			continue
		}
		c := b.s.BySyscall[n]
		h := histogram{Name: b.text(n, 60), Sum: plural(c.Returned, "call", "calls") + ", " + span(c.Time) + ", longest " + span(c.Longest)}
		var highest int64 = 1
		for _, s := range steps {
			highest = max(highest, s.Count)
		}
		for _, s := range steps {
			w := int(s.Count * 1000 / highest)
			if s.Count > 0 {
				w = max(w, 4)
			}
			h.Bars = append(h.Bars, bar{From: span(s.From), Count: count(s.Count), W: w})
		}
		out = append(out, h)
		if len(out) == 8 {
			break
		}
	}
	return out
}
