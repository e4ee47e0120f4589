package success

import (
	"bytes"
	"strconv"
	"time"
)

// plainReader reads points that are written plainly, as programs do: known fields, no escapes, whole
// ids, ordinary times. It is many times as fast as reading any JSON; whatever it does not know is read
// by ReadPoint, which also says what is wrong.
type plainReader struct {
	names map[string]string // seen before: few in a batch
}

// maxPlain is how many digits a number may have to be read exactly by adding them up.
const maxPlain = 15

// line reads a line that is a point; ok is false when it is not written plainly.
func (r *plainReader) line(n int, text []byte) (p Point, ok bool) {
	p, rest, ok := r.point(n, text)
	return p, ok && len(bytes.TrimSpace(rest)) == 0
}

// body reads {"points": […]}; ok is false when it is not written plainly, or has too many.
func (r *plainReader) body(text []byte) (out []Point, ok bool) {
	rest, ok := begins(text, '{', `"points"`, ':', '[')
	for ok && len(out) < MaxPoints {
		var p Point
		if p, rest, ok = r.point(len(out)+1, rest); !ok {
			return nil, false
		}
		out = append(out, p)
		if more, again := after(rest, ','); again {
			rest = more
			continue
		}
		rest, ok = begins(rest, ']', "", '}')
		return out, ok && len(bytes.TrimSpace(rest)) == 0
	}
	return nil, false
}

// begins passes over signs and words, in turn.
func begins(text []byte, want ...any) (rest []byte, ok bool) {
	rest, ok = text, true
	for _, w := range want {
		switch w := w.(type) {
		case rune:
			rest, ok = after(rest, byte(w))
		case string:
			rest, ok = bytes.CutPrefix(bytes.TrimLeft(rest, blank), []byte(w))
		}
		if !ok {
			return nil, false
		}
	}
	return rest, true
}

// point reads one point and returns what stands behind it.
func (r *plainReader) point(line int, text []byte) (p Point, rest []byte, ok bool) {
	p.Line = line
	var timed, valued bool
	for sign := byte('{'); ; sign = ',' {
		if rest, ok = after(text, sign); !ok {
			break
		}
		var key, value []byte
		var quoted bool
		if key, quoted, rest, ok = token(rest); !ok || !quoted {
			return p, nil, false
		}
		if rest, ok = after(rest, ':'); !ok {
			return p, nil, false
		}
		if value, quoted, rest, ok = token(rest); !ok {
			return p, nil, false
		}
		text = rest
		switch string(key) {
		case "organization":
			if p.Organization, ok = digits(value); !ok || p.Organization < 1 {
				return p, nil, false
			}
		case "organization_external_id", "instance", "purpose", "metric":
			if !quoted {
				return p, nil, false
			}
			r.name(&p, string(key), value)
		case "time":
			p.At, timed = plainTime(value)
		case "value":
			p.Value, valued = plainValue(value)
			valued = valued && !quoted
		default:
			return p, nil, false
		}
	}
	rest, ok = after(text, '}')
	return p, rest, ok && timed && valued && purposes[p.Purpose]
}

// name sets a field that names something.
func (r *plainReader) name(p *Point, key string, value []byte) {
	known, ok := r.names[string(value)]
	if !ok {
		if r.names == nil || len(r.names) > MaxPoints {
			r.names = map[string]string{}
		}
		known = string(value)
		r.names[known] = known
	}
	switch key {
	case "instance":
		p.Instance = known
	case "metric":
		p.Metric = known
	case "purpose":
		p.Purpose = known
	default:
		p.External = known
	}
}

// blank are the signs that JSON lets stand anywhere.
const blank = " \t\r\n"

// after is what comes behind a sign, which blanks may stand before.
func after(text []byte, sign byte) ([]byte, bool) {
	if len(text) > 0 && text[0] == sign {
		return text[1:], true
	}
	text = bytes.TrimLeft(text, blank)
	if len(text) == 0 || text[0] != sign {
		return text, false
	}
	return text[1:], true
}

// token is a plain text, without its quotes, or a number without sign and exponent; ok is false for
// anything else.
func token(text []byte) (value []byte, quoted bool, rest []byte, ok bool) {
	if len(text) > 0 && text[0] <= ' ' {
		text = bytes.TrimLeft(text, blank)
	}
	if len(text) > 0 && text[0] == '"' {
		for i := 1; i < len(text); i++ {
			switch c := text[i]; {
			case c == '"':
				return text[1:i], true, text[i+1:], true
			case c == '\\' || c < ' ' || c > '~':
				return nil, true, nil, false
			}
		}
		return nil, true, nil, false
	}
	n := run(text)
	if n == 0 || n > 1 && text[0] == '0' {
		return nil, false, nil, false
	}
	if n < len(text) && text[n] == '.' {
		more := run(text[n+1:])
		if more == 0 {
			return nil, false, nil, false
		}
		n += 1 + more
	}
	return text[:n], false, text[n:], true
}

// run is how many digits a text begins with.
func run(text []byte) (n int) {
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// plainValue reads a number.
func plainValue(text []byte) (float64, bool) {
	if n, ok := digits(text); ok {
		return float64(n), true
	}
	f, err := strconv.ParseFloat(string(text), 64)
	return f, err == nil
}

// digits reads a whole number that is small enough to be one of any kind.
func digits(text []byte) (n int64, ok bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(text) > 0 && len(text) <= maxPlain
}

// plainTime reads a time such as 2026-03-31T12:00:00Z.
func plainTime(text []byte) (t time.Time, ok bool) {
	if len(text) != len("2026-03-31T12:00:00Z") || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z' {
		return t, false
	}
	var n [6]int64
	for i, at := range [...][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		if n[i], ok = digits(text[at[0]:at[1]]); !ok {
			return t, false
		}
	}
	// Days that not every month has are left to those who know months.
	if n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 28 || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return t, false
	}
	return time.Date(int(n[0]), time.Month(n[1]), int(n[2]), int(n[3]), int(n[4]), int(n[5]), 0, time.UTC), true
}
