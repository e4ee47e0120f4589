package app

import (
	"context"
	"io"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// ReplayErasures repeats, on a restored copy, the erasures that a list kept apart from the
// backups names, and returns how many there were. It runs before anybody can use the copy.
func ReplayErasures(ctx context.Context, d *db.DB, list io.Reader) (int, error) {
	a := &App{DB: d, clock: time.Now}
	if err := a.build(ctx); err != nil {
		return 0, err
	}
	return a.replay(ctx, list)
}

// replay reads the list and erases again whom it names.
func (a *App) replay(context.Context, io.Reader) (int, error) {
	return 0, fault.New(fault.Invalid, "This program cannot read a list of erasures yet; restore without --erasures.")
}
