package mail

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Suppression is an address that gets no mail from us, because mail to it came back.
type Suppression struct {
	ID       int64
	Address  string // lower case
	Reason   string // in words: "mailbox unknown (5.1.1)"
	Since    time.Time
	OutboxID int64 // the mail that came back, 0 when it is not known
	MailID   int64 // the received report; 0 when the server refused at once
}

const suppressionFields = `id, address, reason, since, outbox_id, mail_id`

func scanSuppression(row db.Scanner) (Suppression, error) {
	var p Suppression
	var since int64
	var out, in sql.NullInt64
	err := row.Scan(&p.ID, &p.Address, &p.Reason, &since, &out, &in)
	p.Since, p.OutboxID, p.MailID = db.Time(since), out.Int64, in.Int64
	return p, err
}

// suppress puts an address on the list, once; ticketID is where it shows, 0 for nowhere.
func (s *Service) suppress(ctx context.Context, tx db.Tx, by act.Actor, address, reason string, outboxID, mailID, ticketID int64) error {
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO mail_suppression (address, reason, since, outbox_id, mail_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (address) DO NOTHING RETURNING id`,
		strings.ToLower(address), clip(reason, 500), db.Micros(by.Now()), db.NullID(outboxID), db.NullID(mailID)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailSuppressed, Subject: outSubject(ticketID, outboxID), Data: map[string]any{"suppression": id, "outbox": outboxID, "mail": mailID}})
	return err
}

// NoMail says which of the addresses get no mail, and why: by address in lower case. It checks
// no permission.
func (s *Service) NoMail(ctx context.Context, tx db.Tx, addresses []string) (map[string]string, error) {
	out := map[string]string{}
	if len(addresses) == 0 {
		return out, nil
	}
	list, err := s.suppressed(ctx, tx, addresses)
	for _, p := range list {
		out[p.Address] = p.Reason
	}
	return out, err
}

// suppressed returns those of the addresses that get no mail.
func (s *Service) suppressed(ctx context.Context, tx db.Tx, addresses []string) ([]Suppression, error) {
	values := make([]any, len(addresses))
	for i, a := range addresses {
		values[i] = strings.ToLower(a)
	}
	w := (&db.Where{}).In("address", values)
	rows, err := tx.Query(ctx, `SELECT `+suppressionFields+` FROM mail_suppression WHERE `+w.SQL(), w.Args()...)
	return db.Collect(rows, err, scanSuppression)
}

// Suppressions lists the addresses that get no mail, the newest first; address narrows it
// to one. Whoever may read mail may.
func (s *Service) Suppressions(ctx context.Context, tx db.Tx, by act.Actor, address string, page db.Page) (list []Suppression, next string, err error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, "", err
	}
	w := &db.Where{}
	if address != "" {
		w.And("address = ?", strings.ToLower(strings.TrimSpace(address)))
	}
	return db.Newest(ctx, tx, suppressionFields+` FROM mail_suppression`, "id", w, page, scanSuppression, func(p Suppression) int64 { return p.ID })
}

// Lift takes an address off the list: mail goes to it again. Its count of earlier trouble
// begins anew. Whoever may write mail may.
func (s *Service) Lift(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	var address string
	err := tx.QueryRow(ctx, `DELETE FROM mail_suppression WHERE id = $1 RETURNING address`, id).Scan(&address)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing("suppressed address", id)
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE mail_bounce SET kind = 'lifted' WHERE address = $1 AND kind = 'soft'`, address); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailLifted, Subject: ledger.Ref{Kind: "suppression", ID: id}})
	return err
}

// withheld says why a mail does not go to these addresses.
func withheld(list []Suppression) string {
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = fmt.Sprintf("%s (since %s: %s)", p.Address, p.Since.UTC().Format("2 January 2006"), p.Reason)
	}
	return "Not sent to " + strings.Join(parts, ", ") + ", because earlier mail came back. Take the address off the suppression list to try again."
}
