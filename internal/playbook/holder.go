package playbook

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// held are the rows of one column that refer to people or organizations.
type held struct {
	what, of, table, key, column string
}

// Holders are the references of runs to people and organizations.
func (s *Service) Holders() []directory.Holder {
	run := func(what, of, column string) held { return held{what, of, "playbook_run", "id", column} }
	return []directory.Holder{run("runs they look after", "person", "owner_id"), run("runs they started", "person", "starter_id"), run("runs about them", "person", "about_id"),
		run("runs about the organization", "organization", "organization_id"), about{"person", "person"}, about{"organization", "organization"}, about{"account", "organization"},
		held{"roles in runs", "person", "playbook_part", "run_id", "person_id"}, held{"steps given to them", "person", "playbook_step", "run_id", "person_id"},
		held{"steps they did", "person", "playbook_step", "run_id", "ended_by"}, held{"decisions in runs", "person", "playbook_vote", "id", "person_id"},
		held{"files given in runs", "person", "playbook_file", "file_id", "by_id"}}
}

// What implements directory.Holder.
func (h held) What() string { return h.what }

// Of implements directory.Holder.
func (h held) Of() string { return h.of }

// Count implements directory.Holder.
func (h held) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+h.table+` WHERE `+h.column+` = $1 LIMIT 1001) AS bounded`, id).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder.
func (h held) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	found, err := ids(ctx, tx, `SELECT DISTINCT `+h.key+` FROM `+h.table+` WHERE `+h.column+` = $1 ORDER BY `+h.key+` LIMIT $2`, from, limit)
	if err != nil {
		return nil, err
	}
	return h.set(ctx, tx, found, from, to)
}

// Return implements directory.Holder.
func (h held) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	return h.set(ctx, tx, records, from, to)
}

func (h held) set(ctx context.Context, tx db.Tx, records []int64, from, to int64) ([]int64, error) {
	if len(records) == 0 {
		return nil, nil
	}
	list := make([]any, len(records))
	for i, id := range records {
		list[i] = id
	}
	w := &db.Where{}
	target := w.Arg(to)
	w.And(h.column+" = ?", from).In(h.key, list)
	if h.table == "playbook_vote" { // who said both keeps what the other person said
		if _, err := tx.Exec(ctx, `DELETE FROM playbook_vote WHERE person_id = $1 AND EXISTS (SELECT 1 FROM playbook_vote o WHERE o.run_id = playbook_vote.run_id AND o.step = playbook_vote.step
			AND o.round = playbook_vote.round AND o.role = playbook_vote.role AND o.person_id = $2)`, from, to); err != nil {
			return nil, err
		}
	}
	changed, err := ids(ctx, tx, `UPDATE `+h.table+` SET `+h.column+` = `+target+` WHERE `+w.SQL()+` RETURNING `+h.key, w.Args()...)
	if err != nil || h.column != "person_id" || h.table == "playbook_vote" {
		return changed, err
	}
	return changed, moveWork(ctx, tx, changed, from, to)
}

// moveWork lets the items of runs that were somebody's be somebody else's.
func moveWork(ctx context.Context, tx db.Tx, runs []int64, from, to int64) error {
	list := make([]any, len(runs))
	for i, id := range runs {
		list[i] = id
	}
	w := &db.Where{}
	target := w.Arg(to)
	w.And("source = ?", workSource).And("person_id = ?", from).And("subject_kind = ?", Kind).In("subject_id", list)
	_, err := tx.Exec(ctx, `UPDATE work_item SET person_id = `+target+` WHERE `+w.SQL(), w.Args()...)
	return err
}

