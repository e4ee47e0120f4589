package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// Answers in JSON, styles and scripts travel compressed to who takes that. Below packFrom bytes a packet holds them anyway; packLevel is where
// more work hardly makes them smaller.
const (
	packFrom  = 1024
	packLevel = 3
)

var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, packLevel) // the level is one that there is
	return z
}}

// packing compresses what packable says. Anything else passes as it is: event streams, files, and what is packed already.
func packing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		p := &packer{ResponseWriter: w, takes: takesGzip(r)}
		next.ServeHTTP(p, r)
		p.finish() // after a panic the answer is left without its end, so that nobody takes it for whole
	})
}

// packable reports whether answers of a type are compressed: JSON, and the styles and scripts of the public pages. Pages are
// not: they hold signed links beside what a stranger typed, and their length would tell of both.
func packable(kind string) bool {
	return kind == "application/json" || strings.HasSuffix(kind, "+json") || kind == "text/css" || kind == "text/javascript"
}

// takesGzip reports whether a client takes gzip.
func takesGzip(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(line, ",") {
			name, more, _ := strings.Cut(part, ";")
			if name = strings.ToLower(strings.TrimSpace(name)); name != "gzip" && name != "*" {
				continue
			}
			weight, is := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(more), " ", ""), "q=")
			if n, err := strconv.ParseFloat(weight, 64); !is || err == nil && n > 0 {
				return true
			}
		}
	}
	return false
}

// packer holds an answer back until it is known whether it is worth compressing.
type packer struct {
	http.ResponseWriter
	takes  bool
	status int          // what the handler said; 0 before it did
	open   bool         // it may yet be compressed
	held   []byte       // what waits
	z      *gzip.Writer // once it is compressed
}

// WriteHeader implements http.ResponseWriter.
func (p *packer) WriteHeader(status int) {
	if p.status != 0 || status < 200 { // early hints pass
		p.ResponseWriter.WriteHeader(status)
		return
	}
	p.status = status
	h := p.Header()
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if !packable(kind) || h.Get("Content-Encoding") != "" || h.Get("Accept-Ranges") != "" {
		p.ResponseWriter.WriteHeader(status)
		return
	}
	h.Add("Vary", "Accept-Encoding")
	if p.open = p.takes && status != http.StatusNoContent && status != http.StatusNotModified; !p.open {
		p.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (p *packer) Write(b []byte) (int, error) {
	if p.status == 0 {
		p.WriteHeader(http.StatusOK)
	}
	switch {
	case p.z != nil:
		return p.z.Write(b)
	case !p.open:
		return p.ResponseWriter.Write(b)
	case len(p.held)+len(b) < packFrom:
		p.held = append(p.held, b...)
		return len(b), nil
	}
	h := p.Header()
	h.Del("Content-Length")
	h.Set("Content-Encoding", "gzip")
	p.ResponseWriter.WriteHeader(p.status)
	p.z = packers.Get().(*gzip.Writer)
	p.z.Reset(p.ResponseWriter)
	if _, err := p.z.Write(p.held); err != nil {
		return 0, err
	}
	return p.z.Write(b)
}

// finish sends what waits.
func (p *packer) finish() {
	switch {
	case p.z != nil:
		_ = p.z.Close() // a client that is gone
		packers.Put(p.z)
	case p.open:
		p.ResponseWriter.WriteHeader(p.status)
		_, _ = p.ResponseWriter.Write(p.held)
	}
}

// FlushError implements what http.ResponseController asks for: what was written so far leaves now.
func (p *packer) FlushError() error {
	switch {
	case p.z != nil:
		if err := p.z.Flush(); err != nil {
			return err
		}
	case p.open: // who cannot wait is not compressed
		p.ResponseWriter.WriteHeader(p.status)
		_, err := p.ResponseWriter.Write(p.held)
		if p.open, p.held = false, nil; err != nil {
			return err
		}
	}
	return http.NewResponseController(p.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (p *packer) Unwrap() http.ResponseWriter { return p.ResponseWriter }
