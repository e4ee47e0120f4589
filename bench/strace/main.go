// Command strace measures how fast logs of strace are read: beside wc -l, and beside a bare
// loop that only splits lines and counts the names of calls. It makes the logs itself (with
// strace, minutes) in a temporary folder, or takes those in the folder that STRACE_LOGS names.
//
// It fails when a gate is missed: 0.35 of the bare loop on the first log, 0.25 on the second,
// and the memory the documentation promises.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	kgzip "github.com/klauspost/compress/gzip"

	"steward/toolbox/strace"
)

// rounds is how often each measure is taken, in turn with the others; the best counts. Those
// without a gate are taken twice.
const rounds = 7

// child names the measure a process started by this one takes.
const child = "STRACE_BENCH"

func main() {
	if mode := os.Getenv(child); mode != "" {
		if err := measure(mode, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type figure struct {
	speed float64 // MB/s of text, best
	rss   int64   // bytes, most
}

func run() error {
	dir := os.Getenv("STRACE_LOGS")
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "strace-bench"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if err := capture(dir); err != nil {
			return err
		}
	}
	missed := 0
	gate := map[string]float64{"find2.log": 0.35, "gobuild_x2.log": 0.25}
	original := map[string]float64{"find2.log": 584, "gobuild_x2.log": 274, "shell.log": 226}
	fmt.Printf("%-16s %8s %8s %8s %8s %7s %8s %9s\n", "log", "MB", "wc -l", "split", "summary", "ratio", "RSS MB", "original")
	for _, name := range []string{"find2.log", "gobuild_x2.log", "shell.log"} {
		file := filepath.Join(dir, name)
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		f, err := rounded(rounds, file, float64(info.Size())/1e6, "wc", "split", "summary")
		if err != nil {
			return err
		}
		ratio := f["summary"].speed / f["split"].speed
		verdict := ""
		if g := gate[name]; g > 0 && ratio < g {
			verdict, missed = fmt.Sprintf("  MISSED: at least %.2f", g), missed+1
		}
		if f["summary"].rss > 120e6 {
			verdict, missed = verdict+"  MISSED: at most 120 MB", missed+1
		}
		fmt.Printf("%-16s %8.1f %8.0f %8.0f %8.0f %7.2f %8.0f %8.1fx%s\n", name, float64(info.Size())/1e6, f["wc"].speed, f["split"].speed, f["summary"].speed, ratio,
			float64(f["summary"].rss)/1e6, f["summary"].speed/original[name], verdict)
	}
	fmt.Printf("\n%-16s", "question, MB/s")
	questions := []string{"pids", "files", "io", "net", "slow", "errors", "waits", "quantize", "all"}
	for _, q := range questions {
		fmt.Printf(" %8s", q)
	}
	fmt.Println()
	for _, name := range []string{"find2.log", "gobuild_x2.log", "shell.log"} {
		file := filepath.Join(dir, name)
		info, _ := os.Stat(file)
		f, err := rounded(2, file, float64(info.Size())/1e6, questions...)
		if err != nil {
			return err
		}
		fmt.Printf("%-16s", name)
		for _, q := range questions {
			fmt.Printf(" %8.0f", f[q].speed)
		}
		fmt.Println()
	}
	fmt.Printf("\n%-16s %12s %12s %12s %7s\n", "gzip, MB/s", "standard", "library", "summary", "ratio")
	for _, name := range []string{"find2.log", "gobuild_x2.log", "shell.log"} {
		file := filepath.Join(dir, name)
		info, _ := os.Stat(file)
		zipped := filepath.Join(dir, name+".gz")
		if _, err := os.Stat(zipped); err != nil {
			if out, err := exec.Command("sh", "-c", "gzip -c "+file+" > "+zipped).CombinedOutput(); err != nil {
				return fmt.Errorf("gzip: %w: %s", err, out)
			}
		}
		f, err := rounded(rounds, zipped, float64(info.Size())/1e6, "gunzip", "kgunzip", "summary")
		if err != nil {
			return err
		}
		ratio := f["summary"].speed / max(f["gunzip"].speed, f["kgunzip"].speed)
		verdict := ""
		if ratio < 0.9 {
			verdict, missed = "  MISSED: at least 0.90", missed+1
		}
		fmt.Printf("%-16s %12.0f %12.0f %12.0f %7.2f%s\n", name, f["gunzip"].speed, f["kgunzip"].speed, f["summary"].speed, ratio, verdict)
	}
	if os.Getenv("STRACE_LARGE") != "" {
		if err := large(filepath.Join(dir, "shell.log"), &missed); err != nil {
			return err
		}
	}
	if missed > 0 {
		return fmt.Errorf("%d gates missed", missed)
	}
	return nil
}

// large reads ten gigabytes: one log over and over, through a pipe.
func large(file string, missed *int) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	n := int(1e10/info.Size()) + 1
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command("sh", "-c", fmt.Sprintf(`for i in $(seq %d); do cat "$1"; done | "$2" -`, n), "sh", file, self)
	cmd.Env = append(os.Environ(), child+"=summary")
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	ns, rss, err := result(out)
	if err != nil {
		return err
	}
	total := float64(info.Size()) * float64(n) / 1e6
	verdict := ""
	if rss > 300e6 {
		verdict = "  MISSED: at most 300 MB"
		*missed++
	}
	fmt.Printf("\n%.1f GB through a pipe: %.0f MB/s, RSS %.0f MB%s\n", total/1e3, total/float64(ns)*1e9, float64(rss)/1e6, verdict)
	return nil
}

// rounded takes measures in turn and keeps each one's best.
func rounded(n int, file string, mb float64, modes ...string) (map[string]figure, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out := map[string]figure{}
	for range n {
		for _, mode := range modes {
			var ns, rss int64
			if mode == "wc" {
				from := time.Now()
				if err := exec.Command("wc", "-l", file).Run(); err != nil {
					return nil, err
				}
				ns = int64(time.Since(from))
			} else {
				cmd := exec.Command(self, file)
				cmd.Env = append(os.Environ(), child+"="+mode)
				cmd.Stderr = os.Stderr
				b, err := cmd.Output()
				if err != nil {
					return nil, fmt.Errorf("%s of %s: %w", mode, file, err)
				}
				if ns, rss, err = result(b); err != nil {
					return nil, err
				}
			}
			f := out[mode]
			out[mode] = figure{max(f.speed, mb/float64(ns)*1e9), max(f.rss, rss)}
		}
	}
	return out, nil
}

// result reads what a child prints: nanoseconds and bytes.
func result(b []byte) (ns, rss int64, err error) {
	f := strings.Fields(string(b))
	if len(f) != 2 {
		return 0, 0, fmt.Errorf("a measure said %q", b)
	}
	if ns, err = strconv.ParseInt(f[0], 10, 64); err != nil {
		return 0, 0, err
	}
	rss, err = strconv.ParseInt(f[1], 10, 64)
	return ns, rss, err
}

var needs = map[string]strace.Need{"summary": 0, "pids": strace.NeedPIDs, "files": strace.NeedFiles, "io": strace.NeedIO, "net": strace.NeedNet, "slow": strace.NeedSlow,
	"errors": strace.NeedErrors, "waits": strace.NeedWaits, "quantize": strace.NeedHistograms, "all": strace.NeedAll}

func measure(mode, file string) error {
	stop := make(chan struct{})
	most := make(chan int64, 1)
	go func() { most <- memory(stop) }()
	from := time.Now()
	var err error
	switch mode {
	case "split":
		err = split(file)
	case "gunzip", "kgunzip":
		err = unzip(file, mode)
	default:
		var in []strace.Input
		if in, err = strace.Open(file); err == nil {
			var t *strace.Trace
			if t, err = strace.Analyze(context.Background(), in, strace.Options{Need: needs[mode]}); err == nil {
				_ = t.Summary()
			}
		}
	}
	if err != nil {
		return err
	}
	ns := time.Since(from)
	close(stop)
	fmt.Println(int64(ns), <-most)
	return nil
}

// memory is the most memory of its own that this process has until stop is closed, looked at every ten milliseconds. A
// mapped file's pages are the system's and are not counted.
func memory(stop <-chan struct{}) (most int64) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		b, _ := os.ReadFile("/proc/self/status")
		if _, rest, ok := strings.Cut(string(b), "RssAnon:"); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				kb, _ := strconv.ParseInt(f[0], 10, 64)
				most = max(most, kb*1024)
			}
		}
		select {
		case <-stop:
			return most
		case <-tick.C:
		}
	}
}

