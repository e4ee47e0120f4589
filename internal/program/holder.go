package program

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/ledger"
)

// reference is a column of applications that refers to a person or an organization, for merging.
type reference struct{ what, of, column string }

var (
	_ directory.Holder    = reference{}
	_ directory.Eraser    = written{}
	_ directory.HandsOver = (*Service)(nil)
)

// Holders are the references to people and organizations.
func (s *Service) Holders() []directory.Holder {
	return []directory.Holder{reference{"applications", "person", "person_id"}, reference{"applications to look at", "person", "assignee_id"},
		reference{"applications decided", "person", "decided_by"}, reference{"applications", "organization", "organization_id"}}
}

// What implements directory.Holder.
func (r reference) What() string { return r.what }

// Of implements directory.Holder.
func (r reference) Of() string { return r.of }

// Count implements directory.Holder.
func (r reference) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM application WHERE `+r.column+` = $1`, id)
}

func bounded(ctx context.Context, tx db.Tx, query string, args ...any) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (%s LIMIT %d) AS bounded`, query, db.Cap+1), args...).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder.
func (r reference) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	return ids(ctx, tx, `UPDATE application SET `+r.column+` = $1, version = version + 1 WHERE id IN (SELECT id FROM application WHERE `+r.column+` = $2 ORDER BY id LIMIT $3) RETURNING id`, to, from, limit)
}

// Return implements directory.Holder.
func (r reference) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	w := (&db.Where{}).In(r.column, []any{from})
	all := make([]any, len(records))
	for i, id := range records {
		all[i] = id
	}
	w.In("id", all)
	predicate := w.SQL()
	return ids(ctx, tx, `UPDATE application SET `+r.column+` = `+w.Arg(to)+`, version = version + 1 WHERE `+predicate+` RETURNING id`, w.Args()...)
}

func ids(ctx context.Context, tx db.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
}

// written is what an erased person told in applications. The applications stay, without them.
type written struct{ s *Service }

// Erasers remove what an erased person wrote into applications.
func (s *Service) Erasers() []directory.Eraser { return []directory.Eraser{written{s}} }

// What implements directory.Eraser.
func (written) What() string { return "words in applications" }

func (written) where(who directory.Erasing) *db.Where {
	return (&db.Where{}).And("name <> ?", directory.ErasedName).Any(func(or *db.Where) {
		var people, keys []any
		for _, id := range who.IDs {
			people = append(people, id)
		}
		for _, a := range who.Addresses {
			keys = append(keys, strings.ToLower(a))
		}
		or.In("person_id", people)
		or.In("person_key", keys)
	})
}

// Count implements directory.Eraser.
func (w written) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	p := w.where(who)
	return bounded(ctx, tx, `SELECT 1 FROM application WHERE `+p.SQL(), p.Args()...)
}

// Erase implements directory.Eraser.
func (w written) Erase(ctx context.Context, tx db.Tx, by act.Actor, who directory.Erasing, limit int) (int, error) {
	p := w.where(who)
	gone, err := ids(ctx, tx, `SELECT id FROM application WHERE `+p.SQL()+` ORDER BY id LIMIT `+p.Arg(limit), p.Args()...)
	if err != nil {
		return 0, err
	}
	for _, id := range gone {
		if _, err := w.s.purge(ctx, tx, id, by.Now()); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `UPDATE application_check SET say = '', evidence = '{}' WHERE application_id = $1`, id); err != nil {
			return 0, err
		}
		_, err := tx.Exec(ctx, `UPDATE application SET name = $1, email = '', person_key = $2, organization = '', website = '', org_key = '', attributes = '{}', question = '', reason = '', reasons = '[]', hold = '',
			link = link + 1, version = version + 1 WHERE id = $3`, directory.ErasedName, fmt.Sprintf("erased:%d", id), id)
		if err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// HandOver implements directory.HandsOver: a suspended colleague's applications go to somebody else or back to
// their teams.
func (s *Service) HandOver(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) (int, error) {
	list, err := s.some(ctx, tx, (&db.Where{}).And("assignee_id = ?", from).In("state", []any{string(Review), string(Asked)}), "id", limit)
	if err != nil {
		return 0, err
	}
	for _, a := range list {
		a.AssigneeID, a.Updated = to, by.Now()
		if err := s.update(ctx, tx, a); err != nil {
			return 0, err
		}
		event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Taken, Subject: a.Ref(), Data: map[string]any{"assignee_id": []int64{from, to}, "program_id": a.ProgramID}})
		if err != nil {
			return 0, err
		}
		if err := s.settle(ctx, tx, by.Now(), a, event); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// Open implements directory.HandsOver.
func (s *Service) Open(ctx context.Context, tx db.Tx, personID int64) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM application WHERE assignee_id = $1 AND state IN ('review', 'asked')`, personID)
}
