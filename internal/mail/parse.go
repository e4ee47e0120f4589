package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
)

// Parse reads a message and never fails: what is broken is made the best of and said in
// Problems. The Message shares no memory with raw except in Attachments.
func Parse(raw []byte) Message { return ParseWithin(raw, DefaultLimits) }

// ParseWithin is Parse with limits of the caller's choosing.
func ParseWithin(raw []byte, limits Limits) (m Message) {
	defer func() {
		// Decoders of a dozen character sets run on a stranger's bytes.
		if r := recover(); r != nil {
			m = Message{Size: len(raw), Unparsable: true, Reason: fmt.Sprintf("Reading the mail failed inside: %v.", r)}
		}
	}()
	m.Size = len(raw)
	if len(bytes.TrimSpace(raw)) == 0 {
		m.Unparsable, m.Reason = true, "The mail is empty."
		return m
	}
	w := &walker{limits: limits, parts: 1}
	if len(raw) > limits.Size {
		w.problem("The mail is larger than the limit; its end was left out.")
		raw = raw[:limits.Size]
	}
	body := m.readHeader(w, skipPreamble(raw))
	root := newPart(m.Header, body, "text/plain")
	w.expand(root, 0)
	relatedRoot(root)
	m.readBodies(w, root)
	m.Problems = w.problems
	return m
}

// skipPreamble drops what mailbox files and broken relays put before the header: a byte
// order mark, empty lines, a "From " line.
func skipPreamble(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	raw = bytes.TrimLeft(raw, "\r\n\x00")
	for bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, raw = cutLine(raw, len(raw))
	}
	return raw
}

// readHeader fills the fields of m from the header and returns the body.
func (m *Message) readHeader(w *walker, raw []byte) []byte {
	first, _ := cutLine(raw, 4096)
	if _, _, ok := cutField(first); !ok && !headerFollows(raw, 4096) {
		w.problem("The mail has no header.")
		return raw
	}
	h, body, problems := splitHeader(raw, w.limits.Header, w.limits.Fields)
	for _, s := range problems {
		w.problem(s)
	}
	m.Header = h
	m.MessageID = parseID(h.Get("Message-Id"))
	if ids := parseIDs(h.Get("In-Reply-To"), 1); len(ids) > 0 {
		m.InReplyTo = ids[0]
	}
	m.References = parseIDs(strings.Join(h.Values("References"), " "), 1000)
	m.Subject = h.Decoded("Subject")
	m.readAddresses(w)
	m.readDate(w)
	m.AutoSubmitted = firstToken(h.Get("Auto-Submitted"))
	m.Precedence = firstToken(h.Get("Precedence"))
	m.ListID = listID(h.Decoded("List-Id"))
	return body
}

func (m *Message) readAddresses(w *walker) {
	list := func(name string) (out []Address) {
		for _, v := range m.Header.Values(name) {
			if len(out) < maxAddresses {
				out = append(out, parseAddresses(v)...)
			}
		}
		return out
	}
	m.To, m.Cc, m.ReplyTo = list("To"), list("Cc"), list("Reply-To")
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To"} {
		m.DeliveredTo = append(m.DeliveredTo, list(name)...)
	}
	if v := m.Header.Values("Return-Path"); len(v) > 0 {
		if a := parseAddresses(v[0]); len(a) > 0 {
			m.ReturnPath = a[0].Email
		} else {
			m.NullSender = strings.Contains(v[0], "<>")
		}
	}
	for _, name := range []string{"From", "Sender", "Reply-To", "Return-Path"} {
		if l := list(name); len(l) > 0 {
			m.From = l[0]
			if name != "From" {
				w.problem("The mail has no readable From; the author was taken from " + name + ".")
			}
			return
		}
	}
	w.problem("The mail does not say who it is from.")
	m.From.Name = m.Header.Decoded("From")
}

func (m *Message) readDate(w *walker) {
	raw := m.Header.Get("Date")
	if raw == "" {
		return
	}
	t, err := parseDate(raw)
	if err != nil {
		w.problem("The date cannot be read.")
		return
	}
	m.Date = t.UTC()
}

// dateLayouts are forms that net/mail does not know and mail programs write.
var dateLayouts = []string{
	"Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 2006 -0700",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", time.RFC3339,
	"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon, 2 Jan 06 15:04:05 -0700", "Monday, 2 January 2006 15:04:05 -0700",
}

func parseDate(raw string) (time.Time, error) {
	raw = clip(cleanLine(raw), 200)
	t, err := netmail.ParseDate(raw)
	if err == nil {
		return t, nil
	}
	if i := strings.IndexByte(raw, '('); i > 0 {
		raw = strings.TrimSpace(raw[:i])
	}
	for _, layout := range dateLayouts {
		if t, e := time.Parse(layout, raw); e == nil {
			return t, nil
		}
	}
	return time.Time{}, err
}

// readBodies fills the bodies and attachments from the MIME tree.
func (m *Message) readBodies(w *walker, root *part) {
	var b bodies
	if root.isMultipart() {
		b.sortParts(root.children, root.ctype, root.ctype == "multipart/alternative", &b.text, &b.html)
	} else {
		b.sortParts([]*part{root}, "", false, &b.text, &b.html)
	}
	m.Text, m.HTML = w.joinText(b.text), w.joinHTML(b.html)
	_, m.ContentType = m.Body()
	m.Attachments = make([]Attachment, 0, min(len(b.files), w.limits.Attachments))
	for _, p := range b.files {
		if len(m.Attachments) == w.limits.Attachments {
			w.problem("The mail has more attachments than the limit; the rest was left out.")
			break
		}
		m.Attachments = append(m.Attachments, w.attachment(p, m.HTML))
	}
}

// firstToken is the first word of a field, in lower case, without its parameters.
func firstToken(s string) string {
	s = strings.ToLower(cleanLine(s))
	if i := strings.IndexAny(s, " ;(,"); i >= 0 {
		s = s[:i]
	}
	return s
}

func listID(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s = s[i+1:]
	}
	return strings.ToLower(strings.Trim(s, "<> "))
}
