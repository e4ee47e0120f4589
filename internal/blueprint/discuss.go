package blueprint

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Remark is what somebody said about a change request.
type Remark struct {
	ID       int64
	AuthorID int64
	At       time.Time
	Revision int // of the request when it was said
	Text     string
}

// Limits of what is said about one change request.
const (
	maxRemark  = 5000 // characters of one remark
	maxRemarks = 200
)

// MayDiscuss reports whether somebody could say something about the request: its authors, those who approved it or
// could, and those who may apply blueprints.
func (r Request) MayDiscuss(by act.Actor) bool {
	if by.PersonID == 0 || !by.May("read", "blueprint") {
		return false
	}
	return slices.Contains(r.Authors, by.PersonID) || r.said(by.PersonID) || r.MayApprove(by) || by.May("apply", "blueprint")
}

// Remarks are what was said about a change request, oldest first. Whoever may read blueprints may.
func (s *Store) Remarks(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]Remark, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, author_id, at, revision, body FROM change_comment WHERE request_id = $1 ORDER BY id LIMIT $2`, id, maxRemarks)
	return db.Collect(rows, err, func(row db.Scanner) (m Remark, err error) {
		var at int64
		err = row.Scan(&m.ID, &m.AuthorID, &at, &m.Revision, &m.Text)
		m.At = db.Time(at)
		return m, err
	})
}

// Discuss says something about a change request, whatever became of it. The event names whom to tell: its authors,
// those who approved it or spoke before, and whom the text names. Its authors may, those who approved it or could, and
// those who may apply blueprints.
func (s *Store) Discuss(ctx context.Context, tx db.Tx, by act.Actor, id int64, text string, named []int64) error {
	r, err := s.Request(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !r.MayDiscuss(by) {
		return fault.New(fault.Forbidden, "Its authors, its approvers and those who apply the configuration talk about change request %d; you are none of them.", id)
	}
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > maxRemark {
		return fault.Field("text", n, "1 to 5000 characters", "A remark has 1 to 5000 characters; this one has %d.", n)
	}
	said, err := s.Remarks(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if len(said) >= maxRemarks {
		return fault.New(fault.Invalid, "This change request has %d remarks, the most one may have.", maxRemarks)
	}
	tell := []int64{}
	note := func(who int64) {
		if who != by.PersonID && !slices.Contains(tell, who) {
			tell = append(tell, who)
		}
	}
	for _, who := range slices.Concat(r.Authors, named) {
		note(who)
	}
	for _, a := range r.Approvals {
		note(a.PersonID)
	}
	for _, m := range said {
		note(m.AuthorID)
	}
	by = by.Still()
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: Discussed, Subject: ledger.Ref{Kind: "change_request", ID: id}, Data: map[string]any{"revision": r.Revision, "tell": tell}})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO change_comment (request_id, author_id, at, revision, event_id, body) VALUES ($1, $2, $3, $4, $5, $6)`, id, by.PersonID, db.Micros(by.Now()), r.Revision, event, text)
	return err
}
