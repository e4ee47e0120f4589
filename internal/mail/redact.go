package mail

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"

	"steward/internal/fault"
)

// Redactor takes words out of what people wrote. Capitals do not matter, nor how lines are
// broken between words.
type Redactor struct{ words []*regexp.Regexp }

// Taken is how much a Redactor took out.
type Taken struct {
	Times      int // occurrences
	Characters int
}

func (t *Taken) add(more Taken) {
	t.Times += more.Times
	t.Characters += more.Characters
}

// Limits of what is redacted at once.
const (
	maxRedacted     = 20  // words or phrases
	maxRedactedText = 500 // characters of one
)

// covered stands for a character that was taken out.
const covered = "█"

// between is what may stand between two words of a phrase: space, and the marks of quoted lines.
const between = `[\s\x{00A0}>]+`

// NewRedactor returns what takes out these words or phrases, each of 2 to 500 characters.
func NewRedactor(words []string) (*Redactor, error) {
	r := &Redactor{}
	if len(words) > maxRedacted {
		return nil, fault.Field("words", len(words), "at most 20", "At most 20 words or phrases are redacted at once; these are %d.", len(words))
	}
	for _, w := range words {
		parts := strings.Fields(w)
		n := utf8.RuneCountInString(strings.Join(parts, " "))
		if n < 2 || n > maxRedactedText {
			// The word itself is not repeated.
			return nil, fault.Field("words", n, "2 to 500 characters each", "A word or phrase to redact has 2 to 500 characters; one has %d.", n)
		}
		for i, p := range parts {
			parts[i] = regexp.QuoteMeta(p)
		}
		re, err := regexp.Compile(`(?i)` + strings.Join(parts, between))
		if err != nil {
			return nil, fault.Field("words", nil, "text", "This cannot be looked for.")
		}
		r.words = append(r.words, re)
	}
	return r, nil
}

// marks finds what is to go: true for each byte of it.
func (r *Redactor) marks(s string) (gone []bool, times int) {
	for _, w := range r.words {
		for _, at := range w.FindAllStringIndex(s, -1) {
			if gone == nil {
				gone = make([]bool, len(s))
			}
			times++
			for i := at[0]; i < at[1]; i++ {
				gone[i] = true
			}
		}
	}
	return gone, times
}

// cover writes s with what is marked covered. Space stays, so that lines keep their breaks.
func cover(s string, gone []bool) (out string, characters int) {
	var b strings.Builder
	for i, c := range s {
		if !gone[i] || unicode.IsSpace(c) {
			b.WriteRune(c)
			continue
		}
		b.WriteString(covered)
		characters++
	}
	return b.String(), characters
}

// Text takes the words out of plain text.
func (r *Redactor) Text(s string) (string, Taken) {
	gone, times := r.marks(s)
	if times == 0 {
		return s, Taken{}
	}
	out, n := cover(strings.ToValidUTF8(s, "?"), gone)
	return out, Taken{times, n}
}

// Holds reports whether any of the words stands in one of these texts.
func (r *Redactor) Holds(texts ...string) bool {
	for _, s := range texts {
		for _, w := range r.words {
			if w.MatchString(s) {
				return true
			}
		}
	}
	return false
}

// InMail reports whether any of the words stands in a mail's subject, names or text. What
// its attachments hold is not read.
func (r *Redactor) InMail(m *Message) bool {
	if r.Holds(m.Subject, m.Text) {
		return true
	}
	for _, a := range m.Attachments {
		if r.Holds(a.Filename) {
			return true
		}
	}
	if m.HTML == "" {
		return false
	}
	_, found := r.HTML(m.HTML)
	return found.Times > 0
}

// apart are the elements between which words do not run on.
var apart = map[string]bool{"p": true, "div": true, "br": true, "li": true, "ul": true, "ol": true, "tr": true, "td": true, "th": true, "table": true,
	"blockquote": true, "pre": true, "hr": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true}

// HTML takes the words out of HTML: out of its text, also where elements cut through a word,
// and out of its addresses and titles. HTML without them is returned as it is.
func (r *Redactor) HTML(s string) (string, Taken) {
	type piece struct {
		raw  string // of a tag
		text bool
		at   int // where its text begins in all
		end  int
	}
	var pieces []piece
	var all strings.Builder
	var taken Taken
	z := nethtml.NewTokenizer(strings.NewReader(s))
	for z.Next() != nethtml.ErrorToken {
		raw := string(z.Raw())
		t := z.Token()
		switch t.Type {
		case nethtml.TextToken:
			at := all.Len()
			all.WriteString(t.Data)
			pieces = append(pieces, piece{text: true, at: at, end: all.Len()})
			continue
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			if n := r.attributes(&t); n.Times > 0 {
				taken.add(n)
				raw = t.String()
			}
		}
		if apart[t.Data] {
			all.WriteByte('\n')
		}
		pieces = append(pieces, piece{raw: raw})
	}
	text := all.String()
	gone, times := r.marks(text)
	if times+taken.Times == 0 {
		return s, Taken{}
	}
	if gone == nil {
		gone = make([]bool, len(text))
	}
	var out strings.Builder
	for _, p := range pieces {
		if !p.text {
			out.WriteString(p.raw)
			continue
		}
		shown, n := cover(text[p.at:p.end], gone[p.at:p.end])
		taken.Characters += n
		out.WriteString(nethtml.EscapeString(shown))
	}
	taken.Times += times
	return out.String(), taken
}

// attributes empties the attributes of an element that hold one of the words.
func (r *Redactor) attributes(t *nethtml.Token) (taken Taken) {
	for i, a := range t.Attr {
		value := a.Val
		if plain, err := url.PathUnescape(value); err == nil && !r.Holds(value) {
			value = plain
		}
		_, n := r.Text(value)
		if n.Times == 0 {
			continue
		}
		taken.add(n)
		t.Attr[i].Val = ""
	}
	return taken
}
