package entitle

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Access is what somebody may do with the tickets of another organization.
type Access string

// The sorts of access.
const (
	ReadOnly  Access = "read"
	ReadWrite Access = "write" // read and write
)

// Share lets a person read, or read and write, the tickets of another organization, because
// somebody there accepted the risk in writing.
type Share struct {
	ID           int64
	Organization int64
	PersonID     int64
	Access       Access
	AcceptedBy   string // who accepted, as they signed
	AcceptedAt   time.Time
	TextVersion  string // which text they accepted
	TicketID     int64  // the ticket of the organization that it was accepted on
	Created      time.Time
	ByID         int64
	RevokedAt    time.Time // zero while it is in force
}

// NewShare is what Accept takes.
type NewShare struct {
	Email       string // of the person
	Access      Access
	AcceptedBy  string
	AcceptedAt  time.Time
	TextVersion string
	TicketID    int64
}

const shareFields = `id, organization_id, person_id, access, accepted_by, accepted_at, text_version, ticket_id, created, by_id, revoked_at`

func scanShare(r db.Scanner) (s Share, err error) {
	var accepted, created int64
	var revoked sql.NullInt64
	err = r.Scan(&s.ID, &s.Organization, &s.PersonID, &s.Access, &s.AcceptedBy, &accepted, &s.TextVersion, &s.TicketID, &created, &s.ByID, &revoked)
	s.AcceptedAt, s.Created, s.RevokedAt = db.Time(accepted), db.Time(created), db.NullTime(revoked)
	return s, err
}

// sharesOf are the newest shares of an organization, those in force first.
func sharesOf(ctx context.Context, tx db.Tx, organizationID int64) ([]Share, error) {
	rows, err := tx.Query(ctx, `SELECT `+shareFields+` FROM organization_share WHERE organization_id = $1 ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 100`, organizationID)
	return db.Collect(rows, err, scanShare)
}

// Accept records that an organization accepted that somebody of another one sees its tickets.
// Whoever may write entitlements may.
func (s *Service) Accept(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, in NewShare) (Share, error) {
	o, err := s.administered(ctx, tx, by, organizationID)
	if err != nil {
		return Share{}, err
	}
	out := Share{Organization: o.ID, Access: in.Access, AcceptedBy: directory.OneLine(in.AcceptedBy), AcceptedAt: in.AcceptedAt.UTC(), TextVersion: directory.OneLine(in.TextVersion),
		TicketID: in.TicketID, Created: by.Now(), ByID: by.PersonID}
	switch {
	case in.Access != ReadOnly && in.Access != ReadWrite:
		return out, fault.Field("access", in.Access, "read or write", "Say whether they may read, or read and write.")
	case out.AcceptedBy == "" || len([]rune(out.AcceptedBy)) > 300:
		return out, fault.Field("accepted_by", in.AcceptedBy, "a name of 1 to 300 characters", "Say who of %s accepted it.", o.Name)
	case out.TextVersion == "" || len([]rune(out.TextVersion)) > 100:
		return out, fault.Field("text_version", in.TextVersion, "1 to 100 characters", "Say which text they accepted, such as 2026-03.")
	case in.AcceptedAt.IsZero() || in.AcceptedAt.After(by.Now().Add(time.Minute)):
		return out, fault.Field("accepted_at", in.AcceptedAt, "a time that is past", "Say when they accepted it.")
	}
	if err := shown(ctx, tx, o, in); err != nil {
		return out, err
	}
	email, err := directory.CleanEmail("email", in.Email)
	if err != nil {
		return out, err
	}
	p, err := s.directory.Resolve(ctx, tx, by, email, "")
	if err != nil {
		return out, err
	}
	if out.PersonID = p.ID; p.OrganizationID == o.ID {
		return out, fault.Field("email", in.Email, "the address of somebody of another organization", "%s belongs to %s, so nothing needs to be shared.", p.Name, o.Name)
	}
	err = tx.QueryRow(ctx, `INSERT INTO organization_share (organization_id, person_id, access, accepted_by, accepted_at, text_version, ticket_id, created, by_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (person_id, organization_id) WHERE revoked_at IS NULL DO NOTHING RETURNING id`,
		out.Organization, out.PersonID, string(out.Access), out.AcceptedBy, db.Micros(out.AcceptedAt), out.TextVersion, out.TicketID,
		db.Micros(out.Created), out.ByID).Scan(&out.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return out, fault.New(fault.Invalid, "The tickets of %s are shared with %s already. Revoke that first.", o.Name, p.Name)
	}
	if err != nil {
		return out, err
	}
	_, err = s.tell(ctx, tx, by, ShareAccepted, o.ID, map[string]any{"share": out.ID, "person_id": out.PersonID, "access": out.Access, "text_version": out.TextVersion})
	return out, err
}

// shown makes sure that the evidence is there: a ticket of the organization.
func shown(ctx context.Context, tx db.Tx, o directory.Organization, in NewShare) error {
	var yes bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM ticket WHERE id = $1 AND organization_id = $2 AND deleted_at IS NULL)`, in.TicketID, o.ID).Scan(&yes)
	if err == nil && !yes {
		return fault.Field("ticket_id", in.TicketID, "the id of a ticket of "+o.Name+", on which it was accepted in writing", "%s has no ticket %d.", o.Name, in.TicketID)
	}
	return err
}

// Revoke ends a share. Whoever may write entitlements may.
func (s *Service) Revoke(ctx context.Context, tx db.Tx, by act.Actor, organizationID, id int64) error {
	o, err := s.administered(ctx, tx, by, organizationID)
	if err != nil {
		return err
	}
	share, err := scanShare(tx.QueryRow(ctx, `SELECT `+shareFields+` FROM organization_share WHERE id = $1 AND organization_id = $2`, id, o.ID))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.Missing("share", id)
	case err != nil:
		return err
	case !share.RevokedAt.IsZero():
		return fault.New(fault.Invalid, "This was revoked on %s (UTC) already.", share.RevokedAt.Format(day))
	}
	if _, err := tx.Exec(ctx, `UPDATE organization_share SET revoked_at = $1, revoked_by = $2 WHERE id = $3`, db.Micros(by.Now()), by.PersonID, id); err != nil {
		return err
	}
	_, err = s.tell(ctx, tx, by, ShareRevoked, o.ID, map[string]any{"share": id, "person_id": share.PersonID})
	return err
}
