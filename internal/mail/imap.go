package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// This file alone knows the IMAP library, which is a beta.

// How long a server may take: for any answer, and for a whole message.
const (
	imapAnswer  = time.Minute
	imapMessage = 10 * time.Minute
)

// imapChatter is how many bytes an answer without a message in it may have: a list of two
// million numbers.
const imapChatter = 16 << 20

// imapFolder is one open folder. Every call ends, one way or the other.
type imapFolder struct {
	client   *imapclient.Client
	conn     *meteredConn
	spec     IMAP
	patience time.Duration
	news     chan struct{} // holds a mark when the server told of something new
	validity uint32
	next     uint32 // the UID that the next mail will have at least
}

// listedMail is what a folder says of a mail before it is fetched.
type listedMail struct {
	uid  uint32
	size int64
	at   time.Time // when it came into the folder
}

var (
	errFlood    = errors.New("the server sent more than was asked for")
	errGone     = errors.New("the mail is no longer in the folder")
	errTooLarge = errors.New("the mail is larger than the limit")
)

// meteredConn bounds what a server may send in one step.
type meteredConn struct {
	net.Conn
	left atomic.Int64
}

// Read implements net.Conn.
func (c *meteredConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.left.Add(-int64(n)) < 0 {
		_ = c.Conn.Close()
		return 0, errFlood
	}
	return n, err
}

// openIMAP connects, signs in and opens the folder.
func openIMAP(ctx context.Context, m IMAP, config *tls.Config, patience time.Duration) (*imapFolder, error) {
	password, err := ReadSecret(m.Password)
	if err != nil {
		return nil, err
	}
	m = m.withDefaults()
	d := net.Dialer{Timeout: min(patience, 30*time.Second)}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(m.Host, strconv.Itoa(m.Port)))
	if err != nil {
		return nil, err
	}
	f := &imapFolder{conn: &meteredConn{Conn: conn}, spec: m, patience: patience, news: make(chan struct{}, 1)}
	if err := f.step(patience, imapChatter, func() error { return f.begin(config, password) }); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *imapFolder) begin(config *tls.Config, password string) (err error) {
	options := &imapclient.Options{TLSConfig: &tls.Config{}, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(*imapclient.UnilateralDataMailbox) { f.tell() }}}
	if config != nil {
		options.TLSConfig = config.Clone()
	}
	options.TLSConfig.MinVersion = tls.VersionTLS12
	if options.TLSConfig.ServerName == "" {
		options.TLSConfig.ServerName = f.spec.Host
	}
	switch f.spec.TLS {
	case "starttls":
		if f.client, err = imapclient.NewStartTLS(f.conn, options); err != nil {
			return fmt.Errorf("protecting the connection (STARTTLS): %w", err)
		}
	case "none":
		f.client = imapclient.New(f.conn, options)
	default:
		f.client = imapclient.New(tls.Client(f.conn, options.TLSConfig), options)
	}
	if err := f.client.WaitGreeting(); err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	if err := f.client.Login(f.spec.Username, password).Wait(); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	if _, target, _ := f.spec.after(); target != "" {
		_ = f.client.Create(target, nil).Wait() // it may be there; if not, moving says so
	}
	data, err := f.client.Select(f.spec.Folder, nil).Wait()
	if err != nil {
		return fmt.Errorf("opening the folder %s: %w", f.spec.Folder, err)
	}
	f.validity, f.next = data.UIDValidity, uint32(data.UIDNext)
	return nil
}

func (f *imapFolder) tell() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// step runs a piece of the dialogue. When it takes too long or the server sends too much,
// the connection is closed, which ends it.
func (f *imapFolder) step(patience time.Duration, bytes int64, do func() error) error {
	f.conn.left.Store(bytes)
	late := time.AfterFunc(patience, func() { _ = f.conn.Close() })
	err := do()
	switch {
	case !late.Stop():
		return fmt.Errorf("the server did not answer within %s", patience)
	case f.conn.left.Load() < 0:
		return errFlood
	}
	return err
}

