package success

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/lang"
)

// maxAddresses is how many addresses of a mail are looked at.
const maxAddresses = 50

// matched is what a mail's addresses say about whose it is.
type matched struct {
	account   int64
	people    []int64  // of the customer, who are named
	author    int64    // the customer whose words were forwarded, 0 when a colleague's were
	addresses []string // of people who are no colleagues
	forwarded bool     // they stand in the text, not among the recipients
	reason    string   // why it is nobody's; "" when there is an account
}

// mailMatch finds the account of a mail: the one that the address names, else that of the people it goes to,
// else, when those are all colleagues, that of the people named in what was forwarded. Somebody known counts
// for their organization, others for the one that has the domain of their address.
func (s *Service) mailMatch(ctx context.Context, tx db.Tx, in MailIn) (m matched, err error) {
	for _, from := range []func() []string{func() []string { return in.Recipients }, func() []string { return headLines(in.Text) }} {
		var found outsiders
		if found, err = s.outsiders(ctx, tx, from()); err != nil {
			return m, err
		}
		if len(found.addresses) > 0 {
			m.addresses = found.addresses
			if err := s.whose(ctx, tx, found, &m); err != nil {
				return m, err
			}
			break
		}
		m.forwarded = true
	}
	if in.Account != 0 {
		m.account, m.reason = in.Account, ""
	} else if len(m.addresses) == 0 {
		m.reason = string(lang.Term("It names nobody but colleagues."))
	}
	if m.account == 0 {
		m.people, m.author = nil, 0
		return m, nil
	}
	a, err := load(ctx, tx, m.account)
	if err == nil {
		m.account = a.OrganizationID
		err = s.keepPeopleOf(ctx, tx, &m)
	}
	return m, missingIsNone(err)
}

// outsiders are people of a mail who do not work here.
type outsiders struct {
	addresses     []string
	people        []int64 // those who are known, as they stand in the mail
	organizations []int64 // of all of them, each once
}

func (s *Service) outsiders(ctx context.Context, tx db.Tx, addresses []string) (o outsiders, err error) {
	var domains []string
	for _, address := range addresses {
		email, bad := directory.CleanEmail("to", address)
		if bad != nil || slices.Contains(o.addresses, email) {
			continue
		}
		if len(o.addresses) == maxAddresses {
			break
		}
		p, known, err := s.directory.ByEmail(ctx, tx, email)
		switch {
		case err != nil:
			return o, err
		case known && p.Agent:
			continue
		case known && p.OrganizationID != 0:
			o.people, o.organizations = append(o.people, p.ID), append(o.organizations, p.OrganizationID)
		default:
			domains = append(domains, directory.Domain(email))
		}
		o.addresses = append(o.addresses, email)
	}
	if len(domains) > 0 {
		more, err := s.directory.OrganizationsOfDomains(ctx, tx, domains)
		if err != nil {
			return o, err
		}
		o.organizations = append(o.organizations, more...)
	}
	slices.Sort(o.organizations)
	o.organizations = slices.Compact(o.organizations)
	return o, nil
}

// whose says which account the people of a mail belong to.
func (s *Service) whose(ctx context.Context, tx db.Tx, found outsiders, m *matched) error {
	rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE organization_id IN (`+numbers(found.organizations)+`) ORDER BY organization_id`)
	accounts, err := db.Collect(rows, err, anID)
	if err != nil {
		return err
	}
	switch len(accounts) {
	case 0:
		m.reason = string(lang.Term("None of the people it names belongs to an account."))
	case 1:
		m.account, m.people = accounts[0], found.people
		if m.forwarded && len(found.people) > 0 {
			m.author = found.people[0] // the sender's line is the first of what was forwarded
		}
	default:
		names, err := s.directory.OrganizationNames(ctx, tx, accounts)
		if err != nil {
			return err
		}
		var list []string
		for _, id := range accounts {
			list = append(list, names[id])
		}
		m.reason = fmt.Sprintf("It names people of several accounts: %s.", strings.Join(list, ", "))
	}
	return nil
}

// keepPeopleOf leaves those of a mail's people who belong to its account.
func (s *Service) keepPeopleOf(ctx context.Context, tx db.Tx, m *matched) error {
	found, err := s.directory.Names(ctx, tx, m.people)
	m.people = slices.DeleteFunc(m.people, func(id int64) bool { return found[id].OrganizationID != m.account })
	return err
}

var (
	headLine   = regexp.MustCompile(`(?mi)^[>\s*]*(?:from|to|cc|von|an|kopie|de|à|a|para|van|aan)\s*\*?\s*:\**\s*(.{1,1000})$`)
	anyAddress = regexp.MustCompile(`[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}`)
)

// headLines are the addresses in the head of a mail that was forwarded, in the order of its lines.
func headLines(text string) (out []string) {
	for _, l := range headLine.FindAllStringSubmatch(text[:min(len(text), 64<<10)], 40) {
		out = append(out, anyAddress.FindAllString(strings.ToLower(l[1]), maxAddresses)...)
	}
	return out
}
