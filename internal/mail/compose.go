package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime/quotedprintable"
	"strings"
)

// Compose makes the final bytes of a mail. The same input always gives the same bytes
// (boundaries come from a hash of the content), because an outcome that stayed unknown is
// retried and both copies must be recognisable as one. Lines stay below 998 bytes and the
// body is ASCII, so no relay has to touch it. The error is a fault of Invalid.
func Compose(o Outgoing) ([]byte, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Text == "" && o.HTML != "" {
		o.Text = HTMLToText(o.HTML)
	}
	h := &headerWriter{}
	h.addresses("From", []Address{o.From})
	h.addresses("Reply-To", o.ReplyTo)
	h.addresses("To", o.To)
	h.addresses("Cc", o.Cc)
	h.text("Subject", o.Subject)
	if !o.Date.IsZero() {
		h.line("Date", o.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	}
	h.ids("Message-ID", o.MessageID)
	h.ids("In-Reply-To", o.InReplyTo)
	h.ids("References", shorten(o.References)...)
	if o.Automatic {
		h.line("Auto-Submitted", "auto-generated")
		h.line("X-Auto-Response-Suppress", "All")
	}
	if o.LoopDomain != "" {
		h.line(LoopHeader, o.LoopDomain)
	}
	for _, f := range o.Headers {
		h.text(f.Name, f.Value)
	}
	h.line("MIME-Version", "1.0")
	return append(h.out.Bytes(), tree(o).bytes()...), nil
}

// shorten keeps the first id of a long thread and its newest ones.
func shorten(ids []string) []string {
	if len(ids) <= maxReferences {
		return ids
	}
	return append([]string{ids[0]}, ids[len(ids)-maxReferences+1:]...)
}

// entity is a node of an outgoing MIME tree: headers and content, or a multipart.
type entity struct {
	header   headerWriter
	content  []byte
	kind     string // "alternative" and so on for a multipart
	children []*entity
}

// tree arranges the bodies and files: mixed(alternative(text, related(html, inline)), files).
func tree(o Outgoing) *entity {
	body := textEntity("text/plain", o.Text)
	if o.HTML != "" {
		html := textEntity("text/html", o.HTML)
		if len(o.Inline) > 0 {
			html = &entity{kind: "related", children: append([]*entity{html}, fileEntities(o.Inline, "inline")...)}
		}
		body = &entity{kind: "alternative", children: []*entity{body, html}}
	}
	files := fileEntities(o.Attachments, "attachment")
	if o.HTML == "" { // inline images have nothing to be shown in
		files = append(files, fileEntities(o.Inline, "attachment")...)
	}
	if len(files) == 0 {
		return body
	}
	return &entity{kind: "mixed", children: append([]*entity{body}, files...)}
}

// bytes is the entity with its header. A multipart's boundary is a hash of its children.
func (e *entity) bytes() []byte {
	if e.kind == "" {
		return append(append(e.header.out.Bytes(), "\r\n"...), e.content...)
	}
	sum := sha256.New()
	parts := make([][]byte, len(e.children))
	for i, c := range e.children {
		parts[i] = c.bytes()
		sum.Write(parts[i])
	}
	boundary := "=_" + hex.EncodeToString(sum.Sum(nil)[:16]) // "=_" occurs in no encoded content
	h := &headerWriter{}
	h.line("Content-Type", fmt.Sprintf(`multipart/%s; boundary="%s"`, e.kind, boundary))
	out := h.out
	out.WriteString("\r\n")
	for _, p := range parts {
		out.WriteString("--" + boundary + "\r\n")
		out.Write(p)
		out.WriteString("\r\n")
	}
	out.WriteString("--" + boundary + "--\r\n")
	return out.Bytes()
}

func textEntity(ctype, s string) *entity {
	e := &entity{}
	e.header.line("Content-Type", ctype+"; charset=utf-8")
	e.header.line("Content-Transfer-Encoding", "quoted-printable")
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	_, _ = w.Write([]byte(strings.ReplaceAll(s, "\n", "\r\n"))) // a bytes.Buffer takes everything
	_ = w.Close()
	e.content = b.Bytes()
	return e
}

func fileEntities(files []Attachment, disposition string) (out []*entity) {
	for _, f := range files {
		e := &entity{}
		name := cleanFilename(f.Filename)
		ctype := strings.ToLower(f.ContentType)
		if !isToken(strings.Replace(ctype, "/", "", 1)) || strings.Count(ctype, "/") != 1 || strings.HasPrefix(ctype, "multipart/") || strings.HasPrefix(ctype, "message/") {
			ctype = "application/octet-stream" // message/… must not be base64: RFC 2046 section 5.2.1
		}
		if name == "" {
			name = defaultFilename(ctype)
		}
		e.header.line("Content-Type", ctype+param("name", name))
		e.header.line("Content-Disposition", disposition+param("filename", name))
		e.header.line("Content-Transfer-Encoding", "base64")
		if id := cleanID(f.ContentID); id != "" && isASCII([]byte(id)) && len(id) < 250 && checkLine("", id) == nil {
			e.header.ids("Content-ID", id)
		}
		e.content = wrapBase64(f.Data)
		out = append(out, e)
	}
	return out
}

// wrapBase64 encodes in lines of 76 characters.
func wrapBase64(data []byte) []byte {
	const width = 57
	out := make([]byte, 0, (len(data)/width+1)*78)
	for len(data) > 0 {
		n := min(width, len(data))
		out = base64.StdEncoding.AppendEncode(out, data[:n])
		out = append(out, "\r\n"...)
		data = data[n:]
	}
	return out
}

func isToken(s string) bool { return s != "" && only(s, "!#$&^_.+-") }
