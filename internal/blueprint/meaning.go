package blueprint

import (
	"maps"
	"slices"

	"steward/internal/rule"
)

// Meaning is what an expression of a document asks, in plain words.
type Meaning struct {
	Field string   `json:"field" doc:"Where it stands: match, fields[2].when."`
	Says  []string `json:"says" nullable:"false" doc:"One sentence for each part; all of them must hold."`
}

// Meanings says what the expressions of the documents ask, in the reader's language, in their order and by field. What does not
// compile is left out: its findings say why. Whoever may read blueprints may.
func (r *Registry) Meanings(docs []Document, v rule.Voice) []Meaning {
	out := []Meaning{}
	for i := range docs {
		if docs[i].Removed {
			continue
		}
		rules := newDecoder(r, &docs[i]).decode().rules
		for _, path := range slices.Sorted(maps.Keys(rules)) {
			out = append(out, Meaning{path, rules[path].Says(v)})
		}
	}
	return out
}
