package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"steward/internal/app"
	"steward/internal/backup"
	"steward/internal/db"
)

type restoreCmd struct {
	File     string `arg:"" help:"Backup to restore." placeholder:"FILE"`
	To       string `help:"Empty folder, or URL of an empty PostgreSQL database." required:"" placeholder:"DIR|URL"`
	Force    bool   `help:"Put what is in the folder aside, or remove what is in the database, first."`
	Sandbox  bool   `help:"Make a copy to try things in: all mail is caught, nothing is fetched or called, and the workspace says so."`
	Erasures string `help:"File with the list of erasures to repeat, so that nobody erased since the backup comes back." placeholder:"FILE" type:"existingfile"`
}

// Help is shown by steward restore --help.
func (restoreCmd) Help() string {
	return "Outgoing mail of the copy is held until somebody releases it (Mail, Queue), so that two instances never send the same mail."
}

// Run restores and prints one line.
func (c *restoreCmd) Run(ctx context.Context) error {
	in := backup.Into{DB: target(c.To), Force: c.Force, Sandbox: c.Sandbox, Now: time.Now(), Say: say}
	var erasures io.Reader
	if c.Erasures != "" {
		list, err := os.Open(c.Erasures)
		if err != nil {
			return err
		}
		defer list.Close()
		erasures = list
	}
	in.Change = func(ctx context.Context, d *db.DB) error { return app.Finish(ctx, d, erasures, say) }
	r, err := backup.Restore(ctx, c.File, in)
	if err != nil {
		return err
	}
	fmt.Println("ok: " + summary(r.Manifest))
	if r.Held > 0 && !c.Sandbox {
		say("%d mails are held until you release them", r.Held)
	}
	return nil
}

// target reads --to: a URL names a PostgreSQL database, anything else a folder.
func target(to string) db.Options {
	if strings.HasPrefix(to, "postgres://") || strings.HasPrefix(to, "postgresql://") {
		return db.Options{URL: to}
	}
	return db.Options{Dir: to}
}

// say tells progress on standard error.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
