package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// keepKeys is how long an idempotency key is remembered.
const keepKeys = 24 * time.Hour

// maxKey is how long an idempotency key may be, in bytes.
const maxKey = 200

// answer is the body of an operation that changes something: what it made, or the very bytes
// that were answered before.
type answer[B any] struct {
	value B
	raw   json.RawMessage
}

// MarshalJSON implements json.Marshaler.
func (a answer[B]) MarshalJSON() ([]byte, error) {
	if a.raw != nil {
		return a.raw, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // as huma does
	err := enc.Encode(a.value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// Schema implements huma.SchemaProvider.
func (a answer[B]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[B](), true, "None")
}

// once runs change unless the same key of the same person did it before: then it gives the
// answer of that time. The key's row commits with the change.
func once[B any](ctx context.Context, tx db.Tx, by act.Actor, key string, r Route, in any, out *answer[B], change Change[B]) error {
	if len(key) > maxKey {
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
		out.raw = json.RawMessage(response)
		return nil
	}
	if out.value, err = change(ctx, tx); err != nil {
		return err
	}
	response, err := out.MarshalJSON()
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
