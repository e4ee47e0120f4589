package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/tracker"
)

// KnownState says whether a known issue still troubles anybody.
type KnownState string

// The states of a known issue.
const (
	KnownOpen    KnownState = "open"
	KnownFixed   KnownState = "fixed"    // in the version FixedIn
	KnownWontFix KnownState = "wont_fix" // it stays as it is
)

// KnownStates are all states of known issues.
var KnownStates = []KnownState{KnownOpen, KnownFixed, KnownWontFix}

// KnownIssue is a problem that is known, with what helps meanwhile.
type KnownIssue struct {
	ID         int64
	Title      string
	Symptom    string // Markdown
	Workaround string // Markdown; what is inserted into answers
	Affected   []string
	State      KnownState
	FixedIn    string // a version; "" unless fixed
	Tickets    int64  // that it was attached to
	Created    time.Time
	Updated    time.Time
	Version    int64
	IssueIDs   []int64 // linked issues; read by Known and Knowns
}

// Bounds of a known issue.
const (
	maxKnownTitle  = 255
	maxKnownText   = 20_000
	maxAffected    = 100
	maxKnownIssues = 20
)

// KnownInput is what is said about a known issue; nil stays.
type KnownInput struct {
	Version    int64
	Title      *string
	Symptom    *string
	Workaround *string
	Affected   *[]string
	State      *KnownState
	FixedIn    *string
}

func (in KnownInput) apply(k *KnownIssue) error {
	if in.Title != nil {
		k.Title = directory.OneLine(*in.Title)
	}
	if n := utf8.RuneCountInString(k.Title); n == 0 || n > maxKnownTitle {
		return fault.Field("title", n, "1 to 255 characters", "A known issue has a title of 1 to 255 characters; this one has %d.", n)
	}
	for _, text := range []struct {
		name string
		in   *string
		to   *string
	}{{"symptom", in.Symptom, &k.Symptom}, {"workaround", in.Workaround, &k.Workaround}} {
		if text.in == nil {
			continue
		}
		if len(*text.in) > maxKnownText {
			return fault.Field(text.name, len(*text.in), "at most 20,000 bytes", "The %s has %d bytes; %d is the most.", text.name, len(*text.in), maxKnownText)
		}
		*text.to = strings.TrimSpace(*text.in)
	}
	if in.Affected != nil {
		k.Affected = []string{}
		for _, v := range *in.Affected {
			v = directory.OneLine(v)
			if utf8.RuneCountInString(v) > 50 {
				return fault.Field("affected", v, "versions of at most 50 characters", "%q is too long for a version.", v)
			}
			if v != "" && !slices.Contains(k.Affected, v) {
				k.Affected = append(k.Affected, v)
			}
		}
		if len(k.Affected) > maxAffected {
			return fault.Field("affected", len(k.Affected), "at most 100", "A known issue names 100 versions at most; these are %d.", len(k.Affected))
		}
	}
	if in.State != nil {
		if !slices.Contains(KnownStates, *in.State) {
			return fault.Field("state", *in.State, "open, fixed or wont_fix", "There is no state %q.", *in.State)
		}
		k.State = *in.State
	}
	if in.FixedIn != nil {
		if k.FixedIn = directory.OneLine(*in.FixedIn); utf8.RuneCountInString(k.FixedIn) > 50 {
			return fault.Field("fixed_in", k.FixedIn, "a version of at most 50 characters", "This is too long for a version.")
		}
	}
	switch {
	case k.State == KnownFixed && k.FixedIn == "":
		return fault.Field("fixed_in", "", "a version, such as 17.4.2", "Say in which version it is fixed.")
	case k.State != KnownFixed && k.FixedIn != "" && in.FixedIn != nil:
		return fault.Field("fixed_in", k.FixedIn, "nothing unless the state is fixed", "Only what is fixed is fixed in a version.")
	case k.State != KnownFixed:
		k.FixedIn = ""
	}
	return nil
}

