package desk

import (
	"context"
	"maps"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
)

type presenceInput struct {
	IDPath
	Body struct {
		Writing bool `json:"writing"`
		Leaving bool `json:"leaving,omitempty" doc:"You look at it no longer."`
	}
}

// Others are the people who look at the same ticket.
type Others struct {
	Here   bool    `json:"here" doc:"Whether you count as looking yourself."`
	Others []Other `json:"others" nullable:"false"`
}

// Other is somebody who looks at the same ticket.
type Other struct {
	Person  PersonRef `json:"person"`
	Writing bool      `json:"writing"`
}

func (s *Service) postPresence(ctx context.Context, by act.Actor, in *presenceInput) (out Others, err error) {
	out.Others = []Other{}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error { _, err := s.Get(ctx, tx, by, in.ID); return err })
	if err != nil {
		return out, err
	}
	if in.Body.Leaving {
		return out, s.lookAway(ctx, in.ID, by.PersonID)
	}
	if err := s.ReadMentions(ctx, in.ID, by.PersonID); err != nil {
		return out, err
	}
	looking, err := s.look(ctx, in.ID, by.PersonID, in.Body.Writing)
	out.Here = true
	if err != nil || len(looking) == 0 {
		return out, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		out.Others, err = s.others(ctx, tx, looking)
		return err
	})
	return out, err
}

func (s *Service) getPresence(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (out Others, err error) {
	out.Others = []Other{}
	if _, err := s.Get(ctx, tx, by, in.ID); err != nil {
		return out, err
	}
	looking, err := s.looking(ctx, tx, in.ID)
	if err != nil {
		return out, err
	}
	_, out.Here = looking[by.PersonID]
	delete(looking, by.PersonID)
	if len(looking) > 0 {
		out.Others, err = s.others(ctx, tx, looking)
	}
	return out, err
}

func (s *Service) others(ctx context.Context, tx db.Tx, looking map[int64]bool) (out []Other, err error) {
	ids := slices.Sorted(maps.Keys(looking))
	people, err := s.directory.Names(ctx, tx, ids)
	for _, id := range ids {
		out = append(out, Other{PersonRef{ID: id, Name: people[id].Name}, looking[id]})
	}
	return out, err
}
