package trace

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/toolbox/strace"
	"steward/toolbox/strace/report"
)

// reportJob is the kind of the job that looks at a file.
const reportJob = "trace.report"

// State says what became of a log.
type State string

// The states.
const (
	Ready State = "ready" // there is a report
	Over  State = "over"  // it is over a limit, or cannot be read; Reason says which
)

// Report is what is known of an attached log.
type Report struct {
	FileID int64
	State  State
	Line   string // the log in a line: "strace of 12 processes, 3.2 s, 41 errors"; "strace log" without a report
	Reason string // why there is no report
	Made   time.Time
}

// Limits bound what one analysis may use.
type Limits struct {
	Stored int64         // bytes of the file as it is stored
	Time   time.Duration // of the analysis
	Page   int           // bytes of the page, packed
	strace.Limits
}

// DefaultLimits keep an analysis under some hundred megabytes of memory and a minute.
var DefaultLimits = Limits{Stored: 256 << 20, Time: time.Minute, Page: 2 << 20,
	Limits: strace.Limits{Bytes: 1 << 30, Line: 1 << 20, Processes: 50_000, Rows: 20_000, Paths: 50_000, Unparsed: 10, Slow: 3000}}

// Service makes and keeps reports.
type Service struct {
	db     *db.DB
	jobs   *job.Queue
	files  *file.Service
	clock  func() time.Time
	limits Limits

	made    func(ctx context.Context, tx db.Tx, r Report) error // of OnReport; nil: nobody asked
	program string                                              // that carries out Command; "" analyses in this process
}

// InProcess makes each analysis run in a process of its own, so that one that breaks or runs away ends alone. program
// is an executable whose hidden command is Command; called once, before jobs run.
func (s *Service) InProcess(program string) { s.program = program }

// OnReport has told told of every finished analysis, in the transaction that keeps its report; called once, before jobs
// run.
func (s *Service) OnReport(told func(ctx context.Context, tx db.Tx, r Report) error) { s.made = told }

// New returns the service and registers its job. clock nil means the machine's.
func New(d *db.DB, jobs *job.Queue, files *file.Service, limits Limits, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	s := &Service{db: d, jobs: jobs, files: files, clock: clock, limits: limits}
	jobs.HandleIO(reportJob, job.Options{Parallel: 1, MaxAttempts: 3}, s.onReport)
	return s
}

// Attached tells of a file that a message took up: one that may be a log is looked at by a
// job. Call it in the transaction that attaches it.
func (s *Service) Attached(ctx context.Context, tx db.Tx, f file.File, now time.Time) error {
	if f.Size < 40 || !candidate(f.ContentType) {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: reportJob, Key: fmt.Sprint(f.ID), Subject: ledger.Ref{Kind: "file", ID: f.ID}, Due: now})
}

// Again has a file with a report looked at once more: it failed, or the program has learned since. One whose
// report was removed stays without. It checks no permission: whoever knows the file does.
func (s *Service) Again(ctx context.Context, tx db.Tx, fileID int64, now time.Time) (Report, error) {
	found, err := s.Of(ctx, tx, []int64{fileID})
	r, ok := found[fileID]
	if err == nil && !ok {
		err = fault.Missing("report of file", fileID)
	}
	if err != nil {
		return r, err
	}
	return r, s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: reportJob, Key: fmt.Sprint(fileID), Subject: ledger.Ref{Kind: "file", ID: fileID}, Due: now})
}

// onReport looks at a file and makes its report outside any transaction.
func (s *Service) onReport(ctx context.Context, j job.Job) (job.Finish, error) {
	var f file.File
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		f, err = s.files.Get(ctx, tx, j.Subject.ID)
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil // it is gone
	case err != nil:
		return nil, err
	}
	text, err := head(s.content(ctx, f))
	if err != nil || !looksLike(text) {
		return nil, err
	}
	r, page, err := s.analyse(ctx, f)
	if err != nil || r.State == "" {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) error { return s.keep(ctx, tx, r, page) }, nil
}

func (s *Service) content(ctx context.Context, f file.File) io.Reader {
	return io.NewSectionReader(s.files.Reader(ctx, f.Hash, f.Size), 0, f.Size)
}

// analyse makes a file's report. An error is ours; what is wrong with the file is in the
// report, which has no state when the file is no log after all.
func (s *Service) analyse(ctx context.Context, f file.File) (Report, []byte, error) {
	if f.Size > s.limits.Stored {
		return Report{FileID: f.ID, State: Over, Line: "strace log",
			Reason: fmt.Sprintf("It has %s; logs of up to %s are analysed here. Run steward strace on it.", file.Bytes(f.Size), file.Bytes(s.limits.Stored))}, nil, nil
	}
	if s.program != "" {
		return s.inChild(ctx, f)
	}
	r, page, err := examine(ctx, f.Filename, f.Size, s.content(ctx, f), s.limits)
	r.FileID = f.ID
	return r, page, err
}

