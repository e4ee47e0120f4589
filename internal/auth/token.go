package auth

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// Token is an API token without its secret.
type Token struct {
	ID       int64
	PersonID int64
	Name     string
	Scopes   []string // "ticket.read", "ticket.*", "*"
	Created  time.Time
	Expires  time.Time // zero for never
	Used     time.Time // zero for never; noted at most every five minutes
	Rate     int       // requests a minute it may make; 0 for any number
}

var scopePattern = regexp.MustCompile(`^(\*|[a-z_]+\.(\*|[a-z_]+))$`)

// within reports whether one scope says no more than another: "ticket.read" is within "ticket.*".
func within(scope, other string) bool {
	kind, all := strings.CutSuffix(other, ".*")
	return other == "*" || other == scope || all && strings.HasPrefix(scope, kind+".")
}

// allowed refuses a token to do what none of its own scopes says. A browser session has no scopes.
func (s *Service) allowed(ctx context.Context, tx db.Tx, by act.Actor, scopes ...string) error {
	if by.TokenID == 0 {
		return nil
	}
	var text string
	if err := tx.QueryRow(ctx, `SELECT scopes FROM token WHERE id = $1`, by.TokenID).Scan(&text); err != nil {
		return err
	}
	var own []string
	if err := json.Unmarshal([]byte(text), &own); err != nil {
		return err
	}
	for _, sc := range scopes {
		if !slices.ContainsFunc(own, func(o string) bool { return within(sc, o) }) {
			return fault.New(fault.Forbidden, "This token may not do this: its scopes (%s) do not hold %s.", strings.Join(own, ", "), sc)
		}
	}
	return nil
}

// lasts refuses a token that ends to make one that outlives it.
func (s *Service) lasts(ctx context.Context, tx db.Tx, by act.Actor, expires time.Time) error {
	if by.TokenID == 0 {
		return nil
	}
	var own sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT expires FROM token WHERE id = $1`, by.TokenID).Scan(&own); err != nil {
		return err
	}
	if end := db.NullTime(own); own.Valid && (expires.IsZero() || expires.After(end)) {
		return fault.Field("expires_at", expires, "a time no later than "+end.Format(time.RFC3339), "The token you use ends on %s, so one made with it must end by then.", lang.At(end, "2 January 2006"))
	}
	return nil
}

// maxRate is the largest number of requests a minute that a token may be limited to.
const maxRate = 100_000

// NewLimitedToken makes a token as NewToken does that may make so many requests a minute; 0
// is any number. A token with a limit makes none with a higher one.
func (s *Service) NewLimitedToken(ctx context.Context, tx db.Tx, by act.Actor, name string, scopes []string, expires time.Time, rate int) (Token, string, error) {
	if rate < 0 || rate > maxRate {
		return Token{}, "", fault.Field("rate", rate, "1 to 100,000 requests a minute, or none for no limit", "This is not a rate.")
	}
	if by.TokenRate > 0 && (rate == 0 || rate > by.TokenRate) {
		return Token{}, "", fault.Field("rate", rate, "at most "+strconv.Itoa(by.TokenRate), "The token you use may make %d requests a minute, so one made with it may not make more.", by.TokenRate)
	}
	t, text, err := s.NewToken(ctx, tx, by, name, scopes, expires)
	if err != nil || rate == 0 {
		return t, text, err
	}
	t.Rate = rate
	_, err = tx.Exec(ctx, `UPDATE token SET rate = $1 WHERE id = $2`, rate, t.ID)
	return t, text, err
}

// NewToken makes a token for the actor's person and returns its secret, shown this once.
// Anybody signed in may make tokens for themselves; a token never allows more than its
// person may do, checked at each request, and makes none that allow more than itself.
func (s *Service) NewToken(ctx context.Context, tx db.Tx, by act.Actor, name string, scopes []string, expires time.Time) (Token, string, error) {
	if by.PersonID == 0 {
		return Token{}, "", by.Denied("write", "token")
	}
	if name = strings.TrimSpace(name); name == "" || len(name) > 200 {
		return Token{}, "", fault.Field("name", name, "1 to 200 characters", "A token needs a name.")
	}
	if len(scopes) == 0 || len(scopes) > 100 {
		return Token{}, "", fault.Field("scopes", scopes, `1 to 100 scopes like "ticket.read" or "*"`, "A token needs scopes.")
	}
	for _, sc := range scopes {
		if !scopePattern.MatchString(sc) {
			return Token{}, "", fault.Field("scopes", sc, `kind.action, such as "ticket.read", "ticket.*" or "*"`, "%q is not a scope.", sc)
		}
	}
	if err := s.allowed(ctx, tx, by, append([]string{"token.write"}, scopes...)...); err != nil {
		return Token{}, "", err
	}
	if err := s.lasts(ctx, tx, by, expires); err != nil {
		return Token{}, "", err
	}
	now := by.Now()
	if !expires.IsZero() && !expires.After(now) {
		return Token{}, "", fault.Field("expires_at", expires, "a time to come, or none", "This token would have expired already.")
	}
	t, text := Token{PersonID: by.PersonID, Name: name, Scopes: scopes, Created: now, Expires: expires}, secret()
	list, err := json.Marshal(scopes)
	if err != nil {
		return t, "", err
	}
	err = tx.QueryRow(ctx, `INSERT INTO token (person_id, name, hash, scopes, created, expires) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		t.PersonID, name, digest(text), string(list), db.Micros(now), db.NullMicros(expires)).Scan(&t.ID)
	if err != nil {
		return t, "", err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TokenMade, Subject: ledger.Ref{Kind: "person", ID: by.PersonID}, Visibility: ledger.Restricted,
		Data: map[string]any{"token_id": t.ID, "scopes": scopes}})
	return t, text, err
}

