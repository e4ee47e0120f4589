package doctor

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"steward/internal/backup"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/node"
)

func (e *examination) database(ctx context.Context) error {
	begun := time.Now()
	current, known, err := e.DB.Schema(ctx)
	if err != nil {
		return err
	}
	switch {
	case current > known:
		e.warn("database", "Bring this node to the newer version soon.", "The schema is at version %d; this program knows up to %d.", current, known)
	case current < known:
		e.warn("database", "Restart the server; it brings the schema up to date.", "The schema is at version %d; this program has %d.", current, known)
	default:
		e.ok("database", "%s answers in %s; schema %d.", e.DB.Engine(), time.Since(begun).Round(100*time.Microsecond), current)
	}
	return nil
}

// disk looks at the room left for an embedded database. PostgreSQL's disk is another machine's.
func (e *examination) disk(ctx context.Context) error {
	if e.DB.Engine() != db.SQLite {
		var size int64
		err := e.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&size)
		})
		if err == nil {
			e.ok("disk", "The database takes %d MB on its server.", size>>20)
		}
		return err
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(e.DB.Dir(), &s); err != nil {
		return err
	}
	free, all := s.Bavail*uint64(s.Bsize), s.Blocks*uint64(s.Bsize)
	const do = "Free some space, or move the folder to a larger disk: a full disk refuses every change."
	switch {
	case free < 200<<20:
		e.fail("disk", do, "%d MB are left.", free>>20)
	case free < 2<<30 || free < all/20:
		e.warn("disk", do, "%d MB of %d are left.", free>>20, all>>20)
	default:
		e.ok("disk", "%d MB of %d are left.", free>>20, all>>20)
	}
	return nil
}

// permissions looks whether others on the machine can read the data folder.
func (e *examination) permissions(context.Context) error {
	dir := e.DB.Dir()
	if dir == "" {
		return nil
	}
	if info, err := os.Stat(dir); err != nil {
		return err
	} else if info.Mode().Perm()&0o077 == 0 {
		e.ok("permissions", "Nobody else can look into %s.", dir)
		return nil
	}
	open := ""
	err := filepath.WalkDir(dir, func(path string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() || open != "" {
			return err
		}
		if info, err := f.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
			open = path
		}
		return nil
	})
	if open != "" {
		e.warn("permissions", "Run: chmod -R go= "+dir, "Others on this machine may read %s.", open)
	} else if err == nil {
		e.ok("permissions", "Nobody else can read the files in %s.", dir)
	}
	return err
}

// clock compares this machine's clock with the database's, or with what was recorded last.
func (e *examination) clock(ctx context.Context) error {
	const do = "Let NTP set the clocks of all machines: service levels and leases depend on them."
	var skew time.Duration
	err := e.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if tx.Engine() == db.SQLite {
			var last int64
			err := tx.QueryRow(ctx, `SELECT COALESCE((SELECT e.recorded FROM event_order o JOIN events e ON e.id = o.event_id ORDER BY o.pos DESC LIMIT 1), 0)`).Scan(&last)
			skew = max(0, db.Time(last).Sub(e.now))
			return err
		}
		var theirs int64
		begun := time.Now()
		err := tx.QueryRow(ctx, `SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`).Scan(&theirs)
		skew = db.Time(theirs).Sub(begun.Add(time.Since(begun) / 2)).Abs()
		return err
	})
	switch {
	case err != nil:
		return err
	case skew > 30*time.Second:
		e.fail("clock", do, "The clock here and the database's are %s apart.", skew.Round(time.Millisecond))
	case skew > time.Second:
		e.warn("clock", do, "The clock here and the database's are %s apart.", skew.Round(time.Millisecond))
	default:
		e.ok("clock", "The clocks agree.")
	}
	return nil
}

func (e *examination) zones(context.Context) error {
	for _, name := range []string{"Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"} {
		if _, err := time.LoadLocation(name); err != nil {
			e.fail("time_zones", "Use a steward that was built with its time zones.", "The zone %s is not known here.", name)
			return nil
		}
	}
	e.ok("time_zones", "Time zones are there.")
	return nil
}

// copied tells that this is not the instance itself.
func (e *examination) copied(ctx context.Context) error {
	if dir := e.DB.Dir(); dir != "" {
		if err := backup.NotMoved(dir); err != nil {
			e.fail("copy", "Serve the database it was moved to.", "%s", fault.As(err).Message)
			return nil
		}
	}
	if e.Sandbox {
		e.warn("copy", "Nothing, as long as this is meant to be a sandbox.", "This is a sandbox: all outgoing mail is caught.")
	}
	return nil
}

// backup asks for one made by this program; others are not known here.
func (e *examination) backup(ctx context.Context) error {
	var at time.Time
	err := e.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		at, err = backup.Newest(ctx, tx)
		return err
	})
	const do = "Run steward backup each night, unless the database is backed up some other way."
	switch {
	case err != nil:
		return err
	case at.IsZero():
		e.warn("backup", do, "No backup was ever made with steward backup.")
	case e.now.Sub(at) > 48*time.Hour:
		e.warn("backup", do, "The newest backup is from %s.", at.Format(time.RFC3339))
	default:
		e.ok("backup", "The newest backup is from %s.", at.Format(time.RFC3339))
	}
	return nil
}

func (e *examination) nodes(ctx context.Context) error {
	if e.DB.Engine() != db.Postgres {
		return nil
	}
	var all []node.Node
	err := e.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		all, err = node.List(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	found := len(e.report.Checks)
	generation := e.Blueprint.Set().Generation()
	for _, n := range all {
		switch {
		case e.now.Sub(n.Seen) > 10*time.Second:
			e.warn("nodes", "See whether its process still runs; its work is taken over once its connection ends.", "Node %s has been silent since %s.", n.Name, n.Seen.Format(time.RFC3339))
		case n.Version != all[0].Version:
			e.warn("nodes", "Finish bringing the nodes up to date.", "Node %s runs %s, others %s.", n.Name, n.Version, all[0].Version)
		case n.Generation < generation-1:
			e.warn("nodes", "Look into its log; restart it if it stays.", "Node %s works with generation %d of the configuration, not %d.", n.Name, n.Generation, generation)
		}
	}
	if len(e.report.Checks) == found {
		e.ok("nodes", "%d nodes serve this database.", len(all))
	}
	return nil
}

// integrity reads every page of an embedded database.
func (e *examination) integrity(ctx context.Context) error {
	if !e.Full || e.DB.Engine() != db.SQLite {
		return nil
	}
	var says, broken string
	err := e.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT group_concat(integrity_check, '; ') FROM pragma_integrity_check`).Scan(&says); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT COALESCE(group_concat(DISTINCT "table"), '') FROM pragma_foreign_key_check`).Scan(&broken)
	})
	const do = "Stop the server, keep a copy of the folder, and restore the newest backup that verifies."
	switch {
	case err != nil:
		return err
	case says != "ok":
		e.fail("integrity", do, "The database file is damaged: %s", says)
	case broken != "":
		e.fail("integrity", do, "Rows refer to others that are not there, in: %s.", broken)
	default:
		e.ok("integrity", "Every page of the database file is sound.")
	}
	return nil
}
