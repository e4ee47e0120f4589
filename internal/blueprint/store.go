package blueprint

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// The verbs of configuration's events. Their subject is the change, or the change request.
const (
	Applied       = "config.applied"          // generation, source, counts; request, when one was approved
	RolledBack    = "config.rolled_back"      // generation, of: the change that was undone; emergency, when no approval was waited for
	Reviewed      = "config.reviewed"         // an emergency was looked at afterwards
	Requested     = "config.requested"        // revision, generation, counts, policies
	RequestEdited = "config.request_edited"   // the same; approvals are dropped
	Approved      = "config.request_approved" // revision, policies
	Rejected      = "config.request_rejected" // revision
	Withdrawn     = "config.request_withdrawn"
	Discussed     = "config.request_discussed" // revision, tell: whom it concerns
	RequestStale  = "config.request_stale"     // approved, but the configuration changed before its time came
)

// Store keeps the configuration in the database and the set in force in memory.
type Store struct {
	db      *db.DB
	ledger  *ledger.Ledger
	reg     *Registry
	current atomic.Pointer[Set]
	mu      sync.Mutex // one reload at a time
	swapped func(*Set)
	guard   Guard
	uses    CountUses  // nil: no records are known
	jobs    *job.Queue // nil: approved requests are applied by hand

	compiledMu sync.Mutex
	compiled   map[[2]string]compiledText // by kind and text, for explanations
}

// Guard refuses a configuration that must not come into force although every text of it is
// right, such as one that locks everybody out. It runs inside the applying transaction.
type Guard func(ctx context.Context, tx db.Tx, after *Set) error

// SetGuard makes g look at every configuration before it is stored.
func (s *Store) SetGuard(g Guard) { s.guard = g }

// NewStore returns a store that is not loaded yet. swapped, which may be nil, is called with
// every set that comes into force, before anybody else sees it.
func NewStore(d *db.DB, l *ledger.Ledger, reg *Registry, swapped func(*Set)) *Store {
	s := &Store{db: d, ledger: l, reg: reg, swapped: swapped}
	if s.swapped == nil {
		s.swapped = func(*Set) {}
	}
	empty, _ := NewSet(reg, nil, 0)
	s.swap(empty)
	return s
}

func (s *Store) swap(set *Set) {
	s.swapped(set)
	s.current.Store(set)
}

// Set is the configuration in force.
func (s *Store) Set() *Set { return s.current.Load() }

// Registry is what the store's sets are compiled with.
func (s *Store) Registry() *Registry { return s.reg }

// Refresh takes the newest configuration into force, if there is a newer one.
func (s *Store) Refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest int64 // looked for at every wake-up, so without a transaction
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) { newest, err = generationOf(ctx, tx, ""); return err })
	if err != nil || newest == s.Set().Generation() {
		return err
	}
	var set *Set
	err = s.db.Snapshot(ctx, func(ctx context.Context, tx db.Tx) error {
		generation, err := generationOf(ctx, tx, "")
		if err != nil || generation == s.Set().Generation() {
			return err
		}
		set, err = s.load(ctx, tx, generation)
		return err
	})
	if err == nil && set != nil {
		s.swap(set)
	}
	return err
}

// Run keeps this node's configuration up to date until ctx ends: on wake-up, or within a second.
func (s *Store) Run(ctx context.Context) {
	for ctx.Err() == nil {
		changed := s.db.Changed()
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("the configuration cannot be read; trying again", "error", err)
		}
		db.Wait(ctx, changed, time.Second)
		db.Wait(ctx, nil, 20*time.Millisecond) // wake-ups come in bursts; one look serves many
	}
}

func generationOf(ctx context.Context, tx db.Tx, lock string) (g int64, err error) {
	err = tx.QueryRow(ctx, `SELECT generation FROM config WHERE one = 1`+lock).Scan(&g)
	return g, err
}

