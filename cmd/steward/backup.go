package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"steward/internal/app"
	"steward/internal/backup"
	"steward/internal/db"
	"steward/internal/fault"
)

type backupCmd struct {
	Write  backupWriteCmd  `cmd:"" default:"withargs" help:"Write a backup into one file; the instance may be served meanwhile."`
	Verify backupVerifyCmd `cmd:"" help:"Check that a backup is whole."`
}

type backupWriteCmd struct {
	instance
	File  string `arg:"" help:"File to write." placeholder:"FILE"`
	Force bool   `help:"Replace the file when it exists."`
}

// Run writes the backup and prints one line.
func (c *backupWriteCmd) Run(ctx context.Context) error {
	if c.Data != "" && !db.Exists(c.Data) {
		return fault.New(fault.Invalid, "There is no instance in %s.", c.Data)
	}
	d, err := db.Open(ctx, c.options())
	if err != nil {
		return err
	}
	defer d.Close()
	m, err := backup.Create(ctx, d, c.File, app.Version, time.Now(), c.Force)
	if err != nil {
		return err
	}
	fmt.Println("ok: " + summary(m))
	return nil
}

// summary is what backup, verify, restore and move print about a copy.
func summary(m backup.Manifest) string {
	return fmt.Sprintf("%d rows in %d tables, schema %d, generation %d, head %s, as of %s", m.Rows(), len(m.Tables), m.Schema, m.Generation, m.Head, m.MadeAt.Format(time.RFC3339))
}

type backupVerifyCmd struct {
	File string `arg:"" help:"Backup to check." placeholder:"FILE"`
	Full bool   `help:"Also restore it into a temporary folder and verify the ledger."`
}

// Run reads the whole file and prints one line.
func (c *backupVerifyCmd) Run(ctx context.Context) error {
	a, err := backup.Open(c.File)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Verify(ctx); err != nil {
		return err
	}
	if c.Full {
		dir, err := os.MkdirTemp("", "steward-verify-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if _, err := backup.Restore(ctx, c.File, backup.Into{DB: db.Options{Dir: dir}, Sandbox: true, Now: time.Now()}); err != nil {
			return err
		}
	}
	fmt.Println("ok: " + summary(a.Manifest))
	return nil
}
