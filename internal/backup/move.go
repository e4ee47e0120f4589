package backup

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// movedFile marks a folder whose instance lives elsewhere now.
const movedFile = "moved.json"

// MovedTo says where the instance of a folder went.
type MovedTo struct {
	To string    `json:"to"` // without a password
	At time.Time `json:"at"`
}

// Moved returns where the instance of a folder went; false when it is still there.
func Moved(dir string) (m MovedTo, moved bool, err error) {
	b, err := os.ReadFile(filepath.Join(dir, movedFile))
	if errors.Is(err, os.ErrNotExist) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	return m, true, json.Unmarshal(b, &m)
}

// NotMoved refuses a folder whose instance lives elsewhere now.
func NotMoved(dir string) error {
	m, moved, err := Moved(dir)
	if err != nil || !moved {
		return err
	}
	return fault.New(fault.Conflict, "The instance of %s was moved to %s at %s. Serve it from there (--database), or add --force to go on here with what was left behind.", dir, m.To, stamp(m.At))
}

// Move copies the embedded database of dir, which nobody may serve, to an empty PostgreSQL
// database, verifies it table by table and seal by seal, and marks the folder as moved. The
// database in the folder stays as it is.
func Move(ctx context.Context, dir, program string, in Into) (r Result, err error) {
	if in.DB.URL == "" {
		return r, fault.New(fault.Invalid, "Say where to: --to postgres://user@host/name.")
	}
	if !in.Force {
		if err := NotMoved(dir); err != nil {
			return r, err
		}
	}
	d, err := db.Open(ctx, db.Options{Dir: dir, Own: true}) // nobody serves it meanwhile
	if err != nil {
		return r, err
	}
	defer d.Close()
	in.Force = false // of the source; the target must be empty in any case
	err = d.Snapshot(ctx, func(inner context.Context, tx db.Tx) error {
		m, tables, err := describe(inner, tx, d, program, in.Now)
		if err != nil {
			return err
		}
		for _, t := range tables {
			m.Tables = append(m.Tables, TableSum{Table: t})
		}
		r, err = into(ctx, in, m, func(target *db.DB) (Result, error) { return copyInto(ctx, target, snapshot{tx}, m, in) })
		return err
	})
	if err != nil {
		return r, err
	}
	return r, mark(dir, MovedTo{withoutPassword(in.DB.URL), in.Now.UTC().Truncate(time.Second)})
}

func mark(dir string, m MovedTo) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, movedFile), append(b, '\n'), 0o600)
}

func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "a PostgreSQL database"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	q.Del("password")
	u.RawQuery = q.Encode()
	return u.String()
}
