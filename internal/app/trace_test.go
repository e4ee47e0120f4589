package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/trace"
)

const traced = `10 12:00:00.000000 execve("/bin/sh", ["sh", "-c", "true"], 0x7ffe /* 9 vars */) = 0 <0.000300>
10 12:00:01.000000 openat(AT_FDCWD, "/nowhere/hunter2secret", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>
10 12:00:01.500000 write(1, "<script>alert(1)</script> password=opensesame", 20) = 20 <0.100000>
10 12:00:02.000000 exit_group(1)           = ?
10 12:00:02.000100 +++ exited with 1 +++
`

// attach puts a file on a ticket by a note and returns the file's id.
func attach(i *apptest.Instance, by act.Actor, ticket int64, name string, content []byte) int64 {
	i.T.Helper()
	blob, err := i.App.Files.PutBytes(i.T.Context(), content, i.Clock.Now())
	if err != nil {
		i.T.Fatal(err)
	}
	i.Write(func(ctx context.Context, tx db.Tx) error {
		_, _, err := i.Desk.Reply(ctx, tx, by, ticket, desk.Message{Agent: true, Channel: "web", Text: name, HTML: "<p>x</p>", Files: []desk.Attachment{{Blob: blob, Filename: name}}}, "")
		return err
	})
	i.Settle()
	c := comments(i, ticket)
	return c[len(c)-1].Files[0].ID
}

func straceReports(i *apptest.Instance, by act.Actor, ticket int64) (out []trace.Report, err error) {
	i.T.Helper()
	err = i.DB.Read(i.T.Context(), func(ctx context.Context, tx db.Tx) error {
		out, err = i.Desk.Traces(ctx, tx, by, ticket)
		return err
	})
	return out, err
}

func gz(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func zst(text string) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll([]byte(text), nil)
}

func TestAnAttachedStraceLogIsRecognisedByItsContent(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		for name, c := range map[string]struct {
			content []byte
			is      bool
		}{
			"holiday.jpg":   {[]byte(traced), true},
			"trace.gz":      {gz(traced), true},
			"trace":         {zst(traced), true},
			"nul":           {[]byte(strings.Replace(traced, "<script>", "\x00\x01\x02", 1)), true},
			"strace.log":    {[]byte(strings.Repeat("2026-01-02 12:00:00 GET /index.html 200\n", 50)), false},
			"strace.log.gz": {gz(strings.Repeat("a line\n", 500)), false},
			"broken.gz":     {append(gz(traced)[:12], bytes.Repeat([]byte("x"), 200)...), false},
			"words.txt":     {[]byte("I ran read(3) = 0 and it said\nnothing at all, so I looked at it again, and again.\n"), false},
			"one.txt":       {[]byte("10 12:00:01.000000 close(3) = 0 <0.000012>\nWhat does this line mean, and the one before?\n"), false},
		} {
			file := attach(i, agent, id, name, c.content)
			all, err := straceReports(i, agent, id)
			if err != nil {
				t.Fatal(err)
			}
			found := len(all) > 0 && all[0].FileID == file
			if found != c.is {
				t.Errorf("%s: a report is %v, want %v", name, found, c.is)
			}
			if found && (all[0].State != trace.Ready || all[0].Line != "strace of 1 process, 2.00 s, 1 error") {
				t.Errorf("%s: %+v", name, all[0])
			}
		}
		if n := i.Count(`SELECT count(*) FROM job WHERE kind = 'trace.report'`); n != 0 {
			t.Errorf("%d jobs are left", n)
		}
		if told, made := i.Count(`SELECT count(*) FROM events WHERE verb = 'ticket.trace_reported'`), i.Count(`SELECT count(*) FROM trace_report`); told != made || made == 0 {
			t.Errorf("%d reports were made, %d told", made, told)
		}
		i.Verify()
	})
}

func TestAStraceReportIsForThoseWhoReadInternalNotes(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		customer := i.Person("ann@acme.example", "Ann")
		send(i, ann)
		id := tickets(i)[0].ID
		file := attach(i, agent, id, "t.log", []byte(traced))
		other := i.Person("eve@other.example", "Eve")
		_, err := straceReports(i, customer, id)
		refusedAs(t, err, fault.NotFound) // people without a role work on nothing here; observers are among the API's scenes
		_, err = straceReports(i, other, id)
		refusedAs(t, err, fault.NotFound)
		web := i.Serve()
		get := func(by act.Actor, path string) (int, http.Header, string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/api/v1"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if by.PersonID != 0 {
				req.Header.Set("Authorization", "Bearer "+i.TokenFor(by, "*"))
			}
			res, err := web.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			b, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, res.Header, string(b)
		}
		path := fmt.Sprintf("/files/%d/trace", file)
		for who, c := range map[string]struct {
			by   act.Actor
			want int
		}{"agent": {agent, 200}, "its customer": {customer, 404}, "another customer": {other, 404}, "nobody": {act.Actor{}, 401}} {
			code, h, body := get(c.by, path)
			if code != c.want {
				t.Errorf("%s gets %d, want %d: %.200s", who, code, c.want, body)
			}
			if code != 200 {
				if strings.Contains(body, "nowhere") {
					t.Errorf("%s reads of the log", who)
				}
				continue
			}
			csp := h.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "sandbox") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") || len(h.Values("Content-Security-Policy")) != 1 {
				t.Errorf("policy %q", h.Values("Content-Security-Policy"))
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "no-store") || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
				t.Errorf("headers %v", h)
			}
			if strings.Contains(body, "<script") || strings.Contains(body, "opensesame") || !strings.Contains(body, "/nowhere/") || !strings.Contains(body, "t.log") {
				t.Errorf("the page is not what it should be: %.300s", body)
			}
		}
	})
}

