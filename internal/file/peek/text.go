package peek

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	enc "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"steward/internal/fault"
)

// Limits of what is shown.
const (
	pageLines = 1000      // lines of one page
	pageBytes = 256 << 10 // bytes of one page
	lineRunes = 2000      // characters of one line
	maxHits   = 200       // lines found by one search
	headSize  = 4096      // bytes that say whether a file is text, and in which encoding
)

// Line is one line of a text, without colours and control characters.
type Line struct {
	N    int64  `json:"n" doc:"Its number, from 1."`
	Text string `json:"text"`
	Cut  bool   `json:"cut,omitempty" doc:"Whether it is longer than shown."`
}

// Page is some lines of a text.
type Page struct {
	Encoding string `json:"encoding"`
	Lines    []Line `json:"lines" nullable:"false"`
	Next     *Place `json:"next" doc:"Where the next page begins; null at the end."`
	Reason   string `json:"reason" doc:"Why it ends early; empty when it does not."`
}

// Place is a place in a text: the offset in bytes of its unpacked content, and the number of the
// line that begins there.
type Place struct {
	Offset int64 `json:"offset"`
	Line   int64 `json:"line"`
}

// texty reports whether the beginning of a file looks like text.
func texty(head []byte) bool {
	if len(head) == 0 {
		return true
	}
	if e, _ := guess(head); e != nil {
		return true
	}
	control := 0
	for _, b := range head {
		switch {
		case b == 0:
			return false
		case b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != 0x1b && b != '\f' && b != '\b' && b != '\a':
			control++
		}
	}
	return control*50 < len(head)
}

// guess is the encoding of a text from its beginning; nil for UTF-8 and what goes as it.
func guess(head []byte) (encoding.Encoding, string) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return enc.UTF16(enc.LittleEndian, enc.UseBOM), "UTF-16"
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return enc.UTF16(enc.BigEndian, enc.UseBOM), "UTF-16"
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return enc.UTF8BOM, "UTF-8"
	}
	even, odd := 0, 0
	for i, b := range head {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	switch half := len(head) / 2; {
	case half > 8 && odd > half*7/10 && even < half/10:
		return enc.UTF16(enc.LittleEndian, enc.IgnoreBOM), "UTF-16"
	case half > 8 && even > half*7/10 && odd < half/10:
		return enc.UTF16(enc.BigEndian, enc.IgnoreBOM), "UTF-16"
	case even+odd > 0:
		return nil, ""
	}
	cut := head // the last character may be cut in two
	for i := 0; i < 3 && len(head) >= headSize && !utf8.Valid(cut); i++ {
		cut = cut[:len(cut)-1]
	}
	if len(head) > 0 && !utf8.Valid(cut) {
		return charmap.Windows1252, "Windows-1252"
	}
	return nil, "UTF-8"
}

// decoded streams a text as UTF-8.
func decoded(r io.Reader) (*bufio.Reader, string, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", err
	}
	if !texty(head) {
		return nil, "", fault.New(fault.Invalid, "This is not text. Download the file.")
	}
	e, name := guess(head)
	if e == nil {
		return b, name, nil
	}
	return bufio.NewReaderSize(transform.NewReader(b, e.NewDecoder()), 64<<10), name, nil
}

func inflate(r io.Reader) io.Reader { return flate.NewReader(r) }

