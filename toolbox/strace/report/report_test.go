package report_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"steward/toolbox/strace"
	"steward/toolbox/strace/report"
)

var update = flag.Bool("update", false, "write the golden file anew")

func page(t *testing.T, log string, o report.Options) string {
	t.Helper()
	tr, err := strace.Analyze(context.Background(), []strace.Input{strace.FromReader("log", strings.NewReader(log))}, strace.Options{Need: report.Need, Limits: report.Limits, ShowSecrets: o.ShowSecrets})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Write(&b, tr, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parsed is a page as a browser reads it: its elements with their attributes, its text.
type parsed struct {
	elements map[string]int
	outline  []string
	attrs    []html.Attribute
	text     string
}

func parse(t *testing.T, doc string) parsed {
	t.Helper()
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	p := parsed{elements: map[string]int{}}
	var b strings.Builder
	words := func(n *html.Node) string {
		var s strings.Builder
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				s.WriteString(d.Data)
			}
		}
		return strings.Join(strings.Fields(s.String()), " ")
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.TextNode:
			if n.Parent.Data != "style" {
				b.WriteString(n.Data + "\n")
			}
		case html.ElementNode:
			p.elements[n.Data]++
			p.attrs = append(p.attrs, n.Attr...)
			switch n.Data {
			case "h1", "h2", "figcaption", "dt":
				p.outline = append(p.outline, n.Data+" "+words(n))
			case "thead":
				p.outline = append(p.outline, "  "+words(n))
			}
		}
	}
	p.text = b.String()
	return p
}

// harmless checks that a page has no script, nothing to fetch, and no style but its own.
func harmless(t *testing.T, p parsed) {
	t.Helper()
	for _, e := range []string{"script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "foreignobject", "image", "use"} {
		if p.elements[e] > 0 {
			t.Errorf("the page holds a <%s>", e)
		}
	}
	if p.elements["style"] != 1 || p.elements["h1"] != 1 {
		t.Errorf("%d <style>, %d <h1>", p.elements["style"], p.elements["h1"])
	}
	for _, a := range p.attrs {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset":
			t.Errorf("attribute %s=%q", a.Key, a.Val)
		case a.Key == "href" && !strings.HasPrefix(a.Val, "#"):
			t.Errorf("a link leaves the page: %q", a.Val)
		}
	}
}

