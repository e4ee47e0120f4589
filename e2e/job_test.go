package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	gosmtp "github.com/emersion/go-smtp"

	"steward/internal/db"
	"steward/internal/db/dbtest"
)

var built = sync.OnceValues(func() (string, error) {
	if _, err := os.Stat("../web/dist/index.html"); err != nil {
		return "", errors.New("the workspace is not built: run `make build` first")
	}
	bin := filepath.Join(shared, "steward")
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/steward").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return bin, nil
})

// shared is a folder for all tests.
var shared string

func TestMain(m *testing.M) {
	var err error
	if shared, err = os.MkdirTemp("", "steward-e2e-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(shared)
	os.Exit(code)
}

// program is the program under test, built once.
func program(t *testing.T) string {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// TestMainJob carries one request from the customer's mail to the indicator, in a browser.
func TestMainJob(t *testing.T) {
	bin := program(t)
	for _, name := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(name), func(t *testing.T) {
			c := newCustomer(t)
			s := start(t, bin, empty(t, name).at, c)
			c.server = s.smtp
			control := http.Server{Handler: c.control()}
			ln := listen(t)
			go func() { _ = control.Serve(ln) }()
			t.Cleanup(func() { control.Close() })
			out, _ := filepath.Abs("../out/e2e/" + string(name))
			ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "node", "job.mjs", s.url, "http://"+ln.Addr().String(), out)
			text, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("the job in the browser: %v\n%s\nserver:\n%s", err, text, s.log.String())
			}
			t.Logf("%s", text)
		})
	}
}

// engine is an engine that a test in the browser runs on, with where its instance lives.
type engine struct {
	at []string   // as the program is told
	db db.Options // the same for an instance in this process
}

// engines are those that one of several tests runs on: by turns, so that together they meet both, and each on both in the
// long run.
func engines(turn int) []db.Engine {
	both := []db.Engine{db.SQLite, db.Postgres}
	if os.Getenv("STEWARD_LONG") != "" {
		return both
	}
	return both[turn%2 : turn%2+1]
}

// empty is a new database of an engine.
func empty(t *testing.T, name db.Engine) engine {
	if name == db.Postgres {
		url := dbtest.URL(t)
		return engine{[]string{"--database", url}, db.Options{URL: url}}
	}
	folder := dbtest.Folder(t)
	return engine{[]string{"--data", folder}, db.Options{Dir: folder, Own: true}}
}

// TestInTheBrowser does one job after the other in a browser, each in a workspace of its own.
func TestInTheBrowser(t *testing.T) {
	bin := program(t)
	for turn, job := range []struct{ script, does string }{
		{"aside", "answers with an article, asks a colleague aside by a macro, and opens the answer from a notice"},
		{"config", "changes a service level by form, sees what it would do, has it approved, applied and rolled back"},
		{"desk", "answers and solves incidents, lets mail in, takes a reply back, sends one later, asks for attention and hands over"},
		{"engineering", "lets a refused customer in, waits for an issue, and answers a known issue to all who have it"},
		{"fate", "names a colleague, merges, undoes, splits, redacts, deletes and restores"},
		{"health", "judges, notes, edits and imports accounts, claims usage, sees why a score changed, keeps the list as a view and has it as files"},
		{"many", "changes many tickets at once, sees how far it is, and takes it back"},
		{"palette", "finds records, actions, help and filters by Ctrl K, and keeps a search as a view"},
		{"people", "imports people by a file, mends what failed, and merges two"},
		{"together", "meets a colleague on a ticket in two browsers, and has what was put off come back"},
		{"trouble", "goes on after an ended session, a failing server, a slow network, a lost right and a deleted record"},
		{"learner", "lets an intern's reply be read, changed and sent by a mentor, in two browsers"},
		{"self", "chooses what they are told of, signs replies, signs another browser out and hears of a ticket given to them"},
		{"portal", "asks, answers and judges on the public pages, without script"},
		{"program", "applies to a program, shows a document, is approved, claims, and renews a year later"},
		{"run", "starts runs, does their steps from My work, and moves them to a newer version"},
		{"views", "keeps tables as views of its own and of all"},
		{"write", "writes with marks, files and Markdown; the draft comes back, and the mail says the same"},
		{"kept", "keeps what is typed, and takes answers to many back"},
		{"keys", "answers a ticket and changes a service level by keys alone"},
	} {
		for _, name := range engines(turn) {
			t.Run(job.script+"/"+string(name), func(t *testing.T) {
				on, c := empty(t, name), newCustomer(t)
				out, _ := filepath.Abs("../out/e2e/" + job.script + "-" + string(name))
				args, log := []string{job.script + ".mjs", "", out}, &bytes.Buffer{}
				switch job.script {
				case "program", "portal": // a year goes by in one, mails are read in both
					prepare(t, bin, on.at, c)
					workspace, control := (&moved{}).serve(t, on.db, c)
					args = []string{args[0], workspace, out, control}
				case "desk", "engineering": // others act in them
					o := newOutside(t, c)
					s := start(t, bin, on.at, c)
					args, log = []string{args[0], s.url, out, o.serve(t, s)}, s.log
				default:
					s := start(t, bin, on.at, c)
					args[1], log = s.url, s.log
				}
				ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
				defer cancel()
				text, err := exec.CommandContext(ctx, "node", args...).CombinedOutput()
				if err != nil {
					t.Fatalf("%s: %v\n%s\nserver:\n%s", job.does, err, text, log)
				}
				t.Logf("%s", text)
			})
		}
	}
}

