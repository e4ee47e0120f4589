package roster

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strings"

	"steward/internal/fault"
)

// Open opens the file that is imported; it is called once for each time it is read.
type Open func() (io.ReadCloser, error)

// File is what a look at a whole file finds.
type File struct {
	Encoding  string     `json:"encoding"`  // utf-8, utf-16le, utf-16be, windows-1252 or latin1
	Separator string     `json:"separator"` // , ; or a tab
	Header    []string   `json:"header"`
	Samples   [][]string `json:"samples"` // the first rows
	Rows      int64      `json:"rows"`    // without the header; broken ones count
}

// samples is how many rows are shown before an import.
const samples = 3

// maxColumns is how many columns a file may have.
const maxColumns = 500

// Inspect reads a file whole. encoding may be "".
func Inspect(open Open, encoding string) (File, error) {
	f := File{Samples: [][]string{}}
	in, err := open()
	if err != nil {
		return f, err
	}
	f.Encoding, err = checkEncoding(in, encoding)
	in.Close()
	if err != nil {
		return f, err
	}
	if in, err = open(); err != nil {
		return f, err
	}
	defer in.Close()
	text := bufio.NewReaderSize(decoded(in, f.Encoding), 64<<10)
	first, err := text.Peek(64 << 10)
	if len(first) == 0 && errors.Is(err, io.EOF) {
		return f, fault.New(fault.Invalid, "The file is empty.")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return f, err
	}
	line, _, _ := strings.Cut(strings.TrimLeft(string(first), "\r\n"), "\n")
	f.Separator = string(separator(line))
	rows := newReader(text, []rune(f.Separator)[0])
	if f.Header, err = header(rows); err != nil {
		return f, err
	}
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return f, err
		}
		if f.Rows++; len(f.Samples) < samples && row.Bad == "" {
			f.Samples = append(f.Samples, clipCells(row.Cells))
		}
	}
}

func clipCells(cells []string) []string {
	out := slices.Clone(cells)
	for i, c := range out {
		if r := []rune(c); len(r) > 100 {
			out[i] = string(r[:100]) + "…"
		}
	}
	return out
}

func header(rows *reader) ([]string, error) {
	row, err := rows.next()
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "The file has no header. Its first row names the columns.")
	}
	if err != nil {
		return nil, err
	}
	if row.Bad != "" {
		return nil, fault.New(fault.Invalid, "Line %d, the header, cannot be read. %s", row.Line, row.Bad)
	}
	if len(row.Cells) > maxColumns {
		return nil, fault.New(fault.Invalid, "The file has %d columns; %d is the most.", len(row.Cells), maxColumns)
	}
	out := []string{}
	for n, name := range row.Cells {
		name = strings.TrimSpace(name)
		if name != "" && slices.Contains(out, name) {
			return nil, fault.New(fault.Invalid, "Two columns are called %q. Give each a name of its own.", name)
		}
		if name == "" && n == len(row.Cells)-1 && len(row.Cells) == 1 {
			return nil, fault.New(fault.Invalid, "The file has no header. Its first row names the columns.")
		}
		out = append(out, name)
	}
	return out, nil
}

// rows opens the file for reading its rows; the header is passed.
func (f File) rows(open Open) (*reader, io.Closer, error) {
	in, err := open()
	if err != nil {
		return nil, nil, err
	}
	r := newReader(bufio.NewReaderSize(decoded(in, f.Encoding), 64<<10), []rune(f.Separator)[0])
	if _, err := r.next(); err != nil {
		in.Close()
		return nil, nil, err
	}
	return r, in, nil
}
