package search

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

const (
	maxWord  = 32     // characters of a word that count
	maxWords = 12_000 // words of one part of a document; PostgreSQL numbers them up to 16,383
)

// unspaced are scripts written without spaces between words: they are indexed in pairs of
// characters, which finds any part of a run.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// run is a stretch of characters that belong together.
type run struct {
	from, to int // bytes of the text
	pairs    bool
}

// runs calls yield for every run of letters, digits and marks until it returns false.
func runs(text string, yield func(r run) bool) {
	at := run{from: -1}
	for i, c := range text {
		inside, pairs := letter(c)
		if at.from >= 0 && (!inside || pairs != at.pairs && !unicode.IsMark(c)) {
			if at.to = i; !yield(at) {
				return
			}
			at.from = -1
		}
		if inside && at.from < 0 {
			at = run{from: i, pairs: pairs}
		}
	}
	if at.from >= 0 {
		at.to = len(text)
		yield(at)
	}
}

func letter(c rune) (inside, pairs bool) {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9', false
	}
	if !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c) {
		return false, false
	}
	return true, c >= 0x0E00 && unicode.In(c, unspaced...)
}

// fold is a run in the form it is compared in: lower case, without diacritics.
func fold(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return cut(strings.ToLower(s))
	}
	folded, _, err := transform.String(transform.Chain(norm.NFKD, cases.Fold(), norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		return ""
	}
	return cut(strings.Map(func(c rune) rune {
		if inside, _ := letter(c); !inside {
			return -1
		}
		return c
	}, folded))
}

func cut(s string) string {
	if len(s) <= maxWord {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > maxWord {
			return s[:i]
		}
	}
	return s
}

// split is a run as words. A run without spaces gives its pairs and, at the end, its last
// character: whoever looks for one character looks for words that begin with it. In a query
// nothing may follow, so tail leaves that last one out.
func (r run) split(text string, tail bool) []string {
	if !r.pairs {
		if w := fold(text[r.from:r.to]); w != "" {
			return []string{w}
		}
		return nil
	}
	var out []string
	chars := []rune(foldLong(text[r.from:r.to]))
	for i := range chars {
		if i+1 < len(chars) {
			out = append(out, string(chars[i:i+2]))
		} else if tail || i == 0 {
			out = append(out, string(chars[i]))
		}
	}
	return out
}

// foldLong is fold of a run of any length.
func foldLong(s string) string {
	var b strings.Builder
	for part := ""; s != ""; {
		n := 0
		part = s
		for i, c := range s {
			if n++; n > maxWord && !unicode.IsMark(c) {
				part = s[:i]
				break
			}
		}
		b.WriteString(fold(part))
		s = s[len(part):]
	}
	return b.String()
}

// words splits text as it is indexed.
func words(text string) (out []string) {
	runs(text, func(r run) bool {
		out = append(out, r.split(text, true)...)
		return len(out) < maxWords
	})
	return out[:min(len(out), maxWords)]
}

// Split returns the words of a text as they are compared: in lower case and without diacritics, as often as they
// stand there, up to 12,000.
func Split(text string) []string { return words(text) }

func number(id int64) string { return strconv.FormatInt(id, 10) }
