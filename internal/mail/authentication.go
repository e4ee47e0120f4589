package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/authres"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/publicsuffix"
)

// AuthVerdict says whether the address in a mail's From can be believed.
type AuthVerdict string

// The verdicts. "" means that nothing is known.
const (
	Verified   AuthVerdict = "verified"   // the domain of the From stands behind the mail
	Unverified AuthVerdict = "unverified" // it was checked and failed: anybody may have written it
)

// Authentication is what is known about who wrote a mail.
type Authentication struct {
	Verdict AuthVerdict
	Detail  string // the findings and whose they are: "dmarc=pass, says mx.company.example"
	Failed  bool   // its domain's policy (DMARC) says that it is not theirs; not stored
}

// Lookup returns the TXT records of a name, as net.Resolver does.
type Lookup func(ctx context.Context, name string) ([]string, error)

// lookupTime bounds all lookups for one mail.
const lookupTime = 10 * time.Second

// Authenticate judges a mail's From. It believes the Authentication-Results of the server
// that calls itself authserv (RFC 8601), which is the mailbox's own; without one it checks
// DKIM signatures and the domain's DMARC policy itself, when the service has a resolver.
func (s *Service) Authenticate(ctx context.Context, m *Message, raw []byte, authserv string) Authentication {
	_, domain, ok := cutAddress(m.From.Email)
	if !ok {
		return Authentication{}
	}
	if authserv != "" {
		return fromResults(m.Header, authserv, domain)
	}
	if s.lookup == nil {
		return Authentication{}
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	return byDKIM(raw, domain, func(name string) ([]string, error) { return s.lookup(ctx, name) })
}

// fromResults reads the results that a trusted server wrote. Of each method only the
// topmost results count: what stands below may have come with the mail.
func fromResults(h Header, authserv, domain string) Authentication {
	var found []string
	seen := map[string]bool{}
	pass, fail := false, false
	for _, v := range h.Values("Authentication-Results") {
		id, results, err := authres.Parse(cleanLine(v))
		if err != nil || !strings.EqualFold(id, authserv) {
			continue
		}
		here := map[string]bool{}
		for _, r := range results {
			method, value, aligned := result(r, domain)
			if method == "" || seen[method] {
				continue
			}
			here[method] = true
			found = append(found, method+"="+string(value))
			switch {
			case method == "dmarc" && value == authres.ResultFail:
				fail = true
			case value == authres.ResultPass && (method == "dmarc" || aligned):
				pass = true
			}
		}
		for method := range here {
			seen[method] = true
		}
	}
	if len(found) == 0 {
		return Authentication{}
	}
	detail := strings.Join(found, ", ") + ", says " + authserv
	switch {
	case fail:
		return Authentication{Unverified, detail, true}
	case pass:
		return Authentication{Verdict: Verified, Detail: detail}
	case seen["dkim"] && !onlyNone(found) || seen["spf"] && !onlyNone(found):
		return Authentication{Verdict: Unverified, Detail: detail}
	}
	return Authentication{Detail: detail}
}

// onlyNone reports whether no method came to a finding.
func onlyNone(found []string) bool {
	for _, f := range found {
		if !strings.HasSuffix(f, "=none") && !strings.HasSuffix(f, "=temperror") && !strings.HasSuffix(f, "=neutral") {
			return false
		}
	}
	return true
}

// result is a finding and whether it is about the domain of the From.
func result(r authres.Result, domain string) (method string, value authres.ResultValue, aligns bool) {
	switch r := r.(type) {
	case *authres.DMARCResult:
		return "dmarc", r.Value, true
	case *authres.DKIMResult:
		d := r.Domain
		if d == "" {
			d = r.Identifier[strings.LastIndexByte(r.Identifier, '@')+1:]
		}
		return "dkim", r.Value, aligned(d, domain)
	case *authres.SPFResult:
		return "spf", r.Value, aligned(r.From[strings.LastIndexByte(r.From, '@')+1:], domain)
	}
	return "", "", false
}

// aligned reports whether two domains are of one organization (relaxed alignment, RFC 7489).
func aligned(a, b string) bool {
	a, b = strings.ToLower(strings.Trim(a, ". ")), strings.ToLower(strings.Trim(b, ". "))
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	oa, err1 := publicsuffix.EffectiveTLDPlusOne(a)
	ob, err2 := publicsuffix.EffectiveTLDPlusOne(b)
	return err1 == nil && err2 == nil && oa == ob
}

// byDKIM checks the signatures, and what the domain asks for when none holds. A broken
// signature alone proves nothing: mailing lists break them.
func byDKIM(raw []byte, domain string, lookup func(string) ([]string, error)) Authentication {
	checked, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: lookup, MaxVerifications: 5})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return Authentication{Detail: "The signatures cannot be read."}
	}
	var found []string
	later := false
	for _, v := range checked {
		switch {
		case v.Err == nil && aligned(v.Domain, domain):
			return Authentication{Verdict: Verified, Detail: fmt.Sprintf("signed by %s", clip(v.Domain, 200))}
		case v.Err == nil:
			found = append(found, "signed by "+clip(v.Domain, 200)+", which is not the sender's domain")
		default:
			later = later || dkim.IsTempFail(v.Err)
			found = append(found, "the signature of "+clip(v.Domain, 200)+" does not hold")
		}
	}
	if len(checked) == 0 {
		return Authentication{Detail: "not signed"}
	}
	detail := strings.Join(found, "; ")
	if later {
		return Authentication{Detail: detail}
	}
	if p, err := dmarc.LookupWithOptions(domain, &dmarc.LookupOptions{LookupTXT: lookup}); err == nil && p.Policy != dmarc.PolicyNone {
		return Authentication{Unverified, detail + fmt.Sprintf("; %s asks to refuse such mail", domain), true}
	}
	return Authentication{Detail: detail}
}
