package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Sink takes the mail that a Server receives.
type Sink interface {
	// Known returns nil when mail for the recipient is taken here. Its error refuses that
	// one recipient: a *fault.Error of NotFound answers 550, Unavailable answers 451.
	Known(ctx context.Context, recipient string) error
	// Accept stores one message, whatever the number of its recipients. The client hears
	// "accepted" only after it returned nil, so it must not return before the message is
	// safe. raw is the sink's to keep. A *fault.Error decides the answer: TooLarge 552,
	// Unavailable and TooMany 451, anything else of the client's doing 554; an error that
	// is no fault answers 451 and the client tries again.
	Accept(ctx context.Context, e Envelope, raw []byte) error
	// Refused notes a message that was not taken because of its size in bytes, which is the
	// least it has when the sender did not say; e.To may be empty. It is told once per message.
	Refused(ctx context.Context, e Envelope, size int64, why string)
}

// Envelope is what the SMTP or LMTP dialogue said about a message.
type Envelope struct {
	From       string   // "" for the null sender of bounces
	To         []string // accepted recipients, in order
	RemoteAddr string   // "192.0.2.7:40112"
	Helo       string   // what the client calls itself
	Protocol   string   // "SMTP" or "LMTP"
}

// ServerConfig says how mail is received. The zero value of each field takes the default.
type ServerConfig struct {
	Addr          string        // "127.0.0.1:25", or "unix:/run/steward/lmtp.sock"
	Domain        string        // the name the server greets with; "localhost"
	LMTP          bool          // speak LMTP instead of SMTP
	MaxBytes      int64         // a message must be smaller; 50 MB
	MaxRecipients int           // per message; 100
	MaxConns      int           // at once; 256
	ReadTimeout   time.Duration // for each command and each piece of a message; 5 minutes
	WriteTimeout  time.Duration // for each answer; 1 minute
	TLS           *tls.Config   // offers STARTTLS when set
	Log           *slog.Logger  // slog's default
}

func (c ServerConfig) withDefaults() ServerConfig {
	if c.Domain == "" {
		c.Domain = "localhost"
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = 50 << 20
	}
	if c.MaxRecipients <= 0 {
		c.MaxRecipients = 100
	}
	if c.MaxConns <= 0 {
		c.MaxConns = 256
	}
	if c.ReadTimeout <= 0 {
		c.ReadTimeout = 5 * time.Minute
	}
	if c.WriteTimeout <= 0 {
		c.WriteTimeout = time.Minute
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// Server receives mail and hands each message to a Sink once.
type Server struct {
	config ServerConfig
	sink   Sink
	smtp   *smtp.Server

	ctx    context.Context // ended only when Shutdown gives up waiting
	cancel context.CancelFunc

	mu      sync.Mutex
	conns   map[*conn]struct{}
	closing bool
}

// maxLine is the longest line accepted. RFC 5321 says 1,000 bytes; programs that write
// HTML do not care.
const maxLine = 1 << 20

// NewServer returns a server that is not listening yet.
func NewServer(config ServerConfig, sink Sink) *Server {
	s := &Server{config: config.withDefaults(), sink: sink, conns: map[*conn]struct{}{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.newSession))
	s.smtp.Domain = s.config.Domain
	s.smtp.LMTP = s.config.LMTP
	// go-smtp would refuse a declared size before anybody hears of it; up to four times the
	// limit the session refuses by itself and notes who wanted to send what.
	s.smtp.MaxMessageBytes = 4 * s.config.MaxBytes
	s.smtp.MaxRecipients = s.config.MaxRecipients
	s.smtp.MaxLineLength = maxLine
	s.smtp.ReadTimeout = s.config.ReadTimeout
	s.smtp.WriteTimeout = s.config.WriteTimeout
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.TLSConfig = s.config.TLS
	s.smtp.ErrorLog = log.New(logWriter{s.config.Log}, "", 0)
	return s
}

// logWriter gives go-smtp's messages to slog.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.log.Warn("mail server", "event", strings.TrimSpace(string(p)))
	return len(p), nil
}

// Listen opens the configured address.
func (s *Server) Listen() (net.Listener, error) {
	network, addr := "tcp", s.config.Addr
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, addr = "unix", path
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return nil, fmt.Errorf("listening for mail on %s: %w", s.config.Addr, err)
	}
	return l, nil
}

// Serve receives mail on l until Shutdown; it then returns nil.
func (s *Server) Serve(l net.Listener) error {
	err := s.smtp.Serve(&limitListener{l, s})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil
	}
	return err
}

// Shutdown stops taking connections, lets every message that is being received or stored
// finish and be answered, and closes. When ctx ends first, it cuts off what is left; their
// clients never heard "accepted" and will try again.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	done := make(chan error, 1)
	go func() { done <- s.smtp.Shutdown(ctx) }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			s.cancel()
			if ctx.Err() != nil {
				s.closeAll()
				return fmt.Errorf("waiting for mail in flight: %w", ctx.Err())
			}
			if errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		case <-tick.C:
			s.wakeIdle()
		}
	}
}

// wakeIdle ends the wait of connections between two messages: their client hears 421.
func (s *Server) wakeIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if !c.busy {
			_ = c.SetReadDeadline(time.Unix(1, 0))
		}
	}
}

func (s *Server) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Conn.Close()
	}
}

// limitListener turns connections away beyond the limit, with the reason, and lets the
// server know the others.
type limitListener struct {
	net.Listener
	server *Server
}

func (l *limitListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if known := l.server.add(c); known != nil {
			return known, nil
		}
		limit := l.server.config.MaxConns
		l.server.config.Log.Warn("mail server", "event", "too many connections", "remote", c.RemoteAddr().String(), "limit", limit)
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = fmt.Fprintf(c, "421 4.3.2 Too many connections (the limit is %d), try again later\r\n", limit)
		_ = c.Close()
	}
}

// conn is a connection the server knows.
type conn struct {
	net.Conn
	server *Server
	busy   bool // a message is being received, stored or answered; guarded by server.mu
}

// add takes a connection in; nil when there is no room.
func (s *Server) add(c net.Conn) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) >= s.config.MaxConns {
		return nil
	}
	n := &conn{Conn: c, server: s}
	s.conns[n] = struct{}{}
	return n
}

// Close gives the connection's place back.
func (c *conn) Close() error {
	c.server.mu.Lock()
	delete(c.server.conns, c)
	c.server.mu.Unlock()
	return c.Conn.Close()
}
