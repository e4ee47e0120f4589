package strace

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Table is an answer as rows of text, for people and for CSV.
type Table struct {
	Columns []Column
	Rows    [][]string
	Footer  []string // lines below, for people
}

// Column is a column's name and on which side it is filled up.
type Column struct {
	Name string
	Left bool // text; numbers stand on the right
}

func columns(names ...string) []Column {
	out := make([]Column, len(names))
	for i, n := range names {
		out[i] = Column{strings.TrimPrefix(n, "<"), strings.HasPrefix(n, "<")}
	}
	return out
}

// WriteCSV writes the columns' names and the rows. What a spreadsheet would take for a
// formula is quoted with an apostrophe.
func (t Table) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	row := make([]string, len(t.Columns))
	for i, col := range t.Columns {
		row[i] = strings.ReplaceAll(strings.ReplaceAll(col.Name, " ", "_"), "%", "percent")
	}
	if err := c.Write(row); err != nil {
		return err
	}
	for _, r := range t.Rows {
		for i, v := range r {
			if v != "" && strings.ContainsRune("=+-@\t", rune(v[0])) && t.Columns[i].Left {
				v = "'" + v
			}
			row[i] = v
		}
		if err := c.Write(row[:len(r)]); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// WriteText writes the table for a person.
func (t Table) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	width := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		width[i] = len(c.Name)
	}
	for _, r := range t.Rows {
		for i, v := range r {
			width[i] = min(max(width[i], utf8.RuneCountInString(v)), 60)
		}
	}
	line := func(r []string) {
		for i, v := range r {
			pad := strings.Repeat(" ", max(width[i]-utf8.RuneCountInString(v), 0))
			if i > 0 {
				_, _ = b.WriteString("  ")
			}
			switch {
			case !t.Columns[i].Left:
				_, _ = b.WriteString(pad + v)
			case i == len(r)-1:
				_, _ = b.WriteString(v)
			default:
				_, _ = b.WriteString(v + pad)
			}
		}
		_ = b.WriteByte('\n')
	}
	if len(t.Columns) > 0 {
		head, rule := make([]string, len(t.Columns)), make([]string, len(t.Columns))
		for i, c := range t.Columns {
			head[i], rule[i] = c.Name, strings.Repeat("-", width[i])
		}
		line(head)
		line(rule)
	}
	for _, r := range t.Rows {
		line(r)
	}
	for _, f := range t.Footer {
		_, _ = fmt.Fprintln(b, f)
	}
	return b.Flush()
}

func itoa[N int | int32 | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// errnoList is "ENOENT: 3, EAGAIN: 1".
func errnoList(m map[string]int64) string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool {
		return m[names[i]] > m[names[j]] || m[names[i]] == m[names[j]] && names[i] < names[j]
	})
	for i, n := range names {
		names[i] = n + ": " + itoa(m[n])
	}
	return strings.Join(names, ", ")
}

// ProcessTable shows processes as the original's summary does.
func ProcessTable(rows []ProcessSum) Table {
	t := Table{Columns: columns("pid", "actv (ms)", "wait (ms)", "user (ms)", "total (ms)", "% of actv", "syscalls", "children", "<program")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{itoa(r.PID), r.Active.Milliseconds(), r.Wait.Milliseconds(), r.User.Milliseconds(), r.Total.Milliseconds(),
			fmt.Sprintf("%.2f", r.Percent), itoa(r.Syscalls), itoa(r.Children), r.Program})
	}
	return t
}

// SyscallTable shows a summary's system calls, the longest in total first.
func SyscallTable(s *Summary) Table {
	t := Table{Columns: columns("<syscall", "calls", "returned", "errors", "total (ms)", "wait (ms)", "longest (ms)")}
	names := make([]string, 0, len(s.BySyscall))
	for n := range s.BySyscall {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := s.BySyscall[names[i]], s.BySyscall[names[j]]
		if a.Time != b.Time {
			return a.Time > b.Time
		}
		return a.Calls > b.Calls || a.Calls == b.Calls && names[i] < names[j]
	})
	for _, n := range names {
		r := s.BySyscall[n]
		t.Rows = append(t.Rows, []string{n, itoa(r.Calls), itoa(r.Returned), itoa(r.Errors), r.Time.Milliseconds(), r.Wait.Milliseconds(), r.Longest.Milliseconds()})
	}
	return t
}

