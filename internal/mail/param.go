package mail

import (
	"sort"
	"strconv"
	"strings"
)

// parseParams reads "value; name=value; …" as Content-Type and Content-Disposition have
// it, with RFC 2231 continuations and charsets, and with the usual mistakes: no quotes
// around spaces, a missing closing quote, parameters twice (the first counts), encoded
// words where none belong. Value and names come back in lower case.
func parseParams(s string) (value string, params map[string]string) {
	s = rawToUTF8(s)
	if len(s) > 32<<10 {
		s = clip(s, 32<<10)
	}
	value, rest, _ := strings.Cut(s, ";")
	value = strings.ToLower(strings.TrimSpace(value))
	if i := strings.IndexAny(value, " \t("); i > 0 { // a comment or rubbish after the value
		value = value[:i]
	}
	params = map[string]string{}
	var pieces []piece
	for rest != "" {
		var name, val string
		name, val, rest = cutParam(rest)
		if name == "" {
			continue
		}
		base, tail, starred := strings.Cut(name, "*")
		if !starred {
			if _, twice := params[name]; !twice {
				params[name] = val
			}
			continue
		}
		number, encoded := strings.CutSuffix(tail, "*")
		if tail == "" {
			encoded = true
		}
		n, err := strconv.Atoi(number)
		if number == "" {
			n, err = 0, nil
		}
		if err == nil && len(pieces) < 500 {
			pieces = append(pieces, piece{base, n, encoded, val})
		}
	}
	joinPieces(pieces, params)
	return value, params
}

// piece is one part of a parameter that RFC 2231 lets writers split.
type piece struct {
	name    string
	n       int
	encoded bool
	value   string
}

// joinPieces puts split parameters together; they win over the plain form of the same name.
func joinPieces(pieces []piece, params map[string]string) {
	sort.SliceStable(pieces, func(i, j int) bool {
		if pieces[i].name != pieces[j].name {
			return pieces[i].name < pieces[j].name
		}
		return pieces[i].n < pieces[j].n
	})
	for i := 0; i < len(pieces); {
		name, charset := pieces[i].name, ""
		var data []byte
		for first := i; i < len(pieces) && pieces[i].name == name; i++ {
			v := pieces[i].value
			if i == first && pieces[i].encoded {
				if cs, rest, ok := strings.Cut(v, "'"); ok {
					if _, text, ok := strings.Cut(rest, "'"); ok {
						charset, v = cs, text
					}
				}
			}
			if pieces[i].encoded {
				data = append(data, percentDecode(v)...)
			} else {
				data = append(data, v...)
			}
		}
		if len(data) > 0 {
			params[name] = charsetToUTF8(data, charset)
		}
	}
}

// cutParam takes one "name=value" off the front of s.
func cutParam(s string) (name, value, rest string) {
	s = strings.TrimLeft(s, " \t;")
	i := strings.IndexAny(s, "=;")
	if i < 0 {
		return "", "", ""
	}
	if s[i] == ';' {
		return "", "", s[i+1:]
	}
	name = strings.ToLower(strings.TrimSpace(s[:i]))
	s = strings.TrimLeft(s[i+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ";")
		return name, strings.TrimSpace(value), rest
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case c == '"':
			_, rest, _ = strings.Cut(s[i+1:], ";")
			return name, b.String(), rest
		default:
			b.WriteByte(c)
		}
	}
	// No closing quote: the value ends where the next parameter would begin.
	value, rest, _ = strings.Cut(s[1:], ";")
	return name, strings.TrimSpace(value), rest
}

func percentDecode(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hexValue(s[i+1]) < 16 && hexValue(s[i+2]) < 16 {
			out = append(out, hexValue(s[i+1])<<4|hexValue(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}
