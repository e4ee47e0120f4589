package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const megabyte = 1 << 20

func binarySize(_ context.Context, s settings, e *engine, r *report) error {
	info, err := os.Stat(s.bin)
	if err != nil {
		return err
	}
	r.add(e, "binary", float64(info.Size())/megabyte, " MB", target{max: 60}, "34.9 MB")
	return nil
}

// starts measures how fast a populated instance is there, and the memory it takes.
func starts(ctx context.Context, s settings, e *engine, r *report) error {
	size := s.sizes[len(s.sizes)-1]
	if err := e.fill(ctx, size); err != nil {
		return err
	}
	var took []float64
	for range 5 {
		e.stop()
		if err := e.ready(ctx); err != nil {
			return err
		}
		took = append(took, float64(e.server.took.Microseconds())/1000)
	}
	slices.Sort(took)
	r.add(e, "cold start with "+number(float64(size))+" tickets, median of 5", took[2], " ms", target{max: 1000}, "227 ms")
	time.Sleep(10 * time.Second)
	now, _ := e.server.memory()
	r.add(e, "memory, idle", now, " MB", target{max: 120}, "52 MB")
	_, err := load(ctx, e, 32, 2*s.each, func(c *client, n int64) error {
		var err error
		switch n % 4 {
		case 0:
			_, err = c.do("POST", "/tickets", fmt.Sprintf(`{"subject":"Under load %d","text":%q,"requester":{"email":%q}}`, n, letter, known(int(n%knownPeople))), 201)
		case 1:
			_, err = c.do("GET", "/views", "", 200)
		case 2:
			_, err = c.do("GET", fmt.Sprintf("/tickets/%d", fillBase+1+n*7919%int64(size)), "", 200)
		default:
			_, err = c.do("GET", "/tickets?view=open&limit=100", "", 200)
		}
		return err
	})
	if err != nil {
		return err
	}
	_, most := e.server.memory()
	r.add(e, "memory, most under load with "+number(float64(size))+" tickets", most, " MB", target{max: 500}, "")
	return nil
}

// demo measures how long the middle demo takes to be ready, where the program has one.
func demo(ctx context.Context, s settings, e *engine, r *report) error {
	if e.cluster != nil {
		return nil // the demo is the embedded engine's
	}
	size, most := "medium", 180.0
	if s.each < 5*time.Second {
		size, most = "small", 0
	}
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, s.bin, "demo", "--listen", addr, "--data", filepath.Join(s.dir, "demo"), "--size", size)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	ready := false
	for lines := bufio.NewScanner(out); !ready && lines.Scan(); {
		ready = strings.HasPrefix(lines.Text(), "token:")
	}
	took := time.Since(begun)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait()
	if ready {
		r.add(e, "demo, "+size+", ready", took.Seconds(), " s", target{max: most}, "")
	}
	return nil
}
