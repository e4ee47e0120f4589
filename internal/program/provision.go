package program

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// The verbs of what another system was told, and what it was found to have; the subject is the application.
const (
	Provisioned = "application.provisioned"        // grant, state
	Differed    = "application.provision_differed" // grant, status: it had not what was granted, and was told again
)

// onProvision brings another system in line with a grant: PUT gives, DELETE takes back, GET asks whether it is still
// there. Each can be repeated: the grant's number names it.
func (s *Service) onProvision(ctx context.Context, j job.Job) (job.Finish, error) {
	var g Grant
	var benefit Benefit
	var a *Application
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		var id int64
		if _, err := fmt.Sscan(j.Key, &id); err != nil {
			return err
		}
		g, err = scanGrant(tx.QueryRow(ctx, `SELECT id, application_id, name, kind, state, 0, wanted, error, '' FROM application_grant WHERE id = $1`, id))
		if err != nil {
			return err
		}
		if a, err = s.load(ctx, tx, g.ApplicationID); err != nil {
			return err
		}
		p, err := s.of(ctx, tx, a)
		for _, b := range p.Spec.Benefits {
			if b.Name == g.Name {
				benefit = b
			}
		}
		return err
	})
	if errors.Is(err, sql.ErrNoRows) || err == nil && (benefit.URL == "" || s.Sandbox) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	status, err := s.provision(ctx, benefit, g, a)
	if err != nil {
		_ = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { // shown to colleagues; the job itself is tried again
			_, err := tx.Exec(ctx, `UPDATE application_grant SET error = $1 WHERE id = $2`, trouble(err), g.ID)
			return err
		})
		return nil, errors.New(trouble(err))
	}
	return func(ctx context.Context, tx db.Tx) error {
		by := s.system("rule").Still()
		n, err := tx.Exec(ctx, `UPDATE application_grant SET state = $1, error = '', updated = $2 WHERE id = $3 AND wanted = $1 AND state <> $1`, string(g.Wanted), db.Micros(by.Now()), g.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			if _, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Provisioned, Subject: a.Ref(), Data: map[string]any{"grant": g.ID, "state": g.Wanted}}); err != nil {
				return err
			}
		}
		if g.Wanted == GrantTaken {
			return nil
		}
		if err := s.compared(ctx, tx, by, a, g, status); err != nil {
			return err
		}
		return s.provisionSoon(ctx, tx, by.Now(), g.ID, by.Now().Add(reconcileEvery))
	}, nil
}

// provision tells another system what a grant shall be. What it has already is only asked for: differed is the status that
// it answered with when it was found not to have it, 0 otherwise.
func (s *Service) provision(ctx context.Context, b Benefit, g Grant, a *Application) (differed int, err error) {
	address := strings.TrimSuffix(b.URL, "/") + "/" + fmt.Sprint(g.ID)
	if g.Wanted == GrantTaken {
		status, err := s.tell(ctx, http.MethodDelete, address, b.Token, nil)
		if err == nil && status/100 != 2 && status != http.StatusNotFound && status != http.StatusGone {
			err = fmt.Errorf("it answered with status %d", status)
		}
		return 0, err
	}
	if g.State == GrantGiven {
		status, err := s.tell(ctx, http.MethodGet, address, b.Token, nil)
		if err != nil || status/100 == 2 {
			return 0, err
		}
		differed = status
	}
	body, err := json.Marshal(map[string]any{"grant": g.ID, "application": a.ID, "benefit": g.Name, "sku": b.SKU, "organization": a.Organization, "email": a.Email, "from": a.TermFrom.Format(time.RFC3339), "until": a.TermUntil.Format(time.RFC3339)})
	if err != nil {
		return 0, err
	}
	status, err := s.tell(ctx, http.MethodPut, address, b.Token, body)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("it answered with status %d", status)
	}
	return differed, err
}

func (s *Service) tell(ctx context.Context, method, address, token string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("User-Agent", "Steward/1")
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		secret, err := mail.ReadSecret(token)
		if err != nil {
			return 0, err
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(secret))
	}
	res, err := s.Client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, maxVerdict))
	return res.StatusCode, err
}
