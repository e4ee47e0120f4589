package strace

import "bytes"

// ParseLine takes a line apart, without its line feed. It never keeps or changes b.
func ParseLine(b []byte) Line {
	var l Line
	parseLine(b, &l)
	if l.Kind == Unparsed && bytes.IndexByte(b, 0x1b) >= 0 {
		plain := uncolor(b)
		parseLine(plain, &l)
		l.Flags |= FlagColor
	}
	return l
}

// parseLine is ParseLine without colours and without allocation.
func parseLine(b []byte, l *Line) {
	*l = Line{Time: Unknown, Delta: Unknown, Duration: Unknown}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	for len(b) > 0 && b[0] == 0 { // a log torn by a crash of its machine
		b = b[1:]
	}
	if len(b) == 0 {
		l.Kind = Blank
		return
	}
	rest := quickPrefix(b, l)
	if rest == nil {
		var ok bool
		if rest, ok = parsePrefix(b, l); !ok || len(rest) == 0 {
			if l.Kind != Detail {
				parseTable(b, l)
			}
			return
		}
	}
	switch c := rest[0]; {
	case c >= 'a' && c <= 'z' || c == '_' || c >= 'A' && c <= 'Z' || c == '?':
		if bytes.HasPrefix(rest, prefixStrace) {
			parseNote(rest, l)
			return
		}
		parseCall(rest, l)
	case c == '<':
		parseResumed(rest, l)
	case c == '-':
		parseSignal(rest, l)
	case c == '+':
		parseEnd(rest, l)
	}
	if l.Kind == Unparsed {
		parseTable(b, l)
	}
}

var (
	prefixStrace     = []byte("strace: ")
	prefixPID        = []byte("[pid ")
	suffixUnfinished = []byte("<unfinished ...>")
	suffixDetached   = []byte("<detached ...>")
)

func digit(c byte) bool { return c-'0' <= 9 }

// maxPID is more than any kernel gives.
const maxPID = 1 << 26

// parsePrefix reads process, times and brackets, and returns the rest.
func parsePrefix(b []byte, l *Line) ([]byte, bool) {
	i := 0
	for i < len(b) && b[i] == ' ' {
		i++
	}
	spaced := i > 0
	if i >= len(b) {
		return nil, false
	}
	if spaced && i == 1 && len(b) > 3 && b[2] == ' ' && (b[1] == '>' || b[1] == '|') {
		l.Kind = Detail
		if b[1] == '>' {
			l.Flags |= FlagStack
		} else {
			l.Flags |= FlagDump
		}
		l.Text = b
		return nil, false
	}
	if b[i] == '[' && bytes.HasPrefix(b[i:], prefixPID) {
		i += len(prefixPID)
		for i < len(b) && b[i] == ' ' {
			i++
		}
		n, j := number(b, i)
		if j == i || n >= maxPID {
			return nil, false
		}
		l.PID, i = int32(n), j
		l.Flags |= FlagBracket
		if i, j = comm(b, i, l, ']'), i; i < 0 {
			i = j
		}
		if i >= len(b) || b[i] != ']' {
			return nil, false
		}
		for i++; i < len(b) && b[i] == ' '; i++ {
		}
	} else if digit(b[i]) && !spaced {
		n, j := number(b, i)
		if j < len(b) && n > 0 && n < maxPID && (b[j] == ' ' || b[j] == '<') {
			if b[j] == '<' {
				if j = comm(b, j, l, ' '); j < 0 {
					return nil, false
				}
			}
			l.PID, i = int32(n), j
			l.Flags |= FlagPID
			for i < len(b) && b[i] == ' ' {
				i++
			}
		}
	}
	for i < len(b) {
		switch c := b[i]; {
		case digit(c):
			j := clock(b, i, l)
			if j < 0 {
				return nil, false
			}
			i = j
		case c == '(' && i+1 < len(b) && b[i+1] == '+': // (+     0.000249)
			j := i + 2
			for j < len(b) && b[j] == ' ' {
				j++
			}
			d, j := seconds(b, j)
			if d < 0 || j >= len(b) || b[j] != ')' {
				return nil, false
			}
			l.Delta, i = d, j+1
			l.Flags |= FlagR
		case c == '[':
			j := bracket(b, i, l)
			if j < 0 {
				return nil, false
			}
			i = j
		default:
			return b[i:], true
		}
		for i < len(b) && b[i] == ' ' {
			i++
		}
	}
	return nil, false
}