// CreateKnown writes a known issue down. Whoever may write known issues may.
func (s *Service) CreateKnown(ctx context.Context, tx db.Tx, by act.Actor, in KnownInput) (KnownIssue, error) {
	if err := by.Require("write", "known_issue"); err != nil {
		return KnownIssue{}, err
	}
	by = by.Still()
	k := KnownIssue{State: KnownOpen, Affected: []string{}, Created: by.Now(), Updated: by.Now(), Version: 1}
	if err := in.apply(&k); err != nil {
		return k, err
	}
	affected, err := json.Marshal(k.Affected)
	if err != nil {
		return k, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO known_issue (title, symptom, workaround, affected, state, fixed_in, tickets, created, updated, version) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $7, 1) RETURNING id`,
		k.Title, k.Symptom, k.Workaround, string(affected), string(k.State), k.FixedIn, db.Micros(k.Created)).Scan(&k.ID)
	if err != nil {
		return k, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: KnownCreated, Subject: k.ref(), Data: map[string]any{"state": k.State},
		Private: map[string]any{"title": k.Title, "symptom": k.Symptom, "workaround": k.Workaround}, PersonID: by.PersonID})
	return k, err
}

func (k KnownIssue) ref() ledger.Ref { return ledger.Ref{Kind: "known_issue", ID: k.ID} }

// UpdateKnown changes a known issue; a stale version conflicts. Whoever may write known issues may.
func (s *Service) UpdateKnown(ctx context.Context, tx db.Tx, by act.Actor, id int64, in KnownInput) (KnownIssue, error) {
	if err := by.Require("write", "known_issue"); err != nil {
		return KnownIssue{}, err
	}
	k, err := s.known(ctx, tx, id)
	if err != nil {
		return k, err
	}
	if in.Version != k.Version {
		return k, fault.Stale("This known issue", k)
	}
	by = by.Still()
	before := k
	if err := in.apply(&k); err != nil {
		return k, err
	}
	data, old, now := map[string]any{}, map[string]any{}, map[string]any{}
	var fields []string
	for _, f := range []struct{ name, before, after string }{{"title", before.Title, k.Title}, {"symptom", before.Symptom, k.Symptom}, {"workaround", before.Workaround, k.Workaround},
		{"affected", strings.Join(before.Affected, ", "), strings.Join(k.Affected, ", ")}, {"fixed_in", before.FixedIn, k.FixedIn}} {
		if f.before != f.after {
			fields = append(fields, f.name)
			old[f.name], now[f.name] = f.before, f.after
		}
	}
	if before.State != k.State {
		data["state"] = []KnownState{before.State, k.State}
	}
	if len(fields) == 0 && before.State == k.State {
		return k, nil
	}
	data["fields"] = append([]string{}, fields...)
	k.Updated, k.Version = by.Now(), k.Version+1
	affected, err := json.Marshal(k.Affected)
	if err != nil {
		return k, err
	}
	n, err := tx.Exec(ctx, `UPDATE known_issue SET title = $1, symptom = $2, workaround = $3, affected = $4, state = $5, fixed_in = $6, updated = $7, version = version + 1 WHERE id = $8 AND version = $9`,
		k.Title, k.Symptom, k.Workaround, string(affected), string(k.State), k.FixedIn, db.Micros(k.Updated), k.ID, before.Version)
	if err != nil {
		return k, err
	}
	if n == 0 {
		return k, fault.Stale("This known issue", before)
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: KnownChanged, Subject: k.ref(), Data: data, Private: map[string]any{"old": old, "new": now}, PersonID: by.PersonID})
	return k, err
}

// LinkKnown links a known issue to an issue of a tracker, or takes the link back. Whoever may write known
// issues may.
func (s *Service) LinkKnown(ctx context.Context, tx db.Tx, by act.Actor, id int64, r tracker.Reference, read *tracker.Remote) (KnownIssue, error) {
	if err := by.Require("write", "known_issue"); err != nil {
		return KnownIssue{}, err
	}
	k, err := s.known(ctx, tx, id)
	if err != nil {
		return k, err
	}
	if len(k.IssueIDs) >= maxKnownIssues {
		return k, fault.New(fault.Invalid, "A known issue is linked to %d issues at most.", maxKnownIssues)
	}
	by = by.Still()
	issue, err := s.trackers.Track(ctx, tx, by, r, read)
	if err != nil || slices.Contains(k.IssueIDs, issue.ID) {
		return k, err
	}
	if err := tx.Later(ctx, nil, `INSERT INTO known_issue_link (known_id, issue_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, k.ID, issue.ID); err != nil {
		return k, err
	}
	k.IssueIDs = append(k.IssueIDs, issue.ID)
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: KnownChanged, Subject: k.ref(), Data: map[string]any{"linked": issue.ID, "fields": []string{}}})
	return k, err
}

// UnlinkKnown takes an issue off a known issue. Whoever may write known issues may.
func (s *Service) UnlinkKnown(ctx context.Context, tx db.Tx, by act.Actor, id, issueID int64) error {
	if err := by.Require("write", "known_issue"); err != nil {
		return err
	}
	k, err := s.known(ctx, tx, id)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM known_issue_link WHERE known_id = $1 AND issue_id = $2`, k.ID, issueID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "Known issue %d is not linked to issue %d.", id, issueID)
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: KnownChanged, Subject: k.ref(), Data: map[string]any{"unlinked": issueID, "fields": []string{}}})
	if err != nil {
		return err
	}
	return s.countInterest(ctx, tx, by.Now(), issueID)
}

// AttachKnown says that a ticket is about a known issue, as inserting its workaround does; attached false takes it
// back. Whoever works on the ticket and may read known issues may.
func (s *Service) AttachKnown(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64, attached bool) error {
	if err := by.Require("read", "known_issue"); err != nil {
		return err
	}
	t, err := s.engaged(ctx, tx, by, ticketID)
	if err != nil {
		return err
	}
	if _, err := s.known(ctx, tx, id); err != nil {
		return err
	}
	query, by := `INSERT INTO known_issue_ticket (known_id, ticket_id, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, by.Still()
	args := []any{id, t.ID, db.Micros(by.Now())}
	if !attached {
		query, args = `DELETE FROM known_issue_ticket WHERE known_id = $1 AND ticket_id = $2`, args[:2]
	}
	n, err := tx.Exec(ctx, query, args...)
	if err != nil || n == 0 {
		return err
	}
	return s.countKnown(ctx, tx, by, t, id, attached)
}

// countKnown counts a ticket that was attached to a known issue or taken off, and records it.
func (s *Service) countKnown(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, id int64, attached bool) error {
	step := 1
	if !attached {
		step = -1
	}
	if err := tx.Later(ctx, nil, `UPDATE known_issue SET tickets = tickets + $1 WHERE id = $2`, step, id); err != nil {
		return err
	}
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketKnown, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"known_issue": id, "attached": attached}})
	return err
}

