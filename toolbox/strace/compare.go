package strace

import (
	"cmp"
	"slices"
)

// Change is how a system call, or a program, fared in two logs.
type Change struct {
	Name          string `json:"name"`
	CallsA        int64  `json:"calls_a"`
	CallsB        int64  `json:"calls_b"`
	ErrorsA       int64  `json:"errors_a"`
	ErrorsB       int64  `json:"errors_b"`
	TimeA         Nanos  `json:"seconds_a"`
	TimeB         Nanos  `json:"seconds_b"`
	WaitA         Nanos  `json:"wait_seconds_a"`
	WaitB         Nanos  `json:"wait_seconds_b"`
	AverageA      Nanos  `json:"average_seconds_a"`
	AverageB      Nanos  `json:"average_seconds_b"`
	More          Nanos  `json:"more_seconds"`          // B less A
	FromCalls     Nanos  `json:"more_from_count"`       // how much of it is because there are more calls, at A's average
	FromEachCalls Nanos  `json:"more_from_longer_each"` // and how much because each takes longer
}

// Comparison is two logs beside each other.
type Comparison struct {
	A         *Summary `json:"a"`
	B         *Summary `json:"b"`
	BySyscall []Change `json:"by_syscall"` // what got slower most first
	ByProgram []Change `json:"by_program"` // by the program a process ran last; time is that of its calls
}

// Compare says what got slower from a to b.
func Compare(a, b *Trace) *Comparison {
	c := &Comparison{A: a.Summary(), B: b.Summary()}
	c.BySyscall = changes(c.A.BySyscall, c.B.BySyscall)
	c.ByProgram = changes(a.programs(), b.programs())
	return c
}

func (t *Trace) programs() map[string]SyscallSum {
	out := map[string]SyscallSum{}
	for _, p := range t.Processes {
		name := t.ProgramOf(p)
		if name == "" {
			name = "(unknown)"
		}
		s := out[name]
		s.Calls, s.Errors, s.Returned = s.Calls+p.Calls, s.Errors+p.Errors, s.Returned+p.Returned
		if t.Timed() {
			s.Time, s.Wait = s.Time+Nanos(p.Active+p.Wait), s.Wait+Nanos(p.Wait)
		} else {
			s.Time, s.Wait = Nanos(Unknown), Nanos(Unknown)
		}
		out[name] = s
	}
	return out
}

func changes(a, b map[string]SyscallSum) []Change {
	names := map[string]bool{}
	for n := range a {
		names[n] = true
	}
	for n := range b {
		names[n] = true
	}
	out := []Change{}
	for n := range names {
		x, y := a[n], b[n]
		c := Change{Name: n, CallsA: x.Calls, CallsB: y.Calls, ErrorsA: x.Errors, ErrorsB: y.Errors, TimeA: x.Time, TimeB: y.Time, WaitA: x.Wait, WaitB: y.Wait,
			AverageA: average(x), AverageB: average(y), More: Nanos(Unknown), FromCalls: Nanos(Unknown), FromEachCalls: Nanos(Unknown)}
		if x.Time.Known() && y.Time.Known() {
			c.More = y.Time - x.Time
			if x.Calls > 0 && y.Calls > 0 && c.AverageA.Known() {
				c.FromCalls = Nanos(float64(c.AverageA) * float64(y.Calls-x.Calls))
				c.FromEachCalls = c.More - c.FromCalls
			} else {
				c.FromCalls, c.FromEachCalls = c.More, 0
			}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(p, q Change) int {
		return cmp.Or(cmp.Compare(q.More, p.More), cmp.Compare(q.CallsB-q.CallsA, p.CallsB-p.CallsA), cmp.Compare(p.Name, q.Name))
	})
	return out
}

func average(s SyscallSum) Nanos {
	if !s.Time.Known() || s.Returned == 0 {
		return Nanos(Unknown)
	}
	return s.Time / Nanos(s.Returned)
}
