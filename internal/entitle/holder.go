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
		reference{"listed as contact", "person", "organization_contact", "person_id", "EXISTS (SELECT 1 FROM organization_contact o WHERE o.person_id = $1 AND o.organization_id = r.organization_id)"},
		reference{"contacts", "organization", "organization_contact", "organization_id", "EXISTS (SELECT 1 FROM organization_contact o WHERE o.organization_id = $1 AND o.person_id = r.person_id)"},
		reference{"holds", "organization", "organization_hold", "organization_id", "r.lifted_at IS NULL AND EXISTS (SELECT 1 FROM organization_hold o WHERE o.organization_id = $1 AND o.lifted_at IS NULL)"},
		reference{"tickets shared with them", "person", "organization_share", "person_id", "r.revoked_at IS NULL AND EXISTS (SELECT 1 FROM organization_share o WHERE o.person_id = $1 AND o.organization_id = r.organization_id AND o.revoked_at IS NULL)"},
		reference{"people its tickets are shared with", "organization", "organization_share", "organization_id", "r.revoked_at IS NULL AND EXISTS (SELECT 1 FROM organization_share o WHERE o.organization_id = $1 AND o.person_id = r.person_id AND o.revoked_at IS NULL)"},
		reference{"entitlements for a term", "organization", "entitlement_term", "organization_id", "r.ended_at IS NULL AND EXISTS (SELECT 1 FROM entitlement_term o WHERE o.organization_id = $1 AND o.entitlement_id = r.entitlement_id AND o.ended_at IS NULL)"},
		reference{"proofs of purchase given", "person", "purchase_proof", "person_id", ""},
		reference{"proofs of purchase", "organization", "purchase_proof", "organization_id", ""},
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
func (r reference) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	free := ""
	if r.twin != "" {
		free = " AND NOT (" + r.twin + ")"
	}
	return ids(ctx, tx, `UPDATE `+r.table+` SET `+r.column+` = $1 WHERE id IN (SELECT r.id FROM `+r.table+` r WHERE r.`+r.column+` = $2`+free+` ORDER BY r.id LIMIT $3) RETURNING id`, to, from, limit)
}

// Return implements directory.Holder.
func (r reference) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	return ids(ctx, tx, `UPDATE `+r.table+` SET `+r.column+` = $1 WHERE `+r.column+` = $2 AND id IN (`+list(records)+`) RETURNING id`, to, from)
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
type words struct{ what, table string }

// Erasers remove what is kept of an erased person.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{words{"places on lists of contacts", "organization_contact"}, words{"tickets shared with them", "organization_share"},
		words{"proofs of purchase they gave", "purchase_proof"}, words{"when they were told that they are refused", "refusal_answer"}}
}

// What implements directory.Eraser.
func (w words) What() string { return w.what }

// Count implements directory.Eraser.
func (w words) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM `+w.table+` WHERE person_id IN (`+list(who.IDs)+`)`)
}

// Erase implements directory.Eraser.
func (w words) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	key := "id"
	if w.table == "refusal_answer" {
		key = "person_id"
	}
	gone, err := ids(ctx, tx, `DELETE FROM `+w.table+` WHERE `+key+` IN (SELECT `+key+` FROM `+w.table+` WHERE person_id IN (`+list(who.IDs)+`) LIMIT $1) RETURNING `+key, limit)
	return len(gone), err
}
