package directory

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// The directory's own references: addresses, earlier aliases, memberships, people of an
// organization.

var (
	_ Holder = identities{}
	_ Holder = aliases{}
	_ Holder = memberships{}
	_ Holder = people{}
)

// ids collects the ids of a query.
func ids(ctx context.Context, tx db.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// count answers a query whose rows are limited to one more than the cap.
func count(ctx context.Context, tx db.Tx, query string, args ...any) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (`+query+` LIMIT 1001) AS bounded`, args...).Scan(&n)
	return db.Capped(n), err
}

// identities are a person's addresses; where two people have one each, both main, the one
// that moves is main no longer.
type identities struct{}

func (identities) What() string { return "addresses" }
func (identities) Of() string   { return "person" }
func (identities) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return count(ctx, tx, `SELECT 1 FROM identity WHERE person_id = $1`, id)
}

func (identities) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	return ids(ctx, tx, `UPDATE identity SET person_id = $1, main = FALSE WHERE id IN (SELECT id FROM identity WHERE person_id = $2 ORDER BY id LIMIT $3) RETURNING id`, to, from, limit)
}

func (identities) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	w := &db.Where{}
	set, owner := w.Arg(to), w.Arg(to)
	w.And("person_id = ?", from).In("id", values(records))
	// The person's record kept which of their addresses was the main one.
	return ids(ctx, tx, `UPDATE identity SET person_id = `+set+`, main = (value = (SELECT email FROM person WHERE id = `+owner+`)) WHERE `+w.SQL()+` RETURNING id`, w.Args()...)
}

func values(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// aliases are the records that were merged into the one that is merged now: they lead to
// where it leads, so that an old id is one step from its record.
type aliases struct{ table string }

func (a aliases) What() string { return "earlier merges" }
func (a aliases) Of() string   { return a.table }
func (a aliases) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return count(ctx, tx, `SELECT 1 FROM `+a.table+` WHERE alias_of = $1`, id)
}

func (a aliases) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	return ids(ctx, tx, `UPDATE `+a.table+` SET alias_of = $1 WHERE id IN (SELECT id FROM `+a.table+` WHERE alias_of = $2 ORDER BY id LIMIT $3) RETURNING id`, to, from, limit)
}

func (a aliases) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	w := &db.Where{}
	set := w.Arg(to)
	w.And("alias_of = ?", from).In("id", values(records))
	return ids(ctx, tx, `UPDATE `+a.table+` SET alias_of = `+set+` WHERE `+w.SQL()+` RETURNING id`, w.Args()...)
}

// memberships are somebody's teams, by the team's id. One that both are in stays with each.
type memberships struct{ s *Service }

func (memberships) What() string { return "team memberships" }
func (memberships) Of() string   { return "person" }
func (memberships) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return count(ctx, tx, `SELECT 1 FROM team_member WHERE person_id = $1`, id)
}

func (m memberships) Move(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) ([]int64, error) {
	teams, err := ids(ctx, tx, `UPDATE team_member SET person_id = $1 WHERE person_id = $2 AND team_id IN (SELECT team_id FROM team_member
		WHERE person_id = $2 AND team_id NOT IN (SELECT team_id FROM team_member WHERE person_id = $1) ORDER BY team_id LIMIT $3) RETURNING team_id`, to, from, limit)
	if err != nil {
		return nil, err
	}
	return teams, m.tell(ctx, tx, by, teams, from, to)
}

func (m memberships) Return(ctx context.Context, tx db.Tx, by act.Actor, records []int64, from, to int64) ([]int64, error) {
	w := &db.Where{}
	set := w.Arg(to)
	w.And("person_id = ?", from).In("team_id", values(records))
	teams, err := ids(ctx, tx, `UPDATE team_member SET person_id = `+set+` WHERE `+w.SQL()+` RETURNING team_id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	return teams, m.tell(ctx, tx, by, teams, from, to)
}

func (m memberships) tell(ctx context.Context, tx db.Tx, by act.Actor, teams []int64, from, to int64) error {
	for _, id := range teams {
		if _, err := m.s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TeamChanged, Subject: ledger.Ref{Kind: "team", ID: id},
			Data: map[string]any{"added": []int64{to}, "removed": []int64{from}}}); err != nil {
			return err
		}
	}
	return nil
}

// people are those of an organization.
type people struct{ s *Service }

func (people) What() string { return "people" }
func (people) Of() string   { return "organization" }
func (people) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return count(ctx, tx, `SELECT 1 FROM person WHERE organization_id = $1 AND deleted_at IS NULL`, id)
}

func (p people) Move(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) ([]int64, error) {
	moved, err := ids(ctx, tx, `UPDATE person SET organization_id = $1, updated = $4, version = version + 1
		WHERE id IN (SELECT id FROM person WHERE organization_id = $2 ORDER BY id LIMIT $3) RETURNING id`, to, from, limit, db.Micros(by.Now()))
	if err != nil {
		return nil, err
	}
	return moved, p.tell(ctx, tx, by, moved, from, to)
}

func (p people) Return(ctx context.Context, tx db.Tx, by act.Actor, records []int64, from, to int64) ([]int64, error) {
	w := &db.Where{}
	set, at := w.Arg(to), w.Arg(db.Micros(by.Now()))
	w.And("organization_id = ?", from).In("id", values(records))
	back, err := ids(ctx, tx, `UPDATE person SET organization_id = `+set+`, updated = `+at+`, version = version + 1 WHERE `+w.SQL()+` RETURNING id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	return back, p.tell(ctx, tx, by, back, from, to)
}

func (p people) tell(ctx context.Context, tx db.Tx, by act.Actor, moved []int64, from, to int64) error {
	for _, id := range moved {
		delete(seenIn(tx).people, id)
		if _, err := p.s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PersonUpdated, Subject: ledger.Ref{Kind: "person", ID: id},
			Data: map[string]any{"organization_id": []int64{from, to}}}); err != nil {
			return err
		}
	}
	return nil
}
