package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a running `steward serve`.
type server struct {
	http, smtp string // addresses
	pid        int
	cmd        *exec.Cmd
	gone       chan struct{}
	log        *bytes.Buffer
	took       time.Duration // from the start of the process until it was ready
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func start(ctx context.Context, e *engine) (*server, error) {
	s := &server{gone: make(chan struct{}), log: &bytes.Buffer{}}
	var err error
	if s.http, err = freeAddress(); err != nil {
		return nil, err
	}
	if s.smtp, err = freeAddress(); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(e.bin, append([]string{"serve", "--listen", s.http, "--smtp", s.smtp}, e.where()...)...)
	s.cmd.Stderr = s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.pid = s.cmd.Process.Pid
	go func() { _ = s.cmd.Wait(); close(s.gone) }()
	for ; ; time.Sleep(5 * time.Millisecond) {
		res, err := http.Get("http://" + s.http + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.took = time.Since(begun)
				return s, nil
			}
		}
		select {
		case <-s.gone:
			return nil, fmt.Errorf("the server ended: %s", s.log)
		case <-ctx.Done():
			s.stop()
			return nil, ctx.Err()
		default:
		}
		if time.Since(begun) > time.Minute {
			s.stop()
			return nil, fmt.Errorf("the server was not ready within a minute: %s", s.log)
		}
	}
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.gone:
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.gone
	}
}

// memory is the resident memory of the server now, and at most so far, in MB.
func (s *server) memory() (now, most float64) {
	b, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.pid), "status"))
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			most = kb / 1024
		}
	}
	return now, most
}

// processTime is the processor time a process has used, and its ended children's.
func processTime(pid int) (own, children time.Duration, parent int) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, 0, 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 16 {
		return 0, 0, 0
	}
	ticks := func(i int) time.Duration {
		n, _ := strconv.ParseInt(f[i], 10, 64)
		return time.Duration(n) * 10 * time.Millisecond
	}
	parent, _ = strconv.Atoi(f[1])
	return ticks(11) + ticks(12), ticks(13) + ticks(14), parent
}

// busyTime is the processor time that all programs of the machine have used.
func busyTime() time.Duration {
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(b), "\n")
	var total time.Duration
	for i, f := range strings.Fields(line) {
		if n, err := strconv.ParseInt(f, 10, 64); err == nil && i != 4 && i != 5 && i < 9 { // not idle, not waiting for a disk
			total += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return total
}

// ownTime is the processor time this program has used.
func ownTime() time.Duration {
	own, _, _ := processTime(os.Getpid())
	return own
}

// treeTime is the processor time of a process and of all children it had.
func treeTime(root int) time.Duration {
	own, ended, _ := processTime(root)
	total := own + ended
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, d := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(d))
		if own, _, parent := processTime(pid); parent == root {
			total += own
		}
	}
	return total
}
