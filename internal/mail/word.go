package mail

import "strings"

// decodeWords decodes RFC 2047 encoded words, as they are found in the wild: also inside
// quotes, next to other text, with spaces inside, and with one character cut in two by
// neighbouring words of the same charset.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return rawToUTF8(s)
	}
	var out strings.Builder
	var pending []byte // bytes of neighbouring words in one charset, not yet converted
	charset := ""
	flush := func() {
		if len(pending) > 0 {
			out.WriteString(charsetToUTF8(pending, charset))
			pending = pending[:0]
		}
	}
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, ok := cutWord(s[i:])
		if !ok {
			flush()
			out.WriteString(rawToUTF8(s[:i+2]))
			s = s[i+2:]
			continue
		}
		// White space between two encoded words is not text.
		if len(pending) == 0 || strings.Trim(s[:i], " \t\r\n") != "" {
			flush()
			out.WriteString(rawToUTF8(s[:i]))
		}
		if !strings.EqualFold(w.charset, charset) {
			flush()
			charset = w.charset
		}
		pending = append(pending, w.data...)
		s = s[i+w.length:]
		if len(w.data) == 0 {
			flush()
		}
	}
	flush()
	out.WriteString(rawToUTF8(s))
	return out.String()
}

// word is one encoded word: its charset, its decoded bytes and its length in the source.
type word struct {
	charset string
	data    []byte
	length  int
}

// cutWord reads the encoded word at the start of s.
func cutWord(s string) (word, bool) {
	rest := s[2:]
	i := strings.IndexByte(rest, '?')
	if i <= 0 || i > 60 || i+2 >= len(rest) || rest[i+2] != '?' {
		return word{}, false
	}
	charset, _, _ := strings.Cut(rest[:i], "*") // RFC 2231 adds a language after a star
	kind := rest[i+1] | 0x20
	text := rest[i+3:]
	end := strings.Index(text, "?=")
	if end < 0 {
		return word{}, false
	}
	length := 2 + i + 3 + end + 2
	switch kind {
	case 'q':
		return word{strings.TrimSpace(charset), decodeQ(text[:end]), length}, true
	case 'b':
		return word{strings.TrimSpace(charset), decodeBase64([]byte(text[:end])), length}, true
	}
	return word{}, false
}
