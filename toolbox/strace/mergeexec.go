package strace

import (
	"bytes"
)

// exec notes a program that was started, or not.
func (m *merger) exec(p *Process, d *detail, line int64) {
	e := Exec{Process: p.Index, PID: p.PID, Line: line, Time: d.start, Took: Nanos(d.dur), OK: d.has && d.value == 0 && d.errno == 0}
	switch {
	case d.errno != 0:
		e.Errno = m.t.errs.name(d.errno)
	case !e.OK:
		e.Errno = "?"
	}
	m.program(&e, d.args)
	p.Execs = append(p.Execs, e)
	if e.OK {
		p.execed()
	}
}

// program reads what execve and execveat were given.
func (m *merger) program(e *Exec, args []byte) {
	if len(args) == 0 {
		return
	}
	n := 0
	if bytes.HasPrefix(args, []byte("AT_FDCWD")) || len(args) > 0 && digit(args[0]) {
		n = 1 // execveat
	}
	path, cut := Unquote(arg(args, n))
	e.Path, e.Cut = Printable(path), cut
	list := arg(args, n+1)
	if len(list) > 1 && list[0] == '[' {
		end := len(list)
		if list[end-1] == ']' {
			end--
		}
		for i := 1; i < end; {
			a, next := nextArg(list[:end], i)
			if bytes.Equal(a, []byte("...")) {
				e.Cut = true
			} else {
				s, cut := Unquote(a)
				e.Args = append(e.Args, Printable(s))
				e.Cut = e.Cut || cut
			}
			i = next
		}
	} else if len(list) > 0 && !bytes.Equal(list, []byte("NULL")) {
		e.Cut = true // an address
	}
	if !m.t.opt.ShowSecrets {
		e.Args = MaskArgs(e.Args)
		e.Path = Mask(e.Path)
	}
}
