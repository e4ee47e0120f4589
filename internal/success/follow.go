package success

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Follow lets the actor follow an account, or no longer. Whoever may read it may, for themselves: notices of its
// colour can name its followers.
func (s *Service) Follow(ctx context.Context, tx db.Tx, by act.Actor, id int64, on bool) error {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if by.PersonID == 0 {
		return by.Denied("read", "account")
	}
	if !on {
		_, err = tx.Exec(ctx, `DELETE FROM account_follower WHERE organization_id = $1 AND person_id = $2`, a.OrganizationID, by.PersonID)
		return err
	}
	all, err := s.followersOf(ctx, tx, a.OrganizationID)
	if err != nil || slices.Contains(all, by.PersonID) {
		return err
	}
	if len(all) >= maxTold {
		return fault.New(fault.Conflict, "500 people follow this account; that is the most.")
	}
	_, err = tx.Exec(ctx, `INSERT INTO account_follower (organization_id, person_id, since) VALUES ($1, $2, $3) ON CONFLICT (organization_id, person_id) DO NOTHING`, a.OrganizationID, by.PersonID, db.Micros(by.Now()))
	return err
}

func (s *Service) followersOf(ctx context.Context, tx db.Tx, id int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT person_id FROM account_follower WHERE organization_id = $1 ORDER BY person_id LIMIT $2`, id, maxTold)
	return db.Collect(rows, err, anID)
}

// followRoutes registers the routes of followers.
func (s *Service) followRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/accounts/{id}/followers", "List who follows an account"), s.getFollowers)
	rest.Write(a, rest.PUT("/accounts/{id}/follow", "Follow an account"), s.putFollow)
	rest.Write(a, rest.DELETE("/accounts/{id}/follow", "Follow an account no longer"), s.deleteFollow)
}

// Followers are who follows an account.
type Followers struct {
	Items []Ref `json:"items" nullable:"false"`
	Me    bool  `json:"me" doc:"Whether you do."`
}

func (s *Service) getFollowers(ctx context.Context, tx db.Tx, by act.Actor, in *Path) (out Followers, err error) {
	a, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return out, err
	}
	ids, err := s.followersOf(ctx, tx, a.OrganizationID)
	if err != nil {
		return out, err
	}
	names, err := s.directory.Names(ctx, tx, ids)
	out = Followers{Items: []Ref{}, Me: slices.Contains(ids, by.PersonID)}
	for _, id := range ids {
		out.Items = append(out.Items, Ref{id, names[id].Name})
	}
	return out, err
}

func (s *Service) putFollow(_ context.Context, by act.Actor, in *Path) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Follow(ctx, tx, by, in.ID, true)
	}, nil
}

func (s *Service) deleteFollow(_ context.Context, by act.Actor, in *Path) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Follow(ctx, tx, by, in.ID, false)
	}, nil
}
