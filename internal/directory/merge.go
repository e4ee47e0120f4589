package directory

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// MergeState says where a merge stands.
type MergeState string

// The states of a merge.
const (
	Moving  MergeState = "moving" // what the loser had is on its way
	Merged  MergeState = "merged"
	Undoing MergeState = "undoing"
	Undone  MergeState = "undone"
)

// Merge is two records of a kind that became one: the loser is an alias of the winner.
type Merge struct {
	ID       int64
	Kind     string // person or organization
	WinnerID int64
	LoserID  int64
	State    MergeState
	At       time.Time
	ByID     int64
	EventID  int64
	UndoneAt time.Time // zero unless undone
	Moves    []Moves
	Winner   string // names as the two records have them
	Loser    string
	Notes    []string // what somebody should know before they merge; only in a preview

	undoEvent int64
	domains   []string
}

// Moves is how many records of one sort a merge moves, has moved, or could not put back.
type Moves struct {
	What  string   `json:"what"`
	Count db.Count `json:"count"`
	Left  int64    `json:"left" doc:"After undoing: how many stayed, because somebody changed them since."`
}

// mergeJob moves what a merge or its undoing has left to move.
const mergeJob = "directory.merge"

// Preview says what merging loser into winner would move. Whoever may merge may.
func (s *Service) Preview(ctx context.Context, tx db.Tx, by act.Actor, kind string, winner, loser int64) (Merge, error) {
	m := Merge{Kind: kind, WinnerID: winner, LoserID: loser}
	notes, err := s.mergeable(ctx, tx, by, m)
	if err != nil {
		return m, err
	}
	m.Notes = notes
	if err := named(ctx, tx, kind, &m); err != nil {
		return m, err
	}
	for _, h := range s.holders(kind) {
		n, err := h.Count(ctx, tx, loser)
		if err != nil {
			return m, err
		}
		m.Moves = append(m.Moves, Moves{What: h.What(), Count: n})
	}
	return m, nil
}

