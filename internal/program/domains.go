package program

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"steward/internal/program/academic"
)

// domainList passes addresses at a domain of a list.
type domainList struct{ instant }

// Look implements Adapter.
func (domainList) Look(_ context.Context, _ *Service, c Case) (Finding, error) {
	text := c.Answer()
	if text == "" {
		text = c.Application.Email
	}
	domain := host(text)
	f := Finding{Evidence: Evidence{Figures: map[string]any{}}}
	switch name, known := "", false; {
	case domain == "":
		f.State, f.Say = Failed, "There is no address to look at."
	case under(domain, c.Check.Except):
		f.State, f.Say = Failed, domain+" is used by people other than staff as well, so it proves nothing by itself."
	case under(domain, c.Check.Domains):
		f.State, f.Say = Passed, domain+" is on our list."
	case c.Check.List != "own":
		if name, known = academic.Institution(domain); known {
			f.State, f.Say = Passed, domain+" belongs to "+name+"."
			f.Evidence.Seen = []Seen{{What: name, Good: true}}
		} else {
			f.State, f.Say = Failed, domain+" is not on the list of academic domains."
		}
	default:
		f.State, f.Say = Failed, domain+" is not on our list."
	}
	f.Evidence.Seen = append([]Seen{{What: "Domain " + domain, Good: f.State == Passed}}, f.Evidence.Seen...)
	return f, nil
}

// under reports whether a domain is one of a list or below one of them.
func under(domain string, list []string) bool {
	return slices.ContainsFunc(list, func(d string) bool {
		d = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(d)), "*.")
		return d != "" && (domain == d || strings.HasSuffix(domain, "."+d))
	})
}

// emailLoop asks for a mail to an address at the organization's domain to be confirmed.
type emailLoop struct{ instant }

// Look implements Adapter.
func (emailLoop) Look(_ context.Context, s *Service, c Case) (Finding, error) {
	a := c.Application
	address := strings.ToLower(strings.TrimSpace(c.Answer()))
	if address == "" {
		address = a.Email
	}
	domain, site := host(address), host(a.Website)
	figures := map[string]any{}
	switch {
	case !strings.Contains(address, "@") || domain == "":
		return Finding{State: Failed, Say: fmt.Sprintf("“%s” is no email address.", address)}, nil
	case under(domain, c.Check.Except):
		return Finding{State: Failed, Say: domain + " is used by other people as well, so it proves nothing by itself."}, nil
	case site == "":
		return Finding{State: Failed, Say: "Without the organization's website we cannot tell whether the address is its own."}, nil
	case domain != site && !strings.HasSuffix(domain, "."+site) && !strings.HasSuffix(site, "."+domain):
		return Finding{State: Failed, Say: fmt.Sprintf("%s is not a domain of %s. Use an address that ends in %s, or another proof.", domain, site, site)}, nil
	}
	seen := []Seen{{What: "Address at " + domain + ", website " + site, Good: true}}
	if address == a.Email && !a.Confirmed.IsZero() {
		return Finding{State: Passed, Say: "You confirmed your address at " + domain + ".", Evidence: Evidence{Figures: figures, Seen: seen}}, nil
	}
	return Finding{State: Waiting, Say: "We sent a mail to " + address + ". Open the link in it.", Evidence: Evidence{Figures: figures, Seen: seen, Address: address}, Mail: proofMail(s)}, nil
}

// documents wait for a file, which a colleague looks at.
type documents struct{ instant }

// Look implements Adapter.
func (documents) Look(_ context.Context, _ *Service, c Case) (Finding, error) {
	u := Uploads{}
	if c.Check.Document != nil {
		u = *c.Check.Document
	}
	say := "Upload a document on this page. " + u.Words(nil)
	if c.Check.MaxAge > 0 {
		say += fmt.Sprintf(" It must not be older than %d days.", c.Check.MaxAge)
	}
	return Finding{State: Waiting, Say: say}, nil
}
