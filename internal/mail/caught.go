package mail

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Caught is a mail the built-in catcher kept instead of sending it.
type Caught struct {
	ID         int64
	At         time.Time
	Sender     string
	Recipients []string
	Raw        []byte
}

// caught keeps a mail. The bytes carry their Message-ID, so a second try shows as such.
func (s *Service) caught(ctx context.Context, o Out, raw []byte) error {
	to, err := json.Marshal(o.Recipients)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO mail_caught (at, sender, recipients, raw) VALUES ($1, $2, $3, $4)`, db.Micros(s.clock()), o.Sender, string(to), raw)
		return err
	})
}

func scanCaught(row db.Scanner) (Caught, error) {
	var c Caught
	var at int64
	var to string
	if err := row.Scan(&c.ID, &at, &c.Sender, &to, &c.Raw); err != nil {
		return c, err
	}
	c.At = db.Time(at)
	return c, json.Unmarshal([]byte(to), &c.Recipients)
}

// CaughtMail lists what the catcher kept, newest first. Whoever may read mail may.
func (s *Service) CaughtMail(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) (list []Caught, next string, err error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, `id, at, sender, recipients, raw FROM mail_caught`, "id", &db.Where{}, page, scanCaught, func(c Caught) int64 { return c.ID })
}

// CaughtOne returns one caught mail. Whoever may read mail may.
func (s *Service) CaughtOne(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Caught, error) {
	if err := by.Require("read", "mail"); err != nil {
		return Caught{}, err
	}
	c, err := scanCaught(tx.QueryRow(ctx, `SELECT id, at, sender, recipients, raw FROM mail_caught WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.Missing("caught mail", id)
	}
	return c, err
}
