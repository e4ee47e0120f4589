package strace

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// Args splits the arguments of a call at its commas, minding strings, brackets and what -y
// adds: `3</a, b>, "x, y", {k=1, l=2}` are three. Only the first limit are looked for; a
// limit of 0 means all.
func Args(b []byte, limit int) [][]byte {
	var out [][]byte
	for i := 0; i < len(b) && (limit == 0 || len(out) < limit); {
		arg, next := nextArg(b, i)
		out = append(out, arg)
		i = next
	}
	return out
}

// nextArg is the argument that begins at i, and where the next begins.
func nextArg(b []byte, i int) (arg []byte, next int) {
	for i < len(b) && b[i] == ' ' {
		i++
	}
	from, depth := i, 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			j := quoted(b, i)
			if j < 0 {
				return b[from:], len(b)
			}
			i = j
		case '<':
			if i > from && i+1 < len(b) && b[i+1] != '<' && b[i-1] != '<' && b[i-1] != ' ' {
				if j := annotation(b, i); j > 0 {
					i = j
				}
			}
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			depth--
		case ',':
			if depth <= 0 {
				return b[from:i], i + 1
			}
		}
	}
	return b[from:], len(b)
}

// arg is the n-th argument, from 0, without a name that strace 6.16 adds with -N.
func arg(b []byte, n int) []byte {
	for i := 0; i < len(b); n-- {
		a, next := nextArg(b, i)
		if n == 0 {
			return unnamed(a)
		}
		i = next
	}
	return nil
}

// unnamed takes "name=" of -N off an argument.
func unnamed(a []byte) []byte {
	i := 0
	for i < len(a) && (a[i] >= 'a' && a[i] <= 'z' || a[i] == '_' || i > 0 && digit(a[i])) {
		i++
	}
	if i > 0 && i < len(a) && a[i] == '=' {
		return a[i+1:]
	}
	return a
}

// fdCWD stands for AT_FDCWD, noFD for what is no descriptor.
const (
	fdCWD = -100
	noFD  = -1
)

// descriptor reads "3</etc/passwd>", "3", "AT_FDCWD</tmp>": the number, and what -y says it is.
func descriptor(a []byte) (fd int32, target []byte) {
	i := 0
	if bytes.HasPrefix(a, []byte("AT_FDCWD")) {
		fd, i = fdCWD, len("AT_FDCWD")
	} else {
		n, end := number(a, 0)
		if end == 0 || n > 1<<30 {
			return noFD, nil
		}
		fd, i = int32(n), end
	}
	if i < len(a) && a[i] == '<' {
		if j := annotation(a, i); j > 0 {
			target = a[i+1 : j]
		}
	}
	return fd, target
}

// Unquote reads a string as strace writes it: with C's escapes, octal and hexadecimal, the
// quotes optional. It reports whether strace cut it ("abc"...).
func Unquote(a []byte) (s string, cut bool) {
	if bytes.HasSuffix(a, []byte("...")) && len(a) > 3 && a[len(a)-4] == '"' {
		a, cut = a[:len(a)-3], true
	}
	if len(a) >= 2 && a[0] == '"' && a[len(a)-1] == '"' {
		a = a[1 : len(a)-1]
	}
	if bytes.IndexByte(a, '\\') < 0 {
		return string(a), cut
	}
	out := make([]byte, 0, len(a))
	for i := 0; i < len(a); i++ {
		c := a[i]
		if c != '\\' || i+1 >= len(a) {
			out = append(out, c)
			continue
		}
		i++
		switch c = a[i]; {
		case c >= '0' && c <= '7':
			n, k := 0, 0
			for k < 3 && i+k < len(a) && a[i+k] >= '0' && a[i+k] <= '7' {
				n = n*8 + int(a[i+k]-'0')
				k++
			}
			out = append(out, byte(n))
			i += k - 1
		case c == 'x':
			n, err := strconv.ParseUint(string(a[min(i+1, len(a)):min(i+3, len(a))]), 16, 8)
			if err != nil {
				out = append(out, '\\', 'x')
				continue
			}
			out = append(out, byte(n))
			i += 2
		default:
			if j := bytes.IndexByte([]byte("abtnvfr"), c); j >= 0 {
				c = byte(7 + j)
			}
			out = append(out, c)
		}
	}
	return string(out), cut
}

// Printable makes text out of a traced program safe to show: what is no UTF-8 or would
// move the cursor is escaped.
func Printable(s string) string {
	clean := utf8.ValidString(s)
	for i := 0; clean && i < len(s); i++ {
		clean = s[i] >= 0x20 && s[i] != 0x7f
	}
	if clean {
		return s
	}
	q := strconv.Quote(s)
	return string(bytes.ReplaceAll([]byte(q[1:len(q)-1]), []byte(`\"`), []byte(`"`)))
}
