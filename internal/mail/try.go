package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Tried is what trying a mail server found.
type Tried struct {
	OK      bool
	Message string // what the server said or how far it went, in words
	Advice  string // what to look at; "" when it works
}

// tryFor is how long a server is tried.
const tryFor = 20 * time.Second

// TryOutgoing connects to the server of a mailbox as sending would, and signs in; no mail goes out. The caller decides who may.
func (s *Service) TryOutgoing(ctx context.Context, m Mailbox) Tried {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	route := RouteOf(m)
	route.TLSConfig, route.CommandTimeout = s.tls, min(route.CommandTimeout, tryFor)
	if err := route.Check(); err != nil {
		return tried(err)
	}
	r, err := dial(ctx, route)
	if err != nil {
		return tried(err)
	}
	_ = r.client.Quit()
	if route.User == "" {
		return Tried{OK: true, Message: "The server answers. It was not asked to let anybody in, because there is no user name."}
	}
	return Tried{OK: true, Message: "The server answers and knows " + route.User + "."}
}

// TryIncoming connects to an IMAP server as fetching would, signs in and opens the folder; no mail is fetched. The caller decides who may.
func (s *Service) TryIncoming(ctx context.Context, m IMAP) Tried {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	m.After = "" // a folder that mail would be moved to is not made by trying
	f, err := openIMAP(ctx, m, s.tls, min(s.patience, tryFor))
	if err != nil {
		return tried(err)
	}
	f.quit()
	return Tried{OK: true, Message: "The server answers, knows " + m.Username + ", and the folder " + m.withDefaults().Folder + " opens."}
}

// tried says in words what went wrong, and what to look at.
func tried(err error) Tried {
	t := Tried{Message: strings.TrimSuffix(err.Error(), ".") + ".", Advice: "Compare the name, the port and the kind of protection with what your mail provider says."}
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var record tls.RecordHeaderError
	blocked := errBlocked{}
	switch {
	case errors.As(err, &name):
		t.Message, t.Advice = "No server has this name: "+name.Name+".", "Look for a typing mistake in the server's name."
	case errors.Is(err, syscall.ECONNREFUSED):
		t.Message, t.Advice = "The server refused the connection: nothing listens on this port.", "Check the port: 993 for IMAP and 465 for SMTP with TLS from the start, 143 and 587 with STARTTLS."
	case errors.As(err, &unknown), errors.As(err, &host):
		t.Message, t.Advice = "The server's certificate cannot be trusted: "+err.Error()+".", "Write the name that stands in the certificate, or let whoever runs the server mend it."
	case errors.As(err, &record):
		t.Message, t.Advice = "The server does not speak TLS from the start on this port.", "Choose STARTTLS, or the port for TLS: 993 for IMAP, 465 for SMTP."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), strings.Contains(err.Error(), "did not answer"):
		t.Message, t.Advice = "The server did not answer in time.", "Check the name and the port, and whether a firewall lets this machine reach it."
	case strings.HasPrefix(err.Error(), "signing in:"), errors.As(err, &blocked) && strings.Contains(err.Error(), "user name or password"):
		t.Advice = "Check the user name and the password. Many providers want a password made for programs (an app password)."
	case strings.HasPrefix(err.Error(), "opening the folder"):
		t.Advice = "Signing in worked. Check how the folder is written; INBOX is always there."
	case strings.Contains(err.Error(), "secret"):
		t.Advice = "Type the password, or name a variable or file that this server can read."
	}
	return t
}
