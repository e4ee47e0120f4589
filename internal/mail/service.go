package mail

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Box is a mailbox in force: the spec with its blueprint id.
type Box struct {
	ID    int64
	Name  string
	Title string
	Spec  Mailbox
}

// Boxes is the configuration mail reads.
type Boxes interface {
	// Box returns a mailbox by its blueprint id.
	Box(id int64) (Box, bool)
	// BoxFor returns the mailbox an address belongs to, aliases included.
	BoxFor(address string) (Box, bool)
	// All returns the mailboxes in force.
	All() []Box
}

// Service receives mail, keeps it, and sends mail through the outbox.
type Service struct {
	db      *db.DB
	ledger  *ledger.Ledger
	jobs    *job.Queue
	boxes   func() Boxes
	clock   func() time.Time
	keys    Keys
	deliver Deliver
	catch   bool
	lookup  Lookup
	refused Rate // notes of refused mail, by sender
	broken  broken
	tls     *tls.Config

	patience time.Duration // for an IMAP server's answer
	sandbox  bool          // nothing leaves; the catcher has it
}

// Deliver sends one mail's bytes for a mailbox.
type Deliver func(ctx context.Context, box Box, from string, to []string, raw []byte) Result

// overSMTP delivers through the relay that the mailbox names.
func overSMTP(sender *Sender, config *tls.Config) Deliver {
	return func(ctx context.Context, box Box, from string, to []string, raw []byte) Result {
		route := RouteOf(box.Spec)
		route.TLSConfig = config
		return sender.Send(ctx, route, from, to, raw)
	}
}

// RouteOf is the relay that a mailbox with an outgoing server sends through.
func RouteOf(m Mailbox) Route {
	r := m.Outgoing
	_, domain, _ := cutAddress(m.Address)
	return Route{Host: r.Host, Port: r.Port, Security: Security(r.Security), User: r.Username, Secret: r.Password, Helo: domain}.withDefaults()
}

// Parts are what mail stands on.
type Parts struct {
	DB     *db.DB
	Ledger *ledger.Ledger
	Jobs   *job.Queue
	Boxes  func() Boxes
	Clock  func() time.Time // nil: the machine's
	Keys   Keys
	// Catch keeps the mail of mailboxes without an outgoing server in the built-in catcher,
	// for demo and development; otherwise it waits in the queue.
	Catch bool
	// Sandbox keeps all outgoing mail in the catcher, whatever the mailboxes say.
	Sandbox bool
	// Deliver sends mail; nil means SMTP as the mailbox says.
	Deliver Deliver
	// Lookup resolves TXT records for checking signatures; nil checks none.
	Lookup Lookup
	// TLS is for servers with certificates of their own; nil verifies with the system's roots.
	TLS *tls.Config
	// Patience is how long an IMAP server may take to answer; a minute when zero.
	Patience time.Duration
}

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{db: p.DB, ledger: p.Ledger, jobs: p.Jobs, boxes: p.Boxes, clock: p.Clock, keys: p.Keys, deliver: p.Deliver, catch: p.Catch || p.Sandbox, sandbox: p.Sandbox, lookup: p.Lookup,
		refused: Rate{Limit: 20, Window: time.Hour, Clock: p.Clock}, tls: p.TLS, patience: imapAnswer}
	if p.Patience > 0 {
		s.patience = p.Patience
	}
	if s.deliver == nil {
		s.deliver = overSMTP(&Sender{}, p.TLS)
	}
	p.Jobs.HandleIO(sendJob, job.Options{Parallel: 8, Lease: 3 * time.Minute, MaxAttempts: maxTries + 1, Backoff: sendBackoff}, s.sendOne)
	p.Jobs.Handle(forgetJob, job.Options{}, s.onForget)
	p.Jobs.HandleIO(fetchJob, job.Options{Parallel: fetchParallel, MaxAttempts: 1 << 30, Backoff: s.fetchBackoff}, s.fetchMailbox)
	return s
}

// Keys are the installation's signing keys.
func (s *Service) Keys() Keys { return s.keys }

// Catching reports whether the built-in catcher is on.
func (s *Service) Catching() bool { return s.catch }

// Own reports whether an address is one of our mailboxes, reply addresses included.
func (s *Service) Own(address string) bool {
	_, ok := s.boxes().BoxFor(PlainAddress(address, s.keys))
	return ok
}

var _ Sink = (*Service)(nil)

// Known implements Sink: mail is taken for our mailboxes and their reply addresses.
func (s *Service) Known(_ context.Context, recipient string) error {
	if !s.Own(recipient) {
		return fault.New(fault.NotFound, "There is no mailbox %s here.", recipient)
	}
	return nil
}

// Accept implements Sink. It puts the trace field on top that RFC 5321 (4.4) asks for.
func (s *Service) Accept(ctx context.Context, e Envelope, raw []byte) error {
	trace := fmt.Sprintf("Received: from %s (%s) by steward with %s; %s\r\n", oneWord(e.Helo), oneWord(e.RemoteAddr), e.Protocol, s.clock().UTC().Format(time.RFC1123Z))
	return s.Receive(ctx, e.From, e.To, e.RemoteAddr, append([]byte(trace), raw...))
}

// Refused implements Sink: it notes a mail that was not taken, at most 20 an hour for one sender.
func (s *Service) Refused(ctx context.Context, e Envelope, size int64, why string) {
	if !s.refused.Allow(strings.ToLower(e.From)) {
		return
	}
	var boxID int64
	for _, to := range e.To {
		if box, ok := s.boxes().BoxFor(PlainAddress(to, s.keys)); ok {
			boxID = box.ID
			break
		}
	}
	err := s.noteRefused(ctx, Refusal{MailboxID: boxID, Sender: e.From, Recipients: strings.Join(e.To, ","), Remote: e.RemoteAddr, Size: size, Reason: why})
	if err != nil {
		slog.Warn("a refused mail could not be noted", "error", err)
	}
}

// oneWord keeps what a client calls itself from writing header fields of its own.
func oneWord(s string) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune("();,<>", r) {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "unknown"
	}
	return clip(s, 200)
}

// LoadKeys returns the installation's signing keys, making one on first use.
func LoadKeys(ctx context.Context, d *db.DB, by act.Actor) (Keys, error) {
	var text string
	err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		fresh := make([]byte, 32)
		if _, err := by.Rand().Read(fresh); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('mail_key', $1) ON CONFLICT (name) DO NOTHING`, base64.StdEncoding.EncodeToString(fresh))
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM instance WHERE name = 'mail_key'`).Scan(&text)
	})
	if err != nil {
		return nil, fmt.Errorf("load the mail key: %w", err)
	}
	var keys Keys
	for _, part := range strings.Fields(text) { // the newest first; older ones still verify
		key, err := base64.StdEncoding.DecodeString(part)
		if err != nil {
			return nil, fmt.Errorf("the mail key cannot be read: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
