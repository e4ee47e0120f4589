package directory

import (
	"context"

	"steward/internal/db"
)

// Colleague finds an agent by address, for rules that name one. ok is false when nobody has
// the address, or a customer does. The caller decides who may ask.
func (s *Service) Colleague(ctx context.Context, tx db.Tx, email string) (p Person, ok bool, err error) {
	email, err = CleanEmail("email", email)
	if err != nil {
		return Person{}, false, nil // such an address is nobody's
	}
	found, err := byIdentity(ctx, tx, email)
	if err != nil || found == nil || !found.Agent {
		return Person{}, false, err
	}
	return *found, true, nil
}

// ColleaguesNamed finds agents by the part of their address before the @, in lower case. It checks no
// permission.
func (s *Service) ColleaguesNamed(ctx context.Context, tx db.Tx, words []string) ([]Person, error) {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	w := (&db.Where{}).And("p.agent = TRUE").And("p.deleted_at IS NULL").And("p.alias_of IS NULL")
	local := "substr(p.email, 1, instr(p.email, '@') - 1)"
	if tx.Engine() == db.Postgres {
		local = "split_part(p.email, '@', 1)"
	}
	w.In(local, list)
	rows, err := tx.Query(ctx, `SELECT `+personFields+` FROM person p WHERE `+w.SQL()+` ORDER BY p.id LIMIT 50`, w.Args()...)
	return db.Collect(rows, err, scanPerson)
}