func TestStructure(t *testing.T) {
	log, err := os.ReadFile("../testdata/captures/pitfalls.log")
	if err != nil {
		t.Fatal(err)
	}
	doc := page(t, string(log), report.Options{Title: "pitfalls.log"})
	p := parse(t, doc)
	harmless(t, p)
	got := strings.Join(p.outline, "\n") + "\n"
	golden := filepath.Join("testdata", "structure.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the page's structure changed (go test -update writes it anew):\n%s", got)
	}
	if p.elements["svg"] < 9 {
		t.Errorf("%d drawings, want a lane for each of nine processes", p.elements["svg"])
	}
	for _, bad := range []string{"@import", "url("} {
		if strings.Contains(doc, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}

func TestThePolicyNamesThePagesStyle(t *testing.T) {
	doc := page(t, small, report.Options{})
	hash := regexp.MustCompile(`'sha256-[A-Za-z0-9+/=]+'`).FindString(report.Policy)
	if hash == "" || !strings.Contains(report.Policy, "default-src 'none'") || strings.Contains(report.Policy, "unsafe") {
		t.Fatalf("policy %q", report.Policy)
	}
	for _, a := range parse(t, doc).attrs {
		if a.Key == "content" && strings.Contains(a.Val, hash) {
			return
		}
	}
	t.Error("the page does not say its policy itself")
}

const small = `10 12:00:00.000000 execve("/bin/sh", ["sh", "-c", "true"], 0x7ffe /* 9 vars */) = 0 <0.000300>
10 12:00:01.000000 openat(AT_FDCWD, "/nowhere", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>
10 12:00:02.000000 exit_group(1)           = ?
10 12:00:02.000100 +++ exited with 1 +++
`

func TestHostileStringsStayText(t *testing.T) {
	evil := `</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover=alert(1) x=\"{{.Title}}`
	log := strings.Join([]string{
		`10<` + "<b>comm" + `> 12:00:00.000000 execve("/bin/` + evil + `", ["` + evil + `", "--password=hunter2"], 0x7ffe /* 9 vars */) = 0 <0.000300>`,
		`10 12:00:00.000000 execve("/bin/` + evil + `", ["` + evil + `"], 0x7ffe /* 9 vars */) = 0 <0.000300>`,
		`10 12:00:01.000000 openat(AT_FDCWD, "/` + evil + `", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>`,
		`10 12:00:01.100000 openat(AT_FDCWD, "/\342\200\256gpj.exe\33[31m", O_RDONLY) = 3 <0.700012>`,
		`10 12:00:01.200000 read(3</` + evil + `>, "` + evil + `", 100) = 100 <0.900000>`,
		`10 12:00:01.300000 <script>alert(2)</script>(1, "` + evil + `") = 0 <0.000010>`,
		`10 12:00:01.400000 connect(3<UNIX:[1->2,"/` + evil + `"]>, {sa_family=AF_UNIX, sun_path="/` + evil + `"}, 110) = 0 <0.1>`,
		`10 12:00:02.000100 +++ exited with 1 +++`, ""}, "\n")
	doc := page(t, log, report.Options{Title: "<script>title</script>"})
	p := parse(t, doc)
	harmless(t, p)
	if !strings.Contains(p.text, "alert(1)") {
		t.Error("the hostile text is missing: it should be shown as text")
	}
	for _, r := range "\u202e\x1b\x00" {
		if strings.ContainsRune(doc, r) {
			t.Errorf("the page holds %U", r)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	log := `10 12:00:00.000000 execve("/usr/bin/psql", ["psql", "postgres://app:hunter2@db/prod", "--password", "hunter2"], 0x7ffe /* 9 vars */) = 0 <0.000300>
10 12:00:01.000000 write(1</tmp/token=hunter2>, "password=hunter2&x=1", 20) = 20 <0.500000>
10 12:00:01.600000 openat(AT_FDCWD, "/srv/api_key=hunter2/x", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>
10 12:00:02.000100 +++ exited with 1 +++
`
	if doc := page(t, log, report.Options{}); strings.Contains(doc, "hunter2") {
		i := strings.Index(doc, "hunter2")
		t.Errorf("a secret is shown: %s", doc[max(i-200, 0):i+20])
	}
	if doc := page(t, log, report.Options{ShowSecrets: true}); !strings.Contains(doc, "hunter2") {
		t.Error("ShowSecrets shows nothing")
	}
}

func TestLogsThatTellLess(t *testing.T) {
	for name, c := range map[string]struct{ log, want, not string }{
		"without -T":                   {"10 12:00:00.000000 brk(NULL) = 0x1\n10 12:00:03.000000 close(3) = 0\n", "Captured without -T", "Waiting and working by process"},
		"without times":                {"10 brk(NULL) = 0x1 <0.000010>\n10 close(3) = 0 <0.000020>\n", "The log has no times, so there is no timeline", "Captured without -T"},
		"without either":               {"10 brk(NULL) = 0x1\n10 close(3) = 0\n", "No -T: durations unknown", "Slowest calls"},
		"one process without a number": {"12:00:00.000000 brk(NULL) = 0x1 <0.000010>\n12:00:02.000000 close(3) = 0 <0.000020>\n", "The lines name no process", "<b>"},
		"one moment":                   {"10 12:00:00.000000 brk(NULL) = 0x1 <0.000010>\n", "do not differ", "more that lived shorter"},
		"nothing failed":               {"10 12:00:00.000000 brk(NULL) = 0x1 <0.000010>\n10 12:00:00.000000 close(1) = 0 <0.000010>\n", "No call failed.", "more that lived"},
	} {
		p := parse(t, page(t, c.log, report.Options{}))
		harmless(t, p)
		if !strings.Contains(p.text, c.want) {
			t.Errorf("%s: no %q in\n%s", name, c.want, p.text)
		}
		if strings.Contains(p.text, c.not) && c.not != "<b>" {
			t.Errorf("%s: says %q", name, c.not)
		}
	}
}

func TestCapturesOfEveryKind(t *testing.T) {
	names, err := filepath.Glob("../testdata/captures/*")
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	for _, n := range names {
		in, err := strace.Open(n)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := strace.Analyze(context.Background(), in, strace.Options{Need: report.Need, Limits: report.Limits})
		if err != nil {
			continue // not every one is a log
		}
		var b bytes.Buffer
		if err := report.Write(&b, tr, report.Options{}); err != nil {
			t.Fatalf("%s: %v", n, err)
		}
		harmless(t, parse(t, b.String()))
	}
}

func TestFiveThousandProcesses(t *testing.T) {
	var b strings.Builder
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	line := func(pid int, format string, args ...any) {
		at = at.Add(50 * time.Microsecond)
		fmt.Fprintf(&b, "%d %s ", pid, at.Format("15:04:05.000000"))
		fmt.Fprintf(&b, format+"\n", args...)
	}
	long := strings.Repeat("a/long path/", 40)
	line(1, `execve("/bin/sh", ["sh"], 0x7ffe /* 9 vars */) = 0 <0.000300>`)
	for i := 2; i <= 5001; i++ {
		line(1, `clone(child_stack=NULL, flags=SIGCHLD) = %d <0.000030>`, i)
		line(i, `execve("/bin/%s%d", ["x", "%s"], 0x7ffe /* 9 vars */) = 0 <0.000100>`, long, i, long)
		line(i, `openat(AT_FDCWD, "/%s%d", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>`, long, i)
		line(i, `futex(0x1, FUTEX_WAIT, 1, NULL) = 0 <0.000020>`)
		line(i, `+++ exited with 0 +++`)
	}
	doc := page(t, b.String(), report.Options{})
	if len(doc) > 5<<20 {
		t.Errorf("a page of %d bytes", len(doc))
	}
	t.Logf("%d bytes", len(doc))
	for _, want := range []string{"strace of 5\u202f001 processes", "and 4\u202f901 more that lived shorter"} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %q", want)
		}
	}
	harmless(t, parse(t, doc))
}
