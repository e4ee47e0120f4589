package mail

import (
	"strings"
	"testing"
)

func BenchmarkSanitise10kB(b *testing.B) {
	s := sampleHTML(10 << 10)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Sanitise(s)
	}
}

func BenchmarkCleaner10kB(b *testing.B) {
	s := sampleHTML(10 << 10)
	b.SetBytes(int64(len(s)))
	x := Sanitise(s).HTML
	if guardPolicy.Sanitize(x) != x {
		b.Fatal("guard changes")
	}
	for b.Loop() {
		inGrammar(x, false)
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
