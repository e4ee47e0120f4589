package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

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
const verifyBatch = 4000

// Verify walks the whole chain: every event is there, says what it said when it was
// written, and stands where it stood. expect, when given, must be a hash of the chain.
// It cannot tell that the newest events were cut off, together with every seal over them,
// unless expect is one of their hashes: then Found stays false.
func (l *Ledger) Verify(ctx context.Context, expect []byte) (Report, error) {
	v := &verifier{expect: expect}
	err := l.db.Snapshot(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if v.seals, err = seals(ctx, tx); err != nil {
			return err
		}
		for more := true; more && v.report.Tampered == 0; {
			if more, err = v.batch(ctx, tx); err != nil {
				return err
			}
		}
		if v.report.Tampered != 0 {
			return nil
		}
		v.report.Head = v.last
		for at := range v.seals {
			if at > v.pos {
				v.bad(v.pos+1, fmt.Sprintf("the chain was sealed at %d but ends at %d", at, v.pos))
				return nil
			}
			v.report.Sealed = max(v.report.Sealed, at)
		}
		return strays(ctx, tx, &v.report)
	})
	return v.report, err
}

// VerifyTail walks the newest n events only, trusting the chain before them: quick enough to
// do often.
func (l *Ledger) VerifyTail(ctx context.Context, n int64) (Report, error) {
	v := &verifier{}
	err := l.db.Snapshot(ctx, func(ctx context.Context, tx db.Tx) error {
		end, _, err := head(ctx, tx)
		if err != nil {
			return err
		}
		if v.pos = max(0, end-n); v.pos > 0 {
			if err := tx.QueryRow(ctx, `SELECT hash FROM event_order WHERE pos = $1`, v.pos).Scan(&v.last); err != nil {
				return err
			}
		}
		if v.seals, err = seals(ctx, tx); err != nil {
			return err
		}
		for more := true; more && v.report.Tampered == 0; {
			if more, err = v.batch(ctx, tx); err != nil {
				return err
			}
		}
		v.report.Head = v.last
		return nil
	})
	return v.report, err
}

// verifier is a walk along the chain. It keeps its buffers: a long chain is read at the
// speed of the database, not of the garbage collector.
type verifier struct {
	report  Report
	seals   map[int64][]byte
	expect  []byte
	pos     int64
	last    []byte
	private map[int64]privateCheck // the erasable parts of this batch, by event
	row     verifyRow
	buf     []byte
}

// bad ends the walk with the event at fault; 0 is none.
func (v *verifier) bad(id int64, reason string) {
	if id == 0 {
		id = v.pos + 1
	}
	v.report.Tampered, v.report.Reason = id, reason
}

// batch checks the next events and reports whether there may be more.
func (v *verifier) batch(ctx context.Context, tx db.Tx) (more bool, err error) {
	if v.private, err = privateParts(ctx, tx, v.pos); err != nil {
		return false, err
	}
	// LEFT JOIN: an order row whose event is gone must show.
	rows, err := tx.Query(ctx, `SELECT o.pos, o.event_id, o.hash, e.id, e.at, e.recorded, e.verb, e.actor_kind, e.actor_id, e.token_id, e.behalf_id,
		e.subject_kind, e.subject_id, e.cause_event, e.cause_blueprint, e.cause_version, e.depth, e.generation, e.visibility, e.data, e.salt,
		e.digest, e.private_digest
		FROM event_order o LEFT JOIN events e ON e.id = o.event_id WHERE o.pos > $1 ORDER BY o.pos LIMIT $2`, v.pos, verifyBatch)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	r := &v.row
	dst := []any{&r.pos, &r.id, &r.hash, &r.eid, &r.at, &r.recorded, &r.verb, &r.actorKind, &r.actor, &r.token, &r.behalf,
		&r.subjectKind, &r.subject, &r.causeEvent, &r.causeBlueprint, &r.causeVersion, &r.depth, &r.generation, &r.visibility, &r.data, &r.salt,
		&r.digest, &r.privateDigest}
	n := 0
	for rows.Next() {
		if err := rows.Scan(dst...); err != nil {
			return false, err
		}
		n++
		if v.check(r); v.report.Tampered != 0 {
			return false, nil
		}
	}
	return n == verifyBatch, rows.Err()
}

