package success

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/work"
)

// The types of calls to action, their priorities, and what may be said when one is closed. Source:
// the types and closures that a large vendor publishes; only lifecycle calls may be not needed, and
// objectives have closures of their own.
var (
	callTypes  = []string{"risk", "expansion", "lifecycle", "activity", "renewal", "digital", "objective"}
	priorities = []string{"low", "medium", "high"}
	closures   = []string{"success", "not_a_priority", "already_solved", "not_relevant", "lack_of_engagement", "no_longer_so"}
	ofType     = map[string][]string{"lifecycle": {"not_needed"},
		"objective": {"competitive_loss", "product_gaps", "team_unengaged", "no_value_seen", "deferred", "lack_of_budget"}}
)

// Call is a call to action: something that is to be done about an account.
type Call struct {
	ID           int64
	Account      int64
	RuleID       int64 // the blueprint that asked for it; 0: somebody did
	Type         string
	Title        string
	Reason       string // why, in a word or two: of the rule, or as somebody said
	Note         string
	Priority     string
	State        string // open, working, snoozed, or what it was closed as
	OwnerID      int64
	TeamID       int64
	Due          time.Time
	SnoozedUntil time.Time
	SnoozeReason string
	Opened       time.Time
	Closed       time.Time
	ClosedNote   string
	ByID         int64
	EventID      int64
	Version      int64

	read map[string]any // what the rule's condition read
}

const callFields = `c.id, c.organization_id, c.rule_id, c.type, c.title, c.reason, c.note, c.priority, c.state, c.owner_id, c.team_id, c.due, c.snoozed_until, c.snooze_reason,
	c.opened, c.closed, c.closed_note, c.by_id, c.event_id, c.version`

func scanCall(r db.Scanner) (c Call, err error) {
	var rule, owner, team, due, snoozed, closed sql.NullInt64
	var opened int64
	err = r.Scan(&c.ID, &c.Account, &rule, &c.Type, &c.Title, &c.Reason, &c.Note, &c.Priority, &c.State, &owner, &team, &due, &snoozed, &c.SnoozeReason, &opened, &closed, &c.ClosedNote, &c.ByID, &c.EventID, &c.Version)
	c.RuleID, c.OwnerID, c.TeamID, c.Due, c.SnoozedUntil, c.Opened, c.Closed = rule.Int64, owner.Int64, team.Int64, moment(due), moment(snoozed), db.Time(opened), moment(closed)
	return c, err
}

// callSource is the source of work items; the key is the call's id.
const callSource = "call"

// put gives the work to whoever has the call, in the transaction of the change.
func (c Call) put(ctx context.Context, tx db.Tx, now time.Time) error {
	key := fmt.Sprint(c.ID)
	switch {
	case !c.Closed.IsZero():
		return work.Finish(ctx, tx, now, callSource, key)
	case c.State == "snoozed" || c.OwnerID == 0 && c.TeamID == 0:
		return work.TakeBack(ctx, tx, callSource, key)
	}
	return work.Put(ctx, tx, now, work.Item{Source: callSource, Key: key, PersonID: c.OwnerID, TeamID: c.TeamID, Due: c.Due, Urgency: slices.Index(priorities, c.Priority) + 1, Subject: about(c.Account), EventID: c.EventID})
}