// Merge makes loser an alias of winner and moves what refers to it: the directory's own at
// once, the rest by a job. Attributes, roles, passwords and tokens do not move. Whoever may
// merge such records may.
func (s *Service) Merge(ctx context.Context, tx db.Tx, by act.Actor, kind string, winner, loser int64) (Merge, error) {
	m := Merge{Kind: kind, WinnerID: winner, LoserID: loser, State: Moving, At: by.Now(), ByID: by.PersonID}
	if err := lock(ctx, tx, kind, winner, loser); err != nil {
		return m, err
	}
	var err error
	if _, err = s.mergeable(ctx, tx, by, m); err != nil {
		return m, err
	}
	m.EventID, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: kind + ".merged", Subject: ledger.Ref{Kind: kind, ID: winner}, Data: map[string]any{"merged": loser}})
	if err != nil {
		return m, err
	}
	if kind == "organization" {
		m.domains, err = texts(ctx, tx, `UPDATE organization_domain SET organization_id = $1 WHERE organization_id = $2 RETURNING domain`, winner, loser)
	} else {
		err = s.rest.Access.EndAccess(ctx, tx, by, loser)
	}
	if err != nil {
		return m, err
	}
	domains, err := json.Marshal(append([]string{}, m.domains...))
	if err != nil {
		return m, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO directory_merge (kind, winner_id, loser_id, state, domains, at, by_id, event_id) VALUES ($1, $2, $3, 'moving', $4, $5, $6, $7) RETURNING id`,
		kind, winner, loser, string(domains), db.Micros(m.At), by.PersonID, m.EventID).Scan(&m.ID)
	if err != nil {
		return m, err
	}
	for _, h := range s.holders(kind) {
		if _, late := h.(people); late || !own(h) {
			continue
		}
		for n := batch; n == batch; {
			if n, err = s.move(ctx, tx, m, h, batch); err != nil {
				return m, err
			}
		}
	}
	if err := s.setAlias(ctx, tx, by, kind, loser, winner); err != nil {
		return m, err
	}
	if err := s.enqueueMerge(ctx, tx, m.ID); err != nil {
		return m, err
	}
	return s.withMoves(ctx, tx, m)
}

// own reports whether a holder is the directory's own: those move in the merge's transaction.
func own(h Holder) bool {
	switch h.(type) {
	case identities, aliases, memberships, people:
		return true
	}
	return false
}

func (s *Service) setAlias(ctx context.Context, tx db.Tx, by act.Actor, kind string, id, of int64) error {
	_, err := tx.Exec(ctx, `UPDATE `+kind+` SET alias_of = $1, updated = $2, version = version + 1 WHERE id = $3`, db.NullID(of), db.Micros(by.Now()), id)
	seen := seenIn(tx)
	clear(seen.people)
	clear(seen.organizations)
	return err
}

func (s *Service) enqueueMerge(ctx context.Context, tx db.Tx, id int64) error {
	now := s.rest.Clock().UTC()
	return s.rest.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: mergeJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "merge", ID: id}, Due: now})
}

func (s *Service) holders(kind string) (out []Holder) {
	for _, h := range s.rest.Holders {
		if h.Of() == kind {
			out = append(out, h)
		}
	}
	return out
}

// mergeable refuses what must not be merged and returns what somebody should know.
func (s *Service) mergeable(ctx context.Context, tx db.Tx, by act.Actor, m Merge) (notes []string, err error) {
	if m.WinnerID == m.LoserID {
		return nil, fault.Field("merge", m.LoserID, "the id of another record", "A record cannot be merged with itself.")
	}
	for _, id := range []int64{m.WinnerID, m.LoserID} {
		if err := live(ctx, tx, m.Kind, id); err != nil {
			return nil, err
		}
		var busy bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM directory_merge WHERE kind = $1 AND winner_id = $2 AND state IN ('moving', 'undoing'))
			OR EXISTS (SELECT 1 FROM directory_merge WHERE kind = $1 AND loser_id = $2 AND state IN ('moving', 'undoing'))`, m.Kind, id).Scan(&busy); err != nil {
			return nil, err
		}
		if busy {
			return nil, fault.New(fault.Invalid, "An earlier merge of %s %d is still moving records. Try again in a moment.", m.Kind, id)
		}
	}
	if m.Kind == "organization" {
		return nil, mayBoth(by, m, auth.Record{Organization: m.WinnerID}, auth.Record{Organization: m.LoserID})
	}
	winner, err := load(ctx, tx, m.WinnerID)
	if err != nil {
		return nil, err
	}
	loser, err := load(ctx, tx, m.LoserID)
	if err != nil {
		return nil, err
	}
	if err := mayBoth(by, m, winner.Record(), loser.Record()); err != nil {
		return nil, err
	}
	return s.mergeablePeople(ctx, tx, winner, loser)
}

func mayBoth(by act.Actor, m Merge, records ...auth.Record) error {
	for i, r := range records {
		if !auth.Scope(by, "read", m.Kind).Covers(r) {
			return fault.Missing(m.Kind, []int64{m.WinnerID, m.LoserID}[i])
		}
		if !auth.Scope(by, "merge", m.Kind).Covers(r) {
			return by.Denied("merge", m.Kind)
		}
	}
	return nil
}

