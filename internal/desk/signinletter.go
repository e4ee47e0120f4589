package desk

import (
	"context"
	"fmt"
	"net/url"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/lang"
	"steward/internal/mail"
)

// MailSignIn mails somebody the link that signs them in on the pages of a portal, in the language they read there. The
// caller made the token for them and knows that the address is theirs.
func (s *Service) MailSignIn(ctx context.Context, tx db.Tx, p *Portal, who directory.Person, email, token string) error {
	l, by := lang.In(ctx), s.visitor(who).Still()
	link := s.base() + "/portal/signin/" + token
	if p.Name != "" {
		link += "?portal=" + url.QueryEscape(p.Name)
	}
	words := l.Say("Hello %s,", mail.EscapeMarkdown(who.Name)) + "\n\n" + l.Word("here you see all your requests and write new ones.") + "\n\n[" + l.Word("See your requests") + "](" + link + ")\n\n" +
		l.Word("The link works once, for 30 minutes, and is yours alone: do not pass it on. If you did not ask for it, do nothing.")
	return s.letter(ctx, tx, by, s.config().Mailbox(p.MailboxID), []string{email}, l.Word("Your requests"), words, fmt.Sprintf("signin.%d.%d", who.ID, by.Now().UnixMicro()), 0)
}
