package directory

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// mostCounted is where counting for surfaces with numbered pages stops.
const mostCounted = 100_000

// PeopleFilter narrows a list of people in the order of their ids; zero values do not narrow.
type PeopleFilter struct {
	IDs      []int64 // not nil: only these, with those that were merged led to where they lead left out
	Agent    *bool
	Roles    []int64 // whoever has one of these role blueprints; not nil narrows
	NotRoles []int64 // and none of these
	// AdminsOrCustomers: customers, and who works here with one of these role blueprints; not nil narrows.
	AdminsOrCustomers []int64
	OrganizationID    int64
	TeamID            int64
	Words             []string // each begins the name or is in an address's beginning
	Removed           bool     // those removed instead of those who are not
	Suspended         *bool
	Belongs           bool // to some organization
}

// where adds the filter's predicates.
func (f PeopleFilter) where(w *db.Where) {
	w.And("p.deleted_at IS NULL").And("p.alias_of IS NULL")
	if f.Removed {
		w.And("p.removed_at IS NOT NULL")
	} else {
		w.And("p.removed_at IS NULL")
	}
	if f.IDs != nil {
		w.In("p.id", anyIDs(f.IDs))
	}
	if f.Agent != nil {
		if *f.Agent {
			w.And("p.agent = TRUE")
		} else {
			w.And("p.agent = FALSE")
		}
	}
	if f.Suspended != nil {
		if *f.Suspended {
			w.And("p.suspended_at IS NOT NULL")
		} else {
			w.And("p.suspended_at IS NULL")
		}
	}
	if f.Belongs {
		w.And("p.organization_id IS NOT NULL")
	}
	if f.Roles != nil {
		w.Any(func(or *db.Where) {
			for _, id := range f.Roles {
				or.And("p.id IN (SELECT person_id FROM person_role WHERE role_id = ?)", id)
			}
		})
	}
	if f.AdminsOrCustomers != nil {
		w.Any(func(or *db.Where) {
			or.And("p.agent = FALSE")
			for _, id := range f.AdminsOrCustomers {
				or.And("p.id IN (SELECT person_id FROM person_role WHERE role_id = ?)", id)
			}
		})
	}
	for _, id := range f.NotRoles {
		w.And("p.id NOT IN (SELECT person_id FROM person_role WHERE role_id = ?)", id)
	}
	if f.OrganizationID != 0 {
		w.And("p.organization_id = ?", f.OrganizationID)
	}
	if f.TeamID != 0 {
		w.And("p.id IN (SELECT person_id FROM team_member WHERE team_id = ?)", f.TeamID)
	}
	for _, word := range f.Words {
		q := Fold(word)
		w.Any(func(or *db.Where) {
			or.And("p.id IN (SELECT id FROM person WHERE name_fold >= ? AND name_fold < ?)", q, q+"\U0010FFFF")
			or.And("p.id IN (SELECT person_id FROM identity WHERE kind = 'email' AND value >= ? AND value < ?)", q, q+"\U0010FFFF")
		})
	}
}

// People lists people in the order of their ids, within the actor's scope, and tells whether there are
// more in the direction of the window.
func (s *Service) People(ctx context.Context, tx db.Tx, by act.Actor, f PeopleFilter, n db.Window) (list []Person, more bool, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "person").Where(w, personColumns); err != nil {
		return nil, false, err
	}
	f.where(w)
	tail := n.Clause(w, "p.id")
	rows, err := tx.Query(ctx, `SELECT `+personFields+` FROM person p WHERE `+w.SQL()+tail, w.Args()...)
	list, err = db.Collect(rows, err, scanPerson)
	list, more = db.Windowed(n, list)
	return list, more, err
}

