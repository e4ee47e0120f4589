package program

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// termed invites to renew before a term ends, and ends it when it is over: what was granted is taken back.
func (s *Service) termed(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if a.Life.Invited.IsZero() && by.Now().Before(a.TermUntil) {
		return s.inviteRenewal(ctx, tx, by, p, a)
	}
	after := *a
	after.State = Expired
	if err := s.letter(ctx, tx, by, p, &after, LetterExpired, ""); err != nil {
		return err
	}
	a.TicketID = after.TicketID
	if _, err := s.step(ctx, tx, by, p, a, Expire, nil, nil); err != nil {
		return err
	}
	return s.want(ctx, tx, by.Now(), a, GrantTaken)
}

// inviteRenewal tells a member by when to apply again.
func (s *Service) inviteRenewal(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if err := s.letter(ctx, tx, by, p, a, LetterRenewal, ""); err != nil {
		return err
	}
	a.Life.Invited, a.Updated = by.Now(), by.Now()
	a.Due = a.nextDue(p, by.Now())
	if err := s.update(ctx, tx, a); err != nil {
		return err
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Invited, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID, "until": db.Micros(a.TermUntil)}})
	if err != nil {
		return err
	}
	return s.settle(ctx, tx, by.Now(), a, event)
}

// uncured takes away what was granted when the time to cure a breach is over.
func (s *Service) uncured(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	return s.revoke(ctx, tx, by, p, a, "The time to put it right is over.")
}

func (s *Service) revoke(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, reason string) error {
	if _, err := Next(a.State, Revoke); err != nil {
		return err
	}
	if err := s.letter(ctx, tx, by, p, a, LetterRevoked, reason); err != nil {
		return err
	}
	_, err := s.step(ctx, tx, by, p, a, Revoke, map[string]any{"automatic": by.Kind == act.Clock}, func() { a.Reason, a.Reasons = reason, nil })
	if err != nil {
		return err
	}
	return s.want(ctx, tx, by.Now(), a, GrantTaken)
}

// Comply is a step of compliance: Warn gives a member time to cure a breach, Cure ends it, Revoke takes away what was
// granted, Restore gives it back. The member is mailed, with the reason. Whoever may decide applications may.
func (s *Service) Comply(ctx context.Context, tx db.Tx, by act.Actor, id, version int64, action Action, reason string) (*Application, error) {
	reason, err := words("reason", reason, action == Warn || action == Revoke)
	if err != nil {
		return nil, err
	}
	a, p, err := s.working(ctx, tx, by, "decide", id, version)
	if err != nil {
		return nil, err
	}
	by = by.Still()
	switch action {
	case Revoke:
		return a, s.revoke(ctx, tx, by, p, a, reason)
	case Warn, Cure, Restore:
	default:
		return nil, fault.Field("action", action, "warn, cure, revoke or restore", "There is no such step.")
	}
	if _, err := Next(a.State, action); err != nil {
		return nil, err
	}
	if action == Restore {
		if err := s.restorable(ctx, tx, a, by.Now()); err != nil {
			return nil, err
		}
	}
	until := by.Now().Add(p.cure())
	after := *a
	after.State, _ = Next(a.State, action)
	if after.Due = after.TermUntil; action == Warn {
		after.Due = until
	}
	l := map[Action]Letter{Warn: LetterNotice, Cure: LetterCured, Restore: LetterRestored}[action]
	if err := s.letter(ctx, tx, by, p, &after, l, reason); err != nil {
		return nil, err
	}
	a.TicketID = after.TicketID
	data := map[string]any{}
	if action == Warn {
		data["until"] = db.Micros(until)
	}
	_, err = s.step(ctx, tx, by, p, a, action, data, func() {
		a.Reason, a.Reasons, a.Life.NoticeUntil = reason, nil, time.Time{}
		if action == Warn {
			a.Life.NoticeUntil = until
		}
	})
	if err != nil || action != Restore {
		return a, err
	}
	return a, s.want(ctx, tx, by.Now(), a, GrantGiven)
}

// restorable refuses to restore what is over, or what the same member has by another application meanwhile.
func (s *Service) restorable(ctx context.Context, tx db.Tx, a *Application, now time.Time) error {
	if !a.TermUntil.IsZero() && !a.TermUntil.After(now) {
		return fault.New(fault.Conflict, "Its term is over. The member can apply again.")
	}
	other, err := s.one(ctx, tx, "person_key = $1 AND program_id = $2 AND org_key = $3 AND state IN ('active', 'notice')", a.personKey(), a.ProgramID, a.orgKey())
	if err == nil && other != nil {
		err = fault.New(fault.Conflict, "They are a member again by application %d.", other.ID)
	}
	return err
}

