package auth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"steward/internal/db"
	"steward/internal/fault"
)

// params follow RFC 9106's second recommendation (64 MiB, three passes) with one lane per
// check, so that many sign-ins share a small machine.
var params = &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashing bounds how many passwords are hashed at once: each takes 64 MiB.
var hashing = make(chan struct{}, 2)

// MinPassword is the shortest password accepted, in characters.
const MinPassword = 10

// HashPassword checks and hashes a new password. It takes a while; call it outside transactions.
func HashPassword(ctx context.Context, password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < MinPassword || len(password) > 1000 {
		return "", fault.Field("password", nil, fmt.Sprintf("%d characters or more", MinPassword), "This password has %d characters; it needs at least %d.", n, MinPassword)
	}
	if strings.TrimSpace(password) == "" {
		return "", fault.Field("password", nil, "something other than spaces", "This password is only spaces.")
	}
	if err := acquire(ctx); err != nil {
		return "", err
	}
	defer func() { <-hashing }()
	return argon2id.CreateHash(password, params)
}

// nobody is checked when there is no such account, so that both take the same time.
var nobody = sync.OnceValue(func() string {
	h, err := argon2id.CreateHash("nobody", params)
	if err != nil {
		panic(err) // no randomness: nothing here would be safe
	}
	return h
})

func checkPassword(ctx context.Context, password, hash string) (bool, error) {
	if err := acquire(ctx); err != nil {
		return false, err
	}
	defer func() { <-hashing }()
	if hash == "" {
		_, err := argon2id.ComparePasswordAndHash(password, nobody())
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

func acquire(ctx context.Context) error {
	select {
	case hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Proves refuses a password that is not somebody's; too many tries are refused as at the sign-in.
// It takes a while; call it outside transactions.
func (s *Service) Proves(ctx context.Context, personID int64, password string) error {
	key := fmt.Sprintf("person %d", personID)
	if err := s.tries.begin(key, key); err != nil {
		return err
	}
	var hash string
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		err := tx.QueryRow(ctx, `SELECT password_hash FROM credential WHERE person_id = $1`, personID).Scan(&hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	ok := false
	if err == nil {
		ok, err = checkPassword(ctx, password, hash)
	}
	if err != nil {
		s.tries.cancelled(key, key)
		return err
	}
	if !ok {
		return fault.Field("previous_password", nil, "the password you have now", "This is not your password.")
	}
	s.tries.succeeded(key, key)
	return nil
}
