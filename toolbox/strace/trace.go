package strace

import (
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
	workers := make([]*worker, n)
	for i := range workers {
		workers[i] = newWorker(&m.t.opt, m.t.names, m.t.errs)
	}
	bufs := make([][]byte, n)
	for _, in := range inputs {
		m.t.Inputs = append(m.t.Inputs, in.Name)
		if err := readInput(ctx, in, m, workers, bufs, &done, total); err != nil {
			return nil, err
		}
	}
	m.finish()
	if err := m.judge(inputs); err != nil {
		return nil, err
	}
	return m.t, nil
}

// readInput reads one log with all workers: each takes the next piece, reads it, and hands
// what it learned to the merge when its turn has come.
func readInput(ctx context.Context, in Input, m *merger, workers []*worker, bufs [][]byte, done *atomic.Int64, total int64) error {
	r, closer, err := in.text(done)
	if err != nil {
		return err
	}
	defer closer()
	m.begin(in)
	var (
		take   sync.Mutex
		seq    int64
		src    = &blocks{r: r, limit: m.t.opt.Limits.Line, size: m.t.opt.block}
		turn   sync.Mutex
		next   int64
		turned = sync.NewCond(&turn)
		failed error
		wg     sync.WaitGroup
	)
	for i, w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				take.Lock()
				if src.ended && len(src.rest) == 0 {
					take.Unlock()
					return
				}
				piece, grown, at, final, err := src.next(bufs[i])
				bufs[i] = grown
				mine := seq
				seq++
				over := at+int64(len(piece))+m.base > m.t.opt.Limits.Bytes
				take.Unlock()
				res := w.chunk(piece, at, final, in.PID)
				turn.Lock()
				for next != mine {
					turned.Wait()
				}
				if failed == nil {
					if err != nil {
						m.damaged(in, err)
					}
					m.merge(res, at)
					switch {
					case ctx.Err() != nil:
						failed = ctx.Err()
					case over:
						failed = fmt.Errorf("%s: more than %d bytes of text: %w", in.Name, m.t.opt.Limits.Bytes, ErrLimit)
					case len(m.t.Processes) > m.t.opt.Limits.Processes:
						failed = fmt.Errorf("%s: more than %d processes: %w", in.Name, m.t.opt.Limits.Processes, ErrLimit)
					}
					if m.t.opt.Progress != nil {
						m.t.opt.Progress(done.Load(), total)
					}
				}
				stop := failed != nil
				next++
				turned.Broadcast()
				turn.Unlock()
				if stop {
					return
				}
			}
		}()
	}
	wg.Wait()
	m.base += src.at
	m.long += src.over
	return failed
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
