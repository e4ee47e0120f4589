// Package lang says the server's own words in a person's language.
//
// Sources say plain English: a format and its values, as for fmt. The format is the message: a
// catalogue holds what another language says instead, and what it lacks stays English. A surface
// that knows who reads puts their language into the context; whatever is told to them is said with
// In(ctx). What is stored, logged, mailed or read by machines is English, because no language is
// in the context there.
//
// The catalogues lie beside this package. `go run ./internal/lang/words extract` writes them anew from
// the sources, `check` fails where they are not as the sources are.
package lang
