package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// strictRelay is go-smtp's own server: it takes mail from who signs in, under TLS only.
type strictRelay struct{ got chan string }

func (r *strictRelay) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &strictSession{relay: r}, nil
}

type strictSession struct {
	relay *strictRelay
	in    bool
}

func (s *strictSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *strictSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "support" || password != "s3cret" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid"}
		}
		s.in = true
		return nil
	}), nil
}

func (s *strictSession) Mail(string, *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (s *strictSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *strictSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.relay.got <- string(b)
	return err
}
func (s *strictSession) Reset()        {}
func (s *strictSession) Logout() error { return nil }

// startRelay serves on loopback; implicit speaks TLS from the first byte, offer offers STARTTLS.
func startRelay(t *testing.T, implicit, offer bool) (route Route, got chan string) {
	t.Helper()
	h := httptest.NewTLSServer(nil)
	t.Cleanup(h.Close)
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	relay := &strictRelay{got: make(chan string, 10)}
	server := smtp.NewServer(relay)
	server.Domain = "relay.example"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: h.TLS.Certificates}
	addr := l.Addr().String()
	switch {
	case implicit:
		l = tls.NewListener(l, config)
	case offer:
		server.TLSConfig = config
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	t.Setenv("STEWARD_TEST_RELAY", "s3cret")
	route = routeTo(t, addr)
	route.User, route.Secret, route.Security = "support", "env:STEWARD_TEST_RELAY", StartTLS
	if implicit {
		route.Security = TLS
	}
	route.TLSConfig = &tls.Config{RootCAs: pool, ServerName: "example.com"}
	return route, relay.got
}

func TestSendSignsInUnderTLS(t *testing.T) {
	send := func(r Route) Result {
		s := &Sender{}
		defer s.Close()
		return s.Send(context.Background(), r, "support@company.example", []string{"ann@acme.example"}, sampleRaw)
	}
	for _, implicit := range []bool{true, false} {
		route, got := startRelay(t, implicit, true)
		if r := send(route); r.Outcome != Delivered {
			t.Errorf("implicit %v: %+v", implicit, r)
			continue
		}
		if raw := <-got; raw != string(sampleRaw) {
			t.Errorf("implicit %v: %q came", implicit, raw)
		}
		t.Setenv("STEWARD_TEST_WRONG", "no t right")
		for name, tt := range map[string]struct {
			edit func(*Route)
			says string
		}{
			"a wrong password":                  {func(r *Route) { r.Secret = "env:STEWARD_TEST_WRONG" }, "user name or password"},
			"a password that is not there":      {func(r *Route) { r.Secret = "env:STEWARD_TEST_UNSET" }, "STEWARD_TEST_UNSET"},
			"a certificate nobody trusts":       {func(r *Route) { r.TLSConfig = nil }, "certificate"},
			"a certificate of another name":     {func(r *Route) { r.TLSConfig = r.TLSConfig.Clone(); r.TLSConfig.ServerName = "other.test" }, "certificate"},
			"a password that goes in the clear": {func(r *Route) { r.Host, r.Security = "relay.example", Plain }, "in the clear"},
		} {
			r := route
			tt.edit(&r)
			if res := send(r); res.Outcome != Blocked || !strings.Contains(res.Message, tt.says) || strings.Contains(res.Message, "no t right") {
				t.Errorf("implicit %v, %s: %+v", implicit, name, res)
			}
		}
	}
	route, _ := startRelay(t, false, false)
	if r := send(route); r.Outcome != Blocked || !strings.Contains(r.Message, "does not offer TLS") {
		t.Errorf("TLS that is not offered: %+v", r)
	}
	route.Security = TLS
	if r := send(route); r.Outcome != Blocked || !strings.Contains(r.Message, "does not speak TLS") {
		t.Errorf("TLS where there is none: %+v", r)
	}
	implicit, _ := startRelay(t, true, false)
	implicit.Security, implicit.CommandTimeout = StartTLS, 300*time.Millisecond
	if r := send(implicit); r.Outcome == Delivered || r.Outcome == Unknown {
		t.Errorf("STARTTLS on a port for TLS: %+v", r)
	}
}

func TestMailOverTheLimitIsNoted(t *testing.T) {
	sink := &memorySink{}
	_, addr := startServer(t, ServerConfig{MaxBytes: 1000}, sink)
	d := dialogueWith(t, addr)
	d.expect("220")
	d.say("EHLO x\nMAIL FROM:<declared@b.example> SIZE=2000\n")
	d.expect("250")
	d.expect("552 5.3.4")
	d.say("MAIL FROM:<silent@b.example>\nRCPT TO:<a@acme.example>\nDATA\n")
	d.expect("250")
	d.expect("250")
	d.expect("354")
	d.say(strings.Repeat("0123456789\n", 200) + ".\n")
	d.expect("552 5.3.4")
	d.say("NOOP\n")
	d.expect("250")
	sink.mu.Lock()
	defer sink.mu.Unlock()
	if got := strings.Join(sink.refused, "|"); got != "declared@b.example 2000|silent@b.example 1001" {
		t.Errorf("noted %q", got)
	}
}
