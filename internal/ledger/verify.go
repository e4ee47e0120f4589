package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// Report is the outcome of Verify.
type Report struct {
	Events   int64  // events in the order
	Sealed   int64  // of them, up to the newest seal
	Head     []byte // the chain's hash at the end
	Tampered int64  // id of the first event that is not as it was written; 0 for none
	Reason   string // what is wrong with it
	Found    bool   // whether the expected hash stands in the chain
}

// Seal notes the chain's hash at its end, so that shortening the chain later shows. It
// orders what waits first. Anybody who keeps the returned hash can check the whole past.
func (l *Ledger) Seal(ctx context.Context, now time.Time) (hash []byte, err error) {
	for {
		if n, err := l.Sequence(ctx); err != nil && !db.IsUnique(err) {
			return nil, err
		} else if n == 0 && err == nil {
			break
		}
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var pos int64
		if pos, hash, err = head(ctx, tx); err != nil || pos == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO event_seal (pos, hash, at) VALUES ($1, $2, $3) ON CONFLICT (pos) DO NOTHING`, pos, hash, db.Micros(now))
		return err
	})
	return hash, err
}

// verifyBatch is how many events Verify reads at once.
const verifyBatch = 2000

// Verify walks the whole chain: every event is there, says what it said when it was
// written, and stands where it stood. expect, when given, must be a hash of the chain.
func (l *Ledger) Verify(ctx context.Context, expect []byte) (Report, error) {
	var r Report
	err := l.db.Snapshot(ctx, func(ctx context.Context, tx db.Tx) error {
		r = Report{}
		seals, err := seals(ctx, tx)
		if err != nil {
			return err
		}
		var last []byte
		var pos int64
		for {
			n, err := l.verifyBatch(ctx, tx, &r, &pos, &last, seals, expect)
			if err != nil || r.Tampered != 0 {
				return err
			}
			if n == 0 {
				break
			}
		}
		r.Head = last
		for at := range seals {
			if at > pos {
				r.Tampered, r.Reason = pos+1, fmt.Sprintf("the chain was sealed at %d but ends at %d", at, pos)
				return nil
			}
			r.Sealed = max(r.Sealed, at)
		}
		return strays(ctx, tx, &r)
	})
	return r, err
}

func (l *Ledger) verifyBatch(ctx context.Context, tx db.Tx, r *Report, pos *int64, last *[]byte, seals map[int64][]byte, expect []byte) (int, error) {
	// LEFT JOIN: an order row whose event is gone must show.
	rows, err := tx.Query(ctx, `SELECT o.pos, o.event_id, o.hash, e.id, e.at, e.recorded, e.verb, e.actor_kind, e.actor_id, e.token_id, e.behalf_id,
		e.subject_kind, e.subject_id, e.cause_event, e.cause_blueprint, e.cause_version, e.depth, e.generation, e.visibility, e.data, e.salt,
		e.digest, e.private_digest, p.event_id, p.data, p.salt, p.erased_by
		FROM event_order o LEFT JOIN events e ON e.id = o.event_id LEFT JOIN event_private p ON p.event_id = o.event_id
		WHERE o.pos > $1 ORDER BY o.pos LIMIT $2`, *pos, verifyBatch)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		var at, id int64
		var stored []byte
		var e Event
		var eid, when, recorded, actor, token, behalf, subject, causeEvent, causeBlueprint, causeVersion, depth, generation sql.NullInt64
		var verb, actorKind, subjectKind, visibility, data sql.NullString
		var private privateCheck
		if err := rows.Scan(&at, &id, &stored, &eid, &when, &recorded, &verb, &actorKind, &actor, &token, &behalf, &subjectKind, &subject,
			&causeEvent, &causeBlueprint, &causeVersion, &depth, &generation, &visibility, &data, &e.salt, &e.digest, &e.privateDigest,
			&private.id, &private.data, &private.salt, &private.erased); err != nil {
			return n, err
		}
		bad := func(reason string) (int, error) {
			r.Tampered, r.Reason = id, reason
			return n, nil
		}
		if at != *pos+1 {
			r.Tampered, r.Reason = *pos+1, fmt.Sprintf("position %d is missing", *pos+1)
			return n, nil
		}
		if !eid.Valid {
			return bad("the event is gone")
		}
		e.ID, e.Pos, e.At, e.Recorded = id, at, time.UnixMicro(when.Int64), time.UnixMicro(recorded.Int64)
		e.Verb, e.ActorKind, e.ActorID, e.TokenID, e.OnBehalfOf = verb.String, act.Kind(actorKind.String), actor.Int64, token.Int64, behalf.Int64
		e.Subject, e.Generation, e.Visibility = Ref{subjectKind.String, subject.Int64}, generation.Int64, Visibility(visibility.String)
		e.Cause.Event, e.Cause.Blueprint, e.Cause.Version, e.Cause.Depth = causeEvent.Int64, causeBlueprint.Int64, int(causeVersion.Int64), int(depth.Int64)
		if !bytes.Equal(digestOf(e.salt, []byte(data.String)), e.digest) {
			return bad("its data is not what was written")
		}
		if reason := private.check(e.privateDigest); reason != "" {
			return bad(reason)
		}
		*last = e.link(*last)
		if !bytes.Equal(*last, stored) {
			return bad("its hash does not follow from the one before")
		}
		if sealed, ok := seals[at]; ok && !bytes.Equal(sealed, *last) {
			return bad("the chain was rewritten before this seal")
		}
		if len(expect) > 0 && bytes.Equal(expect, *last) {
			r.Found = true
		}
		*pos = at
		r.Events++
	}
	return n, rows.Err()
}

// privateCheck is the erasable part of an event as stored.
type privateCheck struct {
	id, erased sql.NullInt64
	data       sql.NullString
	salt       []byte
}

func (p privateCheck) check(digest []byte) string {
	switch {
	case digest == nil && !p.id.Valid:
		return ""
	case digest == nil:
		return "private values were added to it"
	case !p.id.Valid:
		return "its private values are gone without an erasure"
	case p.erased.Valid && !p.data.Valid:
		return "" // erased as recorded; the digest still stands in the chain
	case !bytes.Equal(digestOf(p.salt, []byte(p.data.String)), digest):
		return "its private values are not what was written"
	default:
		return ""
	}
}

func seals(ctx context.Context, tx db.Tx) (map[int64][]byte, error) {
	rows, err := tx.Query(ctx, `SELECT pos, hash FROM event_seal`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64][]byte{}
	for rows.Next() {
		var pos int64
		var hash []byte
		if err := rows.Scan(&pos, &hash); err != nil {
			return nil, err
		}
		out[pos] = hash
	}
	return out, rows.Err()
}

// strays looks for events that stand nowhere in the order: rows put in behind our back.
func strays(ctx context.Context, tx db.Tx, r *Report) error {
	q := `SELECT e.id FROM events e LEFT JOIN event_order o ON o.event_id = e.id WHERE o.pos IS NULL`
	if tx.Engine() == db.Postgres {
		q += ` AND NOT EXISTS (SELECT 1 FROM event_inbox i WHERE i.event_id = e.id)`
	}
	var id int64
	err := tx.QueryRow(ctx, q+` ORDER BY e.id LIMIT 1`).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		r.Tampered, r.Reason = id, "the event stands nowhere in the order"
	}
	return err
}
