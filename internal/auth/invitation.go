package auth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// InvitationFor is how long the link of an invitation works.
const InvitationFor = 7 * 24 * time.Hour

// invited is what an invitation's link is signed for.
const invited = "invitation"

// Invitation is a colleague who was asked in and has not set a password yet, or did by its link.
type Invitation struct {
	PersonID int64
	ByID     int64
	Round    int64
	Sent     time.Time
	Expires  time.Time
	Accepted time.Time // zero: not yet
	Revoked  time.Time // zero: it stands
}

// Open reports whether the invitation can be taken at a time.
func (i Invitation) Open(at time.Time) bool {
	return i.Accepted.IsZero() && i.Revoked.IsZero() && at.Before(i.Expires)
}

const invitationFields = `person_id, by_id, round, sent, expires, accepted, revoked`

func scanInvitation(r db.Scanner) (i Invitation, err error) {
	var sent, expires int64
	var accepted, revoked sql.NullInt64
	err = r.Scan(&i.PersonID, &i.ByID, &i.Round, &sent, &expires, &accepted, &revoked)
	i.Sent, i.Expires, i.Accepted, i.Revoked = db.Time(sent), db.Time(expires), db.NullTime(accepted), db.NullTime(revoked)
	return i, err
}

// Invite makes or renews somebody's invitation and returns the token of its link; links sent before no longer work.
// Whoever may write people and roles may, for a person who may do no more than they and has never signed in.
func (s *Service) Invite(ctx context.Context, tx db.Tx, by act.Actor, signer Signer, personID int64) (token string, out Invitation, err error) {
	if err := s.MayInvite(ctx, tx, by); err != nil {
		return "", out, err
	}
	if err := s.Outranks(ctx, tx, by, personID); err != nil {
		return "", out, err
	}
	var set bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM credential WHERE person_id = $1)`, personID).Scan(&set)
	if err == nil && set {
		err = fault.New(fault.Invalid, "This person has a password already, so there is nothing to invite them to.")
	}
	if err != nil {
		return "", out, err
	}
	now := by.Now()
	out, err = scanInvitation(tx.QueryRow(ctx, `INSERT INTO invitation (person_id, by_id, round, sent, expires) VALUES ($1, $2, 1, $3, $4)
		ON CONFLICT (person_id) DO UPDATE SET by_id = excluded.by_id, round = invitation.round + 1, sent = excluded.sent, expires = excluded.expires, accepted = NULL, revoked = NULL
		RETURNING `+invitationFields, personID, by.PersonID, db.Micros(now), db.Micros(now.Add(InvitationFor))))
	if err != nil {
		return "", out, err
	}
	return signer.SignText(invited, fmt.Sprintf("%d.%d", personID, out.Round)), out, s.noteInvitation(ctx, tx, by, Invited, out)
}

// MayInvite refuses an actor who may not invite colleagues: that takes writing people and roles, and all of a token.
func (s *Service) MayInvite(ctx context.Context, tx db.Tx, by act.Actor) error {
	if err := by.Require("write", "person"); err != nil {
		return err
	}
	if err := by.Require("write", "role"); err != nil {
		return err
	}
	return s.allowed(ctx, tx, by, "*") // who holds the link gets in with everything
}

func (s *Service) noteInvitation(ctx context.Context, tx db.Tx, by act.Actor, verb string, i Invitation) error {
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "person", ID: i.PersonID}, Visibility: ledger.Restricted, Data: map[string]any{"round": i.Round}})
	return err
}

// Invitations lists invitations, the last sent first. Whoever may write people and roles may.
func (s *Service) Invitations(ctx context.Context, tx db.Tx, by act.Actor) ([]Invitation, error) {
	if err := s.MayInvite(ctx, tx, by); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+invitationFields+` FROM invitation ORDER BY sent DESC, person_id DESC LIMIT 200`)
	return db.Collect(rows, err, scanInvitation)
}

// InvitationOf returns somebody's invitation. Whoever may write people and roles may.
func (s *Service) InvitationOf(ctx context.Context, tx db.Tx, by act.Actor, personID int64) (Invitation, error) {
	if err := s.MayInvite(ctx, tx, by); err != nil {
		return Invitation{}, err
	}
	return invitationOf(ctx, tx, personID)
}

func invitationOf(ctx context.Context, tx db.Tx, personID int64) (Invitation, error) {
	i, err := scanInvitation(tx.QueryRow(ctx, `SELECT `+invitationFields+` FROM invitation WHERE person_id = $1`, personID))
	if errors.Is(err, sql.ErrNoRows) {
		return i, fault.Missing("invitation", personID)
	}
	return i, err
}

// RevokeInvitation lets no link of an invitation work any more and takes the person's roles back. Whoever may
// invite may; an invitation that was taken is past revoking.
func (s *Service) RevokeInvitation(ctx context.Context, tx db.Tx, by act.Actor, personID int64) error {
	i, err := s.InvitationOf(ctx, tx, by, personID)
	if err != nil {
		return err
	}
	if err := s.Outranks(ctx, tx, by, personID); err != nil {
		return err
	}
	if !i.Accepted.IsZero() {
		return fault.New(fault.Invalid, "This invitation was taken. Suspend the person to keep them out.")
	}
	if !i.Revoked.IsZero() {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE invitation SET revoked = $1 WHERE person_id = $2`, db.Micros(by.Now()), personID); err != nil {
		return err
	}
	if err := s.SetRoles(ctx, tx, by, personID, nil); err != nil {
		return err
	}
	return s.noteInvitation(ctx, tx, by, InvitationRevoked, i)
}

