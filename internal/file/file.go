package file

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/gabriel-vasile/mimetype"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// pieceSize is how much of a blob one row holds: small enough not to stall other writes.
const pieceSize = 512 << 10

// unreferencedFor is how long a blob without a file stays.
const unreferencedFor = 48 * time.Hour

// File is a named reference to a blob.
type File struct {
	ID          int64
	Hash        []byte
	Filename    string
	ContentType string // found from the bytes, not from what the sender claimed
	Size        int64
	Created     time.Time
	CreatedBy   int64
}

// Service stores and reads files.
type Service struct {
	db  *db.DB
	max int64
}

// New returns the service; max is the largest file accepted, in bytes.
func New(d *db.DB, max int64) *Service { return &Service{db: d, max: max} }

// Max is the largest file accepted, in bytes.
func (s *Service) Max() int64 { return s.max }

// Blob is stored content.
type Blob struct {
	Hash        []byte
	Size        int64
	ContentType string
}

// Put stores the content and returns what names it. It reads at most Max bytes and one
// more; a larger content is TooLarge. It opens its own transactions.
func (s *Service) Put(ctx context.Context, r io.Reader, now time.Time) (Blob, error) {
	data, err := io.ReadAll(io.LimitReader(r, s.max+1))
	if err != nil {
		return Blob{}, fault.New(fault.Malformed, "The file did not arrive whole: %w", err)
	}
	if int64(len(data)) > s.max {
		return Blob{}, fault.New(fault.TooLarge, "This file is larger than %s, the most one file may have.", Bytes(s.max))
	}
	return s.PutBytes(ctx, data, now)
}

// PutBytes is Put for content in memory.
func (s *Service) PutBytes(ctx context.Context, data []byte, now time.Time) (Blob, error) {
	sum := sha256.Sum256(data)
	b := Blob{Hash: sum[:], Size: int64(len(data)), ContentType: detect(data)}
	for n := 0; n == 0 || n*pieceSize < len(data); n++ {
		piece := data[n*pieceSize : min((n+1)*pieceSize, len(data))]
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO blob_piece (hash, n, data, created) VALUES ($1, $2, $3, $4)
				ON CONFLICT (hash, n) DO UPDATE SET created = excluded.created`, b.Hash, n, piece, db.Micros(now))
			return err
		})
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// detect names the type of content from its bytes.
func detect(data []byte) string { return mimetype.Detect(data).String() }

// Attach makes a file that refers to a stored blob, in the caller's transaction.
func (s *Service) Attach(ctx context.Context, tx db.Tx, by act.Actor, b Blob, filename string) (File, error) {
	f := File{Hash: b.Hash, Filename: CleanName(filename), ContentType: b.ContentType, Size: b.Size, Created: by.Now(), CreatedBy: by.PersonID}
	err := tx.QueryRow(ctx, `INSERT INTO file (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, f.row()...).Scan(&f.ID)
	return f, err
}

const columns = `hash, filename, content_type, size, created, created_by`

// row are the values of columns.
func (f File) row() []any {
	return []any{f.Hash, f.Filename, f.ContentType, f.Size, db.Micros(f.Created), f.CreatedBy}
}

// Bulk adds a file with a given id to the rows of an import.
func (s *Service) Bulk(rows *db.Bulk, by act.Actor, id int64, b Blob, filename string) {
	f := File{Hash: b.Hash, Filename: CleanName(filename), ContentType: b.ContentType, Size: b.Size, Created: by.Now(), CreatedBy: by.PersonID}
	rows.Add("file", "id, "+columns, append([]any{id}, f.row()...)...)
}

const fileFields = `f.id, f.hash, f.filename, f.content_type, f.size, f.created, f.created_by`

// Get returns a file's reference. It checks no permission: the record it belongs to does.
func (s *Service) Get(ctx context.Context, tx db.Tx, id int64) (File, error) {
	var f File
	var created int64
	err := tx.QueryRow(ctx, `SELECT `+fileFields+` FROM file f WHERE f.id = $1`, id).
		Scan(&f.ID, &f.Hash, &f.Filename, &f.ContentType, &f.Size, &created, &f.CreatedBy)
	if errors.Is(err, sql.ErrNoRows) {
		return f, fault.Missing("file", id)
	}
	f.Created = db.Time(created)
	return f, err
}

// Copy writes a blob to w, piece by piece, each read on its own.
func (s *Service) Copy(ctx context.Context, w io.Writer, hash []byte) error {
	return pieces(func(n int) (piece []byte, err error) {
		err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			piece, err = readPiece(ctx, tx, hash, n)
			return err
		})
		return piece, err
	}, w)
}

// CopyIn is Copy inside a transaction; for small blobs.
func (s *Service) CopyIn(ctx context.Context, tx db.Tx, w io.Writer, hash []byte) error {
	return pieces(func(n int) ([]byte, error) { return readPiece(ctx, tx, hash, n) }, w)
}

func readPiece(ctx context.Context, tx db.Tx, hash []byte, n int) (piece []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT data FROM blob_piece WHERE hash = $1 AND n = $2`, hash, n).Scan(&piece)
	return piece, err
}

func pieces(read func(n int) ([]byte, error), w io.Writer) error {
	for n := 0; ; n++ {
		piece, err := read(n)
		if errors.Is(err, sql.ErrNoRows) && n > 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a file's content: %w", err)
		}
		if _, err := w.Write(piece); err != nil || len(piece) < pieceSize {
			return err
		}
	}
}

// Sweep removes blobs nothing has referred to for two days, some at a time.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) (removed int64, err error) {
	return tx.Exec(ctx, `DELETE FROM blob_piece WHERE hash IN (SELECT b.hash FROM blob_piece b WHERE b.n = 0 AND b.created < $1
		AND NOT EXISTS (SELECT 1 FROM file f WHERE f.hash = b.hash) LIMIT 500)`, db.Micros(now.Add(-unreferencedFor)))
}

// CleanName makes a name safe to show and to offer for download: no folders, no control
// characters, at most 200 characters, never empty.
func CleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.TrimSpace(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if r := []rune(name); len(r) > 200 {
		name = string(r[:200])
	}
	if name == "" || name == "." || name == ".." || name == "/" {
		return "file"
	}
	return name
}

// Bytes says a size in words: "50 MB".
func Bytes(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