// TestTheDemoInTheBrowser opens, drills into, exports and builds figures of the demo company in a browser, counts what the
// desk loads first, has every screen looked at by axe, whether everybody can use it and whether it
// fits, and walked by the keyboard alone.
func TestTheDemoInTheBrowser(t *testing.T) {
	for _, name := range engines(0) {
		t.Run(string(name), func(t *testing.T) { theDemo(t, empty(t, name)) })
	}
}

func theDemo(t *testing.T, on engine) {
	bin := program(t)
	at := free(t)
	demo := exec.Command(bin, append([]string{"demo", "--listen", at}, on.at...)...)
	out, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = demo.Process.Signal(os.Interrupt); _ = demo.Wait() })
	signin := ""
	for lines := bufio.NewScanner(out); signin == "" && lines.Scan(); {
		signin, _ = strings.CutPrefix(lines.Text(), "signin: ")
		if !strings.Contains(lines.Text(), "signin: ") {
			signin = ""
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	failed, _ := filepath.Abs("../out/e2e/insight-failed.png")
	for _, script := range []string{"insight", "load", "axe", "keyboard"} {
		t.Run(script, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "node", script+".mjs", "http://"+at)
			cmd.Env = append(os.Environ(), "STEWARD_SIGNIN="+signin, "FAILED="+failed, "LOOKS=1440:light,360:dark")
			text, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			t.Logf("%s", text)
		})
	}
}

// server is a running steward.
type server struct {
	url, smtp string
	log       *bytes.Buffer
}

const password = "a long enough password"

// configuration puts the customer's mail server behind the mailbox and asks at once.
const configuration = `kind: mailbox
name: support
title: Support
address: support@company.example
team: support
brand: main
outgoing: { host: 127.0.0.1, port: %s, security: none }
---
kind: survey
name: effort
title: Effort survey
after: 0m
expires: 336h
question: It was easy to get my request solved.
low_label: Strongly disagree
high_label: Strongly agree
remark: What could have been easier?
template: how-did-it-go
`

// prepare makes an instance with the starter kit whose mail leaves to the customer.
func prepare(t *testing.T, bin string, at []string, c *customer) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "password")
	folder := t.TempDir()
	_, port, _ := net.SplitHostPort(c.inbox)
	for path, text := range map[string]string{secret: password, filepath.Join(folder, "test.yaml"): fmt.Sprintf(configuration, port)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command(t, bin, append([]string{"init", "--admin", "agent@company.example", "--password", "file:" + secret}, at...)...)
	command(t, bin, append([]string{"apply", "../starter/kit"}, at...)...)
	command(t, bin, append([]string{"apply", folder}, at...)...)
}

func start(t *testing.T, bin string, at []string, c *customer) *server {
	t.Helper()
	prepare(t, bin, at, c)
	s := &server{url: "http://" + free(t), smtp: free(t), log: &bytes.Buffer{}}
	cmd := exec.Command(bin, append([]string{"serve", "--listen", strings.TrimPrefix(s.url, "http://"), "--smtp", s.smtp}, at...)...)
	cmd.Stderr = s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	eventually(t, "the server is ready", func() bool {
		r, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return s
}

// customer has an address, a mail server of their own and a mail program.
type customer struct {
	t      *testing.T
	server string // where our mail goes
	inbox  string // where theirs arrives
	got    chan []byte
	sent   string // Message-ID of the first mail
	header mail.Header
}

func newCustomer(t *testing.T) *customer {
	t.Helper()
	c := &customer{t: t, got: make(chan []byte, 10)}
	s := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return session{c}, nil }))
	s.AllowInsecureAuth = true
	ln := listen(t)
	c.inbox = ln.Addr().String()
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { s.Close() })
	return c
}

