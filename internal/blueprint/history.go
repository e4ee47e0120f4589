package blueprint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rule"
)

// ChangeRecord is an applied change as history shows it.
type ChangeRecord struct {
	Number       int64
	At           time.Time
	ByID         int64 // 0 for the system
	Message      string
	Source       string // folder, screen, rollback, init
	Counts       Counts
	Changes      []BlueprintChange
	RollsBack    int64     // the change it undid, 0 for none
	RolledBackBy int64     // the change that undid it, 0 for none
	Request      int64     // the approved request it came from, 0 for none
	Emergency    string    // why it did not wait for the approval that a policy asks for
	ReviewedByID int64     // who looked at an emergency afterwards
	ReviewedAt   time.Time // zero until then
}

const changeFields = `number, at, by_id, message, source, plan, rolls_back, rolled_back_by, request_id, emergency, reviewed_by, reviewed_at`

func scanChange(row db.Scanner) (ChangeRecord, error) {
	var c ChangeRecord
	var at int64
	var plan string
	var rolls, rolled, request, reviewer, reviewed sql.NullInt64
	if err := row.Scan(&c.Number, &at, &c.ByID, &c.Message, &c.Source, &plan, &rolls, &rolled, &request, &c.Emergency, &reviewer, &reviewed); err != nil {
		return c, err
	}
	c.At, c.RollsBack, c.RolledBackBy = db.Time(at), rolls.Int64, rolled.Int64
	c.Request, c.ReviewedByID, c.ReviewedAt = request.Int64, reviewer.Int64, db.NullTime(reviewed)
	var p planRecord
	err := json.Unmarshal([]byte(plan), &p)
	c.Counts, c.Changes = p.Counts, p.Changes
	return c, err
}

// Changes lists applied changes, newest first. Whoever may read blueprints may.
func (s *Store) Changes(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) (list []ChangeRecord, next string, err error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, changeFields+` FROM change`, "number", &db.Where{}, page, scanChange, func(c ChangeRecord) int64 { return c.Number })
}

// Change returns one applied change. Whoever may read blueprints may.
func (s *Store) Change(ctx context.Context, tx db.Tx, by act.Actor, number int64) (ChangeRecord, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return ChangeRecord{}, err
	}
	c, err := scanChange(tx.QueryRow(ctx, `SELECT `+changeFields+` FROM change WHERE number = $1`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.Missing("change", number)
	}
	return c, err
}

// VersionRecord is one version of a blueprint as it was applied.
type VersionRecord struct {
	Version int
	Name    string
	Text    string
	Retired bool
	Drifted bool
	Change  int64
	At      time.Time
	ByID    int64
	Message string // why: of the change it came with
	Source  string // of that change: folder, screen, rollback, init
}

// Versions lists the versions of a blueprint, newest first, at most 500. Whoever may read blueprints may.
func (s *Store) Versions(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]VersionRecord, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	return readVersions(ctx, tx, `v.blueprint_id = $1 ORDER BY v.version DESC LIMIT 500`, id)
}

