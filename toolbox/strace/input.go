package strace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"

	kgzip "github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Input is one log: where its text comes from and what is known of it beforehand.
type Input struct {
	Name string
	// PID is the process of a file that strace -ff wrote, whose lines name none; 0 otherwise.
	PID int32
	// Size is how many bytes there are as stored, 0 when unknown. It is for progress only.
	Size int64
	// Open begins reading. Gzip and zstd are recognised by content and need not be undone.
	Open func() (io.ReadCloser, error)
}

// FromReader makes an input of what r gives, which is read once.
func FromReader(name string, r io.Reader) Input {
	return Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

// Open makes inputs of file names. "-" is standard input. A folder stands for the files in
// it, and a name that no file has for the family strace -ff made of it (NAME.123, NAME.124).
func Open(names ...string) ([]Input, error) {
	var out []Input
	for _, n := range names {
		if n == "-" {
			out = append(out, FromReader("-", os.Stdin))
			continue
		}
		info, err := os.Stat(n)
		switch {
		case err == nil && info.IsDir():
			entries, err := os.ReadDir(n)
			if err != nil {
				return nil, err
			}
			found := len(out)
			for _, e := range entries {
				if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
					out = append(out, fileInput(filepath.Join(n, e.Name())))
				}
			}
			if found == len(out) {
				return nil, fmt.Errorf("%s holds no files", n)
			}
			sortFamily(out[found:])
		case err == nil:
			out = append(out, fileInput(n))
		default:
			members, _ := filepath.Glob(globQuote(n) + ".*")
			found := len(out)
			for _, m := range members {
				if in := fileInput(m); in.PID != 0 {
					out = append(out, in)
				}
			}
			if found == len(out) {
				return nil, err
			}
			sortFamily(out[found:])
		}
	}
	return out, nil
}

func globQuote(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

func sortFamily(in []Input) {
	sort.SliceStable(in, func(i, j int) bool { return in[i].PID < in[j].PID })
}

func fileInput(name string) Input {
	in := Input{Name: name, PID: familyPID(name), Open: func() (io.ReadCloser, error) { return os.Open(name) }}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		in.Size = info.Size()
	}
	return in
}

// familyPID is the process in a name like trace.1234 or trace.1234.gz, or 0.
func familyPID(name string) int32 {
	name = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(name), ".gz"), ".zst")
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return 0
	}
	n, err := strconv.ParseInt(name[i+1:], 10, 32)
	if err != nil || n <= 0 || n >= maxPID {
		return 0
	}
	return int32(n)
}

// counter counts the bytes that were taken from storage.
type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// text is an input's text: decompressed if need be.
func (in Input) text(done *atomic.Int64) (io.Reader, func(), error) {
	f, err := in.Open()
	if err != nil {
		return nil, nil, err
	}
	closer := func() { _ = f.Close() }
	var raw io.Reader = counter{f, done}
	head := make([]byte, 4)
	n, err := io.ReadFull(raw, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		closer()
		return nil, nil, err
	}
	head = head[:n]
	whole := io.MultiReader(bytes.NewReader(head), raw)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := kgzip.NewReader(bufio.NewReaderSize(whole, 256<<10))
		if err != nil {
			closer()
			return nil, nil, fmt.Errorf("%s begins like gzip and is none: %w", in.Name, err)
		}
		ahead := readAhead(z)
		return ahead, func() { ahead.stop(); closer() }, nil
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(whole, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			closer()
			return nil, nil, fmt.Errorf("%s begins like zstd and is none: %w", in.Name, err)
		}
		ahead := readAhead(z)
		return ahead, func() { ahead.stop(); z.Close(); closer() }, nil
	}
	if file, ok := f.(*os.File); ok && at(file) == int64(len(head)) {
		return plainFile{whole, file}, closer, nil
	}
	return whole, closer, nil
}

// at is how far a file has been read; -1 for what has no such place.
func at(f *os.File) int64 {
	n, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1
	}
	return n
}

// plainFile is the text of a file that need not be decompressed.
type plainFile struct {
	io.Reader
	file *os.File
}