// CountPeople counts the same, up to 100,000.
func (s *Service) CountPeople(ctx context.Context, tx db.Tx, by act.Actor, f PeopleFilter) (n int64, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "person").Where(w, personColumns); err != nil {
		return 0, err
	}
	f.where(w)
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM person p WHERE `+w.SQL()+` LIMIT `+w.Arg(mostCounted)+`) AS bounded`, w.Args()...).Scan(&n)
	return n, err
}

// OrganizationsFilter narrows a list of organizations in the order of their ids.
type OrganizationsFilter struct {
	IDs  []int64 // not nil: only these
	Name string  // the start of the name
	Full bool    // the whole name, whatever its case
}

func (f OrganizationsFilter) where(w *db.Where) {
	w.And("o.deleted_at IS NULL").And("o.alias_of IS NULL")
	if f.IDs != nil {
		w.In("o.id", anyIDs(f.IDs))
	}
	switch {
	case f.Name != "" && f.Full:
		w.And("o.name_fold = ?", Fold(OneLine(f.Name)))
	case f.Name != "":
		prefix(w, "o.name_fold", f.Name)
	}
}

// OrganizationWindow lists organizations in the order of their ids, within the actor's scope, and
// tells whether there are more in the direction of the window.
func (s *Service) OrganizationWindow(ctx context.Context, tx db.Tx, by act.Actor, f OrganizationsFilter, n db.Window) (list []Organization, more bool, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "organization").Where(w, organizationColumns); err != nil {
		return nil, false, err
	}
	f.where(w)
	tail := n.Clause(w, "o.id")
	rows, err := tx.Query(ctx, `SELECT `+organizationFields+` FROM organization o WHERE `+w.SQL()+tail, w.Args()...)
	if list, err = db.Collect(rows, err, scanOrganization); err != nil {
		return nil, false, err
	}
	list, more = db.Windowed(n, list)
	list, err = s.withDomains(ctx, tx, list)
	return list, more, err
}

// CountOrganizations counts the same, up to 100,000.
func (s *Service) CountOrganizations(ctx context.Context, tx db.Tx, by act.Actor, f OrganizationsFilter) (n int64, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "organization").Where(w, organizationColumns); err != nil {
		return 0, err
	}
	f.where(w)
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM organization o WHERE `+w.SQL()+` LIMIT `+w.Arg(mostCounted)+`) AS bounded`, w.Args()...).Scan(&n)
	return n, err
}

// Membership is a person in a team.
type Membership struct {
	TeamID, PersonID int64
	Since            time.Time // zero when it began before this was kept
}

// Memberships lists who is in which team, of one team or one person where they are not 0, at most
// 10,000. Whoever may read teams may.
func (s *Service) Memberships(ctx context.Context, tx db.Tx, by act.Actor, team, person int64) ([]Membership, error) {
	if err := by.Require("read", "team"); err != nil {
		return nil, err
	}
	w := (&db.Where{}).And("p.deleted_at IS NULL").And("p.alias_of IS NULL")
	if team != 0 {
		w.And("m.team_id = ?", team)
	}
	if person != 0 {
		w.And("m.person_id = ?", person)
	}
	rows, err := tx.Query(ctx, `SELECT m.team_id, m.person_id, m.since FROM team_member m JOIN person p ON p.id = m.person_id WHERE `+w.SQL()+` ORDER BY m.person_id, m.team_id LIMIT 10000`, w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (m Membership, err error) {
		var since sql.NullInt64
		err = r.Scan(&m.TeamID, &m.PersonID, &since)
		m.Since = db.NullTime(since)
		return m, err
	})
}

// Join puts a person into a team or takes them out. Whoever may write teams may.
func (s *Service) Join(ctx context.Context, tx db.Tx, by act.Actor, team, person int64, in bool) error {
	if err := by.Require("write", "team"); err != nil {
		return err
	}
	// Making the row, or changing nothing in it, locks it: of two at once the second sees what the first did.
	if _, err := tx.Exec(ctx, `INSERT INTO team_version (team_id, version) VALUES ($1, 1) ON CONFLICT (team_id) DO UPDATE SET version = team_version.version`, team); err != nil {
		return err
	}
	have, err := s.Members(ctx, tx, []int64{team})
	if err != nil {
		return err
	}
	var all []int64
	for _, p := range have[team] {
		if p.ID != person || in {
			all = append(all, p.ID)
		}
	}
	if in {
		all = append(all, person)
	}
	return s.SetMembers(ctx, tx, by, team, all)
}

