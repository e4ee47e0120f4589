package entitle

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Contact is somebody an organization lists.
type Contact struct {
	ID       int64
	PersonID int64
	Name     string
	Email    string
	Editor   bool // may change the list
	Since    time.Time
	AddedBy  int64

	EventID int64 // that told of it, of one just added
}

// book is an organization's list of contacts, as somebody who may change it sees it.
type book struct {
	organization directory.Organization
	entitlement  *Entitlement // nil: nothing says how many
	cap          int
	editors      int // the most
	colleague    bool
	contacts     []Contact
}

func contactsOf(ctx context.Context, tx db.Tx, organizationID int64) ([]Contact, error) {
	rows, err := tx.Query(ctx, `SELECT c.id, c.person_id, p.name, p.email, c.editor, c.since, c.added_by FROM organization_contact c JOIN person p ON p.id = c.person_id
		WHERE c.organization_id = $1 AND p.deleted_at IS NULL AND p.alias_of IS NULL ORDER BY p.name_fold, p.id LIMIT $2`, organizationID, most)
	return db.Collect(rows, err, func(r db.Scanner) (c Contact, err error) {
		var since int64
		err = r.Scan(&c.ID, &c.PersonID, &c.Name, &c.Email, &c.Editor, &since, &c.AddedBy)
		c.Since = db.Time(since)
		return c, err
	})
}

// Contacts lists who an organization lists. Whoever may read the organization may, and its own
// contacts.
func (s *Service) Contacts(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64) ([]Contact, error) {
	o, err := s.visible(ctx, tx, by, organizationID)
	if err != nil {
		listed, lerr := isContact(ctx, tx, organizationID, by.PersonID, false)
		if lerr != nil || !listed {
			return nil, errors.Join(lerr, err)
		}
		o.ID = organizationID
	}
	return contactsOf(ctx, tx, o.ID)
}

