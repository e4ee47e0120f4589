package backup

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// manifestName is the file of the archive that says what the others hold.
const manifestName = "manifest.json"

// comment begins the archive's comment; the manifest's SHA-256 follows.
const comment = "steward backup 1 "

// Create writes a backup of the database, as it is at one moment, while it is used. The file
// appears whole or not at all; an existing one is replaced only with force.
func Create(ctx context.Context, d *db.DB, path, program string, now time.Time, force bool) (Manifest, error) {
	if _, err := os.Stat(path); err == nil && !force {
		return Manifest{}, fault.New(fault.Invalid, "%s exists already. Name another file, or add --force to replace it.", path)
	}
	if err := settle(ctx, d); err != nil {
		return Manifest{}, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return Manifest{}, fault.New(fault.Unavailable, "The backup cannot be written: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	m, err := write(ctx, d, f, program, now)
	if err == nil {
		err = errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err == nil {
		err = note(ctx, d, now)
	}
	if err != nil && fault.As(err) == nil {
		err = fault.New(fault.Unavailable, "The backup was not written: %w", err)
	}
	return m, err
}

// madeKey names the row of instance that says when the newest backup was made.
const madeKey = "backup_made"

func note(ctx context.Context, d *db.DB, now time.Time) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, madeKey, stamp(now))
		return err
	})
}

// Newest is when the newest backup was made by this program; zero for never.
func Newest(ctx context.Context, tx db.Tx) (at time.Time, err error) {
	var text string
	err = tx.QueryRow(ctx, `SELECT value FROM instance WHERE name = $1`, madeKey).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return at, nil
	}
	if err != nil {
		return at, err
	}
	return time.Parse(time.RFC3339, text)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func write(ctx context.Context, d *db.DB, f io.Writer, program string, now time.Time) (m Manifest, err error) {
	out := bufio.NewWriterSize(f, 1<<20)
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	err = d.Snapshot(ctx, func(ctx context.Context, tx db.Tx) error {
		var tables []db.Table
		if m, tables, err = describe(ctx, tx, d, program, now); err != nil {
			return err
		}
		for _, t := range tables {
			w, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".jsonl", Method: zip.Deflate, Modified: m.MadeAt})
			if err != nil {
				return err
			}
			s, err := sumOf(ctx, snapshot{tx}, t, w)
			if err != nil {
				return err
			}
			m.Tables = append(m.Tables, s)
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	w, err := z.CreateHeader(&zip.FileHeader{Name: manifestName, Method: zip.Deflate, Modified: m.MadeAt})
	if err != nil {
		return m, err
	}
	if _, err := w.Write(text); err != nil {
		return m, err
	}
	digest := sha256.Sum256(text)
	if err := z.SetComment(comment + hex.EncodeToString(digest[:])); err != nil {
		return m, err
	}
	return m, errors.Join(z.Close(), out.Flush())
}

// Archive is an open backup file. It must be closed.
type Archive struct {
	Manifest Manifest
	zip      *zip.ReadCloser
}

var _ source = (*Archive)(nil)

// Open opens a backup file and checks its manifest.
func Open(path string) (*Archive, error) {
	z, err := zip.OpenReader(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.Invalid, "There is no file %s.", path)
	}
	if err != nil {
		return nil, damaged(path, "it is cut off or no backup: %w", err)
	}
	a := &Archive{zip: z}
	if err := a.readManifest(); err != nil {
		z.Close()
		return nil, damaged(path, "%w", err)
	}
	if a.Manifest.Format != 1 {
		z.Close()
		return nil, fault.New(fault.Invalid, "%s is a backup of format %d; this program reads format 1. Use a newer steward.", path, a.Manifest.Format)
	}
	return a, nil
}

func damaged(path, format string, args ...any) error {
	return fault.New(fault.Conflict, "The backup %s cannot be used: "+format, append([]any{path}, args...)...)
}

// Close closes the file.
func (a *Archive) Close() error { return a.zip.Close() }

func (a *Archive) readManifest() error {
	digest, ok := strings.CutPrefix(a.zip.Comment, comment)
	if !ok {
		return errors.New("it is a zip file, but no backup of steward")
	}
	f, err := a.zip.Open(manifestName)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 16<<20))
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != digest {
		return errors.New("its manifest is not what was written")
	}
	return json.Unmarshal(text, &a.Manifest)
}

func (a *Archive) rows(_ context.Context, t db.Table) (func() (values, error), func() error, error) {
	f, err := a.zip.Open(t.Name + ".jsonl")
	if err != nil {
		return nil, nil, err
	}
	return lines(f, t), f.Close, nil
}

// Verify reads every row of the file and compares it with the manifest.
func (a *Archive) Verify(ctx context.Context) error {
	for _, want := range a.Manifest.Tables {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := sumOf(ctx, a, want.Table, nil)
		if err != nil {
			return fault.New(fault.Conflict, "The backup is damaged: %w", err)
		}
		if err := same(want, got); err != nil {
			return fault.New(fault.Conflict, "The backup is damaged: %w", err)
		}
	}
	return nil
}

// same compares what a table must come to with what it comes to.
func same(want, got TableSum) error {
	switch {
	case want.Rows != got.Rows:
		return fmt.Errorf("table %s has %d rows, not %d", want.Name, got.Rows, want.Rows)
	case want.SHA256 != got.SHA256:
		return fmt.Errorf("table %s has the right number of rows (%d), but not what was written", want.Name, want.Rows)
	}
	return nil
}