type session struct{ c *customer }

func (session) Mail(string, *gosmtp.MailOptions) error { return nil }
func (session) Rcpt(string, *gosmtp.RcptOptions) error { return nil }
func (session) Reset()                                 {}
func (session) Logout() error                          { return nil }
func (s session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err == nil {
		s.c.got <- b
	}
	return err
}

// answer tells a browser script what came of what it asked for.
func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(v)
}

// control lets the browser script act as the customer.
func (c *customer) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /write", func(w http.ResponseWriter, r *http.Request) {
		c.sent = fmt.Sprintf("first.%d@customer.example", time.Now().UnixNano())
		err := c.send("support@company.example", "Jobs wait 15 minutes for a runner", c.sent, "", nil, "Since the update our jobs wait for a runner.\n\nAll six show as online.")
		answer(w, "sent", err)
	})
	mux.HandleFunc("POST /answer", func(w http.ResponseWriter, r *http.Request) {
		to, err := c.header.AddressList("Reply-To")
		if err != nil || len(to) == 0 {
			answer(w, nil, fmt.Errorf("the mail has no Reply-To: %v", err))
			return
		}
		id, _ := c.header.MessageID()
		refs, _ := c.header.MsgIDList("References")
		err = c.send(to[0].Address, "Re: Jobs wait 15 minutes for a runner", fmt.Sprintf("second.%d@customer.example", time.Now().UnixNano()), id, append(refs, id),
			"Thank you, that helped. Can it be made the default?")
		answer(w, "sent", err)
	})
	mux.HandleFunc("POST /stranger", func(w http.ResponseWriter, r *http.Request) {
		to, err := c.header.AddressList("Reply-To")
		if err != nil || len(to) == 0 {
			answer(w, nil, fmt.Errorf("the mail has no Reply-To: %v", err))
			return
		}
		id, _ := c.header.MessageID()
		err = c.sendAs("Sam Other", "sam@customer.example", to[0].Address, "Re: Jobs wait 15 minutes for a runner", fmt.Sprintf("third.%d@customer.example", time.Now().UnixNano()), id, []string{id}, "Casey passed this on to me.")
		answer(w, "sent", err)
	})
	mux.HandleFunc("GET /mail", func(w http.ResponseWriter, r *http.Request) {
		select {
		case raw := <-c.got:
			v, err := c.read(raw)
			answer(w, v, err)
		case <-time.After(time.Minute):
			answer(w, nil, fmt.Errorf("no mail came within a minute"))
		}
	})
	return mux
}

// send writes the customer's mail.
func (c *customer) send(to, subject, id, inReplyTo string, refs []string, text string) error {
	return c.sendAs("Casey Sample", "casey@customer.example", to, subject, id, inReplyTo, refs, text)
}

// sendAs writes a mail with a real mail library and hands it to our server.
func (c *customer) sendAs(name, from, to, subject, id, inReplyTo string, refs []string, text string) error {
	var b bytes.Buffer
	var h mail.Header
	h.SetDate(time.Now())
	h.SetAddressList("From", []*mail.Address{{Name: name, Address: from}})
	h.SetAddressList("To", []*mail.Address{{Address: to}})
	h.SetSubject(subject)
	h.SetMessageID(id)
	if inReplyTo != "" {
		h.SetMsgIDList("In-Reply-To", []string{inReplyTo})
		h.SetMsgIDList("References", refs)
	}
	w, err := mail.CreateSingleInlineWriter(&b, h)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return smtp.SendMail(c.server, nil, from, []string{to}, b.Bytes())
}

var surveyLink = regexp.MustCompile(`http://[^\s)>"]+/portal/survey/[A-Za-z0-9._-]+`)

// read takes a mail apart and checks its threading.
func (c *customer) read(raw []byte) (map[string]any, error) {
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c.header = r.Header
	text := ""
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if h, ok := p.Header.(*mail.InlineHeader); ok {
			if kind, _, _ := h.ContentType(); kind == "text/plain" {
				b, _ := io.ReadAll(p.Body)
				text += string(b)
			}
		}
	}
	refs, _ := r.Header.MsgIDList("References")
	if !strings.Contains(strings.Join(refs, " "), c.sent) {
		return nil, fmt.Errorf("References %v do not hold the customer's first mail %s", refs, c.sent)
	}
	subject, _ := r.Header.Subject()
	return map[string]any{"subject": subject, "text": text, "link": surveyLink.FindString(text)}, nil
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// free is an address nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", dbtest.FreePort(t))
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}