// examine makes the report of a log.
func examine(ctx context.Context, name string, size int64, text io.Reader, limits Limits) (r Report, page []byte, err error) {
	r = Report{Line: "strace log"}
	over := func(format string, args ...any) (Report, []byte, error) {
		r.State, r.Reason = Over, fmt.Sprintf(format, args...)
		return r, nil, nil
	}
	timed, cancel := context.WithTimeout(ctx, limits.Time)
	defer cancel()
	in := strace.FromReader(name, text)
	in.Size = size
	t, err := strace.Analyze(timed, []strace.Input{in}, strace.Options{Need: report.Need, Workers: 1, Limits: limits.Limits})
	switch {
	case ctx.Err() != nil:
		return r, nil, ctx.Err()
	case timed.Err() != nil:
		return over("Its analysis took longer than %s. Run steward strace on it.", words(limits.Time))
	case errors.Is(err, strace.ErrLimit):
		return over("It has more than %s of text or more than %d processes. Run steward strace on it.", file.Bytes(limits.Bytes), limits.Processes)
	case errors.Is(err, strace.ErrNoTrace):
		return Report{}, nil, nil
	case err != nil:
		return r, nil, err
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := report.Write(z, t, report.Options{Title: name}); err != nil {
		return r, nil, err
	}
	if err := z.Close(); err != nil {
		return r, nil, err
	}
	if packed.Len() > limits.Page {
		return over("Its report is larger than %s. Run steward strace on it.", file.Bytes(int64(limits.Page)))
	}
	r.State, r.Line = Ready, report.Line(t.Summary())
	return r, packed.Bytes(), nil
}

func words(d time.Duration) string {
	if d == time.Minute {
		return "a minute"
	}
	return d.String()
}

// keep stores a report, unless the file has gone meanwhile.
func (s *Service) keep(ctx context.Context, tx db.Tx, r Report, page []byte) error {
	if page == nil {
		page = []byte{}
	}
	kept, err := tx.Exec(ctx, `INSERT INTO trace_report (file_id, state, line, reason, page, made)
		SELECT f.id, $2, $3, $4, $5, $6 FROM file f WHERE f.id = $1
		ON CONFLICT (file_id) DO UPDATE SET state = excluded.state, line = excluded.line, reason = excluded.reason, page = excluded.page, made = excluded.made`,
		r.FileID, string(r.State), r.Line, r.Reason, page, db.Micros(s.clock()))
	if err != nil || s.made == nil || kept == 0 {
		return err
	}
	return s.made(ctx, tx, r)
}

// Of returns the reports of files, by file; files without one are left out. It checks no
// permission: whoever knows the files does.
func (s *Service) Of(ctx context.Context, tx db.Tx, files []int64) (map[int64]Report, error) {
	out := map[int64]Report{}
	if len(files) == 0 {
		return out, nil
	}
	w, ids := &db.Where{}, make([]any, len(files))
	for i, id := range files {
		ids[i] = id
	}
	w.In("file_id", ids)
	rows, err := tx.Query(ctx, `SELECT file_id, state, line, reason, made FROM trace_report WHERE `+w.SQL(), w.Args()...)
	all, err := db.Collect(rows, err, func(row db.Scanner) (r Report, err error) {
		var made int64
		err = row.Scan(&r.FileID, &r.State, &r.Line, &r.Reason, &made)
		r.Made = db.Time(made)
		return r, err
	})
	for _, r := range all {
		out[r.FileID] = r
	}
	return out, err
}

// Page returns a report's page, packed with gzip. It checks no permission: whoever knows the
// file does.
func (s *Service) Page(ctx context.Context, tx db.Tx, fileID int64) ([]byte, error) {
	var page []byte
	err := tx.QueryRow(ctx, `SELECT page FROM trace_report WHERE file_id = $1 AND state = $2`, fileID, string(Ready)).Scan(&page)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Missing("report of file", fileID)
	}
	return page, err
}

// Remove deletes the reports of files that stay: what they quote is to be seen no more. A
// job under way makes no new one.
func (s *Service) Remove(ctx context.Context, tx db.Tx, files []int64) error {
	if len(files) == 0 {
		return nil
	}
	ids := make([]any, len(files))
	for i, id := range files {
		ids[i] = id
		if err := s.jobs.Cancel(ctx, tx, reportJob, fmt.Sprint(id)); err != nil {
			return err
		}
	}
	w := (&db.Where{}).In("file_id", ids)
	_, err := tx.Exec(ctx, `DELETE FROM trace_report WHERE `+w.SQL(), w.Args()...)
	return err
}

// Unpack writes a page as it is to be read.
func Unpack(w io.Writer, page []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(page))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, z) //nolint:gosec // a page of ours, bounded when it was made
	return err
}

// Policy is the Content-Security-Policy under which a page is given out: nothing but its own style.
var Policy = report.Policy
