package rest

import (
	"encoding/json"

	"steward/internal/fault"
)

// maxNesting is how deep a body may nest: ours nest less than ten levels, and what is stored
// of one is read again and again by programs that follow it down.
const maxNesting = 64

// unmarshal reads a body.
func unmarshal(b []byte, v any) error {
	depth, text := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '[' || c == '{':
			if depth++; depth > maxNesting {
				return fault.New(fault.Malformed, "the body nests deeper than %d levels", maxNesting)
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return json.Unmarshal(b, v)
}
