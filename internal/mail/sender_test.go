package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/fault"
)

var sampleRaw = []byte("Subject: x\r\n\r\nhello\r\n.\r\n")

// routeTo is a route without protection to a local address.
func routeTo(t *testing.T, addr string) Route {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(port)
	return Route{Host: host, Port: n, Security: Plain, CommandTimeout: 2 * time.Second, SubmitTimeout: 2 * time.Second, DialTimeout: time.Second}
}

// script is a relay that answers by rote: for every line it hears that begins with a key
// it says the value; "" hangs up; "sleep" says nothing more. After DATA it reads to the dot.
func script(t *testing.T, answers map[string]string) (addr string, connections *atomic.Int32) {
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
			go play(c, answers)
		}
	}()
	return l.Addr().String(), connections
}

func play(c net.Conn, answers map[string]string) {
	defer c.Close()
	say := func(key, usual string) bool {
		a, ok := answers[key]
		if !ok {
			a = usual
		}
		if a == "" {
			return false
		}
		if a == "sleep" {
			time.Sleep(10 * time.Second)
			return false
		}
		_, err := c.Write([]byte(a + "\r\n"))
		return err == nil
	}
	if !say("greeting", "220 relay.example") {
		return
	}
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " x")[0])
		key := verb
		if verb == "RCPT" {
			if _, ok := answers[strings.TrimSpace(line)]; ok {
				key = strings.TrimSpace(line)
			}
		}
		if !say(key, map[string]string{"EHLO": "250 relay.example", "DATA": "354 go on", "QUIT": "221 bye"}[verb]+map[bool]string{true: "250 fine"}[verb != "EHLO" && verb != "DATA" && verb != "QUIT"]) {
			return
		}
		if verb == "DATA" && !strings.HasPrefix(answers["DATA"], "4") && !strings.HasPrefix(answers["DATA"], "5") {
			for line != ".\r\n" {
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
			}
			if !say("dot", "250 2.0.0 queued as 42") {
				return
			}
		}
	}
}

