package lang

import (
	"embed"
	"encoding/json"
	"sync"
)

//go:embed catalogue/de.json
var files embed.FS

// catalogue is what a language says for the messages, read when it is first spoken.
func catalogue(code string) func() map[string][]node {
	return sync.OnceValue(func() map[string][]node {
		out := map[string][]node{}
		var said map[string]string
		b, err := files.ReadFile("catalogue/" + code + ".json")
		if err == nil {
			err = json.Unmarshal(b, &said)
		}
		if err != nil {
			panic("the catalogue of " + code + ": " + err.Error()) // it is part of the program
		}
		for message, text := range said {
			if nodes, err := parse(text); err == nil { // make lint finds what is misspelt
				out[message] = nodes
			}
		}
		return out
	})
}