func readVersions(ctx context.Context, tx db.Tx, where string, args ...any) (out []VersionRecord, err error) {
	rows, err := tx.Query(ctx, `SELECT v.version, v.name, v.text, v.retired, v.drifted, v.change_number, v.applied_at, v.applied_by, c.message, c.source
		FROM blueprint_version v JOIN change c ON c.number = v.change_number WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v VersionRecord
		var at int64
		if err := rows.Scan(&v.Version, &v.Name, &v.Text, &v.Retired, &v.Drifted, &v.Change, &at, &v.ByID, &v.Message, &v.Source); err != nil {
			return nil, err
		}
		v.At = db.Time(at)
		out = append(out, v)
	}
	return out, rows.Err()
}

// RollbackInput is what Rollback takes.
type RollbackInput struct {
	Number    int64
	Message   string // why; may be empty
	Emergency string // why the approval that a policy asks for cannot be waited for; "" waits
}

// Rollback undoes a change: every blueprint it touched goes back to the text it had before.
// One that was changed again since then conflicts, so that nobody's later work is lost
// unseen. Where a policy asks for approval it opens a change request, except in an emergency:
// that is recorded, and somebody else reviews it afterwards (Review). Whoever may apply
// blueprints may. Call Refresh after the commit.
func (s *Store) Rollback(ctx context.Context, tx db.Tx, by act.Actor, in RollbackInput) (Outcome, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return Outcome{}, err
	}
	current, err := s.lock(ctx, tx)
	if err != nil {
		return Outcome{}, err
	}
	plan, next, err := s.undo(ctx, tx, current, in.Number)
	if err != nil {
		return Outcome{}, err
	}
	message := fmt.Sprintf("Rolls back change %d", in.Number)
	if in.Message != "" {
		message += ": " + in.Message
	}
	held := len(current.requirements(plan.Changes)) > 0
	if held && strings.TrimSpace(in.Emergency) == "" {
		return s.hold(ctx, tx, by, current, plan, Request{Message: message, Source: "rollback", RollsBack: in.Number, Files: []File{}})
	}
	r := record{plan: plan, source: "rollback", message: message, rollsBack: in.Number}
	if held {
		r.emergency = in.Emergency
	}
	number, err := s.store(ctx, tx, by, current, next, r)
	return Outcome{Number: number, Plan: plan}, err
}

// undo works out what rolling a change back does.
func (s *Store) undo(ctx context.Context, tx db.Tx, current *Set, number int64) (Plan, *Set, error) {
	c, err := s.Change(ctx, tx, act.Root(), number)
	if err != nil {
		return Plan{}, nil, err
	}
	if c.RolledBackBy != 0 {
		return Plan{}, nil, fault.New(fault.Invalid, "Change %d was rolled back already, by change %d.", number, c.RolledBackBy)
	}
	entries, err := s.before(ctx, tx, current, number)
	if err != nil {
		return Plan{}, nil, err
	}
	next, findings := NewSet(s.reg, entries, current.Generation()+1)
	if HasErrors(findings) {
		return Plan{}, nil, invalid(findings)
	}
	plan := Plan{BaseGeneration: current.Generation(), Changes: differences(current, next)}
	plan.Counts = tally(plan.Changes)
	return plan, next, nil
}

// before returns all entries with those that a change touched as they were before it.
func (s *Store) before(ctx context.Context, tx db.Tx, current *Set, number int64) ([]Entry, error) {
	var out []Entry
	for _, e := range current.Entries() {
		touched, err := readVersions(ctx, tx, `v.blueprint_id = $1 AND v.change_number = $2`, e.ID, number)
		if err != nil {
			return nil, err
		}
		if len(touched) == 0 {
			out = append(out, e)
			continue
		}
		v := touched[0]
		if v.Version != e.Version {
			stale := fault.New(fault.Conflict, "%s was changed again after change %d. Roll the later change back first, or edit the text.", e.Key(), number)
			stale.Current = map[string]any{"kind": e.Kind, "name": e.Name, "version": e.Version}
			return nil, stale
		}
		old, err := readVersions(ctx, tx, `v.blueprint_id = $1 AND v.version = $2`, e.ID, v.Version-1)
		if err != nil {
			return nil, err
		}
		e.Version++
		if len(old) == 0 { // the change added it
			e.Retired = true
		} else {
			e.Name, e.Text, e.Retired, e.Drifted = old[0].Name, old[0].Text, old[0].Retired, old[0].Drifted
			e.Digest = Digest(e.Text)
		}
		out = append(out, e)
	}
	return out, nil
}

// differences describes what a rollback changes.
func differences(before, after *Set) []BlueprintChange {
	out := []BlueprintChange{}
	for _, e := range after.Entries() {
		old, _ := before.ByID(e.ID)
		if old.Version == e.Version {
			continue
		}
		c := BlueprintChange{Action: Change, Kind: e.Kind, Name: e.Name, Title: e.Title, VersionFrom: &old.Version, VersionTo: &e.Version, Fields: []FieldChange{}, ID: e.ID}
		oldText, newText := old.Text, e.Text
		c.OldText, c.NewText = &oldText, &newText
		switch {
		case e.Retired:
			c.Action, c.NewText, c.VersionTo = Remove, nil, nil
		case old.Retired:
			c.Action, c.OldText, c.VersionFrom = Add, nil, nil
		}
		out = append(out, c)
	}
	return out
}

// tally counts the changes of a rollback by action.
func tally(changes []BlueprintChange) (n Counts) {
	for _, c := range changes {
		switch c.Action {
		case Add:
			n.Added++
		case Remove:
			n.Removed++
		default:
			n.Changed++
		}
	}
	return n
}

// AppliedVersion says how a version of a blueprint came into force.
type AppliedVersion struct {
	Kind, Name string
	Change     int64
	At         time.Time
	ByID       int64
	Text       string // the version's own; "" from Heads
}

// Programs are the expressions of a version by their fields' paths, and its title. What can
// no longer be compiled is left out. They are shared: nobody may change the map.
func (s *Store) Programs(a AppliedVersion) (title string, programs map[string]*rule.Program) {
	key := [2]string{a.Kind, a.Text}
	s.compiledMu.Lock()
	known, ok := s.compiled[key]
	s.compiledMu.Unlock()
	if ok {
		return known.title, known.programs
	}
	docs, _ := ParseFile(a.Kind+"/"+a.Name+".yaml", a.Text)
	if len(docs) != 1 {
		return a.Name, nil
	}
	known = compiledText{docs[0].Title, newDecoder(s.reg, &docs[0]).decode().rules}
	s.compiledMu.Lock()
	defer s.compiledMu.Unlock()
	if s.compiled == nil || len(s.compiled) >= maxCompiled {
		s.compiled = map[[2]string]compiledText{}
	}
	s.compiled[key] = known
	return known.title, known.programs
}

// compiledText is a version's text, compiled: people ask why of the same few again and again.
type compiledText struct {
	title    string
	programs map[string]*rule.Program
}

// maxCompiled is how many texts are kept compiled.
const maxCompiled = 200

// Applied tells how a version of a blueprint came into force. It checks no permission: who
// may see what a rule decided may see which rule it was.
func (s *Store) Applied(ctx context.Context, tx db.Tx, id int64, version int) (a AppliedVersion, err error) {
	var at int64
	err = tx.QueryRow(ctx, `SELECT b.kind, v.name, v.change_number, v.applied_at, v.applied_by, v.text FROM blueprint_version v JOIN blueprint b ON b.id = v.blueprint_id
		WHERE v.blueprint_id = $1 AND v.version = $2`, id, version).Scan(&a.Kind, &a.Name, &a.Change, &at, &a.ByID, &a.Text)
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.Missing("blueprint version", version)
	}
	a.At = db.Time(at)
	return a, err
}

// Heads tells how the newest version of every blueprint came into force, by blueprint id.
func (s *Store) Heads(ctx context.Context, tx db.Tx) (map[int64]AppliedVersion, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, name, change_number, applied_at, applied_by FROM blueprint`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]AppliedVersion{}
	for rows.Next() {
		var id, at int64
		var a AppliedVersion
		if err := rows.Scan(&id, &a.Kind, &a.Name, &a.Change, &at, &a.ByID); err != nil {
			return nil, err
		}
		a.At = db.Time(at)
		out[id] = a
	}
	return out, rows.Err()
}

// Span is the life of a blueprint.
type Span struct{ Created, Updated time.Time }

// Spans tells when blueprints were first applied and last changed, by id.
func (s *Store) Spans(ctx context.Context, tx db.Tx, ids []int64) (map[int64]Span, error) {
	out := map[int64]Span{}
	if len(ids) == 0 {
		return out, nil
	}
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).In("b.id", list)
	rows, err := tx.Query(ctx, `SELECT b.id, v.applied_at, b.applied_at FROM blueprint b JOIN blueprint_version v ON v.blueprint_id = b.id AND v.version = 1 WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, created, updated int64
		if err := rows.Scan(&id, &created, &updated); err != nil {
			return nil, err
		}
		out[id] = Span{db.Time(created), db.Time(updated)}
	}
	return out, rows.Err()
}
