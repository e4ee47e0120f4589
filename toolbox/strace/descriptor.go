package strace

import (
	"bytes"
	"path"
	"strings"
)

// fdTable is what a process's descriptors stand for. Threads share one.
type fdTable struct {
	open map[int32]opened
}

type opened struct {
	target string
	exec   bool // closed by execve
}

// folder is a working folder, "" while unknown. Threads share one.
type folder struct{ path string }

type descKey struct {
	group int
	fd    int32
}

func (p *Process) table() *fdTable {
	if p.files == nil {
		p.files = &fdTable{open: map[int32]opened{}}
	}
	return p.files
}

func (p *Process) folder() *folder {
	if p.cwd == nil {
		p.cwd = &folder{}
	}
	return p.cwd
}

// inherit gives a new process what its maker has: the same table for threads, a copy for
// others. What the child did before the maker's call came back stays.
func (p *Process) inherit(parent *Process, files, fs bool) {
	if parent.files != nil || files {
		own := p.files
		if files {
			p.files = parent.table()
		} else {
			p.files = &fdTable{open: make(map[int32]opened, len(parent.files.open))}
			for k, v := range parent.files.open {
				p.files.open[k] = v
			}
		}
		if own != nil {
			for k, v := range own.open {
				p.files.open[k] = v
			}
		}
	}
	if parent.cwd != nil || fs {
		if p.cwd != nil && p.cwd.path != "" && !fs {
			return
		}
		if fs {
			p.cwd = parent.folder()
		} else {
			c := *parent.cwd
			p.cwd = &c
		}
	}
}

// execed closes what execve closes, in a table of the process's own.
func (p *Process) execed() {
	if p.files == nil {
		return
	}
	own := &fdTable{open: make(map[int32]opened, len(p.files.open))}
	for k, v := range p.files.open {
		if !v.exec {
			own.open[k] = v
		}
	}
	p.files = own
}

// pathTable keeps each path once.
type pathTable struct {
	ids   map[string]int32
	names []string
	limit int
}

func newPathTable(limit int) *pathTable {
	return &pathTable{ids: map[string]int32{"": 0}, names: []string{""}, limit: limit}
}

func (t *pathTable) id(s []byte) int32 {
	if id, ok := t.ids[string(s)]; ok {
		return id
	}
	name := string(s)
	if len(t.names) >= t.limit {
		name = "(further paths)"
		if id, ok := t.ids[name]; ok {
			return id
		}
	}
	id := int32(len(t.names))
	t.names = append(t.names, name)
	t.ids[name] = id
	return id
}

// access is an open, or a read or write, in little room.
type access struct {
	proc  int32
	path  int32
	line  int64
	start int64
	dur   int64
	bytes int64
	sys   uint16
	errno uint16
	ok    bool
}

// keep adds a row, and lets the shortest half go when there are too many.
func (m *merger) keep(what string, rows []access, a access) []access {
	limit := m.t.opt.Limits.Rows
	if len(rows) >= limit+limit/4+16 {
		sortAccess(rows, func(a *access) int64 { return -a.dur })
		m.t.dropped[what] += int64(len(rows) - limit)
		rows = rows[:limit]
	}
	return append(rows, a)
}

// target is what a descriptor stands for: what -y says, else what the log told before.
func (m *merger) target(p *Process, a []byte) (fd int32, name []byte) {
	fd, ann := descriptor(unnamed(a))
	if fd == noFD {
		return fd, nil
	}
	if ann != nil {
		if bytes.HasPrefix(ann, []byte("socket:")) {
			if o, ok := p.table().open[fd]; ok && !strings.HasPrefix(o.target, "socket:") {
				return fd, []byte(o.target)
			}
		}
		return fd, plainPath(ann)
	}
	if fd == fdCWD {
		return fd, []byte(p.folder().path)
	}
	return fd, []byte(p.table().open[fd].target)
}

// plainPath undoes the escapes in what -y shows.
func plainPath(ann []byte) []byte {
	if bytes.IndexByte(ann, '\\') < 0 {
		return ann
	}
	s, _ := Unquote(ann)
	return []byte(s)
}

// resolve is the whole path of a name that a call was given.
func (m *merger) resolve(p *Process, dir, name []byte) []byte {
	s, cut := Unquote(name)
	if cut {
		s += "…"
	}
	if strings.HasPrefix(s, "/") {
		return []byte(s)
	}
	if len(s) == 0 && len(dir) == 0 {
		return nil
	}
	base := []byte(p.folder().path)
	if dir != nil {
		fd, t := m.target(p, dir)
		base = t
		if fd == fdCWD && len(t) > 0 {
			p.folder().path = string(t)
		}
	}
	if len(base) == 0 || base[0] != '/' {
		return []byte(s)
	}
	if s == "" {
		return base
	}
	return []byte(path.Join(string(base), s))
}

