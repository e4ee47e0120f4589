package crash

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/textproto"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/internal/db/dbtest"
)

// refusals calls every sort of route and checks that each says clearly that it cannot now.
func refusals(t *testing.T, s *server, writesOnly bool, says string) {
	t.Helper()
	for _, c := range []struct {
		method, path string
		body         any
		write        bool
	}{
		{"GET", "/readyz", nil, false},
		{"GET", "/api/v1/me", nil, false},
		{"GET", "/api/v1/tickets", nil, false},
		{"POST", "/api/v1/session", obj{"email": "admin@company.example", "password": "wrong wrong wrong"}, false},
		{"POST", "/api/v1/tickets", obj{"subject": "x", "text": strings.Repeat("x", 500_000)}, true},
		{"POST", "/api/v1/people", obj{"email": "refused@acme.example", "name": strings.Repeat("x", 300)}, true},
	} {
		if writesOnly && !c.write {
			continue
		}
		a := s.call(c.method, c.path, c.body)
		var p struct{ Code, Detail string }
		_ = json.Unmarshal([]byte(a.body), &p)
		if writesOnly && a.status == 201 {
			continue // a little room was left
		}
		if a.status != 503 || p.Code != "unavailable" || !strings.Contains(p.Detail, says) || a.header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %d %v %s", c.method, c.path, a.status, a.header["Retry-After"], a.body)
		}
	}
	if a := s.call("GET", "/healthz", nil); a.status != 200 {
		t.Errorf("/healthz: %d", a.status)
	}
	if a := s.call("GET", "/", nil); a.status != 200 {
		t.Errorf("the workspace's page: %d", a.status)
	}
	err := s.send("ann@acme.example", fmt.Sprintf("refused%d@acme.example", time.Now().UnixNano()), strings.Repeat("mail ", 100_000))
	var said *textproto.Error
	if !errors.As(err, &said) || said.Code != 451 {
		t.Errorf("mail: %v, want 451", err)
	}
}

func TestADatabaseThatGoesAwayAndComesBack(t *testing.T) {
	pg := dbtest.OwnServer(t, "fsync=on")
	s := newServer(t, []string{"--database", pg.URL(t)})
	s.start()
	l := newLoad(s)
	l.run(2)
	for range 3 {
		time.Sleep(500 * time.Millisecond)
		pg.Kill()
		refusals(t, s, false, "database")
		pg.Start(t)
		deadline := time.Now().Add(20 * time.Second)
		for s.call("GET", "/readyz", nil).status != 200 {
			if time.Now().After(deadline) {
				t.Fatalf("not ready again:\n%s", tail(s.logs.String()))
			}
			time.Sleep(20 * time.Millisecond)
		}
		if a := s.call("POST", "/api/v1/tickets", obj{"subject": "x", "text": "x"}); a.status != 201 {
			t.Errorf("right after it came back: %d %s", a.status, a.body)
		}
	}
	time.Sleep(time.Second)
	l.end()
	if l.refused[500] > 0 {
		t.Errorf("answers that were not success: %v", l.refused)
	}
	l.check(t)
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, tail(s.logs.String()))
	}
}

func TestAFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a small disk; internal/db tests a full disk without")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=32m", "steward-test", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", out)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	s := newServer(t, []string{"--data", dir})
	s.start()
	l := newLoad(s)
	l.run(2)
	time.Sleep(500 * time.Millisecond)
	// Fill the disk beside the program, to the last byte.
	fill, err := os.Create(dir + "/fill")
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 64<<10); err == nil; {
		_, err = fill.Write(block)
	}
	for n := 0; s.call("POST", "/api/v1/tickets", obj{"subject": "x", "text": strings.Repeat("x", 500_000)}).status == 201; n++ {
		if n > 200 {
			t.Fatal("the disk does not fill up")
		}
	}
	refusals(t, s, true, "disk is full")
	if a := s.call("GET", "/api/v1/tickets", nil); a.status != 200 {
		t.Errorf("reading with a full disk: %d %s", a.status, a.body)
	}
	time.Sleep(500 * time.Millisecond) // the load goes on against the full disk
	fill.Close()
	if err := os.Remove(dir + "/fill"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "remount,size=512m", dir).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	deadline := time.Now().Add(20 * time.Second)
	for s.call("POST", "/api/v1/tickets", obj{"subject": "x", "text": "x"}).status != 201 {
		if time.Now().After(deadline) {
			t.Fatalf("does not recover:\n%s", tail(s.logs.String()))
		}
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond)
	l.end()
	if l.refused[500] > 0 {
		t.Errorf("answers that were not success: %v", l.refused)
	}
	l.check(t)
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, tail(s.logs.String()))
	}
}
