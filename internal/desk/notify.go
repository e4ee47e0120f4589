package desk

import (
	"context"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// Notify queues a mail that Steward writes by itself to the requester, in the ticket's
// thread. n tells such mails about one ticket apart: the same n has the same Message-ID
// and leaves once.
func (s *Service) Notify(ctx context.Context, tx db.Tx, by act.Actor, ticketID, n int64, markdown string) error {
	t, err := s.load(ctx, tx, ticketID)
	if err != nil {
		return err
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return err
	}
	p := people[t.RequesterID]
	html, text := mail.FromMarkdown(markdown)
	return s.mailOut(ctx, tx, by, t, []mail.Address{{Name: p.Name, Email: p.Email}}, "", mail.Outgoing{HTML: html, Text: text, Date: by.Now(), Automatic: true},
		mail.MessageRef{TicketID: t.ID, Copy: int(n)})
}

// Requester returns a ticket and who asked, without a permission check: for other parts of
// the system that act on tickets by themselves.
func (s *Service) Requester(ctx context.Context, tx db.Tx, ticketID int64) (*Ticket, directory.Person, error) {
	t, err := s.load(ctx, tx, ticketID)
	if err != nil {
		return nil, directory.Person{}, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	return t, people[t.RequesterID], err
}

// Automatic reports whether a machine opened a ticket: nobody is there to be asked anything.
func (s *Service) Automatic(ctx context.Context, tx db.Tx, ticketID int64) (bool, error) {
	first, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: ticketID}, 0, 1)
	if err != nil || len(first) == 0 {
		return false, err
	}
	var data struct {
		Automatic bool `json:"automatic"`
	}
	err = first[0].Decode(&data)
	return data.Automatic, err
}

func splitAddress(a string) (local, domain string) {
	i := strings.LastIndexByte(a, '@')
	if i < 0 {
		return a, "localhost"
	}
	return a[:i], a[i+1:]
}

// replySubject begins with exactly one "Re: ".
func replySubject(s string) string {
	for {
		t := strings.TrimSpace(s)
		if len(t) < 3 || !strings.EqualFold(t[:3], "re:") {
			return "Re: " + t
		}
		s = t[3:]
	}
}