func TestSendTellsOutcomesApart(t *testing.T) {
	a, b := "a@customer.example", "b@customer.example"
	rcptA, rcptB := "RCPT TO:<a@customer.example>", "RCPT TO:<b@customer.example>"
	for _, tt := range []struct {
		name    string
		answers map[string]string
		want    Outcome
		code    int
		each    [2]Outcome
	}{
		{"delivered", nil, Delivered, 250, [2]Outcome{Delivered, Delivered}},
		{"one refused", map[string]string{rcptB: "550 5.1.1 unknown"}, Partial, 0, [2]Outcome{Delivered, Permanent}},
		{"one later", map[string]string{rcptB: "450 4.2.1 greylisted"}, Partial, 0, [2]Outcome{Delivered, Temporary}},
		{"all refused", map[string]string{rcptA: "550 5.1.1 unknown", rcptB: "553 no"}, Permanent, 553, [2]Outcome{Permanent, Permanent}},
		{"one refused, one later", map[string]string{rcptA: "550 5.1.1 unknown", rcptB: "451 later"}, Temporary, 451, [2]Outcome{Permanent, Temporary}},
		{"sender refused", map[string]string{"MAIL": "550 5.7.1 not you"}, Permanent, 550, [2]Outcome{Permanent, Permanent}},
		{"sender later", map[string]string{"MAIL": "451 later"}, Temporary, 451, [2]Outcome{Temporary, Temporary}},
		{"data refused", map[string]string{"DATA": "554 no"}, Permanent, 554, [2]Outcome{Permanent, Permanent}},
		{"content refused", map[string]string{"dot": "552 5.3.4 too big"}, Permanent, 552, [2]Outcome{Permanent, Permanent}},
		{"content later", map[string]string{"dot": "451 4.3.0 full"}, Temporary, 451, [2]Outcome{Temporary, Temporary}},
		{"lost after the dot", map[string]string{"dot": ""}, Unknown, 0, [2]Outcome{Unknown, Unknown}},
		{"silent after the dot", map[string]string{"dot": "sleep"}, Unknown, 0, [2]Outcome{Unknown, Unknown}},
		{"lost at DATA", map[string]string{"DATA": ""}, Temporary, 0, [2]Outcome{Temporary, Temporary}},
		{"lost at RCPT", map[string]string{"RCPT": ""}, Temporary, 0, [2]Outcome{Temporary, Temporary}},
		{"lost at MAIL", map[string]string{"MAIL": ""}, Temporary, 0, [2]Outcome{Temporary, Temporary}},
		{"no greeting", map[string]string{"greeting": ""}, Temporary, 0, [2]Outcome{Temporary, Temporary}},
		{"refused greeting", map[string]string{"greeting": "554 go away"}, Temporary, 554, [2]Outcome{Temporary, Temporary}},
		{"silent greeting", map[string]string{"greeting": "sleep"}, Temporary, 0, [2]Outcome{Temporary, Temporary}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr, _ := script(t, tt.answers)
			route := routeTo(t, addr)
			route.CommandTimeout, route.SubmitTimeout = 300*time.Millisecond, 300*time.Millisecond
			s := &Sender{}
			defer s.Close()
			got := s.Send(context.Background(), route, "support@acme.example", []string{a, b}, sampleRaw)
			if got.Outcome != tt.want || len(got.Recipients) != 2 || got.Recipients[0].Outcome != tt.each[0] || got.Recipients[1].Outcome != tt.each[1] {
				t.Errorf("got %+v\nwant %s, %v", got, tt.want, tt.each)
			}
			if tt.code != 0 && got.Code != tt.code {
				t.Errorf("code %d, want %d", got.Code, tt.code)
			}
			if got.Outcome != Delivered && got.Message == "" {
				t.Error("no words for people")
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		l, _ := net.Listen("tcp", "127.0.0.1:0")
		addr := l.Addr().String()
		l.Close()
		if got := (&Sender{}).Send(context.Background(), routeTo(t, addr), "", []string{a}, sampleRaw); got.Outcome != Temporary {
			t.Errorf("got %+v", got)
		}
	})
}

func TestSendReusesItsConnectionAndReplacesADeadOne(t *testing.T) {
	addr, connections := script(t, nil)
	s := &Sender{}
	defer s.Close()
	route := routeTo(t, addr)
	send := func() {
		t.Helper()
		if got := s.Send(context.Background(), route, "support@acme.example", []string{"a@customer.example"}, sampleRaw); got.Outcome != Delivered {
			t.Fatalf("got %+v", got)
		}
	}
	for range 5 {
		send()
	}
	if connections.Load() != 1 {
		t.Errorf("%d connections for 5 mails, want 1", connections.Load())
	}
	s.mu.Lock()
	s.idle[route.withDefaults().key()][0].conn.Close() // as a relay does that has waited too long
	s.mu.Unlock()
	send()
	if connections.Load() != 2 {
		t.Errorf("%d connections, want a second one", connections.Load())
	}
}

func TestSendDoesNotRepeatAMailOfUnknownOutcome(t *testing.T) {
	s := &Sender{}
	defer s.Close()
	lost, tries := script(t, map[string]string{"dot": ""})
	if got := s.Send(context.Background(), routeTo(t, lost), "", []string{"a@customer.example"}, sampleRaw); got.Outcome != Unknown || tries.Load() != 1 {
		t.Errorf("got %+v after %d tries; repeating is the caller's decision", got, tries.Load())
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	addr, _ := script(t, map[string]string{"RCPT": "sleep"})
	route := routeTo(t, addr)
	route.CommandTimeout = time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if got := (&Sender{}).Send(ctx, route, "", []string{"a@customer.example"}, sampleRaw); got.Outcome != Temporary || time.Since(start) > 5*time.Second {
		t.Errorf("got %+v after %v", got, time.Since(start))
	}
}

func TestSendProtectsTheConnection(t *testing.T) {
	h := httptest.NewTLSServer(nil)
	defer h.Close()
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{TLS: &tls.Config{Certificates: h.TLS.Certificates}}, sink)
	route := routeTo(t, addr)
	route.Security, route.TLSConfig = StartTLS, &tls.Config{RootCAs: pool, ServerName: "example.com"}
	s := &Sender{}
	defer s.Close()
	if got := s.Send(context.Background(), route, "support@acme.example", []string{"ann@customer.example"}, sampleRaw); got.Outcome != Delivered {
		t.Errorf("STARTTLS: got %+v", got)
	}
	route.TLSConfig = nil // a certificate nobody trusts
	if got := s.Send(context.Background(), route, "support@acme.example", []string{"ann@customer.example"}, sampleRaw); got.Outcome != Blocked || sink.count() != 1 {
		t.Errorf("an untrusted certificate: got %+v, %d stored", got, sink.count())
	}
	_, plain := startServer(t, ServerConfig{}, sink)
	route = routeTo(t, plain)
	route.Security = StartTLS
	if got := s.Send(context.Background(), route, "support@acme.example", []string{"ann@customer.example"}, sampleRaw); got.Outcome != Blocked || sink.count() != 1 {
		t.Errorf("a relay that does not offer STARTTLS: got %+v, %d stored; it must not go out in the clear", got, sink.count())
	}
}

func TestSendHandsOverExactlyTheBytes(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{}, sink)
	raw := compose(t, sampleOutgoing())
	s := &Sender{}
	defer s.Close()
	if got := s.Send(context.Background(), routeTo(t, addr), "support@acme.example", []string{"ann@bücher.example"}, raw); got.Outcome != Delivered {
		t.Fatalf("got %+v", got)
	}
	if string(sink.raws[0]) != string(raw) {
		t.Error("what arrived is not what was sent")
	}
	if sink.envelopes[0].To[0] != "ann@xn--bcher-kva.example" {
		t.Errorf("recipient on the wire: %s", sink.envelopes[0].To[0])
	}
	if got := s.Send(context.Background(), routeTo(t, addr), "", []string{"jörg@customer.example"}, raw); got.Outcome != Delivered {
		t.Errorf("SMTPUTF8 address: got %+v", got)
	}
	scripted, _ := script(t, nil)
	if got := s.Send(context.Background(), routeTo(t, scripted), "", []string{"jörg@customer.example"}, raw); got.Outcome != Permanent {
		t.Errorf("SMTPUTF8 address to a relay without: got %+v", got)
	}
}

