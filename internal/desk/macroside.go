package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/mail"
)

// MacroSide is a side conversation that a macro prepares: whoever uses the macro finds it filled in beside the ticket,
// and nothing leaves before they send it.
type MacroSide struct {
	Subject string   `yaml:"subject" doc:"What it is about, for those who do not know the ticket; the ticket's subject when empty. It takes the values that text takes."`
	To      []string `yaml:"to" doc:"Addresses that it goes to." format:"email" max:"20"`
	Teams   []string `yaml:"teams" doc:"Teams that it goes to." ref:"team" max:"20"`
	Text    string   `yaml:"text" doc:"The message in Markdown, with {{requester}}, {{subject}} and {{ticket}}." format:"markdown" required:"true"`
}

func lintMacroSide(c *blueprint.Context, side *MacroSide) {
	if side == nil {
		return
	}
	if n := len(side.To) + len(side.Teams); n > maxSideParty {
		c.Error("side", "A side conversation is with at most 20 people and teams; these are %d.", n)
	}
}

// prepareSide fills in the side conversation that a macro prepares; nil when it prepares none.
func (m *Macro) prepareSide(t *Ticket, requester string) *MacroSide {
	if m.Spec.Side == nil {
		return nil
	}
	side := *m.Spec.Side
	if side.Subject == "" {
		side.Subject = "{{subject}}"
	}
	side.Subject = values(t, requester, "", plainly).Replace(side.Subject)
	side.Text = values(t, requester, "", mail.EscapeMarkdown).Replace(side.Text)
	return &side
}

// PreparedSide is a side conversation as a macro fills it in.
type PreparedSide struct {
	Subject string      `json:"subject"`
	Text    string      `json:"text" doc:"Markdown, with its values."`
	People  []AuthorRef `json:"people" nullable:"false" doc:"Who it goes to; the id is 0 for an address that nobody is known by."`
	Teams   []TeamRef   `json:"teams" nullable:"false"`
}

// preparedSide names those whom a prepared side conversation goes to.
func (s *Service) preparedSide(ctx context.Context, tx db.Tx, by act.Actor, side *MacroSide) (*PreparedSide, error) {
	if side == nil {
		return nil, nil
	}
	out := &PreparedSide{Subject: side.Subject, Text: side.Text, People: []AuthorRef{}, Teams: []TeamRef{}}
	for _, to := range side.To {
		p, known, err := s.directory.ByEmail(ctx, tx, to)
		if err != nil {
			return nil, err
		}
		ref := AuthorRef{PersonRef: PersonRef{Name: to, Email: to}}
		if known && by.May("read", "person") {
			ref = AuthorRef{PersonRef: PersonRef{ID: p.ID, Name: p.Name, Email: p.Email}, Agent: p.Agent}
		}
		out.People = append(out.People, ref)
	}
	for _, name := range side.Teams {
		if t := s.config().TeamNamed(name); t != nil {
			out.Teams = append(out.Teams, TeamRef{Name: t.Name, Title: t.Title})
		}
	}
	return out, nil
}
