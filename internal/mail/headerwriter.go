package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
)

// headerWriter writes header fields, folded at 76 columns where there is a space.
type headerWriter struct{ out bytes.Buffer }

// line writes a value that is ASCII already.
func (h *headerWriter) line(name, value string) {
	h.out.WriteString(name)
	h.out.WriteByte(':')
	column := len(name) + 1
	for i, word := range strings.Fields(value) {
		if i > 0 && column+1+len(word) > 76 {
			h.out.WriteString("\r\n")
			column = 0
		}
		h.out.WriteByte(' ')
		h.out.WriteString(word)
		column += 1 + len(word)
	}
	h.out.WriteString("\r\n")
}

// text writes free text, as encoded words when it is not plain, has words too long to fold
// or looks like an encoded word itself.
func (h *headerWriter) text(name, value string) { h.line(name, encodeText(value)) }

func encodeText(s string) string {
	plain := !strings.Contains(s, "=?") && s == strings.Join(strings.Fields(s), " ")
	for _, w := range strings.Fields(s) {
		plain = plain && len(w) <= 70
	}
	if plain && isASCII([]byte(s)) {
		return s
	}
	return forceEncode(s)
}

// forceEncode writes s as encoded words whatever is in it; mime's encoder leaves ASCII
// alone.
func forceEncode(s string) string {
	if !isASCII([]byte(s)) {
		return mime.BEncoding.Encode("utf-8", s)
	}
	var words []string
	for len(s) > 0 {
		n := min(len(s), 42)
		words = append(words, "=?utf-8?b?"+b64(s[:n])+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}

// addresses writes an address list; nothing when it is empty.
func (h *headerWriter) addresses(name string, list []Address) {
	if len(list) == 0 {
		return
	}
	entries := make([]string, 0, len(list))
	for _, a := range list {
		entries = append(entries, formatAddress(a))
	}
	h.line(name, strings.Join(entries, ", "))
}

// formatAddress writes one mailbox: an atom phrase, a quoted string, or encoded words.
func formatAddress(a Address) string {
	wire, _ := WireAddress(a.Email)
	name := strings.Join(strings.Fields(a.Name), " ")
	switch encoded := encodeText(name); {
	case name == "":
		return wire
	case encoded != name:
		return encoded + " <" + wire + ">"
	case only(name, " -_!#$%&'*+/=?^`{|}~"):
		return name + " <" + wire + ">"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `" <` + wire + ">"
}

// ids writes message ids in their angle brackets; nothing when there is none.
func (h *headerWriter) ids(name string, ids ...string) {
	var words []string
	for _, id := range ids {
		if id != "" {
			words = append(words, "<"+id+">")
		}
	}
	if len(words) > 0 {
		h.line(name, strings.Join(words, " "))
	}
}

// param writes a parameter: quoted when it is short ASCII, else in RFC 2231 pieces.
func param(name, value string) string {
	if isASCII([]byte(value)) && len(value) <= 60 && !strings.ContainsAny(value, `"\`) {
		// Spaces inside would be folded and lost count of by careless readers; few do.
		if !strings.Contains(value, "  ") {
			return "; " + name + `="` + value + `"`
		}
	}
	var enc strings.Builder
	var pieces []string
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c < 0x80 && (only(string(rune(c)), "") || c == '.' || c == '-' || c == '_') {
			enc.WriteByte(c)
		} else {
			fmt.Fprintf(&enc, "%%%02X", c)
		}
		if enc.Len() > 50 {
			pieces = append(pieces, enc.String())
			enc.Reset()
		}
	}
	if enc.Len() > 0 {
		pieces = append(pieces, enc.String())
	}
	if len(pieces) == 1 {
		return "; " + name + "*=utf-8''" + pieces[0]
	}
	var b strings.Builder
	for i, p := range pieces {
		charset := ""
		if i == 0 {
			charset = "utf-8''"
		}
		fmt.Fprintf(&b, "; %s*%d*=%s%s", name, i, charset, p)
	}
	return b.String()
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