const knownFields = `k.id, k.title, k.symptom, k.workaround, k.affected, k.state, k.fixed_in, k.tickets, k.created, k.updated, k.version`

func scanKnown(row db.Scanner) (k KnownIssue, err error) {
	var affected string
	var created, updated int64
	if err = row.Scan(&k.ID, &k.Title, &k.Symptom, &k.Workaround, &affected, &k.State, &k.FixedIn, &k.Tickets, &created, &updated, &k.Version); err != nil {
		return k, err
	}
	k.Created, k.Updated = db.Time(created), db.Time(updated)
	return k, json.Unmarshal([]byte(affected), &k.Affected)
}

// known reads a known issue with its links, without a permission check.
func (s *Service) known(ctx context.Context, tx db.Tx, id int64) (KnownIssue, error) {
	k, err := scanKnown(tx.QueryRow(ctx, `SELECT `+knownFields+` FROM known_issue k WHERE k.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return k, fault.Missing("known issue", id)
	}
	if err != nil {
		return k, err
	}
	list := []KnownIssue{k}
	err = knownLinks(ctx, tx, list)
	return list[0], err
}

// knownLinks fills in the issues of known issues.
func knownLinks(ctx context.Context, tx db.Tx, list []KnownIssue) error {
	ids := make([]any, len(list))
	for i, k := range list {
		ids[i] = k.ID
	}
	w := (&db.Where{}).In("known_id", ids)
	type link struct{ known, issue int64 }
	rows, err := tx.Query(ctx, `SELECT known_id, issue_id FROM known_issue_link WHERE `+w.SQL()+` ORDER BY known_id, issue_id`, w.Args()...)
	links, err := db.Collect(rows, err, func(r db.Scanner) (l link, err error) { err = r.Scan(&l.known, &l.issue); return l, err })
	for _, l := range links {
		i := slices.IndexFunc(list, func(k KnownIssue) bool { return k.ID == l.known })
		list[i].IssueIDs = append(list[i].IssueIDs, l.issue)
	}
	return err
}

// Known returns a known issue. Whoever may read known issues may.
func (s *Service) Known(ctx context.Context, tx db.Tx, by act.Actor, id int64) (KnownIssue, error) {
	if err := by.Require("read", "known_issue"); err != nil {
		return KnownIssue{}, err
	}
	return s.known(ctx, tx, id)
}

// Knowns lists known issues, newest first; state "" lists all. Whoever may read known issues may.
func (s *Service) Knowns(ctx context.Context, tx db.Tx, by act.Actor, state KnownState, page db.Page) ([]KnownIssue, string, error) {
	if err := by.Require("read", "known_issue"); err != nil {
		return nil, "", err
	}
	w := &db.Where{}
	if state != "" {
		if !slices.Contains(KnownStates, state) {
			return nil, "", fault.Field("state", state, "open, fixed or wont_fix", "There is no state %q.", state)
		}
		w.And("k.state = ?", string(state))
	}
	list, next, err := db.Newest(ctx, tx, knownFields+` FROM known_issue k`, "k.id", w, page, scanKnown, func(k KnownIssue) int64 { return k.ID })
	if err != nil || len(list) == 0 {
		return list, next, err
	}
	return list, next, knownLinks(ctx, tx, list)
}

// knownOf are the known issues of a ticket: attached to it, or linked to an issue it is linked to.
func (s *Service) knownOf(ctx context.Context, tx db.Tx, ticketID int64) (list []KnownIssue, attached map[int64]bool, err error) {
	ids, err := ticketIDs(ctx, tx, `SELECT known_id FROM known_issue_ticket WHERE ticket_id = $1 ORDER BY known_id LIMIT 20`, ticketID)
	if err != nil {
		return nil, nil, err
	}
	attached = map[int64]bool{}
	for _, id := range ids {
		attached[id] = true
	}
	rows, err := tx.Query(ctx, `SELECT `+knownFields+` FROM known_issue k WHERE k.id IN (SELECT known_id FROM known_issue_ticket WHERE ticket_id = $1
		UNION SELECT n.known_id FROM ticket_link l JOIN known_issue_link n ON n.issue_id = l.issue_id WHERE l.ticket_id = $1) ORDER BY k.id LIMIT 20`, ticketID)
	list, err = db.Collect(rows, err, scanKnown)
	return list, attached, err
}