// Invitee returns the invitation a link's token stands for. Whoever holds the link may ask; what no longer
// works says why.
func (s *Service) Invitee(ctx context.Context, tx db.Tx, signer Signer, token string) (Invitation, error) {
	text, ok := signer.VerifyText(invited, token)
	var person, round int64
	if n, err := fmt.Sscanf(text, "%d.%d", &person, &round); !ok || n != 2 || err != nil {
		return Invitation{}, fault.New(fault.NotFound, "This is not a link of an invitation. Open the link in the mail whole, or ask for a new one.")
	}
	i, err := invitationOf(ctx, tx, person)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && !i.Revoked.IsZero():
		return i, fault.New(fault.NotFound, "This invitation was taken back. Ask whoever invited you.")
	case err != nil:
		return i, err
	case !i.Accepted.IsZero():
		return i, fault.New(fault.NotFound, "This invitation was taken already. Sign in with your password.")
	case i.Round != round:
		return i, fault.New(fault.NotFound, "There is a newer mail with another link; this one no longer works.")
	case !i.Open(s.clock()):
		return i, fault.New(fault.NotFound, "This link ended. Ask whoever invited you to send it again.")
	}
	return i, nil
}

// TakeInvitation sets the invited person's password (a hash from HashPassword) and opens a session for them; the secret
// goes into the cookie. Whoever holds the link may, once.
func (s *Service) TakeInvitation(ctx context.Context, tx db.Tx, signer Signer, token, hash, device string) (secretText string, personID int64, err error) {
	i, err := s.Invitee(ctx, tx, signer, token)
	if err != nil {
		return "", 0, err
	}
	by := act.Actor{Kind: act.Person, PersonID: i.PersonID, Clock: s.clock}
	n, err := tx.Exec(ctx, `UPDATE invitation SET accepted = $1 WHERE person_id = $2 AND accepted IS NULL`, db.Micros(by.Now()), i.PersonID)
	if err != nil {
		return "", 0, err
	}
	if n == 0 {
		return "", 0, fault.New(fault.NotFound, "This invitation was taken already. Sign in with your password.")
	}
	if err := s.SetPassword(ctx, tx, by, i.PersonID, hash); err != nil {
		return "", 0, err
	}
	if err := s.noteInvitation(ctx, tx, by, InvitationTaken, i); err != nil {
		return "", 0, err
	}
	secretText, err = s.OpenSession(ctx, tx, by, device)
	return secretText, i.PersonID, err
}
