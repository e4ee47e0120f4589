package mail

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"steward/internal/fault"
)

// session is one connection's dialogue.
type session struct {
	server *Server
	conn   *smtp.Conn
	from   string
	to     []string
	size   int64 // as declared with MAIL, 0 when not
}

var _ smtp.Session = (*session)(nil)

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, errClosing
	}
	return &session{server: s, conn: c}, nil
}

var errClosing = &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "This server is shutting down, try again later"}

// Mail begins a message.
func (n *session) Mail(from string, o *smtp.MailOptions) error {
	n.server.mu.Lock()
	closing := n.server.closing
	n.server.mu.Unlock()
	if closing {
		return errClosing
	}
	n.from, n.to, n.size = from, nil, 0
	if o != nil {
		n.size = o.Size
	}
	if n.size > n.server.config.MaxBytes {
		return n.tooLarge()
	}
	return nil
}

// tooLarge notes and refuses the message.
func (n *session) tooLarge() error {
	limit := n.server.config.MaxBytes
	n.server.sink.Refused(n.server.ctx, n.envelope(), max(n.size, limit+1), fmt.Sprintf("It is larger than the limit of %s.", megabytes(limit)))
	return n.answer(smtp.ErrDataTooLarge)
}

func (n *session) envelope() Envelope {
	e := Envelope{From: n.from, To: n.to, RemoteAddr: n.conn.Conn().RemoteAddr().String(), Helo: n.conn.Hostname(), Protocol: "SMTP"}
	if n.server.config.LMTP {
		e.Protocol = "LMTP"
	}
	return e
}

// Rcpt takes or refuses one recipient.
func (n *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := n.server.sink.Known(n.server.ctx, to); err != nil {
		return rcptAnswer(to, err)
	}
	n.to = append(n.to, to)
	return nil
}

// Data receives the message and hands it on. With LMTP the one answer goes to every
// recipient: the message is stored once, for all or for none.
func (n *session) Data(r io.Reader) error {
	n.setBusy(true)
	raw, err := n.receive(r)
	if errors.Is(err, smtp.ErrDataTooLarge) {
		return n.tooLarge()
	}
	if err != nil {
		return n.answer(err)
	}
	return n.answer(n.server.sink.Accept(n.server.ctx, n.envelope(), raw))
}

// Reset ends a message; go-smtp calls it after the answer was written.
func (n *session) Reset() {
	n.from, n.to = "", nil
	n.setBusy(false)
}

// Logout ends the connection.
func (n *session) Logout() error { return nil }

// setBusy marks the connection, so that Shutdown waits for it.
func (n *session) setBusy(b bool) {
	under := n.conn.Conn()
	if t, ok := under.(*tls.Conn); ok {
		under = t.NetConn()
	}
	n.server.mu.Lock()
	defer n.server.mu.Unlock()
	if c, ok := under.(*conn); ok {
		c.busy = b
	}
}

// errDropped answers a message that did not come to its end, should anybody still listen.
var errDropped = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "The message did not come to its end; nothing was stored"}

// buffers are reused while messages are being received; each message is then copied once
// into bytes of its own size.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled is the largest buffer kept for reuse.
const maxPooled = 1 << 20

// receive reads the whole message, at most MaxBytes of it.
func (n *session) receive(r io.Reader) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= maxPooled {
			buffers.Put(b)
		}
	}()
	limit := n.server.config.MaxBytes
	if _, err := b.ReadFrom(io.LimitReader(&patientReader{r, n}, limit+1)); err != nil {
		var said *smtp.SMTPError
		if errors.As(err, &said) {
			return nil, said
		}
		return nil, errDropped
	}
	if int64(b.Len()) > limit {
		return nil, smtp.ErrDataTooLarge
	}
	return bytes.Clone(b.Bytes()), nil
}

// patientReader grants a sender the read timeout for every piece, not for the whole
// message: a large mail over a slow line may take long as long as it moves.
type patientReader struct {
	r io.Reader
	n *session
}

func (p *patientReader) Read(b []byte) (int, error) {
	_ = p.n.conn.Conn().SetReadDeadline(time.Now().Add(p.n.server.config.ReadTimeout))
	if len(b) > 64<<10 {
		b = b[:64<<10]
	}
	return p.r.Read(b)
}

// answer turns an error into what the client is told. Details of faults of ours are
// logged, not told.
func (n *session) answer(err error) error {
	if err == nil {
		return nil
	}
	limit := n.server.config.MaxBytes
	var known *smtp.SMTPError
	if errors.As(err, &known) {
		if known.Code == 552 {
			return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: fmt.Sprintf("The message is larger than the limit of %s (%d bytes)", megabytes(limit), limit)}
		}
		return known
	}
	f := fault.As(err)
	if f == nil || f.Code == fault.Internal {
		n.server.config.Log.Error("storing a mail", "error", err, "from", n.from, "remote", n.conn.Conn().RemoteAddr().String())
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "The message could not be stored, try again later"}
	}
	switch f.Code {
	case fault.TooLarge:
		return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: oneLine(f.Message)}
	case fault.Unavailable, fault.TooMany, fault.Conflict:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: oneLine(f.Message)}
	case fault.Forbidden, fault.SignedOut:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: oneLine(f.Message)}
	}
	return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: oneLine(f.Message)}
}

// rcptAnswer refuses a recipient.
func rcptAnswer(to string, err error) error {
	f := fault.As(err)
	switch {
	case f == nil || f.Code == fault.Internal:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "The recipient cannot be checked now, try again later"}
	case f.Code == fault.Unavailable || f.Code == fault.TooMany:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: oneLine(f.Message)}
	}
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: oneLine(fmt.Sprintf("<%s>: %s", clip(to, 200), f.Message))}
}

// oneLine keeps an answer on one line and within the 512 bytes SMTP allows.
func oneLine(s string) string { return clip(strings.Join(strings.Fields(s), " "), 400) }

func megabytes(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1024)
}
