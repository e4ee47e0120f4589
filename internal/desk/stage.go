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

const stageColumns = `ticket_id, pipeline_id, stage, since, due, overdue_at, score, event_id`

// row are the values of stageColumns.
func (st *Standing) row() []any {
	return []any{st.TicketID, st.PipelineID, st.Stage, db.Micros(st.Since), db.NullMicros(st.Due), db.NullMicros(st.OverdueAt), st.Score, st.EventID}
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
// gives. confirm names the guards that asked and are answered with yes. Agents who may edit the ticket may.
func (s *Service) MoveTo(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, stage string, confirm []string) (*Ticket, error) {
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
	if err := s.guard(ctx, tx, by, submit{before: &before, after: t, confirm: confirm}); err != nil {
		return nil, err
	}
	event, err := s.putStage(ctx, tx, by, p, t, st, to)
	if err != nil || len(cfg.allChanges(&before, t)) == 0 {
		return t, err
	}
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: event})
}

// putStage records that a ticket came to a stage, and watches the stage's objective.
func (s *Service) putStage(ctx context.Context, tx db.Tx, by act.Actor, p *Pipeline, t *Ticket, was *Standing, to *pipelineStage) (event int64, err error) {
	st, entry := p.enter(s.config(), t, was, to, by.Now())
	if st.EventID, err = s.ledger.Append(ctx, tx, by, entry); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO ticket_stage (`+stageColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (ticket_id) DO UPDATE SET pipeline_id = excluded.pipeline_id, stage = excluded.stage, since = excluded.since, due = excluded.due, overdue_at = NULL,
		score = excluded.score, event_id = excluded.event_id`, st.row()...)
	if err != nil {
		return 0, err
	}
	if st.Due.IsZero() {
		return st.EventID, s.jobs.Cancel(ctx, tx, stageDue, fmt.Sprint(t.ID))
	}
	return st.EventID, s.jobs.Set(ctx, tx, by.Now(), st.timer())
}

// enter is where a ticket stands that comes to a stage, and the event that tells it.
func (p *Pipeline) enter(cfg *Config, t *Ticket, was *Standing, to *pipelineStage, at time.Time) (Standing, ledger.Entry) {
	score, _ := p.score(cfg, t)
	st := Standing{TicketID: t.ID, PipelineID: p.ID, Stage: to.Name, Since: at, Due: p.due(to, at), Score: score}
	old := any(nil)
	if was != nil {
		old = was.Stage
	}
	return st, ledger.Entry{Verb: TicketStaged, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Data: map[string]any{"pipeline_id": p.ID, "pipeline_version": p.Version, "stage": []any{old, to.Name}, "due": db.Micros(st.Due)}}
}

// timer fires when the objective of the stage is missed.
func (st *Standing) timer() job.Spec {
	return job.Spec{Kind: stageDue, Key: fmt.Sprint(st.TicketID), Subject: ledger.Ref{Kind: "ticket", ID: st.TicketID}, Due: st.Due}
}

// overdue is the event of an objective that was missed, and who acts.
func (st *Standing) overdue(cfg *Config, by act.Actor, t *Ticket) (act.Actor, ledger.Entry) {
	version := 0
	if p := cfg.pipelineOf(t.FormID); p != nil && p.ID == st.PipelineID {
		version = p.Version
	}
	by.Kind = act.Clock
	return by.Because(act.Cause{Event: st.EventID, Blueprint: st.PipelineID, Version: version}), ledger.Entry{Verb: StageOverdue,
		Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, At: st.Due, Data: map[string]any{"pipeline_id": st.PipelineID, "stage": []any{st.Stage, st.Stage}, "due": db.Micros(st.Due)}}
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
	}
	if to := p.moves(st, before, t); to != nil {
		_, err = s.putStage(ctx, tx, by, p, t, st, to)
		return err
	}
	if score, _ := p.score(cfg, t); score != st.Score {
		return tx.Later(ctx, nil, `UPDATE ticket_stage SET score = $1 WHERE ticket_id = $2`, score, t.ID)
	}
	return nil
}

// moves is the stage that a change of a ticket takes it to; nil when it stays where it stands. was
// is where it stood, nil for nowhere.
func (p *Pipeline) moves(was *Standing, before, t *Ticket) *pipelineStage {
	switch {
	case was == nil || was.PipelineID != p.ID || p.stage(was.Stage) == nil:
		return p.first()
	case t.Status.Done() && was.Stage != p.last().Name:
		return p.last()
	case !t.Status.Done() && was.Stage == p.last().Name && before != nil && before.Status.Done():
		return p.first()
	default:
		return nil
	}
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
		return s.jobs.Set(ctx, tx, by.Now(), st.timer())
	}
	actor, entry := st.overdue(s.config(), by, t)
	if _, err := s.ledger.Append(ctx, tx, actor, entry); err != nil {
		return err
	}
	return tx.Later(ctx, nil, `UPDATE ticket_stage SET overdue_at = $1 WHERE ticket_id = $2`, db.Micros(st.Due), t.ID)
}
