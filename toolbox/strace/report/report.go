package report

import (
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"html/template"
	"io"
	"path"
	"strings"

	"steward/toolbox/strace"
)

// Need is what an analysis must keep for a report.
const Need = strace.NeedFiles | strace.NeedNet | strace.NeedSlow | strace.NeedErrors | strace.NeedWaits | strace.NeedHistograms

// drawn is how many of the longest calls are kept to be drawn where they were.
const drawn = 3000

// Limits are those of an analysis for a report: the library's own, with more of the longest
// calls, which the timeline draws.
var Limits = func() strace.Limits {
	l := strace.DefaultLimits
	l.Slow = drawn
	return l
}()

// Options say how a report is written. The zero value is a good one.
type Options struct {
	Title       string // of the page; the log's name when empty
	Lanes       int    // processes in the timeline; 0 means 100
	Rows        int    // of each table; 0 means 40
	ShowSecrets bool   // show strings as the analysis gives them; it must have been told the same
}

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	style string
	page  = template.Must(template.New("page").Parse(pageText))
)

// Policy is the Content-Security-Policy of a report: no script, no fetching, no frames, and
// no style but the page's own. The page also says it itself.
var Policy = policy() + "; frame-ancestors 'none'; sandbox"

func policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// Write writes the report of a trace. The analysis must have kept [Need]; what it did not
// keep is missing from the page.
func Write(w io.Writer, t *strace.Trace, o Options) error {
	if o.Lanes <= 0 {
		o.Lanes = 100
	}
	if o.Rows <= 0 {
		o.Rows = 40
	}
	b := &builder{t: t, o: o, s: t.Summary()}
	return page.Execute(w, b.view())
}

// view is what the page shows, in its order.
type view struct {
	Title  string
	Policy string
	Style  template.CSS
	Lead   string
	Facts  []fact
	Flags  []string
	Notes  []string

	Timeline timeline
	Split    []splitRow
	MoreRows string // of Split
	Timed    bool

	Tables     []table
	Histograms []histogram
}

// fact is a figure of the head.
type fact struct{ Name, Value, Note string }

// builder makes the view of one trace.
type builder struct {
	t *strace.Trace
	o Options
	s *strace.Summary
}

// text is a string out of the log as the page may show it, at most so many characters.
func (b *builder) text(s string, most int) string {
	s = strace.Printable(s)
	if !b.o.ShowSecrets {
		s = strace.Mask(s)
	}
	s = strings.Map(func(r rune) rune {
		if hidden(r) {
			return '\uFFFD'
		}
		return r
	}, s)
	if r := []rune(s); len(s) > most && len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// hidden reports whether a character is not seen itself and moves or hides others.
func hidden(r rune) bool {
	return r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff
}

func (b *builder) view() view {
	v := view{Policy: policy(), Style: template.CSS(style), Timed: b.t.Timed(), Flags: b.s.Flags, Notes: b.s.Notes} //nolint:gosec // the package's own file
	names := make([]string, 0, 3)
	for i, n := range b.s.Inputs {
		if i == 3 {
			names = append(names, "and more")
			break
		}
		if n == "-" {
			n = "standard input"
		}
		names = append(names, b.text(path.Base(n), 120))
	}
	v.Title = b.text(b.o.Title, 200)
	if v.Title == "" {
		v.Title = strings.Join(names, ", ")
	}
	for i, n := range v.Notes {
		v.Notes[i] = b.text(n, 400)
	}
	v.Lead = Line(b.s)
	v.Facts = b.facts()
	v.Timeline = b.timeline()
	v.Split, v.MoreRows = b.split()
	v.Tables = b.tables()
	v.Histograms = b.histograms()
	return v
}

// Line says a log in a line: "strace of 12 processes, 3.2 s, 41 errors".
func Line(s *strace.Summary) string {
	out := "strace of " + plural(int64(s.Processes), "process", "processes")
	if s.Real.Known() {
		out += ", " + span(s.Real)
	}
	var errors int64
	for _, c := range s.BySyscall {
		errors += c.Errors
	}
	return out + ", " + plural(errors, "error", "errors")
}

func (b *builder) facts() []fact {
	s := b.s
	var errors int64
	for _, c := range s.BySyscall {
		errors += c.Errors
	}
	procs := plural(int64(s.Processes-s.Threads), "process", "processes")
	if s.Threads > 0 {
		procs += ", " + plural(int64(s.Threads), "thread", "threads")
	}
	out := []fact{{"Processes", count(int64(s.Processes)), procs}}
	if s.Real.Known() {
		out = append(out, fact{"Elapsed", span(s.Real), s.Start + " to " + s.End})
	} else {
		out = append(out, fact{"Elapsed", "unknown", "the log has no times"})
	}
	out = append(out, fact{"System calls", count(s.TotalCalls), count(s.ReturnedCalls) + " came back"}, fact{"Errors", count(errors), share(errors, s.ReturnedCalls) + " of the calls that came back"})
	if b.t.Timed() {
		all := s.Active + s.Wait
		if s.User.Known() {
			all += s.User
		}
		out = append(out, fact{"Active in calls", span(s.Active), share(int64(s.Active), int64(all)) + " of all processes' time"},
			fact{"Waiting in calls", span(s.Wait), share(int64(s.Wait), int64(all))})
		if s.User.Known() {
			out = append(out, fact{"Between calls", span(s.User), share(int64(s.User), int64(all))})
		}
	} else {
		out = append(out, fact{"Active and waiting", "unknown", "captured without -T"})
	}
	return append(out, fact{"Log", count(s.Lines) + " lines", size(s.Bytes) + ", " + count(s.UnparsedLines) + " not read as strace's"})
}
