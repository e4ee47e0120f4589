package program

import (
	"context"
	"maps"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// tally counts how often pages were shown, in memory until the next second: a page that many look at is one row
// a day, not one write a view.
type tally struct {
	mu    sync.Mutex
	shown map[shownPage]int64
}

type shownPage struct {
	program int64
	day     int64 // days since 1970, UTC
	page    string
}

// Shown counts that a page of a program was shown to somebody: page for its description, form for its form.
func (s *Service) Shown(p *Program, page string) {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	if s.tally.shown == nil {
		s.tally.shown = map[shownPage]int64{}
	}
	s.tally.shown[shownPage{p.ID, s.Clock().UTC().Unix() / 86400, page}]++
}

// Run stores what was counted each second until ctx ends, and once more then.
func (s *Service) Run(ctx context.Context) {
	for ctx.Err() == nil {
		db.Wait(ctx, nil, time.Second)
		_ = s.StoreShown(context.WithoutCancel(ctx)) // what cannot be stored is counted on and stored the next time
	}
}

// StoreShown adds what was counted since the last time to the rows of the days.
func (s *Service) StoreShown(ctx context.Context) error {
	s.tally.mu.Lock()
	counted := s.tally.shown
	s.tally.shown = nil
	s.tally.mu.Unlock()
	if len(counted) == 0 {
		return nil
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for k, n := range counted {
			_, err := tx.Exec(ctx, `INSERT INTO program_view (program_id, day, page, shown) VALUES ($1, $2, $3, $4) ON CONFLICT (program_id, day, page) DO UPDATE SET shown = program_view.shown + excluded.shown`,
				k.program, k.day, k.page, n)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.tally.mu.Lock()
		defer s.tally.mu.Unlock()
		if s.tally.shown == nil {
			s.tally.shown = map[shownPage]int64{}
		}
		for k, n := range maps.All(counted) {
			s.tally.shown[k] += n
		}
	}
	return err
}

// tellShown tells the ledger how often pages were shown since it was last told: at the end of the day they were shown on, or
// now.
func (s *Service) tellShown(ctx context.Context, tx db.Tx, now time.Time) error {
	type row struct {
		program, day, shown int64
		page                string
	}
	rows, err := tx.Query(ctx, `SELECT program_id, day, page, shown - told FROM program_view WHERE shown > told ORDER BY day, program_id, page LIMIT 500`)
	list, err := db.Collect(rows, err, func(r db.Scanner) (v row, err error) { return v, r.Scan(&v.program, &v.day, &v.page, &v.shown) })
	if err != nil {
		return err
	}
	by := s.system(act.Clock)
	for _, v := range list {
		if _, err := tx.Exec(ctx, `UPDATE program_view SET told = told + $1 WHERE program_id = $2 AND day = $3 AND page = $4`, v.shown, v.program, v.day, v.page); err != nil {
			return err
		}
		at := time.Unix((v.day+1)*86400, 0).UTC().Add(-time.Second)
		if at.After(now) {
			at = now
		}
		_, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: ProgramShown, Subject: ledger.Ref{Kind: "program", ID: v.program}, At: at, Data: map[string]any{"page": v.page, "shown": v.shown}})
		if err != nil {
			return err
		}
	}
	return nil
}
