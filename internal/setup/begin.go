package setup

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// NewCode makes the code that proves that somebody sees the server's terminal: 16 letters and digits.
func NewCode() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails; it stops the program when there is no randomness
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// First is who makes an instance.
type First struct {
	Code     string `json:"code" maxLength:"100" doc:"The code that the server printed when it started on an empty database."`
	Email    string `json:"email" maxLength:"254"`
	Name     string `json:"name,omitempty" maxLength:"1000"`
	Password string `json:"password" maxLength:"1000"`
}

// Needed reports whether there is no instance yet: nobody is known in it. Anybody may ask.
func (s *Service) Needed(ctx context.Context, tx db.Tx) (needed bool, err error) {
	err = tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM person)`).Scan(&needed)
	return needed, err
}

// Start makes the instance with its first administrator and signs them in; the secret goes into the cookie. Who knows the
// code may, as long as there is no instance. It opens its own transactions.
func (s *Service) Start(ctx context.Context, in First, remote, device string) (secret string, err error) {
	var needed bool
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		needed, err = s.Needed(ctx, tx)
		return err
	})
	switch {
	case err != nil:
		return "", err
	case !needed:
		return "", fault.New(fault.Invalid, "This instance has been set up already. Sign in.")
	case s.Code == "" || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(in.Code)), []byte(s.Code)) != 1:
		return "", fault.Field("code", nil, "the code that the server printed when it started", "This is not the code. It stands in the server's output, in the line that begins with \"There is no instance\".")
	}
	hash, err := auth.HashPassword(ctx, in.Password)
	if err != nil {
		return "", err
	}
	if err := s.Begin(ctx, in.Email, in.Name, hash); err != nil {
		return "", err
	}
	secret, _, err = s.Auth.SignIn(ctx, in.Email, in.Password, remote, device)
	return secret, err
}
