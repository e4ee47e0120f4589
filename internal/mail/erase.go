package mail

import (
	"context"
	"encoding/json"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// stored is one sort of thing that mail keeps of an erased person.
type stored struct {
	what  string
	find  string   // statement that selects ids and no longer finds what was erased; the address is $1
	quote bool     // $1 is a LIKE pattern of the address as recipients hold it, a JSON text
	erase []string // statements on one id, $1; $2 are no bytes
}

var _ directory.Eraser = stored{}

// forgetReceived empties a received mail. Its number, size, times and digest stay, so that
// fetching the same folder again does not bring the same mail back.
var forgetReceived = []string{
	`DELETE FROM mail_raw WHERE mail_id = $1`,
	`UPDATE mail_in SET subject = '', message_id = '', envelope_from = '', envelope_to = '', remote = '', reason = '', auth_detail = '', from_addr = '', state = 'erased' WHERE id = $1`,
}

// forgetSent empties an outgoing mail and cancels what has not left; $2 are no bytes.
const forgetSent = `UPDATE outbox SET raw = $2, recipients = '[]', subject = '', error = '',
	state = CASE WHEN state IN ('queued', 'held', 'failed', 'withheld') THEN 'cancelled' ELSE state END WHERE id = $1`

// Erasers remove what mail keeps of an erased person: the bytes of mail from and to them, and
// every place where an address, a subject or a server's words about it stand. Outgoing mail
// keeps its Message-ID, which is ours and names nobody; what has not left is cancelled.
// Somebody who writes again from such an address is a new person.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{
		stored{what: "mail received from them", find: `SELECT id FROM mail_in WHERE from_addr = $1 UNION SELECT id FROM mail_in WHERE envelope_from = $1`, erase: forgetReceived},
		stored{what: "reports about mail to them", find: `SELECT DISTINCT mail_id FROM mail_bounce WHERE address = $1`,
			erase: append([]string{`DELETE FROM mail_bounce WHERE mail_id = $1`}, forgetReceived...)},
		stored{what: "mail sent to them", find: `SELECT outbox_id FROM outbox_recipient WHERE address = $1`, erase: []string{
			forgetSent,
			`DELETE FROM outbox_recipient WHERE outbox_id = $1`}},
		stored{what: "suppressed addresses", find: `SELECT id FROM mail_suppression WHERE address = $1`, erase: []string{`DELETE FROM mail_suppression WHERE id = $1`}},
		stored{what: "blocked senders", find: `SELECT id FROM mail_block WHERE sender = $1`, erase: []string{`DELETE FROM mail_block WHERE id = $1`}},
		stored{what: "refused mail", find: `SELECT id FROM mail_refused WHERE sender = $1`, erase: []string{
			`DELETE FROM mail_refused WHERE id = $1 AND uid = 0`,
			`UPDATE mail_refused SET sender = '', subject = '', message_id = '' WHERE id = $1`}},
		stored{what: "caught mail", find: `SELECT id FROM mail_caught WHERE lower(recipients) LIKE $1 ESCAPE '\'`, quote: true, erase: []string{`DELETE FROM mail_caught WHERE id = $1`}},
	}
}

// What implements directory.Eraser.
func (e stored) What() string { return e.what }

func (e stored) key(address string) (string, error) {
	address = strings.ToLower(address)
	if !e.quote {
		return address, nil
	}
	quoted, err := json.Marshal(address)
	if err != nil {
		return "", err
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(string(quoted)) + "%", nil
}

// Count implements directory.Eraser.
func (e stored) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (out db.Count, err error) {
	var all int64
	for _, a := range who.Addresses {
		key, err := e.key(a)
		if err != nil {
			return out, err
		}
		var n int64
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT * FROM (`+e.find+`) AS found LIMIT $2) AS bounded`, key, db.Cap+1).Scan(&n); err != nil {
			return out, err
		}
		all += n
	}
	return db.Capped(all), nil
}

// Erase implements directory.Eraser.
func (e stored) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	done := 0
	for _, a := range who.Addresses {
		key, err := e.key(a)
		if err != nil {
			return done, err
		}
		rows, err := tx.Query(ctx, `SELECT * FROM (`+e.find+`) AS found LIMIT $2`, key, limit-done)
		ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
		if err != nil {
			return done, err
		}
		for _, id := range ids {
			for _, statement := range e.erase {
				args := []any{id}
				if strings.Contains(statement, "$2") {
					args = append(args, []byte{})
				}
				if _, err := tx.Exec(ctx, statement, args...); err != nil {
					return done, err
				}
			}
		}
		if done += len(ids); done >= limit {
			break
		}
	}
	return done, nil
}
