package directory

import (
	"context"
	"maps"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Resolve returns the person an address belongs to, making one when it is new. A new
// person joins the organization that owns the domain. Anybody's mail may do this, so it
// asks for no permission; it grants none either.
func (s *Service) Resolve(ctx context.Context, tx db.Tx, by act.Actor, email, name string) (Person, error) {
	email, err := CleanEmail("email", email)
	if err != nil {
		return Person{}, err
	}
	if p, err := byIdentity(ctx, tx, email); err != nil || p != nil {
		if err == nil {
			seenIn(tx).people[p.ID] = *p
		}
		return value(p), err
	}
	return s.create(ctx, tx, by, Person{Name: CleanName(name, email), Email: email}, nil, false)
}

func value(p *Person) Person {
	if p == nil {
		return Person{}
	}
	return *p
}

// NewPerson is what Create takes.
type NewPerson struct {
	Email, Name    string
	OrganizationID int64
	Agent          bool
	TimeZone       string
	Attributes     map[string]any // by name
}

// Create adds a person. Whoever may write people may; the address must be new.
func (s *Service) Create(ctx context.Context, tx db.Tx, by act.Actor, in NewPerson) (Person, error) {
	if err := by.Require("write", "person"); err != nil {
		return Person{}, err
	}
	email, err := CleanEmail("email", in.Email)
	if err != nil {
		return Person{}, err
	}
	if err := checkZone(in.TimeZone); err != nil {
		return Person{}, err
	}
	if p, err := byIdentity(ctx, tx, email); err != nil {
		return Person{}, err
	} else if p != nil {
		return Person{}, fault.Field("email", in.Email, "an address nobody has yet", "This address belongs to %s already.", p.Name)
	}
	return s.create(ctx, tx, by, Person{Name: CleanName(in.Name, email), Email: email, OrganizationID: in.OrganizationID,
		Agent: in.Agent, TimeZone: in.TimeZone}, in.Attributes, true)
}

// create stores the person and its event; when another node was first, it returns theirs.
func (s *Service) create(ctx context.Context, tx db.Tx, by act.Actor, p Person, attributes map[string]any, verified bool) (Person, error) {
	var err error
	if p.Attributes, err = s.fields().New("person", attributes, true); err != nil {
		return Person{}, err
	}
	if p.OrganizationID == 0 {
		if p.OrganizationID, err = organizationOfDomain(ctx, tx, p.Email); err != nil {
			return Person{}, err
		}
	} else if _, err := loadOrganization(ctx, tx, p.OrganizationID); err != nil {
		return Person{}, err
	}
	p.Created = by.Now()
	made, err := insertPerson(ctx, tx, &p, verified)
	if err != nil {
		return Person{}, err
	}
	if made == nil {
		other, err := byIdentity(ctx, tx, p.Email)
		return value(other), err
	}
	seenIn(tx).people[made.ID] = *made
	if err := s.fields().Index(ctx, tx, "person", made.ID, nil, made.Attributes); err != nil {
		return Person{}, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PersonCreated, Subject: ledger.Ref{Kind: "person", ID: p.ID},
		Data: map[string]any{"organization_id": p.OrganizationID, "agent": p.Agent}})
	return *made, err
}

// Get returns one person; an id that was merged gives the person it leads to. Whoever may read people within their scope may; others are told it is not there.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Person, error) {
	p, err := load(ctx, tx, id)
	if err != nil {
		return Person{}, err
	}
	if !auth.Scope(by, "read", "person").Covers(p.Record()) {
		return Person{}, fault.Missing("person", id)
	}
	return p, nil
}

