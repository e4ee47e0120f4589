package success

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// MailKept is how long a mail waits for somebody to say which account it is about.
const MailKept = 90 * day24

// WaitingMail is a mail for a timeline whose account is not known.
type WaitingMail struct {
	ID       int64
	Received time.Time
	At       time.Time // when it was written, as it says
	ByID     int64     // the colleague who sent it, 0 when that is not sure
	Sender   string
	People   []string // addresses that it names, without colleagues
	Title    string
	Body     string
	Reason   string // why it waits

	messageID string
}

const waitingFields = `m.id, m.message_id, m.received, m.at, m.by_id, m.sender, m.people, m.title, m.body, m.reason`

func scanWaiting(r db.Scanner) (m WaitingMail, err error) {
	var id sql.NullString
	var received, at int64
	var by sql.NullInt64
	var people string
	if err := r.Scan(&m.ID, &id, &received, &at, &by, &m.Sender, &people, &m.Title, &m.Body, &m.Reason); err != nil {
		return m, err
	}
	m.messageID, m.Received, m.At, m.ByID = id.String, db.Time(received), db.Time(at), by.Int64
	err = json.Unmarshal([]byte(people), &m.People)
	return m, err
}

// WaitingMails lists mail that waits for an account, the newest first: all of it for whoever may write every
// account, their own for others who may write accounts.
func (s *Service) WaitingMails(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) ([]WaitingMail, string, error) {
	w, err := waitingFor(by)
	if err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, waitingFields+` FROM account_mail m`, "m.id", w, page, scanWaiting, func(m WaitingMail) int64 { return m.ID })
}

// CountWaitingMails counts what WaitingMails lists, up to the cap.
func (s *Service) CountWaitingMails(ctx context.Context, tx db.Tx, by act.Actor) (db.Count, error) {
	w, err := waitingFor(by)
	if err != nil {
		return db.Count{}, err
	}
	return bounded(ctx, tx, `SELECT 1 FROM account_mail m WHERE `+w.SQL(), w.Args()...)
}

func waitingFor(by act.Actor) (*db.Where, error) {
	w := &db.Where{}
	switch {
	case everyAccount(by):
	case by.PersonID == 0 || auth.Scope(by, "write", "account").None():
		return nil, by.Denied("write", "account")
	default:
		w.And("m.by_id = ?", by.PersonID)
	}
	return w, nil
}

// waiting returns one of them that the actor may see.
func (s *Service) waiting(ctx context.Context, tx db.Tx, by act.Actor, id int64) (WaitingMail, error) {
	w, err := waitingFor(by)
	if err != nil {
		return WaitingMail{}, err
	}
	w.And("m.id = ?", id)
	m, err := scanWaiting(tx.QueryRow(ctx, `SELECT `+waitingFields+` FROM account_mail m WHERE `+w.SQL(), w.Args()...))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.Missing("mail", id)
	}
	return m, err
}

// ClaimMail puts a mail that waits on an account's timeline. Whoever sees it and may write the account may. Its
// author is the colleague who sent it, or who claims it when that is not sure.
func (s *Service) ClaimMail(ctx context.Context, tx db.Tx, by act.Actor, id, account, effort int64) (Entry, error) {
	m, err := s.waiting(ctx, tx, by, id)
	if err != nil {
		return Entry{}, err
	}
	a, err := s.editing(ctx, tx, by, account)
	if err != nil {
		return Entry{}, err
	}
	people, err := s.outsiders(ctx, tx, m.People)
	if err != nil {
		return Entry{}, err
	}
	to := matched{account: a.OrganizationID, people: people.people}
	if err := s.keepPeopleOf(ctx, tx, &to); err != nil {
		return Entry{}, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM account_mail WHERE id = $1`, id); err != nil {
		return Entry{}, err
	}
	e := NewEntry{Kind: "email", At: m.At, Title: m.Title, Body: m.Body, Effort: effort, People: to.people, messageID: m.messageID, author: m.ByID}
	if len(to.people) > 0 {
		e.wordsOf = to.people[0]
	}
	done, err := s.Note(ctx, tx, by, a.OrganizationID, e)
	if err != nil {
		return done, err
	}
	_, err = tx.Exec(ctx, `UPDATE account_file SET entry_id = $1, mail_id = NULL WHERE mail_id = $2`, done.ID, id)
	return done, err
}

// DismissMail removes a mail that waits. Whoever sees it may.
func (s *Service) DismissMail(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if _, err := s.waiting(ctx, tx, by, id); err != nil {
		return err
	}
	_, err := s.removeMails(ctx, tx, (&db.Where{}).And("m.id = ?", id), 1)
	return err
}

// removeMails removes mails that wait, the oldest first, with their files.
func (s *Service) removeMails(ctx context.Context, tx db.Tx, w *db.Where, limit int) (int, error) {
	rows, err := tx.Query(ctx, `DELETE FROM account_mail WHERE id IN (SELECT m.id FROM account_mail m WHERE `+w.SQL()+` ORDER BY m.received, m.id LIMIT `+w.Arg(limit)+`) RETURNING id`, w.Args()...)
	ids, err := db.Collect(rows, err, anID)
	if err != nil {
		return 0, err
	}
	return len(ids), s.dropFiles(ctx, tx, ofMail, ids)
}

// missingIsNone forgives an account that is not there: the mail waits then.
func missingIsNone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// SweepMail removes mail that nobody claimed within MailKept. It is part of housekeeping.
func (s *Service) SweepMail(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := s.removeMails(ctx, tx, (&db.Where{}).And("m.received < ?", db.Micros(now.Add(-MailKept))), 1000)
	return err
}

// waitingAbout is mail that waits and that an erased person sent, or that names their address.
type waitingAbout struct{ s *Service }

var _ directory.Eraser = waitingAbout{}

// What implements directory.Eraser.
func (waitingAbout) What() string { return "mails for timelines that they sent or that name them" }

// naming is the condition for mail that somebody sent or that names one of somebody's addresses; their JSON text is looked for.
func naming(who directory.Erasing) *db.Where {
	parts, args := []string{"m.by_id IN (" + numbers(who.IDs) + ")"}, []any{}
	for _, address := range who.Addresses {
		address = strings.ToLower(address)
		like := "%\"" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(address) + "\"%"
		parts, args = append(parts, "m.sender = ?", `m.people LIKE ? ESCAPE '\'`), append(args, address, like)
	}
	return (&db.Where{}).And("("+strings.Join(parts, " OR ")+")", args...)
}

// Count implements directory.Eraser.
func (waitingAbout) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	w := naming(who)
	return bounded(ctx, tx, `SELECT 1 FROM account_mail m WHERE `+w.SQL(), w.Args()...)
}

// Erase implements directory.Eraser.
func (e waitingAbout) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	return e.s.removeMails(ctx, tx, naming(who), limit)
}
