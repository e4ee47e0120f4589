package strace

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func ofText(t *testing.T, opt Options, text string) *Trace {
	t.Helper()
	tr, err := Analyze(context.Background(), []Input{FromReader("log", strings.NewReader(text))}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestMidnightIsADayNotAJump(t *testing.T) {
	tr := ofText(t, Options{}, `7 23:59:59.500000 read(3, "", 1) = 0 <0.000100>
7 00:00:00.500000 read(3, "", 1) = 0 <0.000100>
7 00:00:00.600000 +++ exited with 0 +++
`)
	s := tr.Summary()
	if s.Real != 1_100_000_000 || s.User != 999_900_000 {
		t.Errorf("real %v s, user %v s; want 1.1 and 0.9999", s.Real.Seconds(), s.User.Seconds())
	}
	if s.End != "+1 00:00:00.600000" || !strings.Contains(strings.Join(s.Notes, "\n"), "midnight") {
		t.Errorf("the end is %q, notes %q", s.End, s.Notes)
	}
}

func TestNumbersUsedAgainAreOtherProcesses(t *testing.T) {
	tr := ofText(t, Options{}, `1 clone(child_stack=NULL, flags=SIGCHLD) = 7
7 execve("/bin/a", ["a"], 0x1) = 0
7 exit_group(1) = ?
7 +++ exited with 1 +++
1 vfork() = 7
7 execve("/bin/b", ["b"], 0x1) = 0
7 +++ killed by SIGKILL +++
1 fork( <unfinished ...>
7 execve("/bin/c", ["c"], 0x1) = 0
1 <... fork resumed>) = 7
7 exit_group(0) = ?
1 clone3({flags=0, exit_signal=SIGCHLD}, 88) = 7
7 getpid() = 7
`)
	if len(tr.Processes) != 5 {
		t.Fatalf("%d processes, want 5: one that makes four, all numbered 7", len(tr.Processes))
	}
	got := strings.Join(TreeText(tr.Tree(), 0), "\n")
	want := "1\n├─ 7 [1] /bin/a\n├─ 7 [SIGKILL] /bin/b\n├─ 7 [0] /bin/c\n└─ 7"
	if got != want {
		t.Errorf("tree:\n%s\nwant:\n%s", got, want)
	}
}

func TestDescriptorsAreFollowedWithoutY(t *testing.T) {
	tr := ofText(t, Options{Need: NeedIO | NeedFiles}, `1 chdir("/srv") = 0
1 openat(AT_FDCWD, "data/a b", O_RDONLY) = 3
1 read(3, "x", 1) = 1
1 dup2(3, 9) = 9
1 close(3) = 0
1 open("/etc/other", O_RDONLY|O_CLOEXEC) = 3
1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD) = 2
2 read(9, "y", 1) = 1
2 open("late", O_RDONLY) = 4
1 read(4, "z", 1) = 1
1 fork() = 5
5 close(9) = 0
5 open("/own", O_RDONLY) = 9
5 read(9, "", 1) = 0
1 read(9, "", 1) = 0
5 execve("/bin/x", ["x"], 0x1) = 0
5 read(3, "", 1) = -1 EBADF (Bad file descriptor)
`)
	var got []string
	for _, m := range tr.IO(Choice{}, "time") {
		got = append(got, fmt.Sprintf("%d %s", m.PID, m.File))
	}
	want := "1 /srv/data/a b|2 /srv/data/a b|1 /srv/late|5 /own|1 /srv/data/a b|5 "
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("read from %s\nwant      %s", s, want)
	}
}

func TestFailedExecIsNoProgram(t *testing.T) {
	tr := ofText(t, Options{}, `1 execve("/bin/sh", ["sh"], 0x1) = 0
1 execve("/usr/local/bin/ls", ["ls"], 0x1) = -1 ENOENT (No such file or directory)
1 execve("/bin/ls", ["ls", "--password", "hunter2"], 0x1 <unfinished ...>
1 +++ killed by SIGKILL +++
`)
	e := tr.Execs(Choice{})
	if len(e) != 3 || !e[0].OK || e[1].OK || e[1].Errno != "ENOENT" || e[2].OK || e[2].Errno != "?" {
		t.Fatalf("programs are %+v", e)
	}
	if got := strings.Join(e[2].Args, " "); got != "ls --password "+masked {
		t.Errorf("arguments are %q", got)
	}
	if p := tr.Processes[0].Program(); p.Path != "/bin/sh" {
		t.Errorf("the process runs %s; the later starts failed", p.Path)
	}
}

func TestHalvesMeetAcrossPieces(t *testing.T) {
	// Far apart, so that they lie in different pieces of the log, read at once.
	var b strings.Builder
	b.WriteString("5 12:00:00.000000 poll([{fd=3, events=POLLIN}], 1, 0 <unfinished ...>\n")
	b.WriteString("6 12:00:00.000000 wait4(-1,  <unfinished ...>\n")
	b.WriteString("7 12:00:00.000000 openat(AT_FDCWD, \"/far/away\", O_RDONLY <unfinished ...>\n")
	for i := range 60_000 {
		fmt.Fprintf(&b, "9 12:%02d:%02d.000000 read(3, \"%s\", 40) = 40 <0.000010>\n", i/3600, i/60%60, strings.Repeat("x", 40))
	}
	b.WriteString("5 12:30:00.000000 <... poll resumed>) = 0 (Timeout) <2.000000>\n")
	b.WriteString("6 12:30:00.000000 <... wait4 resumed>NULL, 0, NULL) = 9 <3.000000>\n")
	b.WriteString("7 12:30:00.000000 <... openat resumed>) = 3 <4.000000>\n")
	for _, workers := range []int{1, 2, 5} {
		tr := ofText(t, Options{Need: NeedFiles | NeedPIDs, Workers: workers}, b.String())
		s := tr.Summary()
		if s.TotalCalls != 60_003 || s.ReturnedCalls != 60_003 || s.OrphanedEnds != 0 {
			t.Errorf("%d workers: %d calls, %d returned, %d orphans", workers, s.TotalCalls, s.ReturnedCalls, s.OrphanedEnds)
		}
		if s.Wait != 3e9 || s.Active != 6_600_000_000 {
			t.Errorf("%d workers: waiting %s s, want 3; working %s s, want 6.6: a poll with timeout 0 works", workers, s.Wait.Seconds(), s.Active.Seconds())
		}
		f := tr.Files(Choice{}, "duration")
		if len(f) != 1 || f[0].File != "/far/away" || f[0].Line != 3 || f[0].Took != 4e9 {
			t.Errorf("%d workers: opens are %+v", workers, f)
		}
	}
}

func TestCutLastLine(t *testing.T) {
	whole := "1 read(3, \"\", 1) = 0 <0.000100>\n"
	for _, last := range []string{`1 write(1, ") = 0 <9.9>`, `1 write(1, "x", 1) = 1`, `1 write(1, "x", 1) = 1 <0.00`, `1 write(1`, `1 wri`, `1 <... read resu`, `1 --- SIGCH`, `1`, `1 12:0`} {
		s := ofText(t, Options{}, whole+last).Summary()
		started := int64(1)
		if strings.Contains(last, "(") {
			started = 2
		}
		if s.ReturnedCalls != 1 || s.TotalCalls != started || s.UnparsedLines != 0 || !strings.Contains(strings.Join(s.Notes, "\n"), "cut") {
			t.Errorf("after %q: %d started, %d returned, %d unparsed, notes %q; want %d, 1, 0 and a word about it", last, s.TotalCalls, s.ReturnedCalls, s.UnparsedLines, s.Notes, started)
		}
	}
	if s := ofText(t, Options{}, whole+strings.TrimSpace(whole)).Summary(); s.ReturnedCalls != 2 {
		t.Errorf("a whole last line without a line feed: %d returned, want 2", s.ReturnedCalls)
	}
}

func TestLongAndOddLines(t *testing.T) {
	long := `1 write(1, "` + strings.Repeat("y", 3<<20) + `", 3145728) = 3145728 <0.5>` + "\n"
	s := ofText(t, Options{}, "1 getpid() = 1\r\n"+long+"\x00\x00\n1 getpid() = 1\n\n").Summary()
	if s.ReturnedCalls != 3 || s.UnparsedLines != 0 {
		t.Errorf("%d returned, %d unparsed; want 3 and 0", s.ReturnedCalls, s.UnparsedLines)
	}
	tr := ofText(t, Options{Limits: Limits{Line: 1 << 20}}, "1 getpid() = 1\n"+long+"1 getpid() = 1\n")
	s = tr.Summary()
	if s.ReturnedCalls != 2 || s.UnparsedLines != 1 || s.Lines != 3 || len(tr.Unparsed[0].Text) > 300 {
		t.Errorf("with lines of at most a megabyte: %d returned, %d unparsed, %d lines; want 2, 1, 3", s.ReturnedCalls, s.UnparsedLines, s.Lines)
	}
}

func TestCompressedAndFamilies(t *testing.T) {
	dir := t.TempDir()
	text := strings.Repeat("12:00:00 getpid() = 1\n", 50_000)
	var gz, zs bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = g.Write([]byte(text))
	_ = g.Close()
	z, _ := zstd.NewWriter(&zs)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	for name, b := range map[string][]byte{"log.gz": gz.Bytes(), "log.zst": zs.Bytes(), "log": []byte(text), "fam.10": []byte("execve(\"/a\", [\"a\"], 0x1) = 0\nfork() = 11\n"), "fam.11": []byte("getpid() = 11\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"log", "log.gz", "log.zst"} {
		if s := analyze(t, Options{}, filepath.Join(dir, name)).Summary(); s.ReturnedCalls != 50_000 {
			t.Errorf("%s: %d returned, want 50000", name, s.ReturnedCalls)
		}
	}
	if got := strings.Join(TreeText(analyze(t, Options{}, filepath.Join(dir, "fam")).Tree(), 0), "|"); got != "10 /a|└─ 11" {
		t.Errorf("the family's tree is %s", got)
	}
	cut := filepath.Join(dir, "cut.gz")
	if err := os.WriteFile(cut, gz.Bytes()[:gz.Len()/2], 0o600); err != nil {
		t.Fatal(err)
	}
	s := analyze(t, Options{}, cut).Summary()
	if s.ReturnedCalls < 1000 || !strings.Contains(strings.Join(s.Notes, "\n"), "could be read to byte") {
		t.Errorf("a cut gzip file: %d returned, notes %q", s.ReturnedCalls, s.Notes)
	}
}

func TestWhatIsNoTraceIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "pdf": "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "prose": strings.Repeat("It was a dark and stormy night (again).\n", 500),
		"perf script":  "swapper     0 [000]  1234.567890:          1 cycles:\n\tffffffff8104 native_write_msr ([kernel.kallsyms])\n",
		"table of -c":  "% time     seconds  usecs/call     calls    errors syscall\n------ ----------- ----------- --------- --------- ----------------\n 48.17    0.070502       17625         4           read\n------ ----------- ----------- --------- --------- ----------------\n100.00    0.146350         351       416        22 total\n",
		"binary":       string([]byte{0x7f, 'E', 'L', 'F', 0, 1, 2, 3, '\n', 0, 0, 0}),
		"one stray ok": strings.Repeat("nothing\n", 1000) + "close(3) = 0\n",
	} {
		_, err := Analyze(context.Background(), []Input{FromReader(name, strings.NewReader(text))}, Options{})
		if !errors.Is(err, ErrNoTrace) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want one line that wraps ErrNoTrace", name, err)
		}
	}
}