// ansi are the sequences that colour a terminal.
var ansi = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])`)

// clean is a line without colours and control characters.
func clean(b []byte) (text string, cut bool) {
	s := strings.ToValidUTF8(strings.TrimRight(string(b), "\r\n"), "\uFFFD")
	if strings.IndexByte(s, 0x1b) >= 0 {
		s = ansi.ReplaceAllString(s, "")
	}
	s = strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, s)
	if len(s) > lineRunes {
		if r := []rune(s); len(r) > lineRunes {
			return string(r[:lineRunes]), true
		}
	}
	return s, false
}

// lines reads a text line by line without ever holding a long one whole.
type lines struct {
	r  *bufio.Reader
	at Place
}

// maxHeld is how much of one line is held, in bytes.
const maxHeld = 16 << 10

// next is the next line; it may be cut.
func (l *lines) next() (b []byte, cut bool, err error) {
	for {
		part, err := l.r.ReadSlice('\n')
		l.at.Offset += int64(len(part))
		if room := maxHeld - len(b); len(part) > room {
			b, cut = append(b, part[:room]...), true
		} else {
			b = append(b, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == nil || errors.Is(err, io.EOF) && len(b) > 0 {
			l.at.Line++
			return b, cut, nil
		}
		return nil, false, err
	}
}

// begin opens a text at a place. Plain UTF-8 is read from there; other texts from their
// beginning, because their places are counted in what they become.
func (s Source) begin(member string, from Place) (*lines, string, error) {
	r, err := s.open(member)
	if err != nil {
		return nil, "", err
	}
	text, name, err := decoded(r)
	if err != nil {
		return nil, "", err
	}
	if from.Offset <= 0 {
		return &lines{r: text, at: Place{0, 0}}, name, nil
	}
	format, err := s.format()
	if err != nil {
		return nil, "", err
	}
	if member == "" && format == "plain" && name == "UTF-8" && !s.bom() {
		if from.Offset > s.Size {
			from.Offset = s.Size
		}
		text = bufio.NewReaderSize(io.NewSectionReader(s.ReaderAt, from.Offset, s.Size-from.Offset), 64<<10)
	} else if _, err := io.CopyN(io.Discard, text, from.Offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, "", err
	}
	return &lines{r: text, at: Place{from.Offset, max(from.Line, 1) - 1}}, name, nil
}

func (s Source) bom() bool {
	b := make([]byte, 3)
	n, _ := s.ReadAt(b, 0) // a shorter one has none
	return n == 3 && bytes.Equal(b, []byte{0xef, 0xbb, 0xbf})
}

const farEnough = "This is as far as the file is unpacked here. Download it to see the rest."

// Read returns a page of a text, or of a member of an archive, from a place on.
func Read(s Source, member string, from Place) (Page, error) {
	out := Page{Lines: []Line{}}
	l, name, err := s.begin(member, from)
	if errors.Is(err, errBudget) {
		return Page{Lines: []Line{}, Reason: farEnough}, nil
	}
	if err != nil {
		return out, err
	}
	out.Encoding = name
	size := 0
	for len(out.Lines) < pageLines && size < pageBytes {
		b, cut, err := l.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			out.Reason = stopped(err)
			return out, nil
		}
		text, long := clean(b)
		out.Lines = append(out.Lines, Line{l.at.Line, text, cut || long})
		size += len(text)
	}
	if _, err := l.r.Peek(1); err == nil {
		out.Next = &Place{l.at.Offset, l.at.Line + 1}
	}
	return out, nil
}

func stopped(err error) string {
	if errors.Is(err, errBudget) {
		return farEnough
	}
	return "The file is damaged behind this."
}

// Found are the lines of a text that hold some words.
type Found struct {
	Hits   []Hit  `json:"hits" nullable:"false"`
	More   bool   `json:"more" doc:"Whether there may be more behind the last."`
	Reason string `json:"reason"`
}

// Hit is a line that was found, and the place of the page that begins with it.
type Hit struct {
	Line
	At Place `json:"at"`
}

// Find looks for words in a text, whatever their case, from a place on.
func Find(s Source, member, words string, from Place) (Found, error) {
	out := Found{Hits: []Hit{}}
	l, _, err := s.begin(member, from)
	if errors.Is(err, errBudget) {
		return Found{Hits: []Hit{}, More: true, Reason: farEnough}, nil
	}
	if err != nil {
		return out, err
	}
	sought := strings.ToLower(words)
	until := newBudget(nil, 0).until
	for looked := int64(0); ; {
		at := Place{l.at.Offset, l.at.Line + 1}
		b, cut, err := l.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if looked += int64(len(b)); err == nil && looked > maxUnpacked || err == nil && l.at.Line%4096 == 0 && newBudget(nil, 0).until.Sub(until) > maxTime {
			err = errBudget
		}
		if err != nil {
			out.More, out.Reason = true, stopped(err)
			return out, nil
		}
		if !strings.Contains(strings.ToLower(string(b)), sought) && (bytes.IndexByte(b, 0x1b) < 0) {
			continue
		}
		text, long := clean(b)
		if !strings.Contains(strings.ToLower(text), sought) {
			continue
		}
		out.Hits = append(out.Hits, Hit{Line{at.Line, text, cut || long}, at})
		if len(out.Hits) == maxHits {
			out.More = true
			return out, nil
		}
	}
}