// verifyRow is an event as stored, in the types that cost least to read. Numbers are nil
// when the event is gone.
type verifyRow struct {
	pos, id, eid, at, recorded, actor, token, behalf, subject, causeEvent, causeBlueprint, causeVersion, depth, generation any

	hash, verb, actorKind, subjectKind, visibility, data, salt, digest, privateDigest sql.RawBytes
}

// check looks at one row and moves on behind it, or calls bad.
func (v *verifier) check(r *verifyRow) {
	pos, id := number(r.pos), number(r.id)
	switch {
	case pos != v.pos+1:
		v.bad(v.pos+1, fmt.Sprintf("position %d is missing", v.pos+1))
		return
	case r.eid == nil:
		v.bad(id, "the event is gone")
		return
	}
	v.buf = append(append(v.buf[:0], r.salt...), r.data...)
	if sum := sha256.Sum256(v.buf); len(r.salt) != saltSize || !bytes.Equal(sum[:], r.digest) {
		v.bad(id, "its data is not what was written")
		return
	}
	if reason := v.private[id].check(r.privateDigest); reason != "" {
		v.bad(id, reason)
		return
	}
	v.buf = chained(v.buf[:0], v.last, [13]int64{pos, id, number(r.at), number(r.recorded), number(r.actor), number(r.token), number(r.behalf),
		number(r.subject), number(r.causeEvent), number(r.causeBlueprint), number(r.causeVersion), number(r.depth), number(r.generation)},
		[6][]byte{r.verb, r.actorKind, r.subjectKind, r.visibility, r.digest, r.privateDigest})
	sum := sha256.Sum256(v.buf)
	v.last = append(v.last[:0], sum[:]...)
	if !bytes.Equal(v.last, r.hash) {
		v.bad(id, "its hash does not follow from the one before")
		return
	}
	if sealed, ok := v.seals[pos]; ok && !bytes.Equal(sealed, v.last) {
		v.bad(id, "the chain was rewritten before this seal")
		return
	}
	if len(v.expect) > 0 && bytes.Equal(v.expect, v.last) {
		v.report.Found = true
	}
	v.pos = pos
	v.report.Events++
}

func number(v any) int64 {
	n, _ := v.(int64)
	return n
}

// privateCheck is the erasable part of an event as stored; its zero value is none.
type privateCheck struct {
	there   bool
	person  int64
	data    sql.NullString
	salt    []byte
	erased  bool
	because bool // the event that records the erasure is there
}

func privateParts(ctx context.Context, tx db.Tx, pos int64) (map[int64]privateCheck, error) {
	rows, err := tx.Query(ctx, `SELECT p.event_id, p.person_id, p.data, p.salt, p.erased_by IS NOT NULL, x.id IS NOT NULL
		FROM event_order o JOIN event_private p ON p.event_id = o.event_id
		JOIN events e ON e.id = p.event_id
		LEFT JOIN events x ON x.id = p.erased_by AND (x.verb = '`+Erased+`' AND x.subject_kind = 'person' AND x.subject_id = p.person_id
			OR (x.verb LIKE '%`+Redacted+`' OR x.verb LIKE '%`+Purged+`') AND x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id)
		WHERE o.pos > $1 AND o.pos <= $2`, pos, pos+verifyBatch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]privateCheck{}
	for rows.Next() {
		var id int64
		p := privateCheck{there: true}
		if err := rows.Scan(&id, &p.person, &p.data, &p.salt, &p.erased, &p.because); err != nil {
			return nil, err
		}
		out[id] = p
	}
	return out, rows.Err()
}

func (p privateCheck) check(digest []byte) string {
	switch {
	case digest == nil && !p.there:
		return ""
	case digest == nil:
		return "private values were added to it"
	case !p.there:
		return "its private values are gone without an erasure"
	case p.erased && !p.because:
		return "its private values were erased without an event that says so"
	case p.erased && !p.data.Valid:
		return "" // erased as recorded; the digest still stands in the chain
	case len(p.salt) != saltSize || !bytes.Equal(privateDigest(p.salt, p.person, []byte(p.data.String)), digest):
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
