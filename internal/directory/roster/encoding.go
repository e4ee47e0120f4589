package roster

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"steward/internal/fault"
)

// Encodings are those a file may have; without a word it must be UTF-8, or begin with the
// mark of UTF-8 or UTF-16.
var Encodings = []string{"utf-8", "utf-16", "windows-1252", "latin1"}

// checkEncoding reads a whole file and refuses it when it is not in the encoding said (""
// finds out). It returns the exact one: utf-8, utf-16le, utf-16be, windows-1252 or latin1.
func checkEncoding(r io.Reader, said string) (string, error) {
	c := &checker{r: bufio.NewReaderSize(r, 64<<10), line: 1}
	mark, err := c.r.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	found := marked(mark)
	said = strings.ToLower(said)
	switch {
	case said == "" && found == "":
		said = "utf-8"
	case said == "" || said == "utf-16" && strings.HasPrefix(found, "utf-16"):
		said = found
	case said == "utf-16" && found == "":
		if said = "utf-16le"; len(mark) > 0 && mark[0] == 0 {
			said = "utf-16be"
		}
	case found != "" && said != found:
		return "", fault.Field("encoding", said, found, "The file begins with the mark of %s, so it is not %s.", found, said)
	}
	switch said {
	case "utf-8":
		err = c.utf8()
	case "utf-16le", "utf-16be":
		err = c.utf16(said == "utf-16be")
	case "windows-1252", "latin1":
		err = c.single(said)
	default:
		return "", fault.Field("encoding", said, strings.Join(Encodings, ", "), "%q is not an encoding known here.", said)
	}
	return said, err
}

// marked is the encoding whose mark stands at the beginning of a file.
func marked(b []byte) string {
	switch {
	case strings.HasPrefix(string(b), "\xef\xbb\xbf"):
		return "utf-8"
	case strings.HasPrefix(string(b), "\xff\xfe"):
		return "utf-16le"
	case strings.HasPrefix(string(b), "\xfe\xff"):
		return "utf-16be"
	}
	return ""
}

// decoded reads a file in an encoding that checkEncoding returned as UTF-8 without a mark.
func decoded(r io.Reader, encoding string) io.Reader {
	switch encoding {
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r)
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(r)
	case "windows-1252":
		return charmap.Windows1252.NewDecoder().Reader(r)
	case "latin1":
		return charmap.ISO8859_1.NewDecoder().Reader(r)
	}
	return unicode.UTF8BOM.NewDecoder().Reader(r)
}

// checker walks through a file and knows where it is.
type checker struct {
	r    *bufio.Reader
	at   int64 // bytes read
	line int
}

func (c *checker) refuse(format string, args ...any) error {
	return fault.New(fault.Invalid, "Line %d (byte %d of the file): %s Nothing was imported.", c.line, c.at+1, fmt.Sprintf(format, args...))
}

func (c *checker) utf8() error {
	for {
		r, n, err := c.r.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case r == 0:
			return c.refuse("a NUL character. If the file is UTF-16, say so with the encoding utf-16.")
		case r == utf8.RuneError && n == 1:
			_ = c.r.UnreadRune()
			b, err := c.r.ReadByte()
			if err != nil {
				return err
			}
			return c.refuse("the byte 0x%02X is not UTF-8. If the file is from an older spreadsheet, its encoding may be windows-1252; say so.", b)
		}
		c.at += int64(n)
		if r == '\n' {
			c.line++
		}
	}
}

func (c *checker) utf16(big bool) error {
	high := false
	var b [2]byte
	for {
		_, err := io.ReadFull(c.r, b[:])
		switch {
		case errors.Is(err, io.EOF) && !high:
			return nil
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return c.refuse("the file ends in the middle of a character, so it is not UTF-16 or was cut short.")
		case err != nil:
			return err
		}
		u := uint16(b[0]) | uint16(b[1])<<8
		if big {
			u = uint16(b[0])<<8 | uint16(b[1])
		}
		low := u >= 0xdc00 && u < 0xe000
		if high != low || u == 0 {
			return c.refuse("0x%02X%02X is not a character of UTF-16.", b[0], b[1])
		}
		high = utf16.IsSurrogate(rune(u)) && !low
		c.at += 2
		if u == '\n' {
			c.line++
		}
	}
}

// single checks an encoding of one byte a character. Almost any bytes could be one, so text
// that is valid UTF-8 and more than ASCII is taken for what it is: UTF-8.
func (c *checker) single(name string) error {
	var others []byte // the bytes of the character under way, as UTF-8
	multi, valid := checker{}, true
	var example string
	for {
		b, err := c.r.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		undefined := b == 0x81 || b == 0x8d || b == 0x8f || b == 0x90 || b == 0x9d
		switch {
		case b == 0:
			return c.refuse("a NUL byte. If the file is UTF-16, say so with the encoding utf-16.")
		case name == "latin1" && b >= 0x80 && b < 0xa0 && (!valid || len(others) == 0):
			return c.refuse("the byte 0x%02X is no letter of latin1. The encoding may be windows-1252.", b)
		case name == "windows-1252" && undefined && (!valid || len(others) == 0):
			return c.refuse("the byte 0x%02X is no letter of windows-1252.", b)
		}
		if valid && (b >= 0x80 || len(others) > 0) {
			if len(others) == 0 && multi.line == 0 {
				multi.line, multi.at = c.line, c.at
			}
			others = append(others, b)
			if r, n := utf8.DecodeRune(others); utf8.FullRune(others) {
				if r == utf8.RuneError && n <= 1 {
					valid = false
				} else if example == "" {
					example = string(r)
				}
				others = others[:0]
			}
		}
		c.at++
		if b == '\n' {
			c.line++
		}
	}
	if valid && example != "" && len(others) == 0 {
		c.line, c.at = multi.line, multi.at
		return c.refuse("%q is written in UTF-8, and so is the rest of the file. Leave the encoding out.", example)
	}
	return nil
}
