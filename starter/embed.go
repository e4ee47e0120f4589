// Package starter carries blueprints a company can begin with: the minimal set that init
// applies, and the starter kit with service levels, a survey and an indicator.
package starter

import (
	"embed"
	"io/fs"
)

//go:embed minimal kit
var files embed.FS

// Minimal is what init applies: roles, a team, a calendar, a brand and views.
func Minimal() fs.FS { return folder("minimal") }

// Kit is the starter kit, applied after Minimal.
func Kit() fs.FS { return folder("kit") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the folders are embedded at compile time
	}
	return sub
}
