package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/mail"
)

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "steward-e2e-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "steward")
	if out, err := exec.Command("go", "build", "-o", binary, "steward/cmd/steward").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n", out)
		os.Exit(1)
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the program's own log is what counts
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// each runs a test once per engine, with the flags that name its database.
func each(t *testing.T, test func(t *testing.T, where []string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, []string{"--data", dbtest.Folder(t)}) })
	t.Run("postgres", func(t *testing.T) { test(t, []string{"--database", dbtest.URL(t)}) })
}

// options are the same database for tests that look into it.
func options(where []string) db.Options {
	if where[0] == "--data" {
		return db.Options{Dir: where[1]}
	}
	return db.Options{URL: where[1]}
}

// steward runs a command and returns its output; it must succeed.
func steward(t testing.TB, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	c := exec.Command(binary, args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("steward %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

// server is the program under test: it may be killed and started again.
type server struct {
	t          testing.TB
	where      []string
	token      string
	http, smtp string
	peer       *peer
	prefix     []string // run through another program
	cmd        *exec.Cmd
	logs       *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newServer makes an instance whose mail leaves through a peer of the test's.
func newServer(t testing.TB, where []string) *server {
	t.Helper()
	s := &server{t: t, where: where, peer: newPeer(t), logs: &lockedBuffer{}}
	out := strings.TrimSpace(steward(t, append([]string{"init", "--admin", "admin@company.example"}, where...)...))
	lines := strings.Split(out, "\n")
	s.token = lines[len(lines)-1]
	dir := t.TempDir()
	text := fmt.Sprintf("kind: mailbox\nname: support\ntitle: Support\naddress: support@company.example\nteam: support\noutgoing: { host: 127.0.0.1, port: %d, security: none }\n", s.peer.port)
	if err := os.WriteFile(filepath.Join(dir, "mailbox.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	steward(t, append([]string{"apply", dir}, where...)...)
	s.http, s.smtp = fmt.Sprintf("127.0.0.1:%d", dbtest.FreePort(t)), fmt.Sprintf("127.0.0.1:%d", dbtest.FreePort(t))
	t.Cleanup(func() { s.kill() })
	return s
}

// start starts the program and waits until it is ready.
func (s *server) start() {
	s.t.Helper()
	args := append([]string{"serve", "--listen", s.http, "--smtp", s.smtp}, s.where...)
	all := append(append(append([]string{}, s.prefix...), binary), args...)
	s.cmd = exec.Command(all[0], all[1:]...)
	s.cmd.Stderr, s.cmd.Stdout = s.logs, s.logs
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.ready()
}

// ready waits until the program can serve.
func (s *server) ready() {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		if a := s.call("GET", "/readyz", nil); a.status == 200 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("not ready:\n%s", s.logs)
		}
		time.Sleep(3 * time.Millisecond)
	}
}

// kill ends the program at once, wherever it is.
func (s *server) kill() {
	if s.cmd != nil {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// stop asks the program to end and returns its exit code.
func (s *server) stop() int {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
	code := s.cmd.ProcessState.ExitCode()
	s.cmd = nil
	return code
}

type answer struct {
	status int
	header http.Header
	body   string
}

var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

// call calls the program; status 0 means that no answer came.
func (s *server) call(method, path string, in any, headers ...string) answer {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			s.t.Error(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, "http://"+s.http+path, body)
	if err != nil {
		s.t.Error(err)
		return answer{}
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	for n := 0; n < len(headers); n += 2 {
		req.Header.Set(headers[n], headers[n+1])
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

type obj = map[string]any

// send sends a mail; nil means that the program said it has it.
func (s *server) send(from, id, text string) error {
	return smtp.SendMail(s.smtp, nil, from, []string{"support@company.example"}, fmt.Appendf(nil,
		"From: %s\r\nTo: support@company.example\r\nMessage-ID: <%s>\r\nSubject: %s\r\nDate: Mon, 09 Mar 2026 09:00:00 +0000\r\n\r\n%s\r\n", from, id, id, text))
}

// peer is the customer's mail server: it keeps what it has confirmed.
type peer struct {
	port int
	mu   sync.Mutex
	got  [][]byte
}

func newPeer(t testing.TB) *peer {
	t.Helper()
	p := &peer{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	srv := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return peerSession{p}, nil }))
	srv.Domain = "peer.example"
	srv.ErrorLog = log.New(io.Discard, "", 0)
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return p
}

func (p *peer) all() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([][]byte(nil), p.got...)
}

type peerSession struct{ p *peer }

func (peerSession) Mail(string, *gosmtp.MailOptions) error { return nil }
func (peerSession) Rcpt(string, *gosmtp.RcptOptions) error { return nil }
func (peerSession) Reset()                                 {}
func (peerSession) Logout() error                          { return nil }
func (n peerSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	n.p.mu.Lock()
	defer n.p.mu.Unlock()
	n.p.got = append(n.p.got, raw)
	return nil
}

// ours reads a mail that reached the peer.
func ours(raw []byte) (messageID, text string) {
	m := mail.Parse(raw)
	return m.MessageID, strings.TrimSpace(m.Text)
}
