package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/mail"
)

// nodes opens one database n times and runs each until the test ends; stop ends one.
func nodes(t *testing.T, n int, o app.Options) (all []*app.App, stop []func()) {
	t.Helper()
	for k := range n {
		a, err := app.New(t.Context(), o)
		must(t, err)
		if k == 0 {
			_, err := a.Init(t.Context(), "admin@company.example", "")
			must(t, err)
			apply(t, a, "")
		}
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { a.Run(ctx) })
		end := sync.OnceFunc(func() { cancel(); running.Wait(); a.DB.Close() })
		t.Cleanup(end)
		all, stop = append(all, a), append(stop, end)
	}
	return all, stop
}

// number answers a query for one number.
func number(t *testing.T, a *app.App, query string) (n int) {
	t.Helper()
	must(t, a.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, query).Scan(&n) }))
	return n
}

func fetched(host string, port int, more string) string {
	return fmt.Sprintf("kind: mailbox\nname: support\ntitle: Support\naddress: support@company.example\nimap:\n  host: %s\n  port: %d\n  username: support\n  password: env:STEWARD_TEST_IMAP\n%s", host, port, more)
}

func letters(t *testing.T, n int, subject string) []byte {
	return letter{from: fmt.Sprintf("p%d@acme.example", n), subject: subject, id: fmt.Sprintf("%s%d@acme.example", subject, n), text: "hello"}.raw(t, time.Date(2026, 3, 9, 9, 0, n, 0, time.UTC))
}

func TestIMAPMailIsFetchedAsItComes(t *testing.T) {
	t.Setenv("STEWARD_TEST_IMAP", "secret")
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, c := range []struct{ after, tls string }{{"move Steward", "implicit"}, {"delete", "starttls"}, {"keep", "none"}} {
			t.Run(string(e)+" "+c.after, func(t *testing.T) {
				t.Parallel() // it waits most of the time
				d := startDovecot(t)
				all, _ := nodes(t, 1, app.Options{DB: dbtest.Options(t, e), CatchMail: true, MailTLS: d.tls})
				a := all[0]
				d.put(t, "before", letters(t, 0, "before"), time.Now().Add(-time.Hour))
				port := d.imap
				if c.tls == "implicit" {
					port = d.imaps
				}
				apply(t, a, fetched("127.0.0.1", port, fmt.Sprintf("  tls: %s\n  after: %s\n", c.tls, c.after)))
				old := 1 // with keep, what was there before stays
				if c.after == "keep" {
					old = 0
				}
				until(t, "the folder was looked at", func() bool { return number(t, a, `SELECT count(*) FROM mail_folder WHERE looked > 0`) == 1 })
				for n := range 20 {
					d.put(t, fmt.Sprint("new", n), letters(t, n, "new"), time.Now())
				}
				begun := time.Now()
				until(t, "all of it became tickets", func() bool { return number(t, a, `SELECT count(*) FROM ticket`) == 20+old })
				if c.tls != "none" && time.Since(begun) > 30*time.Second {
					t.Errorf("it took %v: the server's news were not heard", time.Since(begun))
				}
				until(t, "the server's folder is settled", func() bool {
					switch c.after {
					case "delete":
						return d.count("") == 0
					case "keep":
						return d.count("") == 21
					}
					return d.count("") == 0 && d.count(".Steward") == 21
				})
				if n := number(t, a, `SELECT count(*) FROM mail_in`); n != 20+old {
					t.Errorf("%d mails were stored", n)
				}
			})
		}
	}
}

