package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Sender hands mail to relays. It keeps connections open for a while, so that a burst of
// mail does not pay for a new TLS handshake each. It is safe for concurrent use.
type Sender struct {
	// MaxIdle is how many connections per route are kept open; 4.
	MaxIdle int
	// IdleFor is how long; 20 s, less than relays wait before they hang up.
	IdleFor time.Duration

	mu   sync.Mutex
	idle map[string][]*relay
}

// relay is one connection to a relay.
type relay struct {
	client   *smtp.Client
	conn     net.Conn
	since    time.Time // when it became idle
	reused   bool
	patience time.Duration // for each piece of a message
}

// Send hands one message to the route's relay. from and to are the envelope; raw goes out
// exactly as it is. Everything that may go wrong is in the Result.
func (s *Sender) Send(ctx context.Context, route Route, from string, to []string, raw []byte) Result {
	route = route.withDefaults()
	if len(to) == 0 {
		return Result{Outcome: Permanent, Message: "The mail has no recipient."}
	}
	if err := route.Check(); err != nil {
		// A wrong route is for an administrator to mend; the mail waits for it.
		return failed(Blocked, 0, err.Error(), to)
	}
	for {
		r, err := s.connect(ctx, route)
		if err != nil {
			// No relay, or it does not want us: that is not the mail's fault.
			_, code, msg := verdict(err)
			outcome := Temporary
			if blocked := (errBlocked{}); errors.As(err, &blocked) {
				outcome = Blocked
			}
			return failed(outcome, code, fmt.Sprintf("Connecting to %s:%d: %s", route.Host, route.Port, msg), to)
		}
		stop := context.AfterFunc(ctx, func() { _ = r.conn.SetDeadline(time.Unix(1, 0)); _ = r.conn.Close() })
		result, again := r.transact(from, to, raw)
		stop()
		if again && r.reused && ctx.Err() == nil {
			_ = r.client.Close()
			continue // the relay had hung up on the idle connection; nothing was sent
		}
		s.release(route, r, result)
		return result
	}
}

// Close closes the idle connections.
func (s *Sender) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.idle {
		for _, r := range list {
			_ = r.client.Close()
		}
	}
	s.idle = nil
}

// connect takes a warm connection or makes one.
func (s *Sender) connect(ctx context.Context, route Route) (*relay, error) {
	if r := s.takeIdle(route.key()); r != nil {
		r.reused = true
		return r, nil
	}
	return dial(ctx, route)
}

// key tells connections apart that must not be exchanged.
func (r Route) key() string {
	return fmt.Sprintf("%s|%d|%s|%s|%s|%s|%p", r.Host, r.Port, r.Security, r.User, r.Secret, r.Helo, r.TLSConfig)
}

func (s *Sender) takeIdle(key string) *relay {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.idle[key]
	for len(list) > 0 {
		r := list[len(list)-1]
		list = list[:len(list)-1]
		s.idle[key] = list
		if time.Since(r.since) < s.idleFor() {
			return r
		}
		_ = r.client.Close()
	}
	return nil
}

func (s *Sender) idleFor() time.Duration {
	if s.IdleFor > 0 {
		return s.IdleFor
	}
	return 20 * time.Second
}

// release keeps a connection that is in a known state and closes any other.
func (s *Sender) release(route Route, r *relay, result Result) {
	if result.Outcome == Unknown || result.Code == 0 && result.Outcome != Delivered && result.Outcome != Partial || result.Code == 421 {
		_ = r.client.Close()
		return
	}
	if result.Outcome != Delivered && result.Outcome != Partial {
		if r.client.Reset() != nil {
			_ = r.client.Close()
			return
		}
	}
	limit := s.MaxIdle
	if limit <= 0 {
		limit = 4
	}
	r.since = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.idle == nil {
		s.idle = map[string][]*relay{}
	}
	key := route.key()
	if len(s.idle[key]) >= limit {
		_ = r.client.Close()
		return
	}
	s.idle[key] = append(s.idle[key], r)
}

// dial connects, protects the connection and signs in.
func dial(ctx context.Context, route Route) (*relay, error) {
	d := net.Dialer{Timeout: route.DialTimeout}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(route.Host, strconv.Itoa(route.Port)))
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if route.TLSConfig != nil {
		config = route.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = route.Host
	}
	var client *smtp.Client
	// The greeting and the handshakes run under one deadline. The library sets deadlines of its
	// own, minutes away, so the end of this one closes the connection.
	late := time.AfterFunc(route.CommandTimeout, func() { _ = conn.Close() })
	defer late.Stop()
	switch route.Security {
	case TLS:
		t := tls.Client(conn, config)
		if err := t.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, untrusted(err)
		}
		conn = t
		client = smtp.NewClient(conn)
	case StartTLS:
		if client, err = startTLS(conn, config); err != nil {
			_ = conn.Close()
			return nil, err
		}
	default:
		client = smtp.NewClient(conn)
	}
	client.CommandTimeout, client.SubmissionTimeout = route.CommandTimeout, route.SubmitTimeout
	if err := client.Hello(route.Helo); err != nil {
		_ = client.Close()
		return nil, untrusted(err)
	}
	if err := signIn(client, route); err != nil {
		_ = client.Close()
		return nil, err
	}
	return &relay{client: client, conn: conn, patience: route.CommandTimeout}, nil
}

// startTLS begins in the clear and insists on TLS.
func startTLS(conn net.Conn, config *tls.Config) (*smtp.Client, error) {
	client, err := smtp.NewClientStartTLS(conn, config)
	if err == nil {
		return client, nil
	}
	var said *smtp.SMTPError
	if errors.As(err, &said) && said.Code < 500 || errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, err
	}
	var network net.Error
	if strings.Contains(err.Error(), "STARTTLS") && !errors.As(err, &network) || errors.As(err, &said) && said.Code == 502 {
		return nil, errBlocked{errors.New("the relay does not offer TLS (STARTTLS), and without it nothing is sent; set security to none only for a relay on the same machine or network")}
	}
	return nil, untrusted(err)
}

// untrusted tells a certificate that cannot be trusted from a connection that broke.
func untrusted(err error) error {
	var wrong *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &wrong):
		return errBlocked{fmt.Errorf("the relay's certificate cannot be trusted: %w", err)}
	case errors.As(err, &record):
		return errBlocked{errors.New("the relay does not speak TLS on this port; set security to starttls, or use the port for TLS (465)")}
	}
	return err
}

func signIn(client *smtp.Client, route Route) error {
	if route.User == "" {
		return nil
	}
	password, err := ReadSecret(route.Secret)
	if err != nil {
		return errBlocked{err}
	}
	switch {
	case client.SupportsAuth(sasl.Plain):
		err = client.Auth(sasl.NewPlainClient("", route.User, password))
	case client.SupportsAuth(sasl.Login):
		err = client.Auth(sasl.NewLoginClient(route.User, password))
	default:
		return errBlocked{errors.New("the relay offers no way to sign in that is supported (PLAIN, LOGIN)")}
	}
	if err == nil {
		return nil
	}
	if outcome, _, msg := verdict(err); outcome == Permanent {
		return errBlocked{fmt.Errorf("the relay refused the user name or password: %s", msg)}
	}
	return err
}
