package directory

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Team is the spec of kind team: a group of colleagues that tickets can be given to.
// Its members are kept in the directory, not in the text.
type Team struct {
	Email string `yaml:"email" doc:"Address that reaches the whole team." format:"email"`
}

// Members returns the people of each team, by team id.
func (s *Service) Members(ctx context.Context, tx db.Tx, teamIDs []int64) (map[int64][]Person, error) {
	out := map[int64][]Person{}
	var want []any
	for _, id := range teamIDs {
		want = append(want, id)
	}
	w := (&db.Where{}).In("m.team_id", want)
	rows, err := tx.Query(ctx, `SELECT m.team_id, `+personFields+` FROM team_member m JOIN person p ON p.id = m.person_id
		WHERE `+w.SQL()+` AND p.deleted_at IS NULL AND p.alias_of IS NULL ORDER BY p.name_fold, p.id LIMIT 5000`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var team int64
		p, err := scanPerson(withFirst{rows, &team})
		if err != nil {
			return nil, err
		}
		out[team] = append(out[team], p)
	}
	return out, rows.Err()
}

// withFirst scans one more column before those of a person.
type withFirst struct {
	row   db.Scanner
	first any
}

func (w withFirst) Scan(dst ...any) error { return w.row.Scan(append([]any{w.first}, dst...)...) }

// TeamsOf returns the ids of the teams somebody is in.
func (s *Service) TeamsOf(ctx context.Context, tx db.Tx, personID int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT team_id FROM team_member WHERE person_id = $1 ORDER BY team_id`, personID)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// TeamVersions returns the version of each team's membership; each change makes it one more.
func (s *Service) TeamVersions(ctx context.Context, tx db.Tx, teamIDs []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	var want []any
	for _, id := range teamIDs {
		out[id], want = 1, append(want, id)
	}
	w := (&db.Where{}).In("team_id", want)
	rows, err := tx.Query(ctx, `SELECT team_id, version FROM team_version WHERE `+w.SQL(), w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var id, v int64
		err = r.Scan(&id, &v)
		out[id] = v
		return struct{}{}, err
	})
	return out, err
}

// ReplaceMembers sets the members as SetMembers does, if the membership still has the version
// that the change was made against.
func (s *Service) ReplaceMembers(ctx context.Context, tx db.Tx, by act.Actor, teamID, version int64, ids []int64) error {
	if err := by.Require("write", "team"); err != nil {
		return err
	}
	// Making the row, or changing nothing in it, locks it: of two at once the second sees what the first did.
	var now int64
	err := tx.QueryRow(ctx, `INSERT INTO team_version (team_id, version) VALUES ($1, 1) ON CONFLICT (team_id) DO UPDATE SET version = team_version.version RETURNING version`, teamID).Scan(&now)
	if err != nil {
		return err
	}
	if now != version {
		return fault.Stale("This team", nil)
	}
	return s.SetMembers(ctx, tx, by, teamID, ids)
}

// SetMembers makes these people the members of a team. Whoever may write teams may; all must be agents.
func (s *Service) SetMembers(ctx context.Context, tx db.Tx, by act.Actor, teamID int64, ids []int64) error {
	if err := by.Require("write", "team"); err != nil {
		return err
	}
	if len(ids) > 1000 {
		return fault.Field("person_ids", len(ids), "at most 1,000 people", "This team is too large.")
	}
	people, err := s.Names(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !people[id].Agent {
			return fault.Field("person_ids", id, "ids of agents", "Person %d is not an agent.", id)
		}
	}
	before, err := s.Members(ctx, tx, []int64{teamID})
	if err != nil {
		return err
	}
	added, removed := []int64{}, []int64{}
	for _, p := range before[teamID] {
		if !slices.Contains(ids, p.ID) {
			removed = append(removed, p.ID)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(before[teamID], func(p Person) bool { return p.ID == id }) && !slices.Contains(added, id) {
			added = append(added, id)
		}
	}
	for _, id := range removed {
		if _, err := tx.Exec(ctx, `DELETE FROM team_member WHERE team_id = $1 AND person_id = $2`, teamID, id); err != nil {
			return err
		}
	}
	for _, id := range added {
		if _, err := tx.Exec(ctx, `INSERT INTO team_member (team_id, person_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, teamID, id, db.Micros(by.Now())); err != nil {
			return err
		}
	}
	if len(added)+len(removed) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO team_version (team_id, version) VALUES ($1, 2) ON CONFLICT (team_id) DO UPDATE SET version = team_version.version + 1`, teamID); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TeamChanged, Subject: ledger.Ref{Kind: "team", ID: teamID},
		Data: map[string]any{"added": added, "removed": removed}})
	return err
}
