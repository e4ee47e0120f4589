package setup

import (
	"context"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/fault"
	stewardmail "steward/internal/mail"
)

// Trial is a mailbox to try, as its blueprint would be written. A password stands where its reference would, or beside it.
type Trial struct {
	Name     string    `json:"name,omitempty" maxLength:"60" doc:"The mailbox's name, for the files that keep its passwords."`
	Address  string    `json:"address" maxLength:"254"`
	Incoming *Incoming `json:"incoming,omitempty"`
	Outgoing *Outgoing `json:"outgoing,omitempty"`
}

// Incoming is an IMAP server to try.
type Incoming struct {
	Host      string `json:"host" maxLength:"253"`
	Port      int    `json:"port,omitempty" minimum:"0" maximum:"65535"`
	TLS       string `json:"tls,omitempty" enum:"implicit,starttls,none,"`
	Username  string `json:"username" maxLength:"320"`
	Password  string `json:"password,omitempty" maxLength:"1000" doc:"The password itself; used for this try, and kept only when asked to."`
	Reference string `json:"reference,omitempty" maxLength:"1000" doc:"Or where it is: env:NAME or file:PATH."`
	Folder    string `json:"folder,omitempty" maxLength:"200"`
}

// Outgoing is an SMTP server to try.
type Outgoing struct {
	Host      string `json:"host" maxLength:"253"`
	Port      int    `json:"port,omitempty" minimum:"0" maximum:"65535"`
	Security  string `json:"security,omitempty" enum:"starttls,tls,none,"`
	Username  string `json:"username,omitempty" maxLength:"320"`
	Password  string `json:"password,omitempty" maxLength:"1000" doc:"The password itself; used for this try, and kept only when asked to."`
	Reference string `json:"reference,omitempty" maxLength:"1000" doc:"Or where it is: env:NAME or file:PATH."`
}

// Tried is what was found about one server.
type Tried struct {
	OK        bool   `json:"ok"`
	Message   string `json:"message"`
	Advice    string `json:"advice" doc:"What to look at; empty when it works."`
	Reference string `json:"reference" doc:"Where the password is kept now, for the blueprint; empty when none was given."`
}

// TriedBoth is what was found about a mailbox's servers; null for one that was not named.
type TriedBoth struct {
	Incoming *Tried `json:"incoming"`
	Outgoing *Tried `json:"outgoing"`
	// Keeps says whether this server can keep passwords in files of its own.
	Keeps bool `json:"keeps"`
}

// boxName is how a mailbox may be named where a file is named after it.
var boxName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$`)

// Try connects to the servers of a mailbox and signs in; nothing is sent or fetched. What works has its password kept in a
// file that only this server reads, when it was typed. Whoever may apply blueprints may. It takes a while; call it outside
// transactions.
func (s *Service) Try(ctx context.Context, by act.Actor, in Trial) (out TriedBoth, err error) {
	if err := mayRun(by); err != nil {
		return out, err
	}
	if !boxName.MatchString(in.Name) {
		return out, fault.Field("name", in.Name, "lower-case letters, digits and hyphens", "A mailbox is named with lower-case letters, digits and hyphens.")
	}
	if _, err := mail.ParseAddress(in.Address); err != nil {
		return out, fault.Field("address", in.Address, "an email address", "This is not an email address.")
	}
	out.Keeps = s.DB.Dir() != ""
	if r := in.Incoming; r != nil {
		out.Incoming, err = s.tryWith(in.Name+"-imap", r.Password, r.Reference, func(ref string) stewardmail.Tried {
			if r.TLS == "none" && !local(r.Host) {
				return stewardmail.Tried{Message: "Without TLS the password would go over the network in the clear.", Advice: "Choose TLS from the start or STARTTLS."}
			}
			return s.Mail.TryIncoming(ctx, stewardmail.IMAP{Host: r.Host, Port: r.Port, TLS: r.TLS, Username: r.Username, Password: ref, Folder: r.Folder})
		})
		if err != nil {
			return out, err
		}
	}
	if r := in.Outgoing; r != nil {
		out.Outgoing, err = s.tryWith(in.Name+"-smtp", r.Password, r.Reference, func(ref string) stewardmail.Tried {
			return s.Mail.TryOutgoing(ctx, stewardmail.Mailbox{Address: in.Address, Outgoing: &stewardmail.Relay{Host: r.Host, Port: r.Port, Security: r.Security, Username: r.Username, Password: ref}})
		})
	}
	return out, err
}

func local(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// tryWith tries a server with a password that is typed or referred to. One that is typed stands in a file while it is tried
// and stays there when it works; without a folder for it, it is forgotten after the try.
func (s *Service) tryWith(name, password, ref string, try func(ref string) stewardmail.Tried) (*Tried, error) {
	switch {
	case password != "":
		file, keep, err := s.keep(name, password)
		if err != nil {
			return nil, err
		}
		t := try("file:" + file)
		out := &Tried{OK: t.OK, Message: t.Message, Advice: t.Advice, Reference: "file:" + file}
		if !keep || !t.OK {
			_ = os.Remove(file)
			out.Reference = ""
			return out, nil
		}
		final := strings.TrimSuffix(file, ".new")
		if err := os.Rename(file, final); err != nil {
			return nil, err
		}
		out.Reference = "file:" + final
		return out, nil
	case ref != "" && !s.mayTry(ref):
		return nil, fault.Field("reference", ref, "one that a mailbox in force names", "Changes of the configuration are approved here, so only passwords that it names already can be tried. Type the password instead.")
	}
	t := try(ref)
	return &Tried{OK: t.OK, Message: t.Message, Advice: t.Advice, Reference: ref}, nil
}

// mayTry reports whether a reference may be sent to a server that somebody typed: where a policy asks for approval of
// changes, trying must not be a way around it.
func (s *Service) mayTry(ref string) bool {
	set := s.Blueprints.Set()
	if len(blueprint.All[blueprint.Policy](set)) == 0 {
		return true
	}
	for _, box := range s.Boxes().All() {
		if o := box.Spec.Outgoing; o != nil && o.Password == ref {
			return true
		}
		if i := box.Spec.IMAP; i != nil && i.Password == ref {
			return true
		}
	}
	return false
}

// keep writes a password into a file that only this server's user reads; kept says whether its folder lasts.
func (s *Service) keep(name, password string) (file string, kept bool, err error) {
	if s.DB.Dir() == "" {
		f, err := os.CreateTemp("", "steward-try-*")
		if err != nil {
			return "", false, err
		}
		_, err = f.WriteString(password)
		return f.Name(), false, errFirst(err, f.Close())
	}
	dir, err := filepath.Abs(filepath.Join(s.DB.Dir(), "secrets"))
	if err != nil {
		return "", false, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", false, err
	}
	file = filepath.Join(dir, name+".new")
	return file, true, os.WriteFile(file, []byte(password), 0o600)
}

func errFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
