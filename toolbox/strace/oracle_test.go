package strace

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// needs skips a test where a program is missing or may not trace: make deps installs them. On CI,
// where they have to be, the test fails instead.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	without := t.Skipf
	if os.Getenv("CI") != "" {
		without = t.Fatalf
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			without("%s is not installed; make deps installs it", p)
		}
	}
	if err := exec.Command("strace", "-o", os.DevNull, "true").Run(); err != nil {
		without("strace may not trace here: %v", err)
	}
}

// compiled builds a program of testdata.
func compiled(t *testing.T, name string) string {
	t.Helper()
	needs(t, "strace", "gcc")
	out := filepath.Join(t.TempDir(), name)
	if b, err := exec.Command("gcc", "-O0", "-pthread", "-w", "-o", out, filepath.Join("testdata", name+".c")).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v: %s", err, b)
	}
	return out
}

// capture runs a command under strace and returns the log's name. How the command ends is
// its own business.
func capture(t *testing.T, flags string, command ...string) string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	args := append(append(strings.Fields(flags), "-o", log), command...)
	cmd := exec.Command("strace", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	if b, err := cmd.CombinedOutput(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			t.Fatalf("strace: %v: %s", err, b)
		}
	}
	return log
}

func analyze(t *testing.T, opt Options, names ...string) *Trace {
	t.Helper()
	in, err := Open(names...)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := Analyze(context.Background(), in, opt)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// oracle is what strace -c counted.
type oracle struct {
	calls, errors int64
	seconds       float64
}

// countedByStrace reads the table that -C appends to a log.
func countedByStrace(t *testing.T, log string) map[string]oracle {
	t.Helper()
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]oracle{}
	i := bytes.LastIndex(b, []byte("% time"))
	if i < 0 {
		t.Fatal("the log holds no table of -C")
	}
	for _, line := range strings.Split(string(b[i:]), "\n")[1:] {
		f := strings.Fields(line)
		if len(f) < 5 || strings.HasPrefix(f[0], "-") || f[len(f)-1] == "total" {
			continue
		}
		var o oracle
		o.seconds, _ = strconv.ParseFloat(f[1], 64)
		o.calls, _ = strconv.ParseInt(f[3], 10, 64)
		if len(f) == 6 {
			o.errors, _ = strconv.ParseInt(f[4], 10, 64)
		}
		out[f[len(f)-1]] = o
	}
	return out
}

// agree compares a log with the table in it.
func agree(t *testing.T, log string, timed bool) {
	t.Helper()
	want := countedByStrace(t, log)
	tr := analyze(t, Options{}, log)
	s := tr.Summary()
	if s.UnparsedLines != 0 {
		t.Errorf("%d lines unparsed, of those strace wrote itself: %v", s.UnparsedLines, tr.Unparsed[:min(3, len(tr.Unparsed))])
	}
	var total int64
	for name, o := range want {
		got := s.BySyscall[name]
		total += o.calls
		if got.Returned != o.calls || got.Errors != o.errors {
			t.Errorf("%s: returned %d, failed %d; strace -c counted %d and %d", name, got.Returned, got.Errors, o.calls, o.errors)
		}
		if timed {
			// -c adds up nanoseconds, the log rounds each call down to a microsecond
			low, high := float64(got.Time)/1e9-2e-6, float64(got.Time)/1e9+float64(got.Returned)*1e-6+2e-6
			if o.seconds < low || o.seconds > high {
				t.Errorf("%s: %.6f s in %d calls; strace -c -w counted %.6f", name, float64(got.Time)/1e9, got.Returned, o.seconds)
			}
		}
	}
	for name, got := range s.BySyscall {
		if strings.HasPrefix(name, "syscall_0x") { // -c leaves out what it has no name for
			total += got.Returned
			continue
		}
		if _, ok := want[name]; !ok && got.Returned > 0 {
			t.Errorf("%s: returned %d times; strace -c knows none", name, got.Returned)
		}
	}
	if s.ReturnedCalls != total {
		t.Errorf("%d calls returned in all; strace -c counted %d", s.ReturnedCalls, total)
	}
	if len(want) == 0 || math.Abs(float64(total)) < 10 {
		t.Errorf("the table counts %d calls only: nothing was compared", total)
	}
}

// flagSets are ways to capture; each goes with -C -w.
var flagSets = []string{"-f -T", "-f -tt -T -yy -s 256", "-f -ttt -T -y -x -s 8", "-f -r -T -i -n", "-f -tt -T -Y -s 64", "-f -t -T -v", "-f --absolute-timestamps=format:time,precision:ns --syscall-times=ns -yy", "-f -tt -r -T -xx"}

func TestAgreesWithStraceOnPitfalls(t *testing.T) {
	program := compiled(t, "pitfalls")
	for _, flags := range flagSets {
		t.Run(flags, func(t *testing.T) {
			agree(t, capture(t, flags+" -C -w", program, t.TempDir()), strings.Contains(flags, "-T") || strings.Contains(flags, "syscall-times"))
		})
	}
	t.Run("a thread that calls execve", func(t *testing.T) {
		agree(t, capture(t, "-f -tt -T -C -w", compiled(t, "execthread")), true)
	})
}

