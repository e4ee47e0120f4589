package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// maxRecord is the largest row, in bytes; a quote that is never closed would make one of
// the whole file.
const maxRecord = 1 << 20

// Row is a line of the file, counted from 1 as an editor does; a row with line breaks in a
// cell has the line it begins at.
type Row struct {
	Line  int
	Cells []string
	Bad   string // why it cannot be read; the cells are a guess then
}

// reader reads rows and goes on behind those that are broken.
type reader struct {
	tape  *tape
	csv   *csv.Reader
	comma rune
	lines int // before what csv reads
}

func newReader(r io.Reader, comma rune) *reader {
	d := &reader{comma: comma}
	d.start(r)
	return d
}

func (d *reader) start(r io.Reader) {
	d.tape = &tape{r: r}
	d.csv = csv.NewReader(d.tape)
	d.csv.Comma, d.csv.FieldsPerRecord = d.comma, -1
}

// next returns the next row that is not empty, or io.EOF.
func (d *reader) next() (Row, error) {
	cells, err := d.csv.Read()
	var parse *csv.ParseError
	switch {
	case err == nil:
		line, _ := d.csv.FieldPos(0)
		d.tape.cut(d.csv.InputOffset())
		return Row{Line: d.lines + line, Cells: cells}, nil
	case errors.As(err, &parse):
		return d.broken("The quotes of this row do not fit: each quote inside a quoted cell is written twice, and the last one closes it.")
	case errors.Is(err, errLong):
		return d.broken("This row is larger than 1 MB; a quote is probably not closed.")
	default:
		return Row{}, err
	}
}

// broken gives up one line and begins anew behind it: what a quote had swallowed is read again.
func (d *reader) broken(reason string) (Row, error) {
	kept := d.tape.kept
	skipped := 0
	for len(kept) > 0 && (kept[0] == '\n' || kept[0] == '\r') {
		if kept[0] == '\n' {
			skipped++
		}
		kept = kept[1:]
	}
	line := kept
	if end := bytes.IndexByte(kept, '\n'); end >= 0 {
		line, kept = kept[:end], kept[end+1:]
	} else {
		kept = nil
	}
	at := d.tape.lines + d.lines + skipped + 1
	text := strings.TrimRight(string(line), "\r")
	lazy := csv.NewReader(strings.NewReader(strings.ReplaceAll(text, `"`, "")))
	lazy.Comma, lazy.FieldsPerRecord = d.comma, -1
	cells, err := lazy.Read()
	if err != nil {
		cells = []string{text}
	}
	rest := d.tape.r
	d.lines = at
	d.start(io.MultiReader(bytes.NewReader(bytes.Clone(kept)), rest))
	return Row{Line: at, Cells: cells, Bad: reason}, nil
}

// tape keeps what was read since the last whole row.
type tape struct {
	r     io.Reader
	kept  []byte
	base  int64 // offset of kept
	lines int   // before kept
}

var errLong = errors.New("a row is too long")

// Read implements io.Reader.
func (t *tape) Read(p []byte) (int, error) {
	if len(t.kept) > maxRecord {
		return 0, errLong
	}
	n, err := t.r.Read(p)
	t.kept = append(t.kept, p[:n]...)
	return n, err
}

// cut forgets what stands before an offset.
func (t *tape) cut(to int64) {
	n := int(to - t.base)
	t.lines += bytes.Count(t.kept[:n], []byte{'\n'})
	t.kept, t.base = t.kept[n:], to
}

// separator finds out what separates the cells of a header: comma, semicolon or tab.
func separator(header string) rune {
	best, most := ',', 0
	quoted := false
	counts := map[rune]int{}
	for _, r := range header {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && (r == ',' || r == ';' || r == '\t'):
			counts[r]++
		}
	}
	for _, r := range ",;\t" {
		if counts[r] > most {
			best, most = r, counts[r]
		}
	}
	return best
}
