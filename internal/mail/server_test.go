package mail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"steward/internal/fault"
)

// memorySink keeps what it accepts.
type memorySink struct {
	mu        sync.Mutex
	envelopes []Envelope
	raws      [][]byte
	refused   []string // sender and size
	known     func(recipient string) error
	accept    func(ctx context.Context) error
}

func (m *memorySink) Refused(_ context.Context, e Envelope, size int64, _ string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused = append(m.refused, fmt.Sprintf("%s %d", e.From, size))
}

func (m *memorySink) Known(_ context.Context, r string) error {
	if m.known != nil {
		return m.known(r)
	}
	return nil
}

func (m *memorySink) Accept(ctx context.Context, e Envelope, raw []byte) error {
	if m.accept != nil {
		if err := m.accept(ctx); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.envelopes, m.raws = append(m.envelopes, e), append(m.raws, raw)
	return nil
}

func (m *memorySink) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.raws)
}

// startServer runs a server for the test and returns its address.
func startServer(t *testing.T, c ServerConfig, sink Sink) (*Server, string) {
	t.Helper()
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	s := NewServer(c, sink)
	l, err := s.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = s.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s, l.Addr().String()
}

// dialogue is a client that speaks line by line.
type dialogue struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func dialogueWith(t *testing.T, addr string) *dialogue {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	d := &dialogue{t, c, bufio.NewReader(c)}
	t.Cleanup(func() { c.Close() })
	return d
}

// expect reads one answer, of any number of lines, and checks how it begins.
func (d *dialogue) expect(want string) string {
	d.t.Helper()
	for {
		line, err := d.r.ReadString('\n')
		if err != nil {
			d.t.Fatalf("waiting for %q: %v", want, err)
		}
		if len(line) > 3 && line[3] == '-' {
			continue
		}
		if !strings.HasPrefix(line, want) {
			d.t.Fatalf("got %q, want %q", strings.TrimSpace(line), want)
		}
		return strings.TrimSpace(line)
	}
}

func (d *dialogue) say(s string) {
	d.t.Helper()
	if _, err := io.WriteString(d.Conn, strings.ReplaceAll(s, "\n", "\r\n")); err != nil {
		d.t.Fatal(err)
	}
}

func TestServerStoresEachMessageOnceAndExactly(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{Domain: "mx.acme.example"}, sink)
	d := dialogueWith(t, addr)
	d.expect("220 mx.acme.example")
	// Pipelined, two recipients, a line that begins with a dot, a bare LF.
	d.say("EHLO client.example\nMAIL FROM:<ann@customer.example>\nRCPT TO:<a@acme.example>\nRCPT TO:<b@acme.example>\nDATA\n")
	for _, want := range []string{"250", "250", "250", "250", "354"} {
		d.expect(want)
	}
	_, _ = io.WriteString(d.Conn, "Subject: x\r\n\r\n..dot\r\nbare\nlf\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<a@acme.example>\r\nDATA\r\n")
	for _, want := range []string{"250", "250", "250", "354"} {
		d.expect(want)
	}
	d.say("Subject: bounce\n\n.\nQUIT\n")
	d.expect("250")
	d.expect("221")
	if sink.count() != 2 {
		t.Fatalf("%d messages stored, want 2", sink.count())
	}
	if got, want := string(sink.raws[0]), "Subject: x\r\n\r\n.dot\r\nbare\nlf\r\n"; got != want {
		t.Errorf("stored %q, want %q", got, want)
	}
	e := sink.envelopes[0]
	if e.From != "ann@customer.example" || strings.Join(e.To, " ") != "a@acme.example b@acme.example" || e.Helo != "client.example" || e.Protocol != "SMTP" || e.RemoteAddr == "" {
		t.Errorf("envelope %+v", e)
	}
	if e := sink.envelopes[1]; e.From != "" || len(e.To) != 1 {
		t.Errorf("second envelope %+v still has something of the first", e)
	}
}

