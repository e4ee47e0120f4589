package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// pastStage is where an imported ticket stands in its pipeline, with the timer of its stage.
type pastStage struct {
	*Standing       // nil in no pipeline
	timer     timer // its generation is 0 while there is none
}

// settleStage is Service.settleStage in an import of history.
func (p *Past) settleStage(ctx context.Context, by act.Actor, before *Ticket, m moment) error {
	t, cfg := p.Ticket, p.b.cfg
	line := cfg.pipelineOf(t.FormID)
	if line == nil {
		p.stage = pastStage{}
		return nil
	}
	if to := line.moves(p.stage.Standing, before, t); to != nil {
		st, entry := line.enter(cfg, t, p.stage.Standing, to, by.Now())
		var err error
		if st.EventID, err = p.b.Events.Append(ctx, by.Because(act.Cause{Event: m.event}), entry); err != nil {
			return err
		}
		p.stage.Standing = &st
		p.stage.watch(by.Now())
		return nil
	}
	p.stage.Score, _ = line.score(cfg, t)
	return nil
}

// watch sets the timer of the stage, moves it, or takes it back.
func (s *pastStage) watch(now time.Time) {
	switch {
	case s.Due.IsZero():
		s.timer = timer{}
	case s.timer.generation == 0:
		s.timer = timer{created: now, generation: 1}
	default:
		s.timer.generation++
	}
}

// due is when the timer of the stage fires; zero when there is none.
func (s *pastStage) due() time.Time {
	if s.timer.generation == 0 {
		return time.Time{}
	}
	return s.Due
}

// onStageDue is Service.onStageDue in an import of history, at the time that the timer was due.
func (p *Past) onStageDue(ctx context.Context) error {
	st := p.stage.Standing
	p.stage.timer = timer{}
	if !st.OverdueAt.IsZero() {
		return nil
	}
	by, due := p.b.s.system(), st.Due
	by.Clock = func() time.Time { return due }
	actor, entry := st.overdue(p.b.cfg, by, p.Ticket)
	if _, err := p.b.Events.Append(ctx, actor, entry); err != nil {
		return err
	}
	st.OverdueAt = due
	return nil
}

// bulkStage adds the rows of where an imported ticket stands.
func (p *Past) bulkStage(rows *db.Bulk) error {
	if p.stage.Standing == nil {
		return nil
	}
	rows.Add("ticket_stage", stageColumns, p.stage.row()...)
	if p.stage.timer.generation == 0 {
		return nil
	}
	return p.b.s.jobs.Bulk(rows, p.stage.timer.created, p.stage.timer.generation, p.stage.Standing.timer())
}
