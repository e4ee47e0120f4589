package desk

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

const (
	contactPurpose = "portal.contacts"
	contactLinkFor = time.Hour
)

// ContactLink is the address of the page on which a person sees the contacts of their
// organization, until an hour from now.
func (s *Service) ContactLink(personID int64) string {
	return s.base() + "/portal/contacts/" + s.signer.SignText(contactPurpose, fmt.Sprintf("%d|%d", personID, s.clock().Add(contactLinkFor).Unix()))
}

// ContactLinkOf is the person a link of ContactLink stands for.
func (s *Service) ContactLinkOf(token string) (personID int64, err error) {
	text, ok := s.signer.VerifyText(contactPurpose, token)
	who, until, _ := strings.Cut(text, "|")
	id, err := strconv.ParseInt(who, 10, 64)
	ends, eerr := strconv.ParseInt(until, 10, 64)
	switch {
	case !ok || err != nil || eerr != nil:
		return 0, fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address.")
	case !s.clock().Before(time.Unix(ends, 0)):
		return 0, fault.New(fault.NotFound, "This link worked for an hour. Ask for another one on the page Contacts.")
	default:
		return id, nil
	}
}

// MailContactLink mails somebody who is a contact of their organization the address of its page of
// contacts. Anybody may ask for it: whoever is no contact gets nothing, and the answer is the same.
func (s *Service) MailContactLink(ctx context.Context, tx db.Tx, p *Portal, email string) error {
	email, err := directory.CleanEmail("email", email)
	if err != nil {
		return err
	}
	who, known, err := s.directory.ByEmail(ctx, tx, email)
	box := s.config().Mailbox(p.MailboxID)
	if err != nil || !known || who.OrganizationID == 0 || !who.Suspended.IsZero() || box == nil {
		return err
	}
	listed, err := s.entitle.Listed(ctx, tx, who.OrganizationID, who.ID)
	if err != nil || !listed {
		return err
	}
	by := s.visitor(who).Still()
	return s.letter(ctx, tx, by, box, []string{email}, "The contacts of your organization",
		"Hello "+mail.EscapeMarkdown(who.Name)+",\n\nhere you see who may write to us for your organization.\n\n[Open the list of contacts]("+s.ContactLink(who.ID)+
			")\n\nThe link works for an hour and is yours alone: do not pass it on. If you did not ask for it, do nothing.", fmt.Sprintf("contacts.%d.%d", who.ID, by.Now().UnixMicro()), 0)
}
