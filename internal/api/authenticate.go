package api

import (
	"cmp"
	"net/http"
	"strings"

	"steward/internal/act"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/rest"
)

// cookie is the name of the session cookie.
const cookie = "steward_session"

// authenticate finds out who asks. A wrong token is refused at once; no credentials at all
// is fine, and routes say themselves whether they need some.
func (s *Server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		fail, quota := rest.Fail, s.quotas.take
		if s.ofZendesk(r) {
			fail, quota = s.Zendesk.Fail, s.quotas.takeZendesk
		}
		req := rest.Request{IdempotencyKey: r.Header.Get("Idempotency-Key"), Remote: s.remote(r)}
		var err error
		if req.Actor, err = s.whoAsks(r); err != nil {
			fail(w, err)
			return
		}
		if err := quota(w.Header(), req.Actor); err != nil {
			fail(w, err)
			return
		}
		l := cmp.Or(lang.Of(req.Actor.Language), lang.Accepted(r.Header.Get("Accept-Language"), lang.Languages), lang.English)
		if l != lang.English && !s.ofZendesk(r) {
			w.Header().Set("Content-Language", l.Code)
			r = r.WithContext(lang.With(r.Context(), l))
		}
		next.ServeHTTP(w, r.WithContext(rest.With(r.Context(), req)))
	})
}

// whoAsks is who a request's credentials stand for, with their rights as they are now;
// nobody when there are none.
func (s *Server) whoAsks(r *http.Request) (act.Actor, error) {
	nobody := act.Actor{Kind: act.Person, Clock: s.Clock}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.Auth.ByToken(r.Context(), strings.TrimSpace(token))
	}
	if user, secret, ok := r.BasicAuth(); ok && s.ofZendesk(r) {
		return s.Auth.ByBasic(r.Context(), user, secret)
	}
	c, err := r.Cookie(cookie)
	if err != nil {
		return nobody, nil
	}
	by, err := s.Auth.BySession(r.Context(), c.Value)
	if fault.Is(err, fault.SignedOut) { // an old cookie must not stand in the way of signing in
		return nobody, nil
	}
	return by, err
}

// remote is the client's address without its port, as the trusted proxies saw it.
func (s *Server) remote(r *http.Request) string {
	if a := s.Proxies.Client(r); a.IsValid() {
		return a.String()
	}
	return r.RemoteAddr
}