func ids(ctx context.Context, tx db.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// about are the runs whose subject is a person, an organization, or the organization's account.
type about struct{ kind, of string }

// What implements directory.Holder.
func (a about) What() string { return "runs with this " + a.kind + " as subject" }

// Of implements directory.Holder.
func (a about) Of() string { return a.of }

// Count implements directory.Holder.
func (a about) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM playbook_run WHERE subject_kind = $1 AND subject_id = $2 LIMIT 1001) AS bounded`, a.kind, id).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder.
func (a about) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	return ids(ctx, tx, `UPDATE playbook_run SET subject_id = $1 WHERE id IN (SELECT id FROM playbook_run WHERE subject_kind = $2 AND subject_id = $3 ORDER BY id LIMIT $4) RETURNING id`, to, a.kind, from, limit)
}

// Return implements directory.Holder.
func (a about) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	if len(records) == 0 {
		return nil, nil
	}
	list := make([]any, len(records))
	for i, id := range records {
		list[i] = id
	}
	w := &db.Where{}
	target := w.Arg(to)
	w.And("subject_kind = ?", a.kind).And("subject_id = ?", from).In("id", list)
	return ids(ctx, tx, `UPDATE playbook_run SET subject_id = `+target+` WHERE `+w.SQL()+` RETURNING id`, w.Args()...)
}

// Erasers remove what runs about an erased person were told, and what the person wrote in others.
func (s *Service) Erasers() []directory.Eraser { return []directory.Eraser{written{}, handedIn{s}} }

// written are answers, notes and reasons: of steps the person did, and of runs about them.
type written struct{}

// What implements directory.Eraser.
func (written) What() string { return "answers in runs" }

// theirs finds steps whose words are those of, or about, some people. What is emptied is not found again.
func theirs(who directory.Erasing) (string, []any) {
	list := make([]any, len(who.IDs))
	for i, id := range who.IDs {
		list[i] = id
	}
	w := &db.Where{}
	w.And("st.data <> '{}'").Any(func(or *db.Where) {
		or.In("st.ended_by", list)
		or.In("r.about_id", list)
	})
	return `FROM playbook_step st JOIN playbook_run r ON r.id = st.run_id WHERE ` + w.SQL(), w.Args()
}

// Count implements directory.Eraser.
func (written) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	from, args := theirs(who)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 `+from+` LIMIT 1001) AS bounded`, args...).Scan(&n)
	return db.Capped(n), err
}

// Erase implements directory.Eraser.
func (written) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	type step struct {
		run int64
		n   int
	}
	from, args := theirs(who)
	rows, err := tx.Query(ctx, `SELECT st.run_id, st.n `+from+` ORDER BY st.run_id, st.n LIMIT `+itoa(limit), args...)
	steps, err := db.Collect(rows, err, func(r db.Scanner) (s step, err error) { err = r.Scan(&s.run, &s.n); return s, err })
	if err != nil {
		return 0, err
	}
	for _, st := range steps {
		if _, err := tx.Exec(ctx, `UPDATE playbook_step SET data = '{}' WHERE run_id = $1 AND n = $2`, st.run, st.n); err != nil {
			return 0, err
		}
	}
	for _, id := range who.IDs {
		if _, err := tx.Exec(ctx, `UPDATE playbook_vote SET note = '' WHERE person_id = $1 AND note <> ''`, id); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `UPDATE playbook_run SET asked = '{}', title = '' WHERE about_id = $1 AND (asked <> '{}' OR title <> '')`, id); err != nil {
			return 0, err
		}
	}
	return len(steps), nil
}

var _ directory.HandsOver = (*Service)(nil)

// Open implements directory.HandsOver: runs under way that somebody looks after or has a role in.
func (s *Service) Open(ctx context.Context, tx db.Tx, personID int64) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM playbook_part p JOIN playbook_run r ON r.id = p.run_id WHERE p.person_id = $1 AND r.state IN ('active', 'paused', 'queued') LIMIT 1001) AS bounded`, personID).Scan(&n)
	return db.Capped(n), err
}

// HandOver implements directory.HandsOver: roles in runs under way pass to another person; without one they
// fall to whoever looks after the run.
func (s *Service) HandOver(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) (int, error) {
	type part struct {
		run  int64
		role string
	}
	rows, err := tx.Query(ctx, `SELECT p.run_id, p.role FROM playbook_part p JOIN playbook_run r ON r.id = p.run_id WHERE p.person_id = $1 AND r.state IN ('active', 'paused', 'queued') ORDER BY p.run_id, p.role LIMIT $2`, from, limit)
	parts, err := db.Collect(rows, err, func(r db.Scanner) (p part, err error) { err = r.Scan(&p.run, &p.role); return p, err })
	if err != nil {
		return 0, err
	}
	for _, p := range parts {
		r, err := s.load(ctx, tx, p.run, true)
		if err != nil {
			return 0, err
		}
		if r.OwnerID == from {
			r.OwnerID = to
		}
		if err := s.change(ctx, tx, by, r, Input{Do: DoAssign, Role: p.role, To: Part{PersonID: to}, PersonID: by.PersonID}); err != nil {
			return 0, err
		}
	}
	return len(parts), nil
}