// CallTable shows one process's system calls.
func CallTable(rows []ProcessCall) Table {
	t := Table{Columns: columns("<syscall", "count", "total (ms)", "max (ms)", "avg (ms)", "min (ms)", "<errors")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{r.Syscall, itoa(r.Calls), r.Total.Milliseconds(), r.Max.Milliseconds(), r.Average.Milliseconds(), r.Min.Milliseconds(), errnoList(r.Errors)})
	}
	return t
}

// ExecTable shows programs that were started.
func (t *Trace) ExecTable(rows []Exec) Table {
	out := Table{Columns: columns("pid", "<exit", "<time", "<error", "<program")}
	last := map[int]int{}
	for i, e := range rows {
		if e.OK {
			last[e.Process] = i
		}
	}
	for i, e := range rows {
		exit := ""
		if n, ok := last[e.Process]; ok && n == i {
			exit = t.Processes[e.Process].Exit.String()
		}
		out.Rows = append(out.Rows, []string{itoa(e.PID), exit, t.Clock.Stamp(e.Time), e.Errno, e.Command()})
	}
	return out
}

// Command is the program with its arguments on one line.
func (e Exec) Command() string {
	words := []string{e.Path}
	for i, a := range e.Args {
		if i == 0 {
			continue
		}
		if a == "" || strings.ContainsAny(a, " \t\"'") {
			a = strconv.Quote(a)
		}
		words = append(words, a)
	}
	s := strings.Join(words, " ")
	if e.Cut {
		s += " …"
	}
	return s
}

// FileTable shows opens.
func FileTable(rows []Opened) Table {
	t := Table{Columns: columns("pid", "open (ms)", "<timestamp", "<error", "<file")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{itoa(r.PID), r.Took.Milliseconds(), r.Stamp, dash(r.Errno), r.File})
	}
	return t
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// IOTable shows reads and writes.
func IOTable(rows []Moved) Table {
	t := Table{Columns: columns("pid", "dur (ms)", "<timestamp", "<syscall", "bytes", "<error", "<file")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{itoa(r.PID), r.Took.Milliseconds(), r.Stamp, r.Syscall, itoa(r.Bytes), dash(r.Errno), r.File})
	}
	return t
}

// FolderTable shows folders.
func FolderTable(rows []Folder) Table {
	t := Table{Columns: columns("pid", "open (ms)", "<first", "<last", "opens", "<directory")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{itoa(r.PID), r.Took.Milliseconds(), r.First, r.Last, itoa(r.Opens), r.Path})
	}
	return t
}

// HistogramTable shows a distribution with bars.
func HistogramTable(rows []Bucket) Table {
	t := Table{Columns: columns("from (us)", "to (us)", "count", "<distribution")}
	var most int64
	for _, r := range rows {
		most = max(most, r.Count)
	}
	for _, r := range rows {
		bar := ""
		if most > 0 {
			bar = strings.Repeat("▇", int((r.Count*40+most-1)/most))
		}
		t.Rows = append(t.Rows, []string{itoa(int64(r.From) / 1000), itoa(int64(r.To) / 1000), itoa(r.Count), bar})
	}
	return t
}

// PeerTable shows who was spoken to.
func PeerTable(rows []Peer) Table {
	t := Table{Columns: columns("<peer", "<protocol", "connects", "accepts", "sent (B)", "received (B)", "time (ms)", "connect (ms)", "longest connect (ms)", "processes", "<errors")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{r.Peer, r.Protocol, itoa(r.Connects), itoa(r.Accepts), itoa(r.Sent), itoa(r.Received), r.Time.Milliseconds(), r.Connect.Milliseconds(),
			r.Longest.Milliseconds(), itoa(r.Processes), errnoList(r.Errors)})
	}
	return t
}

