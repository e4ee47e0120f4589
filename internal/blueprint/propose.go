package blueprint

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Outcome is what became of a change somebody wanted: applied, held for approval, or nothing
// to change (all zero).
type Outcome struct {
	Number  int64    // of the applied change
	Request *Request // that waits for approval
	Plan    Plan
}

// Propose applies documents where no policy asks for approval, and otherwise opens a change
// request, or edits the one that in.Request names. Whoever may apply blueprints may; a request
// needs a person as its author. Call Refresh after the commit.
func (s *Store) Propose(ctx context.Context, tx db.Tx, by act.Actor, in ApplyInput) (Outcome, error) {
	current, plan, err := s.prepare(ctx, tx, by, in)
	if err != nil {
		return Outcome{Plan: plan}, err
	}
	if in.Request == 0 {
		if !plan.Changed() || len(current.requirements(plan.Changes)) == 0 {
			number, err := s.put(ctx, tx, by, current, plan, in)
			return Outcome{Number: number, Plan: plan}, err
		}
	} else if _, err := s.Request(ctx, tx, by, in.Request); err != nil {
		return Outcome{Plan: plan}, err
	} else if !plan.Changed() {
		return Outcome{Plan: plan}, fault.New(fault.Invalid, "This would change nothing any more. Withdraw the request instead.")
	}
	r := Request{ID: in.Request, Message: in.Message, Source: in.Source, Prune: in.Prune, Files: FilesOf(in.Documents)}
	return s.hold(ctx, tx, by, current, plan, r)
}

// hold stores a change that needs approval: as a new request, or as a new revision of one.
func (s *Store) hold(ctx context.Context, tx db.Tx, by act.Actor, current *Set, plan Plan, r Request) (Outcome, error) {
	out := Outcome{Plan: plan}
	if by.PersonID == 0 {
		return out, fault.New(fault.Invalid, "This change needs approval, so it needs an author. Say who you are: --as env:NAME or file:PATH with your API token.")
	}
	documents, err := json.Marshal(r.Files)
	if err != nil {
		return out, err
	}
	text, err := plan.record()
	if err != nil {
		return out, err
	}
	now := db.Micros(by.Now())
	verb := Requested
	if r.ID == 0 {
		authors, _ := json.Marshal([]int64{by.PersonID})
		err = tx.QueryRow(ctx, `INSERT INTO change_request (state, revision, opened, updated, author_id, authors, message, source, prune, documents, rolls_back, plan, base_generation, reason)
			VALUES ('open', 1, $1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '') RETURNING id`,
			now, by.PersonID, string(authors), r.Message, r.Source, r.Prune, string(documents), db.NullID(r.RollsBack), text, current.Generation()).Scan(&r.ID)
	} else {
		verb = RequestEdited
		err = s.revise(ctx, tx, by, r, string(documents), text, current.Generation())
	}
	if err != nil {
		return out, err
	}
	done, err := s.reload(ctx, tx, by, current, r.ID)
	if err != nil {
		return out, err
	}
	out.Request = &done
	return out, s.told(ctx, tx, by, verb, r.ID, map[string]any{"revision": done.Revision, "generation": current.Generation(), "counts": plan.Counts, "policies": names(done.Requirements)})
}

// revise stores an edit of an open request. Its approvals were for what it was before.
func (s *Store) revise(ctx context.Context, tx db.Tx, by act.Actor, r Request, documents, plan string, generation int64) error {
	old, err := s.Request(ctx, tx, act.Root(), r.ID)
	if err != nil {
		return err
	}
	if !old.open() {
		return old.closed()
	}
	if r.Message == "" {
		r.Message = old.Message
	}
	if !slices.Contains(old.Authors, by.PersonID) {
		old.Authors = append(old.Authors, by.PersonID)
	}
	authors, _ := json.Marshal(old.Authors)
	_, err = tx.Exec(ctx, `UPDATE change_request SET state = 'open', revision = revision + 1, updated = $1, authors = $2, message = $3, source = $4, prune = $5, documents = $6,
		plan = $7, base_generation = $8 WHERE id = $9`, db.Micros(by.Now()), string(authors), r.Message, r.Source, r.Prune, documents, plan, generation, r.ID)
	return err
}

