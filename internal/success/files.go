package success

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
)

// MailFile is a file that came with a mail; its content is stored.
type MailFile struct {
	Blob     file.Blob
	Filename string
}

// EntryFileView is a file of an entry, or of mail that waits. It is read at /files/{id}.
type EntryFileView struct {
	ID          int64  `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
}

// The columns of account_file that say whose a file is.
const (
	ofEntry = "entry_id"
	ofMail  = "mail_id"
)

// keepFiles keeps files with mail that waits, or with an entry.
func (s *Service) keepFiles(ctx context.Context, tx db.Tx, by act.Actor, column string, id int64, files []MailFile) error {
	for _, f := range files[:min(len(files), maxMailFiles)] {
		stored, err := s.files.Attach(ctx, tx, by, f.Blob, f.Filename)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO account_file (file_id, `+column+`) VALUES ($1, $2)`, stored.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// maxNoteFiles is how many files somebody attaches to one entry.
const maxNoteFiles = 10

// uploaded are files that the actor uploaded, to be kept with an entry: a copy of each, so that nothing else decides how long they stay.
func (s *Service) uploaded(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (out []MailFile, err error) {
	for _, id := range ids {
		f, err := s.files.Get(ctx, tx, id)
		if err == nil && (by.PersonID == 0 || f.CreatedBy != by.PersonID) {
			err = fault.Missing("file", id)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, MailFile{file.Blob{Hash: f.Hash, ContentType: f.ContentType, Size: f.Size}, f.Filename})
	}
	return out, nil
}

// Document is a file on an account's timeline.
type Document struct {
	File    EntryFileView
	EntryID int64
	Kind    string // of the entry
	Title   string
	At      time.Time
	ByID    int64
}

// Documents lists the files on an account's timeline, newest first. Whoever may read the account may.
func (s *Service) Documents(ctx context.Context, tx db.Tx, by act.Actor, id int64, page db.Page) (list []Document, next string, err error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("e.organization_id = ? AND e.removed_at IS NULL", a.OrganizationID)
	at, file, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And("(e.at, f.id) < (?, ?)", at, file)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT f.id, f.filename, f.content_type, f.size, e.id, e.kind, e.title, e.at, e.by_id FROM account_entry e JOIN account_file x ON x.entry_id = e.id JOIN file f ON f.id = x.file_id
		WHERE `+w.SQL()+` ORDER BY e.at DESC, f.id DESC LIMIT `+w.Arg(n+1), w.Args()...)
	list, err = db.Collect(rows, err, func(r db.Scanner) (d Document, err error) {
		var at int64
		err = r.Scan(&d.File.ID, &d.File.Filename, &d.File.ContentType, &d.File.Size, &d.EntryID, &d.Kind, &d.Title, &at, &d.ByID)
		d.At = db.Time(at)
		return d, err
	})
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].At), list[n-1].File.ID)
	}
	return list, next, err
}

// maxMailFiles is how many files of one mail are kept.
const maxMailFiles = 100

// filesOf are the files of some entries, or of some mails, by the id of those.
func filesOf(ctx context.Context, tx db.Tx, column string, ids []int64) (map[int64][]EntryFileView, error) {
	out := map[int64][]EntryFileView{}
	if len(ids) == 0 {
		return out, nil
	}
	w := (&db.Where{}).Among(tx.Engine(), "x."+column, ids)
	rows, err := tx.Query(ctx, `SELECT x.`+column+`, f.id, f.filename, f.content_type, f.size FROM account_file x JOIN file f ON f.id = x.file_id WHERE `+w.SQL()+` ORDER BY f.id`, w.Args()...)
	return out, eachOf(rows, err, func(r db.Scanner) error {
		var of int64
		var f EntryFileView
		err := r.Scan(&of, &f.ID, &f.Filename, &f.ContentType, &f.Size)
		out[of] = append(out[of], f)
		return err
	})
}

// dropFiles removes the files of some entries, or of some mails, with their content.
func (s *Service) dropFiles(ctx context.Context, tx db.Tx, column string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	w := (&db.Where{}).Among(tx.Engine(), column, ids)
	rows, err := tx.Query(ctx, `DELETE FROM account_file WHERE `+w.SQL()+` RETURNING file_id`, w.Args()...)
	files, err := db.Collect(rows, err, anID)
	if err != nil {
		return err
	}
	return s.files.Remove(ctx, tx, files, s.clock().UTC())
}

// FileOf returns a file of a timeline: whoever may read the account may, and of mail that waits whoever sees it.
// Others are told that it is not there.
func (s *Service) FileOf(ctx context.Context, tx db.Tx, by act.Actor, id int64) (file.File, error) {
	var account, mail sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT e.organization_id, x.mail_id FROM account_file x LEFT JOIN account_entry e ON e.id = x.entry_id WHERE x.file_id = $1`, id).Scan(&account, &mail)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return file.File{}, fault.Missing("file", id)
	case err != nil:
		return file.File{}, err
	case account.Valid:
		_, err = s.Get(ctx, tx, by, account.Int64)
	default:
		_, err = s.waiting(ctx, tx, by, mail.Int64)
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		err = fault.Missing("file", id)
	}
	if err != nil {
		return file.File{}, err
	}
	return s.files.Get(ctx, tx, id)
}

// entryFiles are files of mail that an erased person sent or that holds their words.
type entryFiles struct{ s *Service }

var _ directory.Eraser = entryFiles{}

// What implements directory.Eraser.
func (entryFiles) What() string { return "files of their mail on timelines" }

func (entryFiles) where(who directory.Erasing) string {
	ids := numbers(who.IDs)
	return `FROM account_entry e JOIN account_file x ON x.entry_id = e.id WHERE e.by_id IN (` + ids + `) OR e.words_of IN (` + ids + `)`
}

// Count implements directory.Eraser.
func (f entryFiles) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 `+f.where(who))
}

// Erase implements directory.Eraser.
func (f entryFiles) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT e.id `+f.where(who)+` ORDER BY e.id LIMIT $1`, limit)
	entries, err := db.Collect(rows, err, anID)
	if err != nil {
		return 0, err
	}
	return len(entries), f.s.dropFiles(ctx, tx, ofEntry, entries)
}