// open stores a new call, tells it and gives its work out. One that a rule asks for is not opened
// while another of the rule is open: ok is false then.
func (s *Service) open(ctx context.Context, tx db.Tx, by act.Actor, c *Call) (ok bool, err error) {
	now := by.Now()
	c.State, c.Opened, c.ByID, c.Version = "open", now, by.PersonID, 1
	err = tx.QueryRow(ctx, `INSERT INTO account_call (organization_id, rule_id, type, title, reason, note, priority, state, owner_id, team_id, due, snooze_reason, opened, closed_note, by_id, event_id, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, '', $11, '', $12, 0, 1) ON CONFLICT DO NOTHING RETURNING id`,
		c.Account, db.NullID(c.RuleID), c.Type, c.Title, c.Reason, c.Note, c.Priority, db.NullID(c.OwnerID), db.NullID(c.TeamID), micros(c.Due), db.Micros(now), c.ByID).Scan(&c.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	data := map[string]any{"call": c.ID, "type": c.Type, "priority": c.Priority, "owner_id": c.OwnerID, "rule_id": c.RuleID}
	if c.read != nil {
		data["read"] = c.read
	}
	if c.EventID, err = s.tell(ctx, tx, by, CallOpened, c.Account, data); err != nil {
		return false, err
	}
	if err := tx.Later(ctx, nil, `UPDATE account_call SET event_id = $1 WHERE id = $2`, c.EventID, c.ID); err != nil {
		return false, err
	}
	return true, c.put(ctx, tx, now)
}

// NewCall is what OpenCall takes.
type NewCall struct {
	Type     string
	Title    string
	Reason   string
	Note     string
	Priority string
	OwnerID  int64 // 0: whoever looks after the account
	Due      time.Time
}

// OpenCall opens a call to action by hand. Whoever may write the account may.
func (s *Service) OpenCall(ctx context.Context, tx db.Tx, by act.Actor, id int64, in NewCall) (Call, error) {
	by = by.Still()
	a, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return Call{}, err
	}
	c := Call{Account: a.OrganizationID, Type: in.Type, Title: directory.OneLine(in.Title), Reason: directory.OneLine(in.Reason), Note: strings.TrimSpace(in.Note), Priority: in.Priority, OwnerID: in.OwnerID, TeamID: a.TeamID, Due: in.Due}
	if c.OwnerID == 0 {
		c.OwnerID = a.CSMID
	}
	switch {
	case !slices.Contains(callTypes, c.Type):
		return c, fault.Field("type", c.Type, strings.Join(callTypes, ", "), "There is no such call to action.")
	case !slices.Contains(priorities, c.Priority):
		return c, fault.Field("priority", c.Priority, strings.Join(priorities, ", "), "There is no such priority.")
	case c.Title == "" || utf8.RuneCountInString(c.Title) > 300:
		return c, fault.Field("title", utf8.RuneCountInString(c.Title), "1 to 300 characters", "Say in a line what is to be done.")
	case utf8.RuneCountInString(c.Reason) > 300 || utf8.RuneCountInString(c.Note) > maxText:
		return c, fault.Field("note", utf8.RuneCountInString(c.Note), "at most 10,000 characters, and a reason of at most 300", "This is too long.")
	}
	if err := s.mayOwn(ctx, tx, c.OwnerID); err != nil {
		return c, err
	}
	_, err = s.open(ctx, tx, by, &c)
	return c, err
}

// mayOwn refuses an owner who does not work here.
func (s *Service) mayOwn(ctx context.Context, tx db.Tx, id int64) error {
	if id == 0 {
		return nil
	}
	who, err := s.directory.Names(ctx, tx, []int64{id})
	if err == nil && !who[id].Agent {
		err = fault.Field("owner_id", id, "the id of a colleague", "Nobody who works here has this id.")
	}
	return err
}

// CallFilter narrows a list of calls; zero values do not narrow.
type CallFilter struct {
	Account int64
	OwnerID int64
	RuleID  int64
	Closed  bool // those that are closed instead of those that are open
	Awake   bool // without what is snoozed
}

// Calls lists calls to action of accounts that the actor may read, newest first.
func (s *Service) Calls(ctx context.Context, tx db.Tx, by act.Actor, f CallFilter, page db.Page) ([]Call, string, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "account").Where(w, accountColumns); err != nil {
		return nil, "", err
	}
	if f.Closed {
		w.And("c.closed IS NOT NULL")
	} else {
		w.And("c.closed IS NULL")
	}
	for column, id := range map[string]int64{"c.organization_id": f.Account, "c.owner_id": f.OwnerID, "c.rule_id": f.RuleID} {
		if id != 0 {
			w.And(column+" = ?", id)
		}
	}
	if f.Awake {
		w.And("c.state <> 'snoozed'")
	}
	return db.Newest(ctx, tx, callFields+` FROM account_call c JOIN account a ON a.organization_id = c.organization_id`, "c.id", w, page, scanCall, func(c Call) int64 { return c.ID })
}

// CallChange is what ChangeCall takes; nil fields stay.
type CallChange struct {
	Version int64
	OwnerID *int64
	Due     *time.Time
	Working *bool      // somebody is at it
	Snooze  *time.Time // until then, with Reason; the zero time wakes it
	Reason  string
	Closure string // closes it
	Note    string // why it is closed so
}