// Identities lists a person's addresses, the main one first.
func (s *Service) Identities(ctx context.Context, tx db.Tx, id int64) ([]Identity, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, value, verified, main FROM identity WHERE person_id = $1 ORDER BY main DESC, id LIMIT 100`, id)
	return db.Collect(rows, err, func(r db.Scanner) (i Identity, err error) {
		err = r.Scan(&i.ID, &i.Kind, &i.Value, &i.Verified, &i.Primary)
		return i, err
	})
}

// IdentitiesOf returns the addresses of people by their ids, the main one of each first. It checks no permission.
func (s *Service) IdentitiesOf(ctx context.Context, tx db.Tx, people []int64) (map[int64][]Identity, error) {
	out := map[int64][]Identity{}
	if len(people) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("person_id", anyIDs(people))
	rows, err := tx.Query(ctx, `SELECT person_id, id, kind, value, verified, main FROM identity WHERE `+w.SQL()+` ORDER BY person_id, main DESC, id`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (i Identity, err error) {
		var person int64
		err = r.Scan(&person, &i.ID, &i.Kind, &i.Value, &i.Verified, &i.Primary)
		out[person] = append(out[person], i)
		return i, err
	})
	return out, err
}

// Filter narrows a list of people.
type Filter struct {
	Query          string // start of the name, or an address
	Agent          *bool
	OrganizationID int64
}

// List returns people by name, within the actor's scope.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, f Filter, page db.Page) (people []Person, next string, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "person").Where(w, personColumns); err != nil {
		return nil, "", err
	}
	w.And("p.deleted_at IS NULL").And("p.alias_of IS NULL")
	if f.Agent != nil {
		if *f.Agent {
			w.And("p.agent = TRUE") // written out, so that the partial index serves
		} else {
			w.And("p.agent = FALSE")
		}
	}
	if f.OrganizationID != 0 {
		w.And("p.organization_id = ?", f.OrganizationID)
	}
	if f.Query != "" {
		w.Any(func(or *db.Where) {
			q := Fold(f.Query)
			or.And("(p.name_fold >= ? AND p.name_fold < ?)", q, q+"\U0010FFFF")
			or.And("p.id IN (SELECT person_id FROM identity WHERE kind = 'email' AND value >= ? AND value < ?)", q, q+"\U0010FFFF")
		})
	}
	last, lastID, ok, err := nameCursor(page)
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And("(p.name_fold, p.id) > (?, ?)", last, lastID)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT `+personFields+` FROM person p WHERE `+w.SQL()+` ORDER BY p.name_fold, p.id LIMIT `+w.Arg(n+1), w.Args()...)
	people, err = db.Collect(rows, err, scanPerson)
	if err == nil && len(people) > n {
		people = people[:n]
		next = encodeName(Fold(people[n-1].Name), people[n-1].ID)
	}
	return people, next, err
}

// Names returns the people with these ids, for lists that show names; an id that was merged
// gives the person it leads to. It checks no
// permission: a name shows wherever its record may be seen.
func (s *Service) Names(ctx context.Context, tx db.Tx, ids []int64) (map[int64]Person, error) {
	out := map[int64]Person{}
	var want []any
	have := seenIn(tx).people
	for _, id := range ids {
		if p, ok := have[id]; ok {
			out[id] = p
		} else if id != 0 && !slices.Contains(want, any(id)) {
			want = append(want, id)
		}
	}
	if len(want) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("a.id", want)
	rows, err := tx.Query(ctx, `SELECT a.id, `+personFields+` FROM person a JOIN person p ON p.id = COALESCE(a.alias_of, a.id) WHERE `+w.SQL(), w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (p Person, err error) {
		var id int64
		p, err = scanPerson(withFirst{r, &id})
		out[id], have[id] = p, p
		return p, err
	})
	return out, err
}

// Change is an update of a person; nil fields stay.
type Change struct {
	Version        int64
	Name           *string
	OrganizationID *int64 // 0 takes the person out of their organization
	TimeZone       *string
	Agent          *bool
	Attributes     map[string]any // by name; null takes one away, what is left out stays
}

