package api

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"

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
	mux.HandleFunc("GET /assets/", func(w http.ResponseWriter, r *http.Request) {
		if _, err := fs.Stat(dist, strings.TrimPrefix(path.Clean(r.URL.Path), "/")); err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
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
		_, _ = w.Write(page)
	})
}
