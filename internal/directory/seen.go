package directory

import "steward/internal/db"

// seen is what a transaction has read or made, so that showing names costs no second look.
type seen struct {
	people        map[int64]Person
	organizations map[int64]Organization
}

type seenKey struct{}

func seenIn(tx db.Tx) *seen {
	return tx.Value(seenKey{}, func() any {
		return &seen{people: map[int64]Person{}, organizations: map[int64]Organization{}}
	}).(*seen)
}
