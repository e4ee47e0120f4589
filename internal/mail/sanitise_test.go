package mail

import (
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"
)

// unsafe lists what a browser could run, submit or load in s, by parsing it as one would.
func unsafe(t testing.TB, s string) (found []string) {
	t.Helper()
	root, err := nethtml.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatalf("output does not parse: %v", err)
	}
	allowed := "a abbr b blockquote body br center code col colgroup div em font h1 h2 head hr html i img li ol p pre s span strong table tbody td tfoot th thead tr u ul q small sub sup"
	for n := range root.Descendants() {
		if n.Type != nethtml.ElementNode {
			if n.Type == nethtml.CommentNode || n.Type == nethtml.DoctypeNode {
				found = append(found, "comment or doctype")
			}
			continue
		}
		if !strings.Contains(" "+allowed+" ", " "+n.Data+" ") && elements[n.Data] == 0 {
			if _, ok := elements[n.Data]; !ok {
				found = append(found, "element "+n.Data)
			}
		}
		if n.Namespace != "" {
			found = append(found, "namespace "+n.Namespace)
		}
		for _, a := range n.Attr {
			v := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			switch a.Key {
			case "href":
				if !strings.HasPrefix(v, "https:") && !strings.HasPrefix(v, "http:") && !strings.HasPrefix(v, "mailto:") && !strings.HasPrefix(v, "tel:") {
					found = append(found, "href "+a.Val)
				}
			case "src":
				if !strings.HasPrefix(v, "cid:") && !strings.HasPrefix(v, "data:image/png;") {
					found = append(found, "src "+a.Val)
				}
			case "style":
				for _, bad := range []string{"url(", "expression", "position:", "behavior:", "binding:", "image-set", "@", "\\", "attr(", "var("} {
					if strings.Contains(v, bad) {
						found = append(found, "style "+a.Val)
					}
				}
			case "class":
				if !keptClasses[a.Val] {
					found = append(found, "class "+a.Val)
				}
			case "id", "name", "srcset", "background", "poster", "action", "formaction", "ping", "srcdoc", "data", "cite":
				found = append(found, "attribute "+a.Key)
			}
			if strings.HasPrefix(a.Key, "on") || strings.Contains(a.Key, ":") {
				found = append(found, "attribute "+a.Key)
			}
		}
	}
	return found
}

func TestSanitiseDisarmsKnownAttacks(t *testing.T) {
	if len(vectors) < 80 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	armed := 0
	for _, v := range vectors {
		if len(unsafe(t, v)) > 0 {
			armed++
		}
	}
	if armed < len(vectors)*8/10 {
		t.Fatalf("the check itself sees only %d of %d attacks before cleaning", armed, len(vectors))
	}
	// Alone, inside other content, and unfinished inside an attribute.
	for _, frame := range []string{"%", "<p>before %<b>after</b>", "<table><tr><td>%", "<svg><g>%</g></svg>", "<div title='%", "<!-- % -->", "<style>%"} {
		for _, v := range vectors {
			in := strings.ReplaceAll(frame, "%", v)
			once := Sanitise(in).HTML
			if found := unsafe(t, once); len(found) > 0 {
				t.Errorf("%q\nbecomes %q\nwhich has %v", in, once, found)
			}
			if twice := Sanitise(once).HTML; twice != once {
				t.Errorf("%q: sanitised twice\n got %q\nwant %q", in, twice, once)
			}
			if !inGrammar(once, false) {
				t.Errorf("%q becomes %q, which the guard refuses", in, once)
			}
			if second := guardPolicy.Sanitize(once); unescape(second) != unescape(once) {
				t.Errorf("%q: the second policy changes\n%q to\n%q", in, once, second)
			}
		}
	}
}

// unescape brings the two engines' spellings of one character together.
func unescape(s string) string { return nethtml.UnescapeString(s) }

