// Package help makes the documentation readable in the workspace: its pages as HTML (page.go) and their sections, found by
// words (find.go). It is read once, out of the program itself, and asks no database.
package help
