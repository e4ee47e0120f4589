package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"steward/internal/db"
)

// Progress is how far a rebuild of one kind is.
type Progress struct {
	Kind    string
	Records int64 // indexed so far
	Resumed bool  // an earlier rebuild had begun and was stopped
	Done    bool
}

// Rebuild makes the index anew from the records, a batch in a transaction, while everything
// goes on. Stopped, it goes on where it was when it is called again. tell, which may be nil,
// hears of every batch.
func (s *Service) Rebuild(ctx context.Context, tell func(Progress)) error {
	if tell == nil {
		tell = func(Progress) {}
	}
	// One that is stopped in the middle has begun all kinds, so that the next call does not
	// begin those again that are done.
	resumed, err := s.begin(ctx)
	if err != nil {
		return err
	}
	for _, k := range s.kinds {
		for p := (Progress{Kind: k.Name}); !p.Done; {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
				p, err = s.rebuildSome(ctx, tx, k)
				return err
			})
			if err != nil {
				return fmt.Errorf("rebuild the search of %s: %w", k.Title, err)
			}
			p.Resumed = resumed
			tell(p)
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM search_build WHERE kind <> ''`)
		return err
	})
}

// begin notes what there is to do, unless an earlier rebuild has.
func (s *Service) begin(ctx context.Context) (resumed bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM search_build WHERE kind <> ''`).Scan(&n); err != nil {
			return err
		}
		if resumed = n > 0; resumed {
			return nil
		}
		for _, k := range s.kinds {
			if _, err := tx.Exec(ctx, `INSERT INTO search_build (kind, last_id, records, started) VALUES ($1, 0, 0, $2)`, k.Name, db.Micros(s.clock())); err != nil {
				return err
			}
		}
		return nil
	})
	return resumed, err
}

// rebuildSome rebuilds the next batch of a kind.
func (s *Service) rebuildSome(ctx context.Context, tx db.Tx, k *Kind) (Progress, error) {
	p := Progress{Kind: k.Name}
	if err := turn(ctx, tx); err != nil {
		return p, err
	}
	var last int64
	var finished sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT last_id, records, finished FROM search_build WHERE kind = $1`, k.Name).Scan(&last, &p.Records, &finished)
	if errors.Is(err, sql.ErrNoRows) || finished.Valid { // somebody else has finished it
		p.Done = true
		return p, nil
	}
	if err != nil {
		return p, err
	}
	rows, err := tx.Query(ctx, `SELECT `+k.Alias+`.id FROM `+k.From+` WHERE `+k.Alias+`.id > $1 ORDER BY `+k.Alias+`.id LIMIT $2`, last, batch)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
	if err != nil {
		return p, err
	}
	if p.Done = len(ids) < batch; p.Done {
		finished = sql.NullInt64{Int64: db.Micros(s.clock()), Valid: true}
	}
	if err := s.sweep(ctx, tx, k, last, ids, p.Done); err != nil {
		return p, err
	}
	n, err := s.write(ctx, tx, k, ids)
	if err != nil {
		return p, err
	}
	p.Records += int64(n)
	if len(ids) > 0 {
		last = ids[len(ids)-1]
	}
	_, err = tx.Exec(ctx, `UPDATE search_build SET last_id = $1, records = $2, finished = $3 WHERE kind = $4`, last, p.Records, finished, k.Name)
	return p, err
}

// sweep removes what the index has between the records of a batch: they are no more.
func (s *Service) sweep(ctx context.Context, tx db.Tx, k *Kind, after int64, ids []int64, end bool) error {
	w := (&db.Where{}).And("rowid > ?", k.key(after))
	if end {
		w.And("rowid <= ?", k.key(1<<kindBits-1))
	} else {
		w.And("rowid <= ?", k.key(ids[len(ids)-1]))
	}
	w.And(`NOT EXISTS (SELECT 1 FROM ` + k.From + ` WHERE ` + k.Alias + `.id = search_index.rowid - ` + number(k.key(0)) + `)`)
	rows, err := tx.Query(ctx, `SELECT rowid FROM search_index WHERE `+w.SQL(), w.Args()...)
	keys, err := db.Collect(rows, err, func(r db.Scanner) (key int64, err error) { err = r.Scan(&key); return key, err })
	if err != nil {
		return err
	}
	return remove(ctx, tx, keys)
}
