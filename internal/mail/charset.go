package mail

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/cention-sany/utf7"
	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// lookupCharset finds an encoding by the name a mail gave it; nil when nobody knows it.
func lookupCharset(name string) encoding.Encoding {
	name = strings.ToLower(strings.Trim(name, " \t\"'"))
	for _, prefix := range []string{"charset=", "iso=", "x-"} { // salvage charset="charset=utf-8"
		if rest, ok := strings.CutPrefix(name, prefix); ok && prefix != "x-" {
			name = rest
		}
	}
	switch name {
	case "utf-7", "utf7", "unicode-1-1-utf-7":
		return utf7.UTF7
	case "hz-gb-2312":
		return simplifiedchinese.HZGB2312
	case "cp-850", "cp850", "ibm850":
		return charmap.CodePage850
	case "iso", "default", "default_charset", "binary", "8bit":
		return charmap.Windows1252
	}
	if e, err := htmlindex.Get(name); err == nil && e != encoding.Replacement {
		return e
	}
	if e, err := ianaindex.MIME.Encoding(name); err == nil && e != nil {
		return e
	}
	for _, prefix := range []string{"cp-", "cp", "x-cp", "ansi-", "windows", "win-"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if e, err := htmlindex.Get("windows-" + strings.TrimLeft(rest, "-_")); err == nil {
				return e
			}
		}
	}
	return nil
}

// isUTF8 reports whether the charset's name means UTF-8.
func isUTF8(name string) bool {
	return strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "utf8")
}

// charsetToUTF8 converts data from the charset a mail declared. Declarations lie: text
// that is well-formed UTF-8 is taken as that when the declared charset is a single-byte
// one (chance text of that shape is next to impossible), and text that is not what it
// claims to be is looked at for what it might be.
func charsetToUTF8(data []byte, name string) string {
	out, _ := textToUTF8(data, name, false)
	return out
}

// textToUTF8 is charsetToUTF8 for bodies: it also reads the charset an HTML text declares
// in itself, and says what was wrong.
func textToUTF8(data []byte, name string, isHTML bool) (text, problem string) {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		data, name = data[3:], "utf-8"
	}
	if isASCII(data) && !stateful(data, name) {
		return string(data), ""
	}
	if low := strings.ToLower(name); strings.Contains(low, "ascii") || low == "ansi_x3.4-1968" {
		name = "" // ASCII with the eighth bit set: the declaration says nothing
	}
	valid := isCleanUTF8(data)
	enc := encoding.Encoding(nil)
	if name != "" && !isUTF8(name) {
		if enc = lookupCharset(name); enc == nil {
			problem = "The character set " + clip(name, 40) + " is unknown."
		}
	}
	if (enc == nil || singleByte(enc)) && bytes.Contains(data, []byte("\x1b$")) {
		enc, valid = lookupCharset("iso-2022-jp"), false
	}
	if valid && (enc == nil || singleByte(enc)) {
		if enc != nil {
			problem = "The text is UTF-8 although it is declared as " + clip(name, 40) + "."
		}
		return string(data), problem
	}
	if enc == nil {
		if isUTF8(name) {
			problem = "The text is declared as UTF-8 but is not."
		}
		if isHTML && !isUTF8(name) {
			if e, found, sure := charset.DetermineEncoding(data, ""); sure || (found != "windows-1252" && found != "utf-8") {
				enc = e
			}
		}
		if enc == nil {
			if isUTF8(name) && mostlyUTF8(data) {
				return strings.ToValidUTF8(string(data), "\uFFFD"), problem
			}
			enc = detectCharset(data, isHTML)
		}
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil || (valid && bytes.Contains(out, []byte("\uFFFD"))) {
		return strings.ToValidUTF8(string(data), "\uFFFD"), "The text is not in the character set it declares."
	}
	return strings.TrimPrefix(strings.ToValidUTF8(string(out), "\uFFFD"), "\uFEFF"), problem
}

// stateful reports whether ASCII bytes may still stand for other characters: ISO-2022
// with its escapes (declared or not), UTF-7, HZ, and the two-byte encodings.
func stateful(data []byte, name string) bool {
	name = strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "iso-2022"), strings.HasPrefix(name, "hz"), strings.Contains(name, "utf-16"), strings.Contains(name, "utf-32"):
		return true
	case strings.Contains(name, "utf-7"), name == "utf7":
		return bytes.IndexByte(data, '+') >= 0
	}
	return bytes.Contains(data, []byte("\x1b$"))
}

// isCleanUTF8 reports whether data is UTF-8 without the control characters U+0080 to
// U+009F, which nobody writes and other charsets look like.
func isCleanUTF8(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	for rest := data; ; {
		i := bytes.IndexByte(rest, 0xc2)
		if i < 0 || i+1 >= len(rest) {
			return true
		}
		if rest[i+1] < 0xa0 {
			return false
		}
		rest = rest[i+1:]
	}
}

func singleByte(e encoding.Encoding) bool {
	_, ok := e.(*charmap.Charmap)
	return ok
}

// mostlyUTF8 reports whether data is UTF-8 with a few broken places rather than
// something else.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		data = data[n:]
	}
	return good > 2*bad
}

// detectCharset guesses what 8-bit text without a usable declaration is in.
func detectCharset(data []byte, isHTML bool) encoding.Encoding {
	d := chardet.NewTextDetector()
	if isHTML {
		d = chardet.NewHtmlDetector()
	}
	if r, err := d.DetectBest(data[:min(len(data), 32<<10)]); err == nil && r.Confidence >= 30 && len(data) >= 20 {
		if e := lookupCharset(r.Charset); e != nil {
			return e
		}
	}
	return charmap.Windows1252
}

// rawToUTF8 reads header bytes that should have been encoded and were not.
func rawToUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return charsetToUTF8([]byte(s), "")
}

func isASCII(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clip shortens s to n bytes at a character's edge.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
