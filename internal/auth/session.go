package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// sessionFor is how long a session lives after it was last used.
const sessionFor = 14 * 24 * time.Hour

// seenEvery is how often the use of a session is noted at most.
const seenEvery = 5 * time.Minute

// secret returns a new random secret: 43 characters of the URL alphabet.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails; it stops the program when there is no randomness
	return base64.RawURLEncoding.EncodeToString(b)
}

func digest(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// SignIn checks an address and password and opens a session; the secret goes into the
// cookie. Anybody may try; after too many failures it answers TooMany. It opens its own
// transactions, because hashing a password takes too long to hold one.
func (s *Service) SignIn(ctx context.Context, email, password, remote, device string) (secretText string, personID int64, err error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if err := s.tries.begin(email, remote); err != nil {
		return "", 0, err
	}
	var hash string
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		err := tx.QueryRow(ctx, `SELECT c.person_id, c.password_hash FROM identity i JOIN credential c ON c.person_id = i.person_id
			JOIN person p ON p.id = i.person_id WHERE i.kind = 'email' AND i.value = $1 AND p.suspended_at IS NULL AND p.deleted_at IS NULL AND p.alias_of IS NULL`,
			email).Scan(&personID, &hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		s.tries.cancelled(email, remote)
		return "", 0, err
	}
	ok, err := checkPassword(ctx, password, hash)
	if err != nil {
		s.tries.cancelled(email, remote)
		return "", 0, err
	}
	if !ok || personID == 0 {
		return "", 0, fault.New(fault.SignedOut, "The address and password do not match. Check both and try again.")
	}
	s.tries.succeeded(email, remote)
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		secretText, err = s.OpenSession(ctx, tx, act.Actor{Kind: act.Person, PersonID: personID, Clock: s.clock}, device)
		return err
	})
	return secretText, personID, err
}

// OpenSession opens a session for the actor's person, who has proved to be themselves.
func (s *Service) OpenSession(ctx context.Context, tx db.Tx, by act.Actor, device string) (string, error) {
	return s.openSession(ctx, tx, by, device, false)
}

// BySession returns who a session belongs to, with their rights as they are now.
func (s *Service) BySession(ctx context.Context, text string) (act.Actor, error) {
	return s.bySession(ctx, text, false)
}

func (s *Service) bySession(ctx context.Context, text string, portal bool) (act.Actor, error) {
	var h holder
	var seen, expires int64
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT s.seen, s.expires, `+holderColumns+` FROM session s JOIN person p ON p.id = s.person_id
			WHERE s.hash = $1 AND s.portal = $2 AND p.deleted_at IS NULL AND p.alias_of IS NULL`, digest(text), portal).Scan(append([]any{&seen, &expires}, h.dst()...)...)
	})
	now := s.clock()
	if errors.Is(err, sql.ErrNoRows) || err == nil && db.Time(expires).Before(now) {
		return act.Actor{}, fault.New(fault.SignedOut, "Your session has ended. Sign in again; what you wrote is kept.")
	}
	if err != nil {
		return act.Actor{}, err
	}
	a, err := s.actor(h)
	if err == nil && now.Sub(db.Time(seen)) > seenEvery {
		ends := db.Micros(now.Add(sessionFor))
		if portal {
			ends = expires // its time is counted from signing in
		}
		err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE session SET seen = $1, expires = $2 WHERE hash = $3`, db.Micros(now), ends, digest(text)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE person SET seen = $1 WHERE id = $2`, db.Micros(now), h.person)
			return err
		})
	}
	return a, err
}

// CloseSession ends a session; one that is gone already is fine.
func (s *Service) CloseSession(ctx context.Context, tx db.Tx, text string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE hash = $1`, digest(text))
	return err
}

// SetPassword sets somebody's password hash (from HashPassword) and ends their other
// sessions. People may set their own; whoever may write people may set others'.
func (s *Service) SetPassword(ctx context.Context, tx db.Tx, by act.Actor, personID int64, hash string) error {
	// Whoever has a password has everything; a token with less must not get there.
	if err := s.allowed(ctx, tx, by, "*"); err != nil {
		return err
	}
	if by.PersonID != personID {
		if err := by.Require("write", "person"); err != nil {
			return err
		}
		theirs, err := s.grantsOf(ctx, tx, personID)
		if err != nil {
			return err
		}
		for _, g := range theirs { // taking over an account must not be a way up
			if !holds(by, g) {
				return fault.New(fault.Forbidden, "This person may do more than you, so you cannot set their password.")
			}
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO credential (person_id, password_hash, changed) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET password_hash = excluded.password_hash, changed = excluded.changed`, personID, hash, db.Micros(by.Now()))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1`, personID); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PasswordSet, Subject: ledger.Ref{Kind: "person", ID: personID}, Visibility: ledger.Restricted})
	return err
}

func (s *Service) grantsOf(ctx context.Context, tx db.Tx, personID int64) (out []act.Grant, err error) {
	names, err := s.RolesOf(ctx, tx, personID)
	for _, name := range names {
		if id, ok := s.roles().RoleID(name); ok {
			_, r, _ := s.roles().Role(id)
			out = append(out, r.Flat()...)
		}
	}
	return out, err
}
