package mail

import (
	"bytes"
	"strings"

	nethtml "golang.org/x/net/html"
)

// SplitQuotedHTML is SplitQuoted for HTML. fresh + quoted is exactly s, cut between two
// tags, so each half may lack start or end tags; Sanitise closes what is open and drops
// what was never opened. It reads HTML as it came (where Outlook's marks still have their
// ids) and sanitised HTML.
func SplitQuotedHTML(s string) (fresh, quoted string) {
	q := quoteFinder{source: s}
	q.scan()
	cut := q.cut()
	if cut <= 0 {
		return s, ""
	}
	fresh, quoted = s[:cut], s[cut:]
	if strings.TrimSpace(HTMLToText(fresh)) == "" {
		return s, ""
	}
	return fresh, quoted
}

// quoteFinder walks the tags once and remembers where history may begin.
type quoteFinder struct {
	source string
	stack  []openTag

	block       int    // offset where the last quote begins; -1 before any
	own         bool   // words of the author's came after it
	rest        int    // offset from which everything is history, whatever follows; -1
	forward     bool   // a forwarded mail, which is not history
	quotes      int    // open blockquotes and wrappers
	blockquotes int    // open blockquotes that are quotes
	closed      int    // blockquotes that ended since the last quote began
	lines       []mark // lines of text, for introductions and printed headers
}

type openTag struct {
	name  string
	quote bool // opened a quote
	attr  bool // holds an introduction
}

// mark is one line of text and where its block began.
type mark struct {
	at   int
	text []byte
}

func (q *quoteFinder) scan() {
	q.block, q.rest = -1, -1
	z := nethtml.NewTokenizer(strings.NewReader(q.source))
	at, hush := 0, false
	q.newLine(0)
	for {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return
		}
		start := at
		at += len(z.Raw())
		switch kind {
		case nethtml.TextToken:
			if !hush {
				q.text(string(z.Text()))
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			name, more := z.TagName()
			n := string(name)
			hush = hushed[n]
			a := quoteAttrs(z, more)
			q.startTag(n, a, start)
		case nethtml.EndTagToken:
			hush = false
			name, _ := z.TagName()
			q.endTag(string(name), at)
		}
	}
}

// tagAttrs are the attributes by which mail programs mark history.
type tagAttrs struct{ id, class, style, kind string }

func quoteAttrs(z *nethtml.Tokenizer, more bool) (a tagAttrs) {
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "id":
			a.id = string(v)
		case "class":
			a.class = " " + string(v) + " "
		case "style":
			a.style = strings.ReplaceAll(strings.ToLower(string(v)), " ", "")
		case "type":
			a.kind = string(v)
		}
	}
	return a
}

func hasAny(s string, list ...string) bool {
	for _, x := range list {
		if strings.Contains(s, x) {
			return true
		}
	}
	return false
}

func (q *quoteFinder) startTag(name string, a tagAttrs, at int) {
	t := openTag{name: name}
	switch {
	case hasAny(a.id, "divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container", "OLK_SRC_BODY_SECTION") && q.quotes == 0:
		q.restFrom(at)
	case strings.Contains(a.style, "border-top:solid") && hasAny(a.style, "padding:3.0pt", "padding:3pt") && q.quotes == 0:
		q.restFrom(at) // Outlook draws a line above the old header; cut() checks the header
	case hasAny(a.class, " gmail_attr ", " moz-cite-prefix "):
		t.attr = true
		q.beginQuote(at)
	case hasAny(a.class, " gmail_quote ", " gmail_quote_container ", " gmail_extra ", " yahoo_quoted ", " protonmail_quote ", " zmail_extra "),
		name == "blockquote" && (a.kind == "cite" || q.block >= 0 || q.introduced()):
		t.quote = true
		q.beginQuote(at)
		q.quotes++
	}
	if kind, ok := elements[name]; ok && kind&void != 0 || name == "input" || name == "meta" || name == "link" {
		if name == "br" || name == "hr" {
			q.newLine(at)
		}
		return
	}
	if kind := elements[name]; kind&(endsP|tablePart) != 0 {
		q.newLine(at)
	}
	if len(q.stack) < 5000 {
		q.stack = append(q.stack, t)
		if t.quote && name == "blockquote" {
			q.blockquotes++
		}
	}
}

func (q *quoteFinder) endTag(name string, at int) {
	for i := len(q.stack) - 1; i >= 0 && i >= len(q.stack)-50; i-- {
		if q.stack[i].name != name {
			continue
		}
		for _, t := range q.stack[i:] {
			if t.quote {
				q.quotes--
			}
			if t.quote && t.name == "blockquote" {
				q.closed++
				q.blockquotes--
			}
		}
		q.stack = q.stack[:i]
		break
	}
	if kind := elements[name]; kind&(endsP|tablePart) != 0 {
		q.newLine(at)
	}
}

