package mail

import (
	"net/url"
	"strings"
)

// maxURL is the longest address kept.
const maxURL = 8192

// cleanURL removes what a browser removes before it reads an address: control characters
// and white space around it, tabs and line breaks anywhere.
func cleanURL(v string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r <= ' ' && r != ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\uFEFF' || r == '\u200B' {
			return -1
		}
		return r
	}, v))
}

// urlScheme is the scheme of a cleaned address in lower case, "" when it has none.
func urlScheme(u string) string {
	for i := 0; i < len(u) && i < 32; i++ {
		switch c := u[i]; {
		case c == ':':
			return strings.ToLower(u[:i])
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9' && i > 0, i > 0 && strings.IndexByte("+-.", c) >= 0:
		default:
			return ""
		}
	}
	return ""
}

// linkURL returns the address a link may lead to; relative ones would lead into Steward.
func linkURL(v string) (string, bool) {
	u := cleanURL(v)
	if strings.HasPrefix(u, "//") {
		u = "https:" + u
	}
	switch urlScheme(u) {
	case "http", "https", "mailto", "tel":
		u = strings.ReplaceAll(u, " ", "%20")
		return u, len(u) <= maxURL
	}
	return "", false
}

// isRasterData accepts small embedded pictures of kinds that cannot carry script.
func isRasterData(u string) bool {
	if len(u) > 256<<10 {
		return false
	}
	head, data, ok := strings.Cut(u[len("data:"):], ",")
	if !ok {
		return false
	}
	switch strings.ToLower(strings.ReplaceAll(head, " ", "")) {
	case "image/png;base64", "image/jpeg;base64", "image/jpg;base64", "image/gif;base64", "image/webp;base64":
		return only(data, "+/= ")
	}
	return false
}

// unescapePath undoes percent escapes where they are well formed.
func unescapePath(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
