package auth

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Session is a browser in which somebody is signed in.
type Session struct {
	ID      string // the beginning of its secret's digest, worth nothing by itself
	Device  string // what the browser says it is
	Created time.Time
	Seen    time.Time // last used, to within five minutes
	Expires time.Time
	Current bool // the one that asks
	Portal  bool // of the public pages: it opens nothing else
}

// maxSessions is how many sessions are listed.
const maxSessions = 100

// Sessions lists where the actor is signed in, the last used first; asking is the secret of the session that asks,
// "" for none. Everybody may see their own; a token needs the right to see tokens.
func (s *Service) Sessions(ctx context.Context, tx db.Tx, by act.Actor, asking string) ([]Session, error) {
	if err := s.allowed(ctx, tx, by, "token.read"); err != nil {
		return nil, err
	}
	own := digest(asking)
	rows, err := tx.Query(ctx, `SELECT hash, device, created, seen, expires, portal FROM session WHERE person_id = $1 AND expires > $2 ORDER BY seen DESC, created DESC LIMIT $3`,
		by.PersonID, db.Micros(by.Now()), maxSessions)
	return db.Collect(rows, err, func(r db.Scanner) (n Session, err error) {
		var hash []byte
		var created, seen, expires int64
		err = r.Scan(&hash, &n.Device, &created, &seen, &expires, &n.Portal)
		n.Created, n.Seen, n.Expires, n.Current = db.Time(created), db.Time(seen), db.Time(expires), bytes.Equal(hash, own)
		if len(hash) >= 8 {
			n.ID = hex.EncodeToString(hash[:8])
		}
		return n, err
	})
}

// EndSession signs the actor out in one browser. Nobody else may; a token needs the right to revoke tokens.
func (s *Service) EndSession(ctx context.Context, tx db.Tx, by act.Actor, id string) error {
	if err := s.allowed(ctx, tx, by, "token.write"); err != nil {
		return err
	}
	begins, err := hex.DecodeString(id)
	if err != nil || len(begins) != 8 {
		return fault.Missing("session", id)
	}
	rows, err := tx.Query(ctx, `SELECT hash FROM session WHERE person_id = $1 ORDER BY seen DESC, created DESC LIMIT $2`, by.PersonID, maxSessions)
	all, err := db.Collect(rows, err, func(r db.Scanner) (hash []byte, err error) { return hash, r.Scan(&hash) })
	if err != nil {
		return err
	}
	for _, hash := range all {
		if bytes.HasPrefix(hash, begins) {
			_, err := tx.Exec(ctx, `DELETE FROM session WHERE hash = $1`, hash)
			return err
		}
	}
	return fault.Missing("session", id)
}
