package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// stageDue is the kind of timer that fires when a ticket has stayed too long in its stage.
const stageDue = "stage.due"

// Standing is where a ticket stands in its pipeline.
type Standing struct {
	TicketID   int64
	PipelineID int64
	Stage      string
	Since      time.Time
	Due        time.Time // zero for no objective
	OverdueAt  time.Time // the objective it missed; zero while it has not
	Score      float64   // 0 while a part is missing
	EventID    int64     // what brought it there
}

const standingFields = `s.ticket_id, s.pipeline_id, s.stage, s.since, s.due, s.overdue_at, s.score, s.event_id`

func scanStanding(r db.Scanner, more ...any) (st Standing, err error) {
	var since int64
	var due, overdue sql.NullInt64
	err = r.Scan(append([]any{&st.TicketID, &st.PipelineID, &st.Stage, &since, &due, &overdue, &st.Score, &st.EventID}, more...)...)
	st.Since, st.Due, st.OverdueAt = db.Time(since), db.NullTime(due), db.NullTime(overdue)
	return st, err
}

// standingOf is where a ticket stands; nil in no pipeline. The caller has checked the ticket.
func (s *Service) standingOf(ctx context.Context, tx db.Tx, ticketID int64) (*Standing, error) {
	st, err := scanStanding(tx.QueryRow(ctx, `SELECT `+standingFields+` FROM ticket_stage s WHERE s.ticket_id = $1`, ticketID))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &st, err
}

// MoveTo brings a ticket to another stage of its pipeline, with the state and team that the stage
// gives. Agents who may edit the ticket may.
func (s *Service) MoveTo(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, stage string) (*Ticket, error) {
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, fault.Missing("ticket", ticketID)
	}
	if !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, by.Denied("edit", "ticket")
	}
	cfg := s.config()
	p := cfg.pipelineOf(t.FormID)
	if p == nil {
		return nil, fault.Field("stage", stage, "a ticket of a form that has a pipeline", "This ticket goes through no pipeline.")
	}
	to := p.stage(stage)
	if to == nil {
		names := make([]string, len(p.stages))
		for i, s := range p.stages {
			names[i] = s.Name
		}
		return nil, fault.Field("stage", stage, strings.Join(names, ", "), "The pipeline %s has no stage %q.", p.Title, stage)
	}
	if t.Status == StatusClosed {
		return nil, checkStatus(StatusClosed, "")
	}
	by = by.Still()
	st, err := s.standingOf(ctx, tx, t.ID)
	if err != nil {
		return nil, err
	}
	if st != nil && st.Stage == stage && st.PipelineID == p.ID {
		return t, nil
	}
	event, err := s.putStage(ctx, tx, by, p, t, st, to)
	if err != nil {
		return nil, err
	}
	before := *t
	if to.Status != "" && checkStatus(t.Status, Status(to.Status)) == nil {
		t.Status = Status(to.Status)
	} else if t.Status == StatusSolved && to != p.last() {
		t.Status = StatusOpen // taken up again
	}
	if to.teamID != 0 {
		t.TeamID = to.teamID
	}
	if t.Status != before.Status {
		if err := cfg.complete(t, s.about(ctx, tx, t)); err != nil {
			return nil, err
		}
	}
	if len(cfg.allChanges(&before, t)) == 0 {
		return t, nil
	}
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: event})
}