// number reads decimal digits from i on; at most 18 of them.
func number(b []byte, i int) (n int64, end int) {
	for end = i; end < len(b) && end-i < 18 && digit(b[end]); end++ {
		n = n*10 + int64(b[end]-'0')
	}
	return n, end
}

// comm reads "<command>" at i and returns what follows it, where after comes next; -1 if there is none.
func comm(b []byte, i int, l *Line, after byte) int {
	if i >= len(b) || b[i] != '<' {
		return -1
	}
	for j := i + 1; j < len(b) && j < i+80; j++ {
		if b[j] == '>' && (j+1 == len(b) || b[j+1] == after) {
			l.Comm = b[i+1 : j]
			l.Flags |= FlagComm
			return j + 1
		}
	}
	return -1
}

// bracket passes over [...] of -n, -i and --secontext.
func bracket(b []byte, i int, l *Line) int {
	j := bytes.IndexByte(b[i:], ']')
	if j < 0 {
		return -1
	}
	in := b[i+1 : i+j]
	plain, hex := len(in) > 0, len(in) >= 8
	for _, c := range in {
		if !digit(c) && c != ' ' {
			plain = false
		}
		if !digit(c) && (c < 'a' || c > 'f') && c != '?' {
			hex = false
		}
	}
	switch {
	case hex:
		l.Flags |= FlagPointer
	case plain:
		l.Flags |= FlagNumber
	default:
		l.Flags |= FlagContext
	}
	return i + j + 1
}

// clock reads a time at i in any of its forms, and returns what follows, or -1.
func clock(b []byte, i int, l *Line) int {
	if i+8 < len(b) && b[i+2] == ':' && b[i+5] == ':' { // HH:MM:SS
		if !digit(b[i+1]) || !digit(b[i+3]) || !digit(b[i+4]) || !digit(b[i+6]) || !digit(b[i+7]) {
			return -1
		}
		s := (int64(b[i]-'0')*10+int64(b[i+1]-'0'))*3600 + (int64(b[i+3]-'0')*10+int64(b[i+4]-'0'))*60 + int64(b[i+6]-'0')*10 + int64(b[i+7]-'0')
		l.Clock, l.Time = DayClock, s*1e9
		i += 8
		if b[i] == '.' {
			var f int64
			f, i = fraction(b, i+1)
			l.Time += f
			l.Flags |= FlagTT
		} else {
			l.Flags |= FlagT
		}
		if i < len(b) && (b[i] == '+' || b[i] == 'Z') { // a zone after an ISO time
			for i < len(b) && b[i] != ' ' {
				i++
			}
		}
		if i >= len(b) || b[i] != ' ' {
			return -1
		}
		return i
	}
	n, j := number(b, i)
	if j >= len(b) || b[j] != '.' && b[j] != ' ' {
		return -1
	}
	l.Time = n * 1e9
	if n > 9e9 {
		return -1
	}
	if b[j] == '.' {
		var f int64
		f, j = fraction(b, j+1)
		l.Time += f
	} else if n < 1e8 {
		return -1
	}
	if j >= len(b) || b[j] != ' ' {
		return -1
	}
	if n >= 1e8 {
		l.Clock = EpochTime
		l.Flags |= FlagTTT
	} else {
		l.Clock = Relative
		l.Flags |= FlagR
	}
	return j
}

var scale = [10]int64{1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1}

// fraction reads up to nine digits behind a point, in nanoseconds.
func fraction(b []byte, i int) (ns int64, end int) {
	for end = i; end < len(b) && digit(b[end]); end++ {
		if end-i < 9 {
			ns = ns*10 + int64(b[end]-'0')
		}
	}
	return ns * scale[min(end-i, 9)], end
}

// seconds reads 12.345678 at i; -1 if there is no number.
func seconds(b []byte, i int) (ns int64, end int) {
	n, j := number(b, i)
	if j == i || n > 9e9 {
		return -1, i
	}
	ns = n * 1e9
	if j < len(b) && b[j] == '.' {
		var f int64
		f, j = fraction(b, j+1)
		ns += f
	}
	return ns, j
}

// uncolor takes the terminal's colour codes out.
func uncolor(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == 0x1b && i+1 < len(b) && b[i+1] == '[' {
			for i += 2; i < len(b) && (b[i] < 0x40 || b[i] > 0x7e); i++ {
			}
			continue
		}
		out = append(out, b[i])
	}
	return out
}