func TestAgreesWithStraceOnAShellLoop(t *testing.T) {
	needs(t, "strace", "bash", "sed", "grep")
	for _, flags := range flagSets[1:5] {
		t.Run(flags, func(t *testing.T) {
			agree(t, capture(t, flags+" -C -w", "bash", "-c", "for i in $(seq 1 4); do echo $i | sed s/1/2/ | grep -c 2; ls -l /etc >/dev/null; done"), true)
		})
	}
}

func TestAgreesWithStraceOnAGoBuild(t *testing.T) {
	needs(t, "strace", "go")
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module hello\ngo 1.26\n")
	write("main.go", "package main\n\nfunc main() { println(1) }\n")
	for _, flags := range []string{"-f -tt -T -yy -s 256", "-f -ttt -T"} {
		t.Run(flags, func(t *testing.T) {
			agree(t, capture(t, flags+" -C -w", "go", "build", "-C", dir, "-o", filepath.Join(t.TempDir(), "hello"), "."), true)
		})
	}
}

// server makes the test binary a server that is asked many things at once, and ends.
const server = "STRACE_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(server) != "" {
		serve()
		return
	}
	os.Exit(m.Run())
}

func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := os.ReadFile("/etc/hostname")
			_, _ = w.Write(append(b, ") = 0 <9.9>\n"...))
		}))
	}()
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c := http.Client{Transport: &http.Transport{}}
			for range 20 {
				r, err := c.Get("http://" + l.Addr().String())
				if err != nil {
					panic(err)
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
			}
		}()
	}
	wg.Wait()
	fmt.Println("served")
}

func TestAgreesWithStraceOnAServerUnderLoad(t *testing.T) {
	needs(t, "strace")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(server, "1")
	for _, flags := range []string{"-f -T", "-f -ttt -T -yy -s 128"} {
		t.Run(flags, func(t *testing.T) {
			log := capture(t, flags+" -C -w", self)
			agree(t, log, true)
			if strings.Contains(flags, "-yy") {
				peers := analyze(t, Options{Need: NeedNet}, log).Peers()
				var sent, received, accepts int64
				for _, p := range peers {
					if strings.HasPrefix(p.Peer, "127.0.0.1:") {
						sent, received, accepts = sent+p.Sent, received+p.Received, accepts+p.Accepts
					}
				}
				if sent == 0 || sent != received || accepts != 8 {
					t.Errorf("bytes sent %d, received %d, connections accepted %d; both ends are in the log, so the first two are equal and 8 clients kept a connection each", sent, received, accepts)
				}
			}
		})
	}
}

// TestTreeOfAKnownProgram: testdata/pitfalls.c says what it does; the tree must say the same.
func TestTreeOfAKnownProgram(t *testing.T) {
	program := compiled(t, "pitfalls")
	for _, flags := range []string{"-f", "-f -tt -T -yy", "-f -Y -r", "-f -ttt -k", "-f -i -n -t", "-ff -tt", "-f -qq -tt"} {
		t.Run(flags, func(t *testing.T) {
			if strings.Contains(flags, "-k") && exec.Command("strace", "-k", "-o", os.DevNull, "true").Run() != nil {
				t.Skip("this strace knows no -k")
			}
			tr := analyze(t, Options{}, capture(t, flags, program, t.TempDir()))
			roots := tr.Tree()
			if len(roots) != 1 {
				t.Fatalf("%d roots; every process of the program descends from the first:\n%s", len(roots), strings.Join(TreeText(roots, 50), "\n"))
			}
			var got []string
			for _, n := range roots[0].Children {
				word := n.Exit.String()
				if n.Thread {
					word = "thread " + word
				}
				for _, e := range n.Programs {
					if e.OK {
						word += " " + e.Path
					}
				}
				got = append(got, word)
			}
			want := "thread 0|thread 0|thread 0|7|SIGSEGV|SIGKILL|0 /bin/true|3 /bin/sh"
			if s := strings.Join(got, "|"); s != want {
				t.Errorf("children are %s\nwant         %s", s, want)
			}
			if roots[0].Exit.String() != "4" {
				t.Errorf("the program ended with 4, the tree says %q", roots[0].Exit)
			}
		})
	}
}

func TestThreadThatCallsExecveBecomesItsLeader(t *testing.T) {
	program := compiled(t, "execthread")
	for _, flags := range []string{"-f", "-f -tt -T", "-ff -tt"} {
		t.Run(flags, func(t *testing.T) {
			tr := analyze(t, Options{}, capture(t, flags, program))
			roots := tr.Tree()
			if len(roots) != 1 || len(roots[0].Children) != 1 || roots[0].Exit.String() != "5" {
				t.Fatalf("want one program with one thread that ends with 5:\n%s", strings.Join(TreeText(roots, 50), "\n"))
			}
			if e := tr.Processes[roots[0].Process].Program(); e == nil || e.Path != "/bin/sh" {
				t.Errorf("the leader's program is %+v; its thread started /bin/sh under its number", e)
			}
			if !roots[0].Children[0].Thread || roots[0].Children[0].Exit.How != "superseded" {
				t.Errorf("the thread is %+v; it became its leader", roots[0].Children[0])
			}
		})
	}
}
