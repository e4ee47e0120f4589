package mail

import (
	"context"
	"encoding/json"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// stored is mail of one direction that an erased person wrote or got.
type stored struct {
	what  string
	find  string // statement that selects ids; the address is $1, as LIKE pattern $1 where like is set
	like  bool
	erase []string // statements on one id, $1
}

var _ directory.Eraser = stored{}

// Erasers remove mail of an erased person: what they sent, whole, and of what was sent to
// them the bytes, the subject and the recipients. A mail to them that has not left goes too.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{
		stored{"mail received from them", `SELECT id FROM mail_in WHERE from_addr <> '' AND from_addr = $1`, false, []string{
			`DELETE FROM mail_raw WHERE mail_id = $1`,
			`UPDATE mail_in SET from_addr = '', envelope_from = '', remote = '', subject = '', state = CASE WHEN state = 'suspended' OR state = 'unparsed' OR state = 'accepted' THEN 'ignored' ELSE state END,
				reason = 'Removed on request.' WHERE id = $1`}},
		stored{"mail sent to them", `SELECT id FROM outbox WHERE recipients <> '' AND recipients LIKE $1 ESCAPE '\'`, true, []string{
			`UPDATE outbox SET recipients = '[]', subject = '', raw = $2, error = '', state = CASE WHEN state = 'queued' OR state = 'held' OR state = 'failed' THEN 'cancelled' ELSE state END WHERE id = $1`}},
		stored{"caught mail", `SELECT id FROM mail_caught WHERE recipients LIKE $1 ESCAPE '\'`, true, []string{`DELETE FROM mail_caught WHERE id = $1`}},
	}
}

// What implements directory.Eraser.
func (e stored) What() string { return e.what }

func (e stored) key(address string) (string, error) {
	if !e.like {
		return address, nil
	}
	quoted, err := json.Marshal(address) // recipients are kept as a JSON list
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
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (`+e.find+` LIMIT 1001) AS bounded`, key).Scan(&n); err != nil {
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
		rows, err := tx.Query(ctx, e.find+` LIMIT $2`, key, limit-done)
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