// mergeablePeople sees to it that nobody gains or loses rights by a merge.
func (s *Service) mergeablePeople(ctx context.Context, tx db.Tx, winner, loser Person) (notes []string, err error) {
	staff := [2]bool{}
	for i, p := range []Person{winner, loser} {
		if staff[i], err = s.rest.Access.HasRoles(ctx, tx, p.ID); err != nil {
			return nil, err
		}
		staff[i] = staff[i] || p.Agent
		if !p.Suspended.IsZero() {
			return nil, fault.New(fault.Invalid, "Person %d is suspended. End the suspension first, so that a merge does not lift or spread it.", p.ID)
		}
	}
	switch {
	case staff[0] && staff[1]:
		return nil, fault.New(fault.Invalid, "Persons %d and %d both work here. Take the roles of one away, and that they are an agent, before you merge.", winner.ID, loser.ID)
	case staff[1]:
		return nil, fault.New(fault.Invalid, "Person %d works here, so they must be the one that stays: merge %d into %d.", loser.ID, winner.ID, loser.ID)
	case staff[0]:
		notes = append(notes, "The person that stays works here: mail from the other one's addresses will count as mail of a colleague.")
	}
	if winner.OrganizationID != loser.OrganizationID {
		notes = append(notes, "They belong to different organizations; the one of the person that stays is kept. Tickets keep the organization they were opened for.")
	}
	return append(notes, "Attributes, password, sessions and tokens of the person that is merged do not move; their sessions and tokens end."), nil
}

// live refuses a record that is an alias, was erased, or is not there.
func live(ctx context.Context, tx db.Tx, kind string, id int64) error {
	var alias, deleted sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT alias_of, deleted_at FROM `+kind+` WHERE id = $1`, id).Scan(&alias, &deleted)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.Missing(kind, id)
	case err != nil:
		return err
	case alias.Valid:
		return fault.New(fault.Invalid, "%s was merged into %d before.", name(kind, id), alias.Int64)
	case deleted.Valid && kind == "person":
		return fault.New(fault.Invalid, "%s was erased.", name(kind, id))
	case deleted.Valid:
		return fault.Missing(kind, id)
	}
	return nil
}

func name(kind string, id int64) string {
	if kind == "organization" {
		return fmt.Sprintf("Organization %d", id)
	}
	return fmt.Sprintf("Person %d", id)
}

// AliasesOf lists the ids of people that were merged into somebody. It checks no permission.
func (s *Service) AliasesOf(ctx context.Context, tx db.Tx, id int64) ([]int64, error) {
	return ids(ctx, tx, `SELECT id FROM person WHERE alias_of = $1 ORDER BY id LIMIT 1000`, id)
}

func texts(ctx context.Context, tx db.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (t string, err error) { err = r.Scan(&t); return t, err })
}

// move moves a batch of one holder and remembers what it moved.
func (s *Service) move(ctx context.Context, tx db.Tx, m Merge, h Holder, limit int) (int, error) {
	moved, err := h.Move(ctx, tx, s.consequence(m.EventID), m.LoserID, m.WinnerID, limit)
	if err != nil {
		return 0, fmt.Errorf("merge %d: move %s: %w", m.ID, h.What(), err)
	}
	rows := &db.Bulk{}
	for _, id := range moved {
		rows.Add("directory_merge_moved", "merge_id, holder, record_id, state", m.ID, h.What(), id, "moved")
	}
	return len(moved), rows.Write(ctx, tx)
}

// mergeStep is the job's handler: one batch of a merge or of its undoing.
func (s *Service) mergeStep(ctx context.Context, tx db.Tx, j job.Job) error {
	m, err := loadMerge(ctx, tx, j.Subject.ID)
	if err != nil {
		return err
	}
	if err := lock(ctx, tx, m.Kind, m.WinnerID, m.LoserID); err != nil {
		return err
	}
	step, end := s.move, Merged
	switch m.State {
	case Moving:
	case Undoing:
		step, end = s.putBack, Undone
	default:
		return nil
	}
	left := batch
	for _, h := range s.holders(m.Kind) {
		n, err := step(ctx, tx, m, h, left)
		if err != nil {
			return err
		}
		if left -= n; left <= 0 {
			return s.enqueueMerge(ctx, tx, m.ID)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE directory_merge SET state = $1 WHERE id = $2`, string(end), m.ID)
	return err
}
