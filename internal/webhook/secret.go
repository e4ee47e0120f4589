package webhook

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/mail"
)

// Kept is the reference to a secret that Steward keeps itself.
const Kept = "kept"

// What a kept secret is for.
const (
	signing       = "signing"
	authorization = "authorization"
)

// isReference reports whether a text says where a secret is.
func isReference(text string) bool {
	return text == Kept || strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:")
}

// newSecret is 32 bytes by chance in base64.
func newSecret(random io.Reader) (string, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// signingSecrets are the secrets that requests are signed with, as Standard Webhooks writes them.
// A kept one is made when it is first wanted.
func (s *Service) signingSecrets(ctx context.Context, w InForce) (out []string, err error) {
	for _, ref := range w.Spec.Secrets {
		text := ""
		if ref != Kept {
			text, err = mail.ReadSecret(ref)
		} else if text, err = s.keptSecret(ctx, w.ID); err == nil {
			text = "whsec_" + text
		}
		if err != nil {
			return nil, err
		}
		out = append(out, strings.TrimSpace(text))
	}
	return out, nil
}

// keptSecret reads the signing secret kept for a webhook outside a transaction, and makes it.
func (s *Service) keptSecret(ctx context.Context, id int64) (secret string, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		secret, err = kept(ctx, tx, id, signing)
		return err
	})
	if err != nil || secret != "" {
		return secret, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		secret, err = s.ensure(ctx, tx, id, rand.Reader)
		return err
	})
	return secret, err
}

// kept reads a secret that is kept; "" when there is none.
func kept(ctx context.Context, tx db.Tx, id int64, purpose string) (secret string, err error) {
	err = tx.QueryRow(ctx, `SELECT secret FROM webhook_secret WHERE webhook_id = $1 AND purpose = $2`, id, purpose).Scan(&secret)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return secret, err
}

// ensure returns the kept signing secret and makes it when there is none.
func (s *Service) ensure(ctx context.Context, tx db.Tx, id int64, random io.Reader) (string, error) {
	made, err := newSecret(random)
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO webhook_secret (webhook_id, purpose, secret, made) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, id, signing, made, db.Micros(s.Clock())); err != nil {
		return "", err
	}
	return kept(ctx, tx, id, signing)
}

// keep stores a secret in place of the one before.
func (s *Service) keep(ctx context.Context, tx db.Tx, id int64, purpose, secret string) error {
	_, err := tx.Exec(ctx, `INSERT INTO webhook_secret (webhook_id, purpose, secret, made) VALUES ($1, $2, $3, $4)
		ON CONFLICT (webhook_id, purpose) DO UPDATE SET secret = excluded.secret, made = excluded.made`, id, purpose, secret, db.Micros(s.Clock()))
	return err
}

// keeping is a webhook whose signing secret is kept here, for somebody who may see it: who may
// change the configuration, as the secret lets its owner pass for Steward.
func (s *Service) keeping(by act.Actor, name string) (InForce, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return InForce{}, err
	}
	w, err := s.named(name)
	if err != nil {
		return w, err
	}
	for _, ref := range w.Spec.Secrets {
		if ref == Kept {
			return w, nil
		}
	}
	return w, fault.New(fault.Invalid, "The secret of the webhook %s is not kept here but in %s, where it is changed and read.", name, strings.Join(w.Spec.Secrets, ", "))
}

// Secret returns the signing secret that is kept for a webhook, in base64, and makes it when there is
// none. Whoever may apply blueprints may.
func (s *Service) Secret(ctx context.Context, tx db.Tx, by act.Actor, name string) (string, error) {
	w, err := s.keeping(by, name)
	if err != nil {
		return "", err
	}
	return s.ensure(ctx, tx, w.ID, by.Rand())
}

// RenewSecret replaces the signing secret that is kept for a webhook and returns the new one.
// Whoever may apply blueprints may.
func (s *Service) RenewSecret(ctx context.Context, tx db.Tx, by act.Actor, name string) (string, error) {
	w, err := s.keeping(by, name)
	if err != nil {
		return "", err
	}
	secret, err := newSecret(by.Rand())
	if err != nil {
		return "", err
	}
	return secret, s.keep(ctx, tx, w.ID, signing, secret)
}

// KeepAuthorization keeps the header that lets a webhook's requests in, by the webhook's blueprint id;
// "" forgets it. Whoever may apply blueprints may.
func (s *Service) KeepAuthorization(ctx context.Context, tx db.Tx, by act.Actor, id int64, header string) error {
	if err := by.Require("apply", "blueprint"); err != nil {
		return err
	}
	if header == "" {
		_, err := tx.Exec(ctx, `DELETE FROM webhook_secret WHERE webhook_id = $1 AND purpose = $2`, id, authorization)
		return err
	}
	return s.keep(ctx, tx, id, authorization, header)
}

// authorizationHeader is the header that lets a webhook's requests in; "" for none.
func (s *Service) authorizationHeader(ctx context.Context, w InForce) (name, value string, err error) {
	text := ""
	switch w.Spec.Authorization {
	case "":
		return "", "", nil
	case Kept:
		err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			text, err = kept(ctx, tx, w.ID, authorization)
			return err
		})
		if err == nil && text == "" {
			err = fault.New(fault.Invalid, "The header that lets requests of %s in is not kept here any more. Give it again.", w.Name)
		}
	default:
		text, err = mail.ReadSecret(w.Spec.Authorization)
	}
	if err != nil {
		return "", "", err
	}
	if name, value, ok := strings.Cut(strings.TrimSpace(text), ": "); ok {
		return name, value, nil
	}
	return "Authorization", strings.TrimSpace(text), nil
}
