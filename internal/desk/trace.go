package desk

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/rest"
	"steward/internal/trace"
)

// maxTraces is how many files of a ticket are looked through for reports, the newest first.
const maxTraces = 500

// Traces returns the reports of strace logs attached to a ticket. Whoever may read its
// internal notes may; others are refused.
func (s *Service) Traces(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) ([]trace.Report, error) {
	t, err := s.Get(ctx, tx, by, ticketID)
	if err != nil {
		return nil, err
	}
	if !Agent(by, t) {
		return nil, by.Denied("edit", "ticket")
	}
	ids, err := s.filesOf(ctx, tx, t.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.traces.Of(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := []trace.Report{}
	for _, id := range ids {
		if r, ok := found[id]; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// filesOf are the files of a ticket's messages, the newest first.
func (s *Service) filesOf(ctx context.Context, tx db.Tx, ticketID int64) ([]int64, error) {
	return ticketIDs(ctx, tx, `SELECT cf.file_id FROM comment c JOIN comment_file cf ON cf.comment_id = c.id WHERE c.ticket_id = $1 ORDER BY cf.file_id DESC LIMIT $2`, ticketID, maxTraces)
}

// TracePage returns the report of an attached strace log as a page, packed with gzip. Whoever
// may read the internal notes of a ticket the file is on may; to others there is none.
func (s *Service) TracePage(ctx context.Context, tx db.Tx, by act.Actor, fileID int64) ([]byte, error) {
	none := fault.Missing("report of file", fileID)
	tickets, err := s.ticketsOf(ctx, tx, fileID)
	if err != nil {
		return nil, err
	}
	for _, id := range tickets {
		t, err := s.Get(ctx, tx, by, id)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if Agent(by, t) {
			return s.traces.Page(ctx, tx, fileID)
		}
	}
	return nil, none
}

// TraceReported is the verb for an attached strace log that was analysed: file, state (ready or over).
const TraceReported = "ticket.trace_reported"

// traceReported tells the tickets of a file that its analysis is done.
func (s *Service) traceReported(ctx context.Context, tx db.Tx, r trace.Report) error {
	tickets, err := s.ticketsOf(ctx, tx, r.FileID)
	if err != nil {
		return err
	}
	for _, id := range tickets {
		_, err := s.ledger.Append(ctx, tx, s.system(), ledger.Entry{Verb: TraceReported, Subject: ledger.Ref{Kind: "ticket", ID: id}, Visibility: ledger.Internal,
			Data: map[string]any{"file": r.FileID, "state": string(r.State)}})
		if err != nil {
			return err
		}
	}
	return nil
}

// traceSentence is an analysis' event in words.
func traceSentence(state any, l *lang.Language) string {
	if state == string(trace.Over) {
		return l.Word("Attached strace log not analysed")
	}
	return l.Word("Attached strace log analysed")
}

// ticketsOf are the tickets whose messages have a file, the oldest first.
func (s *Service) ticketsOf(ctx context.Context, tx db.Tx, fileID int64) ([]int64, error) {
	return ticketIDs(ctx, tx, `SELECT DISTINCT c.ticket_id FROM comment_file cf JOIN comment c ON c.id = cf.comment_id WHERE cf.file_id = $1 ORDER BY c.ticket_id LIMIT 20`, fileID)
}

// TraceAgain has an attached strace log analysed once more. Whoever works on the ticket may.
func (s *Service) TraceAgain(ctx context.Context, tx db.Tx, by act.Actor, ticketID, fileID int64) (trace.Report, error) {
	t, err := s.working(ctx, tx, by, ticketID)
	if err != nil {
		return trace.Report{}, err
	}
	files, err := s.filesOf(ctx, tx, t.ID)
	if err != nil {
		return trace.Report{}, err
	}
	if !slices.Contains(files, fileID) {
		return trace.Report{}, fault.Missing("report of file", fileID)
	}
	return s.traces.Again(ctx, tx, fileID, by.Now())
}

type tracePath struct {
	IDPath
	File int64 `path:"file" minimum:"1"`
}

func (s *Service) postTraceAgain(_ context.Context, by act.Actor, in *tracePath) (rest.Change[TraceView], error) {
	return func(ctx context.Context, tx db.Tx) (TraceView, error) {
		r, err := s.TraceAgain(ctx, tx, by, in.ID, in.File)
		return TraceView{r.FileID, r.State, r.Line, r.Reason}, err
	}, nil
}

// TraceView is a report as the API shows it.
type TraceView struct {
	FileID int64       `json:"file_id"`
	State  trace.State `json:"state" enum:"ready,over"`
	Line   string      `json:"line" doc:"The log in a line."`
	Reason string      `json:"reason" doc:"Why there is no report; empty when there is one."`
}

func (s *Service) getTraces(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (rest.List[TraceView], error) {
	all, err := s.Traces(ctx, tx, by, in.ID)
	views := make([]TraceView, 0, len(all))
	for _, r := range all {
		views = append(views, TraceView{r.FileID, r.State, r.Line, r.Reason})
	}
	return rest.NewList(views, ""), err
}
