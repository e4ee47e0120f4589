package portal

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
)

// portalCookie carries the secret of a session of the public pages; browsers send it to nothing else.
const portalCookie = "steward_portal"

// guest is whose session a request belongs to: of the public pages, or else of the workspace.
type guest struct {
	by     act.Actor // the zero actor is nobody
	portal bool
}

type guestKey struct{}

// arrive finds out who sends a request, once for all that asks later.
func (s *Portal) arrive(r *http.Request) *http.Request {
	var g guest
	if c, err := r.Cookie(portalCookie); err == nil {
		if by, err := s.Auth.ByPortalSession(r.Context(), c.Value); err == nil {
			g = guest{by, true}
		}
	}
	if c, err := r.Cookie(s.Cookie("").Name); err == nil && !g.portal {
		if by, err := s.Auth.BySession(r.Context(), c.Value); err == nil {
			g.by = by
		}
	}
	return r.WithContext(context.WithValue(r.Context(), guestKey{}, g))
}

func guestOf(r *http.Request) guest {
	g, _ := r.Context().Value(guestKey{}).(guest)
	return g
}

// signedIn is whose session a request belongs to; nobody when it has none that lasts.
func (s *Portal) signedIn(r *http.Request) act.Actor { return guestOf(r).by }

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

// asker is who is signed in with the rights that a portal gives them: their own requests, those that are shared with them, and their
// organization's where the portal or a role says so.
func (s *Portal) asker(ctx context.Context, tx db.Tx, r *http.Request, p *desk.Portal) (act.Actor, error) {
	by := auth.Visitor(s.signedIn(r))
	if by.PersonID == 0 || by.OrganizationID == 0 {
		return by, nil
	}
	may, err := false, error(nil)
	switch cmp.Or(p.Spec.Organization, "nobody") {
	case "everyone":
		may = true
	case "contacts":
		may, err = s.Entitle.Listed(ctx, tx, by.OrganizationID, by.PersonID)
	case "editors":
		may, err = s.Entitle.Edits(ctx, tx, by.OrganizationID, by.PersonID)
	}
	if may {
		by.Grants = append(slices.Clone(by.Grants), act.Grant{Action: "read", Kind: "ticket", Scope: act.Organization}, act.Grant{Action: "write", Kind: "ticket", Scope: act.Organization})
	}
	return by, err
}

// organizationsOf are the organizations whose requests somebody may see, their own first.
func organizationsOf(by act.Actor) (out []int64) {
	reach := auth.Scope(by, "read", "ticket")
	if by.OrganizationID != 0 && reach.Has(act.Organization) {
		out = append(out, by.OrganizationID)
	}
	for _, o := range by.Shared {
		if !slices.Contains(out, o.OrganizationID) {
			out = append(out, o.OrganizationID)
		}
	}
	return out
}