func (f *imapFolder) close() { _ = f.conn.Close() }

// quit says goodbye, so that the server need not find out.
func (f *imapFolder) quit() {
	_ = f.step(min(f.patience, 5*time.Second), imapChatter, func() error { return f.client.Logout().Wait() })
	f.close()
}

// search returns the UIDs above after, in order.
func (f *imapFolder) search(after uint32) (uids []uint32, err error) {
	set := imap.UIDSet{}
	set.AddRange(imap.UID(after)+1, 0)
	err = f.step(f.patience, imapChatter, func() error {
		data, err := f.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{set}, NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
		if err != nil {
			return fmt.Errorf("searching: %w", err)
		}
		found, ok := data.All.(imap.UIDSet)
		if !ok {
			return nil
		}
		uids, err = spread(found, after)
		return err
	})
	slices.Sort(uids)
	return slices.Compact(uids), err
}

// spread lists a set's numbers above after: a server may write four billion of them in
// twelve bytes. (A search for "5:*" finds the last mail, whatever its number.)
func spread(set imap.UIDSet, after uint32) (uids []uint32, err error) {
	total := int64(0)
	for _, r := range set {
		if r.Start == 0 || r.Stop < r.Start {
			return nil, errFlood
		}
		if total += int64(r.Stop-r.Start) + 1; total > imapChatter/8 {
			return nil, errFlood
		}
		for u := int64(r.Start); u <= int64(r.Stop); u++ {
			if u > int64(after) {
				uids = append(uids, uint32(u))
			}
		}
	}
	return uids, nil
}

// list says how large mails are; ones that are gone are left out.
func (f *imapFolder) list(uids []uint32) (out []listedMail, err error) {
	err = f.step(f.patience, imapChatter, func() error {
		got, err := f.client.Fetch(setOf(uids), &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true}).Collect()
		if err != nil {
			return fmt.Errorf("listing: %w", err)
		}
		for _, g := range got {
			if slices.Contains(uids, uint32(g.UID)) {
				out = append(out, listedMail{uint32(g.UID), g.RFC822Size, g.InternalDate})
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b listedMail) int { return int(int64(a.uid) - int64(b.uid)) })
	return out, err
}

func setOf(uids []uint32) (set imap.UIDSet) {
	for _, u := range uids {
		set.AddNum(imap.UID(u))
	}
	return set
}

// fetch reads a whole mail of at most limit bytes, or with head only its header's first bytes.
func (f *imapFolder) fetch(uid uint32, limit int64, head bool) (raw []byte, err error) {
	section := &imap.FetchItemBodySection{Peek: true}
	if head {
		section.Specifier, section.Partial = imap.PartSpecifierHeader, &imap.SectionPartial{Size: limit}
	}
	err = f.step(max(f.patience, min(imapMessage, 10*f.patience)), limit+imapChatter, func() error {
		cmd := f.client.Fetch(setOf([]uint32{uid}), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
		found, readErr := readSection(cmd, limit)
		if errors.Is(readErr, errTooLarge) {
			f.close() // rather than reading what was announced
		}
		if err := cmd.Close(); readErr == nil {
			readErr = err
		}
		if raw = found; raw == nil && readErr == nil {
			readErr = errGone
		}
		return readErr
	})
	return raw, err
}

// readSection reads the one text that a fetch brings; nil when it brings none. A text that
// is shorter than announced was cut off.
func readSection(cmd *imapclient.FetchCommand, limit int64) (raw []byte, err error) {
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		for item := m.Next(); item != nil; item = m.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil {
				continue
			}
			if body.Literal.Size() > limit {
				return nil, errTooLarge
			}
			raw, err = io.ReadAll(body.Literal)
			if err == nil && int64(len(raw)) != body.Literal.Size() {
				err = io.ErrUnexpectedEOF
			}
			if err != nil {
				return nil, fmt.Errorf("the connection broke in the middle of a mail: %w", err)
			}
		}
	}
	return raw, nil
}

