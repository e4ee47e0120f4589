package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"steward/internal/fault"
	"steward/internal/rest"
	"steward/web"
)

func unknownRoute(r *http.Request) error {
	return fault.New(fault.NotFound, "There is nothing at %s %s. The list of what there is: /api/v1/openapi.json.", r.Method, r.URL.Path)
}

// workspace serves the built web application: its hashed assets for ever, index.html for
// every page of it.
func workspace(mux *http.ServeMux) {
	dist := web.Dist()
	files := http.FileServerFS(dist)
	small := &packed{files: map[string][]byte{}}
	mux.HandleFunc("GET /assets/", func(w http.ResponseWriter, r *http.Request) {
		if _, err := fs.Stat(dist, strings.TrimPrefix(path.Clean(r.URL.Path), "/")); err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		if packed := small.get(dist, strings.TrimPrefix(path.Clean(r.URL.Path), "/")); packed != nil {
			w.Header().Set("Vary", "Accept-Encoding")
			if takesGzip(r) {
				w.Header().Set("Content-Encoding", "gzip")
				w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.URL.Path)))
				_, _ = w.Write(packed)
				return
			}
		}
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			rest.Fail(w, unknownRoute(r))
			return
		}
		if name := strings.TrimPrefix(path.Clean(r.URL.Path), "/"); name != "" && path.Ext(name) != "" {
			if info, err := fs.Stat(dist, name); err == nil && !info.IsDir() {
				w.Header().Set("Cache-Control", "public, max-age=3600")
				files.ServeHTTP(w, r)
				return
			}
		}
		page, err := fs.ReadFile(dist, "index.html")
		if errors.Is(err, fs.ErrNotExist) {
			page = []byte("<!doctype html><html lang=en><meta charset=utf-8><title>Steward</title><p>This program was built without the workspace. Run <code>make build</code>.</p>")
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Vary", "Accept-Encoding")
		if packed := small.get(dist, "index.html"); packed != nil && takesGzip(r) {
			w.Header().Set("Content-Encoding", "gzip")
			page = packed
		}
		_, _ = w.Write(page)
	})
}

// packed keeps the scripts, styles and first page of the workspace compressed, each packed once.
type packed struct {
	mu    sync.Mutex
	files map[string][]byte
}

// get returns one of them compressed; nil for anything else.
func (p *packed) get(dist fs.FS, name string) []byte {
	if ext := path.Ext(name); ext != ".js" && ext != ".css" && ext != ".html" {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, ok := p.files[name]; ok {
		return b
	}
	raw, err := fs.ReadFile(dist, name)
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(raw) // a buffer takes everything
	_ = z.Close()
	p.files[name] = b.Bytes()
	return b.Bytes()
}