// ByToken returns who a token acts for, with their rights as they are now, narrowed by its scopes.
func (s *Service) ByToken(ctx context.Context, text string) (act.Actor, error) {
	var h holder
	var id int64
	var scopes string
	var expires, used, revoked, rate sql.NullInt64
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT t.id, t.scopes, t.expires, t.used, t.revoked_at, t.rate, `+holderColumns+` FROM token t JOIN person p ON p.id = t.person_id
			WHERE t.hash = $1 AND p.deleted_at IS NULL AND p.alias_of IS NULL`, digest(text)).Scan(append([]any{&id, &scopes, &expires, &used, &revoked, &rate}, h.dst()...)...)
	})
	now := s.clock()
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && revoked.Valid:
		return act.Actor{}, fault.New(fault.SignedOut, "This token is not known or was revoked.")
	case err != nil:
		return act.Actor{}, err
	case expires.Valid && db.NullTime(expires).Before(now):
		return act.Actor{}, fault.New(fault.SignedOut, "This token has expired.")
	}
	a, err := s.actor(h)
	if err != nil {
		return a, err
	}
	var list []string
	if err := json.Unmarshal([]byte(scopes), &list); err != nil {
		return a, err
	}
	a.TokenID, a.TokenRate, a.Grants = id, int(rate.Int64), narrow(a.Grants, list)
	if now.Sub(db.NullTime(used)) > seenEvery {
		err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE token SET used = $1 WHERE id = $2`, db.Micros(now), id)
			return err
		})
	}
	return a, err
}

// Tokens lists the actor's own tokens, newest first.
func (s *Service) Tokens(ctx context.Context, tx db.Tx, by act.Actor) ([]Token, error) {
	if err := s.allowed(ctx, tx, by, "token.read"); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, person_id, name, scopes, created, expires, used, rate FROM token
		WHERE person_id = $1 AND revoked_at IS NULL ORDER BY id DESC LIMIT 200`, by.PersonID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Token
	for rows.Next() {
		var t Token
		var scopes string
		var created int64
		var expires, used, rate sql.NullInt64
		if err := rows.Scan(&t.ID, &t.PersonID, &t.Name, &scopes, &created, &expires, &used, &rate); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(scopes), &t.Scopes); err != nil {
			return nil, err
		}
		t.Created, t.Expires, t.Used, t.Rate = db.Time(created), db.NullTime(expires), db.NullTime(used), int(rate.Int64)
		out = append(out, t)
	}
	return out, rows.Err()
}

// RevokeToken ends one of the actor's own tokens.
func (s *Service) RevokeToken(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := s.allowed(ctx, tx, by, "token.write"); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE token SET revoked_at = $1 WHERE id = $2 AND person_id = $3 AND revoked_at IS NULL`, db.Micros(by.Now()), id, by.PersonID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Missing("token", id)
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TokenRevoked, Subject: ledger.Ref{Kind: "person", ID: by.PersonID}, Visibility: ledger.Restricted,
		Data: map[string]any{"token_id": id}})
	return err
}

// AsToken is who work begun with a token goes on for, with the rights that person and that token
// have now; token 0 is a browser session. A revoked token may do nothing any more.
func (s *Service) AsToken(ctx context.Context, tx db.Tx, personID, tokenID int64) (act.Actor, error) {
	a, err := s.As(ctx, tx, personID)
	if err != nil || tokenID == 0 {
		return a, err
	}
	var text string
	var list []string
	err = tx.QueryRow(ctx, `SELECT scopes FROM token WHERE id = $1 AND revoked_at IS NULL`, tokenID).Scan(&text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return a, err
	default:
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return a, err
		}
	}
	a.TokenID, a.Grants = tokenID, narrow(a.Grants, list)
	return a, nil
}

// ByBasic is ByToken for clients that name a person beside the token, as HTTP Basic does with
// EMAIL/token:TOKEN. The address must be one of the person the token belongs to.
func (s *Service) ByBasic(ctx context.Context, user, text string) (act.Actor, error) {
	refused := fault.New(fault.SignedOut, "Send Basic with EMAIL/token:TOKEN, the address being that of the token's owner.")
	email, ok := strings.CutSuffix(user, "/token")
	if !ok {
		return act.Actor{}, refused
	}
	a, err := s.ByToken(ctx, text)
	if err != nil {
		return act.Actor{}, err
	}
	var own bool
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM identity WHERE kind = 'email' AND value = $1 AND person_id = $2)`, strings.ToLower(strings.TrimSpace(email)), a.PersonID).Scan(&own)
	})
	if err == nil && !own {
		return act.Actor{}, refused
	}
	return a, err
}