// split is the bare loop: a mapped file, its lines, a count for each name.
func split(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return err
	}
	counts := map[string]*int{}
	for len(b) > 0 {
		n := bytes.IndexByte(b, '\n')
		if n < 0 {
			n = len(b) - 1
		}
		line := b[:n]
		b = b[n+1:]
		end := bytes.IndexByte(line, '(')
		if end < 0 {
			continue
		}
		name := line[bytes.LastIndexByte(line[:end], ' ')+1 : end]
		c := counts[string(name)]
		if c == nil {
			c = new(int)
			counts[string(name)] = c
		}
		*c++
	}
	return nil
}

func unzip(file, mode string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var r io.Reader
	if mode == "gunzip" {
		r, err = gzip.NewReader(bufio.NewReaderSize(f, 256<<10))
	} else {
		r, err = kgzip.NewReader(bufio.NewReaderSize(f, 256<<10))
	}
	if err != nil {
		return err
	}
	b := make([]byte, 512<<10)
	for {
		if _, err := r.Read(b); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// capture makes the three logs: one process over many files, a build twice over, and a
// shell that starts thousands of programs.
func capture(dir string) error {
	fmt.Fprintln(os.Stderr, "bench: capturing three logs; this takes some minutes")
	script := `set -e
cd "$1"
mkdir -p hello
printf 'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n)\n\nfunc main() { fmt.Println(http.StatusOK) }\n' > hello/main.go
printf 'module hello\ngo 1.26\n' > hello/go.mod
strace -f -tt -T -yy -s 256 -o find2.log find / -xdev -not -path "$1*" >/dev/null 2>&1 || true
cd hello
for i in 1 2; do
  GOCACHE="$1/cache$i" strace -f -tt -T -yy -s 256 -o "../gobuild$i.log" go build -a -o "$1/hello.bin" .
  rm -rf "$1/cache$i"
done
cd ..
cat gobuild1.log gobuild2.log > gobuild_x2.log
strace -f -tt -T -yy -s 256 -o shell.log bash -c 'for i in $(seq 1 1500); do echo $i | sed s/1/2/ | grep -c 2; ls -l /etc >/dev/null; git --version; done' >/dev/null`
	cmd := exec.Command("bash", "-c", script, "bash", dir)
	cmd.Stderr = os.Stderr
	return cmd.Run()
}
