package success

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/rule"
)

// The jobs of calls to action.
const (
	callsJob = "success.calls"     // looks at every account once a day
	wakeJob  = "success.call_wake" // wakes a snoozed call
)

// callVerbs are the events after which an account's rules are looked at. What time alone changes is
// seen once a day.
var callVerbs = []string{AccountCreated, AccountChanged, "account.health_changed", UsageReported, Judged, EntryAdded, EntryRemoved}

// perSweep is how many accounts one transaction looks at.
const perSweep = 200

type callsHeard struct{}

// callFollower looks at an account's rules when something about it changed that does not have it
// scored: HealthFollower looks at them behind the score.
func (s *Service) callFollower() ledger.Follower {
	return ledger.Follower{Name: "success.calls", Verbs: callVerbs, Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
		if e.Subject.Kind == "organization" && s.config().asks() && !s.scores(e) {
			hearTogether(tx, callsHeard{}, e, func(ctx context.Context, tx db.Tx, of heard) error {
				return s.ask(ctx, tx, slices.Sorted(maps.Keys(of)), of)
			})
		}
		return nil
	}}
}

// beginCalls registers the jobs.
func (s *Service) beginCalls() {
	s.jobs.Handle(callsJob, job.Options{Parallel: 1}, s.sweepCalls)
	s.jobs.Handle(wakeJob, job.Options{}, s.wake)
	s.jobs.Handle(updateJob, job.Options{}, s.onUpdate)
}

// EnsureSweep sets the daily look at every account, unless it is set. The instance calls it.
func (s *Service) EnsureSweep(ctx context.Context, tx db.Tx) error {
	now := s.clock().UTC()
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: callsJob, Key: "daily", Subject: ledger.Ref{Kind: "configuration", ID: 1}, Due: now, Args: sweepArgs{}})
}

type sweepArgs struct {
	After int64     `json:"after"` // the last account looked at
	Began time.Time `json:"began"`
}

