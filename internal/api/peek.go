package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file/peek"
	"steward/internal/rest"
	"steward/internal/trace"
)

// maxPeeks is how many files are looked into at once on a node.
const maxPeeks = 4

// peekRoutes look into attachments, with the permission to read the file. They run outside any
// transaction: each piece of the file is read in one of its own.
func (s *Server) peekRoutes(a *rest.API, mux *http.ServeMux) {
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger}}
	query := func(name, kind, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: kind}}
	}
	member, offset, line := query("member", huma.TypeString, "A member of an archive, by its name in the list; the file itself when left out."),
		query("offset", huma.TypeInteger, "Where to begin, as an answer said; the beginning when left out."), query("line", huma.TypeInteger, "The number of the line there, as that answer said.")
	a.Document(rest.GET("/files/{id}/members", "Say what a file is, and list the members of an archive"), "application/json", id)
	a.Document(rest.GET("/files/{id}/preview", "Read lines of a text, a log or a member of an archive"), "application/json", id, member, offset, line)
	a.Document(rest.GET("/files/{id}/matches", "Find words in a text, a log or a member of an archive"), "application/json", id, member, offset, line, query("words", huma.TypeString, "What to find, whatever its case: 1 to 200 characters."))
	busy := make(chan struct{}, maxPeeks)
	route := func(name string, look func(peek.Source, asked) (any, error)) {
		mux.HandleFunc("GET "+rest.Prefix+"/files/{id}/"+name, func(w http.ResponseWriter, r *http.Request) {
			select {
			case busy <- struct{}{}:
				defer func() { <-busy }()
			case <-time.After(5 * time.Second):
				rest.Fail(w, &fault.Error{Code: fault.Unavailable, Message: "Several files are being looked into. Try again in a moment.", RetryAfter: 5 * time.Second})
				return
			case <-r.Context().Done():
				return
			}
			out, err := s.peek(r, look)
			if err != nil {
				rest.Fail(w, err)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(out)
		})
	}
	route("members", func(src peek.Source, _ asked) (any, error) { return peek.List(src) })
	route("preview", func(src peek.Source, in asked) (any, error) { return peek.Read(src, in.member, in.from) })
	route("matches", func(src peek.Source, in asked) (any, error) {
		if n := utf8.RuneCountInString(in.words); n < 1 || n > 200 {
			return nil, fault.Field("words", n, "1 to 200 characters", "Say what to find, in 1 to 200 characters.")
		}
		return peek.Find(src, in.member, in.words, in.from)
	})
}

// traceRoute gives out the report of an attached strace log as a page that may do nothing.
func (s *Server) traceRoute(a *rest.API, mux *http.ServeMux) {
	a.Document(rest.GET("/files/{id}/trace", "Open the report of an attached strace log"), "text/html",
		&huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger}})
	mux.HandleFunc("GET "+rest.Prefix+"/files/{id}/trace", func(w http.ResponseWriter, r *http.Request) {
		page, err := s.tracePage(r)
		if err != nil {
			rest.Fail(w, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", trace.Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "private, no-store")
		_ = trace.Unpack(w, page) // the client is gone or sees a short page
	})
}

func (s *Server) tracePage(r *http.Request) (page []byte, err error) {
	by := rest.From(r.Context()).Actor
	if by.PersonID == 0 {
		return nil, by.Denied("read", "file")
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, fault.Missing("file", r.PathValue("id"))
	}
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		page, err = s.Desk.TracePage(ctx, tx, by, id)
		return err
	})
	return page, err
}

// asked is what a look into a file is about.
type asked struct {
	member, words string
	from          peek.Place
}

func (s *Server) peek(r *http.Request, look func(peek.Source, asked) (any, error)) (any, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, fault.Missing("file", r.PathValue("id"))
	}
	q := r.URL.Query()
	in := asked{member: q.Get("member"), words: q.Get("words")}
	for name, to := range map[string]*int64{"offset": &in.from.Offset, "line": &in.from.Line} {
		if *to, err = strconv.ParseInt(cmp.Or(q.Get(name), "0"), 10, 64); err != nil || *to < 0 {
			return nil, fault.Field(name, q.Get(name), "a number, as an answer said", "%q is no place in a file.", q.Get(name))
		}
	}
	for name := range q {
		if name != "member" && name != "words" && name != "offset" && name != "line" {
			return nil, fault.Field(name, nil, "member, offset, line and words", "There is no parameter %q here.", name)
		}
	}
	if len(in.member) > 2000 {
		return nil, fault.Field("member", len(in.member), "at most 500 characters", "No member has such a long name.")
	}
	f, err := s.readableFile(r.Context(), rest.From(r.Context()).Actor, id)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
	defer cancel()
	return look(peek.Source{ReaderAt: s.Files.Reader(ctx, f.Hash, f.Size), Size: f.Size, Name: f.Filename}, in)
}
