package app

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// keepAdministrator refuses a configuration under which nobody could change roles or the
// configuration any more: there would be no way back but the database.
func keepAdministrator(ctx context.Context, tx db.Tx, after *blueprint.Set) error {
	var anybody bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM person_role)`).Scan(&anybody); err != nil || !anybody {
		return err // a new instance: the first administrator comes next
	}
	return someoneOf(ctx, tx, administering(after))
}

// administering are the ids of roles that may change roles and the configuration.
func administering(set *blueprint.Set) (ids []any) {
	for _, b := range blueprint.All[auth.Role](set) {
		by := act.Actor{Grants: b.Spec.Flat()}
		if b.ID != 0 && by.May("apply", "blueprint") && by.May("write", "role") {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// keepSomebody refuses to shut the last one out who may change roles and the configuration.
func keepSomebody(ctx context.Context, tx db.Tx, now *blueprint.Set) error {
	return someoneOf(ctx, tx, administering(now))
}

// someoneOf refuses when nobody who can sign in has one of the roles.
func someoneOf(ctx context.Context, tx db.Tx, roles []any) error {
	var left bool
	w := (&db.Where{}).In("r.role_id", roles)
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM person_role r JOIN person p ON p.id = r.person_id
		WHERE `+w.SQL()+` AND p.suspended_at IS NULL AND p.deleted_at IS NULL)`, w.Args()...).Scan(&left)
	if err == nil && !left {
		return errNobodyLeft
	}
	return err
}

// errNobodyLeft keeps the last administrator in.
var errNobodyLeft = fault.New(fault.Invalid, "Nobody would be left who may change roles and the configuration, so nothing was changed. Keep a role that may do both and that somebody has.")