// putStage records that a ticket came to a stage, and watches the stage's objective.
func (s *Service) putStage(ctx context.Context, tx db.Tx, by act.Actor, p *Pipeline, t *Ticket, was *Standing, to *pipelineStage) (event int64, err error) {
	score, _ := p.score(s.config(), t)
	st := Standing{TicketID: t.ID, PipelineID: p.ID, Stage: to.Name, Since: by.Now(), Due: p.due(to, by.Now()), Score: score}
	old := any(nil)
	if was != nil {
		old = was.Stage
	}
	data := map[string]any{"pipeline_id": p.ID, "pipeline_version": p.Version, "stage": []any{old, to.Name}, "due": db.Micros(st.Due)}
	if st.EventID, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketStaged, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: data}); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO ticket_stage (ticket_id, pipeline_id, stage, since, due, overdue_at, score, event_id) VALUES ($1, $2, $3, $4, $5, NULL, $6, $7)
		ON CONFLICT (ticket_id) DO UPDATE SET pipeline_id = excluded.pipeline_id, stage = excluded.stage, since = excluded.since, due = excluded.due, overdue_at = NULL,
		score = excluded.score, event_id = excluded.event_id`,
		st.TicketID, st.PipelineID, st.Stage, db.Micros(st.Since), db.NullMicros(st.Due), st.Score, st.EventID)
	if err != nil {
		return 0, err
	}
	if st.Due.IsZero() {
		return st.EventID, s.jobs.Cancel(ctx, tx, stageDue, fmt.Sprint(t.ID))
	}
	return st.EventID, s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: stageDue, Key: fmt.Sprint(t.ID), Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Due: st.Due})
}

// settleStage keeps the standing in step with a change of the ticket: it enters and leaves the
// pipeline with its form, ends when it is solved, begins anew when it is reopened.
func (s *Service) settleStage(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket, m moment) error {
	cfg := s.config()
	p := cfg.pipelineOf(t.FormID)
	if p == nil && (before == nil || cfg.pipelineOf(before.FormID) == nil) {
		return nil
	}
	st, err := s.standingOf(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	by = by.Because(act.Cause{Event: m.event})
	switch {
	case p == nil && st == nil:
		return nil
	case p == nil:
		if _, err := tx.Exec(ctx, `DELETE FROM ticket_stage WHERE ticket_id = $1`, t.ID); err != nil {
			return err
		}
		return s.jobs.Cancel(ctx, tx, stageDue, fmt.Sprint(t.ID))
	case st == nil || st.PipelineID != p.ID || p.stage(st.Stage) == nil:
		_, err = s.putStage(ctx, tx, by, p, t, st, p.first())
		return err
	case t.Status.Done() && st.Stage != p.last().Name:
		_, err = s.putStage(ctx, tx, by, p, t, st, p.last())
		return err
	case !t.Status.Done() && st.Stage == p.last().Name && before != nil && before.Status.Done():
		_, err = s.putStage(ctx, tx, by, p, t, st, p.first())
		return err
	}
	if score, _ := p.score(cfg, t); score != st.Score {
		return tx.Later(ctx, nil, `UPDATE ticket_stage SET score = $1 WHERE ticket_id = $2`, score, t.ID)
	}
	return nil
}

// onStageDue is the timer's handler: it notes that the objective of a stage was missed.
func (s *Service) onStageDue(ctx context.Context, tx db.Tx, j job.Job) error {
	t, err := s.lock(ctx, tx, j.Subject.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	st, err := s.standingOf(ctx, tx, t.ID)
	if err != nil || st == nil || st.Due.IsZero() || !st.OverdueAt.IsZero() {
		return err
	}
	by := s.system()
	if by.Now().Before(st.Due) {
		return s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: stageDue, Key: fmt.Sprint(t.ID), Subject: j.Subject, Due: st.Due})
	}
	by.Kind = act.Clock
	version := 0
	if p := s.config().pipelineOf(t.FormID); p != nil && p.ID == st.PipelineID {
		version = p.Version
	}
	_, err = s.ledger.Append(ctx, tx, by.Because(act.Cause{Event: st.EventID, Blueprint: st.PipelineID, Version: version}), ledger.Entry{Verb: StageOverdue,
		Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, At: st.Due, Data: map[string]any{"pipeline_id": st.PipelineID, "stage": []any{st.Stage, st.Stage}, "due": db.Micros(st.Due)}})
	if err != nil {
		return err
	}
	return tx.Later(ctx, nil, `UPDATE ticket_stage SET overdue_at = $1 WHERE ticket_id = $2`, db.Micros(st.Due), t.ID)
}
