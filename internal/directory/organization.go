package directory

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/ledger"
)

// Organization is a customer company.
type Organization struct {
	ID         int64
	Name       string
	Domains    []string     // mail domains whose people belong to it
	Attributes field.Values // custom attributes, as stored
	Created    time.Time
	Updated    time.Time
	Version    int64
}

const organizationFields = `o.id, o.name, o.attributes, o.created, o.updated, o.version`

func scanOrganization(row db.Scanner) (Organization, error) {
	var o Organization
	var attributes string
	var created, updated int64
	if err := row.Scan(&o.ID, &o.Name, &attributes, &created, &updated, &o.Version); err != nil {
		return o, err
	}
	o.Created, o.Updated = db.Time(created), db.Time(updated)
	var err error
	o.Attributes, err = field.Decode(attributes)
	return o, err
}

func loadOrganization(ctx context.Context, tx db.Tx, id int64) (Organization, error) {
	o, err := scanOrganization(tx.QueryRow(ctx, `SELECT `+organizationFields+` FROM organization o WHERE o.id = (SELECT COALESCE(a.alias_of, a.id) FROM organization a WHERE a.id = $1) AND o.deleted_at IS NULL`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.Missing("organization", id)
	}
	return o, err
}

// seenOrganization returns an organization without a permission check; the zero one when it is not there.
// OrganizationOf returns an organization for other parts of the system that show records of its
// people; the zero one when there is none. It checks no permission: the record does.
func (s *Service) OrganizationOf(ctx context.Context, tx db.Tx, id int64) (Organization, error) {
	return seenOrganization(ctx, tx, id)
}

func seenOrganization(ctx context.Context, tx db.Tx, id int64) (Organization, error) {
	if id == 0 {
		return Organization{}, nil
	}
	have := seenIn(tx).organizations
	if o, ok := have[id]; ok {
		return o, nil
	}
	o, err := loadOrganization(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		return Organization{}, nil
	}
	if err == nil {
		have[id] = o
	}
	return o, err
}

// OrganizationInput is what CreateOrganization and UpdateOrganization take; nil fields stay.
type OrganizationInput struct {
	Version    int64
	Name       *string
	Domains    *[]string
	Attributes map[string]any // by name; null takes one away, what is left out stays
}

// CreateOrganization adds an organization. Whoever may write organizations may.
func (s *Service) CreateOrganization(ctx context.Context, tx db.Tx, by act.Actor, in OrganizationInput) (Organization, error) {
	if err := by.Require("write", "organization"); err != nil {
		return Organization{}, err
	}
	o := Organization{Created: by.Now(), Version: 1}
	if in.Name == nil {
		return o, fault.Field("name", nil, "1 to 300 characters", "An organization needs a name.")
	}
	domains, err := o.apply(in)
	if err != nil {
		return o, err
	}
	if o.Attributes, err = s.fields().New("organization", in.Attributes, true); err != nil {
		return o, err
	}
	attributes, err := o.Attributes.Encode()
	if err != nil {
		return o, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO organization (name, name_fold, attributes, created, updated, version) VALUES ($1, $2, $3, $4, $4, 1) RETURNING id`,
		o.Name, Fold(o.Name), attributes, db.Micros(o.Created)).Scan(&o.ID)
	if err != nil {
		return o, err
	}
	if err := s.fields().Index(ctx, tx, "organization", o.ID, nil, o.Attributes); err != nil {
		return o, err
	}
	o.Updated = o.Created
	if err := s.setDomains(ctx, tx, &o, domains); err != nil {
		return o, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: OrganizationCreated, Subject: ledger.Ref{Kind: "organization", ID: o.ID},
		Data: map[string]any{"attributes": s.fields().Show("organization", o.Attributes, true)}})
	return o, err
}

// apply puts the input into o and returns the cleaned domains, nil when they stay.
func (o *Organization) apply(in OrganizationInput) ([]string, error) {
	if in.Name != nil {
		if o.Name = OneLine(*in.Name); o.Name == "" || len([]rune(o.Name)) > maxName {
			return nil, fault.Field("name", *in.Name, "1 to 300 characters", "This name is empty or too long.")
		}
	}
	if in.Domains == nil {
		return nil, nil
	}
	domains := []string{}
	for _, d := range *in.Domains {
		email, err := CleanEmail("domains", "x@"+strings.TrimPrefix(strings.TrimSpace(d), "@"))
		if err != nil {
			return nil, fault.Field("domains", d, "a mail domain like company.example", "This is not a mail domain.")
		}
		if domain := Domain(email); !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	if len(domains) > 200 {
		return nil, fault.Field("domains", len(domains), "at most 200", "These are too many domains.")
	}
	return domains, nil
}

func (s *Service) setDomains(ctx context.Context, tx db.Tx, o *Organization, domains []string) error {
	if domains == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM organization_domain WHERE organization_id = $1`, o.ID); err != nil {
		return err
	}
	for _, d := range domains {
		n, err := tx.Exec(ctx, `INSERT INTO organization_domain (domain, organization_id) VALUES ($1, $2) ON CONFLICT (domain) DO NOTHING`, d, o.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Field("domains", d, "a domain no other organization has", "%s belongs to another organization already.", d)
		}
	}
	o.Domains = domains
	return nil
}

// UpdateOrganization changes an organization. Whoever may write organizations may; a stale version conflicts.
func (s *Service) UpdateOrganization(ctx context.Context, tx db.Tx, by act.Actor, id int64, in OrganizationInput) (Organization, error) {
	o, err := s.Organization(ctx, tx, by, id)
	if err != nil {
		return o, err
	}
	if !auth.Scope(by, "write", "organization").Covers(auth.Record{Organization: id}) {
		return o, by.Denied("write", "organization")
	}
	if o.ID != id {
		return o, fault.New(fault.Invalid, "Organization %d was merged into %d. Change that one.", id, o.ID)
	}
	if in.Version != o.Version {
		return o, fault.Stale("This organization", o)
	}
	before := o
	domains, err := o.apply(in)
	if err != nil {
		return o, err
	}
	if o.Attributes, err = s.fields().Change("organization", o.Attributes, in.Attributes, true); err != nil {
		return o, err
	}
	attributes, err := o.Attributes.Encode()
	if err != nil {
		return o, err
	}
	o.Updated = by.Now()
	n, err := tx.Exec(ctx, `UPDATE organization SET name = $1, name_fold = $2, attributes = $3, updated = $4, version = version + 1 WHERE id = $5 AND version = $6`,
		o.Name, Fold(o.Name), attributes, db.Micros(o.Updated), id, before.Version)
	if err != nil {
		return o, err
	}
	if n == 0 {
		return o, fault.Stale("This organization", before)
	}
	delete(seenIn(tx).organizations, id)
	o.Version++
	if err := s.setDomains(ctx, tx, &o, domains); err != nil {
		return o, err
	}
	if err := s.fields().Index(ctx, tx, "organization", id, before.Attributes, o.Attributes); err != nil {
		return o, err
	}
	data, written := s.fields().Diff("organization", before.Attributes, o.Attributes)
	maps.Copy(data, written) // an organization is nobody: its texts are not personal
	if o.Name != before.Name {
		data["name"] = []string{before.Name, o.Name}
	}
	if in.Domains != nil {
		data["domains"] = []any{before.Domains, o.Domains}
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: OrganizationUpdated, Subject: ledger.Ref{Kind: "organization", ID: id}, Data: data})
	return o, err
}

