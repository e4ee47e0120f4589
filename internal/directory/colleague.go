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
