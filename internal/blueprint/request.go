package blueprint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/db"
	"steward/internal/fault"
)

// RequestState says where a change request stands.
type RequestState string

// The states of a change request.
const (
	RequestOpen      RequestState = "open"     // waits for approvals
	RequestApproved  RequestState = "approved" // waits to be applied
	RequestApplied   RequestState = "applied"
	RequestRejected  RequestState = "rejected"
	RequestWithdrawn RequestState = "withdrawn"
)

// Request is a change that a policy holds until somebody else approves it.
type Request struct {
	ID             int64
	State          RequestState
	Revision       int // grows with every edit; approvals hold for one
	Opened         time.Time
	Edited         time.Time
	AuthorID       int64   // who opened it
	Authors        []int64 // everybody who edited it; none of them may approve
	Message        string
	Source         string // folder, screen, rollback
	Prune          bool
	Files          []File
	RollsBack      int64 // the change it undoes, 0 for none
	BaseGeneration int64 // the configuration it was planned against
	Counts         Counts
	Changes        []BlueprintChange
	Change         int64 // the change it became, 0 until applied
	ClosedByID     int64
	ClosedAt       time.Time // zero while open or approved
	Reason         string    // of rejecting or withdrawing
	Approvals      []Approval
	Requirements   []Requirement // by the policies in force; none once closed
	NotBefore      time.Time     // when it may be applied; zero for at once
	HeldBy         string        // what holds it until then
	Stale          bool          // the configuration has changed since it was planned: plan it again
}

// Approval is one person's approval of the revision under way.
type Approval struct {
	PersonID int64
	At       time.Time
	Policies []string // whose approvers they are one of
}

// open reports whether anything can still become of it.
func (r Request) open() bool { return r.State == RequestOpen || r.State == RequestApproved }

// Missing are the requirements that approvals do not satisfy yet.
func (r Request) Missing() []Requirement {
	return slices.DeleteFunc(slices.Clone(r.Requirements), func(q Requirement) bool { return r.needs(q.Approvals).Still(r.votes(q.Policy)) == 0 })
}

// needs is who must agree: so many people, none of them an author.
func (r Request) needs(people int) approval.Rule { return approval.People(people, r.Authors...) }

// votes are the approvals that count for a policy, each once however many roles of the policy a person has.
func (r Request) votes(policy string) (out []approval.Vote) {
	for _, a := range r.Approvals {
		if slices.Contains(a.Policies, policy) {
			out = append(out, approval.Agreed(a.PersonID)...)
		}
	}
	return out
}

// said reports whether somebody approved the revision under way.
func (r Request) said(person int64) bool {
	return slices.ContainsFunc(r.Approvals, func(a Approval) bool { return a.PersonID == person })
}

const requestFields = `id, state, revision, opened, updated, author_id, authors, message, source, prune, documents, rolls_back, plan, base_generation,
	change_number, closed_by, closed_at, reason`

func scanRequest(row db.Scanner) (Request, error) {
	var r Request
	var opened, edited int64
	var authors, documents, plan string
	var rolls, change, by, at sql.NullInt64
	err := row.Scan(&r.ID, &r.State, &r.Revision, &opened, &edited, &r.AuthorID, &authors, &r.Message, &r.Source, &r.Prune, &documents, &rolls, &plan,
		&r.BaseGeneration, &change, &by, &at, &r.Reason)
	if err != nil {
		return r, err
	}
	r.Opened, r.Edited, r.RollsBack, r.Change, r.ClosedByID, r.ClosedAt = db.Time(opened), db.Time(edited), rolls.Int64, change.Int64, by.Int64, db.NullTime(at)
	var p planRecord
	err = errors.Join(json.Unmarshal([]byte(authors), &r.Authors), json.Unmarshal([]byte(documents), &r.Files), json.Unmarshal([]byte(plan), &p))
	r.Counts, r.Changes = p.Counts, p.Changes
	return r, err
}

// planRecord is what is kept of a plan.
type planRecord struct {
	Counts  Counts            `json:"counts"`
	Changes []BlueprintChange `json:"changes"`
}

func (p Plan) record() (string, error) {
	text, err := json.Marshal(planRecord{p.Counts, changed(p.Changes)})
	return string(text), err
}

