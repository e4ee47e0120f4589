package main

import (
	"context"
	"fmt"
	"time"

	"steward/internal/app"
	"steward/internal/backup"
	"steward/internal/db"
	"steward/internal/fault"
)

type moveCmd struct {
	Data  string `help:"Folder of the embedded database." required:"" placeholder:"DIR" env:"STEWARD_DATA"`
	To    string `help:"URL of an empty PostgreSQL database." required:"" placeholder:"URL"`
	Force bool   `help:"Move a folder that was moved before."`
}

// Help is shown by steward move --help.
func (moveCmd) Help() string {
	return "Stop the server first. Ids stay, every table is compared row by row and the ledger seal by seal; the folder stays as it is and is marked as moved. Outgoing mail is held until somebody releases it."
}

// Run moves and prints one line.
func (c *moveCmd) Run(ctx context.Context) error {
	if !db.Exists(c.Data) {
		return fault.New(fault.Invalid, "There is no instance in %s.", c.Data)
	}
	to := target(c.To)
	if to.URL == "" {
		return fault.Field("--to", nil, "postgres://user@host:5432/name", "--to is not the URL of a PostgreSQL database. It should look like postgres://user@host:5432/name.")
	}
	r, err := backup.Move(ctx, c.Data, app.Version, backup.Into{DB: to, Force: c.Force, Now: time.Now(), Say: say,
		Change: func(ctx context.Context, d *db.DB) error { return app.Finish(ctx, d, nil, say) }})
	if err != nil {
		return err
	}
	fmt.Printf("ok: %d tables, %d events, %d sealed, head %s\n", len(r.Manifest.Tables), r.Ledger.Events, r.Ledger.Sealed, r.Manifest.Head)
	if r.Held > 0 {
		say("%d mails are held until you release them", r.Held)
	}
	return nil
}
