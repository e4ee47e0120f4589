package mail

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"steward/internal/fault"
)

// DKIM is how a mailbox signs its mail (RFC 6376).
type DKIM struct {
	Domain   string `yaml:"domain" doc:"Domain that signs; the one of the mailbox's address when empty."`
	Selector string `yaml:"selector" doc:"Selector under which the public key stands in the DNS." required:"true"`
	Key      string `yaml:"key" doc:"Where the private key (PEM) is: env:NAME or file:PATH. Never the key itself." required:"true"`
}

// signedFields are covered by the signature when a mail has them.
var signedFields = []string{"From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", LoopHeader}

// Signature returns the DKIM-Signature field, with its line end, to stand on top of a mail:
// relaxed both for header and body. It reads the key from where the reference says.
func (d DKIM) Signature(raw []byte, address string) (string, error) {
	pemText, err := ReadSecret(d.Key)
	if err != nil {
		return "", err
	}
	key, err := ParseDKIMKey([]byte(pemText))
	if err != nil {
		return "", err
	}
	if d.Domain == "" {
		_, d.Domain, _ = cutAddress(address)
	}
	signer, err := dkim.NewSigner(&dkim.SignOptions{Domain: d.Domain, Selector: d.Selector, Signer: key, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed, HeaderKeys: present(raw)})
	if err != nil {
		return "", fmt.Errorf("sign a mail: %w", err)
	}
	_, err = signer.Write(raw)
	if cerr := signer.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", fmt.Errorf("sign a mail: %w", err)
	}
	return signer.Signature(), nil
}

// present are the fields to sign that the mail has.
func present(raw []byte) (out []string) {
	h, _, _ := splitHeader(raw, DefaultLimits.Header, DefaultLimits.Fields)
	for _, name := range signedFields {
		if h.Has(name) {
			out = append(out, name)
		}
	}
	return out
}

// ParseDKIMKey reads a private key from PEM: RSA of at least 1024 bits, or Ed25519.
func ParseDKIMKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fault.New(fault.Invalid, "The DKIM key is not a PEM file.")
	}
	var key any
	var err error
	if block.Type == "RSA PRIVATE KEY" {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "The DKIM key cannot be read; it must be an unencrypted private key in PEM.")
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < 1024 {
			return nil, fault.New(fault.Invalid, "The DKIM key has %d bits; receivers want at least 1024.", k.N.BitLen())
		}
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	}
	return nil, fault.New(fault.Invalid, "The DKIM key is neither RSA nor Ed25519.")
}

// NewDKIMKey makes a private key, "rsa" (2048 bits) or "ed25519", in PEM.
func NewDKIMKey(kind string, random io.Reader) ([]byte, error) {
	var key any
	var err error
	switch kind {
	case "rsa":
		key, err = rsa.GenerateKey(random, 2048)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(random)
	default:
		return nil, fault.Field("--type", kind, "rsa or ed25519", "There is no key of type %q.", kind)
	}
	if err != nil {
		return nil, fmt.Errorf("make a DKIM key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// DKIMRecord returns the name and the value of the TXT record that publishes a key.
func DKIMRecord(key crypto.Signer, domain, selector string) (name, value string, err error) {
	kind := "rsa"
	var public []byte
	switch k := key.Public().(type) {
	case *rsa.PublicKey:
		public, err = x509.MarshalPKIXPublicKey(k)
	case ed25519.PublicKey:
		kind, public = "ed25519", k
	}
	if err != nil {
		return "", "", err
	}
	return selector + "._domainkey." + domain, "v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(public), nil
}

// ZoneLine writes a TXT record as a zone file holds it: in strings of at most 255 bytes.
func ZoneLine(name, value string) string {
	var parts []string
	for len(value) > 255 {
		parts, value = append(parts, `"`+value[:255]+`"`), value[255:]
	}
	return name + ". IN TXT ( " + strings.Join(append(parts, `"`+value+`"`), " ") + " )"
}
