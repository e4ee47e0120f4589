package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding. It returns what could be decoded and
// what was wrong with it, if anything.
func decodeTransfer(data []byte, encoding string) (out []byte, problem string) {
	encoding, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(encoding)), ";")
	switch strings.Trim(encoding, `" `) {
	case "", "7bit", "8bit", "binary":
		return data, ""
	case "quoted-printable":
		return decodeQuoted(data), ""
	case "base64":
		out := make([]byte, base64.StdEncoding.DecodedLen(len(data)))
		n, err := base64.StdEncoding.Decode(out, data)
		if err == nil {
			return out[:n], ""
		}
		return decodeBase64(data), "Base64 content is damaged or cut short."
	case "x-uuencode", "uuencode", "x-uue", "uue":
		return decodeUU(data), ""
	}
	return data, "The transfer encoding is unknown; the content is kept as it came."
}

// base64Value maps a byte to its six bits; 64 marks padding, 255 anything else. The URL
// alphabet is accepted too.
var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'], t['='] = 62, 63, 64
	return t
}()

// decodeBase64 decodes whatever can be: foreign bytes are skipped, padding may stand in
// the middle (blocks glued together) and the end may be missing.
func decodeBase64(data []byte) []byte {
	out := make([]byte, 0, len(data)/4*3+3)
	var acc uint32
	n := 0
	flush := func() {
		switch n {
		case 2:
			out = append(out, byte(acc>>4))
		case 3:
			out = append(out, byte(acc>>10), byte(acc>>2))
		}
		acc, n = 0, 0
	}
	for _, c := range data {
		v := base64Value[c]
		if v == 64 {
			flush()
			continue
		}
		if v == 255 {
			continue
		}
		acc = acc<<6 | uint32(v)
		if n++; n == 4 {
			out = append(out, byte(acc>>16), byte(acc>>8), byte(acc))
			acc, n = 0, 0
		}
	}
	flush()
	return out
}

// decodeQuoted decodes quoted-printable. An equals sign that starts neither a pair of hex
// digits nor a soft line break is kept.
func decodeQuoted(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		i := bytes.IndexByte(data, '\n')
		line, eol := data, []byte(nil)
		if i >= 0 {
			line, eol, data = data[:i], data[i:i+1], data[i+1:]
			if k := len(line); k > 0 && line[k-1] == '\r' {
				line, eol = line[:k-1], []byte("\r\n")
			}
		} else {
			data = nil
		}
		line = bytes.TrimRight(line, " \t\r") // transports add white space at line ends
		if k := len(line); k > 0 && line[k-1] == '=' {
			out = unquote(out, line[:k-1], false)
			continue
		}
		out = append(unquote(out, line, false), eol...)
	}
	return out
}

// decodeQ decodes the Q encoding of a header word, where an underscore is a space.
func decodeQ(s string) []byte { return unquote(nil, []byte(s), true) }

func unquote(out, s []byte, underscore bool) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '=' && i+2 < len(s) && hexValue(s[i+1]) < 16 && hexValue(s[i+2]) < 16:
			out = append(out, hexValue(s[i+1])<<4|hexValue(s[i+2]))
			i += 2
		case c == '_' && underscore:
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return out
}

// hexValue is the value of a hex digit, 255 for anything else.
func hexValue(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// decodeUU decodes a uuencoded body.
func decodeUU(data []byte) []byte {
	out := make([]byte, 0, len(data)/4*3)
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 || bytes.HasPrefix(line, []byte("begin ")) {
			continue
		}
		if bytes.Equal(line, []byte("end")) {
			break
		}
		n := int(line[0]-' ') & 63
		start := len(out)
		for s := line[1:]; len(s) > 0 && len(out)-start < n; {
			var g [4]byte
			k := copy(g[:], s)
			s = s[k:]
			for j := range g {
				g[j] = (g[j] - ' ') & 63
			}
			for ; k < 4; k++ {
				g[k] = 0
			}
			out = append(out, g[0]<<2|g[1]>>4, g[1]<<4|g[2]>>2, g[2]<<6|g[3])
		}
		if len(out)-start > n {
			out = out[:start+n]
		}
	}
	return out
}