func TestServerAnswersSayWhatIsWrong(t *testing.T) {
	var next error
	sink := &memorySink{
		known: func(r string) error {
			switch r {
			case "nobody@acme.example":
				return fault.New(fault.NotFound, "There is no mailbox of that name.")
			case "busy@acme.example":
				return fault.New(fault.Unavailable, "The directory is being moved.")
			case "broken@acme.example":
				return errors.New("secret detail")
			}
			return nil
		},
		accept: func(context.Context) error { return next },
	}
	_, addr := startServer(t, ServerConfig{MaxBytes: 10 << 10}, sink)
	d := dialogueWith(t, addr)
	d.expect("220")
	d.say("EHLO x\nMAIL FROM:<a@b.example> SIZE=20000\n")
	d.expect("250")
	d.expect("552 5.3.4")
	d.say("MAIL FROM:<a@b.example>\nRCPT TO:<nobody@acme.example>\nRCPT TO:<busy@acme.example>\nRCPT TO:<broken@acme.example>\nRSET\n")
	d.expect("250")
	if got := d.expect("550 5.1.1"); !strings.Contains(got, "no mailbox") {
		t.Errorf("refusal says %q", got)
	}
	d.expect("451 4.3.0 The directory is being moved")
	if got := d.expect("451 4.3.0"); strings.Contains(got, "secret") {
		t.Errorf("an internal error is told to strangers: %q", got)
	}
	d.expect("250")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{fault.New(fault.TooLarge, "The message is larger than this mailbox takes (1 MB)."), "552 5.3.4 The message is larger than this mailbox takes (1 MB)."},
		{fault.New(fault.Unavailable, "Storage is full."), "451 4.3.0 Storage is full."},
		{fault.New(fault.Invalid, "No."), "554 5.6.0 No."},
		{fmt.Errorf("storing: %w", errors.New("secret detail")), "451 4.3.0 The message could not be stored, try again later"},
		{nil, "250"},
	} {
		next = tt.err
		d.say("MAIL FROM:<a@b.example>\nRCPT TO:<a@acme.example>\nDATA\n")
		d.expect("250")
		d.expect("250")
		d.expect("354")
		d.say("x\n.\n")
		d.expect(tt.want)
	}
	d.say("MAIL FROM:<a@b.example>\nRCPT TO:<a@acme.example>\nDATA\n")
	d.expect("250")
	d.expect("250")
	d.expect("354")
	d.say(strings.Repeat("0123456789\n", 1000) + ".\n")
	if got := d.expect("552 5.3.4"); !strings.Contains(got, "10240 bytes") {
		t.Errorf("the answer does not name the limit: %q", got)
	}
	d.say("NOOP\n") // the dialogue goes on
	d.expect("250")
}

func TestServerTakesMessagesBelowTheLimit(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{MaxBytes: 1000}, sink)
	for _, tt := range []struct {
		size int
		ok   bool
	}{{998, true}, {999, true}, {1001, false}, {5000, false}} {
		c, err := smtp.Dial(addr)
		if err != nil {
			t.Fatal(err)
		}
		body := strings.Repeat("x", tt.size-2) + "\r\n"
		if err := c.SendMail("a@b.example", []string{"c@acme.example"}, strings.NewReader(body)); (err == nil) != tt.ok {
			t.Errorf("%d bytes: %v, want accepted %v", tt.size, err, tt.ok)
		}
		c.Close()
	}
}

func TestServerStoresNothingOfAClientThatVanishes(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{}, sink)
	for _, half := range []string{
		"DATA\nSubject: half\n\nhello\n",
		"BDAT 10\nhello",
		"BDAT 5\nhello",
		"DATA\nSubject: half\n\nhello\n.",
	} {
		d := dialogueWith(t, addr)
		d.expect("220")
		d.say("EHLO x\nMAIL FROM:<a@b.example>\nRCPT TO:<a@acme.example>\n" + half)
		d.expect("250")
		d.expect("250")
		d.expect("250")
		d.Close()
	}
	// A whole message afterwards shows that the earlier ones are over.
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SendMail("a@b.example", []string{"a@acme.example"}, strings.NewReader("whole\r\n")); err != nil {
		t.Fatal(err)
	}
	if sink.count() != 1 || string(sink.raws[0]) != "whole\r\n" {
		t.Errorf("stored %q, want only the whole message", sink.raws)
	}
}

func TestServerTakesChunkedMail(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{}, sink)
	d := dialogueWith(t, addr)
	d.expect("220")
	d.say("EHLO x\nMAIL FROM:<a@b.example>\nRCPT TO:<a@acme.example>\nBDAT 5\n")
	_, _ = io.WriteString(d.Conn, "helloBDAT 6 LAST\r\n\r\n.\r\nx")
	for _, want := range []string{"250", "250", "250", "250", "250"} {
		d.expect(want)
	}
	if sink.count() != 1 || string(sink.raws[0]) != "hello\r\n.\r\nx" {
		t.Errorf("stored %q", sink.raws)
	}
}

