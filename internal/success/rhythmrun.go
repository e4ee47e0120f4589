package success

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/rule"
	"steward/internal/work"
)

// updateJob asks for a health update some time before it is due.
const updateJob = "success.update"

// updateSource is the source of work items; the key is the account's id.
const updateSource = "update"

// lastUpdates are when the last health updates of some accounts were written.
func lastUpdates(ctx context.Context, tx db.Tx, ids []int64) (map[int64]time.Time, error) {
	w := (&db.Where{}).Among(tx.Engine(), "e.organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT e.organization_id, max(e.at) FROM account_entry e WHERE e.kind = 'health_update' AND e.removed_at IS NULL AND `+w.SQL()+` GROUP BY e.organization_id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]time.Time{}
	for rows.Next() {
		var id, at int64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, err
		}
		out[id] = db.Time(at)
	}
	return out, rows.Err()
}

// keepRhythms sets when the health updates of some accounts are due, as vars and the last updates say. cause are
// the events behind it, where there are any.
func (s *Service) keepRhythms(ctx context.Context, tx db.Tx, accounts []Account, vars map[int64]rule.Vars, cause heard) error {
	rhythms := s.config().rhythms
	ids := make([]int64, 0, len(accounts))
	for _, a := range accounts {
		if len(rhythms) > 0 || a.RhythmID != 0 {
			ids = append(ids, a.OrganizationID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	last, err := lastUpdates(ctx, tx, ids)
	if err != nil {
		return err
	}
	items, err := updateItems(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		id := a.OrganizationID
		if err := s.keepRhythm(ctx, tx, a, rhythmFor(rhythms, a, vars[id]), last[id], items[id], cause[id]); err != nil {
			return err
		}
	}
	return nil
}

// rhythmFor is the first rhythm whose condition holds for an account; nil for none, and for one that has left.
func rhythmFor(all []rhythm, a Account, vars rule.Vars) *rhythm {
	if a.Stage == "churned" {
		return nil
	}
	for i, r := range all {
		if r.when == nil {
			return &all[i]
		}
		if holds, err := r.when.Eval(vars); err == nil && holds {
			return &all[i]
		}
	}
	return nil
}

// keepRhythm sets when an account's next update is due, and who is asked for it when. item is where it is asked for
// already.
func (s *Service) keepRhythm(ctx context.Context, tx db.Tx, a Account, r *rhythm, last time.Time, item updateItem, cause int64) error {
	now, key := s.clock().UTC().Truncate(time.Microsecond), fmt.Sprint(a.OrganizationID)
	if r == nil {
		if a.RhythmID == 0 {
			return nil
		}
		if err := tx.Later(ctx, nil, `UPDATE account SET triage_id = NULL, triage_from = NULL, triage_due = NULL WHERE organization_id = $1`, a.OrganizationID); err != nil {
			return err
		}
		if err := work.TakeBack(ctx, tx, updateSource, key); err != nil {
			return err
		}
		return s.jobs.Cancel(ctx, tx, updateJob, key)
	}
	from := r.next(a, last, now)
	due := from.Add(r.Spec.Every.Std())
	if a.RhythmID == r.ID && from.Equal(a.RhythmFrom) && due.Equal(a.UpdateDue) {
		if item.event == 0 || item.person == a.CSMID && item.team == a.TeamID {
			return nil
		}
		return a.putUpdate(ctx, tx, now, item.event) // somebody else looks after it now
	}
	a.RhythmID, a.RhythmFrom, a.UpdateDue = r.ID, from, due
	if err := tx.Later(ctx, nil, `UPDATE account SET triage_id = $1, triage_from = $2, triage_due = $3 WHERE organization_id = $4`, r.ID, db.Micros(from), db.Micros(due), a.OrganizationID); err != nil {
		return err
	}
	if ask := due.Add(-r.ahead()); ask.After(now) {
		if err := work.Finish(ctx, tx, now, updateSource, key); err != nil {
			return err
		}
		return s.jobs.Set(ctx, tx, now, job.Spec{Kind: updateJob, Key: key, Subject: about(a.OrganizationID), Due: ask})
	}
	return s.askUpdate(ctx, tx, a, *r, cause)
}

// askUpdate puts the next health update into the work of whoever looks after the account, and tells it.
func (s *Service) askUpdate(ctx context.Context, tx db.Tx, a Account, r rhythm, cause int64) error {
	by := act.Root()
	by.Kind, by.Clock = act.Rule, s.clock
	by = by.Still().Because(act.Cause{Event: cause, Blueprint: r.ID, Version: r.Version})
	event, err := s.tell(ctx, tx, by, UpdateAsked, a.OrganizationID, map[string]any{"from": a.RhythmFrom.Format(time.RFC3339), "due": a.UpdateDue.Format(time.RFC3339), "owner_id": a.CSMID})
	if err != nil {
		return err
	}
	return a.putUpdate(ctx, tx, by.Now(), event)
}

// putUpdate is the work item of an account's next update; where nobody looks after it there is none.
func (a Account) putUpdate(ctx context.Context, tx db.Tx, now time.Time, event int64) error {
	key := fmt.Sprint(a.OrganizationID)
	if a.CSMID == 0 && a.TeamID == 0 {
		return work.TakeBack(ctx, tx, updateSource, key)
	}
	urgency := 1
	if a.Band == "red" {
		urgency = 2
	}
	return work.Put(ctx, tx, now, work.Item{Source: updateSource, Key: key, PersonID: a.CSMID, TeamID: a.TeamID, Due: a.UpdateDue, Urgency: urgency, Subject: about(a.OrganizationID), EventID: event})
}

// updateItem is an update that is asked for: of whom, and the event that asked.
type updateItem struct{ person, team, event int64 }

// updateItems are those of some accounts.
func updateItems(ctx context.Context, tx db.Tx, ids []int64) (map[int64]updateItem, error) {
	keys := make([]any, len(ids))
	for i, id := range ids {
		keys[i] = fmt.Sprint(id)
	}
	w := (&db.Where{}).And("w.source = ?", updateSource).And("w.state <> 'done'").In("w.key", keys)
	rows, err := tx.Query(ctx, `SELECT w.subject_id, COALESCE(w.person_id, 0), COALESCE(w.team_id, 0), w.event_id FROM work_item w WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]updateItem{}
	for rows.Next() {
		var id int64
		var i updateItem
		if err := rows.Scan(&id, &i.person, &i.team, &i.event); err != nil {
			return nil, err
		}
		out[id] = i
	}
	return out, rows.Err()
}

// onUpdate asks for an update whose time has come.
func (s *Service) onUpdate(ctx context.Context, tx db.Tx, j job.Job) error {
	a, err := load(ctx, tx, j.Subject.ID)
	if err != nil {
		return missingIsNone(err)
	}
	for _, r := range s.config().rhythms {
		if r.ID == a.RhythmID && !s.clock().Before(a.UpdateDue.Add(-r.ahead())) {
			return s.askUpdate(ctx, tx, a, r, 0)
		}
	}
	return nil
}

// UpdateSource shows health updates that are due in people's lists of work.
func (s *Service) UpdateSource() work.Source {
	return work.Source{Name: updateSource, Title: "Update", Cards: s.updateCards}
}

// updateCards shows the items of accounts that the actor may read.
func (s *Service) updateCards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	out := map[int64]work.Card{}
	scope := auth.Scope(by, "read", "account")
	if scope.None() {
		return out, nil
	}
	w := (&db.Where{}).In("a.organization_id", subjectsOf(items))
	rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a WHERE `+w.SQL(), w.Args()...)
	list, err := db.Collect(rows, err, scanAccount)
	if err != nil {
		return out, err
	}
	of, ids := map[int64]Account{}, []int64{}
	for _, a := range list {
		if scope.Covers(a.record()) {
			of[a.OrganizationID], ids = a, append(ids, a.OrganizationID)
		}
	}
	names, err := s.directory.OrganizationNames(ctx, tx, ids)
	for _, it := range items {
		if a, ok := of[it.Subject.ID]; ok {
			out[it.ID] = work.Card{Title: "Say where the account stands", About: names[a.OrganizationID], Why: s.rhythmTitle(a.RhythmID), Promise: "Health update", Mine: true}
		}
	}
	return out, err
}

// rhythmTitle is what a rhythm in force is called.
func (s *Service) rhythmTitle(id int64) string {
	for _, r := range s.config().rhythms {
		if r.ID == id {
			return r.Title
		}
	}
	return ""
}