func isContact(ctx context.Context, tx db.Tx, organizationID, personID int64, editor bool) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM organization_contact WHERE organization_id = $1 AND person_id = $2 AND (editor = TRUE OR $3 = FALSE))`, organizationID, personID, editor).Scan(&yes)
	return yes, err
}

// book opens the list for a change: for whoever may write the organization, and for those of its
// contacts who are editors.
func (s *Service) book(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64) (*book, error) {
	b := &book{}
	var err error
	b.organization, err = s.visible(ctx, tx, by, organizationID)
	seen := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	b.colleague = seen && auth.Scope(by, "write", "organization").Covers(auth.Record{Organization: b.organization.ID})
	if !b.colleague {
		editor, err := isContact(ctx, tx, organizationID, by.PersonID, true)
		switch {
		case err != nil:
			return nil, err
		case !editor && seen:
			return nil, by.Denied("write", "organization")
		case !editor:
			return nil, fault.Missing("organization", organizationID)
		}
		if b.organization, err = s.visible(ctx, tx, s.system(), organizationID); err != nil {
			return nil, err
		}
	}
	if err := lock(ctx, tx, "organization", b.organization.ID); err != nil { // two at once must not both be the last
		return nil, err
	}
	f, e, err := s.ofOrganization(ctx, tx, b.organization.ID)
	if err != nil {
		return nil, err
	}
	b.entitlement, b.cap, b.editors = e, e.cap(f.Vars), e.editors()
	b.contacts, err = contactsOf(ctx, tx, b.organization.ID)
	return b, err
}

// full refuses one more than the cap, and says who may make room.
func (b *book) full(n int) error {
	if n <= b.cap {
		return nil
	}
	who := "Colleagues who may change the organization"
	var names []string
	for _, c := range b.contacts {
		if c.Editor {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		who = join(names, 5) + ", and colleagues who may change the organization,"
	}
	if b.entitlement == nil || b.entitlement.Spec.Contacts == nil {
		return fault.Field("contacts", n, "at most 1,000", "%s would list %d contacts; %d is the most. %s can remove somebody.", b.organization.Name, n, b.cap, who)
	}
	return fault.Field("contacts", n, "at most "+count(b.cap, "contact"), "%s would list %s; %s allows %d. %s can remove somebody.", b.organization.Name, count(n, "contact"), b.entitlement.Title, b.cap, who)
}

// tooMany refuses more editors than may be.
func (b *book) tooMany(editors int) error {
	if editors > b.editors {
		return fault.Field("editor", editors, "at most "+count(b.editors, "editor"), "%s would have %s; %d is the most. Take the right from one of them first.", b.organization.Name, count(editors, "editor"), b.editors)
	}
	return nil
}

func (b *book) countEditors() (n int) {
	for _, c := range b.contacts {
		if c.Editor {
			n++
		}
	}
	return n
}

// NewContact names who shall be listed, by address.
type NewContact struct {
	Email  string
	Name   string // for somebody who is not known yet
	Editor bool   // only colleagues make somebody an editor
}

// AddContact lists somebody, who joins the organization if they belong to none. Whoever may write
// the organization may, and those of its contacts who are editors.
func (s *Service) AddContact(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, in NewContact) (Contact, error) {
	b, err := s.book(ctx, tx, by, organizationID)
	if err != nil {
		return Contact{}, err
	}
	return s.add(ctx, tx, by, b, in)
}

func (s *Service) add(ctx context.Context, tx db.Tx, by act.Actor, b *book, in NewContact) (Contact, error) {
	email, err := directory.CleanEmail("email", in.Email)
	if err != nil {
		return Contact{}, err
	}
	if in.Editor && !b.colleague {
		return Contact{}, fault.New(fault.Forbidden, "Only the people who look after your organization here can make somebody an editor.")
	}
	p, err := s.directory.Resolve(ctx, tx, by, email, in.Name)
	if err != nil {
		return Contact{}, err
	}
	if slices.ContainsFunc(b.contacts, func(c Contact) bool { return c.PersonID == p.ID }) {
		return Contact{}, fault.Field("email", email, "the address of somebody who is not listed", "%s is a contact of %s already.", p.Name, b.organization.Name)
	}
	switch {
	case !b.colleague && (p.Agent || !p.Suspended.IsZero() || p.OrganizationID != 0 && p.OrganizationID != b.organization.ID): // who others are is not for customers to learn
		return Contact{}, fault.Field("email", email, "the address of somebody of your organization", "%s cannot be listed. Ask the people who look after your organization here.", email)
	case p.Agent:
		return Contact{}, fault.Field("email", email, "the address of a customer", "%s works here, so they cannot be a contact of a customer.", p.Name)
	case !p.Suspended.IsZero():
		return Contact{}, fault.Field("email", email, "the address of somebody who is not suspended", "%s is suspended.", email)
	case p.OrganizationID != 0 && p.OrganizationID != b.organization.ID:
		return Contact{}, fault.Field("email", email, "the address of somebody of "+b.organization.Name, "%s belongs to another organization. To let them see tickets of %s, share them.", email, b.organization.Name)
	}
	if err := b.full(len(b.contacts) + 1); err != nil {
		return Contact{}, err
	}
	if in.Editor {
		if err := b.tooMany(b.countEditors() + 1); err != nil {
			return Contact{}, err
		}
	}
	if p.OrganizationID == 0 {
		// The one who lists them need not have the right to change people.
		joins := s.system()
		joins.Kind, joins.PersonID, joins.Clock = by.Kind, by.PersonID, by.Clock
		if p, err = s.directory.Update(ctx, tx, joins, p.ID, directory.Change{Version: p.Version, OrganizationID: &b.organization.ID}); err != nil {
			return Contact{}, err
		}
	}
	c := Contact{PersonID: p.ID, Name: p.Name, Email: p.Email, Editor: in.Editor, Since: by.Now(), AddedBy: by.PersonID}
	err = tx.QueryRow(ctx, `INSERT INTO organization_contact (organization_id, person_id, editor, since, added_by) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		b.organization.ID, c.PersonID, c.Editor, db.Micros(c.Since), c.AddedBy).Scan(&c.ID)
	if err != nil {
		return c, err
	}
	b.contacts = append(b.contacts, c)
	c.EventID, err = s.tell(ctx, tx, by, ContactAdded, b.organization.ID, map[string]any{"person_id": c.PersonID, "editor": c.Editor})
	return c, err
}

