package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// keepKeys is how long an idempotency key is remembered.
const keepKeys = 24 * time.Hour

// once runs change unless the same key of the same person did it before: then it gives the
// answer of that time. The key's row commits with the change.
func once[B any](ctx context.Context, tx db.Tx, by act.Actor, key string, r Route, in any, out *B, change Change[B]) error {
	if len(key) > 200 {
		return fault.Field("Idempotency-Key", len(key), "at most 200 characters", "The idempotency key is too long.")
	}
	request, err := json.Marshal(in)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte(r.Method+" "+r.Path+" "), request...))
	// The insert takes the key first, so that of two at once the second waits and then finds it.
	n, err := tx.Exec(ctx, `INSERT INTO idempotency (person_id, key, request_hash, status, response, created) VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT (person_id, key) DO NOTHING`,
		by.PersonID, key, sum[:], db.Micros(by.Now()))
	if err != nil {
		return err
	}
	if n == 0 {
		var hash []byte
		var response string
		err := tx.QueryRow(ctx, `SELECT request_hash, response FROM idempotency WHERE person_id = $1 AND key = $2`, by.PersonID, key).Scan(&hash, &response)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, "The same request is being worked on. Try again in a moment.")
		}
		if err != nil {
			return err
		}
		if !bytes.Equal(hash, sum[:]) {
			return fault.Field("Idempotency-Key", key, "a new key for another request", "This idempotency key was used for another request.")
		}
		return json.Unmarshal([]byte(response), out)
	}
	if *out, err = change(ctx, tx); err != nil {
		return err
	}
	response, err := json.Marshal(*out)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE idempotency SET status = $1, response = $2 WHERE person_id = $3 AND key = $4`, r.DefaultStatus, string(response), by.PersonID, key)
	return err
}

// ForgetKeys removes idempotency keys older than a day, some at a time.
func ForgetKeys(ctx context.Context, tx db.Tx, now time.Time) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM idempotency WHERE created < $1`, db.Micros(now.Add(-keepKeys)))
}