// load compiles what the database holds.
func (s *Store) load(ctx context.Context, tx db.Tx, generation int64) (*Set, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, name, version, text, drifted, retired, path, line FROM blueprint ORDER BY kind, name`)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer rows.Close()
	var entries []Entry
	for rows.Next() {
		var e Entry
		if err := rows.Scan(&e.ID, &e.Kind, &e.Name, &e.Version, &e.Text, &e.Drifted, &e.Retired, &e.Path, &e.Line); err != nil {
			return nil, err
		}
		e.Digest = Digest(e.Text)
		entries = append(entries, e)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	set, findings := NewSet(s.reg, entries, generation)
	for _, f := range findings {
		if f.Severity == Error {
			slog.Error("a stored blueprint cannot be used", "finding", f.String())
		}
	}
	return set, nil
}

// ApplyInput is what Apply takes.
type ApplyInput struct {
	Documents      []Document
	Parsed         []Finding // of reading the documents
	Prune          bool
	Source         string // folder, screen, init
	Message        string
	BaseGeneration *int64 // when set, a newer configuration conflicts
	Request        int64  // the change request that this edits; 0 for none
}

// Plan says what applying would do to the configuration in force. Whoever may read blueprints may.
func (s *Store) Plan(by act.Actor, in ApplyInput) (Plan, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return Plan{}, err
	}
	set := s.Set()
	p := set.Plan(in.Documents, in.Parsed, Options{Prune: in.Prune, Screen: in.Source == "screen"})
	p.Requirements = set.requirements(p.Changes)
	return p, nil
}

// Apply puts documents into force, whole or not at all, and returns the number of the
// change; 0 when there was nothing to change. Whoever may apply blueprints may, where no
// policy asks for approval (Propose opens a request then). Errors in the documents are an
// Invalid fault with one detail for each. Call Refresh after the commit.
func (s *Store) Apply(ctx context.Context, tx db.Tx, by act.Actor, in ApplyInput) (number int64, plan Plan, err error) {
	current, plan, err := s.prepare(ctx, tx, by, in)
	if err != nil {
		return 0, plan, err
	}
	if all := current.requirements(plan.Changes); len(all) > 0 {
		return 0, plan, needsApproval(all)
	}
	number, err = s.put(ctx, tx, by, current, plan, in)
	return number, plan, err
}

// prepare locks the configuration and plans against it.
func (s *Store) prepare(ctx context.Context, tx db.Tx, by act.Actor, in ApplyInput) (*Set, Plan, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return nil, Plan{}, err
	}
	current, err := s.lock(ctx, tx)
	if err != nil {
		return nil, Plan{}, err
	}
	if in.BaseGeneration != nil && *in.BaseGeneration != current.Generation() {
		return nil, Plan{}, s.meanwhile(ctx, tx, current, *in.BaseGeneration)
	}
	plan := current.Plan(in.Documents, in.Parsed, Options{Prune: in.Prune, Screen: in.Source == "screen"})
	return current, plan, plan.Err()
}

// put stores a plan that nothing stands against.
func (s *Store) put(ctx context.Context, tx db.Tx, by act.Actor, current *Set, plan Plan, in ApplyInput) (int64, error) {
	if !plan.Changed() && !driftDiffers(current, plan.Next()) {
		return 0, s.storePlaces(ctx, tx, current, plan.Next())
	}
	return s.store(ctx, tx, by, current, plan.Next(), record{plan: plan, source: in.Source, message: in.Message})
}

// invalid is the fault for findings that prevent applying.
func invalid(findings []Finding) error {
	f := &fault.Error{Code: fault.Invalid, Message: "The configuration has errors, so nothing was applied."}
	for _, x := range findings {
		if x.Severity == Error && len(f.Details) < 100 {
			f.Details = append(f.Details, fault.Detail{Field: fmt.Sprintf("%s:%d:%d", x.Path, x.Line, x.Column), Message: x.Message, Accepted: x.Suggestion})
		}
	}
	return f
}

// lock returns the newest configuration and keeps others from applying until the transaction ends.
func (s *Store) lock(ctx context.Context, tx db.Tx) (*Set, error) {
	suffix := ""
	if tx.Engine() == db.Postgres {
		suffix = " FOR UPDATE"
	}
	generation, err := generationOf(ctx, tx, suffix)
	if err != nil {
		return nil, err
	}
	if set := s.Set(); set.Generation() == generation {
		return set, nil
	}
	return s.load(ctx, tx, generation)
}

func driftDiffers(a, b *Set) bool {
	for _, e := range b.Entries() {
		if old, ok := a.Entry(e.Kind, e.Name); ok && old.Drifted != e.Drifted {
			return true
		}
	}
	return false
}

// record is what is kept about a change besides the texts.
type record struct {
	plan      Plan
	source    string
	message   string
	rollsBack int64
	request   int64  // the approved request it fulfils
	author    int64  // of the request; 0: who acts
	emergency string // why approval was not waited for
}

// store writes the difference between two sets as one change.
func (s *Store) store(ctx context.Context, tx db.Tx, by act.Actor, before, after *Set, r record) (int64, error) {
	if s.guard != nil {
		if err := s.guard(ctx, tx, after); err != nil {
			return 0, err
		}
	}
	now := db.Micros(by.Now())
	text, err := r.plan.record()
	if err != nil {
		return 0, err
	}
	author := by
	if r.author != 0 {
		author.PersonID = r.author
	}
	var number int64
	err = tx.QueryRow(ctx, `INSERT INTO change (at, by_id, message, source, plan, rolls_back, request_id, emergency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING number`,
		now, author.PersonID, r.message, r.source, text, db.NullID(r.rollsBack), db.NullID(r.request), r.emergency).Scan(&number)
	if err != nil {
		return 0, err
	}
	for _, e := range after.Entries() {
		if err := s.storeEntry(ctx, tx, author, before, e, number, now); err != nil {
			return 0, err
		}
	}
	if err := s.storePlaces(ctx, tx, before, after); err != nil {
		return 0, err
	}
	if r.rollsBack != 0 {
		if _, err := tx.Exec(ctx, `UPDATE change SET rolled_back_by = $1 WHERE number = $2`, number, r.rollsBack); err != nil {
			return 0, err
		}
	}
	generation := before.Generation() + 1
	if _, err := tx.Exec(ctx, `UPDATE config SET generation = $1 WHERE one = 1`, generation); err != nil {
		return 0, err
	}
	verb, data := Applied, map[string]any{"generation": generation, "source": r.source, "counts": r.plan.Counts}
	if r.rollsBack != 0 {
		verb, data = RolledBack, map[string]any{"generation": generation, "of": r.rollsBack, "emergency": r.emergency != ""}
	}
	if r.request != 0 {
		data["request"] = r.request
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "change", ID: number}, Data: data})
	return number, err
}

// changed leaves out what stays as it is.
func changed(all []BlueprintChange) []BlueprintChange {
	out := []BlueprintChange{}
	for _, c := range all {
		if c.Action != Unchanged {
			out = append(out, c)
		}
	}
	return out
}

func (s *Store) storeEntry(ctx context.Context, tx db.Tx, by act.Actor, before *Set, e Entry, number, now int64) error {
	if e.ID == 0 {
		err := tx.QueryRow(ctx, `INSERT INTO blueprint (kind, name, version, text, drifted, retired, change_number, applied_at, applied_by, path, line)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
			e.Kind, e.Name, e.Version, e.Text, e.Drifted, e.Retired, number, now, by.PersonID, e.Path, e.Line).Scan(&e.ID)
		if err != nil {
			return fmt.Errorf("store %s: %w", e.Key(), err)
		}
		return s.storeVersion(ctx, tx, by, e, number, now)
	}
	old, _ := before.ByID(e.ID)
	if old.Version == e.Version && old.Retired == e.Retired {
		if old.Drifted == e.Drifted {
			return nil
		}
		_, err := tx.Exec(ctx, `UPDATE blueprint SET drifted = $1 WHERE id = $2`, e.Drifted, e.ID)
		return err
	}
	if old.Version == e.Version { // retired: a version of its own, so that history shows it
		e.Version++
	}
	_, err := tx.Exec(ctx, `UPDATE blueprint SET name = $1, version = $2, text = $3, drifted = $4, retired = $5, change_number = $6, applied_at = $7, applied_by = $8 WHERE id = $9`,
		e.Name, e.Version, e.Text, e.Drifted, e.Retired, number, now, by.PersonID, e.ID)
	if err != nil {
		return fmt.Errorf("store %s: %w", e.Key(), err)
	}
	return s.storeVersion(ctx, tx, by, e, number, now)
}

func (s *Store) storeVersion(ctx context.Context, tx db.Tx, by act.Actor, e Entry, number, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO blueprint_version (blueprint_id, version, name, text, retired, drifted, change_number, applied_at, applied_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, e.ID, e.Version, e.Name, e.Text, e.Retired, e.Drifted, number, now, by.PersonID)
	return err
}

// storePlaces notes where blueprints stand in the folder they came from, for those that stay
// as they are otherwise: moving a text to another file changes nothing but the export.
func (s *Store) storePlaces(ctx context.Context, tx db.Tx, before, after *Set) error {
	for _, e := range after.Entries() {
		old, ok := before.ByID(e.ID)
		if !ok || e.ID == 0 || old.Path == e.Path && old.Line == e.Line {
			continue
		}
		if err := tx.Later(ctx, nil, `UPDATE blueprint SET path = $1, line = $2 WHERE id = $3`, e.Path, e.Line, e.ID); err != nil {
			return err
		}
	}
	return nil
}