func TestServerTakesManyClientsAtOnce(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{}, sink)
	const clients, each = 64, 5
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			c, err := smtp.Dial(addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for j := range each {
				body := fmt.Sprintf("Subject: %d.%d\r\n\r\n%s\r\n", i, j, strings.Repeat(fmt.Sprintf("%02d", i), 5000))
				if err := c.SendMail("a@b.example", []string{"a@acme.example"}, strings.NewReader(body)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if sink.count() != clients*each {
		t.Fatalf("%d stored, want %d", sink.count(), clients*each)
	}
	for _, raw := range sink.raws {
		var i, j int
		if _, err := fmt.Sscanf(string(raw), "Subject: %d.%d", &i, &j); err != nil || !bytes.Contains(raw, []byte(strings.Repeat(fmt.Sprintf("%02d", i), 5000))) {
			t.Fatal("the messages of two clients are mixed")
		}
	}
}

func TestServerTurnsAwayConnectionsBeyondItsLimit(t *testing.T) {
	_, addr := startServer(t, ServerConfig{MaxConns: 1}, &memorySink{})
	first := dialogueWith(t, addr)
	first.expect("220")
	dialogueWith(t, addr).expect("421 4.3.2 Too many connections")
	first.say("QUIT\n")
	first.expect("221")
	first.Close()
	for range 200 { // the place becomes free when the server has noticed
		d := dialogueWith(t, addr)
		if line, _ := d.r.ReadString('\n'); strings.HasPrefix(line, "220") {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("the place of a connection that ended is never free again")
}

func TestShutdownWaitsForMailInFlightAndEndsIdleConnections(t *testing.T) {
	storing, finish := make(chan struct{}), make(chan struct{})
	sink := &memorySink{accept: func(context.Context) error { close(storing); <-finish; return nil }}
	s, addr := startServer(t, ServerConfig{}, sink)
	idle := dialogueWith(t, addr)
	idle.expect("220")
	busy := dialogueWith(t, addr)
	busy.expect("220")
	busy.say("EHLO x\nMAIL FROM:<a@b.example>\nRCPT TO:<a@acme.example>\nDATA\nx\n.\n")
	<-storing
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(context.Background()) }()
	for range 4 {
		busy.r.ReadString('\n')
	}
	select {
	case err := <-done:
		t.Fatalf("Shutdown did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(finish)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(busy.r)
	if !strings.Contains(string(rest), "250 2.0.0") {
		t.Errorf("the mail in flight was answered %q, want 250", rest)
	}
	if sink.count() != 1 {
		t.Errorf("%d stored, want 1", sink.count())
	}
}

func TestShutdownGivesUpWhenItsContextEnds(t *testing.T) {
	storing := make(chan struct{})
	sink := &memorySink{accept: func(ctx context.Context) error { close(storing); <-ctx.Done(); return ctx.Err() }}
	s, addr := startServer(t, ServerConfig{}, sink)
	d := dialogueWith(t, addr)
	d.say("EHLO x\nMAIL FROM:<a@b.example>\nRCPT TO:<a@acme.example>\nDATA\nx\n.\n")
	<-storing
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's end", err)
	}
	if sink.count() != 0 {
		t.Error("a message that was cut off counts as stored")
	}
}

func TestLMTPAnswersForEachRecipient(t *testing.T) {
	sink := &memorySink{known: func(r string) error {
		if r == "nobody@acme.example" {
			return fault.New(fault.NotFound, "There is no mailbox of that name.")
		}
		return nil
	}}
	path := filepath.Join(t.TempDir(), "lmtp.sock")
	startServer(t, ServerConfig{Addr: "unix:" + path, LMTP: true}, sink)
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	defer c.Close()
	if err := c.Mail("a@b.example", nil); err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{"a@acme.example", "nobody@acme.example", "b@acme.example"} {
		if err := c.Rcpt(r, nil); (err != nil) != strings.HasPrefix(r, "nobody") {
			t.Fatalf("%s: %v", r, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "Subject: x\r\n\r\nhello\r\n")
	answers, err := w.CloseWithLMTPResponse()
	if err != nil || len(answers) != 2 {
		t.Fatalf("answers %v, %v; want one for each of 2 recipients", answers, err)
	}
	if sink.count() != 1 || len(sink.envelopes[0].To) != 2 || sink.envelopes[0].Protocol != "LMTP" {
		t.Errorf("stored %d times, envelope %+v; want once for both", sink.count(), sink.envelopes)
	}
}

// swaks is a mail client that nobody here wrote.
func swaks(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("swaks")
	if err != nil {
		t.Fatal("swaks is not installed; run make deps")
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	return string(out), err
}

func TestServerTakesMailFromSwaks(t *testing.T) {
	sink := &memorySink{known: func(r string) error {
		if strings.HasPrefix(r, "nobody") {
			return fault.New(fault.NotFound, "There is no mailbox of that name.")
		}
		return nil
	}}
	_, addr := startServer(t, ServerConfig{}, sink)
	file := filepath.Join(t.TempDir(), "report.csv")
	if err := os.WriteFile(file, []byte("a;b\n1;2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := swaks(t, "--server", addr, "--from", "ann@customer.example", "--to", "a@acme.example,b@acme.example", "--pipeline",
		"--header", "Subject: Report", "--body", "see attached", "--attach", "@"+file, "--attach-type", "text/csv")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m := Parse(sink.raws[0])
	if m.Subject != "Report" || m.From.Email != "ann@customer.example" || !strings.Contains(m.Text, "see attached") || len(m.Attachments) != 1 || string(m.Attachments[0].Data) != "a;b\n1;2\n" {
		t.Errorf("read as %+v", m)
	}
	if out, err := swaks(t, "--server", addr, "--from", "a@b.example", "--to", "nobody@acme.example"); err == nil || !strings.Contains(out, "550 5.1.1") {
		t.Errorf("an unknown recipient: %v\n%s", err, out)
	}
	sock := filepath.Join(t.TempDir(), "lmtp.sock")
	startServer(t, ServerConfig{Addr: "unix:" + sock, LMTP: true}, sink)
	if out, err := swaks(t, "--protocol", "LMTP", "--socket", sock, "--from", "a@b.example", "--to", "a@acme.example,nobody@acme.example"); err != nil {
		t.Errorf("LMTP: %v\n%s", err, out)
	}
	if got := sink.count(); got != 2 {
		t.Errorf("%d messages stored, want 2", got)
	}
}
