// Package web carries the built workspace (React, TypeScript) inside the binary.
// `make build` fills dist; a binary built without it serves a page that says so.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built workspace: index.html and its hashed assets. Before the
// first web build it holds no index.html.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded at compile time
	}
	return sub
}
