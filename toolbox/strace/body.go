package strace

import (
	"bytes"
)

// parseCall reads "name(args) = return" and its beginnings.
func parseCall(b []byte, l *Line) {
	open := 0
	for open < len(b) && nameByte[b[open]] {
		open++
	}
	if open == 0 || open > 64 || open >= len(b) || b[open] != '(' {
		return
	}
	l.Name = b[:open]
	parseTail(b, open+1, l, Call)
}

// parseResumed reads "<... name resumed>args) = return".
func parseResumed(b []byte, l *Line) {
	if len(b) < 8 || b[1] != '.' || b[2] != '.' || b[3] != '.' || b[4] != ' ' {
		if bytes.HasPrefix(b, []byte("<pid changed to ")) { // -ff, execve from a thread
			if n, j := number(b, 16); j > 16 && n < maxPID {
				l.Kind, l.Code, l.Text = Note, int32(n), b
			}
		}
		return
	}
	i := 5
	for i < len(b) && nameByte[b[i]] {
		i++
	}
	const after = " resumed>"
	if i == 5 || i > 69 || len(b) < i+len(after) || string(b[i:i+len(after)]) != after {
		return
	}
	l.Name = b[5:i]
	parseTail(b, i+len(after), l, Resumed)
}

// nameByte says which bytes a system call's name is made of.
var nameByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '?' || c == '#'
	}
	return t
}()

// parseTail reads what follows from the end: duration, return, closing parenthesis. A whole
// line's end says everything: brackets in paths that -y adds are escaped, and no string is
// open at the end of a line. What does not have the usual form is read from the front.
func parseTail(b []byte, from int, l *Line, kind Kind) {
	e := len(b)
	if e == from {
		if kind == Call {
			l.Kind, l.Args = Unfinished, b[from:e]
		}
		return
	}
	if b[e-1] == '>' && e >= 4 && b[e-2] == '.' && b[e-3] == '.' {
		for _, s := range [...][]byte{suffixUnfinished, suffixDetached} {
			if e-from >= len(s) && bytes.HasSuffix(b, s) {
				if kind == Resumed { // <... nanosleep resumed> <unfinished ...>: still not back
					l.Text = b
				}
				l.Kind, l.Args = Unfinished, trimSpace(b[from:e-len(s)])
				return
			}
		}
		if i := bytes.LastIndex(b[from:], []byte("<pid changed to ")); i >= 0 { // -ff, execve from a thread
			i += from
			if n, end := number(b, i+16); string(b[end:]) == " ...>" && n < maxPID {
				l.Kind, l.Args, l.Code = Unfinished, trimSpace(b[from:i]), int32(n)
				return
			}
		}
	}
	if b[e-1] == 'd' && splitByNote(b, from, l, kind) {
		return
	}
	e = duration(b, from, l)
	r, ok := quickReturn(b, from, e, l)
	if !ok {
		l.Value, l.HasValue, l.Errno = 0, false, nil
		if r, ok = slowReturn(b, from, e, l); !ok {
			return
		}
	}
	// r is where the return begins, after "= ".
	p := r - 3
	for p >= from && b[p] == ' ' {
		p--
	}
	if p < from || b[p] != ')' {
		return
	}
	l.Kind, l.Args, l.Return = kind, b[from:p], b[r:e]
}

// splitByNote finds the beginning of a call into which strace wrote a message of its own,
// as happens on a terminal.
func splitByNote(b []byte, from int, l *Line, kind Kind) bool {
	const attached = " attached"
	if kind != Call || !bytes.HasSuffix(b, []byte(attached)) {
		return false
	}
	i := bytes.LastIndex(b[from:], []byte("strace: Process "))
	if i < 0 {
		return false
	}
	n, j := number(b, from+i+len("strace: Process "))
	if j != len(b)-len(attached) || n >= maxPID {
		return false
	}
	l.Kind, l.Args, l.Split, l.Code = Unfinished, b[from:from+i], true, int32(n)
	return true
}

// closing finds the parenthesis that ends the arguments which begin at from, or -1.
func closing(b []byte, from int) int {
	depth := 0
	for i := from; i < len(b); i++ {
		switch b[i] {
		case '"':
			if i = quoted(b, i); i < 0 {
				return -1
			}
		case '<':
			if i > from && i+1 < len(b) && b[i+1] != '<' && b[i-1] != '<' && b[i-1] != ' ' {
				if j := annotation(b, i); j > 0 {
					i = j
				}
			}
		case '/':
			if i+1 < len(b) && b[i+1] == '*' {
				if j := bytes.Index(b[i:], []byte("*/")); j > 0 {
					i += j + 1
				}
			}
		case '(', '{', '[':
			depth++
		case '}', ']':
			depth--
		case ')':
			if depth <= 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// quoted returns where the string that begins at i ends (its closing quote), or -1.
func quoted(b []byte, i int) int {
	for i++; i < len(b); i++ {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return -1
		}
		j += i
		n := 0
		for k := j - 1; k >= i && b[k] == '\\'; k-- {
			n++
		}
		if n&1 == 0 {
			return j
		}
		i = j
	}
	return -1
}

// annotation returns where the "<...>" of a descriptor ends that begins at i, or -1.
func annotation(b []byte, i int) int {
	path := i+1 < len(b) && (b[i+1] == '/' || b[i+1] == '\\')
	depth := 0
	for j := i + 1; j < len(b); j++ {
		switch b[j] {
		case '\\':
			j++
		case '"':
			if !path {
				if k := quoted(b, j); k > 0 {
					j = k
				}
			}
		case '<':
			depth++
		case '>':
			if !path && (b[j-1] == '-' || b[j-1] == '=') && j+1 < len(b) && b[j+1] != ',' && b[j+1] != ')' {
				continue
			}
			if depth == 0 {
				return j
			}
			depth--
		}
	}
	return -1
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func callName(b []byte) bool {
	for _, c := range b {
		if !nameByte[c] {
			return false
		}
	}
	return true
}
