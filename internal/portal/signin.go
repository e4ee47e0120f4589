package portal

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/lang"
)

// signInPage asks for the address that the link is mailed to.
type signInPage struct {
	shell
	Action, Email, Wrong, Notice string
}

// within is a path of these pages with the portal that a request names, if it names one.
func within(r *http.Request, path string) string {
	if name := r.URL.Query().Get("portal"); name != "" {
		path += "?portal=" + url.QueryEscape(name)
	}
	return path
}

func (s *Portal) signInPage(r *http.Request) signInPage {
	v := signInPage{shell: s.around(r, s.portalOf(r), lang.In(r.Context()).Word("Your requests")), Action: within(r, "/portal/signin")}
	v.Home = "/portal/request"
	return v
}

// getSignIn asks who is there; whoever is signed in goes on.
func (s *Portal) getSignIn(w http.ResponseWriter, r *http.Request) {
	if s.signedIn(r).PersonID != 0 {
		http.Redirect(w, r, within(r, "/portal/requests"), http.StatusSeeOther)
		return
	}
	v := s.signInPage(r)
	if r.URL.Query().Get("sent") != "" {
		v.Notice = v.Language.Word("If we know this address, a mail with the link is on its way. Look into the spam folder, too.")
	}
	s.render(w, http.StatusOK, "signin", v)
}

// postSignIn mails the link. It says the same for every address.
func (s *Portal) postSignIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	p := s.portalOf(r)
	if err := r.ParseForm(); err != nil {
		s.refuse(w, r, p, fault.New(fault.TooLarge, "That is longer than this page takes."))
		return
	}
	typed := strings.TrimSpace(r.PostForm.Get("email"))
	again := func(status int, wrong string) {
		v := s.signInPage(r)
		v.Email, v.Wrong = typed, v.Language.Word(wrong)
		s.render(w, status, "signin", v)
	}
	email, err := directory.CleanEmail("email", typed)
	if err != nil {
		again(http.StatusUnprocessableEntity, wrongAddress)
		return
	}
	if !s.limits.allow(linksPerNetwork, "signinnet:"+s.network(r)) || !s.limits.allow(linksPerHour, "signin:"+email) {
		w.Header().Set("Retry-After", "600")
		again(http.StatusTooManyRequests, manyLinks)
		return
	}
	err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		who, known, err := s.People.ByEmail(ctx, tx, email)
		if err != nil || !known || !who.Suspended.IsZero() {
			return err
		}
		token, err := s.Auth.PortalLink(ctx, tx, s.Signer, who.ID)
		if err != nil || token == "" {
			return err
		}
		return s.Desk.MailSignIn(ctx, tx, p, who, email, token)
	})
	if err != nil {
		s.refuse(w, r, p, err)
		return
	}
	http.Redirect(w, r, sentTo(r, "/portal/signin"), http.StatusSeeOther)
}

// getSignInLink shows a button, because mail programs and scanners open links too.
func (s *Portal) getSignInLink(w http.ResponseWriter, r *http.Request) {
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		return s.Auth.PortalLinkWorks(ctx, tx, s.Signer, r.PathValue("token"))
	})
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	l := lang.In(r.Context())
	s.render(w, http.StatusOK, "say", say{shell: s.around(r, s.portalOf(r), l.Word("See your requests")), Action: within(r, r.URL.Path), Button: l.Word("Sign in"),
		Paragraphs: []string{l.Word("You stay signed in on this device for 30 days, or until you sign out.")}})
}

// postSignInLink signs in and uses the link up.
func (s *Portal) postSignInLink(w http.ResponseWriter, r *http.Request) {
	var secret string
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		secret, err = s.Auth.TakePortalLink(ctx, tx, s.Signer, r.PathValue("token"), r.UserAgent())
		return err
	})
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	http.SetCookie(w, s.ofPortal(secret))
	http.Redirect(w, r, within(r, "/portal/requests"), http.StatusSeeOther)
}

// ofPortal is the cookie of a session of the public pages; the API and the workspace never get to see it.
func (s *Portal) ofPortal(secret string) *http.Cookie {
	c := s.Cookie(secret)
	c.Name, c.Path, c.MaxAge = portalCookie, "/portal/", int(auth.PortalSessionFor.Seconds())
	return c
}

// refuseLink says that a link does not work and leads to where one asks for another.
func (s *Portal) refuseLink(w http.ResponseWriter, r *http.Request, err error) {
	f, title := told(r, err)
	s.render(w, f.Code.Status(), "say", say{shell: s.around(r, s.portalOf(r), title), Paragraphs: []string{f.Message}, Link: within(r, "/portal/signin"), LinkText: lang.In(r.Context()).Word("Get another link")})
}

// postSignOut ends the session of the public pages that asks.
func (s *Portal) postSignOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(portalCookie); err == nil {
		if err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error { return s.Auth.CloseSession(ctx, tx, c.Value) }); err != nil {
			s.refuse(w, r, s.portalOf(r), err)
			return
		}
	}
	gone := s.ofPortal("")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	l := lang.In(r.Context())
	r = r.WithContext(context.WithValue(r.Context(), guestKey{}, guest{}))
	s.render(w, http.StatusOK, "say", say{shell: s.around(r, s.portalOf(r), l.Word("You are signed out")), Paragraphs: []string{l.Word("Nobody who uses this device sees your requests now.")},
		Link: within(r, "/portal/signin"), LinkText: l.Word("Sign in again")})
}