func TestAStraceReportGoesWithItsFile(t *testing.T) {
	for name, remove := range map[string]func(*apptest.Instance, int64, int64) error{
		"the file is redacted": func(i *apptest.Instance, ticket, file int64) error {
			_, err := redact(i, i.Root(), desk.NewRedaction{TicketID: ticket, Files: []int64{file}}, false)
			return err
		},
		"words are redacted": func(i *apptest.Instance, ticket, _ int64) error {
			_, err := redact(i, i.Root(), desk.NewRedaction{TicketID: ticket, Words: []string{"holding"}}, false)
			return err
		},
		"the ticket is purged": func(i *apptest.Instance, ticket, _ int64) error {
			err := inTx(i, func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.Delete(ctx, tx, i.Root(), ticket)
				return err
			})
			i.Clock.Advance(60 * 24 * time.Hour)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, i *apptest.Instance) {
				agent := i.Person("maria@company.example", "Maria", "agent")
				l := ann
				l.text, l.html = "It is holding.", "<p>It is holding.</p>"
				send(i, l)
				id := tickets(i)[0].ID
				file := attach(i, agent, id, "t.log", []byte(traced))
				if i.Count(`SELECT count(*) FROM trace_report`) != 1 {
					t.Fatal("there is no report")
				}
				i.Clock.Advance(2 * time.Hour)
				if err := remove(i, id, file); err != nil {
					t.Fatal(err)
				}
				i.Settle()
				if n := i.Count(`SELECT count(*) FROM trace_report`); n != 0 {
					t.Errorf("%d reports are left", n)
				}
				i.Verify()
			})
		})
	}
}

func TestAFileThatGoesBeforeItsJobHasNoReport(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		blob, err := i.App.Files.PutBytes(t.Context(), []byte(traced), i.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.Reply(ctx, tx, agent, id, desk.Message{Agent: true, Channel: "web", Text: "x", HTML: "<p>x</p>", Files: []desk.Attachment{{Blob: blob, Filename: "x"}}}, "")
			return err
		})
		if i.Count(`SELECT count(*) FROM job WHERE kind = 'trace.report'`) != 1 {
			t.Fatal("no job waits")
		}
		c := comments(i, id)
		if _, err := redact(i, i.Root(), desk.NewRedaction{TicketID: id, Files: []int64{c[len(c)-1].Files[0].ID}}, false); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM trace_report`) + i.Count(`SELECT count(*) FROM job WHERE kind = 'trace.report'`); n != 0 {
			t.Errorf("%d reports and jobs are left", n)
		}
	})
}

func TestACustomersStraceLogHasAReportUntilTheyAreErased(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		raw := "From: Ann <ann@acme.example>\r\nMessage-ID: <f@acme.example>\r\nSubject: A file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere.\r\n" +
			"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n" + strings.ReplaceAll(traced, "\n", "\r\n") + "--b--\r\n"
		i.Mail("ann@acme.example", apptest.Mailbox, []byte(raw))
		i.Settle()
		tk := tickets(i)[0]
		all, err := straceReports(i, i.Root(), tk.ID)
		if err != nil || len(all) != 1 || all[0].State != trace.Ready {
			t.Fatalf("%+v %v", all, err)
		}
		i.Clock.Advance(2 * time.Hour)
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Erase(ctx, tx, i.Root(), tk.RequesterID, tk.RequesterID, "asked for it")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM trace_report`); n != 0 {
			t.Errorf("%d reports are left", n)
		}
		i.Verify()
	})
}

// TestALogIsAnalysedAgain: for whoever works on the ticket, unless its report was removed with the words it quotes.
func TestALogIsAnalysedAgain(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		send(i, ann)
		agent := i.Person("again@company.example", "A", "agent")
		customer := i.Person("again@acme.example", "C")
		ticket := tickets(i)[0].ID
		log := attach(i, agent, ticket, "a.log", []byte(traced))
		again := func(by act.Actor, file int64) error {
			return i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.TraceAgain(ctx, tx, by, ticket, file)
				return err
			})
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE trace_report SET state = 'over', reason = 'It broke off.'`)
			return err
		})
		if err := again(customer, log); err == nil {
			t.Error("a customer has it analysed again")
		}
		if err := again(agent, log+1000); !fault.Is(err, fault.NotFound) {
			t.Errorf("a file of another ticket: %v", err)
		}
		if err := again(agent, log); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if all, err := straceReports(i, agent, ticket); err != nil || len(all) != 1 || all[0].State != trace.Ready {
			t.Errorf("%+v, %v", all, err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM trace_report`)
			return err
		})
		if err := again(agent, log); !fault.Is(err, fault.NotFound) {
			t.Errorf("one whose report was removed: %v", err)
		}
	})
}
