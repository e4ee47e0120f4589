package strace

import "strconv"

// Process is one life of a process or thread: a number that the kernel gave again later
// is another Process. All times are nanoseconds on the log's clock, or [Unknown].
type Process struct {
	Index  int    // in [Trace.Processes], by first line
	PID    int32  // 0 when the log names none
	Comm   string // command as -Y shows it, last seen
	Parent int    // Index of who made it, -1 when the log does not show it
	// Leader is the Index of its thread group's leader; its own when it is no thread.
	Leader int
	Thread bool

	Children []int // Index of those it made, threads among them, in order

	Start, End          int64 // times of its first and last line
	FirstLine, LastLine int64 // of the log, from 1

	Calls, Returned, Errors, Signals int64

	// Active is time in calls that work, Wait in calls that wait (see [Waits]), User between
	// calls. Known only as far as the log's flags say; see [Trace.Timed].
	Active, Wait, User int64

	Exit  Exit
	Execs []Exec // programs it started, in order, failed attempts among them

	weak    bool  // parent known from a SIGCHLD only
	earlier int   // the life before of the same number, -1
	clone   int64 // when the call that made it began
	free    int64
	pend    pending
	prior   []byte // the last line that ended a call, for the longest
	files   *fdTable
	cwd     *folder
	over    bool
	ending  bool // has called exit or exit_group
	group   int  // Index of whoever holds futexes in common; -1: itself
}

// Exit is how a process ended.
type Exit struct {
	How    string `json:"how"`              // exited, killed, superseded (a thread that became its leader by execve), running (the log ends first), or unknown
	Code   int    `json:"code"`             // of exited; of killed 128 and the signal's number is not added: see Signal
	Signal string `json:"signal,omitempty"` // of killed
	Core   bool   `json:"core,omitempty"`   // of killed: the kernel wrote a core
}

// String is "0", "3", "SIGSEGV (core)", "superseded", or "" while it runs.
func (e Exit) String() string {
	switch e.How {
	case "exited":
		return strconv.Itoa(e.Code)
	case "killed":
		if e.Core {
			return e.Signal + " (core)"
		}
		return e.Signal
	case "superseded":
		return "superseded"
	}
	return ""
}

// Total is the time of its life that is accounted for.
func (p *Process) Total() int64 { return p.Active + p.Wait + p.User }

// Program is the last program it started with success, or "".
func (p *Process) Program() *Exec {
	for i := len(p.Execs) - 1; i >= 0; i-- {
		if p.Execs[i].OK {
			return &p.Execs[i]
		}
	}
	return nil
}

// Exec is a start of a program, or an attempt.
type Exec struct {
	Process int      `json:"-"` // Index
	PID     int32    `json:"pid"`
	Line    int64    `json:"line"`
	Time    int64    `json:"-"`
	Took    Nanos    `json:"seconds"`
	OK      bool     `json:"ok"`
	Errno   string   `json:"errno,omitempty"` // why it failed; "?" when the call never came back
	Path    string   `json:"path"`
	Args    []string `json:"args"` // masked unless [Options.ShowSecrets]; strace cuts strings at its -s
	Cut     bool     `json:"cut"`  // strace left something of the arguments out
}
