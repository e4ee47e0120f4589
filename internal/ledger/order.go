package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"steward/internal/db"
)

// sequenceBatch is how many events one step of the sequencer orders.
const sequenceBatch = 500

// sequenceEvery is how often a sequencer that keeps up takes a step.
const sequenceEvery = 10 * time.Millisecond

// head is the last position and its hash; 0 and nil for an empty ledger.
func head(ctx context.Context, tx db.Tx) (pos int64, hash []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT pos, hash FROM event_order ORDER BY pos DESC LIMIT 1`).Scan(&pos, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	return pos, hash, err
}

// Head returns the last position in the order and the chain's hash there.
func (l *Ledger) Head(ctx context.Context) (pos int64, hash []byte, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		pos, hash, err = head(ctx, tx)
		return err
	})
	return pos, hash, err
}

// Run sequences events until ctx ends. On SQLite the writer has done it already. Any number
// of nodes may run it: two that collide on a position retry.
func (l *Ledger) Run(ctx context.Context) {
	if l.db.Engine() != db.Postgres {
		<-ctx.Done()
		return
	}
	for ctx.Err() == nil {
		begun, changed := time.Now(), l.db.Changed()
		n, err := l.Sequence(ctx)
		switch {
		case db.IsUnique(err): // another sequencer was faster; let it go on
			db.Wait(ctx, changed, time.Duration(1+rand.IntN(5))*time.Millisecond)
		case err != nil && ctx.Err() == nil:
			slog.Warn("ordering events failed; trying again", "error", err)
			db.Wait(ctx, nil, time.Second)
		case n == 0 && err == nil:
			db.Wait(ctx, changed, time.Second)
		case n < sequenceBatch:
			db.Pace(ctx, begun, sequenceEvery)
		}
	}
}

// Sequence gives waiting events their place in the order and returns how many it placed.
// It is a no-op on SQLite.
func (l *Ledger) Sequence(ctx context.Context) (placed int, err error) {
	if l.db.Engine() != db.Postgres {
		return 0, nil
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		placed = 0
		rows, err := tx.Query(ctx, `SELECT i.seq, `+prefixed("e", eventColumns)+` FROM event_inbox i JOIN events e ON e.id = i.event_id
			ORDER BY i.seq LIMIT $1`, sequenceBatch)
		if err != nil {
			return err
		}
		var seqs, positions, ids []int64
		var hashes [][]byte
		events, err := scanEvents(rows, func(e *Event) []any {
			seqs = append(seqs, 0)
			return []any{&seqs[len(seqs)-1]}
		})
		if err != nil || len(events) == 0 {
			return err
		}
		pos, last, err := head(ctx, tx)
		if err != nil {
			return err
		}
		for i := range events {
			e := &events[i]
			pos++
			e.Pos = pos
			last = e.link(last)
			positions, ids, hashes = append(positions, pos), append(ids, e.ID), append(hashes, last)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO event_order (pos, event_id, hash) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])`,
			positions, ids, hashes); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM event_inbox WHERE seq = ANY($1::bigint[])`, seqs); err != nil {
			return err
		}
		placed = len(events)
		l.db.Wake(tx)
		return nil
	})
	return placed, err
}

// prefixed puts a table's alias before each column of a list.
func prefixed(alias, columns string) string {
	cols := strings.Split(columns, ",")
	for i, c := range cols {
		cols[i] = alias + "." + strings.TrimSpace(c)
	}
	return strings.Join(cols, ", ")
}

// scanEvents reads rows of eventColumns, each preceded by what before returns, and closes them.
func scanEvents(rows *db.Rows, before func(e *Event) []any) ([]Event, error) {
	defer rows.Close()
	var out []Event
	for rows.Next() {
		var e Event
		var at, recorded int64
		var data string
		dst := append(before(&e), &e.ID, &at, &recorded, &e.Verb, &e.ActorKind, &e.ActorID, &e.TokenID, &e.OnBehalfOf, &e.Subject.Kind,
			&e.Subject.ID, &e.Cause.Event, &e.Cause.Blueprint, &e.Cause.Version, &e.Cause.Depth, &e.Generation, &e.Visibility,
			&data, &e.salt, &e.digest, &e.privateDigest)
		if err := rows.Scan(dst...); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		e.At, e.Recorded, e.Data = time.UnixMicro(at).UTC(), time.UnixMicro(recorded).UTC(), []byte(data)
		out = append(out, e)
	}
	return out, rows.Err()
}
