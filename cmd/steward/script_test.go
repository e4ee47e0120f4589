package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"steward/internal/db"
	"steward/internal/db/dbtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"steward": main})
}

// TestScripts runs every script below testdata/script, once for each engine: what a person
// types and what comes back. $WHERE names the script's own database, $ADDR and $SMTP are
// addresses nobody listens on,
// $EMPTY names an empty place on the same engine and $POSTGRES an empty PostgreSQL database. Run with UPDATE_SCRIPTS=1 to write the files that cmp
// compares with.
func TestScripts(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:           "testdata/script",
				WorkdirRoot:   dbtest.Folder(t),
				UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
				Setup: func(env *testscript.Env) error {
					where := "--data=" + filepath.Join(env.WorkDir, "data")
					if engine == db.Postgres {
						where = "--database=" + dbtest.URL(t)
					}
					env.Setenv("WHERE", where)
					env.Setenv("EMPTY", filepath.Join(env.WorkDir, "empty"))
					if engine == db.Postgres {
						env.Setenv("EMPTY", dbtest.URL(t))
					}
					env.Setenv("POSTGRES", dbtest.URL(t))
					env.Setenv("ENGINE", string(engine))
					for _, name := range []string{"ADDR", "SMTP", "METRICS"} {
						env.Setenv(name, fmt.Sprintf("127.0.0.1:%d", dbtest.FreePort(t)))
					}
					return nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"exits": exits, "sql": execSQL, "http": request, "lastline": lastLine, "sendmail": sendMail, "sigterm": terminate, "raw": raw, "capture": capture, "waits": waits,
				},
			})
		})
	}
}

// execSQL runs a statement on the script's database behind the program's back: sql "UPDATE …".
func execSQL(ts *testscript.TestScript, _ bool, args []string) {
	o := db.Options{}
	if dir, ok := strings.CutPrefix(ts.Getenv("WHERE"), "--data="); ok {
		o.Dir = dir
	} else {
		o.URL = strings.TrimPrefix(ts.Getenv("WHERE"), "--database=")
	}
	d, err := db.Open(context.Background(), o)
	ts.Check(err)
	defer d.Close()
	ts.Check(d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, strings.Join(args, " "))
		return err
	}))
}

// request asks the running program, for at most 20 seconds until the status is the wanted
// one, and leaves the answer in the file "answer": http 200 GET /readyz [token].
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: http status method path [token] [body]")
	}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	last := ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		body := ""
		if len(args) > 4 {
			body = args[4]
		}
		req, err := http.NewRequestWithContext(context.Background(), args[1], "http://"+ts.Getenv("ADDR")+args[2], strings.NewReader(body))
		ts.Check(err)
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		if len(args) > 3 {
			req.Header.Set("Authorization", "Bearer "+args[3])
		}
		res, err := client.Do(req)
		if err != nil {
			last = err.Error()
			continue
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		ts.Check(err)
		last = res.Status + " " + res.Header.Get("Content-Type") + "\n" + string(b)
		if strconv.Itoa(res.StatusCode) == args[0] {
			ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(last), 0o600))
			return
		}
	}
	ts.Fatalf("%s %s: want %s, have %s", args[1], args[2], args[0], last)
}

// raw sends a file as an HTTP request, header by header as it is written there, with variables
// filled in, and leaves the whole answer in the file "answer", its headers in "head": raw 403 forged.http.
func raw(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: raw status file")
	}
	text := os.Expand(ts.ReadFile(args[1]), ts.Getenv)
	head, body, _ := strings.Cut(text, "\n\n")
	body = strings.TrimSuffix(body, "\n")
	head = strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n") + "\r\nHost: " + ts.Getenv("ADDR") + "\r\nConnection: close\r\nContent-Length: " + strconv.Itoa(len(body))
	c, err := net.DialTimeout("tcp", ts.Getenv("ADDR"), 10*time.Second)
	ts.Check(err)
	defer c.Close()
	ts.Check(c.SetDeadline(time.Now().Add(20 * time.Second)))
	_, err = io.WriteString(c, head+"\r\n\r\n"+body)
	ts.Check(err)
	answer, err := io.ReadAll(c)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(strings.ReplaceAll(string(answer), "\r\n", "\n")), 0o600))
	first, _, _ := strings.Cut(string(answer), "\r\n\r\n")
	ts.Check(os.WriteFile(ts.MkAbs("head"), []byte(strings.ReplaceAll(first, "\r\n", "\n")+"\n"), 0o600))
	if !strings.HasPrefix(string(answer), "HTTP/1.1 "+args[0]+" ") {
		ts.Fatalf("%s: want %s, have %s", args[1], args[0], answer)
	}
}

// capture puts what a pattern's group matches in the last answer into a variable: capture ID '"id":([0-9]+)'.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("answer"))
	if m == nil {
		ts.Fatalf("the answer does not match %s: %s", args[1], ts.ReadFile("answer"))
	}
	ts.Setenv(args[0], m[1])
}

// waits asks until the answer has a text, for at most 20 seconds: waits text method path token.
func waits(ts *testscript.TestScript, neg bool, args []string) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		request(ts, neg, append([]string{"200"}, args[1:]...))
		if strings.Contains(ts.ReadFile("answer"), args[0]) {
			return
		}
	}
	ts.Fatalf("%s never has %q: %s", args[2], args[0], ts.ReadFile("answer"))
}

// lastLine puts the last line of the last output, or what matches a pattern's group in it,
// into a variable: lastline TOKEN; lastline HEAD 'head ([0-9a-f]+)'.
func lastLine(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	value := lines[len(lines)-1]
	if len(args) > 1 {
		m := regexp.MustCompile(args[1]).FindStringSubmatch(value)
		if m == nil {
			ts.Fatalf("%q does not match %s", value, args[1])
		}
		value = m[1]
	}
	ts.Setenv(args[0], value)
}

// terminate sends SIGTERM to what runs in the background.
func terminate(ts *testscript.TestScript, _ bool, _ []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(syscall.SIGTERM))
	}
}

// sendMail sends a file as a mail to the running program: sendmail from to file.
func sendMail(ts *testscript.TestScript, neg bool, args []string) {
	err := smtp.SendMail(ts.Getenv("SMTP"), nil, args[0], []string{args[1]}, []byte(strings.ReplaceAll(ts.ReadFile(args[2]), "\n", "\r\n")))
	if (err != nil) != neg {
		ts.Fatalf("sending: %v", err)
	}
	if err != nil {
		ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(err.Error()), 0o600))
	}
}

// exits runs a program and checks its exit code: exits 2 steward html sanitise.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("running %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
