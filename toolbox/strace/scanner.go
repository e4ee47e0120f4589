package strace

import (
	"bytes"
	"io"
	"sync/atomic"
)

// Event is a line of a log with where it stands.
type Event struct {
	Line
	Number int64 // of the line, from 1; of a joined call the line it began in
	Offset int64 // bytes from the beginning of the (decompressed) log
	At     int64 // time on the log's axis: [Line.Time] with days and deltas added up; of a joined call when it began; [Unknown] without times
	Joined bool  // put together from an Unfinished and a Resumed line
	Raw    []byte
}

// Scanner streams a log's lines as events, with memory that does not grow with the log. Use
// it as bufio.Scanner:
//
//	for s.Scan() {
//		e := s.Event()
//	}
//	if err := s.Err(); err != nil { … }
type Scanner struct {
	// Join makes one Call of a call's two halves, in the place of the second. The first half
	// is not given out then; those that never end are given out last, as Unfinished.
	Join bool
	// PID stands in for lines that name no process, as in the files of -ff.
	PID int32

	src    *blocks
	buf    []byte
	piece  []byte
	at     int64
	number int64
	event  Event
	err    error
	done   atomic.Int64
	close  func()
	final  bool
	last   int64
	days   int64
	rel    int64
	open   map[int32]*Event
	left   []*Event
}

// NewScanner streams the log of an input, plain or compressed. Close it.
func NewScanner(in Input) (*Scanner, error) {
	s := &Scanner{PID: in.PID, last: Unknown, open: map[int32]*Event{}}
	r, closer, err := in.text(&s.done)
	if err != nil {
		return nil, err
	}
	s.src, s.close = &blocks{r: r, limit: DefaultLimits.Line}, closer
	return s, nil
}

// NewReaderScanner streams a plain log.
func NewReaderScanner(r io.Reader) *Scanner {
	return &Scanner{src: &blocks{r: r, limit: DefaultLimits.Line}, close: func() {}, last: Unknown, open: map[int32]*Event{}}
}

// Close ends reading.
func (s *Scanner) Close() error {
	s.close()
	return nil
}

// Err is what ended the reading, nil at the log's end.
func (s *Scanner) Err() error { return s.err }

// Event is what Scan found. Its slices hold until the next Scan.
func (s *Scanner) Event() *Event { return &s.event }

// Scan goes to the next event and reports whether there is one.
func (s *Scanner) Scan() bool {
	for {
		raw, ok := s.line()
		if !ok {
			if s.Join && s.left == nil {
				for _, e := range s.open {
					s.left = append(s.left, e)
				}
				s.open = nil
			}
			if len(s.left) == 0 {
				return false
			}
			s.event, s.left = *s.left[0], s.left[1:]
			return true
		}
		e := &s.event
		e.Line = ParseLine(raw)
		e.Raw, e.Joined, e.At = raw, false, s.time(&e.Line)
		if e.PID == 0 {
			e.PID = s.PID
		}
		if !s.Join || !s.join() {
			return true
		}
	}
}

// line is the next line, without its end.
func (s *Scanner) line() ([]byte, bool) {
	for len(s.piece) == 0 {
		if s.src.ended && len(s.src.rest) == 0 || s.err != nil {
			return nil, false
		}
		s.piece, s.buf, s.at, s.final, s.err = s.src.next(s.buf)
	}
	n := bytes.IndexByte(s.piece, '\n')
	raw, next := s.piece, len(s.piece)
	if n >= 0 {
		raw, next = s.piece[:n], n+1
	}
	s.event.Offset = s.at
	s.at += int64(next)
	s.piece = s.piece[next:]
	s.number++
	s.event.Number = s.number
	return raw, true
}

func (s *Scanner) time(l *Line) int64 {
	if l.Time == Unknown {
		return Unknown
	}
	t := l.Time
	switch l.Clock {
	case DayClock:
		t += s.days
		if s.last != Unknown && t < s.last-backstep {
			s.days, t = s.days+day, t+day
		}
	case Relative:
		s.rel += t
		t = s.rel
	}
	s.last = t
	return t
}

// join keeps first halves and completes second ones. It reports whether the event is to be
// swallowed.
func (s *Scanner) join() bool {
	e := &s.event
	switch e.Kind {
	case Unfinished:
		if e.Text != nil {
			return true
		}
		keep := *e
		keep.Name, keep.Args, keep.Comm, keep.Raw = bytes.Clone(e.Name), bytes.Clone(e.Args), bytes.Clone(e.Comm), bytes.Clone(e.Raw)
		if len(s.open) < 1<<20 {
			s.open[e.PID] = &keep
		}
		return true
	case Superseded:
		if first := s.open[e.Code]; first != nil {
			delete(s.open, e.Code)
			s.open[e.PID] = first
		}
	case Resumed:
		first := s.open[e.PID]
		if first == nil || !bytes.Equal(first.Name, e.Name) {
			return false
		}
		delete(s.open, e.PID)
		e.Kind, e.Joined = Call, true
		e.Number, e.Offset, e.At, e.Time = first.Number, first.Offset, first.At, first.Time
		e.Args = halves(nil, first.Args, e.Args)
	}
	return false
}
