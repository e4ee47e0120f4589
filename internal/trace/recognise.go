package trace

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"steward/toolbox/strace"
)

// headSize is how much of a file's text is read to tell what it is.
const headSize = 64 << 10

// candidate reports whether a file of a type may be a log at all; the type was found from its
// bytes. Logs with odd bytes in them are no text to such a finding.
func candidate(contentType string) bool {
	base, _, _ := strings.Cut(contentType, ";")
	switch base {
	case "application/gzip", "application/x-gzip", "application/zstd", "application/octet-stream":
		return true
	}
	return strings.HasPrefix(base, "text/") && base != "text/html" && base != "text/rtf" && base != "text/vcard" && base != "text/calendar"
}

// head is the beginning of a file's text, unpacked. A file that cannot be unpacked has none.
func head(r io.Reader) ([]byte, error) {
	first := make([]byte, 4)
	n, err := io.ReadFull(r, first)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r = io.MultiReader(bytes.NewReader(first[:n]), r)
	switch {
	case bytes.HasPrefix(first, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil //nolint:nilerr // no gzip after all
		}
		r = z
	case bytes.Equal(first, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return nil, nil //nolint:nilerr // no zstd after all
		}
		defer z.Close()
		r = z
	}
	text, err := io.ReadAll(io.LimitReader(r, headSize))
	if len(text) > 0 || err == nil {
		return text, nil // what could be unpacked is enough
	}
	return nil, nil
}

// looksLike reports whether a text begins as strace writes: nearly all of its whole lines are
// strace's, and there are calls among them.
func looksLike(text []byte) bool {
	whole := text
	if i := bytes.LastIndexByte(text, '\n'); i > 0 {
		whole = text[:i]
	}
	lines, good, calls := 0, 0, 0
	for l := range bytes.SplitSeq(whole, []byte{'\n'}) {
		switch k := strace.ParseLine(bytes.TrimSuffix(l, []byte{'\r'})).Kind; k {
		case strace.Blank, strace.Detail, strace.Totals:
			continue
		case strace.Unparsed:
		case strace.Call, strace.Unfinished, strace.Resumed:
			calls++
			good++
		default:
			good++
		}
		if lines++; lines == 500 {
			break
		}
	}
	return calls >= 2 && good*10 >= lines*9
}
