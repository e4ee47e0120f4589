package strace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// ErrNoTrace is wrapped by the error for what strace did not write.
var ErrNoTrace = errors.New("not an strace log")

// ErrLimit is wrapped by the error for a log that is over one of the [Limits].
var ErrLimit = errors.New("over the limit")

// UnparsedLine is a line that could not be read.
type UnparsedLine struct {
	File   string `json:"file"`
	Line   int64  `json:"line"`   // from 1
	Offset int64  `json:"offset"` // bytes from the beginning, decompressed
	Text   string `json:"text"`   // its first 300 bytes
}

// Trace is what [Analyze] learned. It is not changed by the questions asked of it; they may
// be asked from several goroutines.
type Trace struct {
	Inputs    []string // names of the inputs
	Clock     Clock
	Flags     Flags
	Bytes     int64 // of text
	Lines     int64
	Kinds     [Blank + 1]int64 // lines by [Kind]
	Calls     int64            // calls that began
	Returned  int64            // calls that came back
	Orphans   int64            // ends whose beginning the log does not hold; not among Calls
	Processes []*Process
	Unparsed  []UnparsedLine // the first of them, see [Limits]

	calls    []callStat
	names    *nameTable
	errs     *nameTable
	opt      Options
	untimed  int64 // calls that came back without a duration
	cut      bool
	backs    []string
	damage   []string
	byPID    map[uint64]*callStat // process<<16 | call
	errnos   map[errnoKey]uint32
	hist     map[uint64]*[64]uint32 // call, or process<<16 | call
	paths    *pathTable
	opens    []access
	moves    []access
	dropped  map[string]int64
	peers    map[string]*Peer
	failures map[failureKey]*failure
	waits    map[waitKey]*waitSum
	writers  map[string]map[int]struct{}
	slow     []SlowCall
	once     sync.Once
	turned   map[int][]ProcessCall
}

type errnoKey struct {
	proc  int32
	sys   uint16
	errno uint16
}

// Timed reports whether the log tells how long calls took (-T).
func (t *Trace) Timed() bool { return t.Flags&FlagDuration != 0 }

// Analyze reads logs, one after another, once. It returns an error that wraps [ErrNoTrace]
// when none of their lines, or next to none, is strace's, and one that wraps [ErrLimit]
// when they are over a limit.
func Analyze(ctx context.Context, inputs []Input, opt Options) (*Trace, error) {
	opt = opt.filled()
	m := newMerger(opt)
	var total int64
	for _, in := range inputs {
		if in.Size == 0 {
			total = 0
			break
		}
		total += in.Size
	}
	var done atomic.Int64
	n := opt.Workers
	if n <= 0 {
		n = min(runtime.GOMAXPROCS(0), 8)
	}
	workers := make(chan *worker, 3*n) // more than run at once: a piece that is read early waits for its turn
	for range cap(workers) {
		workers <- newWorker(&m.t.opt, m.t.names, m.t.errs)
	}
	for _, in := range inputs {
		m.t.Inputs = append(m.t.Inputs, in.Name)
		if err := readInput(ctx, in, m, n, workers, &done, total); err != nil {
			return nil, err
		}
	}
	m.finish()
	if err := m.judge(inputs); err != nil {
		return nil, err
	}
	return m.t, nil
}

// readInput reads one log: n goroutines take the next piece and a free worker for it, and
// whoever ends the piece whose turn it is merges it and those behind it that are done.
func readInput(ctx context.Context, in Input, m *merger, n int, workers chan *worker, done *atomic.Int64, total int64) error {
	r, closer, err := in.text(done)
	if err != nil {
		return err
	}
	defer closer()
	m.begin(in)
	base := done.Load()
	var (
		take    sync.Mutex
		seq     int64
		src     = &blocks{r: r, limit: m.t.opt.Limits.Line, size: cmp.Or(m.t.opt.block, blockSize)}
		turn    sync.Mutex
		next    int64
		merging bool
		failed  error
		ready   = map[int64]piece{}
		wg      sync.WaitGroup
	)
	switch r := r.(type) {
	case plainFile:
		var unmap func()
		src.mem, unmap = mapFile(r.file)
		defer unmap()
	case *ahead:
		n = max(1, n-1) // a processor is the decompression's
	}
	// join merges what is ready, in order; whoever comes while another does it leaves it to them.
	join := func(mine int64, p piece) (stop bool) {
		turn.Lock()
		defer turn.Unlock()
		ready[mine] = p
		if merging {
			return failed != nil
		}
		merging = true
		for p, ok := ready[next]; ok; p, ok = ready[next] {
			delete(ready, next)
			next++
			if failed == nil {
				turn.Unlock()
				err := m.take(ctx, in, p)
				if src.mem != nil {
					done.Store(base + p.at + int64(len(p.text)))
				}
				if m.t.opt.Progress != nil {
					m.t.opt.Progress(done.Load(), total)
				}
				turn.Lock()
				failed = err
			}
			workers <- p.by
		}
		merging = false
		return failed != nil
	}
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for stop := false; !stop; {
				w := <-workers
				take.Lock()
				if !src.more() {
					take.Unlock()
					workers <- w
					return
				}
				var p piece
				var final bool
				p.by = w
				p.text, w.buf, p.at, final, p.damage = src.next(w.buf)
				mine := seq
				seq++
				take.Unlock()
				if err := shielded(func() { p.read = w.chunk(p.text, p.at, final, in.PID) }); err != nil {
					p.read, p.damage = w.reset(), err
					take.Lock()
					src.ended = true
					take.Unlock()
				}
				stop = join(mine, p)
			}
		}()
	}
	wg.Wait()
	m.base += src.at
	m.long += src.over
	return failed
}

// piece is a part of a log that a worker has read, and what is known about it.
type piece struct {
	by     *worker
	text   []byte
	at     int64 // where it begins
	read   *chunkResult
	damage error
}

// take merges a piece whose turn has come. It returns why the log is not read on, if so.
func (m *merger) take(ctx context.Context, in Input, p piece) error {
	if p.damage != nil {
		m.damaged(in, p.at+p.read.bytes, p.damage)
	}
	if err := shielded(func() { m.merge(p.read, p.at) }); err != nil {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case p.at+int64(len(p.text))+m.base > m.t.opt.Limits.Bytes:
		return fmt.Errorf("%s: more than %d bytes of text: %w", in.Name, m.t.opt.Limits.Bytes, ErrLimit)
	case len(m.t.Processes) > m.t.opt.Limits.Processes:
		return fmt.Errorf("%s: more than %d processes: %w", in.Name, m.t.opt.Limits.Processes, ErrLimit)
	}
	return nil
}

func newWorker(opt *Options, names, errs *nameTable) *worker {
	w := &worker{opt: opt, mask: opt.Need.detailMask(), every: opt.Need&NeedErrors != 0, names: newNameCache(names), errs: newNameCache(errs), live: map[int32]int32{}}
	w.slow.k = opt.Limits.Slow
	if opt.Quantize != "" {
		id, _, _ := names.id(opt.Quantize)
		w.wantIDs = map[uint16]bool{id: true}
	}
	return w
}