func TestSendersShareOneRoute(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{}, sink)
	s := &Sender{}
	defer s.Close()
	route := routeTo(t, addr)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				if got := s.Send(context.Background(), route, "support@acme.example", []string{"a@customer.example"}, sampleRaw); got.Outcome != Delivered {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
	wg.Wait()
	if sink.count() != 200 {
		t.Errorf("%d arrived, want 200", sink.count())
	}
}

func TestRouteNeedsASecretItCanRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("STEWARD_TEST_SECRET", "s3cret")
	for ref, ok := range map[string]bool{
		"env:STEWARD_TEST_SECRET": true, "file:" + file: true,
		"env:STEWARD_TEST_UNSET": false, "file:" + file + "x": false, "s3cret": false, "": false, "env:": false,
	} {
		v, err := ReadSecret(ref)
		if (err == nil) != ok || ok && v != "s3cret" {
			t.Errorf("%q: %q, %v", ref, v, err)
		}
		if err != nil && (!fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%q: the error is %v", ref, err)
		}
	}
	r := Route{Host: "relay.example", Security: Plain, User: "u", Secret: "env:STEWARD_TEST_SECRET"}
	if r.Check() == nil {
		t.Error("a password may go out in the clear")
	}
}

func BenchmarkSend(b *testing.B) {
	s := NewServer(ServerConfig{Addr: "127.0.0.1:0"}, &memorySink{})
	l, err := s.Listen()
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	defer s.Shutdown(context.Background())
	host, port, _ := net.SplitHostPort(l.Addr().String())
	n, _ := strconv.Atoi(port)
	sender := &Sender{}
	defer sender.Close()
	route := Route{Host: host, Port: n, Security: Plain}
	raw := []byte("Subject: x\r\n\r\n" + strings.Repeat("hello world\r\n", 800))
	for b.Loop() {
		if r := sender.Send(context.Background(), route, "a@b.example", []string{"c@d.example"}, raw); r.Outcome != Delivered {
			b.Fatal(r)
		}
	}
}
