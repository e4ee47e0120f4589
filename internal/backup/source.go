package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"steward/internal/db"
)

// source is what can be copied: a snapshot of a database, or a file.
type source interface {
	// rows reads a table. next returns nil after the last row; end is called in any case.
	rows(ctx context.Context, t db.Table) (next func() (values, error), end func() error, err error)
}

// snapshot reads the tables of a database inside a Snapshot.
type snapshot struct{ tx db.Tx }

var _ source = snapshot{}

func (s snapshot) rows(ctx context.Context, t db.Table) (func() (values, error), func() error, error) {
	rows, err := s.tx.Query(ctx, t.Select(s.tx.Engine()))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", t.Name, err)
	}
	next := func() (values, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		row, dst := make([]any, len(t.Columns)), make([]any, len(t.Columns))
		for i := range row {
			dst[i] = &row[i]
		}
		if err := rows.Scan(dst...); err != nil {
			return nil, fmt.Errorf("read %s: %w", t.Name, err)
		}
		return canonical(row, t.Columns)
	}
	return next, rows.Close, nil
}

// sum is the digest of rows, and how many there were.
type sum struct {
	hash hash.Hash
	rows int64
	line []byte
}

func newSum() *sum { return &sum{hash: sha256.New()} }

// add takes a row and returns its line, which is good until the next.
func (s *sum) add(row values) (line []byte, err error) {
	if s.line, err = encode(s.line[:0], row); err != nil {
		return nil, err
	}
	s.rows++
	s.hash.Write(s.line)
	return s.line, nil
}

func (s *sum) table(t db.Table) TableSum {
	return TableSum{Table: t, Rows: s.rows, SHA256: hex.EncodeToString(s.hash.Sum(nil))}
}

// sumOf reads a table to its end; each, which may be nil, gets every line.
func sumOf(ctx context.Context, s source, t db.Table, each io.Writer) (TableSum, error) {
	next, end, err := s.rows(ctx, t)
	if err != nil {
		return TableSum{}, err
	}
	defer end()
	out := newSum()
	for {
		row, err := next()
		if err != nil || row == nil {
			return out.table(t), err
		}
		line, err := out.add(row)
		if err != nil {
			return TableSum{}, err
		}
		if each != nil {
			if _, err := each.Write(line); err != nil {
				return TableSum{}, err
			}
		}
	}
}

// lines reads rows that encode wrote.
func lines(r io.Reader, t db.Table) func() (values, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	n := 0
	return func() (values, error) {
		line, err := b.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		n++
		row, err := decode(line, t.Columns)
		if err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", t.Name, n, err)
		}
		return row, nil
	}
}
