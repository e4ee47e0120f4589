package strace

// Kind says what a line of a log is.
type Kind uint8

// The kinds of lines.
const (
	Unparsed   Kind = iota // not something strace writes, as far as this package knows
	Call                   // a call with its return
	Unfinished             // the beginning of a call; its end comes in a later line or never
	Resumed                // the end of a call that began in an earlier line
	Signal                 // --- SIGCHLD {...} ---
	Stopped                // --- stopped by SIGSTOP ---
	Exited                 // +++ exited with 0 +++
	Killed                 // +++ killed by SIGSEGV (core dumped) +++
	Superseded             // +++ superseded by execve in pid 7 +++
	Note                   // what strace says about itself: "strace: Process 7 attached"
	Detail                 // belongs to the line before: a stack frame (-k) or dumped bytes (-e read=)
	Totals                 // a line of the table that -c and -C append
	Blank                  // an empty line
)

var kindNames = [...]string{"unparsed", "call", "unfinished", "resumed", "signal", "stopped", "exited", "killed", "superseded", "note", "detail", "table", "blank"}

// String is the kind in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Unknown stands for a duration or time that the log does not tell.
const Unknown int64 = -1 << 63

// Clock says what a time in a log counts from.
type Clock uint8

// The clocks.
const (
	NoClock   Clock = iota // the log has no times
	DayClock               // -t, -tt: since midnight; a log's first day is day 0
	EpochTime              // -ttt: since 1970
	Relative               // -r: since the line before; on a log's axis since its first line
)

var clockNames = [...]string{"none", "day", "epoch", "relative"}

// String is the clock's name: none, day, epoch or relative.
func (c Clock) String() string { return clockNames[c&3] }

// Flags are the options of strace that a line gives away.
type Flags uint32

// The flags.
const (
	FlagPID      Flags = 1 << iota // -f with -o, or -ff read as one
	FlagBracket                    // [pid N]: -f on a terminal
	FlagComm                       // -Y
	FlagContext                    // --secontext
	FlagNumber                     // -n
	FlagPointer                    // -i
	FlagT                          // -t
	FlagTT                         // -tt
	FlagTTT                        // -ttt
	FlagR                          // -r
	FlagDuration                   // -T
	FlagPaths                      // -y
	FlagSockets                    // -yy
	FlagStack                      // -k
	FlagDump                       // -e read=, -e write=
	FlagTable                      // -C, or -c
	FlagColor                      // colours of strace 7
	FlagFamily                     // -ff
	FlagInject                     // -e inject=
)

var flagNames = [...]string{"-f", "-f", "-Y", "--secontext", "-n", "-i", "-t", "-tt", "-ttt", "-r", "-T", "-y", "-yy", "-k", "-e read/write", "-C", "--color", "-ff", "-e inject"}

// Names lists the flags as strace's command line writes them, each once.
func (f Flags) Names() []string {
	out := []string{}
	for i, n := range flagNames {
		if f&(1<<i) != 0 && !(n == "-y" && f&FlagSockets != 0) && (len(out) == 0 || out[len(out)-1] != n) {
			out = append(out, n)
		}
	}
	return out
}

// Line is one line of a log, taken apart. Its slices are parts of the line given to
// [ParseLine] and hold no longer than it does.
type Line struct {
	Kind  Kind
	PID   int32  // 0 when the line names none
	Comm  []byte // the command of -Y, or nil
	Clock Clock
	Time  int64 // nanoseconds on Clock: within the day, since 1970 or since the line before; [Unknown] without one
	Delta int64 // nanoseconds since the line before, of -tt with -r; [Unknown] without
	Flags Flags // what this line gives away about strace's command line

	Name []byte // of the system call; of a Signal, Stopped or Killed the signal
	Args []byte // what stands between the parentheses; of a half what that half holds
	// Return is what stands after the equals sign, with its explanation but without the
	// duration: "3</etc/passwd>", "-1 ENOENT (No such file or directory)", "?". Nil when there is none.
	Return   []byte
	Value    int64  // the returned number
	HasValue bool   // whether Value is one
	Errno    []byte // ENOENT, ERESTARTSYS; nil when the call did not fail
	Duration int64  // of -T, nanoseconds, or [Unknown]

	Code  int32 // of Exited the status; of Superseded, Note ("Process N attached") and Unfinished ("pid changed to N") the process
	Core  bool  // of Killed: a core was dumped
	Text  []byte
	Split bool // an Unfinished cut by a message of strace's own on the same terminal; the next line goes on
}

// Returned reports whether the line says that its call came back: not for halves, and not
// for "= ?" of a call whose process ended in it.
func (l *Line) Returned() bool {
	return (l.Kind == Call || l.Kind == Resumed) && (l.HasValue || l.Errno != nil || l.Flags&flagGone != 0)
}

// flagGone marks a return of "? <unavailable>": the call came back, its value was lost.
const flagGone Flags = 1 << 31
