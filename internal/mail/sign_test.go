package mail

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// zone is a name server with these TXT records.
type zone map[string]string

func (z zone) lookup(_ context.Context, name string) ([]string, error) {
	if v, ok := z[strings.TrimSuffix(name, ".")]; ok {
		return []string{v}, nil
	}
	return nil, errors.New("no such name")
}

// newDKIM makes a key in a file and publishes it.
func newDKIM(t *testing.T, z zone, kind, domain string) DKIM {
	t.Helper()
	text, err := NewDKIMKey(kind, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := ParseDKIMKey(text)
	if err != nil {
		t.Fatal(err)
	}
	name, value, err := DKIMRecord(key, domain, "s1")
	if err != nil {
		t.Fatal(err)
	}
	z[name] = value
	return DKIM{Selector: "s1", Key: "file:" + file}
}

func composed(t *testing.T, from string) []byte {
	t.Helper()
	raw, err := Compose(Outgoing{From: Address{Name: "Jörg", Email: from}, To: []Address{{Email: "ann@acme.example"}}, Subject: "Grüße " + strings.Repeat("lang ", 40),
		MessageID: "1@company.example", Date: time.Unix(1773050400, 0), Text: "Hello\n\n  two  spaces \n", HTML: "<p>Hello</p>", LoopDomain: "company.example"})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSignedMailIsVerifiedByTheLibraryAndByUs(t *testing.T) {
	for _, kind := range []string{"rsa", "ed25519"} {
		z := zone{}
		d := newDKIM(t, z, kind, "company.example")
		raw := composed(t, "support@company.example")
		field, err := d.Signature(raw, "support@company.example")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(field, "DKIM-Signature:") || !strings.HasSuffix(field, "\r\n") || !strings.Contains(strings.ReplaceAll(field, " ", ""), "c=relaxed/relaxed") {
			t.Errorf("%s: %q", kind, field)
		}
		signed := append([]byte(field), raw...)
		lookup := func(name string) ([]string, error) { return z.lookup(context.Background(), name) }
		got, err := dkim.VerifyWithOptions(bytes.NewReader(signed), &dkim.VerifyOptions{LookupTXT: lookup})
		if err != nil || len(got) != 1 || got[0].Err != nil || got[0].Domain != "company.example" {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
		s := &Service{lookup: z.lookup}
		m := Parse(signed)
		if a := s.Authenticate(context.Background(), &m, signed, ""); a.Verdict != Verified || a.Detail != "signed by company.example" {
			t.Errorf("%s: %+v", kind, a)
		}
		// On its way a list adds a line; the domain asks nobody to refuse that.
		changed := append(bytes.Clone(signed), "-- \r\nA list\r\n"...)
		if a := s.Authenticate(context.Background(), &m, changed, ""); a.Verdict != "" || !strings.Contains(a.Detail, "does not hold") {
			t.Errorf("%s: a changed mail: %+v", kind, a)
		}
		z["_dmarc.company.example"] = "v=DMARC1; p=reject"
		if a := s.Authenticate(context.Background(), &m, changed, ""); a.Verdict != Unverified {
			t.Errorf("%s: a changed mail of a strict domain: %+v", kind, a)
		}
		// Somebody else's good signature says nothing about this sender.
		other := composed(t, "ceo@bank.example")
		z["_dmarc.bank.example"] = "v=DMARC1; p=quarantine"
		d.Domain = "company.example"
		field, err = d.Signature(other, "")
		if err != nil {
			t.Fatal(err)
		}
		other = append([]byte(field), other...)
		m = Parse(other)
		if a := s.Authenticate(context.Background(), &m, other, ""); a.Verdict != Unverified {
			t.Errorf("%s: signed by another domain: %+v", kind, a)
		}
	}
}

func TestAKeyThatCannotBeUsedIsSaidWithoutBeingTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	for _, text := range []string{"s3cret", "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (DKIM{Selector: "s", Key: "file:" + file}).Signature([]byte("From: a@b.example\r\n\r\nx"), "a@b.example"); err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "czNj") {
			t.Errorf("%v", err)
		}
	}
	if line := ZoneLine("s._domainkey.b.example", strings.Repeat("x", 600)); strings.Count(line, `"`) != 6 {
		t.Errorf("a long record is %s", line)
	}
}

func TestOnlyTheTrustedServersResultsCount(t *testing.T) {
	const us = "mx.company.example"
	for _, tt := range []struct {
		results []string
		want    AuthVerdict
	}{
		{[]string{us + "; dmarc=pass header.from=acme.example"}, Verified},
		{[]string{us + "; dmarc=fail header.from=acme.example; dkim=pass header.d=acme.example"}, Unverified},
		{[]string{us + "; dkim=pass header.d=mail.acme.example; spf=fail smtp.mailfrom=x@evil.example"}, Verified},
		{[]string{us + "; spf=pass smtp.mailfrom=bounce@acme.example"}, Verified},
		{[]string{us + "; spf=pass smtp.mailfrom=bounce@evil.example; dkim=none"}, Unverified},
		{[]string{us + "; spf=none smtp.mailfrom=x@acme.example; dkim=none"}, ""},
		{[]string{us + "; dkim=temperror header.d=acme.example"}, ""},
		{[]string{us + "; none"}, ""},
		{[]string{"mx.evil.example; dmarc=pass header.from=acme.example"}, ""},
		{[]string{us + "; dmarc=fail header.from=acme.example", us + "; dmarc=pass header.from=acme.example"}, Unverified},
		{[]string{us + "; spf=fail smtp.mailfrom=acme.example", us + "; dkim=fail header.d=acme.example", us + "; dkim=pass header.d=acme.example"}, Unverified},
		{[]string{"garbage", us + ";;; =", us}, ""},
		{nil, ""},
	} {
		var raw strings.Builder
		for _, r := range tt.results {
			raw.WriteString("Authentication-Results: " + r + "\r\n")
		}
		m := Parse([]byte(raw.String() + "From: ann@acme.example\r\n\r\nx"))
		if a := (&Service{}).Authenticate(context.Background(), &m, nil, us); a.Verdict != tt.want {
			t.Errorf("%q: %+v, want %q", tt.results, a, tt.want)
		}
	}
}