func TestSanitiseKeepsWhatMailIsMadeOf(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"text", `Hello & goodbye <3`, `Hello &amp; goodbye &lt;3`},
		{"paragraphs", `<p>a<p>b`, `<p>a</p><p>b</p>`},
		{"link", `<a href="https://acme.example/?a=1&amp;b=2">x</a>`, `<a href="https://acme.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow" target="_blank">x</a>`},
		{"link with its own rel", `<a rel=opener target=_self href=mailto:a@b.example>x</a>`, `<a href="mailto:a@b.example" rel="noopener noreferrer nofollow" target="_blank">x</a>`},
		{"bare host link", `<a href="//acme.example/x">x</a>`, `<a href="https://acme.example/x" rel="noopener noreferrer nofollow" target="_blank">x</a>`},
		{"cid image", `<img src="cid:logo@acme.example" alt="Logo" width=10>`, `<img src="cid:logo@acme.example" alt="Logo" width="10">`},
		{"embedded picture", `<img src="data:image/png;base64,iVBORw0KGgo=">`, `<img src="data:image/png;base64,iVBORw0KGgo=">`},
		{"style", `<span style="COLOR: Red ;font-size:12px; background:url(x)">x</span>`, `<span style="color: Red; font-size: 12px">x</span>`},
		{"rgb", `<p style="background:rgb(1,2,3)">x`, `<p style="background: rgb(1,2,3)">x</p>`},
		{"quote marks", `<div class="gmail_quote evil"><blockquote type="cite">x</blockquote></div>`, `<div class="gmail_quote"><blockquote type="cite">x</blockquote></div>`},
		{"table", `<table border=1><tr><td colspan=2>a<td>b<tr><td>c</table>`, `<table border="1"><tr><td colspan="2">a</td><td>b</td></tr><tr><td>c</td></tr></table>`},
		{"list", `<ul><li>a<li>b<ul><li>c</ul><li>d</ul>`, `<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>`},
		{"unknown elements keep their words", `<form>Name: <o:p>Ann</o:p><button>Go</button></form>`, `Name: AnnGo`},
		{"no words from head", `<head><title>T</title><style>p{}</style></head><body>x</body>`, `x`},
		{"stray end tags", `</div></td>a</b>`, `a`},
		{"end tags do not leave their cell", `<div><table><tr><td></div>a</td></tr></table>b</div>`, `<div><table><tr><td>a</td></tr></table>b</div>`},
		{"noscript is read", `<noscript><b>x</b></noscript>`, `<b>x</b>`},
		{"nothing", ``, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Sanitise(tt.in).HTML; got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestSanitiseCountsAndKeepsRemoteImagesWhenAsked(t *testing.T) {
	in := `<img src="https://acme.example/a.png" alt="A"><img src="//acme.example/b.png"><img src="cid:c">`
	if got := Sanitise(in); got.RemoteImages != 2 || strings.Contains(got.HTML, "acme.example") {
		t.Errorf("default: got %+v, want 2 remote images and no trace of their host", got)
	}
	o := SanitiseOptions{KeepRemote: true, CID: func(id string) (string, bool) { return "/files/" + id, id == "c" }}
	want := `<img data-remote-src="https://acme.example/a.png" alt="A"><img><img src="/files/c">`
	if got := SanitiseWith(in, o).HTML; got != want {
		t.Errorf("asked for:\n got %s\nwant %s", got, want)
	}
	if got := SanitiseWith(want, SanitiseOptions{KeepRemote: true}).HTML; !strings.Contains(got, `data-remote-src="https://acme.example/a.png"`) {
		t.Errorf("sanitising again lost the address: %s", got)
	}
}

func TestSanitiseBoundsNesting(t *testing.T) {
	for _, tag := range []string{"b", "div", "blockquote", "table><tr><td"} {
		in := strings.Repeat("<"+tag+">", 100_000) + "x"
		got := Sanitise(in).HTML
		if n := strings.Count(got, "</"); n > maxNesting {
			t.Errorf("%s: %d elements deep", tag, n)
		}
		if !strings.Contains(got, "x") {
			t.Errorf("%s: the text is gone", tag)
		}
	}
}

func TestGuardRefusesWhatTheCleanerNeverWrites(t *testing.T) {
	for _, s := range []string{
		`<script>`, `<b onclick="x">`, `<a href="javascript:x">`, `<img src="https://x">`, `<b title=x>`, `a>b`, `<b`,
		`<b title="x"onclick="y">`, `<p style="background:url(x)">`, `<svg>`, `<!-- x -->`, `<b title='x'>`,
	} {
		if inGrammar(s, false) {
			t.Errorf("the guard lets %s pass", s)
		}
		if found := unsafe(t, guard(s, false)); len(found) > 0 {
			t.Errorf("after the guard %s still has %v", s, found)
		}
	}
}

func FuzzSanitise(f *testing.F) {
	for _, v := range vectors {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Sanitise(s).HTML
		if !inGrammar(once, false) {
			t.Fatalf("%q becomes %q, which the guard refuses", s, once)
		}
		if found := unsafe(t, once); len(found) > 0 {
			t.Fatalf("%q becomes %q, which has %v", s, once, found)
		}
		if twice := Sanitise(once).HTML; twice != once {
			t.Fatalf("%q: once %q, twice %q", s, once, twice)
		}
	})
}

func BenchmarkSanitise10kB(b *testing.B) {
	s := sampleHTML(10 << 10)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Sanitise(s)
	}
}

func sampleHTML(n int) string {
	var b strings.Builder
	b.WriteString("<html><head><style>p{color:red}</style></head><body>")
	for b.Len() < n {
		b.WriteString(`<div dir="ltr"><p class="MsoNormal" style="margin:0 0 10px; font-family:Arial, sans-serif">Hello <b>there</b>, our <a href="https://acme.example/status?x=1&amp;y=2">status page</a> says that all is well, but the build &amp; deploy step still fails with <i>exit code 1</i> since this morning.</p><img src="https://track.example/p.gif" width="1" height="1"></div>` + "\r\n")
	}
	return b.String() + "</body></html>"
}

func TestPicturesOfAMessageAreShownFromItself(t *testing.T) {
	m := Parse([]byte("From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:one\"><img src=\"cid:two\"><img src=\"cid:none\">\r\n" +
		"--x\r\nContent-Type: image/png\r\nContent-ID: <one>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n" +
		"--x\r\nContent-Type: image/svg+xml\r\nContent-ID: <two>\r\n\r\n<svg/>\r\n--x--\r\n"))
	got := SanitiseWith(m.HTML, SanitiseOptions{CID: m.Embedded}).HTML
	if !strings.Contains(got, `src="data:image/png;base64,AAEC"`) || strings.Contains(got, "svg") || strings.Contains(got, "cid:") {
		t.Errorf("got %s", got)
	}
}