// settle does with stored mails what the mailbox says: marks them as read, moves or deletes them.
func (f *imapFolder) settle(uids []uint32) error {
	if len(uids) == 0 {
		return nil
	}
	what, target, err := f.spec.after()
	if err != nil {
		return err
	}
	return f.step(f.patience, imapChatter, func() error {
		set, flag := setOf(uids), imap.FlagDeleted
		switch {
		case what == "move" && f.client.Caps().Has(imap.CapMove):
			_, err := f.client.Move(set, target).Wait()
			return wrapIMAP("moving to "+target, err)
		case what == "move":
			if _, err := f.client.Copy(set, target).Wait(); err != nil {
				return wrapIMAP("moving to "+target, err)
			}
		case what == "keep":
			flag = imap.FlagSeen
		}
		err := f.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
		if err != nil || flag != imap.FlagDeleted || !f.client.Caps().Has(imap.CapUIDPlus) {
			return wrapIMAP("marking", err) // without UIDPLUS it stays marked: expunging would take other people's mail along
		}
		return wrapIMAP("removing", f.client.UIDExpunge(set).Close())
	})
}

func wrapIMAP(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// idles reports whether the server tells of new mail by itself.
func (f *imapFolder) idles() (yes bool, err error) {
	err = f.step(f.patience, imapChatter, func() error {
		yes = f.client.Caps().Has(imap.CapIdle)
		return nil
	})
	return yes, err
}

// wait returns when the server tells of something new, when tick says so, or after d.
func (f *imapFolder) wait(ctx context.Context, d time.Duration, tick func() bool) error {
	idle, err := f.idles()
	if err != nil {
		return err
	}
	var cmd *imapclient.IdleCommand
	if idle {
		if err = f.step(f.patience, imapChatter, func() (err error) { cmd, err = f.client.Idle(); return err }); err != nil {
			return fmt.Errorf("waiting (IDLE): %w", err)
		}
	} else if poll := time.Duration(f.spec.Poll); poll < d {
		d = poll
	}
	f.conn.left.Store(imapChatter)
	end, look := time.NewTimer(d), time.NewTicker(time.Second)
	defer end.Stop()
	defer look.Stop()
	for waiting := true; waiting; {
		select {
		case <-f.news:
			waiting = !idle
		case <-end.C:
			waiting = false
		case <-look.C:
			waiting = tick()
		case <-ctx.Done():
			return ctx.Err()
		case <-f.client.Closed():
			return errors.New("the server closed the connection")
		}
	}
	if cmd == nil {
		return nil
	}
	return f.step(f.patience, imapChatter, func() error {
		if err := cmd.Close(); err != nil {
			return err
		}
		return cmd.Wait()
	})
}

// withDefaults fills in what the text leaves out.
func (m IMAP) withDefaults() IMAP {
	if m.TLS == "" {
		m.TLS = "implicit"
	}
	if m.Port == 0 {
		m.Port = map[bool]int{true: 993, false: 143}[m.TLS == "implicit"]
	}
	if m.Folder == "" {
		m.Folder = "INBOX"
	}
	if m.Poll == 0 {
		m.Poll = imapPoll
	}
	if what, _, _ := m.after(); m.Existing == "" {
		m.Existing = map[bool]string{true: "leave", false: "take"}[what == "keep"]
	}
	return m
}

// after takes apart what becomes of a stored mail: keep, move with a folder, or delete.
func (m IMAP) after() (what, target string, err error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(m.After), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case m.After == "" || m.After == "keep":
		return "keep", "", nil
	case m.After == "delete":
		return "delete", "", nil
	case word == "move" && rest != "" && len(rest) <= 200 && !strings.ContainsAny(rest, "\r\n"):
		return "move", rest, nil
	}
	return "", "", errors.New("write keep, delete, or move with the name of a folder, such as move Steward")
}
