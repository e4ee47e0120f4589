package entitle

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// reference is a column of ours that refers to a person or an organization, for merging. A record
// that both have already stays with each: only one contact, one share or one hold can be there.
type reference struct {
	s                       *Service
	what, of, table, column string
	twin                    string // condition under which the other one has such a record, $1 is the other; "" for none
}

var (
	_ directory.Holder = reference{}
	_ directory.Eraser = words{}
)

// Holders are the references to people and organizations.
func (s *Service) Holders() []directory.Holder {
	return []directory.Holder{
		reference{s, "listed as contact", "person", "organization_contact", "person_id", "EXISTS (SELECT 1 FROM organization_contact o WHERE o.person_id = $1 AND o.organization_id = r.organization_id)"},
		reference{s, "contacts", "organization", "organization_contact", "organization_id", "EXISTS (SELECT 1 FROM organization_contact o WHERE o.organization_id = $1 AND o.person_id = r.person_id)"},
		reference{s, "holds", "organization", "organization_hold", "organization_id", "r.lifted_at IS NULL AND EXISTS (SELECT 1 FROM organization_hold o WHERE o.organization_id = $1 AND o.lifted_at IS NULL)"},
		reference{s, "tickets shared with them", "person", "organization_share", "person_id", "r.revoked_at IS NULL AND EXISTS (SELECT 1 FROM organization_share o WHERE o.person_id = $1 AND o.organization_id = r.organization_id AND o.revoked_at IS NULL)"},
		reference{s, "people its tickets are shared with", "organization", "organization_share", "organization_id", "r.revoked_at IS NULL AND EXISTS (SELECT 1 FROM organization_share o WHERE o.organization_id = $1 AND o.person_id = r.person_id AND o.revoked_at IS NULL)"},
		reference{s, "entitlements for a term", "organization", "entitlement_term", "organization_id", "r.ended_at IS NULL AND EXISTS (SELECT 1 FROM entitlement_term o WHERE o.organization_id = $1 AND o.entitlement_id = r.entitlement_id AND o.ended_at IS NULL)"},
		reference{s, "proofs of purchase given", "person", "purchase_proof", "person_id", ""},
		reference{s, "proofs of purchase", "organization", "purchase_proof", "organization_id", ""},
	}
}

// What implements directory.Holder.
func (r reference) What() string { return r.what }

// Of implements directory.Holder.
func (r reference) Of() string { return r.of }

// Count implements directory.Holder.
func (r reference) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM `+r.table+` WHERE `+r.column+` = $1`, id)
}

func bounded(ctx context.Context, tx db.Tx, query string, args ...any) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (%s LIMIT %d) AS bounded`, query, db.Cap+1), args...).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder.
func (r reference) Move(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) ([]int64, error) {
	free := ""
	if r.twin != "" {
		free = " AND NOT (" + r.twin + ")"
	}
	moved, err := ids(ctx, tx, `UPDATE `+r.table+` SET `+r.column+` = $1 WHERE id IN (SELECT r.id FROM `+r.table+` r WHERE r.`+r.column+` = $2`+free+` ORDER BY r.id LIMIT $3) RETURNING id`, to, from, limit)
	if err != nil {
		return nil, err
	}
	return moved, r.told(ctx, tx, by, moved, from, to)
}

// told tells of contacts that went from one organization's list to another's.
func (r reference) told(ctx context.Context, tx db.Tx, by act.Actor, moved []int64, from, to int64) error {
	if r.table != "organization_contact" || r.of != "organization" {
		return nil
	}
	gone, err := listings(ctx, tx, `SELECT organization_id, person_id, editor FROM organization_contact WHERE id IN (`+list(moved)+`) ORDER BY id`)
	if err != nil {
		return err
	}
	for _, l := range gone {
		l.organization = from
		if err := r.s.unlisted(ctx, tx, by, l); err != nil {
			return err
		}
		if _, err := r.s.tell(ctx, tx, by, ContactAdded, to, map[string]any{"person_id": l.person, "editor": l.editor}); err != nil {
			return err
		}
	}
	return nil
}

// listing is a place on a list of contacts.
type listing struct {
	organization, person int64
	editor               bool
}

func listings(ctx context.Context, tx db.Tx, query string, args ...any) ([]listing, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (l listing, err error) {
		err = r.Scan(&l.organization, &l.person, &l.editor)
		return l, err
	})
}

// unlisted tells that somebody is a contact no longer.
func (s *Service) unlisted(ctx context.Context, tx db.Tx, by act.Actor, l listing) error {
	_, err := s.tell(ctx, tx, by, ContactRemoved, l.organization, map[string]any{"person_id": l.person, "editor": l.editor})
	return err
}

// Return implements directory.Holder.
func (r reference) Return(ctx context.Context, tx db.Tx, by act.Actor, records []int64, from, to int64) ([]int64, error) {
	moved, err := ids(ctx, tx, `UPDATE `+r.table+` SET `+r.column+` = $1 WHERE `+r.column+` = $2 AND id IN (`+list(records)+`) RETURNING id`, to, from)
	if err != nil {
		return nil, err
	}
	return moved, r.told(ctx, tx, by, moved, from, to)
}

func ids(ctx context.Context, tx db.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// list writes ids into a statement; they are numbers of ours.
func list(ids []int64) string {
	parts := []string{"0"}
	for _, id := range ids {
		parts = append(parts, fmt.Sprint(id))
	}
	return strings.Join(parts, ",")
}

// words are what is kept of an erased person: that they are a contact, what they proved with,
// and what they were shown.
type words struct {
	s           *Service
	what, table string
}

// Erasers remove what is kept of an erased person.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{words{s, "places on lists of contacts", "organization_contact"}, words{s, "tickets shared with them", "organization_share"},
		words{s, "proofs of purchase they gave", "purchase_proof"}, words{s, "when they were told that they are refused", "refusal_answer"}}
}

// What implements directory.Eraser.
func (w words) What() string { return w.what }

// Count implements directory.Eraser.
func (w words) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM `+w.table+` WHERE person_id IN (`+list(who.IDs)+`)`)
}

// Erase implements directory.Eraser.
func (w words) Erase(ctx context.Context, tx db.Tx, by act.Actor, who directory.Erasing, limit int) (int, error) {
	if w.table == "organization_contact" {
		gone, err := listings(ctx, tx, `DELETE FROM organization_contact WHERE id IN (SELECT id FROM organization_contact WHERE person_id IN (`+list(who.IDs)+`) LIMIT $1) RETURNING organization_id, person_id, editor`, limit)
		for _, l := range gone {
			if err := w.s.unlisted(ctx, tx, by, l); err != nil {
				return 0, err
			}
		}
		return len(gone), err
	}
	key := "id"
	if w.table == "refusal_answer" {
		key = "person_id"
	}
	gone, err := ids(ctx, tx, `DELETE FROM `+w.table+` WHERE `+key+` IN (SELECT `+key+` FROM `+w.table+` WHERE person_id IN (`+list(who.IDs)+`) LIMIT $1) RETURNING `+key, limit)
	return len(gone), err
}