func TestLimitsHold(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "%d open(\"/f%d\", O_RDONLY) = -1 ENOENT (No such file or directory) <0.0%05d>\n", i+1, i, i)
	}
	tr := ofText(t, Options{Need: NeedAll, Limits: Limits{Rows: 100, Paths: 50, Slow: 5}}, b.String())
	if f := tr.Files(Choice{}, "duration"); len(f) != 100 || f[0].Took != 4_999_000 {
		t.Errorf("%d rows, the first %+v; want the 100 longest", len(f), f[0])
	}
	if len(tr.Slow(0, false, Choice{})) != 5 {
		t.Errorf("%d slow calls, want 5", len(tr.Slow(0, false, Choice{})))
	}
	for _, opt := range []Options{{Limits: Limits{Processes: 10}}, {Limits: Limits{Bytes: 1000}}} {
		_, err := Analyze(context.Background(), []Input{FromReader("log", strings.NewReader(b.String()))}, opt)
		if !errors.Is(err, ErrLimit) {
			t.Errorf("%+v: %v, want ErrLimit", opt.Limits, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Analyze(ctx, []Input{FromReader("log", strings.NewReader(b.String()))}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestConnectionsOfNonBlockingSockets(t *testing.T) {
	tr := ofText(t, Options{Need: NeedNet}, `1 12:00:00.000000 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3 <0.000010>
1 12:00:00.000100 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("10.0.0.2")}, 16) = -1 EINPROGRESS (Operation now in progress) <0.000050>
1 12:00:00.250000 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0 <0.000010>
1 12:00:00.300000 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("10.0.0.2")}, 16) = 0 <0.020000>
1 12:00:00.400000 write(3, "hello", 5) = 5 <0.000010>
1 12:00:00.500000 recvfrom(3, "hi", 10, 0, NULL, NULL) = 2 <0.000010>
`)
	p := tr.Peers()
	if len(p) != 1 || p[0].Peer != "10.0.0.2:443" || p[0].Connects != 2 || p[0].Sent != 5 || p[0].Received != 2 || p[0].Errors["ECONNREFUSED"] != 1 {
		t.Fatalf("peers are %+v", p)
	}
	if p[0].Longest < 249_000_000 || p[0].Longest > 251_000_000 {
		t.Errorf("the longest connect took %s s; the socket was asked after 0.2499", p[0].Longest.Seconds())
	}
}

func TestCompareSaysWhy(t *testing.T) {
	a := ofText(t, Options{}, strings.Repeat("1 fsync(3) = 0 <0.001000>\n", 10))
	b := ofText(t, Options{}, strings.Repeat("1 fsync(3) = 0 <0.002000>\n", 20))
	c := Compare(a, b).BySyscall[0]
	if c.More != 30_000_000 || c.FromCalls != 10_000_000 || c.FromEachCalls != 20_000_000 {
		t.Errorf("%+v: want 30 ms more, 10 by count, 20 by each taking longer", c)
	}
}

// TestTerminalLogs: strace names processes on a terminal only while it traces several, and
// writes its own messages into lines.
func TestTerminalLogs(t *testing.T) {
	program := compiled(t, "pitfalls")
	for _, flags := range []string{"-f", "-f -tt -T", "-f -r -Y"} {
		t.Run(flags, func(t *testing.T) {
			cmd := exec.Command("strace", append(strings.Fields(flags), program, t.TempDir())...)
			var out bytes.Buffer
			cmd.Stderr = &out
			_ = cmd.Run()
			tr := ofText(t, Options{}, out.String())
			s := tr.Summary()
			tree := TreeText(tr.Tree(), 50)
			if s.UnparsedLines != 0 || s.OrphanedEnds != 0 || s.Processes != 9 || len(tree) != 9 || !strings.Contains(tree[0], "[4]") || !strings.Contains(tree[8], "[3] /bin/sh") {
				t.Errorf("%d unparsed %v, %d orphans, %d processes; want 0, 0, 9:\n%s", s.UnparsedLines, tr.Unparsed, s.OrphanedEnds, s.Processes, strings.Join(tree, "\n"))
			}
		})
	}
}

func TestScannerAgreesWithAnalysis(t *testing.T) {
	log := capture(t, "-f -tt -T", compiled(t, "pitfalls"), t.TempDir())
	s := analyze(t, Options{}, log).Summary()
	in, err := Open(log)
	if err != nil {
		t.Fatal(err)
	}
	sc, err := NewScanner(in[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sc.Close() }()
	sc.Join = true
	var calls, returned int64
	for sc.Scan() {
		switch e := sc.Event(); e.Kind {
		case Call:
			calls++
			if e.Returned() {
				returned++
			}
		case Unfinished:
			calls++
		}
	}
	if sc.Err() != nil || calls != s.TotalCalls || returned != s.ReturnedCalls {
		t.Errorf("%d calls, %d returned, %v; the analysis has %d and %d", calls, returned, sc.Err(), s.TotalCalls, s.ReturnedCalls)
	}
}

// everything is all answers of an analysis as JSON.
func everything(t *testing.T, tr *Trace) []byte {
	t.Helper()
	slow := tr.Slow(0, false, Choice{})
	calls := []any{}
	for _, p := range tr.Processes {
		calls = append(calls, tr.ByPID(p))
	}
	all, err := json.MarshalIndent([]any{tr.Summary(), tr.Top("", 0), tr.Execs(Choice{}), tr.Files(Choice{}, "time"), tr.IO(Choice{}, "time"), tr.Directories(Choice{}, "count"), tr.Peers(),
		slow, tr.Errors(), tr.Waits(Choice{}), tr.Histogram("read", Choice{}), tr.Tree(), calls}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPiecesDoNotMatter: a log read in pieces of a few lines, several at once, says the same
// as one read whole.
func TestPiecesDoNotMatter(t *testing.T) {
	program := compiled(t, "pitfalls")
	logs := map[string]string{"shell": capture(t, "-f -tt -T -yy", "bash", "-c", "for i in 1 2; do echo $i | sed s/1/2/ | grep -c 2; done")}
	for _, flags := range []string{"-f -tt -T -yy -s 256", "-f -r -T", "-f -ttt", "-f"} {
		logs["pitfalls "+flags] = capture(t, flags, program, t.TempDir())
	}
	logs["execve from a thread"] = capture(t, "-f -tt -T", compiled(t, "execthread"))
	for name, log := range logs {
		want := everything(t, analyze(t, Options{Need: NeedAll, Workers: 1}, log))
		for _, block := range []int{150, 400, 3000} {
			got := everything(t, analyze(t, Options{Need: NeedAll, Workers: 3, block: block}, log))
			if !bytes.Equal(got, want) {
				a, b := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
				for i := range a {
					if i >= len(b) || a[i] != b[i] {
						t.Errorf("%s in pieces of %d bytes differs at line %d of the answers:\nwhole:  %s\npieces: %s", name, block, i, strings.Join(a[max(i-12, 0):i+2], "\n"), b[min(i, len(b)-1)])
						break
					}
				}
			}
		}
	}
}

// FuzzAnalyze: whatever the bytes are, an analysis ends, keeps to its bounds, counts every
// line once, and says the same with one worker as with three.
func FuzzAnalyze(f *testing.F) {
	for _, l := range lines {
		f.Add([]byte(l.in))
		f.Add([]byte("7 " + l.in + "\n8 " + l.in + "\n7 close(3) = 0"))
	}
	f.Add([]byte("1 fork() = 2\n2 read(3,  <unfinished ...>\n1 +++ superseded by execve in pid 2 +++\n1 <... read resumed>) = 0 <0.5>\n"))
	f.Add([]byte("clone(strace: Process 3 attached\n <unfinished ...>\n[pid 3] close(3) = 0\n[pid 2] <... clone resumed>) = 3\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var first []byte
		for _, workers := range []int{1, 3} {
			opt := Options{Need: NeedAll, Workers: workers, Limits: Limits{Line: 1 << 12, Rows: 500, Paths: 500, Processes: 1 << 20}}
			tr, err := Analyze(context.Background(), []Input{FromReader("fuzz", bytes.NewReader(b))}, opt)
			if err != nil {
				if !errors.Is(err, ErrNoTrace) && !errors.Is(err, ErrLimit) {
					t.Fatal(err)
				}
				return
			}
			var kinds int64
			for _, n := range tr.Kinds {
				kinds += n
			}
			if kinds != tr.Lines {
				t.Errorf("%d lines, %d counted by kind", tr.Lines, kinds)
			}
			_ = tr.Tree()
			all := everything(t, tr)
			if first == nil {
				first = all
			} else if !bytes.Equal(first, all) {
				t.Errorf("one worker says\n%s\nthree say\n%s", first, all)
			}
		}
	})
}
