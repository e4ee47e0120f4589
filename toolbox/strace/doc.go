// Package strace reads what the program strace wrote and answers what a support engineer
// asks of it: where the time went, who waited for whom, which files were opened, what
// failed, what was run.
//
// It reads the output of strace 4 to 7 with any combination of flags. The form of a line is
// worked out line by line, so that logs put together from several runs work too; what the
// flags make impossible is said in [Summary.Notes], and what cannot be read is counted and
// kept in [Trace.Unparsed].
//
// There are three ways in:
//
//   - [ParseLine] reads one line.
//   - [Scanner] streams the lines of a log as typed events with their positions, and joins
//     what strace wrote in two halves (unfinished, resumed).
//   - [Analyze] reads logs once, on several processors, and returns a [Trace] that answers
//     everything else: [Trace.Summary], [Trace.Processes], [Trace.Tree], [Trace.Execs],
//     [Trace.Files], [Trace.Directories], [Trace.IO], [Trace.Histogram], [Trace.Peers],
//     [Trace.Slow], [Trace.Errors], [Trace.Waits]; [Compare] takes two of them.
//
// [Open] makes inputs of files (plain, gzip or zstd, told by content), families written by
// strace -ff, and standard input.
//
// # Time
//
// All durations and times are nanoseconds. A time lies on the log's own clock ([Clock]):
// seconds since 1970 for -ttt, since the first midnight for -t and -tt (which know no day:
// a step back of more than an hour is taken as midnight), since the first line for -r.
// A duration that the flags leave unknown is [Unknown], never zero.
//
// # Waiting and working
//
// Time in a system call is waiting when the call stands in a documented list ([Waits]) and
// its arguments let it wait: a poll with a timeout of zero works, a futex that wakes works,
// a read waits when its descriptor is a pipe, a socket or a terminal (which -y shows).
//
// # Secrets
//
// Strings out of traced programs are shown with secrets masked ([Mask]) unless
// [Options.ShowSecrets] says otherwise.
package strace
