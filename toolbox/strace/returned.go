package strace

import (
	"bytes"
)

// duration reads "<0.000012>" at the end of b and returns the end of what stands before it.
func duration(b []byte, from int, l *Line) int {
	if e := quickDuration(b, from, l); e > 0 {
		return e
	}
	e := len(b)
	if e-from < 6 || b[e-1] != '>' || !digit(b[e-2]) {
		return e
	}
	i := e - 2
	var frac, mul int64 = 0, 1
	for i > from && digit(b[i]) {
		frac += int64(b[i]-'0') * mul
		if mul *= 10; mul > 1e9 {
			return e
		}
		i--
	}
	if b[i] != '.' {
		return e
	}
	ns := frac * (1e9 / mul)
	i--
	var whole int64
	mul = 1
	for i > from && digit(b[i]) && mul < 1e12 {
		whole += int64(b[i]-'0') * mul
		mul *= 10
		i--
	}
	if mul == 1 || b[i] != '<' || i == from || b[i-1] != ' ' {
		return e
	}
	l.Duration = whole*1e9 + ns
	l.Flags |= FlagDuration
	for i > from && b[i-1] == ' ' {
		i--
	}
	return i
}

// quickReturn finds the beginning of the return in front of e, for the forms that nearly
// all lines have, and reads it.
func quickReturn(b []byte, from, e int, l *Line) (int, bool) {
	if e-from < 4 {
		return 0, false
	}
	switch c := b[e-1]; {
	case digit(c) || c >= 'a' && c <= 'f': // 12, -1, 0x7f
		i := e - 1
		for i > from && b[i] != ' ' {
			i--
		}
		if i-2 < from || b[i-1] != '=' || b[i-2] != ' ' && b[i-2] != ')' {
			return 0, false
		}
		l.Value, l.HasValue = integer(b[i+1 : e])
		return i + 1, l.HasValue
	case c == '?':
		if b[e-2] != ' ' || b[e-3] != '=' {
			return 0, false
		}
		return e - 1, true
	case c == ')': // -1 ENOENT (No such file or directory)
		i := e - 2
		for i > from && plainText[b[i]] {
			i--
		}
		if b[i] == '|' || i-8 >= from && b[i] == '(' && b[i+1] == 'f' {
			return quickFlags(b, from, i, l)
		}
		if i-8 < from || b[i] != '(' || b[i-1] != ' ' {
			return 0, false
		}
		end := i - 1
		i = end - 1
		for i > from && (b[i] >= 'A' && b[i] <= 'Z' || digit(b[i]) || b[i] == '_') {
			i--
		}
		if b[i] != ' ' || i+2 > end || b[i+1] != 'E' {
			return 0, false
		}
		errno := b[i+1 : end]
		if i-4 >= from && b[i-1] == '1' && b[i-2] == '-' && b[i-3] == ' ' && b[i-4] == '=' {
			l.Value, l.HasValue, l.Errno = -1, true, errno
			return i - 2, true
		}
		if i-3 >= from && b[i-1] == '?' && b[i-2] == ' ' && b[i-3] == '=' {
			l.Errno = errno
			return i - 1, true
		}
		return 0, false
	case c == '>': // 3</etc/passwd>, 3<TCP:[...]>
		if b[e-2] == '.' && b[e-3] == '.' {
			return 0, false
		}
		i := bytes.LastIndexByte(b[from:e], '<')
		if i < 0 {
			return 0, false
		}
		end := from + i
		i = end - 1
		for i > from && digit(b[i]) {
			i--
		}
		if i == end-1 || i-2 < from || b[i] != ' ' || b[i-1] != '=' {
			return 0, false
		}
		l.Value, l.HasValue = integer(b[i+1 : end])
		return i + 1, l.HasValue
	}
	return 0, false
}

// quickFlags reads "0x8000 (flags O_RDONLY|O_LARGEFILE)", of which everything behind i is read.
func quickFlags(b []byte, from, i int, l *Line) (int, bool) {
	const before = "(flags "
	for i > from && (b[i] == '|' || plainText[b[i]]) {
		i--
	}
	if i-4 < from || b[i-1] != ' ' || !bytes.HasPrefix(b[i:], []byte(before)) {
		return 0, false
	}
	end := i - 1
	for i = end - 1; i > from && b[i] != ' '; i-- {
	}
	if i-2 < from || b[i-1] != '=' || b[i-2] != ' ' && b[i-2] != ')' {
		return 0, false
	}
	l.Value, l.HasValue = integer(b[i+1 : end])
	return i + 1, l.HasValue
}

// plainText says which bytes the explanation of an error is made of.
var plainText = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digit(byte(c)) || bytes.IndexByte([]byte(" '/,.-_:;"), byte(c)) >= 0 || c >= 0x80
	}
	return t
}()

// integer reads a decimal or hexadecimal number of any sign; wide ones wrap.
func integer(b []byte) (int64, bool) {
	i, neg := 0, false
	if len(b) > 0 && b[0] == '-' {
		neg, i = true, 1
	}
	if i >= len(b) {
		return 0, false
	}
	var n uint64
	if len(b)-i > 2 && b[i] == '0' && b[i+1] == 'x' {
		for _, c := range b[i+2:] {
			switch {
			case digit(c):
				n = n<<4 | uint64(c-'0')
			case c >= 'a' && c <= 'f':
				n = n<<4 | uint64(c-'a'+10)
			default:
				return 0, false
			}
		}
	} else {
		for _, c := range b[i:] {
			if !digit(c) {
				return 0, false
			}
			n = n*10 + uint64(c-'0')
		}
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}

// slowReturn finds the closing parenthesis from the front, minding strings, brackets and
// what -y adds, and reads whatever return stands behind it.
func slowReturn(b []byte, from, e int, l *Line) (int, bool) {
	p := closing(b[:e], from)
	if p < 0 {
		return 0, false
	}
	i := p + 1
	for i < e && b[i] == ' ' {
		i++
	}
	if i+2 > e || b[i] != '=' || i+1 < e && b[i+1] != ' ' {
		return 0, false
	}
	r := i + 2
	if r >= e {
		return 0, false
	}
	end := r
	for end < e && b[end] != ' ' && b[end] != '<' {
		end++
	}
	word := b[r:end]
	switch {
	case len(word) == 1 && word[0] == '?':
		if n := end + 1; n < e && b[n] == 'E' {
			l.Errno = upper(b[n:e])
		} else if bytes.HasPrefix(b[end:e], []byte(" <unavailable>")) {
			l.Flags |= flagGone
		}
		return r, true
	default:
		if l.Value, l.HasValue = integer(word); !l.HasValue {
			return 0, false
		}
		if n := end + 1; l.Value == -1 && n < e && b[end] == ' ' && b[n] == 'E' {
			l.Errno = upper(b[n:e])
		}
		if bytes.Contains(b[end:e], []byte("(INJECTED)")) || bytes.Contains(b[end:e], []byte("(DELAYED)")) {
			l.Flags |= FlagInject
		}
		return r, true
	}
}

// upper is the leading word of capitals, digits and underscores.
func upper(b []byte) []byte {
	i := 0
	for i < len(b) && (b[i] >= 'A' && b[i] <= 'Z' || digit(b[i]) || b[i] == '_') {
		i++
	}
	return b[:i]
}
