// Package docs carries the documentation, so that it is at hand in every workspace, without a network too.
package docs

import "embed"

// Pages are the pages in Markdown.
//
//go:embed *.md
var Pages embed.FS
