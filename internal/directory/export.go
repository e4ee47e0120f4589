package directory

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// Exporting says which part of all people or organizations an export takes: those changed behind a place in
// the order of their last change (ties by id).
type Exporting struct {
	After   time.Time // the place: behind this time and id …
	AfterID int64
	From    time.Time // … or, when After is zero, from this time on
	Until   time.Time // up to and with this time
	Limit   int       // at most so many
}

func (e Exporting) where(w *db.Where, alias string) string {
	if !e.After.IsZero() {
		w.And("("+alias+".updated, "+alias+".id) > (?, ?)", db.Micros(e.After), e.AfterID)
	} else {
		w.And(alias+".updated >= ?", db.Micros(e.From))
	}
	w.And(alias+".updated <= ?", db.Micros(e.Until)).And(alias + ".deleted_at IS NULL").And(alias + ".alias_of IS NULL")
	return ` ORDER BY ` + alias + `.updated, ` + alias + `.id LIMIT ` + w.Arg(e.Limit)
}

// ExportPeople returns people in the order of their last change, those removed too. Whoever may read every
// person may.
func (s *Service) ExportPeople(ctx context.Context, tx db.Tx, by act.Actor, in Exporting) ([]Person, error) {
	if !auth.Scope(by, "read", "person").All() {
		return nil, by.Denied("read", "person")
	}
	w := &db.Where{}
	tail := in.where(w, "p")
	rows, err := tx.Query(ctx, `SELECT `+personFields+` FROM person p WHERE `+w.SQL()+tail, w.Args()...)
	return db.Collect(rows, err, scanPerson)
}

// ExportOrganizations returns organizations in the order of their last change. Whoever may read every
// organization may.
func (s *Service) ExportOrganizations(ctx context.Context, tx db.Tx, by act.Actor, in Exporting) ([]Organization, error) {
	if !auth.Scope(by, "read", "organization").All() {
		return nil, by.Denied("read", "organization")
	}
	w := &db.Where{}
	tail := in.where(w, "o")
	rows, err := tx.Query(ctx, `SELECT `+organizationFields+` FROM organization o WHERE `+w.SQL()+tail, w.Args()...)
	list, err := db.Collect(rows, err, scanOrganization)
	if err != nil {
		return nil, err
	}
	return s.withDomains(ctx, tx, list)
}
