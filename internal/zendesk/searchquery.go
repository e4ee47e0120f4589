package zendesk

import (
	"strings"
	"unicode"
)

// A search is words, "phrases", and properties with values: status<solved assignee:me -tags:vip.

// asked is one property of a query with what it is compared with.
type asked struct {
	name  string // in small letters
	op    string // :, <, <=, >, >=
	value string
	not   bool
}

// query is a query taken apart.
type query struct {
	words []asked // without a name; value is a word or phrase, with * at its end for a beginning
	props []asked
}

const (
	maxQuery = 2000 // bytes
	maxParts = 60
)

// parseQuery takes a query apart.
func parseQuery(text string) (q query, err error) {
	if len(text) > maxQuery {
		return q, badRequest("invalid", "A query may have up to 2,000 bytes.")
	}
	for n := 0; ; n++ {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return q, nil
		}
		if n >= maxParts {
			return q, badRequest("invalid", "A query may have up to 60 parts.")
		}
		var a asked
		if len(text) > 1 && text[0] == '-' && text[1] != ' ' {
			a.not, text = true, text[1:]
		}
		if name, op, rest := property(text); name != "" {
			a.name, a.op = strings.ToLower(name), op
			a.value, text = value(rest)
			q.props = append(q.props, a)
			continue
		}
		a.value, text = value(text)
		q.words = append(q.words, a)
	}
}

// property is the name and comparison that a text begins with; no name where it begins with a word.
func property(text string) (name, op, rest string) {
	i := 0
	for i < len(text) && (text[i] == '_' || text[i] == '.' || text[i] >= '0' && text[i] <= '9' || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z') {
		i++
	}
	if i == 0 || i >= len(text) {
		return "", "", ""
	}
	for _, op := range []string{":<=", ":>=", ":<", ":>", "<=", ">=", "<", ">", ":"} {
		if rest, ok := strings.CutPrefix(text[i:], op); ok && !strings.HasPrefix(rest, "//") {
			if len(op) > 1 {
				op = strings.TrimPrefix(op, ":")
			}
			return text[:i], op, rest
		}
	}
	return "", "", ""
}

// value is the word or the text in quotes that a text begins with.
func value(text string) (v, rest string) {
	if after, ok := strings.CutPrefix(text, `"`); ok {
		v, rest, _ = strings.Cut(after, `"`)
		return v, rest
	}
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}