// PutContact lists somebody, or says of a contact whether they may change the list (nil: as it is),
// for imports: added and changed tell what was done. Whoever may change the list may, and only
// colleagues say who is an editor.
func (s *Service) PutContact(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, in NewContact, editor *bool) (added, changed bool, err error) {
	b, err := s.book(ctx, tx, by, organizationID)
	if err != nil {
		return false, false, err
	}
	id, err := personOf(ctx, tx, in.Email)
	if err != nil {
		return false, false, err
	}
	i := slices.IndexFunc(b.contacts, func(c Contact) bool { return c.PersonID == id })
	switch {
	case i < 0:
		in.Editor = editor != nil && *editor
		_, err = s.add(ctx, tx, by, b, in)
		return err == nil, false, err
	case editor == nil || *editor == b.contacts[i].Editor:
		return false, false, nil
	case !b.colleague:
		return false, false, fault.New(fault.Forbidden, "Only the people who look after your organization here can change who the editors are.")
	default:
		return false, true, s.setEditor(ctx, tx, by, b, id, *editor)
	}
}

// SetEditor lets a contact change the list, or no longer. Whoever may write the organization may.
func (s *Service) SetEditor(ctx context.Context, tx db.Tx, by act.Actor, organizationID, personID int64, editor bool) error {
	b, err := s.book(ctx, tx, by, organizationID)
	if err != nil {
		return err
	}
	if !b.colleague {
		return fault.New(fault.Forbidden, "Only the people who look after your organization here can change who the editors are.")
	}
	return s.setEditor(ctx, tx, by, b, personID, editor)
}

func (s *Service) setEditor(ctx context.Context, tx db.Tx, by act.Actor, b *book, personID int64, editor bool) error {
	i := slices.IndexFunc(b.contacts, func(c Contact) bool { return c.PersonID == personID })
	if i < 0 {
		return fault.Missing("contact", personID)
	}
	if b.contacts[i].Editor == editor {
		return nil
	}
	if editor {
		if err := b.tooMany(b.countEditors() + 1); err != nil {
			return err
		}
	}
	b.contacts[i].Editor = editor
	if _, err := tx.Exec(ctx, `UPDATE organization_contact SET editor = $1 WHERE id = $2`, editor, b.contacts[i].ID); err != nil {
		return err
	}
	_, err := s.tell(ctx, tx, by, ContactChanged, b.organization.ID, map[string]any{"person_id": personID, "editor": []bool{!editor, editor}})
	return err
}

// RemoveContact takes somebody off the list; they stay in the organization. Whoever may write the
// organization may, and those of its contacts who are editors.
func (s *Service) RemoveContact(ctx context.Context, tx db.Tx, by act.Actor, organizationID, personID int64) error {
	b, err := s.book(ctx, tx, by, organizationID)
	if err != nil {
		return err
	}
	return s.remove(ctx, tx, by, b, personID)
}

func (s *Service) remove(ctx context.Context, tx db.Tx, by act.Actor, b *book, personID int64) error {
	i := slices.IndexFunc(b.contacts, func(c Contact) bool { return c.PersonID == personID })
	if i < 0 {
		return fault.Missing("contact", personID)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM organization_contact WHERE id = $1`, b.contacts[i].ID); err != nil {
		return err
	}
	editor := b.contacts[i].Editor
	b.contacts = slices.Delete(b.contacts, i, i+1)
	_, err := s.tell(ctx, tx, by, ContactRemoved, b.organization.ID, map[string]any{"person_id": personID, "editor": editor})
	return err
}

// personOf finds the person an address belongs to; 0 for nobody.
func personOf(ctx context.Context, tx db.Tx, email string) (id int64, err error) {
	err = tx.QueryRow(ctx, `SELECT person_id FROM identity WHERE kind = 'email' AND value = $1`, email).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}