// SlowTable shows the longest calls.
func SlowTable(rows []SlowCall) Table {
	t := Table{Columns: columns("pid", "dur (ms)", "<timestamp", "line", "<kind", "<program", "<call", "<return")}
	for _, r := range rows {
		kind := "works"
		if r.Waits {
			kind = "waits"
		}
		t.Rows = append(t.Rows, []string{itoa(r.PID), r.Took.Milliseconds(), r.Stamp, itoa(r.Line), kind, r.Program, r.Syscall + "(" + r.Args + ")", r.Return})
	}
	return t
}

// FailureTable shows failures.
func FailureTable(rows []Failure) Table {
	t := Table{Columns: columns("count", "<syscall", "<error", "processes", "time (ms)", "first line", "<path")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{itoa(r.Count), r.Syscall, r.Errno, itoa(r.Processes), r.Took.Milliseconds(), itoa(r.FirstLine), r.Path})
	}
	return t
}

// WaitTable shows who waited for what.
func WaitTable(rows []Await) Table {
	t := Table{Columns: columns("pid", "wait (ms)", "longest (ms)", "count", "line", "<syscall", "<program", "<for", "<of")}
	for _, r := range rows {
		of := make([]string, len(r.Of))
		for i, p := range r.Of {
			of[i] = itoa(p)
		}
		t.Rows = append(t.Rows, []string{itoa(r.PID), r.Took.Milliseconds(), r.Longest.Milliseconds(), itoa(r.Count), itoa(r.Line), r.Syscall, r.Program, r.For, strings.Join(of, " ")})
	}
	return t
}

// ChangeTable shows what got slower.
func ChangeTable(rows []Change, what string) Table {
	t := Table{Columns: columns("<"+what, "calls a", "calls b", "errors a", "errors b", "total a (ms)", "total b (ms)", "more (ms)", "by count (ms)", "by each (ms)", "avg a (ms)", "avg b (ms)")}
	for _, r := range rows {
		t.Rows = append(t.Rows, []string{r.Name, itoa(r.CallsA), itoa(r.CallsB), itoa(r.ErrorsA), itoa(r.ErrorsB), r.TimeA.Milliseconds(), r.TimeB.Milliseconds(), r.More.Milliseconds(),
			r.FromCalls.Milliseconds(), r.FromEachCalls.Milliseconds(), r.AverageA.Milliseconds(), r.AverageB.Milliseconds()})
	}
	return t
}

// TreeText draws the tree; commands are cut to so many characters, 0 means not at all.
func TreeText(nodes []Node, truncate int) []string {
	var out []string
	var draw func(n *Node, lead, branch string)
	draw = func(n *Node, lead, branch string) {
		name := itoa(n.PID)
		if n.Thread {
			name = "{" + name + "}"
		}
		what := ""
		for _, e := range n.Programs {
			if e.OK {
				if what != "" {
					what += " → "
				}
				what += e.Command()
			}
		}
		if what == "" && len(n.Programs) > 0 {
			e := n.Programs[len(n.Programs)-1]
			what = "(failed to run " + e.Path + ": " + e.Errno + ")"
		}
		if r := []rune(what); truncate > 0 && len(r) > truncate {
			what = string(r[:truncate]) + "…"
		}
		s := lead + branch + name
		if exit := n.Exit.String(); exit != "" && !(n.Thread && exit == "0") {
			s += " [" + exit + "]"
		}
		if what != "" {
			s += " " + what
		}
		out = append(out, s)
		switch branch {
		case "├─ ":
			lead += "│  "
		case "└─ ":
			lead += "   "
		}
		for i := range n.Children {
			b := "├─ "
			if i == len(n.Children)-1 {
				b = "└─ "
			}
			draw(&n.Children[i], lead, b)
		}
	}
	for i := range nodes {
		draw(&nodes[i], "", "")
	}
	return out
}
