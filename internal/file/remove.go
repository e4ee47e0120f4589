package file

import (
	"context"
	"time"

	"steward/internal/db"
)

// settled is how old a blob must be before Remove takes it: a younger one with the same
// content may be about to be attached by somebody else. Sweep sees to those.
const settled = time.Hour

// Remove deletes files and at once the blobs that nothing else refers to. It checks no
// permission: the record the files belonged to does.
func (s *Service) Remove(ctx context.Context, tx db.Tx, ids []int64, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	w, all := &db.Where{}, make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	w.In("id", all)
	rows, err := tx.Query(ctx, `DELETE FROM file WHERE `+w.SQL()+` RETURNING hash`, w.Args()...)
	hashes, err := db.Collect(rows, err, func(r db.Scanner) (h []byte, err error) { err = r.Scan(&h); return h, err })
	if err != nil {
		return err
	}
	for _, h := range hashes {
		if err := s.drop(ctx, tx, h, now); err != nil {
			return err
		}
	}
	return nil
}

// Replace gives a file other content and another name, and removes the old content at once unless
// something else refers to it. It checks no permission: the record the file belongs to does.
func (s *Service) Replace(ctx context.Context, tx db.Tx, f File, b Blob, filename string, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE file SET hash = $1, size = $2, filename = $3 WHERE id = $4`, b.Hash, b.Size, filename, f.ID); err != nil {
		return err
	}
	return s.drop(ctx, tx, f.Hash, now)
}

// drop removes content that nothing refers to.
func (s *Service) drop(ctx context.Context, tx db.Tx, hash []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM blob_piece WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM file f WHERE f.hash = $1)
		AND NOT EXISTS (SELECT 1 FROM blob_piece b WHERE b.hash = $1 AND b.created > $2)`, hash, db.Micros(now.Add(-settled)))
	return err
}
