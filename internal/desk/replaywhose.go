package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/field"
	"steward/internal/replay"
)

// What the tickets of a replay belong to.
const (
	byTeam         = "team"
	byOrganization = "organization"
)

// maxSplits is how many fields of organizations tickets are counted by.
const maxSplits = 3

// lateness is how long a promise was open after it fell due, or still is; zero when it was kept or may still be.
func (h *retold) lateness(c *Clock) time.Duration {
	switch {
	case c == nil:
		return replay.NoPromise
	case c.BreachedAt.IsZero():
		return 0
	case c.Ended.IsZero():
		return max(h.until.Sub(c.BreachedAt), 1)
	default:
		return max(c.Ended.Sub(c.BreachedAt), 1)
	}
}

// worse is 1 for a breach that was none, -1 for one that would be none.
func worse(change string) int {
	return map[string]int{breaches: 1, keeps: -1}[change]
}

// whose says to what a ticket belongs, as it stands now.
func (r *recorded) whose(cfg *Config) []replay.Facet {
	f := replay.Facet{By: byTeam}
	if team := cfg.Team(r.team); team != nil {
		f.Name = team.Name
	}
	return []replay.Facet{f, {By: byOrganization, ID: r.organization}}
}

// splits are the fields of organizations that differing tickets are counted by: the plan, and what the conditions of
// service levels read.
func (s *sweep) splits() (out []*field.Field) {
	names := []string{}
	for _, cfg := range []*Config{s.proposed, s.current} {
		for _, p := range cfg.Policies {
			if p.Match != nil {
				names = append(names, p.Match.Fields()...)
			}
		}
	}
	for _, path := range append([]string{"ticket.organization.attributes.plan"}, names...) {
		name, is := strings.CutPrefix(path, "ticket.organization.attributes.")
		f := s.current.Fields.Named("organization", name)
		if is && f != nil && f.Type == "dropdown" && !slices.Contains(out, f) && len(out) < maxSplits {
			out = append(out, f)
		}
	}
	return out
}

// splitOrganizations counts the differing tickets by fields of their organizations, as they are now.
func (s *sweep) splitOrganizations(ctx context.Context) error {
	fields := s.splits()
	ids := []any{}
	s.tally.Regroup(func(f replay.Facet) (replay.Facet, bool) {
		if f.By == byOrganization && f.ID != 0 {
			ids = append(ids, f.ID)
		}
		return f, false
	})
	if len(fields) == 0 {
		return nil
	}
	values := map[int64]map[string]any{}
	for part := range slices.Chunk(ids, 500) {
		err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			w := (&db.Where{}).In("id", part)
			rows, err := tx.Query(ctx, `SELECT id, attributes FROM organization WHERE `+w.SQL(), w.Args()...)
			_, err = db.Collect(rows, err, func(r db.Scanner) (none struct{}, err error) {
				var id int64
				var text string
				if err = r.Scan(&id, &text); err != nil {
					return none, err
				}
				held, err := field.Decode(text)
				values[id] = s.current.Fields.Show("organization", held, true)
				return none, err
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, f := range fields {
		s.tally.Regroup(func(of replay.Facet) (replay.Facet, bool) {
			value, _ := values[of.ID][f.Name].(string)
			return replay.Facet{By: byOrganization + "." + f.Name, Name: value}, of.By == byOrganization
		})
	}
	return nil
}

// titled names teams, fields' values and organizations as people call them. Names of organizations are added for whom
// may read them, when a report is shown.
func (s *sweep) titled(all []replay.Share) []replay.Share {
	for i, share := range all {
		switch {
		case share.Name == replay.Others || share.By == byOrganization:
		case share.By == byTeam:
			if t := s.current.TeamNamed(share.Name); t != nil {
				all[i].Title = t.Title
			}
		case share.Name != "":
			all[i].Title = s.current.Fields.Named("organization", strings.TrimPrefix(share.By, byOrganization+".")).Words(share.Name)
		}
	}
	return all
}
