package app

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/playbook"
)

// usePlaybooks puts the playbooks together: what runs can be about, and what their steps do.
func (a *App) usePlaybooks() {
	a.Playbooks = playbook.New(playbook.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Blueprints: a.Blueprint, Directory: a.Directory, Actions: NewActions(), Files: a.Files, Clock: a.clock})
	a.Playbooks.ActAs(a.Auth)
	a.Playbooks.KeepFiles(a.Desk.TakeUp)
	a.registerSubjects()
	a.Explain.Tells(playbook.Kind, a.Playbooks)
	a.Explain.Tells("organization", a.Success)
	a.performActions()
	a.Desk.UsePlaybooks(a.Playbooks)
}

func (a *App) personSubject() playbook.Subject {
	about := func(ctx context.Context, tx db.Tx, p directory.Person) playbook.About {
		return playbook.About{Title: p.Name, PersonID: p.ID, OrganizationID: p.OrganizationID, Vars: func() any {
			values, _ := a.Directory.PersonVars(p).(map[string]any)
			if values != nil {
				_, organization := a.Directory.About(ctx, tx, 0, p.OrganizationID)
				values["organization"] = organization
			}
			return values
		}}
	}
	return playbook.Subject{Kind: "person", Title: "Person",
		Load: func(ctx context.Context, tx db.Tx, id int64) (playbook.About, error) {
			p, err := a.Directory.Get(ctx, tx, a.Root(), id)
			return about(ctx, tx, p), err
		},
		Several: func(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]playbook.About, error) {
			list, err := a.Directory.FindPeople(ctx, tx, by, among("p.id", ids), "id", true, db.Window{Limit: len(ids)})
			out := map[int64]playbook.About{}
			for _, p := range list {
				out[p.ID] = about(ctx, tx, p)
			}
			return out, err
		},
		MayRead: func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
			_, err := a.Directory.Get(ctx, tx, by, id)
			return err
		},
		Titles: func(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error) {
			people, err := a.Directory.Names(ctx, tx, ids)
			out := map[int64]string{}
			for id, p := range people {
				out[id] = p.Name
			}
			return out, err
		},
		Find: a.findPeople, Page: pageOf("person")}
}

// among is the test that a record is one of some.
func among(column string, ids []int64) []db.Test {
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	return []db.Test{{Column: column, Op: "=", Values: values}}
}

func (a *App) organizationSubject() playbook.Subject {
	about := func(o directory.Organization) playbook.About {
		return playbook.About{Title: o.Name, OrganizationID: o.ID, Vars: func() any { return a.Directory.OrganizationVars(o) }}
	}
	return playbook.Subject{Kind: "organization", Title: "Organization",
		Load: func(ctx context.Context, tx db.Tx, id int64) (playbook.About, error) {
			o, err := a.Directory.Organization(ctx, tx, a.Root(), id)
			return about(o), err
		},
		Several: func(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]playbook.About, error) {
			list, err := a.Directory.FindOrganizations(ctx, tx, by, among("o.id", ids), "id", true, db.Window{Limit: len(ids)})
			out := map[int64]playbook.About{}
			for _, o := range list {
				out[o.ID] = about(o)
			}
			return out, err
		},
		MayRead: func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
			_, err := a.Directory.Organization(ctx, tx, by, id)
			return err
		},
		Titles: a.Directory.OrganizationNames, Find: a.findOrganizations, Page: pageOf("organization"), Segment: func(ctx context.Context, tx db.Tx, by act.Actor, name string, after int64, limit int) ([]int64, error) {
			return a.Success.InSegment(ctx, tx, by, name, after, limit)
		}}
}

// pageOf lists the ids of a table's records behind one.
func pageOf(table string) func(ctx context.Context, tx db.Tx, after int64, limit int) ([]int64, error) {
	return func(ctx context.Context, tx db.Tx, after int64, limit int) ([]int64, error) {
		rows, err := tx.Query(ctx, `SELECT id FROM `+table+` WHERE id > $1 AND deleted_at IS NULL AND alias_of IS NULL ORDER BY id LIMIT $2`, after, limit)
		return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
	}
}
