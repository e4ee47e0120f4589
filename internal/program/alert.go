package program

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Redeemed notes that codes were redeemed where they are used, as the shop tells. One that was not dispatched has
// leaked, one that is redeemed a second time is used by somebody else: both are alerts. Unknown codes are counted.
// Whoever may supply codes may.
func (s *Service) Redeemed(ctx context.Context, tx db.Tx, by act.Actor, name string, codes []string) (alerts, unknown int, err error) {
	pool, err := s.pool(by, name)
	if err != nil {
		return 0, 0, err
	}
	if len(codes) > 1000 {
		return 0, 0, fault.Field("codes", len(codes), "at most 1,000 codes", "At most 1,000 codes can be told at once.")
	}
	by = by.Still()
	for _, code := range codes {
		var id int64
		var state string
		var redeemed sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT id, state, redeemed FROM benefit_code WHERE code = $1 AND pool_id = $2`, strings.TrimSpace(code), pool.ID).Scan(&id, &state, &redeemed)
		if errors.Is(err, sql.ErrNoRows) {
			unknown++
			continue
		}
		if err != nil {
			return 0, 0, err
		}
		alert := ""
		switch {
		case state != codeDispatched:
			alert = "leak"
		case redeemed.Valid:
			alert = "reuse"
		}
		free := state
		if state == codeFree {
			free = codeVoid // nobody is given a code that somebody else has
		}
		if _, err := tx.Exec(ctx, `UPDATE benefit_code SET redeemed = $1, state = $2, alert = CASE WHEN $3 = '' THEN alert ELSE $3 END WHERE id = $4`, db.Micros(by.Now()), free, alert, id); err != nil {
			return 0, 0, err
		}
		if alert == "" {
			continue
		}
		alerts++
		if _, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: CodeAlert, Subject: poolRef(pool.ID), Data: map[string]any{"code_id": id, "alert": alert}}); err != nil {
			return 0, 0, err
		}
	}
	return alerts, unknown, nil
}

// CodeAlarm is a code that leaked or was used twice, until somebody has looked into it.
type CodeAlarm struct {
	ID          int64
	Code        string // its end alone: who reads this must not be able to use it
	Alert       string // leak or reuse
	Redeemed    time.Time
	Application int64 // whose code it is, 0 for nobody's
	Who         string
}

// Alarms are the codes of a pool that leaked or were used twice, the newest first, at most 100. Whoever may supply codes
// may.
func (s *Service) Alarms(ctx context.Context, tx db.Tx, by act.Actor, name string) ([]CodeAlarm, error) {
	pool, err := s.pool(by, name)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT c.id, c.code, c.alert, COALESCE(c.redeemed, 0), COALESCE(a.id, 0), COALESCE(a.organization, ''), COALESCE(a.name, '') FROM benefit_code c LEFT JOIN application_grant g ON g.id = c.grant_id
		LEFT JOIN application a ON a.id = g.application_id WHERE c.pool_id = $1 AND c.alert <> '' ORDER BY c.id DESC LIMIT 100`, pool.ID)
	return db.Collect(rows, err, func(r db.Scanner) (c CodeAlarm, err error) {
		var at int64
		var a Application
		err = r.Scan(&c.ID, &c.Code, &c.Alert, &at, &c.Application, &a.Organization, &a.Name)
		c.Redeemed, c.Who = db.Time(at), a.Who()
		c.Code = tail(c.Code)
		return c, err
	})
}

// Settled says that somebody has looked into a code that leaked or was used twice; what they found is kept. Whoever may
// supply codes may.
func (s *Service) Settled(ctx context.Context, tx db.Tx, by act.Actor, name string, code int64, note string) error {
	pool, err := s.pool(by, name)
	if err != nil {
		return err
	}
	if note, err = words("note", note, true); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE benefit_code SET alert = '' WHERE id = $1 AND pool_id = $2 AND alert <> ''`, code, pool.ID)
	if err == nil && n == 0 {
		err = fault.Missing("alert about code", code)
	}
	if err != nil {
		return err
	}
	by = by.Still()
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: CodeSettled, Subject: poolRef(pool.ID), Data: map[string]any{"code_id": code}, Private: map[string]any{"note": note}})
	if err != nil {
		return err
	}
	return s.watch(ctx, tx, pool.ID, event)
}