func TestIMAPBeginsAgainWhenTheServerCountsAnew(t *testing.T) {
	t.Setenv("STEWARD_TEST_IMAP", "secret")
	d := startDovecot(t)
	all, _ := nodes(t, 1, app.Options{DB: dbtest.Options(t, db.Postgres), CatchMail: true, MailTLS: d.tls})
	a := all[0]
	for n := range 3 {
		d.put(t, fmt.Sprint("old", n), letters(t, n, "old"), time.Now().Add(-48*time.Hour))
	}
	apply(t, a, fetched("127.0.0.1", d.imaps, ""))
	until(t, "the folder was looked at", func() bool { return number(t, a, `SELECT count(*) FROM mail_folder WHERE looked > 0`) == 1 })
	for n := range 5 {
		d.put(t, fmt.Sprint("new", n), letters(t, n, "new"), time.Now().Add(2*time.Second))
	}
	until(t, "five tickets", func() bool { return number(t, a, `SELECT count(*) FROM ticket`) == 5 })
	validity := number(t, a, `SELECT uid_validity FROM mail_folder`)
	// The server loses its numbers: everything is renumbered under another UIDVALIDITY.
	d.stop()
	for _, f := range []string{"dovecot-uidlist", "dovecot-uidvalidity", "dovecot.index", "dovecot.index.log", "dovecot.index.cache", "dovecot.list.index.log"} {
		os.Remove(d.dir + "/mail/" + f)
	}
	matches, _ := os.ReadDir(d.dir + "/mail")
	for _, m := range matches {
		if !m.IsDir() {
			os.Remove(d.dir + "/mail/" + m.Name())
		}
	}
	must(t, os.WriteFile(d.dir+"/mail/dovecot-uidvalidity", []byte(fmt.Sprintf("%08x", validity+100)), 0o644), os.WriteFile(d.dir+"/mail/dovecot-uidvalidity."+fmt.Sprintf("%08x", validity+100), nil, 0o644))
	d.own(t)
	d.start(t, "/usr/sbin/dovecot")
	d.put(t, "later", letters(t, 9, "later"), time.Now().Add(2*time.Second))
	until(t, "the later one, too", func() bool { return number(t, a, `SELECT count(*) FROM ticket`) == 6 })
	if now := number(t, a, `SELECT uid_validity FROM mail_folder`); now == validity {
		t.Errorf("the server kept its numbers (%d)", now)
	}
}

func TestIMAPFolderIsSharedByNodes(t *testing.T) {
	t.Setenv("STEWARD_TEST_IMAP", "secret")
	d := startDovecot(t)
	all, stop := nodes(t, 3, app.Options{DB: dbtest.Options(t, db.Postgres), CatchMail: true, MailTLS: d.tls})
	apply(t, all[0], fetched("127.0.0.1", d.imaps, "  after: move Steward\n"))
	sent := 0
	more := func() {
		for range 10 {
			d.put(t, fmt.Sprint("m", sent), letters(t, sent, "shared"), time.Now())
			sent++
		}
	}
	more()
	last := all[2]
	until(t, "ten tickets", func() bool { return number(t, last, `SELECT count(*) FROM ticket`) == sent })
	if n := number(t, last, `SELECT count(*) FROM job WHERE kind = 'mail.fetch'`); n != 1 {
		t.Errorf("%d jobs for one folder", n)
	}
	for k := range 2 { // whoever holds it may go
		stop[k]()
		more()
		until(t, "the others go on", func() bool { return number(t, last, `SELECT count(*) FROM ticket`) == sent })
	}
	if n := number(t, last, `SELECT count(*) FROM mail_in`); n != sent {
		t.Errorf("%d mails stored of %d", n, sent)
	}
}

