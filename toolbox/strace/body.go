package strace

import "bytes"

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

// duration reads "<0.000012>" at the end of b and returns the end of what stands before it.
func duration(b []byte, from int, l *Line) int {
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

// parseSignal reads "--- SIGCHLD {...} ---" and "--- stopped by SIGSTOP ---".
func parseSignal(b []byte, l *Line) {
	if len(b) < 9 || !bytes.HasPrefix(b, []byte("--- ")) || !bytes.HasSuffix(b, []byte(" ---")) {
		return
	}
	in := b[4 : len(b)-4]
	l.Kind, l.Text = Signal, in
	if rest, ok := bytes.CutPrefix(in, []byte("stopped by ")); ok {
		l.Kind, in = Stopped, rest
	}
	l.Name = upper(in)
	if len(l.Name) == 0 {
		l.Name = in
	}
}

// parseEnd reads the lines with which a process ends.
func parseEnd(b []byte, l *Line) {
	if len(b) < 9 || !bytes.HasPrefix(b, []byte("+++ ")) || !bytes.HasSuffix(b, []byte(" +++")) {
		return
	}
	in := b[4 : len(b)-4]
	l.Text = in
	if rest, ok := bytes.CutPrefix(in, []byte("exited with ")); ok {
		if n, end := number(rest, 0); end > 0 {
			l.Kind, l.Code = Exited, int32(n&0xffff)
		}
	} else if rest, ok := bytes.CutPrefix(in, []byte("killed by ")); ok {
		l.Kind, l.Name, l.Core = Killed, upper(rest), bytes.HasSuffix(rest, []byte("(core dumped)"))
	} else if rest, ok := bytes.CutPrefix(in, []byte("superseded by execve in pid ")); ok {
		if n, end := number(rest, 0); end > 0 && n < maxPID {
			l.Kind, l.Code = Superseded, int32(n)
		}
	}
}

// parseNote reads what strace says about itself.
func parseNote(b []byte, l *Line) {
	l.Kind, l.Text = Note, b
	if rest, ok := bytes.CutPrefix(b, []byte("strace: Process ")); ok {
		if n, end := number(rest, 0); end > 0 && n < maxPID && bytes.HasPrefix(rest[end:], []byte(" attached")) {
			l.Code = int32(n)
		}
	}
}

// parseTable recognises a line of the table that -c makes.
func parseTable(b []byte, l *Line) {
	if len(b) > 200 {
		return
	}
	f := bytes.Fields(b)
	switch {
	case len(f) >= 5 && f[0][0] == '%' && string(f[1]) == "time" && string(f[2]) == "seconds":
	case len(f) >= 4 && allBytes(f[0], "-") && allBytes(f[1], "-") && allBytes(f[len(f)-1], "-"):
	case len(f) >= 4 && len(f) <= 9 && decimal(f[0]) && decimal(f[1]) && bytes.IndexByte(f[0], '.') > 0 && !decimal(f[len(f)-1]) && callName(f[len(f)-1]):
	default:
		return
	}
	*l = Line{Kind: Totals, Time: Unknown, Delta: Unknown, Duration: Unknown, Text: b, Flags: FlagTable}
}

func allBytes(b []byte, c string) bool { return len(bytes.Trim(b, c)) == 0 && len(b) > 0 }

func decimal(b []byte) bool { return len(bytes.Trim(b, "0123456789.")) == 0 && len(b) > 0 }

func callName(b []byte) bool {
	for _, c := range b {
		if !nameByte[c] {
			return false
		}
	}
	return true
}
