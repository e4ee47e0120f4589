package strace

import (
	"bytes"
)

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