// cutting forwards to a port and cuts each connection after so many bytes from the server,
// until it is told to leave them alone.
func cutting(t *testing.T, port int, after func() int64) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				out, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
				if err != nil {
					return
				}
				defer out.Close()
				go func() { _, _ = io.Copy(out, in) }()
				if most := after(); most > 0 {
					_, _ = io.CopyN(in, out, most)
				} else {
					_, _ = io.Copy(in, out)
				}
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func TestIMAPLosesAndDoublesNothingWhenConnectionsBreak(t *testing.T) {
	t.Setenv("STEWARD_TEST_IMAP", "secret")
	for _, after := range []string{"move Steward", "keep"} {
		for _, e := range []db.Engine{db.SQLite, db.Postgres} {
			t.Run(string(e)+" "+after, func(t *testing.T) {
				t.Parallel() // it waits most of the time
				d := startDovecot(t)
				const mails = 12
				for n := range mails {
					d.put(t, fmt.Sprint("m", n), letters(t, n, "cut"), time.Now().Add(time.Hour))
				}
				var connections atomic.Int64
				port := cutting(t, d.imap, func() int64 {
					if n := connections.Add(1); n <= 8 {
						return 300 + n*811 // somewhere in the greeting, in the list, in a message, at the end
					}
					return 0
				})
				all, _ := nodes(t, 1, app.Options{DB: dbtest.Options(t, e), CatchMail: true, Patience: 1200 * time.Millisecond})
				apply(t, all[0], fetched("127.0.0.1", port, "  tls: none\n  existing: take\n  after: "+after+"\n"))
				until(t, "everything is here", func() bool { return number(t, all[0], `SELECT count(*) FROM ticket`) == mails })
				until(t, "the folder is settled", func() bool {
					return after == "keep" && number(t, all[0], `SELECT last_uid FROM mail_folder`) == mails || d.count(".Steward") == mails && d.count("") == 0
				})
				if n := number(t, all[0], `SELECT count(*) FROM mail_in`); n != mails {
					t.Errorf("%d mails were stored", n)
				}
				if n := connections.Load(); n < 3 {
					t.Errorf("only %d connections: nothing was cut", n)
				}
			})
		}
	}
}

func TestIMAPLeavesWhatIsTooLarge(t *testing.T) {
	t.Setenv("STEWARD_TEST_IMAP", "secret")
	d := startDovecot(t)
	big := append(letters(t, 1, "big"), strings.Repeat(strings.Repeat("x", 70)+"\r\n", 51<<20/72)...)
	d.put(t, "big", big, time.Now())
	d.put(t, "small", letters(t, 2, "small"), time.Now())
	all, _ := nodes(t, 1, app.Options{DB: dbtest.Options(t, db.SQLite), CatchMail: true, MailTLS: d.tls})
	apply(t, all[0], fetched("127.0.0.1", d.imaps, "  after: delete\n"))
	until(t, "the small one is here", func() bool { return number(t, all[0], `SELECT count(*) FROM ticket`) == 1 })
	var list []mail.Refusal
	until(t, "the large one is noted", func() bool {
		must(t, all[0].DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			list, _, err = all[0].Mail.Refusals(ctx, tx, all[0].Root(), db.Page{})
			return err
		}))
		return len(list) == 1
	})
	if r := list[0]; r.Sender != "p1@acme.example" || r.Subject != "big" || r.Size < 50<<20 || !strings.Contains(r.Reason, "stays in its folder") {
		t.Errorf("noted as %+v", r)
	}
	// The folder is tidied once the round has stored what it brought.
	until(t, "the small one alone is deleted", func() bool { return d.count("") == 1 })
}

func TestIMAPWithAWrongPasswordSaysSo(t *testing.T) {
	t.Setenv("STEWARD_TEST_IMAP", "wrong password of mine")
	d := startDovecot(t)
	all, _ := nodes(t, 1, app.Options{DB: dbtest.Options(t, db.SQLite), CatchMail: true, MailTLS: d.tls})
	apply(t, all[0], fetched("127.0.0.1", d.imaps, ""))
	var folders []mail.Folder
	until(t, "the trouble shows", func() bool {
		must(t, all[0].DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			folders, err = all[0].Mail.Folders(ctx, tx, all[0].Root())
			return err
		}))
		return len(folders) == 1 && folders[0].Error != ""
	})
	if !strings.Contains(folders[0].Error, "signing in") || strings.Contains(folders[0].Error, "of mine") {
		t.Errorf("the trouble is %q", folders[0].Error)
	}
}
