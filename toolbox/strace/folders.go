package strace

import (
	"cmp"
	"path"
	"slices"
)

// Folder is a folder in which a process opened files, those in folders below it included.
type Folder struct {
	PID   int32  `json:"pid"`
	Took  Nanos  `json:"seconds"`
	First string `json:"first"`
	Last  string `json:"last"`
	Opens int64  `json:"opens"`
	Path  string `json:"directory"`
	order int64
}

// Directories adds opens up by process and folder, each folder into those above it. It is
// sorted by one of [FileSorts] or count. It needs [NeedFiles].
func (t *Trace) Directories(c Choice, by string) []Folder {
	type key struct {
		proc int32
		dir  string
	}
	type total struct {
		ns, n, first, last, line int64
		timed                    bool
	}
	sums := map[key]*total{}
	in := t.set(c)
	for i := range t.opens {
		a := &t.opens[i]
		if !in(int(a.proc)) {
			continue
		}
		name := t.paths.names[a.path]
		dir := path.Dir(name)
		for depth := 0; depth < 256; depth++ {
			k := key{a.proc, dir}
			s := sums[k]
			if s == nil {
				s = &total{first: a.start, line: a.line}
				sums[k] = s
			}
			s.n++
			if a.dur != Unknown {
				s.ns += a.dur
				s.timed = true
			}
			s.first = min(s.first, a.start)
			s.last = max(s.last, a.start)
			up := path.Dir(dir)
			if up == dir {
				break
			}
			dir = up
		}
	}
	out := make([]Folder, 0, len(sums))
	for k, s := range sums {
		f := Folder{PID: t.Processes[k.proc].PID, Took: Nanos(Unknown), First: t.Clock.Stamp(s.first), Last: t.Clock.Stamp(s.last), Opens: s.n, Path: Printable(k.dir), order: s.line}
		if s.timed {
			f.Took = Nanos(s.ns)
		}
		if !t.opt.ShowSecrets {
			f.Path = Mask(f.Path)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Folder) int {
		var c int
		switch by {
		case "pid":
			c = cmp.Compare(a.PID, b.PID)
		case "time":
			c = cmp.Compare(a.order, b.order)
		case "count":
			c = cmp.Compare(b.Opens, a.Opens)
		default:
			c = cmp.Compare(b.Took, a.Took)
		}
		return cmp.Or(c, cmp.Compare(b.Opens, a.Opens), cmp.Compare(a.PID, b.PID), cmp.Compare(a.Path, b.Path))
	})
	return out
}
