package app

import (
	"context"
	"net/url"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/starter"
)

// Init makes the instance: the minimal blueprints, the administrator and their token.
// A second call is Invalid; one that ended half way, because it was killed, is gone on with.
// password may be empty: the administrator sets one later.
func (a *App) Init(ctx context.Context, email, passwordHash string) (token string, err error) {
	err = a.first(ctx, email, "", passwordHash, func(ctx context.Context, tx db.Tx, by act.Actor) error {
		_, token, err = a.Auth.NewToken(ctx, tx, by, "First administrator token", []string{"*"}, time.Time{})
		return err
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// begin makes the instance for somebody at a browser: an administrator with a password, and no token.
func (a *App) begin(ctx context.Context, email, name, passwordHash string) error {
	return a.first(ctx, email, name, passwordHash, func(context.Context, db.Tx, act.Actor) error { return nil })
}

// FirstLink is where an administrator who has no password yet chooses one: the path of a page, with a token that works for a week.
func (a *App) FirstLink(ctx context.Context, email string) (path string, err error) {
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, ok, err := a.Directory.Colleague(ctx, tx, email)
		if err != nil || !ok {
			return err
		}
		token, _, err := a.Auth.Invite(ctx, tx, a.Root(), a.Signer, p.ID)
		path = "/welcome?invite=" + url.QueryEscape(token)
		return err
	})
	return path, err
}

// first makes the instance and its administrator; then runs in the transaction that makes them, as the administrator.
func (a *App) first(ctx context.Context, email, name, passwordHash string, then func(ctx context.Context, tx db.Tx, by act.Actor) error) error {
	if _, err := directory.CleanEmail("--admin", email); err != nil {
		return err
	}
	docs, findings, err := blueprint.ParseFolder(starter.Minimal())
	if err != nil {
		return err
	}
	by := a.Root()
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := noInstance(ctx, tx); err != nil {
			return err
		}
		if a.Blueprint.Set().Generation() > 0 {
			return nil // an earlier init came this far
		}
		_, _, err := a.Blueprint.Apply(ctx, tx, by, blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "init", Message: "First configuration"})
		return err
	})
	if err != nil {
		return err
	}
	if err := a.Blueprint.Refresh(ctx); err != nil {
		return err
	}
	if err := a.reconcile(ctx); err != nil {
		return err
	}
	by = a.Root()
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := noInstance(ctx, tx); err != nil { // two at once
			return err
		}
		p, err := a.Directory.Create(ctx, tx, by, directory.NewPerson{Email: email, Name: name, Agent: true})
		if err != nil {
			return err
		}
		if err := a.Auth.SetRoles(ctx, tx, by, p.ID, []string{"admin"}); err != nil {
			return err
		}
		if passwordHash != "" {
			if err := a.Auth.SetPassword(ctx, tx, by, p.ID, passwordHash); err != nil {
				return err
			}
		}
		if err := a.scheduleSweep(ctx, tx, by.Now().Add(time.Hour)); err != nil {
			return err
		}
		return then(ctx, tx, act.Actor{Kind: act.System, PersonID: p.ID, Clock: a.clock, Generation: by.Generation})
	})
	if err != nil {
		return err
	}
	_, err = a.Ledger.Seal(ctx, a.clock())
	return err
}

// noInstance refuses a database that somebody is known in. Others wait until the
// transaction ends.
func noInstance(ctx context.Context, tx db.Tx) error {
	if tx.Engine() == db.Postgres {
		if _, err := tx.Exec(ctx, `SELECT one FROM config WHERE one = 1 FOR UPDATE`); err != nil {
			return err
		}
	}
	var there bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM person)`).Scan(&there); err != nil {
		return err
	}
	if there {
		return fault.New(fault.Invalid, "This database holds an instance already; init makes a new one only.")
	}
	return nil
}

// Ready reports whether this node can serve: it is not being stopped, it knows the schema, the
// instance exists and its database answers.
func (a *App) Ready(ctx context.Context) error {
	if a.draining.Load() {
		return fault.New(fault.Unavailable, "This node is being stopped.")
	}
	if err := a.Nodes.Fit(); err != nil {
		return err
	}
	if a.config.Load().generation == 0 {
		return fault.New(fault.Unavailable, "There is no instance in this database yet. Run steward init first.")
	}
	return a.DB.Ping(ctx)
}
