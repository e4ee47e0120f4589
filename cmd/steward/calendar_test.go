package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// withStdin runs the command line with that text on standard input and returns what it wrote to standard output.
func withStdin(t *testing.T, in string, args ...string) (code int, out string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in"), []byte(in), 0o600); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	oldIn, oldOut := os.Stdin, os.Stdout
	os.Stdin, os.Stdout = stdin, stdout
	defer func() { os.Stdin, os.Stdout = oldIn, oldOut }()
	code = run(context.Background(), args)
	text, err := os.ReadFile(stdout.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(text)
}

func TestCalendarEvalReadsAndWritesJSON(t *testing.T) {
	code, out := withStdin(t, `{"schedules":{"desk":{"time_zone":"Europe/Amsterdam","hours":{"mon":[["09:00","17:00"]]}}},
		"queries":[{"op":"after","schedule":"desk","from":"2026-03-09T16:30:00+01:00","minutes":60}]}`, "calendar", "eval")
	if want := `{"answers":["2026-03-16T08:30:00Z"]}` + "\n"; code != 0 || out != want {
		t.Errorf("exit %d, wrote %q; want 0, %q", code, out, want)
	}
}

func TestCalendarEvalExitsWith2ForBadInput(t *testing.T) {
	if code, out := withStdin(t, `{"queries":[{"op":"active","schedule":"nobody"}]}`, "calendar", "eval"); code != 2 || out != "" {
		t.Errorf("exit %d, wrote %q; want 2 and nothing", code, out)
	}
}