// ChangeCall gives a call to somebody, puts it off, or closes it. A snoozed call keeps its rule from
// asking again. Whoever owns it may, and whoever may write its account.
func (s *Service) ChangeCall(ctx context.Context, tx db.Tx, by act.Actor, id int64, in CallChange) (Call, error) {
	by = by.Still()
	c, err := scanCall(tx.QueryRow(ctx, `SELECT `+callFields+` FROM account_call c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.Missing("call to action", id)
	}
	if err != nil {
		return c, err
	}
	a, err := s.Get(ctx, tx, by, c.Account)
	if err != nil {
		return c, fault.Missing("call to action", id)
	}
	if c.OwnerID != by.PersonID && !auth.Scope(by, "write", "account").Covers(a.record()) {
		return c, by.Denied("write", "account")
	}
	if in.Version != c.Version {
		return c, fault.Stale("This call to action", c)
	}
	if !c.Closed.IsZero() {
		return c, fault.New(fault.Invalid, "This call to action is closed. Open another one.")
	}
	was := c
	if err := s.apply(ctx, tx, by, &c, in); err != nil {
		return c, err
	}
	return c, s.storeCall(ctx, tx, by, was, &c)
}

// apply puts a change into a call.
func (s *Service) apply(ctx context.Context, tx db.Tx, by act.Actor, c *Call, in CallChange) error {
	if in.OwnerID != nil {
		if err := s.mayOwn(ctx, tx, *in.OwnerID); err != nil {
			return err
		}
		c.OwnerID = *in.OwnerID
	}
	if in.Due != nil {
		c.Due = *in.Due
	}
	if in.Working != nil && c.State != "snoozed" {
		c.State = map[bool]string{true: "working", false: "open"}[*in.Working]
	}
	reason := directory.OneLine(in.Reason)
	switch {
	case in.Snooze == nil:
	case in.Snooze.IsZero():
		c.State, c.SnoozedUntil, c.SnoozeReason = "open", time.Time{}, ""
	case !in.Snooze.After(by.Now()) || in.Snooze.After(by.Now().AddDate(1, 0, 0)):
		return fault.Field("snooze_until", in.Snooze.Format(time.RFC3339), "a time within a year to come", "It cannot be put off until then.")
	case reason == "" || utf8.RuneCountInString(reason) > 300:
		return fault.Field("snooze_reason", utf8.RuneCountInString(reason), "1 to 300 characters", "Say why it is put off.")
	default:
		c.State, c.SnoozedUntil, c.SnoozeReason = "snoozed", in.Snooze.UTC().Truncate(time.Microsecond), reason
	}
	if in.Closure == "" {
		return nil
	}
	if may := append(slices.Clone(closures), ofType[c.Type]...); !slices.Contains(may, in.Closure) {
		return fault.Field("closure", in.Closure, strings.Join(may, ", "), "A call of type %s is not closed so.", c.Type)
	}
	if c.ClosedNote = strings.TrimSpace(in.Note); utf8.RuneCountInString(c.ClosedNote) > maxText {
		return fault.Field("note", utf8.RuneCountInString(c.ClosedNote), "at most 10,000 characters", "This is too long.")
	}
	c.State, c.Closed, c.SnoozedUntil = in.Closure, by.Now(), time.Time{}
	return nil
}

// storeCall writes a changed call, tells it and moves its work.
func (s *Service) storeCall(ctx context.Context, tx db.Tx, by act.Actor, was Call, c *Call) error {
	changes := map[string]any{}
	for name, v := range map[string][2]any{"state": {was.State, c.State}, "owner_id": {was.OwnerID, c.OwnerID}, "due": {micros(was.Due), micros(c.Due)}, "snoozed_until": {micros(was.SnoozedUntil), micros(c.SnoozedUntil)}} {
		if v[0] != v[1] {
			changes[name] = []any{v[0], v[1]}
		}
	}
	if len(changes) == 0 {
		return nil
	}
	verb, data := CallChanged, map[string]any{"call": c.ID, "changes": changes}
	if !c.Closed.IsZero() {
		verb, data = CallClosed, map[string]any{"call": c.ID, "type": c.Type, "closure": c.State}
	}
	c.Version++
	n, err := tx.Exec(ctx, `UPDATE account_call SET state = $1, owner_id = $2, due = $3, snoozed_until = $4, snooze_reason = $5, closed = $6, closed_note = $7, version = $8 WHERE id = $9 AND version = $10`,
		c.State, db.NullID(c.OwnerID), micros(c.Due), micros(c.SnoozedUntil), c.SnoozeReason, micros(c.Closed), c.ClosedNote, c.Version, c.ID, was.Version)
	if err == nil && n == 0 {
		err = fault.Stale("This call to action", was)
	}
	if err != nil {
		return err
	}
	if c.EventID, err = s.tell(ctx, tx, by, verb, c.Account, data); err != nil {
		return err
	}
	if err := s.wakeAt(ctx, tx, by, *c); err != nil {
		return err
	}
	return c.put(ctx, tx, by.Now())
}
