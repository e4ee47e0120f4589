package program

import (
	"context"

	"steward/internal/db"
)

// maxSimilar is how many applications of the same people are looked at.
const maxSimilar = 50

// similar are the newest other applications to the program of the same person or organization.
func (s *Service) similar(ctx context.Context, tx db.Tx, a *Application) ([]*Application, error) {
	byPerson, err := s.some(ctx, tx, (&db.Where{}).And("person_key = ?", a.personKey()).And("program_id = ?", a.ProgramID).And("id <> ?", a.ID), "id DESC", maxSimilar)
	if err != nil || a.orgKey() == "" {
		return byPerson, err
	}
	byOrg, err := s.some(ctx, tx, (&db.Where{}).And("org_key = ?", a.orgKey()).And("org_key <> ''").And("program_id = ?", a.ProgramID).And("id <> ?", a.ID).And("person_key <> ?", a.personKey()), "id DESC", maxSimilar)
	return append(byPerson, byOrg...), err
}

// same is the open application of the same person for the same organization; nil when there is none. Of those the
// database lets only one be.
func (s *Service) same(ctx context.Context, tx db.Tx, a *Application) (*Application, error) {
	return s.one(ctx, tx, "program_id = $1 AND person_key = $2 AND org_key = $3 AND open = TRUE AND id <> $4", a.ProgramID, a.personKey(), a.orgKey(), a.ID)
}
