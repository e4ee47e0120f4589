package strace

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"sync"
)

// blockSize is how much text a worker takes at once: small enough for a processor's cache.
const blockSize = 256 << 10

// ahead decompresses on a goroutine of its own, so that a log is read while the next of it
// is being made.
type ahead struct {
	full  chan []byte
	empty chan []byte
	quit  chan struct{}
	once  sync.Once
	done  sync.WaitGroup
	err   error
	cur   []byte
	buf   []byte
}

func readAhead(r io.Reader) *ahead {
	a := &ahead{full: make(chan []byte, 4), empty: make(chan []byte, 5), quit: make(chan struct{})}
	for range 5 {
		a.empty <- make([]byte, 512<<10)
	}
	a.done.Add(1)
	go func() {
		defer a.done.Done()
		defer close(a.full)
		for {
			var b []byte
			select {
			case b = <-a.empty:
			case <-a.quit:
				return
			}
			b = b[:cap(b)]
			n, err := io.ReadFull(r, b)
			if n > 0 {
				select {
				case a.full <- b[:n]:
				case <-a.quit:
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.ErrUnexpectedEOF) || n == 0 {
					if !errors.Is(err, io.EOF) {
						a.err = err
					}
				} else if probe, perr := r.Read(make([]byte, 1)); probe == 0 && perr != nil && !errors.Is(perr, io.EOF) {
					a.err = perr // a compressed file that was cut says so again
				}
				return
			}
		}
	}()
	return a
}

// Read implements [io.Reader].
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.cur) == 0 {
		if a.buf != nil {
			a.empty <- a.buf
			a.buf = nil
		}
		b, ok := <-a.full
		if !ok {
			if a.err != nil {
				return 0, a.err
			}
			return 0, io.EOF
		}
		a.cur, a.buf = b, b
	}
	n := copy(p, a.cur)
	a.cur = a.cur[n:]
	return n, nil
}

func (a *ahead) stop() {
	a.once.Do(func() { close(a.quit) })
	a.done.Wait()
}

// blocks gives out a stream, or a file that is memory, in pieces of whole lines.
type blocks struct {
	r     io.Reader
	mem   []byte // if not nil, instead of r
	rest  []byte // the beginning of a line that the last piece ended in
	at    int64
	limit int // bytes of a line
	ended bool
	over  int64 // lines that were longer
	size  int   // of a piece; 0 means blockSize
	read  int64
}

// more reports whether there is another piece.
func (s *blocks) more() bool { return !s.ended || len(s.rest) > 0 }

// next fills buf with whole lines and returns them, where they begin, and whether the
// stream ends with them. A line over the limit is cut; its rest is passed over.
func (s *blocks) next(buf []byte) (piece, grown []byte, at int64, final bool, err error) {
	if s.mem != nil {
		at = s.at
		if err = shielded(func() { piece, at, final = s.slice() }); err != nil {
			s.ended = true
		}
		return piece, buf, at, final, err
	}
	size := cmp.Or(s.size, blockSize)
	if len(buf) < len(s.rest)+size/2 {
		buf = make([]byte, len(s.rest)+size)
	}
	n := copy(buf, s.rest)
	at = s.at
	s.rest = s.rest[:0]
	searched := 0
	for !s.ended {
		if n == len(buf) {
			if i := bytes.LastIndexByte(buf[searched:n], '\n'); i >= 0 {
				i += searched
				s.rest = append(s.rest, buf[i+1:n]...)
				s.at += int64(i + 1)
				return buf[:i+1], buf, at, false, nil
			}
			searched = n
			if n >= s.limit {
				skipped, err := s.skipLine()
				s.over++
				buf[n-1] = '\n'
				s.at += int64(n) + skipped
				return buf[:n], buf, at, s.ended && len(s.rest) == 0, err
			}
			bigger := make([]byte, min(2*len(buf), max(s.limit, size)+size))
			copy(bigger, buf)
			buf = bigger
		}
		k, err := s.r.Read(buf[n:])
		n += k
		s.read += int64(k)
		if errors.Is(err, io.EOF) {
			s.ended = true
		} else if err != nil {
			// what was read before the damage is still a log
			s.ended = true
			s.at += int64(n)
			return buf[:n], buf, at, true, err
		}
	}
	s.at += int64(n)
	return buf[:n], buf, at, true, nil
}

// skipLine passes over what is left of a line.
func (s *blocks) skipLine() (int64, error) {
	var skipped int64
	b := make([]byte, 256<<10)
	for {
		k, err := s.r.Read(b)
		s.read += int64(k)
		if i := bytes.IndexByte(b[:k], '\n'); i >= 0 {
			s.rest = append(s.rest, b[i+1:k]...)
			if errors.Is(err, io.EOF) {
				s.ended, err = true, nil
			}
			return skipped + int64(i+1), err
		}
		skipped += int64(k)
		if err != nil {
			s.ended = true
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return skipped, err
		}
	}
}