// descriptors follows what calls do to descriptors and folders, and keeps the rows of the
// questions about them.
func (m *merger) descriptors(p *Process, d *detail, line int64) {
	t := m.t
	name := t.names.name(d.sys)
	ok := d.errno == 0 && d.has && d.value >= 0
	set := func(fd int64, target []byte, exec bool) {
		if fd >= 0 && fd < 1<<30 {
			if tab := p.table().open; len(tab) < 1<<16 {
				tab[int32(fd)] = opened{string(target), exec}
			}
		}
	}
	_, shown := descriptor(d.ret) // 3</etc/passwd>
	switch {
	case d.class&classOpen != 0:
		dir, at := []byte(nil), 0
		if name == "openat" || name == "openat2" {
			dir, at = arg(d.args, 0), 1
		}
		file := m.resolve(p, dir, arg(d.args, at))
		if ok && shown != nil && (len(file) == 0 || file[0] != '/') {
			file = plainPath(shown)
		}
		if ok && shown == nil {
			set(d.value, file, bytes.Contains(d.args, []byte("O_CLOEXEC")))
		}
		if t.opt.Need&NeedFiles != 0 {
			t.opens = m.keep("files", t.opens, access{proc: int32(p.Index), path: t.paths.id(file), line: line, start: d.start, dur: d.dur, sys: d.sys, errno: d.errno, ok: ok})
		}
		return
	case d.class&classFolder != 0:
		if !ok {
			return
		}
		if name == "chdir" {
			p.folder().path = string(m.resolve(p, nil, arg(d.args, 0)))
		} else if _, to := m.target(p, arg(d.args, 0)); len(to) > 0 {
			p.folder().path = string(to)
		}
		return
	}
	if d.class&classNet != 0 {
		m.network(p, d, name, ok, shown, set)
	}
	if d.class&classDesc != 0 && ok {
		m.redirect(p, d, name, shown, set)
	}
	if d.class&classIO != 0 {
		first := arg(d.args, 0)
		_, to := m.target(p, first)
		if t.opt.Need&NeedIO != 0 {
			n := int64(0)
			if ok {
				n = d.value
			}
			t.moves = m.keep("io", t.moves, access{proc: int32(p.Index), path: t.paths.id(to), line: line, start: d.start, dur: d.dur, bytes: n, sys: d.sys, errno: d.errno, ok: ok})
		}
		if t.opt.Need&NeedNet != 0 {
			m.traffic(p, d, name, to, ok)
		}
		if t.opt.Need&NeedWaits != 0 && ok && len(to) > 0 && (name[0] == 'w' || strings.HasPrefix(name, "send")) {
			m.wrote(p, to)
		}
	}
}

// redirect follows calls that make, copy and close descriptors.
func (m *merger) redirect(p *Process, d *detail, name string, shown []byte, set func(int64, []byte, bool)) {
	switch name {
	case "close":
		fd, _ := descriptor(unnamed(arg(d.args, 0)))
		delete(p.table().open, fd)
	case "close_range":
		from, ok1 := integer(unnamed(arg(d.args, 0)))
		to, ok2 := integer(unnamed(arg(d.args, 1)))
		if !ok2 {
			to = 1 << 30
		}
		if !ok1 || bytes.Contains(d.args, []byte("CLOSE_RANGE_CLOEXEC")) {
			return
		}
		for fd := range p.table().open {
			if int64(fd) >= from && int64(fd) <= to {
				delete(p.table().open, fd)
			}
		}
	case "dup", "dup2", "dup3", "fcntl", "fcntl64":
		if name[0] == 'f' && !bytes.Contains(d.args, []byte("F_DUPFD")) {
			if bytes.Contains(d.args, []byte("F_SETFD")) {
				fd, _ := descriptor(unnamed(arg(d.args, 0)))
				if o, ok := p.table().open[fd]; ok {
					o.exec = bytes.Contains(d.args, []byte("FD_CLOEXEC"))
					p.table().open[fd] = o
				}
			}
			return
		}
		fd, _ := descriptor(unnamed(arg(d.args, 0)))
		if o, ok := p.table().open[fd]; ok {
			set(d.value, []byte(o.target), bytes.Contains(d.args, []byte("CLOEXEC")))
		} else {
			delete(p.table().open, int32(d.value))
		}
	case "pipe", "pipe2", "socketpair":
		list := arg(d.args, 0)
		if name == "socketpair" {
			list = arg(d.args, 3)
		}
		list = bytes.Trim(list, "[]")
		for i, a := range Args(list, 2) {
			if fd, ann := descriptor(a); fd >= 0 && ann == nil {
				end := []string{" (read)", " (write)"}[i]
				if name == "socketpair" {
					end = ""
				}
				set(int64(fd), []byte("pipe"+end), bytes.Contains(d.args, []byte("CLOEXEC")))
			}
		}
	case "unshare":
		if bytes.Contains(d.args, []byte("CLONE_FILES")) && p.files != nil {
			own := &fdTable{open: map[int32]opened{}}
			for k, v := range p.files.open {
				own.open[k] = v
			}
			p.files = own
		}
		if bytes.Contains(d.args, []byte("CLONE_FS")) && p.cwd != nil {
			c := *p.cwd
			p.cwd = &c
		}
	case "socket":
		kind := bytes.TrimPrefix(arg(d.args, 0), []byte("AF_"))
		set(d.value, append([]byte("socket: "), kind...), bytes.Contains(d.args, []byte("SOCK_CLOEXEC")))
	case "accept", "accept4":
	default:
		if shown == nil {
			set(d.value, []byte("("+strings.TrimRight(name, "12")+")"), bytes.Contains(d.args, []byte("CLOEXEC")))
		}
	}
}
