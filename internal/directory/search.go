package directory

import (
	"context"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/search"
)

// SearchKinds are people and organizations as the search finds them.
func (s *Service) SearchKinds() []search.Kind {
	return []search.Kind{
		{Name: "person", Title: "People", Number: 2, Verbs: []string{PersonCreated, PersonUpdated, PersonMerged, PersonUnmerged, ledger.Erased}, Touched: bothOf,
			From: "person p", Alias: "p", Titled: "p.name", Live: "p.deleted_at IS NULL AND p.alias_of IS NULL", Columns: personColumns, Load: s.personDocuments,
			Filters: []search.Filter{
				s.OrganizationFilter("p.organization_id"),
				{Name: "is", Doc: "agent or customer.", Values: []string{"agent", "customer"}, Apply: isAgent},
				search.Past("created", "When the record was made.", "p.created"),
				search.Past("updated", "When the record last changed.", "p.updated"),
			}},
		{Name: "organization", Title: "Organizations", Number: 3, Verbs: []string{OrganizationCreated, OrganizationUpdated, OrganizationMerged, OrganizationUnmerged}, Touched: bothOf,
			From: "organization o", Alias: "o", Titled: "o.name", Live: "o.deleted_at IS NULL AND o.alias_of IS NULL", Columns: organizationColumns, Load: s.organizationDocuments,
			Filters: []search.Filter{
				search.Past("created", "When the record was made.", "o.created"),
				search.Past("updated", "When the record last changed.", "o.updated"),
			}},
	}
}

// bothOf are the subject of an event and, of a merge, the record that became its alias.
func bothOf(_ context.Context, _ db.Tx, e ledger.Event, after int64) (out []int64, err error) {
	var data struct{ Merged int64 }
	if strings.HasSuffix(e.Verb, "merged") {
		err = e.Decode(&data)
	}
	for _, id := range []int64{min(e.Subject.ID, data.Merged), max(e.Subject.ID, data.Merged)} {
		if id > after {
			out = append(out, id)
		}
	}
	return out, err
}

func isAgent(_ context.Context, _ db.Tx, _ act.Actor, value string, w *db.Where) (search.Narrow, error) {
	if value == "agent" {
		w.And("p.agent = TRUE")
		return search.Narrow{Few: true}, nil
	}
	w.And("p.agent = FALSE")
	return search.Narrow{}, nil
}

