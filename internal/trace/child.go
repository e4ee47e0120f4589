package trace

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"steward/internal/file"
)

// An analysis reads what somebody outside wrote, on several goroutines, and what it breaks must not be the server. So it
// runs in a process of its own: the same program with a hidden command, which reads a task and the file from its
// standard input and writes what it found and the page. It has no environment, no files, bounded memory and time,
// and ends with the server.

// Command is the hidden command of the program that Child carries out.
const Command = "strace-report"

const (
	// childMemory is how much memory a child keeps to, in bytes; childSpace is where the system stops it.
	childMemory = "400MiB"
	childSpace  = 4 << 30
	// childGrace is how much longer than the analysis its process may take, to begin and to end.
	childGrace = 5 * time.Second
	// maxTask is the longest line that names a task or a finding, in bytes.
	maxTask = 64 << 10
)

// task is what a child is asked to do, in one line before the file.
type task struct {
	Name   string
	Size   int64
	Limits Limits
}

// found is what a child says, in one line before the page.
type found struct {
	State  State
	Line   string
	Reason string
}

// Child carries out one analysis: it reads the task and the file from in and writes what it found to out.
func Child(ctx context.Context, in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, maxTask)
	line, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	var t task
	if err := json.Unmarshal(line, &t); err != nil {
		return err
	}
	bound(t.Limits.Time + childGrace)
	report, page, err := examine(ctx, t.Name, t.Size, r, t.Limits)
	if err != nil {
		return err
	}
	said, err := json.Marshal(found{report.State, report.Line, report.Reason})
	if err != nil {
		return err
	}
	_, err = out.Write(append(append(said, '\n'), page...))
	return err
}

// watched is a reader that remembers what went wrong with it.
type watched struct {
	io.Reader
	err error
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // readers return it bare
		w.err = err
	}
	return n, err
}

// ending is the end of what a process says.
type ending struct{ b []byte }

// Write implements io.Writer.
func (e *ending) Write(p []byte) (int, error) {
	if e.b = append(e.b, p...); len(e.b) > maxTask {
		e.b = e.b[len(e.b)-maxTask:]
	}
	return len(p), nil
}

// inChild makes a file's report in a process of its own. An error is ours; a process that breaks off is in the report.
func (s *Service) inChild(ctx context.Context, f file.File) (Report, []byte, error) {
	asked, err := json.Marshal(task{f.Filename, f.Size, s.limits})
	if err != nil {
		return Report{}, nil, err
	}
	timed, cancel := context.WithTimeout(ctx, s.limits.Time+childGrace)
	defer cancel()
	content := &watched{Reader: s.content(timed, f)}
	var out bytes.Buffer
	said := &ending{}
	cmd := exec.CommandContext(timed, s.program, Command)
	cmd.Env = []string{"GOMEMLIMIT=" + childMemory, "GOTRACEBACK=single", "GOMAXPROCS=1"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = io.MultiReader(bytes.NewReader(append(asked, '\n')), content), &out, said
	cmd.WaitDelay = childGrace
	endWithParent(cmd)
	runtime.LockOSThread() // the child ends with the thread that began it
	err = cmd.Run()
	runtime.UnlockOSThread()
	switch {
	case ctx.Err() != nil:
		return Report{}, nil, ctx.Err()
	case timed.Err() == nil && content.err != nil:
		return Report{}, nil, content.err
	case err == nil:
		line, page, _ := bytes.Cut(out.Bytes(), []byte{'\n'})
		var is found
		if err = json.Unmarshal(line, &is); err == nil {
			if is.State == "" {
				return Report{}, nil, nil // no log after all
			}
			return Report{FileID: f.ID, State: is.State, Line: is.Line, Reason: is.Reason}, page, nil
		}
	}
	place := placeOf(string(said.b))
	slog.Error("the analysis of a strace log broke off", "file", f.ID, "error", err, "at", place)
	if place != "" {
		place = " at " + place
	}
	r := Report{FileID: f.ID, State: Over, Line: "strace log", Reason: "Its analysis broke off" + place + ". Run steward strace on it, and tell who makes Steward."}
	if timed.Err() != nil {
		r.Reason = "Its analysis took longer than " + words(s.limits.Time) + ". Run steward strace on it."
	}
	return r, nil, nil
}

var ourLine = regexp.MustCompile(`toolbox/strace/(?:\w+/)?(\w+\.go:\d+)`)

// placeOf is where a program of ours says that it broke; "" when it does not say.
func placeOf(said string) string {
	i := max(strings.Index(said, "panic:"), strings.Index(said, "fatal error:"))
	if i < 0 {
		return ""
	}
	if m := ourLine.FindStringSubmatch(said[i:]); m != nil {
		return m[1]
	}
	return ""
}
