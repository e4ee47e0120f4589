package program

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/work"
)

// dueJob is the kind of the one timer of an application.
const dueJob = "program.due"

// workSource names the items of work about applications.
const workSource = "application"

// verbs are the events of the steps.
var verbs = map[Action]string{Submit: Submitted, Confirm: ConfirmedBy, Refer: Referred, Ask: Questioned, Answer: Answered, Approve: ApprovedAs, Reject: RejectedAs,
	Withdraw: WithdrawnBy, Reopen: ReopenedBy, Correct: ReopenedBy, Lapse: LapsedBy, Claim: Claimed, Warn: Warned, Cure: Cured, Revoke: RevokedBy,
	Restore: RestoredBy, Expire: ExpiredBy, Renew: RenewedBy}

// step takes an application one step further: every change of its state goes through here. change, which
// may be nil, sets what else the step changes once the state is the new one; data is what the event holds
// besides. It returns the event.
func (s *Service) step(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, action Action, data map[string]any, change func()) (int64, error) {
	to, err := Next(a.State, action)
	if err != nil {
		return 0, err
	}
	now, from, due := by.Now(), a.State, a.Due
	a.State, a.Updated = to, now
	a.turn(p, now)
	if change != nil {
		change()
	}
	a.Due = a.nextDue(p, now)
	if err := s.store(ctx, tx, a); err != nil {
		return 0, err
	}
	all := map[string]any{"from": from, "to": to, "program_id": a.ProgramID, "program_version": a.ProgramVersion, "renewal": a.RenewalOf != 0}
	if a.OrganizationID != 0 {
		all["organization_id"] = a.OrganizationID
	}
	maps.Copy(all, data)
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: verbs[action], Subject: a.Ref(), Data: all, PersonID: a.PersonID})
	if err != nil {
		return 0, err
	}
	if !due.IsZero() || !a.Due.IsZero() {
		if err := s.timer(ctx, tx, now, a); err != nil {
			return event, err
		}
	}
	if slices.Contains(ours, from) || slices.Contains(ours, to) {
		return event, s.work(ctx, tx, now, a, event)
	}
	return event, nil
}

// ours are the states in which an application may be somebody's work.
var ours = []State{Review, Asked}

// settle moves the timer and the item of work with the application.
func (s *Service) settle(ctx context.Context, tx db.Tx, now time.Time, a *Application, event int64) error {
	if err := s.timer(ctx, tx, now, a); err != nil {
		return err
	}
	return s.work(ctx, tx, now, a, event)
}

// timer sets the one timer of an application to when something is due.
func (s *Service) timer(ctx context.Context, tx db.Tx, now time.Time, a *Application) error {
	key := fmt.Sprint(a.ID)
	if a.Due.IsZero() {
		return s.Jobs.Cancel(ctx, tx, dueJob, key)
	}
	return s.Jobs.Set(ctx, tx, now, job.Spec{Kind: dueJob, Key: key, Subject: a.Ref(), Due: a.Due})
}

// work makes an application work of its team or colleague, or no longer.
func (s *Service) work(ctx context.Context, tx db.Tx, now time.Time, a *Application, event int64) error {
	key := fmt.Sprint(a.ID)
	switch {
	case a.State == Review && !a.Held:
		urgency := 1
		if a.RenewalOf != 0 {
			urgency = 2
		}
		return work.Put(ctx, tx, now, work.Item{Source: workSource, Key: key, PersonID: a.AssigneeID, TeamID: a.TeamID, Due: a.Promised, Urgency: urgency, Subject: a.Ref(), EventID: event})
	case a.State == Asked || a.Held:
		return work.TakeBack(ctx, tx, workSource, key)
	case a.State == Verifying || a.State == Confirming || a.State == Draft:
		return nil // it was nobody's work yet
	default:
		return work.Finish(ctx, tx, now, workSource, key)
	}
}

// clocked are the states in which the promise's clock runs: from sending to the decision, without the time that
// the applicant is asked.
var clocked = []State{Verifying, Review}

// turn starts or stops the promise's clock as the state says.
func (a *Application) turn(p *Program, now time.Time) {
	runs := slices.Contains(clocked, a.State)
	if !a.RunningSince.IsZero() && !runs {
		a.Spent += p.between(a.RunningSince, now)
		a.RunningSince, a.Promised = time.Time{}, time.Time{}
	}
	if a.RunningSince.IsZero() && runs {
		a.RunningSince = now
		a.Promised = p.after(now, max(p.within()-a.Spent, 0))
	}
}

// rest stops the clock though the state would let it run: a proof is awaited from the applicant.
func (a *Application) rest(p *Program, now time.Time) {
	if !a.RunningSince.IsZero() {
		a.Spent += p.between(a.RunningSince, now)
		a.RunningSince, a.Promised = time.Time{}, time.Time{}
	}
}

// used is the working time used until now, without the time that the applicant was asked.
func (a *Application) used(p *Program, now time.Time) time.Duration {
	if a.RunningSince.IsZero() {
		return a.Spent
	}
	return a.Spent + p.between(a.RunningSince, now)
}

// nextDue is when something happens by itself: silence ends an application, a promise is missed, a renewal is
// invited, a term or a cure ends. Zero is never.
func (a *Application) nextDue(p *Program, now time.Time) time.Time {
	switch a.State {
	case Draft, Confirming, Asked, Approved:
		return now.Add(p.patience())
	case Verifying:
		if a.RunningSince.IsZero() {
			return now.Add(p.patience())
		}
		return time.Time{} // adapters have their own
	case Review:
		if a.Life.Late {
			return time.Time{}
		}
		return a.Promised
	case Notice:
		return a.Life.NoticeUntil
	case Active:
		switch {
		case a.TermUntil.IsZero():
			return time.Time{}
		case a.Life.Invited.IsZero():
			return a.TermUntil.Add(-p.invite())
		}
		return a.TermUntil
	}
	return time.Time{}
}
