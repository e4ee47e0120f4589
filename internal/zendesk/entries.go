package zendesk

import (
	"cmp"
	"slices"

	"steward/internal/blueprint"
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
