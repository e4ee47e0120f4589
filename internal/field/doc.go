// Package field is custom attributes: what a company keeps about its tickets, people and
// organizations beside the built-in fields.
//
// A blueprint of kind field declares one (blueprints.go). A record stores its values in one JSON
// object keyed by the field's blueprint id, so that a rename changes no record (values.go); API,
// rules and events name them (schema.go). A field with indexed: true also has typed rows in
// attr_index, written with the record (index.go); a field that begins to be indexed is filled in
// by a job (backfill.go), and until that is done nothing can be filtered by it.
//
// # Missing, null and empty
//
// A name that is left out of a change stays as it is. null takes the value away, so that it is
// missing. An empty text or list is a value of its own. Records that were written before fields
// were declared may hold values under free names: they stay readable under those names, and when
// a field of the name is declared and the value fits its type, it becomes the field's.
package field