// sweepCalls looks at some accounts and goes on with the next; after the last it rests for a day.
func (s *Service) sweepCalls(ctx context.Context, tx db.Tx, j job.Job) error {
	var args sweepArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	now := s.clock().UTC()
	if args.After == 0 {
		args.Began = now
	}
	rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE organization_id > $1 ORDER BY organization_id LIMIT $2`, args.After, perSweep)
	ids, err := db.Collect(rows, err, anID)
	if err != nil {
		return err
	}
	if err := s.ask(ctx, tx, ids, nil); err != nil {
		return err
	}
	next := now
	if len(ids) < perSweep {
		args, next = sweepArgs{}, args.Began.Add(day24)
	} else {
		args.After = ids[len(ids)-1]
	}
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: callsJob, Key: "daily", Subject: ledger.Ref{Kind: "configuration", ID: 1}, Due: next, Args: args})
}

// asks reports whether anything is to be done or written by rule.
func (c *Config) asks() bool { return len(c.rules)+len(c.rhythms) > 0 }

// ask opens the calls that rules ask for at some accounts, and ends those whose condition holds no
// more where the rule says so; and it sets when their health updates are due. why are the events behind it, where there are any.
func (s *Service) ask(ctx context.Context, tx db.Tx, ids []int64, why heard) error {
	if len(ids) == 0 {
		return nil
	}
	rules := s.config().rules
	w := (&db.Where{}).Among(tx.Engine(), "a.organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a WHERE `+w.SQL()+` ORDER BY a.organization_id`, w.Args()...)
	accounts, err := db.Collect(rows, err, scanAccount)
	if err != nil || len(accounts) == 0 {
		return err
	}
	ids = ids[:0:0]
	for _, a := range accounts {
		ids = append(ids, a.OrganizationID)
	}
	vars, err := s.callVars(ctx, tx, accounts, s.config().conditions(), measure.Asked{})
	if err != nil {
		return err
	}
	if err := s.keepRhythms(ctx, tx, accounts, vars, why); err != nil {
		return err
	}
	had, err := lastCalls(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		for _, r := range rules {
			holds, err := r.when.Eval(vars[a.OrganizationID])
			if err != nil {
				continue // too costly: lint and limits tell
			}
			if err := s.follow(ctx, tx, r, a, vars[a.OrganizationID], had[callOf{a.OrganizationID, r.ID}], holds, why[a.OrganizationID]); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow does what a rule asks for at one account.
func (s *Service) follow(ctx context.Context, tx db.Tx, r callRule, a Account, vars rule.Vars, last lastCall, holds bool, cause int64) error {
	by := act.Root()
	by.Clock = s.clock
	by.Kind = act.Rule
	by = by.Still().Because(act.Cause{Event: cause, Blueprint: r.ID, Version: r.Version})
	now := by.Now()
	switch {
	case last.open && !holds && r.Spec.Ends:
		c, err := scanCall(tx.QueryRow(ctx, `SELECT `+callFields+` FROM account_call c WHERE c.id = $1`, last.id))
		if err != nil {
			return err
		}
		was := c
		c.State, c.Closed, c.SnoozedUntil = "no_longer_so", now, time.Time{}
		return s.storeCall(ctx, tx, by, was, &c)
	case !holds || last.open || last.id != 0 && now.Before(last.closed.Add(orDays(r.Spec.Quiet, 90))):
		return nil
	}
	read, _ := r.when.Read(vars)
	c := Call{Account: a.OrganizationID, RuleID: r.ID, Type: r.Spec.Type, Title: r.Title, Reason: r.Spec.Reason, Note: r.Spec.Note, Priority: cmp.Or(r.Spec.Priority, "medium"), OwnerID: a.CSMID, TeamID: cmp.Or(a.TeamID, r.team), read: read}
	if r.Spec.Owner == "team" {
		c.OwnerID = 0
	}
	if r.Spec.Due > 0 {
		c.Due = now.Add(r.Spec.Due.Std())
		if r.calendar != nil {
			if due, ok := r.calendar.After(now, r.Spec.Due.Std()); ok {
				c.Due = due.UTC()
			}
		}
	}
	_, err := s.open(ctx, tx, by, &c)
	return err
}

type callOf struct{ account, rule int64 }

// lastCall is the newest call of a rule at an account.
type lastCall struct {
	id     int64
	open   bool
	closed time.Time
}

func lastCalls(ctx context.Context, tx db.Tx, ids []int64) (map[callOf]lastCall, error) {
	w := (&db.Where{}).Among(tx.Engine(), "organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT c.organization_id, c.rule_id, c.id, c.closed FROM account_call c JOIN (SELECT max(id) AS id FROM account_call WHERE `+w.SQL()+` AND rule_id IS NOT NULL GROUP BY organization_id, rule_id) x ON x.id = c.id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[callOf]lastCall{}
	for rows.Next() {
		var k callOf
		var l lastCall
		var closed sql.NullInt64
		if err := rows.Scan(&k.account, &k.rule, &l.id, &closed); err != nil {
			return nil, err
		}
		l.open, l.closed = !closed.Valid, moment(closed)
		out[k] = l
	}
	return out, rows.Err()
}

// conditions are those of calls to action and of rhythms.
func (c *Config) conditions() (out []*rule.Program) {
	for _, r := range c.rules {
		out = append(out, r.when)
	}
	for _, r := range c.rhythms {
		if r.when != nil {
			out = append(out, r.when)
		}
	}
	return out
}

// callVars is what conditions read of some accounts, at a moment: a question for each measure that any of them reads.
func (s *Service) callVars(ctx context.Context, tx db.Tx, accounts []Account, conditions []*rule.Program, asked measure.Asked) (map[int64]rule.Vars, error) {
	ids := make([]int64, len(accounts))
	for i, a := range accounts {
		ids[i] = a.OrganizationID
	}
	var names []string
	attributes := false
	for _, when := range conditions {
		for _, path := range when.Fields() {
			if name, ok := strings.CutPrefix(path, "measure."); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
			attributes = attributes || strings.HasPrefix(path, "account.attributes")
		}
	}
	found, err := s.Observed(ctx, tx, names, ids, asked)
	if err != nil {
		return nil, err
	}
	of := map[int64]map[string]any{}
	if attributes {
		if of, err = s.directory.OrganizationsVars(ctx, tx, ids); err != nil {
			return nil, err
		}
	}
	now, out := cmpTime(asked.At, s.clock().UTC()), map[int64]rule.Vars{}
	for _, a := range accounts {
		measured := map[string]any{}
		for name, o := range found[a.OrganizationID] {
			putMeasure(measured, name, o)
		}
		account := a.vars(now)
		account["attributes"] = of[a.OrganizationID]["attributes"]
		out[a.OrganizationID] = rule.Vars{"account": account, "measure": measured}
	}
	return out, nil
}

// putMeasure puts a measure where conditions read it: measure.desk.open is open of desk.
func putMeasure(measured map[string]any, name string, o Observation) {
	module, short, _ := strings.Cut(name, ".")
	group, _ := measured[module].(map[string]any)
	if group == nil {
		group = map[string]any{}
		measured[module] = group
	}
	group[short] = o.Plain
}

// vars are an account's own fields as conditions read them.
func (a Account) vars(now time.Time) map[string]any {
	days := func(t time.Time) int64 { return int64(now.Sub(t) / day24) }
	out := map[string]any{"revenue": a.Revenue, "stage": a.Stage, "has_csm": a.CSMID != 0, "has_parent": a.ParentID != 0, "age_days": days(cmpTime(a.Since, a.Created))}
	for name, v := range map[string]string{"plan": a.Plan, "segment": a.Segment, "coverage": a.Coverage, "currency": a.Currency, "band": a.Band, "band_was": a.BandWas} {
		if v != "" {
			out[name] = v
		}
	}
	if a.Currency != "" {
		out["yearly_value"] = wholeUnits(a.Revenue, a.Currency)
	}
	if !a.ContractStart.IsZero() {
		out["contract_days"] = days(a.ContractStart)
	}
	if !a.Renewal.IsZero() {
		out["renewal_days"] = -int64(day(now).Sub(a.Renewal) / day24)
	}
	if !a.BandSince.IsZero() {
		out["band_days"] = days(a.BandSince)
	}
	if a.Score.Valid {
		out["score"] = float64(a.Score.Int64) / 100
	}
	return out
}

// wakeAt sets or takes back the timer that wakes a snoozed call.
func (s *Service) wakeAt(ctx context.Context, tx db.Tx, by act.Actor, c Call) error {
	key := fmt.Sprint(c.ID)
	if c.State != "snoozed" {
		return s.jobs.Cancel(ctx, tx, wakeJob, key)
	}
	return s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: wakeJob, Key: key, Subject: ledger.Ref{Kind: "organization", ID: c.Account}, Due: c.SnoozedUntil, Args: map[string]int64{"call": c.ID}})
}

// wake is the timer's handler: the call is there again.
func (s *Service) wake(ctx context.Context, tx db.Tx, j job.Job) error {
	var args struct {
		Call int64 `json:"call"`
	}
	if err := j.Decode(&args); err != nil {
		return err
	}
	c, err := scanCall(tx.QueryRow(ctx, `SELECT `+callFields+` FROM account_call c WHERE c.id = $1`, args.Call))
	if err != nil || c.State != "snoozed" {
		return err
	}
	by := act.Root()
	by.Kind, by.Clock = act.Clock, s.clock
	was := c
	c.State, c.SnoozedUntil = "open", time.Time{}
	return s.storeCall(ctx, tx, by.Still(), was, &c)
}