func anyIDs(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

func (s *Service) personDocuments(ctx context.Context, tx db.Tx, ids []int64) ([]search.Document, error) {
	w := (&db.Where{}).In("p.id", anyIDs(ids))
	rows, err := tx.Query(ctx, `SELECT `+personFields+` FROM person p WHERE `+w.SQL()+` AND p.deleted_at IS NULL AND p.alias_of IS NULL`, w.Args()...)
	people, err := db.Collect(rows, err, scanPerson)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	w = (&db.Where{}).In("person_id", anyIDs(ids))
	rows, err = tx.Query(ctx, `SELECT person_id, value FROM identity WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	addresses := map[int64][]string{}
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var id int64
		var value string
		err = r.Scan(&id, &value)
		addresses[id] = append(addresses[id], value)
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	docs := make([]search.Document, len(people))
	for i, p := range people {
		docs[i] = search.Document{ID: p.ID, Title: p.Name, Detail: p.Email, Body: strings.Join(addresses[p.ID], "\n"), Path: "/people/" + strconv.FormatInt(p.ID, 10),
			At: p.Updated, Record: p.Record()}
	}
	return docs, nil
}

func (s *Service) organizationDocuments(ctx context.Context, tx db.Tx, ids []int64) ([]search.Document, error) {
	w := (&db.Where{}).In("o.id", anyIDs(ids))
	rows, err := tx.Query(ctx, `SELECT `+organizationFields+` FROM organization o WHERE `+w.SQL()+` AND o.deleted_at IS NULL AND o.alias_of IS NULL`, w.Args()...)
	list, err := db.Collect(rows, err, scanOrganization)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if list, err = s.withDomains(ctx, tx, list); err != nil {
		return nil, err
	}
	docs := make([]search.Document, len(list))
	for i, o := range list {
		docs[i] = search.Document{ID: o.ID, Title: o.Name, Detail: strings.Join(o.Domains[:min(3, len(o.Domains))], ", "), Body: strings.Join(o.Domains, "\n"),
			Path: "/organizations/" + strconv.FormatInt(o.ID, 10), At: o.Updated, Record: auth.Record{Organization: o.ID}}
	}
	return docs, nil
}

// few is how many people or organizations a filter's value may mean.
const few = 50

// OrganizationFilter is the filter org: by the start of a name, by a mail domain or by an id.
// column holds the organization's id.
func (s *Service) OrganizationFilter(column string) search.Filter {
	return search.Filter{Name: "org", Doc: "Whose organization: the start of its name, its mail domain, or its id.",
		Complete: func(ctx context.Context, tx db.Tx, by act.Actor, text string) ([]search.Completion, error) {
			if auth.Scope(by, "read", "organization").None() {
				return nil, nil
			}
			list, _, err := s.Organizations(ctx, tx, by, text, db.Page{Limit: 10})
			var out []search.Completion
			for _, o := range list {
				out = append(out, search.Completion{Text: o.Name, Doc: strings.Join(o.Domains[:min(3, len(o.Domains))], ", ")})
			}
			return out, err
		},
		Apply: func(ctx context.Context, tx db.Tx, _ act.Actor, value string, w *db.Where) (search.Narrow, error) {
			f := Fold(value)
			ids, err := idsOf(ctx, tx, value, `SELECT id FROM organization WHERE name_fold >= $1 AND name_fold < $2
				UNION SELECT organization_id FROM organization_domain WHERE domain = $1 LIMIT $3`, f, f+"\U0010FFFF", few)
			return narrow(w, column, ids, search.Organization), err
		}}
}

// PersonFilter is a filter by a person: the start of a name, an address, an id or me.
func (s *Service) PersonFilter(name, doc, column string, agents bool) search.Filter {
	return search.Filter{Name: name, Doc: doc,
		Complete: func(ctx context.Context, tx db.Tx, by act.Actor, text string) ([]search.Completion, error) {
			out := []search.Completion{}
			if strings.HasPrefix("me", strings.ToLower(text)) {
				out = append(out, search.Completion{Text: "me", Doc: lang.In(ctx).Word("Yourself.")})
			}
			if auth.Scope(by, "read", "person").None() || text == "" && !agents {
				return out, nil
			}
			f := Filter{Query: text}
			if agents {
				f.Agent = &agents
			}
			people, _, err := s.List(ctx, tx, by, f, db.Page{Limit: 10})
			for _, p := range people {
				out = append(out, search.Completion{Text: p.Email, Doc: p.Name})
			}
			return out, err
		},
		Apply: func(ctx context.Context, tx db.Tx, by act.Actor, value string, w *db.Where) (search.Narrow, error) {
			if strings.EqualFold(value, "me") {
				return narrow(w, column, []int64{by.PersonID}, search.Owner), nil
			}
			f := Fold(value)
			ids, err := idsOf(ctx, tx, value, `SELECT id FROM (SELECT id FROM person WHERE name_fold >= $1 AND name_fold < $2 ORDER BY name_fold LIMIT $3) AS named
				UNION SELECT person_id FROM identity WHERE kind = 'email' AND value = $1`, f, f+"\U0010FFFF", few)
			return narrow(w, column, ids, search.Owner), err
		}}
}

// idsOf are the ids that a filter's value means.
func idsOf(ctx context.Context, tx db.Tx, value, query string, args ...any) ([]int64, error) {
	if id, err := strconv.ParseInt(value, 10, 64); err == nil {
		return []int64{id}, nil
	}
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

func narrow(w *db.Where, column string, ids []int64, facet func(int64) string) search.Narrow {
	w.In(column, anyIDs(ids))
	n := search.Narrow{Facets: []string{}}
	for _, id := range ids {
		n.Facets = append(n.Facets, facet(id))
	}
	return n
}
