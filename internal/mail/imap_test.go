package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/blueprint"
)

// badServer is an IMAP server that says for each command what it is told to: the first of
// says whose key the command begins with, after its tag. {{tag}} stands for the tag; "…" at
// the end says no more, and "✂" hangs up.
func badServer(t *testing.T, greeting string, says ...[2]string) (spec IMAP, connections *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	connections = new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer c.Close()
				if greeting == "" {
					_, _ = io.Copy(io.Discard, c)
					return
				}
				fmt.Fprintf(c, "%s\r\n", greeting)
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if !badAnswer(c, line, says) {
						return
					}
				}
			}()
		}
	}()
	t.Setenv("STEWARD_TEST_IMAP", "secret")
	return IMAP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: "none", Username: "u", Password: "env:STEWARD_TEST_IMAP"}, connections
}

func badAnswer(c net.Conn, line string, says [][2]string) bool {
	tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
	usual := [][2]string{{"CAPABILITY", "* CAPABILITY IMAP4rev1\r\n{{tag}} OK\r\n"}, {"LOGIN", "{{tag}} OK [CAPABILITY IMAP4rev1] in\r\n"},
		{"SELECT", "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n{{tag}} OK [READ-WRITE] open\r\n"},
		{"UID SEARCH", "* SEARCH 1\r\n{{tag}} OK\r\n"}, {"UID FETCH 1 (INTERNALDATE", "* 1 FETCH (UID 1 RFC822.SIZE 100 INTERNALDATE \"09-Mar-2026 09:00:00 +0000\")\r\n{{tag}} OK\r\n"},
		{"", "{{tag}} OK\r\n"}}
	for _, s := range append(append([][2]string{}, says...), usual...) {
		if !strings.HasPrefix(command, s[0]) {
			continue
		}
		text, hangUp := strings.CutSuffix(s[1], "✂")
		text, silent := strings.CutSuffix(text, "…")
		_, err := io.WriteString(c, strings.ReplaceAll(text, "{{tag}}", tag))
		if silent {
			time.Sleep(5 * time.Second)
		}
		return err == nil && !hangUp
	}
	return false
}

func TestABadIMAPServerCostsNothingButPatience(t *testing.T) {
	const hello = "* OK [CAPABILITY IMAP4rev1] hello"
	for _, tt := range []struct {
		name, greeting string
		says           [][2]string
		want           string
	}{
		{"never greets", "", nil, "did not answer"},
		{"greets with a no", "* BYE go away", nil, "connecting"},
		{"never answers to LOGIN", hello, [][2]string{{"LOGIN", "…"}}, "did not answer"},
		{"refuses the password", hello, [][2]string{{"LOGIN", "{{tag}} NO wrong\r\n"}}, "signing in"},
		{"has no such folder", hello, [][2]string{{"SELECT", "{{tag}} NO none\r\n"}}, "opening the folder"},
		{"never answers to SEARCH", hello, [][2]string{{"UID SEARCH", "…"}}, "did not answer"},
		{"hangs up at SEARCH", hello, [][2]string{{"UID SEARCH", "✂"}}, ""},
		{"finds endless numbers", hello, [][2]string{{"UID SEARCH", "* SEARCH" + strings.Repeat(" 1 2 3 4 5 6 7 8", 1<<20) + "\r\n{{tag}} OK\r\n"}}, ""}, // more than is read, or more than there is time for
		{"finds a range of all numbers", hello, [][2]string{{"UID SEARCH", "* ESEARCH (TAG \"{{tag}}\") UID ALL 1:4294967295\r\n{{tag}} OK\r\n"}}, errFlood.Error()},
		{"chatters without end", hello, [][2]string{{"UID SEARCH", strings.Repeat("* OK still there\r\n", 1<<20) + "{{tag}} OK\r\n"}}, ""},
		{"drops in the middle of a message", hello, [][2]string{{"UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[] {100}\r\nFrom: a@b.example\r\n✂"}}, ""},
		{"stops in the middle of a message", hello, [][2]string{{"UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[] {100}\r\nFrom: a@b.example\r\n…"}}, "did not answer"},
		{"announces four gigabytes", hello, [][2]string{{"UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[] {4294967295}\r\nFrom: a@b.example\r\n…"}}, errTooLarge.Error()},
		{"announces more than there are numbers", hello, [][2]string{{"UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\nFrom…"}}, ""},
		{"sends another message", hello, [][2]string{{"UID FETCH 1 (UID BODY", "* 2 FETCH (UID 9 BODY[] {1}\r\nx)\r\n{{tag}} OK\r\n"}}, errGone.Error()},
		{"sends none", hello, [][2]string{{"UID FETCH 1 (UID BODY", "{{tag}} OK\r\n"}}, errGone.Error()},
		{"speaks something else", "220 smtp.example ESMTP", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spec, _ := badServer(t, tt.greeting, tt.says...)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			err := func() error {
				f, err := openIMAP(context.Background(), spec, nil, 300*time.Millisecond)
				if err != nil {
					return err
				}
				defer f.close()
				uids, err := f.search(0)
				if err != nil {
					return err
				}
				if _, err = f.list(uids); err != nil {
					return err
				}
				_, err = f.fetch(1, 1<<20, false)
				return err
			}()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want one with %q", err, tt.want)
			}
			if d := time.Since(begun); d > 4*time.Second {
				t.Errorf("it took %v", d)
			}
			if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 300<<20 {
				t.Errorf("it took %d MB", (after.TotalAlloc-before.TotalAlloc)>>20)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
	t.Run("STARTTLS that is not offered", func(t *testing.T) {
		spec, _ := badServer(t, hello, [2]string{"STARTTLS", "{{tag}} BAD what\r\n"}, [2]string{"LOGIN", "{{tag}} OK\r\n"})
		spec.TLS = "starttls"
		if _, err := openIMAP(context.Background(), spec, nil, time.Second); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
			t.Errorf("it went on in the clear: %v", err)
		}
	})
	t.Run("the end of the context ends it", func(t *testing.T) {
		spec, _ := badServer(t, hello)
		f, err := openIMAP(context.Background(), spec, nil, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := f.wait(ctx, time.Hour, func() bool { return true }); !errors.Is(err, context.Canceled) {
			t.Errorf("waiting ended with %v", err)
		}
	})
}

func TestAfterIsKeepMoveOrDelete(t *testing.T) {
	for text, want := range map[string]string{"": "keep ", "keep": "keep ", "delete": "delete ", "move Done": "move Done", "move  A B ": "move A B", "move": "", "drop": "", "delete all": ""} {
		what, target, err := IMAP{After: text}.after()
		got := what + " " + target
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if m := (IMAP{After: "delete"}).withDefaults(); m.Existing != "take" || m.Port != 993 || m.Folder != "INBOX" || m.Poll != blueprint.Duration(time.Minute) {
		t.Errorf("%+v", m)
	}
}
