package portal

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/lang"
	"steward/internal/mail"
)

const (
	mostOffers = 3  // articles that a form offers at once
	maxSeen    = 10 // that are counted as offered with one request
	maxOpened  = 60 // times that a network is counted for opening articles, an hour
)

// offer is an article that may answer what somebody writes.
type offer struct{ Name, Title, Description, Href string }

// articlePage is an article that is read here.
type articlePage struct {
	shell
	Lead  string
	Words template.HTML
}

// readers says which articles somebody may read.
func readers(who directory.Person) func(*desk.Article) bool {
	return func(a *desk.Article) bool { return a.Public() || who.Agent }
}

// offers are the articles that may answer what was typed, as far as the visitor may read them.
func (s *Portal) offers(p *desk.Portal, who directory.Person, in posted) (out []offer) {
	for _, a := range s.DeskSet().Answers(in.Get("subject")+" "+in.Get("text"), readers(who), mostOffers) {
		q := url.Values{"from": {"request"}}
		if p.Name != "" {
			q.Set("portal", p.Name)
		}
		out = append(out, offer{a.Name, a.Title, a.Description, "/portal/articles/" + a.Name + "?" + q.Encode()})
	}
	return out
}

// getArticle shows an article, or leads to where it is read.
func (s *Portal) getArticle(w http.ResponseWriter, r *http.Request) {
	p, who, l := s.portalOf(r), s.visitor(r), lang.In(r.Context())
	a := s.DeskSet().Article(r.PathValue("name"))
	if a == nil || !readers(who)(a) {
		s.render(w, http.StatusNotFound, "say", say{shell: s.around(r, p, l.Word("There is nothing here")), Paragraphs: []string{l.Word("This article is not there any more, or is for colleagues who have signed in.")},
			Link: "/portal/request", LinkText: l.Word("Write to us")})
		return
	}
	if r.URL.Query().Get("from") == "request" && s.limits.allow(maxOpened, "article:"+s.network(r)) {
		err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error { return s.Desk.OpenArticle(ctx, tx, a) })
		if err != nil {
			slog.Warn("an opened article was not counted", "error", err) // who reads it need not care
		}
	}
	if a.Spec.URL != "" {
		http.Redirect(w, r, a.Spec.URL, http.StatusSeeOther)
		return
	}
	html, _ := mail.FromMarkdown(a.Spec.Text)
	v := articlePage{shell: s.around(r, p, a.Title), Lead: a.Description, Words: template.HTML(html)} // sanitised by FromMarkdown
	v.Home = "/portal/request"
	s.render(w, http.StatusOK, "article", v)
}

// articlesSeen are the articles that a form has offered.
func (s *Portal) articlesSeen(who directory.Person, in posted) (out []*desk.Article) {
	cfg, may := s.DeskSet(), readers(who)
	for _, name := range in.Values["seen"] {
		if a := cfg.Article(name); a != nil && may(a) && len(out) < maxSeen && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}
