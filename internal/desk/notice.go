package desk

import (
	"context"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/mail"
)

// Notice is a mail that an action sends.
type Notice struct {
	To       []string `yaml:"to" doc:"requester, assignee, team (the members of the ticket's), or addresses of colleagues." pick:"colleague,requester,assignee,team"`
	Teams    []string `yaml:"teams" doc:"Other teams than the ticket's: their members." ref:"team" max:"20"`
	Template string   `yaml:"template" doc:"What it says. {{requester}}, {{subject}}, {{ticket}} and {{text}} (the message that led to it) stand for values." ref:"template" required:"true"`
}

// lintNotice finds notices that go to nobody.
func lintNotice(c *blueprint.Context, path string, n Notice) {
	if len(n.To)+len(n.Teams) == 0 {
		c.Error(path+".to", "A notice needs somebody to go to: requester, assignee, team, addresses, or other teams under teams.")
	}
	for _, to := range n.To {
		if to != requesterWord && to != assigneeWord && to != teamWord {
			lintAddress(c, path+".to", to, "requester, assignee and team")
		}
	}
}

// unreachable are the endings of addresses that no mail server in the world takes mail for (RFC 2606, RFC 6761). example is
// not among them: it stands in texts that somebody makes their own.
var unreachable = []string{".invalid", ".localhost", ".test", ".local", ".onion"}

// lintAddress finds addresses that are none, that nobody could deliver to, and those that come back to this instance.
func lintAddress(c *blueprint.Context, path, address, words string) {
	clean, err := directory.CleanEmail("to", address)
	if err != nil {
		c.Error(path, "%q is neither an address nor one of %s.", address, words)
		return
	}
	_, domain := splitAddress(clean)
	if !strings.Contains(domain, ".") || slices.ContainsFunc(unreachable, func(end string) bool { return strings.HasSuffix(domain, end) }) {
		c.Warn(path, "Hardly any mail server delivers to %s: %s is no domain of the internet.", address, domain)
	}
	for _, box := range blueprint.All[mail.Mailbox](c.Set) {
		if own, err := directory.CleanEmail("to", box.Spec.Address); err == nil && own == clean {
			c.Warn(path, "%s is the mailbox %s of this instance: mail to it comes back as a ticket.", address, box.Name)
		}
	}
}

// told says in words whom a notice goes to.
func (n Notice) told(cfg *Config) (out []string) {
	for _, to := range n.To {
		out = append(out, recipientWords(to))
	}
	for _, name := range n.Teams {
		out = append(out, "the team "+cfg.teamTitle(name))
	}
	return out
}

// teamTitle is what people call a team.
func (cfg *Config) teamTitle(name string) string {
	if t := cfg.TeamNamed(name); t != nil {
		return t.Title
	}
	return name
}

// reached are the members of teams who get mail: colleagues with an address who are not suspended, and whose address is
// not on the suppression list, in the order of the teams, each once.
func (s *Service) reached(ctx context.Context, tx db.Tx, teams []int64) (out []directory.Person, err error) {
	members, err := s.directory.Members(ctx, tx, teams)
	if err != nil {
		return nil, err
	}
	var addresses []string
	for _, team := range teams {
		for _, p := range members[team] {
			addresses = append(addresses, strings.ToLower(p.Email))
		}
	}
	silent, err := s.mail.NoMail(ctx, tx, addresses)
	if err != nil {
		return nil, err
	}
	for _, team := range teams {
		for _, p := range members[team] {
			_, no := silent[strings.ToLower(p.Email)]
			if p.Email == "" || no || !p.Suspended.IsZero() || slices.ContainsFunc(out, func(q directory.Person) bool { return q.ID == p.ID }) {
				continue
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// teamIDs are those of teams by name; what is gone is left out.
func (cfg *Config) teamIDs(names []string) (out []int64) {
	for _, name := range names {
		if t := cfg.TeamNamed(name); t != nil {
			out = append(out, t.ID)
		}
	}
	return out
}

func recipientWords(to string) string {
	switch to {
	case requesterWord, assigneeWord, teamWord:
		return "the " + to
	}
	return to
}