// ExternalsOf are the ids that a source knows records by. It checks no permission.
func (s *Service) ExternalsOf(ctx context.Context, tx db.Tx, source, kind string, records []int64) (map[int64]string, error) {
	out := map[int64]string{}
	if len(records) == 0 {
		return out, nil
	}
	w := (&db.Where{}).And("source = ? AND kind = ?", source, kind).In("record_id", anyIDs(records))
	rows, err := tx.Query(ctx, `SELECT record_id, id FROM external_id WHERE `+w.SQL()+` ORDER BY record_id, id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var record int64
		var id string
		if err := rows.Scan(&record, &id); err != nil {
			return nil, err
		}
		out[record] = id
	}
	return out, rows.Err()
}

// RecordsOf are the records that a source knows by some ids, by those ids; one that was merged gives
// the record it leads to. kind is person or organization. It checks no permission.
func (s *Service) RecordsOf(ctx context.Context, tx db.Tx, source, kind string, external []string) (map[string]int64, error) {
	out := map[string]int64{}
	for part := range slices.Chunk(external, 500) {
		w := (&db.Where{}).And("e.source = ? AND e.kind = ? AND r.deleted_at IS NULL", source, kind)
		list := make([]any, len(part))
		for i, id := range part {
			list[i] = id
		}
		rows, err := tx.Query(ctx, `SELECT e.id, COALESCE(r.alias_of, r.id) FROM external_id e JOIN `+kind+` r ON r.id = e.record_id WHERE `+w.In("e.id", list).SQL(), w.Args()...)
		if err := each2(rows, err, func(id string, record int64) { out[id] = record }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Leads are the organizations that ids lead to, for those that are there: themselves, or what they
// were merged into. It checks no permission.
func (s *Service) Leads(ctx context.Context, tx db.Tx, organizations []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for part := range slices.Chunk(organizations, 500) {
		w := (&db.Where{}).And("deleted_at IS NULL").In("id", anyIDs(part))
		rows, err := tx.Query(ctx, `SELECT id, COALESCE(alias_of, id) FROM organization WHERE `+w.SQL(), w.Args()...)
		if err := each2(rows, err, func(id, lead int64) { out[id] = lead }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// each2 reads rows of two columns.
func each2[A, B any](rows *db.Rows, err error, take func(a A, b B)) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a A
		var b B
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		take(a, b)
	}
	return rows.Err()
}

// ByExternals are the records that a source knows by some ids. It checks no permission.
func (s *Service) ByExternals(ctx context.Context, tx db.Tx, source, kind string, external []string) ([]int64, error) {
	if len(external) == 0 {
		return []int64{}, nil
	}
	list := make([]any, len(external))
	for i, id := range external {
		list[i] = id
	}
	w := (&db.Where{}).And("source = ? AND kind = ?", source, kind).In("id", list)
	out, err := ids(ctx, tx, `SELECT record_id FROM external_id WHERE `+w.SQL()+` ORDER BY record_id`, w.Args()...)
	if out == nil {
		out = []int64{}
	}
	return out, err
}

// Rename gives a record the one id that a source knows it by, "" for none. Whoever may write records of
// the kind may; an id that leads to another record is refused.
func (s *Service) Rename(ctx context.Context, tx db.Tx, by act.Actor, source, kind string, record int64, id string) error {
	if err := by.Require("write", kind); err != nil {
		return err
	}
	if id != "" {
		other, err := s.External(ctx, tx, source, kind, id)
		if err != nil {
			return err
		}
		if other != 0 && other != record {
			return fault.Field("external_id", id, "an id that no other record has", "External id %s leads to %s %d already.", id, kind, other)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM external_id WHERE source = $1 AND kind = $2 AND record_id = $3 AND id <> $4`, source, kind, record, id); err != nil || id == "" {
		return err
	}
	return s.SetExternal(ctx, tx, by, source, kind, id, record)
}

// FirstTeams are the teams with the lowest ids that some people are in, by person. It checks no permission.
func (s *Service) FirstTeams(ctx context.Context, tx db.Tx, people []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	if len(people) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("person_id", anyIDs(people))
	rows, err := tx.Query(ctx, `SELECT person_id, MIN(team_id) FROM team_member WHERE `+w.SQL()+` GROUP BY person_id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var person, team int64
		if err := rows.Scan(&person, &team); err != nil {
			return nil, err
		}
		out[person] = team
	}
	return out, rows.Err()
}