// Replan plans an open request again, against the configuration in force. It is an edit:
// approvals are dropped, because what it does may differ now. Whoever may apply blueprints may.
func (s *Store) Replan(ctx context.Context, tx db.Tx, by act.Actor, id int64, message string) (Outcome, error) {
	old, err := s.Request(ctx, tx, by, id)
	if err != nil {
		return Outcome{}, err
	}
	if old.RollsBack != 0 {
		return Outcome{}, fault.New(fault.Invalid, "A rollback cannot be planned again. Withdraw it and roll change %d back anew.", old.RollsBack)
	}
	in := ApplyInput{Prune: old.Prune, Source: old.Source, Message: message, Request: id}
	in.Documents, in.Parsed = ParseFiles(old.Files)
	return s.Propose(ctx, tx, by, in)
}

// closed says that nothing more can become of a request.
func (r Request) closed() error {
	if r.State == RequestApplied {
		return fault.New(fault.Conflict, "Change request %d was applied already, as change %d.", r.ID, r.Change)
	}
	return fault.New(fault.Conflict, "Change request %d was %s already.", r.ID, r.State)
}

// reload is a request as it stands, judged by the set that the transaction has locked.
func (s *Store) reload(ctx context.Context, tx db.Tx, by act.Actor, current *Set, id int64) (Request, error) {
	r, err := s.Request(ctx, tx, act.Root(), id)
	if err == nil {
		r.NotBefore, r.HeldBy = timeZero, ""
		r.judge(current, by.Now())
	}
	return r, err
}

func (s *Store) told(ctx context.Context, tx db.Tx, by act.Actor, verb string, id int64, data map[string]any) error {
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "change_request", ID: id}, Data: data})
	return err
}

func names(all []Requirement) []string {
	out := []string{}
	for _, r := range all {
		out = append(out, r.Policy)
	}
	return out
}

// needsApproval is the fault of applying past a policy.
func needsApproval(all []Requirement) error {
	var parts []string
	for _, r := range all {
		parts = append(parts, fmt.Sprintf("%s (%s, for %s)", r.Words(), r.Policy, strings.Join(r.Covers, ", ")))
	}
	return fault.New(fault.Conflict, "This change needs %s.", strings.Join(parts, " and "))
}

// meanwhile is the Conflict of a plan made against an older generation: it lists what has
// changed since.
func (s *Store) meanwhile(ctx context.Context, tx db.Tx, current *Set, base int64) error {
	f := fault.New(fault.Conflict, "The configuration was changed meanwhile (it is at generation %d now, the plan was made at %d). Plan again, then apply.", current.Generation(), base)
	f.Current = map[string]int64{"generation": current.Generation()}
	keys, err := s.changedSince(ctx, tx, current, base)
	if err != nil {
		return err
	}
	for _, k := range keys {
		f.Details = append(f.Details, fault.Detail{Field: k.String(), Message: "changed since then"})
	}
	return f
}

// maxSince is how many changes back changedSince looks.
const maxSince = 200

// changedSince lists the blueprints that changed after a generation: every generation is
// one change.
func (s *Store) changedSince(ctx context.Context, tx db.Tx, current *Set, base int64) ([]Key, error) {
	n := min(current.Generation()-base, maxSince)
	if n <= 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT b.kind, v.name FROM blueprint_version v JOIN blueprint b ON b.id = v.blueprint_id
		WHERE v.change_number IN (SELECT number FROM change ORDER BY number DESC LIMIT $1) ORDER BY b.kind, v.name LIMIT 100`, n)
	return db.Collect(rows, err, func(row db.Scanner) (k Key, err error) { return k, row.Scan(&k.Kind, &k.Name) })
}

// Overwrites lists the blueprints that a plan would change although they changed after a
// generation: somebody's later work. It checks no permission.
func (s *Store) Overwrites(ctx context.Context, tx db.Tx, plan Plan, base int64) ([]Key, error) {
	since, err := s.changedSince(ctx, tx, s.Set(), base)
	return slices.DeleteFunc(since, func(k Key) bool {
		return !slices.ContainsFunc(plan.Changes, func(c BlueprintChange) bool { return c.Action != Unchanged && c.key() == k })
	}), err
}
