package api

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/playbook"
	"steward/internal/rest"
)

func (s *Server) fileRoutes(a *rest.API, mux *http.ServeMux) {
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger}}
	a.Document(rest.POST("/files", "Upload a file, as multipart/form-data in a field named file"), "application/json")
	a.Document(rest.GET("/files/{id}", "Download a file"), "application/octet-stream", id)
	a.Document(rest.GET("/files/{id}/inline", "Show a picture that belongs inside a message"), "image/*", id)
	word := func(name string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	a.Document(rest.POST("/runs/{id}/steps/{step}/files/{question}", "Upload a file that answers a question of a step, as multipart/form-data in a field named file"), "application/json", id, word("step"), word("question"))
	mux.HandleFunc("POST "+rest.Prefix+"/runs/{id}/steps/{step}/files/{question}", s.postStepFile)
	mux.HandleFunc("POST "+rest.Prefix+"/files", s.postFile)
	mux.HandleFunc("GET "+rest.Prefix+"/files/{id}", s.getFile)
	mux.HandleFunc("GET "+rest.Prefix+"/files/{id}/inline", s.getFile)
}

// postFile takes one file as multipart form data. It belongs to its uploader until a
// message takes it up.
func (s *Server) postFile(w http.ResponseWriter, r *http.Request) {
	f, err := s.upload(w, r)
	sent(w, f, err)
}

// sent answers an upload.
func sent(w http.ResponseWriter, f file.File, err error) {
	if err != nil {
		rest.Fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{"id": f.ID, "filename": f.Filename, "content_type": f.ContentType, "size": f.Size})
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) (file.File, error) {
	by := rest.From(r.Context()).Actor
	if by.PersonID == 0 {
		return file.File{}, by.Denied("write", "file")
	}
	if err := by.Require("write", "ticket"); err != nil { // files are uploaded to be put on tickets
		return file.File{}, err
	}
	return s.receive(w, r, by, func(context.Context, db.Tx, file.File) error { return nil })
}

// postStepFile takes a file that is to answer a question of a step.
func (s *Server) postStepFile(w http.ResponseWriter, r *http.Request) {
	f, err := s.stepUpload(w, r)
	sent(w, f, err)
}

func (s *Server) stepUpload(w http.ResponseWriter, r *http.Request) (file.File, error) {
	by := rest.From(r.Context()).Actor
	if by.PersonID == 0 {
		return file.File{}, by.Denied("edit", playbook.Kind)
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return file.File{}, fault.Missing("run", r.PathValue("id"))
	}
	to := playbook.FileFor{Run: id, Step: r.PathValue("step"), Question: r.PathValue("question")}
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error { return s.Playbooks.TakesFile(ctx, tx, by, to) })
	if err != nil {
		return file.File{}, err
	}
	return s.receive(w, r, by, func(ctx context.Context, tx db.Tx, f file.File) error { return s.Playbooks.AddFile(ctx, tx, by, to, f) })
}

// receive stores the file of a form as an upload; also is done in the same transaction.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, by act.Actor, also func(context.Context, db.Tx, file.File) error) (file.File, error) {
	tooLarge := fault.New(fault.TooLarge, "This file is larger than %s, the most one file may have.", file.Bytes(s.Files.Max()))
	if r.ContentLength > s.Files.Max()+1<<20 {
		return file.File{}, tooLarge
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.Files.Max()+1<<20) // room for the form around it
	parts, err := r.MultipartReader()
	if err != nil {
		return file.File{}, fault.New(fault.Malformed, "Send the file as multipart/form-data in a field named file.")
	}
	for {
		p, err := parts.NextPart()
		if err != nil {
			return file.File{}, fault.New(fault.Malformed, "The form holds no field named file, or did not arrive whole.")
		}
		if p.FormName() != "file" {
			continue
		}
		blob, err := s.Files.Put(r.Context(), p, by.Now())
		if err != nil {
			return file.File{}, err
		}
		var f file.File
		err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			if f, err = s.Desk.Upload(ctx, tx, by, blob, p.FileName()); err != nil {
				return err
			}
			return also(ctx, tx, f)
		})
		return f, err
	}
}

// inlineTypes are shown inside messages: pictures that carry no script.
var inlineTypes = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// getFile sends a file as a download, never as a page of ours. A picture that belongs
// inside a message may be shown there.
func (s *Server) getFile(w http.ResponseWriter, r *http.Request) {
	by := rest.From(r.Context()).Actor
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		rest.Fail(w, fault.Missing("file", r.PathValue("id")))
		return
	}
	f, err := s.readableFile(r.Context(), by, id)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	h := w.Header()
	disposition := "attachment"
	base, _, _ := strings.Cut(f.ContentType, ";")
	if strings.HasSuffix(r.URL.Path, "/inline") && f.Inline && inlineTypes[base] {
		disposition = "inline"
		h.Set("Content-Type", base)
	} else {
		h.Set("Content-Type", "application/octet-stream")
	}
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Filename}))
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	_ = s.Files.Copy(r.Context(), w, f.Hash) // the client is gone or sees a short file
}

func (s *Server) readableFile(ctx context.Context, by act.Actor, id int64) (f desk.CommentFile, err error) {
	if by.PersonID == 0 {
		return f, by.Denied("read", "file")
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if f, err = s.Desk.FileOf(ctx, tx, by, id); !fault.Is(err, fault.NotFound) {
			return err
		}
		if f.File, err = s.Programs.FileOf(ctx, tx, by, id); !fault.Is(err, fault.NotFound) {
			return err
		}
		if f.File, err = s.Success.FileOf(ctx, tx, by, id); !fault.Is(err, fault.NotFound) {
			return err
		}
		f.File, err = s.Playbooks.FileOf(ctx, tx, by, id)
		return err
	})
	return f, err
}
