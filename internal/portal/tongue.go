package portal

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"steward/internal/desk"
	"steward/internal/file"
	"steward/internal/lang"
)

//go:embed *.html
var pageFiles embed.FS

// keptLanguage is the cookie that keeps the language a visitor chose.
const keptLanguage = "steward_language"

// frame is what a page knows of its language and looks.
type frame struct {
	Language *lang.Language
	Tongues  []tongue // those to choose among; none where there is one
	Brand    string   // the name on top
	Mark     string   // its first letter
	Accent   string   // the style sheet of the brand's colour, "" for none
	Logo     *logo    // nil for none
}

// tongue is a language to choose.
type tongue struct {
	Name, Tag, Href string
	Now             bool
}

func (f frame) spoken() *lang.Language { return f.Language }

// framed is a page in a language.
type framed interface{ spoken() *lang.Language }

// offered are the languages of a portal's pages. Trials are for those who build or show Steward: they are listed in the
// demonstration alone.
func (s *Portal) offered(p *desk.Portal) (out []*lang.Language) {
	for _, code := range p.Spec.Languages {
		if l := lang.Of(code); l != nil {
			out = append(out, l)
		}
	}
	for _, l := range lang.Languages {
		if len(p.Spec.Languages) == 0 || l.Trial {
			out = append(out, l)
		}
	}
	return out
}

// speaking finds out which language a visitor reads, and keeps the one they choose with ?lang=.
func (s *Portal) speaking(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		offered := s.offered(s.portalOf(r))
		if q := r.URL.Query(); q.Has("lang") && r.Method == http.MethodGet {
			if l := lang.Of(q.Get("lang")); slices.Contains(offered, l) {
				http.SetCookie(w, &http.Cookie{Name: keptLanguage, Value: l.Code, Path: "/portal/", MaxAge: int((365 * 24 * time.Hour).Seconds()), HttpOnly: true, Secure: s.Cookie("").Secure, SameSite: http.SameSiteLaxMode})
			}
			http.Redirect(w, r, address(r, ""), http.StatusSeeOther)
			return
		}
		r = s.arrive(r)
		l := s.languageOf(r, offered)
		w.Header().Set("Content-Language", l.Code)
		next.ServeHTTP(w, r.WithContext(lang.With(r.Context(), l)))
	})
}

// languageOf is the language a visitor chose here, or in the workspace; else one that their browser asks for; else the portal's first.
func (s *Portal) languageOf(r *http.Request, offered []*lang.Language) *lang.Language {
	if c, err := r.Cookie(keptLanguage); err == nil {
		if l := lang.Of(c.Value); slices.Contains(offered, l) {
			return l
		}
	}
	if l := lang.Of(s.signedIn(r).Language); slices.Contains(offered, l) {
		return l
	}
	if l := lang.Accepted(r.Header.Get("Accept-Language"), offered); l != nil {
		return l
	}
	return offered[0]
}

// address is the page that a request is for, in a language; "" for the one that is kept.
func address(r *http.Request, code string) string {
	q := r.URL.Query()
	q.Del("lang")
	if code != "" {
		q.Set("lang", code)
	}
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

func (s *Portal) frameOf(r *http.Request) frame {
	f := frame{Language: lang.In(r.Context())}
	s.wear(&f, s.portalOf(r))
	for _, l := range s.offered(s.portalOf(r)) {
		if !l.Trial || s.Demo {
			f.Tongues = append(f.Tongues, tongue{l.Name, l.Tag, address(r, l.Code), l == f.Language})
		}
	}
	if len(f.Tongues) == 1 {
		f.Tongues = nil
	}
	return f
}

// parsed are the templates by the code of their language: each is read once.
var parsed sync.Map

// pagesIn are the templates in a language.
func pagesIn(l *lang.Language) *template.Template {
	if t, ok := parsed.Load(l.Code); ok {
		return t.(*template.Template)
	}
	t := template.New("").Funcs(template.FuncMap{
		"wrong": func(id, text string) map[string]string { return map[string]string{"ID": id, "Text": text} },
		"say":   func(text string) string { return l.Word(text) },
		"stamp": func(at time.Time) string { return l.Time(at, "2 January 2006, 15:04 UTC") },
	})
	files, _ := pageFiles.ReadDir(".") // they are part of the program
	for _, f := range files {
		source, _ := pageFiles.ReadFile(f.Name())
		template.Must(t.New(f.Name()).Parse(l.Page(string(source))))
	}
	parsed.Store(l.Code, t)
	return t
}

// size says how large something is.
func size(l *lang.Language, bytes int64) string { return l.Decimal(file.Bytes(bytes)) }