// Organization returns one organization with its domains; an id that was merged gives the
// one it leads to. Within the actor's scope.
func (s *Service) Organization(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Organization, error) {
	o, err := loadOrganization(ctx, tx, id)
	if err != nil {
		return o, err
	}
	if !auth.Scope(by, "read", "organization").Covers(auth.Record{Organization: o.ID}) {
		return o, fault.Missing("organization", id)
	}
	all, err := s.withDomains(ctx, tx, []Organization{o})
	if err != nil {
		return o, err
	}
	return all[0], nil
}

// Organizations lists organizations by name, within the actor's scope; query is the start of a name.
func (s *Service) Organizations(ctx context.Context, tx db.Tx, by act.Actor, query string, page db.Page) (list []Organization, next string, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "organization").Where(w, organizationColumns); err != nil {
		return nil, "", err
	}
	w.And("o.deleted_at IS NULL").And("o.alias_of IS NULL")
	if query != "" {
		prefix(w, "o.name_fold", query)
	}
	last, lastID, ok, err := nameCursor(page)
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And("(o.name_fold, o.id) > (?, ?)", last, lastID)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT `+organizationFields+` FROM organization o WHERE `+w.SQL()+` ORDER BY o.name_fold, o.id LIMIT `+w.Arg(n+1), w.Args()...)
	if list, err = db.Collect(rows, err, scanOrganization); err != nil {
		return nil, "", err
	}
	if len(list) > n {
		list = list[:n]
		next = encodeName(Fold(list[n-1].Name), list[n-1].ID)
	}
	list, err = s.withDomains(ctx, tx, list)
	return list, next, err
}

func (s *Service) withDomains(ctx context.Context, tx db.Tx, list []Organization) ([]Organization, error) {
	at := map[int64]int{}
	var ids []any
	for i, o := range list {
		at[o.ID] = i
		ids = append(ids, o.ID)
		list[i].Domains = []string{}
	}
	w := (&db.Where{}).In("organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT organization_id, domain FROM organization_domain WHERE `+w.SQL()+` ORDER BY domain`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var d string
		if err := rows.Scan(&id, &d); err != nil {
			return nil, err
		}
		list[at[id]].Domains = append(list[at[id]].Domains, d)
	}
	return list, rows.Err()
}

// OrganizationNames returns names by id for lists. It checks no permission.
func (s *Service) OrganizationNames(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	var want []any
	have := seenIn(tx).organizations
	for _, id := range ids {
		if o, ok := have[id]; ok {
			out[id] = o.Name
		} else if id != 0 && !slices.Contains(want, any(id)) {
			want = append(want, id)
		}
	}
	if len(want) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("a.id", want)
	rows, err := tx.Query(ctx, `SELECT a.id, o.name FROM organization a JOIN organization o ON o.id = COALESCE(a.alias_of, a.id) WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		out[id] = name
	}
	return out, rows.Err()
}
