package search

import (
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
)

// stemmers cut words down to what their forms share, a language after the other: those that Steward speaks.
var stemmers = []func(*snowballstem.Env) bool{english.Stem, german.Stem}

// Stems are what the forms of a word share, in each language: "resetting" and "reset" have one in common, and so do "Rechnung" and "Rechnungen".
// The word is one of Split. The first is that of English, the next that of German; words are the same when one of them is,
// at the same place.
func Stems(word string) (out [2]string) {
	for i, stem := range stemmers {
		env := snowballstem.NewEnv(word)
		stem(env)
		out[i] = env.Current()
	}
	return out
}
