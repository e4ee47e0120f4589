package mail

import (
	"crypto/tls"
	"os"
	"strings"
	"time"

	"steward/internal/fault"
)

// Security is how a connection to a relay is protected.
type Security string

// The kinds of protection. There is no "if possible": who can strip the offer of STARTTLS
// could read the mail.
const (
	StartTLS Security = "starttls" // begin in the clear, then insist on TLS; port 587
	TLS      Security = "tls"      // TLS from the first byte; port 465
	Plain    Security = "none"     // for a relay on the same machine or network
)

// Route is a relay that mail goes out through.
type Route struct {
	Host     string
	Port     int      // 0 takes the usual port of Security
	Security Security // empty means StartTLS
	User     string   // empty means no sign-in
	Secret   string   // the password's reference: "env:NAME" or "file:PATH"
	Helo     string   // what to call ourselves; "localhost"

	DialTimeout    time.Duration // 10 s
	CommandTimeout time.Duration // for each answer; 1 minute
	SubmitTimeout  time.Duration // for the answer to the message itself; 5 minutes
	TLSConfig      *tls.Config   // nil verifies Host with the system's roots
}

func (r Route) withDefaults() Route {
	if r.Security == "" {
		r.Security = StartTLS
	}
	if r.Port == 0 {
		r.Port = map[Security]int{StartTLS: 587, TLS: 465, Plain: 25}[r.Security]
	}
	if r.Helo == "" {
		r.Helo = "localhost"
	}
	if r.DialTimeout <= 0 {
		r.DialTimeout = 10 * time.Second
	}
	if r.CommandTimeout <= 0 {
		r.CommandTimeout = time.Minute
	}
	if r.SubmitTimeout <= 0 {
		r.SubmitTimeout = 5 * time.Minute
	}
	return r
}

// Check reports what is wrong with a route before anything is sent.
func (r Route) Check() error {
	switch {
	case r.Host == "":
		return fault.Field("host", r.Host, "the name of a mail relay", "The mail route has no host.")
	case r.Security != "" && r.Security != StartTLS && r.Security != TLS && r.Security != Plain:
		return fault.Field("security", string(r.Security), "starttls, tls or none", "The mail route's security %q is unknown.", r.Security)
	case r.User != "" && r.Security == Plain && !isLoopback(r.Host):
		return fault.Field("security", string(r.Security), "starttls or tls", "The mail route would send a password in the clear.")
	}
	if r.User != "" {
		_, err := ReadSecret(r.Secret)
		return err
	}
	return nil
}

func isLoopback(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}

// maxSecret bounds a secret's file.
const maxSecret = 64 << 10

// ReadSecret resolves a reference to a secret. The secret itself never appears in an error.
func ReadSecret(ref string) (string, error) {
	kind, name, _ := strings.Cut(ref, ":")
	switch {
	case kind == "env" && name != "":
		v, ok := os.LookupEnv(name)
		if !ok || v == "" {
			return "", fault.New(fault.Invalid, "The environment variable %s that holds the secret is not set.", name)
		}
		return v, nil
	case kind == "file" && name != "":
		b, err := os.ReadFile(name)
		if err != nil {
			return "", fault.New(fault.Invalid, "The file that holds the secret cannot be read: %w", err)
		}
		if len(b) == 0 || len(b) > maxSecret {
			return "", fault.New(fault.Invalid, "The file %s that holds the secret is empty or larger than %d bytes.", name, maxSecret)
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	}
	return "", &fault.Error{Code: fault.Invalid, Message: "The secret's reference is not one.", Details: []fault.Detail{{Field: "secret", Message: "The secret's reference is not one.", Accepted: "env:NAME or file:PATH"}}}
}
