package backup

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
)

// Manifest says what a copy holds.
type Manifest struct {
	Format     int              `json:"format"` // 1
	MadeAt     time.Time        `json:"made_at"`
	Program    string           `json:"program"` // version of steward that made it
	Engine     db.Engine        `json:"engine"`  // it came from
	Schema     int64            `json:"schema"`
	Generation int64            `json:"generation"` // of the configuration
	Head       Place            `json:"head"`       // of the ledger
	Seal       Place            `json:"seal"`       // the newest; zero when there is none
	Tables     []TableSum       `json:"tables"`
	Serials    map[string]int64 `json:"serials"` // highest number given in each table
}

// Place is a position of the ledger and the chain's hash there.
type Place struct {
	Pos  int64  `json:"pos"`
	Hash string `json:"hash"` // hexadecimal
}

// TableSum is a table with what its rows must come to.
type TableSum struct {
	db.Table
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the lines of JSON
}

// Rows counts the rows of all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// String is the place as verify prints it.
func (p Place) String() string { return fmt.Sprintf("%d %s", p.Pos, p.Hash) }

// describe reads what a database says about itself, in the snapshot that is copied.
func describe(ctx context.Context, tx db.Tx, d *db.DB, program string, now time.Time) (m Manifest, tables []db.Table, err error) {
	m = Manifest{Format: 1, MadeAt: now.UTC().Truncate(time.Second), Program: program, Engine: d.Engine()}
	truth := "TRUE"
	if tx.Engine() == db.SQLite {
		truth = "1"
	}
	if err := tx.QueryRow(ctx, `SELECT (SELECT max(version_id) FROM schema_version WHERE is_applied = `+truth+`), (SELECT generation FROM config WHERE one = 1)`).Scan(&m.Schema, &m.Generation); err != nil {
		return m, nil, err
	}
	if tables, err = db.Tables(ctx, tx); err != nil {
		return m, nil, err
	}
	if m.Serials, err = db.Serials(ctx, tx, tables); err != nil {
		return m, nil, err
	}
	for _, p := range []struct {
		place *Place
		table string
	}{{&m.Head, "event_order"}, {&m.Seal, "event_seal"}} {
		rows, err := tx.Query(ctx, `SELECT pos, hash FROM `+p.table+` ORDER BY pos DESC LIMIT 1`)
		found, err := db.Collect(rows, err, func(s db.Scanner) (at Place, err error) {
			var hash []byte
			err = s.Scan(&at.Pos, &hash)
			at.Hash = hex.EncodeToString(hash)
			return at, err
		})
		if err != nil {
			return m, nil, err
		}
		if len(found) > 0 {
			*p.place = found[0]
		}
	}
	return m, tables, nil
}

// settle orders what waits, so that little of it is left in the snapshot. Under load there is
// always something; the rest is copied as it waits.
func settle(ctx context.Context, d *db.DB) error {
	l := ledger.New(d)
	for range 20 {
		if n, err := l.Sequence(ctx); err != nil && !db.IsUnique(err) {
			return err
		} else if n == 0 && err == nil {
			break
		}
	}
	return nil
}
