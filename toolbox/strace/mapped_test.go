package strace

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A file is read through memory, the same text from a reader through buffers: pieces of
// both must tell the same, whatever the limit of a line.
func TestAFileAndAStreamTellTheSame(t *testing.T) {
	var text bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&text, "%d 12:00:00.%06d read(3</a>, \"%s\", 512) = %d <0.000007>\n", 1+i%5, i, strings.Repeat("x", i%300), i%300)
		if i == 1500 {
			fmt.Fprintf(&text, "7 12:00:00.%06d write(1, \"%s\", 9000) = 9000 <0.000009>\n", i, strings.Repeat("y", 9000))
		}
	}
	name := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, block := range []int{512, 4 << 10, 64 << 10, 16 << 20} {
		for _, limit := range []int{1 << 10, 1 << 20} {
			opt := Options{Need: NeedAll, block: block, Limits: DefaultLimits}
			opt.Limits.Line = limit
			file := analyze(t, opt, name)
			stream, err := Analyze(context.Background(), []Input{FromReader(name, bytes.NewReader(text.Bytes()))}, opt)
			if err != nil {
				t.Fatal(err)
			}
			f, s := file.Summary(), stream.Summary()
			f.Bytes, s.Bytes = 0, 0 // a stream cuts a long line where its buffer ends
			if limit > block {
				if !reflect.DeepEqual(f, s) {
					t.Errorf("pieces of %d, lines to %d: file %+v\nstream %+v", block, limit, f, s)
				}
			}
			if want := int64(3000 + limit>>20); f.ReturnedCalls != want {
				t.Errorf("pieces of %d, lines to %d: %d returned, want %d", block, limit, f.ReturnedCalls, want)
			}
		}
	}
}

// Somebody makes the file shorter while it is read: what was read before is told, and that
// the rest was lost.
func TestAFileThatShrinksWhileItIsRead(t *testing.T) {
	line := []byte("1 12:00:00.000001 close(3) = 0 <0.000007>\n")
	name := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(name, bytes.Repeat(line, 200_000), 0o600); err != nil {
		t.Fatal(err)
	}
	opt := Options{Workers: 2, block: 64 << 10, Progress: func(int64, int64) { _ = os.Truncate(name, 128<<10) }}
	s := analyze(t, opt, name).Summary()
	if s.ReturnedCalls < 1000 || s.ReturnedCalls > 190_000 || !strings.Contains(strings.Join(s.Notes, "\n"), "became shorter") {
		t.Errorf("%d returned, notes %q", s.ReturnedCalls, s.Notes)
	}
}
