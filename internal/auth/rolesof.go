package auth

import (
	"context"

	"steward/internal/db"
)

// RoleIDs are the role blueprints of some people, by person. It checks no permission: whoever shows
// the people has.
func (s *Service) RoleIDs(ctx context.Context, tx db.Tx, people []int64) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	if len(people) == 0 {
		return out, nil
	}
	list := make([]any, len(people))
	for i, id := range people {
		list[i] = id
	}
	w := (&db.Where{}).In("person_id", list)
	rows, err := tx.Query(ctx, `SELECT person_id, role_id FROM person_role WHERE `+w.SQL()+` ORDER BY person_id, role_id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var person, role int64
		if err := rows.Scan(&person, &role); err != nil {
			return nil, err
		}
		out[person] = append(out[person], role)
	}
	return out, rows.Err()
}
