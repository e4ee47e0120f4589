package program

import (
	"context"

	"steward/internal/db"
)

// maxSimilar is how many applications of the same people are looked at.
const maxSimilar = 50

// similar are the newest other applications to the program of the same person or organization.
func (s *Service) similar(ctx context.Context, tx db.Tx, a *Application) ([]*Application, error) {
	return s.related(ctx, tx, a, func() *db.Where { return (&db.Where{}).And("program_id = ?", a.ProgramID) })
}

// related are the newest other applications of the same person or organization, the person's first, of those that
// among names.
func (s *Service) related(ctx context.Context, tx db.Tx, a *Application, among func() *db.Where) ([]*Application, error) {
	byPerson, err := s.some(ctx, tx, among().And("person_key = ?", a.personKey()).And("id <> ?", a.ID), "id DESC", maxSimilar)
	if err != nil || a.orgKey() == "" {
		return byPerson, err
	}
	byOrg, err := s.some(ctx, tx, among().And("org_key = ?", a.orgKey()).And("org_key <> ''").And("id <> ?", a.ID).And("person_key <> ?", a.personKey()), "id DESC", maxSimilar)
	return append(byPerson, byOrg...), err
}

// earlier are how many other applications of the same person or organization are open or active, and how many were rejected:
// numbers, or nil where they cannot be read.
type earlier struct{ open, refused any }

func (s *Service) earlier(ctx context.Context, tx db.Tx, a *Application) earlier {
	similar, err := s.similar(ctx, tx, a)
	if err != nil {
		return earlier{}
	}
	var open, refused int64
	for _, other := range similar {
		if other.State.Open() && other.State != Draft || other.State.Member() {
			if other.ID != a.RenewalOf {
				open++
			}
		} else if other.State == Rejected {
			refused++
		}
	}
	return earlier{open, refused}
}

// maxYears bounds how many terms are counted.
const maxYears = 100

// year is which term of a membership an application is for, nil where it cannot be read.
func (s *Service) year(ctx context.Context, tx db.Tx, a *Application) any {
	if a.RenewalOf == 0 {
		return int64(1)
	}
	var before int64
	err := tx.QueryRow(ctx, `WITH RECURSIVE before (id, renewal_of, n) AS (SELECT id, renewal_of, 1 FROM application WHERE id = $1
		UNION ALL SELECT a.id, a.renewal_of, b.n + 1 FROM application a JOIN before b ON a.id = b.renewal_of WHERE b.n < $2) SELECT COALESCE(max(n), 0) FROM before`, a.RenewalOf, maxYears).Scan(&before)
	if err != nil {
		return nil
	}
	return before + 1
}

// family are, of the applications of the same person for the same organization, the membership that one goes on from and the
// open one; nil when there is none.
func (s *Service) family(ctx context.Context, tx db.Tx, a *Application) (member, open *Application, err error) {
	w := (&db.Where{}).And("person_key = ?", a.personKey()).And("program_id = ?", a.ProgramID).And("org_key = ?", a.orgKey()).And("id <> ?", a.ID).
		And("(open = TRUE OR state IN ('active', 'notice', 'expired'))")
	list, err := s.some(ctx, tx, w, "open DESC, id DESC", 2)
	for _, one := range list {
		if one.State.Open() {
			open = one
		} else if member == nil {
			member = one
		}
	}
	return member, open, err
}

// same is the open application of the same person for the same organization; nil when there is none. Of those the
// database lets only one be.
func (s *Service) same(ctx context.Context, tx db.Tx, a *Application) (*Application, error) {
	return s.one(ctx, tx, "program_id = $1 AND person_key = $2 AND org_key = $3 AND open = TRUE AND id <> $4", a.ProgramID, a.personKey(), a.orgKey(), a.ID)
}
