package mail

import (
	"html"
	"strings"
)

// bodies sorts the leaves of a MIME tree into those that make the text body, those that
// make the HTML body, and the rest, which are files. The rules are those of RFC 8621
// section 4.1.4: what a person reads, in the order they read it.
type bodies struct {
	text, html []*part
	files      []*part
}

// alternativesOnly are formats of the same words that only some clients want. They are
// neither a body nor worth a file.
var alternativesOnly = map[string]bool{"text/x-amp-html": true, "text/watch-html": true}

// sortParts walks the children of one multipart. A nil list means that the parts met here
// cannot be part of that body.
func (b *bodies) sortParts(parts []*part, multipart string, inAlternative bool, text, html *[]*part) {
	textBefore, htmlBefore := length(text), length(html)
	for i, p := range parts {
		if p.isMultipart() {
			b.sortParts(p.children, p.ctype, inAlternative || p.ctype == "multipart/alternative", text, html)
			continue
		}
		inline := p.disposition != "attachment" && p.isText() &&
			(i == 0 || (multipart != "multipart/related" && p.filename == ""))
		if !inline {
			if multipart != "multipart/alternative" || !alternativesOnly[p.ctype] {
				b.files = append(b.files, p)
			}
			continue
		}
		switch {
		case multipart == "multipart/alternative":
			if p.ctype == "text/plain" {
				push(text, p)
			} else {
				push(html, p)
			}
			continue
		case inAlternative && p.ctype == "text/plain":
			html = nil
		case inAlternative:
			text = nil
		}
		push(text, p)
		push(html, p)
	}
	// An alternative that offers only one of the two stands for both.
	if multipart == "multipart/alternative" && text != nil && html != nil {
		switch {
		case len(*text) == textBefore && len(*html) != htmlBefore:
			*text = append(*text, (*html)[htmlBefore:]...)
		case len(*html) == htmlBefore && len(*text) != textBefore:
			*html = append(*html, (*text)[textBefore:]...)
		}
	}
}

func length(list *[]*part) int {
	if list == nil {
		return 0
	}
	return len(*list)
}

func push(list *[]*part, p *part) {
	if list != nil {
		*list = append(*list, p)
	}
}

// relatedRoot moves the part that a multipart/related names as its start to the front.
func relatedRoot(p *part) {
	for _, c := range p.children {
		relatedRoot(c)
	}
	start := parseID(p.params["start"])
	if p.ctype != "multipart/related" || start == "" {
		return
	}
	for i, c := range p.children {
		if c.contentID == start {
			copy(p.children[1:i+1], p.children[:i])
			p.children[0] = c
			return
		}
	}
}

// decodeText decodes a text part.
func (w *walker) decodeText(p *part) string {
	data, problem := decodeTransfer(p.body, p.encoding)
	if problem != "" {
		w.problem(problem)
	}
	s, problem := textToUTF8(data, p.params["charset"], p.ctype == "text/html")
	if problem != "" {
		w.problem(problem)
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return -1 // NUL and its kind are not text, and databases refuse them
		}
		return r
	}, s)
}

// joinText is the plain text body; HTML parts among text parts are put into words.
func (w *walker) joinText(parts []*part) string {
	plain := false
	for _, p := range parts {
		plain = plain || p.ctype == "text/plain"
	}
	if !plain {
		return ""
	}
	var out string
	for _, p := range parts {
		s := w.decodeText(p)
		if p.ctype == "text/html" {
			s = HTMLToText(s)
		}
		if s == "" {
			continue
		}
		if out != "" && !strings.HasSuffix(out, "\n") {
			out += "\n"
		}
		out += s
	}
	return out
}

// joinHTML is the HTML body; text parts among HTML parts are escaped. It is empty when no
// part is HTML.
func (w *walker) joinHTML(parts []*part) string {
	found := false
	for _, p := range parts {
		found = found || p.ctype == "text/html"
	}
	if !found {
		return ""
	}
	if len(parts) == 1 {
		return w.decodeText(parts[0])
	}
	var b strings.Builder
	for _, p := range parts {
		s := w.decodeText(p)
		if strings.TrimSpace(s) == "" {
			continue
		}
		if p.ctype == "text/plain" {
			s = `<div style="white-space: pre-wrap">` + html.EscapeString(strings.TrimRight(s, "\r\n")) + "</div>"
		}
		b.WriteString(s)
	}
	return b.String()
}

// attachment decodes a part that is a file.
func (w *walker) attachment(p *part, htmlBody string) Attachment {
	data, problem := decodeTransfer(p.body, p.encoding)
	if problem != "" {
		w.problem(problem)
	}
	a := Attachment{Filename: p.filename, ContentType: p.ctype, ContentID: p.contentID, Data: data}
	if a.Filename == "" && strings.HasPrefix(p.ctype, "message/") && p.ctype != "message/delivery-status" {
		a.Filename = messageFilename(data)
	}
	if a.Filename == "" {
		a.Filename = defaultFilename(p.ctype)
	}
	a.Inline = a.ContentID != "" && (p.disposition != "attachment" || strings.Contains(htmlBody, "cid:"+a.ContentID))
	return a
}

// messageFilename names an attached mail by its subject.
func messageFilename(data []byte) string {
	h, _, _ := splitHeader(data[:min(len(data), 64<<10)], 64<<10, 200)
	subject := strings.NewReplacer("/", "-", `\`, "-", ":", "").Replace(h.Decoded("Subject"))
	if subject = cleanFilename(clip(subject, 100)); subject == "" {
		return ""
	}
	return subject + ".eml"
}
