package auth

import (
	"context"
	"slices"

	"steward/internal/act"
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

// Holders are people who have one of these roles or, by any role, the right to do something to records of a kind ("" for
// none): at most so many, by id. It checks no permission.
func (s *Service) Holders(ctx context.Context, tx db.Tx, names []string, action, kind string, limit int) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT role_id FROM person_role`)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	var roles []any
	for _, id := range ids {
		name, r, ok := s.roles().Role(id)
		if ok && (slices.Contains(names, name) || act.Actor{Grants: r.Flat()}.May(action, kind)) {
			roles = append(roles, id)
		}
	}
	if len(roles) == 0 {
		return nil, nil
	}
	w := (&db.Where{}).In("role_id", roles)
	rows, err = tx.Query(ctx, `SELECT DISTINCT person_id FROM person_role WHERE `+w.SQL()+` ORDER BY person_id LIMIT `+w.Arg(limit), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
}
