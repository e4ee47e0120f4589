package directory

import (
	"context"
	"strconv"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// PersonSearch and OrganizationSearch are the columns that tests of FindPeople and FindOrganizations may
// name; p is the person, o the organization.
var (
	PersonSearch = map[string]string{"id": "p.id", "name": "p.name_fold", "created": "p.created", "updated": "p.updated", "agent": "p.agent", "organization": "p.organization_id",
		"suspended": "(p.suspended_at IS NOT NULL)",
		"email":     "p.id IN (SELECT person_id FROM identity WHERE kind = 'email' AND value >= ? AND value < ?)",
		"group":     "p.id IN (SELECT person_id FROM team_member WHERE team_id = ?)",
		"role":      "p.id IN (SELECT person_id FROM person_role WHERE role_id = ?)",
		"external":  "p.id IN (SELECT record_id FROM external_id WHERE kind = 'person' AND id = ?)"}
	OrganizationSearch = map[string]string{"id": "o.id", "name": "o.name_fold", "created": "o.created", "updated": "o.updated",
		"domain":   "o.id IN (SELECT organization_id FROM organization_domain WHERE domain = ?)",
		"external": "o.id IN (SELECT record_id FROM external_id WHERE kind = 'organization' AND id = ?)"}
)

// order is how a search is sorted: by updated (when nothing is said), created, name or id.
func order(alias, sort string, up bool) string {
	key := map[string]string{"created": ".created", "name": ".name_fold", "id": ".id"}[sort]
	if key == "" {
		key = ".updated"
	}
	direction := " DESC"
	if up {
		direction = ""
	}
	return " ORDER BY " + alias + key + direction + ", " + alias + ".id" + direction
}

// FindPeople returns people within the actor's scope that pass all tests. The tests' columns are the
// program's own.
func (s *Service) FindPeople(ctx context.Context, tx db.Tx, by act.Actor, tests []db.Test, sort string, up bool, n db.Window) ([]Person, error) {
	w, err := peopleTested(by, tests)
	if err != nil {
		return nil, err
	}
	if sort == "id" && n.After != 0 {
		w.And("p.id > ?", n.After)
	}
	rows, err := tx.Query(ctx, `SELECT `+personFields+` FROM person p WHERE `+w.SQL()+order("p", sort, up)+` LIMIT `+w.Arg(n.Limit)+` OFFSET `+w.Arg(n.Skip), w.Args()...)
	return db.Collect(rows, err, scanPerson)
}

// CountFound counts people (kind person) or organizations that pass all tests, up to most.
func (s *Service) CountFound(ctx context.Context, tx db.Tx, by act.Actor, kind string, tests []db.Test, most int) (n int64, err error) {
	var w *db.Where
	from := "person p"
	if kind == "person" {
		w, err = peopleTested(by, tests)
	} else {
		from = "organization o"
		w, err = organizationsTested(by, tests)
	}
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+from+` WHERE `+w.SQL()+` LIMIT `+w.Arg(most)+`) AS bounded`, w.Args()...).Scan(&n)
	return n, err
}

func peopleTested(by act.Actor, tests []db.Test) (*db.Where, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "person").Where(w, personColumns); err != nil {
		return nil, err
	}
	w.And("p.deleted_at IS NULL").And("p.alias_of IS NULL").And("p.removed_at IS NULL")
	for _, t := range tests {
		t.Add(w)
	}
	return w, nil
}

// FindOrganizations is FindPeople for organizations.
func (s *Service) FindOrganizations(ctx context.Context, tx db.Tx, by act.Actor, tests []db.Test, sort string, up bool, n db.Window) ([]Organization, error) {
	w, err := organizationsTested(by, tests)
	if err != nil {
		return nil, err
	}
	if sort == "id" && n.After != 0 {
		w.And("o.id > ?", n.After)
	}
	rows, err := tx.Query(ctx, `SELECT `+organizationFields+` FROM organization o WHERE `+w.SQL()+order("o", sort, up)+` LIMIT `+w.Arg(n.Limit)+` OFFSET `+w.Arg(n.Skip), w.Args()...)
	list, err := db.Collect(rows, err, scanOrganization)
	if err != nil {
		return nil, err
	}
	return s.withDomains(ctx, tx, list)
}

func organizationsTested(by act.Actor, tests []db.Test) (*db.Where, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "organization").Where(w, organizationColumns); err != nil {
		return nil, err
	}
	w.And("o.deleted_at IS NULL").And("o.alias_of IS NULL")
	for _, t := range tests {
		t.Add(w)
	}
	return w, nil
}

// Meant are the people (kind person) or organizations that a text means in a search: an id, an address or
// a mail domain, or the start of a name; at most 50. It checks no permission.
func (s *Service) Meant(ctx context.Context, tx db.Tx, kind, text string) ([]int64, error) {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		return []int64{id}, nil
	}
	f := Fold(text)
	if kind == "person" {
		return ids(ctx, tx, `SELECT id FROM (SELECT id FROM person WHERE name_fold >= $1 AND name_fold < $2 ORDER BY name_fold LIMIT $3) AS named
			UNION SELECT person_id FROM identity WHERE kind = 'email' AND value = $1`, f, f+"\U0010FFFF", few)
	}
	return ids(ctx, tx, `SELECT id FROM (SELECT id FROM organization WHERE name_fold >= $1 AND name_fold < $2 ORDER BY name_fold LIMIT $3) AS named
		UNION SELECT organization_id FROM organization_domain WHERE domain = $1`, f, f+"\U0010FFFF", few)
}
