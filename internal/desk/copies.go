package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

// addressed settles whom a public message of a colleague goes to beside the requester: the copies it names,
// who are put on the ticket if they are not, or all of the ticket's. Notes have no copies.
func (s *Service) addressed(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m *Message) error {
	if !m.Public || !m.Agent {
		m.Copies = nil
		return nil
	}
	if m.Copies == nil {
		m.Copies = s.allCopies(t)
		return nil
	}
	people, err := s.directory.Names(ctx, tx, m.Copies)
	if err != nil {
		return err
	}
	var to, followers []int64
	for _, id := range m.Copies {
		p := people[id]
		switch {
		case p.ID == 0:
			return fault.Missing("person", id)
		case slices.Contains(to, p.ID):
			continue
		case p.Agent: // a colleague who is copied follows
			followers = append(followers, p.ID)
			continue
		case !slices.Contains(t.People.Copies, p.ID):
			if err := s.mayCopy(t, Copied, p); err != nil {
				return err
			}
		}
		to = append(to, p.ID)
	}
	if err := s.join(ctx, tx, by, t, Following, followers, newest); err != nil {
		return err
	}
	m.Copies = to
	return s.join(ctx, tx, by, t, Copied, to, newest)
}

// allCopies are the people who get the replies of a ticket, none where its mailbox says so.
func (s *Service) allCopies(t *Ticket) []int64 {
	if box := s.config().Mailbox(t.MailboxID); box != nil && box.Spec.Copies == "off" {
		return nil
	}
	return t.People.Copies
}

// copyAddresses are the addresses of a mail's copies. Left out are people without an address,
// suspended ones, addresses that get no mail, our own mailboxes and the requester's.
func (s *Service) copyAddresses(ctx context.Context, tx db.Tx, t *Ticket, copies []int64, people map[int64]directory.Person) (out []mail.Address, err error) {
	var addresses []string
	for _, id := range copies {
		addresses = append(addresses, strings.ToLower(people[id].Email))
	}
	silent, err := s.mail.NoMail(ctx, tx, addresses)
	for _, id := range copies {
		p := people[id]
		_, no := silent[strings.ToLower(p.Email)]
		if p.Email == "" || no || p.ID == t.RequesterID || !p.Suspended.IsZero() || s.mail.Own(p.Email) || slices.ContainsFunc(out, func(a mail.Address) bool { return a.Email == p.Email }) {
			continue
		}
		out = append(out, mail.Address{Name: p.Name, Email: p.Email})
	}
	return out, err
}

// copied are the people whom a received mail went to as well: those in To and Cc who are not its
// sender and not one of our mailboxes, colleagues apart. It adds to the message what was left out.
func (s *Service) copied(ctx context.Context, tx db.Tx, by act.Actor, a arrival, sender directory.Person, msg *Message) (copies, colleagues []int64, err error) {
	box := s.config().Mailbox(a.MailboxID)
	if msg.Automatic || box != nil && box.Spec.Copies == "off" {
		return nil, nil, nil
	}
	// Whoever forges a sender must not read what is answered.
	switch verdict := a.mail.Auth.Verdict; {
	case verdict == mail.Unverified, sender.Agent && verdict != mail.Verified:
		return nil, nil, nil
	}
	seen, left := map[string]bool{sender.Email: true}, 0
	for _, to := range slices.Concat(a.mail.To, a.mail.Cc) {
		email, err := directory.CleanEmail("cc", to.Email)
		if err != nil || seen[email] || s.mail.Own(email) {
			continue
		}
		if seen[email] = true; len(copies)+len(colleagues) == maxCopies {
			left++
			continue
		}
		p, err := s.directory.Resolve(ctx, tx, by, email, to.Name)
		switch {
		case err != nil:
			return nil, nil, err
		case p.ID == sender.ID || !p.Suspended.IsZero():
		case p.Agent:
			colleagues = append(colleagues, p.ID)
		default:
			copies = append(copies, p.ID)
		}
	}
	if left > 0 {
		msg.Problems = append(msg.Problems, fmt.Sprintf("It went to %d more people than a ticket can copy; the first %d were taken.", left, maxCopies))
	}
	return copies, colleagues, nil
}

// copy puts people whom a mail went to on its ticket, as many as there is room for.
func (s *Service) copy(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, copies, colleagues []int64) error {
	fresh := func(ids []int64, have []int64, most int) (out []int64) {
		for _, id := range ids {
			if id != t.RequesterID && id != t.AssigneeID && !slices.Contains(t.People.Copies, id) && !slices.Contains(t.People.Followers, id) && len(have)+len(out) < most {
				out = append(out, id)
			}
		}
		return out
	}
	if err := s.join(ctx, tx, by, t, Copied, fresh(copies, t.People.Copies, maxCopies), newest); err != nil {
		return err
	}
	return s.join(ctx, tx, by, t, Following, fresh(colleagues, t.People.Followers, maxFollowers), newest)
}
