package trace_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/trace"
)

// log is a log of so many processes with so many calls each.
func log(processes, calls int) string {
	var b strings.Builder
	for p := range processes {
		for c := range calls {
			fmt.Fprintf(&b, "%d 12:%02d:%02d.%06d openat(AT_FDCWD, \"/var/lib/app/%d/%d\", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>\n", p+1, c/60%60, c%60, p%1_000_000, p, c)
		}
	}
	return b.String()
}

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// made attaches a content and returns what became of it.
func made(t *testing.T, d *db.DB, limits trace.Limits, content []byte) (r trace.Report, found bool) {
	t.Helper()
	return madeBy(t, d, "", limits, content)
}

// madeBy is made with a program that carries out the analysis; "" for none.
func madeBy(t *testing.T, d *db.DB, program string, limits trace.Limits, content []byte) (r trace.Report, found bool) {
	t.Helper()
	ctx := t.Context()
	jobs, files := job.New(d, nil), file.New(d, 64<<20)
	s := trace.New(d, jobs, files, limits, nil)
	s.InProcess(program)
	blob, err := files.PutBytes(ctx, content, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var f file.File
	err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if f, err = files.Attach(ctx, tx, act.Root(), blob, "a.log"); err != nil {
			return err
		}
		return s.Attached(ctx, tx, f, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.RunDue(ctx); err != nil {
		t.Fatal(err)
	}
	err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := s.Of(ctx, tx, []int64{f.ID})
		r, found = all[f.ID]
		if err == nil && found {
			_, gone := s.Page(ctx, tx, f.ID)
			if (gone == nil) != (r.State == trace.Ready) {
				t.Errorf("state %s and page %v", r.State, gone)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, found
}

func TestLimitsSaySo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		small := func(change func(*trace.Limits)) trace.Limits {
			l := trace.DefaultLimits
			change(&l)
			return l
		}
		for name, c := range map[string]struct {
			limits  trace.Limits
			content []byte
			want    string
		}{
			"stored":              {small(func(l *trace.Limits) { l.Stored = 1000 }), []byte(log(3, 10)), "logs of up to 1000 bytes"},
			"text of a bomb":      {small(func(l *trace.Limits) { l.Bytes = 1 << 20 }), packed(log(1, 30_000)), "more than 1 MB of text"},
			"processes":           {small(func(l *trace.Limits) { l.Processes = 10 }), []byte(log(50, 2)), "more than 10 processes"},
			"time":                {small(func(l *trace.Limits) { l.Time = time.Nanosecond }), []byte(log(3, 10)), "took longer than 1ns"},
			"page":                {small(func(l *trace.Limits) { l.Page = 100 }), []byte(log(3, 10)), "larger than 100 bytes"},
			"within all of them":  {trace.DefaultLimits, []byte(log(3, 10)), ""},
			"rows beyond a limit": {small(func(l *trace.Limits) { l.Rows = 5 }), []byte(log(3, 10)), ""},
		} {
			r, found := made(t, d, c.limits, c.content)
			switch {
			case !found:
				t.Errorf("%s: nothing", name)
			case c.want == "" && (r.State != trace.Ready || !strings.Contains(r.Line, "3 processes")):
				t.Errorf("%s: %+v", name, r)
			case c.want != "" && (r.State != trace.Over || !strings.Contains(r.Reason, c.want)):
				t.Errorf("%s: %+v, want %q", name, r, c.want)
			}
		}
	})
}

// TestMemoryIsBounded: a log of many paths and processes costs some memory and no more.
func TestMemoryIsBounded(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	content := packed(log(3_000, 100))
	runtime.GC()
	var before, m runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var high uint64
		for {
			select {
			case <-stop:
				most <- high
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&m)
				high = max(high, m.HeapInuse)
			}
		}
	}()
	r, found := made(t, d, trace.DefaultLimits, content)
	close(stop)
	high := <-most
	t.Logf("%d kB packed: %s; heap at most %d MB, %d MB before", len(content)>>10, r.Line, high>>20, before.HeapInuse>>20)
	if !found || r.State != trace.Ready {
		t.Fatalf("%+v", r)
	}
	if high > before.HeapInuse+300<<20 {
		t.Errorf("the heap grew to %d MB", high>>20)
	}
}
