package mail

import (
	"strings"

	nethtml "golang.org/x/net/html"
)

// HTMLToText puts HTML into plain words: paragraphs apart, lists with hyphens, quotes with
// ">", links followed by their address when it is not the text itself. It is for search,
// for previews and for the plain part of outgoing mail.
func HTMLToText(s string) string {
	t := textWriter{}
	z := nethtml.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return strings.Trim(t.out.String(), "\n ")
		case nethtml.TextToken:
			t.text(string(z.Text()))
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			name, more := z.TagName()
			n := string(name)
			href := ""
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				if string(k) == "href" && n == "a" {
					href = string(v)
				}
				if string(k) == "alt" && n == "img" {
					t.text(string(v))
				}
			}
			if n == "noscript" {
				z.NextIsNotRawText()
			}
			t.start(n, href)
		case nethtml.EndTagToken:
			name, _ := z.TagName()
			t.end(string(name))
		}
	}
}

// textWriter lays text out line by line.
type textWriter struct {
	out     strings.Builder
	breaks  int    // line breaks owed before the next word
	space   bool   // a space owed before the next word
	started bool   // the current line has something on it
	any     bool   // something was written at all
	quote   int    // depth of blockquotes
	pre     int    // inside preformatted text
	hush    bool   // inside script, style or title
	link    string // address of the open link
	label   strings.Builder
}

func (t *textWriter) text(s string) {
	if t.hush {
		return
	}
	if t.pre > 0 {
		for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
			if i > 0 {
				t.breaks++
			}
			if line != "" {
				t.put(line)
			}
		}
		return
	}
	for i, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\r' || r == '\t' || r == '\u00a0' }) {
		if i > 0 || strings.IndexByte(" \n\r\t", s[0]) >= 0 || strings.HasPrefix(s, "\u00a0") {
			t.space = true
		}
		t.put(w)
	}
	if s != "" && (strings.IndexByte(" \n\r\t", s[len(s)-1]) >= 0 || strings.HasSuffix(s, "\u00a0")) {
		t.space = true
	}
}

// put writes a word with the white space owed before it.
func (t *textWriter) put(w string) {
	if t.breaks > 0 && t.any {
		for range min(t.breaks, 2) {
			t.out.WriteByte('\n')
		}
		t.started = false
	}
	t.breaks = 0
	if !t.started {
		for range min(t.quote, 20) {
			t.out.WriteString("> ")
		}
	} else if t.space {
		t.out.WriteByte(' ')
	}
	t.space = false
	t.out.WriteString(w)
	t.started, t.any = true, true
	if t.link != "" {
		t.label.WriteString(w)
	}
}

func (t *textWriter) need(n int) { t.breaks = max(t.breaks, n) }

func (t *textWriter) start(name, href string) {
	t.hush = hushed[name]
	switch name {
	case "br":
		t.breaks++
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "hr":
		t.need(2)
	case "div", "tr", "dt", "dd", "section", "article", "header", "footer", "address", "center", "figure", "caption":
		t.need(1)
	case "td", "th":
		t.space = true
	case "pre":
		t.need(2)
		t.pre++
	case "blockquote":
		t.need(2)
		t.quote++
	case "li":
		t.need(1)
		t.put("-")
		t.space = true
	case "a":
		t.link = ""
		if scheme := urlScheme(cleanURL(href)); scheme == "http" || scheme == "https" {
			t.link = cleanURL(href)
			t.label.Reset()
		}
	}
}

func (t *textWriter) end(name string) {
	t.hush = false
	switch name {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl":
		t.need(2)
	case "div", "tr", "dt", "dd", "li", "section", "article", "header", "footer", "address", "center", "figure", "caption":
		t.need(1)
	case "pre":
		t.need(2)
		t.pre = max(0, t.pre-1)
	case "blockquote":
		t.need(2)
		t.quote = max(0, t.quote-1)
	case "a":
		if link := t.link; link != "" {
			t.link = ""
			if label := t.label.String(); label != "" && !sameAddress(label, link) {
				t.space = true
				t.put("<" + link + ">")
			}
		}
	}
}

// sameAddress reports whether a link's text already is its address.
func sameAddress(label, link string) bool {
	trim := func(s string) string {
		s = strings.ToLower(strings.TrimRight(s, "/"))
		s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
		return strings.TrimPrefix(s, "www.")
	}
	return trim(label) == trim(link)
}
