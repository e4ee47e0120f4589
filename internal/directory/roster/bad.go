package roster

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
)

// BadWriter writes rows that failed as a file that can be mended in place and imported
// again: the columns of the first file, then the line in it and the reason.
type BadWriter struct {
	csv     *csv.Writer
	keep    []int // columns of the first file, without those that an earlier import added
	columns int   // of the first file
}

// NewBadWriter begins the file; it is UTF-8 with a mark, so that spreadsheets read it right.
func NewBadWriter(w io.Writer, f File) (*BadWriter, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	b := &BadWriter{csv: csv.NewWriter(w), columns: len(f.Header)}
	b.csv.Comma = []rune(f.Separator)[0]
	var head []string
	for n, name := range f.Header {
		if name != LineColumn && name != ErrorColumn {
			b.keep, head = append(b.keep, n), append(head, name)
		}
	}
	return b, b.csv.Write(append(head, LineColumn, ErrorColumn))
}

// Write adds rows, in the order of their lines.
func (b *BadWriter) Write(rows []Bad) error {
	slices.SortFunc(rows, func(a, c Bad) int { return a.Line - c.Line })
	for _, r := range rows {
		out := make([]string, 0, len(b.keep)+2)
		for _, n := range b.keep {
			cell := ""
			if n < len(r.Cells) {
				cell = r.Cells[n]
			}
			out = append(out, cell)
		}
		out = append(out, strconv.Itoa(r.Line), r.Reason)
		if len(r.Cells) > b.columns { // cells beyond the header are kept behind
			out = append(out, r.Cells[b.columns:]...)
		}
		if err := b.csv.Write(out); err != nil {
			return err
		}
	}
	b.csv.Flush()
	return b.csv.Error()
}
