package directory

import (
	"regexp"
	"slices"
	"strings"
)

// handle is a colleague or a team named in a text: @ and the part of their address before its own @, or the team's name.
var handle = regexp.MustCompile(`(?:^|[\s(\[,;:])@([\p{L}\p{N}][\p{L}\p{N}._-]*)`)

// MaxHandles is how many colleagues and teams one text can name.
const MaxHandles = 20

// Handles are the colleagues and teams that a text names with an @, in lower case, each once and up to 20.
func Handles(text string) (words []string) {
	for _, found := range handle.FindAllStringSubmatch(text, -1) {
		word := strings.ToLower(strings.TrimRight(found[1], "._-"))
		if len(words) < MaxHandles && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}
