package mail

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	gomail "github.com/emersion/go-message/mail"
	"github.com/google/go-cmp/cmp"
	"github.com/jhillyerd/enmime/v2"

	"steward/internal/fault"
)

func sampleOutgoing() Outgoing {
	png := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0, 1, 2, 255}, 300)...)
	return Outgoing{
		From:      Address{"Zoë Müller, Support", "support@acme.example"},
		ReplyTo:   []Address{{"", "support+48213.aaaa@acme.example"}},
		To:        []Address{{"Ann Example", "ann@customer.example"}, {`Ben "B" O'Neil`, "ben@bücher.example"}},
		Cc:        []Address{{"山田 太郎", "taro@customer.example"}},
		Subject:   "Ré: Größe —" + strings.Repeat(" ein recht langer Betreff mit 日本語", 6),
		MessageID: "48213.990.0.mac@acme.example", InReplyTo: "q1@customer.example",
		References: []string{"q0@customer.example", "q1@customer.example"},
		Date:       time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("", 3600)),
		Text:       "Hällo Ann,\n.\nFrom here = there\ntrailing space \n" + strings.Repeat("x", 3000),
		HTML:       `<p>Hällo <b>Ann</b></p><img src="cid:logo@acme.example">` + strings.Repeat("y", 3000),
		Inline:     []Attachment{{Filename: "logo.png", ContentType: "image/png", ContentID: "logo@acme.example", Data: png}},
		Attachments: []Attachment{
			{Filename: "Bericht für März; endgültig.pdf", ContentType: "application/pdf", Data: []byte("%PDF")},
			{Filename: strings.Repeat("長", 60) + ".txt", ContentType: "text/plain", Data: []byte("long name\n")},
			{Filename: "two  spaces.bin", ContentType: "nonsense", Data: nil},
			{Filename: "original.eml", ContentType: "message/rfc822", Data: []byte("Subject: x\r\n\r\ny")},
		},
		Automatic: true, LoopDomain: "acme.example",
		Headers: []Field{{"X-Ticket", "48213"}},
	}
}

func compose(t *testing.T, o Outgoing) []byte {
	t.Helper()
	raw, err := Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestComposeGivesTheSameBytesForTheSameMail(t *testing.T) {
	a, b := compose(t, sampleOutgoing()), compose(t, sampleOutgoing())
	if !bytes.Equal(a, b) {
		t.Error("two compositions of one mail differ")
	}
	o := sampleOutgoing()
	o.Text += "!"
	if bytes.Equal(a, compose(t, o)) {
		t.Error("another text gives the same bytes")
	}
}

func TestComposeWritesWhatEveryRelayTakes(t *testing.T) {
	raw := compose(t, sampleOutgoing())
	if !isASCII(raw) {
		t.Error("the mail has bytes beyond ASCII")
	}
	for i, line := range strings.Split(string(raw), "\r\n") {
		if len(line) > 998 {
			t.Errorf("line %d has %d bytes", i, len(line))
		}
		if strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("line %d has a bare line break: %q", i, line)
		}
	}
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n") {
		if len(line) > 90 {
			t.Errorf("header line of %d bytes: %s", len(line), line)
		}
	}
}

func TestComposedMailReadsTheSameHere(t *testing.T) {
	o := sampleOutgoing()
	m := Parse(compose(t, o))
	if len(m.Problems) > 0 {
		t.Errorf("our own mail has problems: %q", m.Problems)
	}
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"from", m.From, o.From},
		{"to", m.To, []Address{o.To[0], {`Ben "B" O'Neil`, "ben@xn--bcher-kva.example"}}},
		{"cc", m.Cc, o.Cc},
		{"reply to", m.ReplyTo, o.ReplyTo},
		{"subject", m.Subject, o.Subject},
		{"ids", []any{m.MessageID, m.InReplyTo, m.References}, []any{o.MessageID, o.InReplyTo, o.References}},
		{"date", m.Date, o.Date.UTC()},
		{"text", m.Text, strings.ReplaceAll(o.Text, "\n", "\r\n")},
		{"html", m.HTML, o.HTML},
		{"automatic", m.AutoSubmitted, "auto-generated"},
		{"loop mark", m.Header.Get(LoopHeader), "acme.example"},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
	var names []string
	for _, a := range m.Attachments {
		names = append(names, a.Filename+" "+a.ContentType)
	}
	if diff := cmp.Diff([]string{"logo.png image/png", "Bericht für März; endgültig.pdf application/pdf", strings.Repeat("長", 60) + ".txt text/plain",
		"two  spaces.bin application/octet-stream", "original.eml application/octet-stream"}, names); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(m.Attachments[0].Data, o.Inline[0].Data) || !m.Attachments[0].Inline || m.Attachments[1].Inline {
		t.Error("the inline image is not what it was")
	}
}

