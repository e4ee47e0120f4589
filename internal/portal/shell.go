package portal

import (
	"bytes"
	_ "embed"
	"log/slog"
	"net/http"

	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/lang"
)

//go:embed front.css
var frontCSS []byte

//go:embed front.js
var frontScript []byte

// shell is what every page has around its content.
type shell struct {
	frame
	Title  string
	Home   string // of new requests, "" for no link
	Mine   string // of one's own requests
	List   bool   // whether organizations list their contacts, so that there is a page of them
	Script bool
	Nav    []choice // links on top
}

// say is a page of words, with one button or link at most.
type say struct {
	shell
	Paragraphs     []string
	Action, Button string
	Link, LinkText string
}

// frontRoutes are the request form, a request's own page and large uploads.
func (s *Portal) frontRoutes(mux *http.ServeMux) {
	asset := func(path, kind string, body []byte) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Cache-Control", "public, max-age=3600")
			_, _ = w.Write(body)
		})
	}
	asset("/portal/front.css", "text/css; charset=utf-8", frontCSS)
	asset("/portal/front.js", "text/javascript; charset=utf-8", frontScript)
	mux.HandleFunc("GET /portal/accent/{color}", s.getAccent)
	mux.HandleFunc("GET /portal/logo/{name}", s.getLogo)
	mux.Handle("GET /portal/{$}", http.RedirectHandler("/portal/request", http.StatusSeeOther)) // what a customer types
	mux.HandleFunc("GET /portal/request", s.getForms)
	mux.HandleFunc("GET /portal/request/{form}", s.getRequest)
	mux.HandleFunc("POST /portal/request/{form}", s.postRequest)
	mux.HandleFunc("GET /portal/articles/{name}", s.getArticle)
	mux.HandleFunc("GET /portal/sent/{token}", s.getSent)
	mux.HandleFunc("GET /portal/confirm/{token}", s.getConfirm)
	mux.HandleFunc("POST /portal/confirm/{token}", s.postConfirm)
	mux.HandleFunc("GET /portal/signin", s.getSignIn)
	mux.HandleFunc("POST /portal/signin", s.postSignIn)
	mux.HandleFunc("GET /portal/signin/{token}", s.getSignInLink)
	mux.HandleFunc("POST /portal/signin/{token}", s.postSignInLink)
	mux.HandleFunc("POST /portal/signout", s.postSignOut)
	mux.HandleFunc("GET /portal/requests", s.getRequests)
	mux.HandleFunc("GET /portal/requests/{token}", s.getTicket)
	mux.HandleFunc("POST /portal/requests/{token}", s.postTicket)
	mux.HandleFunc("GET /portal/requests/{token}/files/{id}", s.getTicketFile)
	mux.HandleFunc("GET /portal/contacts", s.getContacts)
	mux.HandleFunc("POST /portal/contacts", s.postContacts)
	mux.HandleFunc("POST /portal/contacts/link", s.postContactLink)
	mux.Handle("GET /portal/contacts/link", http.RedirectHandler("/portal/contacts", http.StatusSeeOther))
	mux.HandleFunc("GET /portal/contacts/{token}", s.getContacts)
	mux.HandleFunc("POST /portal/contacts/{token}", s.postContacts)
	mux.HandleFunc("GET /portal/upload/{token}", s.getUpload)
	mux.HandleFunc("POST /portal/upload/{token}", s.postUpload)
	mux.HandleFunc("POST /portal/upload/{token}/files", s.postUploadFile)
	mux.HandleFunc("GET /portal/upload/{token}/files/{id}", s.getUploadFile)
	mux.HandleFunc("PUT /portal/upload/{token}/files/{id}", s.putUploadFile)
}

// around is the frame of a portal's pages.
func (s *Portal) around(r *http.Request, p *desk.Portal, title string) shell {
	frame := s.frameOf(r)
	s.wear(&frame, p)
	return shell{frame: frame, Title: title, Mine: within(r, "/portal/requests"), List: s.DeskSet().Entitle.KeepsLists()}
}

// render shows a page. Nothing of it is kept anywhere, and no other site learns its address.
func (s *Portal) render(w http.ResponseWriter, status int, name string, v framed) {
	var b bytes.Buffer
	if err := pagesIn(v.spoken()).ExecuteTemplate(&b, name, v); err != nil {
		slog.Error("a public page cannot be shown", "page", name, "error", err)
		http.Error(w, v.spoken().Word(broken), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin") // as in show
	h.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// refuse shows an error as a page of the portal.
func (s *Portal) refuse(w http.ResponseWriter, r *http.Request, p *desk.Portal, err error) {
	f, title := told(r, err)
	s.render(w, f.Code.Status(), "say", say{shell: s.around(r, p, title), Paragraphs: []string{f.Message}})
}

// told is an error as a visitor reads it, with a title.
func told(r *http.Request, err error) (f *fault.Error, title string) {
	if f = fault.As(err); f == nil {
		slog.Error("a public page failed", "error", err)
		f = &fault.Error{Code: fault.Internal, Message: broken}
	}
	l := lang.In(r.Context())
	if title = l.Word("That did not work"); f.Code == fault.NotFound {
		title = l.Word("There is nothing here")
	}
	return f.In(l), title
}

// portalOf is the portal whose pages a request means.
func (s *Portal) portalOf(r *http.Request) *desk.Portal {
	return s.DeskSet().Portal(r.URL.Query().Get("portal"), r.Host)
}