// restFrom marks where history begins that runs to the end.
func (q *quoteFinder) restFrom(at int) {
	if q.rest < 0 {
		q.rest = at
	}
}

// beginQuote marks where a quote begins, unless one has begun and nothing followed.
func (q *quoteFinder) beginQuote(at int) {
	if q.quotes > 0 {
		return
	}
	if q.block < 0 || q.own {
		q.block, q.own, q.closed = at, false, 0
		if i := q.introLine(); i >= 0 {
			q.block = min(q.block, q.lines[i].at)
		}
	}
}

func (q *quoteFinder) inAttr() bool {
	for _, t := range q.stack {
		if t.attr {
			return true
		}
	}
	return false
}

func (q *quoteFinder) text(s string) {
	if len(q.lines) > 0 {
		m := &q.lines[len(q.lines)-1]
		m.text = append(m.text, s[:min(len(s), max(0, maxQuoteLine-len(m.text)))]...)
	}
	word := strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || r == '\u00a0' || r == '\u200b' || r == '\ufeff' })
	if word == "" {
		return
	}
	if hasAny(strings.ToLower(s), "forwarded message", "weitergeleitete nachricht", "message transféré", "mensaje reenviado", "begin forwarded message") {
		q.forward = q.forward || q.quotes <= 1
	}
	if q.block >= 0 && !q.inQuote() && !q.inAttr() {
		q.own = true
	}
}

// inQuote reports whether the text being read is history: inside a blockquote, or in a
// wrapper before its first blockquote, or in a wrapper that has none.
func (q *quoteFinder) inQuote() bool {
	if q.blockquotes > 0 {
		return true
	}
	if q.quotes == 0 {
		return false
	}
	// Directly in the wrapper: history, unless a blockquote in it has ended; between and
	// after those stand the author's answers.
	return q.closed == 0
}

func (q *quoteFinder) newLine(at int) {
	n := len(q.lines)
	switch {
	case n > 0 && len(bytes.TrimSpace(q.lines[n-1].text)) == 0:
		q.lines[n-1].at = at
	case n < maxQuoteLines:
		q.lines = append(q.lines, mark{at: at})
	default:
		q.lines[n-1] = mark{at: at}
	}
}

// maxQuoteLine is how much of a line is kept: introductions and header lines are short.
const maxQuoteLine = 2000

// introLine is the index of the last line when it introduces a quote, -1 otherwise.
func (q *quoteFinder) introLine() int {
	for i, seen := len(q.lines)-1, 0; i >= 0 && seen < 2; i-- {
		s := joinLines([]string{string(q.lines[i].text)})
		if s == "" {
			continue
		}
		seen++
		if isIntro(s) {
			return i
		}
	}
	return -1
}

func (q *quoteFinder) introduced() bool { return q.introLine() >= 0 }

// cut is the offset where history begins, -1 when nothing may be cut off.
func (q *quoteFinder) cut() int {
	cut := -1
	if q.rest >= 0 && q.headerAfter(q.rest) {
		cut = q.rest
	}
	if at := q.printedHeader(); at >= 0 && (cut < 0 || at < cut) {
		cut = at
	}
	if q.block >= 0 && !q.own && !q.forward && (cut < 0 || q.block < cut) {
		cut = q.block
	}
	return cut
}

// headerAfter reports whether an old header is printed soon after an offset.
func (q *quoteFinder) headerAfter(at int) bool {
	for i := range q.lines {
		if q.lines[i].at >= at || i+1 < len(q.lines) && q.lines[i+1].at > at {
			return headerBlock(q.textLines(i, 12)) || headerBlock(q.textLines(i+1, 12))
		}
	}
	return false
}

// printedHeader finds "-----Original Message-----" with an old header below it.
func (q *quoteFinder) printedHeader() int {
	for i := range q.lines {
		if originalLine.MatchString(strings.TrimSpace(string(q.lines[i].text))) && headerBlock(q.textLines(i+1, 12)) {
			return q.lines[i].at
		}
	}
	return -1
}

func (q *quoteFinder) textLines(from, n int) (out []string) {
	for i := from; i < len(q.lines) && len(out) < n; i++ {
		if s := strings.TrimSpace(string(q.lines[i].text)); s != "" {
			out = append(out, s)
		}
	}
	return out
}