func TestComposedMailReadsTheSameElsewhere(t *testing.T) {
	o := sampleOutgoing()
	raw := compose(t, o)
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if e.GetHeader("Subject") != o.Subject || e.HTML != o.HTML || e.Text != strings.ReplaceAll(o.Text, "\n", "\r\n") {
		t.Errorf("enmime reads subject %q, text %q", e.GetHeader("Subject"), e.Text)
	}
	if from, err := e.AddressList("From"); err != nil || from[0].Name != o.From.Name {
		t.Errorf("enmime reads From as %v, %v", from, err)
	}
	if len(e.Attachments) != 4 || e.Attachments[0].FileName != o.Attachments[0].Filename || len(e.Inlines) != 1 {
		t.Errorf("enmime finds %d attachments and %d inline", len(e.Attachments), len(e.Inlines))
	}
	for _, e := range e.Errors {
		t.Errorf("enmime complains: %v", e)
	}
	r, err := gomail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Header.Subject(); s != o.Subject {
		t.Errorf("go-message reads subject %q", s)
	}
	if refs, err := r.Header.MsgIDList("References"); err != nil || len(refs) != 2 {
		t.Errorf("go-message reads references %v, %v", refs, err)
	}
	files := 0
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !message.IsUnknownCharset(err) {
			t.Fatal(err)
		}
		if h, ok := p.Header.(*gomail.AttachmentHeader); ok {
			if name, err := h.Filename(); err != nil || name != o.Attachments[files].Filename {
				t.Errorf("go-message reads file name %q, %v; want %q", name, err, o.Attachments[files].Filename)
			}
			files++
		}
	}
	if files != 4 {
		t.Errorf("go-message finds %d files, want 4", files)
	}
}

func TestComposeRefusesHeaderInjection(t *testing.T) {
	for name, change := range map[string]func(*Outgoing){
		"subject":           func(o *Outgoing) { o.Subject = "x\r\nBcc: all@acme.example" },
		"subject LF":        func(o *Outgoing) { o.Subject = "x\nBcc: all@acme.example" },
		"subject NUL":       func(o *Outgoing) { o.Subject = "x\x00" },
		"name":              func(o *Outgoing) { o.To[0].Name = "x\r\nBcc: all@acme.example" },
		"address":           func(o *Outgoing) { o.To[0].Email = "a@b.example\r\nBcc: all@acme.example" },
		"second address":    func(o *Outgoing) { o.To[0].Email = "a@b.example, c@d.example" },
		"address brackets":  func(o *Outgoing) { o.To[0].Email = "a@b.example> <c@d.example" },
		"no address":        func(o *Outgoing) { o.To[0].Email = "nobody" },
		"from":              func(o *Outgoing) { o.From.Email = "" },
		"message id":        func(o *Outgoing) { o.MessageID = "x@y>\r\nBcc: a@b" },
		"references":        func(o *Outgoing) { o.References = []string{"x@y z@w"} },
		"header value":      func(o *Outgoing) { o.Headers = []Field{{"X-A", "b\r\nBcc: a@b"}} },
		"header name":       func(o *Outgoing) { o.Headers = []Field{{"X-A: b\r\nBcc", "a@b"}} },
		"header of ours":    func(o *Outgoing) { o.Headers = []Field{{"bcc", "a@b.example"}} },
		"loop domain":       func(o *Outgoing) { o.LoopDomain = "a\nb" },
		"nobody to send to": func(o *Outgoing) { o.To, o.Cc = nil, nil },
	} {
		o := sampleOutgoing()
		change(&o)
		if raw, err := Compose(o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v and\n%.300s", name, err, raw)
		}
	}
}

func TestComposeCannotBeBrokenOutOfByAFile(t *testing.T) {
	o := sampleOutgoing()
	o.Attachments = []Attachment{{Filename: "a\"; x=\"\r\nBcc: a@b.example.txt", ContentType: "text/plain\r\nX: y", ContentID: "x>\r\nBcc: a@b", Data: []byte("\r\n--=_\r\n")}}
	m := Parse(compose(t, o))
	if m.Header.Has("Bcc") || len(m.Attachments) != 2 || m.Attachments[1].Filename != `a"; x="Bcc: a@b.example.txt` {
		t.Errorf("attachments %+v", m.Attachments)
	}
}

func TestComposeKeepsAPlainMailPlain(t *testing.T) {
	raw := string(compose(t, Outgoing{From: Address{"", "a@b.example"}, To: []Address{{"", "c@d.example"}}, Subject: "Hi", Text: "hello\n"}))
	want := "From: a@b.example\r\nTo: c@d.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhello\r\n"
	if raw != want {
		t.Errorf("got\n%s\nwant\n%s", raw, want)
	}
}

func TestComposeShortensLongThreads(t *testing.T) {
	o := sampleOutgoing()
	o.References = nil
	for i := range 500 {
		o.References = append(o.References, string(rune('a'+i%26))+"x"+strings.Repeat("9", 60)+"@customer.example")
	}
	m := Parse(compose(t, o))
	if len(m.References) != maxReferences || m.References[0] != o.References[0] || m.References[maxReferences-1] != o.References[499] {
		t.Errorf("%d references, from %s to %s", len(m.References), m.References[0], m.References[len(m.References)-1])
	}
}
