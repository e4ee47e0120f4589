package success

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// EntryEdit is what Edit takes; nil fields stay.
type EntryEdit struct {
	Title  *string
	Body   *string
	Effort *int64 // minutes
}

// Edit changes what an entry of a timeline says and how long it took. Who wrote it may, and whoever may write
// every account. Its kind and time stay: measures are worked out from them.
func (s *Service) Edit(ctx context.Context, tx db.Tx, by act.Actor, id, entry int64, in EntryEdit) (Entry, error) {
	by = by.Still()
	e, err := s.entryOf(ctx, tx, by, id, entry)
	if err != nil {
		return e, err
	}
	was := e.Effort
	if in.Title != nil {
		e.Title = directory.OneLine(*in.Title)
	}
	if in.Body != nil {
		e.Body = strings.TrimSpace(*in.Body)
	}
	if in.Effort != nil {
		e.Effort = *in.Effort
	}
	if err := e.sound(); err != nil {
		return e, err
	}
	if _, err := tx.Exec(ctx, `UPDATE account_entry SET title = $1, body = $2, effort = $3 WHERE id = $4`, e.Title, e.Body, db.NullID(e.Effort), e.ID); err != nil {
		return e, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: EntryChanged, Subject: about(e.Account), At: e.At, Data: map[string]any{"entry": e.ID, "kind": e.Kind, "effort": []int64{was, e.Effort}}})
	return e, err
}

// entryOf returns an entry that the actor may change.
func (s *Service) entryOf(ctx context.Context, tx db.Tx, by act.Actor, id, entry int64) (Entry, error) {
	a, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return Entry{}, err
	}
	e, err := scanEntry(tx.QueryRow(ctx, `SELECT `+entryFields+` FROM account_entry e WHERE e.id = $1 AND e.organization_id = $2 AND e.removed_at IS NULL`, entry, a.OrganizationID))
	if errors.Is(err, sql.ErrNoRows) {
		return e, fault.Missing("entry", entry)
	}
	if err == nil && e.ByID != by.PersonID && !everyAccount(by) {
		err = fault.New(fault.Forbidden, "Somebody else wrote this. They can change it or take it away, or whoever may write every account.")
	}
	return e, err
}

// sound refuses what no entry can say.
func (e Entry) sound() error {
	switch {
	case e.Title == "" && e.Body == "" && e.Health == nil || utf8.RuneCountInString(e.Title) > 300:
		return fault.Field("title", utf8.RuneCountInString(e.Title), "1 to 300 characters", "Say in a line what happened.")
	case utf8.RuneCountInString(e.Body) > maxText:
		return fault.Field("body", utf8.RuneCountInString(e.Body), "at most 10,000 characters", "This is too long.")
	case e.Effort < 0 || e.Effort > 10_000:
		return fault.Field("effort", e.Effort, "0 to 10,000 minutes", "This effort cannot be.")
	}
	return nil
}

// Remove takes an entry off a timeline. Who wrote it may, and whoever may write every account.
func (s *Service) Remove(ctx context.Context, tx db.Tx, by act.Actor, id, entry int64) error {
	e, err := s.entryOf(ctx, tx, by, id, entry)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE account_entry SET removed_at = $1, title = '', body = '', detail = '' WHERE id = $2`, db.Micros(by.Now()), entry); err != nil {
		return err
	}
	if err := s.dropFiles(ctx, tx, ofEntry, []int64{entry}); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: EntryRemoved, Subject: about(e.Account), At: e.At, Data: map[string]any{"entry": entry, "kind": e.Kind, "effort": e.Effort}})
	return err
}
