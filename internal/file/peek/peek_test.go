package peek_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"steward/internal/file/peek"
)

func source(b []byte) peek.Source {
	return peek.Source{ReaderAt: bytes.NewReader(b), Size: int64(len(b))}
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func tarOf(members map[string]string) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, text := range members {
		_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))})
		_, _ = io.WriteString(w, text)
	}
	_ = w.Close()
	return out.Bytes()
}

func zipOf(t *testing.T, members map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range members {
		m, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(m, text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTextsShowTheirLines(t *testing.T) {
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("first\r\nsecönd")) {
		utf16le = binary.LittleEndian.AppendUint16(utf16le, u)
	}
	for name, c := range map[string]struct {
		in       []byte
		encoding string
	}{
		"plain":        {[]byte("first\nsecönd\n"), "UTF-8"},
		"marked":       {[]byte("\xef\xbb\xbffirst\nsecönd"), "UTF-8"},
		"colours":      {[]byte("\x1b[31mfirst\x1b[0m\n\x1b]0;title\x07sec\x1b[1;32mönd\x1b[m\x07\u202e"), "UTF-8"},
		"utf-16":       {utf16le, "UTF-16"},
		"windows-1252": {[]byte("first\nsec\xf6nd"), "Windows-1252"},
		"gzip":         {gz([]byte("first\nsecönd\n")), "UTF-8"},
	} {
		p, err := peek.Read(source(c.in), "", peek.Place{})
		if err != nil || p.Encoding != c.encoding || len(p.Lines) != 2 || p.Lines[0].Text != "first" || p.Lines[1].Text != "secönd" || p.Lines[1].N != 2 || p.Next != nil {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestMembersOfArchives(t *testing.T) {
	members := map[string]string{"logs/a.log": "one\ntwo\n", "../../etc/passwd": "<script>alert(1)</script>"}
	for name, in := range map[string][]byte{"zip": zipOf(t, members), "tar": tarOf(members), "tar.gz": gz(tarOf(members))} {
		l, err := peek.List(source(in))
		if err != nil || l.Kind != peek.Archive || len(l.Members) != 2 {
			t.Fatalf("%s: %+v, %v", name, l, err)
		}
		for member, text := range members {
			p, err := peek.Read(source(in), member, peek.Place{})
			if err != nil || len(p.Lines) == 0 || !strings.HasPrefix(text, p.Lines[0].Text) {
				t.Errorf("%s of %s: %+v, %v", member, name, p, err)
			}
		}
		if _, err := peek.Read(source(in), "nothing", peek.Place{}); err == nil {
			t.Errorf("%s: a member that is not there was read", name)
		}
	}
	if l, err := peek.List(source([]byte{0x7f, 'E', 'L', 'F', 0, 0, 0, 1, 2, 3})); err != nil || l.Kind != peek.Other {
		t.Errorf("a program: %+v, %v", l, err)
	}
}

// zeros is a text of so many bytes that packs to almost nothing.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	for i := range p[:n] {
		p[i] = 'a'
	}
	z.left -= n
	return int(n), nil
}

func TestBombsCostLittle(t *testing.T) {
	var bomb bytes.Buffer
	w, _ := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	_, _ = io.Copy(w, &zeros{1 << 30})
	_ = w.Close()
	var many bytes.Buffer // a table of contents with very many members
	z := zip.NewWriter(&many)
	for i := range 120_000 {
		_, _ = z.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("m%d", i)})
	}
	_ = z.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	p, err := peek.Read(source(bomb.Bytes()), "", peek.Place{})
	if err != nil || p.Reason == "" && (len(p.Lines) != 1 || !p.Lines[0].Cut) {
		t.Errorf("a bomb: %d lines, %q, %v", len(p.Lines), p.Reason, err)
	}
	if f, err := peek.Find(source(bomb.Bytes()), "", "needle", peek.Place{}); err != nil || !f.More {
		t.Errorf("looking through a bomb: %+v, %v", f, err)
	}
	if l, err := peek.List(source(many.Bytes())); err != nil || l.Kind != peek.Other || !strings.Contains(l.Reason, "table of contents") {
		t.Errorf("very many members: %d listed, %q, %v", len(l.Members), l.Reason, err)
	}
	runtime.ReadMemStats(&after)
	if took, held := time.Since(began), (after.TotalAlloc-before.TotalAlloc)>>20; took > 30*time.Second || held > 200 {
		t.Errorf("it took %s and %d MB", took, held)
	}
}

func TestLargeLogIsReadWhereItIsAsked(t *testing.T) {
	var b bytes.Buffer
	for i := 1; b.Len() < 50<<20; i++ {
		fmt.Fprintf(&b, "2026-03-09 09:00:00 line %d of the log, with some words behind it\n", i)
	}
	counted := &counting{ReaderAt: bytes.NewReader(b.Bytes())}
	s := peek.Source{ReaderAt: counted, Size: int64(b.Len())}
	first, err := peek.Read(s, "", peek.Place{})
	if err != nil || len(first.Lines) != 1000 || first.Next == nil || first.Next.Line != 1001 {
		t.Fatalf("%d lines, next %+v, %v", len(first.Lines), first.Next, err)
	}
	second, err := peek.Read(s, "", *first.Next)
	if err != nil || second.Lines[0].N != 1001 || !strings.Contains(second.Lines[0].Text, "line 1001 of") {
		t.Fatalf("%+v, %v", second.Lines[0], err)
	}
	if counted.n > 1<<20 {
		t.Errorf("two pages read %d bytes", counted.n)
	}
	found, err := peek.Find(s, "", "LINE 600000 OF", peek.Place{})
	if err != nil || len(found.Hits) != 1 || found.Hits[0].N != 600000 {
		t.Fatalf("%+v, %v", found, err)
	}
	there, err := peek.Read(s, "", found.Hits[0].At)
	if err != nil || there.Lines[0].Text != found.Hits[0].Text || there.Lines[0].N != 600000 {
		t.Errorf("%+v, %v", there.Lines[0], err)
	}
}

type counting struct {
	io.ReaderAt
	n int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n += n
	return n, err
}

func FuzzLook(f *testing.F) {
	f.Add([]byte("text\n"), "")
	f.Add(gz(tarOf(map[string]string{"a": "b"})), "a")
	f.Fuzz(func(t *testing.T, in []byte, member string) {
		if _, err := peek.List(source(in)); err != nil {
			t.Logf("%v", err)
		}
		_, _ = peek.Read(source(in), member, peek.Place{Offset: 1})
		_, _ = peek.Find(source(in), member, "a", peek.Place{})
	})
}

func zst(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}

func TestZstdIsLookedInto(t *testing.T) {
	packed := source(zst(t, tarOf(map[string]string{"var/log/app.log": "first\nsecond\n"})))
	list, err := peek.List(packed)
	if err != nil || list.Kind != peek.Archive || len(list.Members) != 1 || list.Members[0].Name != "var/log/app.log" || !list.Members[0].Readable {
		t.Fatalf("a tar.zst holds %+v: %v", list, err)
	}
	if list, err = peek.List(source(zst(t, []byte("one line\n")))); err != nil || list.Kind != peek.Text || list.Format != "zstd" {
		t.Errorf("a compressed log is %+v: %v", list, err)
	}
	if list, err = peek.List(source(append([]byte{0x28, 0xb5, 0x2f, 0xfd}, bytes.Repeat([]byte{0xff}, 200)...))); err != nil || list.Kind != peek.Other || list.Reason == "" {
		t.Errorf("what only begins like zstd is %+v: %v", list, err)
	}
	// A megabyte of packed zeros would be far more than is looked at.
	begun := time.Now()
	if list, err = peek.List(source(zst(t, tarOf(map[string]string{"zeros": string(make([]byte, 200<<20)), "zzz": "last"})))); err != nil || time.Since(begun) > time.Minute {
		t.Errorf("a bomb is %+v after %s: %v", list, time.Since(begun), err)
	}
	if !list.More {
		t.Errorf("a bomb was unpacked to its end: %+v", list)
	}
}
