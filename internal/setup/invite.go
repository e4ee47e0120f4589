package setup

import (
	"context"
	"net/url"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

// NewInvitation asks a colleague in.
type NewInvitation struct {
	Email string   `json:"email" maxLength:"254"`
	Name  string   `json:"name,omitempty" maxLength:"1000"`
	Roles []string `json:"roles" minItems:"1" maxItems:"20" nullable:"false"`
	Teams []string `json:"teams,omitempty" maxItems:"50" doc:"Names of teams they join."`
}

// Invitation is a colleague who was asked in.
type Invitation struct {
	ID        int64      `json:"id" doc:"The person's."`
	Name      string     `json:"name"`
	Email     string     `json:"email"`
	Roles     []string   `json:"roles" nullable:"false"`
	State     string     `json:"state" doc:"sent, expired, taken or revoked."`
	SentAt    time.Time  `json:"sent_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	TakenAt   *time.Time `json:"taken_at"`
	InvitedBy string     `json:"invited_by"`
	Link      string     `json:"link,omitempty" doc:"The link that was mailed, once: to hand over where no mail goes out."`
	Mailed    bool       `json:"mailed,omitempty" doc:"Whether a mail with the link is on its way."`
}

// Invite makes a colleague with roles and teams and mails them a link to come in by. Whoever may write people, roles and
// (when teams are named) teams may; nobody can give a right they do not have.
func (s *Service) Invite(ctx context.Context, tx db.Tx, by act.Actor, in NewInvitation) (Invitation, error) {
	if err := s.Auth.MayInvite(ctx, tx, by); err != nil {
		return Invitation{}, err
	}
	if len(in.Roles) == 0 {
		return Invitation{}, fault.Field("roles", in.Roles, "at least one role", "Choose what they may do.")
	}
	p, known, err := s.Directory.Colleague(ctx, tx, in.Email)
	if err != nil {
		return Invitation{}, err
	}
	if !known {
		if p, err = s.Directory.Create(ctx, tx, by, directory.NewPerson{Email: in.Email, Name: in.Name, Agent: true}); err != nil {
			return Invitation{}, err
		}
	}
	return s.send(ctx, tx, by, p.ID, &in)
}

// Resend mails an invitation again with a new link; the old one no longer works. Whoever may invite may.
func (s *Service) Resend(ctx context.Context, tx db.Tx, by act.Actor, personID int64) (Invitation, error) {
	i, err := s.Auth.InvitationOf(ctx, tx, by, personID)
	if err != nil {
		return Invitation{}, err
	}
	if !i.Accepted.IsZero() || !i.Revoked.IsZero() {
		return Invitation{}, fault.New(fault.Invalid, "Only an invitation that stands can be sent again. Invite the person anew.")
	}
	return s.send(ctx, tx, by, personID, nil)
}

// send makes the invitation and its mail; in sets roles and teams first, nil leaves them.
func (s *Service) send(ctx context.Context, tx db.Tx, by act.Actor, personID int64, in *NewInvitation) (Invitation, error) {
	token, i, err := s.Auth.Invite(ctx, tx, by, s.Signer, personID)
	if err != nil {
		return Invitation{}, err
	}
	if in != nil {
		if err := s.Auth.SetRoles(ctx, tx, by, personID, in.Roles); err != nil {
			return Invitation{}, err
		}
		if err := s.join(ctx, tx, by, personID, in.Teams); err != nil {
			return Invitation{}, err
		}
	}
	list, err := s.show(ctx, tx, []auth.Invitation{i}, by.Now())
	if err != nil {
		return Invitation{}, err
	}
	out := list[0]
	out.Link = s.BaseURL() + "/welcome?invite=" + url.QueryEscape(token)
	for _, box := range s.Boxes().All() {
		if !box.Spec.Answers() || box.Spec.Outgoing == nil && !s.Mail.Catching() {
			continue // it would wait for ever
		}
		words := mail.EscapeMarkdown(out.InvitedBy) + " invites you to " + mail.EscapeMarkdown(s.Title) + ", where your team answers its customers.\n\n[Choose a password and come in](" + out.Link + ")\n\n" +
			"The link works until " + i.Expires.UTC().Format("2 January 2006, 15:04") + " UTC. If you do not know what this is about, do nothing."
		if _, err := s.letter(ctx, tx, by, box, mail.Address{Name: out.Name, Email: out.Email}, "You are invited to "+s.Title, words); err != nil {
			return Invitation{}, err
		}
		out.Mailed = true
		break
	}
	return out, nil
}

// join adds somebody to teams.
func (s *Service) join(ctx context.Context, tx db.Tx, by act.Actor, personID int64, names []string) error {
	for _, name := range names {
		e, ok := s.Blueprints.Set().Entry("team", name)
		if !ok || e.Retired {
			return fault.Field("teams", name, "the name of a team in the configuration", "There is no team %q.", name)
		}
		members, err := s.Directory.Members(ctx, tx, []int64{e.ID})
		if err != nil {
			return err
		}
		ids := []int64{personID}
		for _, m := range members[e.ID] {
			if m.ID != personID {
				ids = append(ids, m.ID)
			}
		}
		if err := s.Directory.SetMembers(ctx, tx, by, e.ID, ids); err != nil {
			return err
		}
	}
	return nil
}

// Invitations lists them, the last sent first. Whoever may write people and roles may.
func (s *Service) Invitations(ctx context.Context, tx db.Tx, by act.Actor) ([]Invitation, error) {
	list, err := s.Auth.Invitations(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	return s.show(ctx, tx, list, by.Now())
}

func (s *Service) show(ctx context.Context, tx db.Tx, list []auth.Invitation, now time.Time) ([]Invitation, error) {
	var ids []int64
	for _, i := range list {
		ids = append(ids, i.PersonID, i.ByID)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	roles, err := s.Auth.RoleIDs(ctx, tx, ids)
	out := []Invitation{}
	for _, i := range list {
		p := people[i.PersonID]
		v := Invitation{ID: i.PersonID, Name: p.Name, Email: p.Email, Roles: []string{}, State: "sent", SentAt: i.Sent, ExpiresAt: i.Expires, InvitedBy: people[i.ByID].Name}
		for _, id := range roles[i.PersonID] {
			if e, ok := s.Blueprints.Set().ByID(id); ok {
				v.Roles = append(v.Roles, e.Name)
			}
		}
		switch {
		case !i.Accepted.IsZero():
			v.State, v.TakenAt = "taken", &i.Accepted
		case !i.Revoked.IsZero():
			v.State = "revoked"
		case !i.Open(now):
			v.State = "expired"
		}
		out = append(out, v)
	}
	return out, err
}
