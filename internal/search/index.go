package search

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/db"
)

// batch is how many documents are read and written at once.
const batch = 500

// turn makes the callers of one installation write the index one after another, so that what
// was read later is also written later.
func turn(ctx context.Context, tx db.Tx) error {
	if tx.Engine() == db.SQLite {
		return nil // there is one writer
	}
	_, err := tx.Exec(ctx, `UPDATE search_build SET records = records WHERE kind = ''`)
	return err
}

// Forget takes a record out of the index in the caller's transaction: for what must not be
// found a moment longer. Changes of other records need no call: the index follows them.
func (s *Service) Forget(ctx context.Context, tx db.Tx, kind string, id int64) error {
	k, err := s.kind(kind)
	if err != nil {
		return err
	}
	if err := turn(ctx, tx); err != nil {
		return err
	}
	return remove(ctx, tx, []int64{k.key(id)})
}

func remove(ctx context.Context, tx db.Tx, keys []int64) error {
	for ; len(keys) > 0; keys = keys[min(len(keys), batch):] {
		w := (&db.Where{}).In("rowid", anys(keys[:min(len(keys), batch)]))
		if _, err := tx.Exec(ctx, `DELETE FROM search_index WHERE `+w.SQL(), w.Args()...); err != nil {
			return fmt.Errorf("take records out of the search: %w", err)
		}
	}
	return nil
}

func anys(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// write brings the index of some records, at most a batch, up to date and returns how many
// of them are there. What is gone is removed before anything is added.
func (s *Service) write(ctx context.Context, tx db.Tx, k *Kind, ids []int64) (int, error) {
	docs, err := k.Load(ctx, tx, ids)
	if err != nil {
		return 0, fmt.Errorf("read what can be found of a %s: %w", k.Name, err)
	}
	gone := map[int64]bool{}
	for _, id := range ids {
		gone[id] = true
	}
	for _, d := range docs {
		delete(gone, d.ID)
	}
	var keys []int64
	for _, id := range ids {
		if gone[id] {
			keys = append(keys, k.key(id))
		}
	}
	if err := remove(ctx, tx, keys); err != nil {
		return 0, err
	}
	if tx.Engine() == db.SQLite {
		return len(docs), insertSQLite(ctx, tx, k, docs)
	}
	return len(docs), insertPostgres(ctx, tx, k, docs)
}

func insertSQLite(ctx context.Context, tx db.Tx, k *Kind, docs []Document) error {
	for _, d := range docs {
		_, err := tx.Exec(ctx, `INSERT OR REPLACE INTO search_index (rowid, title, body, notes, facets) VALUES ($1, $2, $3, $4, $5)`, k.key(d.ID),
			strings.Join(words(d.Title), " "), strings.Join(words(d.Body), " "), strings.Join(words(d.Notes), " "), strings.Join(d.facets(), " "))
		if err != nil {
			return fmt.Errorf("index %s %d: %w", k.Name, d.ID, err)
		}
	}
	return nil
}

func insertPostgres(ctx context.Context, tx db.Tx, k *Kind, docs []Document) error {
	const perStatement = 50
	for ; len(docs) > 0; docs = docs[min(len(docs), perStatement):] {
		w, rows := &db.Where{}, make([]string, 0, perStatement)
		for _, d := range docs[:min(len(docs), perStatement)] {
			rows = append(rows, "("+w.Arg(k.key(d.ID))+"::bigint, "+w.Arg(vector(d))+"::text::tsvector)")
		}
		// What stays as it is costs nothing: many events change nothing that is indexed.
		_, err := tx.Exec(ctx, `INSERT INTO search_index (rowid, words) VALUES `+strings.Join(rows, ",")+`
			ON CONFLICT (rowid) DO UPDATE SET words = excluded.words WHERE search_index.words <> excluded.words`, w.Args()...)
		if err != nil {
			return fmt.Errorf("index some of %s: %w", k.Title, err)
		}
	}
	return nil
}

// maxVector keeps a document below what PostgreSQL takes, 1 MB.
const maxVector = 700_000

// vector is a document as PostgreSQL writes a tsvector down.
func vector(d Document) string {
	var b strings.Builder
	for _, part := range []struct{ mark, text string }{{markTitle, d.Title}, {markBody, d.Body}, {markNotes, d.Notes}} {
		for i, w := range words(part.text) {
			if b.Len() > maxVector {
				break
			}
			b.WriteByte('\'')
			b.WriteString(part.mark)
			b.WriteString(w)
			b.WriteString("':")
			b.WriteString(strconv.Itoa(i + 1))
			b.WriteByte(' ')
		}
	}
	for _, f := range d.facets() {
		b.WriteString("'" + markFacet + f + "' ")
	}
	return b.String()
}
