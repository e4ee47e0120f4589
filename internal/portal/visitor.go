package portal

import (
	"context"
	"net/http"

	"steward/internal/db"
	"steward/internal/directory"
)

// visitor is who is signed in; the zero person when nobody is.
func (s *Portal) visitor(r *http.Request) (p directory.Person) {
	c, err := r.Cookie(s.Cookie("").Name)
	if err != nil {
		return p
	}
	by, err := s.Auth.BySession(r.Context(), c.Value)
	if err != nil || by.PersonID == 0 {
		return p
	}
	_ = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		people, err := s.People.Names(ctx, tx, []int64{by.PersonID})
		p = people[by.PersonID]
		return err
	}) // without an answer nobody is signed in
	return p
}
