package zendesk

import (
	"cmp"
	"context"
	"slices"

	"steward/internal/blueprint"
	"steward/internal/db"
)

// entries are the blueprints of a kind in force, by id.
func (s *Server) entries(kind string) (out []blueprint.Entry) {
	for _, e := range s.Blueprint.Set().Entries() {
		if e.Kind == kind && !e.Retired {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b blueprint.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func entryID(e blueprint.Entry) int64 { return e.ID }

// times are when blueprints were first applied and last changed.
func (c *call) times(entries []blueprint.Entry) (out map[int64]span, err error) {
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		out, err = c.timesIn(ctx, tx, entries)
		return err
	})
	return out, err
}

// timesIn is times within a transaction.
func (c *call) timesIn(ctx context.Context, tx db.Tx, entries []blueprint.Entry) (map[int64]span, error) {
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	spans, err := c.Blueprint.Spans(ctx, tx, ids)
	out := map[int64]span{}
	for id, s := range spans {
		out[id] = span{stamp(s.Created), stamp(s.Updated)}
	}
	return out, err
}

// span is the life of a record.
type span struct{ created, updated stamp }
