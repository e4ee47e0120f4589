package file

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// PieceSize is how much of a blob one row holds, in bytes; every piece but the last is full.
const PieceSize = pieceSize

// Begin makes a file whose content follows piece by piece, for content too large to be held in
// memory: its blob is named by chance, not by what it holds, which nobody knows yet.
func (s *Service) Begin(ctx context.Context, tx db.Tx, by act.Actor, filename string) (File, error) {
	name := make([]byte, 32)
	_, _ = rand.Read(name) // never fails; it stops the program when there is no randomness
	return s.Attach(ctx, tx, by, Blob{Hash: name, ContentType: "application/octet-stream"}, filename)
}

// AddPiece stores the n-th piece of a file begun with Begin, in the caller's transaction.
func (s *Service) AddPiece(ctx context.Context, tx db.Tx, hash []byte, n int64, piece []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO blob_piece (hash, n, data, created) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash, n) DO UPDATE SET data = excluded.data, created = excluded.created`, hash, n, piece, db.Micros(now))
	return err
}

// Complete says how large a file begun with Begin has become, and of which type.
func (s *Service) Complete(ctx context.Context, tx db.Tx, id, size int64, contentType string) error {
	_, err := tx.Exec(ctx, `UPDATE file SET size = $1, content_type = $2 WHERE id = $3`, size, contentType, id)
	return err
}

// Detect names the type of content from its first bytes.
func Detect(head []byte) string { return detect(head) }

// RemovePieces deletes some pieces of a blob, the first ones last, and reports whether any are
// left: a large one goes in many small transactions.
func (s *Service) RemovePieces(ctx context.Context, tx db.Tx, hash []byte, limit int) (left bool, err error) {
	n, err := tx.Exec(ctx, `DELETE FROM blob_piece WHERE hash = $1 AND n IN (SELECT n FROM blob_piece WHERE hash = $1 ORDER BY n DESC LIMIT $2)`, hash, limit)
	return n == int64(limit), err
}

// Drop deletes a file's reference alone; its pieces are the caller's to remove.
func (s *Service) Drop(ctx context.Context, tx db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM file WHERE id = $1`, id)
	return err
}

// reader reads a blob at any place, keeping the piece it read last.
type reader struct {
	s    *Service
	ctx  context.Context
	hash []byte
	size int64
	n    int64 // of piece
	held []byte
}

// Reader reads a blob of a size at any place, one piece in memory at a time. It is for one
// goroutine; each piece is read in a transaction of its own.
func (s *Service) Reader(ctx context.Context, hash []byte, size int64) io.ReaderAt {
	return &reader{s: s, ctx: ctx, hash: hash, size: size, n: -1}
}

// ReadAt implements io.ReaderAt.
func (r *reader) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if off >= r.size {
			return n, io.EOF
		}
		if k := off / pieceSize; k != r.n {
			if err := r.load(k); err != nil {
				return n, err
			}
		}
		at := int(off % pieceSize)
		if at >= len(r.held) {
			return n, io.ErrUnexpectedEOF
		}
		c := copy(p[n:], r.held[at:])
		n, off = n+c, off+int64(c)
	}
	return n, nil
}

func (r *reader) load(k int64) error {
	err := r.s.db.Read(r.ctx, func(ctx context.Context, tx db.Tx) (err error) {
		r.held, err = readPiece(ctx, tx, r.hash, int(k))
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "The content of this file is no longer there.")
	}
	r.n = k
	return err
}
