package mail

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files")

// shown is a Message as its golden file has it: without header and file contents.
type shown struct {
	Message
	Files []string
}

func TestParseMatchesGoldenFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/parse/*.eml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d mails in testdata/parse, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := shown{Message: Parse(raw)}
			for _, a := range s.Attachments {
				s.Files = append(s.Files, fmt.Sprintf("%s %s cid=%q inline=%v %d bytes", a.Filename, a.ContentType, a.ContentID, a.Inline, len(a.Data)))
			}
			s.Attachments, s.Header = nil, nil
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(s); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".eml") + ".json"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("run with -update if this is right:\n%s", diff)
			}
		})
	}
}

func TestParseMakesTheBestOfBrokenMail(t *testing.T) {
	const head = "From: ann@customer.example\r\n"
	mixed := head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	for _, tt := range []struct {
		name, raw string
		text      string
		files     int
		problem   string // part of one problem; "" wants none
	}{
		{"From line", "From ann Mon Mar  2 10:00:00 2026\n" + head + "\r\nhello", "hello", 0, ""},
		{"quoted From line", ">From ann Mon Mar  2 10:00:00 2026\n" + head + "\r\nhello", "hello", 0, ""},
		{"empty lines first", "\r\n\r\n" + head + "\r\nhello", "hello", 0, ""},
		{"byte order mark", "\xef\xbb\xbf" + head + "\r\nhello", "hello", 0, ""},
		{"bare LF", "From: ann@customer.example\nSubject: x\n\nhello", "hello", 0, ""},
		{"bare CR", "From: ann@customer.example\rSubject: x\r\rhello", "hello", 0, ""},
		{"CR CR LF", "From: ann@customer.example\r\r\nSubject: x\r\r\n\r\r\nhello", "hello", 0, ""},
		{"no empty line", head + "Subject: x\r\nhello there\r\n", "hello there\r\n", 0, "no empty line"},
		{"unindented continuation", "Subject: a\r\nb\r\n" + head + "\r\nhello", "hello", 0, "neither a field"},
		{"no header", "hello there, this is all", "hello there, this is all", 0, "no header"},
		{"NUL", head + "\r\nhel\x00lo", "hello", 0, ""},
		{"boundary never closed", mixed + "--b\r\n\r\nhello\r\n--b\r\nContent-Type: image/png\r\n\r\nPNG", "hello", 1, "not closed"},
		{"boundary missing", head + "Content-Type: multipart/mixed\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n", "hello", 0, "boundary"},
		{"boundary wrong", mixed + "--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n", "hello", 0, "boundary"},
		{"multipart that is none", mixed + "hello\r\n", "hello\r\n", 0, "no boundary"},
		{"boundary with spaces after it", mixed + "--b  \r\n\r\nhello\r\n--b-- \r\n", "hello", 0, ""},
		{"boundary that begins alike", mixed + "--b\r\n\r\nhello\r\n--bb\r\n--b-x\r\n--b--", "hello\r\n--bb\r\n--b-x", 0, ""},
		{"part without header", mixed + "--b\r\nhello\r\n--b--", "hello", 0, "no header"},
		{"base64 cut short", head + "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybG", "hello worl", 0, "damaged"},
		{"base64 with rubbish", head + "Content-Transfer-Encoding: base64\r\n\r\naGVs!bG8=\r\nIHdvcmxk", "hello world", 0, "damaged"},
		{"quoted-printable with lone =", head + "Content-Transfer-Encoding: Quoted-Printable\r\n\r\n1 = 1 =\r\n=C3=A9=", "1 = 1 é", 0, ""},
		{"unknown encoding", head + "Content-Transfer-Encoding: x-rot13\r\n\r\nuryyb", "uryyb", 0, "unknown"},
		{"uuencode", mixed + "--b\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n%:&5L;&\\ \r\nend\r\n--b--", "hello", 0, ""},
		{"unknown charset", head + "Content-Type: text/plain; charset=x-klingon\r\n\r\nhéllo", "héllo", 0, "unknown"},
		{"UTF-8 called Latin-1", head + "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nhéllo", "héllo", 0, "UTF-8 although"},
		{"Latin-1 called UTF-8", head + "Content-Type: text/plain; charset=utf-8\r\n\r\nh\xe9llo", "héllo", 0, "is not"},
		{"Latin-1 called nothing", head + "\r\nh\xe9llo", "héllo", 0, ""},
		{"windows-1252 called Latin-1", head + "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\x93hi\x94 \x80", "“hi” €", 0, ""},
		{"charset twice", head + "Content-Type: text/plain; charset=\"charset=utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhéllo", "héllo", 0, ""},
		{"UTF-7", head + "Content-Type: text/plain; charset=utf-7\r\n\r\nh+AOk-llo", "héllo", 0, ""},
		{"UTF-16", head + "Content-Type: text/plain; charset=utf-16le\r\n\r\nh\x00i\x00", "hi", 0, ""},
		{"Japanese undeclared", head + "\r\n\x1b$B$*\x1b(B", "お", 0, ""},
		{"type without subtype", head + "Content-Type: text\r\n\r\nhello", "hello", 0, ""},
		{"rubbish type", head + "Content-Type: ;;;\r\n\r\nhello", "hello", 0, ""},
		{"no From", "Subject: x\r\n\r\nhello", "hello", 0, "who it is from"},
		{"From without address", "From: Ann\r\nSender: ann@customer.example\r\n\r\nhello", "hello", 0, "taken from Sender"},
		{"date nobody reads", head + "Date: yesterday\r\n\r\nhello", "hello", 0, "date"},
		{"winmail.dat", mixed + "--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nTNEF\r\n--b--", "hello", 1, ""},
		{"attached mail", mixed + "--b\r\n\r\nhello\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx\r\n--b--", "hello", 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Parse([]byte(tt.raw))
			if m.Unparsable || m.Text != tt.text || len(m.Attachments) != tt.files {
				t.Errorf("text %q, %d files, unparsable %v; want %q, %d\nproblems %q", m.Text, len(m.Attachments), m.Unparsable, tt.text, tt.files, m.Problems)
			}
			if all := strings.Join(m.Problems, " "); tt.problem == "" && all != "" || !strings.Contains(all, tt.problem) {
				t.Errorf("problems %q, want %q", all, tt.problem)
			}
			if m.From.Email != "ann@customer.example" && !strings.Contains(tt.name, "no ") {
				t.Errorf("from %+v", m.From)
			}
		})
	}
	for _, raw := range []string{"", "\r\n \r\n", "\x00"} {
		if m := Parse([]byte(raw)); raw != "\x00" && (!m.Unparsable || m.Reason == "") {
			t.Errorf("%q: got %+v, want it unparsable with a reason", raw, m)
		}
	}
}

func TestParseReadsHeaders(t *testing.T) {
	field := func(name, value string) Message { return Parse([]byte(name + ": " + value + "\r\n\r\n")) }
	for value, want := range map[string]string{
		"plain":                                        "plain",
		"=?utf-8?q?Gr=C3=B6=C3=9Fe_a?=":                "Größe a",
		"=?UTF-8?B?R3LDtsOfZQ==?=":                     "Größe",
		"=?utf-8?B?R3LD?= =?utf-8?B?tsOfZQ==?=":        "Größe",
		"=?utf-8?q?Gr=C3?=\r\n =?utf-8?q?=B6=C3=9Fe?=": "Größe",
		"=?iso-8859-1?q?Gr=F6=DFe?= and more":          "Größe and more",
		"a =?utf-8?q?b?= =?iso-8859-1?q?c?= d":         "a bc d",
		"=?utf-8*de?q?x?=":                             "x",
		"=?utf-8?x?broken?=":                           "=?utf-8?x?broken?=",
		"=?utf-8?q?broken":                             "=?utf-8?q?broken",
		"Gr\xc3\xb6\xc3\x9fe":                          "Größe",
		"Gr\xf6\xdfe":                                  "Größe",
		"folded\r\n\tline":                             "folded line",
		"=?iso-2022-jp?b?GyRCJCobKEI=?=":               "お",
	} {
		if got := field("Subject", value).Subject; got != want {
			t.Errorf("Subject %q: got %q, want %q", value, got, want)
		}
	}
	for value, want := range map[string][]Address{
		"ann@customer.example":                                       {{"", "ann@customer.example"}},
		"Ann <Ann@Customer.Example>":                                 {{"Ann", "ann@customer.example"}},
		`"Example, Ann" <ann@customer.example>, b@c.example`:         {{"Example, Ann", "ann@customer.example"}, {"", "b@c.example"}},
		"=?utf-8?q?Example=2C_Zo=C3=AB?= <z@c.example>, b@c.example": {{"Example, Zoë", "z@c.example"}, {"", "b@c.example"}},
		`"=?utf-8?q?Zo=C3=AB?=" <z@c.example>`:                       {{"Zoë", "z@c.example"}},
		"ann@customer.example (Ann)":                                 {{"Ann", "ann@customer.example"}},
		"Ann [ann@customer.example":                                  nil,
		"undisclosed-recipients:;":                                   nil,
		"Team: a@c.example, B <b@c.example>;":                        {{"", "a@c.example"}, {"B", "b@c.example"}},
		"a@c.example; b@c.example":                                   {{"", "a@c.example"}, {"", "b@c.example"}},
		"a@c.example, nonsense, b@c.example":                         {{"", "a@c.example"}, {"", "b@c.example"}},
		`O"Brien <o@c.example>, b@c.example`:                         {{`O"Brien`, "o@c.example"}, {"", "b@c.example"}},
		"<a@c.example> <b@c.example>":                                {{"<a@c.example>", "b@c.example"}},
		"mailto:a@c.example":                                         {{"", "a@c.example"}},
		"a@b@c.example":                                              {{"", "a@b@c.example"}},
	} {
		got := field("To", value).To
		if len(got) == 0 && len(want) == 0 {
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("To %q: %s", value, diff)
		}
	}
	for value, want := range map[string]string{
		"<a@b>": "a@b", "a@b": "a@b", " <a@b> (comment)": "a@b", "<a@\r\n b>": "a@b", "odd@@id": "odd@@id", "no-at": "no-at", "<a@b": "a@b", "": "",
	} {
		if got := field("Message-ID", value).MessageID; got != want {
			t.Errorf("Message-ID %q: got %q, want %q", value, got, want)
		}
	}
	if diff := cmp.Diff([]string{"a@b", "c@d", "e@f"}, field("References", "<a@b><c@d>\r\n\t<e@f>").References); diff != "" {
		t.Error(diff)
	}
	if m := field("Return-Path", "<>"); !m.NullSender || m.ReturnPath != "" {
		t.Errorf("null sender: %+v", m)
	}
	for value, want := range map[string]string{
		"Mon, 02 Mar 2026 10:00:00 +0100":      "2026-03-02T09:00:00Z",
		"Mon, 2 Mar 2026 10:00:00 +0100 (CET)": "2026-03-02T09:00:00Z",
		"2 Mar 2026 10:00:00 GMT":              "2026-03-02T10:00:00Z",
		"Mon Mar  2 10:00:00 2026":             "2026-03-02T10:00:00Z",
		"2026-03-02T10:00:00Z":                 "2026-03-02T10:00:00Z",
		"Monday, 2 March 2026 10:00:00 +0000":  "2026-03-02T10:00:00Z",
	} {
		if got := field("Date", value).Date.Format(time.RFC3339); got != want {
			t.Errorf("Date %q: got %s, want %s", value, got, want)
		}
	}
}

func TestParseCleansFilenames(t *testing.T) {
	for disposition, want := range map[string]string{
		`attachment; filename=a.pdf`:                                    "a.pdf",
		`attachment; filename="a b.pdf"`:                                "a b.pdf",
		`attachment; filename=a b.pdf`:                                  "a b.pdf",
		`attachment; filename="../../etc/passwd"`:                       "passwd",
		`attachment; filename="C:\Users\ann\a.pdf"`:                     "a.pdf",
		"attachment; filename=\"a\x01\u202efdp.exe\"":                   "afdp.exe",
		`attachment; filename*=utf-8''%E6%97%A5.pdf`:                    "日.pdf",
		`attachment; filename*0*=utf-8''a%20; filename*1="b.pdf"`:       "a b.pdf",
		`attachment; filename="=?utf-8?b?5pelLnBkZg==?="`:               "日.pdf",
		`attachment; filename*=iso-8859-1'de'Gr%F6%DFe.txt; filename=x`: "Größe.txt",
		`attachment; filename="unclosed.pdf`:                            "unclosed.pdf",
		`attachment; filename=""`:                                       "attachment.png",
		`attachment; filename=".."`:                                     "attachment.png",
		`attachment`:                                                    "attachment.png",
		`attachment; filename="` + strings.Repeat("é", 300) + `.pdf"`:   strings.Repeat("é", 98) + ".pdf",
	} {
		m := Parse([]byte("Content-Type: image/png\r\nContent-Disposition: " + disposition + "\r\n\r\nx"))
		if len(m.Attachments) != 1 || m.Attachments[0].Filename != want {
			t.Errorf("%s: got %+v, want %q", disposition, m.Attachments, want)
		}
	}
}

// bomb is a multipart of n small parts.
func bomb(n int) []byte {
	var b bytes.Buffer
	b.WriteString("From: ann@customer.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
	for i := range n {
		fmt.Fprintf(&b, "--b\r\nContent-Type: application/pdf; name=%d.pdf\r\n\r\nx\r\n", i)
	}
	b.WriteString("--b--\r\n")
	return b.Bytes()
}

// matryoshka is n multiparts inside each other.
func matryoshka(n int) []byte {
	var b bytes.Buffer
	b.WriteString("From: ann@customer.example\r\n")
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nhello\r\n")
	return b.Bytes()
}

func TestParseIsBounded(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	for _, tt := range []struct {
		name string
		raw  []byte
	}{
		{"10,000 parts", bomb(10_000)},
		{"10,000 levels", matryoshka(10_000)},
		{"a header of 5 MB", []byte("From: ann@customer.example\r\nX: " + strings.Repeat(big, 5) + "\r\n\r\nhello")},
		{"200,000 fields", []byte("From: ann@customer.example\r\n" + strings.Repeat("A: b\r\n", 200_000) + "\r\nhello")},
		{"a field of 500,000 lines", []byte("From: ann@customer.example\r\nX: y\r\n" + strings.Repeat(" a\r\n", 500_000) + "\r\nhello")},
		{"a million bare CR", []byte("From: ann@customer.example\r" + strings.Repeat("a\r", 1<<20))},
		{"100,000 addresses", []byte("From: ann@customer.example\r\nTo: " + strings.Repeat("(\"<a@b>,", 100_000) + "\r\n\r\nhello")},
		{"100,000 encoded words", []byte("From: ann@customer.example\r\nSubject: " + strings.Repeat("=?utf-8?q?a?= ", 70_000) + "\r\n\r\nhello")},
		{"unfinished encoded words", []byte("From: ann@customer.example\r\nSubject: " + strings.Repeat("=?", 400_000) + "\r\n\r\nhello")},
		{"100,000 parameters", []byte("From: ann@customer.example\r\nContent-Type: text/plain" + strings.Repeat("; a*1=b", 100_000) + "\r\n\r\nhello")},
		{"near boundaries", []byte("From: ann@customer.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--bx\r\n", 500_000))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			m := Parse(tt.raw)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%d bytes in %v, %d MB allocated; %q", len(tt.raw), took, (after.TotalAlloc-before.TotalAlloc)>>20, m.Problems)
			if took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if m.From.Email != "ann@customer.example" || m.Unparsable {
				t.Errorf("the rest was lost: from %q, %s", m.From.Email, m.Reason)
			}
			if len(m.Attachments) > DefaultLimits.Attachments {
				t.Errorf("%d attachments", len(m.Attachments))
			}
		})
	}
	if m := Parse(bomb(10_000)); len(m.Attachments) != DefaultLimits.Attachments || len(m.Problems) < 2 {
		t.Errorf("%d attachments, problems %q", len(m.Attachments), m.Problems)
	}
	if m := ParseWithin(bomb(10), Limits{Size: 300, Header: 1000, PartHeader: 1000, Fields: 10, Parts: 10, Depth: 2, Attachments: 10}); len(m.Attachments) >= 10 {
		t.Error("the caller's size limit is not kept")
	}
}

func TestParseShowsImagesWhereTheyBelong(t *testing.T) {
	raw, err := os.ReadFile("testdata/parse/outlook-inline.eml")
	if err != nil {
		t.Fatal(err)
	}
	m := Parse(raw)
	c := SanitiseWith(m.HTML, SanitiseOptions{CID: func(id string) (string, bool) {
		for i, a := range m.Attachments {
			if a.ContentID == id {
				return fmt.Sprintf("/files/%d", i), true
			}
		}
		return "", false
	}})
	if !strings.Contains(c.HTML, `src="/files/0"`) {
		t.Errorf("the image is not shown: %s", c.HTML)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/parse/*.eml")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add(bomb(3))
	f.Add(matryoshka(4))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw)
		if strings.Contains(m.Reason, "inside") {
			t.Fatalf("panic: %s", m.Reason)
		}
		for _, s := range []string{m.Subject, m.Text, m.HTML, m.From.Name, m.From.Email} {
			if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
				t.Fatalf("%q cannot be stored", s)
			}
		}
		for _, a := range m.Attachments {
			if a.Filename == "" || len(a.Filename) > maxFilename || strings.ContainsAny(a.Filename, "/\\\x00\r\n") {
				t.Fatalf("file name %q", a.Filename)
			}
		}
		if !inGrammar(Sanitise(m.HTML).HTML, false) {
			t.Fatal("unsafe HTML")
		}
	})
}

// sampleMail is an ordinary reply of about 10 kB: both bodies and a small picture.
func sampleMail() []byte {
	png := bytes.Repeat([]byte{1, 2, 3, 4}, 400)
	html := sampleHTML(4 << 10)
	raw, err := Compose(Outgoing{
		From: Address{"Ann Example", "ann@customer.example"}, To: []Address{{"", "support@acme.example"}}, Subject: "Größe",
		MessageID: "1@customer.example", References: []string{"2@acme.example", "3@acme.example"},
		Text: HTMLToText(html), HTML: html, Inline: []Attachment{{Filename: "a.png", ContentType: "image/png", ContentID: "a@b", Data: png}},
	})
	if err != nil {
		panic(err)
	}
	return raw
}

func BenchmarkParse10kB(b *testing.B) {
	raw := sampleMail()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		Parse(raw)
	}
}

func BenchmarkParseAndSanitise10kB(b *testing.B) {
	raw := sampleMail()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		m := Parse(raw)
		Sanitise(m.HTML)
	}
}
