package strace

// Need says what an analysis keeps beside what [Trace.Summary], [Trace.Processes],
// [Trace.Tree] and [Trace.Execs] answer, which is always there. Less is faster.
type Need uint16

// What an analysis may keep.
const (
	NeedPIDs       Need = 1 << iota // system calls by process: [Trace.ByPID]
	NeedFiles                       // opens: [Trace.Files], [Trace.Directories]
	NeedIO                          // reads and writes: [Trace.IO]
	NeedNet                         // connections: [Trace.Peers]
	NeedSlow                        // the longest calls: [Trace.Slow]
	NeedErrors                      // failures by path: [Trace.Errors]
	NeedWaits                       // what was waited for: [Trace.Waits]
	NeedHistograms                  // distributions of durations: [Trace.Histogram]
	NeedAll        = NeedPIDs | NeedFiles | NeedIO | NeedNet | NeedSlow | NeedErrors | NeedWaits | NeedHistograms
)

// Limits bound what an analysis may use. Zero means the default of [DefaultLimits].
type Limits struct {
	Bytes     int64 // of text read, decompressed; more is an error
	Line      int   // bytes of a line; the rest of a longer one is passed over and it counts as unparsed
	Processes int   // lives of processes; more is an error
	Rows      int   // rows of files, of I/O, of errors, of waits, of peers each; the shortest go first and the answer says so
	Paths     int   // different paths that are kept apart
	Unparsed  int   // unparsed lines that are kept; all are counted
	Slow      int   // longest calls that are kept
}

// DefaultLimits are generous enough for a person's question about a log of many gigabytes.
var DefaultLimits = Limits{Bytes: 1 << 40, Line: 16 << 20, Processes: 2_000_000, Rows: 1_000_000, Paths: 1_000_000, Unparsed: 1000, Slow: 100}

// Options say what to keep of a log and how.
type Options struct {
	Need        Need
	Quantize    string // with NeedHistograms: keep one system call's durations by process instead of all calls' together
	ShowSecrets bool   // show strings of traced programs as they are; see [Mask]
	Workers     int    // chunks read at once; 0 means as many as processors, at most 8
	Limits      Limits
	// Progress is told now and then how many bytes of how many (as stored; 0 when unknown) were
	// read. It is called from several goroutines, never at once.
	Progress func(done, total int64)

	block int // bytes of text a worker takes at once, for tests; 0 means blockSize
}

func (o Options) filled() Options {
	d := DefaultLimits
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	if o.Limits.Bytes <= 0 {
		o.Limits.Bytes = d.Bytes
	}
	set(&o.Limits.Line, d.Line)
	set(&o.Limits.Processes, d.Processes)
	set(&o.Limits.Rows, d.Rows)
	set(&o.Limits.Paths, d.Paths)
	set(&o.Limits.Unparsed, d.Unparsed)
	set(&o.Limits.Slow, d.Slow)
	return o
}

// detailMask is the classes of calls whose arguments the questions need.
func (n Need) detailMask() class {
	m := classProcess | classExec
	if n&NeedFiles != 0 {
		m |= classOpen | classFolder | classDesc
	}
	if n&NeedIO != 0 {
		m |= classOpen | classFolder | classDesc | classIO
	}
	if n&NeedNet != 0 {
		m |= classNet | classIO | classDesc
	}
	if n&NeedWaits != 0 {
		m |= classIO
	}
	return m
}
