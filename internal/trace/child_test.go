package trace_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/trace"
)

// TestMain lets the test's own program be the process that an analysis runs in.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == trace.Command {
		if err := trace.Child(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func script(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+text), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	return name
}

// TestAnAnalysisRunsInAProcessOfItsOwn: it finds what it finds here, and one that breaks, runs away or talks nonsense
// is a report that says so.
func TestAnAnalysisRunsInAProcessOfItsOwn(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	quick := trace.DefaultLimits
	quick.Time = 200 * time.Millisecond
	for _, c := range []struct {
		name, program string
		limits        trace.Limits
		state         trace.State
		reason        string
	}{
		{"whole", self, trace.DefaultLimits, trace.Ready, ""},
		{"breaks", script(t, "cat >/dev/null; echo 'panic: index out of range hunter2\ngoroutine 7\nsteward/toolbox/strace.x()\n\t/src/steward/toolbox/strace/scanner.go:120 +0x1' >&2; exit 2"), trace.DefaultLimits, trace.Over, "broke off at scanner.go:120."},
		{"gone", script(t, "kill -9 $$"), trace.DefaultLimits, trace.Over, "broke off."},
		{"nonsense", script(t, "cat >/dev/null; echo hello"), trace.DefaultLimits, trace.Over, "broke off."},
		{"runs away", script(t, "exec sleep 600"), quick, trace.Over, "took longer than 200ms"},
		{"not there", "/nowhere/at/all", trace.DefaultLimits, trace.Over, "broke off."},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
			begun := time.Now()
			r, found := madeBy(t, d, c.program, c.limits, []byte(log(3, 40)))
			if !found || r.State != c.state || !strings.Contains(r.Reason, c.reason) || strings.Contains(r.Reason, "hunter2") {
				t.Errorf("%+v, %v", r, found)
			}
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