// Update changes a person. Whoever may write people may; a stale version conflicts.
func (s *Service) Update(ctx context.Context, tx db.Tx, by act.Actor, id int64, in Change) (Person, error) {
	p, err := load(ctx, tx, id)
	if err != nil {
		return p, err
	}
	if !auth.Scope(by, "read", "person").Covers(p.Record()) {
		return p, fault.Missing("person", id)
	}
	if !auth.Scope(by, "write", "person").Covers(p.Record()) {
		return p, by.Denied("write", "person")
	}
	if p.ID != id {
		return p, fault.New(fault.Invalid, "Person %d was merged into %d. Change that one.", id, p.ID)
	}
	if in.Version != p.Version {
		return p, fault.Stale("This person", p)
	}
	changes := map[string]any{}
	if in.Name != nil {
		p.Name = CleanName(*in.Name, p.Email)
		changes["name"] = true // the name itself is personal and stays out of the ledger
	}
	if in.OrganizationID != nil && *in.OrganizationID != p.OrganizationID {
		if *in.OrganizationID != 0 {
			if _, err := loadOrganization(ctx, tx, *in.OrganizationID); err != nil {
				return p, err
			}
		}
		changes["organization_id"] = []int64{p.OrganizationID, *in.OrganizationID}
		p.OrganizationID = *in.OrganizationID
	}
	if in.TimeZone != nil {
		if err := checkZone(*in.TimeZone); err != nil {
			return p, err
		}
		changes["time_zone"] = []string{p.TimeZone, *in.TimeZone}
		p.TimeZone = *in.TimeZone
	}
	if in.Agent != nil && *in.Agent != p.Agent {
		changes["agent"] = []bool{p.Agent, *in.Agent}
		p.Agent = *in.Agent
	}
	before := p.Attributes
	if p.Attributes, err = s.fields().Change("person", before, in.Attributes, true); err != nil {
		return p, err
	}
	attributes, err := p.Attributes.Encode()
	if err != nil {
		return p, err
	}
	open, written := s.fields().Diff("person", before, p.Attributes)
	maps.Copy(changes, open)
	p.Updated = by.Now()
	n, err := tx.Exec(ctx, `UPDATE person SET name = $1, name_fold = $2, organization_id = $3, time_zone = $4, agent = $5, attributes = $6, updated = $7, version = version + 1
		WHERE id = $8 AND version = $9`, p.Name, Fold(p.Name), db.NullID(p.OrganizationID), p.TimeZone, p.Agent, attributes, db.Micros(p.Updated), id, p.Version)
	if err != nil {
		return p, err
	}
	if n == 0 {
		return p, fault.Stale("This person", p)
	}
	p.Version++
	delete(seenIn(tx).people, id)
	if err := s.fields().Index(ctx, tx, "person", id, before, p.Attributes); err != nil {
		return p, err
	}
	entry := ledger.Entry{Verb: PersonUpdated, Subject: ledger.Ref{Kind: "person", ID: id}, Data: changes}
	if len(written) > 0 {
		entry.Private, entry.PersonID = written, id
	}
	_, err = s.ledger.Append(ctx, tx, by, entry)
	return p, err
}

// CountPeopleOf counts the people of several organizations at once, each up to the cap.
// The caller has checked the organizations.
func (s *Service) CountPeopleOf(ctx context.Context, tx db.Tx, organizationIDs []int64) (map[int64]db.Count, error) {
	w, ids := &db.Where{}, make([]any, len(organizationIDs))
	for i, id := range organizationIDs {
		ids[i] = id
	}
	few := w.Arg(db.Cap + 1)
	w.In("o.id", ids)
	rows, err := tx.Query(ctx, `SELECT o.id, (SELECT count(*) FROM (SELECT 1 FROM person p WHERE p.organization_id = o.id AND p.deleted_at IS NULL AND p.alias_of IS NULL
		LIMIT `+few+`) AS bounded) FROM organization o WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]db.Count{}
	for rows.Next() {
		var id, n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		out[id] = db.Capped(n)
	}
	return out, rows.Err()
}
