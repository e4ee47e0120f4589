package program

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/ledger"
)

// kept is how long a file stays while nothing is decided; the decision says how long it stays after.
const kept = 365 * 24 * time.Hour

// Attached is a file of an application.
type Attached struct {
	file.File
	Purpose string // form, or the name of a proof
	Purge   time.Time
}

// addFile notes that a file belongs to an application.
func (s *Service) addFile(ctx context.Context, tx db.Tx, a *Application, f file.File, purpose string) error {
	now := s.Clock().UTC()
	_, err := tx.Exec(ctx, `INSERT INTO application_file (application_id, file_id, purpose, added, purge) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		a.ID, f.ID, purpose, db.Micros(now), db.Micros(now.Add(kept)))
	if err != nil {
		return err
	}
	return s.Tickets.TakeUp(ctx, tx, f.ID)
}

// files are the files of an application that were not purged.
func (s *Service) files(ctx context.Context, tx db.Tx, id int64) ([]Attached, error) {
	rows, err := tx.Query(ctx, `SELECT f.id, f.hash, f.filename, f.content_type, f.size, x.purpose, x.purge FROM application_file x JOIN file f ON f.id = x.file_id WHERE x.application_id = $1 ORDER BY f.id LIMIT 100`, id)
	return db.Collect(rows, err, func(r db.Scanner) (a Attached, err error) {
		var purge int64
		err = r.Scan(&a.ID, &a.Hash, &a.Filename, &a.ContentType, &a.Size, &a.Purpose, &purge)
		a.Purge = db.Time(purge)
		return a, err
	})
}

// FileOf returns a file of an application. Whoever may read the application may, unless it is on hold and they may not
// screen; others are told it is not there.
func (s *Service) FileOf(ctx context.Context, tx db.Tx, by act.Actor, fileID int64) (file.File, error) {
	a, err := s.one(ctx, tx, "id = (SELECT application_id FROM application_file WHERE file_id = $1)", fileID)
	if err != nil {
		return file.File{}, err
	}
	if a == nil || !auth.Scope(by, "read", "application").Covers(a.Record()) || a.Held && !Screens(by, a) {
		return file.File{}, fault.Missing("file", fileID)
	}
	return s.Files.Get(ctx, tx, fileID)
}

// Takes refuses a file that the uploads do not take: its type is found from its bytes, whatever its name says.
func (u Uploads) Takes(f file.File) error {
	u = u.filled()
	accepted := u.Words(nil)
	switch {
	case !slices.Contains(u.Types, file.TypeName(f.ContentType)):
		return fault.Field("files", f.Filename, accepted, "%s is not of a type that is taken here. %s", f.Filename, accepted)
	case f.Size > int64(u.MaxMB)<<20:
		return fault.Field("files", f.Filename, accepted, "%s has %s. %s", f.Filename, file.Bytes(f.Size), accepted)
	}
	return nil
}

// schedulePurge sets when the files of a decided application go.
func (s *Service) schedulePurge(ctx context.Context, tx db.Tx, p *Program, a *Application, now time.Time) error {
	after := Uploads{}.filled().Purge.Std()
	all := []*Uploads{p.Spec.Uploads}
	for _, c := range p.Spec.Verify.Checks {
		all = append(all, c.Document)
	}
	for i, u := range slices.DeleteFunc(all, func(u *Uploads) bool { return u == nil }) {
		if d := u.filled().Purge.Std(); i == 0 || d < after {
			after = d
		}
	}
	return tx.Later(ctx, nil, `UPDATE application_file SET purge = $1 WHERE application_id = $2`, db.Micros(now.Add(after)), a.ID)
}

// purge removes the files of an application.
func (s *Service) purge(ctx context.Context, tx db.Tx, id int64, now time.Time) (int, error) {
	rows, err := tx.Query(ctx, `DELETE FROM application_file WHERE application_id = $1 RETURNING file_id`, id)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return len(ids), s.Files.Remove(ctx, tx, ids, now)
}

// Sweep removes files whose time has come, some at a time.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT application_id FROM application_file WHERE purge < $1 LIMIT 200`, db.Micros(now))
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	by := s.system("clock")
	for _, id := range ids {
		n, err := s.purge(ctx, tx, id, now)
		if err != nil {
			return err
		}
		if _, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: FilesPurged, Subject: ledger.Ref{Kind: "application", ID: id}, Data: map[string]any{"count": n}}); err != nil {
			return err
		}
	}
	if err := s.tellShown(ctx, tx, now); err != nil {
		return err
	}
	for _, p := range s.Config().Pools {
		if err := s.watch(ctx, tx, p.ID, 0); err != nil {
			return err
		}
	}
	return nil
}
