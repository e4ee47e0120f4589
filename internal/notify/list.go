package notify

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Notification is one thing somebody was told of.
type Notification struct {
	ID      int64
	Kind    string // one of Kinds
	Subject ledger.Ref
	EventID int64
	ByID    int64 // who did it, 0 for a machine
	At      time.Time
	Read    time.Time // zero: not yet
	Browser bool      // the browser shows it too
	Detail  string    // what it says beside its kind: "green,red" of a colour, the id of a side conversation, a step of a run
}

// path is the screen that shows what somebody was told of, where the thing it is about may be seen.
func (n Notification) path(t Thing) string {
	if n.Kind == "aside" && n.Detail != "" && t.Path != "" {
		return t.Path + "?side=" + n.Detail
	}
	return t.Path
}

const fields = `id, kind, subject_kind, subject_id, event_id, by_id, at, read_at, browser, detail`

func scan(r db.Scanner) (n Notification, err error) {
	var by, read sql.NullInt64
	var at int64
	err = r.Scan(&n.ID, &n.Kind, &n.Subject.Kind, &n.Subject.ID, &n.EventID, &by, &at, &read, &n.Browser, &n.Detail)
	n.ByID, n.At, n.Read = by.Int64, db.Time(at), db.NullTime(read)
	return n, err
}

// List lists what the actor was told of, the newest first. Everybody may see their own.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) ([]Notification, string, error) {
	w := (&db.Where{}).And("person_id = ?", by.PersonID).And("(in_app = TRUE OR browser = TRUE)")
	return db.Newest(ctx, tx, fields+` FROM notification`, "id", w, page, scan, func(n Notification) int64 { return n.ID })
}

// Unread counts what the actor has not read, up to the cap. Everybody may for themselves.
func (s *Service) Unread(ctx context.Context, tx db.Tx, by act.Actor) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM notification WHERE person_id = $1 AND read_at IS NULL AND in_app = TRUE LIMIT 1001) AS bounded`, by.PersonID).Scan(&n)
	return db.Capped(n), err
}

// Read marks news of the actor as read: all up to an id, those of one ticket, or one alone. Everybody may for themselves.
func (s *Service) Read(ctx context.Context, tx db.Tx, by act.Actor, upTo, ticketID, only int64) error {
	if by.PersonID == 0 {
		return by.Denied("write", "person")
	}
	now := db.Micros(by.Now())
	if ticketID != 0 {
		_, err := tx.Exec(ctx, `UPDATE notification SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL AND subject_kind = 'ticket' AND subject_id = $3`, now, by.PersonID, ticketID)
		return err
	}
	if only != 0 {
		_, err := tx.Exec(ctx, `UPDATE notification SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL AND id = $3`, now, by.PersonID, only)
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE notification SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL AND id <= $3`, now, by.PersonID, upTo)
	return err
}

// Get is one thing the actor was told of. Everybody may see their own.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Notification, error) {
	n, err := scan(tx.QueryRow(ctx, `SELECT `+fields+` FROM notification WHERE id = $1 AND person_id = $2 AND (in_app = TRUE OR browser = TRUE)`, id, by.PersonID))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("notification", id)
	}
	return n, err
}
