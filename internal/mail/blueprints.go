package mail

import (
	"strings"

	"steward/internal/blueprint"
)

// Register adds the kinds mailbox and template.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Mailbox]{Name: "mailbox", Title: "Mailbox",
		Summary: "An address that customers write to and are answered from.",
		Example: "kind: mailbox\nname: support\ntitle: Support\naddress: support@company.example\noutgoing:\n  host: smtp.company.example\n  username: support\n  password: env:SMTP_PASSWORD\n",
		Lint:    lintMailbox})
	blueprint.Register(reg, blueprint.Kind[Template]{Name: "template", Title: "Mail template",
		Summary: "The words of a mail that Steward writes by itself.",
		Example: "kind: template\nname: how-did-it-go\ntitle: How did it go\nsubject: How did it go?\nbody: |\n  Hello {{requester}}, how did it go? {{link}}\n"})
}

// lintMailbox finds addresses that two mailboxes share, and ones too long to be answered.
func lintMailbox(c *blueprint.Context, m Mailbox) {
	if local, _, ok := strings.Cut(m.Address, "@"); ok && len(local) > 30 {
		c.Error("address", "The part before the @ has %d characters; at most 30 leave room for the signed reply address.", len(local))
	}
	own := append([]string{m.Address}, m.Aliases...)
	for _, other := range blueprint.All[Mailbox](c.Set) {
		if other.Name == c.Entry.Name {
			continue
		}
		for _, a := range append([]string{other.Spec.Address}, other.Spec.Aliases...) {
			for _, b := range own {
				if strings.EqualFold(a, b) {
					c.Error("address", "%s belongs to the mailbox %s already.", b, other.Name)
				}
			}
		}
	}
	if m.Outgoing == nil {
		c.Note("", "Without an outgoing server, mail from this mailbox waits in the queue.")
	}
	if m.Outgoing != nil && m.Outgoing.Password != "" && !strings.HasPrefix(m.Outgoing.Password, "env:") && !strings.HasPrefix(m.Outgoing.Password, "file:") {
		c.Error("outgoing.password", "Secrets do not belong into texts. Write env:NAME or file:PATH.")
	}
}
