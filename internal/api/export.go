package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
	"steward/internal/sheet"
	"steward/internal/success"
)

func (s *Server) exportRoute(a *rest.API, mux *http.ServeMux) {
	text := func(name, in, doc string) *huma.Param {
		return &huma.Param{Name: name, In: in, Required: in == "path", Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	a.Document(rest.GET("/indicators/{name}/export", "Get a table of an indicator as a file"), "application/octet-stream", text("name", "path", ""), text("what", "query", "series, breakdown or records; the other parameters are those of that question."),
		text("format", "query", "csv or xlsx."))
	mux.HandleFunc("GET "+rest.Prefix+"/indicators/{name}/export", s.getIndicatorExport)
	a.Document(rest.GET("/indicators/export", "Get a table of several indicators as a file"), "application/octet-stream", text("what", "query", "summary: every indicator with the figure of its own period; steps: those of names, for one question."),
		text("names", "query", "Of steps: indicators with commas between them, in their order; from, to, filter, zone, as_of and known are those of a series."), text("format", "query", "csv or xlsx."))
	mux.HandleFunc("GET "+rest.Prefix+"/indicators/export", s.getIndicatorExport)
	a.Document(rest.GET("/accounts/export", "Get a table about accounts as a file"), "application/octet-stream", text("table", "query", strings.Join(success.ExportTables, ", ")+". The other parameters are those of the list that the table is of."),
		text("format", "query", "csv or xlsx."))
	mux.HandleFunc("GET "+rest.Prefix+"/accounts/export", s.getAccountExport)
	a.Document(rest.GET("/runs/{id}/history/export", "Get what happened to a run as a file"), "application/octet-stream", text("id", "path", ""), text("format", "query", "csv or xlsx."))
	mux.HandleFunc("GET "+rest.Prefix+"/runs/{id}/history/export", s.getRunExport)
	a.Document(rest.GET("/configuration/replays/{id}/export", "Get the records of one group that a replay found as a file"), "application/octet-stream", text("id", "path", ""),
		text("part", "query", "The group, by its part in the report."), text("format", "query", "csv or xlsx."))
	mux.HandleFunc("GET "+rest.Prefix+"/configuration/replays/{id}/export", s.getReplayExport)
}

// sendTable sends a table as a file. What fails on the way leaves a short file: the client sees it.
func sendTable(w http.ResponseWriter, format, title string, write func(io.Writer) error) {
	h := w.Header()
	h.Set("Content-Type", sheet.ContentType(format))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(title) + "." + format}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	_ = write(w)
}

// maxExported is how many rows one file holds.
const maxExported = 250_000

// getAccountExport sends a table about accounts as a file, read page by page.
func (s *Server) getAccountExport(w http.ResponseWriter, r *http.Request) {
	by, q, format, err := exportAsked(r)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	ask, err := success.NewExportAsk(q.Get)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	s.sendPages(w, r, format, func(ctx context.Context, tx db.Tx, cursor string) (tablePage, error) {
		page, err := s.Success.Export(ctx, tx, by, ask, cursor)
		return tablePage(page), err
	})
}

// tablePage is a page of a table that is sent as a file.
type tablePage struct {
	Title   string
	Columns []sheet.Column
	Rows    [][]any
	Next    string // "" after the last
}

// sendPages sends a table as a file, read page by page.
func (s *Server) sendPages(w http.ResponseWriter, r *http.Request, format string, next func(ctx context.Context, tx db.Tx, cursor string) (tablePage, error)) {
	var page tablePage
	read := func(cursor string) error {
		return s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			page, err = next(ctx, tx, cursor)
			return err
		})
	}
	if err := read(""); err != nil {
		rest.Fail(w, err)
		return
	}
	n, sent := 0, 0
	rows := func() ([]any, error) {
		for n == len(page.Rows) && page.Next != "" {
			if err := read(page.Next); err != nil {
				return nil, err
			}
			n = 0
		}
		if n == len(page.Rows) || sent == maxExported {
			return nil, nil
		}
		n, sent = n+1, sent+1
		return page.Rows[n-1], nil
	}
	sendTable(w, format, page.Title, func(out io.Writer) error { return sheet.Write(out, format, page.Title, page.Columns, rows) })
}

// exportQuery are the parameters of an export, and its format.
func exportQuery(r *http.Request) (q url.Values, format string, err error) {
	q = r.URL.Query()
	for k, v := range q {
		if len(v) != 1 || len(v[0]) > maxParameter {
			return nil, "", fault.Field(k, nil, fmt.Sprintf("one value of at most %d bytes", maxParameter), "The parameter %s is given %d times, or is too long.", k, len(v))
		}
	}
	if format = q.Get("format"); !slices.Contains(sheet.Formats, format) {
		return nil, "", fault.Field("format", format, "csv or xlsx", "There is no format %q.", format)
	}
	return q, format, nil
}

// exportAsked is who asks for a file, and what the address says of it.
func exportAsked(r *http.Request) (by act.Actor, q url.Values, format string, err error) {
	if by = rest.From(r.Context()).Actor; by.PersonID == 0 {
		return by, nil, "", fault.New(fault.SignedOut, "Sign in, or send a token: Authorization: Bearer TOKEN.")
	}
	q, format, err = exportQuery(r)
	return by, q, format, err
}

// getIndicatorExport sends a table of an indicator, or of several, as a file. It takes the parameters of the series,
// the breakdown or the records that the table is of.
func (s *Server) getIndicatorExport(w http.ResponseWriter, r *http.Request) {
	req := rest.From(r.Context())
	if req.Actor.PersonID == 0 {
		rest.Fail(w, fault.New(fault.SignedOut, "Sign in, or send a token: Authorization: Bearer TOKEN."))
		return
	}
	name, write, err := s.exported(r, req)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	sendTable(w, r.URL.Query().Get("format"), name, write)
}

// maxParameter is how long a parameter of an export may be, in bytes: a filter, as for the figures.
const maxParameter = 2000

func (s *Server) exported(r *http.Request, req rest.Request) (title string, write func(io.Writer) error, err error) {
	q, format, err := exportQuery(r)
	if err != nil {
		return "", nil, err
	}
	ask, err := Period{Name: r.PathValue("name"), From: q.Get("from"), To: q.Get("to"), Filter: q.Get("filter"), Zone: q.Get("zone"), AsOf: q.Get("as_of"), Known: q.Get("known")}.ask()
	if err != nil {
		return "", nil, err
	}
	ask.Every, ask.Group, ask.Compare = q.Get("every"), q.Get("group"), q.Get("compare")
	if by := q.Get("by"); by != "" {
		ask.Group = by
		if key := q.Get("key"); q.Has("key") {
			ask.Key = &key
		}
	}
	err = s.DB.Snapshot(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		switch what := q.Get("what"); {
		case ask.Name != "":
			title, write, err = s.Boards.Export(ctx, tx, req.Actor, ask, what, q.Get("part"), format)
		case what == "steps":
			title, write, err = s.Boards.ExportSteps(ctx, tx, req.Actor, strings.FieldsFunc(q.Get("names"), func(r rune) bool { return r == ',' }), ask, format)
		case what == "summary":
			title, write, err = s.Boards.ExportSummaries(ctx, tx, req.Actor, format)
		default:
			err = fault.Field("what", what, "summary or steps", "There is no table %q.", what)
		}
		return err
	})
	return title, write, err
}

// fileName is a title as the name of a file.
func fileName(title string) string {
	name := strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r > 127) }), "-")
	if name == "" {
		return "table"
	}
	return name
}
