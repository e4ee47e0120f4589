package desk

import (
	"context"

	"steward/internal/db"
)

// beside says what a ticket may have in other tables. What is not marked is not there, and
// nobody asks for it at each change; a mark once made stays.
type beside int64

const (
	besideHandovers beside = 1 << iota // it was handed to a region
	besideSplits                       // messages were split off from it, or it was split off
	besideNames                        // other systems know it by ids of their own
	besideDone                         // it was solved once: somebody may have been asked how it went
	besideSides                        // side conversations were begun about it
)

// has reports whether some of what is named may be there.
func (b beside) has(what beside) bool { return b&what != 0 }

// mark notes on a stored ticket what it has now. It leaves the version alone: nobody edited.
func (t *Ticket) mark(ctx context.Context, tx db.Tx, what beside) error {
	if t.beside&what == what {
		return nil
	}
	t.beside |= what
	return tx.Later(ctx, nil, `UPDATE ticket SET beside = beside | $1 WHERE id = $2`, int64(what), t.ID)
}
