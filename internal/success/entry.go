package success

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// The kinds of entries of an account's timeline. Of these a call, a meeting, a workshop and a review
// are contact: they move the time of the last one.
var entryKinds = []string{"call", "meeting", "workshop", "review", "email", "update", "health_update", "outcome", "escalation", "document"}

var contactKinds = []string{"call", "meeting", "workshop", "review"}

// Entry is what somebody noted about an account.
type Entry struct {
	ID      int64
	Account int64
	Kind    string
	At      time.Time // when it happened
	Title   string
	Body    string
	Effort  int64 // minutes, 0 when not said
	Health  *HealthUpdate
	People  []int64 // of the customer, who took part
	ByID    int64
	Created time.Time
	EventID int64
}

// HealthUpdate is where an account at risk stands: the parts that a triage asks for.
type HealthUpdate struct {
	State          string `json:"state" maxLength:"10000" doc:"How it stands."`
	Considerations string `json:"considerations" maxLength:"10000"`
	WatchItems     string `json:"watch_items" maxLength:"10000"`
	NextSteps      string `json:"next_steps" maxLength:"10000"`
	Impact         string `json:"impact" enum:"churn,tier_downgrade,seat_churn,sentiment,competitor,stage,none" doc:"What is at risk."`
	Reason         string `json:"reason" enum:"adoption,product,quality,engagement,budget,corporate_decision,other,none" doc:"Why."`
}

// NewEntry is what Note takes.
type NewEntry struct {
	Kind   string
	At     time.Time // zero: now
	Title  string
	Body   string
	Effort int64 // minutes
	Health *HealthUpdate
	People []int64
	Files  []int64 // uploaded by whoever notes it

	author    int64  // who wrote it, 0 for the actor
	messageID string // of the mail that it came as
	wordsOf   int64  // the customer whose words it holds
}

// Note adds an entry to an account's timeline. Whoever may write the account may.
func (s *Service) Note(ctx context.Context, tx db.Tx, by act.Actor, id int64, in NewEntry) (Entry, error) {
	by = by.Still()
	a, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return Entry{}, err
	}
	now := by.Now()
	e := Entry{Account: a.OrganizationID, Kind: in.Kind, At: cmpTime(in.At, now).Truncate(time.Microsecond), Title: directory.OneLine(in.Title), Body: strings.TrimSpace(in.Body), Effort: in.Effort, Health: in.Health,
		People: slices.Compact(slices.Sorted(slices.Values(in.People))), ByID: by.PersonID, Created: now}
	if in.author != 0 {
		e.ByID = in.author
	}
	detail := ""
	switch {
	case !slices.Contains(entryKinds, e.Kind):
		return e, fault.Field("kind", e.Kind, strings.Join(entryKinds, ", "), "There is no such entry.")
	case e.At.After(now.Add(ahead)) || e.At.Before(earliest):
		return e, fault.Field("at", e.At.Format(time.RFC3339), "a time that has passed", "What is noted here has happened.")
	case len(in.Files) > maxNoteFiles:
		return e, fault.Field("files", len(in.Files), fmt.Sprintf("at most %d", maxNoteFiles), "These are too many files.")
	case len(e.People) > 100:
		return e, fault.Field("people", len(e.People), "at most 100", "These are too many people.")
	}
	files, err := s.uploaded(ctx, tx, by, in.Files)
	if err != nil {
		return e, err
	}
	if len(files) > 0 && e.Title == "" && e.Body == "" {
		e.Title = directory.OneLine(files[0].Filename)
	}
	if err := e.sound(); err != nil {
		return e, err
	}
	if e.Health != nil {
		b, err := json.Marshal(e.Health)
		if err != nil {
			return e, err
		}
		detail = string(b)
	}
	if err := s.ofAccount(ctx, tx, a.OrganizationID, e.People); err != nil {
		return e, err
	}
	roles, err := rolesOf(ctx, tx, a.OrganizationID, e.People)
	if err != nil {
		return e, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO account_entry (organization_id, kind, at, title, body, effort, detail, by_id, created, message_id, words_of, event_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) RETURNING id`,
		e.Account, e.Kind, db.Micros(e.At), e.Title, e.Body, db.NullID(e.Effort), detail, e.ByID, db.Micros(now), textOrNil(in.messageID), db.NullID(in.wordsOf)).Scan(&e.ID)
	if err != nil {
		return e, err
	}
	if err := s.keepFiles(ctx, tx, by, ofEntry, e.ID, files); err != nil {
		return e, err
	}
	rows := &db.Bulk{}
	for _, p := range e.People {
		rows.Add("account_entry_person", "entry_id, person_id", e.ID, p)
	}
	for _, role := range roles {
		rows.Add("account_entry_role", "entry_id, role", e.ID, role)
	}
	if err := rows.Write(ctx, tx); err != nil {
		return e, err
	}
	data := map[string]any{"entry": e.ID, "kind": e.Kind, "effort": e.Effort, "people": e.People, "roles": roles, "mail": in.messageID != ""}
	if e.Health != nil {
		data["impact"], data["reason"] = cmp.Or(e.Health.Impact, "none"), cmp.Or(e.Health.Reason, "none")
	}
	e.EventID, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: EntryAdded, Subject: about(e.Account), At: e.At, Data: data})
	if err != nil {
		return e, err
	}
	return e, tx.Later(ctx, nil, `UPDATE account_entry SET event_id = $1 WHERE id = $2`, e.EventID, e.ID)
}

// rolesOf are the roles that some people have at an account.
func rolesOf(ctx context.Context, tx db.Tx, id int64, people []int64) ([]string, error) {
	if len(people) == 0 {
		return []string{}, nil
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT role FROM account_contact WHERE organization_id = $1 AND person_id IN (`+numbers(people)+`) ORDER BY role`, id)
	roles, err := db.Collect(rows, err, func(r db.Scanner) (role string, err error) { err = r.Scan(&role); return role, err })
	return append([]string{}, roles...), err
}

const entryFields = `e.id, e.organization_id, e.kind, e.at, e.title, e.body, e.effort, e.detail, e.by_id, e.created, e.event_id`

func scanEntry(r db.Scanner) (e Entry, err error) {
	var at, created int64
	var effort sql.NullInt64
	var detail string
	if err := r.Scan(&e.ID, &e.Account, &e.Kind, &at, &e.Title, &e.Body, &effort, &detail, &e.ByID, &created, &e.EventID); err != nil {
		return e, err
	}
	e.At, e.Created, e.Effort = db.Time(at), db.Time(created), effort.Int64
	if detail != "" {
		e.Health = &HealthUpdate{}
		err = json.Unmarshal([]byte(detail), e.Health)
	}
	return e, err
}
