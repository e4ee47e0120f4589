package desk

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// ruleDue is the kind of timer that fires when time rules have to look at a ticket. A ticket
// has one at most, for the rule that is due first.
const ruleDue = "rule.due"

func (t *Ticket) ruleTimer() job.Spec {
	return job.Spec{Kind: ruleDue, Key: fmt.Sprint(t.ID), Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Due: t.RuleDue}
}

// moveTimer sets when time rules look at a ticket next. It writes only when that has moved.
func (s *Service) moveTimer(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket, clocks []*Clock) error {
	if before != nil {
		t.RuleDue = before.RuleDue
	}
	if len(s.config().TimeRules) == 0 && t.RuleDue.IsZero() {
		return nil
	}
	next, err := s.nextLook(ctx, tx, by.Now(), t, clocks)
	if err != nil || next.Equal(t.RuleDue) {
		return err
	}
	return s.setRuleTimer(ctx, tx, by.Now(), t, next)
}

func (s *Service) nextLook(ctx context.Context, tx db.Tx, now time.Time, t *Ticket, clocks []*Clock) (time.Time, error) {
	var known spent
	done := func() (_ spent, err error) {
		if known == nil {
			known, err = s.spent(ctx, tx, t.ID)
		}
		return known, err
	}
	return s.config().nextLook(t, clocks, now, done, func(r *TimeRule) bool {
		return r.holds(func() rule.Vars { return s.config().vars(t, s.about(ctx, tx, t)) })
	})
}

// setRuleTimer sets, moves or takes back the timer of a ticket.
func (s *Service) setRuleTimer(ctx context.Context, tx db.Tx, now time.Time, t *Ticket, next time.Time) error {
	t.RuleDue = next
	if err := tx.Later(ctx, nil, `UPDATE ticket SET rule_due = $1 WHERE id = $2`, db.NullMicros(next), t.ID); err != nil {
		return err
	}
	if next.IsZero() {
		return s.jobs.Cancel(ctx, tx, ruleDue, fmt.Sprint(t.ID))
	}
	return s.jobs.Set(ctx, tx, now, t.ruleTimer())
}

// onRules is the timer's handler: the time rules that are due act, each in a change of its own.
func (s *Service) onRules(ctx context.Context, tx db.Tx, j job.Job) error {
	by := s.system().Still()
	t, err := s.lock(ctx, tx, j.Subject.ID)
	if fault.Is(err, fault.NotFound) { // deleted: its next change after being restored sets another
		_, err = tx.Exec(ctx, `UPDATE ticket SET rule_due = NULL WHERE id = $1`, j.Subject.ID)
		return err
	}
	if err != nil {
		return err
	}
	t.RuleDue = timeZero // the timer is gone
	done, err := s.spent(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	for range maxActions {
		clocks, err := s.activeClocks(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		before := *t
		l, err := s.config().lapse(t, clocks, by.Now(), done, s.around(ctx, tx, by, t), s.about(ctx, tx, t))
		if err != nil {
			return err
		}
		if l == nil {
			break
		}
		if err := s.lapsed(ctx, tx, by, &before, t, l, done); err != nil {
			return err
		}
	}
	clocks, err := s.activeClocks(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	next, err := s.nextLook(ctx, tx, by.Now(), t, clocks)
	if err != nil {
		return err
	}
	t.RuleDue = next
	if err := tx.Later(ctx, nil, `UPDATE ticket SET rule_due = $1 WHERE id = $2`, db.NullMicros(next), t.ID); err != nil || next.IsZero() {
		return err
	}
	return s.jobs.Set(ctx, tx, by.Now(), t.ruleTimer())
}

// lapsed records what a time rule did to a ticket, and lets triggers and clocks react to it.
func (s *Service) lapsed(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket, l *lapse, done spent) error {
	for _, sp := range append(l.spells, l.passed...) {
		if err := s.storeSpent(ctx, tx, t.ID, sp, done); err != nil {
			return err
		}
	}
	m := moment{at: by.Now()}
	if l.halt != "" {
		return s.tellHalt(ctx, tx, by, t, l.spells[0].event, halt{l.halt, l.rule.Trigger})
	}
	actor := l.rule.actor(by, l.spells[0].event, 1)
	if l.firing.touches() {
		m.acts = &l.firing
		return s.change(ctx, tx, actor, before, t, m)
	}
	first, err := s.tellFiring(ctx, tx, actor, t, m, l.firing)
	if err != nil {
		return err
	}
	return noteFiring(ctx, tx, l.rule.ID, by.Now(), first, t.ID, "")
}

// touches reports whether a firing changes the ticket or writes on it, beside mails and calls.
func (f firing) touches() bool { return len(f.changes)+len(f.notes)+len(f.replies) > 0 }

// spent reads on what time rules have acted on a ticket.
func (s *Service) spent(ctx context.Context, tx db.Tx, ticketID int64) (spent, error) {
	out := spent{}
	if ticketID == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, `SELECT `+spellColumns+` FROM ticket_spell WHERE ticket_id = $1`, ticketID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		_, k, row, err := scanSpent(rows)
		if err != nil {
			return nil, err
		}
		out[k] = row
	}
	return out, rows.Err()
}

func scanSpent(r db.Scanner) (ticketID int64, k spentKey, row spentRow, err error) {
	var since, began int64
	err = r.Scan(&ticketID, &k.rule, &k.metric, &since, &row.fired, &began)
	row.since, row.began = db.Time(since), db.Time(began)
	return ticketID, k, row, err
}

const spellColumns = `ticket_id, rule_id, metric, since, fired, began`

func (s spent) row(ticketID int64, sp spell) []any {
	row := s[spentKey{sp.rule, sp.metric}]
	return []any{ticketID, sp.rule, string(sp.metric), db.Micros(row.since), row.fired, db.Micros(row.began)}
}

func (s *Service) storeSpent(ctx context.Context, tx db.Tx, ticketID int64, sp spell, done spent) error {
	return tx.Later(ctx, nil, `INSERT INTO ticket_spell (`+spellColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (ticket_id, rule_id, metric) DO UPDATE SET since = excluded.since, fired = excluded.fired, began = excluded.began`, done.row(ticketID, sp)...)
}
