package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

const (
	// PortalLinkFor is how long a link of PortalLink works.
	PortalLinkFor = 30 * time.Minute
	// PortalSessionFor is how long a session of the public pages lives after signing in.
	PortalSessionFor = 30 * 24 * time.Hour
	// portalLinksAtOnce is how many links of one person work at the same time.
	portalLinksAtOnce = 5

	portalLink = "portal.signin"
)

// PortalLink makes the token of a link that signs a person in on the public pages, once; "" when they have as many as
// can be used at once. It checks no permission: the caller mails it to the person's own address and to nobody else.
func (s *Service) PortalLink(ctx context.Context, tx db.Tx, signer Signer, personID int64) (token string, err error) {
	now := s.clock()
	var open int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM portal_link WHERE person_id = $1 AND expires > $2`, personID, db.Micros(now)).Scan(&open); err != nil || open >= portalLinksAtOnce {
		return "", err
	}
	expires := db.Micros(now.Add(PortalLinkFor))
	n, err := tx.Exec(ctx, `INSERT INTO portal_link (person_id, expires) VALUES ($1, $2) ON CONFLICT DO NOTHING`, personID, expires)
	if err != nil || n == 0 {
		return "", err
	}
	return signer.SignText(portalLink, fmt.Sprintf("%d.%d", personID, expires)), nil
}

// PortalLinkWorks refuses the token of a link that was made up or used, or whose time is over. Whoever holds it may ask;
// asking does not use it.
func (s *Service) PortalLinkWorks(ctx context.Context, tx db.Tx, signer Signer, token string) error {
	person, expires, err := readPortalLink(signer, token)
	if err != nil {
		return err
	}
	var works bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM portal_link WHERE person_id = $1 AND expires = $2 AND expires > $3)`, person, expires, db.Micros(s.clock())).Scan(&works)
	if err == nil && !works {
		err = errPortalLink
	}
	return err
}

// TakePortalLink opens a session of the public pages for whom a link was made; the secret goes into the cookie. Whoever
// holds the link may, once.
func (s *Service) TakePortalLink(ctx context.Context, tx db.Tx, signer Signer, token, device string) (secretText string, err error) {
	person, expires, err := readPortalLink(signer, token)
	if err != nil {
		return "", err
	}
	n, err := tx.Exec(ctx, `DELETE FROM portal_link WHERE person_id = $1 AND expires = $2 AND expires > $3
		AND EXISTS (SELECT 1 FROM person p WHERE p.id = portal_link.person_id AND p.suspended_at IS NULL AND p.deleted_at IS NULL AND p.alias_of IS NULL)`,
		person, expires, db.Micros(s.clock()))
	if err == nil && n == 0 {
		err = errPortalLink
	}
	if err != nil {
		return "", err
	}
	return s.openSession(ctx, tx, act.Actor{Kind: act.Person, PersonID: person, Clock: s.clock}, device, true)
}

var errPortalLink = fault.New(fault.NotFound, "This link was used already, or its 30 minutes are over.")

func readPortalLink(signer Signer, token string) (person, expires int64, err error) {
	text, ok := signer.VerifyText(portalLink, token)
	if n, err := fmt.Sscanf(text, "%d.%d", &person, &expires); !ok || n != 2 || err != nil {
		return 0, 0, fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address.")
	}
	return person, expires, nil
}

// ByPortalSession returns who a session of the public pages belongs to. They may do there what Visitor says, whatever their roles.
func (s *Service) ByPortalSession(ctx context.Context, text string) (act.Actor, error) {
	by, err := s.bySession(ctx, text, true)
	return Visitor(by), err
}

// Visitor is somebody as the public pages know them, whatever they may do elsewhere: they read and write what is their own, what
// other organizations share with them, and their organization's tickets as far as a role says so.
func Visitor(by act.Actor) act.Actor {
	grants := []act.Grant{{Action: "read", Kind: "ticket", Scope: act.Own}, {Action: "write", Kind: "ticket", Scope: act.Own}}
	for _, g := range by.Grants {
		if g.Kind == "ticket" && g.Scope == act.Organization && slices.Contains([]string{"read", "write"}, g.Action) {
			grants = append(grants, g)
		}
	}
	by.Grants, by.Roles, by.TeamIDs = grants, nil, nil
	return by
}

// SweepPortalLinks forgets links whose time is over, some at a time.
func SweepPortalLinks(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM portal_link WHERE expires < $1`, db.Micros(now))
	return err
}

// openSession opens a session for the actor's person; one of the public pages opens nothing else.
func (s *Service) openSession(ctx context.Context, tx db.Tx, by act.Actor, device string, portal bool) (string, error) {
	text, now, lasts := secret(), by.Now(), sessionFor
	if len(device) > 200 {
		device = strings.ToValidUTF8(device[:200], "")
	}
	var data map[string]any
	if portal {
		lasts, data = PortalSessionFor, map[string]any{"portal": true}
	}
	_, err := tx.Exec(ctx, `INSERT INTO session (hash, person_id, created, seen, expires, device, portal) VALUES ($1, $2, $3, $3, $4, $5, $6)`,
		digest(text), by.PersonID, db.Micros(now), db.Micros(now.Add(lasts)), device, portal)
	if err != nil {
		return "", err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: SignedIn, Subject: ledger.Ref{Kind: "person", ID: by.PersonID}, Visibility: ledger.Restricted, Data: data})
	return text, err
}