// Requests lists change requests, newest first; state "" lists all. Whoever may read
// blueprints may.
func (s *Store) Requests(ctx context.Context, tx db.Tx, by act.Actor, state RequestState, page db.Page) (list []Request, next string, err error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, "", err
	}
	w := &db.Where{}
	if state != "" {
		w.And("state = ?", string(state))
	}
	list, next, err = db.Newest(ctx, tx, requestFields+` FROM change_request`, "id", w, page, scanRequest, func(r Request) int64 { return r.ID })
	if err != nil {
		return nil, "", err
	}
	return list, next, s.complete(ctx, tx, by.Now(), list)
}

// Request returns a change request. Whoever may read blueprints may.
func (s *Store) Request(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Request, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return Request{}, err
	}
	r, err := scanRequest(tx.QueryRow(ctx, `SELECT `+requestFields+` FROM change_request WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.Missing("change request", id)
	}
	if err != nil {
		return r, err
	}
	one := []Request{r}
	err = s.complete(ctx, tx, by.Now(), one)
	return one[0], err
}

// complete adds approvals, and what the policies in force ask.
func (s *Store) complete(ctx context.Context, tx db.Tx, now time.Time, list []Request) error {
	at, ids := map[int64]int{}, []any{}
	for i, r := range list {
		at[r.ID] = i
		ids = append(ids, r.ID)
		list[i].Approvals = []Approval{}
	}
	w := (&db.Where{}).In("request_id", ids)
	rows, err := tx.Query(ctx, `SELECT request_id, revision, person_id, at, policies FROM change_approval WHERE `+w.SQL()+` ORDER BY request_id, at, person_id`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, when int64
		var revision int
		var a Approval
		var policies string
		if err := rows.Scan(&id, &revision, &a.PersonID, &when, &policies); err != nil {
			return err
		}
		a.At = db.Time(when)
		if err := json.Unmarshal([]byte(policies), &a.Policies); err != nil {
			return err
		}
		if r := &list[at[id]]; revision == r.Revision {
			r.Approvals = append(r.Approvals, a)
		}
	}
	set := s.Set()
	for i := range list {
		list[i].judge(set, now)
	}
	return rows.Err()
}

// judge works out what the policies of a set ask of the request.
func (r *Request) judge(set *Set, now time.Time) {
	if !r.open() {
		return
	}
	r.Requirements = set.requirements(r.Changes)
	r.Stale = r.BaseGeneration != set.Generation()
	if at, why := earliest(r.Requirements, r.Edited, now); at.After(now) {
		r.NotBefore, r.HeldBy = at, why
	}
}

// Wanted are the approvals that a request still waits for: of those whom the policies name, its authors and who approved it
// excepted. One that has to be planned again waits for nobody but its author.
func (s *Store) Wanted(ctx context.Context, tx db.Tx, id int64) (out []approval.Wanted, err error) {
	r, err := s.Request(ctx, tx, act.Root(), id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil || !r.open() || r.Stale {
		return nil, err
	}
	for _, q := range r.Missing() {
		w := approval.Wanted{Roles: q.Roles, Teams: q.teamIDs, May: func(by act.Actor) bool {
			policies, err := r.approver(by)
			return err == nil && slices.Contains(policies, q.Policy) && !r.said(by.PersonID)
		}}
		if len(q.Roles)+len(q.Teams) == 0 {
			w.Action, w.Kind = "approve", "blueprint"
		}
		out = append(out, w)
	}
	return out, nil
}

// RequestNames are what some requests are called: their numbers, with the first line of what their authors wrote. Whoever
// may read blueprints may.
func (s *Store) RequestNames(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]string, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	w := (&db.Where{}).In("id", all)
	out := map[int64]string{}
	rows, err := tx.Query(ctx, `SELECT id, message FROM change_request WHERE `+w.SQL(), w.Args()...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (id int64, err error) {
		var message string
		err = row.Scan(&id, &message)
		out[id] = fmt.Sprintf("Change request %d", id)
		if line, _, _ := strings.Cut(message, "\n"); line != "" {
			out[id] += ": " + line
		}
		return id, err
	})
	return out, err
}
