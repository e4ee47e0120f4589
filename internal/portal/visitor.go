package portal

import (
	"context"
	"net/http"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// signedIn is whose session a request belongs to; nobody when it has none that lasts.
func (s *Portal) signedIn(r *http.Request) act.Actor {
	c, err := r.Cookie(s.Cookie("").Name)
	if err != nil {
		return act.Actor{}
	}
	by, err := s.Auth.BySession(r.Context(), c.Value)
	if err != nil {
		return act.Actor{}
	}
	return by
}

// visitor is who is signed in; the zero person when nobody is.
func (s *Portal) visitor(r *http.Request) (p directory.Person) {
	by := s.signedIn(r)
	if by.PersonID == 0 {
		return p
	}
	_ = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		people, err := s.People.Names(ctx, tx, []int64{by.PersonID})
		p = people[by.PersonID]
		return err
	}) // without an answer nobody is signed in
	return p
}
