package strace

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestCaptures reads what strace 6.1 wrote of testdata/pitfalls.c and execthread.c, one
// capture for each thing that logs stumble over. The counts were checked against the logs.
func TestCaptures(t *testing.T) {
	for _, c := range []struct {
		name               string
		calls, returned    int64
		processes, threads int
		flags              string
		note               string
		roots              int
	}{
		{"pitfalls.log", 350, 342, 9, 3, "-f -tt -T -yy", "", 1},
		{"terminal.log", 350, 342, 9, 3, "-f -tt", "No -T", 1},
		{"commands.log", 116, 109, 9, 3, "-f -Y -r -T", "No -y", 1},
		{"pointer-and-number.log", 188, 180, 9, 3, "-f -n -i -tt -r", "", 1},
		{"names-in-hex.log", 44, 37, 9, 3, "-f -ttt -T -y", "", 1},
		{"nanoseconds.log", 31, 24, 9, 3, "-f -ttt -T", "", 1},
		{"stacks.log", 31, 24, 9, 3, "-f -k", "No -t", 1},
		{"dumps.log", 8, 8, 9, 0, "-f -e read/write", "", 4},
		{"filtered.log", 13, 13, 9, 0, "-f", "left out", 4},
		{"failures-only.log", 13, 13, 9, 0, "-f", "left out", 4},
		{"injected.log", 45, 38, 9, 3, "-f -e inject", "", 1},
		{"with-table.log", 35, 28, 9, 3, "-f -T -C", "", 1},
		{"quiet.log", 115, 108, 9, 3, "-f -t", "whole seconds", 1},
		{"superseded.log", 93, 91, 2, 1, "-f -tt -T", "", 1},
		{"family", 93, 91, 2, 1, "-tt -ff", "", 1},
		{"midnight.log", 93, 91, 2, 1, "-f -tt -T", "midnight", 1},
		{"crlf.log", 93, 91, 2, 1, "-f -tt -T", "", 1},
		{"nul.log", 30, 30, 1, 0, "-f -tt -T", "", 1},
		{"cut.log", 59, 57, 3, 2, "-f -tt -T -y", "cut", 1},
		{"long-line.log", 2, 1, 1, 0, "", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := analyze(t, Options{Need: NeedAll}, filepath.Join("testdata", "captures", c.name))
			s := tr.Summary()
			if s.TotalCalls != c.calls || s.ReturnedCalls != c.returned || s.Processes != c.processes || s.Threads != c.threads || s.UnparsedLines != 0 || s.OrphanedEnds > 0 && c.name != "failures-only.log" && c.name != "dumps.log" {
				t.Errorf("%d calls, %d returned, %d processes, %d threads, %d unparsed, %d orphans; want %d, %d, %d, %d, 0, 0", s.TotalCalls, s.ReturnedCalls, s.Processes, s.Threads, s.UnparsedLines, s.OrphanedEnds,
					c.calls, c.returned, c.processes, c.threads)
			}
			if got := strings.Join(s.Flags, " "); got != c.flags {
				t.Errorf("flags %q, want %q", got, c.flags)
			}
			if !strings.Contains(strings.Join(s.Notes, "\n"), c.note) {
				t.Errorf("no word of %q in %q", c.note, s.Notes)
			}
			if n := len(tr.Tree()); n != c.roots {
				t.Errorf("%d roots, want %d:\n%s", n, c.roots, strings.Join(TreeText(tr.Tree(), 40), "\n"))
			}
		})
	}
}
