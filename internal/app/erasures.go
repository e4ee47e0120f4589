package app

import (
	"context"
	"io"

	"steward/internal/db"
	"steward/internal/fault"
)

// ReplayErasures repeats, on a restored copy, the erasures that a list kept apart from the
// backups names, and returns how many there were. It runs before anybody can use the copy.
func ReplayErasures(context.Context, *db.DB, io.Reader) (int, error) {
	return 0, fault.New(fault.Invalid, "This program cannot read a list of erasures yet; restore without --erasures.")
}
