package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Finish readies a copy of an instance before anybody can use it: erasures that a list kept
// apart from the backups names are repeated (nil for none), and the search, which is worked
// out from the records, is built again. say hears of each step.
func Finish(ctx context.Context, d *db.DB, erasures io.Reader, say func(format string, args ...any)) error {
	a := &App{DB: d, clock: time.Now}
	if err := a.build(ctx); err != nil {
		return err
	}
	if erasures != nil {
		n, err := a.replayErasures(ctx, erasures)
		if err != nil {
			return fmt.Errorf("repeat the erasures: %w", err)
		}
		say("%d erasures repeated", n)
	}
	say("building the search again")
	return a.Search.Rebuild(ctx, nil)
}

// replayErasures reads the list and erases again whom it names.
func (a *App) replayErasures(ctx context.Context, in io.Reader) (int, error) {
	var list []directory.Erasure
	if err := json.NewDecoder(in).Decode(&list); err != nil {
		return 0, fault.New(fault.Invalid, "The list of erasures cannot be read: %w. Write it with steward erase list --json.", err)
	}
	return a.Directory.ReplayErasures(ctx, a.Root(), list)
}
