package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
)

// Signer signs ids for links that work without signing in. A signature is worth nothing
// for another purpose.
type Signer struct{ key []byte }

// LoadSigner returns the installation's signer, making its key on first use.
func LoadSigner(ctx context.Context, d *db.DB, by act.Actor) (Signer, error) {
	var text string
	err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		fresh := make([]byte, 32)
		if _, err := by.Rand().Read(fresh); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('link_key', $1) ON CONFLICT (name) DO NOTHING`, base64.StdEncoding.EncodeToString(fresh))
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM instance WHERE name = 'link_key'`).Scan(&text)
	})
	if err != nil {
		return Signer{}, fmt.Errorf("load the link key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	return Signer{key}, err
}

// Sign returns a token of URL characters that stands for id.
func (s Signer) Sign(purpose string, id int64) string {
	what := strconv.FormatInt(id, 10)
	return what + "." + s.mac(purpose, what)
}

// Verify returns the id a token stands for; ok is false when it was not signed here.
func (s Signer) Verify(purpose, token string) (id int64, ok bool) {
	what, mac, found := strings.Cut(token, ".")
	if !found || !hmac.Equal([]byte(mac), []byte(s.mac(purpose, what))) {
		return 0, false
	}
	id, err := strconv.ParseInt(what, 10, 64)
	return id, err == nil
}

func (s Signer) mac(purpose, what string) string {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(purpose + "\x00" + what))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// SignText returns a token of URL characters that stands for a text; it can be read by whoever holds it.
func (s Signer) SignText(purpose, text string) string {
	what := base64.RawURLEncoding.EncodeToString([]byte(text))
	return what + "." + s.mac(purpose, what)
}

// VerifyText returns the text a token stands for; ok is false when it was not signed here.
func (s Signer) VerifyText(purpose, token string) (text string, ok bool) {
	what, mac, found := strings.Cut(token, ".")
	if !found || !hmac.Equal([]byte(mac), []byte(s.mac(purpose, what))) {
		return "", false
	}
	b, err := base64.RawURLEncoding.DecodeString(what)
	return string(b), err == nil
}