// StartRenewal is the draft with which a member renews, filled in with what they told last time. Whoever holds the
// membership's link may; a second time it is the same draft.
func (s *Service) StartRenewal(ctx context.Context, tx db.Tx, a *Application) (*Application, error) {
	if !a.CanRenew(s.Clock()) {
		return nil, fault.New(fault.Conflict, "There is nothing to renew.")
	}
	if open, err := s.one(ctx, tx, "renewal_of = $1 AND open = TRUE", a.ID); err != nil || open != nil {
		return open, err
	}
	p := s.Config().Program(a.ProgramID)
	if p == nil {
		return nil, fault.New(fault.Conflict, "The program has ended, so it cannot be renewed.")
	}
	if open, err := s.same(ctx, tx, a); err != nil || open != nil {
		return open, err
	}
	now := s.Clock().UTC().Truncate(time.Microsecond)
	d := &Application{ProgramID: p.ID, ProgramVersion: p.Version, State: Draft, Nonce: newKey(), Email: a.Email, Name: a.Name, Organization: a.Organization, Website: a.Website, PersonID: a.PersonID,
		OrganizationID: a.OrganizationID, Attributes: a.Attributes, TeamID: p.TeamID, RenewalOf: a.ID, Life: Later{AddOn: a.Life.AddOn}, Created: now, Updated: now}
	d.Due = d.nextDue(p, now)
	if err := s.insert(ctx, tx, d); err != nil {
		return nil, err
	}
	if _, err := s.Ledger.Append(ctx, tx, s.applicant(d), ledger.Entry{Verb: Saved, Subject: d.Ref(), Data: map[string]any{"program_id": p.ID, "renewal_of": a.ID}}); err != nil {
		return nil, err
	}
	return d, s.settle(ctx, tx, now, d, 0)
}

// CanRenew reports whether a membership can be renewed at a time: it was invited, or has ended.
func (a *Application) CanRenew(now time.Time) bool {
	return a.State == Expired || a.State.Member() && !a.TermUntil.IsZero() && (!a.Life.Invited.IsZero() || now.After(a.TermUntil))
}

// Transfer gives an application or membership to somebody else, who gets a link of their own; the old link ends
// working. Whoever may decide applications may.
func (s *Service) Transfer(ctx context.Context, tx db.Tx, by act.Actor, id, version int64, email, name string) (*Application, error) {
	email, err := directory.CleanEmail("email", email)
	if err != nil {
		return nil, err
	}
	a, p, err := s.working(ctx, tx, by, "decide", id, version)
	if err != nil {
		return nil, err
	}
	by = by.Still()
	person, err := s.Directory.Resolve(ctx, tx, s.system(act.System), email, name)
	if err != nil {
		return nil, err
	}
	was := a.PersonID
	a.Email, a.Name, a.PersonID, a.TicketID, a.Updated = email, person.Name, person.ID, 0, by.Now() // what was said with the other stays theirs
	a.Link++
	if other, err := s.same(ctx, tx, a); err != nil || other != nil && a.State.Open() {
		if err == nil {
			err = fault.New(fault.Conflict, "%s has an open application of their own: number %d.", email, other.ID)
		}
		return nil, err
	}
	if err := s.update(ctx, tx, a); err != nil {
		return nil, err
	}
	if _, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Transferred, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID, "person_id": []int64{was, person.ID}}}); err != nil {
		return nil, err
	}
	return a, s.mailLink(ctx, tx, by, p, a, "You look after a membership now", "the membership of "+esc(p.Title)+" for "+esc(a.Who())+" was given to you.\n\n[See it]("+s.Link(a)+")")
}

// SetAddOn notes whether a member bought an add-on: then the next renewal is a quote that a colleague sends. Whoever may
// decide applications may.
func (s *Service) SetAddOn(ctx context.Context, tx db.Tx, by act.Actor, id, version int64, bought bool) (*Application, error) {
	a, p, err := s.working(ctx, tx, by, "decide", id, version)
	if err != nil || a.Life.AddOn == bought {
		return a, err
	}
	by = by.Still()
	a.Life.AddOn, a.Updated = bought, by.Now()
	if err := s.update(ctx, tx, a); err != nil {
		return nil, err
	}
	_, err = s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: AddOnBought, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID, "bought": bought}})
	return a, err
}
