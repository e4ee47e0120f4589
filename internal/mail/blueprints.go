package mail

import (
	"fmt"
	"regexp"
	"strings"
	"time"

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
		Example: "kind: template\nname: how-did-it-go\ntitle: How did it go\nsubject: How did it go?\nbody: |\n  Hello {{requester}}, how did it go? {{link}}\n",
		Lint:    lintTemplate})
}

// placeholder is what stands for a value in a template, well written or not.
var placeholder = regexp.MustCompile(`\{\{([^{}\n]*)\}\}|\{\{|\}\}`)

// Placeholders are the names of the values that a template uses.
func (t Template) Placeholders() (names []string) {
	for _, m := range placeholder.FindAllStringSubmatch(t.Subject+"\n"+t.Body, -1) {
		names = append(names, m[1])
	}
	return names
}

// lintTemplate finds placeholders that will stand in the mail as they are written.
func lintTemplate(c *blueprint.Context, t Template) {
	for path, text := range map[string]string{"subject": t.Subject, "body": t.Body} {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			switch name := m[1]; {
			case strings.TrimSpace(name) == "":
				c.Warn(path, "A placeholder is a name in double braces, such as {{requester}}; %s stays in the mail as it is.", m[0])
			case strings.TrimSpace(name) != name || strings.ToLower(name) != name:
				c.Warn(path, "%s stays in the mail as it is. Write {{%s}}.", m[0], strings.ToLower(strings.TrimSpace(name)))
			}
		}
	}
	if strings.ContainsAny(t.Subject, "\r\n") {
		c.Warn("subject", "A subject is one line.")
	}
}

// lintMailbox finds addresses that two mailboxes share, and ones too long to be answered.
func lintMailbox(c *blueprint.Context, m Mailbox) {
	if local, _, ok := strings.Cut(m.Address, "@"); ok && len(local) > 30 {
		c.Error("address", "The part before the @ has %d characters; at most 30 leave room for the signed reply address.", len(local))
	}
	own := append([]string{m.Address}, m.Aliases...)
	for i, a := range m.Aliases {
		for _, before := range own[:i+1] {
			if strings.EqualFold(a, before) {
				c.Warn(fmt.Sprintf("aliases[%d]", i), "%s is an address of this mailbox already.", a)
			}
		}
	}
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
	if !m.Answers() {
		for path, set := range map[string]bool{"team": m.Team != "", "brand": m.Brand != "", "outgoing": m.Outgoing != nil, "dkim": m.DKIM != nil} {
			if set {
				c.Error(path, "No tickets come from a timeline's mailbox and nothing is sent from it. Take this away.")
			}
		}
	} else if m.Outgoing == nil {
		c.Note("", "Without an outgoing server, mail from this mailbox waits in the queue.")
	}
	if m.Outgoing != nil && m.Outgoing.Password != "" {
		lintSecret(c, "outgoing.password", m.Outgoing.Password)
	}
	if m.DKIM != nil {
		lintSecret(c, "dkim.key", m.DKIM.Key)
		if !hostname.MatchString(m.DKIM.Selector) {
			c.Error("dkim.selector", "A selector has letters, digits, hyphens and dots, such as steward1.")
		}
		if m.DKIM.Domain != "" && !hostname.MatchString(m.DKIM.Domain) {
			c.Error("dkim.domain", "This is not a domain; write it in its ASCII form.")
		}
	}
	if m.IMAP != nil {
		lintIMAP(c, *m.IMAP)
	}
	if m.Authserv != "" && strings.ContainsAny(m.Authserv, " ;\t") {
		c.Error("authserv_id", "This is one name, such as mx.company.example.")
	}
}

var hostname = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,250}[A-Za-z0-9])?$`)

// lintSecret refuses a secret that stands in the text itself, without repeating it.
func lintSecret(c *blueprint.Context, field, ref string) {
	if !strings.HasPrefix(ref, "env:") && !strings.HasPrefix(ref, "file:") {
		c.Error(field, "Secrets do not belong into texts. Write env:NAME or file:PATH.")
	}
}

func lintIMAP(c *blueprint.Context, m IMAP) {
	lintSecret(c, "imap.password", m.Password)
	if _, _, err := m.after(); err != nil {
		c.Error("imap.after", "%s", err)
	}
	if m.Poll != 0 && time.Duration(m.Poll) < 10*time.Second {
		c.Error("imap.poll", "Looking more often than every 10 s would burden the server; 10s is the least.")
	}
	if m.TLS == "none" && !isLoopback(m.Host) {
		c.Error("imap.tls", "The password would go over the network in the clear; write implicit or starttls.")
	}
}
