package strace

import (
	"bytes"
	"errors"
	"runtime/debug"
)

// errShrunk is the damage of a file that somebody made shorter while it was read.
var errShrunk = errors.New("the file became shorter while it was read")

// shielded calls f, which reads a file's memory, and turns the fault of reading behind the
// end of a file that was made shorter meanwhile into an error.
func shielded(f func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if x := recover(); x != nil {
			if _, fault := x.(interface{ Addr() uintptr }); !fault {
				panic(x)
			}
			err = errShrunk
		}
	}()
	f()
	return nil
}

// slice is [blocks.next] of a file that is memory.
func (s *blocks) slice() (piece []byte, at int64, final bool) {
	at = s.at
	rest := s.mem[at:]
	end := len(rest)
	if end > s.size {
		if i := bytes.LastIndexByte(rest[:s.size], '\n'); i >= 0 {
			end = i + 1
		} else if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			end = i + 1
		}
	}
	s.at += int64(end)
	if end > s.limit { // one line, or the last: what is over the limit is passed over
		if i := bytes.LastIndexByte(rest[:s.limit], '\n'); i >= 0 {
			s.at, end = at+int64(i+1), i+1
		} else {
			s.over++
			if i := bytes.IndexByte(rest, '\n'); i >= 0 {
				s.at = at + int64(i+1)
			}
			end = s.limit
		}
	}
	s.ended = s.at == int64(len(s.mem))
	return rest[:end], at, s.ended
}
